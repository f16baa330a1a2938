import Formats
import Numerics

/// Joins the stores of shards into one.
///
/// Merging again adds only what is new, and a merge that was interrupted goes on where it ended: a trial is copied with all that
/// belongs to it, or not at all.
public struct Merge: Sendable {
  /// Trials that were copied.
  public private(set) var copied = 0
  /// Trials that were there already, with the same result.
  public private(set) var present = 0
  /// The shards of the experiment that are not among the merged ones: with trials missing, this is why.
  public private(set) var missingShards: [Shard] = []
  /// The states of the trials that the spec wants, after merging.
  public private(set) var states = StateCounts()

  /// Trials a commit.
  private static let batch = 10_000

  /// Merges the stores at `sources` into `target`, which may be new.
  ///
  /// - Parameter observe: told the number of stores that are done, before each commit; false stops the merge there.
  /// - Throws: `InputError` for stores of different specs, two different results of one trial, or what a store throws. What was
  ///   copied before stays.
  public init(
    of sources: [String], into target: Store, observe: (Int) -> Bool = { _ in true }
  ) throws(InputError) {
    // All are looked at before anything is written.
    let first = try Store.read(sources.first ?? "").plan()
    let own = try target.hasPlan ? target.plan() : nil
    for path in sources {
      let plan = try Store.read(path).plan()
      let reference = own ?? first
      guard plan.hash == reference.hash else {
        throw InputError(
          path, expected: "a store of the spec \(reference.hash.prefix(12)) (\"\(reference.name)\")",
          found: "one of the spec \(plan.hash.prefix(12)) (\"\(plan.name)\")",
          advice: "Only shards of one spec can be merged: run them all with the same spec and the same --set.")
      }
    }
    try target.adopt(own ?? first)
    for (number, path) in sources.enumerated() {
      guard try copy(from: try Store.read(path), into: target, while: { observe(number) }) else { break }
    }
    _ = observe(sources.count)
    let plan = try target.plan()
    for counts in try target.counts(of: plan.configurations) { states.add(counts) }
    if states[.pending] + states[.interrupted] > 0 { missingShards = try Self.missing(in: target) }
  }

  /// - Returns: whether all was copied; false if `goesOn` stopped it.
  private mutating func copy(
    from source: Store, into target: Store, while goesOn: () -> Bool
  ) throws(InputError) -> Bool {
    guard goesOn() else { return false }
    var rowOfHash: [String: Int] = [:]
    let targetPlan = try target.plan()
    for configuration in targetPlan.configurations + targetPlan.former {
      rowOfHash[configuration.hash] = configuration.row
    }
    for shard in try source.shards() { try target.noteShard(number: shard.number, of: shard.count) }
    let copier = try TrialCopier(from: source, to: target)
    for configuration in try source.plan().configurations {
      guard let row = rowOfHash[configuration.hash] else { continue }
      let keys = try source.knownTrials(of: configuration)
      var begin = 0
      while begin < keys.count {
        guard goesOn() else { return false }
        let end = min(begin + Self.batch, keys.count)
        let (copied, present) = try target.connection.transaction { () throws(InputError) in
          var counts = (copied: 0, present: 0)
          for key in keys[begin..<end] {
            if try copier.copy(key, to: TrialKey(configuration: row, trial: key.trial)) {
              counts.copied += 1
            } else {
              counts.present += 1
            }
          }
          return counts
        }
        self.copied += copied
        self.present += present
        begin = end
      }
    }
    return true
  }

  /// The shards that no merged store was run as, of the largest division that some of them were.
  private static func missing(in store: Store) throws(InputError) -> [Shard] {
    let shards = try store.shards()
    guard let count = shards.map(\.count).max() else { return [] }
    let present = Set(shards.filter { $0.count == count }.map(\.number))
    return (1...count).filter { !present.contains($0) }.map { Shard(number: $0, count: count) }
  }
}

/// Copies trials from one store to another, byte for byte. Its statements are compiled once.
private struct TrialCopier: ~Copyable {
  private let source: Store
  private let target: Store
  private let readTrial: SQLiteStatement
  private let readTarget: SQLiteStatement
  private let readSeries: SQLiteStatement
  private let readCheckpoint: SQLiteStatement
  private let readTargetStep: SQLiteStatement
  private let writeTrial: SQLiteStatement
  private let writeSeries: SQLiteStatement
  private let writeCheckpoint: SQLiteStatement
  private let dropSeries: SQLiteStatement
  private let dropCheckpoint: SQLiteStatement

  private static let trialColumns = "state, steps, finals, errors, message, wallSeconds, processorSeconds, version"
  private static let checkpointColumns = "step, snapshot, wallSeconds, processorSeconds, version"

