/// An interval that covers the true value with a stated probability, over repetitions of the whole experiment.
public struct ConfidenceInterval: Equatable, Sendable {
  /// The lower end; −∞ where the data give none.
  public let low: Double
  /// The upper end; +∞ where the data give none.
  public let high: Double
  /// The probability of covering, such as 0.95.
  public let confidence: Double

  /// An interval at a confidence level.
  public init(low: Double, high: Double, confidence: Double) {
    self.low = low
    self.high = high
    self.confidence = confidence
  }

  /// Whether a value lies in the interval, its ends included.
  public func contains(_ value: Double) -> Bool { low <= value && value <= high }

  /// Throws unless `confidence` lies strictly between 0 and 1.
  static func requireConfidence(_ confidence: Double) throws(InputError) {
    guard confidence > 0, confidence < 1 else {
      throw InputError(
        "confidence", expected: "a number strictly between 0 and 1", found: "\(confidence)",
        advice: "0.95 is usual.")
    }
  }
}
