import Formats

/// The gnuplot program that draws a figure. Its data stand inside it, so it needs no other file.
struct GnuplotScript {
  /// Where a drawing goes.
  enum Target {
    case file(FigureFormat, path: String)
    /// Characters, for a terminal, on standard output.
    case characters(columns: Int, rows: Int)
  }

  private let figure: Figure
  private let scales: [(horizontal: AxisScale, vertical: AxisScale)]
  private let layout: FigureLayout
  /// Keeps the data blocks of several figures in one script apart.
  private let prefix: String
  /// The shapes of points by the legend's text, where one legend serves all panels.
  private let sharedShapes: [String: Int]

  /// Prepares a figure; `number` tells figures in one script apart.
  init(_ figure: Figure, width: FigureWidth = .double, number: Int = 0) {
    let figure = figure.still
    self.figure = figure
    let layout = FigureLayout(figure, width: width)
    self.layout = layout
    scales = zip(figure.panels, layout.places).map { panel, place in
      panel.equalScales ? panel.scales(filling: place.right - place.left, by: place.top - place.bottom) : panel.scales
    }
    prefix = "$figure\(number)\(width.rawValue)"
    let labels = figure.panels.flatMap { $0.layers.filter { $0.style == .points }.map(\.label) }
    sharedShapes = figure.sharesLegend ? Self.shapes(of: labels) : [:]
  }

  /// The program that draws the figure for every target.
  func text(for targets: [Target]) -> String {
    let data = figure.panels.indices.map(dataBlocks).joined()
    return "reset\nset encoding utf8\nset minussign\n" + data + targets.map(drawing).joined()
  }

  private func drawing(_ target: Target) -> String {
    if case .characters(let columns, let rows) = target {
      let panels = figure.panels.indices.map { panelText($0, columns: columns) }
      return "set terminal dumb noenhanced size \(columns),\(rows)\nset tics nomirror\nset border 3\n"
        + "set key below noenhanced Left reverse\n" + panels.joined()
    }
    let panels = figure.panels.indices.map { placement($0) + panelText($0, columns: nil) }
    return terminal(target) + Self.look + "set multiplot\n" + panels.joined() + sharedLegend
      + "unset multiplot\nunset output\n"
  }

  private func terminal(_ target: Target) -> String {
    let font = "font 'DejaVu Sans,8.25'"
    let height = layout.height
    switch target {
    case .file(.svg, let path):
      // 96 user units an inch, as browsers count; 11 units are 8.25 points. This format alone puts marks' texts
      // too low, and a legend's lines too far apart.
      return
        "set terminal svg enhanced size \(Int(layout.width * 96)),\(Int((height * 96).rounded(.up))) fixed"
        + " font 'DejaVu Sans,11' linewidth 1.2\nset xtics offset 0,0.3\nset key spacing 0.78\nset output \(Self.quoted(path))\n"
    case .file(.pdf, let path):
      // The font is scaled by 4/3 for reasons of gnuplot's own, so 0.75 makes points points.
      return
        "set terminal pdfcairo enhanced size \(layout.width)in,\(Self.number(height))in \(font) fontscale 0.75"
        + " linewidth 1.8 pointscale 0.8\nset xtics offset 0,0\nset key spacing 1\nset output \(Self.quoted(path))\n"
    case .file(.png, let path):
      let pixels = (width: Int(layout.width * 300), height: Int((height * 300).rounded(.up)))
      return
        "set terminal pngcairo enhanced size \(pixels.width),\(pixels.height) \(font)"
        + " fontscale 3.125 linewidth 3.6 pointscale 3.125\nset xtics offset 0,0\nset key spacing 1\nset output \(Self.quoted(path))\n"
    case .characters: return ""
    }
  }

  /// Of points: gnuplot's filled circle, square, triangle, diamond, and triangle upside down.
  private static let shapes = [7, 5, 9, 13, 11]

  /// A shape for each text, in the order in which they first come.
  private static func shapes(of labels: [String]) -> [String: Int] {
    var shapes: [String: Int] = [:]
    for label in labels where shapes[label] == nil { shapes[label] = Self.shapes[shapes.count % Self.shapes.count] }
    return shapes
  }

