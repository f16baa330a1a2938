import Numerics

/// Whether SGD can stay at a minimum.
public enum Verdict: String, Sendable, CaseIterable {
  /// The second moment is bounded: η < η_meanSquare.
  case stay
  /// Typical runs return, and their mean square is unbounded: rare excursions escape, with probability (r₀/R)^κ, κ < 2.
  case fragile
  /// Every run leaves, in ln(R/r₀)/Λ steps on average.
  case leave
  /// The Lyapunov exponent is 0, or the step size at the threshold, within the errors.
  case undecided
}

/// The verdict on one pair of step and batch size, with what it rests on.
public struct CellVerdict: Sendable {
  /// The verdict.
  public let verdict: Verdict
  /// Why, in a sentence.
  public let reason: String
  /// Λ, where it was needed.
  public let exponent: LyapunovExponent?
  /// Whether every single batch contracts, so that nonlinear runs stay too.
  public let everyBatchContracts: Bool
}

/// What a verdict rests on, computed once for a batch size and used for all its step sizes.
public struct StabilityOfBatch: Sendable {
  /// The batch size, sampling and momentum.
  public let dynamics: Dynamics
  /// η_all; nil with momentum.
  public let allBatches: Enclosure?
  /// η_meanSquare; estimated for reshuffled epochs that are too long to enumerate.
  public let meanSquare: MeanSquareThreshold
  /// The bounds of plain SGD with independent batches; nil otherwise.
  public let bounds: ThresholdBounds?
  /// 2(1 + β)/(λ₁ + w).
  public let fullBatch: Double
  /// η_almostSure.
  public let almostSure: AlmostSureThreshold
}

extension MinimumGeometry {
  /// All thresholds of one batch size.
  ///
  /// - Parameters:
  ///   - dynamics: The batch size, sampling and momentum.
  ///   - simulation: How much is simulated for η_almostSure.
  ///   - tolerance: See ``stationarity(tolerance:relativeTolerance:)``.
  /// - Throws: ``InputError`` where ``refusal(tolerance:relativeTolerance:)`` gives a reason, and where the parts do.
  public func stability(
    of dynamics: Dynamics, _ simulation: MonteCarlo = MonteCarlo(), tolerance: Double = 1e-6
  ) throws(InputError) -> StabilityOfBatch {
    if let reason = refusal(tolerance: tolerance) {
      throw InputError("stability", expected: "a minimum", found: reason)
    }
    let isIndependent = dynamics.sampling.noiseFactor(batchSize: dynamics.batchSize, sampleCount: sampleCount) != nil
    // Beyond enumeration reshuffled epochs are simulated.
    let isCertain = isIndependent || (dynamics.momentum == 0 && canEnumerateEpoch(dynamics))
    let certified = isCertain ? try meanSquareThreshold(of: dynamics) : nil
    let almostSure = try almostSureThreshold(of: dynamics, from: certified?.lower ?? 0, simulation)
    let meanSquare: MeanSquareThreshold
    if let certified {
      meanSquare = certified
    } else {
      meanSquare = try sampledReshuffledThreshold(of: dynamics, below: almostSure.value, simulation)
    }
    let isPlain = dynamics.momentum == 0
    return StabilityOfBatch(
      dynamics: dynamics, allBatches: isPlain ? try allBatchesThreshold(of: dynamics) : nil, meanSquare: meanSquare,
      bounds: isPlain && isIndependent ? try bounds(of: dynamics, from: meanSquare.direction) : nil,
      fullBatch: fullBatchLimit(momentum: dynamics.momentum),
      almostSure: almostSure)
  }

  /// The verdict on a step size.
  ///
  /// In order: η < η_all: stay, every batch contracts. η below η_meanSquare's bracket (three standard errors where it is
  /// estimated): stay in mean square. η inside the bracket: undecided. Above it the sign of Λ at η itself: fragile or leave, undecided within `width` standard
  /// errors. For semidefinite samples that is the region between η_meanSquare and the first crossing η_almostSure,
  /// and beyond; where Λ is negative again above the first crossing, the verdict is fragile, as runs do return there.
  ///
  /// - Throws: ``InputError`` for a step size that is not finite and positive.
  public func verdict(
    step: Double, _ stability: StabilityOfBatch, _ simulation: MonteCarlo = MonteCarlo(), width: Double = 3
  ) throws(InputError) -> CellVerdict {
    guard step > 0, step.isFinite else {
      throw InputError("step size", expected: "a finite positive number", found: "\(step)")
    }
    func cell(
      _ verdict: Verdict, _ reason: String, _ exponent: LyapunovExponent? = nil, contracts: Bool = false
    ) -> CellVerdict {
      CellVerdict(verdict: verdict, reason: reason, exponent: exponent, everyBatchContracts: contracts)
    }
    if let all = stability.allBatches, step < all.lower {
      return cell(.stay, "every batch contracts", contracts: true)
    }
    let threshold = stability.meanSquare
    if step < threshold.lower { return cell(.stay, "the second moment contracts") }
    if step < threshold.upper {
      return cell(
        .undecided, "inside the \(threshold.standardError > 0 ? "error" : "bracket") of the mean-square threshold")
    }
    let exponent = try lyapunovExponent(step: step, of: stability.dynamics, simulation)
    guard exponent.isDecided(width: width), exponent.value != 0 else {
      return cell(.undecided, "the Lyapunov exponent is 0 within its error", exponent)
    }
    if exponent.value > 0 { return cell(.leave, "runs grow at the Lyapunov exponent's rate", exponent) }
    if isUnstableInNullSpace {
      return cell(
        .undecided, "the second moment grows in directions without mean curvature, which the exponent does not see",
        exponent)
    }
    return cell(.fragile, "typical runs return, the second moment grows", exponent)
  }
}
