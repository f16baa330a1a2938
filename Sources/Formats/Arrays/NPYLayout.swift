import Numerics

/// How an `.npy` file is laid out, as its first bytes say, checked against its size.
struct NPYLayout {
  /// The sizes of the axes.
  let shape: [Int]
  /// The number of entries.
  let count: Int
  /// The type, such as `<f8`.
  let dtype: String
  /// Whether the first axis varies fastest.
  let isFortranOrder: Bool
  /// How entries become doubles.
  let element: NPYElement
  /// Where the entries begin.
  let dataStart: Int

  /// Reads the beginning of a file.
  ///
  /// - Parameters:
  ///   - prefix: the file's first bytes, with the header at least.
  ///   - size: the size of all of it.
  /// - Throws: ``InputError`` as ``NPYFile/init(parsing:location:)``, for all but the entries themselves.
  init(_ prefix: [UInt8], size: Int, location: String) throws(InputError) {
    guard prefix.starts(with: NPYFile.magic) else {
      throw InputError(
        location, expected: "an .npy file, which begins with the bytes 93 4E 55 4D 50 59",
        found: prefix.isEmpty ? "an empty file" : "other bytes",
        advice: prefix.starts(with: [0x50, 0x4B]) ? "It looks like a zip archive, such as an .npz file." : "")
    }
    let text = try Self.header(prefix, size: size, location)
    let header = try NPYHeader(prefix[text], location: location)
    element = try NPYElement(header.descriptor, location: location)
    guard let count = NPYFile.elementCount(header.shape),
      case let (byteCount, overflow) = count.multipliedReportingOverflow(by: element.width), !overflow
    else {
      throw InputError(
        location, expected: "a shape whose size in bytes is below 2⁶³", found: NPYFile.text(header.shape))
    }
    let rest = size - text.upperBound
    guard byteCount == rest else {
      throw InputError(
        location,
        expected: "\(byteCount) bytes of data, for the shape \(NPYFile.text(header.shape)) of \(header.descriptor)",
        found: "\(rest)",
        advice: byteCount > rest ? "The file is cut off: copy or write it again." : "Something was added at its end.")
    }
    guard count <= NPYFile.largestCount else {
      throw InputError(
        location, expected: "at most \(NPYFile.largestCount) entries", found: "the shape \(NPYFile.text(header.shape))")
    }
    shape = header.shape
    self.count = count
    dtype = header.descriptor
    isFortranOrder = header.isFortranOrder
    dataStart = text.upperBound
  }

  /// Where the header's text stands.
  private static func header(_ prefix: [UInt8], size: Int, _ location: String) throws(InputError) -> Range<Int> {
    func cutOff() -> InputError {
      InputError(
        location, expected: "a whole .npy header", found: "a file of \(size) bytes that ends in it",
        advice: "The file is cut off: copy or write it again.")
    }
    guard prefix.count >= 8 else { throw cutOff() }
    let version = prefix[6]
    guard (1...3).contains(version), prefix[7] == 0 else {
      throw InputError(
        location, expected: ".npy format version 1.0, 2.0 or 3.0", found: "version \(version).\(prefix[7])")
    }
    let start = version == 1 ? 10 : 12
    guard prefix.count >= start else { throw cutOff() }
    let length = prefix[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= size - start else { throw cutOff() }
    guard length <= prefix.count - start else {
      throw InputError(
        location, expected: "an .npy header of at most \(prefix.count - start) bytes", found: "\(length)")
    }
    return start..<start + length
  }
}
