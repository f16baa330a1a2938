/// A machine that advances independent replicas of one training problem, a few side by side.
///
/// The plain loop over any objective carries one replica; a special engine carries several in vector registers.
/// `Ensemble` drives both alike, so stopping, probing and recording are written once. A replica's result must depend on
/// its start and trial alone, not on its lane, its neighbours or the sizes of the advances.
public protocol DescentEngine: ~Copyable, SendableMetatype {
  /// Where a replica begins.
  associatedtype Start: Sendable
  /// What probes and stopping rules see of a replica.
  associatedtype State: Sendable

  /// How many replicas it carries.
  var laneCount: Int { get }

  /// Puts the replica of `trial` into `lane`, at step 0.
  mutating func load(_ start: Start, trial: Int, lane: Int)

  /// Empties `lane`: what happens there until the next `load` is of no account.
  mutating func clear(lane: Int)

  /// Makes `steps` updates in every lane that holds a replica.
  mutating func advance(by steps: Int)

  /// Room for `read`.
  func makeState() -> State

  /// Writes the state of the replica in `lane` into memory that the caller keeps.
  func read(lane: Int, into state: inout State)
}
