import Experiments
import Formats
import Numerics
import Reporting

extension ReportBuilder {
  /// How trials ended: a table, and the share of each state over the axes where there is more than one.
  func states() -> ExperimentReport.Part {
    let occurring = TrialState.allCases.filter { total[$0] > 0 }
    var columns = settingColumns + [.init("trials", "number of trials")]
    var shown = settingShown + [Table.ShownColumn("trials", .plain("trials"))]
    for state in occurring {
      columns.append(.init(state.name, "number of \(state.name) trials"))
      shown.append(.init(state.name, .plain(state.name)))
      if state == .pending { continue }
      let (low, high) = ("\(state.name)ShareLow", "\(state.name)ShareHigh")
      columns += [
        .init("\(state.name)Share", "their share of the trials that are not pending"),
        .init(low, "lower end of its 95 % Wilson interval"), .init(high, "upper end of its 95 % Wilson interval"),
      ]
      shown.append(.init("share", .estimate("\(state.name)Share", error: nil, low: low, high: high)))
    }
    var table = Table(
      name: "states",
      caption: "How many trials are in each state, and their share with its [95 % Wilson interval].",
      columns: columns)
    table.title = "States"
    table.shown = shown
    for group in groups {
      var row = settingCells(group) + [.integer(group.states.total)]
      for state in occurring {
        row.append(.integer(group.states[state]))
        if state == .pending { continue }
        let share = group.share(of: state)
        row += [share?.value, share?.interval.low, share?.interval.high].map { Table.Cell($0) }
      }
      table.append(row)
    }
    return .init(
      anchor: "states", heading: "How trials ended", figures: shares(occurring.filter { $0 != .pending }),
      tables: [table])
  }

  private func shares(_ states: [TrialState]) -> [Figure] {
    guard states.count > 1 else { return [] }
    // Of two, one says the other.
    let isPair = states.count == 2
    let drawn = isPair ? [states[0] == .converged ? states[0] : states[1]] : states
    let rest = isPair ? " The others: \(states[drawn[0] == states[0] ? 1 : 0].name)." : ""
    // An interval of a single trial says nothing.
    let isSingle = groups.allSatisfy { $0.states.total <= 1 }
    let interval = isSingle ? "" : ", with 95 % Wilson intervals"
    return drawn.flatMap { state in
      grid.figures(
        of: GridQuantity(
          name: "share-\(state.name)", title: "Share \(state.name)", label: "share \(state.name)",
          caption: "Share of \(state.name) trials\(interval). \(trialsEach)\(rest)",
          spread: .bars, range: -0.02...1.02,
          points: groups.map { group in
            group.share(of: state).map {
              .init($0.value, low: isSingle ? .nan : $0.interval.low, high: isSingle ? .nan : $0.interval.high)
            }
          }))
    }
  }

  /// `100 trials each.`
  private var trialsEach: String { Self.each(groups.map { $0.states.total - $0.states[.pending] }) }

  /// A measure at the end of trials.
  func measure(_ name: String) throws(InputError) -> ExperimentReport.Part {
    let statistics = groups.map { group in group.measures.first { $0.name == name } }
    let present = statistics.compactMap(\.self)
    guard !present.isEmpty else {
      return .init(anchor: name, heading: name, text: "No trial has a value that counts.")
    }
    let counts = statistics.map { $0?.count ?? 0 }
    let high = counts.max() ?? 0
    let notFinite = present.reduce(0) { $0 + $1.notFinite }
    var remarks = [Self.each(counts)]
    if notFinite > 0 { remarks.append("\(Self.count(notFinite, "value")) not finite, left out.") }
    if let leftOut = total.leftOut { remarks.append(leftOut) }
    let caption = remarks.joined(separator: " ")
    var part = ExperimentReport.Part(
      anchor: name, heading: name, tables: [table(name, statistics, caption: caption)])
    // With no spread in any group and one value for all, there is nothing to draw.
    let first = present[0]
    if present.allSatisfy({ ($0.standardError ?? 0) == 0 && $0.median == first.median }) {
      part.text = "\(NumberText.readable(first.median, digits: 10)) in every trial."
    } else if names.isEmpty {
      let distribution = ResultDistribution(label: name, values: try values(of: name))
      part.figures = [distribution.figure(name: "measure-\(name)", caption: caption)].compactMap(\.self)
    } else {
      let what = high > 1 ? "Median (points) and 10–90 % range of \(name) when trials end" : "\(name) when trials end"
      part.figures = grid.figures(
        of: GridQuantity(
          name: "measure-\(name)", title: "\(name) at the end", label: name, caption: "\(what). \(caption)",
          spread: .band,
          points: statistics.map { statistics in
            statistics.map { .init($0.median, low: $0.quantiles[0], high: $0.quantiles[3]) }
          }))
    }
    return part
  }

