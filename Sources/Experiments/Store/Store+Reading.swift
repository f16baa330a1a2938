import Descent
import Formats
import Numerics

/// A trial as the store has it.
public struct StoredTrial: Sendable {
  /// Which trial.
  public let key: TrialKey
  /// What became of it.
  public let state: TrialState
  /// The number of updates made.
  public let steps: Int
  /// The measurements at the end, as the configuration names them; empty for a failed trial.
  public let finals: [Double]
  /// Their standard errors, not-a-number where there is none; empty if none has one.
  public let errors: [Double]
  /// Why it failed.
  public let message: String?
  /// Its share of the workers' wall-clock time, in seconds.
  public let wallSeconds: Double
  /// Its share of the workers' processor time, in seconds.
  public let processorSeconds: Double
  /// The version of the program that ran it.
  public let version: String
}

/// A piece of a trial's series: all series of a trial are taken at the same steps.
public struct SeriesChunk: Sendable {
  /// The steps, ascending.
  public let steps: [Int]
  /// For each series, the values at the steps.
  public let values: [[Double]]
}

/// How many trials are in each state.
public struct StateCounts: Sendable, Equatable {
  private var counts = [Int](repeating: 0, count: TrialState.allCases.count)

  /// Counts nothing.
  public init() {}

  /// The number of trials in a state.
  public subscript(state: TrialState) -> Int {
    get { counts[state.rawValue] }
    set { counts[state.rawValue] = newValue }
  }

  /// The number of trials that came to their end by themselves.
  public var finished: Int { TrialState.allCases.filter(\.isFinished).reduce(0) { $0 + self[$1] } }

  /// The number of all trials.
  public var total: Int { counts.reduce(0, +) }

  /// Adds the counts of others.
  public mutating func add(_ other: StateCounts) {
    for place in counts.indices { counts[place] += other.counts[place] }
  }
}

extension Store {
  private static let trialColumns =
    "id, state, steps, finals, errors, message, wallSeconds, processorSeconds, version"

  /// Gives the trials of a configuration to `body`, by ascending number: those that the spec wants, or all of a former one.
  public func forEachTrial(
    of configuration: StoredConfiguration, _ body: (StoredTrial) throws(InputError) -> Void
  ) throws(InputError) {
    try forEachRow("SELECT \(Self.trialColumns) FROM trials", of: configuration) { statement throws(InputError) in
      try body(try trial(statement))
    }
  }

  /// Gives every trial that came to an end, and every one that was interrupted, with its state; by configuration and number.
  public func forEachState(_ body: (TrialKey, TrialState) -> Void) throws(InputError) {
    let ended = try connection.prepare("SELECT id, state FROM trials ORDER BY id")
    while try ended.step() { body(TrialKey(row: try ended.integer(0)), try state(ended, 1)) }
    let interrupted = try connection.prepare("SELECT trial FROM checkpoints ORDER BY trial")
    while try interrupted.step() { body(TrialKey(row: try interrupted.integer(0)), .interrupted) }
  }

  /// Counts, for each configuration, the states of the trials that the spec wants; for former ones, of all that are there.
  public func counts(of configurations: [StoredConfiguration]) throws(InputError) -> [StateCounts] {
    var places: [Int: Int] = [:]
    for (place, configuration) in configurations.enumerated() { places[configuration.row] = place }
    var counts = [StateCounts](repeating: StateCounts(), count: configurations.count)
    try forEachState { key, state in
      guard let place = places[key.configuration], key.trial < configurations[place].trials ?? .max else { return }
      counts[place][state] += 1
    }
    for (place, configuration) in configurations.enumerated() {
      if let trials = configuration.trials { counts[place][.pending] = max(0, trials - counts[place].total) }
    }
    return counts
  }

  /// Gives the series of the trials of a configuration that came to an end to `body`, piece by piece: by ascending number, then by
  /// step. A trial without series is left out, and so is what `isWanted` does not want, which costs next to nothing.
  public func forEachChunk(
    of configuration: StoredConfiguration, where isWanted: (TrialKey) -> Bool = { _ in true },
    _ body: (TrialKey, SeriesChunk) throws(InputError) -> Void
  ) throws(InputError) {
    let count = configuration.seriesNames.count
    guard count > 0 else { return }
    // A trial under way has pieces too, which are shown when it has come to its end.
    try forEachRow(
      "SELECT s.trial, s.steps, s.numbers FROM series s JOIN trials t ON t.id = s.trial", of: configuration,
      column: "s.trial", then: "s.chunk"
    ) { statement throws(InputError) in
      let key = TrialKey(row: try statement.integer(0))
      if isWanted(key) { try body(key, try chunk(statement, firstColumn: 1, seriesCount: count)) }
    }
  }

  /// Gives the series of one trial to `body`, piece by piece, by step.
  public func forEachChunk(
    of trial: TrialKey, _ configuration: StoredConfiguration, _ body: (SeriesChunk) throws(InputError) -> Void
  ) throws(InputError) {
    let count = configuration.seriesNames.count
    guard count > 0 else { return }
    let statement = try connection.prepare("SELECT steps, numbers FROM series WHERE trial = ?1 ORDER BY chunk")
    try statement.bind(trial.row, to: 1)
    while try statement.step() { try body(try chunk(statement, firstColumn: 0, seriesCount: count)) }
  }

  /// The number of points in the series of each trial of a configuration that has some, by number.
  public func seriesLengths(of configuration: StoredConfiguration) throws(InputError) -> [Int: Int] {
    var lengths: [Int: Int] = [:]
    try forEachRow("SELECT trial, count FROM series", of: configuration, column: "trial") {
      statement throws(InputError) in
      lengths[TrialKey(row: try statement.integer(0)).trial, default: 0] += try statement.integer(1)
    }
    return lengths
  }

