import Numerics
import TestSupport
import Testing

@Suite struct FactorisationTests {
  @Test(arguments: 0...12) func eigenvectorsReconstruct(order: Int) throws {
    var stream = testStream(30, step: order)
    let matrix = symmetric(order, &stream)
    let result = try LinearAlgebra.symmetricEigendecomposition(of: matrix)
    let vectors = result.vectors
    let rebuilt = vectors.transposed().multiplied(by: Matrix.diagonal(result.values)).multiplied(by: vectors)
    #expect(largestDifference(rebuilt, matrix) < 1e-13)
    #expect(largestDifference(vectors.gram(), .identity(order)) < 1e-14)
    #expect(result.values == result.values.sorted())
    for (index, value) in result.values.enumerated() {
      let residual = zip(matrix.multiplied(by: vectors.row(index)), vectors.row(index)).map { $0 - value * $1 }
      #expect(LinearAlgebra.norm(residual) < 1e-13)
    }
    for (alone, together) in zip(try LinearAlgebra.symmetricEigenvalues(of: matrix), result.values) {
      #expect(abs(alone - together) < 1e-13)
    }
  }

  /// The second-difference matrix of order n has the eigenvalues 2 − 2 cos(kπ/(n + 1)).
  @Test func eigenvaluesOfTheSecondDifference() throws {
    let matrix = Matrix([[2, -1, 0], [-1, 2, -1], [0, -1, 2]])
    let values = try LinearAlgebra.symmetricEigenvalues(of: matrix)
    for (value, expected) in zip(values, [2 - 2.0.squareRoot(), 2, 2 + 2.0.squareRoot()]) {
      #expect(abs(value - expected) < 1e-14)
    }
  }

