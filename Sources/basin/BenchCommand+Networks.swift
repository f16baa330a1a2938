import Descent
import Dispatch
import Formats
import Numerics
import Objectives

/// The workloads on networks.
extension BenchCommand {
  /// An ensemble of runs of one network.
  struct NetworkWorkload {
    var name: String
    var objective: NetworkObjective<Double>
    var options: DescentOptions
    var members: Int
    /// Where a trial begins.
    var start: @Sendable (Int) -> [Double]

    func run(steps: Int, jobs: Int) throws(InputError) -> Record {
      let objective = objective
      return try Ensemble.run(
        objective, options: options, trials: 0..<members, workers: jobs,
        plan: RunPlan(
          budget: steps, stopping: StoppingRules(cadence: .every(max(1, steps))),
          finals: [Measure("loss") { objective.loss(at: $0.parameters) }]), start: start)
    }

    func time(repeats: Int, jobs: Int) throws(InputError) -> BenchmarkResult {
      let steps = options.budget
      _ = try run(steps: steps, jobs: jobs)
      var seconds: [Double] = []
      var loss = 0.0
      for _ in 0..<repeats {
        let record = try run(steps: steps, jobs: jobs)
        seconds.append(record.seconds)
        loss = record.finals("loss").reduce(0, +) / Double(members)
      }
      return BenchmarkResult(
        workload: name, variant: "eight replicas side by side", jobs: jobs, members: members, updates: members * steps,
        seconds: seconds, outcome: "mean training loss \(loss)")
    }
  }

  /// A student of 20 ReLU units, without biases, learns a teacher of 3 from 15 points on the circle.
  static func w1() throws(InputError) -> NetworkWorkload {
    var stream = RandomStream(Seeds(master: 1).key(.data))
    let inputs = (0..<15).flatMap { _ in stream.sphere(count: 2, radius: 1) }
    let teacher = stream.gaussian(count: 9)
    let targets = try NetworkObjective(
      Network(widths: [2, 3, 1], activation: .relu, bias: false), inputs: inputs,
      targets: .values([Double](repeating: 0, count: 15)), loss: .squared()
    ).outputs(at: teacher)
    let network = try Network(widths: [2, 20, 1], activation: .relu, bias: false)
    let seeds = Seeds(master: 1)
    return NetworkWorkload(
      name: "w1",
      objective: try NetworkObjective(network, inputs: inputs, targets: .values(targets), loss: .squared(half: false)),
      options: DescentOptions(order: .iid, batchSize: 1, schedule: .constant(0.13), budget: 14_126, seeds: seeds),
      members: 1_000
    ) { trial in
      var stream = RandomStream(seeds.key(.initialization, trial: trial))
      return stream.gaussian(count: 40).map { 0.5 * $0 } + [Double](repeating: 0, count: 20)
    }
  }

  /// A network of three hidden layers of 15 ReLU units, without biases, learns the sum of the first 5 of 15 Gaussian
  /// coordinates from 10,000 samples; gradients are clipped at norm 1.
  static func w4(batch: Int?, members: Int, steps: Int) throws(InputError) -> NetworkWorkload {
    let (count, p) = (10_000, 15)
    var stream = RandomStream(Seeds(master: 4).key(.data))
    let inputs = stream.gaussian(count: count * p)
    let targets = (0..<count).map { i in inputs[(i * p)..<(i * p + 5)].reduce(0, +) }
    let network = try Network(widths: [p, 15, 15, 15, 1], activation: .relu, bias: false)
    let seeds = Seeds(master: 4)
    return NetworkWorkload(
      name: "w4-\(batch.map(String.init) ?? "full")",
      objective: try NetworkObjective(network, inputs: inputs, targets: .values(targets), loss: .squared(half: false)),
      options: DescentOptions(
        order: batch == nil ? .full : .iid, batchSize: batch, schedule: .constant(0.01),
        rule: UpdateRule(largestGradientNorm: 1), budget: steps, seeds: seeds), members: members
    ) { trial in
      var stream = RandomStream(seeds.key(.initialization, trial: trial))
      return network.randomParameters(.he, stream: &stream)
    }
  }

  static func timeNetwork(
    _ workload: @escaping () throws(InputError) -> NetworkWorkload
  ) -> (_ repeats: Int, _ jobs: Int) throws(InputError) -> BenchmarkResult {
    { (repeats, jobs) throws(InputError) in try workload().time(repeats: repeats, jobs: jobs) }
  }
}
