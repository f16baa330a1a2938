import Numerics

extension SampleCurvature {
  /// The samples whose Hessian has an eigenvalue below −`tolerance`·‖Hᵢ‖: indefinite (or negative) ones.
  ///
  /// Cost: a Cholesky factorisation a sample for matrices; nothing for factors without negative signs.
  public func indefiniteSamples(tolerance: Double = 1e-8) throws(InputError) -> [Int] {
    if outputCount != nil, signs == nil { return [] }
    var result: [Int] = []
    for sample in 0..<sampleCount {
      var matrix = try signedCore(of: sample)
      let size = LinearAlgebra.norm(matrix.storage)
      if size == 0 { continue }
      for index in 0..<matrix.rows { matrix[index, index] += tolerance * size }
      if !BLAS.isPositiveDefinite(matrix) { result.append(sample) }
    }
    return result
  }

  /// A symmetric matrix with the non-zero eigenvalues of Hᵢ: Hᵢ itself, or K½ s K½ with K = JJᵀ where that is smaller.
  private func signedCore(of sample: Int) throws(InputError) -> Matrix {
    guard let m = outputCount, let signs, m < dimension else { return hessian(sample) }
    guard signs[sample * m..<(sample + 1) * m].contains(-1) else { return Matrix(rows: m, columns: m) }
    let rows = Matrix(
      rows: m, columns: dimension,
      storage: Array(entries[sample * m * dimension..<(sample + 1) * m * dimension]))
    let gram = try LinearAlgebra.symmetricEigendecomposition(of: rows.gram())
    let roots = gram.values.map { max(0, $0).squareRoot() }
    var core = Matrix(rows: m, columns: m)
    for a in 0..<m {
      for c in 0..<m {
        var sum = 0.0
        for k in 0..<m { sum += gram.vectors[a, k] * signs[sample * m + k] * gram.vectors[c, k] }
        core[a, c] = roots[a] * sum * roots[c]
      }
    }
    return core
  }

  /// The smallest and largest eigenvalue of a batch's Hessian Σ wᵢHᵢ. Cost: an eigendecomposition of order d, or of
  /// the batch's number of factor rows where that is smaller.
  func eigenvalueRange(
    over terms: [(index: Int, weight: Double)]
  ) throws(InputError) -> (smallest: Double, largest: Double) {
    if let m = outputCount, signs == nil, terms.count * m < dimension {
      var rows: [Double] = []
      rows.reserveCapacity(terms.count * m * dimension)
      for (index, weight) in terms {
        let root = weight.squareRoot()
        rows += entries[index * m * dimension..<(index + 1) * m * dimension].map { root * $0 }
      }
      let gram = Matrix(rows: terms.count * m, columns: dimension, storage: rows).gram()
      return (0, try LinearAlgebra.symmetricEigenvalues(of: gram).last ?? 0)
    }
    let values = try LinearAlgebra.symmetricEigenvalues(of: meanHessian(over: terms))
    return (values.first ?? 0, values.last ?? 0)
  }

  /// The same Hessians as factors of their eigenvectors, where each has so low a rank that this is quicker: a quarter
  /// of d at most. Eigenvalues below 1e-13 of the sample's largest are dropped. Nil otherwise.
  func factored() throws(InputError) -> SampleCurvature? {
    guard outputCount == nil, dimension >= 16 else { return nil }
    let limit = dimension / 4
    var kept: [[(value: Double, row: [Double])]] = []
    for sample in 0..<sampleCount {
      let decomposition = try LinearAlgebra.symmetricEigendecomposition(of: hessian(sample))
      let largest = max(abs(decomposition.values.first ?? 0), abs(decomposition.values.last ?? 0))
      var rows: [(value: Double, row: [Double])] = []
      for (place, value) in decomposition.values.enumerated() where abs(value) > 1e-13 * largest {
        guard rows.count < limit else { return nil }
        rows.append((value, decomposition.vectors.row(place)))
      }
      kept.append(rows)
    }
    let m = max(1, kept.reduce(0) { max($0, $1.count) })
    var signs = [Double](repeating: 1, count: sampleCount * m)
    var entries = [Double](repeating: 0, count: sampleCount * m * dimension)
    for (sample, rows) in kept.enumerated() {
      for (place, (value, row)) in rows.enumerated() {
        let index = sample * m + place
        if value < 0 { signs[index] = -1 }
        let scale = abs(value).squareRoot()
        for column in 0..<dimension { entries[index * dimension + column] = scale * row[column] }
      }
    }
    return SampleCurvature(
      sampleCount: sampleCount, dimension: dimension, outputCount: m, signs: signs.contains(-1) ? signs : nil,
      entries: entries)
  }
}
