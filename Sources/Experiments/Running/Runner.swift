import Descent
import Foundation
import Numerics
import Synchronization

/// Runs what a store lacks of a spec's trials: workers compute, and the thread that calls `run` writes.
public struct Runner: Sendable {
  /// How many threads compute.
  public var jobs: Int
  /// Which part of the trials is run.
  public var shard: Shard
  /// Which trials are run: of `pending`, `interrupted` and `failed`.
  public var states: Set<TrialState>
  /// How often trials under way are saved, in seconds.
  public var checkpointSeconds: Double
  /// The version of the program, kept with each trial. Checkpoints of another version are not used.
  public var version: String

  /// What is run unless one says otherwise: failed trials would fail again.
  public static let defaultStates: Set<TrialState> = [.pending, .interrupted]

  /// Describes how to run.
  public init(
    jobs: Int, shard: Shard = .whole, states: Set<TrialState> = Runner.defaultStates, checkpointSeconds: Double = 30,
    version: String
  ) {
    self.jobs = jobs
    self.shard = shard
    self.states = states
    self.checkpointSeconds = checkpointSeconds
    self.version = version
  }

  /// Runs the trials of `spec` that `store` lacks and commits them in batches, a few times a second.
  ///
  /// Results do not depend on the number of jobs, the shards, or on how often the run was stopped.
  ///
  /// - Parameter observe: told the progress a few times a second; false stops the run: what is under way is saved, and the
  ///   same call goes on with it another time.
  /// - Returns: the progress at the end.
  /// - Throws: `InputError` of the store, such as a full disk. What was committed before stays.
  public func run(
    _ spec: Spec, in store: Store, observe: (RunProgress) -> Bool = { _ in true }
  ) throws(InputError) -> RunProgress {
    let rows = try store.adopt(spec, version: version)
    if !shard.isWhole { try store.noteShard(number: shard.number, of: shard.count) }
    let writer = try StoreWriter(store, version: version)
    let (cells, begun) = try prepare(spec, rows: rows, store: store, writer: writer)
    var progress = begun
    guard observe(progress) else {
      progress.wasStopped = true
      return progress
    }

    let queue = TrialQueue(cells)
    let workers = max(1, min(jobs, progress.toRun))
    let outbox = Outbox(workers: workers)
    for number in 0..<workers {
      let thread = Thread { Self.work(queue, outbox) }
      thread.name = "worker \(number)"
      thread.stackSize = 16 << 20
      thread.start()
    }
    let begin = Self.now
    var lastCheckpoint = begin
    var failure: InputError?
    while true {
      let (events, running) = outbox.take(after: 0.1)
      // After a failed commit the rest cannot be kept either; workers are only waited for.
      if failure == nil {
        do throws(InputError) {
          try writer.commit(events.map { (rows[$0.place], $0.event) })
          for (place, event) in events {
            progress.count(event, cost: spec.configurations[place].workload.estimatedCost)
          }
        } catch {
          failure = error
          queue.stop()
        }
      }
      progress.seconds = Self.now - begin
      if !observe(progress) { queue.stop() }
      if Self.now - lastCheckpoint >= checkpointSeconds {
        lastCheckpoint = Self.now
        queue.requestCheckpoint()
      }
      if running == 0 { break }
    }
    if let failure { throw failure }
    progress.wasStopped = progress.done.total < progress.toRun
    return progress
  }

