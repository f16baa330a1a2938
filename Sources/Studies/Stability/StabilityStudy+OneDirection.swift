import Claims
import Foundation
import Numerics
import Reporting
import Stability

/// One direction of curvature, where everything is a finite sum (claims 2, 12, 13 and 21).
extension StabilityStudy {
  /// The mean curvature of every batch, each as probable as the others, by enumeration.
  static func batchCurvatures(_ values: [Double], _ b: Int, _ sampling: Sampling) -> [Double] {
    everyBatch(of: values.count, size: b, sampling).map { batch in
      batch.reduce(0) { $0 + values[$1] } / Double(b)
    }
  }

  static func mean(_ values: [Double], _ transform: (Double) -> Double) -> Double {
    values.reduce(0) { $0 + transform($1) } / Double(values.count)
  }

  /// Claim 2: closed form, enumeration and the program.
  static func oneDirection(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let family = try g1()
    let m = mean(g1Curvatures) { $0 }
    let v = mean(g1Curvatures) { ($0 - m) * ($0 - m) }
    let table: [(Sampling, [Double])] = [
      (.subset, [0.48, 0.590163934, 0.639053254, 0.666666667]), (.iid, [0.48, 0.558139535, 0.590163934, 0.607594937]),
    ]
    var checks: [Check] = []
    for (sampling, row) in table {
      for (b, value) in zip(1..., row) {
        let dynamics = try family.dynamics(b, sampling)
        let threshold = try family.geometry.meanSquareThreshold(of: dynamics).value
        let p = sampling.noiseFactor(batchSize: b, sampleCount: 4) ?? .nan
        let name = "\(sampling.rawValue), b = \(b)"
        checks.append(printed("η_meanSquare, \(name)", value, digits: 9, threshold))
        checks.append(
          Check(
            "2m/(m² + pv), \(name)", prediction: 2 * m / (m * m + p * v), measurement: threshold,
            tolerance: .absolute(1e-9)))
        checks.append(
          Check(
            "E(1 − ηq̄)² over all batches at η_meanSquare, \(name)", prediction: 1,
            measurement: mean(batchCurvatures(g1Curvatures, b, sampling)) {
              (1 - threshold * $0) * (1 - threshold * $0)
            },
            tolerance: .absolute(1e-9)))
      }
    }
    for (b, value) in zip(1..., [0.333333333, 0.444444444, 0.545454545, 0.666666667]) {
      let all = try family.geometry.allBatchesThreshold(of: family.dynamics(b))
      checks.append(printed("η_all, subset, b = \(b)", value, digits: 9, all.lower))
    }
    // Half of gradient descent's limit exactly where pv = m²: with replacement at b = v/m².
    let scaled = try scalars("0.5, 0.5, 2 + √4.5", [0.5, 0.5, 2 + 4.5.squareRoot()])
    checks.append(
      Check(
        "η_meanSquare over 2/λ₁ for curvatures with v = m², iid, b = 1", prediction: 0.5,
        measurement: try scaled.geometry.meanSquareThreshold(of: scaled.dynamics(1, .iid)).value
          / scaled.geometry.fullBatchLimit(), tolerance: .absolute(1e-9)))
    return Study.Finding(
      Claim(
        id: "stability.02", title: "One direction: closed form, with the finite-population factor",
        statement: """
          With curvatures of mean m and variance v, η_meanSquare = 2m/(m² + pv): gradient descent's 2/m at b = n for \
          subsets, half of it where pv = m².
          """,
        source: .derivedHere(basis: "E(1 − ηq̄)² = 1; Mulayoff and Michaeli's threshold in one dimension"),
        scope: .supporting, convention: "\(convention); G1: q = 1, 2, 3, 6",
        hypotheses: [interpolationHypothesis([family, scaled]), try semidefiniteHypothesis([family, scaled])],
        checks: checks,
        correction: """
          “Noise falls as 1/b” holds for draws with replacement. For subsets the factor is (n−b)/(b(n−1)): at b = n the \
          limit is gradient descent's, while four draws with replacement still give 0.6076 instead of 0.6667.
          """))
  }

