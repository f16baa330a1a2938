import Numerics

/// Regression by a diagonal linear network: fᵢ(θ) = c (⟨β, xᵢ⟩ − yᵢ)², θ = (u, v), with β = u∘v or β = u∘u − v∘v, entry
/// by entry, and c = ½ or 1.
///
/// The predictions are linear in x, the parametrisation is not: with more features than samples it decides, together with
/// step and batch size, which interpolator is found (Woodworth et al., arXiv 2002.09277; Andriushchenko et al., arXiv
/// 2210.05337). A step on one sample costs about ten operations a feature.
public struct DiagonalNetworkObjective<Scalar: NetworkScalar>: FiniteSumObjective {
  /// How β comes from the two vectors.
  public enum Form: String, Sendable, Hashable, CaseIterable {
    /// β = u∘v.
    case product
    /// β = u∘u − v∘v.
    case squares
  }

  /// How β comes from u and v.
  public let form: Form
  /// xᵢ, n × p, row by row.
  public let features: [Scalar]
  /// yᵢ.
  public let targets: [Scalar]
  /// p, the number of features.
  public let featureCount: Int
  /// Whether c is ½ and not 1.
  public let isHalved: Bool

  /// The network's loss on n samples.
  ///
  /// - Parameters:
  ///   - features: n × p numbers, row by row.
  ///   - half: whether c = ½; otherwise c = 1.
  /// - Throws: `InputError` if there is no sample, the counts do not match, or a number is not finite.
  public init(_ form: Form, features: [Scalar], targets: [Scalar], half: Bool = true) throws(InputError) {
    guard !targets.isEmpty, !features.isEmpty, features.count.isMultiple(of: targets.count) else {
      throw InputError(
        "features", expected: "one or more rows of equal length, as many as targets",
        found: "\(features.count) numbers for \(targets.count) targets")
    }
    guard features.allSatisfy(\.isFinite), targets.allSatisfy(\.isFinite) else {
      throw InputError("features and targets", expected: "finite numbers", found: "one that is not")
    }
    self.form = form
    self.features = features
    self.targets = targets
    featureCount = features.count / targets.count
    isHalved = half
  }

  /// n, the number of samples.
  public var sampleCount: Int { targets.count }
  /// d = 2p, the number of parameters: u, then v.
  public var parameterCount: Int { 2 * featureCount }
  /// Labels can be shifted.
  public var acceptsLabelShifts: Bool { true }
  /// c (⟨β, xᵢ⟩ − yᵢ)² with c and β.
  public var lossFormula: String {
    "\(isHalved ? "½ " : "")(⟨β, xᵢ⟩ − yᵢ)², β = \(form == .product ? "u∘v" : "u∘u − v∘v")"
  }

