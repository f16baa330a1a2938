import Numerics
import Testing

@testable import Stability

/// What must hold for every family of semidefinite samples.
@Suite("Properties of thresholds") struct ThresholdPropertyTests {
  @Test("Ordering of all bounds, monotone in b, gradient descent at b = n, bracket and twin, 300 random families")
  func ordering() throws {
    var stream = testStream(21)
    for _ in 0..<300 {
      let curvature = try randomFamily(&stream)
      let n = curvature.sampleCount
      let geometry = try MinimumGeometry(curvature)
      for sampling in [Sampling.subset, .iid] {
        var last = 0.0
        for b in 1...n {
          let dynamics = try dynamics(n, b, sampling)
          let threshold = try geometry.meanSquareThreshold(of: dynamics)
          let dense = try geometry.denseMeanSquareThreshold(of: dynamics)
          let bounds = try geometry.bounds(of: dynamics, from: threshold.direction)
          let all = try geometry.allBatchesThreshold(of: dynamics)
          let slack = 1 + 1e-7
          #expect(abs(threshold.value / dense - 1) < 1e-8)
          #expect(threshold.lower <= dense * (1 + 1e-12) && dense <= threshold.upper * (1 + 1e-12))
          for range in threshold.history {
            #expect(range.lowerBound <= dense * (1 + 1e-10) && dense <= range.upperBound * (1 + 1e-10))
          }
          #expect(all.lower <= bounds.lower * slack)
          #expect(bounds.lower <= dense * slack && dense <= bounds.upper * slack)
          #expect(bounds.upper <= bounds.topEigenvector * slack)
          #expect(bounds.topEigenvector <= geometry.fullBatchLimit() * slack)
          #expect(bounds.sufficient <= bounds.lower * slack)
          #expect(dense <= bounds.trace * slack && dense <= bounds.divergence * slack)
          #expect(threshold.value >= last * (1 - 1e-9))
          last = threshold.value
          if b == n, sampling == .subset { #expect(threshold.value == geometry.fullBatchLimit()) }
        }
      }
    }
  }

  @Test("The spectral radius is 1 at the threshold, and crosses it there") func radius() throws {
    var stream = testStream(22)
    for _ in 0..<100 {
      let curvature = try randomFamily(&stream)
      let geometry = try MinimumGeometry(curvature)
      let dynamics = try dynamics(curvature.sampleCount, 1, .subset)
      let value = try geometry.meanSquareThreshold(of: dynamics).value
      #expect(abs(try geometry.secondMomentGrowth(step: value, of: dynamics) - 1) < 1e-9)
      #expect(try geometry.secondMomentGrowth(step: 0.99 * value, of: dynamics) < 1)
      #expect(try geometry.secondMomentGrowth(step: 1.01 * value, of: dynamics) > 1)
    }
  }

  @Test("Common eigenvectors: the smallest of the one-dimensional thresholds") func commonEigenvectors() throws {
    var stream = testStream(23)
    for _ in 0..<50 {
      let (n, d) = (5, 4)
      let values = stream.gaussian(count: n * d).map { $0 * $0 }
      let rotation = try LinearAlgebra.orthonormalRows(count: d, dimension: d, stream: &stream)
      let hessians = (0..<n).map { sample in
        rotation.transposed().multiplied(by: .diagonal(Array(values[sample * d..<(sample + 1) * d]))).multiplied(
          by: rotation)
      }
      let geometry = try Golden.matrices(hessians)
      for (b, sampling) in [(1, Sampling.subset), (3, .subset), (2, .iid), (9, .iid)] {
        let p = try #require(sampling.noiseFactor(batchSize: b, sampleCount: n))
        let closed = (0..<d).reduce(Double.infinity) { smallest, j in
          let column = (0..<n).map { values[$0 * d + j] }
          let mean = column.reduce(0, +) / Double(n)
          let variance = column.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
          return min(smallest, 2 * mean / (mean * mean + p * variance))
        }
        #expect(abs(try geometry.meanSquareThreshold(of: dynamics(n, b, sampling)).value / closed - 1) < 1e-10)
      }
    }
  }

  @Test("Shared shape: 2/(λ₁(1 + p var a))") func sharedShape() throws {
    let shape = Matrix([[3, 1], [1, 2]])
    let factors = [0.5, 1.5, 0.2, 1.8]
    let geometry = try Golden.matrices(
      factors.map { factor in Matrix(rows: 2, columns: 2, storage: shape.storage.map { factor * $0 }) })
    let variance = factors.reduce(0) { $0 + ($1 - 1) * ($1 - 1) } / 4
    let top = (5 + 5.0.squareRoot()) / 2
    for b in 1...4 {
      let dynamics = try dynamics(4, b, .subset)
      let p = Double(4 - b) / Double(3 * b)
      #expect(abs(try geometry.meanSquareThreshold(of: dynamics).value - 2 / (top * (1 + p * variance))) < 1e-12)
    }
  }

  @Test("Rank-one samples of equal norm at b = 1: exactly 2/tr H") func equalNorms() throws {
    var stream = testStream(24)
    for _ in 0..<20 {
      let rows = (0..<7).map { _ in stream.sphere(count: 4, radius: 1.3) }
      let geometry = try Golden.rankOne(rows)
      let value = try geometry.meanSquareThreshold(of: dynamics(7, 1, .subset)).value
      #expect(abs(value * geometry.eigenvalues.reduce(0, +) / 2 - 1) < 1e-10)
    }
  }

  @Test("Gaussian rank-one samples: closed form, and a finite family with the same fourth moments") func gaussian()
    throws
  {
    let value = try GaussianRankOne.meanSquareThreshold(eigenvalues: [1, 2], batchSize: 1)
    #expect(abs(value - 4 / (9 + 17.0.squareRoot())) < 1e-15)
    for (b, printed) in [(1, 0.373081), (4, 1.100682), (16, 1.747367), (64, 1.937273)] {
      let found = try GaussianRankOne.meanSquareThreshold(eigenvalues: (1...50).map { 1 / Double($0) }, batchSize: b)
      #expect(agrees(found, printed, digits: 6))
    }
    let isotropic = try GaussianRankOne.meanSquareThreshold(eigenvalues: [3, 3, 3, 3, 3], batchSize: 4)
    #expect(abs(isotropic - 2.0 * 4 / ((4 + 5 + 1) * 3)) < 1e-14)
    // Gauss–Hermite's nodes −√3, 0, √3 with weights 1/6, 2/3, 1/6 have a normal number's first five moments.
    let nodes = [-1, 0, 0, 0, 0, 1].map { $0 * 3.0.squareRoot() }
    let rows = nodes.flatMap { x in nodes.map { y in [x, y * 2.0.squareRoot()] } }
    let geometry = try Golden.rankOne(rows)
    for b in [1, 3, 10] {
      let closed = try GaussianRankOne.meanSquareThreshold(eigenvalues: [1, 2], batchSize: b)
      #expect(abs(try geometry.meanSquareThreshold(of: dynamics(36, b, .iid)).value / closed - 1) < 1e-10)
    }
    // The secular equation.
    let sum = [1.0, 2].reduce(0) { $0 + $1 / (2 - value * 2 * $1) }
    #expect(abs(value * sum - 1) < 1e-12)
  }

  @Test("Fewer eigenvectors give a threshold from above that falls with the rank") func truncation() throws {
    var stream = testStream(25)
    for _ in 0..<20 {
      let curvature = try SampleCurvature(
        jacobians: stream.gaussian(count: 12 * 8).enumerated().map { $1 / Double(1 + $0 % 8) }, sampleCount: 12,
        outputCount: 1, dimension: 8)
      for b in [1, 4] {
        let dynamics = try dynamics(12, b, .subset)
        var last = Double.infinity
        for rank in 1...8 {
          let geometry = try MinimumGeometry(curvature, rank: rank)
          #expect(geometry.rank == rank && geometry.isTruncated == (rank < 8))
          let value = try geometry.meanSquareThreshold(of: dynamics).value
          #expect(value <= last * (1 + 1e-9))
          last = value
        }
      }
    }
  }

  @Test("A larger family: matrices, factors and the dense twin agree to 1e-8") func larger() throws {
    var stream = testStream(26)
    let (n, d) = (60, 24)
    let jacobians = stream.gaussian(count: n * d).enumerated().map { $1 / Double(1 + $0 % d) }
    let factors = try SampleCurvature(jacobians: jacobians, sampleCount: n, outputCount: 1, dimension: d)
    let matrices = try SampleCurvature(hessians: (0..<n).map { factors.hessian($0) })
    for b in [1, 2, 8, 32] {
      let dynamics = try dynamics(n, b, .subset)
      let first = try MinimumGeometry(factors).meanSquareThreshold(of: dynamics)
      let second = try MinimumGeometry(matrices).meanSquareThreshold(of: dynamics)
      let dense = try MinimumGeometry(factors).denseMeanSquareThreshold(of: dynamics)
      #expect(abs(first.value / dense - 1) < 1e-8 && abs(second.value / dense - 1) < 1e-8)
      #expect(first.lower <= dense * (1 + 1e-10) && dense <= first.upper * (1 + 1e-10))
    }
  }
}
