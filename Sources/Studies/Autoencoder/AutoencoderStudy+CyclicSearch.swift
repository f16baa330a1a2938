import Claims
import Descent
import Foundation
import Numerics
import Objectives
import Reporting

/// The cyclic conjecture for more than two data points: a search for counter-examples (claim b5).
extension AutoencoderStudy {
  private struct SearchResult {
    var count: Int
    var step: Double
    var starts: Int
    var sparse: Int
    var largestWins: Int
    /// The relative gap (c₍₁₎ − c₍₂₎)/c₍₁₎ of each start and whether the largest start won.
    var gaps: [(gap: Double, wins: Bool)]
    var worstMiss: (gap: Double, start: [Double], selected: Int)?
    var slowest: (steps: Int, start: [Double])?
    var budget: Int
  }

  /// Runs the cyclic order from many starts until the limit is 1-sparse.
  private static func search(
    count m: Int, step η: Double, starts: Int, seeds: Seeds, _ context: StudyContext
  ) throws(InputError) -> SearchResult {
    let budget = Int((400 * Double(m) / (η * η)).rounded())
    let experiment = AutoencoderExperiment(
      dimension: m, count: m, start: .sphere(norm: 0.5),
      options: options(.cyclic, batch: 1, step: η, budget: budget, seeds: seeds))
    let record = try experiment.run(
      trials: 0..<starts, workers: context.workers, stopping: experiment.stopping(misalignment: 1e-6, every: 128),
      finals: [.selectedIndex(), Measure("misalignment") { $0.misalignment(.relu) }])
    var result = SearchResult(
      count: m, step: η, starts: 0, sparse: 0, largestWins: 0, gaps: [], worstMiss: nil, slowest: nil, budget: budget)
    for replica in record.alive {
      let start = experiment.start(of: replica.trial).coefficients
      let order = start.sorted(by: >)
      let gap = (order[0] - max(order[1], 0)) / order[0]
      let selected = Int(replica.finals[0])
      let wins = start[selected] == order[0]
      result.starts += 1
      if replica.outcome == .converged { result.sparse += 1 }
      if wins { result.largestWins += 1 }
      result.gaps.append((gap, wins))
      if !wins, gap > result.worstMiss?.gap ?? -1 { result.worstMiss = (gap, start, selected) }
      if replica.steps > result.slowest?.steps ?? -1 { result.slowest = (replica.steps, start) }
    }
    return result
  }

