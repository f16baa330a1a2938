import Numerics

/// How far an average over probes is from the truth.
///
/// For v uniform on the sphere the mass F_v(x) = Σ_{λᵢ ≤ x} (uᵢᵀv)² of the eigenvalues up to x has the Beta distribution of
/// parameters k/2 and (d − k)/2, k = dF(x): mean F, variance 2F(1 − F)/(d + 2), whatever the operator. So the mean over p
/// probes varies like a proportion in n = p(d + 2)/2 trials, and Wilson's score interval is one for F. It takes the spread
/// at the F that it asks about and not at the estimate, which a single large eigenvalue of weight 1/d needs.
struct ProbeLaw {
  private let trials: Double
  private let z: Double

  init(dimension: Int, probes: Int, confidence: Double) {
    trials = Double(probes) * Double(dimension + 2) / 2
    z = Normal.twoSidedQuantile(confidence)
  }

  /// The values of F that an estimate of it does not exclude.
  func interval(_ estimate: Double) -> (low: Double, high: Double) {
    let share = min(max(estimate, 0), 1)
    let a = z * z / trials
    let middle = (share + a / 2) / (1 + a)
    let half = (a * (share * (1 - share) + a / 4)).squareRoot() / (1 + a)
    return (max(0, middle - half), min(1, middle + half))
  }

  /// How far F may be from an estimate of it.
  func reach(_ estimate: Double) -> Double {
    let (low, high) = interval(estimate)
    return max(high - estimate, estimate - low)
  }
}
