import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The single-neuron autoencoder seen in the coordinates that its dynamics needs: cᵢ = ⟨w, aᵢ⟩, the part of w outside
/// the span of the data, and s = ‖w‖².
///
/// For orthonormal data w = Σ cᵢ aᵢ + w_⊥ and s = Σ cᵢ² + ‖w_⊥‖². For correlated data s is carried by its own
/// recursion.
public struct AutoencoderState: Sendable, Equatable {
  /// The number of updates made.
  public var step = 0
  /// c₁ … c_m.
  public var coefficients: [Double]
  /// ‖w_⊥‖ times the sign of the product of the shrinking factors so far.
  public var perpendicular: Double
  /// s = ‖w‖².
  public var squaredNorm: Double
  /// log |cᵢ|, which goes on where cᵢ has underflowed; empty unless the engine was asked to keep it.
  public var logCoefficients: [Double] = []

  /// The state with the given coefficients of orthonormal data.
  public init(coefficients: [Double], perpendicular: Double = 0) {
    self.coefficients = coefficients
    self.perpendicular = perpendicular
    squaredNorm = coefficients.reduce(perpendicular * perpendicular) { $0 + $1 * $1 }
  }

  /// The state with coefficients and norm given apart, as correlated data needs it.
  public init(coefficients: [Double], perpendicular: Double, squaredNorm: Double) {
    self.coefficients = coefficients
    self.perpendicular = perpendicular
    self.squaredNorm = squaredNorm
  }

  /// The state of the plain objective at parameters w. O(mn), and O(m²) for data that is not orthonormal; O(m²n + m³) more to find the
  /// span out.
  ///
  /// `perpendicular` is √(s − cᵀ Γ⁻¹ c), Γ the Gram matrix; not a number if the data vectors are linearly dependent.
  ///
  /// - Parameter span: the span of the objective's data, for those who ask for many states; found out if nil.
  public init(of objective: AutoencoderObjective, at parameters: [Double], span: AutoencoderSpan? = nil) {
    let c = parameters.withSpan { w in (0..<objective.data.count).map { objective.correlation(w, $0) } }
    coefficients = c
    squaredNorm = parameters.withSpan { objective.squaredNorm($0) }
    let inside = (span ?? AutoencoderSpan(of: objective.data)).squaredNorm(of: c)
    perpendicular = inside.isNaN ? .nan : max(squaredNorm - inside, 0).squareRoot()
  }
}

/// The span of data vectors: how long the part of w in it is, given the inner products with the vectors.
public struct AutoencoderSpan: Sendable {
  /// The eigenvalues of the Gram matrix and its eigenvectors as rows; nil for orthonormal data.
  private let spectrum: SymmetricEigendecomposition?
  /// Whether the vectors are linearly independent to rounding.
  private let isIndependent: Bool

  /// The span of orthonormal vectors.
  public static let orthonormal = AutoencoderSpan(spectrum: nil, isIndependent: true)

  private init(spectrum: SymmetricEigendecomposition?, isIndependent: Bool) {
    self.spectrum = spectrum
    self.isIndependent = isIndependent
  }

  /// The span of the vectors of `data`, which count as orthonormal to 1e-9. O(m²n + m³).
  ///
  /// By eigenvalues and not by Cholesky factors: rounding lets about every other singular matrix pass for a positive definite one.
  public init(of data: AutoencoderData) {
    let gram = Matrix(rows: data.count, columns: data.count, storage: data.gram)
    if data.orthonormalityDefect <= 1e-9 {
      self = .orthonormal
    } else if let spectrum = try? LinearAlgebra.symmetricEigendecomposition(of: gram) {
      let rounding = Double(data.count + data.dimension) * Double.ulpOfOne * (spectrum.values.last ?? 0)
      self.init(spectrum: spectrum, isIndependent: (spectrum.values.first ?? 0) > rounding)
    } else {
      self.init(spectrum: nil, isIndependent: false)
    }
  }

  /// cᵀ Γ⁻¹ c; not a number for linearly dependent vectors.
  func squaredNorm(of c: [Double]) -> Double {
    guard isIndependent else { return .nan }
    guard let spectrum else { return c.reduce(0) { $0 + $1 * $1 } }
    var sum = 0.0
    for (value, projection) in zip(spectrum.values, spectrum.vectors.multiplied(by: c)) {
      sum += projection * projection / value
    }
    return sum
  }
}

/// What the study measures of a state. All formulas are for orthonormal data unless they say otherwise.
extension AutoencoderState {
  /// L − (m−1)/(2m) with L = ½ [1 − (2 − s) Φ / m], Φ = Σ φᵢ².
  ///
  /// Computed as (1/2m) [(1 − Φ)² + Φ (s − Φ)], the same without cancellation: both terms are 0 exactly at a minimum.
  public func lossGap(_ activation: AutoencoderObjective.Activation) -> Double {
    let Φ = activeEnergy(activation)
    return ((1 - Φ) * (1 - Φ) + Φ * (squaredNorm - Φ)) / Double(2 * coefficients.count)
  }

