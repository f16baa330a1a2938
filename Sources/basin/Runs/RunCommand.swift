import Experiments
import Formats
import Foundation
import Numerics

/// `basin run`: runs what a store lacks of a spec's trials.
enum RunCommand {
  /// The exit status of a run that a signal stopped: the same command goes on. That of `EX_TEMPFAIL`, "try again", which no
  /// killed process has.
  static let stoppedStatus: Int32 = 75

  static let specification = CommandSpecification(
    name: "run", abstract: "Run the grid of trials that a JSON file describes; run again, it goes on.",
    operands: "SPEC.json",
    options: [
      .init(
        "--set", value: "PLACE=VALUE", repeats: true, help: "Put a value, or values separated by commas, into the spec."
      ),
      .init(
        "--store", value: "FILE", kind: .file(["basin"]),
        help: "Where trials are kept (default: NAME.basin for NAME.json; :memory: keeps none)."),
      .init("--jobs", value: "N", help: "Worker threads (default: one a core). Results do not depend on it."),
      .init("--shard", value: "K/N", help: "Run part K of N, into a store of its own (default: as the launcher says)."),
      .init("--shards", value: "N", help: "The number of parts, where the launcher says only which part this is."),
      .init(
        "--only", value: "STATES", kind: .list(["failed", "interrupted", "pending"]),
        help: "Only trials that are failed, interrupted or pending (commas between)."),
      .init("--checkpoint", value: "SECONDS", help: "How often trials under way are saved (default: 30)."),
      .init("--json", value: "FILE", help: "Write the summary as JSON; \"-\" is standard output, instead of text."),
      .init("--quiet", help: "No progress on standard error."),
      .init("--schema", help: "Print the JSON Schema of specs and stop."),
    ],
    discussion: """
      SPEC
        {"name": "select", "problem": {"kind": "autoencoder", "activation": "relu", "dimension": 100, "features": 20},
         "init": {"kind": "gaussian", "norm": 0.5},
         "optimizer": {"kind": "sgd", "step": 0.2, "batch": [1, 2, 5, 10], "order": "subset", "steps": 40000,
                       "stop": {"when": "converged", "tolerance": 1e-6}},
         "seeds": {"master": 7, "trials": 1000},
         "record": {"every": 100, "series": ["maxCosine"], "final": ["maxCosine", "selectedIndex"]}}

        A network on the digits, and a diagonal network that label noise makes sparse:
        {"problem": {"kind": "network", "network": "mlp:64-100-10:relu", "loss": "crossEntropy", "data": "digits"},
         "init": "pyTorch", "optimizer": {"step": 0.1, "batch": 8, "order": "reshuffle", "steps": 2000},
         "record": {"final": ["loss", "testAccuracy", "featureSparsity"]}}
        {"problem": {"kind": "diagonalNetwork", "data": "sparseLinear"}, "init": {"kind": "constants", "u": 0.1, "v": 0},
         "optimizer": {"step": 0.1, "batch": 1, "order": "iid", "steps": 100000,
                       "labelNoise": {"standardDeviation": 0.5, "until": 0.8}}}

        A list where one value is wanted is an axis, as is {"range": [a, b, n]} or {"logspace": [a, b, n]}. Axes
        multiply; "zip": [["optimizer.batch", "optimizer.step"]] lets some advance together. Paths are relative to
        the spec's folder. Everything wrong with a spec is said at once, before anything runs. Every key is
        explained by --schema, and in Documentation/spec.md.

      TRIALS
        A trial is known by its resolved settings and its number. What is finished is not run again; a spec that was
        changed adds what is new. Failed trials are left alone but for --only failed. SIGINT (Control-C) or SIGTERM
        saves what is under way and ends with status 75: the same command goes on, to the last bit as if it had never
        been stopped. A second signal ends it at once; even then nothing that was committed is lost.

      SHARDS
        Under Slurm (arrays and steps), mpirun, MPICH, PBS arrays and Kubernetes indexed jobs each process runs its
        own part into NAME.K-of-N.basin; "basin merge" joins them. PBS and Kubernetes need --shards N.

      EXIT STATUS
        0  what was asked for is finished        1  a trial failed        2  the input is wrong        75  stopped
      """,
    examples: [
      "basin run Examples/autoencoder.json",
      "basin run Examples/digits.json --set problem.precision=single,double",
      "basin run Examples/autoencoder.json --set optimizer.batch=1,2,5 --set seeds.trials=100 --store small.basin",
      "mpirun -n 4 basin run Examples/autoencoder.json",
    ], operandKinds: [.file(["json"])])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    if command.has("--schema") {
      try Terminal.print(Spec.schemaText)
      return 0
    }
    let path = try command.operand("spec file")
    let jobs = try command.integer("--jobs", in: 1...1024, default: ProcessInfo.processInfo.activeProcessorCount)
    let checkpointSeconds = try command.integer("--checkpoint", in: 1...86_400, default: 30)
    let states = try states(command)
    let (shard, launcher) = try shard(command)
    let overrides = try overrides(command)
    let output = try Output(command)
    // From here on a signal ends the run in good order, whatever it is at.
    Interruption.listen()
    guard let spec = readSpec(path, overrides: overrides) else { return 2 }