  private func table(_ name: String, _ statistics: [MeasureStatistics?], caption: String) -> Table {
    let quantiles = MeasureStatistics.quantileLevels.map { "q\(Int(($0 * 100).rounded()))" }
    var table = Table(
      name: "measure-\(name)",
      caption:
        "\(caption) Mean with its standard error and bootstrap interval, median with a distribution-free interval, "
        + "and quantiles; [intervals] are 95 %.",
      columns: settingColumns + [
        .init("count", "number of values"), .init("notFinite", "number of values left out, as they are not finite"),
        .init("leftOut", "number of trials left out: dead, diverged or failed"), .init("mean", "mean"),
        .init("standardError", "standard error of the mean"), .init("meanLow", "lower end of the mean's interval"),
        .init("meanHigh", "upper end of the mean's interval"), .init("median", "median"),
        .init("medianLow", "lower end of the median's interval"),
        .init("medianHigh", "upper end of the median's interval"),
      ] + zip(quantiles, MeasureStatistics.quantileLevels).map { .init($0, "quantile \($1)") })
    table.title = "Statistics of \(name)"
    table.shown =
      settingShown + [.init("n", .plain("count"))]
      + (statistics.contains { ($0?.notFinite ?? 0) > 0 } ? [.init("not finite", .plain("notFinite"))] : [])
      + (total.leftOut == nil ? [] : [.init("left out", .plain("leftOut"))]) + [
        .init("mean ± s.e.", .estimate("mean", error: "standardError", low: "meanLow", high: "meanHigh")),
        .init("median", .estimate("median", error: nil, low: "medianLow", high: "medianHigh")),
      ] + zip(quantiles, MeasureStatistics.quantileLevels).map { .init("\(Int(($1 * 100).rounded())) %", .plain($0)) }
    for (group, measure) in zip(groups, statistics) {
      let leftOut = group.states[.dead] + group.states[.diverged] + group.states[.failed]
      let numbers = [
        measure?.mean, measure?.standardError, measure?.meanInterval?.low, measure?.meanInterval?.high,
        measure?.median, measure?.medianInterval.low, measure?.medianInterval.high,
      ]
      table.append(
        settingCells(group) + [.integer(measure?.count ?? 0), .integer(measure?.notFinite ?? 0), .integer(leftOut)]
          + numbers.map { Table.Cell($0) } + quantiles.indices.map { Table.Cell(measure?.quantiles[$0]) })
    }
    return table
  }

  /// The values of a measure in all trials that count.
  private func values(of name: String) throws(InputError) -> [Double] {
    var values: [Double] = []
    for place in results.configurations.indices {
      try results.forEachSoundTrial(of: place, measures: [name]) { values += $1.compactMap(\.self) }
    }
    return values
  }

  // MARK: - Cells

  private var settingColumns: [Table.Column] { names.map { .init($0, "the setting \($0)") } }

  private var settingShown: [Table.ShownColumn] { names.map { .init($0, .plain($0)) } }

  private func settingCells(_ group: TrialGroup) -> [Table.Cell] { group.settings.map { Table.Cell($0) } }
}
