import Descent

/// What became of a trial. Kept apart everywhere: only trials of one state are averaged together.
public enum TrialState: Int, Sendable, CaseIterable {
  /// The goal was reached.
  case converged = 0
  /// It made all the steps that it was given.
  case exhausted = 1
  /// Every gradient is 0 for ever and the goal is not reached.
  case dead = 2
  /// It left every region of interest, or a value stopped being a number.
  case diverged = 3
  /// It could not be run; its message says why.
  case failed = 4
  /// It was stopped on its way and has a checkpoint from which it goes on.
  case interrupted = 5
  /// Nothing is known of it yet.
  case pending = 6

  /// The state of a replica that came to its end.
  public init(_ outcome: Outcome) {
    self =
      switch outcome {
      case .converged: .converged
      case .exhausted: .exhausted
      case .dead: .dead
      case .diverged: .diverged
      }
  }

  /// The word in tables and JSON.
  public var name: String { "\(self)" }

  /// Whether the trial came to its end by itself, so that running it again would give the same.
  public var isFinished: Bool { rawValue < Self.failed.rawValue }

  /// Whether the trial's measurements count in the statistics of its configuration.
  public var isSound: Bool { self == .converged || self == .exhausted }
}
