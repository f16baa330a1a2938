import Numerics
import Objectives
import TestSupport
import Testing

@testable import Descent

/// Stopped anywhere and resumed is never stopped, to the bit: ends, finals, series and the times at which runs stop.
@Suite struct ResumptionTests {
  typealias Activation = AutoencoderObjective.Activation

  static let dataCount = 5

  /// 5 data vectors in batches of 2: `reshuffle` has a short last batch. The replay has repeated indices and batches of unequal sizes.
  static func orders(budget: Int) throws -> [(order: SamplingOrder, batch: Int?)] {
    var random = testStream(31)
    let batches = (0..<budget).map { _ in
      (0..<(1 + random.integer(below: 4))).map { _ in random.integer(below: dataCount) }
    }
    let replay = SamplingOrder.replay(try IndexReplay(batches: batches, sampleCount: dataCount))
    return [
      (.iid, 1), (.iid, 3), (.subset, 2), (.reshuffle, 1), (.reshuffle, 2), (.cyclic, 2), (.full, nil), (replay, nil),
    ]
  }

  static let schedules: [StepSchedule] = [
    .constant(0.3),
    StepSchedule(
      base: 0.5, warmUp: .power(factor: 1.5, exponent: 0.5, until: 0.1),
      decays: [.init(at: 0.3, divideBy: 2), .init(at: 0.7, divideBy: 4)]),
    StepSchedule(base: 0.1, pieces: [.init(from: 3, value: 0.8), .init(from: 777, value: 0.2)]),
  ]

  static func options(_ order: SamplingOrder, _ batch: Int?, _ schedule: StepSchedule, budget: Int) -> DescentOptions {
    DescentOptions(order: order, batchSize: batch, schedule: schedule, budget: budget, seeds: Seeds(master: 8))
  }

  /// Starts of norms from 0.2 to 3: steps inside and outside the engine's lazy region, dead starts, runs that diverge.
  @Sendable static func start(_ trial: Int) -> AutoencoderState {
    var random = testStream(400 + UInt64(trial))
    let w = random.sphere(count: dataCount + 1, radius: [0.2, 0.7, 3][trial % 3])
    return AutoencoderState(coefficients: Array(w[..<dataCount]), perpendicular: abs(w[dataCount]))
  }

  static func plan(_ activation: Activation, budget: Int, keepsLogarithms: Bool) -> RunPlan<AutoencoderState> {
    var finals =
      Measure.coefficients(count: dataCount) + [
        Measure("squaredNorm") { $0.squaredNorm }, Measure("perpendicular") { $0.perpendicular },
      ]
    if keepsLogarithms {
      finals += (0..<dataCount).map { i in Measure("log\(i)") { $0.logCoefficients[i] } }
    }
    return RunPlan(
      budget: budget,
      stopping: StoppingRules(
        cadence: .every(48), converged: { $0.misalignment(activation) <= 1e-20 }, diverged: { $0.hasDiverged },
        dead: { $0.isDead(activation) }),
      series: [
        Probe("gap", .every(7)) { $0.lossGap(activation) }, Probe("norm", .perDecade(9)) { $0.squaredNorm },
        Probe("first", .at([0, 1, 127, 128, 129, 1_000])) { $0.coefficients[0] },
      ], finals: finals)
  }

  /// Runs `trials` undisturbed, and stopped by many a whim with one worker and with two.
  static func compare<Engine: DescentEngine & ~Copyable>(
    _ trials: Range<Int>, plan: RunPlan<Engine.State>, seed: UInt64, longest: Int = 40,
    makeEngine: @Sendable () throws(InputError) -> Engine, start: @Sendable (Int) -> Engine.Start
  ) throws {
    let wanted = try Ensemble.run(
      trials: trials, workers: 1, plan: plan, seeds: Seeds(master: 8), makeEngine: makeEngine, start: start)
    for workers in [1, 2] {
      let run = try InterruptedRun(
        trials, workers: workers, plan: plan, seed: seed + UInt64(workers), longest: longest, makeEngine: makeEngine,
        start: start)
      #expect(run.replicas.map(EnsembleTests.bits) == wanted.replicas.map(EnsembleTests.bits))
      // The run was really cut up, at steps that no cadence and no folding of the engine knows.
      #expect(run.stops >= 5)
      #expect(run.checkpoints.contains { $0.snapshot.step % 128 != 0 && $0.snapshot.step % 7 != 0 })
      // Each trial saw its start once, however often it was resumed.
      #expect(run.begun.sorted() == Array(trials))
      #expect(run.secondsAscend)
    }
  }

