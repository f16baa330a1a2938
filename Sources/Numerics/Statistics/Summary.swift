/// The count, mean, variance and range of a sample.
public struct Summary: Equatable, Sendable {
  /// How many values there are, at least 1.
  public let count: Int
  /// The mean, from a compensated sum: within 2.2e-16 · (mean of |xᵢ|) of the exact one for fewer than 2⁵⁰ values.
  public let mean: Double
  /// The unbiased variance Σ (xᵢ − mean)² / (count − 1), in a second pass; nil for a single value, which says nothing about it.
  public let variance: Double?
  /// The smallest value.
  public let minimum: Double
  /// The largest value.
  public let maximum: Double

  /// Summarises a sample. Cost: two passes.
  ///
  /// - Throws: ``InputError`` for an empty sample, or a value that is not finite: diverged trials are counted apart, never averaged in.
  public init(_ sample: [Double]) throws(InputError) {
    try Sample.require(sample, "sample")
    let mean = compensatedSum(sample) / Double(sample.count)
    count = sample.count
    self.mean = mean
    minimum = sample.reduce(sample[0], min)
    maximum = sample.reduce(sample[0], max)
    guard sample.count > 1 else {
      variance = nil
      return
    }
    let residual = compensatedSum(sample.map { $0 - mean })
    let squares = compensatedSum(sample.map { ($0 - mean) * ($0 - mean) })
    // The residuals of a rounded mean do not quite sum to zero; the second term takes that out (Chan, Golub, LeVeque 1983).
    variance = max(0, squares - residual * residual / Double(sample.count)) / Double(sample.count - 1)
  }

  /// The standard deviation, the variance's root; nil for a single value.
  public var standardDeviation: Double? { variance?.squareRoot() }

  /// The mean's standard error √(variance / count) for independent values; nil for a single one.
  public var standardError: Double? { variance.map { ($0 / Double(count)).squareRoot() } }
}

/// Mean and variance of values that come one at a time, in parts that can be merged.
///
/// Welford's recurrence, merged by the formula of Chan, Golub and LeVeque (doi:10.1080/00031305.1983.10483115). 24 bytes, whatever the
/// number of values. The result depends on the order of adding and merging in its last digits only.
public struct RunningMoments: Equatable, Sendable {
  /// How many values were added.
  public private(set) var count = 0
  /// The mean so far, 0 before the first value.
  public private(set) var mean = 0.0
  private var squares = 0.0

  /// No value yet.
  public init() {}

  /// Adds a value. NaN and infinities spread into mean and variance: keep diverged trials out.
  @inline(__always)
  public mutating func add(_ value: Double) {
    count += 1
    let change = value - mean
    mean += change / Double(count)
    squares += change * (value - mean)
  }

  /// Adds all values of another part.
  public mutating func merge(_ other: RunningMoments) {
    guard other.count > 0 else { return }
    let total = Double(count + other.count)
    let change = other.mean - mean
    squares += other.squares + change * change * (Double(count) * Double(other.count) / total)
    mean += change * (Double(other.count) / total)
    count += other.count
  }

  /// The unbiased variance; nil before the second value.
  public var variance: Double? { count > 1 ? squares / Double(count - 1) : nil }

  /// The variance's root; nil before the second value.
  public var standardDeviation: Double? { variance?.squareRoot() }

  /// The mean's standard error √(variance / count) for independent values; nil before the second value.
  public var standardError: Double? { variance.map { ($0 / Double(count)).squareRoot() } }
}

/// What statistics ask of a sample.
enum Sample {
  /// Throws unless there are `count` values or more, all finite.
  static func require(_ sample: [Double], atLeast count: Int = 1, _ location: String) throws(InputError) {
    guard sample.count >= count else {
      throw InputError(
        location, expected: count == 1 ? "at least one value" : "at least \(count) values", found: "\(sample.count)")
    }
    try LinearAlgebra.requireFinite(sample, location)
  }
}

/// The sum with Neumaier's compensation: the error is about one rounding of the result plus n² · 1e-32 · Σ|xᵢ|.
///
/// Source: Neumaier 1974, doi:10.1002/zamm.19740540106.
func compensatedSum(_ values: [Double]) -> Double {
  var sum = 0.0
  var compensation = 0.0
  for value in values {
    let next = sum + value
    compensation += abs(sum) >= abs(value) ? (sum - next) + value : (value - next) + sum
    sum = next
  }
  return sum + compensation
}
