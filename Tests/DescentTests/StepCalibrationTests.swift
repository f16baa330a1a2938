import Descent
import Numerics
import Objectives
import Testing

@Suite("Step calibration") struct StepCalibrationTests {
  /// f = ½ a θ²: gradient descent multiplies θ by 1 − ηa.
  private func parabola(_ a: Double) throws -> NetworkObjective<Double> {
    try NetworkObjective(
      Network(widths: [1, 1], activation: .identity, bias: false), inputs: [a.squareRoot()], targets: .values([0]),
      loss: .squared(half: true))
  }

  private func options(_ budget: Int, order: SamplingOrder = .full, batch: Int? = nil) -> DescentOptions {
    DescentOptions(
      order: order, batchSize: batch, schedule: .constant(1), budget: budget, seeds: Seeds(master: 5))
  }

  @Test("finds gradient descent's 2/a from every first guess", arguments: [0.1, 0.3, 0.5, 0.6, 0.9, 5, 300])
  func parabola(guess: Double) throws {
    // At 0.5 the iterate alternates between ±1 for ever; the next of the grid, 0.6, grows by 1.4 a step.
    let calibration = StepCalibration(resolution: 0.1, firstGuess: guess, fraction: 0.5, trialCount: 1, checkEvery: 10)
    let found = try calibration.run(parabola(4), options: options(400), workers: 1) { _ in [1] }
    #expect(found.step == 0.5)
    #expect(abs((found.firstFailure ?? 0) - 0.6) < 1e-12)
    #expect(found.budget == 200)
    #expect(found.attempts.contains { $0.multiple == 5 && $0.survived })
    #expect(found.attempts.contains { $0.multiple == 6 && !$0.survived })
    #expect(Set(found.attempts.map(\.multiple)).count == found.attempts.count, "a step tried twice")
    #expect(found.attempts.allSatisfy { $0.survived == ($0.multiple <= 5) })
  }

