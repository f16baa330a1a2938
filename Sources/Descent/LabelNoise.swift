import Numerics
import Objectives

/// Fresh Gaussian noise on the labels: each time that a sample is drawn, its label counts as y + σZ, Z standard normal and
/// independent of all else. Noise that is made once is part of the data instead.
///
/// The numbers come from a stream of their own, that of the order seed's label noise: the indices of a run stay the same
/// with noise and without, and the noise of a step is the same under every schedule.
public struct LabelNoise: Sendable, Hashable {
  /// σ.
  public var standardDeviation: Double
  /// Where it ends, as a fraction of T: the steps before ⌊until · T⌋ have noise.
  public var until: Double

  /// Describes noise that lasts until a fraction of the run.
  public init(standardDeviation: Double, until: Double = 1) {
    self.standardDeviation = standardDeviation
    self.until = until
  }

  /// Refuses a σ that is not positive and finite, and an end outside of the run.
  public func validate() throws(InputError) {
    guard standardDeviation > 0, standardDeviation.isFinite else {
      throw InputError(
        "labelNoise.standardDeviation", expected: "a positive, finite number", found: "\(standardDeviation)",
        advice: "Leave the label noise out if there is none.")
    }
    guard (0...1).contains(until) else {
      throw InputError("labelNoise.until", expected: "a fraction from 0 to 1", found: "\(until)")
    }
  }

  /// The first step without noise in a run of `total` steps.
  public func end(of total: Int) -> Int { Int((until * Double(total)).rounded(.down)) }
}

/// The label noise of one trial: a function of (order seed, trial, step, place in the batch).
struct LabelNoiseStream: Sendable {
  let standardDeviation: Double
  let end: Int
  var key: RandomKey

  init(_ noise: LabelNoise, budget: Int, key: RandomKey) {
    standardDeviation = noise.standardDeviation
    end = noise.end(of: budget)
    self.key = key
  }

  /// Calls `body` with a standard normal number for each of the `count` places of the batch of `step`.
  @inline(__always)
  func forEach(_ count: Int, of step: Int, _ body: (_ place: Int, _ standardNormal: Double) -> Void) {
    var stream = RandomStream(key, step: step)
    var place = 0
    while place < count {
      let (first, second) = stream.gaussianPair()
      body(place, first)
      if place + 1 < count { body(place + 1, second) }
      place += 2
    }
  }

  /// Shifts the labels of a batch, where the step has noise. An index that was drawn k times gets the mean of its draws'
  /// noises, a normal number of variance σ²/k: what it comes to in the gradient of a squared loss.
  func shiftLabels(of batch: inout Batch, at step: Int) {
    guard step < end else { return }
    forEach(batch.indices.count, of: step) { place, number in
      batch.setLabelShift(
        standardDeviation * number / Double(batch.multiplicities[place]).squareRoot(), at: place)
    }
  }
}
