import Numerics

/// Throws unless all entries are finite.
func requireFinite(_ matrix: Matrix, _ location: String) throws(InputError) {
  guard let index = matrix.storage.firstIndex(where: { !$0.isFinite }) else { return }
  throw InputError(
    location, expected: "finite numbers",
    found: "\(matrix.storage[index]) in row \(index / matrix.columns), column \(index % matrix.columns)",
    advice: "Has the run that produced them diverged?")
}

/// The rows divided by their norms; rows of zeros stay.
func unitRows(_ matrix: Matrix) -> Matrix {
  var result = matrix
  for row in 0..<matrix.rows {
    let norm = matrix.withRow(row) { LinearAlgebra.norm($0) }
    guard norm > 0 else { continue }
    for column in 0..<matrix.columns { result[row, column] /= norm }
  }
  return result
}
