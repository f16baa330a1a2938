import Foundation
import Numerics
import Objectives
import Testing

@testable import Descent

/// Long runs: folding of the scale, underflow of the losers, and logarithms that go on beneath it.
@Suite struct AutoencoderLogarithmTests {
  struct Case: Sendable, CustomStringConvertible {
    var order: SamplingOrder
    var batch: Int
    var step: Double
    var activation: AutoencoderObjective.Activation
    var start: [Double]
    var steps: Int
    var lowest: Double
    var description: String { "\(order.name) b=\(batch) η=\(step) \(activation)" }
  }

  static var cases: [Case] {
    AutoencoderObjective.Activation.allCases.flatMap { activation in
      [
        Case(
          order: .iid, batch: 1, step: 0.5, activation: activation, start: [0.4, 0.3, -0.2, 0.1], steps: 60_000,
          lowest: -2_000),
        Case(
          order: .subset, batch: 2, step: 0.9, activation: activation, start: [0.4, 0.3, 0.2, -0.1], steps: 60_000,
          lowest: -2_000),
        // A batch that holds the leader three times has A = 1 − 0.9: those steps leave the lazy form.
        Case(
          order: .iid, batch: 3, step: 0.9, activation: activation, start: [0.4, 0.3, 0.2], steps: 60_000, lowest: -900),
      ]
    }
  }

  /// log |cᵢ| against the sum of the logarithms of the factors, far below the smallest double, where the coefficient itself is 0.
  @Test(arguments: cases) func logarithmsGoOnBeneathUnderflow(_ test: Case) throws {
    let options = DescentOptions(
      order: test.order, batchSize: test.batch, schedule: .constant(test.step), budget: test.steps,
      seeds: Seeds(master: 5))
    let start = AutoencoderState(coefficients: test.start, perpendicular: 0.2)
    var engine = try AutoencoderEngine(
      count: test.start.count, activation: test.activation, options: options, keepsLogarithms: true)
    engine.load(start, trial: 1, lane: 6)
    var naive = NaiveAutoencoder(start, test.activation)
    var stream = try options.indexStream(sampleCount: test.start.count, trial: 1)
    var state = engine.makeState()
    var worst = 0.0
    for t in 0..<test.steps {
      naive.step(stream.batch(t), h: test.step / Double(test.batch))
      guard t % 1_000 == 999 else { continue }
      engine.advance(by: 1_000)
      engine.read(lane: 6, into: &state)
      for i in test.start.indices {
        worst = max(worst, abs(state.logCoefficients[i] - naive.logarithms[i]) / max(1, abs(naive.logarithms[i])))
      }
      worst = max(worst, largestDifference(state.coefficients, naive.coefficients))
    }
    #expect(worst < 1e-9)
    // The test is about underflow: some coefficient must be far below it.
    #expect((naive.logarithms.min() ?? 0) < test.lowest)
  }
}
