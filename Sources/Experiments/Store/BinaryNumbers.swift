/// Numbers as they stand in the store: bit for bit, eight bytes each, the least significant byte first.
enum BinaryNumbers {
  static func bytes(_ values: [Double]) -> [UInt8] { bytes(of: values) { $0.bitPattern } }

  static func bytes(_ values: [Int]) -> [UInt8] { bytes(of: values) { UInt64(bitPattern: Int64($0)) } }

  /// The numbers; nil unless there are eight bytes for each.
  static func doubles(_ bytes: UnsafeRawBufferPointer) -> [Double]? { values(bytes) { Double(bitPattern: $0) } }

  /// The whole numbers; nil unless there are eight bytes for each.
  static func integers(_ bytes: UnsafeRawBufferPointer) -> [Int]? { values(bytes) { Int(Int64(bitPattern: $0)) } }

  private static func bytes<Value>(of values: [Value], _ pattern: (Value) -> UInt64) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 8 * values.count) { buffer, size in
      let raw = UnsafeMutableRawBufferPointer(buffer)
      for (place, value) in values.enumerated() {
        raw.storeBytes(of: pattern(value).littleEndian, toByteOffset: 8 * place, as: UInt64.self)
      }
      size = 8 * values.count
    }
  }

  private static func values<Value>(_ bytes: UnsafeRawBufferPointer, _ value: (UInt64) -> Value) -> [Value]? {
    guard bytes.count % 8 == 0 else { return nil }
    return (0..<(bytes.count / 8)).map {
      value(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
    }
  }
}
