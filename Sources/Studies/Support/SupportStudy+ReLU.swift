import Claims
import DataSets
import Descent
import Foundation
import Numerics
import Objectives
import Reporting

/// Networks of rectified units (claims b12 and b13, and the target that they do not learn).
extension SupportStudy {
  private struct Depth: Sendable {
    var name: String
    var widths: [Int]
    var batches: [Int?]
  }

  private static let depths = [
    Depth(name: "15-32-1", widths: [15, 32, 1], batches: [1, 2, 4, 16, 64, nil]),
    // Without clipping b = 1 diverges.
    Depth(name: "15-15-15-15-1", widths: [15, 15, 15, 15, 1], batches: [4, 16, 64, nil]),
  ]

  private static func rectified(
    _ widths: [Int], _ data: RegressionSamples, batch: Int?, step: Double = 0.01, steps: Int = 50_000
  ) throws(InputError) -> Training {
    Training(
      network: try Network(widths: widths, activation: .relu, bias: false),
      data: batch == nil ? meanOfTwins(data) : data, evaluation: data, batch: batch, step: step,
      // Gradient descent is flat once it has fitted.
      steps: batch == nil ? steps / 5 : steps, recordings: 100)
  }

  private static let rectifiedConvention = """
    ReLU, \(convention); 500 mirrored inputs (1000 rows), 5 of 15 relevant, noise 0.5, $η = 0.01$, 50,000 steps; gradient descent 10,000
    """

  /// Claim b12: the order of b with rectified units.
  static func rectifiedNetworks(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("support.b12")
    let data = controlledData(seeds).training
    var trainings: [Training] = []
    for depth in depths {
      for b in depth.batches { trainings.append(try rectified(depth.widths, data, batch: b)) }
    }
    let trials = context.samples(8)
    let runs = try train(trainings, trials: trials, seeds: seeds, context)
    var table = Table(
      name: "rectified", caption: "The first layer of ReLU networks on irrelevant inputs, linear target.",
      columns: [
        .init("network", "widths"), .init("batch", "batch size b; full: gradient descent"),
        .init("seed", "which start and index stream"), .init("start", "‖W₁‖ on irrelevant inputs at the start"),
        .init("irrelevant", "the same at the end"),
        .init("ratio", "root mean square norm of an irrelevant column over a relevant one"),
        .init("rank", "effective rank of W₁"),
        .init("loss", "mean squared error over all rows, mean over the last tenth"),
      ])
    var checks: [Check] = []
    var place = 0
    var remarks: [String] = []
    for depth in depths {
      let group = Array(runs[place..<place + depth.batches.count])
      place += depth.batches.count
      for (b, runs) in zip(depth.batches, group) {
        for (seed, run) in runs.enumerated() {
          table.append([
            .text(depth.name), .text(name(b)), .integer(seed), .number(run.irrelevant[0]), .number(run.finalNorm),
            .number(try run.norms().columnRatio), .number(try run.effectiveRank()), .number(run.finalLoss),
          ])
        }
      }
      let violations = (0..<trials).reduce(0) { count, seed in
        count + zip(group, group.dropFirst()).count { $0[seed].finalNorm >= $1[seed].finalNorm }
      }
      let losses = group.map { mean($0.map(\.finalLoss)) }
      let means = group.map { mean($0.map(\.finalNorm)) }
      checks.append(
        none(
          "neighbouring batch sizes out of order in the mean, \(depth.name)",
          zip(means, means.dropFirst()).count { $0 >= $1 }, of: group.count - 1))
      let pairs = trials * (group.count - 1)
      checks.append(
        try .frequency(
          "neighbouring batch sizes in order, start by start, \(depth.name)", prediction: 0.85,
          successes: pairs - violations, of: pairs, tolerance: .atLeast))
      checks.append(
        Check(
          "largest mean squared error over the target's variance, \(depth.name)", prediction: 0.1,
          measurement: (losses.max() ?? .nan) / 5, tolerance: .atMost, count: group.count))
      remarks.append(
        """
        \(depth.name), $b$ = \(depth.batches.map(name).joined(separator: ", ")): \
        \(list(group.map { mean($0.map(\.finalNorm)) })) of \(number(group[0][0].irrelevant[0])) at the start, mean squared error \
        \(list(losses))
        """)
    }
    return Study.Finding(
      Claim(
        id: "support.b12", title: "ReLU networks that learn their target shrink by batch size, too",
        statement: """
          On a linear target that a ReLU network learns the norm on irrelevant inputs increases with $b$, with two layers and with four, \
          in the mean over starts; start by start nearly always.
          """,
        source: .publication(.beneventano, place: "abstract"), convention: rectifiedConvention,
        hypotheses: [stayedHypothesis(runs)], checks: checks,
        remark: remarks.joined(separator: "; ")
          + ". A small batch adds noise to the fit: the losses differ by that much, and all are far below the target's variance 5."
      ),
      figures: [rectifiedFigure(table)], tables: [table])
  }

