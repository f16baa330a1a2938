import Claims
import Descent
import Foundation
import Numerics
import Objectives
import Reporting
import Stability

/// Gradient descent on a network trains at the edge of stability (claim 23).
extension StabilityStudy {
  /// A run of gradient descent with its sharpness along the way.
  private struct EdgeRun: Sendable {
    var step: Double
    var network: Int
    var loss: Double
    /// λ_max·η/2 at `steps`.
    var steps: [Double]
    var ratios: [Double]

    /// The ratios of the second half of the run.
    var late: [Double] { Array(ratios.suffix(ratios.count / 2)) }
  }

  private static let edgeSteps = 20_000

  /// Claim 23: the largest eigenvalue rises to 2/η and stays there.
  static func edgeOfStability(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("stability.23")
    let networks = context.effort == .full ? 8 : 2
    let (edge, small) = ([0.1, 0.2, 0.4], 0.02)
    let cells = (edge + [small]).flatMap { step in (0..<networks).map { (step, $0) } }
    let runs = try parallelMap(cells.count, workers: context.workers) { place throws(InputError) in
      try edgeRun(step: cells[place].0, network: cells[place].1, seeds)
    }
    var table = Table(
      name: "edge-of-stability", caption: "λ_max η/2 along gradient descent on small tanh networks.",
      columns: [
        .init("step", "step size η"), .init("network", "which start"), .init("iteration", "steps made"),
        .init("ratio", "λ_max η/2"),
      ])
    for run in runs {
      for (iteration, ratio) in zip(run.steps, run.ratios) {
        table.append([.number(run.step), .integer(run.network + 1), .integer(Int(iteration)), .number(ratio)])
      }
    }
    var checks: [Check] = []
    for step in edge {
      let late = runs.filter { $0.step == step }.flatMap(\.late)
      checks += [
        Check(
          "smallest late λ_max η/2, η = \(step)", prediction: 0.95, measurement: late.min() ?? .nan,
          tolerance: .atLeast, count: networks),
        Check(
          "largest late λ_max η/2, η = \(step)", prediction: 1.15, measurement: late.max() ?? .nan,
          tolerance: .atMost, count: networks),
      ]
    }
    let below = runs.filter { $0.step == small }
    checks += [
      Check(
        "largest λ_max η/2 of the control, η = \(small)", prediction: 0.95,
        measurement: below.flatMap(\.ratios).max() ?? .nan, tolerance: .atMost, count: networks),
      Check(
        "largest loss at the end", prediction: 0.01, measurement: runs.map(\.loss).max() ?? .nan, tolerance: .atMost,
        count: runs.count),
    ]
    let means = edge.map { step -> String in
      let late = runs.filter { $0.step == step }.flatMap(\.late)
      return number(late.reduce(0, +) / Double(late.count))
    }
    return Study.Finding(
      Claim(
        id: "stability.23", title: "Gradient descent trains at the edge of stability",
        statement: """
          On a small network λ_max rises until λ_max η/2 is about 1 and hovers there, between 0.95 and 1.15, for the \
          rest of the training, while the loss goes on falling; with a step size too small to be reached it does not.
          """,
        source: .publication(.cohen, place: "the phenomenon; network and data are ours"),
        scope: .supporting,
        convention: """
          1-20-20-1 tanh network, 481 parameters, Xavier start; 20 points of T₄(x) = cos(4 arccos x), x evenly on [−1, 1]; \
          ½(F − y)², mean over the samples; full batch, \(edgeSteps) steps; late: the second half
          """,
        hypotheses: [
          Hypothesis(
            "λ_max η/2 starts below 0.95", holds: runs.allSatisfy { $0.ratios[0] < 0.95 },
            found: "at most \(number(runs.map { $0.ratios[0] }.max() ?? .nan))"),
          Hypothesis(
            "no run diverges", holds: runs.allSatisfy { $0.loss.isFinite && $0.ratios.allSatisfy(\.isFinite) },
            found: "all \(runs.count) losses and sharpnesses are finite"),
        ], checks: checks,
        remark: """
          The late means are \(means.joined(separator: ", ")) for η = \(edge.map(number).joined(separator: ", ")). The \
          eigenvalue is exact: Lanczos's iteration to a residual of 1e-9 relative.
          """),
      figures: [edgeFigure(runs)], tables: [table])
  }

  private static func edgeRun(step: Double, network: Int, _ seeds: Seeds) throws(InputError) -> EdgeRun {
    let x = (0..<20).map { -1 + 2 * Double($0) / 19 }
    let objective = try NetworkObjective(
      Network(widths: [1, 20, 20, 1], activation: .tanh), inputs: x,
      targets: .values(x.map { cos(4 * acos(max(-1, min(1, $0)))) }), loss: .squared())
    var stream = RandomStream(seeds.key(.initialization, trial: network))
    let start = objective.randomParameters(.xavier, stream: &stream)
    typealias Engine = StochasticGradientDescent<NetworkObjective<Double>>
    let plan = RunPlan<Engine.State>(
      budget: edgeSteps,
      series: [
        Probe("sharpness", .every(edgeSteps / 100)) { (try? objective.sharpness(at: $0.parameters)) ?? .nan }
      ],
      finals: [Measure("loss") { objective.loss(at: $0.parameters) }])
    let options = DescentOptions(order: .full, schedule: .constant(step), budget: edgeSteps, seeds: seeds)
    let record = try Ensemble.run(
      trials: network..<network + 1, workers: 1, plan: plan, seeds: seeds,
      makeEngine: { () throws(InputError) in try Engine(objective, options: options) }, start: { _ in start })
    let series = record.series("sharpness", of: 0)
    return EdgeRun(
      step: step, network: network, loss: record.finals("loss")[0], steps: series.steps.map(Double.init),
      ratios: series.values.map { $0 * step / 2 })
  }

  private static func edgeFigure(_ runs: [EdgeRun]) -> Figure {
    let colours: [Double: Figure.Colour] = [0.02: .black, 0.1: .blue, 0.2: .green, 0.4: .vermilion]
    let first = runs.filter { $0.network == 0 }
    return Figure(
      name: "edge-of-stability", title: "The edge of stability",
      caption: """
        λ₁ η/2, λ₁ the largest eigenvalue of the Hessian, along gradient descent on a 1-20-20-1 tanh network from one start. Above the dashed line \
        the quadratic approximation diverges.
        """,
      panels: [
        .init(
          horizontal: .init("step", range: 0...Double(edgeSteps)),
          vertical: .init("λ₁ η/2", range: 0...1.3),
          layers: [.init("", .dashed, .grey, x: [0, Double(edgeSteps)], y: [1, 1])]
            + first.map { .init("η = \($0.step)", .line, colours[$0.step] ?? .grey, x: $0.steps, y: $0.ratios) })
      ])
  }
}
