import Formats
import Foundation
import Numerics
import TestSupport
import Testing

@Suite struct FileTests {
  private let scratch = ScratchFolder()
  private var folder: String { scratch.path }

  private func names() throws -> [String] { try scratch.names() }

  @Test(arguments: [0, 1, 1000, 1 << 18, (1 << 18) + 1]) func writesAndReadsBack(count: Int) throws {
    let path = folder + "/a.bin"
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    try AtomicFile.write("something longer to replace", to: path)
    try AtomicFile.write(bytes, to: path)
    #expect(try InputFile.read(path) == bytes)
    #expect(try names() == ["a.bin"])
  }

  @Test func arraysGoToFilesAndBack() throws {
    let array = try NPYFile(shape: [2, 2], values: [1, 2, 3, .pi])
    try array.write(to: folder + "/a.npy")
    #expect(try NPYFile.read(folder + "/a.npy") == array)
    try AtomicFile.write("no array", to: folder + "/b.npy")
    #expect(refusal { () throws(InputError) in _ = try NPYFile.read(folder + "/b.npy") }?.location == folder + "/b.npy")
  }

  @Test func keepsPermissionsAndLinks() throws {
    let (path, link) = (folder + "/a.txt", folder + "/link.txt")
    try AtomicFile.write("old", to: path)
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "a.txt")
    try AtomicFile.write("new", to: link)
    #expect(try InputFile.read(path) == Array("new".utf8))
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o640)
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "a.txt")
    #expect(try names() == ["a.txt", "link.txt"])
  }

  @Test func namesTheTrouble() throws {
    let missing = folder + "/none/a.txt"
    let folderPath = folder
    let advice = "Check the path for typing errors; a folder on the way must exist too."
    #expect(
      refusal { () throws(InputError) in _ = try InputFile.read(missing) }
        == InputError(
          missing, expected: "a file that can be read", found: "\"No such file or directory\"", advice: advice))
    #expect(
      refusal { () throws(InputError) in try AtomicFile.write("x", to: missing) }
        == InputError(
          missing, expected: "a place where a file can be written", found: "\"No such file or directory\"",
          advice: advice))
    #expect(refusal { () throws(InputError) in _ = try InputFile.read(folderPath) }?.found == "a folder")
    #expect(refusal { () throws(InputError) in try AtomicFile.write("x", to: folderPath) }?.found == "a folder")
    #expect(refusal { () throws(InputError) in try AtomicFile.write("x", to: "") }?.found == "an empty path")
    #expect(refusal { () throws(InputError) in _ = try InputFile.read("a\0b") }?.found == "a path with a zero byte")
    #expect(try names() == [])
  }

  /// A full device refuses the bytes, and nothing is left behind.
  @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
  func reportsAFullDisk() {
    let full = refusal { () throws(InputError) in try AtomicFile.write("x", to: "/dev/full") }
    #expect(full?.found == "\"No space left on device\"")
    #expect(full?.advice == "Free some space, or choose another disk.")
    #expect(refusal { () throws(InputError) in try AtomicFile.write("x", to: "/dev/null") } == nil)
    #expect(FileManager.default.fileExists(atPath: "/dev/null"))
  }

  /// A reader at any moment finds one of the versions whole.
  @Test func readersNeverSeeAPart() async throws {
    let path = folder + "/a.bin"
    try AtomicFile.write([UInt8](repeating: 0, count: 50_000), to: path)
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 1...2 as ClosedRange<UInt8> {
        group.addTask {
          for _ in 0..<20 { try AtomicFile.write([UInt8](repeating: writer, count: 50_000 + Int(writer)), to: path) }
        }
      }
      group.addTask {
        for _ in 0..<50 {
          let bytes = try InputFile.read(path)
          #expect(bytes.count == 50_000 + Int(bytes.first ?? 255) && Set(bytes).count == 1)
        }
      }
      try await group.waitForAll()
    }
    #expect(try names() == ["a.bin"])
  }
}
