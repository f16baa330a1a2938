/// Activations lane by lane: by vector instructions where there are some, and number by number elsewhere.
extension NetworkActivation {
  /// Whether φ′(z) can be told from φ(z) alone, so that φ may be written over z.
  package func isKnownFromItsValue(slopeAtKink: Double) -> Bool {
    switch self {
    case .identity, .tanh, .sigmoid: true
    case .relu: slopeAtKink == 0
    case .gelu: false
    }
  }

  /// y ← φ(z), which may be the same memory.
  @inline(__always)
  package func apply(_ z: UnsafeMutablePointer<Lanes>, count: Int, into y: UnsafeMutablePointer<Lanes>) {
    switch self {
    case .identity:
      if y != z { y.update(from: z, count: count) }
    case .relu:
      // What is not a number stays so, in one instruction.
      for j in 0..<count {
        let value = z[j]
        y[j] = value.replacing(with: 0, where: value .< 0)
      }
    case .tanh, .sigmoid, .gelu:
      for j in 0..<count {
        let value = z[j]
        for lane in 0..<8 { y[j][lane] = self.value(at: value[lane]) }
      }
    }
  }

  /// g ← φ′(z) g.
  @inline(__always)
  package func scale(
    _ g: UnsafeMutablePointer<Lanes>, z: UnsafeMutablePointer<Lanes>, y: UnsafeMutablePointer<Lanes>,
    slopeAtKink: Double, count: Int
  ) {
    switch self {
    case .identity: return
    case .relu where slopeAtKink == 0:
      for j in 0..<count { g[j] = Lanes.zero.replacing(with: g[j], where: y[j] .> 0) }
    case .relu:
      for j in 0..<count {
        let outside = Lanes.zero.replacing(with: g[j], where: z[j] .> 0)
        g[j] = outside.replacing(with: slopeAtKink * g[j], where: z[j] .== 0)
      }
    case .tanh:
      for j in 0..<count { g[j] *= 1 - y[j] * y[j] }
    case .sigmoid:
      for j in 0..<count { g[j] *= y[j] * (1 - y[j]) }
    case .gelu:
      for j in 0..<count {
        let value = z[j]
        for lane in 0..<8 { g[j][lane] *= derivative(at: value[lane]) }
      }
    }
  }
}