  @Test(arguments: Activation.allCases, [false, true])
  func autoencoder(_ activation: Activation, _ keepsLogarithms: Bool) throws {
    let budget = 2_500
    let plan = Self.plan(activation, budget: budget, keepsLogarithms: keepsLogarithms)
    for (which, (order, batch)) in try Self.orders(budget: budget).enumerated() {
      for (place, schedule) in Self.schedules.enumerated() {
        let options = Self.options(order, batch, schedule, budget: budget)
        try Self.compare(
          0..<12, plan: plan, seed: UInt64(100 * which + 10 * place),
          makeEngine: { () throws(InputError) in
            try AutoencoderEngine(
              count: Self.dataCount, activation: activation, options: options, keepsLogarithms: keepsLogarithms)
          }, start: Self.start)
      }
    }
  }

  @Test(arguments: Activation.allCases) func correlatedAutoencoder(_ activation: Activation) throws {
    let budget = 500
    let data = try AutoencoderData.equicorrelated(count: Self.dataCount, dimension: 9, correlation: 0.1)
    let plan = Self.plan(activation, budget: budget, keepsLogarithms: false)
    for (which, (order, batch)) in try Self.orders(budget: budget).enumerated() {
      let options = Self.options(order, batch, Self.schedules[which % 3], budget: budget)
      try Self.compare(
        0..<9, plan: plan, seed: UInt64(7_000 + 10 * which),
        makeEngine: { () throws(InputError) in
          try CorrelatedAutoencoderEngine(data: data, activation: activation, options: options)
        }, start: Self.start)
    }
  }

  @Test func plainLoop() throws {
    let data = try AutoencoderData.equicorrelated(count: Self.dataCount, dimension: 9, correlation: 0.1)
    try plainLoop(AutoencoderObjective(data: data, activation: .relu))
    try plainLoop(SinglePrecisionObjective())
  }

  private func plainLoop<Objective: FiniteSumObjective>(_ objective: Objective) throws {
    let budget = 500
    let d = objective.parameterCount
    let plan = RunPlan<StochasticGradientDescent<Objective>.State>(
      budget: budget, stopping: StoppingRules(cadence: .every(31), diverged: { $0.parameters.contains { $0.isNaN } }),
      series: [Probe("first", .every(7)) { Double($0.parameters[0]) }],
      finals: (0..<d).map { j in Measure("w\(j)") { Double($0.parameters[j]) } })
    for (which, (order, batch)) in try Self.orders(budget: budget).enumerated() {
      let options = Self.options(order, batch, Self.schedules[which % 3], budget: budget)
      try Self.compare(
        0..<9, plan: plan, seed: UInt64(9_000 + 10 * which),
        makeEngine: { () throws(InputError) in try StochasticGradientDescent(objective, options: options) },
        start: { trial in
          var random = testStream(UInt64(trial))
          return random.sphere(count: d, radius: [0.5, 3][trial % 2]).map { Objective.Scalar($0) }
        })
    }
  }
}

/// ½ (wᵢ − i)² over five samples of one coordinate each, in single precision.
private struct SinglePrecisionObjective: FiniteSumObjective {
  typealias Scalar = Float
  let sampleCount = ResumptionTests.dataCount
  let parameterCount = ResumptionTests.dataCount
  let lossFormula = "½ (wᵢ − i)²"

  private func weight(_ place: Int, _ batch: Batch) -> Float { Float(batch.multiplicities[place]) / Float(batch.size) }

  func loss(at parameters: Span<Float>, over batch: Batch, using workspace: inout Void) -> Double {
    batch.indices.enumerated().reduce(0) { sum, entry in
      let difference = parameters[entry.element] - Float(entry.element)
      return sum + 0.5 * Double(weight(entry.offset, batch) * difference * difference)
    }
  }

  func gradient(
    at parameters: Span<Float>, over batch: Batch, into gradient: inout MutableSpan<Float>,
    using workspace: inout Void
  ) {
    for j in 0..<parameterCount { gradient[j] = 0 }
    for (place, i) in batch.indices.enumerated() { gradient[i] = weight(place, batch) * (parameters[i] - Float(i)) }
  }

  func hessianVectorProduct(
    at parameters: Span<Float>, times direction: Span<Float>, over batch: Batch, into product: inout MutableSpan<Float>,
    using workspace: inout Void
  ) {
    for j in 0..<parameterCount { product[j] = 0 }
    for (place, i) in batch.indices.enumerated() { product[i] = weight(place, batch) * direction[i] }
  }

  func sampleGradients(
    at parameters: Span<Float>, over batch: Batch, into gradients: inout MutableSpan<Float>,
    using workspace: inout Void
  ) {
    for j in 0..<(batch.indices.count * parameterCount) { gradients[j] = 0 }
    for (place, i) in batch.indices.enumerated() { gradients[place * parameterCount + i] = parameters[i] - Float(i) }
  }
}
