/// A dense matrix of doubles, stored row by row: entry (r, c) is `storage[r * columns + c]`.
///
/// A value type. Shapes that do not fit are programming errors and stop the program, as an array's index out of range does; check the
/// shapes of what comes from outside before. Entries may be anything, NaN included: only the factorisations of
/// ``LinearAlgebra`` insist on finite ones.
public struct Matrix: Equatable, Sendable {
  /// The number of rows.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  @usableFromInline var entries: [Double]

  /// The entries, row by row: `rows * columns` of them. Not a copy until one of the two changes.
  @inlinable
  public var storage: [Double] { entries }

  /// A matrix of one repeated entry, zero unless given.
  ///
  /// - Precondition: `rows ≥ 0`, `columns ≥ 0`.
  public init(rows: Int, columns: Int, repeating value: Double = 0) {
    precondition(rows >= 0 && columns >= 0, "a matrix has no negative side")
    self.rows = rows
    self.columns = columns
    entries = [Double](repeating: value, count: rows * columns)
  }

  /// A matrix of given entries, row by row.
  ///
  /// - Precondition: `storage.count == rows * columns`.
  public init(rows: Int, columns: Int, storage: [Double]) {
    precondition(rows >= 0 && columns >= 0, "a matrix has no negative side")
    precondition(storage.count == rows * columns, "a matrix needs rows × columns entries")
    self.rows = rows
    self.columns = columns
    entries = storage
  }

  /// A matrix of given rows. Without any row it is 0 × 0.
  ///
  /// - Precondition: all rows are equally long.
  public init(_ rows: [[Double]]) {
    let columns = rows.first?.count ?? 0
    precondition(rows.allSatisfy { $0.count == columns }, "the rows of a matrix are equally long")
    self.init(rows: rows.count, columns: columns, storage: rows.flatMap { $0 })
  }

  /// The identity of a given order.
  public static func identity(_ order: Int) -> Matrix {
    var result = Matrix(rows: order, columns: order)
    for index in 0..<order { result[index, index] = 1 }
    return result
  }

  /// The square matrix with given diagonal and zeros elsewhere.
  public static func diagonal(_ entries: [Double]) -> Matrix {
    var result = Matrix(rows: entries.count, columns: entries.count)
    for (index, entry) in entries.enumerated() { result[index, index] = entry }
    return result
  }

  /// Entry (row, column), both counted from 0.
  @inlinable
  public subscript(row: Int, column: Int) -> Double {
    get {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "no such entry")
      return entries[row &* columns &+ column]
    }
    set {
      precondition(row >= 0 && row < rows && column >= 0 && column < columns, "no such entry")
      entries[row &* columns &+ column] = newValue
    }
  }

  /// A copy of one row.
  public func row(_ index: Int) -> [Double] {
    precondition(index >= 0 && index < rows, "no such row")
    return Array(storage[index * columns..<(index + 1) * columns])
  }

  /// A copy of one column.
  public func column(_ index: Int) -> [Double] {
    precondition(index >= 0 && index < columns, "no such column")
    return (0..<rows).map { storage[$0 * columns + index] }
  }

  /// Lends one row without copying it.
  public func withRow<Result, Failure: Error>(
    _ index: Int, _ body: (Span<Double>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    precondition(index >= 0 && index < rows, "no such row")
    return try body(entries.span.extracting(index * columns..<(index + 1) * columns))
  }

  /// Lends the entries, row by row, for the time of `body`.
  @inlinable
  public func withUnsafeStorage<Result, Failure: Error>(
    _ body: (UnsafeBufferPointer<Double>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try entries.withUnsafeBufferPointer(body)
  }

  /// Lends the entries, row by row, for changing them in place during `body`.
  public mutating func withUnsafeMutableStorage<Result, Failure: Error>(
    _ body: (UnsafeMutableBufferPointer<Double>) throws(Failure) -> Result
  ) throws(Failure) -> Result {
    try entries.withUnsafeMutableBufferPointer { (buffer) throws(Failure) in try body(buffer) }
  }

  /// The transposed matrix, a copy. Cost: one read and one write an entry, in tiles that stay in the cache.
  public func transposed() -> Matrix {
    var result = Matrix(rows: columns, columns: rows)
    let tile = 16
    result.withUnsafeMutableStorage { target in
      entries.withUnsafeBufferPointer { source in
        for rowStart in stride(from: 0, to: rows, by: tile) {
          for columnStart in stride(from: 0, to: columns, by: tile) {
            for row in rowStart..<min(rowStart + tile, rows) {
              for column in columnStart..<min(columnStart + tile, columns) {
                target[column &* rows &+ row] = source[row &* columns &+ column]
              }
            }
          }
        }
      }
    }
    return result
  }
}
