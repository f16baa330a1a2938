import Descent
import Foundation
import Numerics
import Synchronization
import TestSupport
import Testing

@testable import Experiments
@testable import Formats

/// Runs that are stopped anywhere and go on: not a bit of the result tells.
@Suite("Stopping and going on") struct ResumeTests {
  /// Works at one configuration and stops, or saves, after as many looks as chance has it; everything goes through a store.
  private final class FickleDesk: TrialDesk {
    private struct State {
      var stream: RandomStream
      var assignments: [TrialAssignment]
      var looks: Int
      var isStopping = false
      var events: [TrialEvent] = []
    }
    private let state: Mutex<State>

    init(_ assignments: [TrialAssignment], stream: RandomStream, looks: Int) {
      state = Mutex(State(stream: stream, assignments: assignments.reversed(), looks: looks))
    }

    var keepsCheckpoints: Bool { true }
    var wish: DeskWish {
      state.withLock { state in
        state.looks -= 1
        if state.looks < 0 {
          state.isStopping = true
          return .stop
        }
        return state.stream.integer(below: 6) == 0 ? .checkpoint : .carryOn
      }
    }
    func next() -> TrialAssignment? { state.withLock { $0.isStopping ? nil : $0.assignments.popLast() } }
    func finish(_ replica: Record.Replica) { state.withLock { $0.events.append(.finished(replica)) } }
    func fail(trial: Int, _ error: InputError) { state.withLock { $0.events.append(.failed(trial: trial, error)) } }
    func save(_ checkpoint: ReplicaCheckpoint) { state.withLock { $0.events.append(.saved(checkpoint)) } }

    var events: [TrialEvent] { state.withLock { $0.events } }
    var wasStopped: Bool { state.withLock { $0.isStopping } }
  }

  /// Runs a spec to its end in as many pieces as chance has it; the number of pieces.
  private func runInPieces(_ spec: Spec, in store: Store, seed: UInt64, largestLooks: Int) throws -> Int {
    var stream = testStream(seed)
    var pieces = 0
    let rows = try store.adopt(spec, version: "test")
    for (place, configuration) in spec.configurations.enumerated() {
      while true {
        var (checkpoints, _) = try store.checkpoints(version: "test")
        let resumed = checkpoints.removeValue(forKey: rows[place]) ?? []
        var known = Set(resumed.map(\.trial))
        try store.forEachTrial(of: store.plan().configurations[place]) { known.insert($0.key.trial) }
        let fresh = (0..<configuration.trials).filter { !known.contains($0) }
        let assignments = resumed.map(TrialAssignment.resumed) + fresh.map { .fresh(trial: $0) }
        if assignments.isEmpty { break }
        let desk = FickleDesk(
          assignments, stream: RandomStream(RandomKey(seed: stream.next(), purpose: .measurement)),
          looks: stream.integer(below: largestLooks))
        try configuration.workload.work(desk)
        let writer = try StoreWriter(store, version: "test")
        // In one commit, or in several: the store must not care.
        var events = desk.events[...]
        while !events.isEmpty {
          let count = min(events.count, 1 + stream.integer(below: 40))
          try writer.commit(events.prefix(count).map { (rows[place], $0) })
          events = events.dropFirst(count)
        }
        pieces += 1
      }
    }
    return pieces
  }

  @Test("Hand-made engines, stopped hundreds of times", arguments: 0..<4) func handMade(_ seed: UInt64) throws {
    let spec = HandMade.spec()
    let store = try Store.inMemory()
    let pieces = try runInPieces(spec, in: store, seed: seed, largestLooks: 60)
    #expect(pieces > 20)
    #expect(try tables(store) == RunnerTests.reference(spec))
    #expect(try store.connection.integer("SELECT count(*) FROM checkpoints") == 0)
  }

  static let problems: [[String]] = [
    [], ["optimizer.order=iid", "record.series=[\"maxCosine\",\"loss\",\"squaredNorm\"]"],
    ["optimizer.order=reshuffle", "optimizer.batch=3"], ["optimizer.order=cyclic", "problem.activation=linear"],
    ["problem.data={\"kind\":\"equicorrelated\",\"correlation\":0.3}", "optimizer.order=iid"],
    [
      #"problem={"kind":"leastSquares","data":{"kind":"gaussian","samples":12,"dimension":5,"noise":0.1}}"#,
      "record={\"every\":7,\"series\":[\"loss\"],\"final\":[\"parameters\",\"loss\"]}", "optimizer.step=0.05",
    ],
    [
      #"optimizer.step={"base":0.02,"warmUp":{"kind":"linear","factor":10,"until":0.5},"decays":[{"at":0.8,"divideBy":3}]}"#
    ],
  ]

