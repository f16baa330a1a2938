import Descent
import Formats
import Numerics
import Objectives

/// The workloads on networks.
extension BenchCommand {
  /// An ensemble of runs of one network, without biases and with ReLU, on a squared loss without ½.
  struct NetworkWorkload {
    var name: String
    var objective: NetworkObjective<Double>
    var widths: [Int]
    var options: DescentOptions
    var members: Int
    /// The number of steps whose samples and end are exported.
    var exportedSteps: Int
    /// Where a trial begins.
    var start: @Sendable (Int) -> [Double]

    func run(steps: Int, jobs: Int, finals: [Measure<NetworkEnsembleEngine.State>]) throws(InputError) -> Record {
      let plan = RunPlan(budget: steps, stopping: StoppingRules(cadence: .every(steps)), finals: finals)
      return try Ensemble.run(
        objective, options: options, trials: 0..<members, workers: jobs, plan: plan, start: start)
    }

    private var hasReplicaLanes: Bool { NetworkEnsembleEngine.pays(for: objective, options: options) }

    func time(repeats: Int, jobs: Int) throws(InputError) -> BenchmarkResult {
      let (steps, objective) = (options.budget, objective)
      // The loss over all samples would take as long as many steps: the run that warms up finds it.
      let losses = try run(steps: steps, jobs: jobs, finals: [Measure("loss") { objective.loss(at: $0.parameters) }])
      let loss = losses.finals("loss").reduce(0, +) / Double(members)
      let seconds = try (0..<repeats).map { _ throws(InputError) in
        try run(steps: steps, jobs: jobs, finals: []).seconds
      }
      return BenchmarkResult(
        workload: name, variant: "eight \(hasReplicaLanes ? "trials" : "samples") side by side",
        jobs: min(jobs, members),
        members: members, updates: members * steps, seconds: seconds, outcome: "mean training loss \(loss)")
    }

    func export(to folder: String) throws(InputError) {
      var details: [BenchmarkExport.Detail] = [
        ("widths", .array(widths.map { .integer($0) })), ("bias", false), ("loss", "squared"),
      ]
      if let norm = options.rule.largestGradientNorm { details.append(("clip", .number(norm))) }
      let export = BenchmarkExport(
        name: name, options: options, members: members, steps: exportedSteps, earlySteps: min(1_000, exportedSteps),
        details: details, inputs: (widths[0], objective.inputs),
        targets: (objective.outputCount, objective.targetValues), starts: (0..<members).flatMap { start($0) }
      ) { (steps) throws(InputError) in
        let measures = (0..<objective.parameterCount).map { j in
          Measure<NetworkEnsembleEngine.State>("w\(j)") { $0.parameters[j] }
        }
        return try run(steps: steps, jobs: 1, finals: measures).replicas.flatMap(\.finals)
      }
      try export.write(to: folder)
    }
  }

  /// A student of 20 ReLU units learns a teacher of 3 from 15 points on the circle.
  static func w1() throws(InputError) -> NetworkWorkload {
    let seeds = Seeds(master: 1)
    var stream = RandomStream(seeds.key(.data))
    let inputs = (0..<15).flatMap { _ in stream.sphere(count: 2, radius: 1) }
    let teacher = try NetworkObjective(
      Network(widths: [2, 3, 1], activation: .relu, bias: false), inputs: inputs,
      targets: .values([Double](repeating: 0, count: 15)), loss: .squared())
    let targets = teacher.outputs(at: stream.gaussian(count: teacher.parameterCount))
    let widths = [2, 20, 1]
    let network = try Network(widths: widths, activation: .relu, bias: false)
    return NetworkWorkload(
      name: "w1",
      objective: try NetworkObjective(network, inputs: inputs, targets: .values(targets), loss: .squared(half: false)),
      widths: widths,
      options: DescentOptions(order: .iid, batchSize: 1, schedule: .constant(0.13), budget: 14_126, seeds: seeds),
      members: 1_000, exportedSteps: 2_000
    ) { trial in
      var stream = RandomStream(seeds.key(.initialization, trial: trial))
      return stream.gaussian(count: 40).map { 0.5 * $0 } + [Double](repeating: 0, count: 20)
    }
  }

  /// A network of three hidden layers of 15 ReLU units learns the sum of the first 5 of 15 Gaussian coordinates from 10,000
  /// samples; gradients are clipped at norm 1.
  static func w4(
    batch: Int?, members: Int = 64, steps: Int, exportedSteps: Int
  ) throws(InputError) -> NetworkWorkload {
    let (count, widths, seeds) = (10_000, [15, 15, 15, 15, 1], Seeds(master: 4))
    var stream = RandomStream(seeds.key(.data))
    let inputs = stream.gaussian(count: count * widths[0])
    let targets = (0..<count).map { i in inputs[(i * widths[0])..<(i * widths[0] + 5)].reduce(0, +) }
    let network = try Network(widths: widths, activation: .relu, bias: false)
    return NetworkWorkload(
      name: "w4-\(batch.map(String.init) ?? "full")",
      objective: try NetworkObjective(network, inputs: inputs, targets: .values(targets), loss: .squared(half: false)),
      widths: widths,
      options: DescentOptions(
        order: batch == nil ? .full : .iid, batchSize: batch, schedule: .constant(0.01),
        rule: UpdateRule(largestGradientNorm: 1), budget: steps, seeds: seeds),
      members: members, exportedSteps: exportedSteps
    ) { trial in
      var stream = RandomStream(seeds.key(.initialization, trial: trial))
      return network.randomParameters(.he, stream: &stream)
    }
  }

  static func w4Single() throws(InputError) -> NetworkWorkload {
    try w4(batch: 1, steps: 20_000, exportedSteps: 2_000)
  }

  static func w4Small() throws(InputError) -> NetworkWorkload { try w4(batch: 32, steps: 2_000, exportedSteps: 1_000) }

  static func w4Large() throws(InputError) -> NetworkWorkload { try w4(batch: 512, steps: 200, exportedSteps: 100) }

  static func w4Full() throws(InputError) -> NetworkWorkload {
    try w4(batch: nil, members: 1, steps: 100, exportedSteps: 100)
  }

  static func timeNetwork(
    _ workload: @escaping () throws(InputError) -> NetworkWorkload
  ) -> (_ repeats: Int, _ jobs: Int) throws(InputError) -> BenchmarkResult {
    { (repeats, jobs) throws(InputError) in try workload().time(repeats: repeats, jobs: jobs) }
  }

  static func exportNetwork(
    _ workload: @escaping () throws(InputError) -> NetworkWorkload
  ) -> (_ folder: String) throws(InputError) -> Void {
    { (folder) throws(InputError) in try workload().export(to: folder) }
  }
}
