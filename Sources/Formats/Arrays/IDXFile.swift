import Numerics

/// An array in the IDX format of the MNIST data set, plain or compressed with gzip: its shape and its entries.
///
/// Two zero bytes, a type (08 unsigned bytes, 09 signed bytes, 0B, 0C integers of 16 and 32 bits, 0D, 0E floats of 32 and 64 bits), the number
/// of axes, their sizes as 32-bit numbers, then the entries, the last axis varying fastest; everything big-endian. Source:
/// http://yann.lecun.com/exdb/mnist
public struct IDXFile: Equatable, Sendable {
  /// The sizes of the axes.
  public let shape: [Int]
  /// The entries: the last axis varies fastest. Images of bytes are numbers from 0 to 255.
  public let values: [Double]

  /// The largest number of entries: 1.6 GB as doubles.
  public static let largestCount = 200_000_000

  /// Reads a file. Memory: the file's bytes, inflated, and 8 bytes an entry.
  ///
  /// - Throws: ``InputError`` naming the path: a file that cannot be read or inflated, or is no IDX file.
  public static func read(_ path: String) throws(InputError) -> IDXFile {
    try IDXFile(parsing: try DataText.read(path), location: path)
  }

  /// Reads the bytes of an inflated file; `location` names it in errors.
  ///
  /// - Throws: ``InputError`` for wrong first bytes, an unknown type, sizes that overflow or do not match what follows, and
  ///   floats that are not finite.
  public init(parsing bytes: [UInt8], location: String) throws(InputError) {
    guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
      throw InputError(
        location, expected: "an IDX file, which begins with two zero bytes",
        found: bytes.isEmpty ? "an empty file" : "other bytes")
    }
    guard let width = Self.width(of: bytes[2]) else {
      throw InputError(
        location, expected: "an IDX type: 08, 09, 0B, 0C, 0D or 0E", found: String(bytes[2], radix: 16, uppercase: true)
      )
    }
    let axes = Int(bytes[3])
    let start = 4 + 4 * axes
    guard axes > 0, bytes.count >= start else {
      throw InputError(
        location, expected: "the sizes of \(max(axes, 1)) axes", found: axes == 0 ? "none" : "a file that ends in them",
        advice: "The file is cut off: copy or fetch it again.")
    }
    let shape = (0..<axes).map { Int(Self.word(bytes, at: 4 + 4 * $0, width: 4)) }
    var count = 1
    for size in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: size)
      guard !overflow, product <= Self.largestCount else {
        throw InputError(
          location, expected: "at most \(Self.largestCount) entries", found: "the shape \(NPYFile.text(shape))")
      }
      count = product
    }
    guard bytes.count - start == count * width else {
      throw InputError(
        location, expected: "\(count * width) bytes of data, for the shape \(NPYFile.text(shape))",
        found: "\(bytes.count - start)",
        advice: bytes.count - start < count * width
          ? "The file is cut off: copy or fetch it again." : "Something was added at its end.")
    }
    let type = bytes[2]
    let values = (0..<count).map { Self.value(type, Self.word(bytes, at: start + $0 * width, width: width)) }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw InputError(location, expected: "finite numbers", found: "\(values[place]) as entry \(place)")
    }
    self.shape = shape
    self.values = values
  }

  private static func width(of type: UInt8) -> Int? {
    switch type {
    case 0x08, 0x09: 1
    case 0x0B: 2
    case 0x0C, 0x0D: 4
    case 0x0E: 8
    default: nil
    }
  }

  /// The big-endian word of `width` bytes.
  @inline(__always)
  private static func word(_ bytes: [UInt8], at place: Int, width: Int) -> UInt64 {
    var word: UInt64 = 0
    for offset in 0..<width { word = word << 8 | UInt64(bytes[place + offset]) }
    return word
  }

  @inline(__always)
  private static func value(_ type: UInt8, _ word: UInt64) -> Double {
    switch type {
    case 0x08: Double(word)
    case 0x09: Double(Int8(truncatingIfNeeded: word))
    case 0x0B: Double(Int16(truncatingIfNeeded: word))
    case 0x0C: Double(Int32(truncatingIfNeeded: word))
    case 0x0D: Double(Float(bitPattern: UInt32(truncatingIfNeeded: word)))
    default: Double(bitPattern: word)
    }
  }
}
