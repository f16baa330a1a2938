import Numerics

extension Ensemble {
  /// The trials that have index streams and starts of their own.
  public static var trialNumbers: ClosedRange<Int> { 0...Int(UInt32.max) }

  /// Of a desk that keeps checkpoints, a replica is saved of itself when its series have so many points, about 16 MB:
  /// memory stays bounded however long they are.
  public static let largestPointCount = 1_000_000

  /// Works through the trials that `desk` hands out, until it has no more or wishes to stop: the one loop that drives an
  /// engine.
  ///
  /// When a replica ends its lane is given the next trial. Between advances, after 20 milliseconds or so of work, it
  /// looks at the desk's wish. Measures, rules and starts are not interrupted. How advances are cut, and whether a
  /// replica was saved and resumed on the way, changes no bit of what is recorded.
  ///
  /// - Parameters:
  ///   - engine: an engine with no replicas in it; so it is left, too.
  ///   - start: where the replica of a trial begins. An error, or a start that does not fit the engine, goes to the desk
  ///     and concerns no other trial.
  ///   - advance: makes so many updates, as the engine does of itself. A caller that knows the engine's type passes it,
  ///     so that the loop is compiled for that type, whose objective this module does not know.
  /// - Throws: `InputError` if the plan makes no sense or is longer than the engine can run, before any trial is asked
  ///   for.
  public static func work<Engine: DescentEngine & ~Copyable>(
    on engine: inout Engine, plan: RunPlan<Engine.State>, desk: some TrialDesk,
    start: (Int) throws(InputError) -> Engine.Start,
    advance: (inout Engine, Int) -> Void = { $0.advance(by: $1) }
  ) throws(InputError) {
    try plan.validate(longestRun: engine.longestRun)
    var worker = Worker(plan: plan, desk: desk, laneCount: engine.laneCount, state: engine.makeState())
    var pace = Pace()
    while true {
      switch desk.wish {
      case .carryOn: break
      case .checkpoint: worker.saveAll(of: &engine)
      case .stop: return worker.giveUp(&engine)
      }
      // One trial at a time, so that a desk can stop the worker between slow starts too.
      if worker.hasRoom, let assignment = worker.next() {
        do throws(InputError) {
          try worker.begin(assignment, on: &engine, start: start)
        } catch {
          desk.fail(trial: assignment.trial, error)
        }
      } else if let due = worker.stepsToNextEvent {
        let steps = min(due, pace.remaining)
        advance(&engine, steps)
        worker.advanced(by: steps, &engine)
        pace.made(steps)
      } else {
        return
      }
    }
  }
}

/// The replicas that a worker has under way, lane by lane.
private struct Worker<State: Sendable, Desk: TrialDesk> {
  private let plan: RunPlan<State>
  private let desk: Desk
  private let hasEstimates: Bool
  private var lanes: [ReplicaProgress<State>?]
  /// The number of steps made so far, and that at which something is due in each lane.
  private var stepsMade = 0
  private var nextEvents: [Int]
  private var emptyLanes: [Int]
  private var deskIsEmpty = false
  private var clock = WorkerClock()
  /// Room for what is read off a lane.
  private var state: State

  init(plan: RunPlan<State>, desk: Desk, laneCount: Int, state: State) {
    self.plan = plan
    self.desk = desk
    self.state = state
    hasEstimates = plan.finals.contains { $0.estimate != nil }
    lanes = [ReplicaProgress<State>?](repeating: nil, count: laneCount)
    nextEvents = [Int](repeating: .max, count: laneCount)
    emptyLanes = Array((0..<laneCount).reversed())
  }

  var hasRoom: Bool { !deskIsEmpty && !emptyLanes.isEmpty }

  /// The number of steps until something is due; nil if there are no replicas.
  var stepsToNextEvent: Int? { nextEvents.min().flatMap { $0 == .max ? nil : $0 - stepsMade } }

  mutating func next() -> TrialAssignment? {
    let assignment = desk.next()
    deskIsEmpty = assignment == nil
    return assignment
  }

