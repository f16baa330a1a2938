import Numerics
import Objectives

/// How the largest loss of a neighbourhood is looked for.
public struct AscentOptions: Sendable {
  /// How many ascents: one from the centre, along the gradient; the others from random points of the boundary.
  public var starts: Int
  /// The most gradients of one ascent.
  public var gradientsPerStart: Int
  /// An ascent ends where the slope that is left, max ⟨∇f, δ′ − δ⟩ over the neighbourhood, is below this times what was gained.
  public var tolerance: Double
  /// Seeds of the random points; the measurement seed is used, under trial `trial`.
  public var seeds: Seeds
  /// Which measurement it is.
  public var trial: Int
  /// How many threads share the ascents; no bit depends on them.
  public var workers: Int

  /// Options; 4 ascents of 50 gradients at most unless others are asked for.
  public init(
    starts: Int = 4, gradientsPerStart: Int = 50, tolerance: Double = 1e-6, seeds: Seeds = Seeds(master: 0),
    trial: Int = 0, workers: Int = 1
  ) {
    self.starts = starts
    self.gradientsPerStart = gradientsPerStart
    self.tolerance = tolerance
    self.seeds = seeds
    self.trial = trial
    self.workers = workers
  }

  func check() throws(InputError) {
    guard starts >= 1, gradientsPerStart >= 1, tolerance >= 0 else {
      throw InputError(
        "ascent options", expected: "at least one start and one gradient, a tolerance from 0",
        found: "\(starts), \(gradientsPerStart), \(tolerance)")
    }
  }
}

/// One ascent within a set of perturbations.
struct SharpnessAscent<Objective: FiniteSumObjective> where Objective.Scalar: BLASScalar {
  /// Where an ascent ended.
  struct Summit: Sendable {
    var point: [Objective.Scalar]
    /// −∞ if the loss was not finite from the start.
    var loss: Double
    /// max ⟨∇f, δ′ − δ⟩ over the set, at the last gradient.
    var remainingSlope = Double.infinity
    var isStationary = false
    var nonFiniteCount = 0
    var losses = 0
    var gradients = 0
  }

  let set: PerturbationSet<Objective.Scalar>
  let centreLoss: Double
  let options: AscentOptions
  var evaluation: LossEvaluation<Objective>

  /// Climbs from u by projected gradient steps. Each begins with an infinite step, to the point of the set that is farthest along
  /// the gradient, where a convex loss is always higher; it is cut until the loss has risen by a share of the slope.
  mutating func climb(from start: [Double]) -> Summit {
    var u = start
    var summit = Summit(point: set.point(u), loss: -.infinity)
    let first = evaluation.loss(at: summit.point)
    if first.isFinite {
      summit.loss = first
      var step = Double.infinity
      while evaluation.gradients < options.gradientsPerStart {
        let gradient = set.pulledBack(evaluation.gradient(at: summit.point))
        guard gradient.allSatisfy(\.isFinite) else {
          summit.nonFiniteCount += 1
          break
        }
        let farthest = set.norm.farthest(along: gradient, radius: set.radius, current: u)
        summit.remainingSlope = Self.slope(gradient, from: u, to: farthest)
        if summit.remainingSlope <= options.tolerance * max(summit.loss - centreLoss, 0) {
          summit.isStationary = true
          break
        }
        guard let next = climbOnce(from: u, gradient, farthest, &step, &summit) else {
          // The loss rises no more within its rounding.
          summit.isStationary = true
          break
        }
        u = next
      }
    } else {
      summit.nonFiniteCount += 1
    }
    (summit.losses, summit.gradients) = (evaluation.losses, evaluation.gradients)
    return summit
  }

  private static var mostCuts: Int { 60 }

  /// The next u, or nil if no step raises the loss.
  private mutating func climbOnce(
    from u: [Double], _ gradient: [Double], _ farthest: [Double], _ step: inout Double, _ summit: inout Summit
  ) -> [Double]? {
    let length = set.radius * Double(set.norm == .maximum ? set.dimension : 1).squareRoot()
    let longest = 4 * length / LinearAlgebra.norm(gradient)
    for _ in 0..<Self.mostCuts {
      let candidate =
        step.isFinite
        ? set.norm.projected(zip(u, gradient).map { $0 + step * $1 }, radius: set.radius) : farthest
      let slope = Self.slope(gradient, from: u, to: candidate)
      let point = set.point(candidate)
      let loss = evaluation.loss(at: point)
      if !loss.isFinite { summit.nonFiniteCount += 1 }
      if loss.isFinite, slope > 0, loss > summit.loss, loss >= summit.loss + 1e-4 * slope {
        (summit.point, summit.loss) = (point, loss)
        step = step * 4 > longest ? .infinity : step * 4
        return candidate
      }
      step = step.isFinite ? step / 4 : longest / 2
    }
    return nil
  }

  private static func slope(_ gradient: [Double], from: [Double], to: [Double]) -> Double {
    LinearAlgebra.dot(gradient, to) - LinearAlgebra.dot(gradient, from)
  }
}

extension SharpnessAscent {
  /// The summits of all starts: the centre, given points, random ones.
  static func summits(
    _ objective: Objective, over batch: Batch?, in set: PerturbationSet<Objective.Scalar>, centreLoss: Double,
    given: [[Double]], _ options: AscentOptions
  ) throws(InputError) -> [Summit] {
    try parallelMap(options.starts + given.count, workers: options.workers) { number throws(InputError) in
      var ascent = SharpnessAscent(
        set: set, centreLoss: centreLoss, options: options, evaluation: LossEvaluation(objective, over: batch))
      if number == 0 { return ascent.climb(from: [Double](repeating: 0, count: set.dimension)) }
      if number <= given.count { return ascent.climb(from: given[number - 1]) }
      let place = number - given.count
      var stream = RandomStream(options.seeds.key(.measurement, trial: options.trial), step: place)
      let start = set.norm.randomPoint(count: set.dimension, radius: set.radius, stream: &stream)
      return ascent.climb(from: start)
    }
  }
}
