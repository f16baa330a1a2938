import Formats
import Foundation
import Testing

/// `basin run` computes what the spec says, and `basin data` reads what there is.
@Suite("Good input") struct RunTests {
  private func example(_ name: String) -> String { BuiltProgram.root.appending(path: "Examples/\(name).json").path }

  /// The golden values of the coefficient dynamics: m = 4, n = 5, six batches with duplicates and a full one.
  @Test("the replayed example ends at the golden values") func goldenReplay() throws {
    try BuiltProgram.withDirectory { directory in
      let outcome = try BuiltProgram.run(["run", example("replay")], in: directory)
      #expect(outcome.status == 0)
      let final = try #require(try Experiment.rows("replay.basin", in: directory).first)
      let golden = [0.453391561315460, 0.292708126099524, -0.090184963436008, 0.519302802703279]
      for (i, value) in golden.enumerated() {
        #expect(abs((final["coefficient\(i)"] as? Double ?? .nan) - value) < 1e-12)
      }
      #expect(abs((final["squaredNorm"] as? Double ?? .nan) - 0.571084015389689) < 1e-12)
      let series = try Experiment.rows("replay.basin", ["--table", "series"], in: directory)
      #expect(series.map { $0["step"] as? Int } == Array(0...6))
      #expect(series.last?["squaredNorm"] as? Double == final["squaredNorm"] as? Double)
    }
  }

  @Test("the spec that the README shows is the one in Examples, and gives the numbers that it shows")
  func readmeSpec() throws {
    let readme = try String(contentsOf: BuiltProgram.root.appending(path: "README.md"), encoding: .utf8)
    let spec = try String(contentsOfFile: example("batch-size"), encoding: .utf8)
    #expect(readme.contains("```json\n\(spec)```\n"))
    let outcome = try BuiltProgram.run(["run", example("batch-size"), "--store", ":memory:"])
    let lines = outcome.output.split(separator: "\n")
    let shown = readme.split(separator: "\n").filter { $0.contains("  maxCosine      1000  ") }
    #expect(shown.count == 3)
    for line in shown { #expect(lines.contains { $0.hasSuffix(line.drop { $0 == " " }) }, "\(line)") }
  }

  @Test("the example of the autoencoder runs, alike for any number of workers") func autoencoderExample() throws {
    try BuiltProgram.withDirectory { directory in
      var tables: [[String]] = []
      for jobs in ["1", "2", "3"] {
        let outcome = try BuiltProgram.run(
          ["run", example("autoencoder"), "--jobs", jobs, "--store", "\(jobs).basin"], in: directory)
        #expect(outcome.status == 0)
        #expect(outcome.errors.isEmpty)
        #expect(outcome.output.hasPrefix("autoencoder: 1000 trials (1000 converged) in "))
        tables.append(try Experiment.tables("\(jobs).basin", in: directory))
      }
      #expect(tables[0] == tables[1])
      #expect(tables[0] == tables[2])
      #expect(tables[0][0].count { $0 == "\n" } == 1_001)
    }
  }

  static let optimizers = [
    #""step": 0.2, "batch": 3, "order": "iid""#, #""step": 0.2, "batch": 3, "order": "subset""#,
    #""step": 0.2, "batch": 3, "order": "reshuffle""#, #""step": 0.2, "batch": 3, "order": "cyclic""#,
    #""step": 0.2, "batch": 3, "order": "blocks""#, #""step": 0.2, "order": "full""#,
    #""step": 0.02, "batch": 3, "order": "subset", "reduction": "sum""#,
    #""step": {"base": 0.02, "warmUp": {"kind": "linear", "factor": 10, "until": 0.5}}, "batch": 1, "order": "iid""#,
    #""step": {"base": 0.02, "warmUp": {"kind": "factorPerPercent", "factor": 1.05, "until": 0.3}}, "batch": 1, "order": "iid""#,
    #""step": {"base": 0.2, "decays": [{"at": 0.1, "divideBy": 2}], "pieces": [{"from": 5, "value": 0.1}]}, "batch": 1, "order": "iid""#,
  ]

  @Test("every order and schedule runs on orthonormal, correlated and given data", arguments: optimizers.indices)
  func everyOptimizer(_ place: Int) throws {
    try BuiltProgram.withDirectory { directory in
      try NPYFile(shape: [4, 6], values: (0..<24).map { sin(Double($0)) * 0.4 }).write(
        to: directory.appending(path: "data.npy").path)
      for data in [
        #""dimension": 6, "features": 4"#,
        #""dimension": 6, "features": 4, "data": {"kind": "equicorrelated", "correlation": 0.1}"#,
        #""data": {"kind": "file", "path": "data.npy"}"#,
      ] {
        let spec = """
          {"problem": {"kind": "autoencoder", \(data)}, "init": {"kind": "gaussian", "norm": 0.5},
           "optimizer": {\(Self.optimizers[place]), "steps": 200}, "seeds": {"master": 3, "trials": 5},
           "record": {"every": 50, "series": ["maxCosine"], "final": ["coefficients", "squaredNorm"]}}
          """
        try Data(spec.utf8).write(to: directory.appending(path: "spec.json"))
        // All three go into one store: each spec adds what is new.
        let outcome = try BuiltProgram.run(["run", "spec.json", "--json", "out.json"], in: directory)
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
        let trials = try Experiment.rows("spec.basin", in: directory)
        #expect(trials.count == 5)
        for trial in trials where trial["state"] as? String != "dead" {
          #expect(trial["steps"] as? Int == 200)
          #expect((trial["squaredNorm"] as? Double ?? 0) > 0.05)
        }
        // A cosine is a cosine for data of any length.
        let series = try Experiment.rows("spec.basin", ["--table", "series"], in: directory)
        #expect(series.count >= 10)
        #expect(series.allSatisfy { abs($0["maxCosine"] as? Double ?? 2) <= 1 + 1e-12 })
      }
    }
  }

  @Test("data that is not finite is named") func notFinite() throws {
    try BuiltProgram.withDirectory { directory in
      try NPYFile(shape: [2, 2], values: [1, 0, .nan, 1]).write(to: directory.appending(path: "data.npy").path)
      let spec = """
        {"problem": {"kind": "autoencoder", "data": {"kind": "file", "path": "data.npy"}},
         "init": {"kind": "sphere", "norm": 0.5}, "optimizer": {"step": 0.2, "batch": 1, "order": "iid", "steps": 10}}
        """
      try Data(spec.utf8).write(to: directory.appending(path: "spec.json"))
      let outcome = try BuiltProgram.run(["run", "spec.json"], in: directory)
      #expect(outcome.status == 2)
      #expect(outcome.errors.contains("row 1, column 0: expected a finite value, found nan"), "\(outcome.errors)")
      let inspection = try BuiltProgram.run(["data", "inspect", "data.npy"], in: directory)
      #expect(inspection.status == 0)
      #expect(inspection.output.contains("not finite 1"))
    }
  }

  @Test("a trial that leaves every bound has come to its end: it diverged") func diverged() throws {
    let spec = """
      {"problem": {"kind": "autoencoder", "dimension": 3, "features": 3}, "init": {"kind": "sphere", "norm": 50},
       "optimizer": {"step": 10, "batch": 1, "order": "iid", "steps": 1000}}
      """
    let outcome = try BuiltProgram.run(["run", "spec.json"], files: ["spec.json": spec])
    #expect(outcome.status == 0)
    #expect(outcome.output.hasPrefix("experiment: 1 trial (1 diverged) in "))
    #expect(outcome.output.hasSuffix("  Dead and diverged trials are left out of the measures.\n"))
  }
}
