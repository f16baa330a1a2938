#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What theory predicts for the single-neuron autoencoder on orthonormal data: m vectors in n dimensions, step η, batch
/// size b, the loss (1/2m) Σ ‖aᵢ − x̂ᵢ‖².
///
/// Each formula stands here once. Sources: [G] Ghosh, Frei, Ha, Yu 2025, arXiv 2308.03215; [D] derived here from the
/// update of `AutoencoderObjective`, and measured by the study `autoencoder`.
public enum AutoencoderTheory {}

// MARK: - Where full-batch gradient descent goes

extension AutoencoderTheory {
  /// The limit of full-batch gradient descent as coefficients: Π c₀ / ‖Π c₀‖, Π keeping the active coordinates: all for
  /// linear, S⁺ = {i : cᵢ > 0} for ReLU. Nil if nothing is active. [G]; S⁺ in place of the whole span for ReLU: [D].
  public static func gradientDescentLimit(
    from coefficients: [Double], _ activation: AutoencoderObjective.Activation
  ) -> [Double]? {
    let active = coefficients.map { activation == .linear ? $0 : max($0, 0) }
    let norm = active.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return norm > 0 ? active.map { $0 / norm } : nil
  }

  /// cos(w_∞, w₀) of full-batch gradient descent: ‖Π w₀‖ / ‖w₀‖, about √(k/n) for k active directions of a Gaussian
  /// start. [G as Θ(m/n); the square root: D]
  public static func cosineWithStart(
    from start: AutoencoderState, _ activation: AutoencoderObjective.Activation
  ) -> Double {
    (start.activeEnergy(activation) / start.squaredNorm).squareRoot()
  }
}

// MARK: - Sharpness at the minima

extension AutoencoderTheory {
  /// The largest eigenvalue of the Hessian at every global minimum: 4/m. [G, D]
  public static func largestEigenvalue(count m: Int) -> Double { 4 / Double(m) }

  /// Tr H = (n + 4 − Σ φ′ᵢ) / m at a global minimum, `slopes` = Σ φ′ᵢ. [D]
  public static func trace(dimension n: Int, count m: Int, slopes: Double) -> Double {
    (Double(n) + 4 - slopes) / Double(m)
  }

  /// Tr H = (2n + 8 − m − k) / (2m) at a minimum of the ReLU autoencoder with k active directions and the others
  /// exactly at the kink, φ′(0) = ½: k = |S⁺| for gradient descent, k = 1 for SGD. [G]
  public static func kinkAveragedTrace(dimension n: Int, count m: Int, active k: Int) -> Double {
    Double(2 * n + 8 - m - k) / Double(2 * m)
  }

  /// The spectrum of the Hessian at a minimum with k active directions and φ′(0) = κ, ascending: 0 (k−1 times), (1−κ)/m
  /// (m−k times), 1/m (n−m times), 4/m (once). [D]
  public static func spectrum(dimension n: Int, count m: Int, active k: Int, kink κ: Double) -> [Double] {
    let flat = [Double](repeating: 0, count: k - 1)
    let idle = [Double](repeating: (1 - κ) / Double(m), count: m - k)
    let outside = [Double](repeating: 1 / Double(m), count: n - m)
    return (flat + idle + outside + [4 / Double(m)]).sorted()
  }
}

extension AutoencoderTheory {
  /// κ(x), x = c/h: the weight with which a coefficient c counts as active in a second difference of scale h along its
  /// axis, h²κ being the symmetric second difference of ½ max(·, 0)² at c. 0 for x ≤ −1, ½(1 + x)², ½(1 + 2x − x²) and
  /// 1 for x ≥ 1. [D]
  public static func activeWeight(_ x: Double) -> Double {
    switch x {
    case ..<(-1): 0
    case ..<0: 0.5 * (1 + x) * (1 + x)
    case ..<1: 0.5 * (1 + 2 * x - x * x)
    default: 1
    }
  }

  /// The trace that second differences of scale h along the axes of the data see near a minimum of the ReLU
  /// autoencoder, to leading order in h and in the losing coefficients: (n + 4 − Σ κ(cᵢ/h)) / m. [D]
  public static func trace(atScale h: Double, coefficients: [Double], dimension n: Int) -> Double {
    trace(dimension: n, count: coefficients.count, slopes: coefficients.reduce(0) { $0 + activeWeight($1 / h) })
  }
}

// MARK: - The walk of the log-ratios

extension AutoencoderTheory {
  /// ρ = 1 + (η/b)(2 − s) / (1 − (η/b) Φ_B): the factor by which c_i / c_j grows in a step whose batch holds i and not
  /// j. [D]
  public static func gain(step η: Double, batchSize b: Int, squaredNorm s: Double, batchEnergy Φ: Double) -> Double {
    let h = η / Double(b)
    return 1 + h * (2 - s) / (1 - h * Φ)
  }

  /// π = (b/m)(m−b)/(m−1): the probability that a subset of b holds i and not j. [D]
  public static func separationProbability(count m: Int, batchSize b: Int) -> Double {
    Double(b) * Double(m - b) / (Double(m) * Double(m - 1))
  }

