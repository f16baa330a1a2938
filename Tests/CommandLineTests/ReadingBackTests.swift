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
}
