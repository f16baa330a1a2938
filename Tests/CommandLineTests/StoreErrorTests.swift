import Foundation
import Testing

/// What cannot be a store is named and left as it was; nothing else is touched.
@Suite("Stores that cannot be used") struct StoreErrorTests {
  private static let noDatabase =
    "expected a SQLite database, found a file that is not a SQLite database. Check the path. If it was a database "
    + "once, its beginning is damaged: restore a copy."
  private static let missing =
    #"found "No such file or directory". Check the path for typing errors; a folder on the way must exist too."#
  private static let damaged =
    "expected a whole SQLite database, found one that is damaged or cut off. Nothing was changed: restore a copy, or "
    + "export what can still be read."
  private static let newer =
    "expected a store of version 1, found one of version 99. It was written by a newer basin: use that one."
  private static let foreign =
    "expected a store of Basin, found a SQLite database of another program. Name another file."

  static let lines: [(command: String, error: String)] = [
    ("show missing.basin", "missing.basin: expected a SQLite database, \(missing)"),
    ("export missing.basin", "missing.basin: expected a SQLite database, \(missing)"),
    ("merge new.basin good.basin missing.basin", "missing.basin: expected a SQLite database, \(missing)"),
    ("show text", "text: \(noDatabase)"), ("export text", "text: \(noDatabase)"),
    ("run grid.json --store text", "text: \(noDatabase)"), ("merge text good.basin", "text: \(noDatabase)"),
    ("merge new.basin text", "text: \(noDatabase)"),
    // The spec itself, by a slip of the hand.
    ("run grid.json --store grid.json", "grid.json: \(noDatabase)"),
    ("show empty", "empty: expected a store, found an empty file. Nothing was ever written to it."),
    ("merge new.basin empty", "empty: expected a store, found an empty file. Nothing was ever written to it."),
    (
      "run grid.json --store no/where.basin",
      "no/where.basin: expected a file that can be locked for writing, \(missing)"
    ),
    ("merge no/where.basin good.basin", "no/where.basin: expected a file that can be locked for writing, \(missing)"),
    (
      "run grid.json --store .", ".: expected a file that can be locked for writing, found a folder. Name a file in it."
    ),
    ("show .", ".: expected a SQLite database, found a folder. Name a file in it."),
    ("show cut.basin", "cut.basin: \(damaged)"), ("export cut.basin", "cut.basin: \(damaged)"),
    ("run grid.json --store cut.basin", "cut.basin: \(damaged)"),
    ("merge new.basin cut.basin", "cut.basin: \(damaged)"),
    ("show short.basin", "short.basin: \(damaged)"), ("run grid.json --store short.basin", "short.basin: \(damaged)"),
    (
      "export good.basin --out no/where.csv",
      "no/where.csv: expected a place where a file can be written, \(missing)"
    ),
    (
      "export good.basin --out .",
      ".: expected a place where a file can be written, found a folder. Name a file in it."
    ),
    (
      "export good.basin --table groups --by optimizer.bach",
      #"--by: expected settings that vary, found "optimizer.bach". Did you mean "optimizer.batch"?"#
    ),
  ]

  static let pythonLines: [(command: String, error: String)] = [
    ("show new99.basin", "new99.basin: \(newer)"), ("export new99.basin", "new99.basin: \(newer)"),
    ("run grid.json --store new99.basin", "new99.basin: \(newer)"),
    ("merge new.basin new99.basin", "new99.basin: \(newer)"), ("merge new99.basin good.basin", "new99.basin: \(newer)"),
    ("show foreign", "foreign: \(foreign)"), ("run grid.json --store foreign", "foreign: \(foreign)"),
    ("merge foreign good.basin", "foreign: \(foreign)"),
  ]

