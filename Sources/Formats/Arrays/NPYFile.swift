import Numerics

/// An array in NumPy's `.npy` format: its shape, its entries as doubles, and the type they had in the file.
///
/// Reads format versions 1.0, 2.0 and 3.0; booleans, integers of 1 to 8 bytes and floats of 4 and 8 bytes, in either
/// byte order and either axis order. Writes version 1.0, little-endian doubles in C order. Source:
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
///
/// Not-a-number and infinities are entries like others here; what uses them decides.
public struct NPYFile: Equatable, Sendable {
  /// The sizes of the axes; empty for a single number.
  public let shape: [Int]
  /// The entries in C order: the last axis varies fastest.
  public let values: [Double]
  /// The type in the file, such as `<f8`.
  public let dtype: String

  /// An array to write, of type `<f8`.
  ///
  /// - Throws: ``InputError`` unless the sizes are not negative, at most 64, and their product is the number of values.
  public init(shape: [Int], values: [Double]) throws(InputError) {
    let location = "array to write"
    guard try Self.checkedCount(shape, location: location) == values.count else {
      throw InputError(
        location, expected: "as many values as the shape \(Self.text(shape)) has places", found: "\(values.count)")
    }
    self.shape = shape
    self.values = values
    dtype = "<f8"
  }

  /// A matrix to write, of type `<f8` and shape (rows, columns).
  public init(_ matrix: Matrix) {
    shape = [matrix.rows, matrix.columns]
    values = matrix.storage
    dtype = "<f8"
  }

  init(shape: [Int], values: [Double], dtype: String) {
    self.shape = shape
    self.values = values
    self.dtype = dtype
  }

  /// Reads a file. Memory: the file's bytes and 8 bytes an entry, never more than the file has entries for.
  ///
  /// - Throws: ``InputError`` naming the path, for a file that cannot be read or is not as ``init(parsing:location:)``
  ///   wants it.
  public static func read(_ path: String) throws(InputError) -> NPYFile {
    try NPYFile(parsing: try InputFile.read(path), location: path)
  }

  /// Writes the array as doubles, by ``AtomicFile``: a reader never sees a part of it.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words.
  public func write(to path: String) throws(InputError) { try AtomicFile.write(encoded(), to: path) }

  /// The bytes of a version 1.0 file with little-endian doubles in C order; the entries begin at a multiple of 64.
  public func encoded() -> [UInt8] {
    var bytes = NPYHeader.encoded(descriptor: "<f8", shape: shape)
    bytes.reserveCapacity(bytes.count + 8 * values.count)
    for value in values {
      withUnsafeBytes(of: value.bitPattern.littleEndian) { bytes.append(contentsOf: $0) }
    }
    return bytes
  }

  /// The array as a matrix: two axes are rows and columns, one axis of n becomes n × 1 (one row an example).
  ///
  /// - Throws: ``InputError`` for an array of no axes, or more than two.
  public func matrix(location: String = "array") throws(InputError) -> Matrix {
    switch shape.count {
    case 1: return Matrix(rows: shape[0], columns: 1, storage: values)
    case 2: return Matrix(rows: shape[0], columns: shape[1], storage: values)
    default:
      throw InputError(
        location, expected: "an array with one or two axes", found: "shape \(Self.text(shape))",
        advice: "In NumPy: array.reshape(len(array), -1).")
    }
  }

  /// The shape as Python writes tuples: `(3, 2, 2)`, `(3,)`.
  public var shapeText: String { Self.text(shape) }

  /// The largest number of entries: 2 GiB as doubles.
  public static let largestCount = 1 << 28

  static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)
  static let maximumRank = 64

  /// The number of entries of a shape to write; nil where it overflows.
  static func checkedCount(_ shape: [Int], location: String) throws(InputError) -> Int? {
    guard shape.allSatisfy({ $0 >= 0 }), shape.count <= maximumRank else {
      throw InputError(
        location, expected: "at most \(maximumRank) sizes, none negative", found: "\(text(shape))")
    }
    return elementCount(shape)
  }

  /// The number of entries of a shape; nil where it overflows.
  static func elementCount(_ shape: [Int]) -> Int? {
    if shape.contains(0) { return 0 }
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      if overflow { return nil }
      count = product
    }
    return count
  }

  /// A shape as Python writes tuples.
  public static func text(_ shape: [Int]) -> String {
    shape.count == 1 ? "(\(shape[0]),)" : "(\(shape.map(String.init).joined(separator: ", ")))"
  }
}
