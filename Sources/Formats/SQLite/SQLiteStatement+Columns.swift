import CSQLite
import Numerics

/// Columns of the row that `step` went to. SQLite would turn any type into any other; here the type must be as it was written,
/// because anything else is damage or the work of another program.
extension SQLiteStatement {
  /// The number of columns of each row.
  public var columnCount: Int { Int(sqlite3_column_count(handle)) }

  /// Whether a column is null.
  public func isNull(_ column: Int) -> Bool { type(of: column) == SQLITE_NULL }

  /// An integer.
  ///
  /// - Throws: ``InputError`` if the column has another type.
  public func integer(_ column: Int) throws(InputError) -> Int {
    guard type(of: column) == SQLITE_INTEGER else { throw unexpected(column, expected: "an integer") }
    return Int(sqlite3_column_int64(handle, Int32(column)))
  }

  /// A number; integers count as numbers.
  ///
  /// - Throws: ``InputError`` if the column has another type.
  public func real(_ column: Int) throws(InputError) -> Double {
    let type = type(of: column)
    guard type == SQLITE_FLOAT || type == SQLITE_INTEGER else { throw unexpected(column, expected: "a number") }
    return sqlite3_column_double(handle, Int32(column))
  }

  /// A text.
  ///
  /// - Throws: ``InputError`` if the column has another type, or bytes that are not UTF-8.
  public func text(_ column: Int) throws(InputError) -> String {
    guard type(of: column) == SQLITE_TEXT else { throw unexpected(column, expected: "a text") }
    guard let start = sqlite3_column_text(handle, Int32(column)) else { throw connection.error(SQLITE_NOMEM) }
    let bytes = UnsafeBufferPointer(start: start, count: Int(sqlite3_column_bytes(handle, Int32(column))))
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw SQLiteConnection.damaged(
        connection.path, found: "a text that is not UTF-8 in the column \"\(name(of: column))\"")
    }
    return text
  }

  /// A copy of a blob.
  ///
  /// - Throws: ``InputError`` if the column has another type.
  public func blob(_ column: Int) throws(InputError) -> [UInt8] {
    try withBlob(column) { Array($0) }
  }

  /// Lends the bytes of a blob, without a copy, to `body`, which must not use the statement meanwhile. They are not aligned.
  ///
  /// - Throws: ``InputError`` if the column has another type, and what `body` throws.
  public func withBlob<Result>(
    _ column: Int, _ body: (UnsafeRawBufferPointer) throws(InputError) -> Result
  ) throws(InputError) -> Result {
    guard type(of: column) == SQLITE_BLOB else { throw unexpected(column, expected: "a blob") }
    // No address, for an empty blob, is as good as any.
    let start = sqlite3_column_blob(handle, Int32(column))
    let count = start == nil ? 0 : Int(sqlite3_column_bytes(handle, Int32(column)))
    return try body(UnsafeRawBufferPointer(start: start, count: count))
  }

  private func type(of column: Int) -> Int32 {
    precondition(
      column >= 0 && column < sqlite3_data_count(handle), "column \(column) of a row with \(sqlite3_data_count(handle))"
    )
    return sqlite3_column_type(handle, Int32(column))
  }

  private func name(of column: Int) -> String {
    sqlite3_column_name(handle, Int32(column)).map { String(cString: $0) } ?? "\(column)"
  }

  private func unexpected(_ column: Int, expected: String) -> InputError {
    let found =
      switch type(of: column) {
      case SQLITE_INTEGER: "an integer"
      case SQLITE_FLOAT: "a number"
      case SQLITE_TEXT: "a text"
      case SQLITE_BLOB: "a blob"
      default: "nothing"
      }
    return InputError(
      connection.path, expected: "\(expected) in the column \"\(name(of: column))\"", found: found,
      advice: "The file is damaged, or another program has written it.")
  }
}