  /// What is left of the irrelevant weights on each start, network by network.
  private static func rectifiedFigure(_ table: Table) -> Figure {
    let (starts, ends) = (table.column("start"), table.column("irrelevant"))
    let panels = depths.map { depth in
      let names = depth.batches.map(name)
      let rows = table.rows.indices.filter { table.rows[$0][0] == .text(depth.name) }
      let places = rows.map { row in
        if case .text(let batch) = table.rows[row][1], let place = names.firstIndex(of: batch) {
          Double(place + 1)
        } else {
          Double.nan
        }
      }
      return Figure.Panel(
        title: depth.name, horizontal: .init("batch size b", categories: names),
        vertical: .init("irrelevant ‖W₁‖, end over start", range: 0...1.05),
        layers: [
          .init("one start", .points, .blue, x: places, y: rows.map { ends[$0] / starts[$0] })
        ])
    }
    var figure = Figure(
      name: "rectified", title: "ReLU networks: the smaller the batch, the less of the irrelevant weights is left",
      caption: """
        The points climb with the batch size, in two layers (left) and in four (right); under the full batch they stay below 1 by what the \
        initial fit has taken. $‖W₁‖$ on irrelevant inputs at the end over that at the start, a point for each start; linear target, noise \
        0.5, $η = 0.01$. The deeper network diverges at $b = 1$; it is run from 4 on.
        """, panels: panels)
    figure.sharesLegend = true
    return figure
  }

  /// Claim b13: small batches give a more interpretable first layer.
  static func interpretability(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("support.b13")
    let data = controlledData(seeds).training
    let batches: [Int?] = [1, 4, nil]
    let runs = try train(
      try batches.map { (b) throws(InputError) in try rectified([15, 32, 1], data, batch: b) },
      trials: context.samples(8), seeds: seeds, context)
    let ratios = try runs.map { (runs) throws(InputError) in
      try runs.map { (run) throws(InputError) in try run.norms().columnRatio }
    }
    let ranks = try runs.map { (runs) throws(InputError) in
      try runs.map { (run) throws(InputError) in try run.effectiveRank() }
    }
    var violations = 0
    for seed in runs[0].indices {
      for place in 0..<2 {
        if ratios[place][seed] >= ratios[place + 1][seed] { violations += 1 }
        if ranks[place][seed] >= ranks[place + 1][seed] { violations += 1 }
      }
    }
    // Each layer as a map: rows are neurons, columns are inputs.
    func panel(_ place: Int) -> Figure.Panel {
      let weights = runs[place][0].firstLayer
      let norms = (0..<weights.rows).map { LinearAlgebra.norm(weights.row($0)) }
      let order = norms.indices.sorted { norms[$0] > norms[$1] }
      let magnitudes = order.flatMap { weights.row($0).map(\.magnitude) }
      return heatMap(
        magnitudes, rows: weights.rows, columns: weights.columns, largest: magnitudes.max() ?? 1,
        title: "b = \(name(batches[place]))", "input", "neuron, from the smallest")
    }
    var figure = Figure(
      name: "first-layer", title: "At $b = 1$ one can see which five inputs matter",
      caption: """
        Look for the edge between the fifth and the sixth column: sharp at $b = 1$, gone under the full batch, where relevant and irrelevant \
        columns look alike. $|W₁|$ of the 15-32-1 ReLU network after 50,000 steps (gradient descent: 10,000), in shades from 0 (dark) to \
        each layer's largest entry (light): columns are inputs, of which the first five are relevant, rows are neurons, the largest on top.
        """, panels: batches.indices.map(panel))
    figure.sharesLegend = true
    return Study.Finding(
      Claim(
        id: "support.b13", title: "Small batches make the first layer interpretable",
        statement: """
          The norm of an irrelevant column relative to a relevant one, and the effective rank of $W₁$, are both lower for smaller $b$.
          """,
        source: .publication(.beneventano, place: "abstract: more interpretable features"),
        convention: "15-32-1 " + rectifiedConvention, hypotheses: [stayedHypothesis(runs)],
        checks: [
          none("neighbouring $b$ of 1, 4, full out of order, ratio and rank", violations, of: 4 * runs[0].count),
          Check(
            "ratio irrelevant over relevant at $b = 1$ over that of the full batch", prediction: 0.5,
            measurement: mean(ratios[0]) / mean(ratios[2]), tolerance: .atMost, count: runs[0].count),
        ],
        remark: """
          Ratio \(list(ratios.map(mean))), effective rank \(list(ranks.map(mean))), mean squared error \
          \(list(runs.map { mean($0.map(\.finalLoss)) })) for $b$ = 1, 4, full.
          """), figures: [figure])
  }

