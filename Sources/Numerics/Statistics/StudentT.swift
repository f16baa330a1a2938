#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Student's t distribution of a whole number of degrees of freedom.
public enum StudentT {
  /// P(|T| ≤ t), by the finite sums of Abramowitz and Stegun 26.7.3 and 26.7.4 (also DLMF 8.17): ν/2 terms, none of which
  /// cancel. The normal distribution's above 10⁶ degrees, where the two differ by less than 1e-6 of the probability outside.
  ///
  /// - Precondition: `degreesOfFreedom ≥ 1`, `t ≥ 0`.
  public static func central(_ t: Double, degreesOfFreedom: Int) -> Double {
    precondition(degreesOfFreedom >= 1 && t >= 0, "at least one degree of freedom, and a distance")
    if degreesOfFreedom > 1_000_000 { return erf(t * 0.5.squareRoot()) }
    let degrees = Double(degreesOfFreedom)
    let angle = atan2(t, degrees.squareRoot())
    let (sine, cosine) = (sin(angle), cos(angle))
    let square = cosine * cosine
    // The sums run over every second whole number below ν: from 2 for an odd ν, from 1 for an even one.
    let isOdd = degreesOfFreedom % 2 == 1
    var term = isOdd ? cosine : 1
    var sum = degreesOfFreedom == 1 ? 0 : term
    var k = isOdd ? 2 : 1
    while k + 1 < degreesOfFreedom - 1 {
      term *= square * Double(k) / Double(k + 1)
      sum += term
      k += 2
    }
    return isOdd ? 2 / Double.pi * (angle + sine * sum) : sine * sum
  }

  /// The t with P(|T| ≤ t) = `confidence`: 2.045 for 0.95 and 29 degrees of freedom. Infinite at 1, 0 at 0.
  ///
  /// By bisection within brackets; to some 1e-13, relatively.
  ///
  /// - Precondition: `degreesOfFreedom ≥ 1` and 0 ≤ confidence ≤ 1.
  public static func twoSidedQuantile(_ confidence: Double, degreesOfFreedom: Int) -> Double {
    precondition(degreesOfFreedom >= 1 && confidence >= 0 && confidence <= 1, "a probability and a degree of freedom")
    if confidence == 0 || confidence == 1 { return confidence == 0 ? 0 : .infinity }
    var low = Normal.twoSidedQuantile(confidence)
    if degreesOfFreedom > 1_000_000 { return low }
    var high = max(2 * low, 1e-300)
    while central(high, degreesOfFreedom: degreesOfFreedom) < confidence { (low, high) = (high, 2 * high) }
    for _ in 0..<60 where high - low > 1e-14 * high {
      let middle = 0.5 * (low + high)
      if central(middle, degreesOfFreedom: degreesOfFreedom) < confidence { low = middle } else { high = middle }
    }
    return 0.5 * (low + high)
  }
}
