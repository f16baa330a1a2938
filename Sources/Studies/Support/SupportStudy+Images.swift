import Claims
import DataSets
import Descent
import Features
import Foundation
import Numerics
import Objectives
import Reporting

/// Images with irrelevant pixels (claims r1 to r3).
extension SupportStudy {
  /// Images on which a linear network is trained: one output a class, squared loss against 1 at the class.
  private struct ImageTraining: Sendable {
    var name: String
    var network: Network
    var training: ImageSamples
    var test: ImageSamples
    /// b; nil for the full batch, on rows of equal second moments.
    var batch: Int?
    var step: Double
    var steps: Int
    var trial = 0
  }

  /// What a run on images left behind.
  private struct Focus: Sendable {
    var start: Matrix
    var end: Matrix
    /// ‖W₁‖ for each pixel at the end.
    var map: [Double]
    /// The root mean square norm of an irrelevant pixel's column over a relevant one's.
    var ratio: Double
    var trainingLoss: Double
    var testError: Double
  }

  /// Trains in single precision: its rounding is far below the noise of a batch.
  ///
  /// - Returns: nil if the run has diverged.
  private static func focus(_ run: ImageTraining, seeds: Seeds) throws(InputError) -> Focus? {
    let network = run.network
    func objective(_ inputs: [Double], _ targets: [Double]) throws(InputError) -> NetworkObjective<Float> {
      try NetworkObjective(
        network, inputs: inputs.map { Float($0) }, targets: .values(targets.map { Float($0) }),
        loss: .squared(half: false))
    }
    let (samples, m) = (run.training.samples, network.outputCount)
    var rows = (features: samples.features, targets: samples.indicators)
    if run.batch == nil {
      rows = try momentRows(rows.features, inputCount: network.inputCount, rows.targets, targetCount: m)
    }
    var engine = try StochasticGradientDescent(
      try objective(rows.features, rows.targets),
      options: DescentOptions(
        order: run.batch == nil ? .full : .reshuffle, batchSize: run.batch, schedule: .constant(run.step),
        budget: run.steps, seeds: seeds))
    var stream = RandomStream(seeds.key(.initialization, trial: run.trial))
    let start = network.randomParameters(.he, stream: &stream)
    engine.load(start.map { Float($0) }, trial: run.trial, lane: 0)
    engine.advance(by: run.steps)
    var state = engine.makeState()
    engine.read(lane: 0, into: &state)
    guard state.parameters.allSatisfy(\.isFinite) else { return nil }

    let outputs = try objective(run.test.pixels, run.test.samples.indicators).outputs(at: state.parameters)
    let wrong = run.test.classes.indices.count { sample in
      let scores = outputs[sample * m..<(sample + 1) * m]
      return scores.firstIndex(of: scores.max() ?? 0) != sample * m + run.test.classes[sample]
    }
    let weights = network.parameterBlocks[0].range
    func firstLayer(_ parameters: [Double]) -> Matrix {
      let width = network.inputCount
      return Matrix(rows: weights.count / width, columns: width, storage: Array(parameters[weights]))
    }
    let end = firstLayer(state.parameters.map { Double($0) })
    let layer = try FirstLayer(end)
    let relevant = run.training.isRelevant.indices.filter { run.training.isRelevant[$0] }
    return Focus(
      start: firstLayer(start), end: end, map: layer.columnNorms,
      ratio: try layer.norms(relevant: relevant).columnRatio,
      trainingLoss: try objective(samples.features, samples.indicators).loss(at: state.parameters),
      testError: Double(wrong) / Double(run.test.sampleCount))
  }

  private static func focus(
    _ runs: [ImageTraining], seeds: Seeds, _ context: StudyContext
  ) throws(InputError) -> [Focus?] {
    try parallelMap(runs.count, workers: context.workers) { (place) throws(InputError) in
      try focus(runs[place], seeds: seeds)
    }
  }

  /// The focus of runs none of which diverges: while one does, all take half the step and twice as many.
  private static func wholeFocus(
    _ trainings: [ImageTraining], seeds: Seeds, _ context: StudyContext
  ) throws(InputError) -> (runs: [ImageTraining], found: [Focus]) {
    var runs = trainings
    for _ in 0..<4 {
      let found = try focus(runs, seeds: seeds, context).compactMap { $0 }
      if found.count == runs.count { return (runs, found) }
      for place in runs.indices {
        runs[place].step /= 2
        runs[place].steps *= 2
      }
    }
    throw InputError("images", expected: "runs that survive a sixteenth of their step", found: "some that diverge")
  }

