import Foundation
import Numerics
import Objectives
import TestSupport
import Testing

@testable import Descent

/// The fast engine where it is most likely to be wrong: dead and degenerate starts, large norms and steps, schedules, very long runs.
@Suite struct AutoencoderEngineEdgeTests {
  typealias Activation = AutoencoderObjective.Activation

  static func options(
    _ order: SamplingOrder, batch: Int?, schedule: StepSchedule, budget: Int,
    reduction: DescentOptions.Reduction = .mean, master: UInt64 = 17
  ) -> DescentOptions {
    DescentOptions(
      order: order, batchSize: batch, schedule: schedule, reduction: reduction, budget: budget,
      seeds: Seeds(master: master))
  }

  /// The engine's states after each `period` steps, in some lane.
  static func states(
    _ start: AutoencoderState, _ activation: Activation, _ options: DescentOptions, every period: Int, lane: Int = 1,
    keepsLogarithms: Bool = false
  ) throws -> [AutoencoderState] {
    var engine = try AutoencoderEngine(
      count: start.coefficients.count, activation: activation, options: options, keepsLogarithms: keepsLogarithms)
    engine.load(start, trial: 2, lane: lane)
    return (0..<(options.budget / period)).map { _ in
      engine.advance(by: period)
      var state = engine.makeState()
      engine.read(lane: lane, into: &state)
      return state
    }
  }

  /// The largest error of coefficients, norm and perpendicular part against the naive recursion, looked at every `period`
  /// steps, relative to s where that is above 1.
  static func largestError(
    _ start: AutoencoderState, _ activation: Activation, _ options: DescentOptions, every period: Int = 50
  ) throws -> Double {
    let states = try states(start, activation, options, every: period)
    var naive = NaiveAutoencoder(start, activation)
    var stream = try options.indexStream(sampleCount: start.coefficients.count, trial: 2)
    var batch = Batch()
    var worst = 0.0
    for t in 0..<options.budget {
      stream.draw(t, into: &batch)
      naive.step(batch, h: options.rate(at: t, batchSize: batch.size))
      guard t % period == period - 1 else { continue }
      let state = states[t / period]
      #expect(state.step == t + 1)
      if !(naive.squaredNorm < 1e6) {
        // Off to infinity: the engine must say so too, and from here on there are no digits to compare.
        #expect(state.hasDiverged)
        return worst
      }
      let size = max(1, naive.squaredNorm)
      worst = max(worst, largestDifference(state.coefficients, naive.coefficients) / size)
      worst = max(worst, abs(state.squaredNorm - naive.squaredNorm) / size)
      worst = max(worst, abs(state.perpendicular - naive.perpendicular) / size)
    }
    return worst
  }

  // MARK: - Starts

  static let orders: [(order: SamplingOrder, batch: Int?)] = [
    (.iid, 1), (.iid, 3), (.subset, 2), (.reshuffle, 2), (.cyclic, 2), (.full, nil),
  ]

  @Test(arguments: orders.indices) func deadStartsNeverMove(_ which: Int) throws {
    let (order, batch) = Self.orders[which]
    let options = Self.options(order, batch: batch, schedule: .constant(0.2), budget: 2_000)
    let dead = AutoencoderState(coefficients: [-0.3, -1e-200, 0, -0.0, -1.7], perpendicular: 0.25)
    for state in try Self.states(dead, .relu, options, every: 100) {
      #expect(state.coefficients.map(\.bitPattern) == dead.coefficients.map(\.bitPattern))
      #expect(state.perpendicular == 0.25)
      #expect(state.isDead(.relu))
    }
    // For the linear activation only a start outside the span is dead.
    let outside = AutoencoderState(coefficients: [0, 0, 0, 0, 0], perpendicular: 0.25)
    for state in try Self.states(outside, .linear, options, every: 100) {
      #expect(state.coefficients == outside.coefficients)
      #expect(state.squaredNorm == 0.0625)
    }
  }