  /// Thin grey furniture, so that the data are the darkest thing on the page.
  private static let look = """
    set border 3 linewidth 0.6 linecolor rgb '#555555'
    set tics out nomirror scale 0.5 textcolor rgb '#222222'
    set grid linetype 1 linewidth 0.4 linecolor rgb '#dddddd'
    set bmargin 0

    """

  /// Titles and axis labels have their own places: where gnuplot would put them depends on the format, and on marks whose widths it
  /// guesses, and it does not break lines.
  private func placement(_ panel: Int) -> String {
    let place = layout.places[panel]
    func across(_ inches: Double) -> String { Self.number(inches / layout.width) }
    func up(_ inches: Double) -> String { Self.number(inches / layout.height) }
    // The heading is drawn with the first panel.
    let lying = place.title + place.horizontalLabel + (panel == 0 ? layout.heading : [])
    let labels = [(lying, ""), (place.verticalLabel, " rotate by 90")].flatMap { lines, turn in
      lines.map { line in
        "set label \(Self.quoted(line.text)) at screen \(across(line.x)),\(up(line.y)) center\(turn) noenhanced\n"
      }
    }
    return """
      unset label
      \(labels.joined())\
      set lmargin at screen \(across(place.left))
      set rmargin at screen \(across(place.right))
      set bmargin at screen \(up(place.bottom))
      set tmargin at screen \(up(place.top))
      \(key(at: place.legend))

      """
  }

  private func key(at legend: FigureLayout.Legend) -> String {
    "set key at screen \(Self.number(legend.x / layout.width)),\(Self.number(legend.y / layout.height)) center top"
      + " horizontal maxcols \(legend.columns) Left reverse noenhanced samplen 2 textcolor rgb '#222222'"
  }

  /// - Parameter columns: how many characters stand side by side; nil in files.
  private func panelText(_ index: Int, columns: Int?) -> String {
    let onCharacters = columns != nil
    let panel = figure.panels[index]
    let scale = scales[index]
    var title = panel.title
    // Characters cannot be turned upright, so the vertical axis' label moves up.
    if onCharacters {
      if index == 0, figure.showsTitle { title = [figure.title, title].filter { !$0.isEmpty }.joined(separator: ": ") }
      title = [title, scale.vertical.labelled(panel.vertical.label) + " ↑"].filter { !$0.isEmpty }.joined(
        separator: ": ")
    }
    var text = "unset logscale\nset autoscale\n"
    text += "set title \(Self.quoted(onCharacters ? title : "")) noenhanced\n"
    let turned = onCharacters ? nil : layout.places[index].turnedNames
    let upright =
      scale.horizontal.categories.isEmpty ? nil : columns.map { ($0 - 12) / scale.horizontal.categories.count - 1 }
    text += axis(
      "x", panel.horizontal, scale.horizontal, onCharacters: onCharacters, longestName: turned ?? upright,
      turnsNames: turned != nil)
    text += axis("y", panel.vertical, scale.vertical, onCharacters: onCharacters, longestName: nil, turnsNames: false)
    text += panel.equalScales && !onCharacters ? "set size ratio -1\n" : "set size noratio\n"
    return text + "plot " + plots(index, onCharacters: onCharacters).joined(separator: ", \\\n  ") + "\n"
  }

  private func axis(
    _ name: String, _ axis: Figure.Axis, _ scale: AxisScale, onCharacters: Bool, longestName: Int?,
    turnsNames: Bool
  ) -> String {
    let label = onCharacters && name == "x" ? scale.labelled(axis.label) : ""
    var text = "set \(name)label \(Self.quoted(label)) noenhanced\n"
    if scale.isLogarithmic { text += "set logscale \(name)\n" }
    text += "set \(name)range [\(Self.number(scale.range.lowerBound)):\(Self.number(scale.range.upperBound))]\n"
    let ticks = scale.ticks.map { tick in
      switch tick.label {
      case .powerOfTen(let exponent):
        "'\(onCharacters ? "1e\(exponent)" : "10^{\(exponent < 0 ? "−\(-exponent)" : "\(exponent)")}")' \(Self.number(tick.value))"
      // gnuplot reads marks as formats of their numbers.
      case .plain(let label):
        "\(Self.quoted((longestName.map(label.shortened) ?? label).replacing("%", with: "%%"))) \(Self.number(tick.value))"
      case .none: "'' \(Self.number(tick.value)) 1"
      }
    }
    // Names are shown as they are, while powers of ten need their exponents raised.
    let names = scale.categories.isEmpty ? "enhanced" : "noenhanced"
    let turn = turnsNames ? "rotate by 35 right" : "norotate autojustify"
    let form = onCharacters ? "" : " nomirror \(turn) \(names)"
    return text + "set \(name)tics (\(ticks.joined(separator: ", ")))\(form)\n"
  }

