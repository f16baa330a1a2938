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
  /// The error for a call on this connection that returned `code`.
  func error(_ code: Int32) -> InputError { Self.error(code, of: handle, path: path) }

  /// The error for a call on `handle` that returned `code`, said for a person.
  static func error(_ code: Int32, of handle: OpaquePointer?, path: String) -> InputError {
    let last = errno
    var system = handle.map { sqlite3_system_errno($0) } ?? 0
    // SQLite does not keep what stopped a COMMIT. The C library's last error may be older, so that only a telling one counts.
    if system == 0, isAboutRoom(last) { system = last }
    let words = "\"\(handle.map { String(cString: sqlite3_errmsg($0)) } ?? String(cString: sqlite3_errstr(code)))\""
    switch code & 0xFF {
    case SQLITE_MISUSE, SQLITE_RANGE: preconditionFailure("SQLite is used in a wrong way: \(words)")
    case SQLITE_NOTADB:
      return InputError(
        path, expected: "a SQLite database", found: "a file that is not a SQLite database",
        advice: "Check the path. If it was a database once, its beginning is damaged: restore a copy.")
    case SQLITE_CORRUPT: return damaged(path, found: "one that is damaged or cut off")
    case SQLITE_FULL: return full(path, words: "")
    case SQLITE_BUSY, SQLITE_LOCKED:
      return InputError(
        path, expected: "a database that nobody else is writing", found: "another process at work on it",
        advice: "Wait until it has ended, then run the same command again.")
    case SQLITE_READONLY where code == SQLITE_READONLY | (4 << 8):
      return InputError(
        path, expected: "a database that stays where it is", found: "that it was moved, replaced or deleted meanwhile",
        advice: "What was committed is in the file that was moved.")
    case SQLITE_READONLY, SQLITE_PERM:
      return SystemError.last(path, expected: "a SQLite database that can be written", code: EACCES)
    case SQLITE_IOERR where isAboutRoom(system):
      return full(path, words: " (\"\(SystemError.text(system))\")")
    case SQLITE_PROTOCOL,
      SQLITE_NOLFS,
      SQLITE_IOERR where isAboutLocks(code):
      return InputError(
        path, expected: "a file system on which SQLite can lock files and share memory", found: words,
        advice: "Put the file on a local disk.")
    case SQLITE_IOERR, SQLITE_CANTOPEN:
      let expected = "a database file that can be opened, read and written"
      guard system != 0 else { return InputError(path, expected: expected, found: words) }
      return SystemError.last(path, expected: expected, code: system)
    case SQLITE_NOMEM: return InputError(path, expected: "enough memory for SQLite", found: words)
    default: return InputError(path, expected: "a SQLite database of the expected form", found: words)
    }
  }

  /// The error for content that cannot be what was written.
  static func damaged(_ path: String, found: String) -> InputError {
    InputError(
      path, expected: "a whole SQLite database", found: found,
      advice: "Nothing was changed: restore a copy, or export what can still be read.")
  }

  private static func full(_ path: String, words: String) -> InputError {
    InputError(
      path, expected: "room for the database to grow", found: "that the disk is full\(words)",
      advice: "What was committed is safe: free some space, then run the same command again.")
  }

  private static func isAboutRoom(_ code: Int32) -> Bool { [ENOSPC, EFBIG, EDQUOT].contains(code) }

  /// SQLITE_IOERR_… with the numbers of RDLOCK, UNLOCK, CHECKRESERVEDLOCK, LOCK, SHMOPEN, SHMSIZE, SHMLOCK and SHMMAP.
  private static func isAboutLocks(_ code: Int32) -> Bool { [8, 9, 14, 15, 18, 19, 20, 21].contains(code >> 8) }
}
