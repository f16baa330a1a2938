import Foundation
import Numerics
import Objectives
import TestSupport
import Testing

@testable import Descent

/// The plain loop on a problem whose path is known in closed form, and in single precision.
@Suite struct StochasticGradientDescentTests {
  static func options(
    _ order: SamplingOrder, batch: Int? = nil, schedule: StepSchedule, budget: Int,
    reduction: DescentOptions.Reduction = .mean
  ) -> DescentOptions {
    DescentOptions(
      order: order, batchSize: batch, schedule: schedule, reduction: reduction, budget: budget, seeds: Seeds(master: 8))
  }

  static func end<Objective: FiniteSumObjective>(
    _ objective: Objective, from start: [Objective.Scalar], _ options: DescentOptions, steps: Int, trial: Int = 0
  ) throws -> StochasticGradientDescent<Objective>.State {
    var descent = try StochasticGradientDescent(objective, options: options)
    descent.load(start, trial: trial, lane: 0)
    descent.advance(by: steps)
    var state = descent.makeState()
    descent.read(lane: 0, into: &state)
    #expect(state.step == steps)
    return state
  }

  /// Inputs along the eigenvectors of H = diag(0.5, 2, 0.1)·…, targets from θ* = (1, −2, 3): the error is (I − ηH)ᵗ of the first.
  @Test func gradientDescentContractsEachEigendirection() throws {
    let (c, s) = (cos(0.7), sin(0.7))
    let scales = [1.0, 2.0, 0.5]
    let inputs = [[c, s, 0], [-s, c, 0], [0, 0, 1]].enumerated().map { row in
      row.element.map { $0 * scales[row.offset] }
    }
    let solution = [1.0, -2.0, 3.0]
    let targets = inputs.map { zip($0, solution).reduce(0) { $0 + $1.0 * $1.1 } }
    let objective = try LeastSquaresObjective(inputs: inputs, targets: targets)
    let start = [0.3, 0.4, -1.0]
    for (η, steps) in [(0.1, 1), (0.1, 57), (0.7, 200), (1.6, 20)] {
      let state = try Self.end(
        objective, from: start, Self.options(.full, schedule: .constant(η), budget: steps), steps: steps)
      for (axis, scale) in zip([[c, s, 0], [-s, c, 0], [0, 0, 1]], scales) {
        let eigenvalue = scale * scale / 3
        let first = zip(axis, zip(start, solution)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
        let last = zip(axis, zip(state.parameters, solution)).reduce(0) { $0 + $1.0 * ($1.1.0 - $1.1.1) }
        let wanted = pow(1 - η * eigenvalue, Double(steps)) * first
        #expect(abs(last - wanted) < 1e-12 * max(1, abs(wanted)), "η = \(η), λ = \(eigenvalue)")
      }
    }
  }

  /// One step at a time by hand, with the very batches of the stream: mean and sum, schedules and short last batches.
  @Test(arguments: DescentOptions.Reduction.allCases, [SamplingOrder.iid, .subset, .reshuffle, .cyclic, .blocks])
  func aStepIsTheFormula(_ reduction: DescentOptions.Reduction, _ order: SamplingOrder) throws {
    var random = testStream(31)
    let inputs = (0..<5).map { _ in random.gaussian(count: 3) }
    let targets = random.gaussian(count: 5)
    let objective = try LeastSquaresObjective(inputs: inputs, targets: targets)
    let schedule = StepSchedule(base: 0.02, warmUp: .power(factor: 3, exponent: 1, until: 0.5))
    let options = Self.options(order, batch: 3, schedule: schedule, budget: 40, reduction: reduction)
    var stream = try options.indexStream(sampleCount: 5, trial: 6)
    var θ = [0.1, 0.2, 0.3]
    for t in 0..<40 {
      let batch = stream.batch(t)
      var sum = [0.0, 0, 0]
      for i in batch.multiset {
        let residual = zip(inputs[i], θ).reduce(0) { $0 + $1.0 * $1.1 } - targets[i]
        for j in 0..<3 { sum[j] += residual * inputs[i][j] }
      }
      let η = 0.02 * (1 + 2 * min(Double(t), 20) / 40)
      let divisor = reduction == .mean ? Double(batch.size) : 1
      for j in 0..<3 { θ[j] -= η / divisor * sum[j] }
    }
    let state = try Self.end(objective, from: [0.1, 0.2, 0.3], options, steps: 40, trial: 6)
    #expect(largestDifference(state.parameters, θ) < 1e-14)
  }

  /// f(θ) = (1/n) Σ ½ (θ − xᵢ)² in single precision: the smallest objective with another number type.
  struct SinglePrecisionMean: FiniteSumObjective {
    var values: [Float]
    var sampleCount: Int { values.count }
    var parameterCount: Int { 1 }
    var lossFormula: String { "½ (θ − xᵢ)²" }

    func loss(at parameters: Span<Float>, over batch: Batch, using workspace: inout Void) -> Double {
      var sum = 0.0
      for i in batch.multiset { sum += 0.5 * Double((parameters[0] - values[i]) * (parameters[0] - values[i])) }
      return sum / Double(batch.size)
    }

    func gradient(
      at parameters: Span<Float>, over batch: Batch, into gradient: inout MutableSpan<Float>,
      using workspace: inout Void
    ) {
      var sum: Float = 0
      for i in batch.multiset { sum += parameters[0] - values[i] }
      gradient[0] = sum / Float(batch.size)
    }

    func hessianVectorProduct(
      at parameters: Span<Float>, times direction: Span<Float>, over batch: Batch,
      into product: inout MutableSpan<Float>, using workspace: inout Void
    ) {
      product[0] = direction[0]
    }

    func sampleGradients(
      at parameters: Span<Float>, over batch: Batch, into gradients: inout MutableSpan<Float>,
      using workspace: inout Void
    ) {
      for (row, i) in batch.indices.enumerated() { gradients[row] = parameters[0] - values[i] }
    }
  }

  @Test func singlePrecision() throws {
    let objective = SinglePrecisionMean(values: [1, 2, 6])
    let full = try Self.end(
      objective, from: [0], Self.options(.full, schedule: .constant(0.5), budget: 100), steps: 10)
    #expect(abs(full.parameters[0] - 3 * (1 - pow(0.5, 10))) < 1e-6)
    // η = 1, b = 1: each step jumps to the sample.
    let options = Self.options(.iid, batch: 1, schedule: .constant(1), budget: 100)
    var stream = try options.indexStream(sampleCount: 3, trial: 2)
    let jumped = try Self.end(objective, from: [0], options, steps: 100, trial: 2)
    #expect(jumped.parameters[0] == objective.values[stream.batch(99).indices[0]])
    #expect(objective.gradient(at: [0]) == [-3])
    #expect(objective.sampleGradients(at: [1], over: Batch(samples: [2, 0, 2])) == [[-5], [0]])
  }

  /// A step makes the same numbers whether it is made alone or among many, and a replica can be loaded anew.
  @Test func advancesAreSumsOfSteps() throws {
    let objective = try LeastSquaresObjective(inputs: [[1, 2], [3, -1], [0.5, 0.5]], targets: [1, 2, 3])
    let options = Self.options(.reshuffle, batch: 2, schedule: .constant(0.05), budget: 90)
    let whole = try Self.end(objective, from: [1, 1], options, steps: 90, trial: 4)
    var descent = try StochasticGradientDescent(objective, options: options)
    descent.load([5, 5], trial: 9, lane: 0)
    descent.advance(by: 13)
    descent.load([1, 1], trial: 4, lane: 0)
    for part in [1, 2, 0, 40, 46, 1] { descent.advance(by: part) }
    var state = descent.makeState()
    descent.read(lane: 0, into: &state)
    #expect(state.parameters == whole.parameters)
  }
}
