import CZlib
import Numerics

/// Writes a zip archive of files that are not compressed, whose sizes are known before their bytes, from its beginning
/// to its end.
///
/// A file's checksum is known only after its bytes, so it stands behind them (a "data descriptor") and in the directory
/// at the archive's end, which is what readers use. Sizes stand before the bytes, too.
struct ZipWriter: ~Copyable {
  /// A file of the archive, as its directory has it.
  private struct Entry {
    var name: [UInt8]
    var size: UInt64
    var offset: UInt64
    var checksum: UInt32 = 0

    /// Whether the file's own size needs 8 bytes.
    var isLarge: Bool { size >= ZipWriter.limit }
  }

  /// Sizes and offsets from here on stand in fields of 8 bytes, elsewhere.
  private static let limit: UInt64 = 0xFFFF_FFFF
  /// Since version 4.5 there are such fields; 2.0 is what all readers know.
  private static let versions: (plain: UInt16, large: UInt16) = (20, 45)
  private static let extraFieldID: UInt16 = 1
  /// 1 January 1980, 0 o'clock: the earliest that the format has.
  private static let date: UInt16 = 1 << 5 | 1

  private var stream: AtomicFileStream
  private var offset: UInt64 = 0
  private var remaining: UInt64 = 0
  private var entries = [Entry]()
  private var names = Set<String>()

  init(_ stream: consuming AtomicFileStream) { self.stream = stream }

  /// The path of the archive.
  var path: String { stream.path }

  /// Begins a file of exactly `count` bytes.
  mutating func begin(_ name: String, count: Int, location: String) throws(InputError) {
    let bytes = Array(name.utf8)
    guard bytes.count <= 0xFFFF, ZipName.isSound(name) else {
      throw InputError(location, expected: "a name that a file in an archive can have", found: "\"\(name)\"")
    }
    guard names.insert(name).inserted else {
      throw InputError(location, expected: "each name once", found: "a second array of this name")
    }
    let entry = Entry(name: bytes, size: UInt64(count), offset: offset)
    var header = LittleEndianBytes()
    header.append(0x0403_4B50 as UInt32)
    Self.appendCommon(of: entry, checksum: 0, isLarge: entry.isLarge, to: &header)
    header.append(UInt16(entry.isLarge ? 20 : 0))
    header.bytes += entry.name
    if entry.isLarge {
      header.append(Self.extraFieldID)
      header.append(16 as UInt16)
      header.append(entry.size)
      header.append(entry.size)
    }
    try put(header)
    remaining = entry.size
    entries.append(entry)
  }

  /// Appends bytes to the file that has begun.
  mutating func write(_ bytes: [UInt8]) throws(InputError) { try write(bits: bytes) }

  /// Appends integers, as they lie in memory, to the file that has begun.
  mutating func write<Bits: FixedWidthInteger & BitwiseCopyable>(bits: [Bits]) throws(InputError) {
    let last = entries.count - 1
    entries[last].checksum = bits.withUnsafeBytes { bytes in
      UInt32(crc32_z(UInt(entries[last].checksum), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
    }
    let size = bits.count * MemoryLayout<Bits>.stride
    precondition(size <= remaining, "more bytes than the file was to have")
    remaining -= UInt64(size)
    offset += UInt64(size)
    try stream.write(bits.span.bytes)
  }

  /// Ends a file.
  mutating func end() throws(InputError) {
    precondition(remaining == 0, "fewer bytes than the file was to have")
    let entry = entries[entries.count - 1]
    var descriptor = LittleEndianBytes()
    descriptor.append(0x0807_4B50 as UInt32)
    descriptor.append(entry.checksum)
    for _ in 0..<2 {
      if entry.isLarge { descriptor.append(entry.size) } else { descriptor.append(UInt32(entry.size)) }
    }
    try put(descriptor)
  }

  /// Writes the directory and gives the archive its name.
  consuming func finish() throws(InputError) {
    let start = offset
    for entry in entries {
      var record = LittleEndianBytes()
      var extra = LittleEndianBytes()
      if entry.isLarge {
        extra.append(entry.size)
        extra.append(entry.size)
      }
      if entry.offset >= Self.limit { extra.append(entry.offset) }
      let isLarge = !extra.bytes.isEmpty
      record.append(0x0201_4B50 as UInt32)
      // Made on Unix, so that the attributes are a Unix file's.
      record.append(3 << 8 | Self.versions.large)
      Self.appendCommon(of: entry, checksum: entry.checksum, isLarge: isLarge, to: &record)
      record.append(UInt16(isLarge ? extra.bytes.count + 4 : 0))
      // No comment, first disk, no internal attributes; a plain file that all may read.
      for _ in 0..<3 { record.append(0 as UInt16) }
      record.append(0o100644 << 16 as UInt32)
      record.append(UInt32(min(entry.offset, Self.limit)))
      record.bytes += entry.name
      if isLarge {
        record.append(Self.extraFieldID)
        record.append(UInt16(extra.bytes.count))
        record.bytes += extra.bytes
      }
      try put(record)
    }
    try put(Self.end(count: UInt64(entries.count), start: start, end: offset))
    try stream.commit()
  }

  /// The fields that a file's header and its record in the directory share: from the version to the length of the name.
  private static func appendCommon(
    of entry: Entry, checksum: UInt32, isLarge: Bool, to header: inout LittleEndianBytes
  ) {
    let isASCII = entry.name.allSatisfy { $0 < 0x80 }
    header.append(isLarge ? versions.large : versions.plain)
    // Bit 3: the checksum comes after the bytes. Bit 11: the name is in UTF-8.
    header.append(1 << 3 | (isASCII ? 0 : 1 << 11) as UInt16)
    // Not compressed; the time.
    header.append(0 as UInt16)
    header.append(0 as UInt16)
    header.append(date)
    header.append(checksum)
    header.append(UInt32(min(entry.size, limit)))
    header.append(UInt32(min(entry.size, limit)))
    header.append(UInt16(entry.name.count))
  }

  /// What ends an archive whose directory of `count` files goes from `start` to `end`.
  private static func end(count: UInt64, start: UInt64, end: UInt64) -> LittleEndianBytes {
    var bytes = LittleEndianBytes()
    if count >= 0xFFFF || end >= limit {
      bytes.append(0x0606_4B50 as UInt32)
      bytes.append(44 as UInt64)
      bytes.append(3 << 8 | versions.large)
      bytes.append(versions.large)
      bytes.append(0 as UInt64)
      for value in [count, count, end - start, start] { bytes.append(value) }
      bytes.append(0x0706_4B50 as UInt32)
      bytes.append(0 as UInt32)
      bytes.append(end)
      bytes.append(1 as UInt32)
    }
    bytes.append(0x0605_4B50 as UInt32)
    bytes.append(0 as UInt32)
    for _ in 0..<2 { bytes.append(UInt16(min(count, 0xFFFF))) }
    for value in [end - start, start] { bytes.append(UInt32(min(value, limit))) }
    bytes.append(0 as UInt16)
    return bytes
  }

  private mutating func put(_ bytes: LittleEndianBytes) throws(InputError) {
    try stream.write(bytes.bytes)
    offset += UInt64(bytes.bytes.count)
  }
}
