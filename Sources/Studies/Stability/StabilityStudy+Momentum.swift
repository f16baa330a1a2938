import Claims
import Foundation
import Numerics
import Reporting
import Stability

/// Heavy-ball momentum (claims 19 and b2).
extension StabilityStudy {
  /// Claim 19: the closed form in one direction.
  static func momentumClosedForm(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let family = try g1()
    let m = mean(g1Curvatures) { $0 }
    let v = mean(g1Curvatures) { ($0 - m) * ($0 - m) }
    let table: [(β: Double, row: [(Double, Int)])] = [
      (0.5, [(0.461538462, 9), (0.72, 9), (0.885246, 6), (1, 9)]),
      (0.9, [(0.150993377, 9), (0.365775401, 9), (0.695593, 6), (1.266667, 6)]),
    ]
    var checks: [Check] = []
    for (β, row) in table {
      for (b, (value, digits)) in zip(1..., row) {
        let dynamics = try family.dynamics(b, momentum: β)
        let p = Double(4 - b) / Double(3 * b)
        let closed = 2 * m * (1 - β) / (p * v + m * m * (1 - β) / (1 + β))
        let found = try family.geometry.meanSquareThreshold(of: dynamics).value
        let bisected = try root(0.3 * closed, 1.5 * closed) { (step) throws(InputError) in
          try family.geometry.secondMomentGrowth(step: step, of: dynamics) - 1
        }
        let name = "β = \(β), b = \(b)"
        checks += [
          printed("η_meanSquare, \(name)", value, digits: digits, found),
          Check("closed form, \(name)", prediction: closed, measurement: found, tolerance: .absolute(1e-6)),
          Check(
            "bisection of ρ(E[A⊗A]) = 1 on pairs of iterates, \(name)", prediction: closed, measurement: bisected,
            tolerance: .absolute(1e-6)),
        ]
      }
    }
    // Beyond one direction: the program's linear problem against the operator on pairs.
    var stream = RandomStream(context.seeds("stability.19").key(.measurement))
    var families = [try g2(), try g3()]
    for _ in 0..<context.samples(20) { families.append(try randomFamily(&stream)) }
    var deviations: [Double] = []
    for family in families {
      for β in [0.3, 0.9] {
        let dynamics = try family.dynamics(1 + stream.integer(below: family.n), momentum: β)
        let found = try family.geometry.meanSquareThreshold(of: dynamics).value
        let bisected = try root(0.9 * found, 1.1 * found) { (step) throws(InputError) in
          try family.geometry.secondMomentGrowth(step: step, of: dynamics) - 1
        }
        deviations.append(abs(bisected / found - 1))
      }
    }
    checks.append(
      .largest(
        "largest relative distance of threshold and bisection, G2, G3, random families, β = 0.3, 0.9", of: deviations,
        tolerance: .absolute(1e-6)))
    return Study.Finding(
      Claim(
        id: "stability.19", title: "Heavy-ball momentum: a closed form in one direction",
        statement: """
          η_meanSquare = 2m(1−β)/(pv + m²(1−β)/(1+β)): momentum raises the full-batch limit to 2(1+β)/m and lowers the \
          noise-dominated one to 2m(1−β)/(pv).
          """,
        source: .derivedHere(basis: "Lyapunov equation of the pair (δ_t, δ_{t−1})"), scope: .beyond,
        convention: "\(convention); x⁺ = x − ηg + β(x − x₋₁), sampling subset",
        hypotheses: [interpolationHypothesis([family] + families), try semidefiniteHypothesis([family] + families)],
        checks: checks))
  }

