import Descent
import Foundation

/// What workers have reported and the writer has not yet taken. Workers wait when there is too much of it.
///
/// `@unchecked`: every access to the mutable parts is under the condition's lock.
final class Outbox: @unchecked Sendable {
  private let condition = NSCondition()
  private var events: [(place: Int, event: TrialEvent)] = []
  private var size = 0
  private var workers: Int

  /// In numbers kept: about 32 MB. From the first on the writer is called, at the second workers wait.
  private static let batchSize = 1_000_000
  private static let largestSize = 4_000_000

  init(workers: Int) { self.workers = workers }

  /// Puts an event down for the writer.
  func put(_ event: TrialEvent, place: Int) {
    condition.lock()
    while size >= Self.largestSize { condition.wait() }
    events.append((place, event))
    let before = size
    size += event.size
    if before < Self.batchSize, size >= Self.batchSize { condition.broadcast() }
    condition.unlock()
  }

  /// A worker has ended.
  func workerEnded() {
    condition.lock()
    workers -= 1
    condition.broadcast()
    condition.unlock()
  }

  /// Takes everything, after `seconds`, or as soon as there is much or all workers have ended; and how many workers are left.
  func take(after seconds: Double) -> (events: [(place: Int, event: TrialEvent)], workers: Int) {
    let deadline = Date(timeIntervalSinceNow: seconds)
    condition.lock()
    while size < Self.batchSize, workers > 0, condition.wait(until: deadline) {}
    defer { condition.unlock() }
    let taken = events
    events = []
    size = 0
    condition.broadcast()
    return (taken, workers)
  }
}

extension TrialEvent {
  /// About how many numbers it holds.
  fileprivate var size: Int {
    switch self {
    case .finished(let replica):
      return 32 + replica.finals.count + replica.series.reduce(0) { $0 + 2 * $1.steps.count }
    case .failed: return 64
    case .saved(let checkpoint):
      return 32 + checkpoint.snapshot.values.count + checkpoint.series.reduce(0) { $0 + 2 * $1.steps.count }
    }
  }
}
