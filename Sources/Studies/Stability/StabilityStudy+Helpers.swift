import Claims
import Foundation
import Numerics
import Reporting
import Stability

/// What the measurements of this study share.
extension StabilityStudy {
  /// The conventions of every claim that does not say otherwise.
  static let convention =
    "$f = (1/n) ∑ fᵢ$, batch gradients are means, constant step $η$, linearised at the minimum, double precision"

  /// A family of per-sample Hessians with a name, in the coordinates of its mean Hessian's range.
  struct Family: Sendable {
    let name: String
    let geometry: MinimumGeometry
    var n: Int { geometry.sampleCount }

    func dynamics(_ b: Int, _ sampling: Sampling = .subset, momentum: Double = 0) throws(InputError) -> Dynamics {
      try Dynamics(batchSize: b, sampling: sampling, momentum: momentum, sampleCount: n)
    }
  }

  /// G1: four curvatures in one direction.
  static let g1Curvatures: [Double] = [1, 2, 3, 6]
  static func g1() throws(InputError) -> Family { try scalars("G1", g1Curvatures) }
  /// G2: Hᵢ = gᵢgᵢᵀ.
  static func g2() throws(InputError) -> Family { try rankOne("G2", [[2, 0], [1, 1], [0, 1]]) }
  /// G3: four semidefinite matrices whose mean is diag(2, 5/8).
  static let g3Hessians = [
    Matrix([[2, 1], [1, 1]]), Matrix([[1, 0], [0, 0.5]]), Matrix([[4, -1], [-1, 1]]), Matrix([[1, 0], [0, 0]]),
  ]
  static func g3() throws(InputError) -> Family {
    Family(name: "G3", geometry: try MinimumGeometry(SampleCurvature(hessians: g3Hessians)))
  }
  /// G4: Hᵢ = gᵢgᵢᵀ of equal norms.
  static func g4() throws(InputError) -> Family { try rankOne("G4", [[1, 0], [0, 1], [0.6, 0.8]]) }

  static func scalars(_ name: String, _ values: [Double]) throws(InputError) -> Family {
    Family(
      name: name,
      geometry: try MinimumGeometry(SampleCurvature(hessians: values, sampleCount: values.count, dimension: 1)))
  }

  static func rankOne(_ name: String, _ rows: [[Double]]) throws(InputError) -> Family {
    let curvature = try SampleCurvature(
      jacobians: rows.flatMap { $0 }, sampleCount: rows.count, outputCount: 1, dimension: rows[0].count)
    return Family(name: name, geometry: try MinimumGeometry(curvature))
  }

  /// A random semidefinite family: 2 to 6 samples in 1 to 4 dimensions, of full or lower rank, with heavy tails so that
  /// samples differ widely.
  static func randomFamily(_ stream: inout RandomStream) throws(InputError) -> Family {
    let (n, d, m) = (2 + stream.integer(below: 5), 1 + stream.integer(below: 4), 1 + stream.integer(below: 3))
    let jacobians = stream.gaussian(count: n * m * d).map { $0 * $0 * $0 }
    let factors = try SampleCurvature(jacobians: jacobians, sampleCount: n, outputCount: m, dimension: d)
    return Family(name: "n = \(n), d = \(d), m = \(m)", geometry: try MinimumGeometry(factors))
  }

  /// Every batch, each as probable as the others: index lists, sequences for iid sampling.
  static func everyBatch(of n: Int, size b: Int, _ sampling: Sampling) -> [[Int]] {
    var batches: [[Int]] = [[]]
    for _ in 0..<b {
      batches = batches.flatMap { batch in
        let first = sampling == .iid ? 0 : (batch.last ?? -1) + 1
        return (first..<max(first, n)).map { batch + [$0] }
      }
    }
    return batches
  }

  /// H_B of a batch, in the basis of the geometry.
  static func batchHessian(_ batch: [Int], _ hessians: [Matrix]) -> Matrix {
    let order = hessians[0].rows
    var sum = Matrix(rows: order, columns: order)
    for sample in batch {
      sum.withUnsafeMutableStorage { entries in
        for index in entries.indices { entries[index] += hessians[sample].storage[index] / Double(batch.count) }
      }
    }
    return sum
  }

  /// I − ηH.
  static func propagator(_ hessian: Matrix, step: Double) -> Matrix {
    Matrix(
      rows: hessian.rows, columns: hessian.columns,
      storage: hessian.storage.enumerated().map { ($0 % (hessian.columns + 1) == 0 ? 1 : 0) - step * $1 })
  }

  /// A printed reference number: the measurement must agree to all its digits, within half a unit of the last one.
  static func printed(_ name: String, _ value: Double, digits: Int, _ measurement: Double) -> Check {
    Check(
      name, prediction: value, measurement: measurement, tolerance: .absolute(0.5 * pow(10, -Double(digits))))
  }

  /// A count of violations, which must be 0.
  static func none(_ name: String, _ violations: Int, of count: Int) -> Check {
    Check(name, prediction: 0, measurement: Double(violations), tolerance: .exact, count: count)
  }

  static func semidefiniteHypothesis(_ families: [Family]) throws(InputError) -> Hypothesis {
    let indefinite = families.filter { !$0.geometry.indefiniteSamples.isEmpty }
    return Hypothesis(
      "every $Hᵢ$ is positive semidefinite", holds: indefinite.isEmpty,
      found: indefinite.isEmpty
        ? "in all \(families.count == 1 ? "samples of \(families[0].name)" : "samples of \(families.count) families")"
        : "not in \(indefinite.map(\.name).joined(separator: ", "))")
  }

  static func interpolationHypothesis(_ families: [Family]) -> Hypothesis {
    let others = families.filter { ![.assumed, .interpolating].contains($0.geometry.stationarity()) }
    let count = families.count == 1 ? families[0].name : "\(families.count) families"
    return Hypothesis(
      "the minimum is interpolating: every $gᵢ = 0$", holds: others.isEmpty,
      found: others.isEmpty ? "no gradient at the minima of \(count)" : others.map(\.name).joined(separator: ", "))
  }

  /// The root of an increasing function between `low` and `high`, to the last bits.
  static func root(
    _ low: Double, _ high: Double, _ value: (Double) throws(InputError) -> Double
  ) throws(InputError) -> Double {
    var (low, high) = (low, high)
    for _ in 0..<100 {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { break }
      if try value(middle) < 0 { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }

  static func largestDifference(_ a: Matrix, _ b: Matrix) -> Double {
    zip(a.storage, b.storage).reduce(0) { max($0, abs($1.0 - $1.1)) }
  }
}
