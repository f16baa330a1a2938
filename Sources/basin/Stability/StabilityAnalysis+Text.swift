import Diagnosis
import Formats
import Numerics
import Stability

extension StabilityAnalysis {
  /// The result for people.
  var text: String {
    var parts = [header]
    if let refusal { parts.append("No verdict: \(refusal).") }
    if map != nil { parts += [thresholds, grid, legend, spreads] }
    if let confirmation { parts.append(Self.text(confirmation)) }
    if hasMeasures { parts.append(measured) }
    parts.append(caveats.map { "* \($0)" }.joined(separator: "\n"))
    return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  /// What it is about, as facts side by side.
  var facts: [(what: String, value: String)] {
    let geometry = input.geometry
    let values = geometry.decayedEigenvalues
    func number(_ value: Double) -> String { NumberText.readable(value) }
    var result = [
      ("point", input.source), ("kind", kindSentence),
      (
        "curvature",
        "λ₁ = \(number(values[0])), "
          + (geometry.rank > 1 ? "λ_\(geometry.rank) = \(number(values[geometry.rank - 1])), " : "")
          + "rank \(geometry.rank)"
          + "\(geometry.isTruncated ? " of \(geometry.rangeRank)" : "") in \(geometry.dimension) parameters, "
          + "non-uniformity \(isNonUniformityPartial ? "≥ " : "")\(number(nonUniformity))"
      ),
      ("batches", samplingSentence),
      ("descent", request.momentum > 0 ? "heavy ball, β = \(number(request.momentum))" : "plain SGD"),
    ]
    if geometry.weightDecay > 0 { result.append(("decay", "w = \(number(geometry.weightDecay))")) }
    if let map {
      let simulation = map.settings.simulation
      result.append(("Λ", "\(simulation.chains) chains of \(simulation.steps) steps where it is simulated"))
      result.append(
        ("distances", "from r₀ = \(number(startRadius)) to R = \(number(radius))\(isRadiusKnown ? "" : ", by default")")
      )
      if request.order == .iid || request.order == .subset {
        result.append(
          (
            "b₉₀",
            map.leastBatchSize.map { "\($0), the least batch size with η_meanSquare ≥ 0.9 of the full batch's limit" }
              ?? "no batch size up to n reaches 0.9 of the full batch's limit"
          ))
      }
    }
    return result
  }

  private var header: String {
    let width = facts.map(\.what.count).max() ?? 0
    return facts.map { "\($0.what.padded(to: width))  \($0.value)" }.joined(separator: "\n")
  }

  private var thresholds: String {
    guard let map else { return "" }
    func number(_ value: Double?) -> String { value.map { NumberText.readable($0) } ?? "-" }
    func estimate(_ value: Double, _ error: Double) -> String {
      error > 1e-12 * abs(value) && value.isFinite ? NumberText.readable(value, plusMinus: error) : number(value)
    }
    let rows = map.columns.map { column -> [String] in
      let stability = column.stability
      let almost = stability.almostSure
      return [
        "\(stability.dynamics.batchSize)", number(stability.allBatches?.lower), number(stability.bounds?.lower),
        estimate(stability.meanSquare.value, stability.meanSquare.standardError), number(stability.bounds?.upper),
        number(stability.fullBatch),
        estimate(almost.value, almost.standardError),
      ]
    }
    return "The largest stable step size, by batch size\n"
      + Self.columns([["b", "η_all", "η_lower", "η_meanSquare", "η_upper", "full batch", "η_almostSure"]] + rows)
  }

  private var grid: String {
    guard let map else { return "" }
    let header = [["η \\ b"] + map.columns.map { "\($0.stability.dynamics.batchSize)" }]
    let rows = map.steps.indices.reversed().map { row in
      [NumberText.readable(map.steps[row])] + map.columns.map { $0.cells[row].verdict.letter }
    }
    return "The map\n" + Self.columns(header + rows)
  }

  /// How far noise keeps runs from a regular minimum.
  private var spreads: String {
    guard let map, map.columns.contains(where: { $0.cells.contains { $0.spread.map { $0.distance > 0 } == true } })
    else { return "" }
    let header = [["η \\ b"] + map.columns.map { "\($0.stability.dynamics.batchSize)" }]
    let rows = map.steps.indices.reversed().filter { row in map.columns.contains { $0.cells[row].spread != nil } }.map {
      row in
      [NumberText.readable(map.steps[row])]
        + map.columns.map { column in
          let cell = column.cells[row]
          guard let spread = cell.spread else { return "-" }
          return NumberText.readable(spread.distance, digits: 3) + (isNoiseLimited(cell) == true ? "!" : "")
        }
    }
    let note =
      isRadiusKnown
      ? "; ! is noise-limited: comparable with the radius, so that noise carries runs to the rim" : ""
    return "The distance that noise keeps from the minimum, √tr Σ∞\(note)\n" + Self.columns(header + rows)
  }

  /// What the letters mean, those that occur.
  private var legend: String {
    let letters = Set(map?.columns.flatMap { $0.cells.map { $0.verdict.letter } } ?? [])
    return [
      ("S", "stays, every batch contracts"), ("s", "stays in mean square"),
      ("F", "fragile: typical runs return, rare ones get away"),
      ("L", "leaves"), ("?", "undecided"),
    ].filter { letters.contains($0.0) }.map { "  \($0.0)  \($0.1)" }.joined(separator: "\n")
  }

  private static func text(_ confirmation: StabilityConfirmation) -> String {
    "The fraction of runs that got away: \(confirmation.trials) of \(confirmation.steps) steps each, 95 % intervals\n"
      + columns(confirmation.table)
  }

  private var measured: String {
    guard let measures else { return "" }
    func text(_ value: MeasuredValue?) -> String {
      guard let value else { return "-" }
      return value.isExact
        ? NumberText.readable(value.value)
        : NumberText.readable(value.value, from: value.interval.low, to: value.interval.high)
    }
    let rows = measures.batches.map { batch in
      [
        "\(batch.dynamics.batchSize)", text(batch.sharpness?.meanOfRatios), text(batch.sharpness?.ratioOfMeans),
        text(batch.interaction), batch.bestStep.map { NumberText.readable($0) } ?? "-",
      ]
    }
    var result =
      "Measured at the point (95 % intervals, or exact)\n"
      + Self.columns([["b", "batch sharpness", "ratio of means", "GNI", "best step"]] + rows)
    if let noise = measures.noise {
      result +=
        "\nnoise scale  \(NumberText.readable(noise.simpleScale)) (simple), "
        + "\(NumberText.readable(noise.curvatureScale)) (weighted by curvature)"
    }
    return result
  }

  /// Columns, aligned at their right ends.
  private static func columns(_ rows: [[String]]) -> String {
    let widths = (rows.first ?? []).indices.map { place in rows.map { $0[place].count }.max() ?? 0 }
    return rows.map { row in
      let cells = zip(row, widths).map { String(repeating: " ", count: $1 - $0.count) + $0 }
      // A last cell without text leaves no blanks behind.
      return "  " + (row.last?.isEmpty == true ? cells.dropLast() : cells[...]).joined(separator: "  ")
    }.joined(separator: "\n")
  }
}
