import Foundation
import Numerics
import TestSupport
import Testing

@testable import Formats

/// Event files, to the byte and by a reader of its own; TensorBoard's reader is asked in the tests of the command line.
@Suite struct EventFileTests {
  private let scratch = ScratchFolder()

  /// The examples of RFC 3720, B.4, the customary one, and the naive sum of random bytes.
  @Test func checksums() {
    #expect(CRC32C.checksum(of: []) == 0)
    #expect(CRC32C.checksum(of: Array("123456789".utf8)) == 0xE306_9283)
    #expect(CRC32C.checksum(of: [UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum(of: [UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum(of: Array(0..<32)) == 0x46DD_794E)
    #expect(CRC32C.checksum(of: Array((0..<32).reversed())) == 0x113F_DB5C)
    var stream = testStream(32)
    for count in 0..<300 {
      let bytes = (0..<count).map { _ in UInt8(stream.integer(below: 256)) }
      #expect(CRC32C.checksum(of: bytes) == EventFile.checksum(bytes))
    }
  }

  private static func bytes(_ hexadecimal: String) -> [UInt8] {
    let digits = hexadecimal.compactMap(\.hexDigitValue)
    return stride(from: 0, to: digits.count - 1, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
  }

  /// What the messages of TensorBoard's own package serialise to, and its checksums.
  @Test func recordsAreThoseOfTensorBoard() throws {
    let path = scratch.file("a")
    var writer = try EventFileWriter(path)
    try writer.write(step: 300, [("loss", 0.1)])
    try writer.endSession(step: 300, succeeded: false)
    try writer.finish()
    let version = 16 + 9 + 2 + 15
    let scalar = Self.bytes(
      "1b000000000000001a0d9e13090000000000c0724010ac022a0d0a0b0a046c6f737315cdcccc3d546cfef3")
    let session = Self.bytes(
      "5000000000000000940f9b82090000000000c0724010ac022a420a400a1a5f68706172616d735f2f73657373696f6e5f656e64"
        + "5f696e666f42060801120212004a1a0a180a0768706172616d73120d220b0802110000000000c072407e9afe85")
    #expect(Array(try InputFile.read(path).dropFirst(version)) == scalar + session)
  }

  @Test func whatIsWrittenIsRead() throws {
    let path = scratch.file("a")
    var writer = try EventFileWriter(path)
    try writer.beginSession(group: "g", settings: [("a", 1), ("b", "text"), ("c", true), ("d", [1, 2]), ("e", 0.5)])
    let long = String(repeating: "größe/", count: 50)
    for step in [0, 1, 127, 128, 1 << 40] {
      try writer.write(step: step, [("x", Double(step)), (long, -0.1), ("up", .infinity), ("tiny", 1e-300)])
    }
    try writer.write(step: 1 << 41, [("x", .nan)])
    try writer.endSession(step: 1 << 41, succeeded: true)
    #expect(try scratch.names().allSatisfy { $0.hasPrefix(".") })
    try writer.finish()
    let events = try #require(EventFile(path)).events
    #expect(events.map(\.step) == [0, 0, 0, 1, 127, 128, 1 << 40, 1 << 41, 1 << 41])
    #expect(events.allSatisfy { $0.wallTime == Double($0.step) })
    #expect(events[1].others == ["_hparams_/session_start_info"])
    #expect(events[8].others == ["_hparams_/session_end_info"])
    for event in events[2..<7] {
      #expect(event.scalars == ["x": Float(event.step), long: -0.1, "up": .infinity, "tiny": 0])
    }
    #expect(events[7].scalars["x"]?.isNaN == true)
    // The reader sees any byte that is wrong.
    let bytes = try InputFile.read(path)
    for place in bytes.indices {
      var wrong = bytes
      wrong[place] ^= 4
      try AtomicFile.write(wrong, to: scratch.file("b"))
      #expect(EventFile(scratch.file("b")) == nil)
    }
  }

  private func write(_ runs: [String: Double], to path: String) throws(InputError) {
    var folder = try EventFolder(path)
    for (name, value) in runs {
      var run = try folder.begin(name)
      try run.write(step: 1, [("x", value)])
      try run.finish()
    }
    try folder.finish()
  }

  private func runs(_ path: String) throws -> [String: Float?] {
    let names = try FileManager.default.contentsOfDirectory(atPath: path)
    return Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, EventFile("\(path)/\($0)/events.out.tfevents.0.basin")?.events.last?.scalars["x"])
      })
  }

  @Test func anEarlierExportIsReplacedWhole() throws {
    let path = scratch.file("above/runs")
    try write(["a": 1, "b": 2], to: path)
    #expect(try runs(path) == ["a": 1, "b": 2])
    // What an export that was killed leaves goes, too.
    try FileManager.default.createDirectory(atPath: "\(path)/.basin-1.tmp", withIntermediateDirectories: true)
    try AtomicFile.write("half", to: "\(path)/.basin-1.tmp/0")
    try write(["b": 3, "c": 4], to: path)
    #expect(try runs(path) == ["b": 3, "c": 4])
    // One that fails on its way changes nothing and leaves nothing.
    let failure = refusal { () throws(InputError) in
      var folder = try EventFolder(path)
      var run = try folder.begin("d")
      try run.write(step: 1, [("x", 5)])
      try run.finish()
      throw InputError("store", expected: "", found: "")
    }
    #expect(failure?.location == "store")
    #expect(try runs(path) == ["b": 3, "c": 4])
  }

  @Test(arguments: ["notes.txt", "b/notes.txt", "b/c/notes.txt", "a/notes.txt"])
  func otherFilesAreLeftAlone(_ name: String) throws {
    let path = scratch.file("runs")
    try write(["a": 1], to: path)
    let file = URL(filePath: "\(path)/\(name)")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try AtomicFile.write("mine", to: file.path)
    let error = refusal { () throws(InputError) in try write(["b": 3], to: path) }
    let found = String(name.prefix { $0 != "/" })
    #expect(error?.found == "\"\(found)\" in it")
    #expect(try InputFile.text(file.path) == "mine")
    #expect(EventFile("\(path)/a/events.out.tfevents.0.basin")?.events.last?.scalars == ["x": 1])
    #expect(try FileManager.default.contentsOfDirectory(atPath: path).allSatisfy { !$0.hasPrefix(".") })
  }
}
