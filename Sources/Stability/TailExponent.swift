import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// κ(η, b), the power with which the probability of large excursions falls: P(‖δ‖ > R) ~ R^(−κ).
public struct TailExponent: Sendable, Equatable {
  /// κ: +∞ where every batch contracts, 2 at η_meanSquare, 0 from η_almostSure on.
  public let value: Double
  /// Its standard error over independent populations; 0 where it is exact.
  public let standardError: Double
}

extension MinimumGeometry {
  /// The power κ > 0 at which E‖δ‖^κ neither grows nor shrinks.
  ///
  /// In one direction the root of E|1 − ηq|^κ = 1, exact by enumeration; the smallest of all directions' where the
  /// samples share their eigenvectors. Otherwise from populations of linearised
  /// runs, cloned and killed in proportion to their growth^κ (a long run alone never sees the rare paths that make
  /// the moment): the growth per step is the mean weight, and κ its zero. The populations' finite size biases κ by
  /// about 1 part in their number of chains. Exponents above 64 are given as 64.
  ///
  /// - Parameters:
  ///   - step: η.
  ///   - dynamics: The batch size and sampling.
  ///   - simulation: The size of a population, and its steps.
  ///   - populations: How many independent ones, for the standard error.
  /// - Throws: ``InputError`` for fewer than two chains or populations, or a step size that is not finite and positive.
  public func tailExponent(
    step: Double, of dynamics: Dynamics, _ simulation: MonteCarlo = MonteCarlo(), populations: Int = 4
  ) throws(InputError) -> TailExponent {
    guard populations >= 2 else {
      throw InputError("populations", expected: "at least 2", found: "\(populations)")
    }
    // The steps of an epoch are not independent: what one of them does says nothing of a product's moments.
    if dynamics.sampling != .reshuffle, let multipliers = commutingMultipliers(of: dynamics) {
      let powers = multipliers.map { $0.tailExponent(step: step) }
      return TailExponent(value: powers.reduce(.infinity, min), standardError: 0)
    }
    if dynamics.momentum == 0, step <= (try allBatchesThreshold(of: dynamics).lower) {
      return TailExponent(value: .infinity, standardError: 0)
    }
    let exponent = try lyapunovExponent(step: step, of: dynamics, simulation)
    if exponent.value >= 0 { return TailExponent(value: 0, standardError: 0) }
    var moments = RunningMoments()
    for population in 0..<populations {
      func growth(_ power: Double) -> Double {
        momentGrowth(power: power, step: step, dynamics, simulation, population: population)
      }
      // The growth per power is monotone, and unlike the growth itself has one zero.
      var (low, high) = (0.0, 2.0)
      var (below, above) = (exponent.value, growth(high) / high)
      while above < 0, high < 64 {
        (low, below, high) = (high, above, 2 * high)
        above = growth(high) / high
      }
      guard above >= 0 else {
        moments.add(high)
        continue
      }
      // Illinois: the end that stays counts half.
      for _ in 0..<12 where high - low > 1e-3 * high {
        let middle = below.isFinite ? low + (high - low) * below / (below - above) : (low + high) / 2
        guard middle > low, middle < high else { break }
        let value = growth(middle) / middle
        if value < 0 {
          (low, below, above) = (middle, value, above / 2)
        } else {
          (high, above, below) = (middle, value, below / 2)
        }
      }
      moments.add(above < -below || !below.isFinite ? high : low)
    }
    return TailExponent(value: min(moments.mean, 64), standardError: moments.standardError ?? 0)
  }

  /// (1/t) log E‖δₜ‖^κ, estimated by one population. Walks are cloned after each step, and after each epoch where epochs
  /// are reshuffled, of which there are 8 at least.
  func momentGrowth(
    power: Double, step: Double, _ dynamics: Dynamics, _ simulation: MonteCarlo, population: Int
  ) -> Double {
    // Under reshuffling a walk has to use up its own permutation before it may go on where another stands.
    let period = dynamics.sampling == .reshuffle ? dynamics.epochLength(sampleCount: sampleCount) : 1
    let offset = (population + 1) << 20
    var walks = LinearizedWalks(
      self, dynamics, step: step, seeds: simulation.seeds, trials: offset..<offset + simulation.chains)
    var stream = RandomStream(simulation.seeds.key(.measurement, trial: offset), step: 2)
    let rounds = max(simulation.steps / period, min(simulation.steps, 8))
    let warmUp = max(1, rounds / 4)
    var total = 0.0
    var weights = [Double](repeating: 0, count: walks.count)
    var growth = weights
    var sources = [Int](repeating: 0, count: walks.count)
    for round in 0..<(rounds + warmUp) {
      for index in weights.indices { weights[index] = 0 }
      for _ in 0..<period {
        walks.advance(&growth)
        for index in weights.indices { weights[index] += growth[index] }
      }
      for index in weights.indices { weights[index] = exp(power * weights[index]) }
      let mean = weights.reduce(0, +) / Double(weights.count)
      guard mean > 0 else { return -.infinity }
      if round >= warmUp { total += log(mean) }
      // Systematic resampling: one uniform number, evenly spaced pointers, the least possible noise.
      var (sum, place) = (weights[0], 0)
      let start = stream.uniform()
      for index in sources.indices {
        let pointer = (Double(index) + start) * mean
        while pointer > sum, place < walks.count - 1 {
          place += 1
          sum += weights[place]
        }
        sources[index] = place
      }
      walks.rearrange(sources)
    }
    return total / Double(rounds * period)
  }
}
