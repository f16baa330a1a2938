import Numerics

/// What can be measured at any point, a minimum or not: batch sharpness, gradient–noise interaction and noise scales.
public struct PointMeasures: Sendable {
  /// The moments of the gradient noise; nil where the full gradient vanishes but for rounding, as at a minimum.
  public let noise: GradientNoise?
  /// For each batch size, in the order given.
  public let batches: [Batch]

  /// A batch size.
  public struct Batch: Sendable {
    /// The batch size and sampling.
    public let dynamics: Dynamics
    /// Batch sharpness; nil where all gradients vanish.
    public let sharpness: BatchSharpness?
    /// The gradient–noise interaction; nil where the full gradient vanishes.
    public let interaction: MeasuredValue?
    /// ε_opt, the step size that lowers the full loss most, on average; nil where the full gradient vanishes or
    /// batches depend on each other.
    public let bestStep: Double?
  }

  /// Measures at a point, batch size by batch size with random numbers of their own.
  ///
  /// - Parameters:
  ///   - point: Gradients and Hessian-vector products there.
  ///   - kind: What the gradients say: gradients that vanish are not divided by.
  ///   - workers: How many threads; no number depends on them.
  /// - Throws: ``InputError`` where the measures do.
  public init(
    _ point: some BatchCurvature, _ kind: Stationarity, dynamics: [Dynamics], plan: MeasurementPlan = MeasurementPlan(),
    workers: Int = 1
  ) throws(InputError) {
    let moves = if case .notStationary = kind { true } else { false }
    let hasGradients = moves || kind == .regular
    let noise = moves ? try point.gradientNoise() : nil
    batches = try parallelMap(dynamics.count, workers: workers) { (place) throws(InputError) in
      var plan = plan
      plan.trial += place
      let one = dynamics[place]
      let factor = one.sampling.noiseFactor(batchSize: one.batchSize, sampleCount: point.sampleCount)
      return Batch(
        dynamics: one, sharpness: hasGradients ? try Self.sharpness(point, one, plan) : nil,
        interaction: moves ? try point.gradientNoiseInteraction(of: one, plan) : nil,
        bestStep: factor.flatMap { noise?.bestStep(noiseFactor: $0) })
    }
    self.noise = noise
  }

  /// At a regular minimum the full batch has no gradient, and so no sharpness.
  private static func sharpness(
    _ point: some BatchCurvature, _ dynamics: Dynamics, _ plan: MeasurementPlan
  ) throws(InputError) -> BatchSharpness? {
    let isFull = dynamics.sampling.noiseFactor(batchSize: dynamics.batchSize, sampleCount: point.sampleCount) == 0
    let all = point.gradient(over: point.everySample)
    let scale = point.everySample.reduce(0) { max($0, LinearAlgebra.norm(point.gradient(over: [$1]))) }
    if isFull, LinearAlgebra.norm(all) <= 1e-10 * scale { return nil }
    return try point.batchSharpness(of: dynamics, plan)
  }
}

/// A point with weight decay, which joins every Hessian; the gradients contain it already.
public struct DecayedPoint<Base: BatchCurvature>: BatchCurvature {
  private let base: Base
  private let weightDecay: Double

  /// Adds w to the curvature of a point.
  public init(_ base: Base, weightDecay: Double) {
    self.base = base
    self.weightDecay = weightDecay
  }

  /// n.
  public var sampleCount: Int { base.sampleCount }
  /// d.
  public var dimension: Int { base.dimension }

  /// The batch mean of the gradients.
  public func gradient(over samples: [Int]) -> [Double] { base.gradient(over: samples) }

  /// The batch mean of the Hessians, with w added, times a vector.
  public func hessianProduct(_ vector: [Double], over samples: [Int]) -> [Double] {
    var result = base.hessianProduct(vector, over: samples)
    LinearAlgebra.axpy(weightDecay, vector, into: &result)
    return result
  }
}
