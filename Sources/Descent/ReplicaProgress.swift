import Numerics

/// The bookkeeping of one run: where it is, when something is due, and what has been recorded since its last checkpoint.
///
/// A reference, because it stays in its lane while it is changed at every event.
final class ReplicaProgress<State: Sendable> {
  let trial: Int
  /// The step of the last event, or of the checkpoint.
  private var step: Int
  private var nextEvent: Int
  private let plan: RunPlan<State>
  private var series: [Record.Series]
  /// The number of points in `series`.
  private(set) var pointCount = 0
  /// What had been spent when this worker took it up, and the worker's virtual time then.
  private let spentBefore: Seconds
  private let joined: Seconds

  /// A run at its start, where everything is due; or at a checkpoint, where nothing is due any more.
  init(_ assignment: TrialAssignment, plan: RunPlan<State>, joined: Seconds) {
    self.plan = plan
    self.joined = joined
    series = [Record.Series](repeating: Record.Series(), count: plan.series.count)
    switch assignment {
    case .fresh(let trial):
      self.trial = trial
      step = 0
      nextEvent = 0
      spentBefore = Seconds()
    case .resumed(let checkpoint):
      trial = checkpoint.trial
      step = checkpoint.snapshot.step
      nextEvent = step
      spentBefore = Seconds(wall: checkpoint.wallSeconds, processor: checkpoint.processorSeconds)
    }
  }

  /// Looks for the next step at which something is due; the number of steps until then, at least 1.
  func scheduleNextEvent() -> Int {
    nextEvent = plan.budget
    if let due = plan.stopping.cadence.first(from: step + 1) { nextEvent = min(nextEvent, due) }
    for probe in plan.series {
      if let due = probe.cadence.first(from: step + 1) { nextEvent = min(nextEvent, due) }
    }
    return nextEvent - step
  }

  /// Records what is due at the scheduled step, the first of which is the start; how the run ended if it is over.
  func observe(_ state: State) -> Outcome? {
    step = nextEvent
    var outcome: Outcome?
    if plan.stopping.cadence.first(from: step) == step || step == plan.budget {
      outcome = plan.stopping.outcome(state)
    }
    if step >= plan.budget { outcome = outcome ?? .exhausted }
    for (place, probe) in plan.series.enumerated() where outcome != nil || probe.cadence.first(from: step) == step {
      series[place].steps.append(step)
      series[place].values.append(probe.measure.value(state))
      pointCount += 1
    }
    return outcome
  }

  /// The run's record, at its end.
  func replica(_ outcome: Outcome, finals: [Double], errors: [Double], at virtual: Seconds) -> Record.Replica {
    let spent = spentBefore + (virtual - joined)
    return Record.Replica(
      trial: trial, outcome: outcome, steps: step, finals: finals, errors: errors, series: series,
      wallSeconds: spent.wall, processorSeconds: spent.processor)
  }

  /// A checkpoint with what has been recorded since the last one; recording begins afresh.
  func checkpoint(_ snapshot: LaneSnapshot, at virtual: Seconds) -> ReplicaCheckpoint {
    let spent = spentBefore + (virtual - joined)
    let checkpoint = ReplicaCheckpoint(
      trial: trial, snapshot: snapshot, series: series, wallSeconds: spent.wall, processorSeconds: spent.processor)
    series = [Record.Series](repeating: Record.Series(), count: series.count)
    pointCount = 0
    return checkpoint
  }
}