  @Test(arguments: orders.indices, Activation.allCases)
  func zeroCoefficientsStayZero(_ which: Int, _ activation: Activation) throws {
    let (order, batch) = Self.orders[which]
    let options = Self.options(order, batch: batch, schedule: .constant(0.2), budget: 3_000)
    let start = AutoencoderState(coefficients: [0.3, 0, 0.2, 0, -0.4], perpendicular: 0.1)
    for state in try Self.states(start, activation, options, every: 100, keepsLogarithms: true) {
      #expect(state.coefficients[1] == 0)
      #expect(state.coefficients[3] == 0)
      #expect(state.logCoefficients[1] == -.infinity)
      #expect(state.coefficients[0] > 0)
      #expect(state.coefficients[4] < 0)
    }
  }

  /// With one active direction every batch size has the same limit.
  @Test(arguments: orders.indices) func oneActiveDirectionIsTheLimit(_ which: Int) throws {
    let (order, batch) = Self.orders[which]
    let options = Self.options(order, batch: batch, schedule: .constant(0.3), budget: 6_000)
    let start = AutoencoderState(coefficients: [-0.3, 0.01, -0.2, 0, -0.4], perpendicular: 0.1)
    let end = try #require(try Self.states(start, .relu, options, every: 6_000).last)
    #expect(abs(end.coefficients[1] - 1) < 1e-12)
    #expect(end.misalignment(.relu) < 1e-12)
    #expect(try Self.largestError(start, .relu, options) < 1e-12)
  }

