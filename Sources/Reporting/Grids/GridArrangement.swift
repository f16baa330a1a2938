import Formats

/// Which groups of a grid share a line, a panel and a figure.
///
/// The horizontal axis is the numeric one with the most values; without a numeric one, the axis with the most values has a position for each.
/// There is a line for each combination of the other axes; if they are too many for one panel, one of them keeps the lines and the
/// others make panels.
struct GridArrangement {
  /// What lies on the horizontal axis.
  enum Horizontal: Equatable {
    case numbers(axis: Int)
    case categories(axis: Int)
    /// Something that is not of the grid, such as the step of a series.
    case other
  }

  /// Groups that share a colour.
  struct Line: Equatable {
    var label: String
    var colour: Figure.Colour
    /// Places among the grid's groups.
    var groups: [Int]
  }

  /// Lines that share axes.
  struct Panel: Equatable {
    var title: String
    var lines: [Line]
  }

  let horizontal: Horizontal
  /// The panels of each figure.
  let figures: [[Panel]]
  /// What has to be said of axes that advance together and of what is left out; empty if nothing.
  let remarks: [String]

  static let mostLines = 8
  static let mostPanels = 6
  static let mostFigures = 3

  /// In this order neighbours differ most. Yellow is hard to see on white.
  static let colours: [Figure.Colour] = [.blue, .vermilion, .green, .orange, .purple, .skyBlue, .black, .grey]

  init(_ grid: ResultGrid, isOverAxes: Bool) {
    let all = Array(grid.axes.indices)
    func largest(_ axes: [Int]) -> Int? {
      // Of equals the optimiser's, then the first.
      func rank(_ axis: Int) -> (Int, Int, Int) {
        (grid.values(axis).count, grid.axes[axis].hasPrefix("optimizer.") ? 1 : 0, -axis)
      }
      return axes.max { rank($0) < rank($1) }
    }
    var horizontal = Horizontal.other
    var position: Int?
    if isOverAxes {
      if let axis = largest(all.filter(grid.isNumeric)) {
        (horizontal, position) = (.numbers(axis: axis), axis)
      } else if let axis = largest(all) {
        (horizontal, position) = (.categories(axis: axis), axis)
      }
    }
    self.horizontal = horizontal

    var remarks: [String] = []
    var others: [Int] = []
    for axis in all where axis != position {
      let leaders = (position.map { [$0] } ?? []) + others
      if let leader = leaders.first(where: { grid.follows(axis, from: $0) }) {
        remarks.append("\(grid.axes[axis]) goes with \(grid.axes[leader]).")
      } else {
        others.append(axis)
      }
    }

    var (lineAxes, panelAxes) = (others, [Int]())
    if grid.keys(others).count > Self.mostLines {
      let fitting = others.filter { grid.values($0).count <= Self.mostLines }
      let line = largest(fitting) ?? others.min { grid.values($0).count < grid.values($1).count }
      lineAxes = line.map { [$0] } ?? []
      panelAxes = others.filter { $0 != line }
    }
    let lines = grid.keys(lineAxes)
    let shownLines = Self.spread(lines, over: Self.mostLines)
    if shownLines.count < lines.count {
      let name = lineAxes.map { grid.axes[$0] }.joined(separator: ", ")
      remarks.append("Of the \(lines.count) values of \(name), \(shownLines.count) are shown.")
    }
    let panels = grid.keys(panelAxes)
    let shownPanels = Self.spread(panels, over: Self.mostPanels * Self.mostFigures)
    if shownPanels.count < panels.count {
      remarks.append(
        "Of the \(panels.count) combinations of \(panelAxes.map { grid.axes[$0] }.joined(separator: ", ")), "
          + "\(shownPanels.count) are shown.")
    }
    self.remarks = remarks

    let colours = shownLines.indices.map { Self.colours[$0 % Self.colours.count] }
    let built = Self.panels(
      of: grid, lines: (lineAxes, shownLines), panels: (panelAxes, shownPanels), colours: colours)
    figures = stride(from: 0, to: built.count, by: Self.mostPanels).map { start in
      Array(built[start..<min(start + Self.mostPanels, built.count)])
    }
  }

  /// The axes where a person put them: one figure, and nothing is left out.
  ///
  /// Lines of one setting that is a number ascend; more of them than there are colours have shades in their order.
  init(_ grid: ResultGrid, roles: GridRoles) {
    horizontal = roles.horizontal.map { grid.isNumeric($0) ? .numbers(axis: $0) : .categories(axis: $0) } ?? .other
    remarks = []
    let lines = roles.lineKeys(of: grid)
    let colours =
      lines.count <= Self.mostLines
      ? Array(Self.colours.prefix(lines.count)) : Self.spread(Array(GridRoles.shades), over: lines.count)
    figures = [
      Self.panels(
        of: grid, lines: (roles.lines, lines), panels: (roles.panels, roles.panelKeys(of: grid)),
        colours: lines.indices.map { colours[$0 % colours.count] })
    ]
  }

