import Claims
import Foundation
import Numerics
import Reporting
import Stability

/// Gradient noise away from the minimum (claim 20).
extension StabilityStudy {
  /// Claim 20: GNI = 1/ε_opt, and what two batch sizes estimate.
  static func gradientNoiseIdentities(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let displacement = [0.3, -0.7]
    let rows = g3Hessians.map { $0.multiplied(by: displacement) }
    let curvature = try SampleCurvature(hessians: g3Hessians)
    let point = try SampledPoint(
      curvature, SampleGradients(rows.flatMap { $0 }, sampleCount: 4, dimension: 2))
    let noise = try point.gradientNoise()
    func dynamics(_ b: Int, _ sampling: Sampling = .subset) throws(InputError) -> Dynamics {
      try Dynamics(batchSize: b, sampling: sampling, sampleCount: 4)
    }
    let sharpness = try point.batchSharpness(of: dynamics(1))
    // By hand: G = (0.6, −0.4375), ‖G‖² = 0.55140625, GᵀHG = 0.83962890625.
    var checks = [
      printed("GNI, b = 1", 3.809152734, digits: 9, try point.gradientNoiseInteraction(of: dynamics(1)).value),
      printed("BS, b = 1", 1.853678066, digits: 9, sharpness.meanOfRatios.value),
      printed("BS_r, b = 1", 3.884161338, digits: 9, sharpness.ratioOfMeans.value),
      printed("B_simple", 1.304335506, digits: 9, noise.simpleScale),
      printed("B_noise", 1.501570169, digits: 9, noise.curvatureScale),
      Check(
        "ε_max against 0.55140625/0.83962890625", prediction: 0.55140625 / 0.83962890625,
        measurement: noise.largestStep, tolerance: .absolute(0.5e-9)),
      Check(
        "(1 + B_noise)/GNI at b = 1, with the printed values, against ε_max", prediction: 2.501570169 / 3.809152734,
        measurement: noise.largestStep, tolerance: .absolute(1e-8)),
    ]
    var identity: [Double] = []
    var descent: [Double] = []
    var ownLoss: [Double] = []
    let G = point.gradient(over: [0, 1, 2, 3])
    let square = LinearAlgebra.dot(G, G)
    let mean = curvature.mean()
    func form(_ matrix: Matrix, _ x: [Double]) -> Double { LinearAlgebra.dot(x, matrix.multiplied(by: x)) }
    for sampling in [Sampling.subset, .iid] {
      for b in 1...4 {
        let gni = try point.gradientNoiseInteraction(of: dynamics(b, sampling)).value
        let p = sampling.noiseFactor(batchSize: b, sampleCount: 4) ?? .nan
        identity.append(abs(gni - 1 / noise.bestStep(noiseFactor: p)))
        identity.append(abs(gni - noise.interaction(noiseFactor: p)))
        let batches = everyBatch(of: 4, size: b, sampling)
        let found = try point.batchSharpness(of: dynamics(b, sampling)).ratioOfMeans.value
        for step in [0.1, 0.5] {
          var (change, own, squares) = (0.0, 0.0, 0.0)
          for batch in batches {
            let g = point.gradient(over: batch)
            let next = zip(displacement, g).map { $0 - step * $1 }
            change += 0.5 * (form(mean, next) - form(mean, displacement)) / Double(batches.count)
            let hessian = batchHessian(batch, g3Hessians)
            own += 0.5 * (form(hessian, next) - form(hessian, displacement)) / Double(batches.count)
            squares += LinearAlgebra.dot(g, g) / Double(batches.count)
          }
          descent.append(abs(change + step * square * (1 - step * gni / 2)))
          ownLoss.append(abs(own + step * squares * (1 - step * found / 2)))
        }
      }
    }
    checks += [
      .largest("largest |GNI − 1/ε_opt(b)|, all b, both samplings", of: identity, tolerance: .absolute(1e-8)),
      .largest(
        "largest |E L(θ⁺) − L(θ) + η‖G‖²(1 − η GNI/2)| over all batches", of: descent, tolerance: .absolute(1e-8)),
      .largest(
        "largest |E[L_B(θ⁺) − L_B(θ)] + ηE‖g_B‖²(1 − η BS_r/2)| over all batches", of: ownLoss,
        tolerance: .absolute(1e-8)),
    ]
    checks += try twoBatchBias(point, noise)
    return Study.Finding(
      Claim(
        id: "stability.20", title: "GNI is the inverse of the best step; noise scales have a bias",
        statement: """
          GNI = E[g_BᵀHg_B]/‖G‖² = 1/ε_opt(b) = (1 + pB_noise)/ε_max. From batches without replacement the two-batch \
          estimators have E Ŝ = tr Σ·n/(n−1) and E Ĝ² = ‖G‖² − tr Σ/(n−1).
          """,
        source: .derivedHere(
          basis: "quadratic model; noise scale of McCandlish et al., arXiv 1812.06162; GNI as in the code to 2412.20553"
        ),
        scope: .supporting, convention: "\(convention); G3 at δ = (0.3, −0.7); Σ with divisor n",
        hypotheses: [
          Hypothesis("the full gradient does not vanish", holds: square > 0, found: "‖G‖² = \(number(square))")
        ], checks: checks,
        correction: """
          “GNI = 2/η marks instability” is not so: there the full loss is stationary in expectation, a level that pure \
          noise reaches too. And the two-batch noise scale of a small training set is biased: it targets the distribution \
          that the samples came from.
          """,
        remark: """
          A reference number for ε_max, 0.656727139, has a digit wrong: 0.55140625/0.83962890625 = 0.656726139, which \
          also is (1 + B_noise)/GNI with the other printed values.
          """))
  }

  /// The expectations of Ŝ and Ĝ² over all pairs of batches.
  private static func twoBatchBias(_ point: SampledPoint, _ noise: GradientNoise) throws(InputError) -> [Check] {
    var checks: [Check] = []
    let n = Double(point.sampleCount)
    func square(_ b: Int, _ sampling: Sampling) -> Double {
      let batches = everyBatch(of: point.sampleCount, size: b, sampling)
      return batches.reduce(0) { sum, batch in
        let g = point.gradient(over: batch)
        return sum + LinearAlgebra.dot(g, g) / Double(batches.count)
      }
    }
    for (small, large) in [(1, 2), (1, 4), (2, 3)] {
      for sampling in [Sampling.subset, .iid] {
        let (b, B) = (Double(small), Double(large))
        let (first, second) = (square(small, sampling), square(large, sampling))
        let trace = (first - second) / (1 / b - 1 / B)
        let mean = (B * second - b * first) / (B - b)
        let isSubset = sampling == .subset
        let name = "\(sampling.rawValue), b = \(small), B = \(large)"
        checks += [
          Check(
            "E Ŝ, \(name)", prediction: noise.covarianceTrace * (isSubset ? n / (n - 1) : 1), measurement: trace,
            tolerance: .absolute(1e-8)),
          Check(
            "E Ĝ², \(name)", prediction: noise.gradientSquare - (isSubset ? noise.covarianceTrace / (n - 1) : 0),
            measurement: mean, tolerance: .absolute(1e-8)),
          Check(
            "corrected noise scale, \(name)", prediction: noise.simpleScale,
            measurement: try point.gradientNoiseScale(small: small, large: large, sampling: sampling).value,
            tolerance: .absolute(1e-8)),
        ]
      }
    }
    return checks
  }
}
