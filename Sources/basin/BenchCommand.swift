import Descent
import Formats
import Foundation
import Numerics
import Objectives

/// `basin bench`: times the workloads that `Benchmarks/` compares with its peers.
enum BenchCommand {
  static let specification = CommandSpecification(
    name: "bench", abstract: "Time a workload on this machine.", operands: "WORKLOAD",
    options: [
      .init(
        "--repeats", value: "N",
        help: "Timed repeats (default: 7 for w3, after one that warms up; 3 for selection-law)."),
      .init("--jobs", value: "N", help: "Worker threads (default: 1)."),
      .init(
        "--export", value: "DIR",
        help: "w3 only: write starts, indices and results as .npy, for other programs to repeat."),
      .init("--json", value: "FILE", help: "Write the result as JSON; \"-\" is standard output, instead of text."),
    ],
    discussion: """
      WORKLOADS
        w3             60 single-neuron ReLU autoencoders, m = 20 orthonormal data in n = 100 dimensions,
                       b = 1 i.i.d., step 0.2, 40,000 steps, starts of norm 0.5
        selection-law  1,000,000 trials of m = 2 from 60 degrees, b = 1 i.i.d., step 0.2, each until one of
                       the two is selected
      """,
    examples: ["basin bench w3 --jobs 2", "basin bench w3 --export inputs --json -"])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    let names = ["w3", "selection-law"]
    guard command.operands.count == 1, let name = command.operands.first, names.contains(name) else {
      throw InputError(
        "basin bench", expected: "one workload",
        found: command.operands.isEmpty ? "none" : "\"\(command.operands.joined(separator: " "))\"",
        advice: Suggestion.sentence(for: command.operands.first ?? "", among: names))
    }
    let repeats = try command.integer("--repeats", in: 1...1000, default: name == "w3" ? 7 : 3)
    let jobs = try command.integer("--jobs", in: 1...1024, default: 1)
    let output = try Output(command)
    if let folder = command.values["--export"] {
      guard name == "w3" else {
        throw InputError("basin bench --export", expected: "the workload w3", found: "\"\(name)\"")
      }
      try Folder.makeWritable(folder)
      try exportW3(to: folder)
    }
    let result =
      try name == "w3" ? timeW3(repeats: repeats, jobs: jobs) : timeSelectionLaw(repeats: repeats, jobs: jobs)
    try output.deliver(result, text: result.text)
    return 0
  }

  // MARK: - W3

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

  private static func timeW3(repeats: Int, jobs: Int) throws(InputError) -> BenchmarkResult {
    _ = try runW3(steps: w3Steps, jobs: jobs)
    var seconds: [Double] = []
    var sparse = 0
    for _ in 0..<repeats {
      let record = try runW3(steps: w3Steps, jobs: jobs)
      seconds.append(record.seconds)
      sparse = record.finals("misalignment").count { $0 <= 1e-6 }
    }
    return BenchmarkResult(
      workload: "w3", jobs: jobs, members: w3Members, updates: w3Members * w3Steps, seconds: seconds,
      outcome: "\(sparse) of \(w3Members) members end with 1 − max cos ≤ 1e-6")
  }

  /// The starts in Rⁿ (the data are the first m unit vectors), every index that is drawn, and the coefficients after
  /// 1,000 steps and at the end.
  private static func exportW3(to folder: String) throws(InputError) {
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

  private static func timeSelectionLaw(repeats: Int, jobs: Int) throws(InputError) -> BenchmarkResult {
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
      workload: "selection-law", jobs: jobs, members: trials, updates: updates, seconds: seconds,
      outcome: "fraction \(Double(selected) / Double(trials)) selects the first; small-step law 0.6667")
  }
}

/// What a benchmark found; the JSON contract of `basin bench`.
private struct BenchmarkResult: Encodable {
  var workload: String
  var variant = "coefficients, eight replicas side by side"
  var version = Program.version
  var threads: Int
  var members: Int
  var updates: Int
  var repeats: Int
  var seconds: Spread
  var nanosecondsPerStepAndMember: Spread
  var outcome: String

  struct Spread: Encodable {
    var minimum: Double
    var median: Double
  }

  init(workload: String, jobs: Int, members: Int, updates: Int, seconds: [Double], outcome: String) {
    self.workload = workload
    threads = jobs
    self.members = members
    self.updates = updates
    repeats = seconds.count
    let sorted = seconds.sorted()
    self.seconds = Spread(minimum: sorted[0], median: sorted[sorted.count / 2])
    nanosecondsPerStepAndMember = Spread(
      minimum: self.seconds.minimum / Double(updates) * 1e9, median: self.seconds.median / Double(updates) * 1e9)
    self.outcome = outcome
  }

  var text: String {
    func fixed(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
    return """
      \(workload), \(threads) worker\(threads == 1 ? "" : "s"), \(members) members, \(updates) updates, \(repeats) \
      repeats
        time                     \(fixed(seconds.minimum, 4)) s at best, \(fixed(seconds.median, 4)) s in the median
        per step and member      \(fixed(nanosecondsPerStepAndMember.minimum, 2)) ns at best, \
        \(fixed(nanosecondsPerStepAndMember.median, 2)) ns in the median
        \(outcome)

      """
  }
}
