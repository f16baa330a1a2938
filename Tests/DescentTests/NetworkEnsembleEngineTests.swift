import Foundation
import Numerics
import Objectives
import TestSupport
import Testing

@testable import Descent

/// The engine of small networks against the plain loop on the same objective.
@Suite struct NetworkEnsembleEngineTests {
  /// Every lane against the plain loop, at many steps, to 1e-10 of the largest parameter.
  @Test func equalsThePlainLoop() throws {
    let runs = try TinyNetworkRun.all()
    #expect(runs.count > 250)
    for run in runs {
      var engine = try NetworkEnsembleEngine(run.objective, options: run.options)
      var plain = try StochasticGradientDescent(run.objective, options: run.options)
      // Seven lanes: one stays empty.
      for lane in 0..<7 { engine.load(run.start(lane), trial: lane, lane: lane) }
      let lane = (run.options.batchSize ?? 6) % 7
      plain.load(run.start(lane), trial: lane, lane: 0)
      var (state, wanted) = (engine.makeState(), plain.makeState())
      var largest = 0.0
      for steps in [1, 2, 61, 200, 500, 236] {
        engine.advance(by: steps)
        plain.advance(by: steps)
        engine.read(lane: lane, into: &state)
        plain.read(lane: 0, into: &wanted)
        #expect(state.step == wanted.step)
        let scale = wanted.parameters.map(abs).max() ?? 0
        largest = max(largest, largestDifference(state.parameters, wanted.parameters) / scale)
      }
      #expect(largest <= 1e-10, "\(run): \(largest)")
      // It got somewhere.
      let isFinite = wanted.parameters.allSatisfy(\.isFinite)
      #expect(isFinite, "\(run)")
      #expect(largestDifference(wanted.parameters, run.start(lane)) > 0.01, "\(run)")
    }
  }

  /// A batch so large that several tiles of samples pass, on a network wide enough for all sizes of blocks.
  @Test func severalTilesEqualThePlainLoop() throws {
    var stream = testStream(77)
    let network = try Network(parsing: "mlp:15-19-6-3:relu")
    let objective = try NetworkObjective(
      network, inputs: stream.gaussian(count: 15 * 101), targets: .values(stream.gaussian(count: 3 * 101)),
      loss: .squared())
    for batch in [2, 50, 99, 101] {
      let options = DescentOptions(
        order: .reshuffle, batchSize: batch, schedule: .constant(0.02), budget: 300, seeds: Seeds(master: 4))
      var engine = try NetworkEnsembleEngine(objective, options: options)
      var plain = try StochasticGradientDescent(objective, options: options)
      let start = network.randomParameters(.he, stream: &stream)
      engine.load(start, trial: 2, lane: 7)
      plain.load(start, trial: 2, lane: 0)
      engine.advance(by: 300)
      plain.advance(by: 300)
      let (found, wanted) = (engine.snapshot(lane: 7).values, plain.snapshot(lane: 0).values)
      #expect(largestDifference(found, wanted) < 1e-11)
      #expect(largestDifference(start, wanted) > 0.01)
    }
  }

  static func bits(_ snapshot: LaneSnapshot) -> [UInt64] {
    // Of what is not a number only that: which one it is depends on the order of operands.
    [UInt64(snapshot.step)] + snapshot.values.map { $0.isNaN ? .max : $0.bitPattern }
  }

  /// A replica moves at random steps to a random lane of another engine, among neighbours that are hostile: not a number,
  /// huge, or just other.
  @Test func movingDoesNotMatter() throws {
    let runs = try TinyNetworkRun.all()
    for (which, run) in runs.enumerated() where which % 5 == 0 {
      let d = run.objective.parameterCount
      var undisturbed = try NetworkEnsembleEngine(run.objective, options: run.options)
      undisturbed.load(run.start(3), trial: 3, lane: 0)
      undisturbed.advance(by: TinyNetworkRun.budget)
      let wanted = undisturbed.snapshot(lane: 0)
      #expect(wanted.values.count == undisturbed.snapshotSize)

      var random = testStream(50 + UInt64(which))
      var first = try NetworkEnsembleEngine(run.objective, options: run.options)
      first.load(run.start(3), trial: 3, lane: 2)
      var snapshot = first.snapshot(lane: 2)
      while snapshot.step < TinyNetworkRun.budget {
        let lane = random.integer(below: 8)
        var engine = try NetworkEnsembleEngine(run.objective, options: run.options)
        for place in 1..<8 where random.uniform() < 0.7 {
          let hostile: [Double] = [.nan, 1e200, -1 / 0.0, .leastNonzeroMagnitude, 0, -30, 1]
          let value = hostile[place - 1]
          engine.load([Double](repeating: value, count: d), trial: place, lane: (lane + place) % 8)
        }
        let cleared = (lane + 1 + random.integer(below: 7)) % 8
        engine.advance(by: 3)
        engine.clear(lane: cleared)
        engine.restore(snapshot, trial: 3, lane: lane)
        #expect(Self.bits(engine.snapshot(lane: lane)) == Self.bits(snapshot))
        let steps = min(TinyNetworkRun.budget - snapshot.step, 1 + random.integer(below: 400))
        engine.advance(by: steps / 3)
        engine.advance(by: steps - steps / 3)
        snapshot = engine.snapshot(lane: lane)
      }
      #expect(Self.bits(snapshot) == Self.bits(wanted), "\(run)")
    }
  }

