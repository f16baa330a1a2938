import Numerics
import Objectives

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How many directions a matrix really has: the numerical rank and the effective rank from its singular values
/// σ₁ ≥ σ₂ ≥ ….
///
/// Of the Jacobian φ of a model's outputs, n × p, it says how many features training can still tell apart. It is to be
/// taken on fresh inputs, at least as many as there are parameters, so that few samples are not the cause of a low rank.
/// Source: Andriushchenko, Varre, Pillaud-Vivien, Flammarion, ICML 2023, arXiv 2210.05337, whose code takes the tolerance
/// 1e-4, but 1e-15 for diagonal networks, which is below what a decomposition in doubles resolves.
public struct JacobianRank: Sendable, Equatable {
  /// σ₁ ≥ σ₂ ≥ …, min(rows, columns) of them.
  public let singularValues: [Double]
  /// The largest ratio to σ₁ that counts as 0.
  public let tolerance: Double
  /// #{k : σₖ/σ₁ > tolerance}; 0 for a matrix of zeros.
  public let rank: Int
  /// The entropy H = −Σ pₖ ln pₖ of pₖ = σₖ/Σσ, in nats: what the paper's notebooks call effective rank. −∞ for a matrix of zeros.
  public let entropy: Double

  /// e^H, from 1 to min(rows, columns), a rank without a threshold; 0 for a matrix of zeros. Source: Roy, Vetterli,
  /// "The effective rank", EUSIPCO 2007.
  public var effectiveRank: Double { exp(entropy) }

  /// Decomposes a matrix. Cost: about (8/3) m n min(m, n) operations.
  ///
  /// - Throws: `InputError` for an entry that is not finite, a matrix without entries, or a tolerance that is not from 0
  ///   to below 1.
  public init(of matrix: Matrix, tolerance: Double = 1e-4) throws(InputError) {
    guard tolerance >= 0, tolerance < 1 else {
      throw InputError("tolerance", expected: "a ratio from 0 to below 1", found: "\(tolerance)")
    }
    guard matrix.rows > 0, matrix.columns > 0 else {
      throw InputError(
        "Jacobian", expected: "one or more rows and columns", found: "\(matrix.rows) × \(matrix.columns)")
    }
    singularValues = try LinearAlgebra.singularValues(of: matrix)
    self.tolerance = tolerance
    let largest = singularValues[0]
    rank = largest > 0 ? singularValues.count { $0 / largest > tolerance } : 0
    // Ratios to the largest first: the sum of what is nearly the largest number there is would be infinite.
    let ratios = largest > 0 ? singularValues.map { $0 / largest } : []
    let sum = ratios.reduce(0, +)
    entropy =
      ratios.isEmpty
      ? -.infinity
      : ratios.reduce(0) { entropy, ratio in
        let p = ratio / sum
        return p > 0 ? entropy - p * log(p) : entropy
      }
  }

  /// The rank of φ, the derivatives of a network's outputs on all samples of the objective, n·m × d. Cost: n·m backward
  /// passes and the decomposition.
  public init<Scalar: NetworkScalar>(
    of objective: NetworkObjective<Scalar>, at parameters: [Scalar], tolerance: Double = 1e-4
  ) throws(InputError) {
    let entries = objective.jacobian(at: parameters).map { Double($0) }
    try self.init(
      of: Matrix(
        rows: objective.sampleCount * objective.outputCount, columns: objective.parameterCount, storage: entries),
      tolerance: tolerance)
  }

  /// The rank of the derivatives of a model's residuals on all samples of the objective, n·m × d: of ⟨u∘v, x⟩ the matrix with
  /// the rows (v∘x, u∘x).
  public init<Objective: ResidualObjective>(
    of objective: Objective, at parameters: [Objective.Scalar], tolerance: Double = 1e-4
  ) throws(InputError) {
    let entries = objective.residualJacobian(at: parameters).map { Double($0) }
    try self.init(
      of: Matrix(
        rows: objective.sampleCount * objective.outputCount, columns: objective.parameterCount, storage: entries),
      tolerance: tolerance)
  }
}
