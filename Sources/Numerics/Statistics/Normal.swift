#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The standard normal distribution.
public enum Normal {
  /// The density exp(−x²/2) / √(2π).
  public static func density(_ x: Double) -> Double { exp(-x * x / 2) / (2 * Double.pi).squareRoot() }

  /// The distribution function Φ(x) = erfc(−x/√2) / 2.
  ///
  /// The relative error is about 1e-15 for x ≥ −5, and grows like 1.1e-16 · x² in the lower tail, where 8e-14 is reached at
  /// x = −37, the last place with a normal double.
  public static func cumulative(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }

  /// The quantile function Φ⁻¹(p), the inverse of ``cumulative(_:)``, by Wichura's rational approximations PPND16.
  ///
  /// The relative error is below 1e-15 for all p from the smallest normal double to 1 − 1.1e-16 (measured; the source states 1e-16 for the
  /// approximation itself). −∞ at 0, +∞ at 1, NaN outside of [0, 1].
  ///
  /// Source: Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied Statistics 37 (1988),
  /// doi:10.2307/2347330.
  public static func quantile(_ probability: Double) -> Double {
    guard probability >= 0, probability <= 1 else { return .nan }
    if probability == 0 { return -.infinity }
    if probability == 1 { return .infinity }
    let centred = probability - 0.5
    if abs(centred) <= 0.425 {
      let r = 0.180625 - centred * centred
      return centred * polynomial(centralNumerator, r) / polynomial(centralDenominator, r)
    }
    let r = (-log(centred < 0 ? probability : 1 - probability)).squareRoot()
    let magnitude =
      r <= 5
      ? polynomial(middleNumerator, r - 1.6) / polynomial(middleDenominator, r - 1.6)
      : polynomial(tailNumerator, r - 5) / polynomial(tailDenominator, r - 5)
    return centred < 0 ? -magnitude : magnitude
  }

  /// The half-width, in standard deviations, of the central interval that holds `confidence` of the distribution: 1.96 for 0.95.
  public static func twoSidedQuantile(_ confidence: Double) -> Double { -quantile((1 - confidence) / 2) }

  /// Σ cₖ xᵏ by Horner's rule.
  private static func polynomial(_ coefficients: [Double], _ x: Double) -> Double {
    var value = 0.0
    for index in stride(from: coefficients.count - 1, through: 0, by: -1) { value = value * x + coefficients[index] }
    return value
  }

  private static let centralNumerator = [
    3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
    4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3,
  ]
  private static let centralDenominator = [
    1, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3, 2.1213794301586595867e4,
    3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3,
  ]
  private static let middleNumerator = [
    1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
    1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4,
  ]
  private static let middleDenominator = [
    1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1, 1.48103976427480074590e-1,
    1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9,
  ]
  private static let tailNumerator = [
    6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
    2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7,
  ]
  private static let tailDenominator = [
    1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2, 7.86869131145613259100e-4,
    1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15,
  ]
}