  /// A run that overflows says so, in the plain loop's steps, whatever stands beside the batch in the padding of its slots.
  @Test func divergenceIsThatOfThePlainLoop() throws {
    for (order, batch) in try TinyNetworkRun.orders() {
      let run = try TinyNetworkRun(
        Network(parsing: "mlp:2-4-1:relu:bias=false"), order: order, batch: batch, step: 40)
      var engine = try NetworkEnsembleEngine(run.objective, options: run.options)
      var plain = try StochasticGradientDescent(run.objective, options: run.options)
      engine.load(run.start(1), trial: 1, lane: 4)
      plain.load(run.start(1), trial: 1, lane: 0)
      for _ in 0..<120 {
        engine.advance(by: 1)
        plain.advance(by: 1)
        let (found, wanted) = (engine.snapshot(lane: 4).values, plain.snapshot(lane: 0).values)
        #expect(found.allSatisfy(\.isFinite) == wanted.allSatisfy(\.isFinite), "\(run)")
      }
      let ends = engine.snapshot(lane: 4).values.allSatisfy(\.isFinite)
      #expect(!ends, "\(run)")
    }
  }

  /// Stopped anywhere and resumed, with one worker and two, over plans written for the plain loop.
  @Test func resumptionChangesNoBit() throws {
    let runs = try TinyNetworkRun.all()
    for (which, run) in runs.enumerated() where which % 12 == 1 {
      let objective = run.objective
      let plan = RunPlan<StochasticGradientDescent<NetworkObjective<Double>>.State>(
        budget: 400,
        stopping: StoppingRules(cadence: .every(31), converged: { objective.loss(at: $0.parameters) < 0.05 }),
        series: [Probe("loss", .every(7)) { objective.loss(at: $0.parameters) }],
        finals: (0..<objective.parameterCount).map { j in Measure("w\(j)") { $0.parameters[j] } })
      try ResumptionTests.compare(
        0..<19, plan: plan, seed: UInt64(100 * which), longest: 12,
        makeEngine: { () throws(InputError) in try NetworkEnsembleEngine(run.objective, options: run.options) },
        start: run.start)
    }
  }

  /// One call runs small networks on this engine and large ones on the plain loop.
  @Test func ensemblesChooseTheirEngine() throws {
    let small = try TinyNetworkRun(Network(parsing: "mlp:3-6-1:relu"))
    let large = try TinyNetworkRun(Network(parsing: "mlp:3-90-90-1:relu"))
    #expect(NetworkEnsembleEngine.pays(for: small.objective, options: small.options))
    #expect(!NetworkEnsembleEngine.pays(for: large.objective, options: large.options))
    for run in [small, large] {
      let plan = RunPlan<NetworkEnsembleEngine.State>(
        budget: 50, finals: [Measure("first") { $0.parameters[0] }, Measure("last") { $0.parameters.last ?? .nan }])
      let record = try Ensemble.run(
        run.objective, options: run.options, trials: 0..<5, workers: 2, plan: plan, start: run.start)
      let desk = TestDesk(fresh: 0..<5)
      try Ensemble.work(on: run.objective, options: run.options, plan: plan, desk: desk, start: run.start)
      let worked = desk.content.withLock { $0.finished.sorted { $0.trial < $1.trial } }
      #expect(worked.map(EnsembleTests.bits) == record.replicas.map(EnsembleTests.bits))
      let plain = try Ensemble.run(
        trials: 0..<5, workers: 1, plan: plan, seeds: run.options.seeds,
        makeEngine: { () throws(InputError) in try StochasticGradientDescent(run.objective, options: run.options) },
        start: run.start)
      let isPlain = record.replicas.map(EnsembleTests.bits) == plain.replicas.map(EnsembleTests.bits)
      #expect(isPlain == (run.objective.parameterCount > NetworkEnsembleEngine.largestParameterCount))
    }
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let run = try TinyNetworkRun(Network(parsing: "mlp:2-3-2:tanh"))
    func refused(_ options: DescentOptions) -> String? {
      let error = refusal { () throws(InputError) in _ = try NetworkEnsembleEngine(run.objective, options: options) }
      return error?.location
    }
    var options = run.options
    options.labelNoise = LabelNoise(standardDeviation: 1)
    let noiseRefusal = refused(options)
    #expect(noiseRefusal == "labelNoise")
    options = run.options
    options.batchSize = 10
    let batchRefusal = refused(options)
    #expect(batchRefusal == "batch")
    let engine = try NetworkEnsembleEngine(run.objective, options: run.options)
    let problem = engine.problem(with: [1, 2])
    #expect(problem?.location == "start")
  }
}