  /// Single quotes keep gnuplot from reading backslashes and backquotes; a quote is doubled, a line break becomes a space.
  static func quoted(_ text: String) -> String {
    let line = text.unicodeScalars.map { $0.value < 32 || $0.value == 127 ? " " : String($0) }.joined()
    return "'" + line.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }

  private static func number(_ value: Double) -> String { NumberText.shortest(value) }
}

extension GnuplotScript {
  private func block(_ panel: Int, _ layer: Int, _ part: String) -> String { "\(prefix)_\(panel)_\(layer)\(part)" }

  /// Data blocks: the points of every layer, and its band or its error bars. A line breaks at an empty line.
  private func dataBlocks(_ index: Int) -> String {
    let (horizontal, vertical) = scales[index]
    var text = "\(prefix)_\(index)_corner << EOD\n"
    text += "\(Self.number(horizontal.range.lowerBound)) \(Self.number(vertical.range.lowerBound))\nEOD\n"
    for (number, layer) in figure.panels[index].layers.enumerated() {
      let points = zip(layer.x, layer.y).enumerated().map { place, point -> [Double] in
        let (x, y) = point
        if layer.style == .cells {
          return [
            horizontal.shown(x), vertical.shown(y), layer.left[place], layer.right[place], layer.low[place],
            layer.high[place],
          ]
        }
        guard layer.style == .bars else { return [horizontal.shown(x), vertical.shown(y)] }
        let sides = layer.barSides(at: x, logarithmic: horizontal.isLogarithmic)
        let foot = vertical.grounded(0)
        return [horizontal.shown(x), vertical.shown(y), sides.left, sides.right, min(foot, y), max(foot, y)]
      }
      text += dataBlock(block(index, number, ""), points)
      text += dataBlock(block(index, number, "_bounds"), layer.bounds(scales[index]))
    }
    return text
  }

  private func dataBlock(_ name: String, _ rows: [[Double]]) -> String {
    guard rows.contains(where: { $0.allSatisfy(\.isFinite) }) else { return "" }
    let lines = rows.map { $0.allSatisfy(\.isFinite) ? $0.map(Self.number).joined(separator: " ") : "" }
    return "\(name) << EOD\n" + lines.joined(separator: "\n") + "\nEOD\n"
  }

