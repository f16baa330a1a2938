import Numerics
import TestSupport
import Testing

/// References from SciPy 1.17.1.
@Suite struct GoodnessOfFitTests {
  /// One-sample p-values from kstwo; for n = 300 and n = 1000 in the middle from SciPy's Durbin–Marsaglia–Tsang–Wang recurrence, since
  /// kstwo takes an expansion there.
  @Test(arguments: [
    (1, 0.7, 0.6000000000000001, 1e-12), (5, 0.2, 0.9616, 1e-12), (5, 0.4, 0.3087999999999995, 1e-12),
    (10, 0.274, 0.3715203845434957, 1e-12), (10, 0.5, 0.00777741, 1e-11), (20, 0.1, 0.976255094592155, 1e-12),
    (50, 0.12, 0.4337679661310233, 1e-12), (100, 0.15, 0.019839242125643017, 1e-11),
    (100, 0.25, 5.408871776434847e-06, 1e-7), (300, 0.05, 0.42744162239180306, 1e-11),
    (1000, 0.03, 0.3226902464133094, 1e-11), (1000, 0.08, 5.154189384789824e-06, 1e-7),
    (20, 0.7, 2.392395040880019e-10, 1e-10), (200, 0.199, 2.0384225627716504e-07, 1e-10),
    (1000, 0.1, 3.703687096817711e-09, 1e-10), (2000, 0.03, 0.05354694793932557, 1e-4),
    (5000, 0.02, 0.03613941395325637, 1e-4), (10000, 0.008, 0.5414432241521093, 1e-4),
  ])
  func kolmogorovSmirnovOneSample(count: Int, distance: Double, reference: Double, allowed: Double) throws {
    // Evenly spread values, and a distribution function that runs ahead of them by the distance.
    let sample = (0..<count).map { Double($0) / Double(count) }
    let test = try KolmogorovSmirnovTest.oneSample(sample) { min(1, $0 + distance) }
    #expect(abs(test.statistic - distance) < 1e-15)
    #expect(relativeError(test.pValue, reference) < allowed, "\(test.pValue)")
  }

  @Test func kolmogorovSmirnovStatistic() throws {
    let test = try KolmogorovSmirnovTest.oneSample([0.1, 0.4, 0.35, 0.8, 0.55, 0.92, 0.03, 0.66]) { $0 }
    #expect(abs(test.statistic - 0.15) < 1e-15)
    #expect(relativeError(test.pValue, 0.9810386734375) < 1e-12)
  }

  @Test func kolmogorovSmirnovTwoSamples() throws {
    let small = try KolmogorovSmirnovTest.twoSamples(
      [1.1, 2.3, 0.7, 3.8, 2.9, 1.9, 0.2], [2.5, 3.1, 4.2, 3.9, 2.8, 5.0, 4.4, 3.3, 1.5])
    #expect(relativeError(small.statistic, 0.6031746031746031) < 1e-15)
    #expect(relativeError(small.pValue, 0.07867132867132867) < 1e-12)
    let middle = try KolmogorovSmirnovTest.twoSamples(
      (0..<60).map(Double.init), (0..<80).map { Double($0) * 0.9 + 9 })
    #expect(relativeError(middle.statistic, 0.3) < 1e-15)
    #expect(relativeError(middle.pValue, 0.0033202623729832142) < 1e-10)
    let same = try KolmogorovSmirnovTest.twoSamples([1, 2, 2, 3], [2, 1, 3, 2])
    #expect(same.statistic == 0 && same.pValue == 1)
    let apart = try KolmogorovSmirnovTest.twoSamples([1, 2, 3], [4, 5, 6])
    #expect(apart.statistic == 1)
    #expect(relativeError(apart.pValue, 0.1) < 1e-13)
  }

  /// Beyond n·m = 100,000 the p-value is approximate; SciPy's exact one for this distance is 0.30516.
  @Test func kolmogorovSmirnovTwoLargeSamples() throws {
    let large = try KolmogorovSmirnovTest.twoSamples(
      (0..<600).map { Double($0) / 600 }, (0..<700).map { Double($0) / 700 - 0.0521 })
    #expect(abs(large.statistic - 0.05333333333333334) < 1e-12)
    #expect(abs(large.pValue - 0.3051588763426493) < 0.01)
  }

