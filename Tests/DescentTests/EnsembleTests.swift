import Numerics
import Objectives
import Testing

@testable import Descent

/// Results depend on configuration and trial alone; every outcome is reached by a real run.
@Suite struct EnsembleTests {
  static let budget = 4_000

  static func experiment(_ order: SamplingOrder = .iid, batch: Int? = 1, budget: Int = budget) -> AutoencoderExperiment
  {
    AutoencoderExperiment(
      dimension: 9, count: 5, start: .sphere(norm: 0.5),
      options: DescentOptions(
        order: order, batchSize: batch, schedule: .constant(0.3), budget: budget, seeds: Seeds(master: 12)))
  }

  static let measures: [Measure<AutoencoderState>] =
    Measure.coefficients(count: 5) + [Measure("squaredNorm") { $0.squaredNorm }, Measure("gap") { $0.lossGap(.relu) }]

  static func series(_ cadence: Cadence) -> [Probe<AutoencoderState>] {
    [Probe("misalignment", cadence) { $0.misalignment(.relu) }]
  }

  /// What must not change, to the bit: not-a-number is equal to itself here.
  static func bits(_ replica: Record.Replica) -> [UInt64] {
    [UInt64(replica.trial), UInt64(replica.steps), UInt64(Outcome.allCases.firstIndex(of: replica.outcome) ?? 99)]
      + replica.finals.map(\.bitPattern)
      + replica.series.flatMap { $0.steps.map { UInt64($0) } + $0.values.map(\.bitPattern) }
  }

  static let configurations: [(order: SamplingOrder, batch: Int?)] = [
    (.iid, 1), (.iid, 3), (.subset, 2), (.reshuffle, 2), (.cyclic, 2), (.full, nil),
  ]

  static func run(
    _ experiment: AutoencoderExperiment, trials: Range<Int>, workers: Int, cadence: Cadence = .perDecade(3),
    every period: Int = 64,
    keepsLogarithms: Bool = false
  ) throws -> [[UInt64]] {
    try experiment.run(
      trials: trials, workers: workers, stopping: experiment.stopping(misalignment: 1e-4, every: period),
      series: series(cadence), finals: measures, keepsLogarithms: keepsLogarithms
    ).replicas.map(bits)
  }

  // MARK: - What results do not depend on

  @Test(arguments: configurations.indices) func workersDoNotMatter(_ which: Int) throws {
    let experiment = Self.experiment(Self.configurations[which].order, batch: Self.configurations[which].batch)
    let one = try Self.run(experiment, trials: 0..<40, workers: 1)
    #expect(one.count == 40)
    #expect(Set(one).count == 40)
    for workers in [2, 3, 7] { #expect(try Self.run(experiment, trials: 0..<40, workers: workers) == one) }
  }

  @Test(arguments: configurations.indices) func companyDoesNotMatter(_ which: Int) throws {
    let experiment = Self.experiment(Self.configurations[which].order, batch: Self.configurations[which].batch)
    let all = try Self.run(experiment, trials: 0..<100, workers: 2)
    for trials in [5..<6, 17..<31, 92..<100] {
      #expect(try Self.run(experiment, trials: trials, workers: 1) == Array(all[trials]))
    }
  }

  /// Probes and logarithms change where a run is interrupted, never what it computes; only the series themselves differ.
  @Test(arguments: configurations.indices) func measuringDoesNotMatter(_ which: Int) throws {
    let experiment = Self.experiment(Self.configurations[which].order, batch: Self.configurations[which].batch)
    let count = 3 + Self.measures.count
    let wanted = try Self.run(experiment, trials: 0..<20, workers: 1).map { $0.prefix(count) }
    for cadence in [Cadence.every(1), .every(7), .every(5_000), .at([3, 129, 1_000]), .perDecade(20)] {
      #expect(try Self.run(experiment, trials: 0..<20, workers: 1, cadence: cadence).map { $0.prefix(count) } == wanted)
    }
    #expect(
      try Self.run(experiment, trials: 0..<20, workers: 2, keepsLogarithms: true).map { $0.prefix(count) } == wanted)
  }

