/// Bytes to which integers are appended with their lowest byte first.
struct LittleEndianBytes {
  var bytes = [UInt8]()

  mutating func append<Value: FixedWidthInteger>(_ value: Value) {
    withUnsafeBytes(of: value.littleEndian) { bytes.append(contentsOf: $0) }
  }
}
