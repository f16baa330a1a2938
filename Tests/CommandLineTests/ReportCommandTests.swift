import Foundation
import Testing

/// `basin report` on stores that `basin run` made.
@Suite("basin report") struct ReportCommandTests {
  private static let autoencoder = """
    {"name": "small", "problem": {"kind": "autoencoder", "dimension": 6, "features": 4},
     "init": {"kind": "gaussian", "norm": 0.5},
     "optimizer": {"step": [0.1, 0.2, 0.4], "batch": [1, 2], "order": "subset", "steps": 4000,
                   "stop": {"tolerance": 1e-6}},
     "seeds": {"master": [3, 4], "trials": 5}, "record": {"every": 100, "series": ["maxCosine"]}}
    """

  /// Large steps let some trials diverge.
  private static let leastSquares = """
    {"name": "squares", "problem": {"kind": "leastSquares",
       "data": {"kind": "gaussian", "samples": 20, "dimension": 3, "noise": 0.1}},
     "init": {"kind": "gaussian", "norm": 1},
     "optimizer": {"step": [0.05, 3], "batch": 1, "order": "iid", "steps": 500}, "seeds": {"trials": 4},
     "record": {"every": 50, "series": ["loss"]}}
    """

  private func run(_ arguments: [String], in directory: URL) throws -> RunningProgram.Outcome {
    try BuiltProgram.run(arguments, in: directory)
  }

  private func text(_ path: String, in directory: URL) throws -> String {
    try String(contentsOf: directory.appending(path: path), encoding: .utf8)
  }

  private func withStore(_ spec: String, _ more: [String] = [], _ body: (URL) throws -> Void) throws {
    try BuiltProgram.withDirectory { directory in
      try Data(spec.utf8).write(to: directory.appending(path: "spec.json"))
      _ = try run(["run", "spec.json", "--store", "s.basin", "--quiet"] + more, in: directory)
      try body(directory)
    }
  }

  @Test("writes the page with its tables, figures and spec, and the same bytes again") func files() throws {
    try withStore(Self.autoencoder) { directory in
      for folder in ["first", "second"] {
        let outcome = try run(["report", "s.basin", "--out", folder], in: directory)
        #expect(outcome.status == 0 && outcome.output.isEmpty)
        #expect(outcome.errors.hasSuffix("basin: the report is \(folder)/index.html\n"))
      }
      for file in ["spec.json", "data/states.csv", "data/measure-maxCosine.csv", "figures/series-maxCosine.csv"] {
        let first = try text("first/\(file)", in: directory)
        #expect(!first.isEmpty)
        #expect(first == (try text("second/\(file)", in: directory)), "\(file)")
      }
      let page = try text("first/index.html", in: directory)
      #expect(page.contains("<h1>small</h1>") && !page.contains("Not complete"))
      #expect(page.contains("60 trials: 12 configurations with 5 trials each."))
      #expect(page.contains("They make 6 groups: pooled over seeds.master."))
      // Groups are those of the other settings, each with the trials of both seeds.
      let rows = try text("first/data/states.csv", in: directory).split(separator: "\n")
      #expect(rows.count == 7 && rows[0].hasPrefix("optimizer.batch,optimizer.step,trials,"))
      #expect(rows.dropFirst().allSatisfy { $0.split(separator: ",")[2] == "10" })
      // A trial that has ended counts with its last value: the slowest one ends the series, at the goal of all.
      let points = try text("first/figures/series-maxCosine.csv", in: directory).split(separator: "\n").filter {
        $0.contains("\"batch = 1, step = 0.4\"")
      }
      let last = try #require(points.last).split(separator: ",").suffix(4).compactMap { Double($0) }
      #expect(last.count == 4 && last[2] >= 1 - 1e-6 && last[1] >= last[2] && last[3] >= last[1])
      // The spec of the report asks for the very trials of the store.
      let again = try run(["run", "first/spec.json", "--store", "s.basin", "--quiet", "--json", "-"], in: directory)
      #expect(again.status == 0 && again.output.contains("\"ran\": 0"))
    }
  }

