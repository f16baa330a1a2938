import Formats
import Foundation
import Numerics
import TestSupport
import Testing

@Suite struct SQLiteTests {
  private let scratch = ScratchFolder()
  private var path: String { scratch.file("a.db") }

  @Test func valuesComeBackAsTheyWere() throws {
    let connection = try SQLiteConnection.inMemory()
    try connection.execute("CREATE TABLE t (i, r, t, b, n)")
    let insert = try connection.prepare("INSERT INTO t VALUES (?1, ?2, ?3, ?4, ?5)")
    let texts = ["", "plain", "zero\0inside\0", "größer ∞ 🙂\u{301}", String(repeating: "x", count: 100_000)]
    let numbers = [0, -0.0, 1, .pi, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
    let integers = [0, 1, -1, .max, .min, 1 << 53, (1 << 53) + 1]
    for index in 0..<7 {
      try insert.bind(integers[index], to: 1)
      try insert.bind(numbers[index], to: 2)
      try insert.bind(texts[index % 5], to: 3)
      try insert.bind(Array(texts[index % 5].utf8), to: 4)
      try insert.bindNull(to: 5)
      try insert.run()
      #expect(connection.changes == 1 && connection.lastInsertRowID == index + 1)
    }
    let select = try connection.prepare("SELECT i, r, t, b, n FROM t ORDER BY rowid")
    #expect(select.columnCount == 5)
    for _ in 0..<2 {
      var index = 0
      while try select.step() {
        #expect(try select.integer(0) == integers[index])
        #expect(try select.real(1).bitPattern == numbers[index].bitPattern || numbers[index] == 0)
        #expect(try Array(select.text(2).utf8) == Array(texts[index % 5].utf8))
        #expect(try select.blob(3) == Array(texts[index % 5].utf8))
        #expect(try select.withBlob(3) { $0.count } == texts[index % 5].utf8.count)
        #expect(select.isNull(4) && !select.isNull(0) && !select.isNull(2) && !select.isNull(3))
        index += 1
      }
      #expect(index == 7)
    }
  }

  @Test func emptyIsNotNull() throws {
    let connection = try SQLiteConnection.inMemory()
    let select = try connection.prepare("SELECT ?1, ?2, ?3, ?4, typeof(?1), typeof(?2), typeof(?3), typeof(?4)")
    try select.bind([UInt8](), to: 1)
    try select.bind(UnsafeRawBufferPointer(start: nil, count: 0), to: 2)
    try select.bind("", to: 3)
    let isThere = try select.step()
    #expect(isThere)
    #expect(!select.isNull(0) && !select.isNull(1) && !select.isNull(2) && select.isNull(3))
    #expect(try select.blob(0) == [] && select.blob(1) == [] && select.text(2) == "")
    #expect(try (4..<8).map { try select.text($0) } == ["blob", "blob", "text", "null"])
  }

  /// Every bit of a not-a-number stays, though SQLite itself knows none.
  @Test func blobsAreExact() throws {
    let patterns: [UInt64] = [
      0x7FF8_0000_0000_0000, 0xFFF8_0000_0000_0001, 0x7FF0_0000_0000_0001, 0x7FFF_FFFF_FFFF_FFFF, 0x8000_0000_0000_0000,
    ]
    let connection = try SQLiteConnection.inMemory()
    try connection.execute("CREATE TABLE t (b BLOB)")
    let insert = try connection.prepare("INSERT INTO t VALUES (?1)")
    let numbers = patterns.map(Double.init(bitPattern:))
    try insert.bind(numbers.span.bytes, to: 1)
    try insert.run()
    let select = try connection.prepare("SELECT b, ?1 FROM t")
    try select.bind(Double.nan, to: 1)
    let isThere = try select.step()
    #expect(isThere && select.isNull(1))
    let back = try select.withBlob(0) { bytes in
      (0..<bytes.count / 8).map { bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self) }
    }
    #expect(back == patterns)
  }

  /// What is bound is a copy: nothing that happens to the original later counts.
  @Test func bindingsAreCopies() throws {
    let connection = try SQLiteConnection.inMemory()
    let select = try connection.prepare("SELECT ?1, ?2")
    var bytes = [UInt8](repeating: 7, count: 1000)
    bytes.withUnsafeMutableBytes { bytes in
      #expect(refusal { () throws(InputError) in try select.bind(UnsafeRawBufferPointer(bytes), to: 1) } == nil)
      for index in bytes.indices { bytes[index] = 9 }
    }
    try select.bind(String(repeating: "é", count: 1000), to: 2)
    let isThere = try select.step()
    #expect(isThere)
    #expect(try select.blob(0) == [UInt8](repeating: 7, count: 1000))
    #expect(try select.text(1) == String(repeating: "é", count: 1000))
  }

