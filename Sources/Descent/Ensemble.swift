import Dispatch
import Numerics
import Synchronization

/// Many replicas of one problem in one process, over all cores.
public enum Ensemble {
  /// Runs the replicas of `trials` and returns them by ascending trial. Nothing in the result but the seconds depends on
  /// `workers`.
  ///
  /// Workers take trials from a shared counter. Each has an engine of its own; when a replica ends its lane is given
  /// the next trial, so that replicas of unequal length keep all lanes and cores busy.
  ///
  /// - Parameters:
  ///   - workers: the number of threads, at least 1.
  ///   - makeEngine: makes a worker's engine.
  ///   - start: where the replica of a trial begins.
  /// - Throws: the error of `makeEngine` or of the plan, or that of the first trial whose start throws or does not fit
  ///   the engine.
  public static func run<Engine: DescentEngine & ~Copyable>(
    trials: Range<Int>, workers: Int, plan: RunPlan<Engine.State>, settings: [Record.Setting] = [], seeds: Seeds,
    makeEngine: @Sendable () throws(InputError) -> Engine, start: @Sendable (Int) throws(InputError) -> Engine.Start
  ) throws(InputError) -> Record {
    guard trials.lowerBound >= 0, trials.upperBound <= Int(UInt32.max) else {
      throw InputError(
        "trials", expected: "trials from 0 to \(UInt32.max), which have streams of their own",
        found: "\(trials.lowerBound) to \(trials.upperBound)")
    }
    let begin = DispatchTime.now().uptimeNanoseconds
    let desk = MemoryDesk(trials)
    DispatchQueue.concurrentPerform(iterations: max(1, min(workers, trials.count))) { _ in
      do throws(InputError) {
        var engine = try makeEngine()
        try work(on: &engine, plan: plan, desk: desk, start: start)
      } catch {
        desk.fail(error)
      }
    }
    let replicas = try desk.replicas()
    return Record(
      settings: settings, seeds: seeds, finalNames: plan.finals.map(\.name),
      seriesNames: plan.series.map(\.measure.name),
      replicas: replicas, seconds: Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-9)
  }
}

/// Trials by ascending number and replicas in memory, for all workers; the first error ends the run.
private final class MemoryDesk: TrialDesk {
  private let trials: Range<Int>
  private let nextTrial: Atomic<Int>
  private let hasFailed = Atomic(false)
  private let finished = Mutex<[Record.Replica]>([])
  private let failure = Mutex<(trial: Int, error: InputError)?>(nil)

  init(_ trials: Range<Int>) {
    self.trials = trials
    nextTrial = Atomic(trials.lowerBound)
  }

  var keepsCheckpoints: Bool { false }

  var wish: DeskWish { hasFailed.load(ordering: .relaxed) ? .stop : .carryOn }

  func next() -> TrialAssignment? {
    let trial = nextTrial.wrappingAdd(1, ordering: .relaxed).oldValue
    return trial < trials.upperBound ? .fresh(trial: trial) : nil
  }

  func finish(_ replica: Record.Replica) { finished.withLock { $0.append(replica) } }

  /// Keeps the error of the smallest trial, which does not depend on the number of workers: trials are handed out in
  /// order, and each that was handed out is begun.
  func fail(trial: Int, _ error: InputError) {
    failure.withLock { failure in
      if failure.map({ trial < $0.trial }) ?? true { failure = (trial, error) }
    }
    hasFailed.store(true, ordering: .relaxed)
  }

  /// An error that concerns no trial goes before those that do.
  func fail(_ error: InputError) { fail(trial: -1, error) }

  func save(_ checkpoint: ReplicaCheckpoint) {}

  func replicas() throws(InputError) -> [Record.Replica] {
    if let failure = failure.withLock({ $0 }) { throw failure.error }
    return finished.withLock { $0.sorted { $0.trial < $1.trial } }
  }
}
