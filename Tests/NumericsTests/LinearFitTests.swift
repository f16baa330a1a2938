import Numerics
import TestSupport
import Testing

@Suite struct LinearFitTests {
  let x = [1.0, 2, 3, 4, 5, 7]
  let y = [2.1, 3.9, 6.2, 7.8, 10.1, 13.7]
  let weights = [1.0, 2, 1, 4, 1, 0.5]

  /// References from SciPy 1.17.1's linregress.
  @Test func plain() throws {
    let fit = try LinearFit(x: x, y: y)
    #expect(relativeError(fit.slope, 1.95) < 1e-14)
    #expect(relativeError(fit.intercept, 0.15) < 1e-13)
    #expect(relativeError(fit.slopeStandardError, 0.038031941462779925) < 1e-12)
    #expect(relativeError(fit.interceptStandardError, 0.15833959887351046) < 1e-12)
    #expect(fit.degreesOfFreedom == 4)
  }

  /// References from the normal equations with mpmath 1.3.0 at 40 digits.
  @Test func weighted() throws {
    let relative = try LinearFit(x: x, y: y, weights: weights)
    let known = try LinearFit(x: x, y: y, standardErrors: weights.map { 1 / $0.squareRoot() })
    for fit in [relative, known] {
      #expect(relativeError(fit.slope, 1.956476683937823722) < 1e-14)
      #expect(relativeError(fit.intercept, 0.06994818652849765323) < 1e-12)
      #expect(relativeError(fit.residualSumOfSquares, 0.1873056994818654267) < 1e-12)
      #expect(relativeError(fit.standardError(at: 0), fit.interceptStandardError) < 1e-14)
      #expect(abs(fit.value(at: 0) - fit.intercept) < 1e-14)
      #expect(abs(fit.value(at: 10) - (fit.intercept + 10 * fit.slope)) < 1e-13)
    }
    #expect(relativeError(relative.interceptStandardError, 0.1786198509189630608) < 1e-12)
    #expect(relativeError(relative.slopeStandardError, 0.04800966203863974460) < 1e-12)
    #expect(relativeError(known.interceptStandardError, 0.8254375507929520876) < 1e-13)
    #expect(relativeError(known.slopeStandardError, 0.2218621146736439540) < 1e-13)
  }

  @Test func farFromTheOrigin() throws {
    let places = (0..<10).map { 1e9 + Double($0) }
    let fit = try LinearFit(x: places, y: places.map { 3 * ($0 - 1e9) + 1 })
    #expect(relativeError(fit.slope, 3) < 1e-14)
    #expect(abs(fit.value(at: 1e9 + 20) - 61) < 1e-12)
  }

  /// The slope's deviations in units of its standard error follow Student's t with 18 degrees of freedom, whose variance is 18/16.
  @Test func slopeErrorsAreRight() throws {
    var stream = testStream(80)
    let places = (0..<20).map(Double.init)
    var squares = RunningMoments()
    for _ in 0..<2000 {
      let noise = stream.gaussian(count: 20)
      let fit = try LinearFit(x: places, y: zip(places, noise).map { 2 - 0.5 * $0 + 3 * $1 })
      let deviation = (fit.slope + 0.5) / fit.slopeStandardError
      squares.add(deviation * deviation)
    }
    #expect(abs(squares.mean - 18.0 / 16) < 4 * (try #require(squares.standardError)))
  }

  @Test func refusesBadInput() {
    #expect(throws: InputError.self) { try LinearFit(x: [1, 2], y: [1, 2]) }
    #expect(throws: InputError.self) { try LinearFit(x: [1, 2, 3], y: [1, 2]) }
    #expect(throws: InputError.self) { try LinearFit(x: [1, 1, 1], y: [1, 2, 3]) }
    #expect(throws: InputError.self) { try LinearFit(x: [0.1, 0.1, 0.1], y: [1, 2, 3]) }
    #expect(throws: InputError.self) { try LinearFit(x: [1, 2, 3], y: [1, 2, .nan]) }
    #expect(throws: InputError.self) { try LinearFit(x: [1, 2, 3], y: [1, 2, 3], weights: [1, 0, 1]) }
    #expect(throws: InputError.self) { try LinearFit(x: [1, 2, 3], y: [1, 2, 3], weights: [1, 1]) }
    #expect(throws: InputError.self) { try LinearFit(x: [1, 2, 3], y: [1, 2, 3], standardErrors: [1, -1, 1]) }
    #expect((try? LinearFit(x: [1, 2], y: [1, 3], standardErrors: [1, 1]))?.slope == 2)
  }
}
