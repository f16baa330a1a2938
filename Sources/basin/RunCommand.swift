import Descent
import Experiments
import Foundation
import Numerics
import Reporting

/// `basin run`: runs a spec and prints what came out.
enum RunCommand {
  static let specification = CommandSpecification(
    name: "run", abstract: "Run an experiment that a JSON file describes.", operands: "SPEC.json",
    options: [
      .init(
        "--json", value: "FILE",
        help: "Write settings, every trial and series as JSON; \"-\" is standard output, instead of text."),
      .init("--jobs", value: "N", help: "Worker threads (default: one a core). Results do not depend on it."),
    ],
    discussion: """
      SPEC
        {"name": "select", "problem": {"kind": "autoencoder", "activation": "relu", "dimension": 100, "features": 20},
         "init": {"kind": "gaussian", "norm": 0.5},
         "optimizer": {"kind": "sgd", "step": 0.2, "batch": 1, "order": "subset", "steps": 40000,
                       "stop": {"when": "converged", "tolerance": 1e-6}},
         "seeds": {"master": 7, "trials": 1000},
         "record": {"every": 100, "series": ["maxCosine"], "final": ["maxCosine", "selectedIndex"]}}

        problem.data    "orthonormal", {"kind": "equicorrelated", "correlation": R}
                        or {"kind": "file", "path": "rows.npy"}
        init.kind       sphere, gaussian (norm), coefficients (values, orthogonalNorm)
                        or file (path of w as .npy)
        step            a number, or {"base": S, "warmUp": {"kind": K, "factor": F, "until": FRACTION},
                        "decays": [{"at": FRACTION, "divideBy": D}], "pieces": [{"from": STEP, "value": S}]},
                        K one of linear, squareRoot, factorPerPercent
        order           \(SamplingOrder.named.map(\.name).joined(separator: ", ")),
                        {"kind": "replay", "batches": [[0], [3], [0, 1]]}
                        or {"kind": "replay", "file": "batches.json"}
        reduction       mean (default) or sum
        stop            converged: 1 − max cos ≤ tolerance, asked every "every" steps (default 64)
        seeds           master, or data, initialization, order, measurement one by one; trials
        series          \(Spec.seriesMeasures.joined(separator: ", "))
        final           the same, or coefficients

      Paths in a spec are relative to its folder. Everything wrong with a spec is said at once, before anything runs.

      EXIT STATUS
        0  all trials ran        1  a trial diverged        2  the input is wrong
      """,
    examples: ["basin run Examples/autoencoder.json", "basin run spec.json --json result.json --jobs 2"])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    guard command.operands.count == 1 else {
      throw InputError(
        "basin run", expected: "one spec file", found: command.operands.isEmpty ? "none" : "\(command.operands.count)",
        advice: "See \"basin run --help\".")
    }
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let jobs = try command.integer("--jobs", in: 1...1024, default: cores)
    let output = try Output(command)
    let spec: Spec
    do throws(SpecProblems) {
      spec = try Spec.read(command.operands[0])
    } catch {
      for problem in error.problems { Terminal.note("basin: error: \(problem.description)") }
      if error.problems.count > 1 {
        Terminal.note("basin: \(error.problems.count) problems in \(error.path); nothing was run.")
      }
      return 2
    }
    let record = try spec.run(workers: jobs)
    try output.deliver(RunDocument(spec, record), text: text(spec, record))
    return record.count(.diverged) > 0 ? 1 : 0
  }

  private static func text(_ spec: Spec, _ record: Record) -> String {
    let outcomes = Outcome.allCases.compactMap { outcome in
      record.count(outcome) > 0 ? "\(record.count(outcome)) \(outcome.rawValue)" : nil
    }
    var rows = [["measure", "trials", "mean", "10 %", "median", "90 %"]]
    let sound = record.alive.filter { $0.outcome != .diverged }
    var columns = [("steps", sound.map { Double($0.steps) })]
    for (place, name) in record.finalNames.enumerated() { columns.append((name, sound.map { $0.finals[place] })) }
    for (name, values) in columns {
      guard let summary = try? Summary(values) else { continue }
      let quantiles = [0.1, 0.5, 0.9].map {
        (try? Quantile.estimate($0, of: values)).map { NumberText.readable($0) } ?? "-"
      }
      let mean =
        summary.standardError.map { NumberText.readable(summary.mean, plusMinus: $0) }
        ?? NumberText.readable(summary.mean)
      rows.append([name, "\(values.count)", mean] + quantiles)
    }
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let last = rows[0].count - 1
    let lines = rows.map { row in
      let cells = row.enumerated().map { $0.offset == last ? $0.element : $0.element.padded(to: widths[$0.offset]) }
      return "  " + cells.joined(separator: "  ")
    }
    return """
      \(spec.name): \(record.replicas.count) trial\(record.replicas.count == 1 ? "" : "s") \
      (\(outcomes.joined(separator: ", "))) in \
      \(NumberText.readable(record.seconds, digits: 3)) s
      \(lines.joined(separator: "\n"))
        Dead and diverged trials are left out of the measures.

      """
  }
}

/// The JSON contract of `basin run`.
private struct RunDocument: Encodable {
  struct Trial: Encodable {
    var trial: Int
    var outcome: String
    var steps: Int
    var final: [String: Double?]
    var series: [String: Points]
  }
  struct Points: Encodable {
    var steps: [Int]
    var values: [Double?]
  }

  var name: String
  var version = Program.version
  var settings: [String: String]
  var seeds: Seeds
  var outcomes: [String: Int]
  var seconds: Double
  var trials: [Trial]

  init(_ spec: Spec, _ record: Record) {
    name = spec.name
    settings = Dictionary(record.settings.map { ($0.name, $0.value) }) { first, _ in first }
    seeds = record.seeds
    outcomes = Dictionary(uniqueKeysWithValues: Outcome.allCases.map { ($0.rawValue, record.count($0)) })
    seconds = record.seconds
    // JSON has no infinity and no not-a-number: null stands for both.
    func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
    trials = record.replicas.map { replica in
      Trial(
        trial: replica.trial, outcome: replica.outcome.rawValue, steps: replica.steps,
        final: Dictionary(uniqueKeysWithValues: zip(record.finalNames, replica.finals.map(finite))),
        series: Dictionary(
          uniqueKeysWithValues: zip(record.seriesNames, replica.series).map {
            ($0, Points(steps: $1.steps, values: $1.values.map(finite)))
          }))
    }
  }
}
