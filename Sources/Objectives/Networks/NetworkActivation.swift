/// A function φ that a network applies to every unit.
public enum NetworkActivation: String, Sendable, Hashable, CaseIterable {
  /// z.
  case identity
  /// max(0, z). Its second derivative counts as 0 everywhere; the derivative at the kink 0 is the network's
  /// ``Network/slopeAtKink``.
  case relu
  /// tanh z.
  case tanh
  /// 1/(1 + e^(−z)).
  case sigmoid
  /// z Φ(z), Φ the standard normal distribution function: the exact form, not the one by tanh.
  case gelu

  /// Whether its second derivative is not 0 wherever it exists.
  var isCurved: Bool { self != .identity && self != .relu }

  /// The name of the class in PyTorch.
  var moduleName: String {
    switch self {
    case .identity: "Identity"
    case .relu: "ReLU"
    case .tanh: "Tanh"
    case .sigmoid: "Sigmoid"
    case .gelu: "GELU"
    }
  }

  /// y ← φ(z), unit by unit.
  @inline(__always)
  func apply<Scalar: NetworkScalar>(
    _ z: UnsafePointer<Scalar>, count: Int, into y: UnsafeMutablePointer<Scalar>
  ) {
    switch self {
    case .identity: y.update(from: z, count: count)
    case .relu:
      // Not max(z, 0), which would hide what is not a number.
      for j in 0..<count { y[j] = z[j] <= 0 ? 0 : z[j] }
    case .tanh: for j in 0..<count { y[j] = Scalar.hyperbolicTangent(z[j]) }
    case .sigmoid: for j in 0..<count { y[j] = Self.logistic(z[j]) }
    case .gelu: for j in 0..<count { y[j] = z[j] * Self.normalDistribution(z[j]) }
    }
  }

  /// target ← φ′(z) · vector, unit by unit: what a tangent and an adjoint go through.
  @inline(__always)
  func scale<Scalar: NetworkScalar>(
    _ vector: UnsafePointer<Scalar>, z: UnsafePointer<Scalar>, y: UnsafePointer<Scalar>, slopeAtKink: Scalar,
    count: Int, into target: UnsafeMutablePointer<Scalar>
  ) {
    switch self {
    case .identity: target.update(from: vector, count: count)
    case .relu:
      for j in 0..<count { target[j] = z[j] > 0 ? vector[j] : z[j] == 0 ? slopeAtKink * vector[j] : 0 }
    case .tanh: for j in 0..<count { target[j] = (1 - y[j] * y[j]) * vector[j] }
    case .sigmoid: for j in 0..<count { target[j] = y[j] * (1 - y[j]) * vector[j] }
    case .gelu:
      for j in 0..<count { target[j] = (Self.normalDistribution(z[j]) + z[j] * Self.normalDensity(z[j])) * vector[j] }
    }
  }

  /// target ← target + φ″(z) · tangent · adjoint, unit by unit: how φ′ changes along a tangent.
  @inline(__always)
  func addCurvature<Scalar: NetworkScalar>(
    tangent: UnsafePointer<Scalar>, adjoint: UnsafePointer<Scalar>, z: UnsafePointer<Scalar>, y: UnsafePointer<Scalar>,
    count: Int, into target: UnsafeMutablePointer<Scalar>
  ) {
    switch self {
    case .identity, .relu: return
    case .tanh:
      for j in 0..<count { target[j] -= 2 * y[j] * (1 - y[j] * y[j]) * tangent[j] * adjoint[j] }
    case .sigmoid:
      for j in 0..<count { target[j] += y[j] * (1 - y[j]) * (1 - 2 * y[j]) * tangent[j] * adjoint[j] }
    case .gelu:
      for j in 0..<count { target[j] += Self.normalDensity(z[j]) * (2 - z[j] * z[j]) * tangent[j] * adjoint[j] }
    }
  }

  /// 1/(1 + e^(−z)), by an exponential that cannot overflow.
  @inline(__always)
  static func logistic<Scalar: NetworkScalar>(_ z: Scalar) -> Scalar {
    if z >= 0 { return 1 / (1 + Scalar.exponential(-z)) }
    let small = Scalar.exponential(z)
    return small / (1 + small)
  }

  @inline(__always)
  private static func normalDistribution<Scalar: NetworkScalar>(_ z: Scalar) -> Scalar {
    Scalar.complementaryErrorFunction(z * Scalar(-0.707106781186547524)) / 2
  }

  @inline(__always)
  private static func normalDensity<Scalar: NetworkScalar>(_ z: Scalar) -> Scalar {
    Scalar.exponential(-z * z / 2) * Scalar(0.398942280401432678)
  }
}
