import Claims
import DataSets
import Descent
import Foundation
import Numerics
import Objectives
import Reporting

/// The two-factor model f = Σ uⱼvⱼxⱼ, in which the law can be derived (claims b2 and b3).
extension SupportStudy {
  /// f = Σ uⱼvⱼxⱼ with ½(f − y)² on samples of Σ_{j<5} xⱼ, d = 10.
  private static func diagonal(
    samples n: Int, noise: SupportData.Noise, _ seeds: Seeds
  ) throws(InputError) -> (objective: DiagonalNetworkObjective<Double>, data: RegressionSamples) {
    let data = SupportData(inputsDrawn: n, inputCount: 10, noise: noise).drawn(seeds.key(.data)).training
    return (try DiagonalNetworkObjective(.product, features: data.features, targets: data.targets), data)
  }

  /// Claim b2: u² − v² along a run.
  static func imbalanceIdentity(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("support.b2")
    let (objective, data) = try diagonal(samples: 100, noise: .mirrored(standardDeviation: 0.5), seeds)
    let d = data.inputCount
    let η = 0.02
    let cases: [(order: SamplingOrder, batch: Int?)] = [
      (.iid, 1), (.reshuffle, 7), (.subset, 32), (.blocks, 8), (.full, nil),
    ]
    let steps = 100_000
    struct Run: Sendable {
      var largestError = 0.0
      var largestRate = 0.0
      var slope = 0.0
    }
    let runs = try parallelMap(cases.count, workers: context.workers) { (place) throws(InputError) in
      let one = cases[place]
      let steps = one.order == .full ? steps / 10 : steps
      let options = DescentOptions(
        order: one.order, batchSize: one.batch, schedule: .constant(η), budget: steps, seeds: seeds)
      var indices = try options.indexStream(sampleCount: data.sampleCount, trial: place)
      var batch = Batch()
      var parameters = objective.constantParameters(1, 0)
      var gradient = parameters
      var sums = [Double](repeating: 0, count: d)
      var run = Run()
      for step in 0..<steps {
        indices.draw(step, into: &batch)
        // gⱼ = mean of (f − y)xⱼ over the batch, from the data alone.
        var g = [Double](repeating: 0, count: d)
        for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
          let x = data.row(sample)
          var residual = -data.targets[sample]
          for j in 0..<d { residual += parameters[j] * parameters[d + j] * x[x.startIndex + j] }
          for j in 0..<d { g[j] += Double(multiplicity) / Double(batch.size) * residual * x[x.startIndex + j] }
        }
        for j in 0..<d {
          sums[j] += log1p(-η * η * g[j] * g[j])
          run.largestRate = max(run.largestRate, η * η * g[j] * g[j])
        }
        gradient = objective.gradient(at: parameters, over: batch)
        for j in parameters.indices { parameters[j] -= η * gradient[j] }
      }
      for j in 0..<d {
        let (u, v) = (parameters[j], parameters[d + j])
        run.largestError = max(run.largestError, abs(u * u - v * v - exp(sums[j])))
        if j >= 5 { run.slope += sums[j] / 5 }
      }
      return run
    }
    let names = cases.map { "\($0.order.name), b = \(name($0.batch))" }
    var table = Table(
      name: "imbalance", caption: "u² − v² against Π (1 − η²g²), ten coordinates.",
      columns: [
        .init("batches", "sampling order and batch size"), .init("steps", "steps"),
        .init("error", "largest difference over the coordinates"),
        .init("mean", "mean of Σ ln(1 − η²g²) over the irrelevant ones"),
      ])
    for (place, run) in runs.enumerated() {
      table.append([
        .text(names[place]), .integer(cases[place].order == .full ? steps / 10 : steps), .number(run.largestError),
        .number(run.slope),
      ])
    }
    let largest = runs.map(\.largestRate).max() ?? .nan
    return Study.Finding(
      Claim(
        id: "support.b2", title: "u² − v² shrinks by 1 − η²g² at every step, whatever the batches",
        statement: """
          In f = Σ uⱼvⱼxⱼ with ½(f − y)² the imbalance Dⱼ = uⱼ² − vⱼ² obeys Dⱼ(t+1) = Dⱼ(t)(1 − η²gⱼ(t)²) exactly, \
          gⱼ = mean of (f − y)xⱼ over the batch: it only ever shrinks, and it stops shrinking where the batch's gradient vanishes.
          """,
        source: .derivedHere(basis: "two lines of algebra"), scope: .supporting,
        convention:
          "½(f − y)², d = 10, 5 relevant, 100 mirrored inputs, noise 0.5, u = 1, v = 0, η = 0.02, 10⁵ steps (full: 10⁴)",
        hypotheses: [
          Hypothesis("η²g² < 1 at every step", holds: largest < 1, found: "largest η²g² = \(number(largest))")
        ],
        checks: zip(names, runs).map { name, run in
          Check(
            "D(T) − D(0) Π (1 − η²g²), D(0) = 1, largest over coordinates, \(name)", prediction: 0,
            measurement: run.largestError,
            tolerance: .absolute(1e-9))
        },
        remark: """
          Under the full batch ln D changes by \(number(runs.last?.slope ?? .nan)) in all, on the way to the minimum; with b = 1 by \
          \(number(runs.first?.slope ?? .nan)).
          """), tables: [table])
  }

  /// Claim b3: the rate η²s²/b.
  static func diagonalRate(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("support.b3")
    let (objective, data) = try diagonal(samples: 2000, noise: .none, seeds)
    let (d, η) = (data.inputCount, 0.02)
    // Σⱼ E[xⱼ²] over the irrelevant coordinates.
    var square = 0.0
    for sample in 0..<data.sampleCount {
      for x in data.row(sample).dropFirst(5) { square += x * x / Double(data.sampleCount) }
    }
    struct Setting: Sendable {
      var noise: Double
      var batch: Int
      var steps: Int
    }
    var settings: [Setting] = []
    for noise in [0.5, 1] {
      for b in [1, 8, 32] {
        // ln D falls by about 0.75 under noise 0.5, by 1.5 under 1.
        let span: Double = noise == 1 ? 1.5 : 3
        settings.append(Setting(noise: noise, batch: b, steps: Int(span * Double(b) / (η * η))))
      }
    }
    let trials = context.samples(4)
    let records = try parallelMap(settings.count, workers: context.workers) { [settings] (place) throws(InputError) in
      let setting = settings[settings.count - 1 - place]
      let options = DescentOptions(
        order: .iid, batchSize: setting.batch, schedule: .constant(η),
        labelNoise: LabelNoise(standardDeviation: setting.noise), budget: setting.steps, seeds: seeds)
      typealias Engine = StochasticGradientDescent<DiagonalNetworkObjective<Double>>
      let plan = RunPlan<Engine.State>(
        budget: setting.steps,
        series: [
          // Σⱼ ln Dⱼ over the irrelevant coordinates.
          Probe("logarithm", .every(setting.steps / 100)) { state in
            (5..<d).reduce(0) { sum, j in
              let (u, v) = (state.parameters[j], state.parameters[d + j])
              return sum + log(u * u - v * v)
            }
          }
        ])
      return try Ensemble.run(
        trials: 0..<trials, workers: 1, plan: plan, seeds: seeds,
        makeEngine: { () throws(InputError) in try Engine(objective, options: options) },
        start: { _ in objective.constantParameters(1, 0) })
    }
    var table = Table(
      name: "diagonal-rate", caption: "The rate at which ln(u² − v²) of irrelevant coordinates falls, d = 10.",
      columns: [
        .init("noise", "standard deviation of the fresh label noise"), .init("batch", "batch size b"),
        .init("steps", "steps T"), .init("measured", "rate a step, from T/5 on"),
        .init("standardError", "its standard error over the runs"), .init("predicted", "η²σ²E[x²]/b"),
        .init("ratio", "measured over predicted"),
      ])
    var checks: [Check] = []
    var layers: [Figure.Layer] = []
    let colours: [Figure.Colour] = [.blue, .green, .vermilion]
    for (setting, record) in zip(settings, records.reversed()) {
      let rates = record.replicas.map { replica in
        let series = replica.series[0]
        let first = series.steps.firstIndex { $0 >= setting.steps / 5 } ?? 0
        let last = series.steps.count - 1
        return -(series.values[last] - series.values[first]) / Double(series.steps[last] - series.steps[first])
      }
      let summary = try Summary(rates)
      let predicted: Double = η * η * setting.noise * setting.noise / Double(setting.batch) * square
      let error: Double = summary.standardError ?? .nan
      table.append([
        .number(setting.noise), .integer(setting.batch), .integer(setting.steps), .number(summary.mean / 5),
        .number(error / 5), .number(predicted / 5), .number(summary.mean / predicted),
      ])
      let name = "rate over η²σ²E[x²]/b, σ = \(setting.noise), b = \(setting.batch)"
      let ratio = summary.mean / predicted
      let spread = MeasurementError.standardError(error / predicted)
      if setting.batch >= 8 {
        checks.append(
          Check(name, prediction: 1, measurement: ratio, error: spread, tolerance: .absolute(0.05), count: trials))
      } else {
        checks.append(
          Check(
            "\(name): at most", prediction: 1.35, measurement: ratio, error: spread, tolerance: .atMost, count: trials))
        checks.append(
          Check(
            "\(name): at least", prediction: 0.95, measurement: ratio, error: spread, tolerance: .atLeast, count: trials
          ))
      }
      if setting.noise == 1 {
        let series = record.replicas[0].series[0]
        let colour = colours[layers.count / 2 % 3]
        // In units of η²t/b all batch sizes fall on one line.
        let unit = η * η / Double(setting.batch)
        let x = series.steps.map { unit * Double($0) }
        layers.append(.init("b = \(setting.batch), measured", .line, colour, x: x, y: series.values.map { $0 / 10 }))
        layers.append(
          .init(
            layers.count == 1 ? "predicted: −σ²/2" : "", .dashed, .black, x: [0, 1.5],
            y: [0, -0.15 * square]))
      }
    }
    return Study.Finding(
      Claim(
        id: "support.b3", title: "Irrelevant factors decay at the rate η²s²/(2b)",
        statement: """
          After fitting, Dⱼ of an irrelevant coordinate falls as exp(−η²s²E[xⱼ²]t/b), s² the mean squared residual, so |uⱼ| at half of \
          that rate; also with replacement, where the mean drift of claim b1 is absent.
          """,
        source: .derivedHere(basis: "the identity of claim b2 with E g² = s²E[x²]/b"), scope: .supporting,
        convention: """
          ½(f − y)², d = 10, 5 relevant, n = 2000, fresh label noise σ at each draw, batches with replacement, u = 1, v = 0, η = 0.02; \
          the prediction takes s = σ and leaves out the residual that the noise itself excites, which counts at b = 1
          """,
        hypotheses: [
          Hypothesis(
            "irrelevant columns are centred, noise is independent of x", holds: true,
            found: "fresh Gaussian label noise")
        ], checks: checks),
      figures: [
        Figure(
          name: "diagonal-rate", title: "One law for all batch sizes",
          caption: """
            The mean of ½ ln(uⱼ² − vⱼ²) over the irrelevant coordinates of the two-factor model, noise 1, against η²t/b: \
            measured (lines, one run each) and exp(−η²σ²E[x²]t/(2b)) (dashed).
            """,
          panels: [
            .init(
              horizontal: .init("η² t / b"), vertical: .init("mean of ½ ln(u² − v²)"), layers: layers)
          ])
      ], tables: [table])
  }
}
