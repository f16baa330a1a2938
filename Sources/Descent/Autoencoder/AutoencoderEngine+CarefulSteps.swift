import Numerics
import Objectives

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Room for a careful step, empty until there is one.
struct CarefulRoom {
  /// The lanes in plain coefficients.
  var states: [AutoencoderState] = []
  /// How often each sample is in a batch.
  var weights: [Double] = []
  var zeros: [Double] = []
}

/// The steps outside the region where the lazy form is exact to rounding.
extension AutoencoderEngine {
  /// Makes one step in every lane: in plain coefficients where care is needed, by the kernel elsewhere.
  mutating func stepCarefully(at t: Int) {
    // Out of the engine meanwhile, which is read into it.
    var room = CarefulRoom()
    swap(&room, &carefulRoom)
    if room.states.isEmpty {
      room.zeros = [Double](repeating: 0, count: count)
      room.weights = room.zeros
      room.states = (0..<8).map { _ in makeState() }
    }
    var isReplaced = SIMDMask<SIMD8<Int64>>(repeating: false)
    for lane in 0..<8 {
      read(lane: lane, into: &room.states[lane])
      for i in 0..<count {
        let c = room.states[lane].coefficients[i]
        room.states[lane].coefficients[i] = nonzero(c, signOf: u[8 * i + lane])
      }
      isReplaced[lane] = stepPlainly(&room.states[lane], weights: &room.weights, lane: lane, at: t)
      // An empty lane needs no care, so the kernel below goes through.
      if isReplaced[lane] { set(lane, coefficients: room.zeros, perpendicular: 0) }
    }
    _ =
      activation == .relu
      ? runBatches(from: t, to: t + 1, isReLU: true, keeps: keepsLogarithms)
      : runBatches(from: t, to: t + 1, isReLU: false, keeps: keepsLogarithms)
    for lane in 0..<8 where isReplaced[lane] {
      set(lane, coefficients: room.states[lane].coefficients, perpendicular: room.states[lane].perpendicular)
      guard keepsLogarithms else { continue }
      logScale[lane] = 0
      for i in 0..<count {
        gains[8 * i + lane] = 1
        logarithms[8 * i + lane] = room.states[lane].logCoefficients[i]
      }
    }
    swap(&room, &carefulRoom)
  }

  /// Makes the step of `lane` in plain coefficients, unless the lane needs no care; says whether it did.
  private func stepPlainly(_ state: inout AutoencoderState, weights: inout [Double], lane: Int, at t: Int) -> Bool {
    let h = rates[t][lane]
    for i in 0..<count { weights[i] = 0 }
    var Φ = 0.0
    for slot in (t * slots)..<((t + 1) * slots) {
      let i = Int(indices[slot][lane])
      let c = state.coefficients[i]
      guard activation == .linear || c > 0 else { continue }
      weights[i] += multiplicities[slot][lane]
      Φ += multiplicities[slot][lane] * (c * c)
    }
    let A = 1 - h * Φ
    let s = state.squaredNorm
    if A >= 0.25, s < 2 { return false }
    let G = h * (2 - s)
    for i in 0..<count {
      let factor = A + G * weights[i]
      let isNegative = (factor < 0) != (state.coefficients[i] < 0)
      let sign = factor == 0 || state.coefficients[i] == 0 ? 0.0 : (isNegative ? -1 : 1)
      state.coefficients[i] = nonzero(factor * state.coefficients[i], signOf: sign)
      if keepsLogarithms { state.logCoefficients[i] += log(abs(factor)) }
    }
    state.perpendicular *= A
    return true
  }
}
