import Experiments
import Formats
import Numerics

/// `basin export`: writes a store's tables for other programs.
enum ExportCommand {
  private enum Format: String, CaseIterable { case csv, jsonl, npz }

  static let specification = CommandSpecification(
    name: "export", abstract: "Write the tables of a store as CSV, JSON lines or .npz.", operands: "STORE",
    options: [
      .init(
        "--format", value: "FORMAT", kind: .choices(Format.self),
        help: "csv (default), jsonl, or npz (trials and series as arrays)."),
      .init(
        "--table", value: "TABLE", kind: .choices(ResultTable.self),
        help: "trials (default), series, groups or states; npz has the first two."),
      .init(
        "--by", value: "PLACES", help: "For groups and states: the settings to group by, commas between (default: all)."
      ),
      .init("--out", value: "FILE", help: "Where it goes (default: standard output; npz needs a file)."),
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
      """,
    examples: [
      "basin export autoencoder.basin > trials.csv",
      "basin export autoencoder.basin --table groups --by optimizer.batch",
      "basin export autoencoder.basin --format npz --out autoencoder.npz",
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
    if command.has("--times"), format == .npz || table != .trials {
      throw InputError(
        "basin export --times", expected: "the table trials, as CSV or JSON lines",
        found: format == .npz ? "npz" : "\"\(table.rawValue)\"")
    }
    let results = try Results(try Store.read(path), includesFormer: command.has("--all"), columns: columns)
    let target = command.values["--out"] ?? "-"
    guard let textFormat = Results.TextFormat(rawValue: format.rawValue) else {
      guard target != "-" else {
        throw InputError(
          "basin export", expected: "a file for the arrays, by --out", found: "none",
          advice: "Such as --out results.npz.")
      }
      guard !command.has("--table") else {
        throw InputError(
          "basin export", expected: "no --table: .npz has trials and series", found: "\"\(table.rawValue)\"")
      }
      try results.writeArrays(to: target)
      return 0
    }
    if target == "-" {
      try results.write(table, as: textFormat, by: by, withTimes: command.has("--times")) { text throws(InputError) in
        try Terminal.print(text)
      }
    } else {
      var file = try AtomicFileStream(target)
      try results.write(table, as: textFormat, by: by, withTimes: command.has("--times")) { text throws(InputError) in
        try file.write(text)
      }
      try file.commit()
    }
    return 0
  }
}
