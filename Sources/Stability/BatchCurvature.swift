import Curvature
import Numerics
import Objectives

/// A point at which gradients and curvature of batches can be measured: what the measures of this module need, and no
/// more.
public protocol BatchCurvature: Sendable {
  /// n.
  var sampleCount: Int { get }
  /// d.
  var dimension: Int { get }
  /// The batch mean of the gradients; an index that stands twice counts twice.
  func gradient(over samples: [Int]) -> [Double]
  /// The batch mean of the Hessians times a vector.
  func hessianProduct(_ vector: [Double], over samples: [Int]) -> [Double]
}

/// Given per-sample Hessians and gradients.
public struct SampledPoint: BatchCurvature {
  /// The Hessians.
  public let curvature: SampleCurvature
  /// The gradients.
  public let gradients: SampleGradients

  /// Hessians and gradients of the same samples in the same parameters.
  ///
  /// - Throws: ``InputError`` for different shapes.
  public init(_ curvature: SampleCurvature, _ gradients: SampleGradients) throws(InputError) {
    guard gradients.rows.rows == curvature.sampleCount, gradients.rows.columns == curvature.dimension else {
      throw InputError(
        "per-sample gradients", expected: "\(curvature.sampleCount) × \(curvature.dimension), as the Hessians",
        found: "\(gradients.rows.rows) × \(gradients.rows.columns)")
    }
    self.curvature = curvature
    self.gradients = gradients
  }

  /// n.
  public var sampleCount: Int { curvature.sampleCount }
  /// d.
  public var dimension: Int { curvature.dimension }

  /// The batch mean of the gradients.
  public func gradient(over samples: [Int]) -> [Double] {
    var result = [Double](repeating: 0, count: dimension)
    for sample in samples {
      gradients.rows.withRow(sample) { LinearAlgebra.axpy(1 / Double(samples.count), $0, into: &result) }
    }
    return result
  }

  /// The batch mean of the Hessians times a vector.
  public func hessianProduct(_ vector: [Double], over samples: [Int]) -> [Double] {
    precondition(vector.count == dimension, "a vector of the samples' dimension")
    var result = [Double](repeating: 0, count: dimension)
    vector.withUnsafeBufferPointer { x in
      result.withUnsafeMutableBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        for sample in samples {
          curvature.addProduct(sample: sample, scale: 1 / Double(samples.count), x, into: y)
        }
      }
    }
    return result
  }
}

/// Any finite sum at given parameters.
public struct ObjectivePoint<Objective: FiniteSumObjective>: BatchCurvature where Objective.Scalar == Double {
  private let objective: Objective
  private let parameters: [Double]

  /// An objective at a point.
  ///
  /// - Throws: ``InputError`` for a wrong number of parameters, or ones that are not finite.
  public init(_ objective: Objective, at parameters: [Double]) throws(InputError) {
    try requirePoint(objective, parameters)
    self.objective = objective
    self.parameters = parameters
  }

  /// n.
  public var sampleCount: Int { objective.sampleCount }
  /// d.
  public var dimension: Int { objective.parameterCount }

  /// The batch mean of the gradients.
  public func gradient(over samples: [Int]) -> [Double] {
    objective.gradient(at: parameters, over: Batch(samples: samples))
  }

  /// The batch mean of the Hessians times a vector.
  public func hessianProduct(_ vector: [Double], over samples: [Int]) -> [Double] {
    objective.hessianVectorProduct(at: parameters, times: vector, over: Batch(samples: samples))
  }
}

extension BatchCurvature {
  /// All samples' indices.
  var everySample: [Int] { Array(0..<sampleCount) }
}

/// A measured number: exact, or estimated from batches of the measurement stream.
public struct MeasuredValue: Sendable, Equatable {
  /// The number.
  public let value: Double
  /// Its standard error; 0 when exact.
  public let standardError: Double
  /// The interval that covers the true value with the confidence it states, by Student's t; the value itself twice
  /// when exact.
  public let interval: ConfidenceInterval
  /// How many batches it rests on.
  public let batches: Int
  /// Whether all batches were enumerated, or a formula used.
  public let isExact: Bool

