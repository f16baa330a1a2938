import CSQLite
import Numerics

/// A compiled statement of one connection, to be kept by the caller and used again; it keeps the connection open.
///
/// Bind the parameters (numbered from 1, as in SQL), then `step` for each row, and read its columns (numbered from 0). Bound values
/// stay until others take their place. After the last row, and after an error, the statement is ready for the next use; before
/// that, `reset` makes it ready.
public struct SQLiteStatement: ~Copyable {
  let handle: OpaquePointer
  let connection: SQLiteConnection

  init(handle: OpaquePointer, connection: SQLiteConnection) {
    self.handle = handle
    self.connection = connection
  }

  deinit { sqlite3_finalize(handle) }

  /// Binds an integer.
  public func bind(_ value: Int, to parameter: Int) throws(InputError) { try bind(Int64(value), to: parameter) }

  /// Binds an integer.
  public func bind(_ value: Int64, to parameter: Int) throws(InputError) {
    try check(sqlite3_bind_int64(handle, Int32(parameter), value))
  }

  /// Binds a number. SQLite has no not-a-number: it becomes null, and a blob keeps it.
  public func bind(_ value: Double, to parameter: Int) throws(InputError) {
    try check(sqlite3_bind_double(handle, Int32(parameter), value))
  }

  /// Binds a copy of a text, which may have zero characters in it.
  ///
  /// - Throws: ``InputError`` for 10⁹ bytes or more.
  public func bind(_ value: String, to parameter: Int) throws(InputError) {
    var value = value
    let code = value.withUTF8 { bytes in
      bytes.withMemoryRebound(to: CChar.self) { characters in
        guard let start = characters.baseAddress else { return sqlite3_bind_text(handle, Int32(parameter), "", 0, nil) }
        return sqlite3_bind_text64(
          handle, Int32(parameter), start, UInt64(characters.count), csqlite_transient(), UInt8(SQLITE_UTF8))
      }
    }
    try check(code)
  }

  /// Binds a copy of some bytes; none are an empty blob, which is not null.
  ///
  /// - Throws: ``InputError`` for 10⁹ bytes or more.
  public func bind(_ value: [UInt8], to parameter: Int) throws(InputError) {
    try check(value.withUnsafeBytes { code(binding: $0, to: parameter) })
  }

  /// Binds a copy of some bytes; none are an empty blob, which is not null.
  ///
  /// - Throws: ``InputError`` for 10⁹ bytes or more.
  public func bind(_ value: UnsafeRawBufferPointer, to parameter: Int) throws(InputError) {
    try check(code(binding: value, to: parameter))
  }

  /// Binds a copy of some bytes, such as `numbers.span.bytes`; none are an empty blob, which is not null.
  ///
  /// - Throws: ``InputError`` for 10⁹ bytes or more.
  public func bind(_ value: RawSpan, to parameter: Int) throws(InputError) {
    try check(value.withUnsafeBytes { code(binding: $0, to: parameter) })
  }

  /// Binds the value in `column` of the current row of another statement, whatever its type: the copy is exact.
  public func bind(column: Int, of row: borrowing SQLiteStatement, to parameter: Int) throws(InputError) {
    try check(sqlite3_bind_value(handle, Int32(parameter), sqlite3_column_value(row.handle, Int32(column))))
  }

  /// Binds null.
  public func bindNull(to parameter: Int) throws(InputError) {
    try check(sqlite3_bind_null(handle, Int32(parameter)))
  }

  /// Goes to the next row: false after the last one, when the statement is ready for its next use.
  ///
  /// - Throws: ``InputError`` with what SQLite refused.
  public func step() throws(InputError) -> Bool {
    switch sqlite3_step(handle) {
    case SQLITE_ROW: return true
    case SQLITE_DONE:
      sqlite3_reset(handle)
      return false
    case let code:
      // Resetting could change the connection's words.
      let error = connection.error(code)
      sqlite3_reset(handle)
      throw error
    }
  }

  /// Runs the statement to its end and drops the rows it gives.
  ///
  /// - Throws: ``InputError`` with what SQLite refused.
  public func run() throws(InputError) {
    while try step() {}
  }

  /// Makes the statement ready for its next use, before its last row was reached.
  public func reset() { sqlite3_reset(handle) }

  private func code(binding bytes: UnsafeRawBufferPointer, to parameter: Int) -> Int32 {
    // Without an address, SQLite would bind null.
    guard let start = bytes.baseAddress, !bytes.isEmpty else {
      return sqlite3_bind_zeroblob(handle, Int32(parameter), 0)
    }
    return sqlite3_bind_blob64(handle, Int32(parameter), start, UInt64(bytes.count), csqlite_transient())
  }

  private func check(_ code: Int32) throws(InputError) {
    guard code == SQLITE_OK else { throw connection.error(code) }
  }
}
