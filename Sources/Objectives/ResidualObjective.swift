/// A sum of squares: fᵢ(θ) = ½ ‖rᵢ(θ)‖², with m residuals a sample.
///
/// What Gauss and Newton's method and Jacobian factors Hᵢ ≈ JᵢᵀJᵢ (exact where the residuals vanish) need beyond the
/// derivatives of any finite sum.
public protocol ResidualObjective<Scalar>: FiniteSumObjective {
  /// m, the number of residuals of a sample.
  var outputCount: Int { get }

  /// The residuals of all samples, n·m, sample by sample.
  func residuals(at parameters: [Scalar]) -> [Scalar]

  /// The derivatives of the residuals, n·m × d, row by row.
  func jacobian(at parameters: [Scalar]) -> [Scalar]
}
