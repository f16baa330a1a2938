import Formats
import Glibc

extension Figure.Panel {
  /// The panel as a plotly chart: `{"data": […], "layout": {…}}`, the same ranges, colours and styles as the printed figure.
  ///
  /// Colours of text and grid are left to the page, which knows whether it is dark.
  var plotly: JSON {
    let scales = scales
    var traces: [JSON] = []
    var shownLabels: Set<String> = [""]
    var pointLayers = 0
    for layer in layers {
      guard layer.isDrawn(scales) else { continue }
      // Of a label that sliders show by turns each layer is the first in its turn.
      let showsInLegend = shownLabels.insert(layer.places.isEmpty ? layer.label : "\(layer.label) \(layer.places)")
        .inserted
      var drawn: [[String: JSON]] = []
      if layer.style == .cells {
        drawn.append(layer.plotlyCells(scales.horizontal, scales.vertical, showsInLegend: showsInLegend))
      } else if layer.style != .points, layer.style != .bars, layer.hasBounds {
        drawn.append(layer.plotlyBand(scales.horizontal, scales.vertical, opacity: bandOpacity))
      }
      let shape = ["circle", "square", "triangle-up", "diamond", "triangle-down"][pointLayers % 5]
      if layer.style == .points { pointLayers += 1 }
      var trace = layer.plotlyTrace(scales.horizontal, scales.vertical, shape: shape, showsInLegend: showsInLegend)
      layer.answerPointer(&trace, self, isOverNames: !scales.horizontal.categories.isEmpty)
      drawn.append(trace)
      let meta: JSON = ["places": .array(layer.places.map { .integer($0) })]
      traces += drawn.map { .object(layer.places.isEmpty ? $0 : $0.merging(["meta": meta]) { $1 }) }
    }
    var vertical = self.vertical.plotly(scales.vertical)
    if equalScales { vertical["scaleanchor"] = "x" }
    var horizontal = self.horizontal.plotly(scales.horizontal)
    if equalScales { horizontal["constrain"] = "domain" }
    let legendLabels = legendLabels
    let legendRows = legendLabels.isEmpty ? 0 : (legendLabels.map(\.count).reduce(0) { $0 + $1 + 8 } / 60 + 1)
    let layout: JSON = [
      "xaxis": .object(horizontal),
      "yaxis": .object(vertical),
      "title": [
        "text": .string(HTML.plotlyText(title)), "font": ["size": 14.0], "x": 0.0, "xref": "paper", "y": 0.98,
        "yanchor": "top",
      ],
      "margin": ["l": 64.0, "r": 12.0, "t": .number(title.isEmpty ? 12 : 34), "b": 48.0],
      "height": .number((layers.contains { $0.style == .cells } ? 460 : 360) + 20 * Double(legendRows)),
      "showlegend": .bool(!legendLabels.isEmpty),
      "legend": [
        "orientation": "h", "x": 0.5, "xanchor": "center", "y": -0.2, "yanchor": "top", "font": ["size": 12.0],
      ],
      "barmode": "overlay",
      "hovermode": "closest",
      "modebar": ["bgcolor": "rgba(0,0,0,0)"],
      "paper_bgcolor": "rgba(0,0,0,0)",
      "plot_bgcolor": "rgba(0,0,0,0)",
    ]
    return ["data": .array(traces), "layout": layout]
  }
}

extension Figure.Panel {
  /// The axes that a reader can switch between linear and logarithmic: those of numbers of which all are positive, of lines and points.
  var switchableAxes: [(name: String, isLogarithmic: Bool)] {
    guard !equalScales, layers.allSatisfy({ $0.style != .cells && $0.style != .bars }) else { return [] }
    func fits(_ axis: Figure.Axis, _ values: [Double]) -> Bool {
      let finite = values.filter(\.isFinite)
      guard axis.categories.isEmpty, let least = finite.min(), let most = finite.max() else { return false }
      return least > 0 && most > least
    }
    var axes: [(name: String, isLogarithmic: Bool)] = []
    if fits(horizontal, layers.flatMap(\.x)) { axes.append(("x", horizontal.isLogarithmic)) }
    if fits(vertical, layers.flatMap { $0.y + $0.low + $0.high }) { axes.append(("y", vertical.isLogarithmic)) }
    return axes
  }
}

