import Foundation
import Numerics
import TestSupport
import Testing

@testable import Formats

@Suite struct AtomicFileStreamTests {
  private let scratch = ScratchFolder()
  private var path: String { scratch.file("a.bin") }

  /// Pieces below, at and above the buffer's size.
  @Test func piecesMakeTheWhole() throws {
    var expected = [UInt8]()
    var stream = try AtomicFileStream(path)
    for (index, size) in [0, 1, 1000, 1 << 18, 7, (1 << 18) + 1, (1 << 18) - 7, 300_000, 3].enumerated() {
      let piece = (0..<size).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ index) }
      if index % 2 == 0 { try stream.write(piece) } else { try stream.write(piece.span.bytes) }
      try stream.write("Stück \(index)\0")
      expected += piece + Array("Stück \(index)\0".utf8)
    }
    try stream.commit()
    #expect(try InputFile.read(path) == expected)
    #expect(try scratch.names() == ["a.bin"])
  }

  @Test func nothingCountsBeforeCommit() throws {
    try AtomicFile.write("old", to: path)
    do {
      var stream = try AtomicFileStream(path)
      try stream.write([UInt8](repeating: 1, count: 1_000_000))
      #expect(try InputFile.text(path) == "old")
      let names = try scratch.names()
      #expect(names.count == 2 && names[0].hasPrefix(".basin-") && names[0].hasSuffix(".tmp"))
    }
    #expect(try InputFile.text(path) == "old")
    #expect(try scratch.names() == ["a.bin"])
    try AtomicFileStream(path).commit()
    #expect(try InputFile.text(path) == "")
  }

  /// The temporary file, too, is closed to those to whom the old one was closed.
  @Test func privateFilesStayPrivate() throws {
    try AtomicFile.write("old", to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    var stream = try AtomicFileStream(path)
    try stream.write("new")
    for name in try scratch.names() {
      let mode = try FileManager.default.attributesOfItem(atPath: scratch.file(name))[.posixPermissions] as? Int
      #expect(mode == 0o600, "\(name)")
    }
    try stream.commit()
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(try mode == 0o600 && InputFile.text(path) == "new")
  }

  @Test func pipesGetTheBytesAsTheyCome() throws {
    let pipe = scratch.file("pipe")
    guard mkfifo(pipe, 0o600) == 0 else {
      Issue.record("no pipe")
      return
    }
    let reader = try OtherProgram(["cat", pipe])
    var stream = try AtomicFileStream(pipe)
    try stream.write("first ")
    try stream.write("second")
    try stream.commit()
    #expect(reader.rest() == "first second")
    #expect(try scratch.names() == ["pipe"])
  }

  /// What this process has open is written on from where it is, and not replaced.
  @Test func openFilesAreWrittenOn() throws {
    let descriptor = open(path, O_RDWR | O_CREAT, 0o600)
    defer { close(descriptor) }
    #expect(write(descriptor, "before ", 7) == 7)
    for name in ["/dev/fd/\(descriptor)", "/proc/self/fd/\(descriptor)"] {
      var stream = try AtomicFileStream(name)
      try stream.write("written ")
      try stream.commit()
    }
    #expect(write(descriptor, "after", 5) == 5)
    #expect(try InputFile.text(path) == "before written written after")
    let missing = refusal { () throws(InputError) in _ = try AtomicFileStream("/dev/fd/9999") }
    #expect(missing?.found == "\"Bad file descriptor\"" && missing?.location == "/dev/fd/9999")
  }

  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func aFullDiskIsSaidOnceTheBufferIsFull() throws {
    var stream = try AtomicFileStream("/dev/full")
    try stream.write([UInt8](repeating: 1, count: 1000))
    for _ in 0..<2 {
      do {
        try stream.write([UInt8](repeating: 1, count: 1 << 18))
        Issue.record("written to a full disk")
      } catch { #expect(error.found == "\"No space left on device\"") }
    }
    // Even when nothing was left to write, what went before is not there.
    do {
      try stream.commit()
      Issue.record("committed on a full disk")
    } catch { #expect(error.found == "\"No space left on device\"") }
  }

  /// A limit on the size of files, in a process of its own: the old content stays, and no other file.
  @Test func aLimitOnFiles() async {
    let ended = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      let scratch = ScratchFolder()
      let path = scratch.file("a.bin")
      try AtomicFile.write("old", to: path)
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 400_000, rlim_max: 400_000)
      guard setrlimit(__rlimit_resource_t(1), &limit) == 0 else { fatalError("no limit") }
      let error = refusal { () throws(InputError) in
        var stream = try AtomicFileStream(path)
        for _ in 0..<10 { try stream.write([UInt8](repeating: 1, count: 100_000)) }
        try stream.commit()
      }
      demand(error?.found == "\"File too large\"" && error?.location == path, error)
      let (names, text) = (try scratch.names(), try InputFile.text(path))
      demand(names == ["a.bin"] && text == "old", (names, text))
    }
    #expect(String(decoding: ended?.standardErrorContent ?? [], as: UTF8.self) == "")
  }
}
