import Foundation
import TestSupport
import Testing

@testable import Formats

/// What the tests of ``FileFetch`` cannot see: the command's words, its exit status, signals and full disks.
@Suite("basin data fetch") struct FetchTests {
  private static let name = "train-images-idx3-ubyte.gz"

  private static func run(_ server: LoopbackServer, in directory: URL) throws -> RunningProgram.Outcome {
    try BuiltProgram.run(["data", "fetch", "mnist", "--out", "d/mnist", "--from", server.url], in: directory)
  }

  @Test("says what was tried and what to do where nothing answers") func refused() throws {
    let server = LoopbackServer(.init([:]))
    server.stop()
    try BuiltProgram.withDirectory { directory in
      let outcome = try Self.run(server, in: directory)
      #expect(outcome.status == 2 && outcome.output.isEmpty)
      let place = "d/mnist/\(Self.name)"
      #expect(
        outcome.errors.hasPrefix(
          "basin: error: \(place): expected \(Self.name) from its place, found \(server.url)\(Self.name): Failed to connect"
        ),
        "\(outcome.errors)")
      #expect(outcome.errors.contains("bring the file by other means to \(place)"))
      #expect(outcome.errors.count { $0 == "\n" } == 1)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/d/mnist").isEmpty)
    }
  }

  @Test("refuses what is not the published file") func wrongContent() throws {
    let server = LoopbackServer(.init([Self.name: [1, 2, 3]]))
    try BuiltProgram.withDirectory { directory in
      let outcome = try Self.run(server, in: directory)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains(": another content, SHA-256 \(SHA256.hexDigest(of: [1, 2, 3])) in place of "))
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path + "/d/mnist").isEmpty)
    }
  }

  @Test("a signal leaves a part, from which the same command goes on", arguments: [SIGINT, SIGTERM])
  func signals(_ signal: Int32) throws {
    let content = [UInt8](repeating: 5, count: 300_000)
    var behaviour = LoopbackServer.Behaviour([Self.name: content])
    behaviour.stallsAfter = 100_000
    let server = LoopbackServer(behaviour)
    try BuiltProgram.withDirectory { directory in
      let part = directory.path + "/d/mnist/\(Self.name).part"
      let running = try BuiltProgram.start(
        ["data", "fetch", "mnist", "--out", "d/mnist", "--from", server.url], in: directory)
      func size() -> Int { (try? Data(contentsOf: URL(filePath: part)).count) ?? 0 }
      try running.wait { size() == 100_000 }
      running.send(signal)
      let outcome = try running.wait(atMost: 20)
      #expect(outcome.status == 75)
      #expect(
        outcome.errors == "basin: stopped; 100000 bytes of \(Self.name) are kept: the same command goes on.\n")
      #expect(size() == 100_000)
      let next = LoopbackServer(.init([Self.name: content]))
      #expect(try Self.run(next, in: directory).status == 2)
      #expect(next.requests == [.init(Self.name, from: 100_000), .init(Self.name)])
    }
  }

  @Test("a file that may not grow is an error in words, and what has come is kept") func fullDisk() throws {
    let server = LoopbackServer(.init([Self.name: [UInt8](repeating: 5, count: 300_000)]))
    try BuiltProgram.withDirectory { directory in
      let outcome = try BuiltProgram.shell(
        "ulimit -f 100; \"$BASIN\" data fetch mnist --from \(server.url)", in: directory)
      #expect(outcome.status == 2)
      #expect(
        outcome.errors.hasPrefix(
          "basin: error: mnist/\(Self.name).part: expected room for the rest of the file, found "))
      #expect(try Data(contentsOf: directory.appending(path: "mnist/\(Self.name).part")).count == 102_400)
    }
  }

  @Test("without curl it says so") func noCurl() throws {
    try BuiltProgram.withDirectory { directory in
      let outcome = try BuiltProgram.run(
        ["data", "fetch", "mnist"], in: directory, environment: ["PATH": "/nonexistent"])
      #expect(outcome.status == 2)
      #expect(
        outcome.errors == """
          basin: error: curl: expected the program "curl", which brings files from the network, found "No such file or \
          directory". Install it, on Debian and Ubuntu by "apt-get install curl".

          """)
    }
  }

  @Test(
    "mistakes on the command line are said",
    arguments: [
      (["fetch", "mnst"], "basin data fetch: expected a data set, found \"mnst\". Did you mean \"mnist\"?"),
      (["fetch"], "basin data fetch: expected one data set: mnist or cifar10, found none."),
      (
        ["fetch", "mnist", "--from", "ftp://x"],
        "basin data fetch --from: expected a URL that begins with https://, http:// or file:///, found \"ftp://x\". "
          + "It names the folder that holds the files."
      ),
      (
        ["inspect", "a.npy", "--out", "x"],
        "basin data inspect: expected options of inspect, found --out, which is fetch's."
      ),
      (["ftech"], "basin data: expected what to do, found \"ftech\". Did you mean \"fetch\"?"),
    ])
  func mistakes(_ words: [String], _ message: String) throws {
    let outcome = try BuiltProgram.run(["data"] + words)
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(outcome.errors == "basin: error: \(message)\n")
  }
}
