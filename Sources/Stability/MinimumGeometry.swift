import Numerics

/// The geometry of a minimum: per-sample Hessians in an orthonormal basis of range(H), in which H = diag(λ), and
/// per-sample gradients.
///
/// λⱼ is null when |λⱼ| ≤ 1e-10·λ₁. With weight decay w the objective is fᵢ + (w/2)‖x‖²: w is added to every
/// eigenvalue of every Hᵢ, in the null space of H too, where then every sample's curvature is exactly w. It moves H
/// and leaves the noise Hᵢ − H as it is. Gradients are those of the objective with its decay.
///
/// A geometry of lower rank r keeps the top r eigenvectors: the dynamics projected on them. That only shrinks the set
/// over which η_meanSquare, η_lower, η_upper, η_all, η_sufficient and the bound (15) are extremal, so each of them is
/// then at or *above* the true one, and falls towards it as r grows. The trace bound (16) and η_divergence have no
/// such direction.
public struct MinimumGeometry: Sendable {
  /// n, the number of samples.
  public let sampleCount: Int
  /// d, the number of parameters.
  public let dimension: Int
  /// The eigenvalues λ of H in the basis, descending, without weight decay.
  public let eigenvalues: [Double]
  /// The basis vectors as rows.
  public let basis: Matrix
  /// The Hessians in that basis.
  public let curvature: SampleCurvature
  /// The rank of H, as far as known: all eigenvalues that are not null. At least the basis's rank.
  public let rangeRank: Int
  /// The smallest eigenvalue of H on the whole space, without weight decay.
  public let smallestEigenvalue: Double
  /// The samples whose Hessian is indefinite.
  public let indefiniteSamples: [Int]
  /// How much of the samples' curvature acts on null(H), relative to λ₁: 0 but for rounding unless a sample is
  /// indefinite.
  public let nullSpaceCurvature: Double
  /// w, the weight decay.
  public let weightDecay: Double
  /// The gradients, if they were given, in all parameters.
  public let gradients: SampleGradients?
  /// (1/n) Σ ‖gᵢ‖² of the gradients' parts in null(H).
  public let nullGradientSquare: Double

  /// r, the number of basis vectors.
  public var rank: Int { eigenvalues.count }
  /// Whether the basis leaves out a part of range(H).
  public var isTruncated: Bool { rank < rangeRank }
  /// The dimension of null(H).
  public var nullDimension: Int { dimension - rangeRank }
  /// The eigenvalues λⱼ + w, descending.
  public var decayedEigenvalues: [Double] { eigenvalues.map { $0 + weightDecay } }

  /// Eigenvalues up to this multiple of λ₁ are null.
  public static let nullTolerance = 1e-10
  /// Eigenvalues of H below minus this multiple of λ₁ are negative; nearer to 0 they are rounding.
  public static let negativeTolerance = 1e-8
  /// Curvature in null(H) above this, relative to λ₁, is not rounding. A semidefinite Hᵢ can have the root of
  /// ``nullTolerance`` there.
  public static let leakTolerance = 1e-4

  /// Reduces the Hessians of samples to range(H).
  ///
  /// Cost: an eigendecomposition of order d, or for factors with n·m < d a singular value decomposition of n·m × d;
  /// then the samples' compression.
  ///
  /// - Parameters:
  ///   - curvature: The samples' Hessians.
  ///   - gradients: The samples' gradients at the same point; nil takes the point for an interpolating minimum.
  ///   - weightDecay: w ≥ 0, of which `curvature` contains nothing yet.
  ///   - rank: How many top eigenvectors to keep; all of range(H) when nil or larger.
  /// - Throws: ``InputError`` for a mean Hessian of zero or without a positive eigenvalue, for gradients of another
  ///   shape, a negative decay, a rank below 1.
  public init(
    _ curvature: SampleCurvature, gradients: SampleGradients? = nil, weightDecay: Double = 0, rank: Int? = nil
  ) throws(InputError) {
    try Self.requireParameters(weightDecay: weightDecay, rank: rank)
    let spectrum = try Self.spectrum(of: curvature)
    let indefinite = try curvature.indefiniteSamples()
    let keepsAll = weightDecay > 0 && !indefinite.isEmpty
    let range = try Self.rangeCount(spectrum.values, keepsAll: keepsAll)
    let kept = min(rank ?? range, range)
    let rangeBasis = Self.rows(spectrum.vectors, range)
    let basis = Self.rows(spectrum.vectors, kept)
    let leak = range < curvature.dimension ? Self.leak(of: curvature, outside: rangeBasis, spectrum.values[0]) : 0
    let compressed = curvature.compressed(by: basis)
    try self.init(
      sampleCount: curvature.sampleCount, dimension: curvature.dimension,
      eigenvalues: Array(spectrum.values.prefix(kept)), basis: basis,
      curvature: try compressed.factored() ?? compressed, rangeBasis: rangeBasis,
      smallestEigenvalue: spectrum.smallest, indefiniteSamples: indefinite, nullSpaceCurvature: leak,
      weightDecay: weightDecay, gradients: gradients)
  }

  init(
    sampleCount: Int, dimension: Int, eigenvalues: [Double], basis: Matrix, curvature: SampleCurvature,
    rangeBasis: Matrix, smallestEigenvalue: Double, indefiniteSamples: [Int], nullSpaceCurvature: Double,
    weightDecay: Double, gradients: SampleGradients?
  ) throws(InputError) {
    if let gradients, gradients.rows.rows != sampleCount || gradients.rows.columns != dimension {
      throw InputError(
        "per-sample gradients", expected: "\(sampleCount) × \(dimension), as the Hessians",
        found: "\(gradients.rows.rows) × \(gradients.rows.columns)")
    }
    self.sampleCount = sampleCount
    self.dimension = dimension
    self.eigenvalues = eigenvalues
    self.basis = basis
    self.curvature = curvature
    rangeRank = rangeBasis.rows
    self.smallestEigenvalue = smallestEigenvalue
    self.indefiniteSamples = indefiniteSamples
    self.nullSpaceCurvature = nullSpaceCurvature
    self.weightDecay = weightDecay
    self.gradients = gradients
    nullGradientSquare = gradients.map { Self.squareOutside(rangeBasis, $0) } ?? 0
  }

