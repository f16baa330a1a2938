import Formats
import Numerics

/// What a store holds, as tables: one column for each setting that varies.
///
/// `setting columns`: the settings whose values differ between the configurations. A setting that does not apply to a
/// configuration is empty there, and one that is an empty list wherever it applies is no column. A seed is left out where the master seed decides it, the hash of a file where its path does.
public final class Results {
  /// What the store was made for.
  public let plan: Store.Plan
  /// The configurations shown: those of the current spec in the order of its grid; then, if asked for, former ones.
  public let configurations: [Store.StoredConfiguration]
  /// The places of the settings that vary, such as `optimizer.batch`, in alphabetical order.
  public let settingNames: [String]
  /// For each configuration the values of `settingNames`.
  public let settings: [[JSON?]]
  /// The names of all measurements at the end, each once; `steps` is a column of its own.
  public let finalNames: [String]
  /// The names of all measurements along the way, each once.
  public let seriesNames: [String]
  /// The store itself, for single trials and their series.
  public let store: Store

  /// Which settings are columns.
  public enum Columns: String, Sendable, CaseIterable {
    /// Those that vary.
    case varying
    /// All.
    case all
  }

  /// Reads the plan of a store.
  ///
  /// - Parameter includesFormer: whether configurations of earlier specs are shown too.
  public init(_ store: Store, includesFormer: Bool = false, columns: Columns = .varying) throws(InputError) {
    self.store = store
    plan = try store.plan()
    configurations = plan.configurations + (includesFormer ? plan.former : [])
    var valuesOfPlace: [String: Set<JSON>] = [:]
    var countOfPlace: [String: Int] = [:]
    let flat = configurations.map { Configuration.flattened($0.settings, place: "") }
    for settings in flat {
      for (place, value) in settings {
        valuesOfPlace[place, default: []].insert(value)
        countOfPlace[place, default: 0] += 1
      }
    }
    var names = valuesOfPlace.keys.filter { place in
      let values = valuesOfPlace[place, default: []]
      return columns == .all || values.count > 1 || countOfPlace[place] != flat.count && values != [.array([])]
    }
    let values = flat.map { Dictionary($0.map { ($0.place, $0.value) }) { first, _ in first } }
    if columns == .varying {
      names.removeAll { name in
        if name.hasPrefix("seeds."), name != "seeds.master" { return Self.does("seeds.master", decide: name, values) }
        return name.hasSuffix(".sha256") && Self.does(String(name.dropLast(7)), decide: name, values)
      }
    }
    let sorted = names.sorted()
    settingNames = sorted
    settings = values.map { values in sorted.map { values[$0] } }
    finalNames = Self.distinct(configurations.flatMap(\.finalNames)).filter { $0 != "steps" }
    seriesNames = Self.distinct(configurations.flatMap(\.seriesNames))
  }

  /// Whether configurations that agree in the setting `name` agree in `other` too.
  private static func does(_ name: String, decide other: String, _ settings: [[String: JSON]]) -> Bool {
    var decided: [JSON?: JSON?] = [:]
    return settings.allSatisfy { values in
      let value = values[other]
      return (decided.updateValue(value, forKey: values[name]) ?? value) == value
    }
  }

  /// For each configuration, how many of its trials are in each state.
  public func counts() throws(InputError) -> [StateCounts] { try store.counts(of: configurations) }

  /// About how much processor time the trials that are left take: for each configuration, as many times the mean of its trials
  /// that came to an end; where there are none, the mean of all. Nil as long as no trial came to an end.
  public func processorSecondsLeft() throws(InputError) -> Double? {
    let means = try store.meanProcessorSeconds()
    guard !means.isEmpty else { return nil }
    let trials = means.values.reduce(0) { $0 + $1.trials }
    let mean = means.values.reduce(0) { $0 + $1.seconds * Double($1.trials) } / Double(trials)
    var left = 0.0
    for (configuration, counts) in zip(configurations, try counts()) {
      let count = Double(counts[.pending] + counts[.interrupted])
      left += count * (means[configuration.row]?.seconds ?? mean)
    }
    return left
  }

  private static func distinct(_ names: [String]) -> [String] {
    var known: Set<String> = []
    return names.filter { known.insert($0).inserted }
  }

  /// For each name of `names`, its place among `own`.
  func places(of names: [String], in own: [String]) -> [Int?] {
    let places = Dictionary(own.enumerated().map { ($0.element, $0.offset) }) { first, _ in first }
    return names.map { places[$0] }
  }

  /// The configurations grouped by some of the settings (all that vary, if nil), in the order in which groups first come; with the
  /// statistics of every measure over the trials of each group.
  ///
  /// - Parameters:
  ///   - wanted: the settings to group by.
  ///   - places: the places of the configurations that count; all, if nil.
  ///   - measures: the measures whose statistics are wanted, `steps` among them; all, if nil.
  /// - Throws: `InputError` for a place that is no column, or what reading the store throws.
  public func groups(
    by wanted: [String]? = nil, among places: [Int]? = nil, measures: [String]? = nil
  ) throws(InputError) -> (names: [String], groups: [TrialGroup]) {
    let names = wanted ?? settingNames
    for name in names where !settingNames.contains(name) {
      throw InputError(
        "--by", expected: "settings that vary", found: "\"\(name)\"",
        advice: settingNames.isEmpty ? "None varies." : Suggestion.sentence(for: name, among: settingNames))
    }
    let columns = names.compactMap { settingNames.firstIndex(of: $0) }
    var order: [[JSON?]] = []
    var members: [[JSON?]: [Int]] = [:]
    for place in places ?? Array(configurations.indices) {
      let key = columns.map { settings[place][$0] }
      if members[key] == nil { order.append(key) }
      members[key, default: []].append(place)
    }
    let counts = try store.counts(of: configurations)
    let measures = measures ?? ["steps"] + finalNames
    var groups: [TrialGroup] = []
    for key in order {
      var states = StateCounts()
      var values = [[Double]](repeating: [], count: measures.count)
      for place in members[key] ?? [] {
        states.add(counts[place])
        try forEachSoundTrial(of: place, measures: measures) { _, own in
          for (column, value) in own.enumerated() { if let value { values[column].append(value) } }
        }
      }
      groups.append(
        TrialGroup(
          settings: key, configurations: members[key] ?? [], states: states,
          measures: zip(measures, values).compactMap { MeasureStatistics($0, $1) }))
    }
    return (names, groups)
  }

  /// Gives the trials of a configuration that count in statistics to `body`, by ascending number, each with its values of some
  /// measures at the end (`steps` among them); nil where it has none.
  public func forEachSoundTrial(
    of place: Int, measures: [String], _ body: (StoredTrial, [Double?]) -> Void
  ) throws(InputError) {
    let finals = places(of: measures, in: configurations[place].finalNames)
    try store.forEachTrial(of: configurations[place]) { trial in
      guard trial.state.isSound else { return }
      body(
        trial,
        zip(measures, finals).map { name, final in
          if name == "steps" { return Double(trial.steps) }
          return final.flatMap { $0 < trial.finals.count ? trial.finals[$0] : nil }
        })
    }
  }
}