  @Test("says at which step a run was found diverged, and how the step was found") func report() throws {
    // 1 − ηa = −3: the loss ½·4·9ᵗ exceeds 10⁶ at t = 6, and the loss is looked at every 4 steps.
    let calibration = StepCalibration(resolution: 0.25, firstGuess: 1, fraction: 1, trialCount: 2, checkEvery: 4)
    let found = try calibration.run(parabola(4), options: options(40), workers: 2) { _ in [1] }
    #expect(found.attempts.map(\.multiple) == [4, 2, 3])
    #expect(found.attempts[0].ends == [.diverged(step: 8), .diverged(step: 8)])
    #expect(found.attempts[1].survived)
    #expect(
      found.description
        == """
        0.5 is the largest step of the grid of spacing 0.25 below the first failure: 2 runs of 40 steps stay finite with a \
        loss up to 1000000.0, and the next, 0.75, does not. Tried in this order: 1.0 fails (trial 0 diverged by step 8, \
        trial 1 diverged by step 8); 0.5 survives; 0.75 fails (trial 0 diverged by step 12, trial 1 diverged by step 12).
        """)
  }

  @Test("ends at the largest step if that survives") func bounded() throws {
    let calibration = StepCalibration(resolution: 0.1, firstGuess: 0.1, largestStep: 0.35, trialCount: 1)
    let found = try calibration.run(parabola(4), options: options(400), workers: 1) { _ in [1] }
    #expect(abs(found.step - 0.3) < 1e-12 && found.firstFailure == nil)
    #expect(found.attempts.map(\.multiple) == [1, 2, 3])
    #expect(found.description.contains("no larger one was tried"))
  }

  /// A regression by a diagonal network, on which SGD's border is not sharp.
  private func diagonal() throws -> DiagonalNetworkObjective<Double> {
    var stream = RandomStream(RandomKey(seed: 8, purpose: .data))
    let features = stream.gaussian(count: 8 * 12)
    let targets = (0..<8).map { row -> Double in
      let first = features[12 * row]
      return first + features[12 * row + 1] / 2
    }
    return try DiagonalNetworkObjective(.product, features: features, targets: targets)
  }

  @Test("with SGD: the step found survives all trials by hand, the next does not, for any number of workers")
  func stochastic() throws {
    let objective = try diagonal()
    let start = objective.constantParameters(0.3, 0)
    let options = options(2_000, order: .iid, batch: 1)
    let calibration = StepCalibration(resolution: 0.01, firstGuess: 0.3)
    let found = try calibration.run(objective, options: options, workers: 1) { _ in start }
    #expect(try calibration.run(objective, options: options, workers: 2) { _ in start } == found)
    func survives(_ step: Double) throws -> Bool {
      try (0..<3).allSatisfy { trial in
        var options = options
        options.schedule = .constant(step)
        options.budget = 1_000
        var engine = try StochasticGradientDescent(objective, options: options)
        var state = engine.makeState()
        engine.load(start, trial: trial, lane: 0)
        return (0..<10).allSatisfy { _ in
          engine.advance(by: 100)
          engine.read(lane: 0, into: &state)
          return objective.loss(at: state.parameters) <= 1e6
        }
      }
    }
    #expect(try survives(found.step))
    #expect(try !survives(try #require(found.firstFailure)))
    #expect(found.attempts.contains { !$0.survived && $0.ends.contains(.survived) }, "no border between trials")
  }

  @Test("a run that collapses does not survive") func collapse() throws {
    // The network 1-1-1 with ReLU dies where a step takes its only neuron below 0.
    let objective = try NetworkObjective<Double>(
      Network(widths: [1, 1, 1], activation: .relu, bias: false), inputs: [1], targets: .values([-1]),
      loss: .squared(half: true))
    #expect(!objective.hasCollapsed(at: [0.1, 1]) && objective.hasCollapsed(at: [-0.1, 1]))
    let calibration = StepCalibration(
      resolution: 0.01, firstGuess: 0.16, largestStep: 1, trialCount: 1, checkEvery: 1)
    let found = try calibration.run(
      objective, options: options(4), workers: 1, hasCollapsed: { objective.hasCollapsed(at: $0) }
    ) { _ in [0.1, 1] }
    // The first step takes 0.1 to 0.1 − 1.1η, the second about as far.
    #expect(
      found.attempts.map(\.ends) == [
        [.collapsed(step: 1)], [.collapsed(step: 2)], [.survived], [.collapsed(step: 2)], [.collapsed(step: 2)],
      ])
    #expect(found.attempts.map(\.multiple) == [16, 8, 4, 6, 5] && found.step == 0.04)
    #expect(found.attempts[1].description == "0.08 fails (trial 0 collapsed by step 2)")
    // A dead network survives every step.
    let blind = try calibration.run(objective, options: options(4), workers: 1) { _ in [0.1, 1] }
    #expect(blind.step == 1 && blind.firstFailure == nil)
  }

  @Test("if nothing survives it says so; settings that make no sense are refused") func errors() throws {
    let objective = try parabola(4)
    let error = #expect(throws: InputError.self) {
      try StepCalibration(resolution: 1, firstGuess: 4, trialCount: 1).run(
        objective, options: options(400), workers: 1
      ) { _ in [1] }
    }
    #expect(error?.found.hasPrefix("none: 4.0 fails (trial 0 diverged by step 100); 2.0 fails") == true)
    for calibration in [
      StepCalibration(resolution: 0, firstGuess: 1), StepCalibration(resolution: .nan, firstGuess: 1),
      StepCalibration(resolution: 1, firstGuess: 0), StepCalibration(resolution: 1, firstGuess: .infinity),
      StepCalibration(resolution: 1, firstGuess: 1, largestStep: 0.5),
      StepCalibration(resolution: 1, firstGuess: 1, fraction: 0),
      StepCalibration(resolution: 1, firstGuess: 1, fraction: 2),
      StepCalibration(resolution: 1, firstGuess: 1, trialCount: 0),
      StepCalibration(resolution: 1, firstGuess: 1, largestLoss: -1),
      StepCalibration(resolution: 1, firstGuess: 1, checkEvery: 0),
    ] {
      let error = #expect(throws: InputError.self) {
        try calibration.run(objective, options: options(4), workers: 1) { _ in [1] }
      }
      #expect(error?.location.hasPrefix("calibration.") == true)
    }
    #expect(throws: InputError.self) {
      try StepCalibration(resolution: 1, firstGuess: 1).run(objective, options: options(4), workers: 1) { _ in [] }
    }
  }
}
