import Numerics

extension MinimumGeometry {
  /// What the gradients say about the point.
  ///
  /// Interpolating: max ‖gᵢ‖ ≤ `tolerance`·(λ₁ + w), what a displacement of `tolerance` along the stiffest direction
  /// would cause. Stationary: the mean gradient is below that, or below `relativeTolerance` times the root mean
  /// square of the samples'.
  public func stationarity(tolerance: Double = 1e-6, relativeTolerance: Double = 1e-3) -> Stationarity {
    guard let gradients else { return .assumed }
    let small = tolerance * (eigenvalues[0] + weightDecay)
    if gradients.largestNorm <= small { return .interpolating }
    let norm = LinearAlgebra.norm(gradients.mean)
    let sampleNorm = gradients.meanSquare.squareRoot()
    if norm <= max(small, relativeTolerance * sampleNorm) { return .regular }
    return .notStationary(gradientNorm: norm, sampleNorm: sampleNorm)
  }

  /// Why no verdict about staying can be given here; nil where one can.
  public func refusal(tolerance: Double = 1e-6, relativeTolerance: Double = 1e-3) -> String? {
    if smallestEigenvalue + weightDecay < -Self.negativeTolerance * eigenvalues[0] {
      return "not a minimum: the mean Hessian has the eigenvalue \(smallestEigenvalue + weightDecay), "
        + "so that full-batch gradient descent leaves it at every step size"
    }
    if case .notStationary(let norm, let samples) = stationarity(
      tolerance: tolerance, relativeTolerance: relativeTolerance)
    {
      return "not a minimum: the gradient of the full loss is \(norm), where the samples' have a root mean square of "
        + "\(samples); batch sharpness and gradient noise can be measured here, stability cannot"
    }
    return nil
  }

  /// Whether samples curve in directions in which the mean does not: then every step size is unstable in mean square
  /// as soon as there is noise. Only indefinite Hᵢ can do that.
  public var isUnstableInNullSpace: Bool {
    weightDecay == 0 && !indefiniteSamples.isEmpty && nullSpaceCurvature > Self.leakTolerance
  }

  /// Throws where no threshold is defined: see ``refusal(tolerance:relativeTolerance:)``, of which only the curvature
  /// counts here.
  func requireMinimum() throws(InputError) {
    guard smallestEigenvalue + weightDecay >= -Self.negativeTolerance * eigenvalues[0] else {
      throw InputError(
        "mean Hessian", expected: "no negative eigenvalue", found: "\(smallestEigenvalue + weightDecay)",
        advice: "At a saddle no step size is stable; Gauss–Newton factors JᵀAJ are semidefinite.")
    }
  }
}
