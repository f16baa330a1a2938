import COpenBLAS

/// The eigenvalues and eigenvectors of a symmetric matrix.
public struct SymmetricEigendecomposition: Sendable {
  /// The eigenvalues, ascending.
  public let values: [Double]
  /// The eigenvectors as *rows*: row k belongs to eigenvalue k, and the rows are orthonormal. So A = Vᵀ · diag(values) · V.
  public let vectors: Matrix
}

/// A thin singular value decomposition A = U · diag(values) · Vᵀ of an m × n matrix, with k = min(m, n).
public struct SingularValueDecomposition: Sendable {
  /// U, m × k: orthonormal columns.
  public let left: Matrix
  /// The singular values, descending: k of them.
  public let values: [Double]
  /// Vᵀ, k × n: orthonormal rows.
  public let rightTransposed: Matrix
}

extension LinearAlgebra {
  /// The eigenvalues of a symmetric matrix, ascending, by LAPACK's `dsyevd`. Cost: about (4/3) n³ operations.
  ///
  /// Each is within a modest multiple of n · 1.1e-16 · ‖A‖₂ of an exact one. The symmetric part (A + Aᵀ)/2 is what is decomposed.
  ///
  /// - Parameters:
  ///   - matrix: The matrix, square.
  ///   - asymmetryTolerance: How far |aᵢⱼ − aⱼᵢ| may be from 0, as a multiple of the largest |aᵢⱼ|.
  /// - Throws: ``InputError`` for a matrix that is not square, not finite or not symmetric, or where the iteration does not converge.
  public static func symmetricEigenvalues(
    of matrix: Matrix, asymmetryTolerance: Double = 1e-8
  ) throws(InputError) -> [Double] {
    try decomposeSymmetric(matrix, vectors: false, tolerance: asymmetryTolerance).values
  }

  /// The eigenvalues, ascending, and eigenvectors, as rows, of a symmetric matrix, by LAPACK's divide and conquer `dsyevd`.
  /// Cost: about 4 to 9 n³ operations.
  ///
  /// Residuals ‖A v − λ v‖ and the deviation from orthonormality are modest multiples of n · 1.1e-16 (times ‖A‖₂). An eigenvector's sign
  /// is arbitrary, and a repeated eigenvalue fixes only the span of its vectors.
  ///
  /// - Parameters:
  ///   - matrix: The matrix, square.
  ///   - asymmetryTolerance: How far |aᵢⱼ − aⱼᵢ| may be from 0, as a multiple of the largest |aᵢⱼ|.
  /// - Throws: ``InputError`` for a matrix that is not square, not finite or not symmetric, or where the iteration does not converge.
  public static func symmetricEigendecomposition(
    of matrix: Matrix, asymmetryTolerance: Double = 1e-8
  ) throws(InputError) -> SymmetricEigendecomposition {
    try decomposeSymmetric(matrix, vectors: true, tolerance: asymmetryTolerance)
  }

  /// The singular values of any matrix, descending, min(rows, columns) of them, by LAPACK's `dgesdd`.
  ///
  /// Cost: about (8/3) m n k operations. Each is within a modest multiple of max(m, n) · 1.1e-16 · ‖A‖₂ of an exact one.
  ///
  /// - Throws: ``InputError`` for entries that are not finite, or where the iteration does not converge.
  public static func singularValues(of matrix: Matrix) throws(InputError) -> [Double] {
    let location = "singular values"
    try requireFinite(matrix, location)
    let (m, n) = (try lapackInteger(matrix.rows, location), try lapackInteger(matrix.columns, location))
    var values = [Double](repeating: 0, count: min(matrix.rows, matrix.columns))
    if values.isEmpty { return values }
    var a = matrix.storage
    // Column-major LAPACK reads the rows as columns, so it sees Aᵀ, which has the same singular values.
    let status = LAPACKE_dgesdd(LAPACK_COL_MAJOR, lapackFlag("N"), n, m, &a, n, &values, nil, 1, nil, 1)
    try requireConvergence(status, "dgesdd", location)
    return values
  }

