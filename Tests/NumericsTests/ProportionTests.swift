import Numerics
import TestSupport
import Testing

@Suite struct ProportionTests {
  /// References computed with mpmath 1.3.0 at 60 digits; they agree with SciPy 1.17.1's binomtest.
  @Test(arguments: [
    (0, 10, 0.95, 0.0, 0.277532799862889175),
    (10, 10, 0.95, 0.722467200137110825, 1.0),
    (1, 10, 0.95, 0.0178762130950729089, 0.404150026795238431),
    (7, 20, 0.99, 0.146393441376938816, 0.62833817895268721),
    (500, 1000, 0.9, 0.474027691478420119, 0.525972308521579881),
    (1, 1000000, 0.95, 1.76524576745371514e-7, 5.66491180431144142e-6),
    (999999, 1000000, 0.95, 0.999994335088195689, 0.999999823475423255),
    (0, 1, 0.95, 0.0, 0.793450685622762548),
  ])
  func wilsonInterval(successes: Int, trials: Int, confidence: Double, low: Double, high: Double) throws {
    let interval = try Proportion(successes: successes, trials: trials).interval(confidence: confidence)
    #expect(relativeError(interval.low, low) < 1e-13)
    #expect(relativeError(interval.high, high) < 1e-13)
    #expect(interval.low >= 0 && interval.high <= 1)
  }

  @Test func estimateAndError() throws {
    let proportion = try Proportion(successes: 20, trials: 80)
    #expect(proportion.estimate == 0.25)
    #expect(relativeError(proportion.standardError, (0.25 * 0.75 / 80).squareRoot()) < 1e-15)
  }

  /// The exact coverage for p = 0.3 and 40 trials, summed over all outcomes, is 0.9443 (SciPy 1.17.1's binom): simulated here.
  @Test func coverage() throws {
    var stream = testStream(40)
    var covered = 0
    for _ in 0..<4000 {
      var successes = 0
      for _ in 0..<40 where stream.uniform() < 0.3 { successes += 1 }
      if try Proportion(successes: successes, trials: 40).interval().contains(0.3) { covered += 1 }
    }
    let coverage = try Proportion(successes: covered, trials: 4000)
    #expect(abs(coverage.estimate - 0.944288) < 4 * coverage.standardError)
  }

  @Test func refusesImpossibleCounts() {
    #expect(throws: InputError.self) { try Proportion(successes: 0, trials: 0) }
    #expect(throws: InputError.self) { try Proportion(successes: 3, trials: 2) }
    #expect(throws: InputError.self) { try Proportion(successes: -1, trials: 2) }
    for confidence in [0, 1, -0.5, .nan] as [Double] {
      #expect(throws: InputError.self) { try Proportion(successes: 1, trials: 2).interval(confidence: confidence) }
    }
  }
}
