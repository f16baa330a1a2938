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

  /// Whether it differs from 0 by more than `width` standard errors.
  public func isDecided(width: Double = 3) -> Bool {
    value == -.infinity || abs(value) > width * standardError
  }
}

extension MinimumGeometry {
  /// The Lyapunov exponent at a step size. Its sign decides whether a run can settle at an interpolating minimum.
  ///
  /// Exact without noise, and by enumeration in one direction. Otherwise the mean growth of log‖δ‖ over chains of
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
      return LyapunovExponent(value: rates.reduce(silentRate, max), standardError: 0)
    }
    if let multipliers = scalarMultipliers(of: dynamics) {
      return LyapunovExponent(value: multipliers.lyapunovExponent(step: step), standardError: 0)
    }
    var moments = RunningMoments()
    for chain in 0..<simulation.chains {
      var walk = LinearizedWalk(self, dynamics, step: step, seeds: simulation.seeds, trial: chain)
      for _ in 0..<max(1, simulation.steps / 4) { _ = walk.advance() }
      var sum = 0.0
      for _ in 0..<simulation.steps { sum += walk.advance() }
      if sum == -.infinity { return LyapunovExponent(value: max(sum, silentRate), standardError: 0) }
      moments.add(sum / Double(simulation.steps))
    }
    return LyapunovExponent(
      value: max(moments.mean, silentRate), standardError: moments.mean >= silentRate ? moments.standardError ?? 0 : 0)
  }

  /// log of the spectral radius of the heavy ball at one curvature without noise.
  private func fullBatchRate(_ step: Double, _ curvature: Double, _ beta: Double) -> Double {
    let trace = 1 + beta - step * curvature
    let discriminant = trace * trace / 4 - beta
    if discriminant < 0 { return 0.5 * log(beta) }
    return log(abs(trace / 2) + discriminant.squareRoot())
  }
}

/// One run of the linearised dynamics, kept at unit length.
struct LinearizedWalk {
  private let geometry: MinimumGeometry
  private let step: Double
  private let momentum: Double
  private var sampler: BatchSampler
  private var position: [Double]
  private var previous: [Double]
  private var change: [Double]

  init(_ geometry: MinimumGeometry, _ dynamics: Dynamics, step: Double, seeds: Seeds, trial: Int) {
    self.geometry = geometry
    self.step = step
    momentum = dynamics.momentum
    var stream = RandomStream(seeds.key(.measurement, trial: trial))
    position = stream.sphere(count: geometry.rank)
    previous = position
    change = [Double](repeating: 0, count: geometry.rank)
    sampler = BatchSampler(
      dynamics, sampleCount: geometry.sampleCount, stream: RandomStream(seeds.key(.measurement, trial: trial), step: 1))
  }

  /// Makes a step and returns by how much log‖(δₜ, δₜ₋₁)‖ (without momentum log‖δₜ‖) grew; −∞ from the step on that
  /// annihilates it.
  mutating func advance() -> Double {
    sampler.advance()
    let (count, decay) = (position.count, geometry.weightDecay)
    let scale = 1 / Double(sampler.current.count)
    for index in 0..<count { change[index] = decay * position[index] }
    position.withUnsafeBufferPointer { x in
      change.withUnsafeMutableBufferPointer { y in
        guard let x = x.baseAddress, let y = y.baseAddress else { return }
        for sample in sampler.current { geometry.curvature.addProduct(sample: sample, scale: scale, x, into: y) }
      }
    }
    var (before, after, size) = (0.0, 0.0, 0.0)
    for index in 0..<count {
      let (here, last) = (position[index], previous[index])
      let moved = step * change[index]
      let next = here - moved + (momentum == 0 ? 0 : momentum * (here - last))
      before += here * here + (momentum == 0 ? 0 : last * last)
      after += next * next + (momentum == 0 ? 0 : here * here)
      size += moved * moved
      previous[index] = here
      position[index] = next
    }
    // What is left is nothing but the rounding of 1 − ηq: the batch jumped exactly onto the minimum.
    guard after > 1e-28 * (before + size) else {
      for index in 0..<count { (position[index], previous[index]) = (0, 0) }
      return -.infinity
    }
    let norm = after.squareRoot()
    for index in 0..<count {
      position[index] /= norm
      previous[index] /= norm
    }
    return 0.5 * log(after / before)
  }

  /// Moves to where another walk stands, and keeps the own random numbers.
  mutating func take(positionOf other: LinearizedWalk) {
    position = other.position
    previous = other.previous
  }
}
