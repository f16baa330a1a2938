import Formats
import Glibc

/// An axis with its range decided, so that the printed and the interactive picture show the same.
struct AxisScale: Equatable {
  let isLogarithmic: Bool
  /// Not empty, and positive if logarithmic.
  let range: ClosedRange<Double>
  /// Names for the positions 1, 2, …; empty for an axis of numbers.
  let categories: [String]

  /// A mark on an axis.
  struct Tick: Equatable {
    var value: Double
    var label: Label
    enum Label: Equatable {
      case powerOfTen(Int)
      case plain(String)
      case none
    }
  }

  /// Takes the axis' own range, or else the data's with a margin.
  ///
  /// - Parameters:
  ///   - values: All values drawn on the axis, some of which it may be unable to show.
  ///   - keepsZero: Whether the range begins exactly at zero when that is the least value: bars stand on the axis.
  init(_ axis: Figure.Axis, values: [Double], keepsZero: Bool = false) {
    isLogarithmic = axis.isLogarithmic
    categories = axis.categories
    let usable = values.filter { $0.isFinite && (!axis.isLogarithmic || $0 > 0) }
    let dataLow = usable.min() ?? (axis.isLogarithmic ? 1 : 0)
    let dataHigh = usable.max() ?? (axis.isLogarithmic ? 10 : 1)
    if let range = axis.range, Self.isUsable(range, logarithmic: axis.isLogarithmic) {
      self.range = range
    } else if axis.isLogarithmic {
      let margin = max(pow(dataHigh / dataLow, 0.04), 1.1)
      range = max(dataLow / margin, .leastNormalMagnitude)...min(dataHigh * margin, .greatestFiniteMagnitude)
    } else {
      let spread = dataHigh - dataLow
      let margin = spread > 1e-12 * abs(dataHigh) ? 0.04 * spread : max(0.5 * abs(dataHigh), 0.5)
      range = (keepsZero && dataLow == 0 ? 0 : dataLow - margin)...(dataHigh + margin)
    }
  }

  /// Whether the axis can show the value at all.
  func canShow(_ value: Double) -> Bool { value.isFinite && (!isLogarithmic || value > 0) }

  /// The value, or not-a-number where the axis cannot show it.
  func shown(_ value: Double) -> Double { canShow(value) ? value : .nan }

  /// The value moved to the axis' lower end where it is below anything the axis can show: the foot of a bar or of a band.
  func grounded(_ value: Double) -> Double {
    isLogarithmic && value.isFinite && value <= 0 ? range.lowerBound : shown(value)
  }

  /// The marks of the axis, at numbers that are easy to read.
  var ticks: [Tick] {
    categories.isEmpty ? (isLogarithmic ? logarithmicTicks : linearTicks) : categoryTicks
  }

  /// A mark for each name; where they are many, only some carry it.
  private var categoryTicks: [Tick] {
    let stride = (categories.count + Self.mostNames - 1) / Self.mostNames
    return categories.enumerated().map { place, name in
      Tick(value: Double(place + 1), label: place % stride == 0 ? .plain(name.shortened(to: Self.longestName)) : .none)
    }
  }

  private static let mostNames = 30
  private static let longestName = 24

  /// The power of ten by which the marks of a linear axis are divided, where they would otherwise be long; its label then says so.
  var commonExponent: Int? {
    let exponent = Int(log10(max(abs(range.lowerBound), abs(range.upperBound))).rounded(.down))
    return !isLogarithmic && categories.isEmpty && (exponent >= 5 || exponent < -3) ? exponent : nil
  }

  /// An axis label with the common power of ten of its marks, such as `step (×10⁶)`.
  func labelled(_ label: String) -> String {
    guard let exponent = commonExponent else { return label }
    let superscripts: [Character: Character] = [
      "-": "⁻", "0": "⁰", "1": "¹", "2": "²", "3": "³", "4": "⁴", "5": "⁵", "6": "⁶", "7": "⁷", "8": "⁸", "9": "⁹",
    ]
    let power = "×10" + String(String(exponent).compactMap { superscripts[$0] })
    return label.isEmpty ? power : "\(label) (\(power))"
  }

