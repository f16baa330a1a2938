import Formats
import Foundation
import Testing

/// `basin diagnose` on the network of `Examples/pytorch` and on wrong input.
@Suite("basin diagnose") struct DiagnoseCommandTests {
  private static let example = [
    "--model", "mlp:64-32-10:relu", "--weights", "weights.safetensors", "--data", "data.npz", "--loss", "crossEntropy",
  ]

  private static var folder: URL { BuiltProgram.root.appending(path: "Examples/pytorch") }

  private func json(_ arguments: [String]) throws -> JSON {
    let outcome = try BuiltProgram.run(["diagnose"] + arguments + ["--json", "-", "--quiet"], in: Self.folder)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return try JSON(parsing: outcome.output, location: "standard output")
  }

  private func number(_ json: JSON?) throws -> Double { try #require(json?.double) }

  private func list(_ json: JSON?) throws -> [JSON] {
    guard case .array(let items) = json else { return try #require(nil) }
    return items
  }

  /// The numbers that PyTorch prints, in the example's README.
  @Test("says of the example what PyTorch says") func example() throws {
    let json = try json(Self.example + ["--measure", "point,eigenvalues,trace,density,features"])
    let point = try #require(json["point"])
    #expect(abs(try number(point["loss"]) - 0.0392209233) < 1e-9)
    #expect(try number(point["accuracy"]) == 0.993)
    #expect(abs(try number(point["gradientNorm"]) - 0.07238754409) < 1e-9)
    let eigenvalues = try #require(json["eigenvalues"])
    for (pair, truth) in zip(try list(eigenvalues["largest"]), [2.239359241, 1.618019571, 1.111833631]) {
      #expect(abs(try number(pair["value"]) - truth) <= (try number(pair["residual"])) + 1e-8)
    }
    let smallest = try #require(try list(eigenvalues["smallest"]).first)
    #expect(abs(try number(smallest["value"]) + 0.02256240496) <= (try number(smallest["residual"])) + 1e-9)
    #expect(try number(eigenvalues["upperBound"]) >= 2.239359241)
    // The seed is fixed: this interval is one of the 19 of 20 that cover.
    let trace = try #require(json["trace"])
    #expect(try number(trace["low"]) < 10.58559643 && 10.58559643 < (try number(trace["high"])))
    #expect(try number(json["density"]?["massDefect"]) < 1e-10)
    let layer = try #require(try list(json["features"]?["layers"]).first)
    #expect(layer["units"] == 32 && layer["layer"] == 1 && layer["activation"] == "relu")
    #expect(json["noise"] == nil && json["precision"] == "double" && json["memoryBytes"] != nil)
  }

  @Test("both files of weights are the same network") func archives() throws {
    let measures = ["--measure", "point,noise"]
    let first = try json(Self.example + measures)
    let second = try json(Self.example.map { $0 == "weights.safetensors" ? "weights.npz" : $0 } + measures)
    #expect(first["point"] == second["point"] && first["noise"] == second["noise"])
  }

  @Test("single precision is close, and the seed moves only what is estimated") func precision() throws {
    let arguments = Self.example + ["--split", "0:300", "--measure", "eigenvalues,trace"]
    let (double, single) = (try json(arguments), try json(arguments + ["--precision", "single"]))
    let values = try [double, single].map { try number(list($0["eigenvalues"]?["largest"]).first?["value"]) }
    #expect(abs(values[0] - values[1]) < 1e-4 * values[0] && values[0] != values[1])
    let other = try json(arguments + ["--seed", "2"])
    #expect(abs(try number(list(other["eigenvalues"]?["largest"]).first?["value"]) - values[0]) < 1e-6 * values[0])
    #expect(other["trace"]?["value"] != double["trace"]?["value"])
  }

  @Test("--out writes the page with its figures and diagnosis.json") func report() throws {
    try BuiltProgram.withDirectory { directory in
      for file in ["weights.safetensors", "data.npz"] {
        try FileManager.default.copyItem(
          at: Self.folder.appending(path: file), to: directory.appending(path: file))
      }
      let outcome = try BuiltProgram.run(
        ["diagnose"] + Self.example + [
          "--split", "0:100", "--measure", "eigenvalues,density,thresholds,slices,kinks", "--batch", "1,4", "--step",
          "0.1,1",
          "--out", "report", "--json", "d.json", "--quiet",
        ], in: directory)
      #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.errors)")
      func text(_ path: String) throws -> String {
        try String(contentsOf: directory.appending(path: path), encoding: .utf8)
      }
      #expect(try text("report/diagnosis.json") == (try text("d.json")))
      let page = try text("report/index.html")
      for part in [
        "Diagnosis of mlp:64-32-10:relu", "id=\"figure-density\"", "id=\"figure-map\"", "id=\"figure-plane\"",
        "How to read it", "λ_max",
      ] {
        #expect(page.contains(part), "\(part)")
      }
      #expect(try text("report/data/eigenvalues.csv").hasPrefix("end,rank,value,residual,isConverged\n"))
    }
  }

  private static let mistakes: [(arguments: [String], error: String)] = [
    (
      [],
      "basin diagnose: expected --model, --weights, --data and --loss, found no --model, no --weights, no --data, no --loss."
    ),
    (["weights.safetensors"], "basin diagnose: expected options only, found \"weights.safetensors\"."),
    (
      example + ["--measure", "sharpnes"],
      "basin diagnose --measure: expected names of measures, commas between, found \"sharpnes\". Did you mean \"sharpness\"?"
    ),
    (
      example + ["--trace-error", "2"], "basin diagnose --trace-error: expected a number above 0, below 1, found \"2\"."
    ),
    (example + ["--order", "reshuffle"], "basin diagnose --order: expected iid or subset, found \"reshuffle\"."),
    (replacing("mlp:64-32-10:relu", by: "mlp:64-31-10:relu"), "weights.safetensors: expected"),
    (
      replacing("mlp:64-32-10:relu", by: "mlp:64-32-10:rel"),
      "network: expected an activation, found \"rel\". Did you mean \"relu\"?"
    ),
    (
      replacing("crossEntropy", by: "crossentropy"),
      "loss: expected a loss, found \"crossentropy\". Did you mean \"crossEntropy\"?"
    ),
    (replacing("data.npz", by: "weights.npz"), "weights.npz"),
    (replacing("weights.safetensors", by: "missing.safetensors"), "missing.safetensors: expected"),
    (example + ["--split", "900:1100"], "data.npz, x: expected rows from 0 to 1000"),
    (example + ["--batch", "2000", "--measure", "batchSharpness", "--order", "subset"], "batch size"),
  ]

  private static func replacing(_ old: String, by new: String) -> [String] { example.map { $0 == old ? new : $0 } }

  @Test("wrong input is one clear line and status 2", arguments: mistakes.indices) func mistake(_ place: Int) throws {
    let line = Self.mistakes[place]
    let outcome = try BuiltProgram.run(["diagnose"] + line.arguments + ["--quiet"], in: Self.folder)
    #expect(outcome.status == 2 && outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("basin: error: \(line.error)"), "\(outcome.errors)")
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
  }
}
