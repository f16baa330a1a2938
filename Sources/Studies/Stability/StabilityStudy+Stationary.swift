import Claims
import Foundation
import Numerics
import Reporting
import Stability

/// Minima that do not interpolate: what the samples' gradients keep alive (claims 17 and b3).
extension StabilityStudy {
  static let g3Gradients: [[Double]] = [[1, 0], [-1, 1], [0, -2], [0, 1]]

  static func g3WithGradients() throws(InputError) -> Family {
    let gradients = try SampleGradients(g3Gradients.flatMap { $0 }, sampleCount: 4, dimension: 2)
    return Family(
      name: "G3 with gradients",
      geometry: try MinimumGeometry(SampleCurvature(hessians: g3Hessians), gradients: gradients))
  }

  static func regularHypothesis(_ family: Family) -> Hypothesis {
    let mean = family.geometry.gradients?.mean ?? []
    return Hypothesis(
      "the minimum is regular: Σ gᵢ = 0 and some gᵢ ≠ 0", holds: family.geometry.stationarity() == .regular,
      found: "|mean gradient| = \(number(mean.map(abs).max() ?? .nan))")
  }

  /// Claim 17: the stationary covariance.
  static func stationaryCovariance(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let family = try g3WithGradients()
    let (step, b) = (0.7, 2)
    let state = try family.geometry.stationaryState(step: step, of: family.dynamics(b))
    // The basis of the range of diag(2, 5/8) is the standard one up to signs.
    let signs = (0..<2).map { family.geometry.basis[$0, $0] }
    let covariance = Matrix([
      [state.covariance[0, 0], signs[0] * signs[1] * state.covariance[0, 1]],
      [signs[0] * signs[1] * state.covariance[1, 0], state.covariance[1, 1]],
    ])
    var checks = [
      printed("Σ₁₁", 0.206731, digits: 6, covariance[0, 0]), printed("Σ₁₂", -0.053338, digits: 6, covariance[0, 1]),
      printed("Σ₂₂", 0.399504, digits: 6, covariance[1, 1]),
      printed("excess loss", 0.331575, digits: 6, state.excessLoss),
      Check(
        "largest |formula − limit of the exact recursion|, b = 2, η = 0.7", prediction: 0,
        measurement: largestDifference(covariance, recursion(step, b, .subset)), tolerance: .absolute(1e-12)),
    ]
    var deviations: [Double] = []
    for sampling in [Sampling.subset, .iid] {
      for size in 1...3 {
        let found = try family.geometry.stationaryState(step: 0.5, of: family.dynamics(size, sampling)).covariance
        let exact = recursion(0.5, size, sampling)
        deviations += [
          abs(found[0, 0] - exact[0, 0]), abs(found[1, 1] - exact[1, 1]),
          abs(abs(found[0, 1]) - abs(exact[0, 1])),
        ]
      }
    }
    checks.append(
      .largest("the same, η = 0.5, b = 1, 2, 3, both samplings", of: deviations, tolerance: .absolute(1e-12)))
    let walks = try stationaryWalks(context, step: step, b: b)
    let tail = try family.geometry.tailExponent(
      step: step, of: family.dynamics(b), MonteCarlo(chains: 300, steps: 150, seeds: context.seeds("stability.17")))
    checks += [
      try .mean(
        "E‖δ‖² of simulated SGD", prediction: state.meanSquareDistance, of: walks.map { $0[0] + $0[2] },
        tolerance: .relative(0.01)),
      try .mean(
        "Σ₁₁ of simulated SGD", prediction: covariance[0, 0], of: walks.map { $0[0] }, tolerance: .relative(0.01)),
      try .mean(
        "Σ₂₂ of simulated SGD", prediction: covariance[1, 1], of: walks.map { $0[2] }, tolerance: .relative(0.01)),
      try .mean(
        "excess loss of simulated SGD", prediction: state.excessLoss, of: walks.map { $0[0] + 0.3125 * $0[2] },
        tolerance: .relative(0.01)),
    ]
    return Study.Finding(
      Claim(
        id: "stability.17", title: "The stationary covariance of a regular minimum",
        statement: "vec Σ∞ = ηp(2C − ηD)† vec Σ_g for η < η_meanSquare; the excess loss is ½ tr(HΣ∞).",
        source: .publication(.mulayoff, place: "Theorem 5 and Corollary 1"),
        convention: "\(convention); G3 with g = (1,0), (−1,1), (0,−2), (0,1); b = 2, η = 0.7, subsets",
        hypotheses: [
          regularHypothesis(family), try semidefiniteHypothesis([family]),
          Hypothesis(
            "η < η_meanSquare", holds: step < (try family.geometry.meanSquareThreshold(of: family.dynamics(b)).lower),
            found: "0.7 < \(number(try family.geometry.meanSquareThreshold(of: family.dynamics(b)).value))"),
        ], checks: checks,
        remark: """
          Gradients at the minimum leave η_meanSquare as it is; they set how far the iterates spread. The stationary law has power tails of index κ, here about \(String(format: "%.0f", tail.value)): \
          \(tail.value > 4 ? "its fourth moment is finite, so that simulated mean squares have a normal error" : "its fourth moment is infinite, so that simulated mean squares converge slowly").
          """))
  }

