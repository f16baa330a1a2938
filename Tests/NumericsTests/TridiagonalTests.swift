import Numerics
import TestSupport
import Testing

@Suite("Tridiagonal matrices") struct TridiagonalTests {
  private static func dense(_ diagonal: [Double], _ beside: [Double]) -> Matrix {
    var matrix = Matrix.diagonal(diagonal)
    for (place, value) in beside.enumerated() {
      matrix[place, place + 1] = value
      matrix[place + 1, place] = value
    }
    return matrix
  }

  private static func check(_ diagonal: [Double], _ beside: [Double]) throws {
    let truth = try LinearAlgebra.symmetricEigendecomposition(of: dense(diagonal, beside))
    let scale = max(abs(truth.values[0]), abs(truth.values[diagonal.count - 1]), 1e-300)
    let found = try LinearAlgebra.tridiagonalEigendecomposition(diagonal: diagonal, offDiagonal: beside)
    let rule = try LinearAlgebra.gaussRule(diagonal: diagonal, offDiagonal: beside)
    let count = diagonal.count
    for place in 0..<count {
      #expect(abs(found.values[place] - truth.values[place]) <= 1e-14 * Double(count) * scale)
      #expect(abs(rule.nodes[place] - truth.values[place]) <= 1e-14 * Double(count) * scale)
    }
    // Vectors by their defining properties: those of eigenvalues close to each other are not unique.
    let images = dense(diagonal, beside).multiplied(by: found.vectors.transposed())
    for place in 0..<count {
      for row in 0..<count {
        #expect(abs(images[row, place] - found.values[place] * found.vectors[place, row]) <= 1e-13 * scale)
      }
    }
    #expect(abs(rule.weights.reduce(0, +) - 1) < 1e-13)
    // Weights by what they integrate: Σ wᵢ θᵢᵏ is the corner of Tᵏ.
    var vector = [1.0] + [Double](repeating: 0, count: count - 1)
    for power in 1...6 {
      vector = dense(diagonal, beside).multiplied(by: vector)
      for place in vector.indices { vector[place] /= scale }
      var moment = 0.0
      for (node, weight) in zip(rule.nodes, rule.weights) {
        moment += weight * (0..<power).reduce(1.0) { product, _ in product * node / scale }
      }
      #expect(abs(moment - vector[0]) < 1e-13)
    }
    // And against the first entries where eigenvalues are apart.
    for place in 0..<count {
      let gap = min(
        place > 0 ? truth.values[place] - truth.values[place - 1] : .infinity,
        place + 1 < count ? truth.values[place + 1] - truth.values[place] : .infinity)
      if gap > 1e-4 * scale {
        let first = found.vectors[place, 0]
        #expect(abs(rule.weights[place] - first * first) < 1e-10)
      }
    }
  }

  @Test("random ones of many orders", arguments: [1, 2, 3, 4, 5, 8, 13, 40, 101])
  func random(order: Int) throws {
    var stream = testStream(UInt64(order))
    for _ in 0..<5 {
      try Self.check(stream.gaussian(count: order), stream.gaussian(count: order - 1))
    }
  }

  @Test("Legendre's rule of order 5") func legendre() throws {
    let beside = (1...4).map { k in Double(k) / (Double(4 * k * k - 1)).squareRoot() }
    let rule = try LinearAlgebra.gaussRule(diagonal: [0, 0, 0, 0, 0], offDiagonal: beside)
    // DLMF 3.5, table 1, half of the weights there.
    let nodes = [0, 0.538469310105683091, 0.906179845938663993]
    let weights = [0.568888888888888889, 0.478628670499366468, 0.236926885056189088]
    for k in 0..<3 {
      #expect(abs(rule.nodes[2 + k] - nodes[k]) < 1e-15)
      #expect(abs(rule.nodes[2 - k] + nodes[k]) < 1e-15)
      #expect(abs(rule.weights[2 + k] - weights[k] / 2) < 1e-15)
      #expect(abs(rule.weights[2 - k] - weights[k] / 2) < 1e-15)
    }
  }

  @Test("ones that fall apart, are constant, graded, huge or tiny") func special() throws {
    try Self.check([3, 3, 3, 3], [0, 0, 0])
    try Self.check([1, 2, 3, 4], [0.5, 0, 0.25])
    try Self.check([0, 0], [1])
    try Self.check([1, 1e-8, 1e-16, 1e-24], [1e-4, 1e-12, 1e-20])
    try Self.check([1e150, 2e150, -1e150], [1e149, 3e149])
    try Self.check([1e-150, 2e-150, -1e-150], [1e-151, 3e-151])
    // Wilkinson's matrix: pairs of eigenvalues that agree to the last digits.
    try Self.check((0..<21).map { abs(Double($0) - 10) }, [Double](repeating: 1, count: 20))
    let empty = try LinearAlgebra.gaussRule(diagonal: [], offDiagonal: [])
    #expect(empty.nodes.isEmpty)
  }

  @Test("counts that do not match and numbers that are not finite are refused") func mistakes() {
    #expect(throws: InputError.self) { try LinearAlgebra.gaussRule(diagonal: [1, 2], offDiagonal: [1, 2]) }
    #expect(throws: InputError.self) { try LinearAlgebra.gaussRule(diagonal: [1, .nan], offDiagonal: [1]) }
    #expect(throws: InputError.self) {
      try LinearAlgebra.tridiagonalEigendecomposition(diagonal: [1, 2], offDiagonal: [.infinity])
    }
  }
}
