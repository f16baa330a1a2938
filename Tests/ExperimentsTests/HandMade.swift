import Descent
import Formats
import Foundation
import Numerics

@testable import Experiments

/// An engine written for tests: the logistic map with noise of its own, four replicas side by side.
///
/// A trial's values depend on its number and its start alone, and are chaotic: a bit that went astray shows.
struct LogisticEngine: DescentEngine {
  private struct Lane {
    var trial = -1
    var step = 0
    var value = 0.0
  }

  struct State: Sendable {
    var trial = -1
    var step = 0
    var value = 0.0
  }

  private var lanes = [Lane](repeating: Lane(), count: 4)
  private let rate: Double
  /// Microseconds of sleep an advance, so that a run takes at least so long on any machine.
  private let pause: UInt32

  init(rate: Double, pause: UInt32 = 0) {
    self.rate = rate
    self.pause = pause
  }

  var laneCount: Int { lanes.count }
  var longestRun: Int? { nil }
  func problem(with start: Double) -> InputError? {
    start.isFinite ? nil : InputError("start", expected: "a finite value", found: "\(start)")
  }

  mutating func load(_ start: Double, trial: Int, lane: Int) { lanes[lane] = Lane(trial: trial, step: 0, value: start) }
  mutating func clear(lane: Int) { lanes[lane].trial = -1 }

  mutating func advance(by steps: Int) {
    if pause > 0 { usleep(pause) }
    for lane in lanes.indices where lanes[lane].trial >= 0 {
      for _ in 0..<steps {
        let x = lanes[lane].value
        let noise = Double((lanes[lane].trial &* 7919 &+ lanes[lane].step &* 104_729) & 1023) * 1e-7
        lanes[lane].value = rate * x * (1 - x) * (1 - noise) + noise
        lanes[lane].step += 1
      }
    }
  }

  func makeState() -> State { State() }
  func read(lane: Int, into state: inout State) {
    state = State(trial: lanes[lane].trial, step: lanes[lane].step, value: lanes[lane].value)
  }
  var snapshotSize: Int { 1 }
  func snapshot(lane: Int) -> LaneSnapshot { LaneSnapshot(step: lanes[lane].step, values: [lanes[lane].value]) }
  mutating func restore(_ snapshot: LaneSnapshot, trial: Int, lane: Int) {
    lanes[lane] = Lane(trial: trial, step: snapshot.step, value: snapshot.values[0])
  }
}

/// Specs of hand-made workloads.
enum HandMade {
  /// A configuration whose trials end in every way: some converge early, trial numbers of remainder 5 to 11 die, of remainder 7
  /// diverge, of remainder 9 cannot start. Some values are not finite; "estimate" has a standard error.
  static func configuration(
    _ name: String, rate: Double, trials: Int, budget: Int = 300, pause: UInt32 = 0, failing: Bool = true,
    engine: @escaping @Sendable () throws(InputError) -> Void = {}
  ) -> Configuration {
    let plan = RunPlan<LogisticEngine.State>(
      budget: budget,
      stopping: StoppingRules(
        cadence: .every(13), converged: { $0.value > 0.974 }, diverged: { $0.trial % 11 == 7 && $0.step > 50 },
        dead: { $0.trial % 11 == 5 && $0.step > 20 }),
      series: [Probe("value", .every(17)) { $0.value }, Probe("inverse", .every(17)) { 1 / ($0.value - 0.5) }],
      finals: [
        Measure("value") { $0.value }, Measure("logarithm") { $0.trial % 4 == 0 ? -.infinity : $0.value },
        .estimated("estimate") { Estimate($0.value / 2, standardError: $0.trial % 3 == 0 ? .nan : $0.value / 10) },
      ])
    return Configuration(
      settings: [
        "problem": ["kind": "logistic", "name": .string(name), "rate": .number(rate)], "budget": .integer(budget),
        "seeds": ["master": 1],
      ], trials: trials,
      workload: Workload(
        plan: plan, estimatedCost: Double(budget) * rate,
        makeEngine: { () throws(InputError) in
          try engine()
          return LogisticEngine(rate: rate, pause: pause)
        },
        start: { (trial: Int) throws(InputError) -> Double in
          if failing, trial % 11 == 9 {
            throw InputError("init", expected: "a start", found: "none for trial \(trial)", advice: "Take another.")
          }
          return 0.1 + 0.8 * Double(trial * 37 % 101) / 101
        }))
  }

  /// A spec of three configurations.
  static func spec(trials: [Int] = [23, 40, 7], budget: Int = 300, pause: UInt32 = 0, failing: Bool = true) -> Spec {
    let names = ["first", "second", "third, with a comma"]
    return Spec(
      name: "hand-made", source: ["name": "hand-made"],
      configurations: trials.enumerated().map { place, count in
        configuration(
          names[place], rate: 3.7 + 0.1 * Double(place), trials: count, budget: budget + place, pause: pause,
          failing: failing)
      })
  }
}

/// The tables of a store as text, without what differs from run to run.
func tables(_ store: Store, includesFormer: Bool = false) throws -> [String] {
  let results = try Results(store, includesFormer: includesFormer)
  var texts: [String] = []
  for table in ResultTable.allCases {
    var text = ""
    try results.write(table, as: .csv) { text += $0 }
    texts.append(text)
  }
  return texts
}

extension Runner {
  /// As tests run: the version of the tests, one worker unless said otherwise.
  static func forTest(
    jobs: Int = 1, shard: Shard = .whole, states: Set<TrialState> = Runner.defaultStates, checkpointSeconds: Double = 30
  ) -> Runner {
    Runner(jobs: jobs, shard: shard, states: states, checkpointSeconds: checkpointSeconds, version: "test")
  }
}
