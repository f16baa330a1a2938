import Foundation
import Testing

/// `basin figure` on stores that `basin run` made.
@Suite("basin figure", .enabled(if: BuiltProgram.command("gnuplot") != nil)) struct FigureCommandTests {
  private static let autoencoder = """
    {"name": "small", "problem": {"kind": "autoencoder", "dimension": 6, "features": 4},
     "init": {"kind": "gaussian", "norm": 0.5},
     "optimizer": {"step": [0.1, 0.2, 0.4], "batch": [1, 2], "order": ["iid", "subset"], "steps": 2000,
                   "stop": {"tolerance": 1e-6}},
     "seeds": {"master": [3, 4], "trials": 5},
     "record": {"every": 100, "series": ["maxCosine"], "final": ["maxCosine", "selectedIndex"]}}
    """

  /// Large steps let trials diverge; the losses span many orders.
  private static let leastSquares = """
    {"name": "squares", "problem": {"kind": "leastSquares",
       "data": {"kind": "gaussian", "samples": 20, "dimension": 3, "noise": 0.1}},
     "init": {"kind": "gaussian", "norm": 1},
     "optimizer": {"step": [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09, 3], "batch": [1, 20], "order": "iid",
                   "steps": 100},
     "seeds": {"trials": 4}, "record": {"every": 10, "series": ["loss"], "final": ["loss"]}}
    """

  private func withStore(_ spec: String, _ more: [String] = [], _ body: (URL) throws -> Void) throws {
    try BuiltProgram.withDirectory { directory in
      try Data(spec.utf8).write(to: directory.appending(path: "spec.json"))
      _ = try BuiltProgram.run(["run", "spec.json", "--store", "s.basin", "--quiet"] + more, in: directory)
      try body(directory)
    }
  }

  /// Draws, and returns what was said.
  @discardableResult private func draw(
    _ arguments: [String], in directory: URL, _ place: SourceLocation = #_sourceLocation
  ) throws -> RunningProgram.Outcome {
    let outcome = try BuiltProgram.run(["figure", "s.basin"] + arguments, in: directory)
    #expect(outcome.status == 0, "\(outcome.errors)", sourceLocation: place)
    return outcome
  }

  private func files(_ directory: URL) throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: directory.path)).subtracting([
      "spec.json", "s.basin", "s.basin-wal", "s.basin-shm",
    ])
  }

  /// The rows of a CSV file by column; no cell has a comma of its own.
  private func rows(_ name: String, in directory: URL) throws -> [[String: String]] {
    Self.rows(try String(contentsOf: directory.appending(path: name), encoding: .utf8))
  }

  private static func rows(_ text: String) -> [[String: String]] {
    let lines = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    guard let names = lines.first else { return [] }
    return lines.dropFirst().map { Dictionary(uniqueKeysWithValues: zip(names, $0)) }
  }

  private func exported(_ arguments: [String], in directory: URL) throws -> [[String: String]] {
    let outcome = try BuiltProgram.run(["export", "s.basin"] + arguments, in: directory)
    try #require(outcome.status == 0, "\(outcome.errors)")
    return Self.rows(outcome.output)
  }

  @Test("draws all formats at the widths of columns, with the data beside and the command inside, the same bytes again")
  func files() throws {
    try withStore(Self.autoencoder) { directory in
      let line = ["--x", "optimizer.step", "--y", "final.maxCosine", "--group", "optimizer.batch"]
      let said = try draw(line + ["--out", "fig"], in: directory)
      #expect(said.output.isEmpty)
      #expect(said.errors.hasSuffix("basin: the figure is fig.svg, fig.pdf, fig.png, its data fig.csv\n"))
      #expect(try files(directory) == ["fig.svg", "fig.pdf", "fig.png", "fig.csv"])
      let command = "basin figure s.basin --x optimizer.step --y final.maxCosine --group optimizer.batch --out fig"
      let svg = try String(contentsOf: directory.appending(path: "fig.svg"), encoding: .utf8)
      #expect(svg.contains("Made by Basin 0.1.0 with: \(command). Data: fig.csv"))
      #expect(svg.contains("width=\"312\"") && svg.contains("Pooled over optimizer.order (iid, subset)."))
      let png = try Data(contentsOf: directory.appending(path: "fig.png"))
      #expect(png.range(of: Data(command.utf8)) != nil)
      // Width in pixels, of which there are 300 an inch.
      #expect(png[16..<20].reduce(0) { $0 << 8 | Int($1) } == 975)
      let pdf = try Data(contentsOf: directory.appending(path: "fig.pdf"))
      #expect(pdf.range(of: Data(command.utf16.map { String(format: "%04X", $0) }.joined().utf8)) != nil)
      // The same again.
      let first = try ["svg", "pdf", "png", "csv"].map { try Data(contentsOf: directory.appending(path: "fig.\($0)")) }
      try draw(line + ["--out", "fig"], in: directory)
      #expect(
        try ["svg", "pdf", "png", "csv"].map { try Data(contentsOf: directory.appending(path: "fig.\($0)")) } == first)
      try draw(
        line + ["--width", "double", "--out", "wide.pdf", "--out", "wide.png", "--title", "A title"], in: directory)
      #expect(try files(directory).intersection(["wide.svg", "wide.pdf", "wide.png", "wide.csv"]).count == 3)
      #expect(try !files(directory).contains("wide.svg"))
      for (name, width) in [("fig", "234"), ("wide", "486")] where BuiltProgram.command("pdfinfo") != nil {
        let page = try BuiltProgram.shell("pdfinfo \(name).pdf && pdffonts \(name).pdf", in: directory).output
        #expect(page.contains("Page size:       \(width) x ") && page.contains("DejaVuSans"), "\(page)")
      }
      if BuiltProgram.command("pdftotext") != nil {
        // A line of DejaVu Sans is 1.164 times as high as its size.
        let words = try BuiltProgram.shell("pdftotext -bbox fig.pdf - | grep '<word'", in: directory).output
        let sizes = words.matches(of: /yMin="([0-9.]+)".*yMax="([0-9.]+)">(?:batch|optimizer)/).compactMap { match in
          Double(match.2).flatMap { top in Double(match.1).map { (top - $0) / 1.164 } }
        }
        #expect(!sizes.isEmpty && sizes.allSatisfy { abs($0 - 8.25) < 0.05 }, "\(sizes)")
      }
    }
  }

  @Test("the numbers are those of basin export") func numbers() throws {
    try withStore(Self.autoencoder) { directory in
      let line = ["--x", "optimizer.step", "--group", "optimizer.batch", "--panels", "optimizer.order"]
      try draw(line + ["--y", "final.maxCosine", "--y", "steps", "--out", "median.svg"], in: directory)
      try draw(line + ["--y", "steps", "--statistic", "mean", "--out", "mean.svg"], in: directory)
      try draw(line + ["--y", "state.converged", "--out", "share.svg"], in: directory)
      let places = ["optimizer.step", "optimizer.batch", "optimizer.order"]
      let by = ["--by", places.joined(separator: ",")]
      func key(_ row: [String: String]) -> [String?] { places.map { row[$0] } }
      let groups = try exported(["--table", "groups"] + by, in: directory)
      let states = try exported(["--table", "states"] + by, in: directory).filter { $0["state"] == "converged" }
      let columns = [
        ("median", ["count", "median", "q10", "q90"]), ("mean", ["count", "mean", "meanLow", "meanHigh"]),
      ]
      for (name, statistics) in columns {
        let drawn = try rows("\(name).csv", in: directory)
        #expect(drawn.count == (name == "median" ? 24 : 12))
        for row in drawn {
          let place = try #require(row["quantity"])
          let group = try #require(groups.first { key($0) == key(row) && "final.\($0["measure"] ?? "")" == place })
          #expect(["trials", "value", "low", "high"].map { row[$0] } == statistics.map { group[$0] })
          #expect(row["statistic"] == name)
        }
      }
      let shares = try rows("share.csv", in: directory)
      #expect(shares.count == 12)
      for row in shares {
        let state = try #require(states.first { key($0) == key(row) })
        #expect(["value", "low", "high"].map { row[$0] } == ["share", "shareLow", "shareHigh"].map { state[$0] })
        #expect(row["quantity"] == "state.converged" && row["statistic"] == "share")
      }
    }
  }

  @Test("single trials are points, over a setting or over another measure") func points() throws {
    try withStore(Self.autoencoder) { directory in
      // Dead trials are no points.
      let trials = try exported([], in: directory).filter { ["converged", "exhausted"].contains($0["state"]) }
      let said = try draw(
        [
          "--x", "steps", "--y", "final.maxCosine,selectedIndex".replacing(",s", with: ",final.s"), "--group",
          "optimizer.batch", "--out", "scatter.svg",
        ], in: directory)
      #expect(said.errors.contains("maxCosine, selectedIndex against steps when trials end, a point for each trial."))
      try draw(
        ["--x", "optimizer.order", "--y", "final.maxCosine", "--statistic", "points", "--out", "points.svg"],
        in: directory)
      let scatter = try rows("scatter.csv", in: directory)
      #expect(scatter.count == trials.count && trials.count > 60)
      for row in scatter {
        let trial = try #require(
          trials.first { $0["configuration"] == row["configuration"] && $0["trial"] == row["trial"] })
        #expect(row["optimizer.batch"] == trial["optimizer.batch"])
        #expect(Double(row["final.steps"] ?? "") == Double(trial["steps"] ?? "-"))
        #expect(row["final.maxCosine"] == trial["maxCosine"] && row["final.selectedIndex"] == trial["selectedIndex"])
      }
      let points = try rows("points.csv", in: directory)
      #expect(points.count == trials.count && Set(points.map { $0["optimizer.order"] }) == ["iid", "subset"])
    }
  }

  @Test("series are medians or means over the trials at each step") func series() throws {
    try withStore(Self.leastSquares) { directory in
      let line = ["--x", "step", "--y", "series.loss", "--group", "optimizer.batch", "--where", "optimizer.step=0.050"]
      let said = try draw(line + ["--out", "median.svg", "--log", "y"], in: directory)
      #expect(said.errors.contains("Only trials with optimizer.step = 0.05. 4 trials each."))
      try draw(line + ["--out", "mean.svg", "--statistic", "mean"], in: directory)
      let (medians, means) = (try rows("median.csv", in: directory), try rows("mean.csv", in: directory))
      #expect(medians.count == 22 && means.count == 22)
      let recorded = try exported(["--table", "series"], in: directory)
      for (median, mean) in zip(medians, means) {
        let values = recorded.filter {
          $0["optimizer.step"] == "0.05" && $0["optimizer.batch"] == median["optimizer.batch"]
            && $0["step"] == median["step"]
        }.compactMap { Double($0["loss"] ?? "") }.sorted()
        #expect(values.count == 4)
        func number(_ row: [String: String], _ column: String) throws -> Double {
          try #require(Double(row[column] ?? ""))
        }
        #expect(abs(try number(median, "value") / ((values[1] + values[2]) / 2) - 1) < 1e-12)
        #expect(abs(try number(median, "high") / (values[2] + 0.7 * (values[3] - values[2])) - 1) < 1e-12)
        #expect(abs(try number(mean, "value") / (values.reduce(0, +) / 4) - 1) < 1e-12)
        #expect(try number(mean, "low") < number(mean, "value") && number(mean, "value") < number(mean, "high"))
      }
    }
  }

  @Test("what is pooled over, left out and not yet run is said; seeds are pooled over without a word") func said()
    throws
  {
    try withStore(Self.leastSquares) { directory in
      let outcome = try draw(["--x", "optimizer.batch", "--y", "final.loss", "--out", "a.svg"], in: directory)
      #expect(
        outcome.errors.contains("Pooled over optimizer.step (10 values). 36 trials each. Left out: 8 diverged trials."))
      #expect(outcome.errors.contains("basin: pooled over optimizer.step; --group, --panels or --where keep"))
      #expect(try rows("a.csv", in: directory).map { $0["trials"] } == ["36", "36"])
      let svg = try String(contentsOf: directory.appending(path: "a.svg"), encoding: .utf8)
      #expect(svg.contains("Left out: 8 diverged trials."))
      // Of states nothing is left out: they are what is counted.
      let states = try draw(
        ["--x", "optimizer.step", "--y", "state.diverged", "--where", "optimizer.batch=1", "--out", "b.svg"],
        in: directory)
      #expect(!states.errors.contains("Left out") && !states.errors.contains("ooled"))
      #expect(try rows("b.csv", in: directory).map { $0["value"] } == Array(repeating: "0", count: 9) + ["1"])
      // A setting without a measure has no row, and the others are drawn.
      try draw(
        ["--x", "optimizer.step", "--y", "final.loss", "--group", "optimizer.batch", "--out", "c.svg"], in: directory)
      #expect(try rows("c.csv", in: directory).count == 18)
      // Half of the trials of another store.
      _ = try BuiltProgram.run(["run", "spec.json", "--store", "h.basin", "--shard", "1/2", "--quiet"], in: directory)
      let half = try #require(
        try FileManager.default.contentsOfDirectory(atPath: directory.path).first { $0.contains("1-of-2") })
      let incomplete = try BuiltProgram.run(
        ["figure", half, "--x", "optimizer.step", "--y", "state.exhausted", "--out", "d.svg"], in: directory)
      #expect(incomplete.errors.contains(" of 80 trials are left to run."), "\(incomplete.errors)")
    }
  }

  @Test("axes are as they are asked for") func axes() throws {
    try withStore(Self.leastSquares) { directory in
      func svg(_ arguments: [String]) throws -> String {
        try draw(["--x", "optimizer.step", "--y", "final.loss", "--out", "a.svg"] + arguments, in: directory)
        return try String(contentsOf: directory.appending(path: "a.svg"), encoding: .utf8)
      }
      let plain = try svg([])
      #expect(plain.contains(">optimizer.step</text>") && plain.contains(">loss</text>"))
      let named = try svg(["--x-label", "learning rate η", "--y-label", "final loss", "--title", "Least squares"])
      #expect(named.contains(">learning rate η</text>") && named.contains(">final loss</text>"))
      #expect(named.contains(">Least squares</text>") && named.contains("<title>Least squares</title>"))
      #expect(!plain.contains(">Least squares</text>"))
      let range = try svg(["--linear", "x,y", "--range-x", "0:0.2", "--range-y", ":4"])
      #expect(range.contains(">0.2</tspan>") && range.contains(">4</tspan>") && !range.contains(">0.5</tspan>"))
      #expect(try svg(["--log", "x,y"]) != svg(["--linear", "x,y"]))
      let wide = try svg(["--group", "optimizer.batch", "--log=x"])
      #expect(wide.contains(">batch = 1</text>") && wide.contains(">batch = 20</text>"))
    }
  }

  @Test("draws with characters, and without files unless they are asked for") func characters() throws {
    try withStore(Self.autoencoder) { directory in
      let outcome = try draw(
        ["--x", "optimizer.step", "--y", "final.maxCosine", "--group", "optimizer.batch", "--plot"], in: directory)
      #expect(try files(directory).isEmpty)
      #expect(outcome.output.contains("maxCosine ↑") && outcome.output.contains("batch = 2"))
      #expect(outcome.output.split(separator: "\n").allSatisfy { $0.count <= 79 })
      #expect(outcome.errors.hasPrefix("basin: Median (points) and 10–90 % range of maxCosine when trials end."))
      // Without either, a PDF whose name says what it is.
      let usual = try draw(["--x", "optimizer.order", "--y", "final.maxCosine,steps"], in: directory)
      #expect(usual.output.isEmpty)
      #expect(try files(directory) == ["s-maxCosine-steps.pdf", "s-maxCosine-steps.csv"])
    }
  }

  @Test("the command in a figure makes it again") func again() throws {
    try withStore(Self.leastSquares) { directory in
      try draw(
        [
          "--y=final.loss", "--group", "optimizer.batch", "--where", "optimizer.step=0.01,0.02", "--where",
          "optimizer.batch=1", "--x", "optimizer.step", "--title", "It's \"one\" & all", "--out", "a.svg",
        ], in: directory)
      let svg = try String(contentsOf: directory.appending(path: "a.svg"), encoding: .utf8)
      let start = try #require(svg.range(of: " with: "))
      let end = try #require(svg.range(of: ". Data: a.csv"))
      let command = String(svg[start.upperBound..<end.lowerBound]).replacing("&quot;", with: "\"").replacing(
        "&#39;", with: "'"
      )
      .replacing("&amp;", with: "&")
      try FileManager.default.removeItem(at: directory.appending(path: "a.svg"))
      let shell = command.replacing("basin figure", with: "\"$BASIN\" figure", maxReplacements: 1)
      #expect(try BuiltProgram.shell(shell, in: directory).status == 0, "\(command)")
      #expect(try String(contentsOf: directory.appending(path: "a.svg"), encoding: .utf8) == svg)
    }
  }

  @Test("wrong input is refused before anything is written") func refusals() throws {
    try withStore(Self.leastSquares) { directory in
      let x = ["--x", "optimizer.step"]
      let y = ["--y", "final.loss"]
      let cases: [([String], String)] = [
        ([], "basin figure: expected --x and --y: what lies on the axes, found no --x. Such as"),
        (x, "basin figure: expected --x and --y: what lies on the axes, found no --y."),
        (x + ["--y", "loss"], "found \"loss\". Did you mean \"final.loss\" or \"series.loss\"?"),
        (x + ["--y", "los"], "found \"los\". Did you mean \"final.loss\" or \"series.loss\"?"),
        (x + ["--y", "final.los"], "found \"final.los\". Did you mean \"final.loss\"?"),
        (
          x + ["--y", "optimizer.batch"], "basin figure --y: expected a measure at the end, a state or a series, found"
        ),
        (["--x", "batch"] + y, "found \"batch\". Did you mean \"optimizer.batch\"?"),
        (["--x", "optimizer.order"] + y, "found \"optimizer.order\", which is iid everywhere. Known: "),
        (
          x + y + ["--group", "optimizer.bach"],
          "basin figure --group: expected a setting that varies, found \"optimizer.bach\". Did"
        ),
        (x + y + ["--panels", "optimizer.step"], "expected each place once, found \"optimizer.step\" twice."),
        (x + y + ["--y", "final.loss"], "expected each place once, found \"final.loss\" twice."),
        (x + y + ["--where", "optimizer.batch"], "expected a setting and its values, as place=value,value, found"),
        (x + y + ["--where", "batch=1"], "expected a setting, found \"batch\". Did you mean \"optimizer.batch\"?"),
        (x + y + ["--where", "optimizer.batch=2"], "expected a value of optimizer.batch, found \"2\"."),
        (x + ["--y", "series.loss"], "basin figure --x: expected \"step\", as series.loss is a series, found"),
        (
          ["--x", "step"] + y,
          "basin figure --y: expected series, as they lie over the step of --x, found \"final.loss\"."
        ),
        (
          ["--x", "step", "--y", "series.loss", "--statistic", "points"],
          "expected median or mean: series.loss is a series"
        ),
        (["--x", "steps"] + y + ["--statistic", "mean"], "expected points: over another measure there is a point"),
        (["--x", "steps", "--y", "state.diverged"], "expected measures at the end, as --x is one"),
        (
          x + ["--y", "state.diverged", "--statistic", "points"],
          "state.diverged is a share of trials, found \"points\"."
        ),
        (x + y + ["--statistic", "average"], "expected median, mean, points, found \"average\"."),
        (x + y + ["--log", "z"], "basin figure --log: expected x, y, commas between, found \"z\"."),
        (x + y + ["--log", "x", "--linear", "x,y"], "expected an axis that is not in --linear, found x."),
        (x + y + ["--range-x", "3:1"], "expected a lower end below the upper one, found \"3:1\"."),
        (x + y + ["--range-y", "1"], "expected numbers low:high, of which one may be missing, found \"1\"."),
        (
          x + y + ["--range-y", "0:1", "--log", "y"],
          "expected positive ends, as the axis is logarithmic, found \"0:1\"."
        ),
        (x + y + ["--width", "triple"], "basin figure --width: expected single, double, found \"triple\"."),
        (x + y + ["--out", "a.eps"], "found \"a.eps\"."),
        (x + y + ["--out", "a.pfd"], "found \"a.pfd\". Did you mean \"a.pdf\"?"),
        (x + y + ["--out", "folder/"], "basin figure --out: expected a file that ends in .svg, .pdf, .png, or"),
        (x + y + ["--out", "absent/a.pdf"], "absent/a.pdf: expected "),
        (
          ["--x", "optimizer.batch"] + y + ["--group", "optimizer.step"],
          "expected at most 9 lines, as more colours are not told apart, found 10."
        ),
        (
          x + y + ["--where", "optimizer.step=3"],
          "expected trials that have a value of final.loss, found none. Left out: 8 diverged"
        ),
      ]
      for (arguments, message) in cases {
        let outcome = try BuiltProgram.run(["figure", "s.basin"] + arguments, in: directory)
        #expect(outcome.status == 2 && outcome.errors.contains(message), "\(arguments): \(outcome.errors)")
        #expect(outcome.errors.split(separator: "\n").count == 1 && outcome.output.isEmpty)
      }
      #expect(try files(directory).isEmpty)
    }
    try withStore(Self.autoencoder) { directory in
      for (option, value) in [("--log", "x"), ("--range-x", "1:2")] {
        let outcome = try BuiltProgram.run(
          ["figure", "s.basin", "--x", "optimizer.order", "--y", "steps", option, value], in: directory)
        #expect(
          outcome.errors.contains(
            "basin figure \(option): expected numbers on the horizontal axis, found optimizer.order, whose values have")
        )
      }
      // Without gnuplot there is nothing half done.
      let outcome = try BuiltProgram.run(
        ["figure", "s.basin", "--x", "optimizer.step", "--y", "steps", "--out", "a"], in: directory,
        environment: ["PATH": directory.path])
      #expect(outcome.status == 2)
      #expect(
        outcome.errors.contains("expected the program gnuplot, which draws figures, found none on PATH. Install it"))
      #expect(try files(directory).isEmpty)
    }
  }
}
