import Descent
import Dispatch
import Formats
import Foundation
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
      try Ensemble.run(
        objective, options: options, trials: 0..<members, workers: jobs,
        plan: RunPlan(budget: steps, stopping: StoppingRules(cadence: .every(max(1, steps))), finals: finals),
        start: start)
    }

    func time(repeats: Int, jobs: Int) throws(InputError) -> BenchmarkResult {
      let (steps, objective) = (options.budget, objective)
      let finals = [Measure<NetworkEnsembleEngine.State>("loss") { objective.loss(at: $0.parameters) }]
      _ = try run(steps: steps, jobs: jobs, finals: finals)
      var seconds: [Double] = []
      var loss = 0.0
      for _ in 0..<repeats {
        let record = try run(steps: steps, jobs: jobs, finals: finals)
        seconds.append(record.seconds)
        loss = record.finals("loss").reduce(0, +) / Double(members)
      }
      return BenchmarkResult(
        workload: name, variant: "eight replicas side by side", jobs: jobs, members: members, updates: members * steps,
        seconds: seconds, outcome: "mean training loss \(loss)")
    }

    /// The network and how it descends, the data, the starts, every sample that is drawn, and the parameters at the end.
    func export(to folder: String) throws(InputError) {
      let description = NetworkDescription(
        widths: widths, step: options.schedule.base, batch: options.batchSize ?? objective.sampleCount,
        isFull: options.order == .full, clip: options.rule.largestGradientNorm, steps: exportedSteps)
      let file = "\(folder)/network.json"
      do {
        try JSONEncoder().encode(description).write(to: URL(fileURLWithPath: file))
      } catch {
        throw InputError(file, expected: "a file that can be written", found: "\(error)")
      }
      func save(_ name: String, _ columns: Int, _ values: [Double]) throws(InputError) {
        try NPYFile(shape: [values.count / columns, columns], values: values).write(to: "\(folder)/\(name).npy")
      }
      try save("inputs", widths[0], objective.inputs)
      try save("targets", objective.outputCount, objective.targetValues)
      try save("starts", objective.parameterCount, (0..<members).flatMap { start($0) })
      if options.order != .full {
        try save("indices", exportedSteps * (options.batchSize ?? 1), try draws(options, objective.sampleCount))
      }
      let measures = (0..<objective.parameterCount).map { j in
        Measure<NetworkEnsembleEngine.State>("w\(j)") { $0.parameters[j] }
      }
      let record = try run(steps: exportedSteps, jobs: 1, finals: measures)
      try save("final", objective.parameterCount, record.replicas.flatMap(\.finals))
    }

    private func draws(_ options: DescentOptions, _ sampleCount: Int) throws(InputError) -> [Double] {
      try BenchCommand.draws(options, sampleCount, members: members, steps: exportedSteps)
    }
  }

  /// What other programs need to know of a workload, besides its arrays.
  private struct NetworkDescription: Encodable {
    var widths: [Int]
    var step: Double
    var batch: Int
    var isFull: Bool
    var clip: Double?
    var steps: Int
  }

  /// The samples of every member and step, as often as they are drawn.
  static func draws(
    _ options: DescentOptions, _ sampleCount: Int, members: Int, steps: Int
  ) throws(InputError) -> [Double] {
    var stream = try options.indexStream(sampleCount: sampleCount, trial: 0)
    var batch = Batch()
    var samples: [Double] = []
    samples.reserveCapacity(members * steps * (options.batchSize ?? 1))
    for trial in 0..<members {
      stream.restart(trial: trial)
      for step in 0..<steps {
        stream.draw(step, into: &batch)
        for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
          for _ in 0..<multiplicity { samples.append(Double(sample)) }
        }
      }
    }
    return samples
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

  static func w4Small() throws(InputError) -> NetworkWorkload { try w4(batch: 32, steps: 2_000, exportedSteps: 500) }

  static func w4Large() throws(InputError) -> NetworkWorkload { try w4(batch: 512, steps: 200, exportedSteps: 100) }

  static func w4Full() throws(InputError) -> NetworkWorkload {
    try w4(batch: nil, members: 1, steps: 100, exportedSteps: 100)
  }

  /// One run, by the plain loop.
  static func timeW4Full(repeats: Int, jobs: Int) throws(InputError) -> BenchmarkResult {
    let workload = try w4Full()
    let (steps, objective) = (workload.options.budget, workload.objective)
    var engine = try StochasticGradientDescent(objective, options: workload.options)
    var seconds: [Double] = []
    for round in 0...repeats {
      engine.load(workload.start(0), trial: 0, lane: 0)
      let begin = DispatchTime.now().uptimeNanoseconds
      engine.advance(by: steps)
      if round > 0 { seconds.append(Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-9) }
    }
    return BenchmarkResult(
      workload: workload.name, variant: "eight samples side by side", jobs: 1, members: 1, updates: steps,
      seconds: seconds, outcome: "training loss \(objective.loss(at: engine.snapshot(lane: 0).values))")
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
