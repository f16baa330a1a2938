import CVectors
import Objectives

/// An `UpdateRule` for eight replicas at once.
struct LaneUpdate {
  let parameters: UnsafeMutablePointer<Lanes>
  let velocities: UnsafeMutablePointer<Lanes>
  let rule: UpdateRule

  /// What the gradient is multiplied by so that its norm is at most the rule's, from its square.
  @inline(__always)
  func clipping(_ square: @autoclosure () -> Lanes) -> Lanes {
    guard let largest = rule.largestGradientNorm else { return .one }
    let scale = largest / (square().squareRoot() + 1e-6)
    return Lanes.one.replacing(with: scale, where: scale .< 1)
  }

  /// The changes of `count` parameters from `start` on, whose gradients `gradient` gives, to be multiplied by `clipping`.
  @inline(__always)
  func apply(
    rate: Lanes, clipping: Lanes, from start: Int, count: Int, _ gradient: (_ place: Int) -> Lanes
  ) {
    let w = Lanes(repeating: rule.weightDecay)
    let coupled = rule.isDecayDecoupled ? Lanes.zero : w
    let factor = rule.isDecayDecoupled ? 1 - rate * w : Lanes.one
    let β = Lanes(repeating: rule.momentum)
    switch (rule.momentum != 0, rule.weightDecay != 0) {
    case (false, false):
      let scale = -(rate * clipping)
      for j in 0..<count { parameters[start &+ j] = basin_fused(scale, gradient(j), parameters[start &+ j]) }
    case (false, true):
      for j in 0..<count {
        let θ = parameters[start &+ j]
        parameters[start &+ j] = factor * θ - rate * (clipping * gradient(j) + coupled * θ)
      }
    case (true, _):
      for j in 0..<count {
        let θ = parameters[start &+ j]
        let push = rate * (clipping * gradient(j) + coupled * θ)
        let v = β * velocities[start &+ j] - push
        velocities[start &+ j] = v
        parameters[start &+ j] = factor * θ + (rule.isNesterov ? β * v - push : v)
      }
    }
  }
}
