/// CRC-32C (Castagnoli), the checksum of iSCSI (RFC 3720, 12.1) and of TFRecord files: polynomial 0x1EDC6F41, bits reflected, begun
/// with and inverted by all ones. The checksum of "123456789" is 0xE3069283.
enum CRC32C {
  /// For each byte, its remainder.
  private static let table: [UInt32] = (0..<256 as Range<UInt32>).map { byte in
    (0..<8).reduce(byte) { remainder, _ in remainder >> 1 ^ (remainder & 1 == 0 ? 0 : 0x82F6_3B78) }
  }

  /// The checksum of bytes, one table look-up for each.
  static func checksum(of bytes: [UInt8]) -> UInt32 {
    let table = table
    return ~bytes.reduce(~0 as UInt32) { sum, byte in sum >> 8 ^ table[Int(UInt8(truncatingIfNeeded: sum) ^ byte)] }
  }

  /// The checksum as TFRecord has it, rotated and shifted: a checksum of data that hold their own checksum says little.
  static func masked(_ bytes: [UInt8]) -> UInt32 {
    let sum = checksum(of: bytes)
    return (sum >> 15 | sum << 17) &+ 0xA282_EAD8
  }
}
