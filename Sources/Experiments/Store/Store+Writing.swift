import Descent
import Formats
import Numerics

/// What a worker reports of a trial.
enum TrialEvent: Sendable {
  /// It came to its end.
  case finished(Record.Replica)
  /// It could not be run.
  case failed(trial: Int, InputError)
  /// It is on its way, and can go on from here.
  case saved(ReplicaCheckpoint)

  var trial: Int {
    switch self {
    case .finished(let replica): replica.trial
    case .failed(let trial, _): trial
    case .saved(let checkpoint): checkpoint.trial
    }
  }
}

/// Writes what workers report, many events to a commit. Its statements are compiled once.
struct StoreWriter: ~Copyable {
  private let store: Store
  private let version: String
  private let addTrial: SQLiteStatement
  private let addSeries: SQLiteStatement
  private let addCheckpoint: SQLiteStatement
  private let dropTrial: SQLiteStatement
  private let dropCheckpoint: SQLiteStatement
  private let dropSeries: SQLiteStatement

  /// - Parameter version: the program's, kept with each trial.
  init(_ store: Store, version: String) throws(InputError) {
    // All are compiled before any is kept: what cannot be copied cannot be kept by halves.
    let connection = store.connection
    let addTrial = try connection.prepare(
      """
      INSERT OR REPLACE INTO trials (id, state, steps, finals, errors, message, wallSeconds, processorSeconds, version)
      VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
      """)
    let addSeries = try connection.prepare(
      """
      INSERT INTO series (trial, chunk, count, steps, numbers)
      VALUES (?1, (SELECT coalesce(max(chunk) + 1, 0) FROM series WHERE trial = ?1), ?2, ?3, ?4)
      """)
    let addCheckpoint = try connection.prepare("INSERT OR REPLACE INTO checkpoints VALUES (?1, ?2, ?3, ?4, ?5, ?6)")
    let dropTrial = try connection.prepare("DELETE FROM trials WHERE id = ?1")
    let dropCheckpoint = try connection.prepare("DELETE FROM checkpoints WHERE trial = ?1")
    let dropSeries = try connection.prepare("DELETE FROM series WHERE trial = ?1")
    self.store = store
    self.version = version
    self.addTrial = addTrial
    self.addSeries = addSeries
    self.addCheckpoint = addCheckpoint
    self.dropTrial = dropTrial
    self.dropCheckpoint = dropCheckpoint
    self.dropSeries = dropSeries
  }

  /// Commits events in their order: all of them, or none if there is an error.
  func commit(_ events: [(configuration: Int, event: TrialEvent)]) throws(InputError) {
    guard !events.isEmpty else { return }
    try store.connection.transaction { () throws(InputError) in
      for (configuration, event) in events {
        try write(event, row: TrialKey(configuration: configuration, trial: event.trial).row)
      }
    }
  }

  /// Forgets the checkpoints of trials that have to begin anew, and the series that belong to them.
  func forgetCheckpoints(_ keys: [TrialKey]) throws(InputError) {
    guard !keys.isEmpty else { return }
    try store.connection.transaction { () throws(InputError) in
      for key in keys {
        try drop(dropCheckpoint, key.row)
        try drop(dropSeries, key.row)
      }
    }
  }

  private func write(_ event: TrialEvent, row: Int) throws(InputError) {
    switch event {
    case .finished(let replica):
      try append(replica.series, row: row)
      try addTrial.bind(TrialState(replica.outcome).rawValue, to: 2)
      try addTrial.bind(replica.steps, to: 3)
      try addTrial.bind(BinaryNumbers.bytes(replica.finals), to: 4)
      if replica.errors.isEmpty {
        try addTrial.bindNull(to: 5)
      } else {
        try addTrial.bind(BinaryNumbers.bytes(replica.errors), to: 5)
      }
      try addTrial.bindNull(to: 6)
      try addTrial.bind(replica.wallSeconds, to: 7)
      try addTrial.bind(replica.processorSeconds, to: 8)
      try finish(row)
    case .failed(_, let error):
      try drop(dropSeries, row)
      try addTrial.bind(TrialState.failed.rawValue, to: 2)
      try addTrial.bind(0, to: 3)
      try addTrial.bind([UInt8](), to: 4)
      try addTrial.bindNull(to: 5)
      try addTrial.bind(error.description, to: 6)
      try addTrial.bind(0.0, to: 7)
      try addTrial.bind(0.0, to: 8)
      try finish(row)
    case .saved(let checkpoint):
      try append(checkpoint.series, row: row)
      // A trial that failed before and is run again is now on its way.
      try drop(dropTrial, row)
      try addCheckpoint.bind(row, to: 1)
      try addCheckpoint.bind(checkpoint.snapshot.step, to: 2)
      try addCheckpoint.bind(BinaryNumbers.bytes(checkpoint.snapshot.values), to: 3)
      try addCheckpoint.bind(checkpoint.wallSeconds, to: 4)
      try addCheckpoint.bind(checkpoint.processorSeconds, to: 5)
      try addCheckpoint.bind(version, to: 6)
      try addCheckpoint.run()
    }
  }

  private func finish(_ row: Int) throws(InputError) {
    try addTrial.bind(row, to: 1)
    try addTrial.bind(version, to: 9)
    try addTrial.run()
    try drop(dropCheckpoint, row)
  }

  /// The series of a spec share their steps, which are kept once.
  private func append(_ series: [Record.Series], row: Int) throws(InputError) {
    guard let first = series.first, !first.steps.isEmpty else { return }
    try addSeries.bind(row, to: 1)
    try addSeries.bind(first.steps.count, to: 2)
    try addSeries.bind(BinaryNumbers.bytes(first.steps), to: 3)
    try addSeries.bind(BinaryNumbers.bytes(series.flatMap(\.values)), to: 4)
    try addSeries.run()
  }

  private func drop(_ statement: borrowing SQLiteStatement, _ row: Int) throws(InputError) {
    try statement.bind(row, to: 1)
    try statement.run()
  }
}