  /// Claim 12: the almost surely stable set has an island.
  static func stableSetIsNotAnInterval(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let curvatures = [0.2, 3.8]
    let family = try scalars("q = 0.2, 3.8", curvatures)
    func exponent(_ η: Double) -> Double { mean(curvatures) { log(abs(1 - η * $0)) } }
    let changes = family.geometry.scalarMultipliers(of: try family.dynamics(1))?.signChanges ?? []
    // By the program's exponent at both sides of each, and by bisection of the enumerated one.
    let brackets = [(0.3, 1.0, 1.0), (4.0, 4.9, -1.0), (5.1, 6.0, 1.0)]
    let reference = [(0.559472, 6), (4.7037, 4), (5.2632, 4)]
    var checks = [
      Check("sign changes of Λ", prediction: 3, measurement: Double(changes.count), tolerance: .exact),
      Check(
        "first crossing against (4 − √9.92)/1.52", prediction: (4 - 9.92.squareRoot()) / 1.52,
        measurement: changes.first ?? .nan, tolerance: .absolute(1e-12)),
    ]
    for (place, (low, high, sign)) in brackets.enumerated() {
      let bisected = try root(low, high) { sign * exponent($0) }
      let found = place < changes.count ? changes[place] : .nan
      checks.append(
        Check(
          "sign change \(place + 1) by bisection of E log|1 − ηq|", prediction: reference[place].0,
          measurement: bisected, tolerance: .absolute(1e-3)))
      checks.append(
        printed("sign change \(place + 1)", reference[place].0, digits: reference[place].1, found))
    }
    for (step, stays) in [(0.5, true), (0.7, false), (4, false), (5, true), (5.3, false)] {
      let value = try family.geometry.lyapunovExponent(step: step, of: family.dynamics(1)).value
      checks.append(
        Check("Λ at η = \(step)", prediction: 0, measurement: value, tolerance: stays ? .atMost : .atLeast))
    }
    return Study.Finding(
      Claim(
        id: "stability.12", title: "The almost surely stable step sizes need not be an interval",
        statement: """
          With curvatures 0.2 and 3.8 and b = 1 runs settle for η below 0.5595, leave above it, and settle again between \
          4.7037 and 5.2632, around the pole 1/0.2 where one sample jumps onto the minimum.
          """,
        source: .derivedHere(basis: "Λ = E log|1 − ηq|; its sign decides by Chemnitz and Engel, arXiv 2407.20209"),
        scope: .beyond, convention: "\(convention); n = 2, b = 1",
        hypotheses: [interpolationHypothesis([family]), try semidefiniteHypothesis([family])], checks: checks,
        correction: """
          “Stable up to a largest step size” is true of the mean square only; η_almostSure is the first crossing, and \
          stable steps can lie above it.
          """),
      figures: [islandFigure(changes, exponent)])
  }

  private static func islandFigure(_ changes: [Double], _ exponent: (Double) -> Double) -> Figure {
    let steps = (1...1_400).map { 0.005 * Double($0) - 0.0013 }
    let meanSquare = 4 / 7.24
    return Figure(
      name: "island", title: "Stable, unstable, stable again",
      caption: """
        Curvatures 0.2 and 3.8, b = 1. Left: the Lyapunov exponent Λ(η) = E log|1 − ηq|, with its sign changes; runs \
        settle where it is negative. Right: the mean-square rate log ρ(Q)/2, which crosses zero once, at 0.5525, and \
        Λ below it.
        """,
      panels: [
        .init(
          title: "almost surely", horizontal: .init("step size η", range: 0...7),
          vertical: .init("Λ per step", range: -1.5...1.5),
          layers: [
            .init("Λ", .line, .blue, x: steps, y: steps.map { max(exponent($0), -1.5) }),
            .init("", .thinLine, .grey, x: [0, 7], y: [0, 0]),
            .init("sign changes", .points, .vermilion, x: changes, y: changes.map { _ in 0 }),
          ]),
        .init(
          title: "in mean square", horizontal: .init("step size η", range: 0...1.2),
          vertical: .init("rate per step", range: -0.8...0.8),
          layers: [
            .init("Λ", .line, .blue, x: steps, y: steps.map { max(exponent($0), -1.5) }),
            .init(
              "½ log E(1 − ηq)²", .line, .orange, x: steps,
              y: steps.map { η in 0.5 * log(mean([0.2, 3.8]) { (1 - η * $0) * (1 - η * $0) }) }),
            .init("", .thinLine, .grey, x: [0, 1.2], y: [0, 0]),
            .init(
              "η_meanSquare, η_almostSure", .points, .vermilion, x: [meanSquare, changes.first ?? .nan], y: [0, 0]),
          ]),
      ])
  }