  @Test func singularValuesReconstructForAllShapes() throws {
    var stream = testStream(31)
    for rows in 0...9 {
      for columns in 0...9 {
        let matrix = gaussianMatrix(rows, columns, &stream)
        let result = try LinearAlgebra.singularValueDecomposition(of: matrix)
        let rank = min(rows, columns)
        let rebuilt = result.left.multiplied(by: Matrix.diagonal(result.values)).multiplied(by: result.rightTransposed)
        #expect(largestDifference(rebuilt, matrix) < 1e-13, "\(rows) \(columns)")
        #expect(largestDifference(result.left.transposed().gram(), .identity(rank)) < 1e-14)
        #expect(largestDifference(result.rightTransposed.gram(), .identity(rank)) < 1e-14)
        #expect(result.values == result.values.sorted(by: >) && result.values.allSatisfy { $0 >= 0 })
        let alone = try LinearAlgebra.singularValues(of: matrix)
        #expect(alone.count == rank)
        for (one, other) in zip(alone, result.values) { #expect(abs(one - other) < 1e-13) }
      }
    }
  }

  @Test(arguments: 0...9) func choleskyReconstructs(order: Int) throws {
    var stream = testStream(32, step: order)
    let matrix = gaussianMatrix(order, order + 3, &stream).gram()
    let factor = try LinearAlgebra.choleskyFactor(of: matrix)
    #expect(largestDifference(factor.gram(), matrix) < 1e-13)
    for row in 0..<order {
      #expect(factor[row, row] > 0)
      for column in (row + 1)..<max(order, row + 1) { #expect(factor[row, column] == 0) }
    }
  }

  @Test func systemsAreSolvedForAllShapes() throws {
    var stream = testStream(33)
    for order in 0...9 {
      for columns in 0...4 {
        var general = gaussianMatrix(order, order, &stream)
        for index in 0..<order { general[index, index] += 5 }
        let solution = gaussianMatrix(order, columns, &stream)
        let right = general.multiplied(by: solution)
        #expect(largestDifference(try LinearAlgebra.solve(general, right), solution) < 1e-12)
        let positive = gaussianMatrix(order, order + 6, &stream).gram()
        let found = try LinearAlgebra.solvePositiveDefinite(positive, positive.multiplied(by: solution))
        #expect(largestDifference(found, solution) < 1e-10)
      }
    }
    #expect(try LinearAlgebra.solve(Matrix([[0, 2], [4, 0]]), [6, 8]) == [2, 3])
    #expect(try LinearAlgebra.solvePositiveDefinite(Matrix([[4, 0], [0, 16]]), [8, 16]) == [2, 1])
  }

  @Test func orthonormalVectorsForAllShapes() throws {
    var stream = testStream(34)
    for dimension in 1...9 {
      for count in 1...dimension {
        let rows = try LinearAlgebra.orthonormalRows(count: count, dimension: dimension, stream: &stream)
        #expect(rows.columns == dimension)
        #expect(largestDifference(rows.gram(), .identity(count)) < 1e-14)
        let columns = try LinearAlgebra.orthonormalColumns(count: count, dimension: dimension, stream: &stream)
        #expect(columns.rows == dimension)
        #expect(largestDifference(columns.transposed().gram(), .identity(count)) < 1e-14)
      }
    }
  }

  /// Each row of a Haar matrix is uniform on the sphere: in three dimensions every entry is uniform on [−1, 1]. Without the sign
  /// correction the diagonal entries lose their symmetry.
  @Test(arguments: [(0, 0), (1, 1), (2, 2), (2, 0)])
  func orthonormalVectorsAreHaar(row: Int, column: Int) throws {
    var stream = testStream(35)
    var entries = [Double]()
    for _ in 0..<2000 {
      entries.append(try LinearAlgebra.orthonormalRows(count: 3, dimension: 3, stream: &stream)[row, column])
    }
    #expect(try KolmogorovSmirnovTest.oneSample(entries) { ($0 + 1) / 2 }.pValue > smallestProbability)
  }

  @Test func refusesWhatItCannotTreat() {
    let bad = Matrix([[1, 2], [2, .nan]])
    #expect(throws: InputError.self) { try LinearAlgebra.symmetricEigenvalues(of: bad) }
    #expect(throws: InputError.self) { try LinearAlgebra.singularValues(of: bad) }
    #expect(throws: InputError.self) { try LinearAlgebra.singularValueDecomposition(of: bad) }
    #expect(throws: InputError.self) { try LinearAlgebra.choleskyFactor(of: bad) }
    #expect(throws: InputError.self) { try LinearAlgebra.solve(bad, [1, 2]) }
    #expect(throws: InputError.self) { try LinearAlgebra.solve(.identity(2), [1, .infinity]) }
    #expect(throws: InputError.self) { try LinearAlgebra.solve(.identity(2), [1, 2, 3]) }
    #expect(throws: InputError.self) { try LinearAlgebra.symmetricEigenvalues(of: Matrix([[1, 2]])) }
    #expect(throws: InputError.self) { try LinearAlgebra.symmetricEigenvalues(of: Matrix([[1, 2], [2.001, 1]])) }
    #expect(throws: InputError.self) { try LinearAlgebra.solve(Matrix([[1, 2], [2, 4]]), [1, 2]) }
    #expect(throws: InputError.self) {
      try LinearAlgebra.solve(Matrix([[1, 2, 3], [4, 5, 6], [7, 8, 9]]), [1, 2, 3])
    }
    var stream = testStream(36)
    #expect(throws: InputError.self) { try LinearAlgebra.orthonormalRows(count: 3, dimension: 2, stream: &stream) }
    let expected = InputError(
      "Cholesky factorisation", expected: "a positive definite matrix",
      found: "a leading minor of order 2 that is not positive",
      advice: "Add a multiple of the identity, or use its eigenvalues instead.")
    #expect(throws: expected) { try LinearAlgebra.choleskyFactor(of: Matrix([[1, 2], [2, 1]])) }
  }

  private func symmetric(_ order: Int, _ stream: inout RandomStream) -> Matrix {
    let matrix = gaussianMatrix(order, order, &stream)
    var result = matrix
    for row in 0..<order {
      for column in 0..<order { result[row, column] = matrix[row, column] + matrix[column, row] }
    }
    return result
  }
}
