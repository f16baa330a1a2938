#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension ConfidenceInterval {
  /// An interval for the mean of a skewed distribution from independent values of it.
  ///
  /// With W = (x̄ − μ)/s and the sample's skewness γ̂, Hall's monotone cubic g(W) = W + γ̂W²/3 + γ̂²W³/27 + γ̂/(6n) takes the
  /// skewness out of the studentised mean: √n·g(W) is normal but for terms of order 1/n, where Student's √n·W is but
  /// for 1/√n. Its inverse is (3/γ̂)((1 + γ̂(x − γ̂/(6n)))^⅓ − 1). Quantiles are Student's with n − 1 degrees, the skewness is
  /// the one unbiased for a normal sample, Σ(xᵢ − x̄)³ n/((n − 1)(n − 2)s³): so for a sample without skewness the interval is
  /// Student's. Two values have Student's interval; all alike have a point.
  ///
  /// Source: Hall 1992, "On the removal of skewness by transformation", doi:10.1111/j.2517-6161.1992.tb01876.x.
  ///
  /// - Throws: ``InputError`` unless 0 < confidence < 1, or for fewer than 2 values or ones that are not finite.
  public static func ofMean(_ sample: [Double], confidence: Double = 0.95) throws(InputError) -> ConfidenceInterval {
    try requireConfidence(confidence)
    try Sample.require(sample, atLeast: 2, "sample")
    let summary = try Summary(sample)
    let (count, mean) = (Double(sample.count), summary.mean)
    let deviation = summary.standardDeviation ?? 0
    let reach = StudentT.twoSidedQuantile(confidence, degreesOfFreedom: sample.count - 1) / count.squareRoot()
    var skewness = 0.0
    if sample.count > 2, deviation > 0 {
      let cubes = compensatedSum(
        sample.map { value in
          let z = (value - mean) / deviation
          return z * z * z
        })
      skewness = cubes * count / ((count - 1) * (count - 2))
    }
    func inverse(_ x: Double) -> Double {
      // Below this the cubic is a straight line to the last digit but its constant.
      guard abs(skewness) > 1e-6 else { return x - skewness / (6 * count) }
      return 3 / skewness * (cbrt(1 + skewness * (x - skewness / (6 * count))) - 1)
    }
    return ConfidenceInterval(
      low: mean - deviation * inverse(reach), high: mean - deviation * inverse(-reach), confidence: confidence)
  }
}
