/// The nonparametric bootstrap: a statistic's error, from the statistic of samples drawn with replacement from the sample.
///
/// Deterministic given the stream; draw it from the measurement seed. Source: Efron 1979, doi:10.1214/aos/1176344552.
public enum Bootstrap {
  /// Replicates a statistic of one sample. Cost: `resamples` + n evaluations (n of them for the jackknife), n random integers a resample.
  ///
  /// - Parameters:
  ///   - sample: Independent values of one distribution.
  ///   - resamples: How many resamples; 2,000 fix the ends of a 95 % interval to a few per cent of its width.
  ///   - stream: The source of randomness.
  ///   - statistic: What is estimated; it must accept samples one value shorter too.
  /// - Throws: ``InputError`` for fewer than 2 values, values that are not finite, fewer than 2 resamples, or a statistic that is not
  ///   finite for the sample or a resample.
  public static func oneSample(
    _ sample: [Double], resamples: Int = 2000, stream: inout RandomStream, statistic: ([Double]) -> Double
  ) throws(InputError) -> BootstrapDistribution {
    try require([sample], resamples: resamples)
    var replicates = [Double]()
    replicates.reserveCapacity(resamples)
    var drawn = sample
    for _ in 0..<resamples {
      draw(sample, into: &drawn, &stream)
      replicates.append(statistic(drawn))
    }
    return try BootstrapDistribution(
      estimate: statistic(sample), replicates: replicates,
      acceleration: acceleration([jackknife(sample, statistic)]))
  }

  /// Replicates a statistic of two independent samples, each resampled on its own. Cost as ``oneSample(_:resamples:stream:statistic:)``.
  ///
  /// - Throws: ``InputError`` as ``oneSample(_:resamples:stream:statistic:)``.
  public static func twoSamples(
    _ first: [Double], _ second: [Double], resamples: Int = 2000, stream: inout RandomStream,
    statistic: ([Double], [Double]) -> Double
  ) throws(InputError) -> BootstrapDistribution {
    try require([first, second], resamples: resamples)
    var replicates = [Double]()
    replicates.reserveCapacity(resamples)
    var (firstDrawn, secondDrawn) = (first, second)
    for _ in 0..<resamples {
      draw(first, into: &firstDrawn, &stream)
      draw(second, into: &secondDrawn, &stream)
      replicates.append(statistic(firstDrawn, secondDrawn))
    }
    return try BootstrapDistribution(
      estimate: statistic(first, second), replicates: replicates,
      acceleration: acceleration([
        jackknife(first) { statistic($0, second) }, jackknife(second) { statistic(first, $0) },
      ]))
  }

  private static func draw(_ sample: [Double], into drawn: inout [Double], _ stream: inout RandomStream) {
    for index in drawn.indices { drawn[index] = sample[stream.integer(below: sample.count)] }
  }

  private static func require(_ samples: [[Double]], resamples: Int) throws(InputError) {
    for sample in samples { try Sample.require(sample, atLeast: 2, "bootstrap sample") }
    guard resamples >= 2 else {
      throw InputError("bootstrap", expected: "at least 2 resamples", found: "\(resamples)", advice: "2000 is usual.")
    }
  }

  /// The statistic without each value in turn.
  private static func jackknife(_ sample: [Double], _ statistic: ([Double]) -> Double) -> [Double] {
    sample.indices.map { index in
      var shorter = sample
      shorter.remove(at: index)
      return statistic(shorter)
    }
  }

  /// Efron's acceleration from the jackknife values of each sample (Efron and Tibshirani 1993, section 14.3; for several samples Davison and
  /// Hinkley 1997, section 5.3.2): a sixth of the skewness of the empirical influence values.
  private static func acceleration(_ jackknives: [[Double]]) -> Double {
    var cubes = 0.0
    var squares = 0.0
    for values in jackknives {
      let count = Double(values.count)
      let mean = compensatedSum(values) / count
      for value in values {
        let influence = (count - 1) * (mean - value) / count
        squares += influence * influence
        cubes += influence * influence * influence
      }
    }
    // All values alike (a median of ties) leave nothing to accelerate.
    return squares > 0 ? cubes / (6 * squares * squares.squareRoot()) : 0
  }
}

/// The replicates of a bootstrapped statistic, and the errors and intervals read off them.
public struct BootstrapDistribution: Equatable, Sendable {
  /// How an interval is read off the replicates.
  public enum Method: String, Sendable, CaseIterable {
    /// The replicates' own quantiles. Never leaves the statistic's range.
    case percentile
    /// The quantiles reflected at the estimate: 2θ̂ − quantile.
    case basic
    /// Bias-corrected and accelerated: second-order accurate for smooth statistics (Efron 1987, doi:10.1080/01621459.1987.10478410). For
    /// quantiles the jackknife, and so the acceleration, is only a rough guide.
    case biasCorrectedAccelerated
  }

  /// The statistic of the sample itself.
  public let estimate: Double
  /// The statistic of each resample, ascending.
  public let replicates: [Double]
  /// Efron's acceleration, from the jackknife.
  public let acceleration: Double

  init(estimate: Double, replicates: [Double], acceleration: Double) throws(InputError) {
    guard estimate.isFinite, acceleration.isFinite, replicates.allSatisfy(\.isFinite) else {
      throw InputError(
        "bootstrap", expected: "a statistic that is finite for each resample",
        found: estimate.isFinite ? "a resample where it is not" : "\(estimate) for the sample itself",
        advice: "A ratio whose denominator may vanish has no interval: compare the two sides instead.")
    }
    self.estimate = estimate
    self.replicates = replicates.sorted()
    self.acceleration = acceleration
  }

  /// The replicates' standard deviation.
  public var standardError: Double {
    var moments = RunningMoments()
    for replicate in replicates { moments.add(replicate) }
    return moments.standardDeviation ?? 0
  }

  /// The replicates' mean minus the estimate.
  public var bias: Double { compensatedSum(replicates) / Double(replicates.count) - estimate }

  /// A confidence interval for what the statistic estimates.
  ///
  /// - Throws: ``InputError`` unless 0 < confidence < 1.
  public func interval(
    _ method: Method = .percentile, confidence: Double = 0.95
  ) throws(InputError) -> ConfidenceInterval {
    try ConfidenceInterval.requireConfidence(confidence)
    let tail = (1 - confidence) / 2
    switch method {
    case .percentile:
      return ConfidenceInterval(
        low: Quantile.ofSorted(replicates, tail), high: Quantile.ofSorted(replicates, 1 - tail), confidence: confidence)
    case .basic:
      return ConfidenceInterval(
        low: 2 * estimate - Quantile.ofSorted(replicates, 1 - tail),
        high: 2 * estimate - Quantile.ofSorted(replicates, tail), confidence: confidence)
    case .biasCorrectedAccelerated:
      return ConfidenceInterval(
        low: Quantile.ofSorted(replicates, corrected(tail)), high: Quantile.ofSorted(replicates, corrected(1 - tail)),
        confidence: confidence)
    }
  }

  /// The level of the percentile interval that the bias correction and the acceleration put in place of `level`.
  private func corrected(_ level: Double) -> Double {
    let below = replicates.count { $0 < estimate }
    let equal = replicates.count { $0 == estimate }
    // Ties count half, so that a discrete statistic without bias is not corrected.
    let share = (Double(below) + Double(equal) / 2) / Double(replicates.count)
    guard share > 0, share < 1 else { return share }
    let bias = Normal.quantile(share)
    let shifted = bias + Normal.quantile(level)
    return Normal.cumulative(bias + shifted / (1 - acceleration * shifted))
  }
}
