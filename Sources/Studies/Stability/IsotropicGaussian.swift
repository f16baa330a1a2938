import Foundation
import Numerics

/// SGD on samples H = xxᵀ with isotropic Gaussian x of variance 1, infinitely many of them.
///
/// A batch X (b × d) multiplies δ by I − (η/b)XᵀX. With u = Xδ/‖δ‖ and s = ‖u‖² the part of Xᵀu across δ is √s times a
/// Gaussian vector of d − 1 entries that does not depend on s. So the factors
/// ‖δ⁺‖²/‖δ‖² = (1 − ηs/b)² + (η/b)² s w, s ~ χ²_b, w ~ χ²_{d−1},
/// are independent from step to step, and Λ is half the expectation of their logarithm: an integral.
struct IsotropicGaussian {
  let dimension: Int
  let batchSize: Int

  /// 2b/(b + d + 1).
  var meanSquareThreshold: Double { 2 * Double(batchSize) / Double(batchSize + dimension + 1) }

  /// Λ(η), by the midpoint rule in the radii √s and √w. The logarithm's singularity is integrable; the error is below
  /// about 1e-5.
  func lyapunovExponent(step: Double) -> Double {
    let η = step / Double(batchSize)
    let across = dimension == 1 ? [(square: 0.0, weight: 1.0)] : Self.nodes(degrees: dimension - 1, count: 600)
    let along = Self.nodes(degrees: batchSize, count: dimension == 1 ? 400_000 : 600)
    var sum = 0.0
    for (s, outer) in along {
      let drift = (1 - η * s) * (1 - η * s)
      let scale = η * η * s
      var inner = 0.0
      for (w, weight) in across { inner += weight * log(drift + scale * w) }
      sum += outer * inner
    }
    return 0.5 * sum
  }

  /// log(‖δ⁺‖/‖δ‖) of a drawn step.
  func logarithm(step: Double, _ stream: inout RandomStream) -> Double {
    func square(_ values: some Sequence<Double>) -> Double { values.reduce(0) { $0 + $1 * $1 } }
    let η = step / Double(batchSize)
    let s = square(stream.gaussian(count: batchSize))
    let w = dimension == 1 ? 0 : square(stream.gaussian(count: dimension - 1))
    return 0.5 * log((1 - η * s) * (1 - η * s) + η * η * s * w)
  }

  /// The first zero of Λ above the mean-square threshold.
  func almostSureThreshold() throws(InputError) -> Double {
    var high = meanSquareThreshold
    while lyapunovExponent(step: high) < 0 { high *= 1.05 }
    var low = high / 1.05
    for _ in 0..<18 {
      let middle = (low + high) / 2
      if lyapunovExponent(step: middle) < 0 { low = middle } else { high = middle }
    }
    return (low + high) / 2
  }

  /// Squares of midpoints of the radius with the weights of χ_degrees, normalised.
  private static func nodes(degrees: Int, count: Int) -> [(square: Double, weight: Double)] {
    let centre = Double(degrees).squareRoot()
    let (low, high) = (max(0, centre - 7), centre + 7)
    let logarithms = (0..<count).map { index in
      let r = low + (high - low) * (Double(index) + 0.5) / Double(count)
      return (r * r, Double(degrees - 1) * log(r) - r * r / 2)
    }
    let top = logarithms.map(\.1).max() ?? 0
    let total = logarithms.reduce(0) { $0 + exp($1.1 - top) }
    return logarithms.map { ($0.0, exp($0.1 - top) / total) }
  }
}
