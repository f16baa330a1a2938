import CZlib
import Foundation
import Numerics
import TestSupport
import Testing

@testable import Formats

/// Archives of arrays: our own, NumPy's, and damaged ones.
@Suite struct NPZFileTests {
  private let scratch = ScratchFolder()

  private func sample(deflated: Bool = true) throws -> [UInt8] {
    let path = scratch.file("a.npz")
    var writer = try NPZWriter(path)
    try writer.begin("x", .float64, shape: [2, 3])
    try writer.append([1, 2, 3, 4, 5, 6.5])
    try writer.end()
    try writer.begin("y", .int64, shape: [3])
    try writer.append([7, -8, 9])
    try writer.end()
    try writer.finish()
    return try InputFile.read(path)
  }

  @Test func whatWasWrittenIsRead() throws {
    let file = try NPZFile(parsing: sample(), location: "a")
    #expect(file.names == ["x", "y"])
    #expect(try file.array("x").values == [1, 2, 3, 4, 5, 6.5] && file.array("x").shape == [2, 3])
    #expect(try file.array("y").values == [7, -8, 9])
    #expect(refusal { () throws(InputError) in _ = try file.array("z") }?.found == "only x, y")
  }

  /// Bytes of `numpy.savez_compressed(f, x=numpy.arange(6.).reshape(2, 3))`, deflated.
  @Test func numpyDeflates() throws {
    let bytes = try #require(Data(base64Encoded: NumPyFiles.compressedArchive))
    let file = try NPZFile(parsing: [UInt8](bytes), location: "numpy")
    #expect(file.names == ["x"])
    #expect(try file.array("x") == NPYFile(shape: [2, 3], values: [0, 1, 2, 3, 4, 5]))
  }

  /// Every single byte cut off, 20,000 single bytes changed: an error or an archive, never a trap.
  @Test func damageIsAnError() throws {
    let sound = try sample()
    let deflated = [UInt8](try #require(Data(base64Encoded: NumPyFiles.compressedArchive)))
    func attempt(_ bytes: [UInt8]) -> Bool {
      guard let file = try? NPZFile(parsing: bytes, location: "damaged") else { return false }
      return file.names.allSatisfy { (try? file.array($0)) != nil }
    }
    for source in [sound, deflated] {
      #expect(attempt(source))
      for length in 0..<source.count { #expect(!attempt(Array(source.prefix(length)))) }
      var stream = testStream(3)
      for _ in 0..<10_000 {
        var bytes = source
        for _ in 0...stream.integer(below: 3) {
          bytes[stream.integer(below: bytes.count)] = UInt8(stream.integer(below: 256))
        }
        _ = attempt(bytes)
      }
    }
    #expect(throws: InputError.self) { try NPZFile(parsing: [], location: "empty") }
    #expect(throws: InputError.self) {
      try NPZFile(parsing: Array("no archive at all, really none".utf8), location: "x")
    }
  }

  // MARK: - Hostile archives

  /// A little-endian field.
  private func field(_ value: Int, _ width: Int) -> [UInt8] {
    (0..<width).map { $0 < 8 ? UInt8(truncatingIfNeeded: value >> (8 * $0)) : 0 }
  }

  /// A file of an archive, as its directory says it is.
  private struct File {
    var name: [UInt8]
    var localName: [UInt8]?
    var content: [UInt8]
    /// What it is packed to; itself if nil.
    var packed: [UInt8]?
    var size: Int?
    /// The file whose place it claims.
    var shared: Int?

    init(
      _ name: String, _ content: [UInt8], localName: String? = nil, packed: [UInt8]? = nil, size: Int? = nil,
      shared: Int? = nil
    ) {
      self.name = Array(name.utf8)
      self.localName = localName.map { Array($0.utf8) }
      self.content = content
      self.packed = packed
      self.size = size
      self.shared = shared
    }
  }

  private func archive(_ files: [File]) -> [UInt8] {
    var (bytes, directory, places): ([UInt8], [UInt8], [Int]) = ([], [], [])
    for file in files {
      let packed = file.packed ?? file.content
      let checksum = file.content.withUnsafeBufferPointer { crc32_z(0, $0.baseAddress, $0.count) }
      let common =
        field(20, 2) + field(0, 2) + field(file.packed == nil ? 0 : 8, 2) + field(0, 4) + field(Int(checksum), 4)
        + field(packed.count, 4) + field(file.size ?? file.content.count, 4)
      places.append(file.shared.map { places[$0] } ?? bytes.count)
      directory += field(0x0201_4B50, 4) + field(20, 2) + common + field(file.name.count, 2) + field(0, 12)
      directory += field(places.last ?? 0, 4) + file.name
      let localName = file.localName ?? file.name
      bytes += field(0x0403_4B50, 4) + common + field(localName.count, 2) + field(0, 2) + localName + packed
    }
    let end = field(0x0605_4B50, 4) + field(0, 4) + field(files.count, 2) + field(files.count, 2)
    return bytes + directory + end + field(directory.count, 4) + field(bytes.count, 4) + field(0, 2)
  }

  private func error(_ files: [File], _ name: String? = nil) -> InputError? {
    refusal { () throws(InputError) in
      let file = try NPZFile(parsing: archive(files), location: "a")
      for array in file.names where name == nil || name == array { _ = try file.array(array) }
    }
  }

  private func array(_ type: String, _ shape: [Int], _ count: Int) -> [UInt8] {
    NPYHeader.encoded(descriptor: type, shape: shape) + [UInt8](repeating: 0, count: count)
  }

  /// Raw DEFLATE.
  private func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var stream = z_stream()
    var room = [UInt8](repeating: 0, count: bytes.count + 1_000)
    let size = Int32(MemoryLayout<z_stream>.size)
    guard deflateInit2_(&stream, 9, Z_DEFLATED, -MAX_WBITS, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, size) == Z_OK else {
      return []
    }
    defer { deflateEnd(&stream) }
    bytes.withUnsafeBufferPointer { source in
      room.withUnsafeMutableBufferPointer { room in
        stream.next_in = UnsafeMutablePointer(mutating: source.baseAddress)
        stream.avail_in = UInt32(source.count)
        stream.next_out = room.baseAddress
        stream.avail_out = UInt32(room.count)
        _ = deflate(&stream, Z_FINISH)
      }
    }
    return Array(room.prefix(Int(stream.total_out)))
  }

