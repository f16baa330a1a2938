/// How the gradient g of a batch becomes a change of the parameters θ, in the order of PyTorch's `SGD`:
///
///     g ← g · min(1, c/(‖g‖ + 10⁻⁶))      if the gradient's global norm is clipped at c
///     g ← g + wθ                          with coupled weight decay
///     θ ← (1 − ηw) θ                      with decoupled weight decay
///     v ← βv − ηg                         momentum, from v = 0
///     θ ← θ + v                           the heavy ball (Polyak, doi:10.1016/0041-5553(64)90137-5)
///     θ ← θ + βv − ηg                     or Nesterov's form of it (Sutskever et al., ICML 2013)
///
/// η is the step's rate. Without momentum coupled and decoupled decay are the same but for rounding. PyTorch keeps v/η
/// instead of v: runs are the same while η does not change.
public struct UpdateRule: Sendable, Hashable {
  /// β, from 0 to below 1.
  public var momentum: Double
  /// Whether the gradient counts a step further along the velocity.
  public var isNesterov: Bool
  /// w ≥ 0.
  public var weightDecay: Double
  /// Whether the decay passes by the velocity.
  public var isDecayDecoupled: Bool
  /// c; nil for no clipping.
  public var largestGradientNorm: Double?

  /// θ ← θ − ηg.
  public static let plain = UpdateRule()

  /// Describes a rule; what is left out has no effect.
  public init(
    momentum: Double = 0, isNesterov: Bool = false, weightDecay: Double = 0, isDecayDecoupled: Bool = false,
    largestGradientNorm: Double? = nil
  ) {
    self.momentum = momentum
    self.isNesterov = isNesterov
    self.weightDecay = weightDecay
    self.isDecayDecoupled = isDecayDecoupled
    self.largestGradientNorm = largestGradientNorm
  }

  /// Makes the update. Costs one pass over the parameters, another one for each part that the plain rule has not.
  @inlinable
  public func apply<Scalar: BinaryFloatingPoint, Workspace>(
    rate: Scalar, to memory: inout DescentMemory<Scalar, Workspace>
  ) {
    if largestGradientNorm != nil || weightDecay != 0 { clipAndDecay(rate: rate, &memory) }
    if memory.velocity.isEmpty {
      for j in memory.parameters.indices { memory.parameters[j] -= rate * memory.gradient[j] }
    } else {
      let beta = Scalar(momentum)
      for j in memory.parameters.indices {
        let push = rate * memory.gradient[j]
        memory.velocity[j] = beta * memory.velocity[j] - push
        memory.parameters[j] += isNesterov ? beta * memory.velocity[j] - push : memory.velocity[j]
      }
    }
  }

  @inlinable
  func clipAndDecay<Scalar: BinaryFloatingPoint, Workspace>(
    rate: Scalar, _ memory: inout DescentMemory<Scalar, Workspace>
  ) {
    if let largestGradientNorm {
      var square: Scalar = 0
      for j in memory.gradient.indices { square += memory.gradient[j] * memory.gradient[j] }
      let scale = Scalar(largestGradientNorm) / (square.squareRoot() + Scalar(1e-6))
      if scale < 1 { for j in memory.gradient.indices { memory.gradient[j] *= scale } }
    }
    if weightDecay != 0 {
      let weight = Scalar(weightDecay)
      if isDecayDecoupled {
        for j in memory.parameters.indices { memory.parameters[j] *= 1 - rate * weight }
      } else {
        for j in memory.parameters.indices { memory.gradient[j] += weight * memory.parameters[j] }
      }
    }
  }
}
