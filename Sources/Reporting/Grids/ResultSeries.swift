import Formats

/// A measure along the way, group by group: its median or mean and its spread over the trials at each step.
public struct ResultSeries: Sendable {
  /// The figures' name; further figures get a number.
  public var name: String
  /// The measure.
  public var label: String
  /// What is seen, in sentences.
  public var caption: String
  /// One curve for each group of the grid; nil where there is none.
  public var curves: [Curve?]

  /// The course of one group.
  public struct Curve: Sendable {
    /// Steps, ascending.
    public var steps: [Double]
    /// The median, or the mean, at each step.
    public var middle: [Double]
    /// The lower end of the band at each step.
    public var low: [Double]
    /// The upper end of the band at each step.
    public var high: [Double]
    /// The last step at which at least half of the trials were still under way.
    public var lastOfHalf: Double

    /// Describes a course.
    public init(steps: [Double], middle: [Double], low: [Double], high: [Double], lastOfHalf: Double) {
      self.steps = steps
      self.middle = middle
      self.low = low
      self.high = high
      self.lastOfHalf = lastOfHalf
    }
  }

  /// Describes a series.
  public init(name: String, label: String, caption: String, curves: [Curve?]) {
    self.name = name
    self.label = label
    self.caption = caption
    self.curves = curves
  }
}

extension ResultGrid {
  /// The places of the groups whose series are drawn: at most eight in a panel, six panels in a figure and three figures.
  public var groupsWithSeries: [Int] {
    GridArrangement(self, isOverAxes: false).figures.joined().flatMap { $0.lines.flatMap(\.groups) }
  }

  /// A series over the steps: solid while at least half of the trials are under way, dashed beyond.
  ///
  /// The steps are on a logarithmic axis if `hasLogarithmicSteps`; step 0 is then left out. The vertical axis is logarithmic where all
  /// that is drawn is positive and spans a factor of 100.
  ///
  /// - Precondition: the series has a curve, or nil, for each group.
  public func figures(of series: ResultSeries, hasLogarithmicSteps: Bool) -> [Figure] {
    precondition(series.curves.count == groups.count, "\(series.name) without a curve for each group")
    guard series.curves.contains(where: { $0 != nil }) else { return [] }
    let arrangement = GridArrangement(self, isOverAxes: false)
    var chosen = AxisChoices()
    chosen.horizontal.isLogarithmic = hasLogarithmicSteps
    let plot = SeriesPlot(series: series, chosen: chosen)
    let sentences = [series.caption] + plot.remarks + arrangement.remarks
    return arrangement.figures(
      name: series.name, title: "\(series.label), step by step", caption: sentences.joined(separator: " "),
      panels: plot.panels)
  }

  /// The series with the axes where a person put them: its panels, and what has to be said of them.
  ///
  /// - Precondition: the series has a curve, or nil, for each group; the choices say whether the steps are on a logarithmic axis.
  public func panels(
    of series: ResultSeries, roles: GridRoles, chosen: AxisChoices
  ) -> (panels: [Figure.Panel], remarks: [String]) {
    precondition(series.curves.count == groups.count, "\(series.name) without a curve for each group")
    let plot = SeriesPlot(series: series, chosen: chosen)
    return (GridArrangement(self, roles: roles).figures.flatMap(plot.panels), plot.remarks)
  }
}

/// A series on its way into figures.
private struct SeriesPlot {
  let series: ResultSeries
  private let horizontal: Figure.Axis
  private let vertical: Figure.Axis

  init(series: ResultSeries, chosen: AxisChoices) {
    self.series = series
    let curves = series.curves.compactMap(\.self)
    horizontal = Figure.Axis(
      "step", fitting: curves.flatMap(\.steps), logarithmicFrom: .infinity, chosen: chosen.horizontal)
    vertical = Figure.Axis(
      series.label, fitting: curves.flatMap { $0.middle + $0.low + $0.high }, logarithmicFrom: 100,
      chosen: chosen.vertical)
  }

  /// What has to be said beside the series' own caption.
  var remarks: [String] {
    let hasTail = series.curves.contains { curve in curve.map { $0.steps.last ?? 0 > $0.lastOfHalf } ?? false }
    return hasTail ? ["Dashed: more than half of the trials have ended."] : []
  }

  func panels(_ panels: [GridArrangement.Panel]) -> [Figure.Panel] {
    panels.map { panel in
      Figure.Panel(
        title: panel.title, horizontal: horizontal, vertical: vertical,
        layers: panel.lines.flatMap { line in
          line.groups.compactMap { series.curves[$0] }.flatMap { $0.layers(line.label, line.colour) }
        })
    }
  }
}

extension ResultSeries.Curve {
  /// The solid part and the dashed one, which begins where the other ends.
  fileprivate func layers(_ label: String, _ colour: Figure.Colour) -> [Figure.Layer] {
    let count = steps.count { $0 <= lastOfHalf }
    func layer(_ style: Figure.Style, _ range: Range<Int>) -> Figure.Layer {
      Figure.Layer(
        label, style, colour, x: Array(steps[range]), y: Array(middle[range]), low: Array(low[range]),
        high: Array(high[range]))
    }
    // The solid part is there even if it is but a point: the legend shows the first part.
    let solid = layer(.line, 0..<max(count, 1))
    return count < steps.count ? [solid, layer(.dashed, max(count - 1, 0)..<steps.count)] : [solid]
  }
}
