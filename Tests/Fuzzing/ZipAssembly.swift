/// A zip archive with sound checksums around contents that need not be.
enum ZipAssembly {
  /// - Parameter isDeflated: whether files are packed by DEFLATE, in blocks that are stored.
  static func archive(_ files: [(name: String, bytes: [UInt8])], isDeflated: Bool) -> [UInt8] {
    var (bytes, directory): ([UInt8], [UInt8]) = ([], [])
    for (name, content) in files {
      let packed = isDeflated ? deflated(content) : content
      let common =
        field(20, 2) + field(0, 2) + field(isDeflated ? 8 : 0, 2) + field(0, 4) + field(Int(checksum(content)), 4)
        + field(packed.count, 4) + field(content.count, 4) + field(name.utf8.count, 2) + field(0, 2)
      directory +=
        field(0x0201_4B50, 4) + field(20, 2) + common + field(0, 10) + field(bytes.count, 4) + Array(name.utf8)
      bytes += field(0x0403_4B50, 4) + common + Array(name.utf8) + packed
    }
    let end = field(0x0605_4B50, 4) + field(0, 4) + field(files.count, 2) + field(files.count, 2)
    return bytes + directory + end + field(directory.count, 4) + field(bytes.count, 4) + field(0, 2)
  }

  /// A little-endian field.
  private static func field(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
  }

  private static func deflated(_ content: [UInt8]) -> [UInt8] {
    var (packed, start): ([UInt8], Int) = ([], 0)
    repeat {
      let count = min(content.count - start, 65_535)
      packed.append(start + count == content.count ? 1 : 0)
      packed += field(count, 2) + field(~count, 2) + content[start..<start + count]
      start += count
    } while start < content.count
    return packed
  }

  /// CRC-32.
  private static func checksum(_ bytes: [UInt8]) -> UInt32 {
    ~bytes.reduce(UInt32.max) { crc, byte in table[Int(UInt8(truncatingIfNeeded: crc) ^ byte)] ^ crc >> 8 }
  }

  private static let table = (0..<256 as Range<UInt32>).map { byte in
    (0..<8).reduce(byte) { crc, _ in crc & 1 == 1 ? 0xEDB8_8320 ^ crc >> 1 : crc >> 1 }
  }
}