  @Test func kolmogorovSmirnovRejectsAtItsLevel() throws {
    var stream = testStream(70)
    var rejected = 0
    for _ in 0..<2000 {
      let sample = (0..<15).map { _ in stream.uniform() }
      if try KolmogorovSmirnovTest.oneSample(sample, against: { $0 }).pValue < 0.1 { rejected += 1 }
    }
    #expect(abs(Double(rejected) / 2000 - 0.1) < 4 * (0.1 * 0.9 / 2000).squareRoot())
  }

  @Test func kolmogorovSmirnovRefusesBadInput() {
    #expect(throws: InputError.self) { try KolmogorovSmirnovTest.oneSample([]) { $0 } }
    #expect(throws: InputError.self) { try KolmogorovSmirnovTest.oneSample([.nan]) { $0 } }
    #expect(throws: InputError.self) { try KolmogorovSmirnovTest.oneSample([1, 2]) { $0 } }
    #expect(throws: InputError.self) { try KolmogorovSmirnovTest.oneSample([0.1, 0.2]) { 1 - $0 } }
    #expect(throws: InputError.self) { try KolmogorovSmirnovTest.oneSample([0.1]) { _ in .nan } }
    #expect(throws: InputError.self) { try KolmogorovSmirnovTest.twoSamples([1], []) }
  }

  @Test func chiSquare() throws {
    let even = try ChiSquareTest.uniformity(counts: [16, 18, 16, 14, 12, 12])
    #expect(relativeError(even.statistic, 2) < 1e-14 && even.degreesOfFreedom == 5)
    #expect(relativeError(even.pValue, 0.8491450360846096) < 1e-13)
    #expect(relativeError(even.smallestExpected, 88.0 / 6) < 1e-15)
    let given = try ChiSquareTest.goodnessOfFit(counts: [43, 52, 54, 40], probabilities: [0.2, 0.3, 0.3, 0.2])
    #expect(relativeError(given.statistic, 1.361552028218692) < 1e-13)
    #expect(relativeError(given.pValue, 0.7145713696923119) < 1e-13)
    let rows = try ChiSquareTest.homogeneity([[10, 0, 20, 30], [6, 0, 9, 17]])
    #expect(relativeError(rows.statistic, 0.27157465150403504) < 1e-13 && rows.degreesOfFreedom == 2)
    #expect(relativeError(rows.pValue, 0.873028283380073) < 1e-13)
  }

  @Test func chiSquareOfTheImpossible() throws {
    let possible = try ChiSquareTest.goodnessOfFit(counts: [3, 0, 5], probabilities: [0.5, 0, 0.5])
    #expect(possible.degreesOfFreedom == 1 && possible.statistic == 0.5)
    let impossible = try ChiSquareTest.goodnessOfFit(counts: [3, 1, 5], probabilities: [0.5, 0, 0.5])
    #expect(impossible.statistic == .infinity && impossible.pValue == 0)
  }

  @Test func chiSquareRefusesBadInput() {
    #expect(throws: InputError.self) { try ChiSquareTest.uniformity(counts: []) }
    #expect(throws: InputError.self) { try ChiSquareTest.uniformity(counts: [5]) }
    #expect(throws: InputError.self) { try ChiSquareTest.uniformity(counts: [0, 0]) }
    #expect(throws: InputError.self) { try ChiSquareTest.uniformity(counts: [-1, 5]) }
    #expect(throws: InputError.self) { try ChiSquareTest.goodnessOfFit(counts: [1, 2], probabilities: [1]) }
    #expect(throws: InputError.self) { try ChiSquareTest.goodnessOfFit(counts: [1, 2], probabilities: [0.5, 0.4]) }
    #expect(throws: InputError.self) { try ChiSquareTest.goodnessOfFit(counts: [1, 2], probabilities: [1.5, -0.5]) }
    #expect(throws: InputError.self) { try ChiSquareTest.homogeneity([[1, 2]]) }
    #expect(throws: InputError.self) { try ChiSquareTest.homogeneity([[1, 2], [1]]) }
    #expect(throws: InputError.self) { try ChiSquareTest.homogeneity([[1, 2], [0, 0]]) }
    #expect(throws: InputError.self) { try ChiSquareTest.homogeneity([[1, 0], [4, 0]]) }
  }
}
