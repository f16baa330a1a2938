import Formats

/// The distribution of a measure over trials of one configuration.
public struct ResultDistribution: Sendable {
  /// The measure.
  public var label: String
  /// Its values; those that are not finite are left out.
  public var values: [Double]

  /// Describes a distribution.
  public init(label: String, values: [Double]) {
    self.label = label
    self.values = values.filter(\.isFinite)
  }

  /// More points than this no picture shows.
  private static let mostPoints = 400
  /// More bars than this are no longer told apart.
  private static let mostBars = 40

  /// The figure: bars for a few whole numbers, the empirical distribution function for all else; nil for fewer than two different
  /// values.
  public func figure(name: String, caption: String) -> Figure? {
    let sorted = values.sorted()
    guard let first = sorted.first, let last = sorted.last, first < last else { return nil }
    let distinct = ResultGrid.distinct(sorted)
    let areCounts = sorted.allSatisfy { $0 == $0.rounded() }
    let drawsBars = areCounts && distinct.count <= Self.mostBars && last - first <= 4 * Double(Self.mostBars)
    let panel = drawsBars ? bars(sorted, distinct) : distributionFunction(sorted)
    let kind =
      drawsBars ? "Share of trials for each value of" : "Share of trials whose value is at most that below, for"
    return Figure(
      name: name, title: "Distribution of \(label)", caption: "\(kind) \(label). \(caption)", panels: [panel])
  }

  private func bars(_ sorted: [Double], _ distinct: [Double]) -> Figure.Panel {
    var counts: [Double: Int] = [:]
    for value in sorted { counts[value, default: 0] += 1 }
    let shares = distinct.map { Double(counts[$0] ?? 0) / Double(sorted.count) }
    return Figure.Panel(
      horizontal: .init(label), vertical: .init("share of trials"),
      layers: [Figure.Layer("", .bars, .blue, x: distinct, y: shares)])
  }

  private func distributionFunction(_ sorted: [Double]) -> Figure.Panel {
    let count = Double(sorted.count)
    var (x, y): ([Double], [Double]) = ([sorted[0]], [0])
    // Steps where each can be seen; between points of the function where there are too many.
    if sorted.count <= Self.mostPoints / 2 {
      for (place, value) in sorted.enumerated() {
        x += [value, value]
        y += [Double(place) / count, Double(place + 1) / count]
      }
    } else {
      for place in GridArrangement.spread(Array(sorted.indices), over: Self.mostPoints) {
        x.append(sorted[place])
        y.append(Double(place + 1) / count)
      }
    }
    return Figure.Panel(
      horizontal: .init(label, logarithmic: Figure.Axis.deservesLogarithm(sorted, factor: 100)),
      vertical: .init("share of trials", range: 0...1), layers: [Figure.Layer("", .line, .blue, x: x, y: y)])
  }
}
