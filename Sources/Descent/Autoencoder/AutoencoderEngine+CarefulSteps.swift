import Numerics
import Objectives

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The steps outside the region where the lazy form is exact to rounding.
extension AutoencoderEngine {
  /// Makes one step in every lane: in plain coefficients where care is needed, by the kernel elsewhere.
  mutating func stepCarefully(at t: Int) {
    var replaced: [(lane: Int, state: AutoencoderState)] = []
    for lane in 0..<8 {
      var state = makeState()
      read(lane: lane, into: &state)
      for i in 0..<count { state.coefficients[i] = nonzero(state.coefficients[i], signOf: u[8 * i + lane]) }
      if let next = plainStep(state, lane: lane, at: t) {
        replaced.append((lane, next))
        // An empty lane needs no care, so the kernel below goes through.
        set(lane, coefficients: [Double](repeating: 0, count: count), perpendicular: 0)
      }
    }
    _ =
      activation == .relu
      ? runBatches(from: t, to: t + 1, isReLU: true, keeps: keepsLogarithms)
      : runBatches(from: t, to: t + 1, isReLU: false, keeps: keepsLogarithms)
    for entry in replaced {
      set(entry.lane, coefficients: entry.state.coefficients, perpendicular: entry.state.perpendicular)
      guard keepsLogarithms else { continue }
      logScale[entry.lane] = 0
      for i in 0..<count {
        gains[8 * i + entry.lane] = 1
        logarithms[8 * i + entry.lane] = entry.state.logCoefficients[i]
      }
    }
  }

  /// The step of `lane` in plain coefficients, or nil if the lane needs no care.
  private func plainStep(_ state: AutoencoderState, lane: Int, at t: Int) -> AutoencoderState? {
    let h = rates[t][lane]
    var weight = [Double](repeating: 0, count: count)
    var Φ = 0.0
    for slot in (t * slots)..<((t + 1) * slots) {
      let i = Int(indices[slot][lane])
      let c = state.coefficients[i]
      guard activation == .linear || c > 0 else { continue }
      weight[i] += multiplicities[slot][lane]
      Φ += multiplicities[slot][lane] * (c * c)
    }
    let A = 1 - h * Φ
    let s = state.squaredNorm
    if A >= 0.25, s < 2 { return nil }
    let G = h * (2 - s)
    var next = state
    for i in 0..<count {
      let factor = A + G * weight[i]
      let isNegative = (factor < 0) != (state.coefficients[i] < 0)
      let sign = factor == 0 || state.coefficients[i] == 0 ? 0.0 : (isNegative ? -1 : 1)
      next.coefficients[i] = nonzero(factor * state.coefficients[i], signOf: sign)
      if keepsLogarithms { next.logCoefficients[i] = state.logCoefficients[i] + log(abs(factor)) }
    }
    next.perpendicular = A * state.perpendicular
    return next
  }
}