  /// Claim n5: a target that the network does not learn.
  static func unlearntSine(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("support.n5")
    let data = SupportData(
      inputsDrawn: 500, target: .sine, noise: .mirrored(standardDeviation: 1e-3), testCount: 2000
    ).drawn(seeds.key(.data))
    let batches: [Int?] = [4, 32, nil]
    let runs = try train(
      try batches.map { (b) throws(InputError) in
        try rectified([15, 15, 15, 15, 1], data.training, batch: b, steps: 20_000)
      }, trials: context.samples(24), seeds: seeds, context)
    let ratios = try runs.map { (runs) throws(InputError) in
      mean(try runs.map { (run) throws(InputError) in try run.norms().columnRatio })
    }
    return Study.Finding(
      Claim(
        id: "support.n5", title: "Control: a ReLU network that does not learn the sine does not find its support",
        statement: """
          Where a ReLU network fits $sin(∑xⱼ)$ without learning it, its first layer treats relevant and irrelevant inputs alike, for every $b$.
          """,
        source: .derivedHere(basis: "measurement; the published sine experiment uses linear networks"), scope: .beyond,
        convention:
          "15-15-15-15-1 ReLU, \(convention); 500 mirrored inputs, noise 0.001, $η = 0.01$, 20,000 steps (full: 4,000)",
        hypotheses: [stayedHypothesis(runs)],
        checks: zip(batches, ratios).map { b, ratio in
          Check(
            "ratio irrelevant over relevant, $b$ = \(name(b))", prediction: 1, measurement: ratio,
            tolerance: .absolute(0.15), count: runs[0].count)
        },
        remark: "Mean squared error on the training rows \(list(runs.map { mean($0.map(\.finalLoss)) }))."))
  }

  /// A map of numbers from 0 to `largest` as ten shades.
  static func heatMap(
    _ values: [Double], rows: Int, columns: Int, largest: Double, title: String, _ horizontal: String,
    _ vertical: String
  ) -> Figure.Panel {
    // The first row is on top.
    let cells = Figure.Cell.grid(
      (1...columns).map(Double.init), (1...rows).map(Double.init), logarithmic: (x: false, y: false)
    ).reversed().flatMap { $0 }
    return .init(
      title: title, horizontal: .init(horizontal, range: 0.5...(Double(columns) + 0.5)),
      vertical: .init(vertical, range: 0.5...(Double(rows) + 0.5)),
      layers: Figure.Layer.shaded(cells, values: values.map { $0 / largest }, over: 0...1), equalScales: rows == columns
    )
  }
}
