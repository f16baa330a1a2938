import Numerics
import Testing

@testable import Stability

/// The golden problems: small families whose numbers were computed elsewhere, by other code.
enum Golden {
  static let g1: [Double] = [1, 2, 3, 6]
  static let g2 = [[2.0, 0], [1, 1], [0, 1]]
  static let g3 = [
    Matrix([[2, 1], [1, 1]]), Matrix([[1, 0], [0, 0.5]]), Matrix([[4, -1], [-1, 1]]), Matrix([[1, 0], [0, 0]]),
  ]
  static let g4 = [[1.0, 0], [0, 1], [0.6, 0.8]]

  static func scalars(_ values: [Double], weightDecay: Double = 0) throws -> MinimumGeometry {
    try MinimumGeometry(
      SampleCurvature(hessians: values, sampleCount: values.count, dimension: 1), weightDecay: weightDecay)
  }

  static func rankOne(_ rows: [[Double]]) throws -> MinimumGeometry {
    try MinimumGeometry(
      SampleCurvature(
        jacobians: rows.flatMap { $0 }, sampleCount: rows.count, outputCount: 1, dimension: rows[0].count))
  }

  static func matrices(_ matrices: [Matrix], gradients: [[Double]]? = nil, weightDecay: Double = 0) throws
    -> MinimumGeometry
  {
    try MinimumGeometry(
      SampleCurvature(hessians: matrices),
      gradients: gradients.map {
        try SampleGradients($0.flatMap { $0 }, sampleCount: $0.count, dimension: $0[0].count)
      }, weightDecay: weightDecay)
  }
}

/// Equal to the digits that are printed: within half a unit of the last, and a rounding.
func agrees(_ value: Double, _ printed: Double, digits: Int = 9) -> Bool {
  var unit = 1.0
  for _ in 0..<digits { unit /= 10 }
  return abs(value - printed) <= 0.5001 * unit
}

/// A random family of semidefinite samples: matrices, or factors with one or two rows, some of them rank deficient as
/// a whole.
func randomFamily(_ stream: inout RandomStream) throws -> SampleCurvature {
  let n = 2 + stream.integer(below: 5)
  let d = 1 + stream.integer(below: 4)
  let m = 1 + stream.integer(below: 3)
  let jacobians = stream.gaussian(count: n * m * d).map { $0 * $0 * $0 }
  let factors = try SampleCurvature(jacobians: jacobians, sampleCount: n, outputCount: m, dimension: d)
  if stream.integer(below: 2) == 0 { return factors }
  return try SampleCurvature(hessians: (0..<n).map { factors.hessian($0) })
}

func dynamics(_ n: Int, _ b: Int, _ sampling: Sampling, momentum: Double = 0) throws -> Dynamics {
  try Dynamics(batchSize: b, sampling: sampling, momentum: momentum, sampleCount: n)
}

func testStream(_ seed: UInt64) -> RandomStream { RandomStream(RandomKey(seed: seed, purpose: .measurement)) }

func largestDifference(_ a: Matrix, _ b: Matrix) -> Double {
  guard a.rows == b.rows, a.columns == b.columns else { return .infinity }
  return zip(a.storage, b.storage).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