  private static func table(_ name: String, _ caption: String, _ runs: [ImageTraining], _ found: [Focus]) -> Table {
    var table = Table(
      name: name, caption: caption,
      columns: [
        .init("images", "the images"), .init("batch", "batch size b; full: gradient descent"),
        .init("seed", "which start and index stream"), .init("step", "step size η"), .init("steps", "steps"),
        .init("ratio", "root mean square norm of an irrelevant pixel's weights over a relevant one's"),
        .init("trainingLoss", "Σₖ (Fₖ − yₖ)², mean over the training images"),
        .init("testError", "fraction of test images of a wrong class"),
      ])
    for (run, focus) in zip(runs, found) {
      table.append([
        .text(run.name), .text(Self.name(run.batch)), .integer(run.trial), .number(run.step), .integer(run.steps),
        .number(focus.ratio), .number(focus.trainingLoss), .number(focus.testError),
      ])
    }
    return table
  }

  /// Focus maps side by side, all in units of the largest.
  private static func maps(_ runs: [ImageTraining], _ found: [Focus]) -> [Figure.Panel] {
    zip(runs, found).map { run, focus in
      heatMap(
        focus.map, rows: run.training.height, columns: run.training.width, largest: focus.map.max() ?? 1,
        title: run.batch.map { "b = \($0)" } ?? "full batch", "column", "row, from below")
    }
  }

  /// The digits in a field of irrelevant pixels, split into 1,500 images to learn from and 297 to test.
  private static func paddedDigits(_ padding: ImageSamples.Padding, _ seeds: Seeds) -> (ImageSamples, ImageSamples) {
    let images = ImageSamples.digits.shuffled(seeds.key(.data))
      .padded(height: 14, width: 14, with: padding, key: seeds.key(.data, trial: 1))
    return (images.taking(0..<1500), images.taking(1500..<1797))
  }

  private static let imageConvention = """
    linear network without biases, one output a class, loss Σₖ (Fₖ − yₖ)² without ½, mean over the batch, y = 1 at the class; He's start, \
    batches reshuffled each epoch, single precision
    """

  /// Claim r1: digits in noise.
  static func noisyDigits(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("support.r1")
    let (training, test) = paddedDigits(.noise(standardDeviation: 1), seeds)
    let network = try Network(widths: [196, 16, 10], activation: .identity, bias: false)
    let trials = context.effort == .full ? 16 : 2
    // The most expensive ones first.
    var all: [ImageTraining] = []
    for batch in [nil, 256, 32] as [Int?] where batch != 256 || context.effort == .full {
      for trial in 0..<trials {
        all.append(
          ImageTraining(
            name: "digits in noise", network: network, training: training, test: test, batch: batch, step: 0.03,
            steps: 40_000, trial: trial))
      }
    }
    let ends = try focus(all, seeds: seeds, context)
    // A start counts if none of its runs has diverged.
    let kept = all.indices.filter { place in
      all.indices.allSatisfy { all[$0].trial != all[place].trial || ends[$0] != nil }
    }
    let (runs, found) = (kept.map { all[$0] }, kept.compactMap { ends[$0] })
    let survivors = Set(runs.map(\.trial)).count
    guard survivors > 0 else { throw InputError("digits", expected: "runs that survive", found: "none") }
    let (full, small) = (Array(found.prefix(survivors)), Array(found.suffix(survivors)))
    let gain = zip(full, small).map { $0.ratio / $1.ratio }
    let difference = mean(small.map(\.testError)) - mean(full.map(\.testError))
    var figure = Figure(
      name: "digits-focus", title: "Where the first layer looks: digits in noise",
      caption: """
        ‖W₁‖ for each pixel after 40,000 steps, in units of its largest: 8 × 8 digits in a 14 × 14 field of Gaussian noise. Dark is 0. At \
        b = 32 the noise is dark, under gradient descent it is not.
        """, panels: maps([runs[runs.count - survivors], runs[0]], [small[0], full[0]]))
    figure.sharesLegend = true
    return Study.Finding(
      Claim(
        id: "support.r1", title: "Digits in noise: b = 32 looks at the digit, the full batch everywhere",
        statement: """
          On 8 × 8 digits in a field of noise the first layer's norm on irrelevant pixels, relative to relevant ones, is at least twice \
          as small at b = 32 as under gradient descent, after as many steps, at a similar loss and test error.
          """,
        source: .publication(.beneventano, place: "abstract: image experiments; their settings could not be read"),
        convention:
          "196-16-10 \(imageConvention); noise of deviation 1 in the padding, 1,500 images, η = 0.03, 40,000 steps",
        hypotheses: [
          Hypothesis(
            "at least half of the starts survive under every batch size", holds: 2 * survivors >= trials,
            found: "\(survivors) of \(trials) do")
        ],
        checks: [
          Check(
            "focus inside over outside at b = 32 over that of the full batch, smallest", prediction: 2,
            measurement: gain.min() ?? .nan, tolerance: .atLeast, count: survivors),
          Check(
            "b = 32: irrelevant over relevant, largest", prediction: 0.25,
            measurement: small.map(\.ratio).max() ?? .nan,
            tolerance: .atMost, count: survivors),
          Check(
            "test error at b = 32 minus that of the full batch", prediction: 0.03, measurement: difference,
            tolerance: .atMost, count: survivors),
          similarLoss([mean(full.map(\.trainingLoss)), mean(small.map(\.trainingLoss))], within: 1.5),
        ],
        remark: """
          Irrelevant over relevant \(number(mean(small.map(\.ratio)))) at b = 32, \(number(mean(full.map(\.ratio)))) under gradient \
          descent, 1 at the start; test error \(number(mean(small.map(\.testError)))) and \(number(mean(full.map(\.testError)))). The linear \
          network leaves a residual, which is the noise that the effect needs.
          """), figures: [figure],
      tables: [
        table("digits-focus", "The first layer on 8 × 8 digits in a field of noise.", runs, found)
      ])
  }

