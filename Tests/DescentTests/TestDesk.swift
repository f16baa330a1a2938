import Descent
import Dispatch
import Numerics
import Synchronization
import TestSupport

/// A desk that keeps what it is given, as a store would, and stops its workers after so many looks.
final class TestDesk: TrialDesk {
  struct Content: Sendable {
    var waiting: [TrialAssignment] = []
    var finished: [Record.Replica] = []
    var failed: [Int: InputError] = [:]
    /// All checkpoints, in the order in which they came.
    var checkpoints: [ReplicaCheckpoint] = []
    /// What has been handed out.
    var taken = 0
  }

  let content: Mutex<Content>
  let keepsCheckpoints: Bool
  private let looks = Atomic(0)
  private let stopsAfter: Int
  private let checkpointPeriod: Int

  /// - Parameters:
  ///   - stopsAfter: the number of looks after which the wish is to stop.
  ///   - checkpointPeriod: each so manieth look asks for checkpoints.
  init(
    _ waiting: [TrialAssignment], stopsAfter: Int = .max, checkpointPeriod: Int = .max, keepsCheckpoints: Bool = true
  ) {
    content = Mutex(Content(waiting: waiting.reversed()))
    self.stopsAfter = stopsAfter
    self.checkpointPeriod = checkpointPeriod
    self.keepsCheckpoints = keepsCheckpoints
  }

  convenience init(fresh trials: Range<Int>) { self.init(trials.map { .fresh(trial: $0) }) }

  var lookCount: Int { looks.load(ordering: .relaxed) }

  var wish: DeskWish {
    let look = looks.wrappingAdd(1, ordering: .relaxed).newValue
    if look > stopsAfter { return .stop }
    return look % checkpointPeriod == 0 ? .checkpoint : .carryOn
  }

  func next() -> TrialAssignment? {
    content.withLock {
      $0.taken += $0.waiting.isEmpty ? 0 : 1
      return $0.waiting.popLast()
    }
  }

  func finish(_ replica: Record.Replica) { content.withLock { $0.finished.append(replica) } }
  func fail(trial: Int, _ error: InputError) { content.withLock { $0.failed[trial] = error } }
  func save(_ checkpoint: ReplicaCheckpoint) { content.withLock { $0.checkpoints.append(checkpoint) } }
}

/// Trials that were stopped and resumed again and again until all had ended.
struct InterruptedRun {
  /// The replicas by ascending trial, their series joined from all checkpoints.
  var replicas: [Record.Replica] = []
  /// Every checkpoint that was taken.
  var checkpoints: [ReplicaCheckpoint] = []
  /// How often the workers were stopped.
  var stops = 0
  /// The trials that were begun at their start, in that order.
  var begun: [Int] = []
  /// The seconds of a trial never shrank from one checkpoint to the next.
  var secondsAscend = true

  /// Runs `trials` with stops after random numbers of looks, at most `longest`, and checkpoints in between; every round has new engines and
  /// deals what is left in another order.
  init<Engine: DescentEngine & ~Copyable>(
    _ trials: Range<Int>, workers: Int = 1, plan: RunPlan<Engine.State>, seed: UInt64, longest: Int = 40,
    makeEngine: @Sendable () throws(InputError) -> Engine, start: @Sendable (Int) throws(InputError) -> Engine.Start
  ) throws {
    var random = testStream(seed)
    var waiting = trials.map { TrialAssignment.fresh(trial: $0) }
    let begun = Mutex<[Int]>([])
    while true {
      for place in waiting.indices.dropFirst() { waiting.swapAt(place, random.integer(below: place + 1)) }
      let desk = TestDesk(
        waiting, stopsAfter: 1 + random.integer(below: longest),
        checkpointPeriod: 1 + random.integer(below: 60))
      let failure = Mutex<InputError?>(nil)
      DispatchQueue.concurrentPerform(iterations: workers) { _ in
        do throws(InputError) {
          var engine = try makeEngine()
          try Ensemble.work(on: &engine, plan: plan, desk: desk) { trial throws(InputError) in
            begun.withLock { $0.append(trial) }
            return try start(trial)
          }
        } catch {
          failure.withLock { $0 = error }
        }
      }
      if let error = failure.withLock({ $0 }) { throw error }
      let content = desk.content.withLock { $0 }
      if let error = content.failed.values.first { throw error }
      checkpoints += content.checkpoints
      replicas += content.finished
      // What is left: trials never handed out as they were, the others from their last checkpoint.
      let ended = Set(content.finished.map(\.trial))
      let last = Dictionary(content.checkpoints.map { ($0.trial, $0) }) { $1 }
      let kept = last.values.filter { !ended.contains($0.trial) }.sorted { $0.trial < $1.trial }
      waiting = content.waiting + kept.map { .resumed($0) }
      if waiting.isEmpty { break }
      stops += 1
    }
    self.begun = begun.withLock { $0 }
    join()
  }

  private mutating func join() {
    let pieces = Dictionary(grouping: checkpoints, by: \.trial)
    replicas.sort { $0.trial < $1.trial }
    for place in replicas.indices {
      let pieces = pieces[replicas[place].trial] ?? []
      for series in replicas[place].series.indices {
        let parts = pieces.map { $0.series[series] } + [replicas[place].series[series]]
        replicas[place].series[series] = Record.Series(
          steps: parts.flatMap(\.steps), values: parts.flatMap(\.values))
      }
      let seconds = pieces.map(\.wallSeconds) + [replicas[place].wallSeconds]
      let processorSeconds = pieces.map(\.processorSeconds) + [replicas[place].processorSeconds]
      for seconds in [seconds, processorSeconds] {
        secondsAscend = secondsAscend && zip([0] + seconds, seconds).allSatisfy { $0 <= $1 }
      }
    }
  }
}
