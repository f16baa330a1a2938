import Numerics

/// The loss of a network's outputs F(x), of which there are m.
public enum NetworkLoss: Sendable, Hashable {
  /// Σₖ (Fₖ − yₖ)²: with a factor ½ if `half`, and 1/m if `mean`. `squared(half: false, mean: true)` is PyTorch's
  /// `MSELoss` of a batch.
  case squared(half: Bool = true, mean: Bool = false)
  /// log Σₖ exp(Fₖ − F_y) for a class y from 0 to m − 1, to full precision for outputs of any size.
  case crossEntropy
  /// log(1 + e^(−yF)) for one output and labels y = ±1, likewise.
  case logistic

  /// The loss as text, for m outputs.
  func formula(outputCount: Int) -> String {
    switch self {
    case .squared(let half, let mean):
      let factors = (half ? "½ " : "") + (mean && outputCount > 1 ? "(1/\(outputCount)) " : "")
      return factors + (outputCount == 1 ? "(F(xᵢ) − yᵢ)²" : "Σₖ (Fₖ(xᵢ) − yᵢₖ)²")
    case .crossEntropy: return "log Σₖ exp(Fₖ(xᵢ) − F_yᵢ(xᵢ))"
    case .logistic: return "log(1 + exp(−yᵢ F(xᵢ)))"
    }
  }
}

/// What a network's outputs should be.
public enum NetworkTargets<Scalar: NetworkScalar>: Sendable {
  /// n × m numbers, row by row; for the logistic loss n labels, −1 or 1.
  case values([Scalar])
  /// n classes, from 0 to m − 1.
  case classes([Int])
}

/// A loss with its targets: value, gradient and Hessian product in the outputs of one sample.
struct NetworkOutputLoss<Scalar: NetworkScalar>: Sendable {
  let kind: NetworkLoss
  let outputCount: Int
  /// Empty for classes, and the other way round.
  let values: [Scalar]
  let classes: [Int]
  /// c of a squared loss c Σₖ (Fₖ − yₖ)².
  let factor: Scalar

  init(
    _ kind: NetworkLoss, _ targets: NetworkTargets<Scalar>, outputCount: Int, sampleCount: Int
  ) throws(InputError) {
    self.kind = kind
    self.outputCount = outputCount
    switch targets {
    case .values(let values): (self.values, classes) = (values, [])
    case .classes(let classes): (self.classes, values) = (classes, [])
    }
    if case .squared(let half, let mean) = kind {
      factor = (half ? Scalar(0.5) : 1) / (mean ? Scalar(outputCount) : 1)
    } else {
      factor = 1
    }
    switch (kind, targets) {
    case (.squared, .values(let values)):
      guard values.count == sampleCount * outputCount, values.allSatisfy(\.isFinite) else {
        throw InputError(
          "targets", expected: "\(sampleCount) × \(outputCount) finite numbers",
          found: values.count == sampleCount * outputCount ? "one that is not finite" : "\(values.count)")
      }
    case (.logistic, .values(let labels)):
      guard outputCount == 1 else {
        throw InputError("network", expected: "one output for the logistic loss", found: "\(outputCount)")
      }
      guard labels.count == sampleCount else {
        throw InputError("labels", expected: "\(sampleCount)", found: "\(labels.count)")
      }
      if let wrong = labels.first(where: { $0 != 1 && $0 != -1 }) {
        throw InputError("labels", expected: "−1 and 1", found: "\(wrong)")
      }
    case (.crossEntropy, .classes(let classes)):
      guard classes.count == sampleCount else {
        throw InputError("classes", expected: "\(sampleCount)", found: "\(classes.count)")
      }
      if let wrong = classes.first(where: { $0 < 0 || $0 >= outputCount }) {
        throw InputError("classes", expected: "classes from 0 to \(outputCount - 1)", found: "\(wrong)")
      }
    case (.crossEntropy, .values):
      throw InputError("targets", expected: "classes, for cross-entropy", found: "numbers")
    case (_, .classes):
      throw InputError("targets", expected: "numbers, for this loss", found: "classes")
    }
  }

  /// ℓ(z). A shift is added to the target of a squared loss.
  @inline(__always)
  func value(_ z: UnsafePointer<Scalar>, _ sample: Int, shift: Scalar) -> Scalar {
    switch kind {
    case .squared:
      var sum: Scalar = 0
      for k in 0..<outputCount {
        let residual = z[k] - values[sample &* outputCount &+ k] - shift
        sum += residual * residual
      }
      return factor * sum
    case .crossEntropy:
      let largest = largest(z)
      var sum: Scalar = 0
      for k in 0..<outputCount { sum += Scalar.exponential(z[k] - largest) }
      return Scalar.logarithm(sum) + (largest - z[classes[sample]])
    case .logistic:
      let margin = values[sample] * z[0]
      return margin > 0
        ? Scalar.logarithm(onePlus: Scalar.exponential(-margin))
        : Scalar.logarithm(onePlus: Scalar.exponential(margin)) - margin
    }
  }

  /// g ← weight · ∇ℓ(z).
  @inline(__always)
  func gradient(
    _ z: UnsafePointer<Scalar>, _ sample: Int, shift: Scalar, weight: Scalar, into g: UnsafeMutablePointer<Scalar>
  ) {
    switch kind {
    case .squared:
      let scale = 2 * factor * weight
      for k in 0..<outputCount { g[k] = scale * (z[k] - values[sample &* outputCount &+ k] - shift) }
    case .crossEntropy:
      softmax(z, into: g)
      let label = classes[sample]
      // The others' sum: 1 − p would lose the digits of a small loss.
      var rest: Scalar = 0
      for k in 0..<outputCount where k != label {
        rest += g[k]
        g[k] *= weight
      }
      g[label] = -weight * rest
    case .logistic:
      let label = values[sample]
      g[0] = -weight * label * NetworkActivation.logistic(-label * z[0])
    }
  }

  /// h ← weight · ∇²ℓ(z) u.
  @inline(__always)
  func hessianProduct(
    _ z: UnsafePointer<Scalar>, _ u: UnsafePointer<Scalar>, weight: Scalar, into h: UnsafeMutablePointer<Scalar>
  ) {
    switch kind {
    case .squared:
      let scale = 2 * factor * weight
      for k in 0..<outputCount { h[k] = scale * u[k] }
    case .crossEntropy:
      softmax(z, into: h)
      var mean: Scalar = 0
      for k in 0..<outputCount { mean += h[k] * u[k] }
      for k in 0..<outputCount { h[k] *= weight * (u[k] - mean) }
    case .logistic:
      h[0] = weight * NetworkActivation.logistic(z[0]) * NetworkActivation.logistic(-z[0]) * u[0]
    }
  }

  @inline(__always)
  private func largest(_ z: UnsafePointer<Scalar>) -> Scalar {
    var result = z[0]
    for k in 1..<outputCount where z[k] > result { result = z[k] }
    return result
  }

  @inline(__always)
  private func softmax(_ z: UnsafePointer<Scalar>, into p: UnsafeMutablePointer<Scalar>) {
    let largest = largest(z)
    var sum: Scalar = 0
    for k in 0..<outputCount {
      p[k] = Scalar.exponential(z[k] - largest)
      sum += p[k]
    }
    for k in 0..<outputCount { p[k] /= sum }
  }
}
