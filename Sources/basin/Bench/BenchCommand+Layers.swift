import Descent
import Dispatch
import Numerics
import Objectives

/// The workloads on diagonal networks and on wide layers: one run after the other.
extension BenchCommand {
  // MARK: - W2, the diagonal linear network

  private static let w2Features = 200
  private static let w2Members = 100
  private static let w2Steps = 100_001

  /// 80 Gaussian rows and a 20-sparse target of unit norm; ½ (⟨u∘v, x⟩ − y)².
  private static func w2() throws(InputError) -> (DiagonalNetworkObjective<Double>, DescentOptions) {
    let seeds = Seeds(master: 2)
    var stream = RandomStream(seeds.key(.data))
    let (n, p) = (80, w2Features)
    let features = stream.gaussian(count: n * p)
    let truth = stream.sphere(count: 20, radius: 1)
    let targets = (0..<n).map { i in (0..<20).reduce(0.0) { $0 + features[i * p + $1] * truth[$1] } }
    return (
      try DiagonalNetworkObjective(.product, features: features, targets: targets),
      DescentOptions(order: .iid, batchSize: 1, schedule: .constant(0.05), budget: w2Steps, seeds: seeds)
    )
  }

  private typealias DiagonalEngine = StochasticGradientDescent<DiagonalNetworkObjective<Double>>

  private static func runW2(
    steps: Int, jobs: Int,
    finals: (DiagonalNetworkObjective<Double>) -> [Measure<DiagonalEngine.State>] = { _ in [] }
  ) throws(InputError) -> Record {
    let (objective, options) = try w2()
    return try Ensemble.run(
      trials: 0..<w2Members, workers: jobs,
      plan: RunPlan(budget: steps, stopping: StoppingRules(cadence: .every(steps)), finals: finals(objective)),
      seeds: options.seeds,
      makeEngine: { () throws(InputError) in try DiagonalEngine(objective, options: options) },
      start: { _ in objective.constantParameters(0.1, 0) })
  }

  static func timeW2(repeats: Int, jobs: Int) throws(InputError) -> BenchmarkResult {
    let losses = try runW2(steps: w2Steps, jobs: jobs) { objective in
      [Measure("loss") { objective.loss(at: $0.parameters) }]
    }
    let loss = losses.finals("loss").reduce(0, +) / Double(w2Members)
    let seconds = try (0..<repeats).map { _ throws(InputError) in try runW2(steps: w2Steps, jobs: jobs).seconds }
    return BenchmarkResult(
      workload: "w2", variant: "one pass over u and v a step", jobs: jobs, members: w2Members,
      updates: w2Members * w2Steps, seconds: seconds, outcome: "mean training loss \(loss)")
  }

  static func exportW2(to folder: String) throws(InputError) {
    let (objective, options) = try w2()
    let start = objective.constantParameters(0.1, 0)
    let export = BenchmarkExport(
      name: "w2", options: options, members: w2Members, steps: 2_000, inputs: (w2Features, objective.features),
      targets: (1, objective.targets), starts: (0..<w2Members).flatMap { _ in start }
    ) { (steps) throws(InputError) in
      try runW2(steps: steps, jobs: 1) { objective in
        (0..<objective.parameterCount).map { j in Measure("w\(j)") { $0.parameters[j] } }
      }.replicas.flatMap(\.finals)
    }
    try export.write(to: folder)
  }

  // MARK: - Wide layers

  private static let mnistWidths = [784, 512, 512, 10]
  private static let mnistBatch = 64
  private static let mnistSteps = 200

  /// 784-512-512-10 with ReLU on 6,000 images of noise, in single precision.
  private static func mnist() throws(InputError) -> (NetworkObjective<Float>, DescentOptions, [Float]) {
    let seeds = Seeds(master: 5)
    var stream = RandomStream(seeds.key(.data))
    let inputs = (0..<(6_000 * mnistWidths[0])).map { _ in Float(stream.uniform()) }
    let classes = (0..<6_000).map { _ in Int(10 * stream.uniform()) }
    let objective = try NetworkObjective<Float>(
      Network(widths: mnistWidths, activation: .relu), inputs: inputs, targets: .classes(classes),
      loss: .crossEntropy)
    let options = DescentOptions(
      order: .iid, batchSize: mnistBatch, schedule: .constant(0.01), budget: mnistSteps, seeds: seeds)
    var starts = RandomStream(seeds.key(.initialization))
    return (objective, options, objective.randomParameters(.pyTorch, stream: &starts))
  }

  static func timeMNIST(repeats: Int, jobs: Int) throws(InputError) -> BenchmarkResult {
    LinearAlgebra.useThreads(jobs)
    defer { LinearAlgebra.useThreads(1) }
    let (objective, options, start) = try mnist()
    var engine = try StochasticGradientDescent(objective, options: options)
    var seconds: [Double] = []
    for round in 0...repeats {
      engine.load(start, trial: 0, lane: 0)
      let begin = DispatchTime.now().uptimeNanoseconds
      engine.advance(by: mnistSteps)
      if round > 0 { seconds.append(Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-9) }
    }
    var state = engine.makeState()
    engine.read(lane: 0, into: &state)
    let loss = objective.loss(at: state.parameters)
    return BenchmarkResult(
      workload: "mnist", variant: "weights changed by their gradient's product", jobs: jobs, members: 1,
      updates: mnistSteps, seconds: seconds, outcome: "training loss \(loss)")
  }

  /// Rounding to single precision moves samples across the kinks of ReLUs: after more steps programs would differ.
  static func exportMNIST(to folder: String) throws(InputError) {
    let (objective, options, start) = try mnist()
    let export = BenchmarkExport(
      name: "mnist", options: options, members: 1, steps: 20, earlySteps: 20,
      details: [
        ("widths", .array(mnistWidths.map { .integer($0) })), ("bias", true),
        ("loss", "crossEntropy"), ("precision", "float32"),
      ],
      inputs: (mnistWidths[0], objective.inputs.map { Double($0) }),
      targets: (1, objective.targetClasses.map { Double($0) }), starts: start.map { Double($0) }
    ) { (steps) throws(InputError) in
      var engine = try StochasticGradientDescent(objective, options: options)
      engine.load(start, trial: 0, lane: 0)
      engine.advance(by: steps)
      return engine.snapshot(lane: 0).values
    }
    try export.write(to: folder)
  }
}
