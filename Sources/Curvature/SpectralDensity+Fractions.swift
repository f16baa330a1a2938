import Numerics

/// A share of the eigenvalues, as far as it is known.
public struct SpectralFraction: Sendable {
  /// The share, from 0 to 1.
  public let value: Double
  /// The share is within this of `value` but for the error of the probes: what is left open by the quadrature, for certain.
  public let quadratureError: Double
  /// The standard deviation over the probes.
  public let standardError: Double
  /// Covers the share with its confidence, both errors together.
  public let interval: ConfidenceInterval
}

extension SpectralDensity {
  /// The share of the eigenvalues that are at most x (or, of an exact density with `isStrict`, below x).
  ///
  /// The quadrature's bounds at x are those of any measure with the same moments (Chebyshev, Markov and Stieltjes); the probes' are
  /// by their exact law. Cost: a tridiagonal eigenvalue problem a probe.
  ///
  /// - Throws: `InputError` where an eigenvalue iteration does not converge, and so do the other shares.
  public func fraction(below x: Double, isStrict: Bool = false) throws(InputError) -> SpectralFraction {
    try fraction(open(at: x, isStrict: isStrict), minus: (0, 0))
  }

  /// The share of the negative eigenvalues. A large mass at 0 leaves it open: eigenvalues that are 0 but for rounding are negative
  /// by chance.
  public func negativeFraction() throws(InputError) -> SpectralFraction { try fraction(below: 0, isStrict: true) }

  /// The share of the eigenvalues in an interval.
  public func fraction(in interval: ClosedRange<Double>) throws(InputError) -> SpectralFraction {
    try fraction(
      open(at: interval.upperBound, isStrict: false), minus: open(at: interval.lowerBound, isStrict: true))
  }

  /// The least and the most mass up to x.
  private func open(at x: Double, isStrict: Bool) throws(InputError) -> (low: Double, high: Double) {
    if isExact {
      let mass = sums[nodes.partitioningIndex { isStrict ? $0 >= x : $0 > x }]
      return (mass, mass)
    }
    var (low, high) = (0.0, 0.0)
    for measure in measures {
      let bounds = try measure.bounds(at: x)
      low += bounds.low
      high += bounds.high
    }
    return (low / Double(measures.count), high / Double(measures.count))
  }

  private func fraction(
    _ upper: (low: Double, high: Double), minus lower: (low: Double, high: Double)
  ) throws(InputError) -> SpectralFraction {
    let (low, high) = (max(0, upper.low - lower.high), max(0, upper.high - lower.low))
    let value = (low + high) / 2
    if isExact {
      return SpectralFraction(
        value: value, quadratureError: 0, standardError: 0,
        interval: ConfidenceInterval(low: value, high: value, confidence: confidence))
    }
    // The mass of a set of k eigenvalues has the law of that of the k smallest ones.
    let law = ProbeLaw(dimension: dimension, probes: probes, confidence: confidence)
    let variance = 2 * value * (1 - value) / (Double(probes) * Double(dimension + 2))
    return SpectralFraction(
      value: value, quadratureError: (high - low) / 2, standardError: max(0, variance).squareRoot(),
      interval: ConfidenceInterval(
        low: law.interval(low).low, high: law.interval(high).high, confidence: confidence))
  }
}