  /// Φ = Σ φ(cᵢ)².
  public func activeEnergy(_ activation: AutoencoderObjective.Activation) -> Double {
    var sum = 0.0
    for c in coefficients where activation == .linear || c > 0 { sum += c * c }
    return sum
  }

  /// The index of the coefficient that is largest in the sense of the activation: |cᵢ| for linear, cᵢ for ReLU; the
  /// first on a tie.
  public func leader(_ activation: AutoencoderObjective.Activation) -> Int {
    var best = 0
    for (i, c) in coefficients.enumerated().dropFirst() {
      let isLarger = activation == .linear ? abs(c) > abs(coefficients[best]) : c > coefficients[best]
      if isLarger { best = i }
    }
    return best
  }

  /// 1 − max cos(w, aᵢ), for unit data vectors: 0 at a state aligned with one of them (or its negative, if linear).
  ///
  /// Computed as (s − c²) / (√s (√s + |c|)) from the other coefficients, so that it resolves values far below the
  /// rounding of 1.
  public func misalignment(_ activation: AutoencoderObjective.Activation) -> Double {
    let best = leader(activation)
    let c = activation == .linear ? abs(coefficients[best]) : coefficients[best]
    let norm = squaredNorm.squareRoot()
    guard c > 0 else { return 1 - c / norm }
    var rest = perpendicular * perpendicular
    for (i, other) in coefficients.enumerated() where i != best { rest += other * other }
    return rest / (norm * (norm + c))
  }

  /// max cos(w, aᵢ) for unit data vectors, correlated or not.
  public func maximumCosine(_ activation: AutoencoderObjective.Activation) -> Double {
    let c = coefficients[leader(activation)]
    return (activation == .linear ? abs(c) : c) / squaredNorm.squareRoot()
  }

  /// The same state with cᵢ/‖aᵢ‖ in place of cᵢ, for measures that are stated for unit vectors.
  public func normalised(by dataNorms: [Double]) -> AutoencoderState {
    var state = self
    for i in coefficients.indices { state.coefficients[i] /= dataNorms[i] }
    return state
  }

  /// The largest coefficient but one over the largest, active ones only (0 if there is one or none).
  public func runnerUpRatio(_ activation: AutoencoderObjective.Activation) -> Double {
    var first = 0.0
    var second = 0.0
    for c in coefficients {
      let value = activation == .linear ? abs(c) : max(c, 0)
      if value > first { (first, second) = (value, first) } else if value > second { second = value }
    }
    return first > 0 ? second / first : 0
  }

  /// R = log (c_k / Σ_{j≠k} cⱼ) over active coefficients, k the leader: the walk whose transience makes the limit
  /// 1-sparse.
  ///
  /// This ℓ¹ form is a reconstruction: the formula of the article is lost. Infinite when the leader has no competitor.
  public func logRatio(_ activation: AutoencoderObjective.Activation) -> Double {
    let (leader, sum) = competitors(activation) { $0 }
    return log(leader / sum)
  }

  /// R² = log (c_k / √Σ_{j≠k} cⱼ²), the same with the ℓ² norm of the competitors.
  public func logRatioEuclidean(_ activation: AutoencoderObjective.Activation) -> Double {
    let (leader, sum) = competitors(activation) { $0 * $0 }
    return log(leader / sum.squareRoot())
  }

  private func competitors(
    _ activation: AutoencoderObjective.Activation, _ weight: (Double) -> Double
  ) -> (leader: Double, sum: Double) {
    let best = leader(activation)
    var sum = 0.0
    for (i, c) in coefficients.enumerated() where i != best {
      sum += weight(activation == .linear ? abs(c) : max(c, 0))
    }
    return (activation == .linear ? abs(coefficients[best]) : coefficients[best], sum)
  }

  /// (1/m) Σ ‖∇ℓᵢ‖², the trace of the noise of single-sample gradients at a minimum: (1/m) Σ [φᵢ⁴ s − 2 (2 − s) φᵢ⁴ +
  /// (2 − s)² φᵢ²].
  public func meanSquaredSampleGradient(_ activation: AutoencoderObjective.Activation) -> Double {
    let s = squaredNorm
    var sum = 0.0
    for c in coefficients where activation == .linear || c > 0 {
      let square = c * c
      sum += square * square * s - 2 * (2 - s) * square * square + (2 - s) * (2 - s) * square
    }
    return sum / Double(coefficients.count)
  }

  /// Whether every gradient is exactly 0 for ever: no coefficient is active, so no sample moves w.
  public func isDead(_ activation: AutoencoderObjective.Activation) -> Bool {
    coefficients.allSatisfy { activation == .linear ? $0 == 0 : $0 <= 0 }
  }

  /// Whether the run has left every bounded region of interest: s above 10⁶ or not a number.
  public var hasDiverged: Bool { !(squaredNorm < 1e6) }
}
