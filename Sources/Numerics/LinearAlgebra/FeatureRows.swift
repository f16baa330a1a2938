/// n samples with d features each: dense rows, or compressed sparse rows in which only stored entries take room and time.
///
/// Sums over a row go from its first column to its last, one product after the other: the result is the same to the bit
/// everywhere. The entries that a sparse row leaves out are zeros.
public struct FeatureRows: Sendable, Equatable {
  /// n, the number of samples.
  public let rowCount: Int
  /// d, the number of features.
  public let columnCount: Int
  /// Stored entries, row after row.
  @usableFromInline let values: [Double]
  /// For sparse rows, where each begins among `values`, and the end of the last; empty for dense ones.
  @usableFromInline let starts: [Int]
  /// For sparse rows, the column of each stored entry, ascending in a row; empty for dense ones.
  @usableFromInline let columns: [Int32]

  /// The largest number of columns, which leaves room for one more in 32 bits.
  public static let largestColumnCount = Int(Int32.max) - 1

  /// Dense rows: those of a matrix, whose entries are shared, not copied.
  public init(_ matrix: Matrix) {
    rowCount = matrix.rows
    columnCount = matrix.columns
    values = matrix.storage
    starts = []
    columns = []
  }

  /// Sparse rows.
  ///
  /// - Parameters:
  ///   - columnCount: d, at most ``largestColumnCount``.
  ///   - starts: where each row begins among `values`, from 0, and the end of the last row: n + 1 numbers.
  ///   - columns: the column of each stored entry, from 0, ascending in a row.
  ///   - values: the stored entries.
  /// - Precondition: what is said of the parameters. Checked in one pass.
  public init(columnCount: Int, starts: [Int], columns: [Int32], values: [Double]) {
    precondition(columnCount >= 0 && columnCount <= Self.largestColumnCount, "so many columns cannot be counted")
    precondition(starts.first == 0 && starts.last == values.count, "rows cover all stored entries")
    precondition(columns.count == values.count, "each stored entry has a column")
    for row in 0..<(starts.count - 1) {
      precondition(starts[row] <= starts[row + 1], "rows follow each other")
      var last: Int32 = -1
      for place in starts[row]..<starts[row + 1] {
        precondition(columns[place] > last && Int(columns[place]) < columnCount, "columns ascend in a row")
        last = columns[place]
      }
    }
    rowCount = starts.count - 1
    self.columnCount = columnCount
    self.values = values
    self.starts = starts
    self.columns = columns
  }

  /// Whether rows are sparse.
  @inlinable
  public var isSparse: Bool { !starts.isEmpty }

  /// The number of entries that are kept in memory: n·d for dense rows.
  public var storedCount: Int { values.count }

  /// All stored entries, row after row.
  public var storedValues: [Double] { values }

  /// Where the stored entries of a row stand.
  @inlinable
  func range(ofRow row: Int) -> Range<Int> {
    precondition(row >= 0 && row < rowCount, "no such row")
    return isSparse ? starts[row]..<starts[row &+ 1] : (row &* columnCount)..<(row &* columnCount &+ columnCount)
  }

  /// ⟨x_row, vector⟩. Cost: a multiplication a stored entry of the row.
  ///
  /// - Precondition: `vector` has d entries.
  @inlinable
  public func dot(row: Int, _ vector: Span<Double>) -> Double {
    precondition(vector.count == columnCount, "an inner product of vectors of one length")
    let range = range(ofRow: row)
    return values.withUnsafeBufferPointer { values in
      vector.withUnsafeBufferPointer { vector in
        var sum = 0.0
        if isSparse {
          columns.withUnsafeBufferPointer { columns in
            for place in range { sum += values[place] * vector[Int(columns[place])] }
          }
        } else {
          for j in 0..<columnCount { sum += values[range.lowerBound &+ j] * vector[j] }
        }
        return sum
      }
    }
  }

  /// target ← target + scale · x_row, in the d entries of `target` from `offset` on. Cost: a multiplication a stored entry of
  /// the row.
  ///
  /// - Precondition: `target` has d entries from `offset` on.
  @inlinable
  public func addScaled(row: Int, by scale: Double, into target: inout MutableSpan<Double>, from offset: Int = 0) {
    precondition(offset >= 0 && offset <= target.count - columnCount, "a row has as many entries as there are columns")
    let range = range(ofRow: row)
    values.withUnsafeBufferPointer { values in
      target.withUnsafeMutableBufferPointer { target in
        if isSparse {
          columns.withUnsafeBufferPointer { columns in
            for place in range { target[offset &+ Int(columns[place])] += scale * values[place] }
          }
        } else {
          for j in 0..<columnCount { target[offset &+ j] += scale * values[range.lowerBound &+ j] }
        }
      }
    }
  }

  /// ‖x_row‖².
  public func squaredNorm(row: Int) -> Double {
    range(ofRow: row).reduce(0) { $0 + values[$1] * values[$1] }
  }

  /// Hands over the stored entries of a row by ascending column, counted from 0.
  public func forEachEntry(ofRow row: Int, _ body: (_ column: Int, _ value: Double) -> Void) {
    let range = range(ofRow: row)
    for place in range { body(isSparse ? Int(columns[place]) : place - range.lowerBound, values[place]) }
  }

  /// The same rows with a further feature, the last, which is 1 in every sample: its weight is a linear model's intercept.
  ///
  /// - Precondition: there are fewer than ``largestColumnCount`` columns.
  public func appendingConstant() -> FeatureRows {
    precondition(columnCount < Self.largestColumnCount, "so many columns cannot be counted")
    var longer: [Double] = []
    longer.reserveCapacity(values.count + rowCount)
    var places: [Int32] = []
    places.reserveCapacity(isSparse ? values.count + rowCount : 0)
    for row in 0..<rowCount {
      let range = range(ofRow: row)
      longer += values[range]
      longer.append(1)
      guard isSparse else { continue }
      places += columns[range]
      places.append(Int32(columnCount))
    }
    guard isSparse else { return FeatureRows(Matrix(rows: rowCount, columns: columnCount + 1, storage: longer)) }
    let shifted = starts.enumerated().map { $1 + $0 }
    return FeatureRows(columnCount: columnCount + 1, starts: shifted, columns: places, values: longer)
  }

  /// The rows as a matrix, sparse ones with their zeros. Memory: n·d entries.
  public var matrix: Matrix {
    var result = Matrix(rows: rowCount, columns: columnCount)
    for row in 0..<rowCount { forEachEntry(ofRow: row) { result[row, $0] = $1 } }
    return result
  }
}