  /// Claim b2: the two plateaus.
  static func momentumPlateaus(_ context: StudyContext) throws(InputError) -> Study.Finding {
    // One sample in fifty is a hundred times as curved as the others: v ≈ 20 m².
    let n = 1_000
    let values = [Double](repeating: 32, count: 20) + [Double](repeating: 0.36, count: n - 20)
    let m = mean(values) { $0 }
    let v = mean(values) { ($0 - m) * ($0 - m) }
    let family = try scalars("1,000 samples", values)
    let β = 0.9
    let batches = [1, 2, 4, 8, 16, 32, 64, 128, 256, 400, 512, 700, 800, 900, 960, 990, 1_000]
    var table = Table(
      name: "momentum", caption: "Thresholds with and without momentum β = 0.9, n = 1,000, subsets.",
      columns: [
        .init("batch", "batch size b"), .init("plain", "η_meanSquare, β = 0"),
        .init("momentum", "η_meanSquare, β = 0.9"),
        .init("ratio", "their ratio"),
      ])
    for b in batches {
      let plain = try family.geometry.meanSquareThreshold(of: family.dynamics(b)).value
      let heavy = try family.geometry.meanSquareThreshold(of: family.dynamics(b, momentum: β)).value
      table.append([.integer(b), .number(plain), .number(heavy), .number(heavy / plain)])
    }
    let ratios = table.column("ratio")
    let p = Sampling.subset.noiseFactor(batchSize: 1, sampleCount: n) ?? .nan
    let exactLow = (1 - β) * (p * v + m * m) / (p * v + m * m * (1 - β) / (1 + β))
    let checks = [
      Check(
        "η(β = 0.9)/η(β = 0) at b = n", prediction: 1 + β, measurement: ratios.last ?? .nan, tolerance: .absolute(1e-6)),
      Check(
        "the same at b = 1, against its closed form", prediction: exactLow, measurement: ratios.first ?? .nan,
        tolerance: .absolute(1e-6)),
      Check(
        "the same at b = 1, against 1 − β", prediction: 1 - β, measurement: ratios.first ?? .nan,
        tolerance: .relative(0.1)),
      none("steps in b that lower the ratio", zip(ratios, ratios.dropFirst()).count { $1 < $0 }, of: ratios.count - 1),
    ]
    return Study.Finding(
      Claim(
        id: "stability.b2", title: "Momentum helps large batches and hurts small ones",
        statement: """
          The ratio of the mean-square thresholds with and without momentum rises from 1 − β, where noise dominates, to \
          1 + β at the full batch: the pair of plateaus 2(1∓β)/η reported for batch sharpness.
          """,
        source: .publication(.andreyevMomentum, place: "abstract (the plateaus); the thresholds are derived here"),
        scope: .beyond, convention: "\(convention); one direction, m = \(number(m)), v = \(number(v)), subsets",
        hypotheses: [
          interpolationHypothesis([family]), try semidefiniteHypothesis([family]),
          Hypothesis(
            "noise dominates at b = 1: pv > 10 m²", holds: p * v > 10 * m * m,
            found: "pv/m² = \(number(p * v / (m * m)))"),
        ], checks: checks,
        remark:
          "The publication measures plateaus of batch sharpness during training; here it is the threshold at a minimum."
      ),
      figures: [
        Figure(
          name: "momentum", title: "Momentum: from 1 − β to 1 + β",
          caption: """
            One direction, 1,000 samples with v ≈ \(number(v / (m * m))) m², subsets, β = 0.9. Left: the mean-square \
            threshold with and without momentum. Right: their ratio, between 1 − β and 1 + β.
            """,
          panels: [
            .init(
              title: "thresholds", horizontal: .init("batch size b", logarithmic: true),
              vertical: .init("η_meanSquare", logarithmic: true),
              layers: [
                .init("β = 0", .line, .blue, x: table.column("batch"), y: table.column("plain")),
                .init("β = 0.9", .line, .orange, x: table.column("batch"), y: table.column("momentum")),
              ]),
            .init(
              title: "ratio", horizontal: .init("batch size b", logarithmic: true),
              vertical: .init("η(β)/η(0)", range: 0...2),
              layers: [
                .init("ratio", .line, .green, x: table.column("batch"), y: ratios),
                .init("1 ± β", .dashed, .grey, x: [1, 1_000, .nan, 1, 1_000], y: [0.1, 0.1, .nan, 1.9, 1.9]),
              ]),
          ])
      ], tables: [table])
  }
}