  /// The slope per step of log(c_k / c_j) near w = a_k: −π log(1 − (η/b)²), about π (η/b)². [D]
  public static func pairDrift(step η: Double, batchSize b: Int, count m: Int) -> Double {
    let h = η / Double(b)
    return -separationProbability(count: m, batchSize: b) * log1p(-h * h)
  }

  /// The expected change of R per step at b = 1 near w = a_k: (1/m) [−log(1−η) − Σ_j log(1 + η pⱼ)], pⱼ the
  /// competitors' shares of their sum. [D]
  public static func logRatioDrift(step η: Double, count m: Int, shares: [Double]) -> Double {
    (-log1p(-η) - shares.reduce(0) { $0 + log1p(η * $1) }) / Double(m)
  }

  /// A lower bound of `logRatioDrift` over all shares: (−log(1−η) − η) / m, positive for every η. [D]
  public static func leastLogRatioDrift(step η: Double, count m: Int) -> Double {
    (-log1p(-η) - η) / Double(m)
  }
}

// MARK: - Norm and step size

extension AutoencoderTheory {
  /// s̄(h) = 1 + x, x the smaller root of h (1 − x)² = 4x, h = η/b: no batch of distinct indices leads above it from
  /// below (η ≤ 1/5). [D]
  public static func squaredNormBound(step η: Double, batchSize b: Int) -> Double {
    // h x² − (2h + 4) x + h = 0; the smaller root in the form that does not cancel.
    let h = η / Double(b)
    let p = h + 2
    return 1 + h / (p + (p * p - h * h).squareRoot())
  }

  /// The step above which the norm no longer settles: b/2 for mini-batches (per-sample curvature 4), m/2 for the full
  /// batch (curvature 4/m). [D]
  public static func normEdge(batchSize b: Int) -> Double { Double(b) / 2 }
}

// MARK: - Which minimum, and when

extension AutoencoderTheory {
  /// P(select a₁) = (2/π) atan(c₁ / c₂) for m = 2, η → 0, fresh mini-batches: the angle as a fraction of the right
  /// angle. [D]
  public static func selectionProbability(_ c1: Double, against c2: Double) -> Double { 2 / Double.pi * atan2(c1, c2) }

  /// The same from ‖w₀‖ = `norm` < 1: E (2/π) atan(e^{log(c₁/c₂) + σZ}), Z standard normal, σ² = 4 η ln(1/norm), the
  /// noise that the log-ratio gathers on the way to the manifold of minima at b = 1. [D]
  ///
  /// By the trapezoidal rule on |Z| ≤ 8, exact to rounding for so smooth an integrand.
  public static func selectionProbability(
    _ c1: Double, against c2: Double, step η: Double, norm: Double
  ) -> Double {
    let σ = (4 * η * log(1 / norm)).squareRoot()
    let centre = log(c1 / c2)
    let width = 1.0 / 16
    var sum = 0.0
    for k in -128...128 {
      let z = width * Double(k)
      sum += exp(-0.5 * z * z) * 2 / Double.pi * atan(exp(centre + σ * z))
    }
    return sum * width / (2 * Double.pi).squareRoot()
  }

  /// b (m−1)/(m−b): the selection time with subsets of b relative to b = 1 at the same η. With replacement the factor
  /// is b. [D]
  public static func clock(batchSize b: Int, count m: Int, withReplacement: Bool = false) -> Double {
    withReplacement ? Double(b) : Double(b) * Double(m - 1) / Double(m - b)
  }

  /// T₁ = b m (m−1) / ((m−b) η²), the number of steps in which a log-ratio drifts by 1. Convergence takes 7–9 T₁ in the
  /// median. [D]
  public static func selectionTime(step η: Double, batchSize b: Int, count m: Int) -> Double {
    clock(batchSize: b, count: m) * Double(m) / (η * η)
  }

  /// d log(c_i / c_j) per epoch of random reshuffling with b = 1: η² (cᵢ² − cⱼ²) on the manifold of minima, from
  /// gradient descent on (η/4m) Σ ‖∇ℓᵢ‖² (arXiv 2101.12176). [D]
  public static func reshufflingDrift(step η: Double, _ ci: Double, _ cj: Double) -> Double {
    η * η * (ci * ci - cj * cj)
  }
}

// MARK: - Stability of a_k, and correlated data

extension AutoencoderTheory {
  /// The factor per step of E cⱼ² at a_k, b = 1: 1 + 2η²/m, above 1: no aₖ is stable in mean square. [D]
  public static func meanSquareGrowth(step η: Double, count m: Int) -> Double { 1 + 2 * η * η / Double(m) }

  /// E log of the factor of cⱼ per step at a_k, b = 1: log(1 − η²)/m, below 0: every aₖ is stable almost surely. [D]
  public static func lyapunovExponent(step η: Double, count m: Int) -> Double { log1p(-η * η) / Double(m) }

  /// max cos(w_∞, aᵢ) of full-batch gradient descent on equicorrelated data, started with all cᵢ > 0: √((1 +
  /// (m−1)ρ)/m), the mean direction. [D]
  public static func meanDirectionCosine(count m: Int, correlation ρ: Double) -> Double {
    ((1 + Double(m - 1) * ρ) / Double(m)).squareRoot()
  }
}
