import Claims
import Foundation
import Numerics
import Reporting
import Stability

/// Bounds around the threshold, and what the batch size does to it (claims 5 and 6).
extension StabilityStudy {
  /// Claim 5: monotone in b, gradient descent at b = n.
  static func monotoneInBatch(_ context: StudyContext) throws(InputError) -> Study.Finding {
    var stream = RandomStream(context.seeds("stability.05").key(.measurement))
    var families = [try g2(), try g3(), try g4(), try g1()]
    var checks: [Check] = []
    for family in families {
      var row: [Double] = []
      for b in 1...family.n { row.append(try family.geometry.meanSquareThreshold(of: family.dynamics(b)).value) }
      let falls = zip(row, row.dropFirst()).count { $1 <= $0 }
      checks.append(
        none("steps from b to b + 1 that do not raise η_meanSquare, \(family.name)", falls, of: row.count - 1))
      checks.append(
        Check(
          "η_meanSquare at b = n, \(family.name)", prediction: 2 / family.geometry.eigenvalues[0],
          measurement: row.last ?? .nan, tolerance: .absolute(1e-9)))
    }
    let count = context.samples(100)
    var (falls, pairs) = (0, 0)
    for _ in 0..<count {
      let family = try randomFamily(&stream)
      families.append(family)
      for sampling in [Sampling.subset, .iid] {
        var last = 0.0
        for b in 1...family.n {
          let value = try family.geometry.meanSquareThreshold(of: family.dynamics(b, sampling)).value
          if value < last * (1 - 1e-9) { falls += 1 }
          pairs += 1
          last = value
        }
      }
    }
    checks.append(none("falls of η_meanSquare with b over random families", falls, of: pairs))
    // The opposite trend, of single runs in one direction.
    let g1 = try g1()
    var table = Table(
      name: "batch-trends", caption: "Thresholds of G1 (q = 1, 2, 3, 6) against the batch size, subsets.",
      columns: [
        .init("batch", "batch size b"), .init("all", "η_all: every batch contracts"),
        .init("meanSquare", "η_meanSquare"), .init("almostSure", "η_almostSure, the first crossing of Λ"),
        .init("iidMeanSquare", "η_meanSquare with replacement"),
        .init("iidAlmostSure", "η_almostSure with replacement"),
      ])
    for b in 1...4 {
      let (subset, iid) = (try g1.dynamics(b), try g1.dynamics(b, .iid))
      table.append([
        .integer(b), .number(try g1.geometry.allBatchesThreshold(of: subset).lower),
        .number(try g1.geometry.meanSquareThreshold(of: subset).value),
        .number(try g1.geometry.almostSureThreshold(of: subset).value),
        .number(try g1.geometry.meanSquareThreshold(of: iid).value),
        .number(try g1.geometry.almostSureThreshold(of: iid).value),
      ])
    }
    let crossings = table.column("almostSure")
    checks.append(
      none(
        "steps from b to b + 1 that do not lower η_almostSure, G1",
        zip(crossings, crossings.dropFirst()).count { $1 >= $0 },
        of: 3))
    return Study.Finding(
      Claim(
        id: "stability.05", title: "Larger batches are more stable in mean square, up to gradient descent",
        statement: "η_meanSquare does not fall as b grows, and equals 2/λ₁ at b = n for subsets.",
        source: .publication(.mulayoff, place: nil),
        convention: "\(convention); sampling subset and iid",
        hypotheses: [interpolationHypothesis(families), try semidefiniteHypothesis(families)], checks: checks,
        correction: """
          “The smaller the batch, the less stable” is a statement about the mean square. Single runs can do the \
          opposite: for G1 η_almostSure falls from 1.072 at b = 1 to 0.667 at b = n.
          """),
      figures: [trendFigure(table)], tables: [table])
  }

