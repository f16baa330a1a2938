import Numerics

/// A sum of squares: fᵢ(θ) = ½ ‖rᵢ(θ)‖², with m residuals a sample.
///
/// What Gauss and Newton's method and Jacobian factors Hᵢ ≈ JᵢᵀJᵢ (exact where the residuals vanish) need beyond the
/// derivatives of any finite sum.
public protocol ResidualObjective<Scalar>: ResidualSum {
  /// The derivatives of the residuals, n·m × d, row by row.
  func jacobian(at parameters: [Scalar]) -> [Scalar]
}

/// A sum of squares, fᵢ(θ) = ½ ‖rᵢ(θ)‖² with m residuals a sample, as far as noise in the labels is concerned: its residuals,
/// and the products with the transpose of their Jacobian φ.
public protocol ResidualSum<Scalar>: FiniteSumObjective {
  /// m, the number of residuals of a sample.
  var outputCount: Int { get }

  /// The residuals of all samples, n·m, sample by sample.
  func residuals(at parameters: [Scalar]) -> [Scalar]

  /// φᵀw, d numbers, for a number w of each residual: ∇f for w = r/n.
  func residualPullback(at parameters: [Scalar], times weights: [Scalar]) -> [Scalar]

  /// Why there are no residuals; nil if there are. A network can also have a loss that is no square.
  var residualProblem: InputError? { get }
}

extension ResidualSum {
  /// There are residuals.
  public var residualProblem: InputError? { nil }
}

extension ResidualObjective {
  /// φᵀw from all rows of φ. Cost: the Jacobian, whose room is n·m·d numbers.
  public func residualPullback(at parameters: [Scalar], times weights: [Scalar]) -> [Scalar] {
    let rows = jacobian(at: parameters)
    var result = [Scalar](repeating: 0, count: parameterCount)
    for (row, weight) in weights.enumerated() {
      for j in 0..<parameterCount { result[j] += weight * rows[row * parameterCount + j] }
    }
    return result
  }
}
