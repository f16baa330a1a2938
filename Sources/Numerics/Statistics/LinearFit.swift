/// A straight line y = intercept + slope · x through points, by least squares.
///
/// Cost: a few passes. Computed about the weighted mean of x, so that far-away x (step numbers, years) lose no digits.
public struct LinearFit: Equatable, Sendable {
  /// The slope.
  public let slope: Double
  /// The intercept, the line's value at x = 0.
  public let intercept: Double
  /// The slope's standard error.
  public let slopeStandardError: Double
  /// The intercept's standard error.
  public let interceptStandardError: Double
  /// The weighted sum of squared residuals: χ² where standard errors were given.
  public let residualSumOfSquares: Double
  /// The number of points minus 2.
  public let degreesOfFreedom: Int

  private let centre: Double
  private let valueAtCentre: Double
  private let centreStandardError: Double

  /// Fits points whose errors are independent and have one unknown variance, or unknown variances in known proportion.
  ///
  /// The standard errors take the variance from the residuals, with n − 2 degrees of freedom; for few points, multiply by a quantile of
  /// Student's t, not of the normal distribution.
  ///
  /// - Parameters:
  ///   - x: The places.
  ///   - y: The values, one at each place.
  ///   - weights: Proportional to the inverse variances; equal unless given.
  /// - Throws: ``InputError`` for fewer than 3 points, arrays of different lengths, numbers that are not finite, weights that are not
  ///   positive, or places that are all the same.
  public init(x: [Double], y: [Double], weights: [Double]? = nil) throws(InputError) {
    let weights = weights ?? [Double](repeating: 1, count: x.count)
    try self.init(x: x, y: y, weights: weights, minimum: 3, scaled: true)
  }

  /// Fits points whose errors are independent and have known standard errors, from which the fit's errors follow.
  ///
  /// ``residualSumOfSquares`` is then χ² with ``degreesOfFreedom`` degrees: far above them, the line or the errors are wrong.
  ///
  /// - Throws: ``InputError`` for fewer than 2 points, arrays of different lengths, numbers that are not finite, standard errors that are not
  ///   positive, or places that are all the same.
  public init(x: [Double], y: [Double], standardErrors: [Double]) throws(InputError) {
    try Self.requirePositive(standardErrors, "standard errors of a linear fit")
    try self.init(x: x, y: y, weights: standardErrors.map { 1 / ($0 * $0) }, minimum: 2, scaled: false)
  }

  /// The line's value at a place.
  public func value(at x: Double) -> Double { valueAtCentre + slope * (x - centre) }

  /// The standard error of the line's value at a place, an extrapolation's too; of the line, not of a further point.
  public func standardError(at x: Double) -> Double {
    let spread = slopeStandardError * (x - centre)
    return (centreStandardError * centreStandardError + spread * spread).squareRoot()
  }

  private init(x: [Double], y: [Double], weights: [Double], minimum: Int, scaled: Bool) throws(InputError) {
    let location = "linear fit"
    guard x.count == y.count, x.count == weights.count else {
      throw InputError(
        location, expected: "as many places as values and weights or errors",
        found: "\(x.count) places, \(y.count) values, \(weights.count) weights or errors")
    }
    try Sample.require(x, atLeast: minimum, "places of a linear fit")
    try Sample.require(y, atLeast: minimum, "values of a linear fit")
    try Self.requirePositive(weights, "weights of a linear fit")
    let total = compensatedSum(weights)
    let centre = compensatedSum(zip(weights, x).map { $0 * $1 }) / total
    let mean = compensatedSum(zip(weights, y).map { $0 * $1 }) / total
    let spread = compensatedSum(zip(weights, x).map { $0 * ($1 - centre) * ($1 - centre) })
    guard let first = x.first, x.contains(where: { $0 != first }), spread > 0 else {
      throw InputError(location, expected: "at least two different places", found: "one place only")
    }
    var products = [Double]()
    for index in x.indices { products.append(weights[index] * (x[index] - centre) * (y[index] - mean)) }
    let slope = compensatedSum(products) / spread
    var squares = [Double]()
    for index in x.indices {
      let residual = y[index] - mean - slope * (x[index] - centre)
      squares.append(weights[index] * residual * residual)
    }
    residualSumOfSquares = compensatedSum(squares)
    degreesOfFreedom = x.count - 2
    let scale = scaled ? residualSumOfSquares / Double(degreesOfFreedom) : 1
    self.slope = slope
    self.centre = centre
    valueAtCentre = mean
    intercept = mean - slope * centre
    slopeStandardError = (scale / spread).squareRoot()
    centreStandardError = (scale / total).squareRoot()
    interceptStandardError = (scale * (1 / total + centre * centre / spread)).squareRoot()
  }

  private static func requirePositive(_ values: [Double], _ location: String) throws(InputError) {
    guard values.allSatisfy({ $0 > 0 && $0.isFinite }) else {
      throw InputError(location, expected: "positive finite numbers", found: "one that is not")
    }
  }
}
