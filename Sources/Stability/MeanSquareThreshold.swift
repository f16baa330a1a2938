import Numerics

/// The step size at which SGD's second moment stops being stable, with a certified bracket.
public struct MeanSquareThreshold: Sendable {
  /// The threshold 2/ρ(C⁻¹D).
  public let value: Double
  /// A step size that is stable for certain, up to rounding: 2 over the Collatz–Wielandt bound. Three standard errors
  /// below the value where that is estimated.
  public let lower: Double
  /// A step size at which it is unstable for certain, up to rounding: 2 over a Rayleigh quotient. Three standard errors
  /// above the value where that is estimated.
  public let upper: Double
  /// The standard error of a value that is estimated; 0 where it is certified.
  public let standardError: Double
  /// The bracket of every plain power step, in order: what the iteration knew by then.
  public let history: [ClosedRange<Double>]
  /// How many products (1/n) Σ HᵢSHᵢ were formed.
  public let applications: Int
  /// The residual of the eigenvalue equation, relative.
  public let residual: Double
  /// Whether the power iteration was slow, and conjugate directions found the value.
  public let isAccelerated: Bool
  /// The second moment that grows first, r × r in the basis, positive semidefinite with trace 1; nil where the bound
  /// is elementary.
  public let direction: Matrix?

  /// A threshold that is known in closed form.
  static func exact(_ value: Double) -> MeanSquareThreshold {
    estimated(value, standardError: 0)
  }

  /// A threshold that is known up to chance.
  static func estimated(_ value: Double, standardError: Double) -> MeanSquareThreshold {
    MeanSquareThreshold(
      value: value, lower: max(0, value - 3 * standardError), upper: value + 3 * standardError,
      standardError: standardError, history: [], applications: 0, residual: 0, isAccelerated: false, direction: nil)
  }
}

extension MinimumGeometry {
  /// η_meanSquare: SGD's second moment stays bounded exactly for step sizes up to it (with momentum: it is bounded
  /// for all below it).
  ///
  /// Matrix-free, by power iteration with the Lyapunov inverse and an acceleration of it. Cost of an application:
  /// that of ``SampleCurvature/sandwich(_:)``, and of an eigenvalue problem of order r for the bracket.
  ///
  /// With p = 0 it is 2(1 + β)/(λ₁ + w). Zero where an indefinite sample has curvature in null(H) and p > 0. Other
  /// indefinite samples change nothing: S ↦ HᵢSHᵢ keeps the cone for any symmetric Hᵢ, so the spectral radius of
  /// E[A⊗A] crosses 1 there too. Reshuffling: the epoch's own operator, in ``reshuffledThreshold(of:limit:)``.
  ///
  /// - Parameters:
  ///   - dynamics: The batch size, sampling and momentum.
  ///   - tolerance: The relative width of the bracket at which to stop; 1e-9 is aimed at where power steps alone are
  ///     slow.
  ///   - limit: The most applications.
  /// - Throws: ``InputError`` at a saddle, and for reshuffling where enumeration is out of reach.
  public func meanSquareThreshold(
    of dynamics: Dynamics, tolerance: Double = 1e-12, limit: Int = 2_000
  ) throws(InputError) -> MeanSquareThreshold {
    try requireMinimum()
    guard let p = dynamics.sampling.noiseFactor(batchSize: dynamics.batchSize, sampleCount: sampleCount) else {
      return .exact(try reshuffledThreshold(of: dynamics))
    }
    if p == 0 { return .exact(fullBatchLimit(momentum: dynamics.momentum)) }
    if isUnstableInNullSpace { return .exact(0) }
    let problem = SecondMomentOperator(self, noiseFactor: p, momentum: dynamics.momentum)
    let leading = try problem.leading(tolerance: tolerance, limit: limit)
    // The largest quotient met is the nearest one; rounding alone could put it above the bound.
    let ratio = leading.lower
    return MeanSquareThreshold(
      value: 2 / ratio, lower: 2 / max(leading.upper, ratio), upper: 2 / ratio, standardError: 0,
      history: leading.history.map { 2 / $0.upper...max(2 / $0.upper, 2 / $0.lower) },
      applications: leading.applications, residual: leading.residual,
      isAccelerated: leading.isAccelerated, direction: leading.matrix)
  }

  /// The threshold from the dense operator of order r(r + 1)/2, for small ranks: the matrix-free one's twin. Cost:
  /// about r⁶ operations.
  ///
  /// - Throws: ``InputError`` at a saddle, for reshuffling, and above rank 40.
  public func denseMeanSquareThreshold(of dynamics: Dynamics) throws(InputError) -> Double {
    try requireMinimum()
    let problem = try denseProblem(dynamics)
    return isUnstableInNullSpace && problem.noiseFactor > 0 ? 0 : 2 / (try problem.denseRatio())
  }

  /// The factor ρ(E[A⊗A]) by which the second moment grows or shrinks in a step, once it has settled. From the dense
  /// operator, with momentum that on pairs of iterates.
  ///
  /// - Throws: ``InputError`` for reshuffling, above rank 40 (20 with momentum).
  public func secondMomentGrowth(step: Double, of dynamics: Dynamics) throws(InputError) -> Double {
    try denseProblem(dynamics, limit: dynamics.momentum == 0 ? 40 : 20).denseGrowth(step: step)
  }

  /// 2(1 + β)/(λ₁ + w): the limit of full-batch gradient descent.
  public func fullBatchLimit(momentum: Double = 0) -> Double { 2 * (1 + momentum) / (eigenvalues[0] + weightDecay) }

  private func denseProblem(_ dynamics: Dynamics, limit: Int = 40) throws(InputError) -> SecondMomentOperator {
    guard let p = dynamics.sampling.noiseFactor(batchSize: dynamics.batchSize, sampleCount: sampleCount) else {
      throw InputError(
        "sampling", expected: "iid, subset or full", found: "reshuffle",
        advice: "Its operator is the epoch's; ask for the reshuffled threshold.")
    }
    guard rank <= limit else {
      throw InputError(
        "dense second-moment operator", expected: "a rank up to \(limit)", found: "\(rank)",
        advice: "The matrix-free threshold has no such limit.")
    }
    return SecondMomentOperator(self, noiseFactor: p, momentum: dynamics.momentum)
  }
}
