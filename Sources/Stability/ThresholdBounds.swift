import Numerics

/// A number that is known to lie between two others.
public struct Enclosure: Sendable, Equatable {
  /// At least this.
  public let lower: Double
  /// At most this.
  public let upper: Double
  /// Whether both are the same.
  public var isExact: Bool { lower == upper }
}

/// Closed-form bounds around η_meanSquare, for plain SGD whose batches are independent of each other.
///
/// η_all ≤ η_lower ≤ η_meanSquare ≤ η_upper ≤ (15) ≤ 2/λ₁, η_sufficient ≤ η_lower, η_meanSquare ≤ (16) and
/// η_meanSquare ≤ η_divergence for semidefinite Hᵢ. Numbers in parentheses are those of Mulayoff and Michaeli (arXiv
/// 2306.07850).
public struct ThresholdBounds: Sendable {
  /// η_lower = 2/max_v E‖H_Bv‖²/(vᵀHv): below it ‖δ‖² shrinks in expectation at every single step, from wherever it is.
  public let lower: Double
  /// η_upper = 2/max_v E(vᵀH_Bv)²/(vᵀHv·vᵀv), (24). Any v gives an upper bound; this is the smallest one found by
  /// ascent from several starts.
  public let upper: Double
  /// (15), the same at the top eigenvector v₁ alone.
  public let topEigenvector: Double
  /// (16), at the identity: 2 tr H/((1 − p)‖H‖² + (p/n) Σ‖Hᵢ‖²).
  public let trace: Double
  /// η_sufficient = minⱼ 2λⱼ/(λⱼ² + p·t_Q), t_Q = λ_max(M) of the matrix variance M = (1/n) Σ Hᵢ² − H²: convergence,
  /// in Patel's form.
  public let sufficient: Double
  /// η_divergence = maxⱼ 2λⱼ/(λⱼ² + p·s_Q), s_Q = λ_min(M) on range(H): divergence from every start, in Patel's form.
  public let divergence: Double
  /// t_Q.
  public let largestVariance: Double
  /// s_Q; 0 where weight decay gives null(H) a curvature without variance.
  public let smallestVariance: Double
}

extension MinimumGeometry {
  /// The bounds of ``ThresholdBounds``. Cost: one sandwich, two eigendecompositions of order r, and the ascent's
  /// 4·n·m·r operations a step.
  ///
  /// - Parameters:
  ///   - dynamics: The batch size and sampling, without momentum.
  ///   - second: The second moment that grows first, if it is known, to start one of the ascents from.
  /// - Throws: ``InputError`` at a saddle, for reshuffling and for momentum, which have no such bounds here.
  public func bounds(of dynamics: Dynamics, from second: Matrix? = nil) throws(InputError) -> ThresholdBounds {
    try requireMinimum()
    guard dynamics.momentum == 0,
      let p = dynamics.sampling.noiseFactor(batchSize: dynamics.batchSize, sampleCount: sampleCount)
    else {
      throw InputError(
        "bounds of the threshold", expected: "independent batches without momentum",
        found: dynamics.momentum == 0 ? "reshuffling" : "a momentum of \(dynamics.momentum)")
    }
    let values = decayedEigenvalues
    let problem = SecondMomentOperator(self, noiseFactor: p, momentum: 0)
    let variance = problem.noise(.identity(rank))
    let spectrum = try LinearAlgebra.symmetricEigenvalues(of: variance, asymmetryTolerance: 1e-6)
    let largest = max(0, spectrum.last ?? 0)
    let hasSilentNull = weightDecay > 0 && nullDimension > 0
    let smallest = hasSilentNull ? 0 : max(0, spectrum.first ?? 0)
    let all = values + (hasSilentNull && !isTruncated ? [Double](repeating: weightDecay, count: nullDimension) : [])
    let square = try oneStepSquare(variance, values, p)
    let top = quotient([1] + [Double](repeating: 0, count: rank - 1), values, p)
    var starts = [square.vectors.row(rank - 1).enumerated().map { $1 / values[$0].squareRoot() }]
    starts.append([1] + [Double](repeating: 0, count: rank - 1))
    if let second {
      starts.append(try LinearAlgebra.symmetricEigendecomposition(of: second).vectors.row(rank - 1))
    }
    var stream = RandomStream(RandomKey(seed: 3, purpose: .measurement))
    for _ in 0..<4 { starts.append(stream.sphere(count: rank)) }
    let best = starts.reduce(top) { max($0, ascend(from: $1, values, p)) }
    let isUnstable = isUnstableInNullSpace && p > 0
    return ThresholdBounds(
      lower: isUnstable ? 0 : 2 / (square.values.last ?? 0), upper: 2 / best, topEigenvector: 2 / top,
      trace: 2 * all.reduce(0, +) / (all.reduce(0) { $0 + $1 * $1 } + p * trace(variance)),
      sufficient: isUnstable ? 0 : all.reduce(.infinity) { min($0, 2 * $1 / ($1 * $1 + p * largest)) },
      divergence: all.reduce(0) { max($0, 2 * $1 / ($1 * $1 + p * smallest)) }, largestVariance: largest,
      smallestVariance: smallest)
  }

