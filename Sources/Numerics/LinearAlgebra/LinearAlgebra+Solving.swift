import COpenBLAS

extension LinearAlgebra {
  /// The Cholesky factor of a symmetric positive definite matrix: lower triangular L with L·Lᵀ = A, by LAPACK's `dpotrf`.
  /// Cost: n³/3 operations. ‖A − L·Lᵀ‖ is a modest multiple of n · 1.1e-16 · ‖A‖.
  ///
  /// - Throws: ``InputError`` for a matrix that is not square, finite, symmetric (as for eigenvalues) and positive definite.
  public static func choleskyFactor(of matrix: Matrix) throws(InputError) -> Matrix {
    let location = "Cholesky factorisation"
    let order = try requireSquare(matrix, location)
    try requireFinite(matrix, location)
    var factor = try symmetricPart(matrix, tolerance: 1e-8, location)
    guard order > 0 else { return factor }
    let status = factor.withUnsafeMutableStorage { a in
      // Column-major UᵀU = A leaves U above the diagonal by columns: below the diagonal by rows, where it is L.
      LAPACKE_dpotrf(LAPACK_COL_MAJOR, lapackFlag("U"), order, a.baseAddress, order)
    }
    guard status == 0 else {
      if status < 0 { throw failure("dpotrf", status: status, location, meaning: "an argument it refuses") }
      throw InputError(
        location, expected: "a positive definite matrix",
        found: "a leading minor of order \(status) that is not positive",
        advice: "Add a multiple of the identity, or use its eigenvalues instead.")
    }
    for row in 0..<matrix.rows {
      for column in (row + 1)..<max(matrix.columns, row + 1) { factor[row, column] = 0 }
    }
    return factor
  }

  /// Solves A·X = B for a symmetric positive definite A by its Cholesky factor (LAPACK's `dpotrs`).
  /// Cost: n³/3 + 2n²·(columns of B) operations.
  ///
  /// The relative error is about 1.1e-16 · n · κ(A).
  ///
  /// - Throws: ``InputError`` where ``choleskyFactor(of:)`` does, and for a B that is not finite or has not A's number of rows.
  public static func solvePositiveDefinite(_ matrix: Matrix, _ right: Matrix) throws(InputError) -> Matrix {
    let location = "linear system"
    try requireRightSide(right, rows: matrix.rows, location)
    var factor = try choleskyFactor(of: matrix).storage
    return try solveColumns(right, location) { (columns, count) throws(InputError) in
      let order = Int32(matrix.rows)
      let status = LAPACKE_dpotrs(
        LAPACK_COL_MAJOR, lapackFlag("U"), order, count, &factor, order, columns.baseAddress, order)
      if status != 0 { throw failure("dpotrs", status: status, location, meaning: "an argument it refuses") }
    }
  }

  /// Solves A·x = b for a symmetric positive definite A, as ``solvePositiveDefinite(_:_:)`` for one column.
  public static func solvePositiveDefinite(_ matrix: Matrix, _ right: [Double]) throws(InputError) -> [Double] {
    try solvePositiveDefinite(matrix, Matrix(rows: right.count, columns: 1, storage: right)).storage
  }

  /// Solves A·X = B for any regular square A by LU factors with row pivoting (LAPACK's `dgetrf`, `dgetrs`).
  /// Cost: (2/3) n³ + 2n²·(columns of B) operations.
  ///
  /// The relative error is about 1.1e-16 · n · κ(A). A matrix whose reciprocal condition number (estimated in the 1-norm, `dgecon`) is below
  /// 2.2e-16 is refused: no digit of its solution would be right.
  ///
  /// - Throws: ``InputError`` for an A that is not square, finite and numerically regular, or a B that is not finite or has not A's number of rows.
  public static func solve(_ matrix: Matrix, _ right: Matrix) throws(InputError) -> Matrix {
    let location = "linear system"
    let order = try requireSquare(matrix, location)
    try requireFinite(matrix, location)
    try requireRightSide(right, rows: matrix.rows, location)
    var factors = matrix.storage
    var pivots = [Int32](repeating: 0, count: matrix.rows)
    if order > 0 { try factorise(&factors, order: order, pivots: &pivots, location) }
    return try solveColumns(right, location) { (columns, count) throws(InputError) in
      // The factors are those of Aᵀ, which is what column-major LAPACK reads; so ask for the transposed system.
      let status = LAPACKE_dgetrs(
        LAPACK_COL_MAJOR, lapackFlag("T"), order, count, &factors, order, &pivots, columns.baseAddress, order)
      if status != 0 { throw failure("dgetrs", status: status, location, meaning: "an argument it refuses") }
    }
  }

  /// Solves A·x = b for any regular square A, as ``solve(_:_:)`` for one column.
  public static func solve(_ matrix: Matrix, _ right: [Double]) throws(InputError) -> [Double] {
    try solve(matrix, Matrix(rows: right.count, columns: 1, storage: right)).storage
  }

  private static func factorise(
    _ a: inout [Double], order: Int32, pivots: inout [Int32], _ location: String
  ) throws(InputError) {
    // The rows read as columns: the largest column sum of what LAPACK sees.
    let size = Int(order)
    var norm = 0.0
    for row in 0..<size {
      let sum = a[row * size..<(row + 1) * size].reduce(0) { $0 + abs($1) }
      norm = max(norm, sum)
    }
    let status = LAPACKE_dgetrf(LAPACK_COL_MAJOR, order, order, &a, order, &pivots)
    if status < 0 { throw failure("dgetrf", status: status, location, meaning: "an argument it refuses") }
    var reciprocalCondition = 0.0
    if status == 0 {
      let status = LAPACKE_dgecon(
        LAPACK_COL_MAJOR, lapackFlag("1"), order, &a, order, norm, &reciprocalCondition)
      if status != 0 { throw failure("dgecon", status: status, location, meaning: "an argument it refuses") }
    }
    if reciprocalCondition < Double.ulpOfOne {
      throw InputError(
        location, expected: "a regular matrix",
        found: "a reciprocal condition number of \(reciprocalCondition)",
        advice: "Its rows depend on each other: remove one, or add a multiple of the identity.")
    }
  }

  private static func requireRightSide(_ right: Matrix, rows: Int, _ location: String) throws(InputError) {
    guard right.rows == rows else {
      throw InputError(location, expected: "a right side with \(rows) rows", found: "\(right.rows)")
    }
    try requireFinite(right, "\(location), right side")
  }

  /// Hands the right sides to `solver` column by column, and takes the solutions back.
  private static func solveColumns(
    _ right: Matrix, _ location: String,
    _ solver: (UnsafeMutableBufferPointer<Double>, Int32) throws(InputError) -> Void
  ) throws(InputError) -> Matrix {
    guard right.rows > 0, right.columns > 0 else { return right }
    let count = try lapackInteger(right.columns, location)
    var columns = right.transposed()
    try columns.withUnsafeMutableStorage { (buffer) throws(InputError) in try solver(buffer, count) }
    return columns.transposed()
  }
}
