import Foundation
import TestSupport
import Testing

/// `basin export --format tensorboard`.
@Suite("Export to TensorBoard") struct EventFileReadingTests {
  private static let python = BuiltProgram.python(with: ["tensorboard"])?.path
  private static let file = "events.out.tfevents.0.basin"

  /// A directory with `grid.basin`, of 4 configurations with 24 trials each, some of which die.
  private func withStore(_ files: [String: String] = [:], _ body: (URL) throws -> Void) throws {
    let files = files.merging(["grid.json": Experiment.grid(trials: 24, steps: 400)]) { own, _ in own }
    try BuiltProgram.withDirectory(files) { directory in
      #expect(try BuiltProgram.run(["run", "grid.json"], in: directory).status == 0)
      try body(directory)
    }
  }

  /// The name of the run of a row of the tables.
  private func run(_ row: [String: Any]) throws -> String {
    let step = try #require(row["optimizer.step"] as? Double)
    let batch = try #require(row["optimizer.batch"] as? Int)
    let trial = try #require(row["trial"] as? Int)
    let state = row["state"] as? String ?? ""
    let suffix = ["converged", "exhausted"].contains(state) ? "" : ",\(state)"
    return "optimizer.batch=\(batch),optimizer.step=\(step),trial=\(trial)\(suffix)"
  }

