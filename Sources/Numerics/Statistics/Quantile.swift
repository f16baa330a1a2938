/// Quantiles of a sample, with errors that assume nothing about the distribution.
public enum Quantile {
  /// The sample quantile of type 7: linear between the order statistics at (n − 1)·p, NumPy's default and equal to it to the bit.
  ///
  /// Cost: one sort. Source: Hyndman and Fan 1996, doi:10.1080/00031305.1996.10473566.
  ///
  /// - Throws: ``InputError`` for a p outside of [0, 1], an empty sample, or values that are not finite.
  public static func estimate(_ probability: Double, of sample: [Double]) throws(InputError) -> Double {
    try requireProbability(probability)
    try Sample.require(sample, "sample")
    return ofSorted(sample.sorted(), probability)
  }

  /// Several sample quantiles of type 7, for one sort.
  ///
  /// - Throws: ``InputError`` for a p outside of [0, 1], an empty sample, or values that are not finite.
  public static func estimates(_ probabilities: [Double], of sample: [Double]) throws(InputError) -> [Double] {
    for probability in probabilities { try requireProbability(probability) }
    try Sample.require(sample, "sample")
    let sorted = sample.sorted()
    return probabilities.map { ofSorted(sorted, $0) }
  }

  /// The sample median: the middle value, or the mean of the two middle ones.
  ///
  /// - Throws: ``InputError`` for an empty sample, or values that are not finite.
  public static func median(of sample: [Double]) throws(InputError) -> Double { try estimate(0.5, of: sample) }

  /// A distribution-free confidence interval for the p-quantile, between two order statistics.
  ///
  /// The l-th smallest value is below the quantile unless fewer than l values are: a binomial event. So [X₍ₗ₎, X₍ᵤ₎] misses on each side with at
  /// most (1 − confidence)/2, for any distribution and any n; it is conservative, since order statistics are few. Where even the smallest
  /// (largest) value is not small (large) enough, which is so for small samples, that end is infinite. Cost: one sort and O(√n).
  ///
  /// Source: David and Nagaraja, "Order Statistics", 3rd ed., section 7.1, doi:10.1002/0471722162.
  ///
  /// - Throws: ``InputError`` for a p outside of (0, 1), a confidence outside of (0, 1), an empty sample, or values that are not finite.
  public static func interval(
    _ probability: Double, of sample: [Double], confidence: Double = 0.95
  ) throws(InputError) -> ConfidenceInterval {
    try ConfidenceInterval.requireConfidence(confidence)
    guard probability > 0, probability < 1 else {
      throw InputError("quantile", expected: "a probability strictly between 0 and 1", found: "\(probability)")
    }
    try Sample.require(sample, "sample")
    let sorted = sample.sorted()
    let ranks = orderStatisticRanks(probability, count: sorted.count, confidence: confidence)
    return ConfidenceInterval(
      low: ranks.lower.map { sorted[$0 - 1] } ?? -.infinity, high: ranks.upper.map { sorted[$0 - 1] } ?? .infinity,
      confidence: confidence)
  }

  /// Bootstrap replicates of the p-quantile; its ``BootstrapDistribution/standardError`` is the quantile's.
  ///
  /// - Throws: ``InputError`` for a p outside of [0, 1], an empty sample, values that are not finite, or fewer than 2 resamples.
  public static func bootstrap(
    _ probability: Double, of sample: [Double], resamples: Int = 2000, stream: inout RandomStream
  ) throws(InputError) -> BootstrapDistribution {
    try requireProbability(probability)
    return try Bootstrap.oneSample(sample, resamples: resamples, stream: &stream) { resample in
      ofSorted(resample.sorted(), probability)
    }
  }

  /// Bootstrap replicates of median(numerator) / median(denominator) for two independent samples.
  ///
  /// - Throws: ``InputError`` for an empty sample, values that are not finite, fewer than 2 resamples, or a denominator whose
  ///   median is 0 in some resample, where the ratio has no interval.
  public static func ratioOfMedians(
    _ numerator: [Double], _ denominator: [Double], resamples: Int = 2000, stream: inout RandomStream
  ) throws(InputError) -> BootstrapDistribution {
    try Bootstrap.twoSamples(numerator, denominator, resamples: resamples, stream: &stream) { upper, lower in
      ofSorted(upper.sorted(), 0.5) / ofSorted(lower.sorted(), 0.5)
    }
  }

  /// The quantile of type 7 of values in ascending order, at least one of them.
  static func ofSorted(_ sorted: [Double], _ probability: Double) -> Double {
    let place = Double(sorted.count - 1) * probability
    let lower = min(Int(place), sorted.count - 1)
    let upper = min(lower + 1, sorted.count - 1)
    let fraction = place - Double(lower)
    let step = sorted[upper] - sorted[lower]
    // From the nearer end, as NumPy does: exact at both ends, and monotone in the fraction.
    return fraction >= 0.5 ? sorted[upper] - step * (1 - fraction) : sorted[lower] + step * fraction
  }

  /// The ranks (from 1) of the narrowest order statistics with at most (1 − confidence)/2 outside on each side; nil for an infinite end.
  static func orderStatisticRanks(
    _ probability: Double, count: Int, confidence: Double
  ) -> (lower: Int?, upper: Int?) {
    let tail = (1 - confidence) / 2
    let (start, masses) = binomialMasses(count: count, probability: probability)
    // X₍ₗ₎ misses (is above the quantile) when fewer than l values are at or below it.
    var lower = start
    var below = 0.0
    for mass in masses {
      below += mass
      if below > tail { break }
      lower += 1
    }
    // X₍ᵤ₎ misses when u values or more are below the quantile.
    var upper = start + masses.count
    var above = 0.0
    for mass in masses.reversed() {
      above += mass
      if above > tail { break }
      upper -= 1
    }
    return (lower >= 1 ? lower : nil, upper <= count ? upper : nil)
  }

  /// The binomial probabilities from `start` on, without the far tails that hold less than 1e-17 of the largest.
  ///
  /// By ratios of neighbours outward from the mode, then normalised: no logarithm of a factorial, so no digits are lost for large counts.
  private static func binomialMasses(count: Int, probability: Double) -> (start: Int, masses: [Double]) {
    let mode = min(count, Int(Double(count + 1) * probability))
    let odds = probability / (1 - probability)
    var above = [1.0]
    var k = mode
    while k < count, let mass = above.last, mass > 1e-17 {
      above.append(mass * odds * Double(count - k) / Double(k + 1))
      k += 1
    }
    var below = [1.0]
    k = mode
    while k > 0, let mass = below.last, mass > 1e-17 {
      below.append(mass / odds * Double(k) / Double(count - k + 1))
      k -= 1
    }
    let masses = below.dropFirst().reversed() + above
    let total = compensatedSum(masses)
    return (k, masses.map { $0 / total })
  }

  private static func requireProbability(_ probability: Double) throws(InputError) {
    guard probability >= 0, probability <= 1 else {
      throw InputError("quantile", expected: "a probability from 0 to 1", found: "\(probability)")
    }
  }
}