  /// The same for the engines that carry one replica.
  @Test func otherEnginesToo() throws {
    let experiment = Self.experiment(.iid, batch: 2, budget: 500)
    let data = try AutoencoderData.equicorrelated(count: 5, dimension: 9, correlation: 0.1)
    let objective = AutoencoderObjective(data: data, activation: .relu)
    func correlated(_ trials: Range<Int>, _ workers: Int, _ cadence: Cadence) throws -> [Record.Replica] {
      let plan = RunPlan(
        budget: 500, stopping: experiment.stopping(), series: Self.series(cadence), finals: Self.measures)
      return try Ensemble.run(
        trials: trials, workers: workers, plan: plan, seeds: experiment.options.seeds,
        makeEngine: { () throws(InputError) in
          try CorrelatedAutoencoderEngine(data: data, activation: .relu, options: experiment.options)
        }, start: { experiment.start(of: $0) }
      ).replicas
    }
    func plain(_ trials: Range<Int>, _ workers: Int, _ cadence: Cadence) throws -> [Record.Replica] {
      typealias Loop = StochasticGradientDescent<AutoencoderObjective>
      let plan = RunPlan<Loop.State>(
        budget: 500, series: [Probe("first", cadence) { $0.parameters[0] }],
        finals: (0..<9).map { j in Measure("w\(j)") { $0.parameters[j] } })
      return try Ensemble.run(
        trials: trials, workers: workers, plan: plan, seeds: experiment.options.seeds,
        makeEngine: { () throws(InputError) in try Loop(objective, options: experiment.options) },
        start: { trial in
          var stream = RandomStream(experiment.options.seeds.key(.initialization, trial: trial))
          return stream.sphere(count: 9, radius: 0.5)
        }
      ).replicas
    }
    for run in [correlated, plain] {
      let one = try run(0..<30, 1, .every(50))
      for workers in [2, 3, 7] { #expect(try run(0..<30, workers, .every(50)).map(Self.bits) == one.map(Self.bits)) }
      #expect(try run(5..<6, 1, .every(50)).map(Self.bits) == [Self.bits(one[5])])
      #expect(try run(0..<30, 2, .every(3)).map(\.finals) == one.map(\.finals))
    }
  }

  // MARK: - Outcomes

  /// Five starts: two that select, one that is dead, one that explodes, one that needs more steps than it has.
  static func outcomes(workers: Int, budget: Int = budget) throws -> Record {
    let experiment = Self.experiment(.iid, batch: 1, budget: budget)
    let starts: [[Double]] = [
      [0.5, 0.1, 0.1, -0.2, 0.1], [-0.5, -0.1, 0, -0.2, -0.1], [40, 30, 20, 30, 10], [1e-300, 1e-300, -1, 0, 0],
      [-0.1, 0.4, 0.3, -0.2, 0.3],
    ]
    let plan = RunPlan(
      budget: budget, stopping: experiment.stopping(misalignment: 1e-6),
      series: series(.every(1_000)) + [Probe("start", .at([0])) { $0.squaredNorm }], finals: measures)
    return try Ensemble.run(
      trials: 0..<5, workers: workers, plan: plan, seeds: experiment.options.seeds,
      makeEngine: { () throws(InputError) in
        try AutoencoderEngine(count: 5, activation: .relu, options: experiment.options)
      }, start: { AutoencoderState(coefficients: starts[$0], perpendicular: 0.1) })
  }

  @Test(arguments: [1, 3]) func everyOutcomeIsReached(workers: Int) throws {
    let record = try Self.outcomes(workers: workers, budget: 1_000)
    #expect(record.replicas.map(\.trial) == [0, 1, 2, 3, 4])
    #expect(record.replicas.map(\.outcome) == [.converged, .dead, .diverged, .exhausted, .converged])
    #expect(Outcome.allCases.map { record.count($0) } == [2, 1, 1, 1])
    #expect(record.alive.map(\.trial) == [0, 2, 3, 4])
    // Each replica stops for itself, at a step at which the rules are asked, or at the budget.
    let steps = record.replicas.map(\.steps)
    #expect(steps[0] > 0)
    #expect(steps[0] != steps[4])
    #expect(steps[1] == 0)
    #expect(steps[3] == 1_000)
    for (replica, step) in zip(record.replicas, steps) where replica.outcome != .exhausted { #expect(step % 64 == 0) }
    #expect(record.steps(where: .converged) == [Double(steps[0]), Double(steps[4])])
    #expect(record.finals("squaredNorm", where: .converged).allSatisfy { abs($0 - 1) < 1e-3 })
    #expect(record.finals("squaredNorm").count == 5)
    #expect(record.seconds >= 0)
  }

  @Test func seriesEndWithTheFinalState() throws {
    let record = try Self.outcomes(workers: 2)
    #expect(record.seriesNames == ["misalignment", "start"])
    for (place, replica) in record.replicas.enumerated() {
      let series = record.series("misalignment", of: place)
      #expect(series.steps.last == replica.steps)
      #expect(series.steps.dropLast() == Array(stride(from: 0, to: replica.steps, by: 1_000))[...])
      #expect(series.values.count == series.steps.count)
      #expect(record.series("start", of: place).steps == (replica.steps == 0 ? [0] : [0, replica.steps]))
      // The last value of a probe is the same number as the final measurement.
      let norm = try #require(record.series("start", of: place).values.last)
      #expect(norm.bitPattern == replica.finals[5].bitPattern)
    }
    #expect((record.series("misalignment", of: 0).values.last ?? 1) <= 1e-6)
  }

  /// A budget that the rules' cadence does not divide: the rules are asked at its end too.
  @Test func theRulesAreAskedAtTheEnd() throws {
    let long = try #require(try Self.outcomes(workers: 1).replicas.first)
    let record = try Self.outcomes(workers: 1, budget: long.steps - 1)
    let before = try #require(try Self.outcomes(workers: 1, budget: long.steps - 64).replicas.first)
    #expect(before.outcome == .exhausted)
    let last = record.replicas[0]
    #expect(last.steps == long.steps - 1)
    let misalignment = try #require(record.series("misalignment", of: 0).values.last)
    #expect(last.outcome == (misalignment <= 1e-6 ? .converged : .exhausted))
  }

  @Test func withoutStepsAReplicaIsItsStart() throws {
    let record = try Self.experiment(budget: 0).run(
      trials: 0..<12, workers: 3, stopping: Self.experiment().stopping(misalignment: 1e-4),
      series: Self.series(.every(10)), finals: Self.measures)
    #expect(record.replicas.count == 12)
    for replica in record.replicas {
      let start = Self.experiment().start(of: replica.trial)
      #expect(replica.steps == 0)
      #expect(replica.outcome == (start.isDead(.relu) ? .dead : .exhausted))
      #expect(replica.finals.prefix(5) == start.coefficients[...])
      #expect(replica.series[0].steps == [0])
    }
  }

  @Test func noTrialsAreNoReplicas() throws {
    let experiment = Self.experiment()
    for workers in [0, 1, 5] {
      let record = try experiment.run(
        trials: 7..<7, workers: workers, stopping: experiment.stopping(), finals: Self.measures)
      #expect(record.replicas.isEmpty)
      #expect(record.finals("squaredNorm").isEmpty)
    }
    // Fewer than one worker is one.
    #expect(try Self.run(experiment, trials: 0..<3, workers: 0) == Self.run(experiment, trials: 0..<3, workers: 1))
  }

  @Test(arguments: [1, 2, 7]) func errorsOfTheEngineComeOut(workers: Int) {
    let experiment = Self.experiment(.iid, batch: 6)
    let error = #expect(throws: InputError.self) {
      try experiment.run(trials: 0..<20, workers: workers, stopping: experiment.stopping())
    }
    #expect(error?.description == "batch: expected a batch size from 1 to 5, the number of samples, found 6.")
  }
}
