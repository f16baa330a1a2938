import Formats
import Foundation
import Numerics

/// `basin bench`: times the workloads that `Benchmarks/` compares with its peers.
enum BenchCommand {
  /// Something that is timed.
  private struct Workload {
    var name: String
    var explanation: String
    var repeats: Int
    /// Several results where several things are timed.
    var time: (_ repeats: Int, _ jobs: Int) throws(InputError) -> [BenchmarkResult]
    /// Writes inputs and results; nil if other programs have no use for them.
    var export: ((_ folder: String) throws(InputError) -> Void)?

    init(
      _ name: String, repeats: Int, _ explanation: String,
      _ time: @escaping (_ repeats: Int, _ jobs: Int) throws(InputError) -> BenchmarkResult,
      export: ((_ folder: String) throws(InputError) -> Void)? = nil
    ) {
      self.init(
        name, repeats: repeats, explanation, all: { (repeats, jobs) throws(InputError) in [try time(repeats, jobs)] },
        export: export)
    }

    init(
      _ name: String, repeats: Int, _ explanation: String,
      all time: @escaping (_ repeats: Int, _ jobs: Int) throws(InputError) -> [BenchmarkResult],
      export: ((_ folder: String) throws(InputError) -> Void)? = nil
    ) {
      self.name = name
      self.explanation = explanation
      self.repeats = repeats
      self.time = time
      self.export = export
    }
  }

  private static var workloads: [Workload] {
    [
      Workload(
        "w1", repeats: 7,
        """
        1,000 ReLU networks 2-20-1 without biases, 15 samples, b = 1 i.i.d., step 0.13, 14,126 steps
        """, timeNetwork(w1), export: exportNetwork(w1)),
      Workload(
        "w2", repeats: 5,
        """
        100 diagonal linear networks, 200 features, 80 samples, b = 1 i.i.d., 100,001 steps
        """, timeW2, export: exportW2),
      Workload(
        "w3", repeats: 7,
        """
        60 single-neuron ReLU autoencoders, m = 20 orthonormal data in n = 100 dimensions, b = 1
        i.i.d., step 0.2, 40,000 steps, starts of norm 0.5
        """, timeW3, export: exportW3),
      Workload(
        "w4-1", repeats: 7,
        """
        64 ReLU networks 15-15-15-15-1 without biases, 10,000 samples, b = 1 i.i.d., gradients clipped
        at norm 1, 20,000 steps
        """, timeNetwork(w4Single), export: exportNetwork(w4Single)),
      Workload(
        "w4-32", repeats: 7, "the same with b = 32, 2,000 steps", timeNetwork(w4Small),
        export: exportNetwork(w4Small)),
      Workload(
        "w4-512", repeats: 7, "the same with b = 512, 200 steps", timeNetwork(w4Large),
        export: exportNetwork(w4Large)),
      Workload(
        "w4-full", repeats: 7, "one such network with all samples, 100 steps", timeNetwork(w4Full),
        export: exportNetwork(w4Full)),
      Workload(
        "mnist", repeats: 7,
        """
        a network 784-512-512-10 in single precision, b = 64, 200 steps; --jobs counts the threads of
        its matrix products
        """, timeMNIST, export: exportMNIST),
    ]
      + CurvatureWorkload.all.map { workload in
        Workload(workload.name, repeats: 7, workload.explanation, all: workload.time, export: workload.export)
      } + [
        Workload(
          "selection-law", repeats: 3,
          """
          1,000,000 trials of m = 2 from 60 degrees, b = 1 i.i.d., step 0.2, each until one of the
          two is selected
          """, timeSelectionLaw),
        Workload(
          "escape", repeats: 3,
          """
          SGD from the sharp and the flat minimum of the Styblinski-Tang sum, 3 steps x 4 batch sizes,
          400 replicas of up to 1,500 steps each, watched at every step
          """, timeEscape),
        Workload(
          "thresholds-500", repeats: 5,
          """
          mean-square threshold with its certified bracket and all bounds, 500 Gaussian gradients in
          1,000 dimensions with eigenvalues 1/j, b = 1 i.i.d., rank 200
          """, timeThresholds(samples: 500, rank: 200),
          export: exportThresholds),
        Workload(
          "thresholds-10000", repeats: 3, "the same for 10,000 gradients", timeThresholds(samples: 10_000, rank: 200)),
        Workload(
          "thresholds-10000-full", repeats: 1, "the same at full rank, 1,000",
          timeThresholds(samples: 10_000, rank: nil)),
      ]
  }

