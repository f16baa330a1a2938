import Numerics
import Testing

@testable import Curvature

@Suite("XTrace's leave-one-out estimates") struct LeaveOneOutTests {
  /// tᵢ with the vectors of `others` for Q', by the definition: nothing is updated, nothing shared.
  private static func estimate(_ matrix: Matrix, _ probe: [Double], others: [[Double]], rescales: Bool) -> Double {
    var basis: [[Double]] = []
    for other in others {
      var image = matrix.multiplied(by: other)
      for _ in 0..<3 { for q in basis { LinearAlgebra.axpy(-LinearAlgebra.dot(q, image), q, into: &image) } }
      let length = LinearAlgebra.norm(image)
      basis.append(image.map { $0 / length })
    }
    var rest = probe
    for _ in 0..<2 { for q in basis { LinearAlgebra.axpy(-LinearAlgebra.dot(q, rest), q, into: &rest) } }
    let inside = basis.reduce(0) { $0 + LinearAlgebra.dot($1, matrix.multiplied(by: $1)) }
    let form = LinearAlgebra.dot(rest, matrix.multiplied(by: rest))
    let scale =
      rescales ? Double(matrix.rows - basis.count) / LinearAlgebra.dot(rest, rest) : 1
    return inside + scale * form
  }

  @Test("agree with their definition, and so does the variance", arguments: ProbeDistribution.allCases, [2, 3, 6, 9])
  func naive(probes: ProbeDistribution, count: Int) throws {
    // One spectrum that falls slowly, one so fast that the directions which go are nearly the same.
    for spectrum in [networkLikeSpectrum(25), (0..<25).map { 1 / Double(1 << $0) }] {
      let symmetric = try rotated(spectrum)
      let options = TraceOptions(method: .xTrace, budget: .products(2 * count), probes: probes, trial: 5)
      let source = ProbeVectors(.sample, probes, seeds: options.seeds, trial: 5)
      let vectors = (0..<count).map { number in
        var vector = [Double](repeating: 0, count: 25)
        source.fill(&vector, number)
        return vector
      }
      func estimate(_ i: Int, without j: Int? = nil) -> Double {
        let others = vectors.indices.filter { $0 != i && $0 != j }.map { vectors[$0] }
        return Self.estimate(symmetric.matrix, vectors[i], others: others, rescales: probes == .gaussian)
      }
      let estimates = (0..<count).map { estimate($0) }
      var covariance = 0.0
      for i in 0..<count {
        for j in 0..<i {
          covariance += (estimates[i] - estimate(i, without: j)) * (estimates[j] - estimate(j, without: i))
        }
      }
      let summary = try Summary(estimates)
      let mean = 2 * covariance / Double(count * (count - 1))
      let variance = try #require(summary.variance) / Double(count) + max(0, mean)
      let found = try symmetric.trace(options)
      #expect(abs(found.value - summary.mean) < 1e-9 * abs(summary.mean))
      #expect(abs(found.standardError - variance.squareRoot()) < 1e-6 * variance.squareRoot() + 1e-12)
    }
  }

  @Test("the spread of the estimates alone understates the error") func spread() throws {
    // What the unbiased variance is for: without the covariance it would be less than three quarters here.
    let symmetric = try rotated(networkLikeSpectrum(60))
    let truth = networkLikeSpectrum(60).reduce(0, +)
    var (errors, stated) = (RunningMoments(), RunningMoments())
    for trial in 0..<2_000 {
      let found = try symmetric.trace(TraceOptions(method: .xTrace, budget: .products(30), trial: trial))
      errors.add((found.value - truth) * (found.value - truth))
      stated.add(found.standardError * found.standardError)
    }
    #expect(abs(errors.mean / stated.mean - 1) < 0.15)
  }
}