  /// Λ^(−½)(Λ² + pM)Λ^(−½), decomposed.
  private func oneStepSquare(
    _ variance: Matrix, _ values: [Double], _ p: Double
  ) throws(InputError) -> SymmetricEigendecomposition {
    var matrix = variance
    for j in 0..<rank {
      for k in 0..<rank {
        matrix[j, k] = p * variance[j, k] / (values[j] * values[k]).squareRoot() + (j == k ? values[j] : 0)
      }
    }
    return try LinearAlgebra.symmetricEigendecomposition(of: matrix, asymmetryTolerance: 1e-6)
  }

  private func trace(_ matrix: Matrix) -> Double { (0..<matrix.rows).reduce(0) { $0 + matrix[$1, $1] } }

  /// E(vᵀH_Bv)²/(vᵀHv·vᵀv).
  private func quotient(_ v: [Double], _ values: [Double], _ p: Double) -> Double {
    moments(v, values, p).quotient
  }

  private func moments(
    _ v: [Double], _ values: [Double], _ p: Double
  ) -> (quotient: Double, curvature: Double, forms: [Double], bare: Double) {
    let forms = p == 0 ? [] : curvature.quadraticForms(v)
    let bare = zip(v, eigenvalues).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
    let square = LinearAlgebra.dot(v, v)
    let decayed = zip(v, values).reduce(0) { $0 + $1.0 * $1.0 * $1.1 }
    let spread = forms.reduce(0) { $0 + ($1 - bare) * ($1 - bare) } / Double(sampleCount)
    return ((decayed * decayed + p * spread) / (decayed * square), decayed, forms, bare)
  }

  /// Climbs to a local maximum of the quotient.
  ///
  /// v ← (Λ/(vᵀΛv) + I/(vᵀv))⁻¹ E(vᵀH_Bv)H_Bv. For semidefinite samples q(v)^¼ = (E(vᵀH_Bv)²)^¼ is a norm, so it lies
  /// above its tangent, and √(vᵀΛv·vᵀv) lies below the arithmetic mean that the inverse stands for: no step is
  /// downhill, and there is no step size.
  private func ascend(from start: [Double], _ values: [Double], _ p: Double) -> Double {
    var v = start
    var best = 0.0
    for _ in 0..<1_000 {
      let norm = LinearAlgebra.norm(v)
      guard norm > 0 else { return best }
      for index in v.indices { v[index] /= norm }
      let (quotient, curvature, forms, bare) = moments(v, values, p)
      guard quotient > best * (1 + 1e-14) else { return max(best, quotient) }
      best = quotient
      let noise = p == 0 ? v : self.curvature.weightedProduct(forms, v)
      for index in v.indices {
        let gradient =
          curvature * values[index] * v[index]
          + p * (noise[index] / Double(sampleCount) - bare * eigenvalues[index] * v[index])
        v[index] = gradient / (values[index] / curvature + 1)
      }
    }
    return best
  }

