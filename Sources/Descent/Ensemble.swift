import Dispatch
import Numerics
import Synchronization

/// Many replicas of one problem in one process, over all cores.
public enum Ensemble {
  /// Runs the replicas of `trials` and returns them by ascending trial. Nothing in the result but `seconds` depends on
  /// `workers`.
  ///
  /// Workers take trials from a shared counter. Each has an engine of its own; when a replica ends its lane is given
  /// the next trial, so that replicas of unequal length keep all lanes and cores busy.
  ///
  /// - Parameters:
  ///   - workers: the number of threads, at least 1.
  ///   - makeEngine: makes a worker's engine.
  ///   - start: where the replica of a trial begins.
  public static func run<Engine: DescentEngine & ~Copyable>(
    trials: Range<Int>, workers: Int, plan: RunPlan<Engine.State>, settings: [Record.Setting] = [], seeds: Seeds,
    makeEngine: @Sendable () throws(InputError) -> Engine, start: @Sendable (Int) -> Engine.Start
  ) throws(InputError) -> Record {
    guard trials.lowerBound >= 0, trials.upperBound <= Int(UInt32.max) else {
      throw InputError(
        "trials", expected: "trials from 0 to \(UInt32.max), which have streams of their own",
        found: "\(trials.lowerBound) to \(trials.upperBound)")
    }
    let begin = DispatchTime.now().uptimeNanoseconds
    let next = Atomic(trials.lowerBound)
    let finished = Mutex<[Record.Replica]>([])
    let failure = Mutex<InputError?>(nil)
    let workerCount = max(1, min(workers, trials.count))
    DispatchQueue.concurrentPerform(iterations: workerCount) { _ in
      do throws(InputError) {
        var engine = try makeEngine()
        let replicas = work(with: &engine, plan: plan, start: start) {
          let trial = next.wrappingAdd(1, ordering: .relaxed).oldValue
          return trial < trials.upperBound ? trial : nil
        }
        finished.withLock { $0 += replicas }
      } catch {
        failure.withLock { $0 = error }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    let replicas = finished.withLock { $0.sorted { $0.trial < $1.trial } }
    return Record(
      settings: settings, seeds: seeds, finalNames: plan.finals.map(\.name),
      seriesNames: plan.series.map(\.measure.name),
      replicas: replicas, seconds: Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-9)
  }

  private static func work<Engine: DescentEngine & ~Copyable>(
    with engine: inout Engine, plan: RunPlan<Engine.State>, start: (Int) -> Engine.Start, takeTrial: () -> Int?
  ) -> [Record.Replica] {
    var done: [Record.Replica] = []
    var lanes = [ReplicaProgress<Engine.State>?](repeating: nil, count: engine.laneCount)
    var state = engine.makeState()
    while true {
      for lane in lanes.indices {
        while lanes[lane] == nil, let trial = takeTrial() {
          engine.load(start(trial), trial: trial, lane: lane)
          engine.read(lane: lane, into: &state)
          var progress = ReplicaProgress(trial: trial, plan: plan)
          if progress.observe(state) {
            done.append(progress.replica)
            engine.clear(lane: lane)
          } else {
            lanes[lane] = progress
          }
        }
      }
      let steps = lanes.lazy.compactMap { $0?.stepsToNextEvent }.min()
      guard let steps else { return done }
      engine.advance(by: steps)
      for lane in lanes.indices where lanes[lane]?.advance(by: steps) == true {
        engine.read(lane: lane, into: &state)
        if lanes[lane]?.observe(state) == true, let progress = lanes[lane] {
          done.append(progress.replica)
          engine.clear(lane: lane)
          lanes[lane] = nil
        }
      }
    }
  }
}

/// The bookkeeping of one run: where it is, when something is due, and what has been recorded.
private struct ReplicaProgress<State: Sendable> {
  private let plan: RunPlan<State>
  private var step = 0
  private var nextEvent = 0
  private(set) var replica: Record.Replica

  init(trial: Int, plan: RunPlan<State>) {
    self.plan = plan
    let empty = [Record.Series](repeating: Record.Series(), count: plan.series.count)
    replica = Record.Replica(trial: trial, outcome: .exhausted, steps: 0, finals: [], series: empty)
  }

  var stepsToNextEvent: Int { nextEvent - step }

  /// Counts `steps` updates; true if something is due now.
  mutating func advance(by steps: Int) -> Bool {
    step += steps
    return step == nextEvent
  }

  /// Records what is due at the current step; true if the run is over.
  mutating func observe(_ state: State) -> Bool {
    var outcome: Outcome?
    if plan.stopping.cadence.first(from: step) == step || step == plan.budget {
      outcome = plan.stopping.outcome(state)
    }
    if step >= plan.budget { outcome = outcome ?? .exhausted }
    for (place, probe) in plan.series.enumerated() where outcome != nil || probe.cadence.first(from: step) == step {
      replica.series[place].steps.append(step)
      replica.series[place].values.append(probe.measure.value(state))
    }
    if let outcome {
      replica.outcome = outcome
      replica.steps = step
      replica.finals = plan.finals.map { $0.value(state) }
      return true
    }
    nextEvent = plan.budget
    if let due = plan.stopping.cadence.first(from: step + 1) { nextEvent = min(nextEvent, due) }
    for probe in plan.series {
      if let due = probe.cadence.first(from: step + 1) { nextEvent = min(nextEvent, due) }
    }
    return false
  }
}
