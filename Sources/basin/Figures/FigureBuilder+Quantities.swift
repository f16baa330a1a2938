import Experiments
import Formats
import Numerics
import Reporting

extension FigureBuilder {
  /// What was read of the store.
  struct Parts {
    /// For each quantity its panels, and what has to be said of them.
    var quantities: [(panels: [Figure.Panel], remarks: [String])] = []
    /// What is seen.
    var sentences: [String] = []
    /// The data.
    var table: Table
  }

  private static let statisticColumns: [Table.Column] = [
    .init("quantity", "what is shown"), .init("statistic", "median, mean or share"),
  ]
  private static let valueColumns: [Table.Column] = [
    .init("value", "the statistic"),
    .init("low", "quantile 0.1, or the lower end of the 95 % interval of a mean or a share"),
    .init("high", "quantile 0.9, or the upper end of the 95 % interval of a mean or a share"),
  ]

  private var settingColumns: [Table.Column] { axes.map { .init($0, "the setting \($0)") } }

  private func settingCells(_ group: TrialGroup) -> [Table.Cell] { group.settings.map { Table.Cell($0) } }

  // MARK: - Statistics

  /// Each quantity as a statistic of each group.
  func summaries() throws(InputError) -> Parts {
    let names = request.vertical.compactMap { if case .series(let name) = $0 { name } else { nil } }
    return try names.isEmpty ? ends() : series(names)
  }

  /// Measures at the end and states.
  private func ends() throws(InputError) -> Parts {
    let count: Table.Column = .init("trials", "how many trials the statistic is of")
    var parts = Parts(
      table: Table(
        name: "", caption: "", columns: settingColumns + Self.statisticColumns + [count] + Self.valueColumns))
    var notFinite = 0
    for quantity in request.vertical {
      let points = groups.map { point(quantity, $0) }
      guard points.contains(where: { $0 != nil }) else { throw nothing(quantity) }
      let isShare = if case .state = quantity { true } else { false }
      for (group, point) in zip(groups, points) {
        guard let point else { continue }
        notFinite += point.notFinite
        let statistic = isShare ? "share" : request.statistic.rawValue
        parts.table.append(
          settingCells(group) + [.text(quantity.place), .text(statistic), .integer(point.trials)]
            + [point.value, point.low, point.high].map { Table.Cell($0) })
      }
      // An interval or a band of single trials says nothing.
      let isSingle = points.allSatisfy { $0?.trials ?? 0 <= 1 }
      let drawn = points.map { point in
        point.map {
          GridQuantity.Point(
            $0.value, low: isSingle ? .nan : $0.low ?? .nan, high: isSingle ? .nan : $0.high ?? .nan)
        }
      }
      let sentence = sentence(quantity, isSingle: isSingle)
      let shown = GridQuantity(
        name: quantity.place, title: quantity.label, label: quantity.label, caption: sentence,
        spread: !isShare && request.statistic == .median ? .band : .bars, range: isShare ? -0.02...1.02 : nil,
        points: drawn)
      parts.quantities.append(grid.panels(of: shown, roles: roles, chosen: request.chosen))
      parts.sentences.append(sentence)
    }
    if notFinite > 0 { parts.sentences.append("\(ReportBuilder.count(notFinite, "value")) not finite, left out.") }
    return parts
  }

  private typealias Point = (value: Double, low: Double?, high: Double?, trials: Int, notFinite: Int)

  private func point(_ quantity: FigureQuantity, _ group: TrialGroup) -> Point? {
    switch quantity {
    case .final(let name):
      return group.measures.first { $0.name == name }.map { measure in
        request.statistic == .mean
          ? (measure.mean, measure.meanInterval?.low, measure.meanInterval?.high, measure.count, measure.notFinite)
          : (measure.median, measure.quantiles.first, measure.quantiles.last, measure.count, measure.notFinite)
      }
    case .state(let state):
      return group.share(of: state).map {
        ($0.value, $0.interval.low, $0.interval.high, group.states.total - group.states[.pending], 0)
      }
    case .setting, .step, .series: return nil
    }
  }

  private func sentence(_ quantity: FigureQuantity, isSingle: Bool) -> String {
    let isMean = request.statistic == .mean
    switch quantity {
    case .state(let state):
      return "Share of \(state.name) trials\(isSingle ? "" : ", with 95 % Wilson intervals")."
    case .series(let name):
      return isMean
        ? "Mean of \(name) over trials at each step, with its 95 % interval."
        : "Median and 10–90 % band of \(name) over trials at each step."
    case .final(let name):
      if isSingle { return "\(name) when trials end." }
      return isMean
        ? "Mean of \(name) when trials end, with its 95 % interval."
        : "Median (points) and 10–90 % range of \(name) when trials end."
    case .setting, .step: return ""
    }
  }

