import Descent
import Foundation
import Numerics
import TestSupport
import Testing

@testable import Experiments
@testable import Formats

/// What a store keeps, and what it does with files that are none.
@Suite("Store") struct StoreTests {
  private let scratch = ScratchFolder()

  private func hash(_ path: String) throws -> String { try SHA256.hexDigest(ofFile: path) }

  /// A store with everything in it: two specs, failed trials, checkpoints.
  private func filled(_ name: String = "filled.basin") throws -> String {
    let path = scratch.file(name)
    let store = try Store.write(path)
    _ = try Runner.forTest().run(HandMade.spec(), in: store)
    let rows = try store.adopt(HandMade.spec(trials: [40, 41]), version: "test")
    try StoreWriter(store, version: "test").commit(
      (30..<40).map { trial in
        let series = [
          Record.Series(steps: [0, 17], values: [0.5, 0.25]),
          Record.Series(steps: [0, 17], values: [.infinity, .nan]),
        ]
        return (
          rows[0],
          .saved(
            ReplicaCheckpoint(
              trial: trial, snapshot: LaneSnapshot(step: 20, values: [0.25]), series: series, wallSeconds: 1,
              processorSeconds: 0.5))
        )
      })
    return path
  }

  // MARK: - Specs

  @Test("Adopting a spec again changes nothing; another one is added, and the old one kept") func adopt() throws {
    let store = try Store.inMemory()
    let spec = HandMade.spec()
    let rows = try store.adopt(spec, version: "1")
    #expect(try store.adopt(spec, version: "2") == rows)
    var plan = try store.plan()
    #expect(plan.name == "hand-made" && plan.hash == spec.hash && plan.version == "2" && plan.source == spec.source)
    #expect(plan.configurations.map(\.hash) == spec.configurations.map(\.hash))
    #expect(plan.configurations.map(\.trials) == [23, 40, 7] && plan.former.isEmpty && plan.trialCount == 70)
    #expect(plan.configurations[2].settings == spec.configurations[2].settings)
    #expect(plan.configurations[0].finalNames == ["value", "logarithm", "estimate"])
    #expect(plan.configurations[0].seriesNames == ["value", "inverse"])

    let new = HandMade.configuration("new", rate: 3.95, trials: 5)
    let changed = Spec(
      name: "changed", source: ["a": 1],
      configurations: [spec.configurations[2], new, HandMade.configuration("first", rate: 3.7, trials: 30)])
    let changedRows = try store.adopt(changed, version: "2")
    #expect(changedRows[0] == rows[2] && changedRows[2] == rows[0] && !rows.contains(changedRows[1]))
    plan = try store.plan()
    #expect(plan.name == "changed" && plan.configurations.map(\.trials) == [7, 5, 30])
    #expect(plan.former.map(\.hash) == [spec.configurations[1].hash] && plan.former[0].trials == nil)

    #expect(try store.adopt(spec, version: "3") == rows)
    plan = try store.plan()
    #expect(plan.name == "hand-made" && plan.version == "3" && plan.former.map(\.hash) == [new.hash])
    #expect(try store.connection.integer("SELECT count(*) FROM specs") == 2)
    #expect(try store.connection.integer("SELECT count(*) FROM configurations") == 4)
  }

  @Test("Trials of former configurations are kept, and run no more") func former() throws {
    let store = try Store.inMemory()
    let spec = HandMade.spec()
    _ = try Runner.forTest().run(spec, in: store)
    let all = try tables(store)
    let less = Spec(name: "less", source: [:], configurations: Array(spec.configurations.prefix(1)))
    #expect(try Runner.forTest().run(less, in: store).toRun == 0)
    #expect(try tables(store)[0].split(separator: "\n").count == 24)
    #expect(try tables(store, includesFormer: true) == all)
    #expect(try Runner.forTest().run(spec, in: store).toRun == 0)
    #expect(try tables(store) == all)
  }

