import Numerics

/// Hands out trials and takes in what becomes of them; `Ensemble.work` asks it. One that serves several workers is asked
/// by all of them at once.
public protocol TrialDesk: Sendable {
  /// Whether checkpoints are of use here. If not, `save` is never called, a wish for a checkpoint is passed over, and
  /// replicas that are under way when the desk wishes to stop are given up.
  var keepsCheckpoints: Bool { get }

  /// What the worker should do now.
  ///
  /// The worker looks between any two advances and does once what each look says, so a desk answers `checkpoint` once to
  /// each worker from which it wants one. A look must cost no more than a relaxed atomic load.
  var wish: DeskWish { get }

  /// The next trial for the worker that asks; nil means that it gets no more.
  func next() -> TrialAssignment?

  /// Takes a replica that has ended.
  func finish(_ replica: Record.Replica)

  /// Takes note that `trial` cannot be begun or resumed. The worker goes on with other trials.
  func fail(trial: Int, _ error: InputError)

  /// Takes a replica in the middle of its run. The worker goes on with it, unless it was the desk's wish to stop.
  func save(_ checkpoint: ReplicaCheckpoint)
}

/// What a worker does at the next opportunity.
public enum DeskWish: Sendable, Hashable {
  /// Goes on.
  case carryOn
  /// Saves the replicas that it has under way, and goes on.
  case checkpoint
  /// Saves the replicas that it has under way, and returns.
  case stop
}

/// What a trial begins with.
public enum TrialAssignment: Sendable, Equatable {
  /// Its start.
  case fresh(trial: Int)
  /// What was saved of it.
  case resumed(ReplicaCheckpoint)

  /// The trial.
  public var trial: Int {
    switch self {
    case .fresh(let trial): trial
    case .resumed(let checkpoint): checkpoint.trial
    }
  }
}

/// A replica in the middle of its run: with its start's settings, all that it takes to go on as if nothing had happened.
///
/// A checkpoint is taken when everything due at its step has been done: nothing is recorded or asked there again.
public struct ReplicaCheckpoint: Sendable, Equatable {
  /// The trial.
  public var trial: Int
  /// The engine's numbers.
  public var snapshot: LaneSnapshot
  /// The series since the checkpoint before, or since the start. Whoever keeps checkpoints joins these pieces; a
  /// resumed replica does not look at them.
  public var series: [Record.Series]
  /// The replica's share of its workers' wall-clock seconds since its start, as `Record.Replica.wallSeconds`.
  public var wallSeconds: Double
  /// The same of processor seconds.
  public var processorSeconds: Double

  /// Puts a checkpoint together from its parts.
  public init(
    trial: Int, snapshot: LaneSnapshot, series: [Record.Series], wallSeconds: Double, processorSeconds: Double
  ) {
    self.trial = trial
    self.snapshot = snapshot
    self.series = series
    self.wallSeconds = wallSeconds
    self.processorSeconds = processorSeconds
  }
}
