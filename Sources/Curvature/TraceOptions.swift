import Foundation
import Numerics

/// How a trace is estimated.
public enum TraceMethod: String, Sendable, Hashable, CaseIterable {
  /// The d diagonal entries: exact but for rounding, d products.
  case exact
  /// The mean of vᵀAv over random v (Hutchinson 1990, doi:10.1080/03610919008812866): one product a probe, no memory.
  case hutchinson
  /// A third of the products find a space that holds most of A, another third the trace in it, the last one what is left,
  /// by Hutchinson's estimator (Meyer, Musco, Musco and Woodruff 2021, arXiv 2010.09649). Memory: d numbers for three products.
  case hutchPlusPlus
  /// Every vector is left out once and serves as a probe of what the images of all others leave (Epperly, Tropp and Webber 2024,
  /// doi:10.1137/23M1548323). Two products a vector; of these methods the most exact where eigenvalues decay. Memory:
  /// d numbers for two products.
  case xTrace
}

/// How long a trace is estimated.
public enum TraceBudget: Sendable, Hashable {
  /// This many products, or a few less where a method takes them in twos or threes.
  case products(Int)
  /// Until the interval's half-width is at most this times |trace|, or `atMost` products are spent.
  case relativeError(Double, atMost: Int)
}

/// What is asked of a trace.
public struct TraceOptions: Sendable {
  /// How.
  public var method: TraceMethod
  /// How long.
  public var budget: TraceBudget
  /// The probability with which intervals cover.
  public var confidence: Double
  /// What vectors are drawn. With Gaussian ones XTrace scales each probe to the length that it has in expectation.
  public var probes: ProbeDistribution
  /// Ranges of parameters whose share in the trace is wanted too, those of layers for instance; by all methods but XTrace.
  public var blocks: [Range<Int>]
  /// Seeds of the vectors; the measurement seed is used, under trial `trial`.
  public var seeds: Seeds
  /// Which measurement it is.
  public var trial: Int
  /// How many threads share the work on the vectors that are kept.
  public var workers: Int

  /// Options; 100 products of XTrace unless something else is asked for, which then decides alone.
  public init(
    method: TraceMethod = .xTrace, budget: TraceBudget = .products(100), confidence: Double = 0.95,
    probes: ProbeDistribution = .rademacher, blocks: [Range<Int>] = [], seeds: Seeds = Seeds(master: 0), trial: Int = 0,
    workers: Int = 1
  ) {
    self.method = method
    self.budget = budget
    self.confidence = confidence
    self.probes = probes
    self.blocks = blocks
    self.seeds = seeds
    self.trial = trial
    self.workers = workers
  }

  /// Throws unless they make sense for an operator of this dimension.
  func requireSense(dimension: Int) throws(InputError) {
    guard confidence > 0, confidence < 1 else {
      throw InputError("confidence", expected: "a number strictly between 0 and 1", found: "\(confidence)")
    }
    if case .relativeError(let error, _) = budget, !(error > 0 && error.isFinite) {
      throw InputError("relative error of a trace", expected: "a positive number", found: "\(error)")
    }
    guard mostProducts >= leastProducts || dimension <= mostProducts else {
      throw InputError(
        "products for a trace", expected: "\(leastProducts) or more for the method \(method.rawValue)",
        found: "\(mostProducts)", advice: "An error takes a few vectors to be seen.")
    }
    guard blocks.allSatisfy({ $0.lowerBound >= 0 && $0.upperBound <= dimension }) else {
      throw InputError("blocks of a trace", expected: "ranges within 0..<\(dimension)", found: "others")
    }
    guard method != .xTrace || blocks.isEmpty else {
      throw InputError(
        "blocks of a trace", expected: "a method whose probes are independent", found: "xTrace",
        advice: "Take hutchPlusPlus or hutchinson.")
    }
  }

  /// The most products that may be made.
  var mostProducts: Int {
    switch budget {
    case .products(let count), .relativeError(_, let count): count
    }
  }

  /// The fewest that give a value with an error.
  private var leastProducts: Int {
    switch method {
    case .exact: 1
    case .hutchinson: 2
    case .hutchPlusPlus: 6
    case .xTrace: 4
    }
  }

  /// Of a budget by relative error, how many products are made before the first look: few products show their spread badly,
  /// and stopping on a small one by chance would cost coverage.
  static var pilotProducts: Int { 30 }

  /// Whether an estimate is what was asked for.
  func isEnough(_ value: Double, _ interval: ConfidenceInterval) -> Bool {
    switch budget {
    case .products: true
    case .relativeError(let error, _): (interval.high - interval.low) / 2 <= error * abs(value)
    }
  }

  /// How many times the standard error is to shrink: what is asked for is a half-width of z standard errors, z the normal
  /// quantile; 1 or less where it does so already.
  func excess(_ value: Double, _ standardError: Double) -> Double {
    guard case .relativeError(let error, _) = budget else { return 0 }
    return Normal.twoSidedQuantile(confidence) * standardError / max(error * abs(value), .leastNormalMagnitude)
  }

  /// The count of samples to go on to when their standard error is `excess` times too large and shrinks like count^−power. A seventh
  /// more than that, since otherwise every second look would find it just missed; and where it was missed, as much again as
  /// makes the next look a different one.
  static func nextCount(after count: Int, excess: Double, power: Double, atMost: Int) -> Int {
    let wanted = 1.15 * Double(count) * pow(max(excess, 1), 1 / power)
    return max(
      count, min(atMost, max((count * 23 + 19) / 20, wanted < Double(atMost) ? Int(wanted.rounded(.up)) : atMost)))
  }
}