  /// Claim 13: the exponent of large excursions.
  static func tailExponents(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let family = try g1()
    let table: [(b: Int, step: Double, value: Double)] = [
      (1, 0.45, 2.461280448), (1, 0.48, 2), (1, 0.60, 1), (1, 0.80, 0.192790964), (2, 0.55, 3.143326065),
      (2, 0.65, 1.144607840), (2, 0.70, 0.711243270),
    ]
    var checks: [Check] = []
    for (b, step, value) in table {
      let κ = try family.geometry.tailExponent(step: step, of: family.dynamics(b)).value
      checks.append(printed("κ, b = \(b), η = \(step)", value, digits: 9, κ))
      checks.append(
        Check(
          "E|1 − ηq̄|^κ over all batches, b = \(b), η = \(step)", prediction: 1,
          measurement: mean(batchCurvatures(g1Curvatures, b, .subset)) { pow(abs(1 - step * $0), κ) },
          tolerance: .absolute(1e-8)))
    }
    for b in 1...3 {
      let dynamics = try family.dynamics(b)
      let threshold = try family.geometry.meanSquareThreshold(of: dynamics).value
      let crossing = try family.geometry.almostSureThreshold(of: dynamics).value
      let all = try family.geometry.allBatchesThreshold(of: dynamics).lower
      func κ(_ step: Double) throws(InputError) -> Double {
        try family.geometry.tailExponent(step: step, of: dynamics).value
      }
      checks.append(
        Check("κ at η_meanSquare, b = \(b)", prediction: 2, measurement: try κ(threshold), tolerance: .absolute(1e-8)))
      checks.append(
        Check(
          "κ just above η_almostSure, b = \(b)", prediction: 0, measurement: try κ(crossing * (1 + 1e-9)),
          tolerance: .exact))
      checks.append(
        Check(
          "κ just below η_almostSure, b = \(b)", prediction: 1e-4, measurement: try κ(crossing * (1 - 1e-6)),
          tolerance: .atMost))
      checks.append(
        Check(
          "1/κ just below η_all, b = \(b)", prediction: 0, measurement: 1 / (try κ(all * (1 - 1e-9))), tolerance: .exact
        ))
    }
    return Study.Finding(
      Claim(
        id: "stability.13", title: "κ is ∞ at η_all, 2 at η_meanSquare and 0 at η_almostSure",
        statement: """
          κ(η, b) with E|1 − ηq̄|^κ = 1 falls from ∞, where every batch contracts, through exactly 2 at the mean-square \
          threshold to 0 where single runs stop settling.
          """,
        source: .derivedHere(basis: "moments of a product of independent factors"), scope: .beyond,
        convention: "\(convention); G1, sampling subset",
        hypotheses: [interpolationHypothesis([family]), try semidefiniteHypothesis([family])], checks: checks,
        remark: """
          At b = 1 and η = 0.6 the exponent is exactly 1: multipliers 0.4, 0.2, 0.8 and 2.6 have mean 1. Below η_all \
          nonlinear runs are stable in expectation, too; above it a single batch can make their expectation diverge \
          (Mulayoff and Stich 2026, abstract).
          """))
  }

