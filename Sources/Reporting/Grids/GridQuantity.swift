import Formats

/// A quantity of each group of a grid, to be drawn.
public struct GridQuantity: Sendable {
  /// The figures' name; further figures get a number.
  public var name: String
  /// The figures' title.
  public var title: String
  /// What the vertical axis shows.
  public var label: String
  /// What is seen, in sentences.
  public var caption: String
  /// How `low` and `high` are drawn where groups make a line.
  public var spread: Spread
  /// The vertical axis' range; nil takes it from the values.
  public var range: ClosedRange<Double>?
  /// For each group of the grid its value; nil where there is none.
  public var points: [Point?]

  /// How a spread is drawn.
  public enum Spread: Sendable {
    /// A band around the line: the spread of a sample.
    case band
    /// Bars at the points: the error of an estimate.
    case bars
  }

  /// A value with its spread.
  public struct Point: Sendable, Equatable {
    /// The value.
    public var value: Double
    /// The lower end.
    public var low: Double
    /// The upper end.
    public var high: Double

    /// Describes a point.
    public init(_ value: Double, low: Double, high: Double) {
      self.value = value
      self.low = low
      self.high = high
    }
  }

  /// Describes a quantity.
  public init(
    name: String, title: String, label: String, caption: String, spread: Spread, range: ClosedRange<Double>? = nil,
    points: [Point?]
  ) {
    self.name = name
    self.title = title
    self.label = label
    self.caption = caption
    self.spread = spread
    self.range = range
    self.points = points
  }
}

extension ResultGrid {
  /// The quantity over the axes, in as many figures as it takes and at most three; none without axes or without values.
  ///
  /// The horizontal axis is logarithmic where its values are positive and span a factor of 20, the vertical one where all that is
  /// drawn is positive and spans a factor of 100.
  ///
  /// - Precondition: the quantity has a point, or nil, for each group.
  public func figures(of quantity: GridQuantity) -> [Figure] {
    precondition(quantity.points.count == groups.count, "\(quantity.name) without a point for each group")
    guard !axes.isEmpty, quantity.points.contains(where: { $0 != nil }) else { return [] }
    let arrangement = GridArrangement(self, isOverAxes: true)
    let plot = GridPlot(grid: self, quantity: quantity, arrangement: arrangement)
    let caption = ([quantity.caption] + plot.remarks).joined(separator: " ")
    return arrangement.figures(name: quantity.name, title: quantity.title, caption: caption) { plot.panels($0) }
  }

  /// The quantity with the axes where a person put them: its panels, and what has to be said of them.
  ///
  /// - Precondition: the quantity has a point, or nil, for each group; the roles name a horizontal axis.
  public func panels(
    of quantity: GridQuantity, roles: GridRoles, chosen: AxisChoices
  ) -> (panels: [Figure.Panel], remarks: [String]) {
    precondition(quantity.points.count == groups.count, "\(quantity.name) without a point for each group")
    precondition(roles.horizontal != nil, "\(quantity.name) without a horizontal axis")
    let arrangement = GridArrangement(self, roles: roles)
    let plot = GridPlot(grid: self, quantity: quantity, arrangement: arrangement, chosen: chosen)
    return (arrangement.figures.flatMap(plot.panels), plot.remarks)
  }
}

extension GridArrangement {
  /// Figures with numbered names and titles.
  func figures(name: String, title: String, caption: String, panels: ([Panel]) -> [Figure.Panel]) -> [Figure] {
    figures.enumerated().map { number, group in
      let isOne = figures.count == 1
      var figure = Figure(
        name: isOne ? name : "\(name)-\(number + 1)",
        title: isOne ? title : "\(title), \(number + 1) of \(figures.count)", caption: caption, panels: panels(group))
      figure.sharesLegend = true
      return figure
    }
  }
}

/// A quantity on its way into figures.
private struct GridPlot {
  let grid: ResultGrid
  let quantity: GridQuantity
  let arrangement: GridArrangement
  private let horizontal: Figure.Axis
  private let vertical: Figure.Axis