  static func requireParameters(weightDecay: Double, rank: Int?) throws(InputError) {
    guard weightDecay >= 0, weightDecay.isFinite else {
      throw InputError("weight decay", expected: "a finite number from 0", found: "\(weightDecay)")
    }
    if let rank, rank < 1 {
      throw InputError("rank", expected: "at least one eigenvector", found: "\(rank)")
    }
  }

  /// How many of the descending eigenvalues are kept: those that are not null, or all.
  static func rangeCount(_ values: [Double], keepsAll: Bool) throws(InputError) -> Int {
    guard let largest = values.first, largest > 0 else {
      throw InputError(
        "mean Hessian", expected: "a positive eigenvalue",
        found: values.first.map { "a largest one of \($0)" } ?? "none",
        advice: "No step size is limited by it: this is not a minimum with curvature.")
    }
    return keepsAll ? values.count : values.prefix { $0 > nullTolerance * largest }.count
  }

  /// The first rows of a matrix.
  static func rows(_ matrix: Matrix, _ count: Int) -> Matrix {
    Matrix(rows: count, columns: matrix.columns, storage: Array(matrix.storage.prefix(count * matrix.columns)))
  }

  /// The eigenvalues of H, descending, with eigenvectors as rows; those that are 0 because there are too few factors
  /// are left out.
  private static func spectrum(
    of curvature: SampleCurvature
  ) throws(InputError) -> (values: [Double], vectors: Matrix, smallest: Double) {
    let (d, count) = (curvature.dimension, curvature.sampleCount * curvature.rowsPerSample)
    guard curvature.outputCount != nil, count < d else {
      let (values, vectors) = descending(try LinearAlgebra.symmetricEigendecomposition(of: curvature.mean()))
      return (values, vectors, values.last ?? 0)
    }
    // H = R · (L s L)ᵀ · Rᵀ / n, with the rows R of the right factor of the stacked J: an eigenproblem of order n·m.
    let rows = Matrix(rows: count, columns: d, storage: curvature.entries)
    let factors = try LinearAlgebra.singularValueDecomposition(of: rows)
    var left = factors.left.transposed()
    for row in 0..<count {
      for column in 0..<count { left[row, column] *= factors.values[row] }
    }
    var signed = left
    if let signs = curvature.signs {
      for row in 0..<count {
        for column in 0..<count { signed[row, column] *= signs[column] }
      }
    }
    var inner = left.multiplied(by: signed.transposed())
    inner.withUnsafeMutableStorage { entries in
      for index in entries.indices { entries[index] /= Double(curvature.sampleCount) }
    }
    let (values, vectors) = descending(try LinearAlgebra.symmetricEigendecomposition(of: inner))
    return (values, vectors.multiplied(by: factors.rightTransposed), min(0, values.last ?? 0))
  }

  static func descending(_ decomposition: SymmetricEigendecomposition) -> (values: [Double], vectors: Matrix) {
    let (order, rows) = (decomposition.values.count, decomposition.vectors)
    var storage: [Double] = []
    storage.reserveCapacity(rows.storage.count)
    for row in stride(from: order - 1, through: 0, by: -1) {
      storage += rows.storage[row * rows.columns..<(row + 1) * rows.columns]
    }
    return (decomposition.values.reversed(), Matrix(rows: order, columns: rows.columns, storage: storage))
  }

  /// max ‖Hᵢz‖/(‖z‖λ₁) for a random z in the null space: zero there means, with probability one, that every Hᵢ
  /// vanishes on it.
  private static func leak(of curvature: SampleCurvature, outside basis: Matrix, _ largest: Double) -> Double {
    let z = nullVector(outside: basis)
    let product = UnsafeMutableBufferPointer<Double>.allocate(capacity: curvature.dimension)
    defer { product.deallocate() }
    var result = 0.0
    for sample in 0..<curvature.sampleCount {
      product.initialize(repeating: 0)
      z.withUnsafeBufferPointer { z in
        guard let z = z.baseAddress, let product = product.baseAddress else { return }
        curvature.addProduct(sample: sample, scale: 1, z, into: product)
      }
      result = max(result, LinearAlgebra.norm(Array(product)))
    }
    return result / (largest * max(LinearAlgebra.norm(z), .leastNormalMagnitude))
  }

  /// A fixed Gaussian vector without its part in the span of the rows.
  static func nullVector(outside basis: Matrix) -> [Double] {
    var stream = RandomStream(RandomKey(seed: 1, purpose: .measurement))
    var z = stream.gaussian(count: basis.columns)
    // Twice is enough to be orthogonal to working precision.
    for _ in 0..<2 {
      let inside = basis.transposedMultiplied(by: basis.multiplied(by: z))
      for index in z.indices { z[index] -= inside[index] }
    }
    return z
  }

  private static func squareOutside(_ basis: Matrix, _ gradients: SampleGradients) -> Double {
    guard basis.rows < basis.columns else { return 0 }
    let rows = gradients.rows
    let inside = rows.multiplied(by: basis.transposed()).multiplied(by: basis)
    let outside = zip(rows.storage, inside.storage).map { $0 - $1 }
    let norm = LinearAlgebra.norm(outside)
    return norm * norm / Double(rows.rows)
  }
}
