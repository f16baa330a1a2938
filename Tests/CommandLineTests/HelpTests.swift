import Foundation
import Testing

/// Help texts are part of the contract: each is compared whole with a file in `Snapshots`.
///
/// After a wanted change run the tests once with BASIN_RENEW_SNAPSHOTS=1 and read the difference before committing it.
@Suite("Help") struct HelpTests {
  static let lines: [(arguments: [String], snapshot: String, status: Int32)] = [
    (["--help"], "basin", 0), ([], "basin", 2), (["help"], "basin", 0), (["--version"], "version", 0),
    (["reproduce", "--help"], "reproduce", 0), (["help", "reproduce"], "reproduce", 0), (["run", "-h"], "run", 0),
    (["show", "--help"], "show", 0), (["export", "--help"], "export", 0), (["merge", "--help"], "merge", 0),
    (["report", "--help"], "report", 0), (["figure", "--help"], "figure", 0),
    (["stability", "--help"], "stability", 0),
    (["diagnose", "--help"], "diagnose", 0), (["diagnose", "--measure", "list"], "diagnose-measures", 0),
    (["cite", "--help"], "cite", 0),
    (["data", "--help"], "data", 0),
    (["bench", "--help"], "bench", 0), (["completions", "--help"], "completions", 0),
    (["manual", "--help"], "manual", 0), (["completions", "bash"], "completions-bash", 0),
    (["completions", "zsh"], "completions-zsh", 0), (["completions", "fish"], "completions-fish", 0),
    (["manual"], "manual-page", 0),
    (["reproduce", "nonsense", "--help"], "reproduce", 0),
  ]

  @Test("is what the snapshot says", arguments: lines.indices) func isUnchanged(_ place: Int) throws {
    let line = Self.lines[place]
    let outcome = try BuiltProgram.run(line.arguments)
    let file = BuiltProgram.root.appending(path: "Tests/CommandLineTests/Snapshots/\(line.snapshot).txt")
    if ProcessInfo.processInfo.environment["BASIN_RENEW_SNAPSHOTS"] != nil {
      try Data(outcome.output.utf8).write(to: file)
    }
    #expect(outcome.output == (try String(contentsOf: file, encoding: .utf8)))
    #expect(outcome.errors.isEmpty)
    #expect(outcome.status == line.status)
  }
}
