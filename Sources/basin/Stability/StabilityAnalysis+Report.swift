import Diagnosis
import Formats
import Numerics
import Reporting
import Stability

extension StabilityAnalysis {
  /// The result as a page with its figure and tables.
  func report(_ json: JSON) -> AnalysisReport {
    var parts: [ExperimentReport.Part] = []
    if let map {
      parts.append(
        .init(
          anchor: "map", heading: "The map",
          text: "For each batch and step size, whether SGD that starts next to the minimum stays there.",
          figures: [map.figure()]))
      parts.append(.init(anchor: "thresholds", heading: "Thresholds", tables: [map.thresholdTable()]))
      parts.append(.init(anchor: "cells", heading: "Cell by cell", tables: [cellTable(map)]))
    }
    if let confirmation {
      parts.append(
        .init(
          anchor: "confirmation", heading: "Held against SGD",
          text: "Runs from the sphere of radius \(NumberText.readable(startRadius)) around the minimum; those that get "
            + "farther away than \(NumberText.readable(radius)) have escaped. Where a probability is between 0 and 1 theory "
            + "knows its power and not its size: a factor of ten counts as agreement.",
          tables: [confirmationTable(confirmation)]))
    }
    if let measures, hasMeasures {
      parts.append(.init(anchor: "measures", heading: "Measured here", tables: [measureTable(measures)]))
    }
    return AnalysisReport(
      title: "Can SGD stay here?", kind: "stability", tallies: tallies, summary: summary,
      notice: refusal.map { "No verdict: \($0)." }, facts: facts, parts: parts, caveats: caveats,
      document: ("map.json", json.readableText), command: request.line, version: Program.version,
      citations: citations(hasFigures: true))
  }

  private var tallies: [ExperimentReport.State] {
    guard let map else { return [] }
    let verdicts = map.columns.flatMap(\.cells).map(\.verdict.verdict)
    return [
      .init("cells where it stays", verdicts.count { $0 == .stay }, .good),
      .init("where it is fragile", verdicts.count { $0 == .fragile }, .open),
      .init("where it leaves", verdicts.count { $0 == .leave }, .bad),
      .init("undecided", verdicts.count { $0 == .undecided }, .neutral),
    ]
  }

  private var summary: String {
    guard let map,
      let least = map.columns.min(by: { $0.stability.dynamics.batchSize < $1.stability.dynamics.batchSize })
    else { return "Thresholds and verdicts need a minimum. What can be measured at any point is below." }
    let stability = least.stability
    let size = stability.dynamics.batchSize
    let limits = [
      "up to \(NumberText.readable(stability.meanSquare.value)) in mean square",
      stability.almostSure.value.isFinite
        ? "up to \(NumberText.readable(stability.almostSure.value)) in typical runs" : nil,
    ].compactMap { $0 }
    return "\(input.source): with batch size \(size) SGD stays for steps \(limits.joined(separator: ", and ")); "
      + "the full batch stays up to \(NumberText.readable(stability.fullBatch))."
  }

  /// Nothing where there is no number.
  private static func number(_ value: Double?) -> Table.Cell { value.map(Table.Cell.number) ?? .text("") }

  private func cellTable(_ map: StabilityMap) -> Table {
    var table = Table(
      name: "map", caption: "Every pair of batch and step size.",
      columns: [
        .init("batch", "batch size b"), .init("step", "step size η"),
        .init("verdict", "stay, fragile, leave or undecided"),
        .init("reason", "why"), .init("exponent", "Λ, the growth of log distance a step"),
        .init("exponentStandardError", "its standard error"),
        .init("tailExponent", "κ, the power with which large excursions get rarer"),
        .init("tailExponentStandardError", "its standard error"),
        .init("escapeProbability", "(r₀/R)^κ where runs return"),
        .init("exitTime", "ln(R/r₀)/Λ steps where runs leave"),
        .init("stationaryDistance", "√tr Σ∞ at a regular minimum"), .init("excessLoss", "½ tr(HΣ∞)"),
        .init("nullDiffusion", "growth of E‖δ‖² a step in the null space"),
      ])
    table.title = "The map in numbers"
    for column in map.columns {
      for cell in column.cells {
        let values: [Double?] = [
          cell.verdict.exponent?.value, cell.verdict.exponent?.standardError, cell.tail?.value,
          cell.tail?.standardError, escapeProbability(cell), exitTime(cell), cell.spread?.distance,
          cell.spread?.excessLoss, cell.spread?.nullDiffusion,
        ]
        table.append(
          [
            .integer(column.stability.dynamics.batchSize), .number(cell.step), .text(cell.verdict.verdict.rawValue),
            .text(cell.verdict.reason),
          ] + values.map(Self.number))
      }
    }
    let regular: [(String, String)] =
      kind == .regular ? [("spread √tr Σ∞", "stationaryDistance"), ("excess loss", "excessLoss")] : []
    table.shown =
      ([
        ("b", "batch"), ("η", "step"), ("verdict", "verdict"), ("why", "reason"), ("Λ", "exponent"),
        ("κ", "tailExponent"),
        ("escape probability", "escapeProbability"), ("exit time", "exitTime"),
      ] + regular).map { .init($0.0, .plain($0.1)) }
    return table
  }

