import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// SGD in one direction: a step multiplies the distance by 1 − ηq, with q the mean curvature of the batch.
///
/// Everything about such a product is a finite sum over the batches: exact, up to rounding.
public struct ScalarMultipliers: Sendable, Equatable {
  /// The distinct batch curvatures, ascending.
  public let curvatures: [Double]
  /// Their probabilities.
  public let probabilities: [Double]

  /// The batch curvatures of one-dimensional samples with their probabilities, equal ones joined.
  init(_ values: [(curvature: Double, probability: Double)]) {
    var curvatures: [Double] = []
    var probabilities: [Double] = []
    for (curvature, probability) in values.sorted(by: { $0.curvature < $1.curvature }) {
      if let last = curvatures.last, abs(curvature - last) <= 1e-15 * abs(last) {
        probabilities[probabilities.count - 1] += probability
      } else {
        curvatures.append(curvature)
        probabilities.append(probability)
      }
    }
    self.curvatures = curvatures
    self.probabilities = probabilities
  }

  /// Λ(η) = E log|1 − ηq|; −∞ where a batch jumps exactly onto the minimum.
  public func lyapunovExponent(step: Double) -> Double {
    zip(curvatures, probabilities).reduce(0) { $0 + $1.1 * log(abs(1 - step * $1.0)) }
  }

  /// The variance of log|1 − ηq|.
  func logarithmVariance(step: Double) -> Double {
    let mean = lyapunovExponent(step: step)
    return zip(curvatures, probabilities).reduce(0) {
      let deviation = log(abs(1 - step * $1.0)) - mean
      return $0 + $1.1 * deviation * deviation
    }
  }

  /// All step sizes at which Λ changes its sign, ascending: below the first the minimum is stable almost surely, then
  /// alternately not and again.
  ///
  /// Between two neighbouring poles 1/q, and beyond the last one, Λ is concave as a sum of logarithms of linear
  /// functions; so each interval has at most two roots, to both sides of its maximum.
  public var signChanges: [Double] {
    let poles = curvatures.filter { $0 > 0 }.map { 1 / $0 }.sorted()
    guard let last = poles.last else { return [] }
    var result: [Double] = []
    // On the first interval Λ falls from Λ(0) = 0 unless negative curvatures prevail, which no minimum has.
    for (left, right) in zip(poles, poles.dropFirst()) {
      let top = root(left, right) { -slope(step: $0) }
      guard lyapunovExponent(step: top) > 0 else { continue }
      result.append(root(left, top) { lyapunovExponent(step: $0) })
      result.append(root(top, right) { -lyapunovExponent(step: $0) })
    }
    var high = 2 * last
    while lyapunovExponent(step: high) < 0, high < .greatestFiniteMagnitude / 4 { high *= 2 }
    if high < .greatestFiniteMagnitude / 4 { result.append(root(last, high) { lyapunovExponent(step: $0) }) }
    return result
  }

  /// κ with E|1 − ηq|^κ = 1: the index of the power law with which excursions reach far. +∞ where no batch expands, 0
  /// from Λ ≥ 0 on.
  public func tailExponent(step: Double) -> Double {
    let logarithms = curvatures.map { log(abs(1 - step * $0)) }
    if lyapunovExponent(step: step) >= 0 { return 0 }
    // A multiplier of 1 but for rounding does not expand.
    guard logarithms.contains(where: { $0 > 4 * Double.ulpOfOne }) else { return .infinity }
    func excess(_ power: Double) -> Double {
      zip(logarithms, probabilities).reduce(-1) { $0 + $1.1 * exp(power * $1.0) }
    }
    var high = 1.0
    while excess(high) < 0 { high *= 2 }
    return root(0, high, excess)
  }

  private func slope(step: Double) -> Double {
    zip(curvatures, probabilities).reduce(0) { $0 - $1.1 * $1.0 / (1 - step * $1.0) }
  }

  /// The root of a function that is negative near `low` and positive near `high`; the ends themselves are never
  /// evaluated.
  private func root(_ low: Double, _ high: Double, _ value: (Double) -> Double) -> Double {
    var (low, high) = (low, high)
    for _ in 0..<2_000 {
      let middle = low + (high - low) / 2
      guard middle > low, middle < high else { break }
      if value(middle) < 0 { low = middle } else { high = middle }
    }
    return low + (high - low) / 2
  }
}

extension MinimumGeometry {
  /// The multipliers of a minimum with one direction of curvature; nil for more directions, momentum, or more than
  /// `limit` batches.
  public func scalarMultipliers(of dynamics: Dynamics, limit: Double = 20_000) -> ScalarMultipliers? {
    rank == 1 ? commutingMultipliers(of: dynamics, limit: limit)?.first : nil
  }

  /// The multipliers of every direction, where all samples share their eigenvectors, so that directions do not mix; nil
  /// where they do not, for momentum, for null directions with weight decay, or for more than `limit` batches.
  ///
  /// Reshuffling's steps have the same distribution each as subsets' when b divides n, and logarithms add up: Λ is
  /// that of subsets. Otherwise nil.
  func commutingMultipliers(of dynamics: Dynamics, limit: Double = 20_000) -> [ScalarMultipliers]? {
    guard dynamics.momentum == 0, weightDecay == 0 || nullDimension == 0 else { return nil }
    if dynamics.sampling == .reshuffle, sampleCount % dynamics.batchSize != 0 { return nil }
    guard dynamics.batchCount(sampleCount: sampleCount) * Double(rank) <= limit, let diagonals = sharedDiagonals(),
      let batches = dynamics.allBatches(sampleCount: sampleCount, limit: limit)
    else { return nil }
    return (0..<rank).map { direction in
      ScalarMultipliers(
        batches.map { batch in
          (
            batch.terms.reduce(weightDecay) { $0 + $1.weight * diagonals[$1.index * rank + direction] },
            batch.probability
          )
        })
    }
  }

  /// The eigenvalues of every sample, n × r, where all Hessians are diagonal in the basis but for rounding.
  ///
  /// Samples that share eigenvectors of H with equal eigenvalues can look mixed in the basis chosen, and are then not
  /// recognised.
  private func sharedDiagonals() -> [Double]? {
    if rank == 1 { return curvature.quadraticForms([1]) }
    var result: [Double] = []
    result.reserveCapacity(sampleCount * rank)
    for sample in 0..<sampleCount {
      let matrix = curvature.hessian(sample)
      for j in 0..<rank {
        for k in 0..<j where abs(matrix[j, k]) > 1e-13 * eigenvalues[0] { return nil }
        result.append(matrix[j, j])
      }
    }
    return result
  }
}
