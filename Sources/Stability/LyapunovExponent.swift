import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// How much is simulated, and with which random numbers.
public struct MonteCarlo: Sendable, Equatable {
  /// How many independent chains.
  public var chains: Int
  /// How many steps of each are measured, after a quarter as many that are not.
  public var steps: Int
  /// The seeds; the measurement seed is used.
  public var seeds: Seeds

  /// Chains, steps and seeds.
  public init(chains: Int = 200, steps: Int = 400, seeds: Seeds = Seeds(master: 0)) {
    self.chains = chains
    self.steps = steps
    self.seeds = seeds
  }

  func require() throws(InputError) {
    guard chains >= 2, steps >= 1 else {
      throw InputError(
        "simulation", expected: "at least 2 chains and 1 step", found: "\(chains) chains, \(steps) steps")
    }
  }
}

/// The Lyapunov exponent Λ = lim (1/t) log‖δₜ‖ of SGD linearised at a minimum, per step.
public struct LyapunovExponent: Sendable, Equatable {
  /// The exponent; −∞ where runs land exactly on the minimum.
  public let value: Double
  /// Its standard error over chains; 0 where it is exact.
  public let standardError: Double
  /// σ², by how much the variance of log‖δₜ‖ grows a step, in the direction that Λ is of; 0 without noise, and not known (0)
  /// for reshuffled epochs of samples that share their eigenvectors.
  public let variance: Double

  init(_ value: Double, standardError: Double = 0, variance: Double = 0) {
    self.value = value
    self.standardError = standardError
    self.variance = variance
  }

  /// Whether it differs from 0 by more than `width` standard errors.
  public func isDecided(width: Double = 3) -> Bool {
    value == -.infinity || abs(value) > width * standardError
  }
}

extension MinimumGeometry {
  /// The Lyapunov exponent at a step size. Its sign decides whether a run can settle at an interpolating minimum.
  ///
  /// Exact without noise, and by enumeration where all samples share their eigenvectors. Otherwise the mean growth of log‖δ‖ over chains of
  /// normalised products. The same random numbers serve every step size, so that differences between step sizes are
  /// far more precise than either exponent. Cost: chains × 1.25 steps × b Hessian-vector products in the basis.
  ///
  /// Null directions neither grow nor shrink and do not count; with weight decay they shrink by |1 − ηw|, which then
  /// bounds Λ from below.
  ///
  /// - Throws: ``InputError`` for fewer than two chains, or a step size that is not finite and positive.
  public func lyapunovExponent(
    step: Double, of dynamics: Dynamics, _ simulation: MonteCarlo = MonteCarlo()
  ) throws(InputError) -> LyapunovExponent {
    try simulation.require()
    guard step > 0, step.isFinite else {
      throw InputError("step size", expected: "a finite positive number", found: "\(step)")
    }
    let silent = weightDecay > 0 && nullDimension > 0 && !isTruncated
    let silentRate = silent ? fullBatchRate(step, weightDecay, dynamics.momentum) : -.infinity
    if dynamics.sampling.noiseFactor(batchSize: dynamics.batchSize, sampleCount: sampleCount) == 0 {
      let rates = decayedEigenvalues.map { fullBatchRate(step, $0, dynamics.momentum) }
      return LyapunovExponent(rates.reduce(silentRate, max))
    }
    if let multipliers = commutingMultipliers(of: dynamics) {
      let rates = multipliers.map { (value: $0.lyapunovExponent(step: step), multipliers: $0) }
      guard let fastest = rates.max(by: { $0.value < $1.value }), fastest.value > silentRate else {
        return LyapunovExponent(silentRate)
      }
      let isOrderFree = dynamics.sampling == .reshuffle
      return LyapunovExponent(
        fastest.value, variance: isOrderFree ? 0 : fastest.multipliers.logarithmVariance(step: step))
    }
    var walks = LinearizedWalks(
      self, dynamics, step: step, seeds: simulation.seeds, trials: 0..<simulation.chains)
    var growth = [Double](repeating: 0, count: simulation.chains)
    for _ in 0..<max(1, simulation.steps / 4) { walks.advance(&growth) }
    var sums = [Double](repeating: 0, count: simulation.chains)
    for _ in 0..<simulation.steps {
      walks.advance(&growth)
      for chain in sums.indices { sums[chain] += growth[chain] }
    }
    if sums.contains(-.infinity) { return LyapunovExponent(silentRate) }
    var moments = RunningMoments()
    for sum in sums { moments.add(sum / Double(simulation.steps)) }
    guard moments.mean >= silentRate else { return LyapunovExponent(silentRate) }
    let error = moments.standardError ?? 0
    return LyapunovExponent(
      moments.mean, standardError: error,
      variance: error * error * Double(simulation.chains) * Double(simulation.steps))
  }

  /// log of the spectral radius of the heavy ball at one curvature without noise.
  private func fullBatchRate(_ step: Double, _ curvature: Double, _ beta: Double) -> Double {
    let trace = 1 + beta - step * curvature
    let discriminant = trace * trace / 4 - beta
    if discriminant < 0 { return 0.5 * log(beta) }
    return log(abs(trace / 2) + discriminant.squareRoot())
  }
}
