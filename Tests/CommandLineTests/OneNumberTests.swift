import Formats
import Foundation
import Testing

/// The way of one number through the program, as `Documentation/extending.md` tells it: the median of maxCosine for b = 5 is the same,
/// bit for bit, wherever it can be read.
@Suite("One number") struct OneNumberTests {
  private static let spec = """
    {"name": "one", "problem": {"kind": "autoencoder", "dimension": 30, "features": 10},
     "init": {"kind": "gaussian", "norm": 0.5},
     "optimizer": {"step": 0.2, "batch": [2, 5, 10], "order": "subset", "steps": 800},
     "seeds": {"master": 3, "trials": 41},
     "record": {"every": 200, "series": ["maxCosine"], "final": ["maxCosine"]}}
    """

  /// The value of a column in the only row where other columns have these values.
  private func cell(_ csv: String, _ column: String, where conditions: [String: String]) throws -> Double {
    let lines = csv.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let header = try #require(lines.first)
    let rows = lines.dropFirst().filter { row in
      conditions.allSatisfy { name, value in header.firstIndex(of: name).map { row[$0] == value } ?? false }
    }
    try #require(rows.count == 1, "\(rows.count) rows with \(conditions) below \(header)")
    let place = try #require(header.firstIndex(of: column), "no column \(column) in \(header)")
    return try #require(Double(rows[0][place]))
  }

  @Test("is the same in JSON, in each table, in the report and beside the figure") func everywhere() throws {
    try BuiltProgram.withDirectory(["one.json": Self.spec]) { directory in
      func output(_ words: String...) throws -> String {
        let outcome = try BuiltProgram.run(words, in: directory)
        try #require(outcome.status == 0, "\(outcome.errors)")
        return outcome.output
      }
      func file(_ name: String) throws -> String {
        try String(contentsOf: directory.appending(path: name), encoding: .utf8)
      }
      let json = try JSON(parsing: Array(try output("run", "one.json", "--json", "-").utf8), location: "output")
      _ = try output("report", "one.basin", "--out", "report")
      _ = try output("figure", "one.basin", "--x", "optimizer.batch", "--y", "final.maxCosine", "--out", "one.pdf")

      // The reference: the middle one of the 41 values that were exported.
      let trials = try Experiment.rows("one.basin", in: directory)
      let values = trials.filter { $0["optimizer.batch"] as? Int == 5 }.compactMap { $0["maxCosine"] as? Double }
        .sorted()
      try #require(values.count == 41)
      let median = values[20]

      guard case .array(let groups)? = json["groups"] else {
        Issue.record("no groups in \(json.text)")
        return
      }
      let group = try #require(groups.first { $0["settings"]?["optimizer.batch"]?.text == "5" })
      guard case .array(let measures)? = group["measures"] else {
        Issue.record("no measures in \(group.text)")
        return
      }
      let measure = try #require(measures.first { $0["measure"] == "maxCosine" })
      let found = [
        try #require(Double(measure["median"]?.text ?? "")),
        try cell(
          output("export", "one.basin", "--table", "groups"), "median",
          where: ["optimizer.batch": "5", "measure": "maxCosine"]),
        try cell(file("report/data/measure-maxCosine.csv"), "median", where: ["optimizer.batch": "5"]),
        try cell(file("one.csv"), "value", where: ["optimizer.batch": "5"]),
      ]
      #expect(found == [median, median, median, median])
      #expect(try file("report/figures/measure-maxCosine.csv").contains(",\(median),"))
      let row = try #require(try file("report/index.html").firstMatch(of: /<td class="number">5<\/td>.*0\.9/))
      #expect(!row.output.isEmpty)
    }
  }
}
