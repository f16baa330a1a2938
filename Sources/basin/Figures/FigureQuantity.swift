import Experiments
import Formats
import Numerics
import Reporting

/// Something of a store that a figure can show, by its place.
enum FigureQuantity: Hashable {
  /// A setting that varies, such as `optimizer.batch`.
  case setting(String)
  /// The steps of series.
  case step
  /// A measure at the end, `steps` among them.
  case final(String)
  /// The share of the trials that are in a state.
  case state(TrialState)
  /// A measure along the way.
  case series(String)

  /// The place by which a person names it.
  var place: String {
    switch self {
    case .setting(let name): name
    case .step: "step"
    case .final(let name): "final.\(name)"
    case .state(let state): "state.\(state.name)"
    case .series(let name): "series.\(name)"
    }
  }

  /// What an axis is called that shows it.
  var label: String {
    switch self {
    case .setting(let name), .final(let name), .series(let name): name
    case .step: "step"
    case .state(let state): "share \(state.name)"
    }
  }
}

/// The names that a store knows, and what they mean.
struct FigureNames {
  let results: Results
  /// All settings, those too that do not vary.
  let everySetting: Results

  init(_ results: Results, includesFormer: Bool) throws(InputError) {
    self.results = results
    everySetting = try Results(results.store, includesFormer: includesFormer, columns: .all)
  }

  private var settings: [FigureQuantity] { results.settingNames.map { .setting($0) } }
  private var finals: [FigureQuantity] { (["steps"] + results.finalNames).map { .final($0) } }
  private var states: [FigureQuantity] { TrialState.allCases.filter { $0 != .pending }.map { .state($0) } }
  private var series: [FigureQuantity] { results.seriesNames.map { .series($0) } }

  /// What lies on the horizontal axis.
  func horizontal(_ name: String) throws(InputError) -> FigureQuantity {
    let step: [FigureQuantity] = results.seriesNames.isEmpty ? [] : [.step]
    return try find(
      name, "--x", "a setting that varies, \"step\" or a measure at the end", among: settings + step + finals)
  }

  /// What lies on the vertical axis.
  func vertical(_ name: String) throws(InputError) -> FigureQuantity {
    try find(name, "--y", "a measure at the end, a state or a series", among: finals + series + states)
  }

  /// A setting that varies.
  func setting(_ name: String, _ option: String) throws(InputError) -> String {
    try find(name, option, "a setting that varies", among: settings).place
  }

  private func find(
    _ name: String, _ option: String, _ expected: String, among known: [FigureQuantity]
  ) throws(InputError) -> FigureQuantity {
    let name = name == "steps" ? "final.steps" : name
    if let found = known.first(where: { $0.place == name }) { return found }
    var found = "\"\(name)\""
    let places = known.map(\.place)
    var advice = Self.advice(name, places)
    // A setting that does not vary is a name that a person can know.
    if option != "--y", let place = everySetting.settingNames.firstIndex(of: name) {
      let values = Set(everySetting.settings.map { ResultGrid.Setting($0[place]).text })
      if let value = values.first, values.count == 1 {
        found += ", which is \(value) everywhere"
        // The name is right, so no other was meant.
        advice = places.isEmpty ? "None varies." : "Known: \(places.joined(separator: ", "))."
      }
    }
    throw InputError("basin figure \(option)", expected: expected, found: found, advice: advice)
  }

  /// Which of the known places a name may stand for: those that end in it, or are written nearly alike.
  static func advice(_ name: String, _ known: [String]) -> String {
    guard !known.isEmpty else { return "None varies." }
    var meant = known.filter { $0.hasSuffix(".\(name)") }
    if meant.isEmpty, Suggestion.closest(to: name, among: known) == nil {
      let last = known.map { String($0.split(separator: ".", maxSplits: 1).last ?? "") }
      if let closest = Suggestion.closest(to: name, among: last) {
        meant = zip(known, last).filter { $1 == closest }.map(\.0)
      }
    }
    return meant.isEmpty
      ? Suggestion.sentence(for: name, among: known)
      : "Did you mean \(meant.map { "\"\($0)\"" }.joined(separator: " or "))?"
  }
}
