import Experiments
import Formats
import Numerics

/// What a store holds, in short: for `basin run` and `basin show`.
struct RunSummary {
  private let results: Results
  private let progress: RunProgress?
  private let jobs: Int
  private let names: [String]
  private let groups: [TrialGroup]
  private let counts: [StateCounts]
  private let total: StateCounts
  private let secondsLeft: Double?

  /// More lines than this are for `basin export`.
  private static let longestTable = 60

  /// - Parameter progress: that of the run which has just ended, if there was one.
  init(_ results: Results, progress: RunProgress? = nil, jobs: Int) throws(InputError) {
    self.results = results
    self.progress = progress
    self.jobs = jobs
    (names, groups) = try results.groups()
    counts = try results.counts()
    total = counts.reduce(into: StateCounts()) { $0.add($1) }
    secondsLeft = try results.processorSecondsLeft()
  }

  // MARK: - JSON

  /// The JSON contract: `name`, `version`, `store`, `spec`, `shard`, `trials`, `states`, `seconds` (of a run), `processorSecondsLeft`,
  /// `groups` with `settings`, `states` and `measures`.
  var json: JSON {
    var members: [String: JSON] = [
      "name": .string(results.plan.name), "version": .string(Program.version), "store": .string(results.store.path),
      "spec": .string(results.plan.hash), "configurations": .integer(results.plan.configurations.count),
      "trials": .integer(results.plan.trialCount), "states": Self.json(total), "groups": .array(groups.map(json)),
    ]
    if let progress {
      members["seconds"] = .number(progress.seconds)
      members["ran"] = .integer(progress.done.total)
      members["shard"] = ["number": .integer(progress.shard.number), "count": .integer(progress.shard.count)]
    }
    if let secondsLeft { members["processorSecondsLeft"] = .number(secondsLeft) }
    return .object(members)
  }

  private static func json(_ states: StateCounts) -> JSON {
    .object(Dictionary(uniqueKeysWithValues: TrialState.allCases.map { ($0.name, .integer(states[$0])) }))
  }

  private func json(_ group: TrialGroup) -> JSON {
    let settings = zip(names, group.settings).compactMap { name, value in value.map { (name, $0) } }
    return [
      "settings": .object(Dictionary(uniqueKeysWithValues: settings)), "states": Self.json(group.states),
      "measures": .array(group.measures.map(Self.json)),
    ]
  }

  private static func json(_ measure: MeasureStatistics) -> JSON {
    .object(Dictionary(uniqueKeysWithValues: zip(MeasureStatistics.fieldNames, measure.fields)))
  }

  // MARK: - Text

  /// The statistics over the seeds, group by group.
  func text() -> String {
    var rows: [[String]] = [names + ["measure", "trials", "mean", "10 %", "median", "90 %"]]
    for group in groups {
      for measure in group.measures {
        let mean =
          measure.standardError.map { NumberText.readable(measure.mean, plusMinus: $0) }
          ?? NumberText.readable(measure.mean)
        rows.append(
          group.settings.map(Self.text) + [measure.name, "\(measure.count)", mean]
            + [measure.quantiles[0], measure.median, measure.quantiles[3]].map { NumberText.readable($0) })
      }
    }
    // Where no trial has ended yet there is nothing below the header.
    if rows.count == 1 { rows = [] }
    let isCut = rows.count > Self.longestTable
    let lines = TextTable.lines(isCut ? Array(rows[..<Self.longestTable]) : rows)
    let time = progress.map { " in \(NumberText.readable($0.seconds, digits: 3)) s" } ?? ""
    var text = "\(results.plan.name): \(Self.sentence(total))\(time)\n" + lines.map { "  \($0)\n" }.joined()
    if isCut {
      text += "  … \(rows.count - Self.longestTable) more lines: basin export \(results.store.path) --table groups\n"
    }
    if total[.dead] + total[.diverged] > 0 { text += "  Dead and diverged trials are left out of the measures.\n" }
    return text
  }

  /// What is there and what is left, configuration by configuration.
  func overview() -> String {
    let states = TrialState.allCases.filter { total[$0] > 0 }
    var rows: [[String]] = [results.settingNames + ["trials"] + states.map(\.name)]
    for (place, count) in counts.enumerated() {
      rows.append(
        results.settings[place].map(Self.text) + ["\(count.total)"] + states.map { "\(count[$0])" })
    }
    let isCut = rows.count > Self.longestTable
    let lines = TextTable.lines(isCut ? Array(rows[..<Self.longestTable]) : rows)
    var text = """
      \(results.plan.name), spec \(results.plan.hash.prefix(12)), written by basin \(results.plan.version)
      \(Self.sentence(total))

      """
    text += lines.map { "  \($0)\n" }.joined()
    if isCut { text += "  … \(rows.count - Self.longestTable) more configurations\n" }
    if !results.plan.former.isEmpty {
      text +=
        "\(results.plan.former.count) configurations of earlier specs are there too: basin export --all shows them.\n"
    }
    let left = total[.pending] + total[.interrupted]
    if left > 0 {
      let time =
        secondsLeft.map {
          "about \(ProgressLine.text($0 / Double(jobs))) of work on \(jobs) core\(jobs == 1 ? "" : "s")"
        }
        ?? "nothing is known of how long they take"
      text += "left: \(left) trials, \(time)\n"
    }
    return text
  }

  private static func text(_ value: JSON?) -> String {
    switch value {
    case nil: ""
    case .string(let text)?: text
    case .number(let number)?: NumberText.readable(number, digits: 7)
    case .some(let other): other.text.count > 24 ? other.text.prefix(23) + "…" : other.text
    }
  }

  private static func sentence(_ counts: StateCounts) -> String {
    let states = TrialState.allCases.compactMap { counts[$0] > 0 ? "\(counts[$0]) \($0.name)" : nil }
    return "\(counts.total) trial\(counts.total == 1 ? "" : "s") (\(states.joined(separator: ", ")))"
  }
}

/// Rows as lines with aligned columns.
enum TextTable {
  /// - Parameter rows: all of one length; the first is the header.
  static func lines(_ rows: [[String]]) -> [String] {
    guard let header = rows.first else { return [] }
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { place, cell in place == row.count - 1 ? cell : cell.padded(to: widths[place]) }
      return cells.joined(separator: "  ")
    }
  }
}
