import CZlib

/// Little-endian numbers of a zip archive, in order; nil beyond its end.
struct ZipReader {
  private let bytes: [UInt8]
  private var place: Int

  init(_ bytes: [UInt8], at place: Int) {
    self.bytes = bytes
    self.place = place
  }

  /// A number of `width` bytes below 2⁶³.
  mutating func word(_ width: Int) -> Int? {
    guard let piece = take(width) else { return nil }
    let word = piece.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    return Int(exactly: word)
  }

  mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard place >= 0, count >= 0, place <= bytes.count, count <= bytes.count - place else { return nil }
    defer { place += count }
    return bytes[place..<place + count]
  }

  @discardableResult
  mutating func skip(_ count: Int) -> Bool { take(count) != nil }
}

/// Raw deflated bytes, as zip archives have them.
enum Inflation {
  /// Inflates bytes into `room`; whether they filled it, and exactly so if they should be the whole.
  static func fill(_ room: inout [UInt8], from packed: ArraySlice<UInt8>, isWhole: Bool) -> Bool {
    var stream = z_stream()
    guard inflateInit2_(&stream, -MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
      return false
    }
    defer { inflateEnd(&stream) }
    var spare: UInt8 = 0
    return packed.withUnsafeBufferPointer { source in
      room.withUnsafeMutableBufferPointer { room in
        var (consumed, produced) = (0, 0)
        while true {
          // zlib counts in 32 bits.
          let (offered, free) = (min(source.count - consumed, 1 << 30), min(room.count - produced, 1 << 30))
          let isFull = free == 0
          if isFull, !isWhole { return true }
          stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress.map { $0 + consumed })
          stream.avail_in = UInt32(offered)
          // A place of its own at the end shows whether more would come.
          stream.avail_out = isFull ? 1 : UInt32(free)
          let status = withUnsafeMutablePointer(to: &spare) { spare in
            stream.next_out = isFull ? spare : room.baseAddress.map { $0 + produced }
            return CZlib.inflate(&stream, Z_NO_FLUSH)
          }
          consumed += offered - Int(stream.avail_in)
          if isFull, stream.avail_out == 0 { return false }
          if !isFull { produced += free - Int(stream.avail_out) }
          if status == Z_STREAM_END { return produced == room.count }
          guard status == Z_OK, consumed < source.count || stream.avail_out == 0 else { return false }
        }
      }
    }
  }
}
