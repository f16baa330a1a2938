/// What a person decided about an axis; the data decide the rest.
public struct AxisChoice: Sendable, Equatable {
  /// What the axis is called.
  public var label: String?
  /// Whether it is logarithmic.
  public var isLogarithmic: Bool?
  /// The lower end.
  public var low: Double?
  /// The upper end.
  public var high: Double?

  /// Leaves everything to the data.
  public init() {}
}

/// What a person decided about the axes of a figure.
public struct AxisChoices: Sendable, Equatable {
  /// The horizontal axis.
  public var horizontal = AxisChoice()
  /// The vertical axis, of every panel.
  public var vertical = AxisChoice()

  /// Leaves everything to the data.
  public init() {}
}

extension Figure.Axis {
  /// An axis whose range is decided here, so that panels with the same values share it.
  ///
  /// It is logarithmic where that was chosen, or where all values are positive and span the factor.
  init(_ label: String, fitting values: [Double], logarithmicFrom factor: Double, chosen: AxisChoice = AxisChoice()) {
    let values = values.filter(\.isFinite)
    let fitsLogarithm = Self.deservesLogarithm(values, factor: factor) && chosen.low ?? 1 > 0 && chosen.high ?? 1 > 0
    self.init(chosen.label ?? label, logarithmic: chosen.isLogarithmic ?? fitsLogarithm)
    let seen = values.filter { $0 >= chosen.low ?? -.infinity && $0 <= chosen.high ?? .infinity }
    let fitted = AxisScale(self, values: seen).range
    // An end that was chosen may lie beyond all that is drawn.
    let low = chosen.low ?? min(fitted.lowerBound, chosen.high.map { isLogarithmic ? $0 / 10 : $0 - 1 } ?? .infinity)
    let high = chosen.high ?? max(fitted.upperBound, chosen.low.map { isLogarithmic ? $0 * 10 : $0 + 1 } ?? -.infinity)
    range = low < high ? low...high : fitted
  }

  /// Whether values are better seen on a logarithmic axis: all are positive, and the largest is `factor` times the smallest.
  static func deservesLogarithm(_ values: [Double], factor: Double) -> Bool {
    guard let low = values.min(), let high = values.max() else { return false }
    return low > 0 && high.isFinite && high / low >= factor
  }
}