  @Test("the statistics are those of basin export") func statistics() throws {
    try withStore(Self.autoencoder) { directory in
      let report = try run(["report", "s.basin", "--by", "optimizer.batch", "--measures", "steps"], in: directory)
      #expect(report.status == 0)
      let groups = try run(["export", "s.basin", "--table", "groups", "--by", "optimizer.batch"], in: directory)
      let exported = groups.output.split(separator: "\n").filter { $0.contains(",steps,") }
      let written = try text("basin-report/data/measure-steps.csv", in: directory).split(separator: "\n").dropFirst()
      #expect(written.count == 2)
      for (exported, written) in zip(exported, written) {
        var cells = written.split(separator: ",", omittingEmptySubsequences: false)
        // What is left out is a column of the report alone.
        cells.remove(at: 3)
        cells.insert("steps", at: 1)
        #expect(cells.joined(separator: ",") == exported)
      }
      #expect(
        !FileManager.default.fileExists(
          atPath: directory.appending(path: "basin-report/data/measure-maxCosine.csv").path))
    }
  }

  @Test("diverged trials are counted and not averaged in") func diverged() throws {
    try withStore(Self.leastSquares) { directory in
      #expect(try run(["report", "s.basin"], in: directory).status == 0)
      let page = try text("basin-report/index.html", in: directory)
      #expect(page.contains("<li class=\"fails\"><b>4</b> diverged</li>"))
      #expect(page.contains("Left out: 4 diverged trials."))
      let rows = try text("basin-report/data/measure-loss.csv", in: directory).split(separator: "\n")
      #expect(rows[1].hasPrefix("0.05,4,0,0,"))
      #expect(rows[2] == "3,0,0,4,,,,,,,,,,,")
      let figure = try text("basin-report/figures/series-loss.csv", in: directory)
      #expect(figure.contains("step = 0.05") && !figure.contains("step = 3"))
    }
  }

  @Test("the page's command makes the same report") func again() throws {
    try withStore(Self.autoencoder) { directory in
      let options = ["--by", "optimizer.batch,seeds.master", "--measures", "steps,maxCosine", "--all"]
      #expect(try run(["report", "s.basin"] + options, in: directory).status == 0)
      let page = try text("basin-report/index.html", in: directory)
      let command =
        "basin report s.basin --out basin-report --by optimizer.batch,seeds.master --measures steps,maxCosine --all"
      #expect(page.contains(command))
      #expect(
        try run(command.split(separator: " ").dropFirst().map(String.init), in: directory).status == 0)
      #expect(try text("basin-report/index.html", in: directory) == page)
    }
  }

  @Test("what is left to run is said, with the command that runs it") func incomplete() throws {
    try withStore(Self.autoencoder, ["--set", "seeds.trials=2"]) { directory in
      _ = try run(
        ["run", "spec.json", "--store", "s.basin", "--shard", "1/2", "--quiet"], in: directory)
      let shard = try #require(
        try FileManager.default.contentsOfDirectory(atPath: directory.path).first { $0.contains("1-of-2") })
      #expect(try run(["report", shard], in: directory).status == 0)
      let page = try text("basin-report/index.html", in: directory)
      #expect(page.contains("Not complete") && page.contains("of 60 trials are left to run"))
      #expect(page.contains("basin run basin-report/spec.json --store \(shard)"))
    }
  }

  @Test("one configuration has the distribution of each measure") func single() throws {
    try withStore(
      Self.autoencoder, ["--set", "optimizer.step=0.2", "--set", "optimizer.batch=1", "--set", "seeds.master=1"]
    ) {
      directory in
      #expect(try run(["report", "s.basin"], in: directory).status == 0)
      let page = try text("basin-report/index.html", in: directory)
      #expect(page.contains("Nothing: there is one configuration.") && page.contains("Distribution of steps"))
    }
  }

  @Test("wrong input is refused before anything is written") func refusals() throws {
    try withStore(Self.autoencoder) { directory in
      for (arguments, error) in [
        (["report"], "basin report: expected one store, found none."),
        (["report", "spec.json"], "spec.json: expected "),
        (
          ["report", "s.basin", "--by", "optimizer.bach"],
          "--by: expected settings that vary, found \"optimizer.bach\". Did you mean \"optimizer.batch\"?"
        ),
        (
          ["report", "s.basin", "--measures", "stps"],
          "basin report --measures: expected measures of this store, found \"stps\". Did you mean \"steps\"?"
        ),
        (["report", "s.basin", "--out", "spec.json"], "spec.json: expected a folder"),
      ] {
        let outcome = try run(arguments, in: directory)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("basin: error: \(error)"), "\(outcome.errors)")
      }
      #expect(!FileManager.default.fileExists(atPath: directory.appending(path: "basin-report").path))
    }
  }

  @Test("a store without a finished trial is refused") func nothingFinished() throws {
    try BuiltProgram.withDirectory { directory in
      // A start that lies outside of every bound fails to run, or a spec is adopted and stopped at once: here a shard without trials.
      try Data(
        Self.autoencoder.replacing("\"trials\": 5", with: "\"trials\": 1").replacing("[3, 4]", with: "3")
          .replacing("[0.1, 0.2, 0.4]", with: "0.2").replacing("[1, 2]", with: "1").utf8
      ).write(to: directory.appending(path: "spec.json"))
      _ = try run(["run", "spec.json", "--store", "s.basin", "--shard", "2/2", "--quiet"], in: directory)
      let shard = try #require(
        try FileManager.default.contentsOfDirectory(atPath: directory.path).first { $0.contains("2-of-2") })
      let outcome = try run(["report", shard], in: directory)
      #expect(outcome.status == 2)
      #expect(
        outcome.errors.hasPrefix(
          "basin: error: \(shard): expected a store with finished trials, found none (1 pending)."),
        "\(outcome.errors)")
    }
  }
}