extension Figure.Axis {
  fileprivate func plotly(_ scale: AxisScale) -> [String: JSON] {
    var axis: [String: JSON] = [
      "title": ["text": .string(HTML.plotlyText(label)), "standoff": 8.0],
      "zeroline": false, "showline": true, "ticks": "outside", "ticklen": 4.0, "automargin": true,
      "exponentformat": "power",
    ]
    if scale.isLogarithmic {
      axis["type"] = "log"
      axis["range"] = .array(
        [scale.range.lowerBound, scale.range.upperBound].map { .number(log10($0)) })
    } else {
      axis["range"] = scale.numbersForPicture([scale.range.lowerBound, scale.range.upperBound])
      if scale.categories.isEmpty { return axis }
    }
    // Plotly's own marks between few powers of ten run into each other.
    let ticks = scale.ticks.compactMap { tick -> (value: Double, label: String)? in
      switch tick.label {
      case .powerOfTen(let exponent): (tick.value, "10<sup>\(exponent < 0 ? "−\(-exponent)" : "\(exponent)")</sup>")
      case .plain(let label): (tick.value, HTML.plotlyText(label))
      case .none: nil
      }
    }
    axis["tickmode"] = "array"
    axis["tickvals"] = .numbersForPicture(ticks.map(\.value))
    axis["ticktext"] = .array(ticks.map { .string($0.label) })
    return axis
  }
}

extension AxisScale {
  /// Numbers in single precision, unless what the axis shows differs by so little that this would be seen.
  fileprivate func numbersForPicture(_ values: [Double]) -> JSON {
    let largest = max(abs(range.lowerBound), abs(range.upperBound))
    if !isLogarithmic, range.upperBound - range.lowerBound < 1e-3 * largest { return .array(values.map(JSON.number)) }
    return .numbersForPicture(values)
  }
}

extension Figure.Layer {
  fileprivate func plotlyTrace(
    _ horizontal: AxisScale, _ vertical: AxisScale, shape: String, showsInLegend: Bool
  ) -> [String: JSON] {
    let colour = JSON.string(colour.rawValue)
    var trace: [String: JSON] = [
      "type": "scatter", "name": .string(HTML.plotlyText(label)), "showlegend": .bool(showsInLegend),
      "x": horizontal.numbersForPicture(x.map(horizontal.shown)),
      "y": vertical.numbersForPicture(y.map(vertical.shown)),
    ]
    // One entry in the legend then switches every layer of its name.
    if !label.isEmpty { trace["legendgroup"] = .string(label) }
    switch style {
    case .line: trace.merge(["mode": "lines", "line": ["color": colour, "width": 2.0]]) { $1 }
    case .thinLine:
      trace.merge(["mode": "lines", "opacity": 0.5, "line": ["color": colour, "width": 1.0]]) { $1 }
    case .dashed:
      trace.merge(["mode": "lines", "line": ["color": colour, "width": 2.0, "dash": "dash"]]) { $1 }
    case .points:
      trace.merge(["mode": "markers", "marker": ["color": colour, "size": 6.0, "symbol": .string(shape)]]) { $1 }
    case .bars:
      let sides = x.map { barSides(at: $0, logarithmic: horizontal.isLogarithmic) }
      trace["type"] = "bar"
      trace["opacity"] = 0.6
      trace["width"] = .numbersForPicture(sides.map { $0.right - $0.left })
      // A bar is placed by its centre, which on a logarithmic axis is not the point's position.
      trace["x"] = .numbersForPicture(sides.map { horizontal.shown(($0.left + $0.right) / 2) })
      trace["marker"] = ["color": colour]
    case .cells:
      // The rectangles are a trace of their own; this one answers the pointer.
      trace.merge([
        "mode": "markers", "showlegend": false, "marker": ["color": colour, "size": 14.0, "opacity": 0.0],
      ]) { $1 }
    }
    if hasBounds, style == .points || style == .bars {
      trace["error_y"] = [
        "type": "data", "symmetric": false, "color": colour, "thickness": 1.2, "width": 3.0,
        "array": vertical.numbersForPicture(zip(high, y).map { vertical.shown($0) - $1 }),
        "arrayminus": vertical.numbersForPicture(zip(low, y).map { $1 - vertical.grounded($0) }),
      ]
    }
    return trace
  }

