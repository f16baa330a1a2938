import Claims
import DataSets
import Descent
import Features
import Numerics
import Objectives
import Reporting

/// Vision, scaled down: 8 × 8 digits (claim a13).
extension SparseFeaturesStudy {
  /// Claim a13: the later the step falls, the sparser the second layer, and the error falls too.
  static func digits(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("sparse-features.a13")
    let network = try Network(widths: [64, 100, 100, 10], activation: .relu)
    let (batch, training, epochs) = (8, 500, 100)
    let steps = epochs * ((training + batch - 1) / batch)
    let fractions: [Double?] = [nil, 0.1, 0.3, 0.5]
    let names = ["small", "10 %", "30 %", "50 %"]
    let repeats = context.effort == .full ? 40 : 8
    struct End: Sendable {
      var train, error, first, second, raw: Double
    }
    let ends = try parallelMap(repeats * fractions.count, workers: context.workers) {
      (place) throws(InputError) -> End? in
      let (number, fraction) = (place / fractions.count, fractions[place % fractions.count])
      let images = ImageSamples.digits.shuffled(seeds.key(.data, trial: number))
      let (learnt, rest) = (
        images.taking(0..<training).samples, images.taking(training..<images.sampleCount).samples
      )
      let objective = try objective(network, inputs: learnt.features, targets: learnt.indicators)
      let test = try NetworkObjective(
        network, inputs: rest.features, targets: .classes(rest.classes), loss: .crossEntropy)
      var stream = RandomStream(seeds.key(.initialization, trial: number))
      let start = network.randomParameters(.he, stream: &stream)
      var schedule = StepSchedule.constant(0.005)
      if let fraction {
        schedule = StepSchedule(
          base: 0.03, warmUp: .factorPerPercent(1.05, until: fraction),
          decays: [.init(at: fraction, divideBy: 10), .init(at: 0.9, divideBy: 100)])
      }
      let options = DescentOptions(
        order: .reshuffle, batchSize: batch, schedule: schedule, budget: steps, seeds: seeds)
      let end = try end(of: objective, options, from: start, trial: number)
      guard !hasDiverged(objective, at: end), let accuracy = test.accuracy(at: end) else { return nil }
      let layers = try [1, 3].map { (layer) throws(InputError) in
        try FeatureSparsity.coefficient(of: ActivationMatrix(of: objective, at: end, layer: layer), options: .deep)
      }
      return End(
        train: objective.loss(at: end), error: 1 - accuracy, first: layers[0].coefficient,
        second: layers[1].coefficient, raw: layers[1].rawFraction)
    }
    var table = Table(
      name: "digits", caption: "A network on 500 handwritten digits.",
      columns: [
        .init("repeat", "which split, start and order"),
        .init("schedule", "where the warm-up ends; small is 0.005 throughout"),
        .init("train", "training loss"), .init("testError", "fraction of 1,297 test digits that is wrong"),
        .init("sparsity1", "sparsity coefficient of the first hidden layer, threshold 0.95"),
        .init("sparsity2", "the same of the second"), .init("raw2", "fraction of non-zero activations of the second"),
      ])
    var (steepest, differences): ([Double], [Double]) = ([], [])
    var diverged = 0
    for number in 0..<repeats {
      let four = (0..<fractions.count).map { ends[number * fractions.count + $0] }
      diverged += four.count { $0 == nil }
      let whole = four.compactMap { $0 }
      guard whole.count == fractions.count else { continue }
      for (name, end) in zip(names, whole) {
        table.append([
          .integer(number + 1), .text(name), .number(end.train), .number(end.error), .number(end.first),
          .number(end.second), .number(end.raw),
        ])
      }
      steepest.append(zip(whole, whole.dropFirst()).map { $1.second / $0.second }.max() ?? .nan)
      differences.append(whole[3].error - whole[0].error)
    }
    guard !steepest.isEmpty else { throw InputError("digits", expected: "runs that survive", found: "none") }
    func values(_ name: String, _ column: String) -> String {
      span(table.rows.indices.filter { table.rows[$0][1] == .text(name) }.map { table.column(column)[$0] })
    }
    return Study.Finding(
      Claim(
        id: "sparse-features.a13", title: "On 8 × 8 digits the second layer is the sparser, the later the step falls",
        statement: """
          A substitute for the publication's deep networks: the sparsity coefficient of the second hidden layer falls \
          strictly from the small step to a warm-up until 10, 30 and 50 % of the run, on every repeat, and the mean test error \
          at 50 % is below that of the small step.
          """,
        source: .derivedHere(
          basis:
            "a substitute for Figures 6, 7 and 15 of arXiv 2210.05337, which need a GPU: their schedule on small images"
        ),
        scope: .supporting,
        convention: """
          64-100-100-10 ReLU, He's initialisation, loss $∑ₖ (Fₖ − yₖ)²$ without ½; 500 digits, batch size 8, reshuffled, 100 \
          epochs; step 0.03, growing by a factor of 1.05 each percent of the run until $f$, then a tenth, a hundredth from 90 %, against 0.005; sparsity over the \
          training digits, rows as they are, threshold 0.95
          """,
        hypotheses: [noDivergence(diverged, of: ends.count)],
        checks: [
          Check.largest(
            "second-layer sparsity over that of the next shorter schedule, largest over schedules and repeats",
            of: steepest, prediction: Double(1).nextDown, tolerance: .atMost),
          try .mean(
            "test error at 50 % less that of the small step, mean over repeats", prediction: 0, of: differences,
            tolerance: .atMost),
        ],
        remark: """
          The test error at 50 % is not above that of the small step on \(differences.count { $0 <= 0 }) of \
          \(differences.count) repeats. \
          Second layer: \(names.map { "\($0) \(values($0, "sparsity2"))" }.joined(separator: "; ")). Test error: small \
          \(values("small", "testError")), 50 % \(values("50 %", "testError")).
          """), figures: [try digitsFigure(names, table)], tables: [table])
  }

  /// Sparsity of both layers and the test error, schedule by schedule.
  private static func digitsFigure(_ names: [String], _ table: Table) throws(InputError) -> Figure {
    func panel(_ label: String, _ column: String) throws(InputError) -> Figure.Panel {
      let values = table.column(column)
      let repeats = stride(from: 0, to: values.count, by: names.count).map { Array(values[$0..<$0 + names.count]) }
      return try ladder(label, over: "warm-up until, % of the run", parts(names), repeats, each: "one repeat")
    }
    var figure = Figure(
      name: "digits", title: "On digits the second layer becomes sparser with each longer warm-up",
      caption: """
        Each thin line is a repeat with its own split, start and order. In the second hidden layer every one of them falls from schedule \
        to schedule; the test error falls from the small step to the longest warm-up, and is noisier. A 64-100-100-10 ReLU network on 500 \
        handwritten digits of 8 × 8 pixels; the error is that on the other 1,297.
        """,
      panels: [
        try panel("sparsity, first layer", "sparsity1"), try panel("sparsity, second layer", "sparsity2"),
        try panel("test error", "testError"),
      ])
    figure.sharesLegend = true
    return figure
  }
}
