import Foundation
import Objectives

/// The update of the single-neuron autoencoder on orthonormal data, written as plainly as can be: O(m) a step, no scale, no lanes.
///
///     cᵢ′ = (1 − hΦ_B) cᵢ + h (2 − s) kᵢ φᵢ,      w_⊥′ = (1 − hΦ_B) w_⊥,      s from the new coefficients
///
/// log |cᵢ| goes its own way, from the factors alone, and the sign is kept apart, so that a coefficient which has underflowed still grows
/// or shrinks as it should.
struct NaiveAutoencoder {
  var coefficients: [Double]
  var perpendicular: Double
  var logarithms: [Double]
  var signs: [Double]
  var activation: AutoencoderObjective.Activation

  init(_ start: AutoencoderState, _ activation: AutoencoderObjective.Activation) {
    coefficients = start.coefficients
    perpendicular = start.perpendicular
    logarithms = coefficients.map { log(abs($0)) }
    signs = coefficients.map { $0 < 0 ? -1 : ($0 > 0 ? 1 : 0) }
    self.activation = activation
  }

  var squaredNorm: Double { coefficients.reduce(perpendicular * perpendicular) { $0 + $1 * $1 } }

  /// One step with h = η/b.
  mutating func step(_ batch: Batch, h: Double) {
    let s = squaredNorm
    var weights = [Double](repeating: 0, count: coefficients.count)
    var Φ = 0.0
    for (i, k) in zip(batch.indices, batch.multiplicities) where activation == .linear || signs[i] > 0 {
      weights[i] = Double(k)
      Φ += Double(k) * coefficients[i] * coefficients[i]
    }
    let shrinking = 1 - h * Φ
    for i in coefficients.indices {
      let factor = shrinking + h * (2 - s) * weights[i]
      coefficients[i] *= factor
      logarithms[i] += log(abs(factor))
      if factor < 0 { signs[i] = -signs[i] }
    }
    perpendicular *= shrinking
  }
}
