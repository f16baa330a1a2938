import COpenBLAS
import Numerics

/// The few BLAS and LAPACK calls of this module that work on parts of arrays in place.
enum BLAS {
  /// x·y. Below 16 entries a loop is quicker than a call.
  static func dot(_ count: Int, _ x: UnsafePointer<Double>, _ y: UnsafePointer<Double>) -> Double {
    if count >= 16 { return cblas_ddot(blasint(count), x, 1, y, 1) }
    var sum = 0.0
    for index in 0..<count { sum += x[index] * y[index] }
    return sum
  }

  /// y ← y + scale · x.
  static func axpy(
    _ count: Int, _ scale: Double, _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>
  ) {
    if count >= 16 { return cblas_daxpy(blasint(count), scale, x, 1, y, 1) }
    for index in 0..<count { y[index] += scale * x[index] }
  }

  /// Whether a symmetric matrix has a Cholesky factor.
  static func isPositiveDefinite(_ matrix: Matrix) -> Bool {
    var factor = matrix.storage
    let order = Int32(matrix.rows)
    return LAPACKE_dpotrf(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), order, &factor, order) == 0
  }

  /// The smallest and largest eigenvalue of T relative to S, T x = μ S x, each moved outwards by a bound of its
  /// rounding error; nil where S is not positive definite to working precision.
  ///
  /// Both are first scaled to a unit diagonal of S, which changes no eigenvalue: what limits the accuracy is then the
  /// condition of the scaled S alone, not how differently large its directions are.
  static func relativeEigenvalueRange(_ t: Matrix, to s: Matrix) -> (smallest: Double, largest: Double)? {
    let order = s.rows
    var scales = [Double](repeating: 0, count: order)
    for index in 0..<order {
      guard s[index, index] > 0 else { return nil }
      scales[index] = 1 / s[index, index].squareRoot()
    }
    var (a, b) = (t.storage, s.storage)
    for row in 0..<order {
      for column in 0..<order {
        let scale = scales[row] * scales[column]
        a[row * order + column] *= scale
        b[row * order + column] *= scale
      }
    }
    guard a.allSatisfy(\.isFinite) else { return nil }
    var values = [Double](repeating: 0, count: order)
    let status = LAPACKE_dsygvd(
      LAPACK_COL_MAJOR, 1, CChar(UInt8(ascii: "N")), CChar(UInt8(ascii: "U")), Int32(order), &a, Int32(order), &b,
      Int32(order), &values)
    guard status == 0, let smallest = values.first, let largest = values.last else { return nil }
    // dsygvd leaves the Cholesky factor of S in b; its smallest pivot estimates 1/‖S⁻¹‖.
    let pivot = (0..<order).reduce(Double.infinity) { min($0, b[$1 * order + $1]) }
    let margin = 4 * Double(order) * Double.ulpOfOne / (pivot * pivot)
    guard margin < 0.1 else { return nil }
    let size = max(abs(smallest), abs(largest))
    return (smallest - margin * size, largest + margin * size)
  }

  /// The largest modulus of the eigenvalues of any square matrix (LAPACK's `dgeev`). Cost: about 10·order³ operations.
  static func spectralRadius(_ matrix: Matrix) throws(InputError) -> Double {
    let order = matrix.rows
    guard order > 0 else { return 0 }
    let location = "spectral radius"
    guard matrix.storage.allSatisfy(\.isFinite) else {
      throw InputError(location, expected: "a finite operator", found: "an overflow", advice: "Take a smaller step.")
    }
    var a = matrix.storage
    var real = [Double](repeating: 0, count: order)
    var imaginary = real
    let none = CChar(UInt8(ascii: "N"))
    let status = LAPACKE_dgeev(
      LAPACK_COL_MAJOR, none, none, Int32(order), &a, Int32(order), &real, &imaginary, nil, 1, nil, 1)
    guard status == 0 else {
      throw InputError(
        location, expected: "eigenvalues that LAPACK's dgeev can find", found: "an iteration that does not converge")
    }
    return zip(real, imaginary).reduce(0) { max($0, ($1.0 * $1.0 + $1.1 * $1.1).squareRoot()) }
  }
}
