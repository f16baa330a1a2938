import Experiments
import Formats
import Numerics
import Reporting

/// `basin report`: writes an experiment's report.
enum ReportCommand {
  static let specification = CommandSpecification(
    name: "report", abstract: "Write an experiment's report: tables and figures of what a store holds.",
    operands: "STORE",
    options: [
      .init("--out", value: "DIR", help: "Where the report goes (default: basin-report)."),
      .init("--by", value: "PLACES", help: "The settings to group by, commas between (default: all but seeds.master)."),
      .init("--measures", value: "NAMES", help: "Only these measures, commas between (default: the first 12)."),
      .init("--all", help: "Also the configurations of earlier specs in this store."),
    ],
    discussion: """
      The report is DIR/index.html, one page that opens offline, with data/*.csv, figures/ (SVG, PDF, PNG and CSV) and
      spec.json beside it. Files of the same names are replaced, others are left alone.

      WHAT IS SHOWN
        states    the share of trials that converged, were exhausted, died or diverged, with 95 % Wilson intervals
        measures  at the end: mean, median and quantiles for each group, and figures over the settings: the numeric
                  setting with the most values lies on the horizontal axis, the others are lines and panels
        series    along the way: median and 10-90 % band at each step

      Trials that share the settings of --by are one group; seeds.master is pooled over unless it is named. Dead,
      diverged and failed trials are counted, and never averaged in. A store can be reported on while it is written,
      and the page says what is left to run.

      EXIT STATUS
        0  the report is written        2  the input is wrong, or no trial is finished
      """,
    examples: [
      "basin report autoencoder.basin", "basin report autoencoder.basin --out batch --by optimizer.batch",
      "basin report autoencoder.basin --measures steps,maxCosine",
    ], operandKinds: [.file(["basin"])])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    let path = try command.operand("store")
    let directory = command.values["--out"] ?? "basin-report"
    var complete = command
    complete.values["--out"] = directory
    let store = try Store.read(path)
    let builder = try ReportBuilder(
      store, by: command.items("--by"), measures: command.items("--measures"), includesFormer: command.has("--all"),
      directory: directory, command: complete.text(specification))
    try Folder.makeWritable(directory)
    let written = try ReportWriter().write(try builder.report(), to: directory)
    if let missing = written.missingFigures { Terminal.note("basin: \(missing)") }
    Terminal.note("basin: the report is \(written.page)")
    return 0
  }
}