  static let specification = CommandSpecification(
    name: "bench", abstract: "Time a workload on this machine.", operands: "WORKLOAD",
    options: [
      .init("--repeats", value: "N", help: "Timed repeats (default: as many as suit the workload)."),
      .init("--jobs", value: "N", help: "Worker threads (default: 1). w4-full and the thresholds use one."),
      .init(
        "--export", value: "DIR",
        help: "Write inputs and results, for other programs to repeat: w1 to curvature-b4, thresholds-500, contest."
      ),
      .init("--json", value: "FILE", help: "Write the result as JSON; \"-\" is standard output, instead of text."),
    ],
    discussion: "WORKLOADS\n" + listing,
    examples: ["basin bench w3 --jobs 2", "basin bench w3 --export inputs --json -"], operandKinds: [.choices(names)])

  /// What can be timed.
  private static var names: [String] { workloads.map(\.name) + ["contest"] }

  private static var listing: String {
    let entries = workloads.map { ($0.name, $0.explanation) } + [("contest", contestExplanation)]
    let width = entries.map(\.0.count).max() ?? 0
    return entries.map { name, explanation in
      let lines = explanation.split(separator: "\n")
      return lines.enumerated().map { place, line in
        "  \((place == 0 ? name : "").padded(to: width))  \(line)"
      }.joined(separator: "\n")
    }.joined(separator: "\n")
  }

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    if command.operands == ["contest"] { return try runContest(command) }
    guard command.operands.count == 1, let workload = workloads.first(where: { $0.name == command.operands[0] }) else {
      throw InputError(
        "basin bench", expected: "one workload",
        found: command.operands.isEmpty ? "none" : "\"\(command.operands.joined(separator: " "))\"",
        advice: Suggestion.sentence(for: command.operands.first ?? "", among: names))
    }
    let repeats = try command.integer("--repeats", in: 1...1000, default: workload.repeats)
    let jobs = try command.integer("--jobs", in: 1...1024, default: 1)
    let output = try Output(command)
    if let folder = command.values["--export"] {
      guard let export = workload.export else {
        let exported = workloads.filter { $0.export != nil }.map(\.name).joined(separator: ", ")
        throw InputError(
          "basin bench --export", expected: "one of the workloads \(exported)", found: "\"\(workload.name)\"")
      }
      try Folder.makeWritable(folder)
      try export(folder)
    }
    let results = try workload.time(repeats, jobs)
    let text = results.map(\.text).joined()
    if results.count == 1 {
      try output.deliver(results[0], text: text)
    } else {
      try output.deliver(results, text: text)
    }
    return 0
  }
}

/// What a benchmark found; the JSON contract of `basin bench`. Members and updates are those of ensembles.
struct BenchmarkResult: Encodable {
  var workload: String
  /// What was timed, where a workload times several things.
  var operation: String?
  var variant: String
  var version = Program.version
  var threads: Int
  var members: Int?
  var updates: Int?
  var repeats: Int
  var seconds: Spread
  var nanosecondsPerStepAndMember: Spread?
  var outcome: String

  struct Spread: Encodable {
    var minimum: Double
    var median: Double
  }

  init(
    workload: String, operation: String? = nil, variant: String, jobs: Int, members: Int? = nil, updates: Int? = nil,
    seconds: [Double], outcome: String
  ) {
    self.workload = workload
    self.operation = operation
    self.variant = variant
    threads = jobs
    self.members = members
    self.updates = updates
    repeats = seconds.count
    let sorted = seconds.sorted()
    let spread = Spread(minimum: sorted[0], median: sorted[sorted.count / 2])
    self.seconds = spread
    nanosecondsPerStepAndMember = updates.map {
      Spread(minimum: spread.minimum / Double($0) * 1e9, median: spread.median / Double($0) * 1e9)
    }
    self.outcome = outcome
  }

  var text: String {
    func spread(_ value: Spread, _ digits: Int, _ unit: String) -> String {
      let texts = [value.minimum, value.median].map { String(format: "%.\(digits)f \(unit)", $0) }
      return "\(texts[0]) at best, \(texts[1]) in the median"
    }
    let ensemble =
      members.map { ", \($0) member\($0 == 1 ? "" : "s")" }.map { $0 + (updates.map { ", \($0) updates" } ?? "") } ?? ""
    let perStep = nanosecondsPerStepAndMember.map {
      operation == nil
        ? "\n  per step and member      \(spread($0, 2, "ns"))"
        : "\n  per call                 \(spread(Spread(minimum: $0.minimum / 1e6, median: $0.median / 1e6), 4, "ms"))"
    }
    return """
      \(workload)\(operation.map { ", \($0)" } ?? ""), \(threads) worker\(threads == 1 ? "" : "s")\(ensemble), \(repeats) repeat\(repeats == 1 ? "" : "s")
        time                     \(spread(seconds, 4, "s"))\(perStep ?? "")
        \(outcome)

      """
  }
}
