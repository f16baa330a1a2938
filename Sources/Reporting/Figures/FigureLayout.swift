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
  /// The lines of the figure's heading; empty if it shows none.
  let heading: [Line]

  /// A line of text, centred at a point.
  struct Line: Equatable {
    var text: String
    var x, y: Double
  }

  /// The place of a legend.
  struct Legend {
    /// The point at the top centre.
    var x, y: Double
    /// The number of entries side by side.
    var columns: Int
    /// How many characters an entry has room for; a longer one goes on below.
    var room: Int
  }

  /// The place of one panel.
  struct Place {
    /// Sides of the rectangle between the axes.
    var left, right, bottom, top: Double
    /// The lines of its title.
    var title: [Line]
    /// The lines of the horizontal axis' label.
    var horizontalLabel: [Line]
    /// The lines of the vertical axis' label, which stand upright.
    var verticalLabel: [Line]
    /// The place of its legend.
    var legend: Legend
    /// How many characters the names of the horizontal axis may have where they are turned, as they are too long to stand side by
    /// side; nil where they stand.
    var turnedNames: Int?
  }

  private static let labelDepth = 0.32
  private static let axisText = 0.45
  private static let leftMargin = 0.72
  private static let rightMargin = 0.22
  private static let gap = 0.1
  private static let legendLine = 0.14
  private static let textLine = 0.15
  /// An average character of 8.25 point DejaVu Sans, generously.
  private static let characterWidth = 0.075
  private static let legendSample = 0.6
  /// The same where a little more room does no harm.
  private static let labelCharacterWidth = 0.07

  /// As many panels side by side as the width has columns, more in further rows.
  init(_ figure: Figure, width: FigureWidth) {
    self.width = width.inches
    let columns = width == .double && figure.panels.count > 1 ? 2 : 1
    let sharedLabels = figure.sharedLegendLayers.map(\.label)
    let cell = (width.inches - Double(columns - 1) * Self.gap) / Double(columns)
    let labels = figure.panels.map { Self.labels($0, room: cell > 4.2 ? 2.9 : 2.1) }
    let leftMargin = zip(figure.panels, labels).map(Self.leftMargin).max() ?? Self.leftMargin
    let plotWidth = cell - leftMargin - Self.rightMargin
    // A title or label is centred on its plot, and may reach as far to either side as the page does on the right.
    let textRoom = plotWidth + 2 * Self.rightMargin
    let headings = figure.showsTitle ? Self.lines(figure.title, room: width.inches - 0.2) : []
    var places: [Place] = []
    // Measured from the top down; turned around below, when the height is known.
    var depth = headings.isEmpty ? 0 : 0.07 + Double(headings.count) * Self.textLine
    let headingLines = Self.stacked(headings, x: width.inches / 2, below: 0.13)
    for start in stride(from: 0, to: figure.panels.count, by: columns) {
      let row = Array(figure.panels.indices[start..<min(start + columns, figure.panels.count)])
      let titles = row.map { Self.lines(figure.panels[$0].title, room: textRoom) }
      let titleLines = titles.map(\.count).max() ?? 0
      let title = titleLines > 0 ? 0.11 + Double(titleLines) * Self.textLine : 0.1
      let plotHeight = row.map { Self.plotHeight(figure.panels[$0], width: plotWidth) }.max() ?? plotWidth
      let legends = row.map {
        Self.legendGrid(sharedLabels.isEmpty ? figure.panels[$0].legendLabels : [], width: plotWidth, page: cell)
      }
      let legendHeight = Double(legends.map(\.rows).max() ?? 0) * Self.legendLine
      let turned = row.map { Self.turnedNames(figure.panels[$0], margin: leftMargin, width: plotWidth) }
      let deepest = turned.map { $0?.depth ?? 0 }.max() ?? 0
      let lying = row.map { Self.lines(labels[$0].horizontal, room: textRoom) }
      let axisText = Self.axisText + deepest + Double(max(lying.map(\.count).max() ?? 1, 1) - 1) * Self.textLine
      for (column, legend) in legends.enumerated() {
        let left = Double(column) * (cell + Self.gap)
        let foot = depth + title + plotHeight
        let (axis, end) = (left + leftMargin, left + cell - Self.rightMargin)
        let upright = labels[row[column]].vertical
        places.append(
          Place(
            left: axis, right: end, bottom: foot, top: depth + title,
            title: Self.stacked(
              titles[column], x: (axis + end) / 2,
              below: foot - plotHeight + 0.04 - Double(titles[column].count) * Self.textLine),
            horizontalLabel: Self.stacked(lying[column], x: (axis + end) / 2, below: foot + Self.labelDepth + deepest),
            verticalLabel: upright.enumerated().map { number, text in
              Line(text: text, x: left + 0.1 + Double(number) * Self.textLine, y: foot - plotHeight / 2)
            },
            legend: Legend(
              x: left + cell / 2 + 0.1, y: foot + axisText, columns: legend.columns, room: legend.room),
            turnedNames: turned[column]?.length))
      }
      depth += title + plotHeight + axisText + legendHeight + (legendHeight > 0 ? 0.1 : 0.05)
    }
    var sharedLegend: Legend?
    if !sharedLabels.isEmpty {
      let legend = Self.legendGrid(sharedLabels, width: width.inches - 0.2, page: width.inches)
      sharedLegend = Legend(x: width.inches / 2 + 0.1, y: depth, columns: legend.columns, room: legend.room)
      depth += Double(legend.rows) * Self.legendLine + 0.1
    }
    // A figure without panels still needs a page.
    height = max(depth, 0.5)
    let height = height
    func raised(_ lines: [Line]) -> [Line] { lines.map { Line(text: $0.text, x: $0.x, y: height - $0.y) } }
    func raised(_ legend: Legend) -> Legend {
      Legend(x: legend.x, y: height - legend.y, columns: legend.columns, room: legend.room)
    }
    self.sharedLegend = sharedLegend.map(raised)
    heading = raised(headingLines)
    self.places = places.map { place in
      var place = place
      place.bottom = height - place.bottom
      place.top = height - place.top
      place.legend = raised(place.legend)
      place.title = raised(place.title)
      place.horizontalLabel = raised(place.horizontalLabel)
      place.verticalLabel = raised(place.verticalLabel)
      return place
    }
  }

  /// Lines below each other, the first centred at `depth`.
  private static func stacked(_ lines: [String], x: Double, below depth: Double) -> [Line] {
    lines.enumerated().map { Line(text: $1, x: x, y: depth + Double($0) * textLine) }
  }

  /// A text in as many lines as it takes where there is `room`, in inches.
  private static func lines(_ text: String, room: Double) -> [String] {
    wrapped(text, to: Int(room / labelCharacterWidth))
  }

  /// A text in lines of at most `width` characters, broken at spaces, though not around an equals sign if that can be helped, and in
  /// words that are longer than a line; no line for no text.
  static func wrapped(_ text: String, to width: Int) -> [String] {
    let width = max(width, 1)
    var lines: [String] = []
    var line = ""
    for word in words(text, upTo: width) {
      var word = word
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      while word.count > width {
        lines.append(String(word.prefix(width)))
        word.removeFirst(width)
      }
      line += line.isEmpty ? word : " \(word)"
    }
    return line.isEmpty ? lines : lines + [line]
  }

  /// The words of a text; `name = value` is one where it fits.
  private static func words(_ text: String, upTo width: Int) -> [String] {
    let words = text.split(separator: " ").map(String.init)
    var joined: [String] = []
    var place = 0
    while place < words.count {
      let assignment = words[place...].prefix(3)
      let isAssignment = assignment.count == 3 && words[place + 1] == "="
      let whole = assignment.joined(separator: " ")
      joined.append(isAssignment && whole.count <= width ? whole : words[place])
      place += isAssignment && whole.count <= width ? 3 : 1
    }
    return joined
  }

  /// The labels of the axes with the powers of ten of their marks; the upright one in lines that have `room`.
  private static func labels(_ panel: Figure.Panel, room: Double) -> (horizontal: String, vertical: [String]) {
    let scales = panel.scales
    return (
      scales.horizontal.labelled(panel.horizontal.label),
      lines(scales.vertical.labelled(panel.vertical.label), room: room)
    )
  }

  /// Room for the upright label and the marks of the vertical axis, which where values differ little are long, and for turned names
  /// of the horizontal axis, which begin to the left of their marks.
  private static func leftMargin(
    _ panel: Figure.Panel, _ labels: (horizontal: String, vertical: [String])
  ) -> Double {
    let scales = panel.scales
    let longest =
      scales.vertical.ticks.map { tick in
        if case .plain(let text) = tick.label { text.count } else { 0 }
      }.max() ?? 0
    let further = Double(max(labels.vertical.count, 1) - 1) * textLine
    return max(leftMargin + further, 0.3 + further + Double(longest) * 0.066)
  }

  /// How many characters of the names of the horizontal axis there is room for where they are turned by 35°, and how deep they reach;
  /// nil if they can stand side by side.
  private static func turnedNames(
    _ panel: Figure.Panel, margin: Double, width: Double
  ) -> (length: Int, depth: Double)? {
    let scale = panel.scales.horizontal
    guard !scale.categories.isEmpty else { return nil }
    let lengths = scale.ticks.map { tick in if case .plain(let text) = tick.label { text.count } else { 0 } }
    let longest = lengths.max() ?? 0
    let shown = lengths.count { $0 > 0 }
    guard (Double(longest) * characterWidth + 0.08) * Double(shown) > width else { return nil }
    // The first name reaches farthest to the left.
    let room = margin + width / Double(2 * scale.categories.count)
    let length = min(longest, Int(room / 0.061))
    return (length, max(Double(length) * 0.04 - 0.08, 0.01))
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

  /// As many entries side by side as `width` has room for; in a single column each may be as long as the page is wide, and a
  /// longer one has several lines.
  private static func legendGrid(
    _ labels: [String], width: Double, page: Double
  ) -> (rows: Int, columns: Int, room: Int) {
    let room = Int((page - legendSample - 0.1) / labelCharacterWidth)
    guard let longest = labels.map(\.count).max() else { return (0, 1, room) }
    let entry = Double(longest) * characterWidth + legendSample
    let columns = min(max(Int(width / entry), 1), labels.count)
    let rows =
      columns > 1
      ? (labels.count + columns - 1) / columns : labels.reduce(0) { $0 + max(wrapped($1, to: room).count, 1) }
    return (rows, columns, columns > 1 ? longest : room)
  }
}

extension Figure {
  /// For each text of a legend that serves all panels the first layer that has it; empty if each panel has its own.
  var sharedLegendLayers: [Layer] {
    guard sharesLegend else { return [] }
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
