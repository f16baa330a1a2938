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
