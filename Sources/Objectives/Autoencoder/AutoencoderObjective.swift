import Numerics

/// One neuron used as encoder and decoder, x̂ = w φ(⟨w, x⟩), trained to reconstruct the vectors a₁ … a_m of Rⁿ.
///
/// With cᵢ = ⟨w, aᵢ⟩, φᵢ = φ(cᵢ) and s = ‖w‖²,
///
///     ℓᵢ(w)  = ½ ‖aᵢ − w φᵢ‖² = ½ [‖aᵢ‖² − φᵢ² (2 − s)]           (both activations satisfy c φ(c) = φ(c)²)
///     L(w)   = (1/m) Σ ℓᵢ(w)
///     ∇ℓᵢ    = φᵢ² w − (2 − s) φᵢ aᵢ                              (φ φ′ = φ: no derivative at the kink enters)
///     ∇²ℓᵢ   = (s − 2) φ′ᵢ aᵢaᵢᵀ + 2 φᵢ (aᵢwᵀ + waᵢᵀ) + φᵢ² I      (φ′ at the kink: `kink`)
///
/// The loss has the factor ½ and the mean over samples. For orthonormal data its minimum is (m−1)/(2m), not 0: one
/// neuron can reconstruct one dimension only.
///
/// Source: Ghosh, Frei, Ha, Yu 2025, arXiv 2308.03215; the closed-form Hessian is derived here.
public struct AutoencoderObjective: FiniteSumObjective {
  /// The data vectors.
  public let data: AutoencoderData
  /// φ.
  public let activation: Activation
  /// The value given to φ′ at the kink of ReLU.
  public var kink: KinkConvention
  /// |cᵢ| up to this counts as exactly at the kink: 0, or a little above rounding where cᵢ is known to be 0.
  public var kinkWidth: Double

  /// φ(z) = z or φ(z) = max(z, 0).
  public enum Activation: String, Sendable, Codable, CaseIterable {
    /// φ(z) = z.
    case linear
    /// φ(z) = max(z, 0).
    case relu
  }

  /// The objective on `data`.
  public init(
    data: AutoencoderData, activation: Activation, kink: KinkConvention = .half, kinkWidth: Double = 0
  ) {
    self.data = data
    self.activation = activation
    self.kink = kink
    self.kinkWidth = kinkWidth
  }

  /// m, the number of data vectors.
  public var sampleCount: Int { data.count }
  /// n, the dimension of w.
  public var parameterCount: Int { data.dimension }
  /// ½ ‖aᵢ − w φ(⟨w, aᵢ⟩)‖².
  public var lossFormula: String { "½ ‖aᵢ − w φ(⟨w, aᵢ⟩)‖²" }

  /// The smallest value of L for orthonormal data, (m−1)/(2m).
  public var minimumLossForOrthonormalData: Double { Double(sampleCount - 1) / Double(2 * sampleCount) }

  /// cᵢ = ⟨w, aᵢ⟩. O(n).
  func correlation(_ parameters: Span<Double>, _ sample: Int) -> Double {
    var sum = 0.0
    for j in 0..<data.dimension { sum += parameters[j] * data.rows[sample * data.dimension + j] }
    return sum
  }

  /// φ(c).
  func activated(_ correlation: Double) -> Double {
    activation == .relu ? max(correlation, 0) : correlation
  }

  /// φ′(c), with the value of `kink` where |c| ≤ `kinkWidth` and φ is ReLU.
  func slope(_ correlation: Double) -> Double {
    switch activation {
    case .linear: 1
    case .relu: abs(correlation) <= kinkWidth ? kink.slope : (correlation > 0 ? 1 : 0)
    }
  }

  func squaredNorm(_ vector: Span<Double>) -> Double {
    var sum = 0.0
    for j in 0..<vector.count { sum += vector[j] * vector[j] }
    return sum
  }
}

/// The value of φ′(0) for φ = max(·, 0), where the derivative does not exist.
///
/// At a minimum of the ReLU autoencoder whose losing coordinates are exactly 0 the trace of the Hessian depends on it;
/// the mean of the one-sided derivatives, ½, agrees with the symmetric second difference of the loss.
public enum KinkConvention: String, Sendable, Codable, CaseIterable {
  /// φ′(0) = 0, the left derivative; what automatic differentiation usually returns.
  case zero
  /// φ′(0) = ½, the mean of the left and the right derivative.
  case half
  /// φ′(0) = 1, the right derivative.
  case one

  /// φ′(0).
  public var slope: Double {
    switch self {
    case .zero: 0
    case .half: 0.5
    case .one: 1
    }
  }
}
