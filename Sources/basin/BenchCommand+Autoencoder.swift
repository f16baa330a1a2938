import Descent
import Formats
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
      workload: "w3", variant: "coefficients, eight replicas side by side", jobs: jobs, members: w3Members,
      updates: w3Members * w3Steps, seconds: seconds,
      outcome: "\(sparse) of \(w3Members) members end with 1 − max cos ≤ 1e-6")
  }

  /// The starts in Rⁿ (the data are the first m unit vectors), every index that is drawn, and the coefficients after
  /// 1,000 steps and at the end.
  static func exportW3(to folder: String) throws(InputError) {
    let experiment = w3(steps: w3Steps)
    let m = experiment.count
    var starts: [Double] = []
    var indices: [Double] = []
    indices.reserveCapacity(w3Members * w3Steps)
    var stream = try experiment.options.indexStream(sampleCount: m, trial: 0)
    var batch = Batch()
    for trial in 0..<w3Members {
      let start = experiment.start(of: trial)
      // Only its length matters to the dynamics, so the part outside the span lies along one axis.
      let outside = [start.perpendicular] + [Double](repeating: 0, count: experiment.dimension - m - 1)
      starts += start.coefficients + outside
      stream.restart(trial: trial)
      for step in 0..<w3Steps {
        stream.draw(step, into: &batch)
        indices.append(Double(batch.indices[0]))
      }
    }
    func save(_ name: String, _ columns: Int, _ values: [Double]) throws(InputError) {
      try NPYFile(shape: [w3Members, columns], values: values).write(to: "\(folder)/\(name).npy")
    }
    try save("starts", experiment.dimension, starts)
    try save("indices", w3Steps, indices)
    for (name, steps) in [("early", 1_000), ("final", w3Steps)] {
      let record = try runW3(steps: steps, jobs: 1)
      try save(name, m, record.replicas.flatMap { $0.finals.prefix(m) })
    }
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
      workload: "selection-law", variant: "coefficients, eight replicas side by side", jobs: jobs, members: trials,
      updates: updates, seconds: seconds,
      outcome: "fraction \(Double(selected) / Double(trials)) selects the first; small-step law 0.6667")
  }
}
