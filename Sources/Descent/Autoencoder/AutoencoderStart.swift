import Numerics
import Objectives

/// Where the replicas of an autoencoder begin.
public enum AutoencoderStart: Sendable, Hashable {
  /// w₀ uniform on the sphere ‖w₀‖ = norm, each trial its own.
  case sphere(norm: Double)
  /// Independent entries of standard deviation norm/√n, so that E‖w₀‖² = norm², each trial its own.
  case gaussian(norm: Double)
  /// Given coefficients cᵢ and ‖w_⊥‖, the same in every trial.
  case coefficients([Double], perpendicular: Double)

  /// The start of one trial for m = `count` orthonormal data vectors in n = `dimension` dimensions.
  ///
  /// Both random starts look the same in every orthonormal basis, so their coefficients are drawn directly. O(n).
  public func state(count: Int, dimension: Int, key: RandomKey) -> AutoencoderState {
    var stream = RandomStream(key)
    let vector: [Double]
    switch self {
    case .coefficients(let values, let perpendicular):
      return AutoencoderState(coefficients: values, perpendicular: perpendicular)
    case .sphere(let norm):
      vector = stream.sphere(count: dimension, radius: norm)
    case .gaussian(let norm):
      let scale = norm / Double(dimension).squareRoot()
      vector = stream.gaussian(count: dimension).map { $0 * scale }
    }
    let outside = vector[count...].reduce(0) { $0 + $1 * $1 }
    return AutoencoderState(coefficients: Array(vector[..<count]), perpendicular: outside.squareRoot())
  }
}

extension AutoencoderState {
  /// Why a replica with `count` data vectors cannot begin here; nil if it can.
  func problem(count: Int) -> InputError? {
    guard coefficients.count != count else { return nil }
    return InputError(
      "start", expected: "\(count) coefficients, one for each data vector", found: "\(coefficients.count)")
  }
}