  /// Finds out what is to be run: the cells that have something left, and the progress at the beginning.
  private func prepare(
    _ spec: Spec, rows: [Int], store: Store, writer: borrowing StoreWriter
  ) throws(InputError) -> ([TrialQueue.Cell], RunProgress) {
    var placeOfRow: [Int: Int] = [:]
    for (place, row) in rows.enumerated() { placeOfRow[row] = place }
    let allotment = Allotment(
      of: spec.configurations.map { .init(trials: $0.trials, cost: $0.workload.estimatedCost) }, to: shard)
    // States of trials that have one, by configuration; a trial without one is pending.
    var known = [[Int: TrialState]](repeating: [:], count: rows.count)
    var finished = [TrialSet](repeating: TrialSet(), count: rows.count)
    try store.forEachState { key, state in
      guard let place = placeOfRow[key.configuration] else { return }
      if state.isFinished { finished[place].insert(key.trial) } else { known[place][key.trial] = state }
    }
    var (checkpoints, unusable) = try store.checkpoints(version: version)
    for key in unusable {
      if let place = placeOfRow[key.configuration] { known[place][key.trial] = nil }
    }
    try writer.forgetCheckpoints(unusable)

    var cells: [TrialQueue.Cell] = []
    var progress = RunProgress(shard: shard)
    for (place, configuration) in spec.configurations.enumerated() {
      let allotted = allotment.parts[place]
      let done = finished[place]
      let (states, known) = (states, known[place])
      let isToRun = { @Sendable (trial: Int) in
        guard !done.contains(trial) else { return false }
        let state = known[trial] ?? .pending
        return state != .interrupted && states.contains(state)
      }
      let resumed =
        states.contains(.interrupted)
        ? (checkpoints.removeValue(forKey: rows[place]) ?? []).filter { allotted.contains($0.trial) } : []
      var fresh = 0
      for trial in allotted where isToRun(trial) { fresh += 1 }
      let finishedCount = allotted.count { done.contains($0) }
      let failedCount = known.count { $0.value == .failed && allotted.contains($0.key) }
      progress.wanted += allotted.count
      progress.finishedBefore += finishedCount
      progress.failedBefore += failedCount
      progress.toRun += fresh + resumed.count
      progress.costToRun += Double(fresh + resumed.count) * configuration.workload.estimatedCost
      guard fresh + resumed.count > 0 else { continue }
      cells.append(
        TrialQueue.Cell(
          place: place, workload: configuration.workload, allotted: allotted, resumed: resumed.reversed(), fresh: fresh,
          isToRun: isToRun))
    }
    if states.contains(.failed) { progress.failedBefore = 0 }
    return (cells, progress)
  }

  private static func work(_ queue: TrialQueue, _ outbox: Outbox) {
    while let cell = queue.takeCell() {
      do throws(InputError) {
        try cell.workload.work(CellDesk(cell, queue: queue, outbox: outbox))
      } catch {
        // Nothing of this configuration can be run: each of its trials says why, the others go on.
        while let assignment = cell.next() {
          outbox.put(.failed(trial: assignment.trial, error), place: cell.place)
        }
      }
    }
    outbox.workerEnded()
  }

  private static var now: Double { Double(DispatchTime.now().uptimeNanoseconds) * 1e-9 }
}

/// How far a run is.
public struct RunProgress: Sendable {
  /// The part of the trials that is meant.
  public let shard: Shard
  /// The trials of the part.
  public internal(set) var wanted = 0
  /// Those that were finished before the run began.
  public internal(set) var finishedBefore = 0
  /// Those that had failed before, and are not run again.
  public internal(set) var failedBefore = 0
  /// Those that this run is to bring to their end.
  public internal(set) var toRun = 0
  /// What this run has brought to its end, by state.
  public internal(set) var done = StateCounts()
  /// Seconds since the run began.
  public internal(set) var seconds = 0.0
  /// Whether the run was stopped before all was done.
  public internal(set) var wasStopped = false
  var costToRun = 0.0
  var costDone = 0.0

  init(shard: Shard) { self.shard = shard }

  /// The trials of the part that are finished now.
  public var finished: Int { finishedBefore + done.finished }

  /// The trials of the part that failed, now and before.
  public var failed: Int { failedBefore + done[.failed] }

  /// Seconds until all is done if work goes on as until now; nil as long as nothing is known. Trials of unequal cost count by
  /// their estimated cost.
  public var secondsLeft: Double? {
    costDone > 0 ? seconds * max(0, costToRun - costDone) / costDone : nil
  }

  mutating func count(_ event: TrialEvent, cost: Double) {
    switch event {
    case .finished(let replica): done[TrialState(replica.outcome)] += 1
    case .failed: done[.failed] += 1
    case .saved: return
    }
    costDone += cost
  }
}

/// A set of trial numbers: one bit a number up to the largest.
struct TrialSet: Sendable {
  private var words: [UInt64] = []

  mutating func insert(_ trial: Int) {
    let word = trial >> 6
    if word >= words.count { words += [UInt64](repeating: 0, count: word + 1 - words.count) }
    words[word] |= 1 << UInt64(trial & 63)
  }

  func contains(_ trial: Int) -> Bool {
    let word = trial >> 6
    return word < words.count && words[word] >> UInt64(trial & 63) & 1 == 1
  }
}