  /// About five marks at multiples of 1, 2 or 5 times a power of ten.
  private var linearTicks: [Tick] {
    let span = range.upperBound - range.lowerBound
    let exponent = Int(log10(span / 5).rounded(.down))
    let step = [1, 2, 5, 10].map { $0 * Self.power(exponent) }.first { span / $0 <= 6 } ?? span
    let first = (range.lowerBound / step).rounded(.up)
    let last = (range.upperBound / step).rounded(.down)
    // Far from zero a step can be below the rounding of the values, and then marks say nothing.
    guard last - first < 20, abs(first) < 1e12 else { return [] }
    // As many as neighbours differ in.
    let digits = max(6, Int(log10(max(abs(first), abs(last), 1)).rounded(.down)) + 2)
    return stride(from: first, through: last, by: 1).map { multiple in
      let value = multiple * step
      let text = NumberText.readable(value / Self.power(commonExponent ?? 0), digits: digits)
      return Tick(value: value, label: .plain(text.replacing("-", with: "−")))
    }
  }

  /// About five powers of ten, or 1, 2, 5 … where the axis spans under two decades.
  var logarithmicTicks: [Tick] {
    let first = Int(log10(range.lowerBound).rounded(.down))
    let last = Int(log10(range.upperBound).rounded(.up))
    let inside = (first...last).filter { range.contains(Self.power($0)) }
    if log10(range.upperBound / range.lowerBound) < 2 || inside.count < 2 {
      let marks = (first...last).flatMap { exponent in
        (1...9).map { (digit: $0, value: Double($0) * Self.power(exponent)) }
      }.filter { range.contains($0.value) }
      let round = [1, 2, 5]
      // Within a decade there may be hardly any of these.
      let labelsAll = marks.count { round.contains($0.digit) } < 3
      return marks.map { digit, value in
        let isLabelled = labelsAll || round.contains(digit)
        return Tick(value: value, label: isLabelled ? .plain(NumberText.readable(value, digits: 3)) : .none)
      }
    }
    let step = (inside.count + 5) / 6
    return (first...last).flatMap { exponent in
      (step == 1 ? 1...9 : 1...1).compactMap { digit in
        let value = Double(digit) * Self.power(exponent)
        guard range.contains(value) else { return nil }
        return Tick(value: value, label: digit == 1 && exponent % step == 0 ? .powerOfTen(exponent) : .none)
      }
    }
  }

  /// The same centre with another length; only for axes that are not logarithmic.
  func stretched(to length: Double) -> AxisScale {
    let centre = (range.lowerBound + range.upperBound) / 2
    return AxisScale(isLogarithmic: isLogarithmic, range: (centre - length / 2)...(centre + length / 2))
  }

  private init(isLogarithmic: Bool, range: ClosedRange<Double>) {
    self.isLogarithmic = isLogarithmic
    self.range = range
    categories = []
  }

  private static func isUsable(_ range: ClosedRange<Double>, logarithmic: Bool) -> Bool {
    range.lowerBound.isFinite && range.upperBound.isFinite && range.lowerBound < range.upperBound
      && (!logarithmic || range.lowerBound > 0)
  }

  /// Powers of ten as a decimal text reads, which `pow` misses by a rounding.
  private static func power(_ exponent: Int) -> Double { Double("1e\(exponent)") ?? pow(10, Double(exponent)) }
}

extension String {
  /// The text, or its beginning and its end where it is longer than `length`: names of files and of values differ at either.
  func shortened(to length: Int) -> String {
    count > max(length, 3) ? "\(prefix(length / 2))…\(suffix(max(length, 3) - length / 2 - 1))" : self
  }
}

