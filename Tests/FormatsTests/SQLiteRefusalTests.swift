import Formats
import Foundation
import Numerics
import TestSupport
import Testing

/// What a person is told when a database cannot be used.
@Suite struct SQLiteRefusalTests {
  private let scratch = ScratchFolder()
  private var path: String { scratch.file("a.db") }

  private func opening(_ path: String, _ mode: SQLiteConnection.Mode = .readOnly) -> InputError? {
    refusal { () throws(InputError) in _ = try SQLiteConnection(path, mode: mode) }
  }

  @Test func whatIsNoDatabase() throws {
    for text in ["x", String(repeating: "no database at all. ", count: 1000)] {
      try AtomicFile.write(text, to: path)
      for mode in [SQLiteConnection.Mode.readOnly, .readWrite, .create] {
        #expect(
          opening(path, mode)
            == InputError(
              path, expected: "a SQLite database", found: "a file that is not a SQLite database",
              advice: "Check the path. If it was a database once, its beginning is damaged: restore a copy."))
      }
      #expect(try InputFile.text(path) == text)
    }
    #expect(opening(scratch.path)?.found == "a folder")
    #expect(opening(scratch.path, .create)?.found == "a folder")
    #expect(opening("/dev/null")?.found == "something that is not a plain file")
    #expect(opening("", .create)?.found == "an empty path")
    #expect(opening("a\0b", .create)?.found == "a path with a zero byte")
    #expect(opening(scratch.file("none/a.db"), .create)?.found == "\"No such file or directory\"")
    #expect(opening(scratch.file("a.db/b.db"), .create)?.found == "\"Not a directory\"")
    #expect(try scratch.names() == ["a.db"])
  }

  @Test func whatSQLDoesNotFind() throws {
    try AtomicFile.write("", to: path)
    let connection = try SQLiteConnection(path, mode: .readOnly)
    #expect(
      refusal { () throws(InputError) in _ = try connection.prepare("SELECT a FROM t") }
        == InputError(path, expected: "a SQLite database of the expected form", found: "\"no such table: t\""))
  }

  @Test func anotherWriter() throws {
    let first = try SQLiteConnection(path, mode: .create)
    try first.execute("CREATE TABLE t (a)")
    let second = try SQLiteConnection(path, mode: .readWrite, busyTimeout: .zero)
    let error = InputError(
      path, expected: "a database that nobody else is writing", found: "another process at work on it",
      advice: "Wait until it has ended, then run the same command again.")
    try first.execute("BEGIN EXCLUSIVE")
    #expect(refusal { () throws(InputError) in try second.transaction { () throws(InputError) in } } == error)
    #expect(refusal { () throws(InputError) in _ = try second.integer("SELECT a FROM t") } == error)
    second.setBusyTimeout(.milliseconds(20))
    #expect(refusal { () throws(InputError) in try second.execute("INSERT INTO t VALUES (1)") } == error)
    try first.execute("COMMIT")
    try second.execute("INSERT INTO t VALUES (1)")
    #expect(try first.integer("SELECT a FROM t") == 1)
  }

  /// A reader that is in the way of COMMIT: the transaction is undone, and can be tried again.
  @Test func aCommitThatCannotBe() throws {
    let writer = try SQLiteConnection(path, mode: .create, busyTimeout: .zero)
    try writer.execute("CREATE TABLE t (a); INSERT INTO t VALUES (1), (2)")
    let reader = try SQLiteConnection(path, mode: .readOnly)
    let select = try reader.prepare("SELECT a FROM t")
    let isThere = try select.step()
    #expect(isThere)
    func write() throws(InputError) {
      try writer.transaction { () throws(InputError) in try writer.execute("INSERT INTO t VALUES (3)") }
    }
    #expect(refusal { () throws(InputError) in try write() }?.found == "another process at work on it")
    #expect(!writer.isInTransaction)
    select.reset()
    try write()
    #expect(try reader.integer("SELECT sum(a) FROM t") == 6)
  }

  /// What was committed before the disk was full is there, what was not is not, and work goes on once there is room.
  @Test(arguments: ["DELETE", "WAL"]) func aFullDatabase(journal: String) throws {
    let connection = try SQLiteConnection(path, mode: .create)
    try connection.execute("PRAGMA journal_mode = \(journal); CREATE TABLE t (b BLOB)")
    let insert = try connection.prepare("INSERT INTO t VALUES (zeroblob(10000))")
    try connection.transaction { () throws(InputError) in try insert.run() }
    try connection.execute("PRAGMA max_page_count = 20")
    let error = refusal { () throws(InputError) in
      try connection.transaction { () throws(InputError) in
        for _ in 0..<10 { try insert.run() }
      }
    }
    #expect(
      error
        == InputError(
          path, expected: "room for the database to grow", found: "that the disk is full",
          advice: "What was committed is safe: free some space, then run the same command again."))
    #expect(!connection.isInTransaction)
    #expect(try connection.integer("SELECT count(*) FROM t") == 1)
    try connection.execute("PRAGMA max_page_count = 1000")
    try connection.transaction { () throws(InputError) in
      for _ in 0..<10 { try insert.run() }
    }
    #expect(try SQLiteConnection(path, mode: .readOnly).integer("SELECT count(*) FROM t") == 11)
  }

  /// A limit on the size of files, which a quota or a full disk resembles: in a process of its own, because it holds for all of one.
  @Test func aLimitOnFiles() async {
    let ended = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      let scratch = ScratchFolder()
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 400_000, rlim_max: 400_000)
      guard setrlimit(__rlimit_resource_t(1), &limit) == 0 else { fatalError("no limit") }
      for journal in ["DELETE", "WAL"] {
        let path = scratch.file(journal)
        let connection = try SQLiteConnection(path, mode: .create)
        try connection.execute("PRAGMA journal_mode = \(journal); CREATE TABLE t (b BLOB)")
        let insert = try connection.prepare("INSERT INTO t VALUES (randomblob(10000))")
        var committed = 0
        var error: InputError?
        while error == nil {
          error = refusal { () throws(InputError) in
            try connection.transaction { () throws(InputError) in
              for _ in 0..<3 { try insert.run() }
            }
          }
          if error == nil { committed += 3 }
        }
        demand(error?.found == "that the disk is full (\"File too large\")" && error?.location == path, error)
        demand(!connection.isInTransaction && committed > 9, committed)
        for reader in [connection, try SQLiteConnection(path, mode: .readOnly)] {
          let count = try reader.integer("SELECT count(*) FROM t")
          demand(count == committed, count)
        }
      }
    }
    #expect(String(decoding: ended?.standardErrorContent ?? [], as: UTF8.self) == "")
  }

  /// In a process that gives up root's rights, which no permission stops.
  @Test func permissions() async {
    let ended = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
      let scratch = ScratchFolder()
      chmod(scratch.path, 0o755)
      let paths = ["DELETE", "WAL"].map { scratch.file($0) }
      for path in paths {
        let journal = path == paths[0] ? "DELETE" : "WAL"
        try SQLiteConnection(path, mode: .create).execute(
          "PRAGMA journal_mode = \(journal); CREATE TABLE t (a); INSERT INTO t VALUES (5)")
        chmod(path, 0o444)
      }
      let before = try scratch.names()
      let wasRoot = geteuid() == 0
      if wasRoot {
        guard seteuid(65534) == 0 else { fatalError("cannot give up rights") }
      } else {
        chmod(scratch.path, 0o555)
      }
      for path in paths {
        let value = try SQLiteConnection(path, mode: .readOnly).integer("SELECT a FROM t")
        demand(value == 5, value)
        for mode in [SQLiteConnection.Mode.readWrite, .create] {
          let error = refusal { () throws(InputError) in _ = try SQLiteConnection(path, mode: mode) }
          let expected = InputError(
            path, expected: "a SQLite database that can be written", found: "\"Permission denied\"",
            advice: "Change the permissions, or choose another path.")
          demand(error == expected, error)
        }
        let lock = refusal { () throws(InputError) in _ = try FileLock.acquire(path) }
        demand(lock?.found == "\"Permission denied\"", lock)
      }
      let new = scratch.file("new.db")
      let error = refusal { () throws(InputError) in _ = try SQLiteConnection(new, mode: .create) }
      demand(error?.found == "\"Permission denied\"" && error?.location == new, error)
      if wasRoot { seteuid(0) } else { chmod(scratch.path, 0o755) }
      chmod(paths[0], 0o600)
      let after = try scratch.names()
      demand(after == before, after)
      if wasRoot {
        seteuid(65534)
        let secret = refusal { () throws(InputError) in _ = try SQLiteConnection(paths[0], mode: .readOnly) }
        demand(secret?.found == "\"Permission denied\"", secret)
        seteuid(0)
      }
    }
    #expect(String(decoding: ended?.standardErrorContent ?? [], as: UTF8.self) == "")
  }
}
