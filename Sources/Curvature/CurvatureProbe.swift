import Numerics
import Objectives

/// The curvature along a run: leading eigenvalues of the Hessian, its trace, the norm of the gradient, at the steps at which it is
/// fed parameters.
///
/// Each search for eigenvalues begins with the eigenvectors of the measurement before, as the Hessian changes little between
/// them: the values do not depend on it within their residuals, the cost does. Probes of the trace are the same at all steps,
/// so that differences along a run are known better than the values. A value that is copied goes on by itself.
public struct CurvatureProbe<Objective: FiniteSumObjective>: Sendable where Objective.Scalar: BLASScalar {
  /// What is measured at one step.
  public struct Reading: Sendable {
    /// The step, as it was given.
    public let step: Int
    /// f(θ).
    public let loss: Double
    /// ‖∇f(θ)‖.
    public let gradientNorm: Double
    /// The leading eigenvalues with their residuals and vectors. The bounds of ``Eigenpairs`` hold after cold starts only.
    public let eigenvalues: Eigenpairs<Objective.Scalar>
    /// tr ∇²f by Hutchinson's estimator; nil where no probes are wanted.
    public let trace: TraceEstimate?
    /// The number of Hessian-vector products.
    public let products: Int

    /// λ_max.
    public var sharpness: Double { eigenvalues.largest[0].value }
  }

  /// f.
  public let objective: Objective
  /// The samples; all of them if nil.
  public let batch: Batch?
  /// How many of the largest eigenvalues.
  public let count: Int
  /// How many products the trace takes; 0 for no trace.
  public let traceProbes: Int
  /// Tolerance, seeds, workers.
  public let options: EigenvalueOptions
  /// Whether searches begin with the last eigenvectors.
  public let startsWarm: Bool
  /// The Hessian-vector products so far.
  public private(set) var products = 0
  private var last: Eigenpairs<Objective.Scalar>?

  /// A probe that has not measured yet.
  ///
  /// - Parameters:
  ///   - count: how many of the largest eigenvalues, from 1 to d.
  ///   - traceProbes: products of a trace, at least 2; 0 for no trace.
  ///   - options: how eigenvalues are computed; by default to a residual of 1e-4 of the spectrum's scale: the error of a value that
  ///     stands apart is about its square.
  /// - Throws: `InputError` for counts that make no sense.
  public init(
    _ objective: Objective, over batch: Batch? = nil, count: Int = 1, traceProbes: Int = 10,
    options: EigenvalueOptions = EigenvalueOptions(tolerance: 1e-4), startsWarm: Bool = true
  ) throws(InputError) {
    guard count >= 1, count <= objective.parameterCount, traceProbes == 0 || traceProbes >= 2 else {
      throw InputError(
        "curvature probe",
        expected: "from 1 to \(objective.parameterCount) eigenvalues, and 0 or at least 2 trace probes",
        found: "\(count) and \(traceProbes)")
    }
    self.objective = objective
    self.batch = batch
    self.count = count
    self.traceProbes = traceProbes
    self.options = options
    self.startsWarm = startsWarm
  }

  /// Measures at a point.
  ///
  /// Cost: a loss, a gradient, a product a trace probe, and of products for eigenvalues some tens from a cold start, fewer from a warm
  /// one; all counted.
  ///
  /// - Throws: `InputError` for parameters that do not fit, and where a product is not finite.
  public mutating func measure(at parameters: [Objective.Scalar], step: Int) throws(InputError) -> Reading {
    let hessian = try CurvatureOperator.hessian(of: objective, at: parameters, over: batch, workers: options.workers)
    let pairs = try hessian.eigenpairs(largest: count, options: options, startingFrom: startsWarm ? last : nil)
    last = pairs
    let trace = try traceProbes == 0 ? nil : hessian.trace(traceOptions)
    var evaluation = LossEvaluation(objective, over: batch)
    let reading = Reading(
      step: step, loss: evaluation.loss(at: parameters),
      gradientNorm: Vectors.norm(evaluation.gradient(at: parameters)), eigenvalues: pairs,
      trace: trace, products: pairs.products + (trace?.products ?? 0))
    products += reading.products
    return reading
  }

  private var traceOptions: TraceOptions {
    TraceOptions(
      method: .hutchinson, budget: .products(traceProbes), confidence: options.confidence, seeds: options.seeds,
      trial: options.trial, workers: options.workers)
  }
}
