import Claims
import DataSets
import Descent
import Features
import Foundation
import Numerics
import Objectives

/// What the measurements of this study share: runs of networks on data with irrelevant inputs, and what is read off their first layer.
extension SupportStudy {
  /// The conventions of every claim that does not say otherwise.
  static let convention = """
    loss $(F(x) − y)²$, without ½, mean over the batch; no biases; He's normal start; batches reshuffled each epoch; constant step $η$; \
    double precision
    """

  /// A network, its data, and how it is trained.
  struct Training: Sendable {
    /// F.
    var network: Network
    /// What is learnt from.
    var data: RegressionSamples
    /// On which the loss is recorded: the data, or rows that give every linear network the same loss.
    var evaluation: RegressionSamples
    /// b; nil for the full batch.
    var batch: Int?
    /// How batches are drawn, where they are not full.
    var order: SamplingOrder = .reshuffle
    /// η.
    var step: Double
    /// T.
    var steps: Int
    /// Clipping and decay.
    var rule = UpdateRule.plain
    /// r.
    var relevantCount = 5
    /// How often the first layer and the loss are recorded.
    var recordings = 200

    /// The number of sample gradients that it takes.
    var cost: Int { steps * (batch ?? data.sampleCount) * network.parameterCount }
  }

  /// What a run left behind.
  struct Trained: Sendable {
    /// How it ended.
    var outcome: Outcome
    /// The first layer's weights at the end.
    var firstLayer: Matrix
    /// When the following was recorded; ends with the last step.
    var times: [Int]
    /// ‖W₁‖_F on the irrelevant inputs.
    var irrelevant: [Double]
    /// ‖W₁‖_F on the relevant inputs.
    var relevant: [Double]
    /// The mean loss over all samples.
    var loss: [Double]
    /// r.
    var relevantCount: Int

    /// ‖W₁‖_F on the irrelevant inputs at the end, over what it was at the start.
    var shrinkage: Double { finalNorm / (irrelevant.first ?? .nan) }
    /// ‖W₁‖_F on the irrelevant inputs at the end.
    var finalNorm: Double { irrelevant.last ?? .nan }

    /// The mean loss over the last tenth of the run.
    var finalLoss: Double {
      let from = 9 * (times.last ?? 0) / 10
      let values = zip(times, loss).filter { $0.0 >= from }.map(\.1)
      return values.reduce(0, +) / Double(values.count)
    }

    /// The first layer on relevant and irrelevant inputs at the end.
    func norms() throws(InputError) -> InputNorms {
      try FirstLayer(firstLayer).norms(relevant: Array(0..<relevantCount))
    }

    /// exp of the entropy of the first layer's singular values.
    func effectiveRank() throws(InputError) -> Double { try FirstLayer(firstLayer).rank().effectiveRank }
  }

  /// Trains from the starts and with the index streams of `trials`. The one place that knows how.
  static func train(_ training: Training, trials: Range<Int>, seeds: Seeds) throws(InputError) -> [Trained] {
    func objective(_ samples: RegressionSamples) throws(InputError) -> NetworkObjective<Double> {
      try NetworkObjective(
        training.network, inputs: samples.features, targets: .values(samples.targets),
        loss: .squared(half: false))
    }
    let (trained, evaluated) = (try objective(training.data), try objective(training.evaluation))
    let options = DescentOptions(
      order: training.batch == nil ? .full : training.order, batchSize: training.batch,
      schedule: .constant(training.step), rule: training.rule, budget: training.steps, seeds: seeds)
    let width = trained.network.inputCount
    let weights = trained.network.parameterBlocks[0].range
    let relevant = training.relevantCount
    let cadence = Cadence.every(max(1, training.steps / training.recordings))
    /// ‖W₁‖_F on some of the inputs.
    @Sendable func norm(_ parameters: [Double], _ inputs: Range<Int>) -> Double {
      var square = 0.0
      for place in weights where inputs.contains(place % width) { square += parameters[place] * parameters[place] }
      return square.squareRoot()
    }
    let plan = RunPlan<NetworkEnsembleEngine.State>(
      budget: training.steps,
      stopping: StoppingRules(
        cadence: .every(1024), diverged: { !$0.parameters.allSatisfy { $0.isFinite && abs($0) < 1e6 } }),
      series: [
        Probe("irrelevantNorm", cadence) { norm($0.parameters, relevant..<width) },
        Probe("relevantNorm", cadence) { norm($0.parameters, 0..<relevant) },
        Probe("loss", cadence) { evaluated.loss(at: $0.parameters) },
      ], finals: weights.map { place in Measure("weight\(place)") { $0.parameters[place] } })
    let record = try Ensemble.run(
      trained, options: options, trials: trials, workers: 1, plan: plan
    ) { trial in
      var stream = RandomStream(seeds.key(.initialization, trial: trial))
      return trained.randomParameters(.he, stream: &stream)
    }
    return record.replicas.map { replica in
      Trained(
        outcome: replica.outcome,
        firstLayer: Matrix(rows: weights.count / width, columns: width, storage: replica.finals),
        times: replica.series[0].steps, irrelevant: replica.series[0].values,
        relevant: replica.series[1].values, loss: replica.series[2].values, relevantCount: relevant)
    }
  }

