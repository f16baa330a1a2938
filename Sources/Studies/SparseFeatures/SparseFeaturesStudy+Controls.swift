import Claims
import DataSets
import Descent
import Features
import Numerics
import Objectives
import Reporting

/// What sparsifies and what does not: gradient descent with a large step, noise on labels with a small one (claims a6, a7).
extension SparseFeaturesStudy {
  /// Claim a6: a large step without noise does not sparsify.
  static func gradientDescentControl(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("sparse-features.a6")
    let steps = context.effort == .full ? 100_000 : 20_000
    struct Run: Sendable {
      var step, gradientStep: Double
      var ends: [SparseMeasures]
    }
    let count = context.effort == .full ? 96 : 36
    let runs = try parallelMap(count, workers: context.workers) { (number) throws(InputError) -> Run in
      let problem = try SparseRegression(SparseLinearData.comparison.drawn(seeds.key(.data, trial: number)))
      var own = seeds
      own.order = RandomStream.seed(seeds.key(.order, trial: number))
      var options = singleSamples(.constant(1), steps: 100_000, seeds: own)
      let step = try problem.calibrated(options, workers: 1).step
      var whole = DescentOptions(order: .full, schedule: .constant(1), budget: steps, seeds: own)
      let start = problem.start
      let gradientStep = try StepCalibration(resolution: 0.05, firstGuess: 4, trialCount: 1)
        .run(problem.training, options: whole, workers: 1) { _ in start }.step
      options.schedule = .constant(step / 4)
      let small = try end(of: problem.training, options, from: start)
      options.schedule = decayed(step, at: 0.5, by: 4)
      let large = try end(of: problem.training, options, from: start)
      whole.schedule = decayed(gradientStep, at: 0.5, by: 4)
      let gradient = try end(of: problem.training, whole, from: start)
      let ends = [small, large, gradient]
      guard !ends.contains(where: { hasDiverged(problem.training, at: $0) }) else {
        return Run(step: step, gradientStep: gradientStep, ends: [])
      }
      return Run(
        step: step, gradientStep: gradientStep,
        ends: try ends.map { (end) throws(InputError) in try problem.measures(at: end) })
    }
    let whole = runs.filter { !$0.ends.isEmpty }
    guard !whole.isEmpty else { throw InputError("gradient descent", expected: "runs that survive", found: "none") }
    var table = Table(
      name: "gradient-descent", caption: "SGD and gradient descent at the largest steps that each survives.",
      columns: [
        .init("dataSet", "which data set"), .init("method", "SGD at η*/4, SGD at η*, gradient descent at its own η*"),
        .init("step", "η"), .init("train", "training loss"), .init("test", "test loss"),
        .init("l0", "entries of u∘v above 1e-6"), .init("rank", "rank of the Jacobian, tolerance 1e-4"),
      ])
    for (number, run) in runs.enumerated() {
      let rows = zip(["small", "SGD", "gradient descent"], [run.step / 4, run.step, run.gradientStep])
      for ((name, step), end) in zip(rows, run.ends) {
        table.append([
          .integer(number + 1), .text(name), .number(step), .number(end.train), .number(end.test),
          .integer(end.support),
          .integer(end.rank),
        ])
      }
    }
    let ratios = whole.map { Double($0.ends[2].support) / Double($0.ends[1].support) }
    let tests = whole.map { $0.ends[2].test / $0.ends[0].test }
    return Study.Finding(
      Claim(
        id: "sparse-features.a6", title: "Control: gradient descent with a large step does not sparsify as SGD does",
        statement: """
          At the largest step that it survives, lowered at half of the run, full-batch gradient descent keeps at least 1.7 \
          times as many entries of u∘v as SGD at its own (median over data sets), and its test loss is not below that of SGD \
          with a small step on at least five data sets in six.
          """,
        source: .publication(.andriushchenko, place: "Figure 11"),
        convention: """
          n = 40, d = 100, r = 20, u = 0.1, v = 0, ½-mean-square loss; SGD 100,000 steps of batch size 1, gradient descent \
          \(steps) steps; steps calibrated on grids of 0.005 and 0.05, divided by 4 at 50 %; ‖·‖₀ at 1e-6
          """,
        hypotheses: [noDivergence(runs.count - whole.count, of: runs.count)],
        checks: [
          try median(
            "‖u∘v‖₀ of gradient descent over that of SGD, median", prediction: 1.7, of: ratios, tolerance: .atLeast),
          try fraction(
            "data sets where gradient descent tests no better than SGD with η*/4", prediction: 5.0 / 6,
            of: tests.map { $0 >= 1 }, tolerance: .atLeast),
        ],
        correction: """
          A reference simulation saw 1.7 times as many entries or more on each of 6 data sets. It is a median: the ratio goes \
          from \(span(ratios)), and is at least 1.7 on \(ratios.count { $0 >= 1.7 }) of \(ratios.count). The test loss of \
          gradient descent is \(span(tests)) times that of SGD with a small step.
          """,
        remark: """
          Steps are \(span(whole.map(\.step))) for SGD and \(span(whole.map(\.gradientStep))) for gradient descent. With as few \
          samples a relevant input the test loss of SGD is better than with a small step on only \
          \(whole.count { $0.ends[1].test < $0.ends[0].test }) of \(whole.count).
          """), tables: [table])
  }

