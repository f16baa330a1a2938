import CZlib
import Numerics

/// An archive of arrays in NumPy's `.npz` format: a zip file of `.npy` files, stored or deflated, with 64-bit sizes
/// where needed.
///
/// Arrays are inflated and parsed when they are asked for. Source of the zip format: PKWARE's APPNOTE 6.3.
public struct NPZFile: Sendable {
  /// The names of the arrays, without `.npy`, in the order of the archive.
  public let names: [String]
  private let location: String
  private let bytes: [UInt8]
  private let entries: [String: Entry]

  /// Where an array lies.
  private struct Entry {
    /// As it stands in the directory.
    var rawName: [UInt8]
    var method: Int
    var checksum: UInt32
    var compressedSize: Int
    var size: Int
    var headerStart: Int

    /// The bytes that it takes in the archive, at least.
    var packedSize: Int { min(30 + rawName.count + min(compressedSize, 1 << 62), 1 << 62) }
  }

  /// The largest size of an array's file, inflated: 2 GiB. Deflated zeros can inflate to a thousand times their size.
  public static let largestSize = 1 << 31

  /// As many bytes of an array as are read for its header.
  private static let prefixSize = 1 << 17

  /// Reads a file. Memory: its bytes, at most 4 GiB.
  ///
  /// - Throws: ``InputError`` naming the path, for a file that cannot be read or is no sound zip archive.
  public static func read(_ path: String) throws(InputError) -> NPZFile {
    try NPZFile(parsing: try InputFile.read(path), location: path)
  }

  /// Reads the directory of an archive; `location` names it in errors.
  ///
  /// - Throws: ``InputError`` for bytes without a directory, one that is cut off or points outside of the archive,
  ///   names that stand twice or that no file can have, arrays that share bytes, encrypted ones, and methods other than
  ///   storing and deflating.
  public init(parsing bytes: [UInt8], location: String) throws(InputError) {
    self.location = location
    self.bytes = bytes
    guard let directory = Self.directory(bytes) else {
      throw InputError(
        location, expected: "an .npz file, which ends with the directory of a zip archive",
        found: bytes.isEmpty ? "an empty file" : "no directory",
        advice: "The file may be cut off: copy or write it again.")
    }
    var (names, entries): ([String], [String: Entry]) = ([], [:])
    var reader = ZipReader(bytes, at: directory.start)
    for _ in 0..<directory.count {
      guard let (name, entry) = try Self.entry(&reader, location) else {
        throw InputError(
          location, expected: "a directory of \(directory.count) arrays", found: "\(names.count) of them",
          advice: "The file is damaged: copy or write it again.")
      }
      // A folder, which has nothing in it.
      if name.hasSuffix("/") { continue }
      guard entries.updateValue(entry, forKey: name) == nil else {
        throw InputError(location, expected: "arrays of different names", found: "\"\(name)\" twice")
      }
      names.append(name)
    }
    // Archives that unpack to far more than their size have many arrays share the same bytes.
    let places = names.compactMap { entries[$0] }.sorted { $0.headerStart < $1.headerStart }
    for (place, next) in zip(places, places.dropFirst()) where next.headerStart - place.headerStart < place.packedSize {
      throw InputError(location, expected: "arrays at places of their own", found: "two that share bytes")
    }
    self.names = names
    self.entries = entries
  }

  /// The array of that name.
  ///
  /// - Throws: ``InputError`` for an unknown name, a damaged or too large array, and as
  ///   ``NPYFile/init(parsing:location:)``.
  public func array(_ name: String) throws(InputError) -> NPYFile {
    let entry = try entry(name)
    // What its header says is held against its size before all of it is inflated.
    _ = try layout(entry, name)
    return try NPYFile(parsing: try data(entry, name), location: "\(location), \(name)")
  }

  /// The shape and the type of the array of that name, such as `<f8`, without inflating all of it.
  ///
  /// - Throws: ``InputError`` as ``array(_:)`` does, for all but the entries themselves.
  public func description(of name: String) throws(InputError) -> (shape: [Int], dtype: String) {
    let layout = try layout(try entry(name), name)
    return (layout.shape, layout.dtype)
  }

  private func entry(_ name: String) throws(InputError) -> Entry {
    if let entry = entries[name] { return entry }
    throw InputError(
      location, expected: "an array named \"\(name)\"",
      found: names.isEmpty ? "an empty archive" : "only \(names.prefix(20).joined(separator: ", "))")
  }

  private func layout(_ entry: Entry, _ name: String) throws(InputError) -> NPYLayout {
    let prefix = try data(entry, name, limit: Self.prefixSize)
    return try NPYLayout(prefix, size: entry.size, location: "\(location), \(name)")
  }