  /// Trains them all, the most expensive first, over all workers.
  static func train(
    _ trainings: [Training], trials: Int, seeds: Seeds, _ context: StudyContext
  ) throws(InputError) -> [[Trained]] {
    let order = trainings.indices.sorted { trainings[$0].cost > trainings[$1].cost }
    let done = try parallelMap(order.count, workers: context.workers) { (place) throws(InputError) in
      try train(trainings[order[place]], trials: 0..<trials, seeds: seeds)
    }
    var result = [[Trained]](repeating: [], count: order.count)
    for (place, runs) in zip(order, done) { result[place] = runs }
    return result
  }

  /// d + m rows with the mean of (x, y)(x, y)ᵀ that n samples have, m targets each. The squared loss of a linear network, and so its
  /// full-batch gradient, depends on the samples through that mean alone: gradient descent on these rows is gradient descent on the samples,
  /// to rounding.
  static func momentRows(
    _ features: [Double], inputCount d: Int, _ targets: [Double], targetCount m: Int
  ) throws(InputError) -> (features: [Double], targets: [Double]) {
    let (n, width) = (features.count / d, d + m)
    var rows = Matrix(rows: n, columns: width)
    rows.withUnsafeMutableStorage { entries in
      for i in 0..<n {
        for j in 0..<d { entries[i * width + j] = features[i * d + j] }
        for k in 0..<m { entries[i * width + d + k] = targets[i * m + k] }
      }
    }
    let moments = try LinearAlgebra.symmetricEigendecomposition(of: rows.transposed().gram())
    var result: (features: [Double], targets: [Double]) = ([], [])
    for k in 0..<width {
      let scale = (max(moments.values[k], 0) * Double(width) / Double(n)).squareRoot()
      let row = moments.vectors.row(k).map { scale * $0 }
      result.features += row.prefix(d)
      result.targets += row.suffix(m)
    }
    return result
  }

  /// The same for one target a sample.
  static func momentRows(_ samples: RegressionSamples) throws(InputError) -> RegressionSamples {
    let rows = try momentRows(samples.features, inputCount: samples.inputCount, samples.targets, targetCount: 1)
    return RegressionSamples(inputCount: samples.inputCount, features: rows.features, targets: rows.targets)
  }

  /// The first of two halves that hold the same inputs, with the mean of both halves' targets. A mirrored twin's noise cancels in every
  /// full-batch gradient, whatever the network: descent on these rows is descent on all of them.
  static func meanOfTwins(_ samples: RegressionSamples) -> RegressionSamples {
    let n = samples.sampleCount / 2
    return RegressionSamples(
      inputCount: samples.inputCount, features: Array(samples.features.prefix(n * samples.inputCount)),
      targets: (0..<n).map { (samples.targets[$0] + samples.targets[$0 + n]) / 2 })
  }

  /// Numbers in running text.
  static func list(_ values: [Double], _ format: String = "%.3g") -> String {
    values.map { String(format: format, $0) }.joined(separator: ", ")
  }

  /// A count of violations, which must be 0.
  static func none(_ name: String, _ violations: Int, of count: Int) -> Check {
    Check(name, prediction: 0, measurement: Double(violations), tolerance: .exact, count: count)
  }

  /// At least a bound and at most another, as two checks.
  static func between(
    _ name: String, _ range: ClosedRange<Double>, _ measurement: Double, error: MeasurementError = .exact,
    count: Int? = nil
  ) -> [Check] {
    [
      Check(
        "\(name) $≥ \(number(range.lowerBound))$", prediction: range.lowerBound, measurement: measurement, error: error,
        tolerance: .atLeast, count: count),
      Check(
        "\(name) $≤ \(number(range.upperBound))$", prediction: range.upperBound, measurement: measurement, error: error,
        tolerance: .atMost, count: count),
    ]
  }

  static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// The name of a batch size.
  static func name(_ batch: Int?) -> String { batch.map(String.init) ?? "full" }

  /// All runs are there to be compared.
  static func stayedHypothesis(_ runs: [[Trained]]) -> Hypothesis {
    let lost = runs.joined().count { $0.outcome == .diverged }
    return Hypothesis(
      "no run diverged", holds: lost == 0, found: "\(lost) of \(runs.joined().count) runs diverged")
  }

  /// Shrinkage is no divergence or collapse: runs are compared at a similar loss.
  static func similarLoss(_ losses: [Double], within factor: Double) -> Check {
    Check(
      "largest over smallest mean loss at the end, over all batch sizes", prediction: factor,
      measurement: (losses.max() ?? .nan) / (losses.min() ?? .nan), tolerance: .atMost, count: losses.count)
  }
}
