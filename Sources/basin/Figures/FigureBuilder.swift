import Experiments
import Formats
import Numerics
import Reporting

/// Turns what a store holds into the figure that was asked for.
struct FigureBuilder {
  let request: FigureRequest
  let results: Results
  /// The settings that have a role in the figure.
  let axes: [String]
  let roles: GridRoles
  let groups: [TrialGroup]
  let grid: ResultGrid
  /// The states of all trials that the figure rests on.
  let total: StateCounts
  /// The settings whose values are averaged over, with the values; the seeds, which are there for that, are not among them.
  let pooled: [(place: String, values: [ResultGrid.Setting])]

  /// More panels fit no page.
  private static let mostPanels = 12

  /// Reads the groups.
  ///
  /// - Throws: `InputError` where nothing fits the restrictions or has finished, and for more lines or panels than can be told apart.
  init(_ request: FigureRequest, _ names: FigureNames) throws(InputError) {
    let results = names.results
    let places = try Self.places(request, names)
    let horizontal: [String] = if case .setting(let place) = request.horizontal { [place] } else { [] }
    let axes = horizontal + request.group + request.panels
    let lines = Array(horizontal.count..<horizontal.count + request.group.count)
    let roles = GridRoles(
      horizontal: horizontal.isEmpty ? nil : 0, lines: lines,
      panels: Array(horizontal.count + lines.count..<axes.count))
    let finals = request.vertical.compactMap { if case .final(let name) = $0 { name } else { nil } }
    let groups = try results.groups(
      by: axes, among: places, measures: request.statistic == .points ? [] : finals
    ).groups
    let grid = ResultGrid(axes: axes, groups: groups.map { $0.settings.map { ResultGrid.Setting($0) } })
    total = groups.reduce(into: StateCounts()) { $0.add($1.states) }
    try total.requireFinished(in: results.store.path)
    try Self.requireLegible(request, roles, grid)
    pooled = Self.pooled(axes, groups, results)
    (self.request, self.results, self.axes, self.roles) = (request, results, axes, roles)
    (self.groups, self.grid) = (groups, grid)
  }

  /// The configurations that have the values asked for.
  private static func places(_ request: FigureRequest, _ names: FigureNames) throws(InputError) -> [Int] {
    let every = names.everySetting
    let wanted = request.restrictions.compactMap { restriction in
      every.settingNames.firstIndex(of: restriction.place).map { (column: $0, values: Set(restriction.values)) }
    }
    let places = every.settings.indices.filter { place in
      wanted.allSatisfy { every.settings[place][$0.column].map($0.values.contains) ?? false }
    }
    guard !places.isEmpty else {
      throw InputError(
        "basin figure --where", expected: "values that some configuration has together",
        found: "none with \(request.restrictions.map(\.words).joined(separator: " and "))")
    }
    return places
  }

  /// Colours tell only so many lines apart, and positions without numbers have neither a logarithm nor a range.
  private static func requireLegible(_ request: FigureRequest, _ roles: GridRoles, _ grid: ResultGrid)
    throws(InputError)
  {
    let lines = roles.lineCount(of: grid)
    guard lines.found <= lines.most else {
      throw InputError(
        "basin figure --group", expected: "at most \(lines.most) lines, as more colours are not told apart",
        found: "\(lines.found)", advice: "Restrict them with --where, or give a setting its own --panels.")
    }
    let panels = roles.panelCount(of: grid) * request.vertical.count
    guard panels <= mostPanels else {
      throw InputError(
        "basin figure --panels", expected: "at most \(mostPanels) panels", found: "\(panels)",
        advice: "Restrict them with --where.")
    }
    guard let axis = roles.horizontal, !grid.isNumeric(axis) else { return }
    let choice = request.chosen.horizontal
    for (option, isGiven) in [
      ("--log", choice.isLogarithmic == true), ("--range-x", choice.low != nil || choice.high != nil),
    ]
    where isGiven {
      throw InputError(
        "basin figure \(option)", expected: "numbers on the horizontal axis",
        found: "\(grid.axes[axis]), whose values have a position each")
    }
  }

