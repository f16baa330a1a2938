import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The first step size at which the Lyapunov exponent becomes positive.
public struct AlmostSureThreshold: Sendable, Equatable {
  /// The crossing; +∞ where none was found.
  public let value: Double
  /// Its standard error, that of Λ over its slope; 0 where the crossing is exact.
  public let standardError: Double
  /// How many exponents were computed.
  public let evaluations: Int
}

extension MinimumGeometry {
  /// η_almostSure: the first zero of Λ(η) from below. Single runs settle below it even where their mean square does
  /// not.
  ///
  /// Without noise 2(1 + β)/(λ₁ + w); where all samples share their eigenvectors and up to 500 batches differ exact
  /// from the roots of a sum; otherwise searched upwards from η_meanSquare, below which Λ < 0 for certain, in steps of 3 %, then by
  /// regula falsi, all with the same random numbers. A fortieth of the simulation goes first to find the place. The
  /// almost surely stable set need not be an interval: a crossing and its return within one such step are not seen.
  ///
  /// - Parameters:
  ///   - dynamics: The batch size, sampling and momentum.
  ///   - start: Where to start the search, η_meanSquare if known; 0 starts at a twentieth of the full-batch limit,
  ///     times 1 − β.
  ///   - simulation: How much to simulate.
  ///   - largest: The search ends at this multiple of the full-batch limit.
  /// - Throws: ``InputError`` where the exponent does, and at a saddle.
  public func almostSureThreshold(
    of dynamics: Dynamics, from start: Double = 0, _ simulation: MonteCarlo = MonteCarlo(), upTo largest: Double = 100
  ) throws(InputError) -> AlmostSureThreshold {
    try requireMinimum()
    try simulation.require()
    if dynamics.sampling.noiseFactor(batchSize: dynamics.batchSize, sampleCount: sampleCount) == 0 {
      return AlmostSureThreshold(
        value: fullBatchLimit(momentum: dynamics.momentum), standardError: 0, evaluations: 0)
    }
    // All roots of a sum of k logarithms cost about 100·k² of them.
    if let multipliers = commutingMultipliers(of: dynamics), multipliers.allSatisfy({ $0.curvatures.count <= 500 }) {
      let crossings = multipliers.map { $0.signChanges.first ?? .infinity }
      return AlmostSureThreshold(value: crossings.reduce(.infinity, min), standardError: 0, evaluations: 0)
    }
    var start = start
    if simulation.chains >= 40 {
      var rough = simulation
      (rough.chains, rough.steps) = (simulation.chains / 10, max(1, simulation.steps / 4))
      let place = try crossing(of: dynamics, from: start, rough, upTo: largest, tolerance: 0.01).value
      if place.isFinite { start = max(start, 0.9 * place) }
    }
    return try crossing(of: dynamics, from: start, simulation, upTo: largest, tolerance: 1e-7)
  }

  /// The first crossing of the simulated exponent above `start`.
  private func crossing(
    of dynamics: Dynamics, from start: Double, _ simulation: MonteCarlo, upTo largest: Double, tolerance: Double
  ) throws(InputError) -> AlmostSureThreshold {
    var evaluations = 0
    func exponent(_ step: Double) throws(InputError) -> LyapunovExponent {
      evaluations += 1
      return try lyapunovExponent(step: step, of: dynamics, simulation)
    }
    let floor = fullBatchLimit() * (1 - dynamics.momentum)
    var low = start > 0 ? start : 0.05 * floor
    // A start from elsewhere may be too high; go down until the exponent is negative.
    while try exponent(low).value >= 0 {
      low /= 2
      guard low > 1e-12 * floor else {
        return AlmostSureThreshold(value: 0, standardError: 0, evaluations: evaluations)
      }
    }
    var high = low * 1.03
    var top = try exponent(high)
    while top.value < 0 {
      guard high < largest * fullBatchLimit() else {
        return AlmostSureThreshold(value: .infinity, standardError: 0, evaluations: evaluations)
      }
      low = high
      high *= 1.03
      top = try exponent(high)
    }
    var (below, above) = (try exponent(low).value, top.value)
    // Illinois: the end that stays counts half, so that both close in.
    for _ in 0..<40 where high - low > tolerance * high && above > 0 {
      let middle = below.isFinite ? low + (high - low) * below / (below - above) : (low + high) / 2
      guard middle > low, middle < high else { break }
      let value = try exponent(middle).value
      if value < 0 {
        (low, below, above) = (middle, value, above / 2)
      } else {
        (high, below, above) = (middle, below / 2, value)
      }
    }
    let crossing = (low + high) / 2
    let here = try exponent(crossing)
    let slope = (try exponent(crossing * 1.01).value - (try exponent(crossing * 0.99).value)) / (0.02 * crossing)
    return AlmostSureThreshold(
      value: crossing, standardError: slope == 0 ? .infinity : here.standardError / abs(slope),
      evaluations: evaluations)
  }
}

/// How a run gets out of a basin, or does not.
public enum Escape {
  /// The expected number of steps ln(R/r₀)/Λ from distance r₀ to R, for Λ > 0, where escape is certain; +∞ otherwise.
  public static func time(exponent: Double, from start: Double, to radius: Double) -> Double {
    exponent > 0 ? log(radius / start) / exponent : .infinity
  }

  /// The probability to get from r₀ to R within so many steps, for Λ > 0: that of a Brownian motion with drift Λ and
  /// variance σ² a step to reach L = ln(R/r₀) by time T, Φ((ΛT − L)/(σ√T)) + e^(2ΛL/σ²) Φ(−(ΛT + L)/(σ√T)).
  ///
  /// What log‖δ‖ does over many steps; single steps overshoot R, by less than the largest step's growth.
  public static func probability(
    exponent: LyapunovExponent, from start: Double, to radius: Double, within steps: Int
  ) -> Double {
    let (drift, distance, time) = (exponent.value, log(radius / start), Double(steps))
    let spread = (exponent.variance * time).squareRoot()
    guard spread > 0 else { return drift * time >= distance ? 1 : 0 }
    let reflected = Normal.cumulative(-(drift * time + distance) / spread)
    let weight = 2 * drift * distance / exponent.variance
    return min(
      1, Normal.cumulative((drift * time - distance) / spread) + (reflected > 0 ? exp(weight + log(reflected)) : 0))
  }

  /// The order of magnitude (r₀/R)^κ of the probability to ever get from r₀ to R, for Λ < 0 (the ruin of a gambler);
  /// 1 for κ = 0.
  public static func probability(tailExponent: Double, from start: Double, to radius: Double) -> Double {
    if start >= radius || tailExponent == 0 { return 1 }
    return pow(start / radius, tailExponent)
  }
}