  /// Claim r2: digits on a grey background.
  static func greyDigits(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("support.r2")
    let (training, test) = paddedDigits(.grey, seeds)
    let network = try Network(widths: [196, 16, 10], activation: .identity, bias: false)
    let trainings = [32, nil].map { batch in
      ImageTraining(
        name: "digits on grey", network: network, training: training, test: test, batch: batch, step: 0.002,
        steps: 20_000)
    }
    let (runs, found) = try wholeFocus(trainings, seeds: seeds, context)
    let outside = training.isRelevant.indices.filter { !training.isRelevant[$0] }
    /// What changed in the difference of two irrelevant pixels' weights, at most.
    func drift(_ focus: Focus) -> Double {
      var largest = 0.0
      for neuron in 0..<focus.end.rows {
        let first = focus.end[neuron, outside[0]] - focus.start[neuron, outside[0]]
        for pixel in outside {
          largest = max(largest, abs(focus.end[neuron, pixel] - focus.start[neuron, pixel] - first))
        }
      }
      return largest
    }
    return Study.Finding(
      Claim(
        id: "support.r2", title: "Control: a background of one grey cannot be cleared",
        statement: """
          Where all irrelevant pixels of an image have one grey, each step changes their weights by the same number: the differences of \
          their columns stay as they were drawn, for every batch size, and the map keeps its noise outside of the digit.
          """,
        source: .derivedHere(basis: "columns of W₁ move along Σ δᵢxᵢⱼ, which is the same for equal pixels"),
        scope: .beyond,
        convention:
          "196-16-10 \(imageConvention); one grey an image, uniform on [0, 1], 1,500 images, η = 0.002, 20,000 steps, where a run diverges half of it and twice as many",
        checks: runs.indices.flatMap { place in
          [
            Check(
              "largest change of a difference of columns, b = \(name(runs[place].batch))", prediction: 0,
              measurement: drift(found[place]), tolerance: .absolute(1e-3)),
            Check(
              "irrelevant over relevant, b = \(name(runs[place].batch))", prediction: 0.7,
              measurement: found[place].ratio, tolerance: .atLeast),
          ]
        },
        remark: """
          Test error \(list(found.map(\.testError))). Single precision rounds the differences; inputs must vary by themselves for SGD to tell \
          that they are irrelevant.
          """), tables: [table("grey-digits", "The first layer on digits before one grey.", runs, found)])
  }