  init(from source: Store, to target: Store) throws(InputError) {
    // All are compiled before any is kept: what cannot be copied cannot be kept by halves.
    let (old, new) = (source.connection, target.connection)
    let readTrial = try old.prepare("SELECT \(Self.trialColumns) FROM trials WHERE id = ?")
    let readTarget = try new.prepare("SELECT state, steps, finals FROM trials WHERE id = ?")
    let readSeries = try old.prepare("SELECT chunk, count, steps, numbers FROM series WHERE trial = ? ORDER BY chunk")
    let readCheckpoint = try old.prepare("SELECT \(Self.checkpointColumns) FROM checkpoints WHERE trial = ?")
    let readTargetStep = try new.prepare("SELECT step FROM checkpoints WHERE trial = ?")
    let writeTrial = try new.prepare(
      "INSERT OR REPLACE INTO trials (\(Self.trialColumns), id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)")
    let writeSeries = try new.prepare(
      "INSERT INTO series (chunk, count, steps, numbers, trial) VALUES (?1, ?2, ?3, ?4, ?5)")
    let writeCheckpoint = try new.prepare(
      "INSERT INTO checkpoints (\(Self.checkpointColumns), trial) VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
    let dropSeries = try new.prepare("DELETE FROM series WHERE trial = ?")
    let dropCheckpoint = try new.prepare("DELETE FROM checkpoints WHERE trial = ?")
    self.source = source
    self.target = target
    self.readTrial = readTrial
    self.readTarget = readTarget
    self.readSeries = readSeries
    self.readCheckpoint = readCheckpoint
    self.readTargetStep = readTargetStep
    self.writeTrial = writeTrial
    self.writeSeries = writeSeries
    self.writeCheckpoint = writeCheckpoint
    self.dropSeries = dropSeries
    self.dropCheckpoint = dropCheckpoint
  }

  /// Copies what the source knows of a trial if the target knows less: a result beats a failure, a failure a checkpoint, and a later
  /// checkpoint an earlier one.
  ///
  /// - Returns: whether something was copied.
  /// - Throws: `InputError` if both have results and they differ.
  func copy(_ old: TrialKey, to new: TrialKey) throws(InputError) -> Bool {
    try readTrial.bind(old.row, to: 1)
    try readTarget.bind(new.row, to: 1)
    defer {
      readTrial.reset()
      readTarget.reset()
    }
    let isKnown = try readTarget.step()
    guard try readTrial.step() else {
      return isKnown ? false : try copyCheckpoint(old, to: new)
    }
    let failed = TrialState.failed.rawValue
    if isKnown {
      let (state, known) = (try readTrial.integer(0), try readTarget.integer(0))
      if state == failed { return false }
      if known != failed {
        let (steps, finals) = (try readTrial.integer(1), try readTrial.blob(2))
        let (knownSteps, knownFinals) = (try readTarget.integer(1), try readTarget.blob(2))
        guard state == known, steps == knownSteps, finals == knownFinals else { throw disagreement(new) }
        return false
      }
    }
    try drop(new)
    try Self.copyColumns(readTrial, count: 8, to: writeTrial)
    try writeTrial.bind(new.row, to: 9)
    readTarget.reset()
    try writeTrial.run()
    try copySeries(old, to: new)
    return true
  }

  private func copyCheckpoint(_ old: TrialKey, to new: TrialKey) throws(InputError) -> Bool {
    try readCheckpoint.bind(old.row, to: 1)
    try readTargetStep.bind(new.row, to: 1)
    defer { readCheckpoint.reset() }
    guard try readCheckpoint.step() else { return false }
    let known = try readTargetStep.step() ? readTargetStep.integer(0) : -1
    readTargetStep.reset()
    guard try readCheckpoint.integer(0) > known else { return false }
    try drop(new)
    try Self.copyColumns(readCheckpoint, count: 5, to: writeCheckpoint)
    try writeCheckpoint.bind(new.row, to: 6)
    try writeCheckpoint.run()
    try copySeries(old, to: new)
    return true
  }

  private func copySeries(_ old: TrialKey, to new: TrialKey) throws(InputError) {
    try readSeries.bind(old.row, to: 1)
    while try readSeries.step() {
      try Self.copyColumns(readSeries, count: 4, to: writeSeries)
      try writeSeries.bind(new.row, to: 5)
      try writeSeries.run()
    }
  }

  private func drop(_ key: TrialKey) throws(InputError) {
    try dropSeries.bind(key.row, to: 1)
    try dropSeries.run()
    try dropCheckpoint.bind(key.row, to: 1)
    try dropCheckpoint.run()
  }

  private static func copyColumns(
    _ reader: borrowing SQLiteStatement, count: Int, to writer: borrowing SQLiteStatement
  ) throws(InputError) {
    for column in 0..<count { try writer.bind(column: column, of: reader, to: column + 1) }
  }

  private func disagreement(_ key: TrialKey) -> InputError {
    InputError(
      source.path, expected: "the result of trial \(key.trial) that \(target.path) has", found: "another one",
      advice:
        "The shards were run by different versions of the program, or on processors whose libraries round differently.")
  }
}
