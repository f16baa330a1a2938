import Descent
import Numerics
import Objectives

/// The workloads on single-neuron autoencoders.
extension BenchCommand {
  private static func w3(steps: Int) -> AutoencoderExperiment {
    AutoencoderExperiment(
      dimension: 100, count: 20, start: .sphere(norm: 0.5),
      options: DescentOptions(
        order: .iid, batchSize: 1, schedule: .constant(0.2), budget: steps, seeds: Seeds(master: 3)))
  }

  private static let w3Members = 60
  private static let w3Steps = 40_000

  private static func runW3(steps: Int, jobs: Int) throws(InputError) -> Record {
    let experiment = w3(steps: steps)
    return try experiment.run(
      trials: 0..<w3Members, workers: jobs, stopping: StoppingRules(cadence: .every(steps)),
      finals: Measure.coefficients(count: 20) + [Measure("misalignment") { $0.misalignment(.relu) }])
  }

  static func timeW3(repeats: Int, jobs: Int) throws(InputError) -> BenchmarkResult {
    _ = try runW3(steps: w3Steps, jobs: jobs)
    var seconds: [Double] = []
    var sparse = 0
    for _ in 0..<repeats {
      let record = try runW3(steps: w3Steps, jobs: jobs)
      seconds.append(record.seconds)
      sparse = record.finals("misalignment").count { $0 <= 1e-6 }
    }
    return BenchmarkResult(
      workload: "w3", variant: "coefficients, eight trials side by side", jobs: jobs, members: w3Members,
      updates: w3Members * w3Steps, seconds: seconds,
      outcome: "\(sparse) of \(w3Members) members end with 1 − max cos ≤ 1e-6")
  }

  /// The data are the first m unit vectors of Rⁿ; what is compared are the coefficients on them.
  static func exportW3(to folder: String) throws(InputError) {
    let experiment = w3(steps: w3Steps)
    let (n, m) = (experiment.dimension, experiment.count)
    let starts = (0..<w3Members).flatMap { trial in
      let start = experiment.start(of: trial)
      // Only its length matters to the dynamics, so the part outside the span lies along one axis.
      return start.coefficients + [start.perpendicular] + [Double](repeating: 0, count: n - m - 1)
    }
    let inputs = (0..<m).flatMap { row in (0..<n).map { $0 == row ? 1.0 : 0 } }
    let export = BenchmarkExport(
      name: "w3", options: experiment.options, members: w3Members, steps: w3Steps, inputs: (n, inputs), starts: starts
    ) { (steps) throws(InputError) in
      try runW3(steps: steps, jobs: 1).replicas.flatMap { $0.finals.prefix(m) }
    }
    try export.write(to: folder)
  }

  // MARK: - The selection law

  static func timeSelectionLaw(repeats: Int, jobs: Int) throws(InputError) -> BenchmarkResult {
    let trials = 1_000_000
    let experiment = AutoencoderExperiment(
      dimension: 2, count: 2, start: .coefficients([(0.75).squareRoot(), 0.5], perpendicular: 0),
      options: DescentOptions(
        order: .iid, batchSize: 1, schedule: .constant(0.2), budget: 100_000, seeds: Seeds(master: 3)))
    let stopping = StoppingRules<AutoencoderState>(
      cadence: .every(32), converged: { $0.runnerUpRatio(.relu) <= 1e-3 })
    var seconds: [Double] = []
    var updates = 0
    var selected = 0
    for _ in 0..<repeats {
      let record = try experiment.run(
        trials: 0..<trials, workers: jobs, stopping: stopping,
        finals: [Measure("selected") { Double($0.leader(.relu)) }])
      seconds.append(record.seconds)
      updates = record.replicas.reduce(0) { $0 + $1.steps }
      selected = record.finals("selected").count { $0 == 0 }
    }
    return BenchmarkResult(
      workload: "selection-law", variant: "coefficients, eight trials side by side", jobs: jobs, members: trials,
      updates: updates, seconds: seconds,
      outcome: "fraction \(Double(selected) / Double(trials)) selects the first; small-step law 0.6667")
  }
}
