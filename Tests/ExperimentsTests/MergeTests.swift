import Descent
import Foundation
import Numerics
import TestSupport
import Testing

@testable import Experiments
@testable import Formats

/// Shards and their stores, joined again.
@Suite("Merging shards") struct MergeTests {
  private let scratch = ScratchFolder()

  private func path(_ number: Int, _ count: Int) -> String { scratch.file("run.\(number)-of-\(count).basin") }

  /// Runs the shards of a spec, each into a store of its own; those in `stopped` only for a moment.
  private func run(_ spec: Spec, shards: Int, stopped: Set<Int> = []) throws -> [String] {
    try (1...shards).map { number in
      let path = path(number, shards)
      var calls = 0
      let progress = try Runner.forTest(jobs: 1 + number % 2, shard: Shard(number: number, count: shards)).run(
        spec, in: try Store.write(path)
      ) { _ in
        calls += 1
        return !stopped.contains(number) || calls < 2
      }
      #expect(progress.wasStopped == stopped.contains(number))
      return path
    }
  }

  private func trialsIn(_ path: String) throws -> Set<TrialKey> {
    var keys: Set<TrialKey> = []
    try Store.read(path).forEachState { key, _ in keys.insert(key) }
    return keys
  }

  @Test("Shards partition the trials, and merged they are as if never parted", arguments: 1...5) func partition(
    _ count: Int
  ) throws {
    let spec = HandMade.spec()
    let paths = try run(spec, shards: count)
    let parts = try paths.map(trialsIn)
    #expect(parts.reduce(0) { $0 + $1.count } == 70)
    #expect(parts.reduce(into: Set()) { $0.formUnion($1) }.count == 70)
    let target = try Store.write(scratch.file("all.basin"))
    let merge = try Merge(of: count % 2 == 0 ? paths : paths.reversed(), into: target)
    #expect(merge.copied == 70 && merge.present == 0 && merge.missingShards.isEmpty)
    #expect(merge.states.total == 70 && merge.states[.pending] == 0)
    #expect(try tables(target) == RunnerTests.reference(spec))

    let again = try Merge(of: paths, into: target)
    #expect(again.copied == 0 && again.present == 70)
    #expect(try tables(target) == RunnerTests.reference(spec))
    #expect(try Runner.forTest().run(spec, in: target).toRun == 0)
  }

  @Test("A shard that is missing is named, and can come later") func missing() throws {
    let spec = HandMade.spec()
    let paths = try run(spec, shards: 4)
    let target = try Store.inMemory()
    let merge = try Merge(of: [paths[0], paths[2]], into: target)
    #expect(merge.missingShards == [Shard(number: 2, count: 4), Shard(number: 4, count: 4)])
    #expect(merge.states[.pending] > 0 && merge.states.total == 70)
    let rest = try Merge(of: paths, into: target)
    #expect(rest.missingShards.isEmpty && rest.present == merge.copied && rest.copied == 70 - merge.copied)
    #expect(try tables(target) == RunnerTests.reference(spec))
  }

  @Test("What is missing can also be run where the rest was merged") func runTheRest() throws {
    let spec = HandMade.spec()
    let paths = try run(spec, shards: 3)
    let target = try Store.inMemory()
    _ = try Merge(of: Array(paths.dropLast()), into: target)
    let progress = try Runner.forTest(jobs: 2).run(spec, in: target)
    #expect(progress.toRun > 0)
    #expect(try tables(target) == RunnerTests.reference(spec))
  }

  @Test("Stores of different specs are not merged, and nothing is written") func differentSpecs() throws {
    let one = try run(HandMade.spec(), shards: 2)
    let other = scratch.file("other.basin")
    _ = try Runner.forTest().run(HandMade.spec(trials: [23, 40, 8]), in: try Store.write(other))
    let target = try Store.inMemory()
    let error = try #require(refusal { () throws(InputError) in _ = try Merge(of: [one[0], other], into: target) })
    #expect(error.location == other && error.expected.hasPrefix("a store of the spec "))
    #expect(try target.connection.integer("SELECT count(*) FROM specs") == 0)
    _ = try Merge(of: one, into: target)
    let wanted = try tables(target)
    #expect(refusal { () throws(InputError) in _ = try Merge(of: [other], into: target) }?.location == other)
    #expect(try tables(target) == wanted)
    #expect(refusal { () throws(InputError) in _ = try Merge(of: [], into: target) } != nil)
  }

