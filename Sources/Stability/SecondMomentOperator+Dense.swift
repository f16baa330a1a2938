import Numerics

extension SecondMomentOperator {
  /// An operator on symmetric matrices as a matrix of order r(r + 1)/2, in the orthonormal basis of Eⱼⱼ and (Eⱼₖ +
  /// Eₖⱼ)/√2.
  ///
  /// Cost: r(r + 1)/2 applications.
  static func dense(
    order: Int, _ map: (Matrix) throws(InputError) -> Matrix
  ) throws(InputError) -> Matrix {
    let pairs = pairs(order)
    var result = Matrix(rows: pairs.count, columns: pairs.count)
    for (column, (j, k)) in pairs.enumerated() {
      var unit = Matrix(rows: order, columns: order)
      unit[j, k] = j == k ? 1 : 0.5.squareRoot()
      unit[k, j] = unit[j, k]
      let image = try map(unit)
      for (row, (a, b)) in pairs.enumerated() {
        result[row, column] = a == b ? image[a, a] : 2.0.squareRoot() * (image[a, b] + image[b, a]) / 2
      }
    }
    return result
  }

  static func pairs(_ order: Int) -> [(Int, Int)] { (0..<order).flatMap { j in (j..<order).map { (j, $0) } } }

  /// ρ from the dense C^(−½)DC^(−½): the twin of ``leading(tolerance:powerSteps:limit:)``. Cost: about r⁶.
  func denseRatio() throws(InputError) -> Double {
    let roots = Self.pairs(order).map { weight($0, $1).squareRoot() }
    var matrix = try Self.dense(order: order) { apply($0) }
    for row in 0..<matrix.rows {
      for column in 0..<matrix.columns { matrix[row, column] /= roots[row] * roots[column] }
    }
    return try LinearAlgebra.symmetricEigenvalues(of: matrix).last ?? 0
  }

  /// The spectral radius of E[A⊗A] at a step size, the factor by which the second moment grows in a step.
  ///
  /// Plain SGD: the largest eigenvalue of I − 2ηC + η²D, whose spectral radius is attained there. With momentum: of
  /// the operator on pairs (δₜ, δₜ₋₁), of order r(2r + 1).
  func denseGrowth(step: Double) throws(InputError) -> Double {
    if momentum == 0 {
      let matrix = try Self.dense(order: order) { s in stepped(s, step) }
      return try LinearAlgebra.symmetricEigenvalues(of: matrix).last ?? 0
    }
    return try BLAS.spectralRadius(try Self.dense(order: 2 * order) { s in pairStepped(s, step) })
  }

  /// (I − ηH)Σ(I − ηH) + η²p·V[Σ].
  func stepped(_ s: Matrix, _ step: Double) -> Matrix {
    var result = noiseFactor == 0 ? Matrix(rows: order, columns: order) : noise(s)
    let scale = step * step * noiseFactor
    for j in 0..<order {
      for k in 0..<order {
        let drift = (1 - step * eigenvalues[j]) * (1 - step * eigenvalues[k])
        result[j, k] = drift * s[j, k] + scale * result[j, k]
      }
    }
    return result
  }

  /// E[AΣAᵀ] for A = [[(1 + β)I − ηH_B, −βI], [I, 0]].
  private func pairStepped(_ s: Matrix, _ step: Double) -> Matrix {
    let r = order
    var block = Matrix(rows: r, columns: r)
    for j in 0..<r {
      for k in 0..<r { block[j, k] = s[j, k] }
    }
    let noise = noiseFactor == 0 ? Matrix(rows: r, columns: r) : noise(block)
    var result = Matrix(rows: 2 * r, columns: 2 * r)
    for j in 0..<r {
      let a = 1 + momentum - step * eigenvalues[j]
      for k in 0..<r {
        let b = 1 + momentum - step * eigenvalues[k]
        result[j, k] =
          a * b * s[j, k] - momentum * (a * s[j, r + k] + b * s[r + j, k]) + momentum * momentum * s[r + j, r + k]
          + step * step * noiseFactor * noise[j, k]
        result[j, r + k] = a * s[j, k] - momentum * s[r + j, k]
        result[r + k, j] = result[j, r + k]
        result[r + j, r + k] = s[j, k]
      }
    }
    return result
  }
}
