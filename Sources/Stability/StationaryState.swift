import Numerics

/// The stationary state of SGD at a regular minimum: what the samples' gradients, which do not vanish there, keep
/// alive.
public struct StationaryState: Sendable {
  /// Σ∞ = lim E[δδᵀ] in the basis of range(H), r × r.
  public let covariance: Matrix
  /// E‖δ‖² = tr Σ∞, in range(H).
  public let meanSquareDistance: Double
  /// The excess loss ½ tr(HΣ∞), of the quadratic model.
  public let excessLoss: Double
  /// E‖∇L‖² = tr(H²Σ∞).
  public let gradientSquare: Double
  /// The growth of E‖δ‖² per step in null(H), η²p·(1/n) Σ‖gᵢ‖² of the gradients' null parts over (1 − β)²: a random
  /// walk without drift. 0 with weight decay, which holds it.
  public let nullDiffusion: Double
  /// E‖δ‖² in null(H) where weight decay holds it; 0 without.
  public let nullMeanSquareDistance: Double
  /// The relative residual of the solution.
  public let residual: Double
  /// How many conjugate-gradient steps it took.
  public let iterations: Int
}

extension MinimumGeometry {
  /// The stationary state at a step size below η_meanSquare.
  ///
  /// (2C − ηD)[Σ∞] = ηp·Σ_g/(1 − β), Σ_g = (1/n) Σ gᵢgᵢᵀ in range(H), by conjugate gradients with the preconditioner
  /// C: the operator is self-adjoint, and positive definite exactly below the threshold. Cost: one sandwich a step.
  ///
  /// - Throws: ``InputError`` without gradients, where the point is not stationary, at a saddle, for reshuffling
  ///   (whose noise is not independent from step to step), and at or above the threshold (which is computed first),
  ///   where there is no stationary state.
  public func stationaryState(
    step: Double, of dynamics: Dynamics, tolerance: Double = 1e-13
  ) throws(InputError) -> StationaryState {
    try requireMinimum()
    let location = "stationary state"
    guard let gradients else {
      throw InputError(location, expected: "the samples' gradients", found: "none")
    }
    if let reason = refusal() { throw InputError(location, expected: "a minimum", found: reason) }
    guard let p = dynamics.sampling.noiseFactor(batchSize: dynamics.batchSize, sampleCount: sampleCount) else {
      throw InputError(location, expected: "independent batches", found: "reshuffling")
    }
    let beyond = InputError(
      location, expected: "a step size below the mean-square threshold", found: "\(step)",
      advice: "Above it the second moment grows for ever.")
    guard step > 0, step < (try meanSquareThreshold(of: dynamics, tolerance: 1e-6).upper),
      let state = stationaryState(step: step, of: dynamics, noiseFactor: p, gradients, tolerance: tolerance)
    else { throw beyond }
    return state
  }

  /// The same for a step size that may be too large: nil where it is found to be.
  func stationaryState(
    step: Double, of dynamics: Dynamics, noiseFactor p: Double, _ gradients: SampleGradients, tolerance: Double = 1e-10
  ) -> StationaryState? {
    let inside = gradients.rows.multiplied(by: basis.transposed()).transposed()
    var right = inside.gram()
    let scale = step * p / (1 - dynamics.momentum) / Double(sampleCount)
    right.withUnsafeMutableStorage { for index in $0.indices { $0[index] *= scale } }
    let problem = SecondMomentOperator(self, noiseFactor: p, momentum: dynamics.momentum)
    guard let solution = problem.solve(right, step: step, tolerance: tolerance) else { return nil }
    let values = decayedEigenvalues
    let covariance = solution.matrix
    func moment(_ weight: (Double) -> Double) -> Double {
      values.indices.reduce(0) { $0 + weight(values[$1]) * covariance[$1, $1] }
    }
    let still = 1 - dynamics.momentum
    let drive = step * step * p * nullGradientSquare / (still * still)
    let nullSquare = weightDecay == 0 ? 0 : nullSpread(step, p, dynamics.momentum)
    return StationaryState(
      covariance: covariance, meanSquareDistance: moment { _ in 1 },
      excessLoss: moment { $0 / 2 } + weightDecay / 2 * nullSquare,
      gradientSquare: moment { $0 * $0 } + weightDecay * weightDecay * nullSquare,
      nullDiffusion: weightDecay == 0 ? drive : 0, nullMeanSquareDistance: nullSquare,
      residual: solution.residual, iterations: solution.iterations)
  }

  /// The stationary E‖δ‖² of noise in directions of curvature w alone, 2C − ηD at λ = w without the samples' noise.
  private func nullSpread(_ step: Double, _ p: Double, _ beta: Double) -> Double {
    step * p * nullGradientSquare / ((1 - beta) * weightDecay * (2 - step * weightDecay / (1 + beta)))
  }
}

extension SecondMomentOperator {
  /// Solves (2C − ηD)[X] = R by preconditioned conjugate gradients; nil where the operator is found not to be
  /// positive definite.
  func solve(
    _ right: Matrix, step: Double, tolerance: Double
  ) -> (matrix: Matrix, residual: Double, iterations: Int)? {
    func image(_ x: Matrix) -> Matrix {
      var result = apply(x)
      for j in 0..<order {
        for k in 0..<order { result[j, k] = 2 * weight(j, k) * x[j, k] - step * result[j, k] }
      }
      return result
    }
    func combine(_ a: Matrix, _ factor: Double, _ b: Matrix) -> Matrix {
      Matrix(
        rows: order, columns: order, storage: zip(a.storage, b.storage).map { $0 + factor * $1 })
    }
    let size = LinearAlgebra.norm(right.storage)
    var x = Matrix(rows: order, columns: order)
    guard size > 0 else { return (x, 0, 0) }
    var rest = right
    var direction = lyapunovInverse(rest)
    var product = LinearAlgebra.dot(rest.storage, direction.storage)
    let limit = 20 * order * (order + 1) + 100
    var iterations = 0
    var best = (matrix: x, residual: 1.0)
    while iterations < limit {
      iterations += 1
      let mapped = image(direction)
      let curvature = LinearAlgebra.dot(direction.storage, mapped.storage)
      guard curvature > 0 else { return best.residual <= 1e-10 ? (best.matrix, best.residual, iterations) : nil }
      x = combine(x, product / curvature, direction)
      rest = combine(rest, -product / curvature, mapped)
      let residual = LinearAlgebra.norm(rest.storage) / size
      if residual < best.residual { best = (x, residual) }
      if residual <= tolerance { break }
      // The recurrence has reached rounding when it no longer improves.
      if best.residual < 1e-10, residual > 1e3 * best.residual { break }
      let scaled = lyapunovInverse(rest)
      let next = LinearAlgebra.dot(rest.storage, scaled.storage)
      direction = combine(scaled, next / product, direction)
      product = next
    }
    return (best.matrix, best.residual, iterations)
  }
}
