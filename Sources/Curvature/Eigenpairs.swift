import Numerics

/// An eigenvalue of a symmetric operator as far as it is known.
public struct Eigenpair<Scalar: BLASScalar>: Sendable {
  /// θ = xᵀAx.
  public let value: Double
  /// ‖Ax − θx‖, from a product of its own. Some eigenvalue is within this distance of θ, whatever the iteration did; 0 of
  /// a dense spectrum, whose error is rounding.
  public let residual: Double
  /// Whether the residual is below the tolerance asked for.
  public let isConverged: Bool
  /// x, of length 1.
  public let vector: [Scalar]

  /// θ ± residual, which holds an eigenvalue for certain, but for the rounding of a product.
  public var interval: ClosedRange<Double> { value - residual...value + residual }
}

/// Eigenvalues at the ends of a spectrum, with their errors and vectors.
public struct Eigenpairs<Scalar: BLASScalar>: Sendable {
  /// The largest, descending.
  public let largest: [Eigenpair<Scalar>]
  /// The smallest, ascending: the most negative first.
  public let smallest: [Eigenpair<Scalar>]
  /// How many products were made, those for the residuals included.
  public let products: Int
  /// The smallest and the largest Ritz value seen: the spectrum reaches at least so far at both ends, asked for or not.
  public let range: ClosedRange<Double>
  /// No eigenvalue is larger, with the stated confidence over the random start; nil after a warm start, and where fewer steps
  /// were made than such a statement takes. The value itself after a dense computation.
  public let upperBound: Double?
  /// No eigenvalue is smaller, likewise.
  public let lowerBound: Double?

  /// Eigenpairs from elsewhere.
  public init(
    largest: [Eigenpair<Scalar>], smallest: [Eigenpair<Scalar>], products: Int, range: ClosedRange<Double>,
    upperBound: Double?, lowerBound: Double?
  ) {
    self.largest = largest
    self.smallest = smallest
    self.products = products
    self.range = range
    self.upperBound = upperBound
    self.lowerBound = lowerBound
  }

  /// Whether all of them are converged.
  public var isConverged: Bool { (largest + smallest).allSatisfy(\.isConverged) }
}

/// How eigenvalues are computed.
public struct EigenvalueOptions: Sendable {
  /// A pair is converged when its residual is below this times the largest ‖Av‖ seen, about ‖A‖. Single precision reaches some 1e-6.
  public var tolerance: Double
  /// The most products; what is not converged then says so.
  public var largestProductCount: Int
  /// The most bytes of basis vectors; the process restarts when they are full.
  public var basisBytes: Int
  /// Whether to look for further eigenvalues beside those found, from another start: a process sees each eigenvalue once,
  /// however many times it is there. Of a single largest one this makes no difference.
  public var findsMultiples: Bool
  /// The confidence of the bounds.
  public var confidence: Double
  /// Seeds of the random start; the measurement seed is used, under trial `trial`.
  public var seeds: Seeds
  /// Which measurement it is.
  public var trial: Int
  /// How many threads share the work on the basis.
  public var workers: Int

  /// Options; a residual of 1e-8 of the spectrum's scale unless another is asked for.
  public init(
    tolerance: Double = 1e-8, largestProductCount: Int = 2_000, basisBytes: Int = 1 << 31, findsMultiples: Bool = true,
    confidence: Double = 0.95, seeds: Seeds = Seeds(master: 0), trial: Int = 0, workers: Int = 1
  ) {
    self.tolerance = tolerance
    self.largestProductCount = largestProductCount
    self.basisBytes = basisBytes
    self.findsMultiples = findsMultiples
    self.confidence = confidence
    self.seeds = seeds
    self.trial = trial
    self.workers = workers
  }
}
