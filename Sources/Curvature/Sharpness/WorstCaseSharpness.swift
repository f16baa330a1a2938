import Numerics
import Objectives

/// The largest loss in a neighbourhood, as far as an ascent finds it: max f(θ + δ) − f(θ) over ‖δ/c‖ ≤ ρ.
///
/// At a minimum, to second order in ρ, it is ½ρ² λ_max(C H C) for the Euclidean norm, C = diag(c).
public struct WorstCaseSharpness<Scalar: BLASScalar>: Sendable {
  /// The gain f(θ + δ) − f(θ) of the perturbation found: a lower bound of the maximum, never an estimate from above.
  public let atLeast: Double
  /// f(θ).
  public let loss: Double
  /// ρ.
  public let radius: Double
  /// The norm of δ/c.
  public let norm: PerturbationNorm
  /// θ + δ, where the loss was found.
  public let point: [Scalar]
  /// max ⟨∇f(θ + δ), δ′ − δ⟩ over the neighbourhood at the last gradient of the best ascent: what is left to gain to first order,
  /// and all that is left if f is concave there.
  public let remainingSlope: Double
  /// Whether the best ascent ended at a point that is stationary within its tolerance or rounding; otherwise its gradients ran out.
  public let isStationary: Bool
  /// What each ascent gained, in the order of starts: how often the best was found says how far to trust it. −∞ for one whose loss
  /// was not finite at its start.
  public let gains: [Double]
  /// How many losses on the way were not finite; such points count as not found.
  public let nonFiniteCount: Int
  /// The number of gradients.
  public let gradients: Int
  /// The number of losses.
  public let losses: Int

  init<Objective: FiniteSumObjective<Scalar>>(
    _ summits: [SharpnessAscent<Objective>.Summit], in set: PerturbationSet<Scalar>, centreLoss: Double
  ) {
    // The first start is the centre, so there is a finite loss.
    var best = summits[0]
    for summit in summits where summit.loss > best.loss { best = summit }
    atLeast = best.loss - centreLoss
    loss = centreLoss
    (radius, norm) = (set.radius, set.norm)
    (point, remainingSlope, isStationary) = (best.point, best.remainingSlope, best.isStationary)
    gains = summits.map { $0.loss - centreLoss }
    nonFiniteCount = summits.reduce(0) { $0 + $1.nonFiniteCount }
    gradients = summits.reduce(0) { $0 + $1.gradients }
    losses = summits.reduce(1) { $0 + $1.losses }
  }
}

extension FiniteSumObjective where Scalar: BLASScalar {
  /// A lower bound of the largest loss within ‖δ/c‖ ≤ ρ, by projected gradient ascent with backtracking from several starts.
  ///
  /// With c = 1 it is the sharpness that SAM descends on (Foret, Kleiner, Mobahi, Neyshabur 2021, arXiv 2010.01412), with c = |θ|
  /// the worst-case adaptive sharpness, ℓ² or ℓ^∞ (Kwon et al. 2021, arXiv 2102.11600; Andriushchenko et al. 2023, arXiv
  /// 2302.07011). These average over batches of m samples ("m-sharpness"): here it is that of one batch.
  ///
  /// Cost: `starts · gradientsPerStart` gradients at most, and one to two losses for each; the counts are in the result.
  ///
  /// - Parameters:
  ///   - radius: ρ > 0.
  ///   - norm: that of δ/c.
  ///   - scale: c.
  ///   - batch: the samples; all of them if none is given.
  ///   - directions: further starts, such as leading eigenvectors: each is scaled to the boundary, and taken with both signs.
  ///   - options: starts, gradients, seeds.
  /// - Throws: `InputError` for parameters that do not fit, a loss at them that is not finite, or options that make no sense.
  public func worstCaseSharpness(
    at parameters: [Scalar], radius: Double, norm: PerturbationNorm = .euclidean, scale: PerturbationScale = .uniform,
    over batch: Batch? = nil, startingAlong directions: [[Scalar]] = [], options: AscentOptions = AscentOptions()
  ) throws(InputError) -> WorstCaseSharpness<Scalar> {
    try options.check()
    try requirePositive(radius, "radius of a sharpness")
    var evaluation = LossEvaluation(self, over: batch)
    let loss = try evaluation.finiteLoss(at: parameters)
    let set = PerturbationSet(
      origin: parameters, scale: try scale.values(at: parameters), norm: norm, radius: radius)
    var starts: [[Double]] = []
    for direction in directions {
      try Vectors.require(direction, count: parameterCount, "direction to start along")
      let u = zip(direction, set.scale).map { $1 > 0 ? Double($0) / $1 : 0 }
      let length = norm == .euclidean ? LinearAlgebra.norm(u) : u.reduce(0) { max($0, abs($1)) }
      guard length > 0 else { continue }
      for sign in [radius, -radius] { starts.append(u.map { $0 * (sign / length) }) }
    }
    let summits = try SharpnessAscent.summits(self, over: batch, in: set, centreLoss: loss, given: starts, options)
    return WorstCaseSharpness(summits, in: set, centreLoss: loss)
  }
}

/// Throws unless `value` is positive and finite.
func requirePositive(_ value: Double, _ what: String) throws(InputError) {
  guard value > 0, value.isFinite else { throw InputError(what, expected: "a positive number", found: "\(value)") }
}
