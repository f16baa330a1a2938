/// One comparison of a prediction with a measurement.
public struct Check: Sendable {
  /// What is compared, such as `Tr H at the SGD limit`.
  public var name: String
  /// The predicted value, or the bound.
  public var prediction: Double
  /// The measured value.
  public var measurement: Double
  /// How far the measurement is to be trusted.
  public var error: MeasurementError
  /// When the comparison passes.
  public var tolerance: Tolerance
  /// The number of independent runs, starts or samples behind the measurement.
  public var count: Int?

  /// States a comparison.
  public init(
    _ name: String, prediction: Double, measurement: Double, error: MeasurementError = .exact, tolerance: Tolerance,
    count: Int? = nil
  ) {
    self.name = name
    self.prediction = prediction
    self.measurement = measurement
    self.error = error
    self.tolerance = tolerance
    self.count = count
  }

  /// Whether the measurement agrees with the prediction. Not-a-number never agrees.
  public var passes: Bool { strain <= 1 }

  /// The distance from the prediction in units of what is allowed: at most 1 passes, infinite for not-a-number.
  public var strain: Double {
    func ratio(_ excess: Double, _ allowed: Double) -> Double {
      if excess.isNaN || allowed.isNaN { return .infinity }
      if excess <= 0 { return 0 }
      return allowed > 0 ? excess / allowed : .infinity
    }
    switch tolerance {
    case .absolute(let allowed): return ratio(abs(measurement - prediction), allowed)
    case .relative(let allowed): return ratio(abs(measurement - prediction), allowed * abs(prediction))
    case .standardErrors(let allowed):
      guard case .standardError(let standardError) = error else { return .infinity }
      return ratio(abs(measurement - prediction), allowed * standardError)
    case .exact: return measurement == prediction ? 0 : .infinity
    case .atMost: return measurement <= prediction ? 0 : .infinity
    case .atLeast: return measurement >= prediction ? 0 : .infinity
    }
  }
}

/// How far a measured value is to be trusted.
public enum MeasurementError: Sendable, Equatable {
  /// Nothing random enters; the value is right to rounding.
  case exact
  /// A standard error.
  case standardError(Double)
  /// An interval at a confidence level, such as 0.95.
  case interval(low: Double, high: Double, confidence: Double)
}

/// When a measurement agrees with a prediction.
public enum Tolerance: Sendable, Equatable {
  /// |measurement − prediction| is at most this.
  case absolute(Double)
  /// |measurement − prediction| is at most this times |prediction|.
  case relative(Double)
  /// |measurement − prediction| is at most this many of the measurement's standard errors.
  case standardErrors(Double)
  /// The two are equal: counts, bitwise statements.
  case exact
  /// The measurement is at most the prediction, which is a bound.
  case atMost
  /// The measurement is at least the prediction, which is a bound.
  case atLeast
}