  /// β at given parameters.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func coefficients(at parameters: [Scalar]) -> [Scalar] {
    (0..<featureCount).map { coefficient($0, at: parameters) }
  }

  /// βⱼ at given parameters.
  ///
  /// - Precondition: there is such a feature.
  @inline(__always)
  public func coefficient(_ j: Int, at parameters: [Scalar]) -> Scalar {
    let (u, v) = (parameters[j], parameters[featureCount + j])
    return form == .product ? u * v : u * u - v * v
  }

  /// The start u = `first`, v = `second` in every entry.
  public func constantParameters(_ first: Scalar, _ second: Scalar) -> [Scalar] {
    [Scalar](repeating: first, count: featureCount) + [Scalar](repeating: second, count: featureCount)
  }

  /// 2c.
  var slope: Scalar { isHalved ? 1 : 2 }

  /// ∂β/∂u and ∂β/∂v, which are linear in (u, v); of a direction, their change along it.
  @inline(__always)
  private func partials(_ u: Scalar, _ v: Scalar) -> (Scalar, Scalar) {
    form == .product ? (v, u) : (2 * u, -2 * v)
  }

  /// Calls `body` with pointers to a sample's row and to u; v stands p entries behind.
  @inline(__always)
  private func withRow<Result>(
    _ sample: Int, _ parameters: Span<Scalar>, _ body: (UnsafePointer<Scalar>, UnsafePointer<Scalar>) -> Result
  ) -> Result {
    precondition(parameters.count == parameterCount, "two vectors with an entry a feature")
    precondition(sample >= 0 && sample < sampleCount, "a sample of the data set")
    return features.withUnsafeBufferPointer { features in
      parameters.withUnsafeBufferPointer { parameters in
        guard let row = features.baseAddress, let u = parameters.baseAddress else {
          preconditionFailure("a sample has features")
        }
        return body(row + sample * featureCount, u)
      }
    }
  }

  /// ⟨β, xᵢ⟩ − yᵢ − shift.
  @inline(__always)
  private func residual(_ sample: Int, shift: Double, _ parameters: Span<Scalar>) -> Scalar {
    withRow(sample, parameters) { x, u in
      let v = u + featureCount
      var sum: Scalar = 0
      switch form {
      case .product: for j in 0..<featureCount { sum += x[j] * (u[j] * v[j]) }
      case .squares: for j in 0..<featureCount { sum += x[j] * (u[j] * u[j] - v[j] * v[j]) }
      }
      return sum - targets[sample] - Scalar(shift)
    }
  }

  /// target ← target + scale · ∇⟨β, xᵢ⟩.
  @inline(__always)
  private func addFeatures(
    _ sample: Int, by scale: Scalar, _ parameters: Span<Scalar>, into target: UnsafeMutablePointer<Scalar>
  ) {
    withRow(sample, parameters) { x, u in
      for j in 0..<featureCount {
        let (first, second) = partials(u[j], u[featureCount + j])
        target[j] += scale * x[j] * first
        target[featureCount + j] += scale * x[j] * second
      }
    }
  }

  @inline(__always)
  private func share(_ place: Int, of batch: Batch) -> Scalar {
    Scalar(Double(batch.multiplicities[place]) / Double(batch.size))
  }

  /// (1/b) Σ kᵢ c (⟨β, xᵢ⟩ − yᵢ)².
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func loss(at parameters: Span<Scalar>, over batch: Batch, using workspace: inout Void) -> Double {
    var sum = 0.0
    for (place, sample) in batch.indices.enumerated() {
      let residual = Double(residual(sample, shift: batch.labelShift(at: place), parameters))
      sum += Double(batch.multiplicities[place]) * residual * residual
    }
    return (isHalved ? 0.5 : 1) * sum / Double(batch.size)
  }

  /// (1/b) Σ kᵢ 2c rᵢ (∂β/∂u ∘ xᵢ, ∂β/∂v ∘ xᵢ), r the residual.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func gradient(
    at parameters: Span<Scalar>, over batch: Batch, into gradient: inout MutableSpan<Scalar>,
    using workspace: inout Void
  ) {
    gradient.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      buffer.update(repeating: 0)
      for (place, sample) in batch.indices.enumerated() {
        let residual = residual(sample, shift: batch.labelShift(at: place), parameters)
        addFeatures(sample, by: slope * residual * share(place, of: batch), parameters, into: target)
      }
    }
  }

  /// (1/b) Σ kᵢ 2c (φᵢ⟨φᵢ, w⟩ + rᵢ φ̇ᵢ) for a direction w, φᵢ = ∇⟨β, xᵢ⟩ and φ̇ᵢ its change along w.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func hessianVectorProduct(
    at parameters: Span<Scalar>, times direction: Span<Scalar>, over batch: Batch,
    into product: inout MutableSpan<Scalar>, using workspace: inout Void
  ) {
    let p = featureCount
    product.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      buffer.update(repeating: 0)
      for (place, sample) in batch.indices.enumerated() {
        let scale = slope * share(place, of: batch)
        let residual = residual(sample, shift: batch.labelShift(at: place), parameters)
        let change = withRow(sample, parameters) { x, u in
          var sum: Scalar = 0
          for j in 0..<p {
            let (first, second) = partials(u[j], u[p + j])
            sum += x[j] * (first * direction[j] + second * direction[p + j])
          }
          return sum
        }
        addFeatures(sample, by: scale * change, parameters, into: target)
        addFeatures(sample, by: scale * residual, direction, into: target)
      }
    }
  }

  /// Rows 2c rᵢ φᵢ.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func sampleGradients(
    at parameters: Span<Scalar>, over batch: Batch, into gradients: inout MutableSpan<Scalar>,
    using workspace: inout Void
  ) {
    gradients.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      buffer.update(repeating: 0)
      for (place, sample) in batch.indices.enumerated() {
        let residual = residual(sample, shift: batch.labelShift(at: place), parameters)
        addFeatures(sample, by: slope * residual, parameters, into: target + place * parameterCount)
      }
    }
  }
}

extension DiagonalNetworkObjective: ResidualObjective {
  /// One.
  public var outputCount: Int { 1 }

  /// √(2c) rᵢ, so that the loss is half their square.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func residuals(at parameters: [Scalar]) -> [Scalar] {
    precondition(parameters.count == parameterCount, "two vectors with an entry a feature")
    var predictions = targets
    Scalar.multiply(
      features, vector: coefficients(at: parameters), transposed: false, rows: sampleCount, columns: featureCount,
      keeping: -1, into: &predictions)
    return predictions.map { slope.squareRoot() * $0 }
  }

  /// √(2c) (∂β/∂u ∘ Xᵀw, ∂β/∂v ∘ Xᵀw).
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func residualPullback(at parameters: [Scalar], times weights: [Scalar]) -> [Scalar] {
    precondition(parameters.count == parameterCount, "two vectors with an entry a feature")
    precondition(weights.count == sampleCount, "a number for each residual")
    let p = featureCount
    var sums = [Scalar](repeating: 0, count: p)
    Scalar.multiply(
      features, vector: weights, transposed: true, rows: sampleCount, columns: p, keeping: 0, into: &sums)
    var result = [Scalar](repeating: 0, count: parameterCount)
    let scale = slope.squareRoot()
    for j in 0..<p {
      let (first, second) = partials(parameters[j], parameters[p + j])
      result[j] = scale * first * sums[j]
      result[p + j] = scale * second * sums[j]
    }
    return result
  }

  /// Whether u and v are 0, where every gradient vanishes: the network answers 0 for ever.
  public func hasCollapsed(at parameters: [Scalar]) -> Bool { parameters.allSatisfy { $0 == 0 } }

  /// Rows √(2c) φᵢ.
  public func residualJacobian(at parameters: [Scalar]) -> [Scalar] {
    var rows = [Scalar](repeating: 0, count: sampleCount * parameterCount)
    parameters.withSpan { parameters in
      rows.withUnsafeMutableBufferPointer { buffer in
        guard let target = buffer.baseAddress else { return }
        for sample in 0..<sampleCount {
          addFeatures(sample, by: slope.squareRoot(), parameters, into: target + sample * parameterCount)
        }
      }
    }
    return rows
  }
}