  @Test("the runs hold what the tables hold, and the same bytes again") func contents() throws {
    try withStore { directory in
      let export = ["export", "grid.basin", "--format", "tensorboard", "--out", "runs"]
      let outcome = try BuiltProgram.run(export, in: directory)
      #expect(outcome.status == 0 && outcome.output.isEmpty && outcome.errors.isEmpty)
      let trials = try Experiment.rows("grid.basin", in: directory)
      let points = try Experiment.rows("grid.basin", ["--table", "series"], in: directory)
      #expect(Set(trials.compactMap { $0["state"] as? String }) == ["exhausted", "dead"])
      let runs = directory.appending(path: "runs")
      var contents: [String: Data] = [:]
      for trial in trials {
        let name = try run(trial)
        let path = runs.appending(path: "\(name)/\(Self.file)")
        contents[name] = try Data(contentsOf: path)
        let own = points.filter {
          $0["configuration"] as? String == trial["configuration"] as? String
            && $0["trial"] as? Int == trial["trial"] as? Int
        }
        let events = try #require(EventFile(path.path)).events
        let series = events.filter { $0.scalars["maxCosine"] != nil }
        #expect(!own.isEmpty && series.map(\.step) == own.compactMap { $0["step"] as? Int })
        #expect(
          series.compactMap { $0.scalars["maxCosine"] } == own.compactMap { $0["maxCosine"] as? Double }.map(Float.init)
        )
        let last = events[events.count - 2]
        #expect(last.step == trial["steps"] as? Int)
        #expect(last.scalars["final/maxCosine"] == (trial["maxCosine"] as? Double).map(Float.init))
        #expect(last.scalars.count == 3)
      }
      #expect(Set(try FileManager.default.contentsOfDirectory(atPath: runs.path)) == Set(contents.keys))

      #expect(try BuiltProgram.run(export + ["--trials", "2"], in: directory).status == 0)
      let fewer = try FileManager.default.contentsOfDirectory(atPath: runs.path)
      #expect(fewer.count == 8 && fewer.allSatisfy { contents[$0] != nil })
      #expect(try BuiltProgram.run(export, in: directory).status == 0)
      for (name, bytes) in contents {
        #expect(try Data(contentsOf: runs.appending(path: "\(name)/\(Self.file)")) == bytes)
      }
    }
  }

  /// TensorBoard's own reader finds every point, and its HParams dashboard the settings and the measurements.
  @Test(
    "TensorBoard reads it", .enabled(if: python != nil, "no python3 has tensorboard; BASIN_TEST_PYTHON can name one"))
  func tensorBoard() throws {
    let python = try #require(Self.python)
    let script = """
      import json, numpy, os
      from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
      from tensorboard.plugins.hparams import metadata
      def rows(file): return [json.loads(line) for line in open(file)]
      def same(a, b): return numpy.float32(a) == numpy.float32(b)
      series = {}
      for point in rows("series.jsonl"): series.setdefault((point["configuration"], point["trial"]), []).append(point)
      names = set()
      for row in rows("trials.jsonl"):
          name = ",".join(f"{k}={row[k]}" for k in ("optimizer.batch", "optimizer.step", "trial"))
          if row["state"] == "dead": name += ",dead"
          names.add(name)
          run = EventAccumulator("runs/" + name, size_guidance={"scalars": 0, "tensors": 0}).Reload()
          assert set(run.Tags()["scalars"]) == {"maxCosine", "final/maxCosine", "final/selectedIndex", "final/steps"}
          points = series[row["configuration"], row["trial"]]
          read = run.Scalars("maxCosine")
          assert [e.step for e in read] == [p["step"] for p in points] == [e.wall_time for e in read]
          assert all(same(e.value, p["maxCosine"]) for e, p in zip(read, points))
          for measure in ("maxCosine", "selectedIndex", "steps"):
              (end,) = run.Scalars("final/" + measure)
              assert end.step == row["steps"] and same(end.value, row[measure]), (name, measure)
          tags = run.summary_metadata
          start = metadata.parse_session_start_info_plugin_data(
              tags[metadata.SESSION_START_INFO_TAG].plugin_data.content)
          assert {k: v.number_value for k, v in start.hparams.items()} == {
              k: row[k] for k in ("optimizer.batch", "optimizer.step")}
          assert start.group_name == row["configuration"] + (",dead" if row["state"] == "dead" else "")
          end = metadata.parse_session_end_info_plugin_data(tags[metadata.SESSION_END_INFO_TAG].plugin_data.content)
          assert end.status == (2 if row["state"] == "dead" else 1) and end.end_time_secs == row["steps"]
      assert names == set(os.listdir("runs")) and len(names) == 96
      print("equal")
      """
    try withStore(["check.py": script]) { directory in
      let outcome = try BuiltProgram.shell(
        """
        set -e
        "$BASIN" export grid.basin --format tensorboard --out runs
        for table in trials series; do "$BASIN" export grid.basin --table $table --format jsonl > $table.jsonl; done
        \(python) check.py
        """, in: directory)
      #expect(outcome.status == 0 && outcome.output == "equal\n", "\(outcome.errors)")
    }
  }

  @Test("too many runs are not made without asking") func tooMany() throws {
    try BuiltProgram.withDirectory(["grid.json": Experiment.grid(trials: 251, steps: 4)]) { directory in
      #expect(try BuiltProgram.run(["run", "grid.json"], in: directory).status == 0)
      let export = ["export", "grid.basin", "--format", "tensorboard", "--out", "runs"]
      let outcome = try BuiltProgram.run(export, in: directory)
      #expect(outcome.status == 2)
      #expect(
        outcome.errors
          == "basin: error: basin export: expected at most 1000 trials, or a choice of them by --trials, found 1004. "
          + "Such as --trials 250: each is a run of its own, and TensorBoard becomes slow with thousands.\n")
      #expect(!FileManager.default.fileExists(atPath: directory.appending(path: "runs").path))
      #expect(try BuiltProgram.run(export + ["--trials", "1"], in: directory).status == 0)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.appending(path: "runs").path).count == 4)
    }
  }

  @Test("wrong lines are refused, and nothing is changed") func mistakes() throws {
    let lines: [(arguments: [String], error: String)] = [
      ([], "basin export: expected a folder for the event files, by --out, found none. Such as --out runs."),
      (
        ["--out", "-"],
        "basin export: expected a folder for the event files, by --out, found none. Such as --out runs."
      ),
      (
        ["--out", "a", "--table", "series"],
        #"basin export: expected no --table: tensorboard has trials and series, found "series"."#
      ),
      (
        ["--out", "a", "--times"],
        "basin export --times: expected the table trials, as CSV or JSON lines, found tensorboard."
      ),
      (
        ["--out", "a", "--trials", "0"],
        #"basin export --trials: expected a whole number from 1 to 4294967296, found "0"."#
      ),
      (
        ["--out", "grid.json"],
        "grid.json: expected a folder, or a place where one can be made, found something that is not a folder. "
          + "Choose another path."
      ),
      (
        ["--out", "/proc/runs"],
        #"/proc/runs: expected a folder, or a place where one can be made, found "No such file or directory". "#
          + "Check the path for typing errors; a folder on the way must exist too."
      ),
      (
        ["--out", "."],
        #".: expected a folder that is empty or holds what an earlier export to TensorBoard wrote, found "grid.basin" in it. "#
          + "Name another folder: it is made where it is missing."
      ),
    ]
    try withStore { directory in
      let before = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
      for (arguments, error) in lines {
        let outcome = try BuiltProgram.run(
          ["export", "grid.basin", "--format", "tensorboard"] + arguments, in: directory)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors == "basin: error: \(error)\n")
      }
      let other = try BuiltProgram.run(["export", "grid.basin", "--trials", "3"], in: directory)
      #expect(other.status == 2)
      #expect(other.errors == "basin: error: basin export --trials: expected the format tensorboard, found csv.\n")
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted() == before)
    }
  }
}