  private static func trendFigure(_ table: Table) -> Figure {
    let batches = table.column("batch")
    func layers(_ names: [(String, String, Figure.Colour)]) -> [Figure.Layer] {
      names.flatMap { column, label, colour in
        [
          Figure.Layer(label, .points, colour, x: batches, y: table.column(column)),
          Figure.Layer("", .thinLine, colour, x: batches, y: table.column(column)),
        ]
      }
    }
    var figure = Figure(
      name: "batch-trends", title: "Mean square and single runs disagree about the batch size",
      caption: """
        G1, curvatures 1, 2, 3, 6. As b grows the mean-square threshold rises and the almost-sure one falls; for subsets \
        both end at gradient descent's 2/3 at b = n.
        """,
      panels: [
        .init(
          title: "subsets", horizontal: .init("batch size b"), vertical: .init("step size η", range: 0...1.2),
          layers: layers([
            ("almostSure", "η_almostSure", .vermilion), ("meanSquare", "η_meanSquare", .blue), ("all", "η_all", .green),
          ])),
        .init(
          title: "with replacement", horizontal: .init("batch size b"), vertical: .init("step size η", range: 0...1.2),
          layers: layers([
            ("iidAlmostSure", "η_almostSure", .vermilion), ("iidMeanSquare", "η_meanSquare", .blue),
          ])),
      ])
    figure.sharesLegend = true
    return figure
  }

  /// Claim 6: the complete ordering, and the golden bounds.
  static func orderingOfBounds(_ context: StudyContext) throws(InputError) -> Study.Finding {
    var checks = try goldenBounds()
    var stream = RandomStream(context.seeds("stability.06").key(.measurement))
    var families: [Family] = []
    let relations = [
      "η_all ≤ η_lower", "η_lower ≤ η_meanSquare", "η_meanSquare ≤ η_upper", "η_upper ≤ (15)", "(15) ≤ 2/λ₁",
      "η_sufficient ≤ η_lower", "η_meanSquare ≤ (16)", "η_meanSquare ≤ η_divergence",
    ]
    var violations = [Int](repeating: 0, count: relations.count)
    var ratios = [[Double]](repeating: [], count: 6)
    var cases = 0
    for _ in 0..<context.samples(200) {
      let family = try randomFamily(&stream)
      families.append(family)
      for sampling in [Sampling.subset, .iid] {
        for b in 1...family.n {
          let dynamics = try family.dynamics(b, sampling)
          let threshold = try family.geometry.meanSquareThreshold(of: dynamics)
          let bounds = try family.geometry.bounds(of: dynamics, from: threshold.direction)
          let all = try family.geometry.allBatchesThreshold(of: dynamics)
          let (η, full) = (threshold.value, family.geometry.fullBatchLimit())
          cases += 1
          for (place, (low, high)) in [
            (all.upper, bounds.lower), (bounds.lower, η), (η, bounds.upper), (bounds.upper, bounds.topEigenvector),
            (bounds.topEigenvector, full), (bounds.sufficient, bounds.lower), (η, bounds.trace), (η, bounds.divergence),
          ].enumerated() where low > high * (1 + 1e-7) { violations[place] += 1 }
          // Where there is no noise all bounds meet and the ratios say nothing.
          if b < family.n || sampling == .iid {
            for (place, value) in [
              bounds.sufficient, bounds.lower, bounds.upper, bounds.topEigenvector, bounds.trace, full,
            ].enumerated() { ratios[place].append(value / η) }
          }
        }
      }
    }
    for (relation, count) in zip(relations, violations) {
      checks.append(none("violations of \(relation)", count, of: cases))
    }
    var table = Table(
      name: "bounds", caption: "Bounds over η_meanSquare, over random families with noise.",
      columns: [
        .init("bound", "which bound"), .init("median", "median of bound/η_meanSquare"),
        .init("low", "10 % quantile"), .init("high", "90 % quantile"),
      ])
    let names = ["η_sufficient", "η_lower", "η_upper", "(15)", "(16)", "2/λ₁"]
    for (name, values) in zip(names, ratios) {
      let quantiles = try Quantile.estimates([0.5, 0.1, 0.9], of: values)
      table.append([.text(name)] + quantiles.map { .number($0) })
    }
    return Study.Finding(
      Claim(
        id: "stability.06", title: "The ordering of the bounds",
        statement: """
          η_all ≤ η_lower ≤ η_meanSquare ≤ η_upper ≤ (15) ≤ 2/λ₁, η_sufficient ≤ η_lower, η_meanSquare ≤ (16) and \
          η_meanSquare ≤ η_divergence, for semidefinite Hᵢ.
          """,
        source: .derivedHere(
          basis: """
            upper bounds (15), (16), (24) of Mulayoff and Michaeli; η_lower from Wu, Ma and E's condition; η_sufficient \
            and η_divergence are a reconstruction in the shape of Patel's theorems, which were not read
            """),
        scope: .supporting,
        convention: "\(convention); numbers in parentheses as in arXiv 2306.07850; violations beyond 1e-7 relative",
        hypotheses: [interpolationHypothesis(families), try semidefiniteHypothesis(families)], checks: checks,
        correction: """
          Wu, Ma and E's poster prints the non-uniformity as λ_max(Σ), Σ = (1/n) Σ Hᵢ² − H²; the bound s ≤ √b/η needs its \
          root, which their code returns. And their condition is sufficient for stability in mean square, not necessary: \
          η_lower is below η_meanSquare.
          """,
        remark: """
          t_Q of G3 is (2.671875 + √2.763916015625)/2 = 2.16718897; 2.16718899, which is also in circulation among the \
          reference numbers, is 2e-8 too large. η_all with replacement is 2/max λ₁(Hᵢ) for every b, as one sample can \
          be drawn b times.
          """), tables: [table])
  }

