import Curvature
import Numerics

/// A dense symmetric matrix with given eigenvalues and Haar-distributed eigenvectors.
func rotated(_ eigenvalues: [Double], seed: UInt64 = 1) throws -> MatrixOperator {
  var stream = RandomStream(Seeds(master: seed).key(.data))
  let basis = try LinearAlgebra.orthonormalRows(
    count: eigenvalues.count, dimension: eigenvalues.count, stream: &stream)
  let matrix = basis.transposed().multiplied(by: Matrix.diagonal(eigenvalues)).multiplied(by: basis)
  return try MatrixOperator(matrix)
}

/// A spectrum as networks have it: a few large eigenvalues, a bulk that falls, some negative ones.
func networkLikeSpectrum(_ count: Int) -> [Double] {
  (0..<count).map { k -> Double in
    if k < 3 { return [6, 2.5, 1.5][k] }
    let place = Double(k + 4)
    return k % 4 == 0 ? -0.02 : 8 / (place * place)
  }
}
