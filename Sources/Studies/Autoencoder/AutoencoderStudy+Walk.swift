import Claims
import Descent
import Foundation
import Numerics
import Objectives
import Reporting

/// The random walk of the log-ratios that decides for one data point (claims 16, 17 and b9).
extension AutoencoderStudy {
  /// Claim 16: its slope once a leader stands.
  static func logRatioSlope(_ context: StudyContext) throws(InputError) -> Study.Finding {
    var checks: [Check] = []
    for (m, batch, η) in [(10, 1, 0.2), (10, 3, 0.2), (10, 1, 0.1), (5, 4, 0.2)] {
      let steps = 40_000
      // Competitors start so low that their own size never matters; logarithms go on below the smallest double.
      let start = [1.0] + [Double](repeating: 1e-6, count: m - 1)
      let experiment = AutoencoderExperiment(
        dimension: m, count: m, start: .coefficients(start, perpendicular: 0),
        options: options(
          .subset, batch: batch, step: η, budget: steps, seeds: context.seeds("autoencoder.16/m=\(m),b=\(batch),η=\(η)")
        ))
      let record = try experiment.run(
        trials: 0..<context.samples(200), workers: context.workers, stopping: experiment.stopping(every: steps),
        finals: [
          Measure("slope") { state in
            let competitors = state.logCoefficients.dropFirst()
            let mean = competitors.reduce(0, +) / Double(competitors.count)
            return (state.logCoefficients[0] - mean - log(1e6)) / Double(steps)
          }
        ], keepsLogarithms: true)
      let prediction = AutoencoderTheory.pairDrift(step: η, batchSize: batch, count: m)
      let slopes = record.finals("slope")
      let name = "slope of log(c_k/cⱼ) per step, m = \(m), b = \(batch), η = \(η)"
      checks.append(try .mean(name, prediction: prediction, of: slopes, tolerance: .relative(0.2)))
      checks.append(
        try .mean("\(name), in standard errors", prediction: prediction, of: slopes, tolerance: .standardErrors(4)))
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.16", title: "Slope of the log-ratio",
        statement:
          """
          Near a_k, log(c_k/cⱼ) grows by −π log(1−(η/b)²) per step, π = b(m−b)/(m(m−1)) the probability that a batch \
          holds k and not j.
          """,
        source: .derivedHere(basis: "gain identity at s = 1"), scope: .supporting,
        convention:
          "\(convention); order subset, start c = (1, 1e-6, …), T = 40,000; logarithms carried below underflow",
        hypotheses: [stepHypothesis(0.2), batchHypothesis([1, 3], below: 10), batchHypothesis([4], below: 5)],
        checks: checks))
  }

  /// Claim 17: R_t drifts upwards, at second order in η.
  static func logRatioDrift(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.17")
    let m = 10
    let objective = AutoencoderObjective(data: try .standardBasis(count: m, dimension: m), activation: .relu)
    var checks: [Check] = []
    var stream = RandomStream(seeds.key(.measurement))
    let random = stream.sphere(count: m - 1).map(abs)
    for η in [0.05, 0.1, 0.2] {
      let shapes: [(String, [Double])] = [
        ("equal competitors", [Double](repeating: 1, count: m - 1)),
        ("one competitor", [1] + [Double](repeating: 0, count: m - 2)), ("random competitors", random),
      ]
      for (name, weights) in shapes {
        let total = weights.reduce(0, +)
        let start = [1.0] + weights.map { 1e-7 * $0 / total }
        // b = 1: the expectation is the mean over the m possible batches, so it is computed and not sampled.
        let before = AutoencoderState(of: objective, at: start).logRatio(.relu)
        var drift = 0.0
        for i in 0..<m {
          let gradient = objective.gradient(at: start, over: Batch(samples: [i]))
          let after = zip(start, gradient).map { $0 - η * $1 }
          drift += (AutoencoderState(of: objective, at: after).logRatio(.relu) - before) / Double(m)
        }
        let shares = weights.map { $0 / total }
        checks.append(
          Check(
            "m · E[ΔR], η = \(η), \(name)",
            prediction: Double(m) * AutoencoderTheory.logRatioDrift(step: η, count: m, shares: shares),
            measurement: Double(m) * drift, tolerance: .relative(1e-4)))
        checks.append(
          Check(
            "m · E[ΔR], η = \(η), \(name), against the bound −log(1−η) − η",
            prediction: Double(m) * AutoencoderTheory.leastLogRatioDrift(step: η, count: m),
            measurement: Double(m) * drift, tolerance: .atLeast))
      }
    }
    let (figures, table) = try walkFigures(context, seeds: seeds)
    return Study.Finding(
      Claim(
        id: "autoencoder.17", title: "R_t drifts upwards",
        statement: """
          At an aligned state the conditional drift of R is [−log(1−η) − Σ log(1+ηpⱼ)]/m ≥ [−log(1−η) − η]/m > 0, \
          which makes the walk transient (Proposition 8, after Menshikov and Wade 2010) and the limit 1-sparse.
          """,
        source: .publication(paper, place: "Proposition 8"),
        convention: "\(convention); b = 1; R = log(c_k / Σ_{j≠k} cⱼ), a reconstruction",
        hypotheses: [stepHypothesis(0.2)], checks: checks,
        correction: """
          log(1/(1−η)) is the gain in a step that samples the leader (log(1/(1−η/b)) for batch means), not the drift; \
          the loss when a competitor is sampled is comparable, log(1+ηpⱼ), so the net drift is of second order in η.
          """), figures: figures, tables: [table])
  }

  /// The walk R_t of SGD and gradient descent, and the coefficients behind one run of each.
  private static func walkFigures(
    _ context: StudyContext, seeds: Seeds
  ) throws(InputError) -> ([Figure], Table) {
    let (n, m, steps) = (50, 9, 8_000)
    var start = AutoencoderStart.sphere(norm: 0.5).state(count: m, dimension: n, key: seeds.key(.initialization))
    start.coefficients = start.coefficients.map(abs)
    let options = [
      options(.subset, batch: 1, budget: steps, seeds: seeds), options(.full, budget: steps, seeds: seeds),
    ]
    let records = try options.map { options throws(InputError) in
      let experiment = AutoencoderExperiment(
        dimension: n, count: m, start: .coefficients(start.coefficients, perpendicular: start.perpendicular),
        options: options)
      let coefficients = (0..<m).map { i in
        Probe<AutoencoderState>("coefficient\(i)", .perDecade(50)) { $0.coefficients[i] }
      }
      return try experiment.run(
        trials: 0..<30, workers: context.workers, stopping: experiment.stopping(every: steps),
        series: [Probe("logRatio", .every(40)) { logRatio(ofLogarithms: $0.logCoefficients) }] + coefficients,
        keepsLogarithms: true)
    }
    var table = Table(
      name: "log-ratio-walk",
      caption:
        """
        The walk R_t, every 40 steps: ReLU, n = 50, m = 9, η = 0.2, one start, 30 orders of SGD (b = 1), and gradient \
        descent.
        """,
      columns: [
        .init("algorithm", "sgd or gd"), .init("trial", "the order of the batches"), .init("step", "t"),
        .init("logRatio", "R_t"),
      ])
    var walks: [Figure.Layer] = []
    for replica in records[0].replicas {
      let series = replica.series[0]
      for (step, value) in zip(series.steps, series.values) {
        table.append(["sgd", .integer(replica.trial), .integer(step), .number(value)])
      }
      walks.append(
        .init(
          replica.trial == 0 ? "SGD, b = 1, 30 orders" : "", .thinLine, .blue, x: series.steps.map(Double.init),
          y: series.values))
    }
    let still = records[1].replicas[0].series[0]
    for (step, value) in zip(still.steps, still.values) { table.append(["gd", 0, .integer(step), .number(value)]) }
    walks.append(.init("gradient descent", .line, .vermilion, x: still.steps.map(Double.init), y: still.values))
    let slope = AutoencoderTheory.pairDrift(step: 0.2, batchSize: 1, count: m)
    walks.append(
      .init(
        "slope of claim 16", .dashed, .black, x: [0, Double(steps)],
        y: [still.values[0], still.values[0] + slope * Double(steps)]))
    func panel(_ title: String, _ record: Record) -> Figure.Panel {
      let replica = record.replicas[0]
      let colours: [Figure.Colour] = [.blue, .orange, .green, .vermilion, .purple, .skyBlue, .black, .grey, .yellow]
      let layers = (0..<m).map { i in
        Figure.Layer(
          "", .line, colours[i % colours.count], x: replica.series[i + 1].steps.map { Double($0) + 1 },
          y: replica.series[i + 1].values)
      }
      return .init(
        title: title, horizontal: .init("step + 1", logarithmic: true),
        vertical: .init("coefficient cᵢ", range: 0...1.05), layers: layers)
    }
    return (
      [
        Figure(
          name: "trajectories", title: "Gradient descent mixes, SGD decides",
          caption: """
            The nine coefficients cᵢ = ⟨w, aᵢ⟩ from one start (all positive), ReLU, n = 50, m = 9, η = 0.2. Gradient \
            descent scales them together; SGD with b = 1 ends with one of them at 1 and the others at 0.
            """,
          panels: [panel("gradient descent", records[1]), panel("SGD, b = 1", records[0])]),
        Figure(
          name: "log-ratio-walk", title: "The walk of the log-ratio",
          caption: """
            R_t = log(c_k / Σ_{j≠k} cⱼ), k the leader, from the start of the previous figure: constant under gradient \
            descent, transient under SGD. Dashed: slope −π log(1−η²) of claim 16, drawn from R₀.
            """,
          panels: [.init(horizontal: .init("step t"), vertical: .init("Rₜ"), layers: walks)]),
      ], table
    )
  }

  /// R from log cᵢ, all active: log c_k − log Σ_{j≠k} cⱼ without leaving the logarithms, so that it goes on where c
  /// underflows.
  private static func logRatio(ofLogarithms logs: [Double]) -> Double {
    let leader = logs.indices.max { logs[$0] < logs[$1] } ?? 0
    let others = logs.indices.filter { $0 != leader }.map { logs[$0] }
    let largest = others.max() ?? -.infinity
    return logs[leader] - largest - log(others.reduce(0) { $0 + exp($1 - largest) })
  }

  /// Claim b9: at a data point the linearisation is unstable in mean square and stable almost surely.
  static func almostSureVersusMeanSquare(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.b9")
    let m = 10
    let data = try AutoencoderData.standardBasis(count: m, dimension: m)
    var checks: [Check] = []
    var corner = [Double](repeating: 0, count: m)
    corner[0] = 1
    for η in [0.05, 0.2] {
      for activation in AutoencoderObjective.Activation.allCases {
        // ReLU approached from positive coefficients is linear there: φ′ = 1.
        let objective = AutoencoderObjective(data: data, activation: activation, kink: .one)
        var moment = [Double](repeating: 0, count: m * m * m * m)
        for i in 0..<m {
          let hessian = objective.denseHessian(at: corner, over: Batch(samples: [i]))
          let map = (0..<(m * m)).map { ($0 % (m + 1) == 0 ? 1 : 0) - η * hessian[$0] }
          for a in 0..<m {
            for b in 0..<m {
              for c in 0..<m {
                for d in 0..<m {
                  moment[((a * m + c) * m + b) * m + d] += map[a * m + b] * map[c * m + d] / Double(m)
                }
              }
            }
          }
        }
        let eigenvalues = try LinearAlgebra.symmetricEigenvalues(
          of: Matrix(rows: m * m, columns: m * m, storage: moment))
        checks.append(
          Check(
            "spectral radius of E[(I−ηHᵢ)⊗(I−ηHᵢ)] at a_k, \(activation.rawValue), η = \(η)",
            prediction: AutoencoderTheory.meanSquareGrowth(step: η, count: m),
            measurement: eigenvalues.map(abs).max() ?? .nan, tolerance: .absolute(1e-12)))
      }
      // Long enough for a mean fall of the logarithm by 100, ten times its scatter.
      let steps = Int((1_000 / (η * η)).rounded())
      let experiment = AutoencoderExperiment(
        dimension: m, count: m, activation: .linear,
        start: .coefficients([1] + [Double](repeating: 1e-6, count: m - 1), perpendicular: 0),
        options: options(.iid, batch: 1, step: η, budget: steps, seeds: seeds))
      let record = try experiment.run(
        trials: 0..<context.samples(100), workers: context.workers, stopping: experiment.stopping(every: steps),
        finals: [
          Measure("exponent") { state in
            (state.logCoefficients.dropFirst().reduce(0, +) / Double(m - 1) - log(1e-6)) / Double(steps)
          },
          Measure("misalignment") { $0.misalignment(.linear) },
        ], keepsLogarithms: true)
      checks.append(
        try .mean(
          "Lyapunov exponent of a competitor at a_k, η = \(η)",
          prediction: AutoencoderTheory.lyapunovExponent(step: η, count: m), of: record.finals("exponent"),
          tolerance: .standardErrors(4)))
      checks.append(
        .largest(
          "largest 1 − max cos after \(steps) steps from 1e-6 beside a_k, η = \(η)", of: record.finals("misalignment"),
          prediction: 1e-9, tolerance: .atMost))
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.b9", title: "Unstable in mean square, yet reached almost surely",
        statement: """
          At a_k a competitor is multiplied by 1+η or 1−η with probability 1/m each: E cⱼ² grows by 1 + 2η²/m a step \
          while E log|cⱼ| falls by −log(1−η²)/m. So every a_k fails the mean-square test of linear stability, and SGD \
          converges there almost surely.
          """,
        source: .derivedHere(basis: "linearisation at a_k"), scope: .beyond,
        convention:
          "\(convention); m = n = 10, b = 1, order iid; per-sample Hessians with φ′(0) = 1 (approach from above)",
        hypotheses: [orthonormalHypothesis(data), stepHypothesis(0.2)],
        checks: checks))
  }
}
