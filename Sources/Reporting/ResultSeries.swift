import Formats

/// A measure along the way, group by group: its median and spread over the trials at each step.
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
    /// The median at each step.
    public var median: [Double]
    /// The lower end of the band at each step.
    public var low: [Double]
    /// The upper end of the band at each step.
    public var high: [Double]
    /// The last step at which at least half of the trials were still under way.
    public var lastOfHalf: Double

    /// Describes a course.
    public init(steps: [Double], median: [Double], low: [Double], high: [Double], lastOfHalf: Double) {
      self.steps = steps
      self.median = median
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
    let curves = series.curves.compactMap(\.self)
    guard !curves.isEmpty else { return [] }
    let arrangement = GridArrangement(self, isOverAxes: false)
    let values = curves.flatMap { $0.median + $0.low + $0.high }.filter(\.isFinite)
    var vertical = Figure.Axis(
      series.label, logarithmic: Figure.Axis.deservesLogarithm(values, factor: 100))
    vertical.range = AxisScale(vertical, values: values).range
    var horizontal = Figure.Axis("step", logarithmic: hasLogarithmicSteps)
    horizontal.range = AxisScale(horizontal, values: curves.flatMap(\.steps)).range
    let hasTail = curves.contains { ($0.steps.last ?? 0) > $0.lastOfHalf }
    let sentences =
      [series.caption]
      + (hasTail ? ["Dashed: more than half of the trials have ended."] : []) + arrangement.remarks
    return arrangement.figures(
      name: series.name, title: "\(series.label), step by step", caption: sentences.joined(separator: " ")
    ) {
      $0.map { panel in
        Figure.Panel(
          title: panel.title, horizontal: horizontal, vertical: vertical,
          layers: panel.lines.flatMap { line in
            line.groups.compactMap { series.curves[$0] }.flatMap { $0.layers(line.label, line.colour) }
          })
      }
    }
  }
}

extension ResultSeries.Curve {
  /// The solid part and the dashed one, which begins where the other ends.
  fileprivate func layers(_ label: String, _ colour: Figure.Colour) -> [Figure.Layer] {
    let count = steps.count { $0 <= lastOfHalf }
    func layer(_ style: Figure.Style, _ range: Range<Int>) -> Figure.Layer {
      Figure.Layer(
        label, style, colour, x: Array(steps[range]), y: Array(median[range]), low: Array(low[range]),
        high: Array(high[range]))
    }
    // The solid part is there even if it is but a point: the legend shows the first part.
    let solid = layer(.line, 0..<max(count, 1))
    return count < steps.count ? [solid, layer(.dashed, max(count - 1, 0)..<steps.count)] : [solid]
  }
}
