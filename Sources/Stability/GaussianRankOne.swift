import Numerics

/// Samples H = xxᵀ with Gaussian x of covariance diag(λ), infinitely many of them: linear regression on Gaussian
/// inputs.
public enum GaussianRankOne {
  /// η_meanSquare = 2/ρ((1 + 1/b) diag λ + (1/b) 1λᵀ), where (η/b) Σⱼ λⱼ/(2 − η(1 + 1/b)λⱼ) = 1. Isotropic: 2b/((b +
  /// d + 1)λ).
  ///
  /// - Throws: ``InputError`` for no eigenvalue, or one that is not positive and finite, or a batch size below 1.
  public static func meanSquareThreshold(eigenvalues: [Double], batchSize: Int) throws(InputError) -> Double {
    guard !eigenvalues.isEmpty, eigenvalues.allSatisfy({ $0 > 0 && $0.isFinite }), batchSize >= 1 else {
      throw InputError(
        "Gaussian samples", expected: "positive eigenvalues and a batch size from 1",
        found: "\(eigenvalues.count) eigenvalues, batch size \(batchSize)")
    }
    let b = Double(batchSize)
    // Scaled by the roots of λ on both sides the matrix is symmetric, with the same eigenvalues.
    var matrix = Matrix(rows: eigenvalues.count, columns: eigenvalues.count)
    for (j, first) in eigenvalues.enumerated() {
      for (k, second) in eigenvalues.enumerated() {
        matrix[j, k] = (first * second).squareRoot() / b + (j == k ? (1 + 1 / b) * first : 0)
      }
    }
    return 2 / (try LinearAlgebra.symmetricEigenvalues(of: matrix).last ?? 0)
  }
}
