import Formats
import Foundation
import Numerics
import TestSupport
import Testing

/// Files that are cut off or altered: an error for a person or, where SQLite cannot know better, values; never a crash.
@Suite struct SQLiteDamageTests {
  private let scratch = ScratchFolder()

  /// A database with all kinds of pages: inner ones, leaves, overflowing blobs, indices, freed pages.
  private func sample(journal: String = "WAL") throws -> [UInt8] {
    let path = scratch.file("whole.db")
    do {
      let connection = try SQLiteConnection(path, mode: .create)
      try connection.execute(
        """
        PRAGMA page_size = 1024; PRAGMA journal_mode = \(journal);
        CREATE TABLE a (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, value REAL, data BLOB);
        CREATE TABLE b (trial INTEGER, chunk INTEGER, data BLOB, PRIMARY KEY (trial, chunk)) WITHOUT ROWID;
        CREATE TABLE c (x); INSERT INTO c VALUES (zeroblob(20000)); DROP TABLE c;
        """)
      let first = try connection.prepare(
        "INSERT INTO a VALUES (?1, 'name ' || ?1, ?1 / 7.0, zeroblob(?1 * 37 % 3000))")
      let second = try connection.prepare("INSERT INTO b VALUES (?1 / 3, ?1 % 3, CAST('chunk ' || ?1 AS BLOB))")
      try connection.transaction { () throws(InputError) in
        for index in 0..<100 {
          try first.bind(index, to: 1)
          try first.run()
          try second.bind(index, to: 1)
          try second.run()
        }
      }
    }
    return try InputFile.read(path)
  }

  /// Reads everything in every order that the file offers; the number of rows.
  private func readAll(_ path: String) throws(InputError) -> Int {
    let connection = try SQLiteConnection(path, mode: .readOnly)
    var rows = 0
    for sql in [
      "SELECT id, name, value, data FROM a ORDER BY id", "SELECT name, id, value, data FROM a ORDER BY name",
      "SELECT trial, chunk, data FROM b ORDER BY trial DESC, chunk DESC",
    ] {
      let select = try connection.prepare(sql)
      while try select.step() {
        for column in 0..<select.columnCount {
          // One of the four reads it, the others say what is wrong.
          _ = refusal { () throws(InputError) in _ = try select.integer(column) }
          _ = refusal { () throws(InputError) in _ = try select.real(column) }
          _ = refusal { () throws(InputError) in _ = try select.text(column).count }
          _ = refusal { () throws(InputError) in _ = try select.withBlob(column) { $0.reduce(0) { $0 ^ $1 } } }
        }
        rows += 1
      }
    }
    return rows
  }

  @Test func theWholeFileIsRead() throws {
    _ = try sample()
    #expect(try readAll(scratch.file("whole.db")) == 300)
  }

  /// Cut at a thousand places, those next to the ends of pages among them.
  @Test(arguments: ["WAL", "DELETE"]) func whatIsCutOffIsRefused(journal: String) throws {
    let bytes = try sample(journal: journal)
    let path = scratch.file("cut.db")
    let pages = bytes.count / 1024
    #expect(bytes.count % 1024 == 0 && pages > 150)
    var lengths = Set(0...120)
    for page in 1..<pages { lengths.formUnion([page * 1024 - 1, page * 1024, page * 1024 + 1]) }
    lengths.formUnion([bytes.count - 1, bytes.count - 1023])
    var length = 121
    while lengths.count < 1000 {
      lengths.insert(length)
      length = (length + 7919) % bytes.count
    }
    for length in lengths {
      try Data(bytes[..<length]).write(to: URL(filePath: path))
      let error = refusal { () throws(InputError) in _ = try readAll(path) }
      guard let error else {
        Issue.record("cut after \(length) of \(bytes.count) bytes, and read")
        continue
      }
      #expect(error.location == path)
      if length >= 512 { #expect(error.found == "one that is damaged or cut off", "\(length): \(error)") }
    }
  }

  @Test(arguments: 1...4) func flippedBytesDoNoHarm(round: UInt64) throws {
    let bytes = try sample()
    let path = scratch.file("flipped.db")
    var generator = Generator(state: round)
    var refused = 0
    for trial in 0..<200 {
      var copy = bytes
      // The early pages hold the schema and the inner nodes: half of the flips go there.
      for _ in 0...Int.random(in: 0..<8, using: &generator) {
        let end = trial % 2 == 0 ? bytes.count : 4096
        copy[Int.random(in: 0..<end, using: &generator)] = UInt8.random(in: 0...255, using: &generator)
      }
      try Data(copy).write(to: URL(filePath: path))
      if let error = refusal({ () throws(InputError) in _ = try readAll(path) }) {
        #expect(error.location == path)
        refused += 1
      }
      for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }
    #expect(refused > 20)
  }

  /// A part of a page at the end is no damage while the log still has the page.
  @Test func theLogCountsToo() throws {
    let bytes = try sample()
    let path = scratch.file("whole.db")
    let copy = scratch.file("copy.db")
    do {
      let writer = try SQLiteConnection(path, mode: .readWrite)
      try writer.execute(
        "PRAGMA wal_autocheckpoint = 0; UPDATE a SET value = value + 1; UPDATE b SET chunk = chunk + 5")
      try writer.execute("UPDATE a SET data = zeroblob(2000)")
      let log = try InputFile.read(path + "-wal")
      #expect(try InputFile.read(path) == bytes)
      try AtomicFile.write(bytes, to: copy)
      try AtomicFile.write(log, to: copy + "-wal")
    }
    let whole = try InputFile.read(path)
    #expect(whole.count > bytes.count)
    try AtomicFile.write(Array(whole[..<(bytes.count + 100)]), to: copy)
    #expect(try SQLiteConnection(copy, mode: .readWrite).integer("SELECT sum(length(data)) FROM a") == 200_000)
  }
}

/// SplitMix64: any simple generator will do, as long as it is always the same.
private struct Generator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
