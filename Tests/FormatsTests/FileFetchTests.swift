import Foundation
import Numerics
import TestSupport
import Testing

@testable import Formats

/// Published files from a server that has the faults of real ones.
@Suite("Fetching files") struct FileFetchTests {
  private let scratch = ScratchFolder()
  /// Larger than what the pipe and the sockets hold.
  private static let content = (0..<700_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
  private static let file = PublishedFile(
    name: "a.bin", byteCount: content.count, checksum: SHA256.hexDigest(of: content))

  private var path: String { scratch.file("a.bin") }
  private var part: String { scratch.file("a.bin.part") }

  private func fetch(_ mirrors: String..., file: PublishedFile = Self.file) throws(InputError) -> FileFetch.Outcome {
    var fetch = FileFetch(file, mirrors: mirrors, folder: scratch.path, pause: 0.01)
    return try fetch.run { _ in true }
  }

  private func server(_ change: (inout LoopbackServer.Behaviour) -> Void = { _ in }) -> LoopbackServer {
    var behaviour = LoopbackServer.Behaviour(["a.bin": Self.content])
    change(&behaviour)
    return LoopbackServer(behaviour)
  }

  private func leave(_ bytes: some Sequence<UInt8>, at path: String) throws {
    try Data(bytes).write(to: URL(filePath: path))
  }

  private func expectWhole(_ content: [UInt8] = Self.content) throws {
    #expect(try InputFile.read(path) == content)
    #expect(try scratch.names() == ["a.bin"])
  }

  @Test("a whole file, which then is there") func whole() throws {
    let server = server()
    #expect(try fetch(server.url) == .fetched(url: server.url + "a.bin", resumedFrom: 0))
    try expectWhole()
    #expect(try fetch(server.url) == .present)
    #expect(server.requests == [.init("a.bin")])
  }

  @Test("progress counts bytes up to the size") func progress() throws {
    let server = server()
    var counts: [Int] = []
    var fetch = FileFetch(Self.file, mirrors: [server.url], folder: scratch.path)
    _ = try fetch.run {
      counts.append($0); return true
    }
    #expect(counts.first == 0 && counts == counts.sorted() && counts.last == Self.content.count)
  }

  @Test("what an earlier attempt left is gone on with") func resumption() throws {
    let server = server()
    try leave(Self.content.prefix(300_001), at: part)
    #expect(try fetch(server.url) == .fetched(url: server.url + "a.bin", resumedFrom: 300_001))
    #expect(server.requests == [.init("a.bin", from: 300_001)])
    try expectWhole()
  }

  @Test("connections that break are taken up where they broke, as long as they bring something") func cuts() throws {
    let server = server { $0.cuts = [0: 1_000, 1: 200_000, 2: 10, 3: 10, 4: 10, 5: 10] }
    #expect(try fetch(server.url) == .fetched(url: server.url + "a.bin", resumedFrom: 0))
    #expect(server.requests.map(\.offset) == [0, 1_000, 201_000, 201_010, 201_020, 201_030, 201_040])
    try expectWhole()
  }

  @Test("connections that break at once are given up after two more attempts, and what had come is kept")
  func brokenForGood() throws {
    let server = server { $0.cuts = [0: 5_000, 1: 0, 2: 0, 3: 0, 4: 0] }
    let error = refusal { () throws(InputError) in _ = try fetch(server.url) }
    #expect(server.requests.map(\.offset) == [0, 5_000, 5_000, 5_000])
    #expect(error?.location == path)
    #expect(error?.advice.hasPrefix("The 5000 bytes in \(part) are kept: the same command goes on from there.") == true)
    #expect(try InputFile.read(part) == Array(Self.content.prefix(5_000)))
  }

  @Test("a busy server is asked again") func busy() throws {
    let server = server { $0.refusals = (2, "503 Service Unavailable") }
    #expect(try fetch(server.url) == .fetched(url: server.url + "a.bin", resumedFrom: 0))
    #expect(server.requests.count == 3)
    try expectWhole()
  }

  @Test("a server without ranges sends all of it again") func noRanges() throws {
    let server = server { $0.servesRanges = false }
    try leave(Self.content.prefix(1_000), at: part)
    #expect(try fetch(server.url) == .fetched(url: server.url + "a.bin", resumedFrom: 0))
    try expectWhole()
  }

  @Test("a part of another file, and one that is too long, are begun anew", arguments: [1_000, 700_000, 900_000])
  func foreignPart(_ count: Int) throws {
    let server = server()
    try leave([UInt8](repeating: 7, count: count), at: part)
    #expect(try fetch(server.url) == .fetched(url: server.url + "a.bin", resumedFrom: 0))
    #expect(server.requests.map(\.offset) == [count, 0])
    try expectWhole()
  }

  @Test("a part that is whole already only wants its name") func wholePart() throws {
    let server = server()
    try leave(Self.content, at: part)
    #expect(try fetch(server.url) == .fetched(url: server.url + "a.bin", resumedFrom: 700_000))
    try expectWhole()
  }

  @Test("another content is refused, and nothing of it is kept") func wrongContent() throws {
    let server = server { $0.files["a.bin"]?[350_000] ^= 1 }
    let error = refusal { () throws(InputError) in _ = try fetch(server.url) }
    #expect(error?.found.hasPrefix("\(server.url)a.bin: another content, SHA-256 ") == true)
    #expect(error?.found.hasSuffix(" in place of \(Self.file.checksum)") == true)
    #expect(server.requests.count == 1)
    #expect(try scratch.names().isEmpty)
  }

  @Test("where one place fails the next is asked, and each is named with its reason") func mirrors() throws {
    let (missing, closed, good) = (server { $0.files = [:] }, server(), server())
    closed.stop()
    #expect(try fetch(missing.url, closed.url, good.url) == .fetched(url: good.url + "a.bin", resumedFrom: 0))
    try FileManager.default.removeItem(atPath: path)
    let error = refusal { () throws(InputError) in _ = try fetch(missing.url, closed.url) }
    #expect(error?.expected == "a.bin from one of 2 places")
    let reasons = error?.found.components(separatedBy: "; ") ?? []
    #expect(reasons.first == "\(missing.url)a.bin: The requested URL returned error: 404")
    #expect(reasons.last?.hasPrefix("\(closed.url)a.bin: Failed to connect to 127.0.0.1 port ") == true)
    #expect(
      error?.advice == """
        Without a network bring the file by other means to \(path), then run the same command again, which checks it; another \
        place that offers it can be named by --from.
        """)
    #expect(missing.requests.count == 2)
    #expect(try scratch.names().isEmpty)
  }

