import Numerics
import TestSupport
import Testing

/// References from NumPy 2.4.6 and SciPy 1.17.1.
@Suite struct SampleStatisticsTests {
  let sample = [0.2, 1.5, 0.9, 3.7, 2.2, 8.1, 0.4, 1.1, 5.6, 2.9, 0.7, 1.9]

  @Test func summary() throws {
    let summary = try Summary(sample)
    #expect(summary.count == 12 && summary.minimum == 0.2 && summary.maximum == 8.1)
    #expect(relativeError(summary.mean, 2.433333333333333) < 1e-15)
    #expect(relativeError(try #require(summary.variance), 5.584242424242424) < 1e-15)
    #expect(relativeError(try #require(summary.standardError), (5.584242424242424 / 12).squareRoot()) < 1e-15)
    let single = try Summary([3])
    #expect(single.mean == 3 && single.variance == nil && single.standardError == nil)
    #expect(throws: InputError.self) { try Summary([]) }
    #expect(throws: InputError.self) { try Summary([1, .infinity]) }
  }

  /// A large mean and a small spread, where the textbook formula has no digit left: variance of 0…99 is 2525/3.
  @Test func summaryDoesNotCancel() throws {
    let values = (0..<100).map { 1e12 + Double($0) }
    let summary = try Summary(values)
    #expect(summary.mean == 1e12 + 49.5)
    #expect(relativeError(try #require(summary.variance), 2525.0 / 3) < 1e-14)
    #expect(try Summary([1e100, 1, -1e100]).mean == 1.0 / 3)
  }

  @Test func momentsMergeLikeOneSample() throws {
    var stream = testStream(50)
    let values = stream.gaussian(count: 60).map { $0 + 100 }
    let reference = try Summary(values)
    for cut in 0...60 {
      var (left, right) = (RunningMoments(), RunningMoments())
      for value in values[..<cut] { left.add(value) }
      for value in values[cut...] { right.add(value) }
      left.merge(right)
      #expect(left.count == 60)
      #expect(relativeError(left.mean, reference.mean) < 1e-14)
      #expect(relativeError(try #require(left.variance), try #require(reference.variance)) < 1e-11)
    }
    var moments = RunningMoments()
    #expect(moments.variance == nil)
    moments.add(1)
    #expect(moments.variance == nil && moments.standardError == nil && moments.mean == 1)
  }

  @Test(arguments: [
    (0.0, 1.0), (0.1, 1.45), (0.25, 2.7), (0.37, 3.33), (0.5, 4.65), (0.73, 7.6240000000000006), (0.9, 9.34), (1, 9.7),
  ])
  func quantilesEqualNumPy(probability: Double, reference: Double) throws {
    let values = [3.0, 1, 4, 1.5, 9, 2.6, 5.3, 5.8, 9.7, 9.3]
    #expect(try Quantile.estimate(probability, of: values) == reference)
    #expect(try Quantile.estimates([0, probability, 1], of: values)[1] == reference)
  }

  /// Ranks by definition from SciPy's binom: the largest l with P(Bin ≤ l − 1) ≤ tail, the smallest u with P(Bin ≥ u) ≤ tail.
  @Test(
    arguments: [
      (5, 0.5, 0.95, nil, nil), (6, 0.5, 0.95, 1, 6), (10, 0.5, 0.95, 2, 9), (20, 0.5, 0.95, 6, 15),
      (20, 0.25, 0.9, 2, 9), (100, 0.5, 0.95, 40, 61), (1000, 0.9, 0.99, 875, 925), (100_000, 0.5, 0.95, 49690, 50311),
    ] as [(Int, Double, Double, Int?, Int?)])
  func quantileIntervals(count: Int, probability: Double, confidence: Double, lower: Int?, upper: Int?) throws {
    let values = (1...count).map(Double.init)
    let interval = try Quantile.interval(probability, of: values.reversed(), confidence: confidence)
    #expect(interval.low == lower.map(Double.init) ?? -.infinity)
    #expect(interval.high == upper.map(Double.init) ?? .infinity)
  }

  @Test func medians() throws {
    #expect(try Quantile.median(of: [5, 1, 3]) == 3)
    #expect(try Quantile.median(of: [5, 1, 3, 4]) == 3.5)
    #expect(throws: InputError.self) { try Quantile.median(of: []) }
    #expect(throws: InputError.self) { try Quantile.median(of: [.nan]) }
    #expect(throws: InputError.self) { try Quantile.estimate(1.5, of: [1]) }
    #expect(throws: InputError.self) { try Quantile.interval(1, of: [1]) }
    #expect(throws: InputError.self) { try Quantile.interval(0.5, of: [1], confidence: 1) }
  }

  /// The standard error of a Gaussian median is √(π/2n) for large n; the bootstrap's own scatter at n = 400 is about a quarter of it.
  @Test func bootstrapErrorOfAMedian() throws {
    var stream = testStream(51)
    var errors = RunningMoments()
    for _ in 0..<20 {
      let values = stream.gaussian(count: 400)
      errors.add(try Quantile.bootstrap(0.5, of: values, resamples: 100, stream: &stream).standardError)
    }
    let expected = (Double.pi / 800).squareRoot()
    #expect(abs(errors.mean - expected) < 4 * (try #require(errors.standardError)) + 0.05 * expected)
  }

  @Test func ratioOfMedians() throws {
    var stream = testStream(52)
    let upper = stream.gaussian(count: 200).map { 6 + 0.3 * $0 }
    let lower = stream.gaussian(count: 150).map { 2 + 0.1 * $0 }
    let ratio = try Quantile.ratioOfMedians(upper, lower, resamples: 400, stream: &stream)
    #expect(ratio.estimate == (try Quantile.median(of: upper) / Quantile.median(of: lower)))
    #expect(abs(ratio.estimate - 3) < 4 * ratio.standardError)
    #expect(ratio.standardError < 0.1)
    #expect(throws: InputError.self) { try Quantile.ratioOfMedians(upper, [0, 0, 1], stream: &stream) }
  }
}
