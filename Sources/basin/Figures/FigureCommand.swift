import Experiments
import Formats
import Numerics
import Reporting

/// `basin figure`: draws what a store holds as a figure for a paper, or in the terminal.
enum FigureCommand {
  static let specification = CommandSpecification(
    name: "figure", abstract: "Draw a figure for a paper, or in the terminal, of what a store holds.",
    operands: "STORE --x PLACE --y PLACES",
    options: [
      .init("--x", value: "PLACE", help: "What lies on the horizontal axis: a setting, step, or a measure at the end."),
      .init("--y", value: "PLACES", repeats: true, help: "What is drawn, commas between; each has a panel."),
      .init("--group", value: "PLACES", help: "The settings that tell lines and their colours apart, commas between."),
      .init("--panels", value: "PLACES", help: "The settings that have a panel for each value, commas between."),
      .init(
        "--where", value: "PLACE=VALUES", repeats: true, help: "Only trials with these values, commas between."),
      .init(
        "--statistic", value: "NAME", kind: .choices(FigureRequest.Statistic.self),
        help: "median (default), mean, or points (one for each trial)."),
      .init(
        "--out", value: "FILE", repeats: true, help: "NAME.pdf, .svg or .png, or NAME for all three (default: a PDF)."),
      .init(
        "--width", value: "WIDTH", kind: .choices(FigureWidth.self),
        help: "single (default), 3.25 inches, or double, 6.75: columns of a paper."),
      .init("--plot", help: "Draw it with characters on standard output."),
      .init("--log", value: "AXES", help: "x, y or x,y: axes that are logarithmic (default: as the data deserve)."),
      .init("--linear", value: "AXES", help: "x, y or x,y: axes that are not."),
      .init("--range-x", value: "LOW:HIGH", help: "The horizontal axis' ends; one of them may be missing."),
      .init("--range-y", value: "LOW:HIGH", help: "The vertical axis' ends, in all panels."),
      .init("--x-label", value: "TEXT", help: "What the horizontal axis is called (default: the place's name)."),
      .init("--y-label", value: "TEXT", help: "What the vertical axis is called, in all panels."),
      .init("--title", value: "TEXT", help: "A title above the panels (default: none, as papers have captions)."),
      .init("--all", help: "Also the configurations of earlier specs in this store."),
    ],
    discussion: """
      PLACES
        optimizer.batch   a setting that varies, by its place in the spec
        final.NAME        a measure when trials end; final.steps (or steps) is the number of updates made
        state.NAME        the share of trials that converged, were exhausted, ..., with 95 % Wilson intervals
        series.NAME       a measure along the way, over --x step

      STATISTICS
        median  with the 10-90 % band        mean  with its 95 % interval        points  one for each trial
        Over --x final.NAME, another measure, there is always a point for each trial.

      Each file has its data beside it, NAME.csv, and says in its metadata which command makes it again. The caption goes to
      standard error: it says which settings were pooled over because they have no place in the figure, and how many dead,
      diverged and failed trials were left out, which are never averaged in. seeds.* are pooled over without a word.

      NAME.csv has the settings of --x, --group and --panels, (step,) quantity, statistic, (trials,) value, low, high; for
      points the settings, configuration, trial and the measures. Numbers are those of basin export --table groups.

      Text is 8.25 points, the colours are those of Okabe and Ito, which colour-blind readers tell apart: at most eight
      lines, or nine where they are in the order of numbers. Without --out and --plot the figure is STORE-MEASURES.pdf in
      the current folder. Files of the same names are replaced, each whole or not at all.

      EXIT STATUS
        0  the figure is there        2  the input is wrong, no trial is finished, or gnuplot is missing
      """,
    examples: [
      "basin figure autoencoder.basin --x optimizer.batch --y final.maxCosine --group optimizer.step --out selection",
      "basin figure autoencoder.basin --x optimizer.step --y state.converged,steps --width double --out ends.pdf",
      "basin figure autoencoder.basin --x step --y series.maxCosine --group optimizer.batch --where optimizer.step=0.1",
      "basin figure autoencoder.basin --x steps --y final.maxCosine --group optimizer.batch --plot",
    ], operandKinds: [.file(["basin"])])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    let path = try command.operand("store")
    let width: FigureWidth = try command.choice("--width", default: .single)
    let asked = try FigureOutput.sorted(command.lists["--out"] ?? [])
    let store = try Store.read(path)
    let names = try FigureNames(
      Results(store, includesFormer: command.has("--all")), includesFormer: command.has("--all"))
    let request = try FigureRequest(command, names)
    let outputs = asked.isEmpty && !command.has("--plot") ? [usual(store, request)] : asked
    for output in outputs { try output.check() }
    let builder = try FigureBuilder(request, names)
    guard let gnuplot = Gnuplot.find() else {
      throw InputError(
        "basin figure", expected: "the program gnuplot, which draws figures", found: "none on PATH",
        advice: "Install it: apt-get install gnuplot-nox.")
    }
    let (figure, table) = try builder.build(name: outputs.first?.name ?? "figure")
    let origin = FigureOrigin(command: command.text(specification), version: Program.version)
    let drawings = outputs.map { output in
      var named = figure
      named.name = output.name
      return FigureDrawing(named, width: width, formats: output.formats, path: output.path, origin: origin)
    }
    let drawn: String
    do throws(Gnuplot.Failure) {
      try gnuplot.draw(drawings)
      drawn = command.has("--plot") ? try gnuplot.characters(figure, columns: Terminal.width(fallback: 79)) : ""
    } catch {
      throw InputError("basin figure", expected: "gnuplot to draw the figure", found: error.description)
    }
    for output in outputs { try AtomicFile.write(table.csv, to: "\(output.path).csv") }
    if command.has("--plot") { try Terminal.print(drawn) }
    say(figure, builder, outputs)
    return 0
  }

  /// Where a figure goes if nothing is said.
  private static func usual(_ store: Store, _ request: FigureRequest) -> FigureOutput {
    let file = store.path.split(separator: "/").last.map(String.init) ?? "store"
    let stem = file.hasSuffix(".basin") ? String(file.dropLast(6)) : file
    let measures = request.vertical.map { quantity in
      quantity.place.split(separator: ".", maxSplits: 1).last.map(String.init) ?? quantity.place
    }
    let name = ([stem] + measures).joined(separator: "-").replacing("/", with: "-")
    return FigureOutput(path: name, formats: [.pdf])
  }

  private static func say(_ figure: Figure, _ builder: FigureBuilder, _ outputs: [FigureOutput]) {
    Terminal.note("basin: \(figure.caption)")
    if !builder.pooled.isEmpty {
      let places = builder.pooled.map(\.place).joined(separator: ", ")
      Terminal.note("basin: pooled over \(places); --group, --panels or --where keep the values apart")
    }
    for output in outputs {
      Terminal.note(
        "basin: the figure is \(output.files.dropLast().joined(separator: ", ")), its data \(output.path).csv")
    }
  }
}
