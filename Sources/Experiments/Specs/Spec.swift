import Formats
import Numerics

/// A researcher's own question: the grid of configurations that a JSON file describes, each with its trials.
///
/// Everything that is wrong with the text is said at once, each with its place, before anything runs.
public struct Spec: Sendable {
  /// What the user calls it.
  public let name: String
  /// The spec as it was written, overrides applied.
  public let source: JSON
  /// The points of the grid, the last axis varying fastest; the order of all tables.
  public let configurations: [Configuration]

  /// The number of trials of all configurations.
  public var trialCount: Int { configurations.reduce(0) { $0 + $1.trials } }

  /// SHA-256 over the configurations' hashes and numbers of trials: equal for specs that ask for the same trials in the same
  /// order, however they are written.
  public var hash: String {
    SHA256.hexDigest(of: Array(configurations.map { "\($0.hash) \($0.trials)\n" }.joined().utf8))
  }
}

/// One point of a grid: everything that with a trial's number determines its result.
public struct Configuration: Sendable {
  /// SHA-256 of the resolved settings, in which all defaults are filled in and files stand by their content: the identity.
  public let hash: String
  /// The resolved settings: `problem`, `init`, `optimizer`, `seeds`, `record`.
  public let settings: JSON
  /// How many trials are wanted, numbers from 0.
  public let trials: Int
  /// What runs them.
  public let workload: Workload
  /// What they descend on; nil if the workload was made by hand.
  public let objective: SpecObjective?

  /// Describes a configuration; its hash is computed here.
  public init(settings: JSON, trials: Int, workload: Workload) {
    var identity = ConfigurationIdentity()
    self.init(
      settings: settings, hash: identity.hash(of: settings), trials: trials, workload: workload, objective: nil)
  }

  init(settings: JSON, hash: String, trials: Int, workload: Workload, objective: SpecObjective?) {
    self.settings = settings
    self.hash = hash
    self.trials = trials
    self.workload = workload
    self.objective = objective
  }

  /// The settings as pairs of a place and a value, in the order of places: `optimizer.batch`, `5`.
  ///
  /// The member `kind` stands under its object's own place; a file is its path, and the hash of its content below that.
  public var flatSettings: [(place: String, value: JSON)] { Self.flattened(settings, place: "") }

  static func flattened(_ value: JSON, place: String) -> [(place: String, value: JSON)] {
    guard case .object(let members) = value else { return [(place, value)] }
    if let file = members["file"], let hash = members["sha256"] { return [(place, file), ("\(place).sha256", hash)] }
    return members.sorted { $0.key < $1.key }.flatMap { key, member in
      flattened(member, place: key == "kind" ? place : place.isEmpty ? key : "\(place).\(key)")
    }
  }
}

/// Everything that is wrong with a spec.
public struct SpecProblems: Error, Sendable {
  /// The spec file.
  public var path: String
  /// The problems in the order in which they were found.
  public var problems: [InputError]
}