  /// η_all = min_B 2/λ_max(H_B): below it every single batch contracts, which is safe for the nonlinear dynamics too.
  ///
  /// Exact where all batches can be enumerated, and for b = 1, b = n and iid sampling (which can draw one sample b
  /// times). Otherwise enclosed: from below by the mean of the b largest λ_max(Hᵢ) and by n/b·λ₁, from above by a
  /// search over batches. 0 where a batch has a negative eigenvalue. Cost: an eigenvalue problem a batch, or a
  /// sample.
  ///
  /// - Parameters:
  ///   - dynamics: The batch size and sampling.
  ///   - limit: Batches are enumerated while their number times the cube of the eigenvalue problem's order is below
  ///     this.
  /// - Throws: ``InputError`` for momentum: with it a contraction of every batch is not enough for stability.
  public func allBatchesThreshold(of dynamics: Dynamics, limit: Double = 1e9) throws(InputError) -> Enclosure {
    guard dynamics.momentum == 0 else {
      throw InputError("η_all", expected: "no momentum", found: "\(dynamics.momentum)")
    }
    let (n, b) = (sampleCount, min(dynamics.batchSize, sampleCount))
    let negative = -Self.negativeTolerance * eigenvalues[0]
    func exact(_ largest: Double, _ smallest: Double) -> Enclosure {
      let value = smallest + weightDecay < negative ? 0 : 2 / (largest + weightDecay)
      return Enclosure(lower: value, upper: value)
    }
    if dynamics.sampling == .full || (b == n && dynamics.sampling != .iid) {
      return exact(eigenvalues[0], smallestEigenvalue)
    }
    // An epoch's short last batch can be the sharpest.
    if dynamics.sampling == .reshuffle, n % b != 0 {
      let parts = try [b, n % b].map { size throws(InputError) in
        try allBatchesThreshold(
          of: Dynamics(batchSize: size, sampling: .subset, sampleCount: n), limit: limit)
      }
      return Enclosure(lower: min(parts[0].lower, parts[1].lower), upper: min(parts[0].upper, parts[1].upper))
    }
    // What batches do in null(H) is not in the basis; that some expand there is known.
    if isUnstableInNullSpace { return Enclosure(lower: 0, upper: 0) }
    var samples: [Double] = []
    var smallest = 0.0
    for sample in 0..<n {
      let range = try curvature.eigenvalueRange(over: [(sample, 1)])
      samples.append(range.largest)
      smallest = min(smallest, range.smallest)
    }
    if dynamics.sampling == .iid || b == 1 { return exact(samples.reduce(0, max), smallest) }
    let isFactored = curvature.outputCount != nil && curvature.signs == nil
    let order = Double(isFactored ? min(rank, b * curvature.rowsPerSample) : rank)
    if let batches = dynamics.allBatches(sampleCount: n, limit: min(20_000, limit / (order * order * order))) {
      var (largest, smallest) = (0.0, 0.0)
      for batch in batches {
        let range = try curvature.eigenvalueRange(over: batch.pairs)
        (largest, smallest) = (max(largest, range.largest), min(smallest, range.smallest))
      }
      return exact(largest, smallest)
    }
    let sum = samples.sorted(by: >).prefix(b).reduce(0, +) / Double(b)
    let isSemidefinite = smallest + weightDecay >= negative
    let bound = isSemidefinite ? min(sum, Double(n) / Double(b) * eigenvalues[0]) : sum
    let found = try largestBatch(size: b)
    return Enclosure(
      lower: isSemidefinite ? 2 / (max(bound, found) + weightDecay) : 0, upper: 2 / (found + weightDecay))
  }

  /// A large λ_max(H_B): alternately the batch that is sharpest in a direction, and that batch's sharpest direction.
  private func largestBatch(size b: Int) throws(InputError) -> Double {
    var stream = RandomStream(RandomKey(seed: 4, purpose: .measurement))
    var best = eigenvalues[0]
    var starts = [[1] + [Double](repeating: 0, count: rank - 1)]
    for _ in 0..<8 { starts.append(stream.sphere(count: rank)) }
    for start in starts {
      var v = start
      var last = 0.0
      for _ in 0..<30 {
        let forms = curvature.quadraticForms(v)
        let chosen = forms.indices.sorted { forms[$0] > forms[$1] }.prefix(b)
        let batch = curvature.meanHessian(over: chosen.map { ($0, 1 / Double(b)) })
        let spectrum = try LinearAlgebra.symmetricEigendecomposition(of: batch)
        let value = spectrum.values.last ?? 0
        guard value > last * (1 + 1e-12) else { break }
        last = value
        v = spectrum.vectors.row(rank - 1)
      }
      best = max(best, last)
    }
    return best
  }
}
