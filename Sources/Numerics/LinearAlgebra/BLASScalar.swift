import COpenBLAS

/// The numbers that BLAS multiplies matrices of: `Double` and `Float`.
public protocol BLASScalar: BinaryFloatingPoint & SIMDScalar & Codable & Sendable {
  /// C ← scale · op(A)·op(B) + beta · C, all stored row by row without gaps; op(A) is m × k, op(B) k × n. By `dgemm` or
  /// `sgemm`; 2mnk operations.
  ///
  /// - Precondition: sides of at least 1.
  static func multiply(
    _ a: UnsafePointer<Self>, _ b: UnsafePointer<Self>, firstTransposed: Bool, secondTransposed: Bool, rows m: Int,
    columns n: Int, inner k: Int, scale: Self, keeping beta: Self, into c: UnsafeMutablePointer<Self>)

  /// y ← op(A)·x + beta · y, A stored row by row without gaps, rows × columns. By `dgemv` or `sgemv`.
  ///
  /// - Precondition: sides of at least 1.
  static func multiply(
    _ a: UnsafePointer<Self>, vector x: UnsafePointer<Self>, transposed: Bool, rows: Int, columns: Int,
    keeping beta: Self, into y: UnsafeMutablePointer<Self>)
}

extension Double: BLASScalar {
  /// C ← scale · op(A)·op(B) + beta · C, by `dgemm`.
  public static func multiply(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, firstTransposed: Bool = false,
    secondTransposed: Bool = false, rows m: Int, columns n: Int, inner k: Int, scale: Double = 1,
    keeping beta: Double = 0, into c: UnsafeMutablePointer<Double>
  ) {
    cblas_dgemm(
      CblasRowMajor, firstTransposed ? CblasTrans : CblasNoTrans, secondTransposed ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), scale, a, blasint(firstTransposed ? m : k), b,
      blasint(secondTransposed ? k : n), beta, c, blasint(n))
  }

  /// y ← op(A)·x + beta · y, by `dgemv`.
  public static func multiply(
    _ a: UnsafePointer<Double>, vector x: UnsafePointer<Double>, transposed: Bool, rows: Int, columns: Int,
    keeping beta: Double, into y: UnsafeMutablePointer<Double>
  ) {
    cblas_dgemv(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns), 1, a, blasint(columns), x,
      1, beta, y, 1)
  }
}

extension Float: BLASScalar {
  /// C ← scale · op(A)·op(B) + beta · C, by `sgemm`.
  public static func multiply(
    _ a: UnsafePointer<Float>, _ b: UnsafePointer<Float>, firstTransposed: Bool = false,
    secondTransposed: Bool = false, rows m: Int, columns n: Int, inner k: Int, scale: Float = 1,
    keeping beta: Float = 0, into c: UnsafeMutablePointer<Float>
  ) {
    cblas_sgemm(
      CblasRowMajor, firstTransposed ? CblasTrans : CblasNoTrans, secondTransposed ? CblasTrans : CblasNoTrans,
      blasint(m), blasint(n), blasint(k), scale, a, blasint(firstTransposed ? m : k), b,
      blasint(secondTransposed ? k : n), beta, c, blasint(n))
  }

  /// y ← op(A)·x + beta · y, by `sgemv`.
  public static func multiply(
    _ a: UnsafePointer<Float>, vector x: UnsafePointer<Float>, transposed: Bool, rows: Int, columns: Int,
    keeping beta: Float, into y: UnsafeMutablePointer<Float>
  ) {
    cblas_sgemv(
      CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, blasint(rows), blasint(columns), 1, a, blasint(columns), x,
      1, beta, y, 1)
  }
}
