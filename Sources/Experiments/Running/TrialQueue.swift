import Descent
import Numerics
import Synchronization

/// The trials that are to be run, and who runs what: the costliest configurations first, so that workers end together.
final class TrialQueue: Sendable {
  /// The trials of one configuration.
  final class Cell: Sendable {
    /// The place of the configuration in the grid.
    let place: Int
    let workload: Workload
    private let allotted: Allotment.Trials
    private let isToRun: @Sendable (Int) -> Bool
    private let progress: Mutex<Progress>

    private struct Progress {
      var resumed: [ReplicaCheckpoint]
      var position = 0
      var remaining: Int
    }

    /// - Parameters:
    ///   - resumed: what goes on from a checkpoint.
    ///   - fresh: the number of allotted trials for which `isToRun` holds.
    init(
      place: Int, workload: Workload, allotted: Allotment.Trials, resumed: [ReplicaCheckpoint], fresh: Int,
      isToRun: @escaping @Sendable (Int) -> Bool
    ) {
      self.place = place
      self.workload = workload
      self.allotted = allotted
      self.isToRun = isToRun
      progress = Mutex(Progress(resumed: resumed, remaining: resumed.count + fresh))
    }

    /// The next trial, each once.
    func next() -> TrialAssignment? {
      progress.withLock { progress in
        guard progress.remaining > 0 else { return nil }
        progress.remaining -= 1
        if let checkpoint = progress.resumed.popLast() { return .resumed(checkpoint) }
        while progress.position < allotted.count {
          let trial = allotted[progress.position]
          progress.position += 1
          if isToRun(trial) { return .fresh(trial: trial) }
        }
        return nil
      }
    }

    /// The estimated cost of what nobody has taken yet.
    var remainingCost: Double { Double(progress.withLock { $0.remaining }) * workload.estimatedCost }
  }

  private let assignment: Mutex<Assignment>
  private let isStopping = Atomic(false)
  private let checkpointRound = Atomic(0)

  private struct Assignment {
    /// Cells that no worker has begun, the costliest last.
    var waiting: [Cell]
    /// Cells at which somebody works.
    var active: [Cell] = []
  }

  init(_ cells: [Cell]) {
    let ordered = cells.map { (cell: $0, cost: $0.remainingCost) }
      .sorted { ($0.cost, $1.cell.place) < ($1.cost, $0.cell.place) }
    assignment = Mutex(Assignment(waiting: ordered.map(\.cell)))
  }

  /// The cell at which a worker should go on; nil if nothing is left to begin.
  func takeCell() -> Cell? {
    if mustStop { return nil }
    return assignment.withLock { assignment in
      if let cell = assignment.waiting.popLast() {
        assignment.active.append(cell)
        return cell
      }
      assignment.active.removeAll { $0.remainingCost == 0 }
      return assignment.active.max { $0.remainingCost < $1.remainingCost }
    }
  }

  /// Asks all workers to save what they have under way and to return.
  func stop() { isStopping.store(true, ordering: .relaxed) }

  var mustStop: Bool { isStopping.load(ordering: .relaxed) }

  /// Asks all workers to save what they have under way, and to go on.
  func requestCheckpoint() { checkpointRound.wrappingAdd(1, ordering: .relaxed) }

  var round: Int { checkpointRound.load(ordering: .relaxed) }
}

/// What one worker talks to while it is at one cell.
final class CellDesk: TrialDesk {
  private let cell: TrialQueue.Cell
  private let queue: TrialQueue
  private let outbox: Outbox
  private let seenRound: Atomic<Int>

  init(_ cell: TrialQueue.Cell, queue: TrialQueue, outbox: Outbox) {
    self.cell = cell
    self.queue = queue
    self.outbox = outbox
    seenRound = Atomic(queue.round)
  }

  var keepsCheckpoints: Bool { true }

  var wish: DeskWish {
    if queue.mustStop { return .stop }
    let round = queue.round
    guard round != seenRound.load(ordering: .relaxed) else { return .carryOn }
    seenRound.store(round, ordering: .relaxed)
    return .checkpoint
  }

  func next() -> TrialAssignment? { queue.mustStop ? nil : cell.next() }

  func finish(_ replica: Record.Replica) { outbox.put(.finished(replica), place: cell.place) }

  func fail(trial: Int, _ error: InputError) { outbox.put(.failed(trial: trial, error), place: cell.place) }

  func save(_ checkpoint: ReplicaCheckpoint) { outbox.put(.saved(checkpoint), place: cell.place) }
}
