import Descent
import Formats
import Foundation
import Numerics
import TestSupport
import Testing

@testable import Experiments

/// A store's trials as runs of TensorBoard.
@Suite("Results as event files") struct ResultEventsTests {
  private let scratch = ScratchFolder()

  private func events(_ run: String) throws -> [EventFile.Event] {
    try #require(EventFile("\(scratch.path)/runs/\(run)/events.out.tfevents.0.basin")).events
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: scratch.file("runs")).sorted()
  }

  @Test("Each trial is a run: series, measurements at the end, state") func runs() throws {
    try Results(ResultsTests.tiny()).writeEvents(to: scratch.file("runs"))
    let first = "optimizer.batch=1,problem=p,problem.words=[_a_,_b_],trial="
    let second = "optimizer.batch=2,optimizer.stop.tolerance=0.001,problem=p,__q_,problem.words=[_a_],trial="
    #expect(
      try names() == ["\(first)0", "\(first)1", "\(first)2,diverged", "\(second)0,failed", "\(second)1,dead"])
    let whole = try events("\(first)0")
    #expect(whole.map(\.step) == [0, 0, 0, 5, 5, 5])
    #expect(whole.map(\.wallTime) == [0, 0, 0, 5, 5, 5])
    #expect(whole[1].others == ["_hparams_/session_start_info"])
    #expect(whole[2].scalars == ["loss": 1] && whole[3].scalars == ["loss": 0.5])
    #expect(
      whole[4].scalars
        == ["final/steps": 5, "final/loss": 0.5, "final/gap": Float(1e-20), "final/loss.standardError": 0.25])
    #expect(whole[5].others == ["_hparams_/session_end_info"])
    #expect(try events("\(first)1")[4].scalars["final/gap"] == .infinity)
    let diverged = try events("\(first)2,diverged")[4].scalars
    #expect(diverged["final/loss"]?.isNaN == true && diverged["final/steps"] == 7)
    #expect(try events("\(second)1,dead")[4].scalars == ["final/steps": 3, "final/loss": 3])
    // Nothing was measured of a trial that failed.
    #expect(try events("\(second)0,failed").allSatisfy { $0.scalars.isEmpty })
  }

  @Test("The first trials of each configuration") func firstTrials() throws {
    try Results(ResultsTests.tiny()).writeEvents(to: scratch.file("runs"), trials: 1)
    #expect(try names().map { $0.split(separator: ",trial=").last.map(String.init) } == ["0", "0,failed"])
  }

  @Test("Long names are cut, and equal ones told apart, by the configuration's hash") func longNames() throws {
    let long = String(repeating: "x", count: 300)
    let values: [JSON] = ["a/b", "a b", "plain", .string(long), .string(long + "y")]
    let store = try Store.inMemory()
    let plan = RunPlan<LogisticEngine.State>(budget: 1, series: [], finals: [Measure("loss") { $0.value }])
    let spec = Spec(
      name: "names", source: ["name": "names"],
      configurations: values.map { value in
        Configuration(
          settings: ["path": value], trials: 1,
          workload: Workload(
            plan: plan, estimatedCost: 1, makeEngine: { () throws(InputError) in LogisticEngine(rate: 3) },
            start: { _ in 0.5 }))
      })
    let replica = Record.Replica(
      trial: 0, outcome: .exhausted, steps: 1, finals: [0.5], errors: [], series: [], wallSeconds: 0,
      processorSeconds: 0)
    try StoreWriter(store, version: "1.0").commit(
      try store.adopt(spec, version: "1.0").map { ($0, .finished(replica)) })
    let results = try Results(store)
    try results.writeEvents(to: scratch.file("runs"))
    let hashes = results.configurations.map { $0.hash.prefix(12) }
    let cut = "path=" + String(repeating: "x", count: 175)
    let expected = [
      "path=a_b,\(hashes[0]),trial=0", "path=a_b,\(hashes[1]),trial=0", "path=plain,trial=0",
      "\(cut)\(hashes[3]),trial=0", "\(cut)\(hashes[4]),trial=0",
    ]
    #expect(try names() == expected.sorted())
  }
}
