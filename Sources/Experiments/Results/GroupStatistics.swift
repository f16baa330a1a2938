import Citations
import Formats
import Numerics

/// The statistics of one measure over the seeds of a group of trials.
///
/// Over trials that converged or were exhausted: dead, diverged and failed ones are never averaged in. Values that are not
/// finite are left out and counted.
public struct MeasureStatistics: Sendable {
  /// The measure.
  public let name: String
  /// How many values enter.
  public let count: Int
  /// How many values are not finite.
  public let notFinite: Int
  /// The arithmetic mean.
  public let mean: Double
  /// The standard error of the mean; nil for fewer than two values.
  public let standardError: Double?
  /// A 95 % interval for the mean: bootstrap percentiles (1,000 resamples) for up to 2,000 values, beyond that mean ± 1.96
  /// standard errors, which then differs from it by less than the bootstrap's own noise.
  public let meanInterval: ConfidenceInterval?
  /// The median.
  public let median: Double
  /// A distribution-free 95 % interval for the median; its ends are infinite for fewer than six values.
  public let medianInterval: ConfidenceInterval
  /// The quantiles of `quantileLevels`, type 7.
  public let quantiles: [Double]

  /// The levels of `quantiles`.
  public static let quantileLevels = [0.1, 0.25, 0.75, 0.9]

  /// The names of `fields`, which are the columns of exported groups and the keys in JSON.
  public static let fieldNames =
    [
      "measure", "count", "notFinite", "mean", "standardError", "meanLow", "meanHigh", "median", "medianLow",
      "medianHigh",
    ] + quantileLevels.map { "q\(Int(($0 * 100).rounded()))" }

  /// The statistics under their names; null for what has no value.
  public var fields: [JSON] {
    func optional(_ value: Double?) -> JSON { value.map { .number($0) } ?? .null }
    return [
      .string(name), .integer(count), .integer(notFinite), .number(mean), optional(standardError),
      optional(meanInterval?.low), optional(meanInterval?.high), .number(median), .number(medianInterval.low),
      .number(medianInterval.high),
    ] + quantiles.map { .number($0) }
  }

  private static let bootstrapLimit = 2_000

  /// The publications of its intervals and quantiles.
  public var citations: [Citation] {
    isBootstrapped ? Self.quantileCitations + Self.bootstrapCitations : Self.quantileCitations
  }

  /// The publications of medians, their intervals, and quantiles.
  public static let quantileCitations: [Citation] = [.david, .hyndman]
  /// The publications of the mean's interval where it is resampled.
  public static let bootstrapCitations: [Citation] = [.efron, .lemire, .salmon]

  private var isBootstrapped: Bool { count <= Self.bootstrapLimit && (standardError ?? 0) > 0 }

  /// The statistics of values; nil if none is finite.
  init?(_ name: String, _ values: [Double]) {
    let finite = values.filter(\.isFinite)
    guard let summary = try? Summary(finite), let median = try? Quantile.median(of: finite),
      let medianInterval = try? Quantile.interval(0.5, of: finite)
    else { return nil }
    self.name = name
    count = finite.count
    notFinite = values.count - finite.count
    mean = summary.mean
    standardError = summary.standardError
    self.median = median
    self.medianInterval = medianInterval
    quantiles = Self.quantileLevels.map { (try? Quantile.estimate($0, of: finite)) ?? .nan }
    meanInterval = Self.meanInterval(finite, summary)
  }

  private static func meanInterval(_ values: [Double], _ summary: Summary) -> ConfidenceInterval? {
    guard let standardError = summary.standardError else { return nil }
    guard values.count <= bootstrapLimit, standardError > 0 else {
      let half = Normal.quantile(0.975) * standardError
      return ConfidenceInterval(low: summary.mean - half, high: summary.mean + half, confidence: 0.95)
    }
    // The same resamples for every group: an interval depends on the group's values alone.
    var stream = RandomStream(Seeds(master: 0, part: "groups").key(.measurement))
    let replicates = try? Bootstrap.oneSample(values, resamples: 1_000, stream: &stream) { sample in
      sample.reduce(0, +) / Double(sample.count)
    }
    return try? replicates?.interval(.percentile)
  }
}

/// The trials that share the values of some settings.
public struct TrialGroup: Sendable {
  /// The settings' values, in the order of the columns.
  public let settings: [JSON?]
  /// The places of the group's configurations among those of the results.
  public let configurations: [Int]
  /// How many trials are in each state.
  public let states: StateCounts
  /// The statistics of each measure.
  public let measures: [MeasureStatistics]

  /// The publication of a share's interval.
  public static let shareCitations: [Citation] = [.wilson]

  /// The share of a state among the trials that are not pending, with its 95 % Wilson interval; nil if there are none.
  public func share(of state: TrialState) -> (value: Double, interval: ConfidenceInterval)? {
    let known = states.total - states[.pending]
    guard let proportion = try? Proportion(successes: states[state], trials: known),
      let interval = try? proportion.interval()
    else { return nil }
    return (proportion.estimate, interval)
  }
}
