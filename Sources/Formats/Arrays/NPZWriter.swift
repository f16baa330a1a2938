import Numerics

/// Writes named arrays into one `.npz` file, which `numpy.load` reads, as their values come.
///
/// For each array: `begin` with its name, type and shape, `append` its values in C order in as many pieces as there are, `end`. At last
/// `finish`, without which no file appears. Memory: 256 KiB, the piece at hand, and about a hundred bytes for each array.
///
/// The file is a zip archive, not compressed, of format-1.0 `.npy` files, little-endian; beyond 4 GiB or 65,535 arrays with ZIP64. It goes
/// through pipes, and the same arrays give the same bytes at any time. Sources:
/// https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html,
/// https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (version 6.3.10)
public struct NPZWriter: ~Copyable {
  /// The type of an array's entries.
  public enum Element: Equatable, Sendable {
    /// Doubles: `<f8`.
    case float64
    /// Integers of 8 bytes with sign: `<i8`.
    case int64
    /// Text of at most `width` Unicode scalars, such as `<U12`; a width of 0 counts as 1.
    case text(width: Int)
  }

  /// An array whose values are still coming.
  private struct Array {
    var location: String
    var element: Element
    var text: String
    var remaining: Int
    var count: Int
  }

  private var archive: ZipWriter
  private var current: Array?

  /// Begins a file, which is written as ``AtomicFileStream`` does.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words and advice.
  public init(_ path: String) throws(InputError) { archive = ZipWriter(try AtomicFileStream(path)) }

  /// Begins an array of the given name: `numpy.load(path)[name]`.
  ///
  /// - Throws: ``InputError`` for a name that is taken or cannot be a file's in an archive, sizes that are negative, more than 64 or too
  ///   large, a width below zero, or a file that cannot be written.
  public mutating func begin(_ name: String, _ element: Element, shape: [Int]) throws(InputError) {
    precondition(current == nil, "an array begins before the last one ends")
    let location = "\(archive.path), array \"\(name)\""
    guard !name.isEmpty else { throw InputError(location, expected: "a name", found: "none") }
    let text = NPYFile.text(shape)
    let count = try NPYFile.checkedCount(shape, location: location)
    guard let count, let width = element.byteCount,
      case let (size, overflow) = count.multipliedReportingOverflow(by: width), !overflow, size < 1 << 62
    else {
      throw InputError(location, expected: "a shape whose size in bytes is below 2⁶²", found: "\(text)")
    }
    let header = NPYHeader.encoded(descriptor: element.descriptor, shape: shape)
    try archive.begin("\(name).npy", count: header.count + size, location: location)
    try archive.write(header)
    current = Array(location: location, element: element, text: text, remaining: count, count: count)
  }

  /// Appends doubles to an array of ``Element/float64``.
  ///
  /// - Throws: ``InputError`` for more values than the shape has places, or a file that cannot be written.
  public mutating func append(_ values: [Double]) throws(InputError) {
    try take(values.count) { $0 == .float64 }
    try archive.write(bits: values.map { $0.bitPattern.littleEndian })
  }

  /// Appends integers to an array of ``Element/int64``.
  ///
  /// - Throws: ``InputError`` for more values than the shape has places, or a file that cannot be written.
  public mutating func append(_ values: [Int]) throws(InputError) {
    try take(values.count) { $0 == .int64 }
    try archive.write(bits: values.map { Int64($0).littleEndian })
  }

  /// Appends texts to an array of ``Element/text(width:)``.
  ///
  /// - Throws: ``InputError`` for more values than the shape has places, a text that is longer than the width or ends in a zero
  ///   character (in NumPy, these are what fills the width), or a file that cannot be written.
  public mutating func append(_ values: [String]) throws(InputError) {
    var width = 0
    let location = try take(values.count) {
      guard case .text(let limit) = $0 else { return false }
      width = max(limit, 1)
      return true
    }
    for value in values {
      var scalars = value.unicodeScalars.map { $0.value.littleEndian }
      guard scalars.count <= width, scalars.last != 0 else {
        throw InputError(
          location, expected: "texts of at most \(width) Unicode scalars that do not end in a zero character",
          found: scalars.count > width ? "one of \(scalars.count)" : "one that does")
      }
      scalars += [UInt32](repeating: 0, count: width - scalars.count)
      try archive.write(bits: scalars)
    }
  }

  /// Ends an array.
  ///
  /// - Throws: ``InputError`` for fewer values than the shape has places, or a file that cannot be written.
  public mutating func end() throws(InputError) {
    guard let array = current else { preconditionFailure("no array to end") }
    guard array.remaining == 0 else {
      throw Self.mismatch(array, found: "\(array.count - array.remaining)")
    }
    try archive.end()
    current = nil
  }

  /// Ends the file and gives it its name.
  ///
  /// - Throws: ``InputError`` if an array has not ended, or for a file that cannot be written; then nothing appears.
  public consuming func finish() throws(InputError) {
    if let array = current { throw Self.mismatch(array, found: "an end after \(array.count - array.remaining)") }
    try archive.finish()
  }

  /// Counts values for the current array; its location.
  @discardableResult
  private mutating func take(_ count: Int, _ isRightType: (Element) -> Bool) throws(InputError) -> String {
    guard var array = current else { preconditionFailure("values without an array") }
    precondition(isRightType(array.element), "values of another type than the array's, \(array.element)")
    guard count <= array.remaining else {
      throw Self.mismatch(array, found: "\(array.count - array.remaining + count) or more")
    }
    array.remaining -= count
    current = array
    return array.location
  }

  private static func mismatch(_ array: Array, found: String) -> InputError {
    InputError(
      array.location, expected: "as many values as the shape \(array.text) has places, \(array.count)", found: found)
  }
}

extension NPZWriter.Element {
  /// As NumPy names it.
  fileprivate var descriptor: String {
    switch self {
    case .float64: "<f8"
    case .int64: "<i8"
    case .text(let width): "<U\(max(width, 1))"
    }
  }

  /// Bytes an entry; nil for a width that NumPy does not have (its entries are below 2³¹ bytes).
  fileprivate var byteCount: Int? {
    switch self {
    case .float64, .int64: 8
    case .text(let width): (0..<1 << 29).contains(width) ? 4 * max(width, 1) : nil
    }
  }
}
