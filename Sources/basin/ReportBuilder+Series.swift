import Citations
import Experiments
import Formats
import Numerics
import Reporting

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

extension ReportBuilder {
  /// The series, if there are any.
  func along() throws(InputError) -> [ExperimentReport.Part] {
    guard !series.isEmpty else { return [] }
    let shown = grid.groupsWithSeries
    var trials: [Int: GroupTrials] = [:]
    for group in shown { trials[group] = try soundTrials(groups[group]) }
    let lengths = trials.values.map(\.longest).filter { $0 > 0 }
    let isLogarithmic = (lengths.min() ?? 1) * 20 <= lengths.max() ?? 1
    var curves = [[ResultSeries.Curve?]](
      repeating: [ResultSeries.Curve?](repeating: nil, count: groups.count), count: series.count)
    var isSampled = false
    for group in shown {
      guard let members = trials[group], !members.all.isEmpty else { continue }
      let reader = SeriesReader(
        store: results.store, series: series, isLogarithmic: isLogarithmic, pointLimit: Self.mostPoints / shown.count)
      let read = try reader.curves(members)
      isSampled = isSampled || read.isSampled
      for (place, curve) in read.curves.enumerated() { curves[place][group] = curve }
    }
    let figures = zip(series, curves).flatMap { name, curves in
      grid.figures(
        of: ResultSeries(
          name: "series-\(name)", label: name, caption: caption(name, isSampled: isSampled, isLogarithmic),
          curves: curves),
        hasLogarithmicSteps: isLogarithmic)
    }
    return [.init(anchor: "series", heading: "Along the way", figures: figures)]
  }

  /// The publication of the quantiles.
  static let seriesCitations: [Citation] = [.hyndman]

  /// So many numbers are read for all series of a report: a few seconds' work.
  private static let mostPoints = 60_000_000

  private func caption(_ name: String, isSampled: Bool, _ isLogarithmic: Bool) -> String {
    var sentences = [
      "Median and 10–90 % band of \(name) over trials at each step. A trial that has ended counts with its last value."
    ]
    if isSampled { sentences.append("Of groups with very many points, trials are drawn evenly by number.") }
    if isLogarithmic { sentences.append("Step 0 is not shown.") }
    if let leftOut = leftOut(of: total) { sentences.append(leftOut) }
    return sentences.joined(separator: " ")
  }

  private func soundTrials(_ group: TrialGroup) throws(InputError) -> GroupTrials {
    var trials = GroupTrials()
    for place in group.configurations where !results.configurations[place].seriesNames.isEmpty {
      let configuration = results.configurations[place]
      try results.store.forEachTrial(of: configuration) { trial in
        if trial.state.isSound { trials.add(trial, configuration) }
      }
    }
    return trials
  }
}

/// The trials of a group whose series count.
private struct GroupTrials {
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

  mutating func add(_ trial: StoredTrial, _ configuration: Store.StoredConfiguration) {
    if configurations.last?.row != configuration.row { configurations.append(configuration) }
    let member = Member(key: trial.key, steps: trial.steps, configuration: configurations.count - 1)
    all.append(member)
    if trial.steps > longestMember?.steps ?? -1 { longestMember = member }
  }
}

/// Reads the series of one group's trials, at a few hundred steps.
private struct SeriesReader {
  let store: Store
  let series: [String]
  let isLogarithmic: Bool
  /// How many numbers may be read.
  let pointLimit: Int

  /// More points no picture shows.
  private static let mostSteps = 300
  /// More numbers than this are not kept at a time: 160 MB.
  private static let mostKept = 20_000_000
  /// Fewer trials than this are always all read.
  private static let fewTrials = 100

  func curves(_ trials: GroupTrials) throws(InputError) -> (curves: [ResultSeries.Curve?], isSampled: Bool) {
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
      columns.map { Self.curve(steps, $0, lastOfHalf: lastOfHalf) }, members.count < trials.all.count
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

  private static func curve(_ steps: [Int], _ columns: [[Double]], lastOfHalf: Double) -> ResultSeries.Curve? {
    let quantiles = columns.map { (try? Quantile.estimates([0.1, 0.5, 0.9], of: $0)) ?? [.nan, .nan, .nan] }
    guard quantiles.contains(where: { $0[1].isFinite }) else { return nil }
    return ResultSeries.Curve(
      steps: steps.map(Double.init), median: quantiles.map { $0[1] }, low: quantiles.map { $0[0] },
      high: quantiles.map { $0[2] }, lastOfHalf: lastOfHalf)
  }
}