  init(
    grid: ResultGrid, quantity: GridQuantity, arrangement: GridArrangement, chosen: AxisChoices = AxisChoices()
  ) {
    self.grid = grid
    self.quantity = quantity
    self.arrangement = arrangement
    let drawn = arrangement.figures.joined().flatMap { $0.lines.flatMap(\.groups) }
    let values = drawn.compactMap { quantity.points[$0] }.flatMap { [$0.value, $0.low, $0.high] }
    var choice = chosen.vertical
    if let range = quantity.range, choice.isLogarithmic != true {
      choice.isLogarithmic = false
      choice.low = choice.low ?? range.lowerBound
      choice.high = choice.high ?? range.upperBound
    }
    // Panels are to be compared, so they share their ranges.
    vertical = Figure.Axis(quantity.label, fitting: values, logarithmicFrom: 100, chosen: choice)
    horizontal = arrangement.horizontalAxis(of: grid, chosen: chosen.horizontal)
  }

  /// What has to be said beside the quantity's own caption.
  var remarks: [String] {
    var sentences = arrangement.remarks
    if case .numbers(let axis) = arrangement.horizontal, grid.values(axis).contains(.none) {
      sentences.append("Dashed: where \(grid.axes[axis]) does not apply.")
    }
    let hidden = arrangement.figures.joined().flatMap(hiddenLines)
    if let first = hidden.first, hidden.count == 1 {
      sentences.append("\(first.above) lies on \(first.below).")
    } else if !hidden.isEmpty {
      sentences.append("Where fewer lines are seen than the legend has, some lie on others.")
    }
    return sentences
  }

  /// The lines that are drawn over others with the same points.
  private func hiddenLines(_ panel: GridArrangement.Panel) -> [(above: String, below: String)] {
    var known: [[ResultGrid.Setting?]: [(label: String, values: [Double?])]] = [:]
    var hidden: [(above: String, below: String)] = []
    for line in panel.lines {
      let places: [ResultGrid.Setting?] = line.groups.map { group in
        switch arrangement.horizontal {
        case .numbers(let axis): grid.groups[group][axis]
        case .categories, .other: nil
        }
      }
      // Side by side nothing hides anything.
      if places.contains(nil) { continue }
      let values = line.groups.map { quantity.points[$0]?.value }
      if let other = known[places]?.first(where: { $0.values == values }) { hidden.append((line.label, other.label)) }
      known[places, default: []].append((line.label, values))
    }
    return hidden
  }

  func panels(_ panels: [GridArrangement.Panel]) -> [Figure.Panel] {
    panels.map { panel in
      Figure.Panel(
        title: panel.title, horizontal: horizontal, vertical: vertical,
        layers: panel.lines.enumerated().flatMap { layers($1, place: $0, of: panel.lines.count) })
    }
  }

  private func layers(_ line: GridArrangement.Line, place: Int, of count: Int) -> [Figure.Layer] {
    switch arrangement.horizontal {
    case .numbers(let axis): return line.groups.isEmpty ? [] : alongNumbers(line, axis)
    case .categories:
      let positions = arrangement.positions(of: line.groups, in: grid, lane: place, of: count)
      return [layer(line, .points, x: positions, groups: line.groups)]
    case .other: return []
    }
  }

  private func alongNumbers(_ line: GridArrangement.Line, _ axis: Int) -> [Figure.Layer] {
    let placed = line.groups.compactMap { group in grid.groups[group][axis].number.map { (x: $0, group: group) } }
      .sorted { $0.x < $1.x }
    let (x, groups) = (placed.map(\.x), placed.map(\.group))
    var layers: [Figure.Layer] = []
    if x.count == 1 || quantity.spread == .bars {
      if x.count > 1 { layers.append(layer(line, .line, x: x, groups: groups, hasSpread: false)) }
      layers.append(layer(line, .points, x: x, groups: groups))
    } else if x.count > 1 {
      layers.append(layer(line, .line, x: x, groups: groups))
      layers.append(layer(line, .points, x: x, groups: groups, hasSpread: false))
    }
    // A group without a position holds for all of them.
    for group in line.groups where grid.groups[group][axis].number == nil {
      guard let point = quantity.points[group], let range = horizontal.range else { continue }
      layers.append(
        Figure.Layer(
          line.label, .dashed, line.colour, x: [range.lowerBound, range.upperBound], y: [point.value, point.value]))
    }
    return layers
  }

  private func layer(
    _ line: GridArrangement.Line, _ style: Figure.Style, x: [Double], groups: [Int], hasSpread: Bool = true
  ) -> Figure.Layer {
    let points = groups.map { quantity.points[$0] }
    return Figure.Layer(
      line.label, style, line.colour, x: x, y: points.map { $0?.value ?? .nan },
      low: hasSpread ? points.map { $0?.low ?? .nan } : [], high: hasSpread ? points.map { $0?.high ?? .nan } : [])
  }
}
