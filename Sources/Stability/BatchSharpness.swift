import Curvature
import Numerics

/// Batch sharpness: the curvature that a batch sees along its own gradient, in its two published forms.
public struct BatchSharpness: Sendable, Equatable {
  /// E[g_BᵀH_Bg_B/‖g_B‖²], the mean of ratios: the published definition.
  public let meanOfRatios: MeasuredValue
  /// E[g_BᵀH_Bg_B]/E‖g_B‖², the ratio of means: at 2/η a step leaves its own batch's loss as it is, on average.
  public let ratioOfMeans: MeasuredValue
}

extension BatchCurvature {
  /// Measures batch sharpness. Exact where all batches can be enumerated; otherwise from drawn batches until the
  /// relative standard error of the ratio of means is reached. Batches whose gradient vanishes have no direction:
  /// they are left out of the mean of ratios.
  ///
  /// Cost: a gradient and a Hessian-vector product a batch.
  ///
  /// - Throws: ``InputError`` where all gradients vanish, or the plan is not possible.
  public func batchSharpness(
    of dynamics: Dynamics, _ plan: MeasurementPlan = MeasurementPlan()
  ) throws(InputError) -> BatchSharpness {
    try plan.require()
    if let batches = dynamics.allBatches(sampleCount: sampleCount, limit: plan.enumerationLimit) {
      let measured = batches.map { forms($0.samples) }
      let vanishing = Self.vanishing(measured.map(\.square))
      var (curvature, square, ratio, mass) = (0.0, 0.0, 0.0, 0.0)
      for (batch, (top, bottom)) in zip(batches, measured) {
        curvature += batch.probability * top
        square += batch.probability * bottom
        if bottom > vanishing {
          ratio += batch.probability * top / bottom
          mass += batch.probability
        }
      }
      guard mass > 0 else { throw noDirection() }
      return BatchSharpness(
        meanOfRatios: .exact(ratio / mass, batches: batches.count),
        ratioOfMeans: .exact(curvature / square, batches: batches.count))
    }
    var sampler = BatchSampler(dynamics, sampleCount: sampleCount, stream: plan.stream())
    var (tops, bottoms): ([Double], [Double]) = ([], [])
    while tops.count < plan.largestCount {
      sampler.advance()
      let (top, bottom) = forms(sampler.current)
      tops.append(top)
      bottoms.append(bottom)
      if tops.count >= plan.smallestCount, bottoms.contains(where: { $0 > 0 }) {
        let ratio = try MeasuredValue.ratio(tops, bottoms, confidence: plan.confidence)
        if ratio.standardError < plan.relativeError * abs(ratio.value) { break }
      }
    }
    let vanishing = Self.vanishing(bottoms)
    let ratios = zip(tops, bottoms).filter { $0.1 > vanishing }.map { $0.0 / $0.1 }
    guard ratios.count >= 2 else { throw noDirection() }
    return BatchSharpness(
      meanOfRatios: try .mean(of: ratios, confidence: plan.confidence),
      ratioOfMeans: try .ratio(tops, bottoms, confidence: plan.confidence))
  }

  /// Squares up to this one are what rounding leaves of gradients that cancel in a batch.
  private static func vanishing(_ squares: [Double]) -> Double { 1e-24 * (squares.max() ?? 0) }

  /// g_BᵀH_Bg_B and ‖g_B‖².
  private func forms(_ samples: [Int]) -> (curvature: Double, square: Double) {
    let gradient = gradient(over: samples)
    let square = LinearAlgebra.dot(gradient, gradient)
    if square == 0 { return (0, 0) }
    return (LinearAlgebra.dot(gradient, hessianProduct(gradient, over: samples)), square)
  }

  func noDirection() -> InputError {
    InputError(
      "gradients", expected: "at least two batches with a gradient", found: "gradients that vanish",
      advice:
        "At an interpolating minimum these measures depend on the direction of approach: displace the parameters."
    )
  }

  /// Wu's non-uniformity s = √λ_max((1/n) Σ Hᵢ² − H²), by Lanczos iteration. Cost: n + 1 Hessian-vector products
  /// twice a step.
  ///
  /// Stability in Wu, Ma and E's sense needs λ₁ ≤ 2/η and s ≤ 1/(η√p); their sufficient condition, solved for η, is
  /// η_lower.
  ///
  /// - Throws: ``InputError`` where a product is not finite.
  public func nonUniformity() throws(InputError) -> Double {
    let all = everySample
    let variance = ClosureOperator(dimension: dimension) { v in
      let once = hessianProduct(v, over: all)
      var result = hessianProduct(once, over: all).map { -$0 }
      for sample in all {
        let image = hessianProduct(hessianProduct(v, over: [sample]), over: [sample])
        LinearAlgebra.axpy(1 / Double(all.count), image, into: &result)
      }
      return result
    }
    let found = try variance.eigenpairs(options: EigenvalueOptions(tolerance: 1e-9))
    return max(0, found.largest[0].value).squareRoot()
  }
}

extension MinimumGeometry {
  /// Wu's non-uniformity s = √λ_max((1/n) Σ Hᵢ² − H²) in the basis, exactly; weight decay does not change it.
  public func nonUniformity() throws(InputError) -> Double {
    let variance = SecondMomentOperator(self, noiseFactor: 1, momentum: 0).noise(.identity(rank))
    return max(0, try LinearAlgebra.symmetricEigenvalues(of: variance, asymmetryTolerance: 1e-6).last ?? 0).squareRoot()
  }
}
