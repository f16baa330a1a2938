import Citations
import Experiments
import Formats
import Numerics
import Reporting

/// Turns what a store holds into a report.
struct ReportBuilder {
  let results: Results
  /// The settings that tell groups apart.
  let names: [String]
  let groups: [TrialGroup]
  let grid: ResultGrid
  /// The measures that are shown, and how many there are in all.
  let finals: [String]
  let series: [String]
  let total: StateCounts
  private let measureCount: Int
  private let includesFormer: Bool
  private let directory: String
  /// The command that makes the report again.
  private let command: String

  /// More are no longer looked at one by one.
  private static let mostMeasures = 12

  /// Reads the store's groups.
  ///
  /// - Throws: `InputError` for settings or measures that the store lacks, and for a store without a finished trial.
  init(
    _ store: Store, by: [String]?, measures: [String]?, includesFormer: Bool, directory: String, command: String
  ) throws(InputError) {
    results = try Results(store, includesFormer: includesFormer)
    self.includesFormer = includesFormer
    self.directory = directory
    self.command = command
    total = try results.counts().reduce(into: StateCounts()) { $0.add($1) }
    try total.requireFinished(in: store.path)
    let known = ["steps"] + results.finalNames + results.seriesNames
    measureCount = 1 + results.finalNames.count
    if let measures {
      for name in measures where !known.contains(name) {
        throw InputError(
          "basin report --measures", expected: "measures of this store", found: "\"\(name)\"",
          advice: Suggestion.sentence(for: name, among: known))
      }
      finals = (["steps"] + results.finalNames).filter(measures.contains)
      series = results.seriesNames.filter(measures.contains)
    } else {
      finals = Array((["steps"] + results.finalNames).prefix(Self.mostMeasures))
      series = Array(results.seriesNames.prefix(Self.mostMeasures))
    }
    // A master seed makes repetitions, unless it is asked for.
    (names, groups) = try results.groups(by: by ?? results.settingNames.filter { $0 != "seeds.master" })
    grid = ResultGrid(axes: names, groups: groups.map { $0.settings.map { ResultGrid.Setting($0) } })
  }

  func report() throws(InputError) -> ExperimentReport {
    let plan = results.plan
    let parts = try [states()] + finals.map { name throws(InputError) in try measure(name) } + along()
    return ExperimentReport(
      name: plan.name, summary: summary,
      states: TrialState.allCases.filter { total[$0] > 0 }.map { .init($0.name, total[$0], Self.tone($0)) },
      notice: try notice(), axes: axes, settings: try fixedSettings(), specification: plan.source.readableText,
      commands: commands, parts: parts,
      provenance: .init(
        command: command, version: Program.version, runVersion: plan.version, specificationHash: plan.hash,
        store: results.store.path),
      citations: citations(parts))
  }

  /// The publications of what the trials use, of the statistics that are shown, and of the figures' colours.
  private func citations(_ parts: [ExperimentReport.Part]) -> [Citation] {
    let statistics = groups.flatMap { group in
      group.measures.filter { finals.contains($0.name) }.flatMap(\.citations)
    }
    return
      (Spec.citations(of: results.configurations.map(\.settings)) + TrialGroup.shareCitations + statistics
      + (series.isEmpty ? [] : Self.seriesCitations)
      + parts.flatMap(\.figures).flatMap(\.citations)).sortedByKey
  }

  // MARK: - What was asked

  private var summary: String {
    let sizes = Set(results.configurations.compactMap(\.trials))
    let each = sizes.count == 1 ? sizes.first.map { " with \(Self.count($0, "trial")) each" } ?? "" : ""
    let count = results.configurations.count
    var sentences = [
      "\(Self.count(total.total, "trial")): \(Self.count(count, "configuration"))\(count > 1 ? each : "")."
    ]
    if groups.count < count {
      let pooled = results.settingNames.filter { !names.contains($0) }
      sentences.append("They make \(Self.count(groups.count, "group")): pooled over \(pooled.joined(separator: ", ")).")
    }
    if finals.count < measureCount {
      sentences.append("\(finals.count) of \(measureCount) measures are shown; --measures names others.")
    }
    return sentences.joined(separator: " ") + "\n\n"
      + "Statistics are over trials that converged or were exhausted. \(total.leftOut ?? "None is left out.")"
  }

  private func notice() throws(InputError) -> String? {
    var sentences: [String] = []
    let left = total[.pending] + total[.interrupted]
    if left > 0 {
      let time = try results.processorSecondsLeft().map { ", about \(ProgressLine.text($0)) of processor time" } ?? ""
      sentences.append(
        "\(left) of \(Self.count(total.total, "trial")) \(left == 1 ? "is" : "are") left to run\(time). What is shown "
          + "rests on the others.")
    }
    if total[.failed] > 0 {
      sentences.append(
        "\(Self.count(total[.failed], "trial")) failed; why is in the column message of: basin export "
          + "\(results.store.path)")
    }
    return sentences.isEmpty ? nil : sentences.joined(separator: " ")
  }

  private var axes: [ExperimentReport.Axis] {
    results.settingNames.indices.map { place in
      var known: Set<JSON?> = []
      let values = results.settings.map { $0[place] }.filter { known.insert($0).inserted }
      let name = results.settingNames[place]
      return .init(place: name, values: values.map { ResultGrid.Setting($0).text }, isPooled: !names.contains(name))
    }
  }

  private func fixedSettings() throws(InputError) -> [ExperimentReport.Setting] {
    let all = try Results(results.store, includesFormer: includesFormer, columns: .all)
    var fixed: [ExperimentReport.Setting] = []
    for (place, name) in all.settingNames.enumerated() where !results.settingNames.contains(name) {
      // The master seed says those that it derives.
      let words = name.split(separator: ".").map(String.init)
      let isDerived =
        words.first == "seeds" && words.count == 2 && words[1] != "master"
        && results.plan.source["seeds"]?[words[1]] == nil
      guard !isDerived, let value = all.settings.first?[place] else { continue }
      fixed.append(.init(place: name, value: ResultGrid.Setting(value).text))
    }
    return fixed
  }

  private var commands: [ExperimentReport.Command] {
    let store = results.store.path.quotedForShell
    let left = total[.pending] + total[.interrupted]
    let spec = "\(directory)/spec.json".quotedForShell
    return [
      .init(
        left > 0 ? "Run what is left" : "Run it again",
        "basin run \(spec) --store \(left > 0 ? store : "\(results.plan.name).basin".quotedForShell)"),
      .init("Make this report again", command),
      .init("Every trial as CSV", "basin export \(store)"),
    ]
  }

  // MARK: - Words

  static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

  /// `100 trials each.`
  static func each(_ counts: [Int]) -> String {
    let (low, high) = (counts.min() ?? 0, counts.max() ?? 0)
    return low == high ? "\(count(low, "trial"))\(counts.count > 1 ? " each" : "")." : "\(low) to \(high) trials each."
  }

  private static func tone(_ state: TrialState) -> ExperimentReport.State.Tone {
    switch state {
    case .converged: .good
    case .exhausted: .neutral
    case .dead, .interrupted, .pending: .open
    case .diverged, .failed: .bad
    }
  }
}
