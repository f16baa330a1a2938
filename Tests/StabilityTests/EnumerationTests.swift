import Numerics
import Testing

@testable import Stability

/// The formula for the second moment against the definition: every batch, one after the other.
@Suite("Every batch enumerated") struct EnumerationTests {
  /// E[A S Aᵀ] over all batches, from the batches' own matrices A = I − ηH_B, with momentum on pairs.
  static func enumerated(
    _ geometry: MinimumGeometry, _ dynamics: Dynamics, _ step: Double, _ s: Matrix
  ) throws -> Matrix {
    let r = geometry.rank
    let size = dynamics.momentum == 0 ? r : 2 * r
    var result = Matrix(rows: size, columns: size)
    for batch in try #require(dynamics.allBatches(sampleCount: geometry.sampleCount)) {
      var factor = Matrix(rows: size, columns: size)
      for j in 0..<r {
        for k in 0..<r {
          let hessian = batch.terms.reduce(j == k ? geometry.weightDecay : 0) {
            $0 + $1.weight * geometry.curvature.hessian($1.index)[j, k]
          }
          factor[j, k] = (j == k ? 1 + dynamics.momentum : 0) - step * hessian
        }
        if size > r {
          factor[j, r + j] = -dynamics.momentum
          factor[r + j, j] = 1
        }
      }
      let image = factor.multiplied(by: s).multiplied(by: factor.transposed())
      for j in 0..<size {
        for k in 0..<size { result[j, k] += batch.probability * image[j, k] }
      }
    }
    return result
  }

  @Test("The operator is the mean over all batches, n up to 6, both samplings")
  func formula() throws {
    var stream = testStream(11)
    for _ in 0..<150 {
      let curvature = try randomFamily(&stream)
      let scale = 1 / (curvature.mean().storage.map(abs).max() ?? 1)
      let geometry = try MinimumGeometry(curvature, weightDecay: stream.integer(below: 2) == 0 ? 0 : 0.3 / scale)
      let root = Matrix(
        rows: geometry.rank, columns: geometry.rank, storage: stream.gaussian(count: geometry.rank * geometry.rank))
      let s = root.gram()
      for sampling in [Sampling.iid, .subset] {
        for b in 1...curvature.sampleCount {
          let dynamics = try dynamics(curvature.sampleCount, b, sampling)
          let p = try #require(sampling.noiseFactor(batchSize: b, sampleCount: curvature.sampleCount))
          let formula = SecondMomentOperator(geometry, noiseFactor: p, momentum: 0).stepped(s, scale)
          let exact = try Self.enumerated(geometry, dynamics, scale, s)
          let size = exact.storage.map(abs).max() ?? 1
          #expect(largestDifference(formula, exact) <= 1e-12 * max(1, size))
        }
      }
    }
  }

  @Test("Probabilities of all batches add up to 1, and their number is right")
  func probabilities() throws {
    for n in 1...6 {
      for b in 1...n {
        for sampling in [Sampling.iid, .subset, .full] {
          let dynamics = try dynamics(n, b, sampling)
          let batches = try #require(dynamics.allBatches(sampleCount: n))
          #expect(Double(batches.count) == (sampling == .full ? 1 : dynamics.batchCount(sampleCount: n)))
          #expect(abs(batches.reduce(0) { $0 + $1.probability } - 1) < 1e-14)
          for batch in batches {
            #expect(abs(batch.terms.reduce(0) { $0 + $1.weight } - 1) < 1e-14)
          }
        }
      }
    }
    #expect(try dynamics(1000, 10, .subset).allBatches(sampleCount: 1000) == nil)
  }

  @Test("With momentum the spectral radius of the enumerated E[A⊗A] is 1 at the threshold and below 1 under it")
  func momentum() throws {
    var stream = testStream(12)
    for round in 0..<60 {
      let curvature = try randomFamily(&stream)
      let geometry = try MinimumGeometry(curvature)
      let b = 1 + stream.integer(below: curvature.sampleCount)
      let beta = [0.3, 0.5, 0.9][round % 3]
      let dynamics = try dynamics(curvature.sampleCount, b, round % 2 == 0 ? .subset : .iid, momentum: beta)
      let threshold = try geometry.meanSquareThreshold(of: dynamics)
      func growth(_ step: Double) throws -> Double {
        try BLAS.spectralRadius(
          SecondMomentOperator.dense(order: 2 * geometry.rank) { s throws(InputError) in
            do { return try Self.enumerated(geometry, dynamics, step, s) } catch {
              throw InputError("enumeration", expected: "batches", found: "\(error)")
            }
          })
      }
      // An eigenvalue of a defective operator moves with the root of rounding.
      let there = try growth(threshold.value)
      #expect(abs(there - 1) < 2e-7, "\(there) β=\(beta)")
      for share in [0.1, 0.4, 0.7, 0.9, 0.99] { #expect(try growth(share * threshold.value) < 1) }
      #expect(try growth(1.02 * threshold.value) > 1)
      #expect(threshold.lower <= threshold.value && threshold.value <= threshold.upper)
      #expect(abs(try geometry.denseMeanSquareThreshold(of: dynamics) / threshold.value - 1) < 1e-8)
      #expect(
        abs(try geometry.secondMomentGrowth(step: 0.9 * threshold.value, of: dynamics) - growth(0.9 * threshold.value))
          < 1e-9)
    }
  }

  @Test("A reshuffled epoch is the mean over all permutations") func epoch() throws {
    let geometry = try Golden.rankOne(Golden.g2)
    for b in 1...2 {
      let step = 0.6
      let dynamics = try dynamics(3, b, .reshuffle)
      let matrix = try SecondMomentOperator.dense(order: 2) { s in
        var sum = Matrix(rows: 2, columns: 2)
        for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
          var image = s
          for start in stride(from: 0, to: 3, by: b) {
            let members = order[start..<min(start + b, 3)]
            let hessian = geometry.curvature.meanHessian(over: members.map { ($0, 1 / Double(members.count)) })
            var factor = Matrix.identity(2)
            for j in 0..<2 {
              for k in 0..<2 { factor[j, k] -= step * hessian[j, k] }
            }
            image = factor.multiplied(by: image).multiplied(by: factor)
          }
          for j in 0..<2 {
            for k in 0..<2 { sum[j, k] += image[j, k] / 6 }
          }
        }
        return sum
      }
      #expect(abs(try BLAS.spectralRadius(matrix) - geometry.reshuffledGrowth(step: step, of: dynamics)) < 1e-13)
    }
  }
}
