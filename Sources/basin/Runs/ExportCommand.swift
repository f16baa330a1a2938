import Experiments
import Formats
import Numerics

/// `basin export`: writes a store's tables for other programs.
enum ExportCommand {
  private enum Format: String, CaseIterable { case csv, jsonl, npz, tensorboard }

  /// TensorBoard becomes slow beyond: nobody should get there without asking.
  private static let mostRuns = 1_000

  static let specification = CommandSpecification(
    name: "export", abstract: "Write a store's tables as CSV, JSON lines, .npz or TensorBoard's event files.",
    operands: "STORE",
    options: [
      .init(
        "--format", value: "FORMAT", kind: .choices(Format.self),
        help: "csv (default), jsonl, npz (trials and series as arrays), or tensorboard."),
      .init(
        "--table", value: "TABLE", kind: .choices(ResultTable.self),
        help: "trials (default), series, groups or states; npz and tensorboard have the first two."),
      .init(
        "--by", value: "PLACES", help: "For groups and states: the settings to group by, commas between (default: all)."
      ),
      .init(
        "--out", value: "PATH",
        help: "Where it goes (default: standard output; npz needs a file, tensorboard a folder)."
      ),
      .init(
        "--trials", value: "N",
        help: "For tensorboard: of each configuration only trials 0 to N − 1 (needed for more than \(mostRuns) runs)."),
      .init("--all", help: "Also the configurations of earlier specs in this store."),
      .init(
        "--columns", value: "WHICH", kind: .choices(Results.Columns.self),
        help: "varying (default) or all: which settings are columns."),
      .init(
        "--times", help: "For trials: also wallSeconds, processorSeconds and version, which differ from run to run."),
    ],
    discussion: """
      TABLES
        trials   configuration, settings…, trial, state, steps, measures…, message
                 (and MEASURE.standardError, where a measure has one)
        series   configuration, settings…, trial, step, measures…
        groups   settings…, measure, count, notFinite, mean, standardError, meanLow, meanHigh, median, medianLow,
                 medianHigh, q10, q25, q75, q90: over the trials that converged or were exhausted
        states   settings…, state, count, share, shareLow, shareHigh

      Settings that vary are columns, by place (optimizer.batch). Rows come in the order of the grid, then by trial and
      step; the same trials give the same bytes, however and wherever they were run. Intervals are 95 %: bootstrap for
      means, order statistics for medians, Wilson for shares.

      READING
        pandas.read_csv("trials.csv")        pandas.read_json("trials.jsonl", lines=True)        numpy.load("run.npz")
        In the .npz the series of all trials stand one after another: series k is
        z["series.loss"][z["series.offsets"][k]:z["series.offsets"][k + 1]].

      TENSORBOARD
        Each trial is a run, a folder in PATH named by the settings that vary and the trial's number, with its state where its
        measurements do not count: optimizer.batch=5,trial=0 and optimizer.batch=5,trial=1,diverged. It has the series as scalars
        at their steps, and at the last step final/MEASURE and final/steps. Numbers are in single precision, as TensorBoard
        keeps them (the other formats are exact); the time axes count a second a step. On the HParams tab the trials of
        a configuration are one group, and those that died, diverged or failed are groups of their own.
        What an earlier export wrote in PATH is replaced whole; a folder with anything else in it is refused.
        TensorBoard draws 1,000 points of a series; --samples_per_plugin scalars=0 shows all. Medians and bands over
        thousands of trials are in "basin report".
      """,
    examples: [
      "basin export autoencoder.basin > trials.csv",
      "basin export autoencoder.basin --table groups --by optimizer.batch",
      "basin export autoencoder.basin --format npz --out autoencoder.npz",
      "basin export autoencoder.basin --format tensorboard --trials 10 --out runs && tensorboard --logdir runs",
    ], operandKinds: [.file(["basin"])])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    let path = try command.operand("store")
    let format: Format = try command.choice("--format", default: .csv)
    let table: ResultTable = try command.choice("--table", default: .trials)
    let columns: Results.Columns = try command.choice("--columns", default: .varying)
    let by = command.values["--by"].map { $0.split(separator: ",").map(String.init) }
    if by != nil, table == .trials || table == .series {
      throw InputError("basin export --by", expected: "a table of groups or states", found: "\"\(table.rawValue)\"")
    }
    let textFormat = Results.TextFormat(rawValue: format.rawValue)
    if command.has("--times"), textFormat == nil || table != .trials {
      throw InputError(
        "basin export --times", expected: "the table trials, as CSV or JSON lines",
        found: textFormat == nil ? format.rawValue : "\"\(table.rawValue)\"")
    }
    if command.has("--trials"), format != .tensorboard {
      throw InputError("basin export --trials", expected: "the format tensorboard", found: format.rawValue)
    }
    if command.has("--table"), textFormat == nil {
      throw InputError(
        "basin export", expected: "no --table: \(format.rawValue) has trials and series",
        found: "\"\(table.rawValue)\"")
    }
    let results = try Results(try Store.read(path), includesFormer: command.has("--all"), columns: columns)
    let target = command.values["--out"] ?? "-"
    if format == .tensorboard {
      try writeEvents(results, to: target, command)
    } else if let textFormat {
      try write(results, table, as: textFormat, by: by, to: target, command)
    } else {
      guard target != "-" else {
        throw InputError(
          "basin export", expected: "a file for the arrays, by --out", found: "none",
          advice: "Such as --out results.npz.")
      }
      try results.writeArrays(to: target)
    }
    return 0
  }

  private static func write(
    _ results: Results, _ table: ResultTable, as format: Results.TextFormat, by: [String]?, to target: String,
    _ command: ParsedCommand
  ) throws(InputError) {
    let withTimes = command.has("--times")
    guard target != "-" else {
      return try results.write(table, as: format, by: by, withTimes: withTimes) { text throws(InputError) in
        try Terminal.print(text)
      }
    }
    var file = try AtomicFileStream(target)
    try results.write(table, as: format, by: by, withTimes: withTimes) { text throws(InputError) in
      try file.write(text)
    }
    try file.commit()
  }

  private static func writeEvents(
    _ results: Results, to target: String, _ command: ParsedCommand
  ) throws(InputError) {
    guard target != "-" else {
      throw InputError(
        "basin export", expected: "a folder for the event files, by --out", found: "none", advice: "Such as --out runs."
      )
    }
    if command.has("--trials") {
      let trials = try command.integer("--trials", in: 1...(1 << 32), default: 1)
      return try results.writeEvents(to: target, trials: trials)
    }
    let runs = try results.counts().reduce(0) { $0 + $1.total - $1[.pending] - $1[.interrupted] }
    guard runs <= mostRuns else {
      let share = max(1, mostRuns / results.configurations.count)
      throw InputError(
        "basin export", expected: "at most \(mostRuns) trials, or a choice of them by --trials", found: "\(runs)",
        advice: "Such as --trials \(share): each is a run of its own, and TensorBoard becomes slow with thousands.")
    }
    try results.writeEvents(to: target)
  }
}
