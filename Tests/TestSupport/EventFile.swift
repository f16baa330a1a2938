import Foundation

/// An event file taken apart without anything of the writer's: TFRecords with their checksums, and of the messages what is looked at.
public struct EventFile {
  /// An event.
  public struct Event: Equatable {
    /// Seconds since 1970.
    public var wallTime = 0.0
    /// The step.
    public var step = 0
    /// The tags that have numbers, with these.
    public var scalars: [String: Float] = [:]
    /// The tags that have something else.
    public var others: [String] = []
  }

  /// The events in the file's order.
  public var events: [Event] = []

  /// Reads a file; nil if a checksum or a length is wrong.
  public init?(_ path: String) {
    guard let data = FileManager.default.contents(atPath: path) else { return nil }
    let bytes = [UInt8](data)
    var place = 0
    while place < bytes.count {
      guard bytes.count - place >= 16 else { return nil }
      let count = Int(Self.number(bytes[place..<(place + 8)]))
      guard count >= 0, count <= bytes.count - place - 16 else { return nil }
      let body = place + 12..<place + 12 + count
      guard Self.number(bytes[(place + 8)..<(place + 12)]) == Self.masked(bytes[place..<(place + 8)]),
        Self.number(bytes[body.upperBound..<(body.upperBound + 4)]) == Self.masked(bytes[body])
      else { return nil }
      events.append(Self.event(bytes[body]))
      place = body.upperBound + 4
    }
  }

  /// CRC-32C bit by bit.
  public static func checksum(_ bytes: some Sequence<UInt8>) -> UInt32 {
    var sum: UInt32 = ~0
    for byte in bytes {
      for bit in 0..<8 {
        let isOdd = (sum ^ UInt32(byte >> UInt8(bit))) & 1 == 1
        sum >>= 1
        if isOdd { sum ^= 0x82F6_3B78 }
      }
    }
    return ~sum
  }

  private static func masked(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    let sum = UInt64(checksum(bytes))
    return ((sum >> 15 | sum << 17 & 0xFFFF_FFFF) + 0xA282_EAD8) & 0xFFFF_FFFF
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  /// The fields of a message, each with its number and its bytes; a varint as eight bytes.
  private static func fields(_ message: ArraySlice<UInt8>) -> [(number: Int, bytes: ArraySlice<UInt8>)] {
    var rest = message
    func varint() -> UInt64 {
      var value: UInt64 = 0
      var shift: UInt64 = 0
      while let byte = rest.popFirst() {
        value |= UInt64(byte & 0x7F) << shift
        shift += 7
        if byte < 0x80 { break }
      }
      return value
    }
    var fields: [(number: Int, bytes: ArraySlice<UInt8>)] = []
    while !rest.isEmpty {
      let key = varint()
      let bytes: ArraySlice<UInt8>
      switch key & 7 {
      case 0: bytes = withUnsafeBytes(of: varint().littleEndian) { Array($0)[...] }
      case 1: bytes = rest.prefix(8)
      case 2:
        let count = Int(varint())
        bytes = rest.prefix(count)
      default: bytes = rest.prefix(4)
      }
      if key & 7 != 0 { rest = rest.dropFirst(bytes.count) }
      fields.append((Int(key >> 3), bytes))
    }
    return fields
  }

  private static func event(_ message: ArraySlice<UInt8>) -> Event {
    var event = Event()
    for (field, bytes) in fields(message) {
      switch field {
      case 1: event.wallTime = Double(bitPattern: number(bytes))
      case 2: event.step = Int(number(bytes))
      case 5:
        for (_, entry) in fields(bytes) {
          let parts = fields(entry)
          let tag = parts.first { $0.number == 1 }.map { String(decoding: $0.bytes, as: UTF8.self) } ?? ""
          if let value = parts.first(where: { $0.number == 2 }) {
            event.scalars[tag] = Float(bitPattern: UInt32(number(value.bytes)))
          } else {
            event.others.append(tag)
          }
        }
      default: break
      }
    }
    return event
  }
}
