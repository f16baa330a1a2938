import Numerics
import Stability

/// How a network is diagnosed.
public struct DiagnosisOptions: Sendable {
  /// What is measured.
  public var measures: [DiagnosisMeasure] = DiagnosisMeasure.allCases
  /// The numbers in which products are made.
  public var precision: Precision = .automatic
  /// How many eigenvalues of each end.
  public var eigenvalueCount = 3
  /// A residual counts as converged below this times ‖H‖.
  public var eigenvalueTolerance = 1e-4
  /// The relative half width of a trace's 95 % interval that ends its estimation.
  public var traceError = 0.05
  /// The probes of a spectral density.
  public var probes = 5
  /// The Lanczos steps of each probe.
  public var lanczosSteps = 60
  /// Batch sizes of batch sharpness and of the thresholds; nil for some usual ones.
  public var batches: [Int]?
  /// The step sizes of the map; nil for 24 around the thresholds.
  public var steps: [Double]?
  /// How batches are drawn.
  public var sampling: Sampling = .iid
  /// How many of the sharpest directions thresholds are computed in.
  public var rank = 10
  /// The points on a side of a two-dimensional slice.
  public var sliceSize = 21
  /// How many threads; no number depends on them.
  public var workers = 1
  /// The master seed.
  public var seed: UInt64 = 1

  /// The usual ones.
  public init() {}

  /// The numbers in which products are made; everything else is in double precision.
  public enum Precision: String, Sendable, CaseIterable {
    /// Double up to 100,000 parameters, single above.
    case automatic
    case double
    case single

    func isSingle(parameterCount: Int) -> Bool {
      self == .single || (self == .automatic && parameterCount > 100_000)
    }
  }

  /// What a trace's estimation may take in vectors that it keeps, and the products that it mostly stays below.
  static let largestBasisBytes = 1 << 30
  static let usualTraceProducts = 300

  /// The most products of an estimate that has not reached its error: it then says so.
  static let largestProductCount = 2_000
}
