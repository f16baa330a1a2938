import Numerics
import TestSupport
import Testing

@Suite struct BootstrapTests {
  static let first = [0.2, 1.5, 0.9, 3.7, 2.2, 8.1, 0.4, 1.1, 5.6, 2.9, 0.7, 1.9]
  static let second = [1.2, 0.8, 2.4, 3.3, 0.9, 1.7, 2.1, 1.3]

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// Intervals of the mean by SciPy 1.17.1's bootstrap with 200,000 resamples. With 10,000 the ends scatter by about 0.02.
  @Test(arguments: [
    (BootstrapDistribution.Method.biasCorrectedAccelerated, 1.4417, 4.1667), (.percentile, 1.2917, 3.8167),
    (.basic, 1.0417, 3.5750),
  ])
  func meanAgreesWithSciPy(method: BootstrapDistribution.Method, low: Double, high: Double) throws {
    var stream = testStream(60)
    let result = try Bootstrap.oneSample(Self.first, resamples: 10_000, stream: &stream, statistic: Self.mean)
    let interval = try result.interval(method)
    #expect(abs(interval.low - low) < 0.06 && abs(interval.high - high) < 0.12, "\(interval)")
    // The bootstrap's error of a mean is √((n − 1)/n · variance/n), with 1/√(2 · 10,000) relative scatter.
    let expected = (5.584242424242424 * 11 / 144).squareRoot()
    #expect(abs(result.standardError - expected) < 4 * expected / 20_000.0.squareRoot() * 1.5)
    #expect(abs(result.bias) < 4 * expected / 100)
  }

  /// Intervals of a ratio of means by SciPy 1.17.1's bootstrap with 200,000 resamples.
  @Test(arguments: [
    (BootstrapDistribution.Method.biasCorrectedAccelerated, 0.7582, 2.6818), (.percentile, 0.7092, 2.5306),
    (.basic, 0.3071, 2.1323),
  ])
  func ratioAgreesWithSciPy(method: BootstrapDistribution.Method, low: Double, high: Double) throws {
    var stream = testStream(61)
    let result = try Bootstrap.twoSamples(Self.first, Self.second, resamples: 10_000, stream: &stream) {
      Self.mean($0) / Self.mean($1)
    }
    let interval = try result.interval(method)
    #expect(abs(interval.low - low) < 0.09 && abs(interval.high - high) < 0.09, "\(interval)")
    #expect(abs(result.standardError - 0.4695) < 0.015)
  }

  @Test func repeatsItself() throws {
    func run(_ seed: UInt64) throws -> BootstrapDistribution {
      var stream = testStream(seed)
      return try Bootstrap.oneSample(Self.first, resamples: 50, stream: &stream, statistic: Self.mean)
    }
    #expect(try run(1) == run(1))
    #expect(try run(1).replicates != run(2).replicates)
  }

  /// Of the percentile intervals of the mean of 40 normal values, 93.6 to 94.4 % cover: the normal quantile instead of Student's, and
  /// n instead of n − 1.
  @Test func coverage() throws {
    var stream = testStream(62)
    var covered = 0
    let repetitions = 300
    for _ in 0..<repetitions {
      let values = stream.gaussian(count: 40)
      let result = try Bootstrap.oneSample(values, resamples: 200, stream: &stream, statistic: Self.mean)
      if try result.interval().contains(0) { covered += 1 }
    }
    let coverage = try Proportion(successes: covered, trials: repetitions)
    #expect(abs(coverage.estimate - 0.935) < 4 * (0.935 * 0.065 / Double(repetitions)).squareRoot())
  }

  @Test func aConstantHasNoWidth() throws {
    var stream = testStream(63)
    let result = try Bootstrap.oneSample([2, 2, 2], resamples: 20, stream: &stream, statistic: Self.mean)
    for method in BootstrapDistribution.Method.allCases {
      #expect(try result.interval(method) == ConfidenceInterval(low: 2, high: 2, confidence: 0.95))
    }
    #expect(result.standardError == 0 && result.bias == 0)
  }

  @Test func refusesBadInput() {
    var stream = testStream(64)
    #expect(throws: InputError.self) { try Bootstrap.oneSample([1], stream: &stream) { $0[0] } }
    #expect(throws: InputError.self) { try Bootstrap.oneSample([1, .nan], stream: &stream) { $0[0] } }
    #expect(throws: InputError.self) { try Bootstrap.oneSample([1, 2], resamples: 1, stream: &stream) { $0[0] } }
    #expect(throws: InputError.self) { try Bootstrap.oneSample([0, 1], stream: &stream) { 1 / $0[0] } }
  }
}