  @Test("A merge that was stopped goes on") func stopped() throws {
    let spec = HandMade.spec()
    let paths = try run(spec, shards: 3)
    let target = try Store.inMemory()
    var calls = 0
    let first = try Merge(of: paths, into: target) { _ in
      calls += 1
      return calls < 6
    }
    #expect(first.copied > 0 && first.copied < 70)
    #expect(first.states[.pending] == 70 - first.copied)
    let second = try Merge(of: paths, into: target)
    #expect(second.copied == 70 - first.copied && second.present == first.copied)
    #expect(try tables(target) == RunnerTests.reference(spec))
  }

  @Test("Two different results of one trial are refused; what was copied before stays") func conflict() throws {
    let spec = HandMade.spec()
    let paths = try run(spec, shards: 2)
    let target = try Store.inMemory()
    _ = try Merge(of: [paths[0]], into: target)
    let wanted = try tables(target)
    let other = scratch.file("other.basin")
    do {
      // The whole run, in which one trial of the last configuration has another bit.
      let store = try Store.write(other)
      _ = try Runner.forTest().run(spec, in: store)
      let row = try store.plan().configurations[2].row
      try store.connection.execute(
        "UPDATE trials SET finals = CAST(finals || x'00' AS BLOB) WHERE id >= \(row << 32) AND state <> 4")
    }
    let error = try #require(refusal { () throws(InputError) in _ = try Merge(of: [other], into: target) })
    #expect(error.location == other && error.found == "another one")
    #expect(error.expected.hasPrefix("the result of trial "))
    #expect(try tables(target) != wanted)
    let after = try Merge(of: [paths[1]], into: target)
    #expect(after.states[.pending] == 0)
    #expect(try tables(target) == RunnerTests.reference(spec))
  }

  @Test("A result beats a failure, whichever comes first") func resultsAndFailures() throws {
    let failing = HandMade.spec()
    let mended = HandMade.spec(failing: false)
    let bad = scratch.file("bad.basin")
    let good = scratch.file("good.basin")
    _ = try Runner.forTest().run(failing, in: try Store.write(bad))
    _ = try Runner.forTest().run(mended, in: try Store.write(good))
    for order in [[bad, good], [good, bad]] {
      let target = try Store.inMemory()
      let merge = try Merge(of: order, into: target)
      #expect(merge.states[.failed] == 0)
      #expect(try tables(target) == RunnerTests.reference(mended))
    }
  }

  @Test("Checkpoints come along, and the run goes on from them bit for bit") func checkpoints() throws {
    let spec = HandMade.spec(pause: 1_500)
    let wanted = try RunnerTests.reference(HandMade.spec())
    let paths = try run(spec, shards: 2, stopped: [2])
    let target = try Store.write(scratch.file("all.basin"))
    let merge = try Merge(of: paths, into: target)
    #expect(merge.states[.interrupted] > 0 && merge.states.total == 70)
    #expect(merge.missingShards.isEmpty)
    let again = try Merge(of: paths, into: target)
    #expect(again.copied == 0 && again.states == merge.states)
    let progress = try Runner.forTest(jobs: 2).run(spec, in: target)
    #expect(progress.toRun == merge.states[.interrupted] + merge.states[.pending])
    #expect(try tables(target) == wanted)
    // The shard goes on by itself too; its results then replace its checkpoints, or are the same.
    #expect(
      try Runner.forTest(shard: Shard(number: 2, count: 2)).run(spec, in: try Store.write(paths[1])).done.total > 0)
    let late = try Merge(of: paths, into: target)
    #expect(late.copied == 0)
    let fresh = try Store.inMemory()
    _ = try Merge(of: paths, into: fresh)
    #expect(try tables(fresh) == wanted)
  }
}