  /// The settings that are no axes and differ within a group.
  private static func pooled(
    _ axes: [String], _ groups: [TrialGroup], _ results: Results
  ) -> [(place: String, values: [ResultGrid.Setting])] {
    results.settingNames.indices.compactMap { column in
      let place = results.settingNames[column]
      guard !axes.contains(place), !place.hasPrefix("seeds.") else { return nil }
      let values = groups.map { group in Set(group.configurations.map { results.settings[$0][column] }) }
      guard values.contains(where: { $0.count > 1 }) else { return nil }
      let among = Set(groups.flatMap(\.configurations))
      var known: Set<JSON?> = []
      let distinct = results.settings.indices.filter {
        among.contains($0) && known.insert(results.settings[$0][column]).inserted
      }
      return (place, distinct.map { ResultGrid.Setting(results.settings[$0][column]) })
    }
  }

  /// The figure and its data.
  func build(name: String) throws(InputError) -> (figure: Figure, table: Table) {
    let parts = try request.statistic == .points ? points() : summaries()
    // For each value of --panels, each quantity.
    let count = parts.quantities.first?.panels.count ?? 0
    let panels = (0..<count).flatMap { panel in parts.quantities.map { $0.panels[panel] } }
    var remarks: [String] = []
    for remark in parts.quantities.flatMap(\.remarks) where !remarks.contains(remark) { remarks.append(remark) }
    let caption = (parts.sentences + remarks + Self.hidden(panels) + circumstances).joined(separator: " ")
    let labels = request.vertical.map(\.label).joined(separator: ", ")
    var figure = Figure(
      name: name, title: request.title ?? "\(labels) over \(request.horizontal.label)", caption: caption, panels: panels
    )
    figure.sharesLegend = true
    figure.showsTitle = request.title != nil
    var table = parts.table
    table.name = name
    table.caption = caption
    return (figure, table)
  }

  /// Which trials the figure shows, and which not.
  private var circumstances: [String] {
    var sentences: [String] = []
    if !request.restrictions.isEmpty {
      sentences.append("Only trials with \(request.restrictions.map(\.words).joined(separator: " and ")).")
    }
    let names = pooled.map { place, values in
      let shown = values.count <= 8 ? values.map { $0.text.isEmpty ? "–" : $0.text }.joined(separator: ", ") : nil
      return "\(place) (\(shown ?? "\(values.count) values"))"
    }
    if !names.isEmpty { sentences.append("Pooled over \(names.joined(separator: ", ")).") }
    let showsStatesAlone = request.vertical.allSatisfy { if case .state = $0 { true } else { false } }
    sentences.append(
      ReportBuilder.each(
        groups.map { group in
          showsStatesAlone
            ? group.states.total - group.states[.pending] : group.states[.converged] + group.states[.exhausted]
        }))
    if !showsStatesAlone, let leftOut = total.leftOut { sentences.append(leftOut) }
    let left = total[.pending] + total[.interrupted]
    if left > 0 { sentences.append("\(left) of \(ReportBuilder.count(total.total, "trial")) are left to run.") }
    return sentences
  }

  /// What a logarithmic axis cannot show.
  private static func hidden(_ panels: [Figure.Panel]) -> [String] {
    func hides(_ axis: Figure.Axis, _ values: [Double]) -> Bool { axis.isLogarithmic && values.contains { $0 <= 0 } }
    var names: [String] = []
    for panel in panels {
      for (axis, values) in [(panel.horizontal, \Figure.Layer.x), (panel.vertical, \Figure.Layer.y)]
      where hides(axis, panel.layers.flatMap { $0[keyPath: values] }) && !names.contains(axis.label) {
        names.append(axis.label)
      }
    }
    return names.map { "Values of \($0) that are not positive are not shown." }
  }
}