  /// Puts a trial into an empty lane.
  mutating func begin<Engine: DescentEngine & ~Copyable>(
    _ assignment: TrialAssignment, on engine: inout Engine, start: (Int) throws(InputError) -> Engine.Start
  ) throws(InputError) where Engine.State == State {
    guard let lane = emptyLanes.last else { return }
    guard Ensemble.trialNumbers.contains(assignment.trial) else {
      throw InputError(
        "trial", expected: "a number from 0 to \(Ensemble.trialNumbers.upperBound)", found: "\(assignment.trial)")
    }
    let progress = ReplicaProgress(assignment, plan: plan, joined: clock.join())
    var outcome: Outcome?
    do throws(InputError) {
      switch assignment {
      case .fresh(let trial):
        let start = try start(trial)
        if let problem = engine.problem(with: start) { throw problem }
        engine.load(start, trial: trial, lane: lane)
        engine.read(lane: lane, into: &state)
        outcome = progress.observe(state)
      case .resumed(let checkpoint):
        try validate(checkpoint.snapshot, size: engine.snapshotSize)
        engine.restore(checkpoint.snapshot, trial: checkpoint.trial, lane: lane)
      }
    } catch {
      clock.leave()
      throw error
    }
    if let outcome {
      finish(progress, outcome)
      engine.clear(lane: lane)
    } else {
      lanes[lane] = progress
      nextEvents[lane] = stepsMade + progress.scheduleNextEvent()
      emptyLanes.removeLast()
    }
  }

  private func validate(_ snapshot: LaneSnapshot, size: Int) throws(InputError) {
    guard snapshot.values.count == size else {
      throw InputError("checkpoint", expected: "\(size) values", found: "\(snapshot.values.count)")
    }
    guard snapshot.step >= 0, snapshot.step < plan.budget else {
      throw InputError(
        "checkpoint", expected: "a step from 0 to below \(plan.budget), where the run ends", found: "\(snapshot.step)")
    }
  }

  /// Does what is due in each lane after `steps` updates.
  mutating func advanced<Engine: DescentEngine & ~Copyable>(by steps: Int, _ engine: inout Engine)
  where Engine.State == State {
    stepsMade += steps
    for lane in lanes.indices where nextEvents[lane] == stepsMade {
      guard let progress = lanes[lane] else { continue }
      engine.read(lane: lane, into: &state)
      if let outcome = progress.observe(state) {
        finish(progress, outcome)
        engine.clear(lane: lane)
        lanes[lane] = nil
        nextEvents[lane] = .max
        emptyLanes.append(lane)
        continue
      }
      nextEvents[lane] = stepsMade + progress.scheduleNextEvent()
      if desk.keepsCheckpoints, progress.pointCount >= Ensemble.largestPointCount {
        clock.read()
        desk.save(progress.checkpoint(engine.snapshot(lane: lane), at: clock.virtual))
      }
    }
  }

  /// Measures the end of a run, whose state has been read, and hands it over.
  private mutating func finish(_ progress: ReplicaProgress<State>, _ outcome: Outcome) {
    var finals: [Double] = []
    var errors: [Double] = []
    if hasEstimates {
      let estimates = plan.finals.map { $0.estimate?(state) ?? Estimate($0.value(state), standardError: .nan) }
      finals = estimates.map(\.value)
      errors = estimates.map(\.standardError)
    } else {
      finals = plan.finals.map { $0.value(state) }
    }
    clock.leave()
    desk.finish(progress.replica(outcome, finals: finals, errors: errors, at: clock.virtual))
  }

  /// Hands the desk a checkpoint of every replica, if it keeps them.
  mutating func saveAll<Engine: DescentEngine & ~Copyable>(of engine: inout Engine) where Engine.State == State {
    guard desk.keepsCheckpoints else { return }
    clock.read()
    for lane in lanes.indices {
      guard let progress = lanes[lane] else { continue }
      desk.save(progress.checkpoint(engine.snapshot(lane: lane), at: clock.virtual))
    }
  }

  /// Saves every replica and empties the engine.
  mutating func giveUp<Engine: DescentEngine & ~Copyable>(_ engine: inout Engine) where Engine.State == State {
    saveAll(of: &engine)
    for lane in lanes.indices where lanes[lane] != nil { engine.clear(lane: lane) }
  }
}
