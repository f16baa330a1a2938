import Claims
import Descent
import Foundation
import Numerics
import Objectives
import Reporting

/// Mini-batch SGD selects one data point (claims 4 to 7).
extension AutoencoderStudy {
  /// Claim 4: for every b < m the limit is 1-sparse.
  static func sgdIsSparse(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.04")
    var checks: [Check] = []
    var dead = 0
    var runs = 0
    var largestNorm = 0.0
    func measure(
      n: Int, m: Int, batch: Int, activation: AutoencoderObjective.Activation, trials: Int, budget: Int
    ) throws(InputError) -> Record {
      let experiment = AutoencoderExperiment(
        dimension: n, count: m, activation: activation, start: .gaussian(norm: 0.5),
        options: options(.subset, batch: batch, budget: budget, seeds: seeds))
      let record = try experiment.run(
        trials: 0..<trials, workers: context.workers, stopping: experiment.stopping(misalignment: 1e-6),
        finals: [
          Measure("misalignment") { $0.misalignment(activation) },
          Measure("participation") { participation($0, activation) },
        ])
      dead += record.count(.dead)
      for trial in 0..<trials {
        largestNorm = max(largestNorm, experiment.start(of: trial).squaredNorm.squareRoot())
      }
      runs += trials
      return record
    }
    for activation in AutoencoderObjective.Activation.allCases {
      let record = try measure(
        n: 100, m: 20, batch: 1, activation: activation, trials: context.samples(600), budget: 40_000)
      let active = record.replicas.count - record.count(.dead)
      checks.append(
        try .frequency(
          "fraction of runs with $1 − max cos ≤ 10⁻⁶$ by $T = 40,000$, \(activation.rawValue), $n = 100$, $m = 20$, $b = 1$",
          prediction: 1, successes: record.count(.converged), of: active, tolerance: .exact))
    }
    let m = 10
    var table = Table(
      name: "sparsity-against-batch",
      caption: "Sparsity and alignment of the limit against the batch size: ReLU, n = 50, m = 10, η = 0.2.",
      columns: [
        .init("batch", "batch size b; m is the full batch"), .init("runs", "runs with an active start"),
        .init("sparse", "fraction with 1 − max cos ≤ 1e-6 within 60 T₁"),
        .init("medianMaximumCosine", "median of max cos(w, aᵢ) at the end"),
        .init("lowMaximumCosine", "10 % quantile of it"), .init("highMaximumCosine", "90 % quantile of it"),
        .init("medianParticipation", "median of (Σφ²)²/Σφ⁴, the number of data points mixed in the limit"),
        .init("medianSteps", "median steps to 1 − max cos ≤ 1e-6; not a number if never reached"),
      ])
    for batch in 1...m {
      let isFull = batch == m
      let budget =
        isFull ? 4_000 : Int(60 * AutoencoderTheory.selectionTime(step: 0.2, batchSize: batch, count: m))
      let record = try measure(
        n: 50, m: m, batch: batch, activation: .relu, trials: context.samples(batch >= 8 ? 32 : 128), budget: budget)
      let cosines = record.alive.map { 1 - $0.finals[0] }
      let mixed = record.alive.map { $0.finals[1] }
      let sparse = record.alive.count { $0.finals[0] <= 1e-6 }
      let steps = record.steps(where: .converged)
      table.append([
        .integer(batch), .integer(cosines.count), .number(Double(sparse) / Double(cosines.count)),
        .number(try Quantile.median(of: cosines)), .number(try Quantile.estimate(0.1, of: cosines)),
        .number(try Quantile.estimate(0.9, of: cosines)), .number(try Quantile.median(of: mixed)),
        .number(isFull || steps.isEmpty ? .nan : try Quantile.median(of: steps)),
      ])
      if !isFull {
        checks.append(
          try .frequency(
            "fraction of runs with $1 − max cos ≤ 10⁻⁶$ within $60 T₁$, $n = 50$, $m = 10$, $b = \(batch)$",
            prediction: 1,
            successes: sparse, of: cosines.count, tolerance: .exact))
      }
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.04", title: "SGD with any $b < m$ is 1-sparse",
        statement:
          """
          SGD with constant step and any $1 ≤ b < m$ converges to one data point (ReLU) or to one data point up to sign \
          (linear).
          """,
        source: .publication(paper, place: nil), convention: "\(convention); order subset, $η = 0.2$",
        hypotheses: [
          normHypothesis(largestNorm), stepHypothesis(0.2), batchHypothesis(Array(1..<m), below: m),
          activityHypothesis(dead: dead, of: runs),
        ],
        checks: checks,
        correction:
          "“Any batch size below $m$” presumes sampling without replacement; with replacement even $b = m$ selects.",
        remark: "$T₁ = b m (m−1) / ((m−b) η²)$."),
      figures: [sparsityFigure(table), try explorer(context)], tables: [table])
  }

  /// (Σφ²)² / Σφ⁴: 1 at a data point, k at an even mixture of k of them.
  private static func participation(
    _ state: AutoencoderState, _ activation: AutoencoderObjective.Activation
  ) -> Double {
    var squares = 0.0
    var fourths = 0.0
    for c in state.coefficients where activation == .linear || c > 0 {
      squares += c * c
      fourths += c * c * c * c
    }
    return squares * squares / fourths
  }

  /// Claim 5: how much longer larger batches take.
  static func batchDependence(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.05")
    var times: [[Double]] = []
    for batch in [1, 5] {
      let experiment = AutoencoderExperiment(
        dimension: 50, count: 10, start: .sphere(norm: 0.5),
        options: options(.subset, batch: batch, budget: 400_000, seeds: seeds))
      let record = try experiment.run(
        trials: 0..<context.samples(600), workers: context.workers, stopping: experiment.stopping(misalignment: 1e-6))
      times.append(record.steps(where: .converged))
    }
    var stream = RandomStream(seeds.key(.measurement))
    let ratio = try Quantile.ratioOfMedians(times[1], times[0], resamples: 500, stream: &stream)
    return Study.Finding(
      Claim(
        id: "autoencoder.05", title: "Larger batches take longer",
        statement:
          "The median time to $1 − max cos ≤ 10⁻⁶$ grows as $b (m−1)/(m−b)$: 9 times from $b = 1$ to $b = 5$ at $m = 10$.",
        source: .derivedHere(basis: "slow time of the log-ratios"), scope: .supporting,
        convention: "\(convention); order subset, $n = 50$, $m = 10$, $η = 0.2$; looked at every 64 steps",
        hypotheses: [normHypothesis(0.5), stepHypothesis(0.2), batchHypothesis([1, 5], below: 10)],
        checks: [
          Check(
            "median time at $b = 5$ over median time at $b = 1$",
            prediction: AutoencoderTheory.clock(batchSize: 5, count: 10), measurement: ratio.estimate,
            error: .standardError(ratio.standardError), tolerance: .relative(0.25), count: times[1].count)
        ]))
  }

  /// Claims 6 and 7 from the same runs: the limit lies in S⁺ and keeps its sign; its index is not the largest start.
  static func limitKeepsSign(_ context: StudyContext) throws(InputError) -> Study.Finding {
    var checks: [Check] = []
    for setting in try selectionSettings(context) {
      checks.append(
        Check(
          "runs whose limit is outside $S⁺$ or has changed sign, \(setting.name)", prediction: 0,
          measurement: Double(setting.violations), tolerance: .exact, count: setting.runs))
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.06", title: "The limit is active at the start and keeps its sign",
        statement: "The selected index lies in $S⁺$ (ReLU); the limit is $sign(⟨w₀, a_k⟩) a_k$ (linear).",
        source: .publication(paper, place: nil), convention: "\(convention); order subset, $η = 0.2$",
        hypotheses: [
          normHypothesis(0.5), stepHypothesis(0.2), batchHypothesis([1], below: 20), batchHypothesis([5], below: 10),
        ], checks: checks))
  }

  /// Claim 7: which index is selected is random.
  static func indexIsNotTheLargest(_ context: StudyContext) throws(InputError) -> Study.Finding {
    var checks: [Check] = []
    for setting in try selectionSettings(context) {
      checks.append(
        try .frequency(
          "fraction of runs that do not select the largest $|cᵢ(0)|$, \(setting.name)", prediction: 0.1,
          successes: setting.runs - setting.largest, of: setting.runs, tolerance: .atLeast))
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.07", title: "The selected index is random, not the largest start",
        statement:
          """
          Under fresh sampling at least one run in ten selects an index other than that of the largest coefficient of \
          its start.
          """,
        source: .publication(paper, place: nil), convention: "\(convention); order subset, $η = 0.2$",
        hypotheses: [
          normHypothesis(0.5), stepHypothesis(0.2), batchHypothesis([1], below: 20), batchHypothesis([5], below: 10),
        ], checks: checks,
        correction:
          """
          Small batches, not randomness, are said to be the cause of sparsity; the selected index does depend on \
          randomness.
          """,
        remark: "The paper gives no law of the index; claims 20, b1 and b2 do for $m = 2$ and 3."))
  }

  private struct SelectionSetting {
    var name: String
    var runs: Int
    var violations: Int
    var largest: Int
  }

  private static func selectionSettings(_ context: StudyContext) throws(InputError) -> [SelectionSetting] {
    let seeds = context.seeds("autoencoder.06")
    var settings: [SelectionSetting] = []
    for (n, m, batch) in [(100, 20, 1), (50, 10, 5)] {
      for activation in AutoencoderObjective.Activation.allCases {
        let experiment = AutoencoderExperiment(
          dimension: n, count: m, activation: activation, start: .sphere(norm: 0.5),
          options: options(.subset, batch: batch, budget: 400_000, seeds: seeds))
        let record = try experiment.run(
          trials: 0..<context.samples(300), workers: context.workers,
          stopping: experiment.stopping(misalignment: 1e-6), finals: Measure.coefficients(count: m))
        var setting = SelectionSetting(
          name: "\(activation.rawValue), m = \(m), b = \(batch)", runs: 0, violations: 0, largest: 0)
        for replica in record.replicas where replica.outcome == .converged {
          let start = experiment.start(of: replica.trial)
          let index = selected(replica.finals[...])
          setting.runs += 1
          if index == start.leader(activation) { setting.largest += 1 }
          let isKept = (replica.finals[index] > 0) == (start.coefficients[index] > 0)
          if !isKept || (activation == .relu && start.coefficients[index] <= 0) { setting.violations += 1 }
        }
        settings.append(setting)
      }
    }
    return settings
  }

  private static func sparsityFigure(_ table: Table) -> Figure {
    let batches = table.column("batch")
    return Figure(
      name: "sparsity-against-batch", title: "Every batch size below $m$ ends on one data point",
      caption: """
        Only the full batch, $b = 10$, is different. Left, how well the limit is aligned with a data point: the largest cosine \
        is 1 for every smaller batch (median over starts, bars from the 10 % to the 90 % quantile). Right, how many data points \
        the limit mixes, $(∑ φ_i²)²/∑ φ_i⁴$: one, against several. ReLU, $n = 50$, $m = 10$, $η = 0.2$, fresh subsets, Gaussian \
        starts of norm $½$.
        """,
      panels: [
        .init(
          title: "alignment", horizontal: .init("batch size b"), vertical: .init("max cos(w, aᵢ)", range: 0...1.05),
          layers: [
            .init(
              "median, 10–90 %", .points, .blue, x: batches, y: table.column("medianMaximumCosine"),
              low: table.column("lowMaximumCosine"), high: table.column("highMaximumCosine"))
          ]),
        .init(
          title: "sparsity", horizontal: .init("batch size b"),
          vertical: .init("data points in the limit", range: 0...6),
          layers: [.init("median", .bars, .orange, x: batches, y: table.column("medianParticipation"))]),
      ])
  }
}
