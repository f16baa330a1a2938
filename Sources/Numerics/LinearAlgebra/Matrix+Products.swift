import COpenBLAS

extension Matrix {
  /// The product A·B, by BLAS's `dgemm`. Cost: 2·rows·columns·(B's columns) operations.
  ///
  /// Each entry is within `columns` · 1.1e-16 · Σ|a||b| of the exact one. The order of summation, and with it the last bits, can depend
  /// on OpenBLAS's number of threads (``LinearAlgebra/useThreads(_:)``) and on the processor.
  ///
  /// - Precondition: `other.rows == columns`.
  public func multiplied(by other: Matrix) -> Matrix {
    precondition(other.rows == columns, "the inner sides of a product are equal")
    var result = Matrix(rows: rows, columns: other.columns)
    // BLAS refuses leading dimensions of zero, and the empty sum is already there.
    guard rows > 0, columns > 0, other.columns > 0 else { return result }
    let (m, n, k) = (blasInteger(rows), blasInteger(other.columns), blasInteger(columns))
    result.withUnsafeMutableStorage { product in
      withUnsafeStorage { a in
        other.withUnsafeStorage { b in
          cblas_dgemm(
            CblasRowMajor, CblasNoTrans, CblasNoTrans, m, n, k, 1, a.baseAddress, k, b.baseAddress, n, 0,
            product.baseAddress, n)
        }
      }
    }
    return result
  }

  /// The product A·x, by BLAS's `dgemv`. Cost: 2·rows·columns operations.
  ///
  /// - Precondition: `vector.count == columns`.
  public func multiplied(by vector: [Double]) -> [Double] {
    precondition(vector.count == columns, "a vector has an entry for each column")
    return product(with: vector, transposed: false)
  }

  /// The product Aᵀ·x, by BLAS's `dgemv`, without forming Aᵀ. Cost: 2·rows·columns operations.
  ///
  /// - Precondition: `vector.count == rows`.
  public func transposedMultiplied(by vector: [Double]) -> [Double] {
    precondition(vector.count == rows, "a vector has an entry for each row")
    return product(with: vector, transposed: true)
  }

  /// The Gram matrix A·Aᵀ of the rows, by BLAS's `dsyrk`: exactly symmetric. Cost: rows²·columns operations, half of a product's.
  public func gram() -> Matrix {
    var result = Matrix(rows: rows, columns: rows)
    guard rows > 0, columns > 0 else { return result }
    let (n, k) = (blasInteger(rows), blasInteger(columns))
    result.withUnsafeMutableStorage { gram in
      withUnsafeStorage { a in
        cblas_dsyrk(CblasRowMajor, CblasUpper, CblasNoTrans, n, k, 1, a.baseAddress, k, 0, gram.baseAddress, n)
      }
      for row in 1..<max(rows, 1) {
        for column in 0..<row { gram[row * rows + column] = gram[column * rows + row] }
      }
    }
    return result
  }

  /// Writes A·x for a symmetric A, by BLAS's `dsymv`, which reads one triangle only: half of the memory traffic of a product.
  ///
  /// - Precondition: a square matrix, `vector` and `product` of its order.
  public func multiplySymmetric(_ vector: Span<Double>, into product: inout MutableSpan<Double>) {
    precondition(rows == columns && vector.count == rows && product.count == rows, "vectors of the matrix's order")
    guard rows > 0 else { return }
    let order = blasInteger(rows)
    withUnsafeStorage { a in
      vector.withUnsafeBufferPointer { x in
        product.withUnsafeMutableBufferPointer { y in
          cblas_dsymv(CblasRowMajor, CblasUpper, order, 1, a.baseAddress, order, x.baseAddress, 1, 0, y.baseAddress, 1)
        }
      }
    }
  }

  private func product(with vector: [Double], transposed: Bool) -> [Double] {
    var result = [Double](repeating: 0, count: transposed ? columns : rows)
    guard rows > 0, columns > 0 else { return result }
    let (m, n) = (blasInteger(rows), blasInteger(columns))
    result.withUnsafeMutableBufferPointer { product in
      withUnsafeStorage { a in
        cblas_dgemv(
          CblasRowMajor, transposed ? CblasTrans : CblasNoTrans, m, n, 1, a.baseAddress, n, vector, 1, 0,
          product.baseAddress, 1)
      }
    }
    return result
  }
}

/// A size as BLAS counts it.
private func blasInteger(_ size: Int) -> blasint {
  precondition(size <= Int(blasint.max), "a side of a matrix is beyond BLAS's 32-bit integers")
  return blasint(size)
}