extension Figure.Panel {
  /// The scales of both axes.
  var scales: (horizontal: AxisScale, vertical: AxisScale) {
    let bars = layers.filter { $0.style == .bars }
    let barSides = bars.flatMap { layer in
      layer.x.flatMap { position -> [Double] in
        let sides = layer.barSides(at: position, logarithmic: horizontal.isLogarithmic)
        return [sides.left, sides.right]
      }
    }
    let cellSides = layers.flatMap { $0.left + $0.right }
    let horizontalScale = AxisScale(
      horizontal.fitting(cellSides), values: layers.flatMap(\.x) + barSides)
    let heights = layers.flatMap { layer in
      [layer.y, layer.low, layer.high].flatMap { values in
        zip(layer.x, values).filter { horizontalScale.range.contains($0.0) }.map(\.1)
      }
    }
    let floor = bars.isEmpty ? [] : [0.0]
    let cellHeights = layers.filter { $0.style == .cells }.flatMap { $0.low + $0.high }
    return (
      horizontalScale,
      AxisScale(vertical.fitting(cellHeights), values: heights + floor, keepsZero: !bars.isEmpty)
    )
  }

  /// The scales widened so that equal scales fill a rectangle; as they are where a range is given or logarithmic.
  func scales(filling width: Double, by height: Double) -> (horizontal: AxisScale, vertical: AxisScale) {
    let scales = scales
    guard horizontal.range == nil, vertical.range == nil, !horizontal.isLogarithmic, !vertical.isLogarithmic else {
      return scales
    }
    func length(_ scale: AxisScale) -> Double { scale.range.upperBound - scale.range.lowerBound }
    let unit = max(length(scales.horizontal) / width, length(scales.vertical) / height)
    return (scales.horizontal.stretched(to: unit * width), scales.vertical.stretched(to: unit * height))
  }
}

extension Figure.Axis {
  /// The axis with the range of a map's cells, which are the whole picture; as it is without cells, or with a range.
  fileprivate func fitting(_ sides: [Double]) -> Figure.Axis {
    guard range == nil, categories.isEmpty, let low = sides.min(), let high = sides.max(), low < high else {
      return self
    }
    var axis = self
    axis.range = low...high
    return axis
  }
}

extension Figure.Layer {
  /// The sides of the bar at `position`: 0.4 of the smallest distance of neighbours to either side, in decades if logarithmic.
  func barSides(at position: Double, logarithmic: Bool) -> (left: Double, right: Double) {
    guard logarithmic else {
      let half = 0.4 * Self.smallestGap(x)
      return (position - half, position + half)
    }
    let factor = pow(10, 0.4 * min(Self.smallestGap(x.filter { $0 > 0 }.map { log10($0) }), 1))
    return (position / factor, position * factor)
  }

  /// Whether any point can be shown.
  func isDrawn(_ scales: (horizontal: AxisScale, vertical: AxisScale)) -> Bool {
    zip(x, y).contains { scales.horizontal.canShow($0) && scales.vertical.canShow($1) }
  }

  /// Position, lower and upper end of the band or error bar at every point, all not-a-number where there is none to show;
  /// empty if there is none at all. An error bar needs its point, a band does not.
  func bounds(_ scales: (horizontal: AxisScale, vertical: AxisScale)) -> [[Double]] {
    guard hasBounds, style != .cells else { return [] }
    let needsPoint = style == .points || style == .bars
    let rows = x.indices.map { point -> [Double] in
      let row = [
        scales.horizontal.shown(x[point]), scales.vertical.grounded(low[point]), scales.vertical.shown(high[point]),
      ]
      let hasPoint = point < y.count && scales.vertical.canShow(y[point])
      return row.allSatisfy(\.isFinite) && (hasPoint || !needsPoint) ? row : [.nan, .nan, .nan]
    }
    return rows.contains { $0[0].isFinite } ? rows : []
  }

  /// Whether `low` and `high` are there for every point.
  var hasBounds: Bool { !x.isEmpty && low.count == x.count && high.count == x.count }

  private static func smallestGap(_ positions: [Double]) -> Double {
    let sorted = positions.filter(\.isFinite).sorted()
    let gaps = zip(sorted.dropFirst(), sorted).map { $0 - $1 }.filter { $0 > 0 }
    return gaps.min() ?? 1
  }
}
