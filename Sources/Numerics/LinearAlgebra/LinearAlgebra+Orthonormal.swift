import COpenBLAS

extension LinearAlgebra {
  /// Random orthonormal vectors as rows, distributed by Haar measure: every rotation of them is equally probable.
  ///
  /// The rows are the Q of the QR factorisation (LAPACK's `dgeqrf`, `dorgqr`) of Gaussian vectors, each with the sign of R's diagonal entry:
  /// without it the result depends on the sign convention of the factorisation and is not Haar (Mezzadri 2007, arXiv math-ph/0609050).
  /// Cost: `count` · `dimension` Gaussian numbers and about 4·count²·dimension operations. Rows are orthonormal within about 1e-15 · √count.
  ///
  /// - Parameters:
  ///   - count: How many vectors, at most `dimension`.
  ///   - dimension: How many entries each has.
  ///   - stream: The source of randomness; advanced by `count · dimension` Gaussian numbers.
  /// - Throws: ``InputError`` unless 1 ≤ count ≤ dimension.
  public static func orthonormalRows(
    count: Int, dimension: Int, stream: inout RandomStream
  ) throws(InputError) -> Matrix {
    let location = "orthonormal vectors"
    guard count >= 1, count <= dimension else {
      throw InputError(
        location, expected: "a count from 1 to the dimension, \(dimension)", found: "\(count)",
        advice: "There are no more orthonormal vectors than dimensions.")
    }
    let (size, columns) = (try lapackInteger(dimension, location), try lapackInteger(count, location))
    var q = stream.gaussian(count: count * dimension)
    var reflectors = [Double](repeating: 0, count: count)
    // Our rows are column-major LAPACK's columns.
    var status = LAPACKE_dgeqrf(LAPACK_COL_MAJOR, size, columns, &q, size, &reflectors)
    if status != 0 { throw failure("dgeqrf", status: status, location, meaning: "an argument it refuses") }
    let signs = (0..<count).map { q[$0 * dimension + $0] < 0 ? -1.0 : 1.0 }
    status = LAPACKE_dorgqr(LAPACK_COL_MAJOR, size, columns, columns, &q, size, &reflectors)
    if status != 0 { throw failure("dorgqr", status: status, location, meaning: "an argument it refuses") }
    for row in 0..<count where signs[row] < 0 {
      for index in row * dimension..<(row + 1) * dimension { q[index] = -q[index] }
    }
    return Matrix(rows: count, columns: dimension, storage: q)
  }

  /// Random orthonormal vectors as columns of a `dimension` × `count` matrix: the transpose of ``orthonormalRows(count:dimension:stream:)``.
  public static func orthonormalColumns(
    count: Int, dimension: Int, stream: inout RandomStream
  ) throws(InputError) -> Matrix {
    try orthonormalRows(count: count, dimension: dimension, stream: &stream).transposed()
  }
}
