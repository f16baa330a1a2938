import Numerics

/// The bookkeeping of one run: where it is, when something is due, and what has been recorded since its last checkpoint.
struct ReplicaProgress {
  let trial: Int
  private(set) var step: Int
  private var nextEvent = 0
  private var series: [Record.Series]
  /// The number of points in `series`.
  private(set) var pointCount = 0
  /// What had been spent when this worker took it up, and the worker's virtual time then.
  private let spentBefore: Seconds
  private let joined: Seconds

  /// A run at its start, where everything is due; or at a checkpoint, where nothing is due any more.
  init(_ assignment: TrialAssignment, seriesCount: Int, joined: Seconds) {
    series = [Record.Series](repeating: Record.Series(), count: seriesCount)
    self.joined = joined
    switch assignment {
    case .fresh(let trial):
      self.trial = trial
      step = 0
      spentBefore = Seconds()
    case .resumed(let checkpoint):
      trial = checkpoint.trial
      step = checkpoint.snapshot.step
      spentBefore = Seconds(wall: checkpoint.wallSeconds, processor: checkpoint.processorSeconds)
    }
  }

  var stepsToNextEvent: Int { nextEvent - step }

  /// Counts `steps` updates; true if something is due now.
  mutating func advance(by steps: Int) -> Bool {
    step += steps
    return step == nextEvent
  }

  /// Records what is due at the current step; how the run ended if it is over.
  mutating func observe<State>(_ state: State, _ plan: RunPlan<State>) -> Outcome? {
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
    if outcome == nil { findNextEvent(plan) }
    return outcome
  }

  /// Looks for the first step after this one at which something is due.
  mutating func findNextEvent<State>(_ plan: RunPlan<State>) {
    nextEvent = plan.budget
    if let due = plan.stopping.cadence.first(from: step + 1) { nextEvent = min(nextEvent, due) }
    for probe in plan.series {
      if let due = probe.cadence.first(from: step + 1) { nextEvent = min(nextEvent, due) }
    }
  }

  /// The run's record, at its end.
  func replica(_ outcome: Outcome, finals: [Double], errors: [Double], at virtual: Seconds) -> Record.Replica {
    let spent = spentBefore + (virtual - joined)
    return Record.Replica(
      trial: trial, outcome: outcome, steps: step, finals: finals, errors: errors, series: series,
      wallSeconds: spent.wall, processorSeconds: spent.processor)
  }

  /// A checkpoint with what has been recorded since the last one; recording begins afresh.
  mutating func checkpoint(_ snapshot: LaneSnapshot, at virtual: Seconds) -> ReplicaCheckpoint {
    let spent = spentBefore + (virtual - joined)
    let checkpoint = ReplicaCheckpoint(
      trial: trial, snapshot: snapshot, series: series, wallSeconds: spent.wall, processorSeconds: spent.processor)
    series = [Record.Series](repeating: Record.Series(), count: series.count)
    pointCount = 0
    return checkpoint
  }
}
