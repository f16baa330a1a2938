/// A message in the wire format of protocol buffers, to which fields are appended one after another.
///
/// Only what event files need: whole numbers that are not negative, numbers, text and messages. Source:
/// https://protobuf.dev/programming-guides/encoding
struct ProtobufMessage {
  private var encoded = LittleEndianBytes()

  /// The message.
  var bytes: [UInt8] { encoded.bytes }

  /// How a value stands behind its field's number.
  private enum Wire: UInt64 {
    case varint = 0
    case eightBytes = 1
    case counted = 2
    case fourBytes = 5
  }

  /// Appends a whole number (`int32`, `int64`, `enum`); negative ones take ten bytes.
  mutating func append(_ value: Int, as field: UInt64) {
    begin(field, .varint)
    varint(UInt64(bitPattern: Int64(value)))
  }

  /// Appends a `double`.
  mutating func append(_ value: Double, as field: UInt64) {
    begin(field, .eightBytes)
    encoded.append(value.bitPattern)
  }

  /// Appends a `float`.
  mutating func append(_ value: Float, as field: UInt64) {
    begin(field, .fourBytes)
    encoded.append(value.bitPattern)
  }

  /// Appends a `bool`.
  mutating func append(_ value: Bool, as field: UInt64) { append(value ? 1 : 0, as: field) }

  /// Appends a `string`.
  mutating func append(_ value: String, as field: UInt64) { append(bytes: Array(value.utf8), as: field) }

  /// Appends a message, also as `bytes`.
  mutating func append(_ value: ProtobufMessage, as field: UInt64) { append(bytes: value.bytes, as: field) }

  private mutating func append(bytes: [UInt8], as field: UInt64) {
    begin(field, .counted)
    varint(UInt64(bytes.count))
    encoded.bytes += bytes
  }

  private mutating func begin(_ field: UInt64, _ wire: Wire) { varint(field << 3 | wire.rawValue) }

  /// Seven bits a byte, the lowest first; the eighth says that there are more.
  private mutating func varint(_ value: UInt64) {
    var rest = value
    while rest >= 0x80 {
      encoded.bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    encoded.bytes.append(UInt8(rest))
  }
}