  /// Claim b5: how often the limit is 1-sparse, how often it is the largest start, and the worst misses.
  static func cyclicConjecture(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.b5")
    var checks: [Check] = []
    var attachments: [StudyReport.Attachment] = []
    var layers: [Figure.Layer] = []
    var table = Table(
      name: "cyclic-search", caption: "Cyclic SGD from random starts, ReLU, b = 1, ‖w₀‖ = 0.5, n = m.",
      columns: [
        .init("features", "m"), .init("step", "η"), .init("starts", "starts with an active coefficient"),
        .init("sparse", "runs with 1 − max cos ≤ 1e-6 within the budget"), .init("budget", "steps allowed: 400 m/η²"),
        .init("slowestSteps", "steps of the slowest run"), .init("largestWins", "runs that select the largest start"),
        .init("largestGapOfMiss", "largest relative gap of the two largest starts among runs that select another"),
      ])
    let settings: [(Int, Double, Int, Figure.Colour)] = [
      (5, 0.1, 2_000, .blue), (10, 0.05, 800, .green), (20, 0.2, 2_000, .orange),
    ]
    for (m, η, starts, colour) in settings {
      let result = try search(count: m, step: η, starts: context.samples(starts), seeds: seeds, context)
      let missGap = result.worstMiss?.gap ?? 0
      table.append([
        .integer(m), .number(η), .integer(result.starts), .integer(result.sparse), .integer(result.budget),
        .integer(result.slowest?.steps ?? 0), .integer(result.largestWins), .number(missGap),
      ])
      checks.append(
        try .frequency(
          "fraction of 1-sparse limits, m = \(m), η = \(η)", prediction: 1, successes: result.sparse,
          of: result.starts, tolerance: .exact))
      checks.append(
        Check(
          "largest relative gap of a miss, m = \(m), η = \(η), against 1.2 η", prediction: 1.2 * η,
          measurement: missGap, tolerance: .atMost, count: result.starts - result.largestWins))
      if let miss = result.worstMiss {
        attachments.append(
          replay(
            "cyclic-worst-miss-m\(m)", miss.start, step: η, budget: result.budget, context,
            explanation: """
              The start with the largest gap (\(number(miss.gap))) at which cyclic SGD with m = \(m), η = \(η) selects \
              index \(miss.selected) and not the largest coefficient.
              """))
      }
      if let slowest = result.slowest {
        attachments.append(
          replay(
            "cyclic-slowest-m\(m)", slowest.start, step: η, budget: result.budget, context,
            explanation: "The start that took cyclic SGD with m = \(m), η = \(η) longest, \(slowest.steps) steps."))
      }
      layers.append(winsByGap(result, colour))
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.b5", title: "The cyclic conjecture beyond the plane",
        statement: """
          For general m and n = m cyclic SGD with b = 1 converges to a single data point from every start tried. It is \
          the largest coefficient of the start unless the two largest lie within a relative gap of 1.2 η.
          """,
        source: .publication(paper, place: "conjecture after Theorem 4"), scope: .beyond,
        convention: "\(convention); order cyclic, b = 1, n = m, starts uniform on ‖w₀‖ = 0.5; a search, not a proof",
        hypotheses: [normHypothesis(0.5), stepHypothesis(0.2)],
        checks: checks,
        remark: """
          Near-ties take long: the time grows as log(1/gap)/η² epochs. The worst cases are kept as specs beside this \
          report and can be run again.
          """),
      figures: [
        Figure(
          name: "cyclic-search", title: "The largest start wins unless it is nearly tied",
          caption:
            """
            Cyclic SGD, b = 1, n = m: the fraction of runs that select the largest coefficient of their start, against \
            the relative gap of the two largest, in units of η. Bars: 95 % Wilson intervals.
            """,
          panels: [
            .init(
              horizontal: .init("(c₍₁₎ − c₍₂₎)/c₍₁₎ in units of η", range: 0...3),
              vertical: .init("fraction selecting the largest", range: 0...1.05), layers: layers)
          ])
      ], tables: [table], attachments: attachments)
  }

  private static func winsByGap(_ result: SearchResult, _ colour: Figure.Colour) -> Figure.Layer {
    var x: [Double] = []
    var y: [Double] = []
    var low: [Double] = []
    var high: [Double] = []
    let width = 0.25
    for bin in 0..<12 {
      let members = result.gaps.filter { Int($0.gap / result.step / width) == bin }
      let wins = members.count(where: \.wins)
      guard let proportion = try? Proportion(successes: wins, trials: members.count),
        let interval = try? proportion.interval(confidence: 0.95)
      else { continue }
      x.append((Double(bin) + 0.5) * width)
      y.append(proportion.estimate)
      low.append(interval.low)
      high.append(interval.high)
    }
    return .init("m = \(result.count), η = \(result.step)", .points, colour, x: x, y: y, low: low, high: high)
  }

  /// A start as a spec that repeats its run.
  private static func replay(
    _ name: String, _ start: [Double], step: Double, budget: Int, _ context: StudyContext, explanation: String
  ) -> StudyReport.Attachment {
    let values = start.map { "\($0)" }.joined(separator: ", ")
    return .init(
      fileName: "\(name).json", explanation: explanation,
      text: """
        {
          "name": "\(name)",
          "problem": {"kind": "autoencoder", "activation": "relu", "dimension": \(start.count), "features": \
          \(start.count)},
          "init": {"kind": "coefficients", "values": [\(values)], "orthogonalNorm": 0},
          "optimizer": {"kind": "sgd", "step": \(step), "batch": 1, "order": "cyclic", "steps": \(budget),
            "stop": {"when": "converged", "tolerance": 1e-6, "every": 128}},
          "seeds": {"master": \(context.masterSeed), "trials": 1},
          "record": {"final": ["maxCosine", "selectedIndex"]}
        }

        """)
  }
}
