import Curvature
import Numerics
import Objectives

extension MinimumGeometry {
  /// The most parameters whose mean Hessian is formed by one Hessian-vector product each; above it `rank` must be
  /// given.
  public static let largestDenseDimension = 2_000

  /// The geometry of an objective at given parameters, through Hessian-vector products on single samples.
  ///
  /// Cost: d products over all samples (or those of a Lanczos iteration for the top `rank` eigenvectors, above
  /// ``largestDenseDimension`` parameters), then n·r on single samples. Which samples are indefinite is recognised
  /// from their Hessians in the basis; a Lanczos iteration bounds the smallest eigenvalue of H from above only.
  ///
  /// - Parameters:
  ///   - objective: A finite sum, without the weight decay.
  ///   - parameters: The point.
  ///   - weightDecay: w of a penalty (w/2)‖x‖² to add to every sample.
  ///   - rank: How many top eigenvectors to keep.
  /// - Throws: ``InputError`` for a wrong number of parameters, ones that are not finite, too many of them without a
  ///   rank, and where ``init(_:gradients:weightDecay:rank:)`` does.
  public init<Objective: FiniteSumObjective>(
    _ objective: Objective, at parameters: [Double], weightDecay: Double = 0, rank: Int? = nil
  ) throws(InputError) where Objective.Scalar == Double {
    try Self.requireParameters(weightDecay: weightDecay, rank: rank)
    try requirePoint(objective, parameters)
    let (n, d) = (objective.sampleCount, objective.parameterCount)
    let found: (values: [Double], vectors: Matrix)
    if d <= Self.largestDenseDimension {
      let hessian = Matrix(rows: d, columns: d, storage: objective.denseHessian(at: parameters))
      found = Self.descending(try LinearAlgebra.symmetricEigendecomposition(of: hessian))
    } else {
      guard let rank else {
        throw InputError(
          "rank", expected: "how many top eigenvectors to keep, for more than \(Self.largestDenseDimension) parameters",
          found: "none, and \(d) parameters", advice: "5 to 50 usually suffice.")
      }
      let hessian = try CurvatureOperator.hessian(of: objective, at: parameters)
      // One more than asked for says whether the basis leaves something out.
      let pairs = try hessian.eigenpairs(largest: min(rank + 1, d), options: EigenvalueOptions(tolerance: 1e-9))
      // The smallest Ritz value stands for the rest: it bounds the smallest eigenvalue from above.
      found = (pairs.largest.map(\.value) + [pairs.range.lowerBound], Matrix(pairs.largest.map(\.vector)))
    }
    var range = min(try Self.rangeCount(found.values, keepsAll: false), found.vectors.rows)
    let isComplete = d <= Self.largestDenseDimension
    let z = isComplete && range < d ? Self.nullVector(outside: Self.rows(found.vectors, range)) : nil
    let leak = z.map { Self.leak(objective, at: parameters, along: $0, found.values[0]) } ?? 0
    let hasNegative = (found.values.last ?? 0) < -Self.nullTolerance * found.values[0]
    if isComplete, weightDecay > 0, leak > Self.leakTolerance || hasNegative { range = d }
    let rangeBasis = Self.rows(found.vectors, range)
    let kept = min(rank ?? range, range)
    let basis = Self.rows(found.vectors, kept)
    // A sample can be indefinite in null(H) alone: one direction from there joins the basis while they are looked for.
    let extended = z.map { z in
      let norm = LinearAlgebra.norm(z)
      return Matrix(rows: kept + 1, columns: d, storage: basis.storage + z.map { $0 / norm })
    }
    let wide = Self.compress(objective, at: parameters, by: range < d ? extended ?? basis : basis)
    let indefinite = try wide.indefiniteSamples()
    let compressed = wide.compressed(by: Self.rows(.identity(wide.dimension), kept))
    try self.init(
      sampleCount: n, dimension: d, eigenvalues: Array(found.values.prefix(kept)), basis: basis,
      curvature: try compressed.factored() ?? compressed, rangeBasis: rangeBasis,
      smallestEigenvalue: found.values.last ?? 0, indefiniteSamples: indefinite, nullSpaceCurvature: leak,
      weightDecay: weightDecay, gradients: try Self.gradients(objective, at: parameters, weightDecay))
  }

  private static func compress<Objective: FiniteSumObjective>(
    _ objective: Objective, at parameters: [Double], by basis: Matrix
  ) -> SampleCurvature where Objective.Scalar == Double {
    let (n, r) = (objective.sampleCount, basis.rows)
    let directions = (0..<r).map { basis.row($0) }
    var entries = [Double](repeating: 0, count: n * r * r)
    for sample in 0..<n {
      let batch = Batch(samples: [sample])
      for (column, direction) in directions.enumerated() {
        let image = basis.multiplied(
          by: objective.hessianVectorProduct(at: parameters, times: direction, over: batch))
        for row in 0..<r {
          entries[(sample * r + row) * r + column] += 0.5 * image[row]
          entries[(sample * r + column) * r + row] += 0.5 * image[row]
        }
      }
    }
    return SampleCurvature(sampleCount: n, dimension: r, outputCount: nil, signs: nil, entries: entries)
  }

  private static func leak<Objective: FiniteSumObjective>(
    _ objective: Objective, at parameters: [Double], along z: [Double], _ largest: Double
  ) -> Double where Objective.Scalar == Double {
    let norms = (0..<objective.sampleCount).map { sample in
      LinearAlgebra.norm(objective.hessianVectorProduct(at: parameters, times: z, over: Batch(samples: [sample])))
    }
    return norms.reduce(0, max) / (largest * max(LinearAlgebra.norm(z), .leastNormalMagnitude))
  }

  private static func gradients<Objective: FiniteSumObjective>(
    _ objective: Objective, at parameters: [Double], _ weightDecay: Double
  ) throws(InputError) -> SampleGradients where Objective.Scalar == Double {
    var rows = objective.sampleGradients(at: parameters).flatMap { $0 }
    for index in rows.indices { rows[index] += weightDecay * parameters[index % parameters.count] }
    return try SampleGradients(rows, sampleCount: objective.sampleCount, dimension: parameters.count)
  }
}
