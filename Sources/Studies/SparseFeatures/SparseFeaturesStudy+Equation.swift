import Claims
import DataSets
import Descent
import Features
import Numerics
import Objectives
import Reporting

/// The stochastic differential equation as a model of SGD (claim a8).
extension SparseFeaturesStudy {
  private typealias Equation = StochasticDifferentialEquation<DiagonalNetworkObjective<Double>>

  /// SGD on one data set, its loss at every step, and what models are held against.
  private struct Companion: Sendable {
    var problem: SparseRegression
    var options: DescentOptions
    var loss: Record.Series
    /// Parameters at `times`.
    var path: [[Double]]
  }

  private static let equationSteps = 20_000

  private static func companion(
    _ number: Int, times: [Int], seeds: Seeds, workers: Int
  ) throws(InputError) -> Companion {
    let problem = try SparseRegression(SparseLinearData.main.drawn(seeds.key(.data, trial: number)))
    var options = singleSamples(.constant(1), steps: equationSteps, seeds: seeds)
    options.seeds.order = RandomStream.seed(seeds.key(.order, trial: number))
    options.schedule = decayed(try problem.calibrated(options, workers: workers).step, at: 0.5, by: 4)
    var engine = try StochasticGradientDescent(problem.training, options: options)
    engine.load(problem.start, trial: 0, lane: 0)
    var state = engine.makeState()
    var loss = Record.Series()
    var path: [[Double]] = []
    for step in 0...equationSteps {
      engine.read(lane: 0, into: &state)
      loss.steps.append(step)
      loss.values.append(problem.loss(at: state.parameters))
      if times.contains(step) { path.append(state.parameters) }
      if step < equationSteps { engine.advance(by: 1) }
    }
    return Companion(problem: problem, options: options, loss: loss, path: path)
  }

  /// Claim a8: the equation follows SGD; without its noise nothing becomes sparse.
  static func stochasticEquation(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("sparse-features.a8")
    let times = (0...20).map { $0 * equationSteps / 20 }
    let count = context.effort == .full ? 24 : 8
    let companions = try parallelMap(count, workers: context.workers) { (number) throws(InputError) in
      try companion(number, times: times, seeds: seeds, workers: 1)
    }
    let stable = companions.filter { $0.loss.values.allSatisfy { $0 <= 1e6 } }
    guard let first = stable.first else { throw InputError("SGD", expected: "runs that survive", found: "none") }
    let n = first.problem.training.sampleCount
    let isotropic = Equation.isotropicFactor(sampleCount: n)
    let models = [("no noise", 0), ("c = 1/n", 1 / Double(n)), ("c = 2(n − 1)/n²", isotropic)]
    let solutions = try parallelMap(stable.count * models.count, workers: context.workers) {
      (place) throws(InputError) in
      let companion = stable[place / models.count]
      var engine = try Equation(
        companion.problem.training, options: companion.options, noiseFactor: models[place % models.count].1)
      let start = Equation.Start(companion.problem.start, companionLoss: companion.loss)
      if let problem = engine.problem(with: start) { throw problem }
      engine.load(start, trial: 0, lane: 0)
      return states(of: &engine, at: times).map(\.parameters)
    }
    // Diverged solutions are left out, with their companions.
    let whole = stable.indices.filter { number in
      solutions[number * models.count..<(number + 1) * models.count].allSatisfy { path in
        path.allSatisfy { !hasDiverged(stable[number].problem.training, at: $0) }
      }
    }
    let alive = whole.map { stable[$0] }
    let paths = whole.flatMap { solutions[$0 * models.count..<($0 + 1) * models.count] }
    guard let shown = alive.first else {
      throw InputError("stochastic equation", expected: "runs that survive", found: "none")
    }
    var table = Table(
      name: "stochastic-equation", caption: "SGD and its stochastic differential equation after 20,000 steps.",
      columns: [
        .init("dataSet", "which data set"), .init("model", "SGD, or the noise of the equation"),
        .init("noiseFactor", "c"),
        .init("train", "training loss"), .init("test", "test loss"), .init("l0", "entries of u∘v above 1e-6"),
        .init("rank", "rank of the Jacobian, tolerance 1e-4"), .init("ratio", "l0 over that of SGD"),
      ])
    var ratios = [[Double]](repeating: [], count: models.count)
    var controls: [SparseMeasures] = []
    for (number, companion) in alive.enumerated() {
      let end = try companion.problem.measures(at: companion.path[companion.path.count - 1])
      func row(_ name: String, _ factor: Double, _ measures: SparseMeasures) -> [Table.Cell] {
        [
          .integer(number + 1), .text(name), .number(factor), .number(measures.train), .number(measures.test),
          .integer(measures.support), .integer(measures.rank), .number(Double(measures.support) / Double(end.support)),
        ]
      }
      table.append(row("SGD", .nan, end))
      for (place, model) in models.enumerated() {
        let path = paths[number * models.count + place]
        let measures = try companion.problem.measures(at: path[path.count - 1])
        table.append(row(model.0, model.1, measures))
        ratios[place].append(Double(measures.support) / Double(end.support))
        if model.1 == 0 { controls.append(measures) }
      }
    }
    let d = Double(first.problem.dimension)
    return Study.Finding(
      Claim(
        id: "sparse-features.a8",
        title: "A diffusion with the noise of labels follows SGD; without noise nothing is sparse",
        statement: """
          dθ = −∇L dt + √(η δ) φᵀ dB with δ = cL, L the loss of SGD at the same time and c = 2(n − 1)/n², ends with ‖u∘v‖₀ \
          within 30 % of SGD (median over data sets), and so it does with half of that, c = 1/n. With c = 0 all d entries and the full \
          rank stay.
          """,
        source: .publication(
          .andriushchenko, place: "section 3, Figure 9, appendix C; c is derived here from Proposition 2.1"),
        convention: """
          n = 80, d = 200, r = 20, L = ½ mean square; SGD at the calibrated step for 20,000 steps, divided by 4 at 50 %; \
          Euler–Maruyama with 10 substeps of η/10 a step; the same normal numbers for all c; ‖·‖₀ at 1e-6, rank at 1e-4
          """,
        hypotheses: [noDivergence(companions.count - alive.count, of: companions.count)],
        checks: [
          Check(
            "‖u∘v‖₀ without noise, median", prediction: d,
            measurement: try Quantile.median(of: controls.map { Double($0.support) }), tolerance: .exact,
            count: controls.count),
          Check(
            "rank without noise, smallest", prediction: d, measurement: Double(controls.map(\.rank).min() ?? 0),
            tolerance: .exact, count: controls.count),
          Check(
            "‖u∘v‖₀ of c = 1/n over that of SGD, median", prediction: 1,
            measurement: try Quantile.median(of: ratios[1]), tolerance: .absolute(0.3), count: ratios[1].count),
          Check(
            "‖u∘v‖₀ of c = 2(n − 1)/n² over that of SGD, median", prediction: 1,
            measurement: try Quantile.median(of: ratios[2]), tolerance: .absolute(0.3), count: ratios[2].count),
        ],
        correction: """
          The publication tunes c by hand for each model. Matching the covariance of the label noise, taken as isotropic, \
          gives c = 2(n − 1)/n² with nothing to tune: ratios \(span(ratios[2])), median \
          \(number(try Quantile.median(of: ratios[2]))). With half of that noise, c = 1/n, they are \(span(ratios[1])), median \
          \(number(try Quantile.median(of: ratios[1]))). A reference simulation of two data sets found both within 30 % of SGD \
          and c = 1/n slightly nearer; over many data sets SGD is between the two, about as far from one as from the other.
          """), figures: [try equationFigure(shown, models.map(\.0), Array(paths.prefix(models.count)), times)],
      tables: [table])
  }