  /// A folder that was named should hold MNIST; without one claim r3 is not applicable.
  static func wholeMNIST(_ context: StudyContext) throws(InputError) {
    if let folder = context.mnistFolder { try ImageSamples.requireIDX(folder: folder) }
  }

  /// Claim r3: MNIST, b = 32 against 2,000.
  static func noisyMNIST(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("support.r3")
    let isThere = context.mnistFolder != nil
    let steps = 12_000
    let starts = context.effort == .full ? 4 : 1
    var claim = Claim(
      id: "support.r3", title: "MNIST in noise: b = 32 looks at the digit sooner than b = 2,000",
      statement: """
        On digits of MNIST, shrunk to 14 × 14 in a field of 28 × 28 with Gaussian noise, the first layer's focus on the digit over the \
        noise is at least 1.25 times as high at b = 32 as at b = 2,000 after as many steps, at a similar loss.
        """,
      source: .publication(.beneventano, place: "abstract: image experiments; their settings could not be read"),
      convention: """
        784-16-10 \(imageConvention); noise of deviation 1, 8,000 images, η = 0.02, \(steps) steps, where a run diverges half of it and twice as many; 2,000 test images
        """,
      hypotheses: [
        Hypothesis(
          "MNIST is at hand", holds: isThere,
          found: isThere
            ? "read"
            : "no folder given: `basin data fetch mnist`, then `--mnist FOLDER` or the environment variable BASIN_MNIST"
        )
      ], checks: [])
    guard let folder = context.mnistFolder else { return Study.Finding(claim) }
    let key = seeds.key(.data, trial: 1)
    let training = try ImageSamples.readIDX(folder: folder, .training, limit: 8000).shrunk()
      .padded(height: 28, width: 28, with: .noise(standardDeviation: 1), key: key)
    let test = try ImageSamples.readIDX(folder: folder, .test, limit: 2000).shrunk()
      .padded(height: 28, width: 28, with: .noise(standardDeviation: 1), key: seeds.key(.data, trial: 2))
    guard training.height == 28, training.sampleCount >= 2000, training.classCount == 10, test.classCount == 10 else {
      throw InputError(
        folder, expected: "2,000 training images of 28 × 28 pixels or more, in ten classes",
        found: "\(training.sampleCount) images in \(training.classCount) classes")
    }
    let network = try Network(widths: [784, 16, 10], activation: .identity, bias: false)
    // The most expensive ones first.
    let trainings = [2000, 32].flatMap { batch in
      (0..<starts).map { trial in
        ImageTraining(
          name: "MNIST in noise", network: network, training: training, test: test, batch: batch, step: 0.02,
          steps: steps, trial: trial)
      }
    }
    let (runs, found) = try wholeFocus(trainings, seeds: seeds, context)
    let (large, small) = (Array(found.prefix(starts)), Array(found.suffix(starts)))
    func average(_ found: [Focus], _ value: (Focus) -> Double) -> Double { mean(found.map(value)) }
    claim.checks = [
      Check(
        "focus inside over outside at b = 32 over that at b = 2,000, smallest over starts", prediction: 1.25,
        measurement: zip(large, small).map { $0.ratio / $1.ratio }.min() ?? .nan, tolerance: .atLeast, count: starts),
      similarLoss(found.map(\.trainingLoss), within: 1.5),
      Check(
        "test error at b = 32 minus that at b = 2,000", prediction: 0.03,
        measurement: average(small, \.testError) - average(large, \.testError), tolerance: .atMost, count: starts),
    ]
    claim.remark = """
      Irrelevant over relevant \(number(average(small, \.ratio))) at b = 32, \(number(average(large, \.ratio))) at b = 2,000, 1 at the \
      start; test error \(number(average(small, \.testError))) and \(number(average(large, \.testError))), training loss \
      \(number(average(small, \.trainingLoss))) and \(number(average(large, \.trainingLoss))).
      """
    var figure = Figure(
      name: "mnist-focus", title: "Where the first layer looks: MNIST in noise",
      caption: """
        ‖W₁‖ for each pixel after \(steps) steps, in units of its largest: digits of MNIST shrunk to 14 × 14 in a field of noise.
        """, panels: maps([runs[starts], runs[0]], [small[0], large[0]]))
    figure.sharesLegend = true
    return Study.Finding(
      claim, figures: [figure], tables: [table("mnist-focus", "The first layer on MNIST in noise.", runs, found)])
  }
}