  private func files(in directory: URL) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
      files[name] = try Data(contentsOf: directory.appending(path: name))
    }
    return files
  }

  private func expectRefusals(_ lines: [(command: String, error: String)], in directory: URL) throws {
    let before = try files(in: directory)
    for line in lines {
      let outcome = try BuiltProgram.run(line.command.split(separator: " ").map(String.init), in: directory)
      #expect(outcome.status == 2, "\(line.command)")
      #expect(outcome.output.isEmpty, "\(line.command)")
      #expect(outcome.errors == "basin: error: \(line.error)\n", "\(line.command)")
      // Neither changed nor made, not even beside it.
      let after = try files(in: directory)
      #expect(after.keys.sorted() == before.keys.sorted(), "\(line.command)")
      for (name, data) in before { #expect(after[name] == data, "\(line.command) changed \(name)") }
    }
  }

  /// A folder with a store that is whole.
  private func withStore(_ body: (URL) throws -> Void) throws {
    let files = ["grid.json": Experiment.small, "text": "plain text\n", "empty": ""]
    try BuiltProgram.withDirectory(files) { directory in
      #expect(try BuiltProgram.run(["run", "grid.json", "--store", "good.basin"], in: directory).status == 0)
      try body(directory)
    }
  }

  @Test("are refused with their path and what to do, and left alone") func refusals() throws {
    try withStore { directory in
      let good = try Data(contentsOf: directory.appending(path: "good.basin"))
      // Cut within a page, and at the end of one.
      try good.prefix(5_000).write(to: directory.appending(path: "cut.basin"))
      try good.prefix(8_192).write(to: directory.appending(path: "short.basin"))
      try expectRefusals(Self.lines, in: directory)
    }
  }

  @Test("of other versions and other programs, too", .enabled(if: BuiltProgram.pythonHas("sqlite3"))) func versions()
    throws
  {
    try withStore { directory in
      let made = try BuiltProgram.shell(
        """
        cp good.basin new99.basin
        python3 -c "
        import sqlite3
        c = sqlite3.connect('new99.basin'); c.execute('PRAGMA user_version = 99'); c.commit()
        c = sqlite3.connect('foreign'); c.execute('CREATE TABLE t (x)'); c.commit()"
        """, in: directory)
      #expect(made.status == 0, "\(made.errors)")
      try expectRefusals(Self.pythonLines, in: directory)
    }
  }

  @Test("a store that somebody writes is refused to all other writers, and to no reader") func locked() throws {
    try withStore { directory in
      let spec = Experiment.long(steps: 20_000_000)
      try Data(spec.utf8).write(to: directory.appending(path: "long.json"))
      let running = try BuiltProgram.start(["run", "long.json", "--store", "busy.basin"], in: directory)
      try running.wait {
        try BuiltProgram.run(["show", "busy.basin"], in: directory).status == 0
      }
      let error =
        "basin: error: busy.basin: expected a store that nobody else is writing, found process "
        + "\(running.processIdentifier) on \(ProcessInfo.processInfo.hostName.prefix { $0 != "." }) at work on it. "
        + "Wait until it has ended, or name another store.\n"
      for command in [
        ["run", "long.json", "--store", "busy.basin"], ["run", "grid.json", "--store", "busy.basin"],
        ["merge", "busy.basin", "good.basin"],
      ] {
        let outcome = try BuiltProgram.run(command, in: directory)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors == error)
      }
      #expect(try BuiltProgram.run(["export", "busy.basin"], in: directory).status == 0)
      #expect(running.isRunning)
      running.send(SIGKILL)
      #expect(try running.wait().status == 128 + SIGKILL)
      // The lock went with the process.
      let next = try BuiltProgram.start(["run", "long.json", "--store", "busy.basin"], in: directory)
      usleep(300_000)
      #expect(next.isRunning)
      next.send(SIGTERM)
      #expect(try next.wait(atMost: 10).status == 75)
    }
  }

  @Test(
    "a folder in which nothing can be written is named", .enabled(if: geteuid() != 0, "root may write everywhere"))
  func notWritable() throws {
    try withStore { directory in
      let folder = directory.appending(path: "closed")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try FileManager.default.copyItem(
        at: directory.appending(path: "good.basin"), to: folder.appending(path: "good.basin"))
      try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: folder.path)
      defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: folder.path) }
      let outcome = try BuiltProgram.run(["run", "grid.json", "--store", "closed/new.basin"], in: directory)
      #expect(outcome.status == 2)
      #expect(
        outcome.errors.hasPrefix(
          #"basin: error: closed/new.basin: expected a file that can be locked for writing, found "Permission denied"."#
        ), "\(outcome.errors)")
      // A closed store is one plain file, which can be read there.
      #expect(try BuiltProgram.run(["export", "closed/good.basin"], in: directory).status == 0)
    }
  }
}
