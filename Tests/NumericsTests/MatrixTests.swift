import Numerics
import TestSupport
import Testing

@Suite struct MatrixTests {
  @Test func productsEqualNaiveOnes() {
    var stream = testStream(20)
    for rows in 0...9 {
      for inner in 0...9 {
        let a = gaussianMatrix(rows, inner, &stream)
        for columns in 0...9 {
          let b = gaussianMatrix(inner, columns, &stream)
          #expect(largestDifference(a.multiplied(by: b), naiveProduct(a, b)) < 1e-14, "\(rows) \(inner) \(columns)")
        }
        #expect(largestDifference(a.gram(), naiveProduct(a, a.transposed())) < 1e-14)
        #expect(a.gram() == a.gram().transposed())
        let x = stream.gaussian(count: inner)
        let column = Matrix(rows: inner, columns: 1, storage: x)
        let product = Matrix(rows: rows, columns: 1, storage: a.multiplied(by: x))
        #expect(largestDifference(product, naiveProduct(a, column)) < 1e-14)
        let back = a.transposed().transposedMultiplied(by: x)
        #expect(largestDifference(Matrix(rows: rows, columns: 1, storage: back), product) < 1e-14)
      }
    }
  }

  @Test(arguments: [(0, 3), (1, 1), (3, 5), (16, 17), (33, 50)])
  func transposeSwapsIndices(rows: Int, columns: Int) {
    let matrix = Matrix(rows: rows, columns: columns, storage: (0..<rows * columns).map(Double.init))
    let transposed = matrix.transposed()
    #expect(transposed.rows == columns && transposed.columns == rows)
    for row in 0..<rows {
      for column in 0..<columns { #expect(transposed[column, row] == Double(row * columns + column)) }
    }
  }

  @Test func rowsAndColumnsAreWhereTheyBelong() {
    var matrix = Matrix([[1, 2, 3], [4, 5, 6]])
    #expect(matrix.row(1) == [4, 5, 6])
    #expect(matrix.column(2) == [3, 6])
    #expect(matrix.withRow(1) { $0[0] + $0[2] } == 10)
    matrix[1, 0] = -4
    #expect(matrix.storage == [1, 2, 3, -4, 5, 6])
    #expect(Matrix.identity(2) == Matrix.diagonal([1, 1]))
    #expect(Matrix.diagonal([2, 3]).storage == [2, 0, 0, 3])
    #expect(Matrix([]).rows == 0)
  }

  @Test func vectorsEqualNaiveLoops() {
    var stream = testStream(21)
    for count in 0...50 {
      let (x, y) = (stream.gaussian(count: count), stream.gaussian(count: count))
      let dot = zip(x, y).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(LinearAlgebra.dot(x, y) - dot) < 1e-13)
      #expect(abs(LinearAlgebra.norm(x) - x.reduce(0) { $0 + $1 * $1 }.squareRoot()) < 1e-14 * 10)
      var sum = y
      LinearAlgebra.axpy(0.3, x, into: &sum)
      #expect(sum == zip(x, y).map { $0 * 0.3 + $1 })
    }
  }

  @Test func normSurvivesExtremes() {
    #expect(relativeError(LinearAlgebra.norm([3e300, 4e300]), 5e300) < 1e-15)
    #expect(relativeError(LinearAlgebra.norm([3e-300, 4e-300]), 5e-300) < 1e-15)
    #expect(LinearAlgebra.norm([0, 0]) == 0)
    #expect(LinearAlgebra.norm([]) == 0)
    #expect(LinearAlgebra.norm([1, .infinity]) == .infinity)
    #expect(LinearAlgebra.norm([1, .nan]).isNaN)
  }

  private func naiveProduct(_ a: Matrix, _ b: Matrix) -> Matrix {
    var result = Matrix(rows: a.rows, columns: b.columns)
    for row in 0..<a.rows {
      for column in 0..<b.columns {
        for index in 0..<a.columns { result[row, column] += a[row, index] * b[index, column] }
      }
    }
    return result
  }

  @Test(arguments: [1, 2, 3, 7, 8, 33]) func symmetricProduct(order: Int) {
    var stream = testStream(UInt64(900 + order))
    let half = gaussianMatrix(order, order, &stream)
    let matrix = half.multiplied(by: half.transposed())
    let vector = stream.gaussian(count: order)
    var product = [Double](repeating: .nan, count: order)
    product.withUnsafeMutableBufferPointer { target in
      var span = target.mutableSpan
      matrix.multiplySymmetric(vector.span, into: &span)
    }
    let plain = matrix.multiplied(by: vector)
    let scale = matrix.storage.reduce(0) { max($0, abs($1)) } * Double(order)
    for place in 0..<order { #expect(abs(product[place] - plain[place]) <= 1e-14 * scale) }
  }
}
