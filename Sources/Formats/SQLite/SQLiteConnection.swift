import CSQLite
import Numerics

/// An open SQLite database. To be used from one thread at a time.
///
/// What SQLite refuses is thrown as an ``InputError`` at the file's path. A column or parameter that the statement does not have, and a value
/// bound between two rows, are mistakes of the program and stop it. The database is treated as coming from strangers: its schema cannot call functions with side
/// effects, and cells are checked before they are used.
public final class SQLiteConnection {
  /// What may be done with the file.
  public enum Mode: Sendable {
    /// Reading, of a file that must exist.
    case readOnly
    /// Reading and writing, of a file that must exist.
    case readWrite
    /// Reading and writing; a missing file is made.
    case create
  }

  /// The path as it was given; `:memory:` for a database in memory.
  public let path: String
  let handle: OpaquePointer
  /// Kept only to be let go of after the connection is closed: stored properties go after `deinit`.
  private let lock: FileLock?

  /// Opens a database file, and reads enough of it to know that it is one.
  ///
  /// An empty file is an empty database. A file that was closed cleanly can be read even where nothing can be written beside it.
  ///
  /// - Parameters:
  ///   - busyTimeout: How long to wait for other connections before they count as an error.
  ///   - lock: A lock on the same file, to be held as long as the connection and its statements live.
  /// - Throws: ``InputError`` naming the path: nothing there, a folder, no permission, no database, or a damaged one.
  public convenience init(
    _ path: String, mode: Mode, busyTimeout: Duration = .seconds(5), lock: consuming FileLock? = nil
  ) throws(InputError) {
    let handle = try Self.open(path, mode: mode, busyTimeout: busyTimeout)
    self.init(handle: handle, path: path, lock: lock)
  }

  /// A new, empty database in memory, gone with its connection.
  ///
  /// - Throws: ``InputError`` if there is not enough memory.
  public static func inMemory() throws(InputError) -> SQLiteConnection {
    let path = ":memory:"
    let flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_MEMORY
    let handle = try handle(path, named: path, flags: flags, busyTimeout: .zero)
    return SQLiteConnection(handle: handle, path: path, lock: nil)
  }

  private init(handle: OpaquePointer, path: String, lock: consuming FileLock?) {
    self.handle = handle
    self.path = path
    self.lock = lock
  }

  deinit { sqlite3_close_v2(handle) }

  /// How long to wait for other connections before they count as an error.
  public func setBusyTimeout(_ timeout: Duration) { sqlite3_busy_timeout(handle, timeout.milliseconds) }

  /// Runs SQL, one statement or several with semicolons between, and drops the rows they give.
  ///
  /// - Throws: ``InputError`` with what SQLite refused; the statements before that one have had their effect.
  public func execute(_ sql: String) throws(InputError) {
    let code = sqlite3_exec(handle, sql, nil, nil, nil)
    guard code == SQLITE_OK else { throw error(code) }
  }

  /// Compiles one statement, to be kept and used again.
  ///
  /// - Throws: ``InputError`` with SQLite's words, such as that there is no such table.
  public func prepare(_ sql: String) throws(InputError) -> SQLiteStatement {
    var statement: OpaquePointer?
    let code = sqlite3_prepare_v3(handle, sql, -1, UInt32(SQLITE_PREPARE_PERSISTENT), &statement, nil)
    guard code == SQLITE_OK else { throw error(code) }
    guard let statement else { preconditionFailure("SQL without a statement: \(sql)") }
    return SQLiteStatement(handle: statement, connection: self)
  }

  /// The integer in the first column of the first row that `sql` gives, such as `PRAGMA user_version`; nil without a row.
  ///
  /// - Throws: ``InputError`` with what SQLite refused, or if something else than an integer stands there.
  public func integer(_ sql: String) throws(InputError) -> Int? {
    let statement = try prepare(sql)
    return try statement.step() ? try statement.integer(0) : nil
  }

  /// Runs `body` in a transaction that writes: it counts as a whole, or, if an error leaves it, not at all.
  ///
  /// Transactions do not nest.
  ///
  /// - Throws: ``InputError`` of `body`, or if the transaction could not begin or end.
  public func transaction<Result>(_ body: () throws(InputError) -> Result) throws(InputError) -> Result {
    try execute("BEGIN IMMEDIATE")
    do throws(InputError) {
      let result = try body()
      try execute("COMMIT")
      return result
    } catch {
      // Some errors (a full disk) end the transaction by themselves. A rollback that fails leaves its work to the next reader.
      if isInTransaction { _ = sqlite3_exec(handle, "ROLLBACK", nil, nil, nil) }
      throw error
    }
  }

  /// Whether a transaction is open.
  public var isInTransaction: Bool { sqlite3_get_autocommit(handle) == 0 }

  /// The number of rows that the last finished INSERT, UPDATE or DELETE changed.
  public var changes: Int { Int(sqlite3_changes64(handle)) }

  /// The row number of the last successful INSERT; 0 before the first.
  public var lastInsertRowID: Int { Int(sqlite3_last_insert_rowid(handle)) }
}

extension Duration {
  /// In whole milliseconds, within what SQLite takes.
  var milliseconds: Int32 {
    let (seconds, attoseconds) = components
    guard seconds < 2_000_000 else { return 2_000_000_000 }
    return max(Int32(clamping: seconds * 1000 + attoseconds / 1_000_000_000_000_000), 0)
  }
}