    let storePath = storePath(command, spec: path, shard: shard)
    let store = storePath == ":memory:" ? try Store.inMemory() : try Store.write(storePath)
    if !shard.isWhole, !command.has("--quiet") {
      Terminal.note("basin: shard \(shard) (\(launcher)), store \(storePath)")
    }
    let runner = Runner(
      jobs: jobs, shard: shard, states: states, checkpointSeconds: Double(checkpointSeconds), version: Program.version)
    var line = ProgressLine(unit: "trials", isQuiet: command.has("--quiet"), onlyOnTerminals: true)
    let progress = try runner.run(spec, in: store) { progress in
      line.show(
        progress.finished, of: progress.wanted,
        note: progress.failed > 0 ? "\(progress.failed) failed" : "", done: progress.done.total,
        secondsLeft: progress.secondsLeft)
      return !Interruption.isRequested
    }
    line.end()

    // The store is written; what is said of it is read from it, as any other command would.
    let results = try Results(store)
    let summary = try RunSummary(results, progress: progress, jobs: jobs)
    try output.deliver(json: summary.json, text: summary.text())
    if progress.wasStopped {
      let saved =
        storePath == ":memory:"
        ? "Nothing is kept, since the store was in memory."
        : "What was under way is saved in \(storePath): the same command goes on."
      Terminal.note("basin: stopped; \(progress.finished) of \(progress.wanted) trials are finished. \(saved)")
      return stoppedStatus
    }
    if progress.failed > 0 {
      Terminal.note(
        "basin: \(progress.failed) trial\(progress.failed == 1 ? "" : "s") failed; \"basin export \(store.path)\" says why, --only failed tries again."
      )
    }
    return progress.failed > 0 ? 1 : 0
  }

  private static func readSpec(_ path: String, overrides: [SpecOverride]) -> Spec? {
    do throws(SpecProblems) {
      return try Spec.read(path, overrides: overrides)
    } catch {
      for problem in error.problems { Terminal.note("basin: error: \(problem.description)") }
      if error.problems.count > 1 {
        Terminal.note("basin: \(error.problems.count) problems in \(error.path); nothing was run.")
      }
      return nil
    }
  }

  private static func overrides(_ command: ParsedCommand) throws(InputError) -> [SpecOverride] {
    var overrides: [SpecOverride] = []
    for text in command.lists["--set"] ?? [] { overrides.append(try SpecOverride(parsing: text)) }
    return overrides
  }

  private static func states(_ command: ParsedCommand) throws(InputError) -> Set<TrialState> {
    guard let text = command.values["--only"] else { return Runner.defaultStates }
    let known: [TrialState] = [.failed, .interrupted, .pending]
    var states: Set<TrialState> = []
    for word in text.split(separator: ",", omittingEmptySubsequences: false) {
      guard let state = known.first(where: { $0.name == word }) else {
        throw InputError(
          "basin run --only", expected: "failed, interrupted or pending, with commas between", found: "\"\(word)\"",
          advice: "Trials that finished would give the same again.")
      }
      states.insert(state)
    }
    return states
  }

  /// Which part is run, and who said so.
  private static func shard(_ command: ParsedCommand) throws(InputError) -> (Shard, launcher: String) {
    if let text = command.values["--shard"] {
      if command.has("--shards") {
        throw InputError("basin run", expected: "either --shard or --shards", found: "both")
      }
      return (try Shard(parsing: text, location: "basin run --shard"), "as asked")
    }
    let shards =
      command.has("--shards") ? try command.integer("--shards", in: 1...Shard.largestCount, default: 1) : nil
    let launcher = try Launcher.detect(environment: ProcessInfo.processInfo.environment, shards: shards)
    return (launcher?.shard ?? .whole, launcher?.name ?? "")
  }

  private static func storePath(_ command: ParsedCommand, spec: String, shard: Shard) -> String {
    if let path = command.values["--store"] { return path == ":memory:" ? path : shard.path(of: path) }
    let name = spec.split(separator: "/").last.map(String.init) ?? spec
    let stem = name.hasSuffix(".json") ? String(name.dropLast(5)) : name
    return shard.path(of: "\(stem).basin")
  }
}