  /// The trials of a configuration that came to an end, by ascending number: those that the spec wants, or all of a former one.
  public func endedTrials(of configuration: StoredConfiguration) throws(InputError) -> [TrialKey] {
    var keys: [TrialKey] = []
    // A trial under way has series too, which are shown when it has come to its end.
    try forEachRow("SELECT id FROM trials", of: configuration) { statement throws(InputError) in
      keys.append(TrialKey(row: try statement.integer(0)))
    }
    return keys
  }

  /// The trials of a configuration of which anything is known, by ascending number; those that the spec wants.
  func knownTrials(of configuration: StoredConfiguration) throws(InputError) -> [TrialKey] {
    var keys = try endedTrials(of: configuration)
    try forEachRow("SELECT trial FROM checkpoints", of: configuration, column: "trial") {
      statement throws(InputError) in
      keys.append(TrialKey(row: try statement.integer(0)))
    }
    return keys
  }

  /// For each configuration's row, the mean processor time of its trials that finished, and how many they are.
  func meanProcessorSeconds() throws(InputError) -> [Int: (seconds: Double, trials: Int)] {
    let statement = try connection.prepare(
      """
      SELECT id >> 32, avg(processorSeconds), count(*) FROM trials WHERE state <> \(TrialState.failed.rawValue) GROUP BY id >> 32
      """)
    var means: [Int: (seconds: Double, trials: Int)] = [:]
    while try statement.step() {
      means[try statement.integer(0)] = (try statement.real(1), try statement.integer(2))
    }
    return means
  }

  /// Whether any measurement has a standard error.
  func hasErrors() throws(InputError) -> Bool {
    try connection.integer("SELECT EXISTS (SELECT 1 FROM trials WHERE errors IS NOT NULL)") == 1
  }

  /// The checkpoints that this version of the program can use, by row of the configuration, and the trials of the others.
  func checkpoints(version: String) throws(InputError) -> (usable: [Int: [ReplicaCheckpoint]], others: [TrialKey]) {
    var usable: [Int: [ReplicaCheckpoint]] = [:]
    var others: [TrialKey] = []
    let statement = try connection.prepare(
      "SELECT trial, step, snapshot, wallSeconds, processorSeconds, version FROM checkpoints ORDER BY trial")
    while try statement.step() {
      let key = TrialKey(row: try statement.integer(0))
      guard try statement.text(5) == version else {
        others.append(key)
        continue
      }
      let snapshot = LaneSnapshot(step: try statement.integer(1), values: try doubles(statement, 2))
      usable[key.configuration, default: []].append(
        ReplicaCheckpoint(
          trial: key.trial, snapshot: snapshot, series: [], wallSeconds: try statement.real(3),
          processorSeconds: try statement.real(4)))
    }
    return (usable, others)
  }

  // MARK: - Rows

  /// Steps through the rows of one configuration, by ascending trial.
  private func forEachRow(
    _ selection: String, of configuration: StoredConfiguration, column: String = "id", then next: String? = nil,
    _ body: (borrowing SQLiteStatement) throws(InputError) -> Void
  ) throws(InputError) {
    let order = next.map { "\(column), \($0)" } ?? column
    let statement = try connection.prepare(
      "\(selection) WHERE \(column) >= ?1 AND \(column) < ?2 ORDER BY \(order)")
    // Trials beyond the wanted number can be there from an earlier spec that wanted more.
    let first = TrialKey(configuration: configuration.row, trial: 0).row
    let end = configuration.trials.map { first + $0 } ?? TrialKey(configuration: configuration.row + 1, trial: 0).row
    try statement.bind(first, to: 1)
    try statement.bind(end, to: 2)
    while try statement.step() { try body(statement) }
  }

  private func trial(_ statement: borrowing SQLiteStatement) throws(InputError) -> StoredTrial {
    StoredTrial(
      key: TrialKey(row: try statement.integer(0)), state: try state(statement, 1), steps: try statement.integer(2),
      finals: try doubles(statement, 3), errors: try statement.isNull(4) ? [] : doubles(statement, 4),
      message: try statement.isNull(5) ? nil : statement.text(5), wallSeconds: try statement.real(6),
      processorSeconds: try statement.real(7), version: try statement.text(8))
  }

  private func state(_ statement: borrowing SQLiteStatement, _ column: Int) throws(InputError) -> TrialState {
    guard let state = TrialState(rawValue: try statement.integer(column)) else { throw lost("states of trials") }
    return state
  }

  private func doubles(_ statement: borrowing SQLiteStatement, _ column: Int) throws(InputError) -> [Double] {
    let values = try statement.withBlob(column) { bytes throws(InputError) in BinaryNumbers.doubles(bytes) }
    guard let values else { throw lost("numbers") }
    return values
  }

  private func chunk(
    _ statement: borrowing SQLiteStatement, firstColumn: Int, seriesCount: Int
  ) throws(InputError) -> SeriesChunk {
    let steps = try statement.withBlob(firstColumn) { bytes throws(InputError) in BinaryNumbers.integers(bytes) }
    let values = try doubles(statement, firstColumn + 1)
    guard let steps, values.count == steps.count * seriesCount else { throw lost("series") }
    return SeriesChunk(
      steps: steps,
      values: (0..<seriesCount).map { Array(values[($0 * steps.count)..<(($0 + 1) * steps.count)]) })
  }
}
