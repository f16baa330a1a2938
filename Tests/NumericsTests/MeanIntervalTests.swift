import Foundation
import Numerics
import TestSupport
import Testing

@Suite("Intervals for a mean") struct MeanIntervalTests {
  /// References of SciPy 1.17.1's t.ppf.
  @Test(
    "Student's quantiles",
    arguments: [
      (1, 0.5, 1.0), (1, 0.95, 12.706204736174694), (1, 0.999, 636.6192487687897),
      (2, 0.5, 0.8164965809277261), (2, 0.95, 4.302652729749462), (2, 0.999, 31.599054576445365),
      (3, 0.5, 0.7648923284043444), (3, 0.95, 3.1824463052837078), (3, 0.999, 12.923978636687961),
      (4, 0.95, 2.7764451051977934), (5, 0.5, 0.7266868438004226), (5, 0.95, 2.5705818356363146),
      (9, 0.999, 4.780912585931217), (29, 0.95, 2.045229642132703), (99, 0.999, 3.391528833363685),
      (1000, 0.95, 1.9623390808264083),
    ])
  func quantiles(degrees: Int, confidence: Double, expected: Double) {
    let found = StudentT.twoSidedQuantile(confidence, degreesOfFreedom: degrees)
    #expect(relativeError(found, expected) < 1e-11)
    #expect(abs(StudentT.central(expected, degreesOfFreedom: degrees) - confidence) < 1e-13)
  }

  @Test("Student's distribution tends to the normal one, and ends where it must") func limits() {
    #expect(
      abs(StudentT.twoSidedQuantile(0.95, degreesOfFreedom: 999_999) - Normal.twoSidedQuantile(0.95)) < 1e-5)
    #expect(
      StudentT.twoSidedQuantile(0.95, degreesOfFreedom: 2_000_000) == Normal.twoSidedQuantile(0.95))
    #expect(StudentT.twoSidedQuantile(0, degreesOfFreedom: 3) == 0)
    #expect(StudentT.twoSidedQuantile(1, degreesOfFreedom: 3) == .infinity)
    #expect(StudentT.central(0, degreesOfFreedom: 7) == 0)
  }

  /// By NumPy from the formula in the documentation.
  @Test("a skewed sample") func reference() throws {
    let sample = [0.3, 1.2, 0.1, 4.7, 0.9, 2.2, 0.05, 0.6]
    let interval = try ConfidenceInterval.ofMean(sample)
    #expect(relativeError(interval.low, 0.36682223087572496) < 1e-11)
    #expect(relativeError(interval.high, 5.911440486659938) < 1e-11)
    // Mirrored data have the mirrored interval.
    let mirrored = try ConfidenceInterval.ofMean(sample.map { -$0 })
    #expect(relativeError(mirrored.low, -interval.high) < 1e-12 && relativeError(mirrored.high, -interval.low) < 1e-12)
  }

  @Test("is Student's for a symmetric sample and for two values, and a point for a constant one") func limitCases()
    throws
  {
    for sample in [[1.0, 2, 3, 4, 5], [1, 4]] {
      let summary = try Summary(sample)
      let reach =
        StudentT.twoSidedQuantile(0.95, degreesOfFreedom: sample.count - 1) * (try #require(summary.standardError))
      let interval = try ConfidenceInterval.ofMean(sample)
      #expect(relativeError(interval.low, summary.mean - reach) < 1e-12)
      #expect(relativeError(interval.high, summary.mean + reach) < 1e-12)
    }
    let point = try ConfidenceInterval.ofMean([2.5, 2.5, 2.5])
    #expect(point.low == 2.5 && point.high == 2.5)
    #expect(throws: InputError.self) { try ConfidenceInterval.ofMean([1]) }
    #expect(throws: InputError.self) { try ConfidenceInterval.ofMean([1, .nan]) }
    #expect(throws: InputError.self) { try ConfidenceInterval.ofMean([1, 2], confidence: 1) }
  }

  /// A χ² of one degree of freedom has skewness √8: Student's interval of 30 values covers in 91.6 % (20 million repetitions
  /// by NumPy give 0.9159), and misses almost always on one side.
  @Test("covers better than Student's for skewed values") func coverage() throws {
    var stream = testStream(77)
    let (repetitions, count) = (20_000, 30)
    let student = StudentT.twoSidedQuantile(0.95, degreesOfFreedom: count - 1)
    var (covered, coveredByStudent) = (0, 0)
    for _ in 0..<repetitions {
      let sample = stream.gaussian(count: count).map { $0 * $0 }
      if try ConfidenceInterval.ofMean(sample).contains(1) { covered += 1 }
      let summary = try Summary(sample)
      if abs(summary.mean - 1) <= student * (summary.standardError ?? 0) { coveredByStudent += 1 }
    }
    let (better, plain) = (
      try Proportion(successes: covered, trials: repetitions),
      try Proportion(successes: coveredByStudent, trials: repetitions)
    )
    let error = 4 * (better.standardError + plain.standardError)
    #expect(better.estimate - plain.estimate > error)
    #expect(better.estimate > 0.93 && better.estimate < 0.96)
  }
}