  /// Claim a7: noise alone sparsifies, with a step that nobody calls large.
  static func labelNoiseSparsity(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("sparse-features.a7")
    let law = SparseLinearData(sampleCount: 40, inputCount: 100, sparsity: 5, testCount: 0)
    struct Run: Sendable {
      var support, smallSupport: Int
      var offSupport: Double
      var diverged: Bool
    }
    let runs = try parallelMap(context.samples(200), workers: context.workers) { (number) throws(InputError) -> Run in
      let drawn = law.drawn(seeds.key(.data, trial: number)).training
      let coefficient = 1 / Double(law.sparsity).squareRoot()
      let targets = (0..<drawn.sampleCount).map { sample in
        coefficient * drawn.row(sample).prefix(law.sparsity).reduce(0, +)
      }
      let objective = try DiagonalNetworkObjective(.product, features: drawn.features, targets: targets)
      let start = objective.constantParameters(0.1, 0)
      var options = singleSamples(decayed(0.1, at: 0.8, by: 2), steps: 100_000, seeds: seeds)
      options.seeds.order = RandomStream.seed(seeds.key(.order, trial: number))
      options.labelNoise = LabelNoise(standardDeviation: 0.5, until: 0.8)
      let noisy = try end(of: objective, options, from: start)
      options.labelNoise = nil
      options.schedule = .constant(0.025)
      let small = try end(of: objective, options, from: start)
      guard !hasDiverged(objective, at: noisy), !hasDiverged(objective, at: small) else {
        return Run(support: 100, smallSupport: 100, offSupport: .infinity, diverged: true)
      }
      let beta = objective.coefficients(at: noisy)
      return Run(
        support: try numericalSupport(of: beta, threshold: 1e-6).count,
        smallSupport: try numericalSupport(of: objective.coefficients(at: small), threshold: 1e-6).count,
        offSupport: beta.dropFirst(law.sparsity).map(abs).max() ?? .nan, diverged: false)
    }
    var table = Table(
      name: "label-noise", caption: "Diagonal networks after label noise.",
      columns: [
        .init("dataSet", "which data set"), .init("l0", "entries of u∘v above 1e-6"),
        .init("offSupport", "largest |uⱼvⱼ| on inputs that are not relevant"),
        .init("small", "entries above 1e-6 after a small step without noise"),
      ])
    for (number, run) in runs.enumerated() {
      table.append([
        .integer(number + 1), .integer(run.support), .number(run.offSupport), .integer(run.smallSupport),
      ])
    }
    return Study.Finding(
      Claim(
        id: "sparse-features.a7", title: "Noise on the labels sparsifies at a moderate step, without divergence",
        statement: """
          With labels y + ξ, ξ normal of standard deviation 0.5 and fresh at each draw, for 80,000 steps of 0.1 and then \
          20,000 of 0.05 without noise, at most 10 of 100 entries of u∘v stay above 1e-6 on 16 of 20 data sets or more, and on as \
          many those off the support are below 1e-3. A small step without noise leaves all 100 (median over data sets).
          """,
        source: .publication(.pillaudVivien, place: "as quoted in section 3 of arXiv 2210.05337"), scope: .supporting,
        convention: """
          n = 40, d = 100, 5 equal coefficients of norm 1, u = 0.1, v = 0, ½-mean-square loss, batch size 1; control: step \
          0.025 without noise
          """,
        hypotheses: [noDivergence(runs.count { $0.diverged }, of: runs.count)],
        checks: [
          try fraction(
            "data sets with ‖u∘v‖₀ of at most 10", prediction: 16.0 / 20, of: runs.map { $0.support <= 10 },
            tolerance: .atLeast),
          try fraction(
            "data sets with |uⱼvⱼ| < 1e-3 off the support", prediction: 16.0 / 20,
            of: runs.map { $0.offSupport < 1e-3 },
            tolerance: .atLeast),
          Check(
            "median ‖u∘v‖₀ of the control", prediction: 100,
            measurement: try Quantile.median(of: runs.map { Double($0.smallSupport) }), tolerance: .exact,
            count: runs.count),
          Check(
            "entries that stay in the control, of those of all data sets", prediction: 0.999,
            measurement: Double(runs.reduce(0) { $0 + $1.smallSupport }) / Double(law.inputCount * runs.count),
            tolerance: .atLeast, count: runs.count),
        ],
        correction: """
          A reference simulation saw at most 10 entries on each of 20 data sets, and 18 of them below 1e-3 off the support. The \
          first is no law: here \(runs.count { $0.support <= 10 }) of \(runs.count) data sets have at most 10 entries, and the \
          largest number is \(runs.map(\.support).max() ?? 0). Off the support \(runs.count { $0.offSupport < 1e-3 }) of \
          \(runs.count) are below 1e-3.
          """,
        remark: """
          The median is \(number(try Quantile.median(of: runs.map { Double($0.support) }))) entries, of which 5 are relevant. In the \
          control an entry may lie below 1e-6 by chance, where it changes its sign: \(runs.count { $0.smallSupport < 100 }) \
          data sets have one that does.
          """), tables: [table])
  }
}