  @Test("a file that was compressed again counts by its content") func recompressed() throws {
    let gzip = Process()
    let raw = scratch.file("raw")
    try leave(Self.content, at: raw)
    gzip.executableURL = URL(filePath: "/usr/bin/env")
    gzip.arguments = ["gzip", "-1", raw]
    try gzip.run()
    gzip.waitUntilExit()
    let packed = try InputFile.read(raw + ".gz")
    try FileManager.default.removeItem(atPath: raw + ".gz")
    let server = server { $0.files["a.bin"] = packed }
    var file = Self.file
    file.checksum = SHA256.hexDigest(of: [1])
    #expect(refusal { () throws(InputError) in _ = try fetch(server.url, file: file) } != nil)
    file.contentChecksum = SHA256.hexDigest(of: Self.content)
    #expect(try fetch(server.url, file: file) == .fetched(url: server.url + "a.bin", resumedFrom: 0))
    try expectWhole(packed)
  }

  @Test("another file of that name stays as it is") func inTheWay() throws {
    let server = server()
    try leave([1, 2, 3], at: path)
    let error = refusal { () throws(InputError) in _ = try fetch(server.url) }
    #expect(error?.found == "another file, SHA-256 \(SHA256.hexDigest(of: [1, 2, 3]))")
    #expect(server.requests.isEmpty)
    try expectWhole([1, 2, 3])
  }

  @Test("only one process at a time fetches a file") func locked() throws {
    let server = server()
    let lock = try FileLock.acquire(part, creating: true)
    let error = refusal { () throws(InputError) in _ = try fetch(server.url) }
    #expect(error?.location == part && error?.found == "one that another process has locked")
    #expect(server.requests.isEmpty)
    withExtendedLifetime(lock) {}
  }

  @Test("who asks to stop keeps what has come") func interruption() throws {
    let server = server { $0.stallsAfter = 400_000 }
    var fetch = FileFetch(Self.file, mirrors: [server.url], folder: scratch.path)
    #expect(try fetch.run { $0 < 400_000 } == .interrupted(kept: 400_000))
    #expect(try InputFile.read(part) == Array(Self.content.prefix(400_000)))
    let second = self.server()
    #expect(try self.fetch(second.url) == .fetched(url: second.url + "a.bin", resumedFrom: 400_000))
    try expectWhole()
  }

  @Test("the known data sets have whole descriptions") func catalogue() {
    for dataSet in PublishedDataSet.all {
      #expect(!dataSet.files.isEmpty && !dataSet.mirrors.isEmpty)
      #expect(dataSet.mirrors.allSatisfy { $0.hasPrefix("https://") && $0.hasSuffix("/") })
      for file in dataSet.files {
        #expect(file.byteCount > 0 && !file.name.contains("/"))
        for checksum in [file.checksum] + (file.contentChecksum.map { [$0] } ?? []) {
          #expect(checksum.wholeMatch(of: /[0-9a-f]{64}/) != nil)
        }
      }
    }
  }
}
