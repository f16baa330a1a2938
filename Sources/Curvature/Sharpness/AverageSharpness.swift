import Numerics
import Objectives

/// The law of random perturbations δ.
public enum PerturbationLaw: Sendable, Hashable {
  /// δ/c standard normal times ρ, parameter by parameter, so that ‖δ/c‖ is about ρ√d: the average of Andriushchenko et al.
  /// 2023 (arXiv 2302.07011). To second order it is ½ρ² tr(C H C).
  case gaussian
  /// δ/c uniform on the sphere of radius ρ, that of the worst case: to second order ½ρ² tr(C H C)/d.
  case sphere
}

/// The mean of f(θ + δ) − f(θ) over random perturbations, with its error.
public struct AverageSharpness: Sendable {
  /// The mean over the probes.
  public let value: Double
  /// Its standard error; nil of one probe.
  public let standardError: Double?
  /// value ± 1.96 standard errors: 95 % for many probes, less for few, since the probes' law has a long tail.
  public let interval: ConfidenceInterval?
  /// f(θ).
  public let loss: Double
  /// ρ.
  public let radius: Double
  /// The law of δ.
  public let law: PerturbationLaw
  /// The pairs ±δ that count.
  public let probes: Int
  /// The pairs of which a loss was not finite: they are left out of the mean, which then is one over the others only.
  public let nonFiniteCount: Int
  /// The number of losses: two a probe, and one.
  public let losses: Int
}

extension FiniteSumObjective where Scalar: BLASScalar {
  /// The average-case sharpness E f(θ + δ) − f(θ), from pairs ±δ, in which the gradient cancels.
  ///
  /// Probe k is the stream of step k, so no value depends on how many there are or on `workers`. Cost: 2 losses a probe, and one.
  ///
  /// - Parameters:
  ///   - radius: ρ > 0.
  ///   - law: that of δ/c.
  ///   - scale: c; |θ| for the adaptive average.
  ///   - batch: the samples; all of them if none is given.
  ///   - probes: how many pairs.
  ///   - seeds: the measurement seed is used, under trial `trial`.
  /// - Throws: `InputError` for parameters that do not fit, a loss at them or at all probes that is not finite, a radius that is not
  ///   positive, or no probe.
  public func averageSharpness(
    at parameters: [Scalar], radius: Double, law: PerturbationLaw = .gaussian, scale: PerturbationScale = .uniform,
    over batch: Batch? = nil, probes: Int = 100, seeds: Seeds = Seeds(master: 0), trial: Int = 0, workers: Int = 1
  ) throws(InputError) -> AverageSharpness {
    try requirePositive(radius, "radius of a sharpness")
    guard probes >= 1 else { throw InputError("probes", expected: "at least one", found: "\(probes)") }
    var evaluation = LossEvaluation(self, over: batch)
    let centre = try evaluation.finiteLoss(at: parameters)
    let units = try scale.values(at: parameters)
    let perBlock = 8
    let blocks = try parallelMap((probes + perBlock - 1) / perBlock, workers: workers) {
      (block) throws(InputError) -> [Double] in
      var evaluation = LossEvaluation(self, over: batch)
      return (block * perBlock..<min((block + 1) * perBlock, probes)).map { probe in
        var stream = RandomStream(seeds.key(.measurement, trial: trial), step: probe)
        var step =
          law == .sphere
          ? stream.sphere(count: units.count, radius: radius) : stream.gaussian(count: units.count).map { radius * $0 }
        for j in step.indices { step[j] *= units[j] }
        let forward = evaluation.loss(at: Vectors.displaced(parameters, by: step))
        for j in step.indices { step[j] = -step[j] }
        let backward = evaluation.loss(at: Vectors.displaced(parameters, by: step))
        return 0.5 * (forward - centre) + 0.5 * (backward - centre)
      }
    }
    let gains = blocks.flatMap { $0 }.filter(\.isFinite)
    guard !gains.isEmpty else {
      throw InputError(
        "loss", expected: "a finite one at some perturbed parameters", found: "none in \(probes) pairs",
        advice: "Take a smaller radius.")
    }
    let summary = try Summary(gains)
    let interval = summary.standardError.map { error in
      let reach = Normal.twoSidedQuantile(0.95) * error
      return ConfidenceInterval(low: summary.mean - reach, high: summary.mean + reach, confidence: 0.95)
    }
    return AverageSharpness(
      value: summary.mean, standardError: summary.standardError, interval: interval, loss: centre, radius: radius,
      law: law, probes: gains.count, nonFiniteCount: probes - gains.count, losses: 2 * probes + 1)
  }
}
