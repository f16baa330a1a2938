import Formats
import Numerics

/// The file that keeps the trials of an experiment: a SQLite database in WAL mode, written by one process at a time.
///
/// What has been committed survives the end of the process at any moment. Numbers are kept bit for bit, as little-endian
/// binary; `Documentation/store.md` describes every table. To be used from one thread at a time.
public final class Store {
  /// The path, or `:memory:`.
  public let path: String
  let connection: SQLiteConnection
  let canWrite: Bool

  /// The format this program writes, in the database's `user_version`.
  static let schemaVersion = 1
  /// "Basn" in ASCII, in the database's `application_id`.
  static let applicationID = 0x4261_736E

  private init(_ connection: SQLiteConnection, path: String, canWrite: Bool) {
    self.connection = connection
    self.path = path
    self.canWrite = canWrite
  }

  /// A store that was closed is one plain file: it can be copied, and read from places where nothing can be written. If somebody is
  /// reading just now, it stays in two files until the next writer closes it.
  deinit {
    guard canWrite else { return }
    connection.setBusyTimeout(.zero)
    try? connection.execute("PRAGMA journal_mode = DELETE")
  }

  /// Opens a store to write, and makes it if there is none. No other process can do the same until it is closed.
  ///
  /// - Throws: `InputError` naming the path: another process is writing, no store, one of another version, damaged, no permission.
  public static func write(_ path: String) throws(InputError) -> Store {
    let existed = Folder.holds(path)
    guard let lock = try FileLock.acquire(path, creating: true) else { throw busy(path) }
    let connection = try SQLiteConnection(path, mode: .create, lock: lock)
    // What turns out to be no store of this version is left as it is, so only what has been checked is closed as a store.
    if existed {
      let found = Store(connection, path: path, canWrite: false)
      if try !found.isEmpty { try found.checkVersion() }
    }
    let store = Store(connection, path: path, canWrite: true)
    // Commits wait for the operating system, not for the disk: a process can end at any moment and lose nothing; after
    // a loss of power the last commits may be missing, the store stays whole.
    try connection.execute("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
    if try store.isEmpty { try store.makeTables() }
    try store.note("writer", "process \(SystemProcess.number) on \(SystemProcess.host)")
    return store
  }

  /// Opens a store to read; others may write meanwhile, but what is read is all of one moment.
  ///
  /// - Throws: `InputError` naming the path: nothing there, no store, one of another version, damaged.
  public static func read(_ path: String) throws(InputError) -> Store {
    let store = Store(try SQLiteConnection(path, mode: .readOnly), path: path, canWrite: false)
    if try store.isEmpty {
      throw InputError(path, expected: "a store", found: "an empty file", advice: "Nothing was ever written to it.")
    }
    try store.checkVersion()
    try store.connection.execute("BEGIN")
    return store
  }

  /// A store that is gone with the process.
  public static func inMemory() throws(InputError) -> Store {
    let store = Store(try SQLiteConnection.inMemory(), path: ":memory:", canWrite: true)
    try store.makeTables()
    return store
  }

  private static func busy(_ path: String) -> InputError {
    let writer = (try? read(path))?.fact("writer") ?? "another process"
    return InputError(
      path, expected: "a store that nobody else is writing", found: "\(writer) at work on it",
      advice: "Wait until it has ended, or name another store.")
  }

  private var isEmpty: Bool {
    get throws(InputError) { try connection.integer("SELECT count(*) FROM sqlite_schema") == 0 }
  }

  private func checkVersion() throws(InputError) {
    guard try connection.integer("PRAGMA application_id") == Self.applicationID else {
      throw InputError(
        path, expected: "a store of Basin", found: "a SQLite database of another program", advice: "Name another file.")
    }
    let version = try connection.integer("PRAGMA user_version") ?? 0
    guard version == Self.schemaVersion else {
      throw InputError(
        path, expected: "a store of version \(Self.schemaVersion)", found: "one of version \(version)",
        advice: version > Self.schemaVersion
          ? "It was written by a newer basin: use that one." : "It was written by an older basin: use that one.")
    }
  }

  private func makeTables() throws(InputError) {
    try connection.transaction { () throws(InputError) in
      try connection.execute(
        """
        PRAGMA application_id = \(Self.applicationID);
        PRAGMA user_version = \(Self.schemaVersion);
        CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
        CREATE TABLE specs (
          id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, source TEXT NOT NULL,
          version TEXT NOT NULL, place INTEGER NOT NULL);
        CREATE TABLE configurations (
          id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, settings TEXT NOT NULL, finals TEXT NOT NULL,
          series TEXT NOT NULL);
        CREATE TABLE plans (
          spec INTEGER NOT NULL, place INTEGER NOT NULL, configuration INTEGER NOT NULL, trials INTEGER NOT NULL,
          PRIMARY KEY (spec, place)) WITHOUT ROWID;
        CREATE TABLE trials (
          id INTEGER PRIMARY KEY, state INTEGER NOT NULL, steps INTEGER NOT NULL, finals BLOB NOT NULL, errors BLOB,
          message TEXT, wallSeconds REAL NOT NULL, processorSeconds REAL NOT NULL, version TEXT NOT NULL);
        CREATE TABLE series (
          trial INTEGER NOT NULL, chunk INTEGER NOT NULL, count INTEGER NOT NULL, steps BLOB NOT NULL,
          numbers BLOB NOT NULL, PRIMARY KEY (trial, chunk)) WITHOUT ROWID;
        CREATE TABLE checkpoints (
          trial INTEGER PRIMARY KEY, step INTEGER NOT NULL, snapshot BLOB NOT NULL, wallSeconds REAL NOT NULL,
          processorSeconds REAL NOT NULL, version TEXT NOT NULL);
        CREATE TABLE shards (number INTEGER NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (number, count)) WITHOUT ROWID;
        """)
    }
  }

  // MARK: - Facts

  /// Notes a fact about the store.
  func note(_ name: String, _ value: String) throws(InputError) {
    let statement = try connection.prepare("INSERT OR REPLACE INTO facts VALUES (?, ?)")
    try statement.bind(name, to: 1)
    try statement.bind(value, to: 2)
    try statement.run()
  }

  private func fact(_ name: String) -> String? {
    guard let statement = try? connection.prepare("SELECT value FROM facts WHERE name = ?") else { return nil }
    guard (try? statement.bind(name, to: 1)) != nil, (try? statement.step()) == true else { return nil }
    return try? statement.text(0)
  }
}

/// Names a trial in the store: its configuration's row and its number, which together are the row of the trial.
public struct TrialKey: Sendable, Hashable {
  /// The row of the configuration in this store.
  public let configuration: Int
  /// The trial's number.
  public let trial: Int

  /// Names a trial.
  public init(configuration: Int, trial: Int) {
    self.configuration = configuration
    self.trial = trial
  }

  init(row: Int) { self.init(configuration: row >> 32, trial: row & 0xFFFF_FFFF) }

  var row: Int { configuration << 32 | trial }
}
