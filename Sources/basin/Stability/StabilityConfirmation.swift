import Descent
import Formats
import Numerics
import Objectives
import Stability

/// Verdicts held against true SGD from next to the minimum: the fraction of runs that get away.
struct StabilityConfirmation {
  /// How many runs a cell.
  let trials: Int
  /// How many steps each.
  let steps: Int
  /// The cells, column by column.
  let rows: [Row]

  /// A cell.
  struct Row {
    let batch: Int
    let step: Double
    let verdict: Verdict
    /// What theory says; nil where it says nothing definite.
    let predicted: Prediction?
    /// Runs of the linear dynamics, the quadratic sum.
    let linear: Fraction
    /// Runs of the problem itself; nil where there is no other than the quadratic sum.
    let observed: Fraction?

    /// Whether the runs agree with theory; nil where theory says nothing definite.
    var agrees: Bool? { predicted?.agrees(with: observed ?? linear) }
    /// Whether the linear dynamics agree with theory and the problem itself does not.
    var isNonlinear: Bool { agrees == false && predicted?.agrees(with: linear) == true }
    /// The outcome in a word or two; empty where theory says nothing definite.
    var mark: String { agrees.map { $0 ? "agrees" : isNonlinear ? "DIFFERS, nonlinear" : "DIFFERS" } ?? "" }
  }

  /// The fraction of runs that got away, with Wilson's interval.
  struct Fraction {
    let value: Double
    let interval: ConfidenceInterval

    init(_ proportion: Proportion) throws(InputError) {
      value = proportion.estimate
      interval = try proportion.interval()
    }
  }

  /// Runs the cells.
  ///
  /// - Parameters:
  ///   - analysis: Whose cells.
  ///   - sum: The quadratic sum of its geometry.
  ///   - trials: How many runs a cell.
  ///   - steps: How many steps each.
  ///   - progress: Called with the number of finished cells, and of all.
  init(
    _ analysis: StabilityAnalysis, linear sum: QuadraticSumObjective, trials: Int, steps: Int,
    progress: (Int, Int) -> Void
  ) throws(InputError) {
    self.trials = trials
    self.steps = steps
    let cells = Self.cells(analysis)
    var rows: [Row] = []
    for (stability, cell) in cells {
      let runs = Runs(analysis, stability.dynamics, cell.step, trials: trials, steps: steps)
      let centre = [Double](repeating: 0, count: sum.parameterCount)
      let linear = try runs.escapes(sum, centre)
      var observed: Fraction?
      if let problem = analysis.input.problem { observed = try runs.escapes(problem.objective, problem.parameters) }
      rows.append(
        Row(
          batch: stability.dynamics.batchSize, step: cell.step, verdict: cell.verdict.verdict,
          predicted: Self.prediction(analysis, cell, steps), linear: linear, observed: observed))
      progress(rows.count, cells.count)
    }
    self.rows = rows
  }

  /// All cells whose steps were asked for; otherwise three a batch size: below η_meanSquare, between it and
  /// η_almostSure, and above that.
  private static func cells(_ analysis: StabilityAnalysis) -> [(StabilityOfBatch, StabilityMap.Cell)] {
    guard let map = analysis.map else { return [] }
    return map.columns.flatMap { column -> [(StabilityOfBatch, StabilityMap.Cell)] in
      if analysis.request.steps != nil { return column.cells.map { (column.stability, $0) } }
      let fragile = column.cells.filter { $0.verdict.verdict == .fragile }
      let chosen = [
        column.cells.last { $0.verdict.verdict == .stay },
        fragile.isEmpty ? nil : fragile[fragile.count / 2],
        column.cells.dropLast().first {
          $0.verdict.verdict == .leave && $0.step >= 1.05 * column.stability.almostSure.value
        } ?? column.cells.last { $0.verdict.verdict == .leave },
      ]
      return chosen.compactMap { $0 }.map { (column.stability, $0) }
    }
  }