  /// The printed bounds of G2 and G3.
  private static func goldenBounds() throws(InputError) -> [Check] {
    var checks: [Check] = []
    let (g2, g3) = (try g2(), try g3())
    for (b, lower, upper) in [(1, 0.535525, 0.584318), (2, 0.909006, 0.943149), (3, 1.131483, 1.131483)] {
      let found = try g2.geometry.bounds(of: g2.dynamics(b))
      checks.append(printed("η_lower, G2, b = \(b)", lower, digits: 6, found.lower))
      checks.append(printed("η_upper, G2, b = \(b)", upper, digits: 6, found.upper))
    }
    let table: [[Double]] = [
      [0.637148, 0.680389, 0.727273, 0.743363, 0.488699, 1.396163],
      [0.851209, 0.880407, 0.888889, 0.994083, 0.847028, 2.236721],
      [0.946559, 0.958936, 0.960000, 1.120000, 0.943219, 2.798291],
      [1, 1, 1, 1.195730, 1, 3.2],
    ]
    let names = ["η_lower", "η_upper", "(15)", "(16)", "η_sufficient", "η_divergence"]
    for (b, row) in zip(1..., table) {
      let found = try g3.geometry.bounds(of: g3.dynamics(b))
      let values = [
        found.lower, found.upper, found.topEigenvector, found.trace, found.sufficient, found.divergence,
      ]
      for (place, name) in names.enumerated() {
        checks.append(printed("\(name), G3, b = \(b)", row[place], digits: 6, values[place]))
      }
    }
    for (b, threshold, sufficient) in [
      (4, 0.906328, 0.880709), (8, 0.952961, 0.936571), (16, 0.976497, 0.967247), (1_000, 0.999625, 0.999458),
    ] {
      let dynamics = try g3.dynamics(b, .iid)
      checks.append(
        printed(
          "η_meanSquare, G3, iid, b = \(b)", threshold, digits: 6,
          try g3.geometry.meanSquareThreshold(of: dynamics).value))
      checks.append(
        printed(
          "η_sufficient, G3, iid, b = \(b)", sufficient, digits: 6, try g3.geometry.bounds(of: dynamics).sufficient))
    }
    let bounds = try g3.geometry.bounds(of: g3.dynamics(1))
    // M = (1/4) Σ Hᵢ² − H² = [[2, −½], [−½, 0.671875]] by hand.
    let split = 2.763916015625.squareRoot()
    checks += [
      Check(
        "t_Q, G3, against (2.671875 + √2.763916015625)/2", prediction: (2.671875 + split) / 2,
        measurement: bounds.largestVariance, tolerance: .absolute(0.5e-8)),
      printed("s_Q, G3", 0.50468603, digits: 8, bounds.smallestVariance),
      printed(
        "t_Q/(λ₁λ_m), G3", 1.73375117, digits: 8,
        bounds.largestVariance / (g3.geometry.eigenvalues[0] * g3.geometry.eigenvalues[1])),
      Check(
        "Wu's non-uniformity of G3 is √t_Q", prediction: bounds.largestVariance.squareRoot(),
        measurement: try g3.geometry.nonUniformity(), tolerance: .absolute(1e-12)),
    ]
    for (b, value) in zip(1..., [1.0 / 3, 1.0 / 3]) {
      let g1 = try g1()
      checks.append(
        Check(
          "η_all, G1, iid, b = \(b)", prediction: value,
          measurement: try g1.geometry.allBatchesThreshold(of: g1.dynamics(b, .iid)).lower, tolerance: .absolute(1e-9)))
    }
    return checks
  }
}
