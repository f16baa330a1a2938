import Numerics

/// The unit c of a perturbation δ of each parameter: norms and variances are those of δ/c.
public enum PerturbationScale: Sendable, Hashable, CustomStringConvertible {
  /// c = 1.
  case uniform
  /// c = |θ| + offset: adaptive sharpness, which with offset 0 is the same for all parameters of a ReLU network that rescaling
  /// of its units makes of each other (Kwon, Kim, Park, Choi 2021, arXiv 2102.11600, who call the offset η). A
  /// parameter 0 does not move then.
  case elementwise(offset: Double = 0)

  /// c as a formula.
  public var description: String {
    switch self {
    case .uniform: "1"
    case .elementwise(let offset): offset == 0 ? "|θ|" : "|θ| + \(offset)"
    }
  }

  /// c at a point.
  func values<Scalar: BLASScalar>(at parameters: [Scalar]) throws(InputError) -> [Double] {
    guard case .elementwise(let offset) = self else { return [Double](repeating: 1, count: parameters.count) }
    guard offset >= 0, offset.isFinite else {
      throw InputError("offset of a perturbation's scale", expected: "a finite number from 0", found: "\(offset)")
    }
    return parameters.map { abs(Double($0)) + offset }
  }
}

/// The norm of δ/c.
public enum PerturbationNorm: Sendable, Hashable, CaseIterable {
  /// ℓ²: a ball.
  case euclidean
  /// ℓ^∞: a box.
  case maximum

  /// The nearest point of the ball of a radius.
  func projected(_ u: [Double], radius: Double) -> [Double] {
    switch self {
    case .euclidean:
      let norm = LinearAlgebra.norm(u)
      return norm > radius ? u.map { $0 * (radius / norm) } : u
    case .maximum: return u.map { min(max($0, -radius), radius) }
    }
  }

  /// A point of the ball that goes farthest along `gradient`; where that does not matter, as in `current`.
  func farthest(along gradient: [Double], radius: Double, current: [Double]) -> [Double] {
    switch self {
    case .euclidean:
      let norm = LinearAlgebra.norm(gradient)
      return norm > 0 ? gradient.map { $0 * (radius / norm) } : current
    case .maximum:
      return zip(gradient, current).map { $0 > 0 ? radius : $0 < 0 ? -radius : $1 }
    }
  }

  /// A random point of the boundary: uniform on the sphere, or a corner of the box.
  func randomPoint(count: Int, radius: Double, stream: inout RandomStream) -> [Double] {
    switch self {
    case .euclidean: stream.sphere(count: count, radius: radius)
    case .maximum: (0..<count).map { _ in stream.nextWord() & 1 == 0 ? -radius : radius }
    }
  }
}

/// Perturbations δ = A(c ∘ u) with ‖u‖ ≤ ρ, A the identity or a few directions.
struct PerturbationSet<Scalar: BLASScalar>: Sendable {
  /// θ.
  let origin: [Scalar]
  /// c, one for each direction.
  let scale: [Double]
  /// The columns of A; nil for all of space.
  var directions: [[Scalar]]?
  let norm: PerturbationNorm
  /// ρ.
  let radius: Double

  /// How many numbers u has.
  var dimension: Int { scale.count }

  /// θ + δ.
  func point(_ u: [Double]) -> [Scalar] {
    let step = zip(scale, u).map { $0 * $1 }
    guard let directions else { return Vectors.displaced(origin, by: step) }
    var sum = [Double](repeating: 0, count: origin.count)
    for (factor, direction) in zip(step, directions) { Vectors.accumulate(factor, direction, into: &sum) }
    return Vectors.displaced(origin, by: sum)
  }

  /// The derivative by u.
  func pulledBack(_ gradient: [Scalar]) -> [Double] {
    guard let directions else { return Vectors.scaled(gradient, by: scale) }
    return zip(directions, scale).map { Vectors.dot($0, gradient) * $1 }
  }
}
