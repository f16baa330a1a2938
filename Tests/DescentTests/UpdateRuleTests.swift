import Foundation
import Numerics
import Objectives
import Testing

@testable import Descent

/// Momentum, Nesterov's form, decay and clipping against PyTorch; label noise against its law.
@Suite struct UpdateRuleTests {
  struct Fixture: Decodable {
    struct Case: Decodable {
      var momentum: Double
      var nesterov: Bool
      var weight_decay: Double
      var clip: Double?
      var path: [[Double]]
    }
    var step: Double
    var inputs: [[Double]]
    var targets, start: [Double]
    var cases: [Case]
  }

  private static func options(
    _ rule: UpdateRule, noise: LabelNoise? = nil, order: SamplingOrder = .full, batch: Int? = nil, step: Double = 0.2,
    budget: Int = 50
  ) -> DescentOptions {
    DescentOptions(
      order: order, batchSize: batch, schedule: .constant(step), rule: rule, labelNoise: noise, budget: budget,
      seeds: Seeds(master: 4))
  }

  @Test func agreesWithPyTorch() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/update-rules.json")
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    #expect(fixture.cases.count == 7)
    let objective = try LeastSquaresObjective(inputs: fixture.inputs, targets: fixture.targets)
    for item in fixture.cases {
      let rule = UpdateRule(
        momentum: item.momentum, isNesterov: item.nesterov, weightDecay: item.weight_decay,
        largestGradientNorm: item.clip)
      var descent = try StochasticGradientDescent(objective, options: Self.options(rule, step: fixture.step))
      descent.load(fixture.start, trial: 0, lane: 0)
      var state = descent.makeState()
      for expected in item.path {
        descent.advance(by: 1)
        descent.read(lane: 0, into: &state)
        #expect(largestDifference(state.parameters, expected) < 1e-14, "\(rule)")
      }
    }
  }

  /// Decoupled decay is coupled decay without momentum, and passes by the velocity with it.
  @Test func decoupledDecayPassesByTheVelocity() throws {
    let objective = try LeastSquaresObjective(inputs: [[1, 2], [-1, 0.5]], targets: [1, 2])
    let (step, weight, beta) = (0.1, 0.3, 0.6)
    for momentum in [0, beta] {
      let rule = UpdateRule(momentum: momentum, weightDecay: weight, isDecayDecoupled: true)
      var descent = try StochasticGradientDescent(objective, options: Self.options(rule, step: step))
      descent.load([3, -2], trial: 0, lane: 0)
      var state = descent.makeState()
      var (θ, v) = ([3.0, -2], [0.0, 0])
      for _ in 0..<20 {
        let g = objective.gradient(at: θ)
        for j in 0..<2 {
          v[j] = momentum * v[j] - step * g[j]
          θ[j] = (1 - step * weight) * θ[j] + v[j]
        }
        descent.advance(by: 1)
        descent.read(lane: 0, into: &state)
        #expect(largestDifference(state.parameters, θ) < 1e-14)
      }
    }
  }

  @Test func refusesRulesThatMakeNoSense() throws {
    let objective = try LeastSquaresObjective(inputs: [[1]], targets: [1])
    for rule in [
      UpdateRule(isNesterov: true), UpdateRule(weightDecay: -1), UpdateRule(weightDecay: .infinity),
      UpdateRule(isDecayDecoupled: true), UpdateRule(largestGradientNorm: 0), UpdateRule(largestGradientNorm: .nan),
      UpdateRule(largestGradientNorm: .infinity),
    ] {
      #expect(throws: InputError.self) { try StochasticGradientDescent(objective, options: Self.options(rule)) }
    }
    for noise in [
      LabelNoise(standardDeviation: 0), LabelNoise(standardDeviation: .nan),
      LabelNoise(standardDeviation: 1, until: 1.1),
    ] {
      #expect(throws: InputError.self) {
        try StochasticGradientDescent(objective, options: Self.options(.plain, noise: noise))
      }
    }
    // An objective whose labels are fixed.
    let landscape = try QuadraticSumObjective(hessians: [1], sampleCount: 1, dimension: 1)
    #expect(throws: InputError.self) {
      try StochasticGradientDescent(landscape, options: Self.options(.plain, noise: LabelNoise(standardDeviation: 1)))
    }
  }

  /// f = ½ (θ − y)² from θ = 0: with η = 1 the next θ is the noisy label itself.
  private static func labels(
    count: Int, budget: Int, noise: LabelNoise, order: SamplingOrder, batch: Int?
  ) throws -> [Double] {
    let objective = try LeastSquaresObjective(
      inputs: [[Double]](repeating: [1], count: count), targets: [Double](repeating: 0, count: count))
    var descent = try StochasticGradientDescent(
      objective, options: options(.plain, noise: noise, order: order, batch: batch, step: 1, budget: budget))
    var state = descent.makeState()
    descent.load([0], trial: 2, lane: 0)
    return (0..<budget).map { _ in
      descent.advance(by: 1)
      descent.read(lane: 0, into: &state)
      return state.parameters[0]
    }
  }

  /// Mean 0 and variance σ²/b, whether the b draws are of b samples or b times of one.
  @Test(arguments: [1, 2, 3]) func noiseHasItsVariance(_ b: Int) throws {
    let noise = LabelNoise(standardDeviation: 0.5)
    for (order, count) in [(SamplingOrder.subset, 3), (.iid, 1)] {
      let labels = try Self.labels(
        count: count, budget: 20_000, noise: noise, order: order, batch: order == .iid ? 1 : b)
      let variance = 0.25 / Double(order == .iid ? 1 : b)
      let mean = labels.reduce(0, +) / 20_000
      #expect(abs(mean) < 4.5 * (variance / 20_000).squareRoot())
      let square = labels.map { $0 * $0 }.reduce(0, +) / 20_000
      #expect(abs(square - variance) < 4.5 * variance * (2.0 / 20_000).squareRoot())
      #expect(Set(labels).count > 19_990)
    }
    // One sample drawn b times.
    let batches = [[Int]](repeating: [Int](repeating: 0, count: b), count: 5_000)
    let replay = try IndexReplay(batches: batches, sampleCount: 1, location: "")
    let labels = try Self.labels(count: 1, budget: 5_000, noise: noise, order: .replay(replay), batch: nil)
    let square = labels.map { $0 * $0 }.reduce(0, +) / 5_000
    #expect(abs(square - 0.25 / Double(b)) < 4.5 * 0.25 / Double(b) * (2.0 / 5_000).squareRoot())
  }

  @Test func noiseEndsWhereItShould() throws {
    let labels = try Self.labels(
      count: 1, budget: 10, noise: LabelNoise(standardDeviation: 1, until: 0.39), order: .full, batch: nil)
    #expect(labels.map { $0 != 0 } == (0..<10).map { $0 < 3 })
  }

  /// The indices with noise are those without; the noise does not depend on how a run is cut, nor on what ran before.
  @Test func noiseLeavesTheIndicesAlone() throws {
    let objective = try LeastSquaresObjective(inputs: [[1, 0], [0, 1], [1, 1]], targets: [1, 2, 3])
    func run(_ noise: LabelNoise?, cuts: [Int], trialBefore: Int?) throws -> [Double] {
      var descent = try StochasticGradientDescent(
        objective, options: Self.options(.plain, noise: noise, order: .iid, batch: 1, step: 0.1, budget: 40))
      if let trialBefore {
        descent.load([1, 1], trial: trialBefore, lane: 0)
        descent.advance(by: 7)
      }
      descent.load([0, 0], trial: 5, lane: 0)
      for cut in cuts { descent.advance(by: cut) }
      var state = descent.makeState()
      descent.read(lane: 0, into: &state)
      return state.parameters
    }
    let noise = LabelNoise(standardDeviation: 0.1)
    let whole = try run(noise, cuts: [40], trialBefore: nil)
    #expect(try run(noise, cuts: [1, 2, 30, 7], trialBefore: 3) == whole)
    // With noise of almost nothing the run is almost the one without: the same indices.
    let plain = try run(nil, cuts: [40], trialBefore: nil)
    let faint = try run(LabelNoise(standardDeviation: 1e-12), cuts: [40], trialBefore: nil)
    #expect(largestDifference(plain, faint) < 1e-11 && faint != plain && whole != plain)
  }
}
