/// A loss of outputs, fᵢ(θ) = ℓᵢ(F(xᵢ; θ)), with ℓᵢ convex: it has a Gauss–Newton matrix G = (1/b) Σ kᵢ Jᵢᵀ ∇²ℓᵢ Jᵢ, the Hessian
/// without the curvature of F. It is never indefinite, and the Hessian itself where all ∇ℓᵢ vanish or F is linear.
///
/// G is also the exact Fisher information where ℓᵢ is the negative logarithm of a density of an exponential family in its
/// natural parameters F: cross-entropy, the logistic loss, and c‖F − y‖² as that of a Gaussian of variance 1/(2c)
/// (Martens 2020, JMLR 21, arXiv 1412.1193, section 9).
public protocol GaussNewtonObjective<Scalar>: FiniteSumObjective {
  /// Writes the Gauss–Newton matrix of the batch mean times `direction` (d entries).
  func gaussNewtonProduct(
    at parameters: Span<Scalar>, times direction: Span<Scalar>, over batch: Batch,
    into product: inout MutableSpan<Scalar>, using workspace: inout Workspace)
}

extension LinearModelObjective: GaussNewtonObjective {
  /// The Hessian: margins are linear in the parameters.
  public func gaussNewtonProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Workspace
  ) {
    hessianVectorProduct(at: parameters, times: direction, over: batch, into: &product, using: &workspace)
  }
}

extension LeastSquaresObjective: GaussNewtonObjective {
  /// The Hessian: residuals are linear in the parameters.
  public func gaussNewtonProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Workspace
  ) {
    hessianVectorProduct(at: parameters, times: direction, over: batch, into: &product, using: &workspace)
  }
}
