import Numerics
import Objectives
import Testing

@testable import Descent

/// What the loop and a desk say to each other.
@Suite struct WorkTests {
  static let experiment = EnsembleTests.experiment(.iid, batch: 1)

  static func plan(
    budget: Int = EnsembleTests.budget, every period: Int = 100
  ) -> RunPlan<AutoencoderState> {
    RunPlan(
      budget: budget, stopping: experiment.stopping(misalignment: 1e-4),
      series: EnsembleTests.series(.every(period)), finals: EnsembleTests.measures)
  }

  @Sendable static func makeEngine() throws(InputError) -> AutoencoderEngine {
    try AutoencoderEngine(count: 5, activation: .relu, options: experiment.options)
  }

  static func work(
    _ desk: TestDesk, plan: RunPlan<AutoencoderState> = plan(),
    start: (Int) throws(InputError) -> AutoencoderState = { experiment.start(of: $0) }
  ) throws {
    var engine = try makeEngine()
    try Ensemble.work(on: &engine, plan: plan, desk: desk, start: start)
  }

  static func undisturbed(_ trials: Range<Int>) throws -> [[UInt64]] {
    try Ensemble.run(
      trials: trials, workers: 1, plan: plan(), seeds: experiment.options.seeds, makeEngine: makeEngine,
      start: { experiment.start(of: $0) }
    ).replicas.map(EnsembleTests.bits)
  }

  // MARK: - Wishes

  @Test func aDeskThatStopsAtOnceLosesNothing() throws {
    let desk = TestDesk([.fresh(trial: 0)], stopsAfter: 0)
    try Self.work(desk)
    desk.content.withLock {
      #expect($0.taken == 0)
      #expect($0.finished.isEmpty && $0.checkpoints.isEmpty)
    }
  }

  /// Stopped between two starts: of two trials one has been begun, and is saved where it stands.
  @Test func aDeskCanStopBetweenStarts() throws {
    let desk = TestDesk((0..<2).map { .fresh(trial: $0) }, stopsAfter: 1)
    try Self.work(desk)
    let checkpoints = desk.content.withLock { $0.checkpoints }
    #expect(checkpoints.map(\.trial) == [0])
    #expect(checkpoints.first?.snapshot.step == 0)
    // What is due at the start has been recorded.
    #expect(checkpoints.first?.series.map(\.steps) == [[0]])
  }

  /// Checkpoints at every look: each holds what came after the one before, and the run does not notice.
  @Test func checkpointsOnTheWayChangeNothing() throws {
    let desk = TestDesk((0..<20).map { .fresh(trial: $0) }, checkpointPeriod: 1)
    try Self.work(desk)
    let (finished, checkpoints) = desk.content.withLock { ($0.finished, $0.checkpoints) }
    let wanted = try Self.undisturbed(0..<20)
    let joined = finished.sorted { $0.trial < $1.trial }.map { replica in
      var replica = replica
      let pieces = checkpoints.filter { $0.trial == replica.trial }.map { $0.series[0] } + [replica.series[0]]
      replica.series = [Record.Series(steps: pieces.flatMap(\.steps), values: pieces.flatMap(\.values))]
      return EnsembleTests.bits(replica)
    }
    #expect(joined == wanted)
    #expect(checkpoints.count > 20)
    // The last piece comes with the replica: never more than its end, since each look before it emptied the series.
    #expect(finished.allSatisfy { $0.series[0].steps == [$0.steps] })
  }

  @Test func aDeskWithoutCheckpointsIsNotGivenAny() throws {
    let desk = TestDesk((0..<20).map { .fresh(trial: $0) }, checkpointPeriod: 3, keepsCheckpoints: false)
    try Self.work(desk)
    let content = desk.content.withLock { $0 }
    #expect(content.checkpoints.isEmpty)
    #expect(content.finished.sorted { $0.trial < $1.trial }.map(EnsembleTests.bits) == (try Self.undisturbed(0..<20)))
    let stopping = TestDesk((0..<20).map { .fresh(trial: $0) }, stopsAfter: 30, keepsCheckpoints: false)
    try Self.work(stopping)
    stopping.content.withLock {
      #expect($0.checkpoints.isEmpty)
      #expect($0.finished.count < 20)
    }
  }

  /// Without any event for a million steps: the desk is asked on the way all the same.
  @Test func longAdvancesAreCut() throws {
    let steps = 1 << 20
    let desk = TestDesk([.fresh(trial: 0)])
    let plan = RunPlan<AutoencoderState>(budget: steps, stopping: StoppingRules(cadence: .every(steps)))
    try Self.work(desk, plan: plan)
    // 1 + 2 + 4 + … steps, no more than doubling each time; a look each, and one before the start and one at the end.
    #expect(desk.lookCount >= 22)
    #expect(desk.content.withLock { $0.finished.map(\.steps) } == [steps])
  }

