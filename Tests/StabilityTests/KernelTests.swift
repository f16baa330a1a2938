import Curvature
import Numerics
import Objectives
import Testing

@testable import Stability

/// The kernels against loops from their definitions.
@Suite("Kernels and their naive twins") struct KernelTests {
  /// Hᵢ from its definition JᵢᵀAᵢJᵢ.
  static func naiveHessian(
    _ sample: Int, _ jacobians: [Double], _ weights: [Double]?, m: Int, d: Int
  ) -> Matrix {
    var result = Matrix(rows: d, columns: d)
    for j in 0..<d {
      for k in 0..<d {
        for a in 0..<m {
          for c in 0..<m {
            let weight = weights.map { $0[(sample * m + a) * m + c] } ?? (a == c ? 1 : 0)
            result[j, k] +=
              jacobians[(sample * m + a) * d + j] * weight * jacobians[(sample * m + c) * d + k]
          }
        }
      }
    }
    return result
  }

  @Test("Mean, sandwich, forms, products and compression over small shapes") func kernels() throws {
    var stream = testStream(31)
    for round in 0..<120 {
      let (n, m, d) = (1 + stream.integer(below: 6), 1 + stream.integer(below: 4), 1 + stream.integer(below: 20))
      let jacobians = stream.gaussian(count: n * m * d)
      var weights: [Double]?
      if round % 3 == 0 {
        let raw = stream.gaussian(count: n * m * m)
        weights = raw.indices.map { index in
          let (sample, a, c) = (index / (m * m), index / m % m, index % m)
          return raw[(sample * m + min(a, c)) * m + max(a, c)]
        }
      }
      let hessians = (0..<n).map { Self.naiveHessian($0, jacobians, weights, m: m, d: d) }
      let factors = try SampleCurvature(
        jacobians: jacobians, sampleCount: n, outputCount: m, dimension: d, weights: weights)
      let matrices = try SampleCurvature(hessians: hessians)
      let root = Matrix(rows: d, columns: d, storage: stream.gaussian(count: d * d))
      var s = root
      for j in 0..<d {
        for k in 0..<d { s[j, k] = root[j, k] + root[k, j] }
      }
      var (mean, sandwich) = (Matrix(rows: d, columns: d), Matrix(rows: d, columns: d))
      for hessian in hessians {
        let image = hessian.multiplied(by: s).multiplied(by: hessian)
        for j in 0..<d {
          for k in 0..<d {
            mean[j, k] += hessian[j, k] / Double(n)
            sandwich[j, k] += image[j, k] / Double(n)
          }
        }
      }
      let size = max(1, sandwich.storage.map(abs).max() ?? 1)
      let v = stream.gaussian(count: d)
      let c = stream.gaussian(count: n)
      let basis = try LinearAlgebra.orthonormalRows(count: 1 + stream.integer(below: d), dimension: d, stream: &stream)
      for curvature in [factors, matrices] {
        #expect(largestDifference(curvature.mean(), mean) <= 1e-12 * size)
        #expect(largestDifference(curvature.sandwich(s), sandwich) <= 1e-12 * size)
        let forms = curvature.quadraticForms(v)
        let product = curvature.weightedProduct(c, v)
        let compressed = curvature.compressed(by: basis)
        var expected = [Double](repeating: 0, count: d)
        for (sample, hessian) in hessians.enumerated() {
          let image = hessian.multiplied(by: v)
          #expect(abs(forms[sample] - LinearAlgebra.dot(v, image)) <= 1e-12 * size)
          LinearAlgebra.axpy(c[sample], image, into: &expected)
          #expect(largestDifference(curvature.hessian(sample), hessian) <= 1e-12 * size)
          let small = basis.multiplied(by: hessian).multiplied(by: basis.transposed())
          #expect(largestDifference(compressed.hessian(sample), small) <= 1e-12 * size)
        }
        for (a, b) in zip(product, expected) { #expect(abs(a - b) <= 1e-12 * size) }
        if weights == nil {
          #expect(try curvature.indefiniteSamples().isEmpty)
        } else {
          let naive = try hessians.indices.filter { index in
            let values = try LinearAlgebra.symmetricEigenvalues(of: hessians[index])
            return values[0] < -1e-8 * LinearAlgebra.norm(hessians[index].storage)
          }
          #expect(try curvature.indefiniteSamples() == naive)
        }
      }
      if let low = try matrices.factored() {
        for (sample, hessian) in hessians.enumerated() {
          #expect(largestDifference(low.hessian(sample), hessian) <= 1e-11 * size)
        }
      }
    }
  }

  @Test("A sandwich in several chunks is that in one") func chunks() throws {
    var stream = testStream(32)
    let (n, d) = (700, 40)
    for m in [1, 12] {
      let jacobians = stream.gaussian(count: n * m * d)
      let curvature = try SampleCurvature(jacobians: jacobians, sampleCount: n, outputCount: m, dimension: d)
      let s = Matrix(rows: d, columns: d, storage: stream.gaussian(count: d * d)).gram()
      var expected = Matrix(rows: d, columns: d)
      for sample in 0..<n {
        let hessian = curvature.hessian(sample)
        let image = hessian.multiplied(by: s).multiplied(by: hessian)
        for j in 0..<d {
          for k in 0..<d { expected[j, k] += image[j, k] / Double(n) }
        }
      }
      let size = expected.storage.map(abs).max() ?? 1
      #expect(largestDifference(curvature.sandwich(s), expected) <= 1e-13 * size)
    }
  }

  @Test("Few factors in many parameters: the small eigenproblem is the large one") func fewFactors() throws {
    var stream = testStream(33)
    for round in 0..<20 {
      let (n, m, d) = (3, 2, 11)
      let weights: [Double]? = round % 2 == 0 ? nil : [2, 0.5, 0.5, 1, 1, 0, 0, 0.2, 3, -1, -1, 2]
      let factors = try SampleCurvature(
        jacobians: stream.gaussian(count: n * m * d), sampleCount: n, outputCount: m, dimension: d, weights: weights)
      let small = try MinimumGeometry(factors)
      let large = try MinimumGeometry(SampleCurvature(hessians: (0..<n).map { factors.hessian($0) }))
      #expect(small.rank == 6 && large.rank == 6 && small.nullDimension == 5)
      for (a, b) in zip(small.eigenvalues, large.eigenvalues) { #expect(abs(a - b) <= 1e-12 * large.eigenvalues[0]) }
      for b in 1...3 {
        let dynamics = try dynamics(n, b, .subset)
        let (x, y) = (try small.meanSquareThreshold(of: dynamics), try large.meanSquareThreshold(of: dynamics))
        #expect(abs(x.value / y.value - 1) < 1e-9)
      }
    }
  }

  @Test("An objective's geometry is that of its Hessians and gradients") func objective() throws {
    var stream = testStream(34)
    let rows = (0..<7).map { _ in stream.gaussian(count: 5) }
    let objective = try LeastSquaresObjective(inputs: rows, targets: stream.gaussian(count: 7))
    let point = stream.gaussian(count: 5)
    for decay in [0, 0.2] {
      let found = try MinimumGeometry(objective, at: point, weightDecay: decay)
      let gradients = objective.sampleGradients(at: point).flatMap { row in zip(row, point).map { $0 + decay * $1 } }
      let expected = try MinimumGeometry(
        SampleCurvature(jacobians: rows.flatMap { $0 }, sampleCount: 7, outputCount: 1, dimension: 5),
        gradients: SampleGradients(gradients, sampleCount: 7, dimension: 5), weightDecay: decay)
      #expect(found.rank == 5)
      #expect(zip(found.eigenvalues, expected.eigenvalues).allSatisfy { abs($0 - $1) < 1e-12 })
      #expect(found.gradients == expected.gradients)
      for b in [1, 3] {
        let dynamics = try dynamics(7, b, .subset)
        let (x, y) = (try found.meanSquareThreshold(of: dynamics), try expected.meanSquareThreshold(of: dynamics))
        #expect(abs(x.value / y.value - 1) < 1e-9)
      }
    }
  }
}
