import Descent
import Foundation
import Numerics
import Synchronization
import TestSupport
import Testing

@testable import Experiments
@testable import Formats

/// Runs of hand-made workloads: what results do not depend on, what fails, what is counted.
@Suite("Runner") struct RunnerTests {
  /// The tables of an undisturbed run on one worker.
  static func reference(_ spec: Spec) throws -> [String] {
    let store = try Store.inMemory()
    _ = try Runner.forTest().run(spec, in: store)
    return try tables(store)
  }

  @Test("Results are the same for any number of workers") func workersDoNotMatter() throws {
    let spec = HandMade.spec()
    let wanted = try Self.reference(spec)
    #expect(wanted[0].split(separator: "\n").count == 71)
    for state in ["converged", "exhausted", "dead", "diverged", "failed"] { #expect(wanted[0].contains(",\(state),")) }
    for jobs in [2, 3, 7] {
      let store = try Store.inMemory()
      let progress = try Runner.forTest(jobs: jobs).run(spec, in: store)
      #expect(try tables(store) == wanted)
      #expect(progress.finished + progress.failed == 70)
      #expect(!progress.wasStopped)
    }
  }

  @Test("What is finished is not run again") func runAgain() throws {
    let spec = HandMade.spec()
    let store = try Store.inMemory()
    let first = try Runner.forTest(jobs: 2).run(spec, in: store)
    let failed = (0..<23).count { $0 % 11 == 9 } + (0..<40).count { $0 % 11 == 9 }
    #expect(first.toRun == 70 && first.done.total == 70 && first.done[.failed] == failed && first.finishedBefore == 0)
    let wanted = try tables(store)
    let second = try Runner.forTest(jobs: 2).run(spec, in: store)
    #expect(second.toRun == 0 && second.done.total == 0 && second.finishedBefore == 70 - failed)
    #expect(second.failedBefore == failed && second.failed == failed && second.wanted == 70 && !second.wasStopped)
    #expect(try tables(store) == wanted)
    // More trials of the same: only these are run.
    let more = try Runner.forTest().run(HandMade.spec(trials: [25, 40, 9]), in: store)
    #expect(more.toRun == 4 && more.wanted == 74)
    #expect(try tables(store) == Self.reference(HandMade.spec(trials: [25, 40, 9])))
    // Fewer: what is there stays, and is shown no longer.
    let fewer = try Runner.forTest().run(spec, in: store)
    #expect(fewer.toRun == 0 && fewer.wanted == 70)
    #expect(try tables(store) == wanted)
  }

  @Test("Progress adds up whenever it is told") func progress() throws {
    let store = try Store.inMemory()
    var seen: [RunProgress] = []
    let last = try Runner.forTest(jobs: 2).run(HandMade.spec(pause: 500), in: store) { progress in
      seen.append(progress)
      return true
    }
    #expect(seen.first?.done.total == 0)
    for progress in seen {
      #expect(progress.wanted == 70 && progress.toRun == 70)
      #expect(progress.done.total == progress.done.finished + progress.done[.failed])
      #expect(progress.done[.pending] == 0 && progress.done[.interrupted] == 0)
    }
    #expect(zip(seen, seen.dropFirst()).allSatisfy { $0.done.total <= $1.done.total && $0.seconds <= $1.seconds })
    #expect(last.done.total == 70 && last.secondsLeft == 0)
  }

  @Test("A run that is told to stop at once does nothing") func stopAtOnce() throws {
    let store = try Store.inMemory()
    let progress = try Runner.forTest().run(HandMade.spec(), in: store) { _ in false }
    #expect(progress.wasStopped && progress.done.total == 0)
    #expect(try store.plan().configurations.count == 3)
    #expect(try store.counts(of: store.plan().configurations).map { $0[.pending] } == [23, 40, 7])
  }

  // MARK: - Failures

  @Test("A start that fails fails its trial alone, with its message") func failingStart() throws {
    let store = try Store.inMemory()
    _ = try Runner.forTest(jobs: 3).run(HandMade.spec(), in: store)
    var messages: [Int: String] = [:]
    try store.forEachTrial(of: store.plan().configurations[1]) { trial in
      #expect((trial.state == .failed) == (trial.key.trial % 11 == 9))
      #expect((trial.message == nil) == (trial.state != .failed))
      messages[trial.key.trial] = trial.message
    }
    #expect(messages.keys.sorted() == [9, 20, 31])
    #expect(messages[20] == "init: expected a start, found none for trial 20. Take another.")
  }

  @Test("Failed trials are run again only if asked for") func onlyFailed() throws {
    let store = try Store.inMemory()
    _ = try Runner.forTest().run(HandMade.spec(), in: store)
    // The same configurations, now with starts.
    let mended = HandMade.spec(failing: false)
    #expect(try Runner.forTest().run(mended, in: store).toRun == 0)
    let progress = try Runner.forTest(states: [.failed]).run(mended, in: store)
    #expect(progress.toRun == 5 && progress.done.total == 5 && progress.failed == 0 && progress.failedBefore == 0)
    #expect(try tables(store) == Self.reference(mended))
  }

  @Test("An engine that cannot be made fails the trials of its configuration, not the others") func failingEngine()
    throws
  {
    let broken = HandMade.configuration("broken", rate: 3.9, trials: 12) { () throws(InputError) in
      throw InputError("engine", expected: "room", found: "none")
    }
    let good = HandMade.spec(failing: false)
    let spec = Spec(name: "x", source: [:], configurations: [good.configurations[0], broken, good.configurations[2]])
    for jobs in 1...3 {
      let store = try Store.inMemory()
      let progress = try Runner.forTest(jobs: jobs).run(spec, in: store)
      #expect(progress.failed == 12 && progress.finished == 30)
      let counts = try store.counts(of: store.plan().configurations)
      #expect(counts.map { $0[.failed] } == [0, 12, 0])
      #expect(counts.map(\.finished) == [23, 0, 7])
    }
  }

  @Test("Only pending trials, only interrupted ones") func states() throws {
    let spec = HandMade.spec(trials: [16, 16, 16], budget: 300, pause: 1_500, failing: false)
    let wanted = try Self.reference(HandMade.spec(trials: [16, 16, 16], failing: false))
    let store = try Store.inMemory()
    var calls = 0
    _ = try Runner.forTest().run(spec, in: store) { _ in
      calls += 1
      return calls < 2
    }
    func counts() throws -> StateCounts {
      try store.counts(of: store.plan().configurations).reduce(into: StateCounts()) { $0.add($1) }
    }
    let stopped = try counts()
    #expect(stopped.total == 48)
    try #require(stopped[.interrupted] > 0 && stopped[.pending] > 0)
    let pending = try Runner.forTest(states: [.pending]).run(spec, in: store)
    #expect(pending.toRun == stopped[.pending])
    #expect(try counts()[.interrupted] == stopped[.interrupted])
    let interrupted = try Runner.forTest(states: [.interrupted]).run(spec, in: store)
    #expect(interrupted.toRun == stopped[.interrupted])
    #expect(try tables(store) == wanted)
  }

  // MARK: - Writing that fails

  @Test("A store that can grow no more ends the run with its error and loses nothing") func fullStore() throws {
    let spec = HandMade.spec(trials: [400, 400, 400], budget: 2_000)
    let wanted = try Self.reference(spec)
    let scratch = ScratchFolder()
    let path = scratch.file("full.basin")
    var finished = 0
    for pages in [30, 45, 60, 90] {
      let store = try Store.write(path)
      try store.connection.execute("PRAGMA max_page_count = \(pages)")
      let error = refusal { () throws(InputError) in _ = try Runner.forTest(jobs: 2).run(spec, in: store) }
      #expect(error?.location == path)
      #expect(error?.found.hasPrefix("that the disk is full") == true)
      let counts = try store.connection.integer("SELECT count(*) FROM trials") ?? 0
      #expect(counts >= finished && counts < 1_200)
      finished = counts
    }
    let store = try Store.write(path)
    let progress = try Runner.forTest(jobs: 2).run(spec, in: store)
    #expect(progress.done.total == 1_200 - finished)
    #expect(try tables(store) == wanted)
  }
}