  /// The thin singular value decomposition of any matrix, by LAPACK's `dgesdd`. Cost: about 6 m n k operations.
  ///
  /// - Throws: ``InputError`` for entries that are not finite, or where the iteration does not converge.
  public static func singularValueDecomposition(
    of matrix: Matrix
  ) throws(InputError) -> SingularValueDecomposition {
    let location = "singular value decomposition"
    try requireFinite(matrix, location)
    let (m, n) = (try lapackInteger(matrix.rows, location), try lapackInteger(matrix.columns, location))
    let rank = min(matrix.rows, matrix.columns)
    var values = [Double](repeating: 0, count: rank)
    var left = [Double](repeating: 0, count: matrix.rows * rank)
    var right = [Double](repeating: 0, count: rank * matrix.columns)
    if rank > 0 {
      var a = matrix.storage
      // LAPACK sees Aᵀ = V Σ Uᵀ. Its left factor V, by columns, is our Vᵀ by rows; its right factor Uᵀ, by columns, is our U by rows.
      let status = LAPACKE_dgesdd(
        LAPACK_COL_MAJOR, lapackFlag("S"), n, m, &a, n, &values, &right, n, &left, Int32(rank))
      try requireConvergence(status, "dgesdd", location)
    }
    return SingularValueDecomposition(
      left: Matrix(rows: matrix.rows, columns: rank, storage: left), values: values,
      rightTransposed: Matrix(rows: rank, columns: matrix.columns, storage: right))
  }

  /// (A + Aᵀ)/2 of a matrix that is symmetric but for rounding.
  ///
  /// - Throws: ``InputError`` for a matrix that is not square, not finite, or not symmetric to `tolerance` of its largest entry.
  public static func symmetricPart(of matrix: Matrix, tolerance: Double = 1e-8) throws(InputError) -> Matrix {
    let location = "symmetric matrix"
    _ = try requireSquare(matrix, location)
    try requireFinite(matrix, location)
    return try symmetricPart(matrix, tolerance: tolerance, location)
  }

  private static func decomposeSymmetric(
    _ matrix: Matrix, vectors: Bool, tolerance: Double
  ) throws(InputError) -> SymmetricEigendecomposition {
    let location = "symmetric eigenvalues"
    let order = try requireSquare(matrix, location)
    try requireFinite(matrix, location)
    var a = try symmetricPart(matrix, tolerance: tolerance, location).storage
    var values = [Double](repeating: 0, count: matrix.rows)
    if order > 0 {
      // Column-major eigenvectors by columns are row-major eigenvectors by rows: nothing needs transposing.
      let job = lapackFlag(vectors ? "V" : "N")
      let status = LAPACKE_dsyevd(LAPACK_COL_MAJOR, job, lapackFlag("U"), order, &a, order, &values)
      try requireConvergence(status, "dsyevd", location)
    }
    return SymmetricEigendecomposition(
      values: values, vectors: Matrix(rows: matrix.rows, columns: matrix.columns, storage: a))
  }

  /// (A + Aᵀ)/2, or an error where A is further from it than rounding explains.
  static func symmetricPart(_ matrix: Matrix, tolerance: Double, _ location: String) throws(InputError) -> Matrix {
    let largest = matrix.storage.reduce(0) { max($0, abs($1)) }
    var result = matrix
    for row in 0..<matrix.rows {
      for column in 0..<row {
        let (lower, upper) = (matrix[row, column], matrix[column, row])
        guard abs(lower - upper) <= tolerance * largest else {
          throw InputError(
            location, expected: "a symmetric matrix",
            found: "\(lower) at row \(row), column \(column) and \(upper) opposite to it")
        }
        let mean = lower / 2 + upper / 2
        result[row, column] = mean
        result[column, row] = mean
      }
    }
    return result
  }

  private static func requireConvergence(
    _ status: Int32, _ routine: String, _ location: String
  ) throws(InputError) {
    if status != 0 {
      throw failure(routine, status: status, location, meaning: "an iteration that does not converge")
    }
  }
}