  static func exact(_ value: Double, batches: Int) -> MeasuredValue {
    MeasuredValue(
      value: value, standardError: 0, interval: ConfidenceInterval(low: value, high: value, confidence: 1),
      batches: batches, isExact: true)
  }

  static func estimate(_ value: Double, standardError: Double, batches: Int, confidence: Double) -> MeasuredValue {
    let half = studentQuantile(confidence, degreesOfFreedom: batches - 1) * standardError
    return MeasuredValue(
      value: value, standardError: standardError,
      interval: ConfidenceInterval(low: value - half, high: value + half, confidence: confidence), batches: batches,
      isExact: false)
  }

  /// The mean of independent values, with Student's interval.
  ///
  /// - Throws: ``InputError`` for no value.
  public static func mean(of values: [Double], confidence: Double) throws(InputError) -> MeasuredValue {
    let summary = try Summary(values)
    return .estimate(
      summary.mean, standardError: summary.standardError ?? .infinity, batches: values.count, confidence: confidence)
  }

  /// The ratio of the means of paired values, with the delta method's error.
  static func ratio(
    _ numerators: [Double], _ denominators: [Double], confidence: Double
  ) throws(InputError) -> MeasuredValue {
    let (top, bottom) = (try Summary(numerators).mean, try Summary(denominators).mean)
    let ratio = top / bottom
    let rest = try Summary(zip(numerators, denominators).map { $0 - ratio * $1 })
    return .estimate(
      ratio, standardError: (rest.standardError ?? .infinity) / abs(bottom), batches: numerators.count,
      confidence: confidence)
  }

  /// The two-sided quantile of Student's t, by the expansion in 1/ν of Cornish and Fisher (Abramowitz and Stegun
  /// 26.7.5): within 1e-4 for ν ≥ 9 at 95 %.
  static func studentQuantile(_ confidence: Double, degreesOfFreedom: Int) -> Double {
    let (z, nu) = (Normal.twoSidedQuantile(confidence), Double(max(degreesOfFreedom, 1)))
    let square = z * z
    let first = z * (square + 1) / 4
    let second = z * ((5 * square + 16) * square + 3) / 96
    let third = z * (((3 * square + 19) * square + 17) * square - 15) / 384
    let fourth = z * ((((79 * square + 776) * square + 1482) * square - 1920) * square - 945) / 92_160
    return z + (first + (second + (third + fourth / nu) / nu) / nu) / nu
  }
}

/// How a measurement draws its batches.
public struct MeasurementPlan: Sendable, Equatable {
  /// The most batches to draw.
  public var largestCount: Int
  /// The fewest.
  public var smallestCount: Int
  /// Stop when the relative standard error is below this.
  public var relativeError: Double
  /// Enumerate instead when there are no more batches than this.
  public var enumerationLimit: Double
  /// The confidence of intervals.
  public var confidence: Double
  /// The seeds; the measurement seed is used, under trial `trial`.
  public var seeds: Seeds
  /// Which measurement it is: those of different trials share no random number.
  public var trial: Int

  /// A plan; the defaults are those of the published measurements of batch sharpness, but that up to 1,000 batches
  /// are enumerated.
  public init(
    largestCount: Int = 500, smallestCount: Int = 10, relativeError: Double = 0.005, enumerationLimit: Double = 1_000,
    confidence: Double = 0.95, seeds: Seeds = Seeds(master: 0), trial: Int = 0
  ) {
    self.largestCount = largestCount
    self.smallestCount = smallestCount
    self.relativeError = relativeError
    self.enumerationLimit = enumerationLimit
    self.confidence = confidence
    self.seeds = seeds
    self.trial = trial
  }

  func require() throws(InputError) {
    guard smallestCount >= 2, largestCount >= smallestCount else {
      throw InputError(
        "measured batches", expected: "at least 2, and a largest count not below the smallest",
        found: "\(smallestCount) to \(largestCount)")
    }
    guard confidence > 0, confidence < 1 else {
      throw InputError("confidence", expected: "a number strictly between 0 and 1", found: "\(confidence)")
    }
  }

  func stream(step: Int = 0) -> RandomStream { RandomStream(seeds.key(.measurement, trial: trial), step: step) }
}