  /// Gives a trace what the pointer is told: the axes' names with the point's own numbers, and its interval if it has one.
  fileprivate func answerPointer(_ trace: inout [String: JSON], _ panel: Figure.Panel, isOverNames: Bool) {
    let horizontal = HTML.plotlyText(panel.horizontal.label)
    let vertical = HTML.plotlyText(panel.vertical.label)
    let extra = "<extra>\(HTML.plotlyText(label))</extra>"
    let hasInterval = hasBounds && style != .cells
    // What is drawn as it is needs no second copy of its numbers.
    guard hasInterval || style == .bars || (style == .points && x.count <= Self.mostExactPoints) else {
      let across = isOverNames ? "%{x}" : "\(horizontal) = %{x:.7~g}"
      trace["hovertemplate"] = .string("\(across)<br>\(vertical) = %{y:.7~g}\(extra)")
      return
    }
    // The numbers themselves, since what is drawn may be rounded, shifted or cut off at the axis.
    let columns = hasInterval ? [x, y, low, high] : [x, y]
    let across = isOverNames ? "%{x}" : "\(horizontal) = %{customdata[0]:.7~g}"
    let interval = hasInterval ? "<br>from %{customdata[2]:.7~g} to %{customdata[3]:.7~g}" : ""
    trace["customdata"] = .array(x.indices.map { point in .array(columns.map { .number($0[point]) }) })
    trace["hovertemplate"] = .string("\(across)<br>\(vertical) = %{customdata[1]:.7~g}\(interval)\(extra)")
  }

  /// More points than this are told to single precision, as they and all lines are drawn: the page stays small.
  private static let mostExactPoints = 400

  /// Cells as closed outlines in one trace.
  fileprivate func plotlyCells(
    _ horizontal: AxisScale, _ vertical: AxisScale, showsInLegend: Bool
  ) -> [String: JSON] {
    var (outlineX, outlineY): ([Double], [Double]) = ([], [])
    for place in x.indices {
      // Not-a-number parts the outlines.
      if place > 0 { (outlineX, outlineY) = (outlineX + [.nan], outlineY + [.nan]) }
      outlineX += [left[place], right[place], right[place], left[place], left[place]]
      outlineY += [low[place], low[place], high[place], high[place], low[place]]
    }
    return [
      "type": "scatter", "mode": "lines", "fill": "toself", "hoverinfo": "skip",
      "name": .string(HTML.plotlyText(label)),
      "showlegend": .bool(showsInLegend), "legendgroup": .string(label), "opacity": .number(cellOpacity),
      "x": horizontal.numbersForPicture(outlineX), "y": vertical.numbersForPicture(outlineY),
      "line": ["width": .number(cellOpacity < 1 ? 0.5 : 0), "color": "#ffffff"],
      "fillcolor": .string(colour.rawValue),
    ]
  }

  /// How opaque cells are: lines in the same colours stand out from them. Shades are to be compared with each other.
  var cellOpacity: Double { Figure.Colour.shades.contains(colour) ? 1 : 0.5 }

  /// A band as closed outlines, one for each stretch without a gap.
  fileprivate func plotlyBand(
    _ horizontal: AxisScale, _ vertical: AxisScale, opacity: Double
  ) -> [String: JSON] {
    var outlineX: [Double] = []
    var outlineY: [Double] = []
    let bounds = bounds((horizontal, vertical))
    for stretch in bounds.split(whereSeparator: { $0[0].isNaN }) {
      // Not-a-number parts the outlines.
      if !outlineX.isEmpty { (outlineX, outlineY) = (outlineX + [.nan], outlineY + [.nan]) }
      outlineX += stretch.map { $0[0] } + stretch.reversed().map { $0[0] }
      outlineY += stretch.map { $0[1] } + stretch.reversed().map { $0[2] }
    }
    var band: [String: JSON] = [
      "type": "scatter", "mode": "lines", "fill": "toself", "hoverinfo": "skip", "showlegend": false,
      "opacity": .number(opacity),
      "x": horizontal.numbersForPicture(outlineX), "y": vertical.numbersForPicture(outlineY), "line": ["width": 0.0],
      "fillcolor": .string(colour.rawValue),
    ]
    if !label.isEmpty { band["legendgroup"] = .string(label) }
    return band
  }
}

extension HTML {
  /// Plotly reads a few tags and entities in its texts; this shows every character as it is.
  fileprivate static func plotlyText(_ text: String) -> String {
    escaped(text).replacing("&#39;", with: "'").replacing("&quot;", with: "\"")
  }
}