  @Test("Numbers are kept bit for bit") func bits() throws {
    let values = [
      0.1, -0.0, .nan, .infinity, -.infinity, .leastNonzeroMagnitude, .greatestFiniteMagnitude,
      Double(bitPattern: 0x7FF0_0000_0000_0001),
    ]
    #expect(BinaryNumbers.bytes([1.0]) == [0, 0, 0, 0, 0, 0, 0xF0, 0x3F])
    #expect(BinaryNumbers.bytes([-2]) == [0xFE] + [UInt8](repeating: 0xFF, count: 7))
    let read = try #require(BinaryNumbers.bytes(values).withUnsafeBytes { BinaryNumbers.doubles($0) })
    #expect(read.map(\.bitPattern) == values.map(\.bitPattern))
    let integers = [0, 1, -1, .min, .max]
    #expect(BinaryNumbers.bytes(integers).withUnsafeBytes { BinaryNumbers.integers($0) } == integers)
    #expect([UInt8](repeating: 0, count: 9).withUnsafeBytes { BinaryNumbers.doubles($0) } == nil)

    let store = try Store.inMemory()
    let row = try store.adopt(HandMade.spec(trials: [2]), version: "v")[0]
    let replica = Record.Replica(
      trial: 1, outcome: .diverged, steps: 7, finals: values, errors: values.reversed(),
      series: [Record.Series(steps: [0, 3], values: [.nan, 1]), Record.Series(steps: [0, 3], values: [2, -0.0])],
      wallSeconds: 1.5, processorSeconds: 0.25)
    try StoreWriter(store, version: "v").commit([(row, .finished(replica))])
    let configuration = try store.plan().configurations[0]
    var trials: [StoredTrial] = []
    try store.forEachTrial(of: configuration) { trials.append($0) }
    #expect(trials.count == 1 && trials[0].key == TrialKey(configuration: row, trial: 1))
    #expect(trials[0].finals.map(\.bitPattern) == values.map(\.bitPattern))
    #expect(trials[0].errors.map(\.bitPattern) == values.reversed().map(\.bitPattern))
    #expect(
      trials[0].state == .diverged && trials[0].steps == 7 && trials[0].version == "v" && trials[0].message == nil)
    #expect(trials[0].wallSeconds == 1.5 && trials[0].processorSeconds == 0.25)
    var chunks: [SeriesChunk] = []
    try store.forEachChunk(of: configuration) { key, chunk in
      #expect(key == trials[0].key)
      chunks.append(chunk)
    }
    #expect(chunks.map(\.steps) == [[0, 3]])
    #expect(chunks[0].values.joined().map(\.bitPattern) == [Double.nan, 1, 2, -0.0].map(\.bitPattern))
    #expect(try store.seriesLengths(of: configuration) == [1: 2])
    let odd = Store.StoredConfiguration(
      row: row, hash: "", settings: .null, finalNames: [], seriesNames: ["a", "b", "c"], trials: nil)
    let refused = refusal { () throws(InputError) in try store.forEachChunk(of: odd) { _, _ in } }
    #expect(refused?.found == "something else")
  }

  // MARK: - One writer, many readers

  @Test("A second writer is told who is at work; readers are let in") func oneWriter() throws {
    let path = scratch.file("busy.basin")
    var first: Store? = try Store.write(path)
    _ = try Runner.forTest().run(HandMade.spec(), in: try #require(first))
    let wanted = try tables(try #require(first))
    let error = try #require(refusal { () throws(InputError) in _ = try Store.write(path) })
    #expect(error.location == path && error.expected == "a store that nobody else is writing")
    #expect(error.found.hasPrefix("process \(getpid()) on "))
    #expect(try tables(try Store.read(path)) == wanted)
    // The refused writer and the reader have not let go of the first one's lock.
    #expect(refusal { () throws(InputError) in _ = try Store.write(path) } != nil)
    first = nil
    #expect(try scratch.names() == ["busy.basin"])
    #expect(try tables(try Store.read(path)) == wanted)
    _ = try Store.write(path)
  }

  @Test("A reader sees whole commits, and its own moment, while a writer goes on") func readerWhileWriter() throws {
    let path = scratch.file("live.basin")
    let store = try Store.write(path)
    let rows = try store.adopt(HandMade.spec(trials: [100]), version: "v")
    let writer = try StoreWriter(store, version: "v")
    let reader = try Store.read(path)
    for batch in 0..<10 {
      try writer.commit(
        (0..<10).map { trial in
          (
            rows[0],
            .finished(
              Record.Replica(trial: batch * 10 + trial, outcome: .converged, steps: 1, finals: [1, 2, 3], series: []))
          )
        })
      // The first look decides of which moment all is that this reader sees; who comes later sees what is there then.
      #expect(try reader.connection.integer("SELECT count(*) FROM trials") == 10)
      #expect(try Store.read(path).connection.integer("SELECT count(*) FROM trials") == batch * 10 + 10)
    }
    #expect(refusal { () throws(InputError) in try reader.connection.execute("DELETE FROM trials") } != nil)
  }

  @Test("A store that was closed is one file, also after an error") func oneFile() throws {
    let path = try filled()
    #expect(try scratch.names() == ["filled.basin"])
    do {
      let store = try Store.write(path)
      try store.connection.execute("PRAGMA max_page_count = 1")
      _ = refusal { () throws(InputError) in
        _ = try Runner.forTest().run(HandMade.spec(trials: [900, 900, 900]), in: store)
      }
    }
    #expect(try scratch.names() == ["filled.basin"])
    _ = try tables(try Store.read(path))
    #expect(try scratch.names() == ["filled.basin"])
  }

  // MARK: - Files that are no stores

  /// Neither reading nor writing gets through, the error is at the path, and the file stays as it is.
  private func expectRefused(_ path: String, expected: String? = nil, found: String? = nil) throws {
    let before = try InputFile.read(path)
    for reads in [true, false] {
      let refused = refusal { () throws(InputError) in _ = try reads ? Store.read(path) : Store.write(path) }
      let error = try #require(refused, "\(path)")
      #expect(error.location == path)
      if let expected { #expect(error.expected == expected) }
      if let found { #expect(error.found == found) }
    }
    #expect(try InputFile.read(path) == before)
    let names = try scratch.names().filter { $0.hasSuffix("-wal") || $0.hasSuffix("-shm") || $0.hasSuffix("-journal") }
    #expect(names == [])
  }

  @Test("Other SQLite databases are refused and left alone", arguments: ["DELETE", "WAL"]) func foreign(
    _ journal: String
  ) throws {
    let path = scratch.file("foreign.db")
    do {
      let connection = try SQLiteConnection(path, mode: .create)
      try connection.execute(
        "PRAGMA journal_mode = \(journal); CREATE TABLE notes (text); INSERT INTO notes VALUES ('mine')")
    }
    try expectRefused(path, expected: "a store of Basin", found: "a SQLite database of another program")
  }

  @Test("Stores of other versions are refused and left alone", arguments: [0, 2, 1_000]) func otherVersion(
    _ version: Int
  ) throws {
    let path = scratch.file("other.basin")
    do {
      let store = try Store.write(path)
      _ = try store.adopt(HandMade.spec(), version: "9")
      try store.connection.execute("PRAGMA user_version = \(version)")
    }
    try expectRefused(path, expected: "a store of version 1", found: "one of version \(version)")
    // One that was not closed, as after a crash, is in another mode.
    do {
      let connection = try SQLiteConnection(path, mode: .readWrite)
      try connection.execute("PRAGMA journal_mode = WAL")
    }
    try expectRefused(path, expected: "a store of version 1")
  }

  @Test("An empty file is no store to read, and a place for a new one") func emptyFile() throws {
    let path = scratch.file("empty")
    try AtomicFile.write([], to: path)
    let error = try #require(refusal { () throws(InputError) in _ = try Store.read(path) })
    #expect(error.location == path && error.found == "an empty file")
    #expect(try InputFile.read(path) == [])
    _ = try Store.write(path)
    #expect(
      refusal { () throws(InputError) in _ = try Store.read(path).plan() }?.found == "one in which nothing was run yet")
  }

  @Test("Texts and random bytes are refused and left alone") func garbage() throws {
    let path = scratch.file("garbage")
    var stream = testStream(3)
    for length in [1, 2, 15, 16, 99, 100, 511, 512, 4096, 10_000] {
      try AtomicFile.write((0..<length).map { _ in UInt8(stream.integer(below: 256)) }, to: path)
      try expectRefused(path, expected: "a SQLite database")
      try AtomicFile.write([UInt8](repeating: 0x61, count: length), to: path)
      try expectRefused(path, expected: "a SQLite database")
    }
    let folder = refusal { () throws(InputError) in _ = try Store.write(scratch.path) }
    #expect(folder?.found == "a folder")
    let missing = refusal { () throws(InputError) in _ = try Store.read(scratch.file("none.basin")) }
    #expect(missing?.location == scratch.file("none.basin"))
    #expect(!Folder.holds(scratch.file("none.basin")))
    #expect(refusal { () throws(InputError) in _ = try Store.write(scratch.file("no/folder.basin")) } != nil)
  }

  @Test("Cut off at two hundred places it is refused and left alone") func cutOff() throws {
    let bytes = try InputFile.read(try filled())
    let path = scratch.file("cut.basin")
    for round in 1...200 {
      let length = round * (bytes.count - 1) / 200
      try AtomicFile.write(Array(bytes[..<length]), to: path)
      var error = refusal { () throws(InputError) in _ = try Store.write(path) }
      if error == nil {
        error = refusal { () throws(InputError) in
          let results = try Results(try Store.read(path))
          for table in ResultTable.allCases { try results.write(table, as: .csv) { _ in } }
        }
      } else {
        #expect(try InputFile.read(path) == Array(bytes[..<length]), "\(length) bytes")
      }
      #expect(error?.location == path, "\(length) bytes")
    }
  }

  @Test("Altered bytes give errors or values, never a stop") func altered() throws {
    let bytes = try InputFile.read(try filled())
    let path = scratch.file("altered.basin")
    var stream = testStream(8)
    var refused = 0
    for round in 0..<160 {
      var copy = bytes
      // Only every other round touches the first pages, where nearly everything is found out at once.
      for _ in 0...stream.integer(below: 6) {
        let place = round % 2 == 0 ? stream.integer(below: copy.count) : 4096 + stream.integer(below: copy.count - 4096)
        copy[place] = UInt8(stream.integer(below: 256))
      }
      try AtomicFile.write(copy, to: path)
      let error = refusal { () throws(InputError) in
        let store = try Store.read(path)
        let results = try Results(store, includesFormer: true, columns: round % 3 == 0 ? .all : .varying)
        for table in ResultTable.allCases { try results.write(table, as: .jsonl, withTimes: true) { _ in } }
        _ = try results.processorSecondsLeft()
        _ = try store.checkpoints(version: "test")
      }
      if error != nil { refused += 1 }
      // Writing to it does no worse.
      guard round % 4 == 0 else { continue }
      _ = refusal { () throws(InputError) in _ = try Runner.forTest().run(HandMade.spec(), in: try Store.write(path)) }
    }
    // Times, which differ from run to run, are in the file, so the number of harmful bytes is not always the same.
    #expect(refused > 5)
  }
}