  private func nothing(_ quantity: FigureQuantity) -> InputError {
    InputError(
      "basin figure --y", expected: "trials that have a value of \(quantity.place)", found: "none",
      advice: total.leftOut ?? "")
  }

  // MARK: - Series

  private func series(_ names: [String]) throws(InputError) -> Parts {
    let read = try SeriesReader.read(
      names, of: groups, places: Array(groups.indices), in: results,
      isLogarithmic: request.chosen.horizontal.isLogarithmic, isMean: request.statistic == .mean)
    var chosen = request.chosen
    chosen.horizontal.isLogarithmic = read.isLogarithmic
    var parts = Parts(
      table: Table(
        name: "", caption: "",
        columns: settingColumns + [.init("step", "the number of updates made")] + Self.statisticColumns
          + Self.valueColumns))
    for (quantity, curves) in zip(request.vertical, read.curves) {
      guard curves.contains(where: { $0 != nil }) else { throw nothing(quantity) }
      for (group, curve) in zip(groups, curves) {
        guard let curve else { continue }
        for point in curve.steps.indices where curve.middle[point].isFinite {
          parts.table.append(
            settingCells(group) + [
              .integer(Int(curve.steps[point])), .text(quantity.place), .text(request.statistic.rawValue),
              .number(curve.middle[point]), .number(curve.low[point]), .number(curve.high[point]),
            ])
        }
      }
      let sentence = sentence(quantity, isSingle: false)
      parts.quantities.append(
        grid.panels(
          of: ResultSeries(name: quantity.place, label: quantity.label, caption: sentence, curves: curves),
          roles: roles,
          chosen: chosen))
      parts.sentences.append(sentence)
    }
    parts.sentences += read.remarks
    return parts
  }

  // MARK: - Trials

  /// Each quantity as a point for each trial.
  func points() throws(InputError) -> Parts {
    let horizontal: [String] = if case .final(let name) = request.horizontal { [name] } else { [] }
    let vertical = request.vertical.compactMap { if case .final(let name) = $0 { name } else { nil } }
    let measures = horizontal + vertical
    var parts = Parts(
      table: Table(
        name: "", caption: "",
        columns: settingColumns + [
          .init("configuration", "the first twelve digits of its hash"), .init("trial", "the trial's number"),
        ] + measures.map { .init(FigureQuantity.final($0).place, "the measure \($0) at the end") }))
    var points = [[[(x: Double, y: Double)]]](
      repeating: [[(x: Double, y: Double)]](repeating: [], count: groups.count), count: vertical.count)
    var notFinite = 0
    for (number, group) in groups.enumerated() {
      for place in group.configurations {
        let hash = String(results.configurations[place].hash.prefix(12))
        try results.forEachSoundTrial(of: place, measures: measures) { trial, values in
          guard values.contains(where: { $0 != nil }) else { return }
          parts.table.append(
            settingCells(group) + [.text(hash), .integer(trial.key.trial)] + values.map { Table.Cell($0) })
          let x = horizontal.isEmpty ? 0 : values[0] ?? .nan
          for (column, value) in values.dropFirst(horizontal.count).enumerated() {
            guard let value else { continue }
            if x.isFinite, value.isFinite { points[column][number].append((x, value)) } else { notFinite += 1 }
          }
        }
      }
    }
    for (quantity, points) in zip(request.vertical, points) {
      guard points.contains(where: { !$0.isEmpty }) else { throw nothing(quantity) }
      let trials = TrialPoints(horizontalLabel: request.horizontal.label, label: quantity.label, points: points)
      parts.quantities.append((grid.panels(of: trials, roles: roles, chosen: request.chosen), []))
    }
    let names = vertical.joined(separator: ", ")
    let against = horizontal.first.map { " against \($0)" } ?? ""
    parts.sentences = ["\(names)\(against) when trials end, a point for each trial."]
    if notFinite > 0 { parts.sentences.append("\(ReportBuilder.count(notFinite, "value")) not finite, left out.") }
    if let axis = roles.horizontal, grid.isNumeric(axis), grid.groups.contains(where: { $0[axis] == .none }) {
      parts.sentences.append("Trials to which \(grid.axes[axis]) does not apply are not shown.")
    }
    return parts
  }
}
