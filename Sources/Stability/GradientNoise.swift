import Numerics

/// The first two moments of the gradient noise, exactly, and what follows from them.
public struct GradientNoise: Sendable, Equatable {
  /// ‖G‖², of the full gradient.
  public let gradientSquare: Double
  /// tr Σ_G of the population covariance of single gradients (divisor n).
  public let covarianceTrace: Double
  /// GᵀHG.
  public let gradientCurvature: Double
  /// tr(HΣ_G).
  public let curvatureTrace: Double

  /// B_simple = tr Σ_G/‖G‖², the simple gradient noise scale.
  public var simpleScale: Double { covarianceTrace / gradientSquare }
  /// B_noise = tr(HΣ_G)/(GᵀHG), the curvature-weighted one.
  public var curvatureScale: Double { curvatureTrace / gradientCurvature }
  /// ε_max = ‖G‖²/(GᵀHG), the full batch's best step size.
  public var largestStep: Double { gradientSquare / gradientCurvature }
  /// ε_opt = ε_max/(1 + p·B_noise), the best step size under noise of factor p.
  public func bestStep(noiseFactor p: Double) -> Double { largestStep / (1 + p * curvatureScale) }
  /// The gradient–noise interaction E[g_BᵀHg_B]/‖G‖² = 1/ε_opt: at 2/η a step leaves the full loss as it is, on
  /// average.
  public func interaction(noiseFactor p: Double) -> Double {
    (gradientCurvature + p * curvatureTrace) / gradientSquare
  }
}

extension BatchCurvature {
  /// The moments of the gradient noise over all samples. Cost: n gradients and min(n, d) + 1 Hessian-vector products over all
  /// samples, and with fewer parameters than samples n products with the mean Hessian that they make.
  ///
  /// - Throws: ``InputError`` where the full gradient is 0.
  public func gradientNoise() throws(InputError) -> GradientNoise {
    let all = everySample
    let mean = gradient(over: all)
    let square = LinearAlgebra.dot(mean, mean)
    guard square > 0 else { throw noDirection() }
    let dense = sampleCount > dimension ? meanHessian() : nil
    var (trace, curvature) = (0.0, 0.0)
    for sample in all {
      let rest = zip(gradient(over: [sample]), mean).map { $0 - $1 }
      trace += LinearAlgebra.dot(rest, rest)
      curvature += LinearAlgebra.dot(rest, dense?.multiplied(by: rest) ?? hessianProduct(rest, over: all))
    }
    let count = Double(sampleCount)
    return GradientNoise(
      gradientSquare: square, covarianceTrace: trace / count,
      gradientCurvature: LinearAlgebra.dot(mean, hessianProduct(mean, over: all)), curvatureTrace: curvature / count)
  }

  /// The mean Hessian, row by row.
  private func meanHessian() -> Matrix {
    let all = everySample
    return Matrix(
      (0..<dimension).map { j in hessianProduct((0..<dimension).map { $0 == j ? 1 : 0 }, over: all) })
  }

  /// The gradient–noise interaction from drawn batches, or exactly from all of them where they are few. Cost: a
  /// gradient of the batch and a Hessian-vector product over all samples, a batch.
  ///
  /// - Throws: ``InputError`` where the full gradient is 0, or the plan is not possible.
  public func gradientNoiseInteraction(
    of dynamics: Dynamics, _ plan: MeasurementPlan = MeasurementPlan()
  ) throws(InputError) -> MeasuredValue {
    try plan.require()
    let all = everySample
    let mean = gradient(over: all)
    let square = LinearAlgebra.dot(mean, mean)
    guard square > 0 else { throw noDirection() }
    func form(_ samples: [Int]) -> Double {
      let gradient = gradient(over: samples)
      return LinearAlgebra.dot(gradient, hessianProduct(gradient, over: all)) / square
    }
    if let batches = dynamics.allBatches(sampleCount: sampleCount, limit: plan.enumerationLimit) {
      let value = batches.reduce(0) { $0 + $1.probability * form($1.samples) }
      return .exact(value, batches: batches.count)
    }
    var sampler = BatchSampler(dynamics, sampleCount: sampleCount, stream: plan.stream(step: 1))
    var values: [Double] = []
    while values.count < plan.largestCount {
      sampler.advance()
      values.append(form(sampler.current))
      guard values.count >= plan.smallestCount else { continue }
      let found = try MeasuredValue.mean(of: values, confidence: plan.confidence)
      if found.standardError < plan.relativeError * abs(found.value) { return found }
    }
    return try .mean(of: values, confidence: plan.confidence)
  }