  /// The parts of a plot command. A panel always draws something, as gnuplot refuses to draw axes alone.
  private func plots(_ index: Int, onCharacters: Bool) -> [String] {
    var plots = ["\(prefix)_\(index)_corner using 1:2 with dots linecolor rgb '#ffffffff' notitle"]
    var shownLabels: Set<String> = [""]
    var pointLayers = 0
    let hasOwnLegend = layout.sharedLegend == nil || onCharacters
    for (number, layer) in figure.panels[index].layers.enumerated() {
      guard layer.isDrawn(scales[index]) else { continue }
      let name = block(index, number, "")
      let hasBounds = !onCharacters && !layer.bounds(scales[index]).isEmpty
      let isNamed = shownLabels.insert(layer.label).inserted && hasOwnLegend
      let lines = entry(layer.label, at: onCharacters ? nil : layout.places[index].legend)
      let title = isNamed ? "title \(Self.quoted(lines.first))" : "notitle"
      let colour = layer.colour.rawValue
      let translucent = "#80" + colour.dropFirst()
      switch layer.style {
      case .line, .thinLine, .dashed:
        if hasBounds {
          plots.append(
            "\(name)_bounds using 1:2:3 with filledcurves fillcolor rgb '\(colour)' fillstyle transparent solid "
              + "\(Self.number(figure.panels[index].bandOpacity)) noborder notitle")
        }
        let pen =
          switch layer.style {
          case .thinLine: "linewidth 0.7 linecolor rgb '\(translucent)'"
          case .dashed: "dashtype (8,5) linewidth 1.4 linecolor rgb '\(colour)'"
          default: "linewidth 1.5 linecolor rgb '\(colour)'"
          }
        plots.append("\(name) using 1:2 with lines \(pen) \(title)")
      case .points:
        if hasBounds { plots.append(errorBars(name, colour)) }
        let shape = sharedShapes[layer.label] ?? Self.shapes[pointLayers % Self.shapes.count]
        pointLayers += 1
        // Of many points, where they are dense is seen.
        let isMany = layer.x.count > 200
        plots.append(
          "\(name) using 1:2 with points pointtype \(shape) pointsize \(isMany ? 0.3 : 0.45)"
            + " linecolor rgb '\(isMany ? translucent : colour)' \(title)")
      case .bars:
        plots.append(
          "\(name) using 1:2:3:4:5:6 with boxxyerror linewidth 0.6 linecolor rgb '\(colour)'"
            + " fillstyle transparent solid 0.45 border \(title)")
        if hasBounds { plots.append(errorBars(name, colour)) }
      case .cells:
        plots.append(
          "\(name) using 1:2:3:4:5:6 with boxxyerror linewidth 0.3 linecolor rgb '\(colour)'"
            + " fillstyle solid \(Self.number(layer.cellOpacity)) border rgb"
            + " '\(layer.cellOpacity < 1 ? "#ffffff" : colour)' \(title)")
      }
      if isNamed { plots += lines.rest }
    }
    return plots
  }

  /// The first line of a legend's entry, and plots of nothing that show the others below it.
  private func entry(_ label: String, at legend: FigureLayout.Legend?) -> (first: String, rest: [String]) {
    let lines = legend.map { FigureLayout.wrapped(label, to: $0.room) } ?? [label]
    let rest = lines.dropFirst().map { "NaN with dots linecolor rgb '#ffffffff' title \(Self.quoted($0))" }
    return (lines.first ?? label, rest)
  }

  /// A plot of nothing as wide as the page, whose legend is that of all panels: gnuplot makes a legend as wide as its plot.
  private var sharedLegend: String {
    guard let legend = layout.sharedLegend else { return "" }
    let entries = figure.sharedLegendLayers.flatMap { layer -> [String] in
      let shape = sharedShapes[layer.label].map { "pointtype \($0) pointsize 0.45" }
      let look =
        switch layer.style {
        case .points: "points \(shape ?? "")"
        case .bars, .cells: "points pointtype 7 pointsize 0.45"
        case .dashed: "lines dashtype (8,5) linewidth 1.4"
        case .line, .thinLine: shape.map { "linespoints linewidth 1.5 \($0)" } ?? "lines linewidth 1.5"
        }
      let lines = entry(layer.label, at: legend)
      return ["NaN with \(look) linecolor rgb '\(layer.colour.rawValue)' title \(Self.quoted(lines.first))"]
        + lines.rest
    }
    return """
      unset label
      unset logscale
      unset border
      unset tics
      unset grid
      set title ''
      set size noratio
      set lmargin at screen 0
      set rmargin at screen 1
      set bmargin at screen 0
      set tmargin at screen \(Self.number(legend.y / layout.height))
      \(key(at: legend))
      plot [0:1] [0:1] \(entries.joined(separator: ", \\\n  "))

      """
  }

  /// Drawn as arrows with flat heads, as gnuplot's own error bars erase what lies around the point.
  private func errorBars(_ name: String, _ colour: String) -> String {
    "\(name)_bounds using 1:2:(0):($3-$2) with vectors heads size screen 0.004,90 linewidth 0.9 linecolor rgb '\(colour)'"
      + " notitle"
  }
}
