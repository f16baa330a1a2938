import Foundation
import Testing

/// The interpreters that have what is needed.
private enum Interpreter {
  static let withNumPy = BuiltProgram.python(with: ["numpy"])?.path
  static let withPandas = BuiltProgram.python(with: ["numpy", "pandas"])?.path
}

/// The lines that `basin export --help` recommends read the very numbers, to the last bit.
@Suite("Reading back", .enabled(if: Interpreter.withNumPy != nil, "no python3 has numpy")) struct ReadingBackTests {
  /// What a script prints that finds the values of all three formats in each other.
  private func check(_ script: String, by python: String?) throws {
    let python = try #require(python)
    try BuiltProgram.withDirectory(["grid.json": Experiment.small, "check.py": script]) { directory in
      let made = try BuiltProgram.shell(
        """
        set -e
        "$BASIN" run grid.json > /dev/null
        for table in trials series; do
          "$BASIN" export grid.basin --table $table > $table.csv
          "$BASIN" export grid.basin --table $table --format jsonl > $table.jsonl
        done
        "$BASIN" export grid.basin --format npz --out run.npz
        \(python) check.py
        """, in: directory)
      #expect(made.status == 0, "\(made.errors)")
      #expect(made.output == "equal\n")
    }
  }

  @Test("numpy reads .npz, and it holds what the text formats hold") func arrays() throws {
    try check(
      """
      import csv, json, numpy
      z = numpy.load("run.npz")
      trials = list(csv.DictReader(open("trials.csv")))
      lines = [json.loads(line) for line in open("trials.jsonl")]
      assert len(trials) == len(lines) == 600 and all(len(z[n]) == 600 for n in trials[0] if n != "message")
      for name in ["optimizer.batch", "optimizer.step", "trial", "steps", "maxCosine", "selectedIndex"]:
          text = numpy.array([float(row[name]) for row in trials])
          assert (z[name].astype(float).view("u8") == text.view("u8")).all(), name
          numbers = [line[name] for line in lines]
          assert all(a == b or (a is None and b != b) for a, b in zip(numbers, z[name].tolist())), name
      for name in ["configuration", "state"]: assert z[name].tolist() == [row[name] for row in trials], name
      points = list(csv.DictReader(open("series.csv")))
      k = 417
      own = [p for p in points if (p["configuration"], p["trial"]) == (trials[k]["configuration"], trials[k]["trial"])]
      part = slice(z["series.offsets"][k], z["series.offsets"][k + 1])
      assert z["series.step"][part].tolist() == [int(p["step"]) for p in own] and own
      assert z["series.maxCosine"][part].tolist() == [float(p["maxCosine"]) for p in own]
      assert z["series.maxCosine"].tolist() == [float(p["maxCosine"]) for p in points]
      print("equal")
      """, by: Interpreter.withNumPy)
  }

  @Test("pandas reads CSV and JSON lines", .enabled(if: Interpreter.withPandas != nil, "no python3 has pandas"))
  func tables() throws {
    try check(
      """
      import numpy, pandas
      z = numpy.load("run.npz")
      a = pandas.read_csv("trials.csv", float_precision="round_trip")
      b = pandas.read_json("trials.jsonl", lines=True, precise_float=True)
      assert list(a.columns) == list(b.columns)
      for name in ["trial", "steps", "optimizer.batch", "optimizer.step", "state", "selectedIndex"]:
          assert (a[name] == z[name]).all() and (b[name] == z[name]).all(), name
      assert (a["maxCosine"].to_numpy().view("u8") == z["maxCosine"].view("u8")).all()
      assert numpy.allclose(b["maxCosine"], z["maxCosine"], rtol=1e-15, atol=0, equal_nan=True)
      s = pandas.read_csv("series.csv", float_precision="round_trip")
      assert (s["maxCosine"].to_numpy() == z["series.maxCosine"]).all()
      # The lines of the README.
      t = pandas.read_csv("trials.csv").groupby("optimizer.batch").maxCosine.median()
      assert len(t) == len(set(a["optimizer.batch"])) and t.notna().all()
      assert pandas.read_json("trials.jsonl", lines=True).state.value_counts().sum() == 600
      assert len(z["series.maxCosine"][z["series.offsets"][0]:z["series.offsets"][1]]) > 1
      print("equal")
      """, by: Interpreter.withPandas)
  }

  /// The example runs whole on a small store, then on what it has made without the program, and sees a number that was changed.
  @Test("The example reads all there is", .enabled(if: Interpreter.withPandas != nil, "no python3 has pandas"))
  func example() throws {
    let python = try #require(Interpreter.withPandas)
    let script = BuiltProgram.root.appending(path: "Examples/python/read.py").path
    let spec = BuiltProgram.root.appending(path: "Examples/batch-size.json").path
    try BuiltProgram.withDirectory { directory in
      let first = try BuiltProgram.shell(
        """
        set -e
        mkdir read
        "$BASIN" run '\(spec)' --set seeds.trials=25 --store read/run.basin --quiet > /dev/null
        \(python) '\(script)' read
        """, in: directory)
      #expect(first.status == 0, "\(first.errors)")
      let lines = first.output.split(separator: "\n").map(String.init)
      #expect(lines.first?.hasPrefix("100 trials: {'converged': ") == true)
      for line in ["groups agree", "series agree", "store agrees"] { #expect(lines.contains(line), "\(lines)") }
      #expect(lines.contains("autoencoder.04 holds: SGD with any b < m is 1-sparse"))
      let again = try BuiltProgram.shell("BASIN=/nowhere \(python) '\(script)' read", in: directory)
      #expect(again.status == 0 && again.output == first.output, "\(again.errors)")
      let groups = directory.appending(path: "read/groups.csv")
      let text = try String(contentsOf: groups, encoding: .utf8)
      // The last column, cut after eight digits.
      let pattern = try Regex(#"(?m)^(20,maxCosine,.*,0\.[0-9]{8})[0-9]+$"#)
      let changed = text.replacing(pattern) { "\($0.output[1].substring ?? "")0" }
      #expect(changed != text)
      try Data(changed.utf8).write(to: groups)
      let wrong = try BuiltProgram.shell("\(python) '\(script)' read", in: directory)
      #expect(wrong.status == 1 && wrong.errors.contains("AssertionError") && !wrong.output.contains("groups agree"))
    }
  }
}
