import Numerics

/// The exact second-moment problem of SGD at a minimum, in the basis where H = diag(λ): C⁻¹D[Σ] = ρΣ with
/// η_meanSquare = 2/ρ.
///
/// Without momentum D[Σ] = ΛΣΛ + p·V[Σ] with V[Σ] = (1/n) Σ HᵢΣHᵢ − HΣH, and C[Σ]ⱼₖ = ½(λⱼ + λₖ)Σⱼₖ. Weight decay
/// adds w to Λ and cancels in V.
///
/// With heavy-ball momentum β a second moment that E[A⊗A] leaves alone satisfies (the lagged block eliminated by Yⱼₖ
/// = (kⱼ − βkₖ)Xⱼₖ/(1 − β²), kⱼ = 1 + β − ηλⱼ) the same equation 2C[X] = η·D[X], with D[X] = ΛXΛ/(1 + β) + p·V[X]/(1
/// − β) − β/((1 − β)²(1 + β))·(λⱼ − λₖ)²∘X. It is linear in η and self-adjoint, so the first step size at which
/// E[A⊗A] has the eigenvalue 1 is 2/ρ here too, without a search and without an operator of twice the order.
struct SecondMomentOperator: Sendable {
  let curvature: SampleCurvature
  /// λ without decay, of which the noise is made.
  let bare: [Double]
  /// λ with decay.
  let eigenvalues: [Double]
  let noiseFactor: Double
  let momentum: Double

  init(_ geometry: MinimumGeometry, noiseFactor: Double, momentum: Double) {
    curvature = geometry.curvature
    bare = geometry.eigenvalues
    eigenvalues = geometry.decayedEigenvalues
    self.noiseFactor = noiseFactor
    self.momentum = momentum
  }

  var order: Int { eigenvalues.count }

  /// β/((1 − β)²(1 + β)).
  var friction: Double { momentum / ((1 - momentum) * (1 - momentum) * (1 + momentum)) }

  /// V[S]: the covariance part. Cost: one sandwich.
  func noise(_ s: Matrix) -> Matrix {
    var result = curvature.sandwich(s)
    for j in 0..<order {
      for k in 0..<order { result[j, k] -= bare[j] * s[j, k] * bare[k] }
    }
    return result
  }

  /// D[S].
  func apply(_ s: Matrix) -> Matrix {
    let (drift, scale, kappa) = (1 / (1 + momentum), noiseFactor / (1 - momentum), friction)
    var result = noiseFactor == 0 ? Matrix(rows: order, columns: order) : noise(s)
    for j in 0..<order {
      for k in 0..<order {
        let (a, b) = (eigenvalues[j], eigenvalues[k])
        result[j, k] = scale * result[j, k] + (drift * a * b - kappa * (a - b) * (a - b)) * s[j, k]
      }
    }
    return result
  }

  /// C's factor ½(λⱼ + λₖ).
  func weight(_ j: Int, _ k: Int) -> Double { 0.5 * (eigenvalues[j] + eigenvalues[k]) }

  /// C⁻¹[S], the Lyapunov inverse.
  func lyapunovInverse(_ s: Matrix) -> Matrix {
    var result = s
    for j in 0..<order {
      for k in 0..<order { result[j, k] /= weight(j, k) }
    }
    return result
  }

  /// ⟨A, C[B]⟩.
  func inner(_ a: Matrix, _ b: Matrix) -> Double {
    var sum = 0.0
    for j in 0..<order {
      for k in 0..<order { sum += weight(j, k) * a[j, k] * b[j, k] }
    }
    return sum
  }

  /// An upper bound on ρ from a positive definite S: by Collatz and Wielandt ρ ≤ μ wherever D[S] ⪯ μ·C[S] in the
  /// order of the Lyapunov inverse.
  ///
  /// With momentum D is a positive map less a part of C's kind, κ(Λ²X + XΛ²). That part joins μC on the other side,
  /// whose inverse stays positive, so a trial μ is certified by one eigenvalue below 1; trials go up from `estimate`
  /// in ever larger relative distances.
  func upperBound(_ s: Matrix, _ image: Matrix, estimate: Double) -> (lower: Double, upper: Double)? {
    if momentum == 0 {
      return BLAS.relativeEigenvalueRange(lyapunovInverse(image), to: s).map { ($0.smallest, $0.largest) }
    }
    let positive = positivePart(s, image)
    var distance = 1e-11
    while distance < 16 {
      let trial = estimate * (1 + distance)
      distance *= 4
      if let range = BLAS.relativeEigenvalueRange(resolved(positive, trial), to: s), range.largest <= 1 {
        return (0, trial)
      }
    }
    return nil
  }

  /// A step of the positive map whose fixed direction is the eigenmatrix of ρ: C⁻¹D without momentum, else with the
  /// shifted inverse at ρ.
  func smoothed(_ s: Matrix, _ image: Matrix, ratio: Double) -> Matrix {
    momentum == 0 ? lyapunovInverse(image) : resolved(positivePart(s, image), ratio)
  }

  /// D[S] + κ(Λ²S + SΛ²), positive for positive S.
  private func positivePart(_ s: Matrix, _ image: Matrix) -> Matrix {
    var result = image
    for j in 0..<order {
      for k in 0..<order {
        let (a, b) = (eigenvalues[j], eigenvalues[k])
        result[j, k] += friction * (a * a + b * b) * s[j, k]
      }
    }
    return result
  }

  /// X with κ(Λ²X + XΛ²) + μC[X] = S.
  private func resolved(_ s: Matrix, _ ratio: Double) -> Matrix {
    var result = s
    for j in 0..<order {
      for k in 0..<order {
        let (a, b) = (eigenvalues[j], eigenvalues[k])
        result[j, k] /= friction * (a * a + b * b) + ratio * weight(j, k)
      }
    }
    return result
  }
}
