import Numerics

/// The type of an `.npy` file's entries, and how their bytes become doubles.
struct NPYElement {
  private enum Kind {
    case boolean
    case signed
    case unsigned
    case float
  }

  /// Bytes an entry.
  let width: Int
  private let kind: Kind
  private let isBigEndian: Bool

  init(_ descriptor: String, location: String) throws(InputError) {
    let characters = Array(descriptor)
    guard characters.count >= 2, let order = characters.first, "<>|=".contains(order) else {
      throw Self.unsupported(descriptor, location)
    }
    let kinds: [String: (Kind, Int)] = [
      "b1": (.boolean, 1), "i1": (.signed, 1), "i2": (.signed, 2), "i4": (.signed, 4), "i8": (.signed, 8),
      "u1": (.unsigned, 1), "u2": (.unsigned, 2), "u4": (.unsigned, 4), "u8": (.unsigned, 8), "f4": (.float, 4),
      "f8": (.float, 8),
    ]
    guard let (kind, width) = kinds[String(characters.dropFirst())], order != "|" || width == 1 else {
      throw Self.unsupported(descriptor, location)
    }
    self.kind = kind
    self.width = width
    // "=" is the order of the machine that wrote the file; all that still do are little-endian.
    isBigEndian = order == ">"
  }

  /// The entries of exactly `count · width` bytes.
  func decode(_ data: ArraySlice<UInt8>, count: Int, location: String) throws(InputError) -> [Double] {
    var values = [Double]()
    values.reserveCapacity(count)
    var refused: (index: Int, text: String)?
    data.withUnsafeBytes { bytes in
      for index in 0..<count {
        let raw = bits(bytes, at: index * width)
        guard let value = number(raw) else {
          refused = (index, kind == .signed ? "\(Int64(bitPattern: raw))" : "\(raw)")
          return
        }
        values.append(value)
      }
    }
    if let refused {
      let isBoolean = kind == .boolean
      throw InputError(
        location, expected: isBoolean ? "booleans of 0 or 1" : "integers within ±2⁵³, which doubles hold exactly",
        found: "\(refused.text) at entry \(refused.index)",
        advice: isBoolean ? "The file is damaged." : "In NumPy: array.astype(\"<f8\"), if rounding is acceptable.")
    }
    return values
  }

  /// The entry's bytes as one integer, sign-extended for signed types.
  private func bits(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> UInt64 {
    switch width {
    case 1:
      let byte = bytes[offset]
      return kind == .signed ? UInt64(bitPattern: Int64(Int8(bitPattern: byte))) : UInt64(byte)
    case 2:
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self)
      let half = isBigEndian ? UInt16(bigEndian: word) : UInt16(littleEndian: word)
      return kind == .signed ? UInt64(bitPattern: Int64(Int16(bitPattern: half))) : UInt64(half)
    case 4:
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
      let single = isBigEndian ? UInt32(bigEndian: word) : UInt32(littleEndian: word)
      return kind == .signed ? UInt64(bitPattern: Int64(Int32(bitPattern: single))) : UInt64(single)
    default:
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      return isBigEndian ? UInt64(bigEndian: word) : UInt64(littleEndian: word)
    }
  }

  /// The number that the bits mean; nil where a double would not hold it, or a boolean is neither.
  private func number(_ raw: UInt64) -> Double? {
    switch kind {
    case .boolean: raw <= 1 ? Double(raw) : nil
    case .unsigned: raw <= 1 << 53 ? Double(raw) : nil
    case .signed:
      Int64(bitPattern: raw).magnitude <= 1 << 53 ? Double(Int64(bitPattern: raw)) : nil
    case .float:
      width == 8 ? Double(bitPattern: raw) : Double(Float(bitPattern: UInt32(truncatingIfNeeded: raw)))
    }
  }

  private static func unsupported(_ descriptor: String, _ location: String) -> InputError {
    let isObject = descriptor.contains("O")
    return InputError(
      location, expected: "entries of type b1, i1 to i8, u1 to u8, f4 or f8",
      found: isObject ? "Python objects (type \"\(descriptor)\")" : "type \"\(descriptor)\"",
      advice: isObject
        ? "Save an array of numbers: ragged lists and strings become objects in NumPy."
        : "In NumPy: array.astype(\"<f8\").")
  }
}
