/// How wide a printed figure is: as a column or as the page of two columns that the field's conferences print.
public enum FigureWidth: String, Sendable, CaseIterable {
  /// One column, 3.25 inches; panels stand below each other.
  case single
  /// Both columns, 6.75 inches; two panels stand side by side.
  case double

  /// The width in inches.
  public var inches: Double { self == .single ? 3.25 : 6.75 }

  /// What the names of files of this width end in, before the extension.
  var suffix: String { self == .single ? "-single" : "" }
}

/// Where the panels of a printed figure stand, in inches from the lower left corner; text never overlaps data.
struct FigureLayout {
  /// The figure's width.
  let width: Double
  /// The figure's height.
  let height: Double
  /// One place a panel.
  let places: [Place]
  /// Where the legend of all panels stands; nil if each has its own.
  let sharedLegend: Legend?

  /// The place of a legend.
  struct Legend {
    /// The point at the top centre.
    var x, y: Double
    /// The number of entries side by side.
    var columns: Int
  }

  /// The place of one panel.
  struct Place {
    /// Sides of the rectangle between the axes.
    var left, right, bottom, top: Double
    /// The horizontal position of the upright label.
    var labelCentre: Double
    /// The place of its legend.
    var legend: Legend
    /// How far the horizontal axis' label lies below the axis.
    var labelDepth: Double
    /// Whether the names of the horizontal axis are too long to stand side by side.
    var turnsNames: Bool
  }

  private static let labelDepth = 0.32
  private static let axisText = 0.45
  private static let leftMargin = 0.72
  private static let rightMargin = 0.22
  private static let gap = 0.1
  private static let legendLine = 0.155
  /// An average character of 8.25 point DejaVu Sans, generously.
  private static let characterWidth = 0.075
  private static let legendSample = 0.6

  /// As many panels side by side as the width has columns, more in further rows.
  init(_ figure: Figure, width: FigureWidth) {
    self.width = width.inches
    let columns = width == .double && figure.panels.count > 1 ? 2 : 1
    let sharedLabels = figure.sharedLegendLayers.map(\.label)
    let cell = (width.inches - Double(columns - 1) * Self.gap) / Double(columns)
    let leftMargin = figure.panels.map(Self.leftMargin).max() ?? Self.leftMargin
    let plotWidth = cell - leftMargin - Self.rightMargin
    var places: [Place] = []
    // Measured from the top down; turned around below, when the height is known.
    var depth = 0.0
    for start in stride(from: 0, to: figure.panels.count, by: columns) {
      let row = figure.panels[start..<min(start + columns, figure.panels.count)]
      let title = row.contains { !$0.title.isEmpty } ? 0.26 : 0.1
      let plotHeight = row.map { Self.plotHeight($0, width: plotWidth) }.max() ?? plotWidth
      let legends = row.map { Self.legendGrid(sharedLabels.isEmpty ? $0.legendLabels : [], width: plotWidth) }
      let legendHeight = Double(legends.map(\.rows).max() ?? 0) * Self.legendLine
      let turned = row.map { Self.turnedNames($0, width: plotWidth) }
      let deepest = turned.max() ?? 0
      let axisText = Self.axisText + deepest
      for (column, legend) in legends.enumerated() {
        let left = Double(column) * (cell + Self.gap)
        let foot = depth + title + plotHeight
        places.append(
          Place(
            left: left + leftMargin, right: left + cell - Self.rightMargin, bottom: foot, top: depth + title,
            labelCentre: left + 0.1,
            legend: Legend(x: left + cell / 2 + 0.1, y: foot + axisText, columns: legend.columns),
            labelDepth: Self.labelDepth + deepest, turnsNames: turned[column] > 0))
      }
      depth += title + plotHeight + axisText + legendHeight + (legendHeight > 0 ? 0.1 : 0.05)
    }
    var sharedLegend: Legend?
    if !sharedLabels.isEmpty {
      let legend = Self.legendGrid(sharedLabels, width: width.inches - Self.leftMargin)
      sharedLegend = Legend(x: width.inches / 2 + 0.1, y: depth, columns: legend.columns)
      depth += Double(legend.rows) * Self.legendLine + 0.1
    }
    // A figure without panels still needs a page.
    height = max(depth, 0.5)
    self.sharedLegend = sharedLegend.map { Legend(x: $0.x, y: depth - $0.y, columns: $0.columns) }
    self.places = places.map { place in
      var place = place
      place.bottom = depth - place.bottom
      place.top = depth - place.top
      place.legend.y = depth - place.legend.y
      return place
    }
  }

  /// Room for the marks of the vertical axis, which where values differ little are long.
  private static func leftMargin(_ panel: Figure.Panel) -> Double {
    let longest =
      panel.scales.vertical.ticks.map { tick in
        if case .plain(let text) = tick.label { text.count } else { 0 }
      }.max() ?? 0
    return max(leftMargin, 0.3 + Double(longest) * 0.066)
  }

  /// How deep the names of the horizontal axis reach when they are turned by 35°; 0 if they can stand side by side.
  private static func turnedNames(_ panel: Figure.Panel, width: Double) -> Double {
    let scale = panel.scales.horizontal
    guard !scale.categories.isEmpty else { return 0 }
    let lengths = scale.ticks.map { tick in if case .plain(let text) = tick.label { text.count } else { 0 } }
    let longest = Double(lengths.max() ?? 0) * characterWidth
    let shown = lengths.count { $0 > 0 }
    return (longest + 0.08) * Double(shown) <= width ? 0 : max(longest * 0.57 - 0.1, 0.01)
  }

  private static func plotHeight(_ panel: Figure.Panel, width: Double) -> Double {
    // A map has rows to be told apart.
    let isMap = panel.layers.contains { $0.style == .cells }
    let usual = width > 3 ? (isMap ? 3.4 : 2.7) : 1.9
    guard panel.equalScales else { return usual }
    let scales = panel.scales
    let ratio =
      (scales.vertical.range.upperBound - scales.vertical.range.lowerBound)
      / (scales.horizontal.range.upperBound - scales.horizontal.range.lowerBound)
    return min(max(width * ratio, 1.2), width > 3 ? 4 : 2.6)
  }

  private static func legendGrid(_ labels: [String], width: Double) -> (rows: Int, columns: Int) {
    guard let longest = labels.map(\.count).max() else { return (0, 1) }
    let entry = Double(longest) * characterWidth + legendSample
    let columns = min(max(Int(width / entry), 1), labels.count)
    return ((labels.count + columns - 1) / columns, columns)
  }
}

extension Figure {
  /// For each text of a legend that serves all panels the first layer that has it; empty if each panel has its own.
  var sharedLegendLayers: [Layer] {
    guard sharesLegend, panels.count > 1 else { return [] }
    var seen: Set<String> = [""]
    return panels.flatMap { panel in
      let scales = panel.scales
      return panel.layers.filter { $0.isDrawn(scales) && seen.insert($0.label).inserted }
    }
  }
}

extension Figure.Panel {
  /// How opaque bands are: where many lie over each other, each less.
  var bandOpacity: Double {
    let bands = Set(layers.filter { $0.hasBounds && [.line, .thinLine, .dashed].contains($0.style) }.map(\.colour))
      .count
    return bands <= 3 ? 0.18 : max(0.06, 0.54 / Double(bands))
  }

  /// The legend's texts of what is drawn, each once: many trajectories may share one.
  var legendLabels: [String] {
    var seen: Set<String> = [""]
    let scales = scales
    return layers.filter { $0.isDrawn(scales) }.map(\.label).filter { seen.insert($0).inserted }
  }
}
