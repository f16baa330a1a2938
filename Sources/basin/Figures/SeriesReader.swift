import Experiments
import Numerics
import Reporting

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The trials of a group whose series count.
struct GroupTrials {
  struct Member {
    var key: TrialKey
    var steps: Int
    var configuration: Int
  }

  private(set) var all: [Member] = []
  private(set) var configurations: [Store.StoredConfiguration] = []
  /// The largest number of steps.
  var longest: Int { longestMember?.steps ?? 0 }
  private(set) var longestMember: Member?

  init(of group: TrialGroup, in results: Results) throws(InputError) {
    for place in group.configurations where !results.configurations[place].seriesNames.isEmpty {
      let configuration = results.configurations[place]
      try results.store.forEachTrial(of: configuration) { trial in
        if trial.state.isSound { add(trial, configuration) }
      }
    }
  }

  /// Whether steps are better seen on a logarithmic axis: some groups take 20 times as many as others.
  static func deserveLogarithm(_ groups: some Collection<GroupTrials>) -> Bool {
    let lengths = groups.map(\.longest).filter { $0 > 0 }
    return (lengths.min() ?? 1) * 20 <= lengths.max() ?? 1
  }

  private mutating func add(_ trial: StoredTrial, _ configuration: Store.StoredConfiguration) {
    if configurations.last?.row != configuration.row { configurations.append(configuration) }
    let member = Member(key: trial.key, steps: trial.steps, configuration: configurations.count - 1)
    all.append(member)
    if trial.steps > longestMember?.steps ?? -1 { longestMember = member }
  }
}

/// Reads the series of one group's trials, at a few hundred steps.
struct SeriesReader {
  let store: Store
  let series: [String]
  let isLogarithmic: Bool
  /// How many numbers may be read.
  let pointLimit: Int
  /// Whether the mean and its 95 % interval stand for the values of all trials at a step, or the median and the quantiles 10 % and
  /// 90 %.
  let isMean: Bool

  /// A middle with its spread.
  typealias Value = (middle: Double, low: Double, high: Double)

  /// The median and the quantiles 10 % and 90 %.
  private static func medianAndBand(_ values: [Double]) -> Value {
    guard let quantiles = try? Quantile.estimates([0.1, 0.5, 0.9], of: values) else { return (.nan, .nan, .nan) }
    return (quantiles[1], quantiles[0], quantiles[2])
  }

  /// The mean and its 95 % interval.
  private static func meanAndInterval(_ values: [Double]) -> Value {
    guard let mean = (try? Summary(values))?.mean else { return (.nan, .nan, .nan) }
    let interval = try? ConfidenceInterval.ofMean(values)
    return (mean, interval?.low ?? .nan, interval?.high ?? .nan)
  }

  /// So many numbers are read for all series of a report or a figure: a few seconds' work.
  private static let mostPoints = 60_000_000

  /// More points no picture shows.
  private static let mostSteps = 300
  /// More numbers than this are not kept at a time: 160 MB.
  private static let mostKept = 20_000_000
  /// Fewer trials than this are always all read.
  private static let fewTrials = 100

  /// What was read: for each series a curve, or nil, for each group.
  struct Curves {
    var curves: [[ResultSeries.Curve?]]
    /// Whether the steps are chosen for a logarithmic axis.
    var isLogarithmic: Bool
    /// Whether not all trials were read.
    var isSampled = false

    /// What has to be said of them, in sentences.
    var remarks: [String] {
      ["A trial that has ended counts with its last value."]
        + (isSampled ? ["Of groups with very many points, trials are drawn evenly by number."] : [])
        + (isLogarithmic ? ["Step 0 is not shown."] : [])
    }
  }

  /// Reads series of some groups.
  ///
  /// - Parameters:
  ///   - places: the places of the groups whose curves are wanted.
  ///   - isLogarithmic: whether the steps are for a logarithmic axis; nil if some groups take far more of them than others.
  ///   - isMean: whether means and their 95 % intervals are wanted instead of medians and the quantiles 10 % and 90 %.
  static func read(
    _ series: [String], of groups: [TrialGroup], places: [Int], in results: Results, isLogarithmic: Bool? = nil,
    isMean: Bool = false
  ) throws(InputError) -> Curves {
    var trials: [Int: GroupTrials] = [:]
    for group in places { trials[group] = try GroupTrials(of: groups[group], in: results) }
    let none = [ResultSeries.Curve?](repeating: nil, count: groups.count)
    var all = Curves(
      curves: [[ResultSeries.Curve?]](repeating: none, count: series.count),
      isLogarithmic: isLogarithmic ?? GroupTrials.deserveLogarithm(trials.values))
    for group in places {
      guard let members = trials[group], !members.all.isEmpty else { continue }
      let reader = SeriesReader(
        store: results.store, series: series, isLogarithmic: all.isLogarithmic, pointLimit: mostPoints / places.count,
        isMean: isMean)
      let read = try reader.curves(members)
      all.isSampled = all.isSampled || read.isSampled
      for (place, curve) in read.curves.enumerated() { all.curves[place][group] = curve }
    }
    return all
  }