  @Test func namesThatNoFileCanHave() {
    let x = array("<f8", [1], 8)
    #expect(error([File("x.npy", x), File("a/b.npy", x), File("folder/", [])]) == nil)
    for name in [
      "/x.npy", "../x.npy", "a/../x.npy", "a//x.npy", "./x.npy", "a\\x.npy", "x\u{1B}[2J.npy", "x\0.npy", "", "/",
    ] {
      #expect(error([File(name, x)])?.expected == "names that files in an archive can have", "\(name)")
    }
    var invalid = File("x.npy", x)
    invalid.name[0] = 0xFF
    #expect(error([invalid])?.expected == "names that files in an archive can have")
    #expect(error([File("x.npy", x), File("x.npy", x)])?.found == "\"x\" twice")
    #expect(error([File("x.npy", x), File("x", x)])?.found == "\"x\" twice")
    #expect(error([File("x.npy", x, localName: "y.npy")])?.found == "one of another name at its place")
    #expect(error([File("x.npy", x), File("y.npy", x, shared: 0)])?.found == "two that share bytes")
  }

  /// 100 MB of zeros in 100 kB are fine; the same bytes for more, or for a header that promises less, are not inflated.
  @Test func bombs() throws {
    let zeros = array("|u1", [100_000_000], 100_000_000)
    let packed = deflated(zeros)
    #expect(packed.count < 120_000)
    #expect(error([File("x.npy", zeros, packed: packed)]) == nil)
    #expect(
      error([File("x.npy", zeros, packed: packed, size: 2_000_000_000)])?.found == "a size that nothing deflates to")
    #expect(error([File("x.npy", zeros, packed: packed, size: 1 << 31 + 1)])?.found == "2147483649")
    #expect(
      error([File("x.npy", zeros, packed: packed, size: 99_999_999)])?.expected.hasPrefix("100000000 bytes") == true)
    let small = array("|u1", [3], 99_999_997)
    #expect(error([File("x.npy", small, packed: deflated(small))])?.found == "99999997")
    let bytes = array("|u1", [1 << 28 + 1], 1 << 28 + 1)
    #expect(error([File("x.npy", bytes, packed: deflated(bytes))])?.expected == "at most 268435456 entries")
  }

  @Test func damagedArraysInSoundArchives() throws {
    let objects = [UInt8](try #require(Data(base64Encoded: NumPyFiles.objects)))
    #expect(error([File("x.npy", objects)])?.found == "Python objects (type \"|O\")")
    let fortran = [UInt8](try #require(Data(base64Encoded: NumPyFiles.fortranOrder)))
    #expect(error([File("x.npy", fortran), File("y.npy", objects)], "x") == nil)
    for length in 0..<fortran.count {
      #expect(error([File("x.npy", Array(fortran[..<length]))])?.location == "a, x")
    }
    let long = [0x93] + Array("NUMPY".utf8) + [2, 0] + field(200_000, 4)
    #expect(error([File("x.npy", long + [UInt8](repeating: 0x20, count: 200_000))])?.found == "200000")
    let archive = try NPZFile(parsing: archive([File("x.npy", fortran)]), location: "a")
    let (shape, type) = try archive.description(of: "x")
    #expect(shape == [2, 3, 4] && type == "<f8")
  }
}

/// The format of MNIST.
@Suite struct IDXFileTests {
  private func bytes(_ type: UInt8, _ shape: [Int], _ data: [UInt8]) -> [UInt8] {
    [0, 0, type, UInt8(shape.count)]
      + shape.flatMap { size in (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } } + data
  }

  @Test func everyType() throws {
    #expect(try IDXFile(parsing: bytes(0x08, [2, 2], [0, 1, 128, 255]), location: "x").values == [0, 1, 128, 255])
    #expect(try IDXFile(parsing: bytes(0x08, [2, 2], [0, 1, 128, 255]), location: "x").shape == [2, 2])
    #expect(try IDXFile(parsing: bytes(0x09, [2], [1, 255]), location: "x").values == [1, -1])
    #expect(try IDXFile(parsing: bytes(0x0B, [2], [1, 0, 255, 254]), location: "x").values == [256, -2])
    #expect(try IDXFile(parsing: bytes(0x0C, [1], [255, 255, 255, 253]), location: "x").values == [-3])
    #expect(try IDXFile(parsing: bytes(0x0D, [1], [0xC0, 0x20, 0, 0]), location: "x").values == [-2.5])
    #expect(try IDXFile(parsing: bytes(0x0E, [1], [0x3F, 0xF8, 0, 0, 0, 0, 0, 0]), location: "x").values == [1.5])
    #expect(try IDXFile(parsing: bytes(0x08, [0, 5], []), location: "x").values.isEmpty)
  }

  @Test func refusals() throws {
    for wrong in [
      [], [0, 0], [1, 0, 8, 1], bytes(0x0A, [1], [1]), bytes(8, [], []), Array(bytes(8, [3], [1, 2]).prefix(6)),
      bytes(8, [3], [1, 2]), bytes(8, [3], [1, 2, 3, 4]), bytes(8, [0xFFFF_FFFF, 0xFFFF_FFFF, 0xFFFF_FFFF], []),
      bytes(0x0D, [1], [0x7F, 0x80, 0, 0]),
    ] as [[UInt8]] {
      let error = refusal { () throws(InputError) in _ = try IDXFile(parsing: wrong, location: "x.idx") }
      #expect(error?.location == "x.idx" && error?.expected.isEmpty == false)
    }
    var stream = testStream(4)
    let sound = bytes(0x0C, [2, 3], (0..<24).map { UInt8($0) })
    for _ in 0..<5_000 {
      var damaged = sound
      damaged[stream.integer(below: damaged.count)] = UInt8(stream.integer(below: 256))
      _ = try? IDXFile(parsing: Array(damaged.prefix(stream.integer(below: damaged.count + 1))), location: "x")
    }
  }

  @Test func gzipIsInflated() throws {
    // gzip of an IDX vector of three bytes 5, 6, 7.
    let scratch = ScratchFolder()
    let path = scratch.file("labels-idx1-ubyte.gz")
    try #require(Data(base64Encoded: NumPyFiles.compressedIndices)).write(to: URL(fileURLWithPath: path))
    #expect(try IDXFile.read(path) == IDXFile(parsing: bytes(0x08, [3], [5, 6, 7]), location: ""))
  }
}
