import Foundation
import Numerics
import Objectives
import Testing

@testable import Descent

/// The fast engines against the plain objective under the plain loop, and against published and golden numbers.
@Suite struct AutoencoderEngineTests {
  static let seeds = Seeds(master: 11)

  static func options(
    _ order: SamplingOrder, batch: Int?, step: Double, budget: Int, reduction: DescentOptions.Reduction = .mean
  ) -> DescentOptions {
    DescentOptions(
      order: order, batchSize: batch, schedule: .constant(step), reduction: reduction, budget: budget, seeds: seeds)
  }

  static func start(_ trial: Int, dimension: Int, norm: Double) -> [Double] {
    var stream = RandomStream(seeds.key(.initialization, trial: trial))
    return stream.sphere(count: dimension, radius: norm)
  }

  static let golden:
    [(activation: AutoencoderObjective.Activation, coefficients: [Double], perpendicular: Double, s: Double)] = [
      (
        .relu, [0.453391561315460, 0.292708126099524, -0.090184963436008, 0.519302802703279], 0.045092481718004,
        0.571084015389689
      ),
      (
        .linear, [0.452066289869228, 0.291656286718383, -0.126755984779720, 0.518008861352726], 0.044986662006482,
        0.575851379894394
      ),
    ]

  /// Digest 3.3: m = 4, n = 5, η = 0.2, six batches with duplicates and a full one.
  @Test(arguments: golden.indices) func goldenValues(_ which: Int) throws {
    let golden = Self.golden[which]
    let replay = try IndexReplay(batches: [[0], [3], [2], [0, 1], [1, 1], [0, 1, 2, 3]], sampleCount: 4)
    let options = Self.options(.replay(replay), batch: nil, step: 0.2, budget: 6)
    let start = AutoencoderState(coefficients: [0.3, 0.2, -0.1, 0.4], perpendicular: 0.05)
    var fast = try AutoencoderEngine(count: 4, activation: golden.activation, options: options)
    var correlated = try CorrelatedAutoencoderEngine(
      data: .standardBasis(count: 4, dimension: 5), activation: golden.activation, options: options)
    let objective = AutoencoderObjective(
      data: try .standardBasis(count: 4, dimension: 5), activation: golden.activation)
    var plain = try StochasticGradientDescent(objective, options: options)
    fast.load(start, trial: 0, lane: 3)
    correlated.load(start, trial: 0, lane: 0)
    plain.load([0.3, 0.2, -0.1, 0.4, 0.05], trial: 0, lane: 0)
    fast.advance(by: 6)
    correlated.advance(by: 6)
    plain.advance(by: 6)
    var states = [fast.makeState(), correlated.makeState()]
    fast.read(lane: 3, into: &states[0])
    correlated.read(lane: 0, into: &states[1])
    var end = plain.makeState()
    plain.read(lane: 0, into: &end)
    states.append(AutoencoderState(of: objective, at: end.parameters))
    for state in states {
      for i in 0..<4 { #expect(abs(state.coefficients[i] - golden.coefficients[i]) < 1e-12) }
      #expect(abs(state.perpendicular - golden.perpendicular) < 1e-12)
      #expect(abs(state.squaredNorm - golden.s) < 1e-12)
    }
  }

  /// Digest 3.3: the first author's printed output for n = m = 20, cyclic, η = 0.2, equal start of norm 0.1.
  @Test func publishedCyclicRun() throws {
    var engine = try AutoencoderEngine(
      count: 20, activation: .relu, options: Self.options(.cyclic, batch: 1, step: 0.2, budget: 20_000))
    let entry = 0.1 / 20.0.squareRoot()
    engine.load(AutoencoderState(coefficients: [Double](repeating: entry, count: 20)), trial: 0, lane: 0)
    engine.advance(by: 20_000)
    var state = engine.makeState()
    engine.read(lane: 0, into: &state)
    let printed = [
      (0, 1.0), (1, 8.61971656e-10), (2, 6.36717912e-10), (3, 5.33286489e-10), (4, 4.70526210e-10),
      (19, 2.44591632e-10),
    ]
    for (i, value) in printed { #expect(abs(state.coefficients[i] / value - 1) < 1e-8) }
  }

  /// Digest 3.3: n = m = 2, η = 0.25, cyclic, 300 steps.
  @Test func publishedPlaneRun() throws {
    var engine = try AutoencoderEngine(
      count: 2, activation: .relu, options: Self.options(.cyclic, batch: 1, step: 0.25, budget: 300))
    engine.load(AutoencoderState(coefficients: [0.2, 0.01]), trial: 0, lane: 0)
    var state = engine.makeState()
    var previous = 0.0
    var largestMean = 0.0
    for step in 0..<300 {
      engine.advance(by: 1)
      engine.read(lane: 0, into: &state)
      if step > 0 { largestMean = max(largestMean, 0.5 * (previous + state.squaredNorm)) }
      previous = state.squaredNorm
    }
    #expect(abs(state.coefficients[1] / 3.29004986e-06 - 1) < 1e-8)
    #expect(abs(state.coefficients[0] - 1) < 1e-9)
    #expect(abs(largestMean - 1.00008962905554) < 1e-13)
  }

  struct Case: Sendable, CustomStringConvertible {
    var order: SamplingOrder
    var batch: Int?
    var activation: AutoencoderObjective.Activation
    var norm = 0.5
    var step = 0.2
    var reduction = DescentOptions.Reduction.mean
    var description: String { "\(order.name) b=\(batch ?? 0) \(activation) norm \(norm) η=\(step) \(reduction)" }
  }

  static var cases: [Case] {
    var cases: [Case] = []
    for activation in AutoencoderObjective.Activation.allCases {
      for batch in [1, 3, 7, 10] {
        for order in [SamplingOrder.iid, .subset, .reshuffle, .cyclic, .blocks] {
          cases.append(Case(order: order, batch: batch, activation: activation))
        }
      }
      cases.append(Case(order: .full, batch: nil, activation: activation))
      // Outside the region of the lazy form: a norm above √2, a step near the batch size, a sum of gradients.
      cases.append(Case(order: .iid, batch: 1, activation: activation, norm: 2))
      cases.append(Case(order: .iid, batch: 2, activation: activation, step: 0.9))
      cases.append(Case(order: .subset, batch: 4, activation: activation, step: 0.05, reduction: .sum))
    }
    return cases
  }

  /// n = 25, m = 10, 3,000 steps, all orders, both activations: coefficients, norm and the part outside the span, for orthonormal data in
  /// general position.
  @Test(arguments: cases) func equalsThePlainLoop(_ test: Case) throws {
    let budget = 3_000
    let options = Self.options(
      test.order, batch: test.batch, step: test.step, budget: budget, reduction: test.reduction)
    var stream = RandomStream(Self.seeds.key(.data))
    let data = try AutoencoderData.randomOrthonormal(count: 10, dimension: 25, stream: &stream)
    let objective = AutoencoderObjective(data: data, activation: test.activation)
    var plain = try StochasticGradientDescent(objective, options: options)
    var fast = try AutoencoderEngine(count: 10, activation: test.activation, options: options, keepsLogarithms: true)
    var correlated = try CorrelatedAutoencoderEngine(data: data, activation: test.activation, options: options)
    let start = Self.start(5, dimension: 25, norm: test.norm)
    let startState = AutoencoderState(of: objective, at: start)
    plain.load(start, trial: 5, lane: 0)
    fast.load(startState, trial: 5, lane: 2)
    correlated.load(startState, trial: 5, lane: 0)
    var fastState = fast.makeState()
    var correlatedState = correlated.makeState()
    var plainState = plain.makeState()
    var largest = 0.0
    for _ in 0..<(budget / 100) {
      plain.advance(by: 100)
      fast.advance(by: 100)
      correlated.advance(by: 100)
      plain.read(lane: 0, into: &plainState)
      fast.read(lane: 2, into: &fastState)
      correlated.read(lane: 0, into: &correlatedState)
      let truth = AutoencoderState(of: objective, at: plainState.parameters)
      for state in [fastState, correlatedState] {
        for i in 0..<10 { largest = max(largest, abs(state.coefficients[i] - truth.coefficients[i])) }
        largest = max(largest, abs(state.squaredNorm - truth.squaredNorm))
      }
      for i in 0..<10 where abs(fastState.coefficients[i]) > 1e-100 {
        largest = max(largest, abs(fastState.logCoefficients[i] - log(abs(fastState.coefficients[i]))))
      }
    }
    #expect(largest < 1e-11)
  }

  /// Correlated data against the plain loop, with the part outside the span, which the Gram form carries along.
  @Test(arguments: [-0.05, 0.0, 0.01, 0.3], [1, 4]) func correlatedEqualsThePlainLoop(_ correlation: Double, batch: Int)
    throws
  {
    let data = try AutoencoderData.equicorrelated(count: 6, dimension: 9, correlation: correlation)
    for activation in AutoencoderObjective.Activation.allCases {
      let options = Self.options(.iid, batch: batch, step: 0.2, budget: 3_000)
      let objective = AutoencoderObjective(data: data, activation: activation)
      var plain = try StochasticGradientDescent(objective, options: options)
      var correlated = try CorrelatedAutoencoderEngine(data: data, activation: activation, options: options)
      let start = Self.start(1, dimension: 9, norm: 0.5)
      plain.load(start, trial: 1, lane: 0)
      correlated.load(AutoencoderState(of: objective, at: start), trial: 1, lane: 0)
      plain.advance(by: 3_000)
      correlated.advance(by: 3_000)
      var plainState = plain.makeState()
      var state = correlated.makeState()
      plain.read(lane: 0, into: &plainState)
      correlated.read(lane: 0, into: &state)
      let truth = AutoencoderState(of: objective, at: plainState.parameters)
      for i in 0..<6 { #expect(abs(state.coefficients[i] - truth.coefficients[i]) < 1e-11) }
      #expect(abs(state.squaredNorm - truth.squaredNorm) < 1e-11)
      #expect(abs(state.perpendicular - truth.perpendicular) < 1e-7)
    }
  }
}