  private func curves(_ trials: GroupTrials) throws(InputError) -> (curves: [ResultSeries.Curve?], isSampled: Bool) {
    guard let longest = trials.longestMember else { return ([], false) }
    var recorded: [Int] = []
    let longestConfiguration = trials.configurations[longest.configuration]
    try store.forEachChunk(of: longest.key, longestConfiguration) { recorded += $0.steps }
    let steps = thinned(recorded)
    let perTrial = max(recorded.count * longestConfiguration.seriesNames.count, 1)
    let limit = max(
      Self.fewTrials, min(pointLimit / perTrial, Self.mostKept / max(steps.count * series.count, 1)))
    let members =
      trials.all.count <= limit
      ? trials.all : (0..<limit).map { trials.all[$0 * trials.all.count / limit] }

    // For each series and step the values of all trials.
    var columns = [[[Double]]](repeating: [[Double]](repeating: [], count: steps.count), count: series.count)
    for (place, configuration) in trials.configurations.enumerated() {
      let wanted = Set(members.filter { $0.configuration == place }.map(\.key))
      try add(wanted, of: configuration, steps, to: &columns)
    }
    let ends = members.map(\.steps).sorted(by: >)
    let lastOfHalf = Double(ends[(ends.count + 1) / 2 - 1])
    return (
      columns.map { curve(steps, $0, lastOfHalf: lastOfHalf) }, members.count < trials.all.count
    )
  }

  /// Puts the values of trials at `steps` into the columns: at each step the last one that was recorded up to there.
  private func add(
    _ wanted: Set<TrialKey>, of configuration: Store.StoredConfiguration, _ steps: [Int], to columns: inout [[[Double]]]
  ) throws(InputError) {
    let places = series.map { configuration.seriesNames.firstIndex(of: $0) }
    var current: TrialKey?
    var last: [Double] = []
    var next = 0
    func fill(before step: Int) {
      while next < steps.count, steps[next] < step {
        for (column, value) in last.enumerated() where value.isFinite { columns[column][next].append(value) }
        next += 1
      }
    }
    try store.forEachChunk(of: configuration, where: wanted.contains) { key, chunk in
      if key != current {
        if current != nil { fill(before: .max) }
        (current, next) = (key, 0)
        last = [Double](repeating: .nan, count: series.count)
      }
      for (point, step) in chunk.steps.enumerated() {
        fill(before: step)
        for (column, place) in places.enumerated() {
          if let place { last[column] = chunk.values[place][point] }
        }
      }
    }
    if current != nil { fill(before: .max) }
  }

  /// At most a few hundred of the recorded steps, evenly spread on the axis.
  private func thinned(_ recorded: [Int]) -> [Int] {
    let steps = isLogarithmic ? recorded.filter { $0 > 0 } : recorded
    guard steps.count > Self.mostSteps, let first = steps.first, let last = steps.last else { return steps }
    var chosen: [Int] = []
    var place = 0
    for point in 0..<Self.mostSteps {
      let share = Double(point) / Double(Self.mostSteps - 1)
      let wanted =
        isLogarithmic
        ? Double(first) * pow(Double(last) / Double(first), share) : Double(first) + Double(last - first) * share
      while place < steps.count - 1, Double(steps[place]) < wanted.rounded() { place += 1 }
      if chosen.last != steps[place] { chosen.append(steps[place]) }
    }
    return chosen
  }

  private func curve(_ steps: [Int], _ columns: [[Double]], lastOfHalf: Double) -> ResultSeries.Curve? {
    let summaries = columns.map { isMean ? Self.meanAndInterval($0) : Self.medianAndBand($0) }
    guard summaries.contains(where: \.middle.isFinite) else { return nil }
    return ResultSeries.Curve(
      steps: steps.map(Double.init), middle: summaries.map(\.middle), low: summaries.map(\.low),
      high: summaries.map(\.high), lastOfHalf: lastOfHalf)
  }
}