  /// The gradient noise scale of the training set from pairs of a small and a large batch, without a full gradient.
  ///
  /// Ĝ² = (B‖g_B‖² − b‖g_b‖²)/(B − b) and Ŝ = (‖g_b‖² − ‖g_B‖²)/(1/b − 1/B), averaged apart and then divided. From
  /// batches without replacement they estimate the distribution's moments: E Ŝ = tr Σ·n/(n − 1), E Ĝ² = ‖G‖² − tr
  /// Σ/(n − 1). The correction for that is made: tr Σ = Ŝ(n − 1)/n, ‖G‖² = Ĝ² + Ŝ/n. With replacement there is
  /// nothing to correct. Exact (the expectation over all batches, without the ratio's bias) where both sizes' batches
  /// can be enumerated.
  ///
  /// - Throws: ``InputError`` unless b < B, for sampling other than iid or subset, and where the plan is not possible.
  public func gradientNoiseScale(
    small: Int, large: Int, sampling: Sampling, _ plan: MeasurementPlan = MeasurementPlan()
  ) throws(InputError) -> MeasuredValue {
    try plan.require()
    guard small < large, sampling == .iid || sampling == .subset else {
      throw InputError(
        "gradient noise scale", expected: "a small and a large batch size, of iid or subset batches",
        found: "\(small) and \(large), \(sampling.rawValue)")
    }
    let sizes = [
      try Dynamics(batchSize: small, sampling: sampling, sampleCount: sampleCount),
      try Dynamics(batchSize: large, sampling: sampling, sampleCount: sampleCount),
    ]
    let (b, B, n) = (Double(small), Double(large), Double(sampleCount))
    func moments(_ smallSquare: Double, _ largeSquare: Double) -> (trace: Double, square: Double) {
      let square = (B * largeSquare - b * smallSquare) / (B - b)
      let trace = (smallSquare - largeSquare) / (1 / b - 1 / B)
      return sampling == .iid ? (trace, square) : (trace * (n - 1) / n, square + trace / n)
    }
    func square(_ samples: [Int]) -> Double {
      let gradient = gradient(over: samples)
      return LinearAlgebra.dot(gradient, gradient)
    }
    let few = sizes.compactMap { $0.allBatches(sampleCount: sampleCount, limit: plan.enumerationLimit) }
    if few.count == 2 {
      let squares = zip(few, sizes).map { batches, dynamics in
        batches.reduce(0) { $0 + $1.probability * square($1.samples) }
      }
      let (trace, square) = moments(squares[0], squares[1])
      return .exact(trace / square, batches: few[0].count + few[1].count)
    }
    var samplers = [
      BatchSampler(sizes[0], sampleCount: sampleCount, stream: plan.stream(step: 2)),
      BatchSampler(sizes[1], sampleCount: sampleCount, stream: plan.stream(step: 3)),
    ]
    var (traces, squares): ([Double], [Double]) = ([], [])
    while traces.count < plan.largestCount {
      samplers[0].advance()
      samplers[1].advance()
      let (trace, value) = moments(square(samplers[0].current), square(samplers[1].current))
      traces.append(trace)
      squares.append(value)
      guard traces.count >= plan.smallestCount else { continue }
      let found = try MeasuredValue.ratio(traces, squares, confidence: plan.confidence)
      if found.standardError < plan.relativeError * abs(found.value) { return found }
    }
    return try .ratio(traces, squares, confidence: plan.confidence)
  }
}