  /// The limit of S ← E[(A_Bδ − ηg_B)(·)ᵀ] over all batches, with the cross terms of a mean that starts away from zero.
  private static func recursion(_ step: Double, _ b: Int, _ sampling: Sampling) -> Matrix {
    let batches = everyBatch(of: 4, size: b, sampling)
    let maps = batches.map { propagator(batchHessian($0, g3Hessians), step: step) }
    let pushes = batches.map { batch in
      (0..<2).map { axis in step * batch.reduce(0) { $0 + g3Gradients[$1][axis] } / Double(b) }
    }
    var first = [1.0, -2.0]
    var second = Matrix([[1, -2], [-2, 4]])
    for _ in 0..<4_000 {
      var (nextFirst, next) = ([0.0, 0.0], Matrix(rows: 2, columns: 2))
      for (map, push) in zip(maps, pushes) {
        let image = map.multiplied(by: second).multiplied(by: map.transposed())
        let moved = map.multiplied(by: first)
        for j in 0..<2 {
          nextFirst[j] += (moved[j] - push[j]) / Double(maps.count)
          for k in 0..<2 {
            next[j, k] +=
              (image[j, k] - moved[j] * push[k] - push[j] * moved[k] + push[j] * push[k]) / Double(maps.count)
          }
        }
      }
      (first, second) = (nextFirst, next)
    }
    return second
  }

  /// Time averages of δ₁², δ₁δ₂ and δ₂² of independent runs of SGD on the quadratic sum.
  private static func stationaryWalks(
    _ context: StudyContext, step: Double, b: Int
  ) throws(InputError) -> [[Double]] {
    let seeds = context.seeds("stability.17")
    let batches = everyBatch(of: 4, size: b, .subset)
    let maps = batches.map { propagator(batchHessian($0, g3Hessians), step: step).storage }
    let pushes = batches.map { batch in
      (0..<2).map { axis in step * batch.reduce(0) { $0 + g3Gradients[$1][axis] } / Double(b) }
    }
    return try parallelMap(context.samples(1_000), workers: context.workers) { (trial) throws(InputError) in
      var stream = RandomStream(seeds.key(.measurement, trial: trial), step: 1)
      var (x, y) = (0.0, 0.0)
      var sums = [0.0, 0, 0]
      let (warmUp, steps) = (200, 20_000)
      for time in 0..<(warmUp + steps) {
        let batch = stream.integer(below: batches.count)
        let (map, push) = (maps[batch], pushes[batch])
        (x, y) = (map[0] * x + map[1] * y - push[0], map[2] * x + map[3] * y - push[1])
        if time >= warmUp {
          sums[0] += x * x
          sums[1] += x * y
          sums[2] += y * y
        }
      }
      return sums.map { $0 / Double(steps) }
    }
  }

  /// Claim b3: null directions diffuse.
  static func nullDiffusion(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("stability.b3")
    // Curvature in the first coordinate alone; gradients push along the second.
    let curvatures = [1.0, 3]
    let gradients: [[Double]] = [[1, 2], [-1, -2]]
    let geometry = try MinimumGeometry(
      SampleCurvature(hessians: curvatures.map { Matrix.diagonal([$0, 0]) }),
      gradients: SampleGradients(gradients.flatMap { $0 }, sampleCount: 2, dimension: 2))
    let (step, times) = (0.3, [25, 100, 400])
    let dynamics = try Dynamics(batchSize: 1, sampling: .subset, sampleCount: 2)
    let state = try geometry.stationaryState(step: step, of: dynamics)
    let closed = step * step * 4
    var checks = [
      Check(
        "growth of E‖δ∥‖² a step, η²p·mean‖gᵢ∥‖²", prediction: closed, measurement: state.nullDiffusion,
        tolerance: .absolute(1e-12))
    ]
    let found = try parallelMap(context.samples(20_000), workers: context.workers) { (trial) throws(InputError) in
      var stream = RandomStream(seeds.key(.measurement, trial: trial))
      var (x, y) = (0.0, 0.0)
      var squares: [Double] = []
      for time in 1...(times.last ?? 0) {
        let sample = stream.integer(below: 2)
        x -= step * (curvatures[sample] * x + gradients[sample][0])
        y -= step * gradients[sample][1]
        if times.contains(time) { squares.append(y * y) }
      }
      return squares + [x * x]
    }
    for (place, time) in times.enumerated() {
      checks.append(
        try .mean(
          "E‖δ∥‖² after \(time) steps", prediction: Double(time) * closed, of: found.map { $0[place] },
          tolerance: .standardErrors(4)))
    }
    checks.append(
      try .mean(
        "E‖δ⊥‖² meanwhile, stationary", prediction: state.meanSquareDistance, of: found.map { $0[times.count] },
        tolerance: .standardErrors(4)))
    return Study.Finding(
      Claim(
        id: "stability.b3", title: "Null directions of a regular minimum diffuse at every step size",
        statement: """
          In null(H) the iterate makes a random walk without drift, E‖δ∥_t‖² = tη²p·mean‖gᵢ∥‖², while the rest is \
          stationary: no step size is small enough to stop it, only gradients that vanish there are.
          """,
        source: .publication(.mulayoff, place: "Theorem 5"),
        scope: .supporting, convention: "\(convention); H = diag(2, 0), g = ±(1, 2), b = 1, η = 0.3, subsets",
        hypotheses: [
          Hypothesis(
            "the minimum is regular", holds: geometry.stationarity() == .regular, found: "Σ gᵢ = 0, gᵢ ≠ 0"),
          Hypothesis(
            "H has a null direction", holds: geometry.nullDimension == 1, found: "rank \(geometry.rank) of 2"),
        ], checks: checks))
  }
}
