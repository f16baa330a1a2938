import CSQLite
import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension SQLiteConnection {
  private static let expected = "a SQLite database"

  /// Opens a file and reads its first page and its schema.
  static func open(_ path: String, mode: Mode, busyTimeout: Duration) throws(InputError) -> OpaquePointer {
    guard !path.isEmpty, !path.utf8.contains(0) else {
      throw InputError("file", expected: expected, found: path.isEmpty ? "an empty path" : "a path with a zero byte")
    }
    let exists = try check(path, mode: mode)
    let flags: Int32 =
      switch mode {
      case .readOnly: SQLITE_OPEN_READONLY
      case .readWrite: SQLITE_OPEN_READWRITE
      case .create: SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE
      }
    // SQLite gives some relative names a meaning of their own (":memory:", "file:…").
    let name = path.hasPrefix("/") ? path : "./\(path)"
    var refusal: InputError
    do throws(InputError) {
      return try readable(handle(name, named: path, flags: flags, busyTimeout: busyTimeout), path, mode: mode)
    } catch { refusal = error }
    // Reading a file in WAL mode wants to write beside it. Where that cannot be, nobody who could write is at work either,
    // unless there is a log.
    guard exists, mode == .readOnly, !hasLog(path), allows(path, R_OK),
      !allows(Folder.above(Folder.resolved(path)), W_OK)
    else {
      throw refusal
    }
    return try readable(
      handle(immutable(path), named: path, flags: flags | SQLITE_OPEN_URI, busyTimeout: busyTimeout), path, mode: mode)
  }

  /// A connection set up, but with nothing read yet.
  static func handle(
    _ name: String, named path: String, flags: Int32, busyTimeout: Duration
  ) throws(InputError) -> OpaquePointer {
    var opened: OpaquePointer?
    let code = sqlite3_open_v2(name, &opened, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nil)
    guard code == SQLITE_OK, let handle = opened else {
      defer { sqlite3_close_v2(opened) }
      throw error(code, of: opened, path: path)
    }
    sqlite3_busy_timeout(handle, busyTimeout.milliseconds)
    _ = csqlite_configure(handle, SQLITE_DBCONFIG_DEFENSIVE, 1)
    _ = csqlite_configure(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0)
    sqlite3_exec(handle, "PRAGMA cell_size_check = ON", nil, nil, nil)
    return handle
  }

  /// What can be said about a path without opening it; whether something stands there.
  private static func check(_ path: String, mode: Mode) throws(InputError) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0 else {
      let code = errno
      guard mode == .create, code == ENOENT else { throw SystemError.last(path, expected: expected, code: code) }
      // Where SQLite may not make a file it tries to read it, and says in the end that it is not there.
      guard allows(Folder.above(path), W_OK | X_OK) else {
        throw SystemError.last(path, expected: "a place where a SQLite database can be made")
      }
      return false
    }
    switch status.st_mode & S_IFMT {
    // SQLite takes a single byte for an empty file.
    case S_IFREG where status.st_size == 1: throw error(SQLITE_NOTADB, of: nil, path: path)
    case S_IFREG: return true
    case S_IFDIR: throw InputError(path, expected: expected, found: "a folder", advice: "Name a file in it.")
    default:
      throw InputError(
        path, expected: expected, found: "something that is not a plain file", advice: "Copy it into a file first.")
    }
  }

  /// The same connection, after it has read the first page and the schema; closed on failure.
  private static func readable(
    _ handle: OpaquePointer, _ path: String, mode: Mode
  ) throws(InputError) -> OpaquePointer {
    do throws(InputError) {
      let code = sqlite3_exec(handle, "SELECT 1 FROM sqlite_schema LIMIT 1", nil, nil, nil)
      guard code == SQLITE_OK else { throw error(code, of: handle, path: path) }
      // SQLite opens a file for reading only where it must not write, and says nothing.
      if mode != .readOnly, sqlite3_db_readonly(handle, "main") != 0 {
        throw SystemError.last(path, expected: "a SQLite database that can be written", code: EACCES)
      }
      guard hasWholePages(handle, path) else { throw error(SQLITE_CORRUPT, of: handle, path: path) }
      return handle
    } catch {
      sqlite3_close_v2(handle)
      throw error
    }
  }

  /// Whether the file is as long as a number of pages. SQLite itself takes what is missing of the last page for zeros. A page that is
  /// written in part is no damage as long as a log has it whole.
  private static func hasWholePages(_ handle: OpaquePointer, _ path: String) -> Bool {
    var status = stat()
    guard stat(path, &status) == 0, status.st_size > 0 else { return true }
    var statement: OpaquePointer?
    defer { sqlite3_finalize(statement) }
    guard sqlite3_prepare_v2(handle, "PRAGMA page_size", -1, &statement, nil) == SQLITE_OK,
      sqlite3_step(statement) == SQLITE_ROW, case let size = sqlite3_column_int64(statement, 0), size > 0
    else { return false }
    return Int64(status.st_size) % size == 0 || hasLog(path)
  }

  /// Whether there is work beside the file that is not in it yet.
  private static func hasLog(_ path: String) -> Bool {
    let file = Folder.resolved(path)
    return ["-wal", "-journal"].contains { suffix in
      var status = stat()
      return stat(file + suffix, &status) == 0 && status.st_size > 0
    }
  }

  /// The path as a link that says the file does not change.
  private static func immutable(_ path: String) -> String {
    let digits = Array("0123456789ABCDEF".utf8)
    var link = Array((path.hasPrefix("/") ? "file://" : "file:./").utf8)
    for byte in path.utf8 {
      switch Unicode.Scalar(byte) {
      case "a"..."z", "A"..."Z", "0"..."9", "/", ".", "-", "_": link.append(byte)
      default: link += [UInt8(ascii: "%"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
      }
    }
    return String(decoding: link, as: UTF8.self) + "?immutable=1"
  }

  /// Whether this process has a right, as `open` sees it: `access` would ask for the user who started the program.
  private static func allows(_ path: String, _ right: Int32) -> Bool {
    faccessat(AT_FDCWD, path, right, AT_EACCESS) == 0
  }
}
