import Numerics
import Objectives
import TestSupport
import Testing

@testable import Descent

/// Runs that are watched until they leave, momentum, and the fit that finds minima.
@Suite struct EscapeTests {
  static func wuMaE() throws -> QuadraticMinimumObjective {
    guard case .quadraticMinimum(let objective) = try ReferenceProblem.wuMaE().objective else {
      throw InputError("wu-ma-e", expected: "bowls", found: "something else")
    }
    return objective
  }

  static func options(
    _ step: Double, _ order: SamplingOrder = .subset, batch: Int? = 1, momentum: Double = 0, budget: Int
  ) -> DescentOptions {
    DescentOptions(
      order: order, batchSize: batch, schedule: .constant(step), rule: UpdateRule(momentum: momentum), budget: budget,
      seeds: Seeds(master: 12))
  }

  /// Step by step with the stream's own batches: the exit step is the first one outside, and that is where it stays.
  @Test(arguments: [0.6, 0.7, 0.9], [0.0, 0.4]) func exitsAreWhereANaiveWalkLeaves(_ step: Double, _ momentum: Double)
    throws
  {
    let objective = try Self.wuMaE()
    let options = Self.options(step, momentum: momentum, budget: 300)
    let experiment = try EscapeExperiment(
      objective, around: [1], startRadius: 1e-3, escapeRadius: 0.4, options: options)
    let result = try experiment.run(trials: 40, workers: 1)
    #expect(result.escaped > 0)
    for trial in 0..<40 {
      var random = RandomStream(options.seeds.key(.initialization, trial: trial))
      var (x, change) = (1 + random.sphere(count: 1, radius: 1e-3)[0], 0.0)
      var stream = try options.indexStream(sampleCount: 2, trial: trial)
      var exit: Int?
      for t in 0..<300 {
        let gradient = objective.gradient(at: [x], over: Batch(samples: stream.batch(t).multiset))[0]
        change = momentum * change - step * gradient
        x += change
        if abs(x - 1) > 0.4 {
          exit = t + 1
          break
        }
      }
      #expect(result.exitSteps[trial] == exit)
      #expect(abs(result.endpoints[trial][0] - x) <= 1e-12 * abs(x))
    }
  }

  @Test func workersDoNotMatter() throws {
    let experiment = try EscapeExperiment(
      Self.wuMaE(), around: [1], startRadius: 1e-3, escapeRadius: 0.4, options: Self.options(0.6, budget: 200))
    let one = try experiment.run(trials: 100, workers: 1)
    #expect(try one == experiment.run(trials: 100, workers: 3))
    let (landed, again) = (
      try experiment.endpoints(trials: 30, workers: 1), try experiment.endpoints(trials: 30, workers: 2)
    )
    #expect(landed == again && landed.escaped == 0)
    // All land at 0 when they leave 1.
    #expect(landed.endpoints.allSatisfy { abs($0[0]) < 0.1 || abs($0[0] - 1) < 0.4 })
  }

  @Test func refusals() throws {
    let (objective, options) = (try Self.wuMaE(), Self.options(0.1, budget: 10))
    for (start, radius) in [(0.0, 1.0), (1, 1), (1, 0.5), (0.1, .infinity)] {
      #expect(throws: InputError.self) {
        try EscapeExperiment(objective, around: [0], startRadius: start, escapeRadius: radius, options: options)
      }
    }
    #expect(throws: InputError.self) {
      try EscapeExperiment(objective, around: [0, 0], startRadius: 0.1, escapeRadius: 1, options: options)
    }
    let sound = try EscapeExperiment(objective, around: [0], startRadius: 0.1, escapeRadius: 1, options: options)
    #expect(throws: InputError.self) { try sound.run(trials: 0, workers: 1) }
    #expect(throws: InputError.self) {
      try StochasticGradientDescent(objective, options: options, region: Region(centre: [0, 0], radius: 1))
    }
    for momentum in [-0.1, 1, .nan] {
      let wrong = Self.options(0.1, momentum: momentum, budget: 10)
      #expect(throws: InputError.self) { try StochasticGradientDescent(objective, options: wrong) }
    }
    #expect(throws: InputError.self) {
      _ = try AutoencoderEngine(count: 2, activation: .relu, options: Self.options(0.1, momentum: 0.5, budget: 10))
    }
  }

  /// A run that overflows has left, whatever its distance is called.
  @Test func overflowIsAnExit() throws {
    let objective = try QuadraticSumObjective(jacobians: [1e150], sampleCount: 1, outputCount: 1, dimension: 1)
    let experiment = try EscapeExperiment(
      objective, around: [0], startRadius: 1, escapeRadius: 1e300,
      options: Self.options(1e10, .full, batch: nil, budget: 5))
    #expect(try experiment.run(trials: 3, workers: 1).escaped == 3)
  }

  /// The heavy ball on a parabola: x_t from its closed form, and snapshots that go on to the bit.
  @Test func momentumIsTheHeavyBall() throws {
    let objective = try QuadraticSumObjective(jacobians: [1], sampleCount: 1, outputCount: 1, dimension: 1)
    let (step, beta) = (0.5, 0.25)
    var descent = try StochasticGradientDescent(
      objective, options: Self.options(step, .full, batch: nil, momentum: beta, budget: 50))
    descent.load([1], trial: 0, lane: 0)
    var (x, previous) = (1.0, 1.0)
    var state = descent.makeState()
    for t in 1...50 {
      (x, previous) = (x - step * x + beta * (x - previous), x)
      if t == 20 {
        let snapshot = descent.snapshot(lane: 0)
        #expect(snapshot.values.count == 2 && descent.snapshotSize == 2)
        descent.load([7], trial: 3, lane: 0)
        descent.advance(by: 2)
        descent.restore(LaneSnapshot(step: 19, values: snapshot.values), trial: 0, lane: 0)
      }
      descent.advance(by: 1)
      descent.read(lane: 0, into: &state)
      #expect(abs(state.parameters[0] - x) < 1e-15)
      if t == 20 {
        descent.restore(LaneSnapshot(step: 20, values: descent.snapshot(lane: 0).values), trial: 0, lane: 0)
      }
    }
  }

  /// Nets of 25 parameters on ten points reach an interpolating minimum, to rounding.
  @Test(arguments: [1, 2, 3, 4]) func fitsInterpolate(_ seed: UInt64) throws {
    var stream = testStream(seed)
    let objective = try TanhNetworkObjective.sine(samples: 10, hiddenCount: 8)
    let fit = try LevenbergMarquardt.fit(objective, from: objective.randomParameters(stream: &stream))
    #expect(
      fit.loss <= 1e-28 && fit.gradientNorm < 1e-12 && fit.iterations < 2_000, "\(fit.loss) after \(fit.iterations)")
  }

  /// More samples than parameters: the least-squares minimum, where the loss is not 0 and the gradient is.
  @Test func fitsWithoutInterpolation() throws {
    var stream = testStream(5)
    let objective = try TanhNetworkObjective.sine(samples: 40, hiddenCount: 1)
    let fit = try LevenbergMarquardt.fit(objective, from: objective.randomParameters(stream: &stream))
    #expect(fit.loss > 1e-6 && fit.gradientNorm < 1e-8, "\(fit.loss), \(fit.gradientNorm)")
    #expect(throws: InputError.self) { try LevenbergMarquardt.fit(objective, from: [0]) }
  }
}
