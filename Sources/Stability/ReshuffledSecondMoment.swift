import Numerics

extension MinimumGeometry {
  /// The mean-square threshold of reshuffled epochs: the first step size at which the spectral radius of E[(Π A_B)⊗(Π
  /// A_B)] over an epoch's permutation is 1.
  ///
  /// Exact by enumeration: the expectation over all orders is built up over the subsets of samples already used, 2ⁿ
  /// of them instead of n! orders. The crossing is searched upwards from η_all (below which every batch contracts) in
  /// steps of 1 %, then bisected; a stable window that opens and closes within such a step is not seen.
  ///
  /// - Throws: ``InputError`` where the enumeration would take more than `limit` operations a step size, for
  ///   momentum, at a saddle, and where no crossing is found up to 100 η_all.
  public func reshuffledThreshold(of dynamics: Dynamics, limit: Double = 3e7) throws(InputError) -> Double {
    try requireMinimum()
    try requireEnumerableEpoch(dynamics, limit: limit)
    let start = try allBatchesThreshold(of: dynamics).lower
    guard start > 0, !isUnstableInNullSpace else { return 0 }
    var low = start
    while low < 100 * start {
      let high = low * 1.01
      if try reshuffledGrowth(step: high, of: dynamics, limit: limit) >= 1 {
        return try bisect(low, high) { (step) throws(InputError) in
          try reshuffledGrowth(step: step, of: dynamics, limit: limit) - 1
        }
      }
      low = high
    }
    throw InputError(
      "reshuffled threshold", expected: "a crossing below \(100 * start)", found: "stability up to there",
      advice: "Does every batch share one curvature?")
  }

  /// The factor by which the second moment grows over one reshuffled epoch, in expectation over its order.
  ///
  /// - Throws: ``InputError`` where the enumeration would take more than `limit` operations, and for momentum.
  public func reshuffledGrowth(
    step: Double, of dynamics: Dynamics, limit: Double = 3e7
  ) throws(InputError) -> Double {
    try requireEnumerableEpoch(dynamics, limit: limit)
    let factors = epochFactors(step: step, batchSize: dynamics.batchSize)
    let matrix = try SecondMomentOperator.dense(order: rank) { s in
      epochMoment(s, factors, batchSize: dynamics.batchSize)
    }
    return try BLAS.spectralRadius(matrix)
  }

  private func requireEnumerableEpoch(_ dynamics: Dynamics, limit: Double) throws(InputError) {
    guard dynamics.momentum == 0 else {
      throw InputError("reshuffled threshold", expected: "no momentum", found: "\(dynamics.momentum)")
    }
    guard canEnumerateEpoch(dynamics, limit: limit) else {
      throw InputError(
        "reshuffled threshold", expected: "few enough orders of an epoch to enumerate",
        found: "\(sampleCount) samples in batches of \(dynamics.batchSize), rank \(rank)",
        advice: "The estimate from simulated populations has no such limit.")
    }
  }

  /// Whether the orders of an epoch can be enumerated within `limit` operations a step size.
  func canEnumerateEpoch(_ dynamics: Dynamics, limit: Double = 3e7) -> Bool {
    let (n, r) = (sampleCount, Double(rank))
    guard n <= 20 else { return false }
    // Every used set is reached by each last batch in it; each costs a sandwich, for each of r(r + 1)/2 symmetric
    // matrices.
    var transitions = 0.0
    for used in stride(from: dynamics.batchSize, through: n, by: dynamics.batchSize) {
      transitions += Dynamics.binomial(n, used) * Dynamics.binomial(used, dynamics.batchSize)
    }
    return transitions * 2 * r * r * r * r * (r + 1) <= limit
  }

  /// I − ηH_B for every batch of an epoch, by the bit set of its samples.
  private func epochFactors(step: Double, batchSize b: Int) -> [Int: Matrix] {
    let n = sampleCount
    var result: [Int: Matrix] = [:]
    for bits in 1..<(1 << n) where bits.nonzeroBitCount == b || (n % b != 0 && bits.nonzeroBitCount == n % b) {
      let members = (0..<n).filter { bits >> $0 & 1 == 1 }
      var factor = curvature.meanHessian(over: members.map { ($0, 1 / Double(members.count)) })
      for j in 0..<rank {
        for k in 0..<rank {
          factor[j, k] = (j == k ? 1 - step * weightDecay : 0) - step * factor[j, k]
        }
      }
      result[bits] = factor
    }
    return result
  }

  /// E[A_m … A_1 S A_1 … A_m] over the orders of an epoch.
  private func epochMoment(_ s: Matrix, _ factors: [Int: Matrix], batchSize b: Int) -> Matrix {
    let n = sampleCount
    let all = (1 << n) - 1
    var moments: [Int: Matrix] = [0: s]
    for used in 1...all where used.nonzeroBitCount % b == 0 || used == all {
      let last = used.nonzeroBitCount % b == 0 ? b : n % b
      var sum = Matrix(rows: rank, columns: rank)
      var count = 0
      // All subsets of the used set, downwards.
      var batch = used
      while batch > 0 {
        if batch.nonzeroBitCount == last, let factor = factors[batch], let before = moments[used & ~batch] {
          let image = factor.multiplied(by: before).multiplied(by: factor)
          for j in 0..<rank {
            for k in 0..<rank { sum[j, k] += image[j, k] }
          }
          count += 1
        }
        batch = (batch - 1) & used
      }
      for j in 0..<rank {
        for k in 0..<rank { sum[j, k] /= Double(max(count, 1)) }
      }
      moments[used] = sum
    }
    return moments[all] ?? s
  }
}

/// The root of a function that is negative at `low` and not at `high`, by bisection to the last bits.
func bisect(
  _ low: Double, _ high: Double, _ value: (Double) throws(InputError) -> Double
) throws(InputError) -> Double {
  var (low, high) = (low, high)
  for _ in 0..<200 {
    let middle = low + (high - low) / 2
    guard middle > low, middle < high else { break }
    if try value(middle) < 0 { low = middle } else { high = middle }
  }
  return low + (high - low) / 2
}
