import AllocationCount
import Numerics
import Objectives
import TestSupport
import Testing

@testable import Descent

/// A step takes no memory from the heap: advances of one step and of many ask for it equally often.
@Suite struct AllocationTests {
  /// The heap is asked that often by an advance of `steps`.
  private func allocations<Engine: DescentEngine & ~Copyable>(_ engine: inout Engine, advancingBy steps: Int) -> Int {
    let before = basin_allocations()
    engine.advance(by: steps)
    return basin_allocations() - before
  }

  /// Loads all lanes, and compares once everything that grows has grown.
  private func expectNone<Engine: DescentEngine & ~Copyable>(
    _ engine: inout Engine, _ name: String, start: (Int) -> Engine.Start
  ) {
    for lane in 0..<engine.laneCount { engine.load(start(lane), trial: lane, lane: lane) }
    engine.advance(by: 100)
    let few = allocations(&engine, advancingBy: 1)
    let many = allocations(&engine, advancingBy: 300)
    #expect(few == many, "\(name)")
  }

  @Test func theCountCounts() {
    let before = basin_allocations()
    let array = [Double](repeating: 1, count: 1000 + Int(before % 2))
    #expect(basin_allocations() > before)
    #expect(array.count >= 1000)
  }

  @Test func ofSmallNetworks() throws {
    for run in try TinyNetworkRun.all() {
      var engine = try NetworkEnsembleEngine(run.objective, options: run.options)
      expectNone(&engine, "\(run)", start: run.start)
    }
  }

  @Test func ofNetworksByThePlainLoop() throws {
    for run in try TinyNetworkRun.all() {
      var engine = try StochasticGradientDescent(run.objective, options: run.options)
      expectNone(&engine, "\(run)", start: run.start)
    }
  }

  /// Products of matrices by BLAS, in single precision, with and without the product that changes the weights itself.
  @Test(arguments: [UpdateRule.plain, UpdateRule(momentum: 0.5)]) func ofWideNetworks(_ rule: UpdateRule) throws {
    var stream = testStream(8)
    let network = try Network(parsing: "mlp:40-90-10:relu")
    let objective = try NetworkObjective<Float>(
      network, inputs: stream.gaussian(count: 40 * 200).map { Float($0) }, targets: .classes((0..<200).map { $0 % 10 }),
      loss: .crossEntropy)
    let options = DescentOptions(
      order: .reshuffle, batchSize: 64, schedule: .constant(0.01), rule: rule, budget: 1_000, seeds: Seeds(master: 1))
    var engine = try StochasticGradientDescent(objective, options: options)
    let start: [Float] = objective.randomParameters(.pyTorch, stream: &stream)
    expectNone(&engine, "\(rule)") { _ in start }
  }

  @Test func ofDiagonalNetworks() throws {
    for test in try DiagonalDescentTests.Case.all() {
      var engine = try StochasticGradientDescent(test.objective, options: test.options)
      expectNone(&engine, "\(test)") { _ in test.start }
    }
  }

  @Test func ofAutoencoders() throws {
    for test in AutoencoderEngineTests.cases {
      let options = DescentOptions(
        order: test.order, batchSize: test.batch, schedule: .constant(test.step), reduction: test.reduction,
        budget: 1_000, seeds: Seeds(master: 3))
      let experiment = AutoencoderExperiment(
        dimension: 25, count: 10, activation: test.activation, start: .sphere(norm: test.norm), options: options)
      var engine = try AutoencoderEngine(count: 10, activation: test.activation, options: options)
      expectNone(&engine, "\(test)", start: experiment.start)
    }
  }
}
