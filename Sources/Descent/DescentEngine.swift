import Numerics

/// A machine that advances independent replicas of one training problem, a few side by side.
///
/// The plain loop over any objective carries one replica; a special engine carries several in vector registers.
/// `Ensemble` drives both alike, so stopping, probing and recording are written once. A replica's result must depend on
/// its start and trial alone, not on its lane, its neighbours, the sizes of the advances, or whether it was taken out
/// as a snapshot and put back on the way.
public protocol DescentEngine: ~Copyable, SendableMetatype {
  /// Where a replica begins.
  associatedtype Start: Sendable
  /// What probes and stopping rules see of a replica.
  associatedtype State: Sendable

  /// How many replicas it carries.
  var laneCount: Int { get }

  /// The number of updates after which it has no more batches, as with replayed ones; nil if it never runs out.
  var longestRun: Int? { get }

  /// Why a replica cannot begin at `start`; nil if it can.
  func problem(with start: Start) -> InputError?

  /// Puts the replica of `trial` into `lane`, at step 0.
  ///
  /// - Precondition: there is no `problem(with: start)`.
  mutating func load(_ start: Start, trial: Int, lane: Int)

  /// Empties `lane`: what happens there until the next `load` or `restore` is of no account.
  mutating func clear(lane: Int)

  /// Makes `steps` updates in every lane that holds a replica.
  mutating func advance(by steps: Int)

  /// Room for `read`.
  func makeState() -> State

  /// Writes the state of the replica in `lane` into memory that the caller keeps.
  func read(lane: Int, into state: inout State)

  /// The number of values in a snapshot.
  var snapshotSize: Int { get }

  /// All that the replica in `lane` needs to go on bit for bit, but its trial.
  func snapshot(lane: Int) -> LaneSnapshot

  /// Puts the replica of `trial` back where `snapshot` was taken: in any lane, of any engine with the same settings.
  ///
  /// - Precondition: the snapshot has `snapshotSize` values.
  mutating func restore(_ snapshot: LaneSnapshot, trial: Int, lane: Int)
}

/// A replica in the middle of its run, in its engine's own terms.
public struct LaneSnapshot: Sendable, Equatable {
  /// The number of updates made.
  public var step: Int
  /// The engine's numbers, which only an engine with the same settings understands.
  public var values: [Double]

  /// Puts a snapshot together from its parts.
  public init(step: Int, values: [Double]) {
    self.step = step
    self.values = values
  }
}