  @Test func statementsAreUsedAgain() throws {
    let connection = try SQLiteConnection.inMemory()
    try connection.execute("CREATE TABLE t (a UNIQUE); INSERT INTO t VALUES (1), (2), (3)")
    let select = try connection.prepare("SELECT a FROM t WHERE a >= ?1 ORDER BY a")
    func first(from least: Int) throws -> Int? {
      try select.bind(least, to: 1)
      defer { select.reset() }
      return try select.step() ? try select.integer(0) : nil
    }
    #expect(try first(from: 2) == 2)
    #expect(try first(from: 3) == 3)
    #expect(try first(from: 4) == nil)
    #expect(try first(from: 1) == 1)
    let insert = try connection.prepare("INSERT INTO t VALUES (?1)")
    for (value, isRefused) in [(3, true), (4, false), (4, true), (5, false)] {
      try insert.bind(value, to: 1)
      let error = refusal { () throws(InputError) in try insert.run() }
      #expect((error != nil) == isRefused)
      if isRefused {
        #expect(
          error
            == InputError(
              ":memory:", expected: "a SQLite database of the expected form",
              found: "\"UNIQUE constraint failed: t.a\""))
      }
    }
    #expect(try connection.integer("SELECT sum(a) FROM t") == 15)
    #expect(try connection.integer("SELECT a FROM t WHERE a > 9") == nil)
  }

  @Test func otherTypesAreRefused() throws {
    let connection = try SQLiteConnection.inMemory()
    let select = try connection.prepare("SELECT 1 AS i, 1.5 AS r, 'x' AS t, x'61' AS b, NULL AS n, CAST(x'ff' AS TEXT)")
    let isThere = try select.step()
    #expect(isThere)
    #expect(try select.real(0) == 1 && select.real(1) == 1.5)
    for (column, found) in [(1, "a number"), (2, "a text"), (3, "a blob"), (4, "nothing")] {
      let error = refusal { () throws(InputError) in _ = try select.integer(column) }
      #expect(error?.found == found && error?.expected.hasPrefix("an integer in the column ") == true)
    }
    for column in [2, 3, 4] {
      #expect(refusal { () throws(InputError) in _ = try select.real(column) } != nil)
    }
    for column in [0, 1, 3, 4] {
      #expect(refusal { () throws(InputError) in _ = try select.text(column) } != nil)
    }
    for column in [0, 1, 2, 4] {
      #expect(refusal { () throws(InputError) in _ = try select.blob(column) } != nil)
    }
    #expect(
      refusal { () throws(InputError) in _ = try select.text(5) }?.found.hasPrefix("a text that is not UTF-8") == true)
  }

  @Test func transactionsCountAsAWhole() throws {
    let connection = try SQLiteConnection(path, mode: .create)
    try connection.execute("CREATE TABLE t (a UNIQUE)")
    let ten = try connection.transaction { () throws(InputError) in
      try connection.execute("INSERT INTO t VALUES (1), (2)")
      #expect(connection.isInTransaction)
      return 10
    }
    #expect(ten == 10 && !connection.isInTransaction)
    let refused = InputError("somewhere", expected: "this", found: "that")
    let error = refusal { () throws(InputError) in
      try connection.transaction { () throws(InputError) in
        try connection.execute("INSERT INTO t VALUES (3)")
        throw refused
      }
    }
    #expect(error == refused && !connection.isInTransaction)
    let constraint = refusal { () throws(InputError) in
      try connection.transaction { () throws(InputError) in try connection.execute("INSERT INTO t VALUES (4), (1)") }
    }
    #expect(constraint?.found == "\"UNIQUE constraint failed: t.a\"" && !connection.isInTransaction)
    #expect(try SQLiteConnection(path, mode: .readOnly).integer("SELECT sum(a) FROM t") == 3)
  }

  @Test func modes() throws {
    let path = path
    let missing = refusal { () throws(InputError) in _ = try SQLiteConnection(path, mode: .readOnly) }
    #expect(missing?.location == path && missing?.found == "\"No such file or directory\"")
    #expect(refusal { () throws(InputError) in _ = try SQLiteConnection(path, mode: .readWrite) } == missing)
    #expect(try scratch.names() == [])
    do {
      let connection = try SQLiteConnection(path, mode: .create)
      #expect(connection.path == path)
      try connection.execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (5)")
      let reader = try SQLiteConnection(path, mode: .readOnly)
      #expect(try reader.integer("SELECT a FROM t") == 5)
      let error = refusal { () throws(InputError) in try reader.execute("INSERT INTO t VALUES (6)") }
      #expect(error?.expected == "a SQLite database that can be written" && error?.found == "\"Permission denied\"")
    }
    #expect(try scratch.names() == ["a.db"])
    #expect(try SQLiteConnection(path, mode: .readWrite).integer("SELECT a FROM t") == 5)
    #expect(try SQLiteConnection(path, mode: .create).integer("SELECT a FROM t") == 5)
  }

  /// Names that mean something to SQLite are names of files here.
  @Test(arguments: [":memory:", "file:x?mode=memory", "ä ö%41?#.db", "-journal"])
  func strangeNames(name: String) throws {
    let path = scratch.file(name)
    try SQLiteConnection(path, mode: .create).execute("CREATE TABLE t (a); INSERT INTO t VALUES (5)")
    #expect(try scratch.names() == [name])
    #expect(try SQLiteConnection(path, mode: .readOnly).integer("SELECT a FROM t") == 5)
  }

  @Test func linksAreFollowed() throws {
    let (path, link) = (path, scratch.file("link.db"))
    try SQLiteConnection(path, mode: .create).execute("PRAGMA journal_mode = WAL; CREATE TABLE t (a)")
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "a.db")
    try SQLiteConnection(link, mode: .readWrite).execute("INSERT INTO t VALUES (7)")
    #expect(try SQLiteConnection(path, mode: .readOnly).integer("SELECT a FROM t") == 7)
  }
}
