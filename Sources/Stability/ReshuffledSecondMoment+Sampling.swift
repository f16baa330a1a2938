import Numerics

extension Dynamics {
  /// The number of steps after which every sample has been used, the last batch short where b does not divide n.
  func epochLength(sampleCount n: Int) -> Int { (n + batchSize - 1) / batchSize }
}

extension MinimumGeometry {
  /// The mean-square threshold of reshuffled epochs where their orders are too many to enumerate: the step size at which
  /// the second moment of simulated populations neither grows nor shrinks over an epoch.
  ///
  /// Populations of linearised runs are cloned and killed epoch by epoch in proportion to their growth², as for
  /// ``tailExponent(step:of:_:populations:)``; a crossing is bracketed from below η_almostSure and closed in on with the
  /// same random numbers at every step size. The standard error is that over independent populations; the finite size of
  /// one biases it by about 1 part in its number of chains. Heavy-ball momentum is as good as none.
  ///
  /// Cost: about 10 times `populations` × chains × 10 epochs (or `simulation.steps` where that is more).
  ///
  /// - Parameters:
  ///   - dynamics: The batch size and momentum.
  ///   - almostSure: η_almostSure, which it cannot exceed.
  ///   - simulation: The size of a population, and its steps.
  ///   - populations: How many independent ones, for the standard error.
  /// - Throws: ``InputError`` at a saddle, and for fewer than two chains or populations.
  public func sampledReshuffledThreshold(
    of dynamics: Dynamics, below almostSure: Double, _ simulation: MonteCarlo = MonteCarlo(), populations: Int = 4
  ) throws(InputError) -> MeanSquareThreshold {
    try requireMinimum()
    try simulation.require()
    guard populations >= 2 else {
      throw InputError("populations", expected: "at least 2", found: "\(populations)")
    }
    if isUnstableInNullSpace || almostSure <= 0 { return .exact(0) }
    let ceiling = almostSure.isFinite ? almostSure : 10 * fullBatchLimit(momentum: dynamics.momentum)
    var moments = RunningMoments()
    for population in 0..<populations {
      func growth(_ step: Double) -> Double {
        momentGrowth(power: 2, step: step, dynamics, simulation, population: population)
      }
      // The second moment grows no later than single runs do.
      var (high, above) = (ceiling, growth(ceiling))
      guard above > 0 else {
        moments.add(ceiling)
        continue
      }
      var (low, below) = (0.8 * high, growth(0.8 * high))
      while below >= 0, low > 1e-6 * ceiling {
        (high, above) = (low, below)
        low *= 0.8
        below = growth(low)
      }
      // Illinois: the end that stays counts half.
      for _ in 0..<8 where high - low > 5e-4 * high {
        let middle = below.isFinite ? low + (high - low) * below / (below - above) : (low + high) / 2
        guard middle > low, middle < high else { break }
        let value = growth(middle)
        if value < 0 {
          (low, below, above) = (middle, value, above / 2)
        } else {
          (high, above, below) = (middle, value, below / 2)
        }
      }
      moments.add((low + high) / 2)
    }
    return .estimated(moments.mean, standardError: max(moments.standardError ?? 0, 2.5e-4 * moments.mean))
  }
}