  /// An engine that was stopped is empty and can be used again.
  @Test func anEngineCanBeUsedAgain() throws {
    var engine = try Self.makeEngine()
    let first = TestDesk((0..<20).map { .fresh(trial: $0) }, stopsAfter: 40)
    try Ensemble.work(on: &engine, plan: Self.plan(), desk: first) { Self.experiment.start(of: $0) }
    #expect(first.content.withLock { $0.checkpoints.count } > 1)
    let second = TestDesk(fresh: 0..<20)
    try Ensemble.work(on: &engine, plan: Self.plan(), desk: second) { Self.experiment.start(of: $0) }
    let finished = second.content.withLock { $0.finished }
    #expect(finished.sorted { $0.trial < $1.trial }.map(EnsembleTests.bits) == (try Self.undisturbed(0..<20)))
  }

  // MARK: - Long series

  @Test func longSeriesAreHandedOverOnTheWay() throws {
    let budget = Ensemble.largestPointCount + 50_000
    let plan = RunPlan<AutoencoderState>(
      budget: budget, stopping: StoppingRules(cadence: .every(budget)),
      series: [Probe("step", .every(1)) { Double($0.step) }])
    let desk = TestDesk([.fresh(trial: 0)])
    try Self.work(desk, plan: plan)
    let content = desk.content.withLock { $0 }
    #expect(content.checkpoints.map { $0.series[0].steps.count } == [Ensemble.largestPointCount])
    let replica = try #require(content.finished.first)
    let pieces = content.checkpoints.map { $0.series[0] } + [replica.series[0]]
    #expect(pieces.flatMap(\.steps) == Array(0...budget))
    #expect(pieces.flatMap(\.values) == (0...budget).map(Double.init))
    // In memory there is nobody to hand them to.
    let record = try Ensemble.run(
      trials: 0..<1, workers: 1, plan: plan, seeds: Seeds(master: 1), makeEngine: Self.makeEngine,
      start: { Self.experiment.start(of: $0) })
    #expect(record.replicas[0].series[0].steps.count == budget + 1)
  }

  // MARK: - What cannot begin

  static func start(_ trial: Int) throws(InputError) -> AutoencoderState {
    if trial % 4 == 3 { throw InputError("start", expected: "luck", found: "trial \(trial)") }
    return trial == 5 ? AutoencoderState(coefficients: [1, 2]) : experiment.start(of: trial)
  }

