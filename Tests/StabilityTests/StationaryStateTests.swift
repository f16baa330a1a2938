import Numerics
import Testing

@testable import Stability

@Suite("Stationary state") struct StationaryStateTests {
  static let gradients = [[1.0, 0], [-1, 1], [0, -2], [0, 1]]

  @Test("G3 with gradients: printed numbers, and the fixed point of the exact recursion") func golden() throws {
    let geometry = try Golden.matrices(Golden.g3, gradients: Self.gradients)
    #expect(geometry.stationarity() == .regular)
    let found = try geometry.stationaryState(step: 0.7, of: dynamics(4, 2, .subset))
    #expect(agrees(found.covariance[0, 0], 0.206731, digits: 6))
    #expect(agrees(abs(found.covariance[0, 1]), 0.053338, digits: 6))
    #expect(agrees(found.covariance[1, 1], 0.399504, digits: 6))
    #expect(agrees(found.excessLoss, 0.331575, digits: 6))
    #expect(abs(found.gradientSquare - (4 * found.covariance[0, 0] + 0.390625 * found.covariance[1, 1])) < 1e-12)
    #expect(found.residual <= 1e-13 && found.nullDiffusion < 1e-30)
    for b in 1...3 {
      for sampling in [Sampling.subset, .iid] {
        let dynamics = try dynamics(4, b, sampling)
        let state = try geometry.stationaryState(step: 0.5, of: dynamics)
        #expect(largestDifference(state.covariance, try Self.recursion(geometry, dynamics, 0.5)) < 1e-12)
      }
    }
  }

  /// The limit of Σ ← E[(A_Bδ − ηg_B)(·)ᵀ] over all batches, momentum by pairs.
  static func recursion(_ geometry: MinimumGeometry, _ dynamics: Dynamics, _ step: Double) throws -> Matrix {
    let r = geometry.rank
    let size = dynamics.momentum == 0 ? r : 2 * r
    let rows = try #require(geometry.gradients).rows.multiplied(by: geometry.basis.transposed())
    let batches = try #require(dynamics.allBatches(sampleCount: geometry.sampleCount))
    var noise = Matrix(rows: size, columns: size)
    for batch in batches {
      var gradient = [Double](repeating: 0, count: r)
      for term in batch.terms { LinearAlgebra.axpy(term.weight * step, rows.row(term.index), into: &gradient) }
      for j in 0..<r {
        for k in 0..<r { noise[j, k] += batch.probability * gradient[j] * gradient[k] }
      }
    }
    var s = Matrix(rows: size, columns: size)
    for _ in 0..<4_000 {
      s = try EnumerationTests.enumerated(geometry, dynamics, step, s)
      for j in 0..<r {
        for k in 0..<r { s[j, k] += noise[j, k] }
      }
    }
    var result = Matrix(rows: r, columns: r)
    for j in 0..<r {
      for k in 0..<r { result[j, k] = s[j, k] }
    }
    return result
  }

  @Test("With momentum and weight decay: the fixed point of the recursion on pairs") func momentum() throws {
    for (decay, beta) in [(0.0, 0.5), (0.2, 0.5), (0.2, 0)] {
      let geometry = try Golden.matrices(Golden.g3, gradients: Self.gradients, weightDecay: decay)
      let dynamics = try dynamics(4, 2, .subset, momentum: beta)
      let state = try geometry.stationaryState(step: 0.3, of: dynamics)
      #expect(largestDifference(state.covariance, try Self.recursion(geometry, dynamics, 0.3)) < 1e-11)
    }
  }

  @Test("One direction: closed form") func scalar() throws {
    let geometry = try MinimumGeometry(
      SampleCurvature(hessians: Golden.g1, sampleCount: 4, dimension: 1),
      gradients: SampleGradients([1, -2, 3, -2], sampleCount: 4, dimension: 1))
    let (mean, variance, square) = (3.0, 3.5, 18.0 / 4)
    for (b, step) in [(1, 0.1), (2, 0.4)] {
      let p = Double(4 - b) / Double(3 * b)
      let found = try geometry.stationaryState(step: step, of: dynamics(4, b, .subset))
      let closed = step * p * square / (2 * mean - step * (mean * mean + p * variance))
      #expect(abs(found.meanSquareDistance / closed - 1) < 1e-13)
    }
  }

  @Test("Null space: diffusion without weight decay, a spread with it") func nullSpace() throws {
    let hessians = [Matrix.diagonal([1, 0]), Matrix.diagonal([3, 0])]
    let gradients = [[1.0, 2], [-1, -2]]
    let free = try Golden.matrices(hessians, gradients: gradients)
    #expect(free.rank == 1 && free.nullDimension == 1)
    let dynamics = try dynamics(2, 1, .subset)
    let found = try free.stationaryState(step: 0.1, of: dynamics)
    #expect(abs(found.nullDiffusion - 0.01 * 4) < 1e-15 && found.nullMeanSquareDistance == 0)
    let held = try Golden.matrices(hessians, gradients: gradients, weightDecay: 0.5)
    let state = try held.stationaryState(step: 0.1, of: dynamics)
    // s = (1 − ηw)² s + η²·4
    #expect(abs(state.nullMeanSquareDistance - 0.04 / (1 - 0.95 * 0.95)) < 1e-13 && state.nullDiffusion == 0)
  }

  @Test("Gaussian label noise: the closed form, through a finite family of equal moments") func labelNoise() throws {
    let nodes = [-1, 0, 0, 0, 0, 1].map { $0 * 3.0.squareRoot() }
    var (rows, gradients): ([Double], [Double]) = ([], [])
    for x in nodes {
      for y in nodes {
        for sign in [1.0, -1] {
          let input = [x, y * 2.0.squareRoot()]
          rows += input
          gradients += input.map { sign * $0 }
        }
      }
    }
    let geometry = try MinimumGeometry(
      SampleCurvature(jacobians: rows, sampleCount: 72, outputCount: 1, dimension: 2),
      gradients: SampleGradients(gradients, sampleCount: 72, dimension: 2))
    let found = try geometry.stationaryState(step: 0.4, of: dynamics(72, 4, .iid))
    #expect(agrees(found.covariance[1, 1], 0.09090909, digits: 8))
    #expect(agrees(found.covariance[0, 0], 0.13636364, digits: 8))
  }

  @Test("No stationary state above the threshold, off a minimum, without gradients or under reshuffling")
  func refusals() throws {
    let geometry = try Golden.matrices(Golden.g3, gradients: Self.gradients)
    let dynamics = try dynamics(4, 1, .subset)
    #expect(throws: InputError.self) { try geometry.stationaryState(step: 0.67, of: dynamics) }
    #expect(throws: InputError.self) { try geometry.stationaryState(step: 0, of: dynamics) }
    #expect(throws: InputError.self) { try Golden.matrices(Golden.g3).stationaryState(step: 0.1, of: dynamics) }
    let moving = try Golden.matrices(Golden.g3, gradients: [[1, 0], [1, 1], [0, -2], [0, 1]])
    #expect(throws: InputError.self) { try moving.stationaryState(step: 0.1, of: dynamics) }
    let reshuffle = try Dynamics(batchSize: 2, sampling: .reshuffle, sampleCount: 4)
    #expect(throws: InputError.self) { try geometry.stationaryState(step: 0.1, of: reshuffle) }
  }
}