  @Test(arguments: Activation.allCases) func oneVectorAlone(_ activation: Activation) throws {
    for order in [SamplingOrder.iid, .subset, .reshuffle, .cyclic, .blocks, .full] {
      let options = Self.options(order, batch: 1, schedule: .constant(0.1), budget: 1_000)
      let start = AutoencoderState(coefficients: [0.3], perpendicular: 0.2)
      #expect(try Self.largestError(start, activation, options) < 1e-13)
      #expect(
        abs(try #require(try Self.states(start, activation, options, every: 1_000).last).coefficients[0] - 1) < 1e-12)
    }
  }

  // MARK: - Steps

  /// ‖w₀‖ = 3, where signs flip and A is negative at first; η near the edge b/2 and above it, where the norm oscillates. Runs are short
  /// enough for the naive recursion's own rounding to stay small where the motion is not contracting.
  @Test(arguments: Activation.allCases, [(3.0, 0.2), (3.0, 0.05), (1.5, 0.3), (0.5, 0.49), (0.5, 0.51), (0.5, 0.6)])
  func hostileRegions(_ activation: Activation, _ setting: (norm: Double, stepOverBatch: Double)) throws {
    for (order, b) in [(SamplingOrder.iid, 1), (.subset, 1), (.subset, 2), (.reshuffle, 3), (.cyclic, 4)] {
      for seed in 0..<5 as Range<UInt64> {
        var stream = testStream(100 + seed)
        let w = stream.sphere(count: 7, radius: setting.norm)
        let start = AutoencoderState(coefficients: Array(w[..<6]), perpendicular: abs(w[6]))
        let options = Self.options(
          order, batch: b, schedule: .constant(setting.stepOverBatch * Double(b)), budget: 100, master: seed)
        let error = try Self.largestError(start, activation, options, every: 1)
        #expect(error < 1e-10, "\(order.name) b=\(b) seed \(seed)")
      }
    }
  }

  /// b = m with replacement is not the full batch: it draws some twice and others not at all, and it selects.
  @Test(arguments: Activation.allCases) func asManyDrawsAsVectorsIsNotTheFullBatch(_ activation: Activation) throws {
    let start = AutoencoderState(coefficients: [0.3, 0.4, 0.2, 0.35], perpendicular: 0.1)
    let drawn = Self.options(.iid, batch: 4, schedule: .constant(0.8), budget: 20_000)
    #expect(try Self.largestError(start, activation, drawn, every: 500) < 1e-10)
    #expect(try #require(try Self.states(start, activation, drawn, every: 20_000).last).misalignment(activation) < 1e-6)
    let full = Self.options(.full, batch: 4, schedule: .constant(0.8), budget: 20_000)
    let end = try #require(try Self.states(start, activation, full, every: 20_000).last)
    let limit = try #require(AutoencoderTheory.gradientDescentLimit(from: start.coefficients, activation))
    #expect(largestDifference(end.coefficients, limit) < 1e-12)
  }

  /// A sum with step η is a mean with step bη, ragged batches included, whose mean divides by their own size.
  @Test func aSumIsAMeanOfTheScaledStep() throws {
    let start = AutoencoderState(coefficients: [0.3, 0.4, -0.2, 0.35, 0.1], perpendicular: 0.1)
    for (order, b) in [(SamplingOrder.iid, 3), (.subset, 4), (.cyclic, 2)] {
      let sum = Self.options(order, batch: b, schedule: .constant(0.05), budget: 2_000, reduction: .sum)
      let mean = Self.options(order, batch: b, schedule: .constant(0.05 * Double(b)), budget: 2_000)
      let ends = [try Self.states(start, .relu, sum, every: 2_000), try Self.states(start, .relu, mean, every: 2_000)]
      #expect(largestDifference(ends[0][0].coefficients, ends[1][0].coefficients) < 1e-12)
    }
    for (order, b) in [(SamplingOrder.iid, 3), (.reshuffle, 2), (.blocks, 3), (.full, 5)] {
      let sum = Self.options(order, batch: b, schedule: .constant(0.05), budget: 2_000, reduction: .sum)
      #expect(try Self.largestError(start, .relu, sum) < 1e-12)
    }
  }

  @Test(arguments: StepScheduleTests.schedules.indices) func schedules(_ which: Int) throws {
    let schedule = StepScheduleTests.schedules[which].schedule
    let start = AutoencoderState(coefficients: [0.3, 0.4, -0.2, 0.35, 0.1], perpendicular: 0.1)
    for (order, b) in [(SamplingOrder.iid, 4), (.reshuffle, 4), (.cyclic, 5)] {
      for reduction in DescentOptions.Reduction.allCases {
        var scaled = schedule
        if reduction == .sum {
          scaled.base /= 5
          for place in scaled.pieces.indices { scaled.pieces[place].value /= 5 }
        }
        let options = Self.options(order, batch: b, schedule: scaled, budget: 1_000, reduction: reduction)
        #expect(try Self.largestError(start, .linear, options, every: 1) < 1e-11)
      }
    }
  }

  // MARK: - Long runs

  /// A million steps, through some hundred foldings of the scale.
  @Test(arguments: Activation.allCases) func aMillionSteps(_ activation: Activation) throws {
    let start = AutoencoderState(coefficients: [0.3, 0.25, -0.2, 0.35], perpendicular: 0.1)
    let options = Self.options(.subset, batch: 2, schedule: .constant(0.1), budget: 1_000_000)
    #expect(try Self.largestError(start, activation, options, every: 10_000) < 1e-9)
  }

  /// Where eight replicas share registers, none may see its neighbours: not their care, their ends, nor their exchange.
  @Test(arguments: Activation.allCases) func neighboursDoNotMatter(_ activation: Activation) throws {
    for (order, b) in [(SamplingOrder.iid, 1), (.iid, 3), (.reshuffle, 3)] {
      let options = Self.options(order, batch: b, schedule: .constant(0.3), budget: 1_000)
      let start = AutoencoderState(coefficients: [0.3, 0.4, -0.2, 0.35], perpendicular: 0.1)
      let alone = try Self.states(start, activation, options, every: 1_000, lane: 4, keepsLogarithms: true)[0]
      var engine = try AutoencoderEngine(count: 4, activation: activation, options: options, keepsLogarithms: true)
      engine.load(start, trial: 2, lane: 4)
      engine.load(AutoencoderState(coefficients: [3, 1, 2, -1]), trial: 0, lane: 0)
      engine.load(AutoencoderState(coefficients: [.nan, 1, 2, -1]), trial: 0, lane: 1)
      engine.load(AutoencoderState(coefficients: [1e200, 1, 2, -1]), trial: 0, lane: 2)
      engine.load(AutoencoderState(coefficients: [-1, 0, 0, -1]), trial: 0, lane: 3)
      for part in [1, 6, 120, 1, 400] { engine.advance(by: part) }
      engine.clear(lane: 1)
      engine.load(AutoencoderState(coefficients: [0.9, 1.4, 2, -1]), trial: 5, lane: 7)
      for part in [3, 69, 399, 1] { engine.advance(by: part) }
      var state = engine.makeState()
      engine.read(lane: 4, into: &state)
      #expect(state == alone)
    }
  }
}
