import Numerics
import Objectives
import TestSupport
import Testing

@testable import Descent

/// The loop of diagonal networks, which goes over u and v once a step, against the loop by gradients.
@Suite struct DiagonalDescentTests {
  /// Numbers of features around the widths of vectors; batches of one sample, of two that may be the same one, and with a
  /// short last one; both forms and losses; label noise.
  struct Case: Sendable, CustomStringConvertible {
    var objective: DiagonalNetworkObjective<Double>
    var options: DescentOptions

    var description: String {
      "\(objective.form) d=\(objective.featureCount) half=\(objective.isHalved) \(options.order.name) "
        + "b=\(options.batchSize ?? 0) noise=\(options.labelNoise != nil)"
    }

    static func all() throws -> [Case] {
      var cases: [Case] = []
      for form in DiagonalNetworkObjective<Double>.Form.allCases {
        for (place, p) in [1, 7, 8, 9, 31, 32, 75].enumerated() {
          var stream = testStream(60 + UInt64(p))
          let objective = try DiagonalNetworkObjective(
            form, features: stream.gaussian(count: 9 * p), targets: stream.gaussian(count: 9), half: place % 2 == 0)
          for (order, batch): (SamplingOrder, Int?) in [
            (.iid, 1), (.iid, 2), (.reshuffle, 1), (.reshuffle, 4), (.cyclic, 1), (.full, nil),
          ] {
            for noise in [nil, LabelNoise(standardDeviation: 0.2, until: 0.5)] {
              let options = DescentOptions(
                order: order, batchSize: batch,
                schedule: StepSchedule(base: 0.2 / Double(p + 4), decays: [.init(at: 0.4, divideBy: 3)]),
                labelNoise: noise, budget: 1_000, seeds: Seeds(master: 6))
              cases.append(Case(objective: objective, options: options))
            }
          }
        }
      }
      return cases
    }

    var start: [Double] {
      var stream = testStream(2)
      return stream.gaussian(count: objective.parameterCount).map { 0.3 * $0 }
    }
  }

  @Test func equalsTheLoopByGradients() throws {
    for test in try Case.all() {
      var fast = try StochasticGradientDescent(test.objective, options: test.options)
      // A rule that is not the plain one, but for rounding does the same.
      var options = test.options
      options.rule = UpdateRule(largestGradientNorm: 1e12)
      var plain = try StochasticGradientDescent(test.objective, options: options)
      fast.load(test.start, trial: 4, lane: 0)
      plain.load(test.start, trial: 4, lane: 0)
      for steps in [1, 9, 490, 500] {
        fast.advance(by: steps)
        plain.advance(by: steps)
        let (found, wanted) = (fast.snapshot(lane: 0).values, plain.snapshot(lane: 0).values)
        let scale = wanted.map(abs).max() ?? 0
        #expect(largestDifference(found, wanted) / scale < 1e-11, "\(test)")
      }
      #expect(largestDifference(plain.snapshot(lane: 0).values, test.start) > 0.01, "\(test)")
    }
  }

  /// Advances of any sizes, and moves to other engines, change no bit.
  @Test func cuttingChangesNoBit() throws {
    for (which, test) in try Case.all().enumerated() {
      var whole = try StochasticGradientDescent(test.objective, options: test.options)
      var start = test.start
      // Zeros of both signs are states like others.
      start[0] = -0.0
      start[start.count - 1] = 0
      whole.load(start, trial: 1, lane: 0)
      whole.advance(by: 600)
      var cut = try StochasticGradientDescent(test.objective, options: test.options)
      cut.load(start, trial: 1, lane: 0)
      var random = testStream(UInt64(which))
      var done = 0
      while done < 600 {
        let steps = min(600 - done, 1 + random.integer(below: 90))
        let snapshot = cut.snapshot(lane: 0)
        cut = try StochasticGradientDescent(test.objective, options: test.options)
        cut.restore(snapshot, trial: 1, lane: 0)
        cut.advance(by: steps)
        done += steps
      }
      let bits = cut.snapshot(lane: 0).values.map(\.bitPattern)
      #expect(bits == whole.snapshot(lane: 0).values.map(\.bitPattern), "\(test)")
    }
  }

  /// A batch of one index is the same batch however it came about.
  @Test func batchesOfOneIndex() {
    var batch = Batch(samples: [3, 1, 3])
    batch.setLabelShift(2, at: 1)
    batch.replaceAll(with: 5)
    #expect(batch == Batch(samples: [5]))
    batch.replaceAll(with: 2)
    #expect(batch == Batch(samples: [2]))
    batch.addAgain(at: 0)
    batch.replaceAll(with: 4)
    #expect(batch == Batch(samples: [4]))
    batch.setLabelShift(1, at: 0)
    batch.replaceAll(with: 4)
    #expect(batch == Batch(samples: [4]))
    var empty = Batch()
    empty.replaceAll(with: 7)
    #expect(empty == Batch(samples: [7]))
  }
}
