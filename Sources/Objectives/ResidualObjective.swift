import Numerics

/// A sum of squares: fᵢ(θ) = ½ ‖rᵢ(θ)‖², with m residuals a sample.
///
/// What Gauss and Newton's method, Jacobian factors Hᵢ ≈ JᵢᵀJᵢ (exact where the residuals vanish), and noise in the labels
/// need beyond the derivatives of any finite sum. A loss with another factor has residuals with its root: (F − y)² those
/// of √2 (F − y).
public protocol ResidualObjective<Scalar>: FiniteSumObjective {
  /// m, the number of residuals of a sample.
  var outputCount: Int { get }

  /// Why there are no residuals; nil if there are. A network can also have a loss that is no square.
  var residualProblem: InputError? { get }

  /// The residuals of all samples, n·m, sample by sample.
  ///
  /// - Precondition: there is no `residualProblem`.
  func residuals(at parameters: [Scalar]) -> [Scalar]

  /// φ, the derivatives of the residuals, n·m × d, row by row.
  ///
  /// - Precondition: there is no `residualProblem`.
  func residualJacobian(at parameters: [Scalar]) -> [Scalar]

  /// φᵀw, d numbers, for a number w of each residual: ∇f for w = r/n. By default from all rows of φ.
  ///
  /// - Precondition: there is no `residualProblem`.
  func residualPullback(at parameters: [Scalar], times weights: [Scalar]) -> [Scalar]
}

extension ResidualObjective {
  /// There are residuals.
  public var residualProblem: InputError? { nil }

  /// φᵀw from all rows of φ. Cost: the Jacobian, whose room is n·m·d numbers.
  public func residualPullback(at parameters: [Scalar], times weights: [Scalar]) -> [Scalar] {
    let rows = residualJacobian(at: parameters)
    var result = [Scalar](repeating: 0, count: parameterCount)
    for (row, weight) in weights.enumerated() {
      for j in 0..<parameterCount { result[j] += weight * rows[row * parameterCount + j] }
    }
    return result
  }
}
