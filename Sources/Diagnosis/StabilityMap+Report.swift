import Formats
import Numerics
import Reporting
import Stability

/// A map as a page shows it.
extension StabilityMap {
  /// The map: coloured cells under the curves of the thresholds.
  public func figure() -> Figure {
    // There is a batch size, and all have the same sampling and momentum.
    let dynamics = self.columns[0].stability.dynamics
    let columns = self.columns.sorted { $0.stability.dynamics.batchSize < $1.stability.dynamics.batchSize }
    // Batch sizes stand side by side, as they mostly double: one column each, with its name.
    let places = columns.indices.map { Double($0 + 1) }
    let grid = Figure.Cell.grid(places, steps, logarithmic: (false, true))
    func layer(_ label: String, _ colour: Figure.Colour, _ sign: String) -> Figure.Layer? {
      let cells = grid.enumerated().flatMap { row, line in
        line.enumerated().filter { columns[$0.offset].cells[row].verdict.letter == sign }.map(\.element)
      }
      return cells.isEmpty ? nil : .cells(label, colour, cells)
    }
    func curve(
      _ label: String, _ style: Figure.Style, _ colour: Figure.Colour, _ value: (StabilityOfBatch) -> Double?
    ) -> [Figure.Layer] {
      let values = columns.map { value($0.stability) ?? .nan }
      guard values.contains(where: \.isFinite) else { return [] }
      let line = Figure.Layer(label, style, colour, x: places, y: values)
      // A line of a single batch size would not be seen.
      return places.count > 1 ? [line] : [Figure.Layer(label, .points, colour, x: places, y: values)]
    }
    let fields = [
      layer("every batch contracts", .blue, "S"), layer("stays in mean square", .skyBlue, "s"),
      layer("fragile", .yellow, "F"), layer("leaves", .vermilion, "L"),
      layer("undecided", .grey, "?"),
    ].compactMap { $0 }
    let curves =
      curve("η_all", .dashed, .blue) { $0.allBatches?.lower }
      + curve("η_meanSquare", .line, .black) { $0.meanSquare.value }
      + curve("η_almostSure", .dashed, .black) { $0.almostSure.value }
      + curve("full-batch limit", .line, .purple) { $0.fullBatch }
    let panel = Figure.Panel(
      horizontal: .init("batch size b", categories: columns.map { "\($0.stability.dynamics.batchSize)" }),
      vertical: .init("step size η", logarithmic: true),
      layers: fields + curves)
    return Figure(
      name: "map", title: "Where SGD stays, is fragile, and leaves",
      caption: "Verdicts over step and batch size, sampling \(dynamics.sampling.rawValue)"
        + (dynamics.momentum > 0 ? ", momentum \(NumberText.readable(dynamics.momentum))" : "")
        + ". Below η_all every batch contracts; below η_meanSquare the mean square is bounded; up to η_almostSure typical "
        + "runs return and rare ones get away; above it every run leaves.",
      panels: [panel])
  }

  /// The thresholds of each batch size.
  public func thresholdTable() -> Table {
    var table = Table(
      name: "thresholds", caption: "The largest stable step sizes of each batch size, and their bounds.",
      columns: [
        .init("batch", "batch size b"), .init("etaAll", "below it every batch contracts"),
        .init("etaLower", "below it the mean square shrinks at every step"),
        .init("etaMeanSquare", "below it the mean square is bounded"),
        .init("etaMeanSquareLow", "lower end of its bracket"), .init("etaMeanSquareHigh", "upper end of its bracket"),
        .init("etaUpper", "rank-one upper bound of it"), .init("etaTopEigenvector", "upper bound (15)"),
        .init("etaTrace", "upper bound (16)"), .init("etaSufficient", "lower bound in Patel's form"),
        .init("etaDivergence", "above it every start diverges in mean square, in Patel's form"),
        .init("etaFullBatch", "the full batch's limit"),
        .init("etaAlmostSure", "below it typical runs return"),
        .init("etaAlmostSureStandardError", "its standard error"),
      ])
    table.title = "Thresholds by batch size"
    for column in columns {
      let stability = column.stability
      let (bounds, meanSquare) = (stability.bounds, stability.meanSquare)
      let values: [Double?] = [
        stability.allBatches?.lower, bounds?.lower, meanSquare.value, meanSquare.lower, meanSquare.upper,
        bounds?.upper, bounds?.topEigenvector, bounds?.trace, bounds?.sufficient, bounds?.divergence,
        stability.fullBatch, stability.almostSure.value, stability.almostSure.standardError,
      ]
      table.append([.integer(stability.dynamics.batchSize)] + values.map { $0.map(Table.Cell.number) ?? .text("") })
    }
    table.shown =
      [
        ("b", "batch"), ("η_all", "etaAll"), ("η_lower", "etaLower"), ("η_meanSquare", "etaMeanSquare"),
        ("η_upper", "etaUpper"), ("full batch", "etaFullBatch"), ("η_almostSure", "etaAlmostSure"),
        ("± (standard error)", "etaAlmostSureStandardError"),
      ].map { .init($0.0, .plain($0.1)) }
    return table
  }
}

extension CellVerdict {
  /// The letter of a verdict in a map of characters.
  public var letter: String {
    switch verdict {
    case .stay: everyBatchContracts ? "S" : "s"
    case .fragile: "F"
    case .leave: "L"
    case .undecided: "?"
    }
  }
}