  /// The values of some axes.
  typealias Key = [ResultGrid.Setting]

  private static func panels(
    of grid: ResultGrid, lines: (axes: [Int], keys: [Key]), panels: (axes: [Int], keys: [Key]),
    colours: [Figure.Colour]
  ) -> [Panel] {
    var members: [[Key]: [Int]] = [:]
    for group in grid.groups.indices {
      members[[grid.key(group, panels.axes), grid.key(group, lines.axes)], default: []].append(group)
    }
    return panels.keys.map { panel in
      Panel(
        title: grid.label(panel, panels.axes),
        lines: zip(lines.keys, colours).compactMap { line, colour in
          members[[panel, line]].map { Line(label: grid.label(line, lines.axes), colour: colour, groups: $0) }
        })
    }
  }

  /// At most `count` of the values, evenly spread from the first to the last.
  static func spread<Value>(_ values: [Value], over count: Int) -> [Value] {
    guard values.count > count, count > 1 else { return values }
    return (0..<count).map { values[$0 * (values.count - 1) / (count - 1)] }
  }
}

extension GridArrangement {
  /// The horizontal axis, logarithmic where that was chosen, or where its values are positive and span a factor of 20.
  func horizontalAxis(of grid: ResultGrid, chosen: AxisChoice) -> Figure.Axis {
    switch horizontal {
    case .numbers(let axis):
      return Figure.Axis(
        grid.axes[axis], fitting: grid.groups.compactMap { $0[axis].number }, logarithmicFrom: 20, chosen: chosen)
    case .categories(let axis):
      return Figure.Axis(
        chosen.label ?? grid.axes[axis], categories: grid.values(axis).map { grid.name(of: $0, on: axis) })
    case .other: return Figure.Axis(chosen.label ?? "")
    }
  }

  /// Where groups lie on the horizontal axis; not-a-number where its setting does not apply. Lines share a category side by side, so
  /// that none hides another.
  func positions(of groups: [Int], in grid: ResultGrid, lane: Int, of lanes: Int) -> [Double] {
    switch horizontal {
    case .numbers(let axis): return groups.map { grid.groups[$0][axis].number ?? .nan }
    case .categories(let axis):
      let places = Dictionary(uniqueKeysWithValues: grid.values(axis).enumerated().map { ($1, Double($0 + 1)) })
      let shift = (Double(lane) - Double(lanes - 1) / 2) * min(0.7 / Double(lanes), 0.25)
      return groups.map { (places[grid.groups[$0][axis]] ?? .nan) + shift }
    case .other: return groups.map { _ in .nan }
    }
  }
}

extension ResultGrid {
  /// The values that a group has on some axes.
  fileprivate func key(_ group: Int, _ axes: [Int]) -> [Setting] { axes.map { groups[group][$0] } }

  /// The combinations of values that occur on some axes, in the order of the groups.
  fileprivate func keys(_ axes: [Int]) -> [[Setting]] { Self.distinct(groups.indices.map { key($0, axes) }) }

  /// Values with their names; those that do not apply are left out.
  fileprivate func label(_ values: [Setting], _ axes: [Int]) -> String {
    zip(axes, values).filter { $1 != .none }.map { "\(shortName($0)) = \($1.text)" }.joined(separator: ", ")
  }
}

/// Where a person wants the axes of a grid; all of them have a role.
public struct GridRoles: Sendable {
  /// The axis that lies on the horizontal axis; nil where something lies there that is not of the grid, such as the step of a series.
  public var horizontal: Int?
  /// The axes that tell lines apart.
  public var lines: [Int]
  /// The axes whose values have a panel each.
  public var panels: [Int]

  /// Gives axes their roles.
  public init(horizontal: Int?, lines: [Int], panels: [Int]) {
    self.horizontal = horizontal
    self.lines = lines
    self.panels = panels
  }

  /// The shades of lines, without the lightest, which is hard to see on white.
  static let shades = Figure.Colour.shades.dropLast()

  /// The number of lines, and how many readers can tell apart by their colours: eight, and nine where they are in the order of
  /// numbers and have shades.
  public func lineCount(of grid: ResultGrid) -> (found: Int, most: Int) {
    let found = lineKeys(of: grid).count
    return (found, isOrdered(grid) ? Self.shades.count : GridArrangement.mostLines)
  }

  /// The number of panels.
  public func panelCount(of grid: ResultGrid) -> Int { panelKeys(of: grid).count }

  private func isOrdered(_ grid: ResultGrid) -> Bool { lines.count == 1 && grid.isNumeric(lines[0]) }

  fileprivate func lineKeys(of grid: ResultGrid) -> [GridArrangement.Key] {
    let keys = grid.keys(lines)
    // Where the setting does not apply comes last.
    return isOrdered(grid)
      ? keys.sorted { ($0[0].number ?? .infinity) < ($1[0].number ?? .infinity) } : keys
  }

  fileprivate func panelKeys(of grid: ResultGrid) -> [GridArrangement.Key] { grid.keys(panels) }
}