  @Test func trialsThatCannotBeginDoNotStopTheOthers() throws {
    let desk = TestDesk((0..<20).map { .fresh(trial: $0) })
    try Self.work(desk, start: Self.start)
    let content = desk.content.withLock { $0 }
    #expect(content.failed.keys.sorted() == [3, 5, 7, 11, 15, 19])
    #expect(content.failed[7]?.found == "trial 7")
    #expect(
      content.failed[5]?.description == "start: expected 5 coefficients, one for each data vector, found 2.")
    let wanted = try Self.undisturbed(0..<20).enumerated().filter { content.failed[$0.offset] == nil }.map(\.element)
    #expect(content.finished.sorted { $0.trial < $1.trial }.map(EnsembleTests.bits) == wanted)
    #expect(wanted.count == 14)
  }

  @Test(arguments: [1, 2, 5]) func inMemoryTheFirstOfThemEndsTheRun(workers: Int) {
    let error = #expect(throws: InputError.self) {
      try Ensemble.run(
        trials: 0..<20_000, workers: workers, plan: Self.plan(), seeds: Self.experiment.options.seeds,
        makeEngine: Self.makeEngine, start: Self.start)
    }
    #expect(error?.found == "trial 3")
  }

  @Test func startsOfTheWrongLength() throws {
    let data = try AutoencoderData.equicorrelated(count: 5, dimension: 9, correlation: 0.1)
    let options = Self.experiment.options
    let correlated = try CorrelatedAutoencoderEngine(data: data, activation: .relu, options: options)
    #expect(correlated.problem(with: AutoencoderState(coefficients: [1])) != nil)
    #expect(correlated.problem(with: AutoencoderState(coefficients: [1, 2, 3, 4, 5])) == nil)
    let plain = try StochasticGradientDescent(
      AutoencoderObjective(data: data, activation: .relu), options: options)
    #expect(plain.problem(with: [1, 2])?.description == "start: expected 9 parameters, found 2.")
    #expect(plain.problem(with: [Double](repeating: 1, count: 9)) == nil)
  }

  @Test func checkpointsThatDoNotFit() throws {
    func checkpoint(_ trial: Int, step: Int, count: Int) -> TrialAssignment {
      .resumed(
        ReplicaCheckpoint(
          trial: trial, snapshot: LaneSnapshot(step: step, values: [Double](repeating: 0.1, count: count)),
          series: [Record.Series()], wallSeconds: 1, processorSeconds: 1))
    }
    let desk = TestDesk([
      checkpoint(0, step: 10, count: 7), checkpoint(1, step: -1, count: 8), checkpoint(2, step: 4_000, count: 8),
      checkpoint(3, step: 3_999, count: 8), .fresh(trial: -1), .fresh(trial: 1 << 32), .fresh(trial: 6),
    ])
    try Self.work(desk)
    let content = desk.content.withLock { $0 }
    #expect(content.failed.keys.sorted() == [-1, 0, 1, 2, 1 << 32])
    #expect(content.failed[0]?.description == "checkpoint: expected 8 values, found 7.")
    #expect(content.failed[2]?.found == "4000")
    #expect(Set(content.finished.map(\.trial)) == [3, 6])
    // The seconds of a resumed replica go on from those of its checkpoint.
    #expect(content.finished.first { $0.trial == 3 }.map { $0.wallSeconds >= 1 && $0.processorSeconds >= 1 } == true)
  }

  // MARK: - Plans that make no sense

  @Test func plansAreCheckedBeforeAnyTrial() throws {
    func refused(_ plan: RunPlan<AutoencoderState>) throws -> String? {
      let desk = TestDesk([.fresh(trial: 0)])
      let error = #expect(throws: InputError.self) { try Self.work(desk, plan: plan) }
      #expect(desk.content.withLock { $0.taken } == 0)
      return error?.description
    }
    var plan = Self.plan(every: 0)
    #expect(try refused(plan) == "series.misalignment.cadence.every: expected a number of steps from 1, found 0.")
    for cadence in [Cadence.perDecade(0), .perDecade(.max), .every(-3), .at([3, 1]), .at([-1, 1])] {
      plan = Self.plan()
      plan.stopping.cadence = cadence
      #expect(try refused(plan)?.hasPrefix("stopping.cadence.") == true)
    }
    #expect(try refused(Self.plan(budget: -1)) == "budget: expected a number of steps from 0, found -1.")
    plan = Self.plan()
    for cadence in [Cadence.perDecade(1), .every(.max), .at([]), .at([0, 3, 3, 9])] {
      plan.stopping.cadence = cadence
      try plan.validate()
    }
  }

  @Test func plansLongerThanAReplay() throws {
    let order = SamplingOrder.replay(
      try IndexReplay(batches: [[Int]](repeating: [0, 1], count: 50), sampleCount: 5))
    let options = DescentOptions(order: order, schedule: .constant(0.1), budget: 50, seeds: Seeds(master: 1))
    let data = try AutoencoderData.equicorrelated(count: 5, dimension: 9, correlation: 0.1)
    let objective = AutoencoderObjective(data: data, activation: .relu)
    let start = Self.experiment.start(of: 0)
    func check<Engine: DescentEngine & ~Copyable>(
      start: Engine.Start, _ makeEngine: @Sendable () throws(InputError) -> Engine
    ) throws {
      func run(_ budget: Int) throws -> Record {
        try Ensemble.run(
          trials: 0..<3, workers: 2, plan: RunPlan(budget: budget), seeds: options.seeds, makeEngine: makeEngine,
          start: { _ in start })
      }
      let error = #expect(throws: InputError.self) { try run(51) }
      #expect(error?.expected == "at most 50, the number of replayed batches")
      #expect(try run(50).replicas.map(\.steps) == [50, 50, 50])
    }
    try check(start: start) { () throws(InputError) in
      try AutoencoderEngine(count: 5, activation: .relu, options: options)
    }
    try check(start: start) { () throws(InputError) in
      try CorrelatedAutoencoderEngine(data: data, activation: .relu, options: options)
    }
    try check(start: [Double](repeating: 0.1, count: 9)) { () throws(InputError) in
      try StochasticGradientDescent(objective, options: options)
    }
  }

  // MARK: - What replicas say of themselves

  @Test func errorsStandBesideTheirFinals() throws {
    var plan = Self.plan()
    #expect(try Self.run(plan).replicas.allSatisfy { $0.errors.isEmpty })
    plan.finals.insert(
      .estimated("trace") { Estimate($0.squaredNorm, standardError: $0.squaredNorm / 8) }, at: 1)
    let record = try Self.run(plan)
    for replica in record.replicas {
      #expect(replica.errors.count == plan.finals.count)
      #expect(replica.errors[1] == replica.finals[1] / 8)
      #expect(replica.finals[1] == replica.finals[6])
      for place in plan.finals.indices where place != 1 { #expect(replica.errors[place].isNaN) }
    }
    #expect(record.finalNames[1] == "trace")
    // As a probe an estimate is its value.
    #expect(Measure<Double>.estimated("x") { Estimate($0, standardError: 1) }.value(3) == 3)
  }

  @Test(arguments: [1, 2]) func secondsAddUp(workers: Int) throws {
    let record = try Self.run(Self.plan(), trials: 0..<200, workers: workers)
    let wall = record.replicas.map(\.wallSeconds)
    #expect(wall.allSatisfy { $0 >= 0 })
    #expect(record.replicas.allSatisfy { $0.processorSeconds >= 0 })
    // What workers spent on replicas lies within the time of the ensemble.
    let sum = wall.reduce(0, +)
    #expect(sum > 0)
    #expect(sum <= Double(workers) * record.seconds * (1 + 1e-9))
  }

  private static func run(
    _ plan: RunPlan<AutoencoderState>, trials: Range<Int> = 0..<10, workers: Int = 1
  ) throws -> Record {
    try Ensemble.run(
      trials: trials, workers: workers, plan: plan, seeds: experiment.options.seeds, makeEngine: makeEngine,
      start: { experiment.start(of: $0) })
  }
}