  private static func equationFigure(
    _ companion: Companion, _ names: [String], _ paths: [[[Double]]], _ times: [Int]
  ) throws(InputError) -> Figure {
    let problem = companion.problem
    let curves = zip(
      ["SGD"] + names, zip([Figure.Colour.black, .grey, .skyBlue, .vermilion], [companion.path] + paths))
    func panel(
      _ label: String, logarithmic: Bool = false, _ value: ([Double]) throws(InputError) -> Double
    ) throws(InputError) -> Figure.Panel {
      var layers: [Figure.Layer] = []
      for (name, curve) in curves {
        let y = try curve.1.map(value)
        layers.append(.init(name, name == "SGD" ? .line : .dashed, curve.0, x: times.map(Double.init), y: y))
      }
      return .init(
        horizontal: .init("step of SGD"), vertical: .init(label, logarithmic: logarithmic), layers: layers)
    }
    var figure = Figure(
      name: "stochastic-equation", title: "SGD and its stochastic differential equation",
      caption: """
        One diagonal network (n = 80, d = 200), the step lowered at half of the run: SGD, and the equation with the noise of \
        Proposition 2.1 at three levels, without noise gradient flow. Training loss (cut off at 1e-10), test \
        loss, rank of the Jacobian on 400 fresh inputs (tolerance 1e-4), entries of u∘v above 1e-6.
        """,
      panels: [
        try panel("training loss", logarithmic: true) { max(problem.loss(at: $0), 1e-10) },
        try panel("test loss", logarithmic: true) { problem.test.loss(at: $0) },
        try panel("rank of the Jacobian") { (θ) throws(InputError) in
          Double(try JacobianRank(of: problem.fresh, at: θ).rank)
        },
        try panel("‖u∘v‖₀") { θ in Double(problem.training.coefficients(at: θ).count { abs($0) > 1e-6 }) },
      ])
    figure.sharesLegend = true
    return figure
  }
}