  @Test("Every problem that specs know", arguments: problems.indices) func everyProblem(_ place: Int) throws {
    let bench = SpecBench()
    let spec = try bench.read(set: ["optimizer.steps=400", "seeds.trials=9"] + Self.problems[place])
    let wanted = try RunnerTests.reference(spec)
    for seed in 0..<3 {
      let store = try Store.inMemory()
      #expect(try runInPieces(spec, in: store, seed: UInt64(seed), largestLooks: 12) > 3)
      #expect(try tables(store) == wanted)
    }
  }

  @Test("The runner, stopped again and again, on any number of workers", arguments: [1, 2, 3]) func runner(_ jobs: Int)
    throws
  {
    let spec = HandMade.spec(pause: 1_500)
    let wanted = try RunnerTests.reference(HandMade.spec())
    let scratch = ScratchFolder()
    var stops = 0
    while true {
      // Each piece opens the store anew, as a new process would.
      let store = try Store.write(scratch.file("run.basin"))
      var calls = 0
      let progress = try Runner.forTest(jobs: jobs, checkpointSeconds: 0.05).run(spec, in: store) { _ in
        calls += 1
        return calls < 3
      }
      #expect(progress.wanted == 70)
      #expect(progress.finished + progress.failed + (progress.toRun - progress.done.total) == 70)
      if !progress.wasStopped { break }
      stops += 1
    }
    #expect(stops >= 1)
    #expect(try tables(try Store.read(scratch.file("run.basin"))) == wanted)
    #expect(try scratch.names() == ["run.basin"])
  }

  @Test("A failed trial that is run again and stopped on the way is interrupted, and counted once")
  func failedThenStopped() throws {
    let spec = HandMade.spec(trials: [12, 12, 12], budget: 400, failing: true)
    let mended = HandMade.spec(trials: [12, 12, 12], budget: 400, failing: false)
    let store = try Store.inMemory()
    _ = try Runner.forTest().run(spec, in: store)
    let row = try store.plan().configurations[0].row
    let desk = FickleDesk([.fresh(trial: 9)], stream: testStream(1), looks: 5)
    try mended.configurations[0].workload.work(desk)
    #expect(desk.wasStopped)
    try StoreWriter(store, version: "test").commit(desk.events.map { (row, $0) })
    let counts = try store.counts(of: store.plan().configurations)
    #expect(counts[0].total == 12)
    #expect(counts[0][.interrupted] == 1 && counts[0][.failed] == 0 && counts[0][.pending] == 0)
    let progress = try Runner.forTest().run(mended, in: store)
    #expect(progress.toRun == 1 && progress.failedBefore == 2)
    _ = try Runner.forTest(states: [.failed]).run(mended, in: store)
    #expect(try tables(store) == RunnerTests.reference(mended))
  }

  @Test("A checkpoint of another version, or one that does not fit, is not used") func otherCheckpoints() throws {
    let spec = HandMade.spec(trials: [6, 6, 6], budget: 400, failing: false)
    let wanted = try RunnerTests.reference(spec)
    let store = try Store.inMemory()
    let rows = try store.adopt(spec, version: "old")
    let desk = FickleDesk((0..<6).map { .fresh(trial: $0) }, stream: testStream(2), looks: 30)
    try spec.configurations[0].workload.work(desk)
    let saved = desk.events.filter { if case .saved = $0 { true } else { false } }
    try #require(saved.count >= 4)
    try StoreWriter(store, version: "old").commit(saved.map { (rows[0], $0) })
    let progress = try Runner.forTest().run(spec, in: store)
    #expect(progress.toRun == 18)
    #expect(try tables(store) == wanted)
    #expect(try store.connection.integer("SELECT count(*) FROM checkpoints") == 0)

    // Of this version, but with too many values, or beyond the end: the trial says so, the others go on.
    let other = try Store.inMemory()
    let otherRows = try other.adopt(spec, version: "test")
    let writer = try StoreWriter(other, version: "test")
    for (trial, snapshot) in [LaneSnapshot(step: 5, values: [0.1, 0.2]), LaneSnapshot(step: 400, values: [0.1])]
      .enumerated()
    {
      let checkpoint = ReplicaCheckpoint(
        trial: trial, snapshot: snapshot, series: [], wallSeconds: 0, processorSeconds: 0)
      try writer.commit([(otherRows[0], .saved(checkpoint))])
    }
    let second = try Runner.forTest().run(spec, in: other)
    #expect(second.toRun == 18 && second.failed == 2)
    _ = try Runner.forTest(states: [.failed]).run(spec, in: other)
    #expect(try tables(other) == wanted)
  }
}