  private func confirmationTable(_ confirmation: StabilityConfirmation) -> Table {
    var table = Table(
      name: "confirmation",
      caption:
        "\(confirmation.trials) runs of \(confirmation.steps) steps a cell: the fraction that escaped, with 95 % "
        + "intervals.",
      columns: [
        .init("batch", "batch size b"), .init("step", "step size η"),
        .init("verdict", "stay, fragile, leave or undecided"),
        .init("predicted", "the probability that theory gives"),
        .init("linearised", "fraction under the linear dynamics"),
        .init("linearisedLow", "lower end of its interval"), .init("linearisedHigh", "upper end of its interval"),
        .init("observed", "fraction of the problem itself"), .init("observedLow", "lower end of its interval"),
        .init("observedHigh", "upper end of its interval"),
        .init("mark", "agrees, differs, or nothing without a prediction"),
      ])
    table.title = "Predicted and observed"
    for row in confirmation.rows {
      let observed = row.observed ?? row.linear
      table.append(
        [
          .integer(row.batch), .number(row.step), .text(row.verdict.rawValue), Self.number(row.predicted?.value),
        ]
          + [row.linear, observed].flatMap { [$0.value, $0.interval.low, $0.interval.high] }.map(Table.Cell.number)
          + [.text(row.mark)])
    }
    table.shown = [
      .init("b", .plain("batch")), .init("η", .plain("step")), .init("verdict", .plain("verdict")),
      .init("predicted", .plain("predicted")),
      .init("linearised", .estimate("linearised", error: nil, low: "linearisedLow", high: "linearisedHigh")),
      .init("observed", .estimate("observed", error: nil, low: "observedLow", high: "observedHigh")),
      .init("", .plain("mark")),
    ]
    return table
  }

  private func measureTable(_ measures: PointMeasures) -> Table {
    func columns(_ name: String, _ meaning: String) -> [Table.Column] {
      [
        .init(name, meaning), .init("\(name)Low", "lower end of its interval"),
        .init("\(name)High", "upper end of its interval"),
      ]
    }
    var table = Table(
      name: "measures",
      caption:
        "Batch sharpness in its two forms, the gradient-noise interaction, and the step size that lowers the full "
        + "loss most; 95 % intervals where not all batches were taken.",
      columns: [.init("batch", "batch size b")] + columns("batchSharpness", "E[gᵀHg/‖g‖²] of batches")
        + columns("ratioOfMeans", "E[gᵀHg]/E‖g‖² of batches")
        + columns("interaction", "E[gᵀHg]/‖G‖² with the full Hessian and gradient")
        + [.init("bestStep", "ε_opt = 1/interaction")])
    table.title = "At this point"
    for batch in measures.batches {
      let values = [batch.sharpness?.meanOfRatios, batch.sharpness?.ratioOfMeans, batch.interaction].flatMap {
        [$0?.value] + ($0?.isExact == false ? [$0?.interval.low, $0?.interval.high] : [nil, nil])
      }
      table.append(
        [.integer(batch.dynamics.batchSize)] + (values + [batch.bestStep]).map(Self.number))
    }
    func estimate(_ name: String) -> Table.ShownColumn.Form {
      .estimate(name, error: nil, low: "\(name)Low", high: "\(name)High")
    }
    table.shown = [
      .init("b", .plain("batch")), .init("batch sharpness", estimate("batchSharpness")),
      .init("ratio of means", estimate("ratioOfMeans")), .init("GNI", estimate("interaction")),
      .init("best step", .plain("bestStep")),
    ]
    return table
  }
}