  private static func directory(_ bytes: [UInt8]) -> (start: Int, count: Int)? {
    // The end record may be followed by a comment of up to 65,535 bytes.
    let last = bytes.count - 22
    guard last >= 0 else { return nil }
    for place in stride(from: last, through: max(0, last - 65_535), by: -1) {
      var record = ZipReader(bytes, at: place)
      guard record.word(4) == 0x0605_4B50 else { continue }
      record.skip(6)
      guard let count = record.word(2), record.skip(4), let start = record.word(4) else { return nil }
      guard count == 0xFFFF || start == 0xFFFF_FFFF else { return (start, count) }
      // Larger archives say it again with 64 bits, at a place that a locator just before tells.
      var locator = ZipReader(bytes, at: place - 20)
      guard locator.word(4) == 0x0706_4B50, locator.skip(4), let large = locator.word(8) else { return (start, count) }
      var end = ZipReader(bytes, at: large)
      guard end.word(4) == 0x0606_4B50, end.skip(28), let count = end.word(8), end.skip(8), let start = end.word(8)
      else { return nil }
      return (start, count)
    }
    return nil
  }

  /// The next entry of the directory; nil where it is none.
  private static func entry(
    _ reader: inout ZipReader, _ location: String
  ) throws(InputError) -> (String, Entry)? {
    guard reader.word(4) == 0x0201_4B50, reader.skip(4), let flags = reader.word(2), let method = reader.word(2),
      reader.skip(4), let checksum = reader.word(4), var compressed = reader.word(4), var size = reader.word(4),
      let nameLength = reader.word(2), let extraLength = reader.word(2), let commentLength = reader.word(2),
      reader.skip(8), var start = reader.word(4), let nameBytes = reader.take(nameLength),
      let extra = reader.take(extraLength), reader.skip(commentLength)
    else { return nil }
    guard var name = String(validating: nameBytes, as: UTF8.self),
      ZipName.isSound(name.hasSuffix("/") ? String(name.dropLast()) : name)
    else {
      throw InputError(
        location, expected: "names that files in an archive can have",
        found: JSON.quoted(String(decoding: nameBytes.prefix(200), as: UTF8.self)))
    }
    if name.hasSuffix(".npy") { name.removeLast(4) }
    guard flags & 1 == 0, method == 0 || method == 8 else {
      throw InputError(
        location, expected: "arrays that are stored or deflated",
        found: "\"\(name)\", which is \(flags & 1 == 1 ? "encrypted" : "packed with method \(method)")")
    }
    // Sizes of 2³² − 1 stand in the extra field 1, those that are needed, in this order.
    var fields = ZipReader(Array(extra), at: 0)
    while let id = fields.word(2), let length = fields.word(2), let field = fields.take(length) {
      guard id == 1 else { continue }
      var words = ZipReader(Array(field), at: 0)
      if size == 0xFFFF_FFFF, let word = words.word(8) { size = word }
      if compressed == 0xFFFF_FFFF, let word = words.word(8) { compressed = word }
      if start == 0xFFFF_FFFF, let word = words.word(8) { start = word }
    }
    return (
      name,
      Entry(
        rawName: Array(nameBytes), method: method, checksum: UInt32(truncatingIfNeeded: checksum),
        compressedSize: compressed, size: size,
        headerStart: start)
    )
  }

  /// The bytes of an array's file; its first ones only, without their checksum, if there is a limit below their number.
  private func data(_ entry: Entry, _ name: String, limit: Int = largestSize) throws(InputError) -> [UInt8] {
    func damaged(_ found: String) -> InputError {
      InputError(
        "\(location), \(name)", expected: "a sound array", found: found,
        advice: "The file is damaged: copy or write it again.")
    }
    guard entry.size <= Self.largestSize else {
      throw InputError(
        "\(location), \(name)", expected: "at most \(Self.largestSize) bytes, inflated", found: "\(entry.size)")
    }
    var reader = ZipReader(bytes, at: entry.headerStart)
    guard reader.word(4) == 0x0403_4B50, reader.skip(22), let nameLength = reader.word(2),
      let extraLength = reader.word(2), let rawName = reader.take(nameLength), reader.skip(extraLength),
      let packed = reader.take(entry.compressedSize)
    else { throw damaged("one that lies outside of the file") }
    guard rawName.elementsEqual(entry.rawName) else { throw damaged("one of another name at its place") }
    let count = min(entry.size, limit)
    var unpacked: [UInt8]
    if entry.method == 0 {
      guard packed.count == entry.size else { throw damaged("\(packed.count) bytes instead of \(entry.size)") }
      unpacked = Array(packed.prefix(count))
    } else {
      // Deflating shrinks by a factor of 1,032 at most: no memory for sizes that cannot be.
      guard entry.size / 1_032 <= packed.count else { throw damaged("a size that nothing deflates to") }
      unpacked = [UInt8](repeating: 0, count: count)
      guard Inflation.fill(&unpacked, from: packed, isWhole: count == entry.size) else {
        throw damaged("one that does not inflate to its size")
      }
    }
    guard count == entry.size else { return unpacked }
    let checksum = unpacked.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
    guard UInt32(truncatingIfNeeded: checksum) == entry.checksum else { throw damaged("bytes with another checksum") }
    return unpacked
  }
}