  /// 0 where every batch contracts, (r₀/R)^κ where runs return, the first passage of log‖δ‖ where they leave; nil where noise
  /// at the minimum or an open verdict leaves it open.
  private static func prediction(_ analysis: StabilityAnalysis, _ cell: StabilityMap.Cell, _ steps: Int) -> Prediction?
  {
    switch cell.verdict.verdict {
    case .undecided: return nil
    case .leave:
      return cell.verdict.exponent.map {
        let value = Escape.probability(
          exponent: $0, from: analysis.startRadius, to: analysis.radius, within: steps)
        return Prediction(value: value, isOrderOfMagnitude: false)
      }
    case .stay, .fragile:
      if let spread = cell.spread {
        let isQuiet = cell.verdict.everyBatchContracts && 5 * spread.distance <= analysis.radius
        return isQuiet ? Prediction(value: 0, isOrderOfMagnitude: false) : nil
      }
      return analysis.escapeProbability(cell).map { Prediction(value: $0, isOrderOfMagnitude: true) }
    }
  }

  /// What theory says about a fraction.
  struct Prediction {
    let value: Double
    /// Whether it is the power (r₀/R)^κ, which fixes no factor.
    let isOrderOfMagnitude: Bool

    /// Whether a fraction, with its 95 % interval, is what was predicted: within a factor of ten of a power, within a tenth
    /// of a first passage, a hundredth of 0.
    func agrees(with fraction: Fraction) -> Bool {
      let interval = fraction.interval
      if value == 0 { return interval.low <= 0.01 }
      if isOrderOfMagnitude { return interval.low <= min(1, 10 * value) && interval.high >= value / 10 }
      return interval.low <= value + 0.1 && interval.high >= value - 0.1
    }
  }
}

/// The runs of one cell.
private struct Runs {
  private let options: DescentOptions
  private let trials: Int
  private let workers: Int
  private let startRadius: Double
  private let radius: Double

  init(_ analysis: StabilityAnalysis, _ dynamics: Dynamics, _ step: Double, trials: Int, steps: Int) {
    let order: SamplingOrder =
      switch dynamics.sampling {
      case .iid: .iid
      case .subset: .subset
      case .reshuffle: .reshuffle
      case .full: .full
      }
    let part = "confirm b=\(dynamics.batchSize) η=\(NumberText.shortest(step))"
    options = DescentOptions(
      order: order, batchSize: order == .full ? nil : dynamics.batchSize, schedule: .constant(step),
      rule: UpdateRule(momentum: dynamics.momentum), budget: steps,
      seeds: Seeds(master: analysis.request.seed, part: part))
    self.trials = trials
    workers = analysis.request.jobs
    startRadius = analysis.startRadius
    radius = analysis.radius
  }

  func escapes(_ objective: some FiniteSumObjective<Double>, _ centre: [Double]) throws(InputError)
    -> StabilityConfirmation.Fraction
  {
    let experiment = try EscapeExperiment(
      objective, around: centre, startRadius: startRadius, escapeRadius: radius, options: options)
    return try .init(try experiment.run(trials: trials, workers: workers).escapeFraction())
  }
}

extension StabilityConfirmation {
  /// The rows as text, under headings.
  var table: [[String]] {
    func text(_ fraction: Fraction?) -> String {
      fraction.map { NumberText.readable($0.value, from: $0.interval.low, to: $0.interval.high) } ?? "-"
    }
    let hasProblem = rows.contains { $0.observed != nil }
    let headings = ["b", "η", "verdict", "predicted"] + (hasProblem ? ["linearised"] : []) + ["observed", ""]
    return [headings]
      + rows.map { row in
        [
          "\(row.batch)", NumberText.readable(row.step), row.verdict.rawValue,
          row.predicted.map { NumberText.readable($0.value, digits: 2) } ?? "-",
        ] + (hasProblem ? [text(row.linear), text(row.observed)] : [text(row.linear)])
          + [row.mark]
      }
  }

  /// The rows for programs.
  var json: JSON {
    func fraction(_ value: Fraction) -> JSON {
      [
        "fraction": .number(value.value), "low": .number(value.interval.low), "high": .number(value.interval.high),
        "confidence": .number(value.interval.confidence),
      ]
    }
    let cells = rows.map { row -> JSON in
      [
        "batch": .integer(row.batch), "step": .number(row.step), "verdict": .string(row.verdict.rawValue),
        "predicted": (row.predicted?.value).map(JSON.number) ?? .null, "linearized": fraction(row.linear),
        "observed": fraction(row.observed ?? row.linear), "agrees": row.agrees.map(JSON.bool) ?? .null,
      ]
    }
    return ["trials": .integer(trials), "steps": .integer(steps), "cells": .array(cells)]
  }
}
