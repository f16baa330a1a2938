import Claims
import Descent
import Foundation
import Numerics
import Objectives
import Reporting

/// How large norm and step may be, and what correlation does (claims 24, b8 and b11).
extension AutoencoderStudy {
  /// Claim 24: the step above which the norm no longer settles.
  static func normEdge(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.24")
    let m = 10
    var checks: [Check] = []
    for batch in [1, 2, 5, m] {
      let isFull = batch == m
      let edge = AutoencoderTheory.normEdge(batchSize: batch)
      for factor in [0.9, 1.1] {
        let η = factor * edge
        let budget = isFull ? 4_000 : 40_000
        let experiment = AutoencoderExperiment(
          dimension: 50, count: m, start: .sphere(norm: 0.5),
          options: options(isFull ? .full : .subset, batch: batch, step: η, budget: budget, seeds: seeds))
        let record = try experiment.run(
          trials: 0..<context.samples(16), workers: context.workers, stopping: experiment.stopping(every: budget),
          series: [Probe("squaredNorm", .at(Array((budget - 200)...budget))) { $0.squaredNorm }],
          finals: [Measure("misalignment") { $0.misalignment(.relu) }])
        let alive = record.alive
        let ranges = alive.map { ($0.series[0].values.max() ?? .nan) - ($0.series[0].values.min() ?? .nan) }
        let name = isFull ? "full batch" : "b = \(batch)"
        if factor < 1 {
          checks.append(
            .largest(
              "range of ‖w‖² over the last 200 steps, η = \(number(η)), \(name)", of: ranges, prediction: 1e-9,
              tolerance: .atMost))
        } else {
          checks.append(
            Check(
              "smallest range of ‖w‖² over the last 200 steps, η = \(number(η)), \(name)", prediction: 1e-2,
              measurement: ranges.min() ?? .nan, tolerance: .atLeast, count: ranges.count))
          if !isFull {
            checks.append(
              .largest(
                "1 − max cos while it oscillates, η = \(number(η)), \(name)", of: alive.map { $0.finals[0] },
                prediction: 1e-6,
                tolerance: .atMost))
          }
        }
      }
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.24", title: "The norm settles up to η = b/2",
        statement:
          """
          Per-sample curvature at a_k is 4, so the norm converges for η < b/2 (mini-batches) or η < m/2 (full batch) \
          and oscillates for ever above, while the direction of mini-batch SGD is still 1-sparse. η ≤ 1/5 is sufficient, far from \
          necessary.
          """,
        source: .derivedHere(basis: "curvature along w"), scope: .supporting,
        convention: "\(convention); n = 50, m = 10, ReLU, order subset, ‖w₀‖ = 0.5; classified at ± 10 % of the edge",
        hypotheses: [
          normHypothesis(0.5),
          try distinctHypothesis([.subset, .full], seeds: seeds),
        ],
        checks: checks))
  }

  /// Claim b8: a bound on the norm, and starts outside the hypotheses.
  static func normBound(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.b8")
    let m = 10
    var checks: [Check] = []
    for (η, batch) in [(0.05, 1), (0.1, 1), (0.2, 1), (0.2, 2), (0.2, 5)] {
      let experiment = AutoencoderExperiment(
        dimension: 20, count: m, start: .sphere(norm: 0.9),
        options: options(.subset, batch: batch, step: η, budget: 4_000, seeds: seeds))
      let record = try experiment.run(
        trials: 0..<context.samples(40), workers: context.workers, stopping: experiment.stopping(every: 4_000),
        series: [Probe("squaredNorm", .every(1)) { $0.squaredNorm }])
      let largest = record.alive.compactMap { $0.series[0].values.max() }
      let bound = AutoencoderTheory.squaredNormBound(step: η, batchSize: batch)
      checks.append(
        .largest(
          "largest ‖w_t‖² at any step, η = \(η), b = \(batch)", of: largest, prediction: bound, tolerance: .atMost))
    }
    checks += try largeStarts(context, seeds: seeds)
    return Study.Finding(
      Claim(
        id: "autoencoder.b8", title: "A bound on the norm",
        statement: """
          ‖w_t‖² never exceeds 1 + x, x the smaller root of h(1−x)² = 4x with h = η/b, for batches of distinct \
          indices, η ≤ 1/5 and ‖w₀‖ < 1. Beyond the hypothesis, starts with ‖w₀‖ = 2 end 1-sparse when the passive \
          part of w (outside the span, or negative under ReLU) starts small; when it stays above ‖·‖² = 2 the active \
          part dies out.
          """,
        source: .derivedHere(basis: "monotone recursion of ‖w‖²"), scope: .beyond,
        convention: "\(convention); m = 10, ReLU, order subset; every step is looked at",
        hypotheses: [
          normHypothesis(0.9), stepHypothesis(0.2),
          try distinctHypothesis([.subset], seeds: seeds),
        ], checks: checks,
        remark:
          """
          The fate of large starts is that of the two energies in the flow of small steps: Φ′ = 2Φ(2 − P − 2Φ), P′ = \
          −2ΦP, P the passive energy.
          """
      ))
  }

  /// Starts with ‖w₀‖ = 2: 1-sparse limits where little is passive, death of the active part where much is.
  private static func largeStarts(_ context: StudyContext, seeds: Seeds) throws(InputError) -> [Check] {
    let m = 10
    var checks: [Check] = []
    for (activation, n) in [(AutoencoderObjective.Activation.linear, m), (.relu, 50)] {
      let experiment = AutoencoderExperiment(
        dimension: n, count: m, activation: activation, start: .sphere(norm: 2),
        options: options(.subset, batch: 1, budget: 100_000, seeds: seeds))
      var stopping = experiment.stopping(misalignment: 1e-6)
      stopping.dead = { $0.activeEnergy(activation) < 1e-12 }
      let record = try experiment.run(trials: 0..<context.samples(300), workers: context.workers, stopping: stopping)
      if activation == .linear {
        checks.append(
          try .frequency(
            "fraction of 1-sparse limits from ‖w₀‖ = 2, linear, n = m (nothing passive)", prediction: 0.99,
            successes: record.count(.converged), of: record.replicas.count, tolerance: .atLeast))
      } else {
        let passive = record.replicas.map { replica in
          let start = experiment.start(of: replica.trial)
          return passiveFate(active: start.activeEnergy(.relu), passive: start.squaredNorm - start.activeEnergy(.relu))
        }
        let agreeing = zip(record.replicas, passive).count { ($0.outcome == .dead) == $1 }
        checks.append(
          try .frequency(
            "fraction of runs from ‖w₀‖ = 2, ReLU, n = 50, with the fate that the flow of the two energies predicts",
            prediction: 0.95, successes: agreeing, of: record.replicas.count, tolerance: .atLeast))
        checks.append(
          try .frequency(
            "fraction of those runs whose active part dies", prediction: 0.5, successes: record.count(.dead),
            of: record.replicas.count, tolerance: .atLeast))
      }
    }
    return checks
  }

  /// Whether the active energy Φ dies out under Φ′ = 2Φ(2 − P − 2Φ), P′ = −2ΦP: true if P is still above 2 when Φ has
  /// vanished.
  private static func passiveFate(active: Double, passive: Double) -> Bool {
    var (Φ, P) = (active, passive)
    // Time is measured in steps of 1/100 of the fastest rate, which Φ ≤ 4 bounds; Φ either vanishes or P falls below 2
    // for good.
    for _ in 0..<200_000 {
      let rate = 2 * (2 - P - 2 * Φ)
      (Φ, P) = (Φ * (1 + 0.001 * rate), P * (1 - 0.002 * Φ))
      if P < 2 { return false }
      if Φ < 1e-9 { return true }
    }
    return false
  }

  /// Claim b11: exact selection does not survive correlation.
  static func correlationFragility(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.b11")
    let m = 10
    let replicas = context.samples(16)
    var checks: [Check] = []
    var layer = Figure.Layer("SGD, b = 1, steps 10,000 to 20,000", .points, .blue, x: [], y: [])
    var switches = Figure.Layer("", .points, .vermilion, x: [], y: [])
    var table = Table(
      name: "correlation",
      caption:
        """
        Equicorrelated unit vectors, m = 10, ReLU, b = 1, η = 0.2: alignment and changes of leader over steps 10,000 \
        to 20,000.
        """,
      columns: [
        .init("correlation", "ρ"), .init("runs", "number of runs"),
        .init("maximumCosine", "mean of max cos over steps and runs"),
        .init("standardError", "its standard error over runs"),
        .init("leaderChangesPerStep", "changes of the largest coefficient per step"),
        .init("gradientDescentCosine", "max cos of the full-batch limit"),
        .init("meanDirectionCosine", "√((1+(m−1)ρ)/m)"),
      ])
    var previous = Double.infinity
    var smallestStart = Double.infinity
    for ρ in [0, 0.001, 0.003, 0.01, 0.03, 0.1] {
      let data = try AutoencoderData.equicorrelated(count: m, dimension: m, correlation: ρ)
      let objective = AutoencoderObjective(data: data, activation: .relu)
      let start = { @Sendable (trial: Int) -> AutoencoderState in
        var stream = RandomStream(seeds.key(.initialization, trial: trial))
        let magnitudes = stream.sphere(count: m, radius: 0.5).map(abs)
        return AutoencoderState(of: objective, at: magnitudes)
      }
      for trial in 0..<replicas { smallestStart = min(smallestStart, start(trial).coefficients.min() ?? 0) }
      let sgd = options(.iid, batch: 1, budget: 20_000, seeds: seeds)
      let plan = RunPlan<AutoencoderState>(
        budget: sgd.budget, stopping: StoppingRules(cadence: .every(sgd.budget)),
        series: [
          Probe("cosine", .every(1)) { $0.maximumCosine(.relu) },
          Probe("leader", .every(1)) { Double($0.leader(.relu)) },
        ])
      let record = try Ensemble.run(
        trials: 0..<replicas, workers: context.workers, plan: plan, seeds: seeds,
        makeEngine: { () throws(InputError) in
          try CorrelatedAutoencoderEngine(data: data, activation: .relu, options: sgd)
        }, start: start)
      let cosines = record.replicas.map { $0.series[0].values[10_001...].reduce(0, +) / 10_000 }
      let changes = record.replicas.map { replica in
        let leaders = replica.series[1].values[10_000...]
        return Double(zip(leaders, leaders.dropFirst()).count { $0 != $1 }) / 10_000
      }
      let summary = try Summary(cosines)
      let rate = try Summary(changes)
      // Without correlation the full batch keeps its start; with it, it turns to the mean direction at a rate of order
      // ρη/m.
      let gradientDescent = ρ == 0 ? .nan : try meanDirection(data, correlation: ρ, start: start(0), seeds: seeds)
      let predicted = AutoencoderTheory.meanDirectionCosine(count: m, correlation: ρ)
      table.append([
        .number(ρ), .integer(replicas), .number(summary.mean), .number(summary.standardError ?? .nan),
        .number(rate.mean),
        .number(gradientDescent), .number(predicted),
      ])
      layer.x.append(max(ρ, 3e-4))
      layer.y.append(summary.mean)
      layer.low.append(summary.mean - 2 * (summary.standardError ?? .nan))
      layer.high.append(summary.mean + 2 * (summary.standardError ?? .nan))
      switches.x.append(max(ρ, 3e-4))
      switches.y.append(rate.mean)
      switches.low.append(rate.mean - 2 * (rate.standardError ?? .nan))
      switches.high.append(rate.mean + 2 * (rate.standardError ?? .nan))
      if ρ == 0 {
        checks.append(try .mean("mean max cos, ρ = 0", prediction: 1, of: cosines, tolerance: .absolute(1e-6)))
        checks.append(.largest("leader changes per step, ρ = 0", of: changes, tolerance: .exact))
      } else {
        checks.append(
          Check(
            "mean max cos, ρ = \(ρ), below that of the next smaller ρ", prediction: previous, measurement: summary.mean,
            error: .standardError(summary.standardError ?? .nan), tolerance: .atMost, count: replicas))
        checks.append(
          Check(
            "leader changes per step, ρ = \(ρ)", prediction: 1e-4, measurement: rate.mean,
            error: .standardError(rate.standardError ?? .nan), tolerance: .atLeast, count: replicas))
        checks.append(
          Check(
            "max cos of the full-batch limit, ρ = \(ρ)", prediction: predicted, measurement: gradientDescent,
            tolerance: .absolute(5e-5)))
      }
      previous = summary.mean
    }
    let fine = (0...60).map { pow(10, -3.5 + 2.5 * Double($0) / 60) }
    let mean = Figure.Layer(
      "full batch: √((1+(m−1)ρ)/m)", .dashed, .vermilion, x: fine,
      y: fine.map { AutoencoderTheory.meanDirectionCosine(count: m, correlation: $0) })
    return Study.Finding(
      Claim(
        id: "autoencoder.b11", title: "Selection is fragile under correlation",
        statement:
          """
          For equicorrelated data convergence to one data point turns into intermittent switching between data points \
          at any ρ > 0 tried (0.001 to 0.1), while full-batch gradient descent goes to the mean direction, max cos \
          √((1+(m−1)ρ)/m).
          """,
        source: .derivedHere(basis: "Gram form of the update"), scope: .beyond,
        convention: "\(convention); m = n = 10, ReLU, b = 1, order iid, η = 0.2, all cᵢ(0) > 0",
        hypotheses: [
          stepHypothesis(0.2),
          Hypothesis("all cᵢ(0) > 0", holds: smallestStart > 0, found: "smallest cᵢ(0) = \(number(smallestStart))"),
        ], checks: checks),
      figures: [
        Figure(
          name: "correlation", title: "A little correlation undoes the selection",
          caption:
            """
            Equicorrelated unit vectors, m = 10, ReLU, b = 1, η = 0.2, \(replicas) runs. Left: mean of the largest \
            cosine over steps 10,000 to 20,000. Right: changes of the leading data point per step, ± 2 standard errors. The leftmost points \
            are ρ = 0.
            """,
          panels: [
            .init(
              title: "alignment", horizontal: .init("correlation ρ", logarithmic: true),
              vertical: .init("max cos(w, aᵢ)", range: 0...1.05),
              layers: [mean, layer]),
            .init(
              title: "switching", horizontal: .init("correlation ρ", logarithmic: true),
              vertical: .init("leader changes per step"), layers: [switches]),
          ])
      ], tables: [table])
  }

  /// max cos of full-batch gradient descent, run until the mean direction has been reached to rounding.
  private static func meanDirection(
    _ data: AutoencoderData, correlation ρ: Double, start: AutoencoderState, seeds: Seeds
  ) throws(InputError) -> Double {
    let budget = Int(60 * Double(data.count) / (0.2 * ρ * Double(data.count)))
    var engine = try CorrelatedAutoencoderEngine(
      data: data, activation: .relu, options: options(.full, budget: budget, seeds: seeds))
    engine.load(start, trial: 0, lane: 0)
    engine.advance(by: budget)
    var state = engine.makeState()
    engine.read(lane: 0, into: &state)
    return state.maximumCosine(.relu)
  }
}