  /// Claim 21: batch sharpness against the threshold.
  static func batchSharpnessOrder(_ context: StudyContext) throws(InputError) -> Study.Finding {
    var checks: [Check] = []
    func sharpness(
      _ values: [Double], _ b: Int, _ sampling: Sampling
    ) throws(InputError) -> (ratios: Double, threshold: Double, means: Double) {
      let curvature = try SampleCurvature(hessians: values, sampleCount: values.count, dimension: 1)
      // At distance 1 the gradient of a sample is its curvature.
      let point = try SampledPoint(
        curvature, SampleGradients(values, sampleCount: values.count, dimension: 1))
      let dynamics = try Dynamics(batchSize: b, sampling: sampling, sampleCount: values.count)
      let found = try point.batchSharpness(of: dynamics)
      let threshold = try MinimumGeometry(curvature).meanSquareThreshold(of: dynamics).value
      return (found.meanOfRatios.value, 2 / threshold, found.ratioOfMeans.value)
    }
    for (b, row) in [(1, [3, 4.166667, 5.04]), (2, [3, 3.388889, 3.688525])] {
      let found = try sharpness(g1Curvatures, b, .subset)
      checks.append(printed("BS, b = \(b)", row[0], digits: 6, found.ratios))
      checks.append(printed("2/η_meanSquare, b = \(b)", row[1], digits: 6, found.threshold))
      checks.append(printed("BS_r, b = \(b)", row[2], digits: 6, found.means))
      let q = batchCurvatures(g1Curvatures, b, .subset)
      let (m1, m2, m3) = (mean(q) { $0 }, mean(q) { $0 * $0 }, mean(q) { $0 * $0 * $0 })
      for (name, exact, value) in [
        ("BS = E q̄", m1, found.ratios), ("2/η_meanSquare = E q̄²/E q̄", m2 / m1, found.threshold),
        ("BS_r = E q̄³/E q̄²", m3 / m2, found.means),
      ] {
        checks.append(Check("\(name), b = \(b)", prediction: exact, measurement: value, tolerance: .absolute(1e-9)))
      }
    }
    var stream = RandomStream(context.seeds("stability.21").key(.measurement))
    let count = context.samples(200)
    var violations = 0
    var smallest = g1Curvatures.min() ?? .nan
    for _ in 0..<count {
      let n = 2 + stream.integer(below: 5)
      let values = stream.gaussian(count: n).map { $0 * $0 + 1e-3 }
      smallest = min(smallest, values.min() ?? .nan)
      let found = try sharpness(values, 1 + stream.integer(below: n), stream.integer(below: 2) == 0 ? .subset : .iid)
      if found.ratios > found.threshold * (1 + 1e-9) || found.threshold > found.means * (1 + 1e-9) { violations += 1 }
    }
    checks.append(none("random families that break BS ≤ 2/η_meanSquare ≤ BS_r", violations, of: count))
    // One output, squared loss, one sample a batch: every gradient is an eigenvector of its own Hessian.
    var deviations: [Double] = []
    for _ in 0..<50 {
      let (n, d) = (3 + stream.integer(below: 4), 2 + stream.integer(below: 3))
      let curvature = try SampleCurvature(
        jacobians: stream.gaussian(count: n * d), sampleCount: n, outputCount: 1, dimension: d)
      let error = stream.gaussian(count: d)
      let rows = (0..<n).flatMap { curvature.hessian($0).multiplied(by: error) }
      let point = try SampledPoint(curvature, SampleGradients(rows, sampleCount: n, dimension: d))
      let trace = (0..<d).reduce(0) { $0 + curvature.mean()[$1, $1] }
      let found = try point.batchSharpness(of: Dynamics(batchSize: 1, sampling: .subset, sampleCount: n))
      deviations.append(abs(found.meanOfRatios.value / trace - 1))
    }
    checks.append(
      .largest(
        "largest |BS/tr H − 1|, Hᵢ = gᵢgᵢᵀ, b = 1, random directions of the error", of: deviations,
        tolerance: .absolute(1e-6)))
    return Study.Finding(
      Claim(
        id: "stability.21", title: "Batch sharpness at 2/η is not the mean-square threshold",
        statement: """
          In one direction BS = E q̄ ≤ 2/η_meanSquare = E q̄²/E q̄ ≤ BS_r = E q̄³/E q̄²; with one output, squared loss and \
          b = 1, BS = tr H whatever the direction of the error.
          """,
        source: .derivedHere(basis: "Definition 3 of Andreyev and Beneventano, arXiv 2412.20553, on a quadratic"),
        scope: .beyond,
        convention: "\(convention); BS = E[gᵀH_Bg/‖g‖²], BS_r = E[gᵀH_Bg]/E‖g‖², over batches",
        hypotheses: [
          Hypothesis("every curvature is positive", holds: smallest > 0, found: "smallest q = \(number(smallest))")
        ], checks: checks,
        correction: """
          “SGD is stable as long as batch sharpness is below 2/η” is gradient descent's condition in one direction: at \
          b = 1, G1 has BS = 3 and loses its mean square at η = 0.48, where 2/η = 4.17.
          """))
  }
}
