import Formats

/// The settings of groups of trials: what quantities are drawn over.
public struct ResultGrid: Sendable {
  /// The places of the settings that differ, such as `optimizer.batch`.
  public let axes: [String]
  /// For each group the values of `axes`.
  public let groups: [[Setting]]

  /// A value of a setting.
  public enum Setting: Sendable, Hashable {
    case number(Double)
    case text(String)
    /// The setting does not apply to the group.
    case none

    /// The value for people; empty where the setting does not apply.
    public var text: String {
      switch self {
      case .number(let value): NumberText.readable(value)
      case .text(let value): value
      case .none: ""
      }
    }

    var number: Double? { if case .number(let value) = self { value } else { nil } }
  }

  /// Describes the groups.
  ///
  /// - Precondition: each group has one value for each axis.
  public init(axes: [String], groups: [[Setting]]) {
    precondition(groups.allSatisfy { $0.count == axes.count }, "a group without a value for each axis")
    self.axes = axes
    self.groups = groups
  }

  /// The distinct values of an axis, in the order of the groups.
  func values(_ axis: Int) -> [Setting] { Self.distinct(groups.map { $0[axis] }) }

  /// Whether the value of `axis` follows from that of `other`, as for axes that advance together.
  func follows(_ axis: Int, from other: Int) -> Bool {
    var known: [Setting: Setting] = [:]
    return groups.allSatisfy { group in
      let value = known[group[other], default: group[axis]]
      known[group[other]] = value
      return value == group[axis]
    }
  }

  /// Whether an axis is a quantity: its values are numbers, and they differ. A seed is a name, not a quantity.
  func isNumeric(_ axis: Int) -> Bool {
    let values = values(axis)
    return !axes[axis].hasPrefix("seeds.") && values.count { $0.number != nil } > 1
      && values.allSatisfy { $0.number != nil || $0 == .none }
  }

  /// The last word of an axis' place, or as many as tell it from the others.
  func shortName(_ axis: Int) -> String {
    let words = axes[axis].split(separator: ".")
    for count in 1...max(words.count, 1) {
      let name = words.suffix(count).joined(separator: ".")
      if axes.indices.allSatisfy({ $0 == axis || !".\(axes[$0])".hasSuffix(".\(name)") }) { return name }
    }
    return axes[axis]
  }

  /// What a position is called. Where the setting does not apply, those say what there is instead that follow from it.
  func name(of value: Setting, on axis: Int) -> String {
    guard value == .none, let group = groups.first(where: { $0[axis] == .none }) else { return value.text }
    let others = axes.indices.filter { $0 != axis && group[$0] != .none && follows($0, from: axis) }
    return others.isEmpty ? "–" : others.map { "\(shortName($0)) = \(group[$0].text)" }.joined(separator: ", ")
  }

  static func distinct<Value: Hashable>(_ values: [Value]) -> [Value] {
    var known: Set<Value> = []
    return values.filter { known.insert($0).inserted }
  }
}

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

    func key(_ group: Int, _ axes: [Int]) -> [ResultGrid.Setting] { axes.map { grid.groups[group][$0] } }
    func label(_ values: [ResultGrid.Setting], _ axes: [Int]) -> String {
      zip(axes, values).filter { $1 != .none }.map { "\(grid.shortName($0)) = \($1.text)" }.joined(separator: ", ")
    }
    func combinations(_ axes: [Int]) -> [[ResultGrid.Setting]] {
      ResultGrid.distinct(grid.groups.indices.map { key($0, axes) })
    }

    var (lineAxes, panelAxes) = (others, [Int]())
    if combinations(others).count > Self.mostLines {
      let fitting = others.filter { grid.values($0).count <= Self.mostLines }
      let line = largest(fitting) ?? others.min { grid.values($0).count < grid.values($1).count }
      lineAxes = line.map { [$0] } ?? []
      panelAxes = others.filter { $0 != line }
    }
    let lines = combinations(lineAxes)
    let shownLines = Self.spread(lines, over: Self.mostLines)
    if shownLines.count < lines.count {
      let name = lineAxes.map { grid.axes[$0] }.joined(separator: ", ")
      remarks.append("Of the \(lines.count) values of \(name), \(shownLines.count) are shown.")
    }
    let panels = combinations(panelAxes)
    let shownPanels = Self.spread(panels, over: Self.mostPanels * Self.mostFigures)
    if shownPanels.count < panels.count {
      remarks.append(
        "Of the \(panels.count) combinations of \(panelAxes.map { grid.axes[$0] }.joined(separator: ", ")), "
          + "\(shownPanels.count) are shown.")
    }
    self.remarks = remarks

    let built = shownPanels.map { panel in
      Panel(
        title: label(panel, panelAxes),
        lines: shownLines.enumerated().compactMap { place, line in
          let groups = grid.groups.indices.filter { key($0, panelAxes) == panel && key($0, lineAxes) == line }
          if groups.isEmpty { return nil }
          return Line(label: label(line, lineAxes), colour: Self.colours[place % Self.colours.count], groups: groups)
        })
    }
    figures = stride(from: 0, to: built.count, by: Self.mostPanels).map { start in
      Array(built[start..<min(start + Self.mostPanels, built.count)])
    }
  }

  /// At most `count` of the values, evenly spread from the first to the last.
  static func spread<Value>(_ values: [Value], over count: Int) -> [Value] {
    guard values.count > count, count > 1 else { return values }
    return (0..<count).map { values[$0 * (values.count - 1) / (count - 1)] }
  }
}
