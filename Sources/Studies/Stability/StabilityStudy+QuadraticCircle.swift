import Claims
import Descent
import Foundation
import Numerics
import Objectives
import Reporting
import Stability

/// The landscape of a sharp ellipse and a flat circle (claim 9).
extension StabilityStudy {
  /// Claim 9: quadratic–circle sums.
  static func quadraticCircleSums(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let problem = try ReferenceProblem.quadraticCircle()
    guard case .quadraticMinimum(let objective) = problem.objective else {
      throw InputError(problem.name, expected: "a minimum of bowls", found: "another objective")
    }
    let seeds = context.seeds("stability.09")
    let (sharp, circle) = (try named(problem, "sharp"), try named(problem, "circle"))
    let geometries = [
      ("sharp", try MinimumGeometry(objective, at: sharp)), ("circle", try MinimumGeometry(objective, at: circle)),
    ]
    let limit = geometries[0].1.fullBatchLimit()
    var checks = [
      Check("$2/λ₁$ of the ellipse", prediction: 0.1, measurement: limit, tolerance: .absolute(1e-12)),
      Check(
        "$2/λ₁$ of the circle", prediction: 1, measurement: geometries[1].1.fullBatchLimit(),
        tolerance: .absolute(1e-12)),
    ]
    var table = Table(
      name: "quadratic-circle", caption: "Where runs end on the quadratic–circle sum (substitute), after 800 steps.",
      columns: [
        .init("relativeStep", "f = η over gradient descent's limit of the ellipse, 0.1"),
        .init("batch", "batch size b, subsets"), .init("start", "where runs start, at distance 0.001"),
        .init("circle", "fraction that ends within 1 of the circle's centre"),
        .init("ellipse", "fraction that ends within 1 of the ellipse's"),
        .init("between", "fraction that ends within 0.01 of (1, 0), where half of the samples use each piece"),
        .init("runs", "how many runs"), .init("reference", "fraction at the circle in 1,000 reference runs"),
      ])
    let runs = context.samples(1_000)
    func ends(_ share: Double, _ b: Int, from start: [Double]) throws(InputError) -> [[Double]] {
      try EscapeExperiment(
        objective, around: start, startRadius: 1e-3, escapeRadius: problem.escapeRadius,
        options: descent(share * limit, b, steps: 800, seeds: seeds)
      ).endpoints(trials: runs, workers: context.workers).endpoints
    }
    func count(_ ends: [[Double]], near point: [Double], within radius: Double) -> Int {
      ends.count { hypot($0[0] - point[0], $0[1] - point[1]) < radius }
    }
    let cells: [(b: Int, cells: [(Double, Double)])] = [
      (1, [(0.6, 0), (0.7, 0.999), (0.8, 1), (0.98, 1)]), (2, [(0.7, 0), (0.8, 0), (0.9, 0.028), (0.98, 1)]),
      (4, [(0.7, 0), (0.98, 0), (1.05, 0.042), (1.2, 1)]), (8, [(0.7, 0), (0.98, 0), (1.05, 0), (1.2, 0)]),
    ]
    for (b, row) in cells {
      for (share, reference) in row {
        let found = try ends(share, b, from: sharp)
        let there = count(found, near: circle, within: 1)
        let between = count(found, near: [1, 0], within: 0.01)
        table.append([
          .number(share), .integer(b), "sharp", .number(Double(there) / Double(runs)),
          .number(Double(count(found, near: sharp, within: 0.9)) / Double(runs)),
          .number(Double(between) / Double(runs)), .integer(runs), .number(reference),
        ])
        let name = "$b = \(b)$, $f = \(share)$"
        if share == 0.7 {
          checks.append(
            try .frequency(
              "ends at the circle, \(name)", prediction: b == 1 ? 0.95 : 0.05, successes: there, of: runs,
              tolerance: b == 1 ? .atLeast : .atMost))
        } else {
          checks.append(
            try .frequency(
              "ends at the circle, \(name), against reference runs", prediction: reference, successes: there, of: runs,
              tolerance: .absolute(agreement(reference, 1_000, runs: runs))))
        }
        if b == 8, share > 1 {
          checks.append(
            try .frequency(
              "ends at the third minimum $(1, 0)$, \(name)", prediction: 1, successes: between, of: runs,
              tolerance: .exact))
        }
      }
      let kept = count(try ends(1.2, b, from: circle), near: circle, within: 1)
      table.append([
        1.2, .integer(b), "circle", .number(Double(kept) / Double(runs)), 0, 0, .integer(runs), 1,
      ])
      checks.append(
        try .frequency(
          "stays at the circle, $b = \(b)$, $f = 1.2$", prediction: 1, successes: kept, of: runs, tolerance: .exact))
    }
    return Study.Finding(
      Claim(
        id: "stability.09", title: "The same on a second landscape",
        statement: """
          At 0.7 of gradient descent's limit SGD with $b = 1$ goes from the sharp ellipse to the flat circle; with \
          $b = 2, 4, 8$ it stays. Started at the circle every batch size stays.
          """,
        source: .derivedHere(
          basis: """
            a substitute for Patel's quadratic–circle sums (arXiv 1709.04718), whose definition, grids and results were \
            not read
            """),
        scope: .supporting,
        convention: """
          $f = (1/8) ∑ min(½ ∑ aᵢⱼ λⱼ θⱼ², ½ μ‖θ − c‖²)$, $a = 1 ± 0.8$, $λ = (20, 4)$, $μ = 2$, $c = (3, 0)$; SGD itself; subsets; \
          start at distance 0.001, 800 steps
          """,
        hypotheses: [sharedMinimumHypothesis(geometries)], checks: checks,
        remark: """
          At $f > 1$ gradient descent leaves the ellipse and stops at $(1, 0)$, a third minimum of the mean in which half of \
          the samples use each piece and their gradients cancel; batch noise leaves that point.
          """), figures: [circleFigure(table)], tables: [table])
  }

  private static func circleFigure(_ table: Table) -> Figure {
    let (shares, batches, circle) = (table.column("relativeStep"), table.column("batch"), table.column("circle"))
    let colours: [Figure.Colour] = [.blue, .orange, .green, .vermilion]
    let layers = zip([1, 2, 4, 8], colours).flatMap { b, colour -> [Figure.Layer] in
      let rows = table.rows.indices.filter { batches[$0] == Double(b) && table.rows[$0][2] == .text("sharp") }
      let (x, y) = (rows.map { shares[$0] }, rows.map { circle[$0] })
      return [.init("b = \(b)", .points, colour, x: x, y: y), .init("", .thinLine, colour, x: x, y: y)]
    }
    return Figure(
      name: "quadratic-circle", title: "The smaller the batch, the sooner the sharp basin is left for the flat one",
      caption: """
        Runs start in the sharp ellipse. From left to right the step grows, and batch after batch gives it up for the flat \
        circle: at 0.7 of gradient descent's limit $b = 1$ has gone and the others stay. The full batch, $b = 8$, never arrives; \
        above its limit it stops at a third minimum. Fraction of runs that end in the circle after 800 steps of SGD itself on the \
        quadratic–circle sum (a substitute for Patel's), fresh subsets.
        """,
      panels: [
        .init(
          horizontal: .init("f = η over gradient descent's limit", range: 0.55...1.25),
          vertical: .init("fraction ending in the circle", range: -0.03...1.03), layers: layers)
      ])
  }
}
