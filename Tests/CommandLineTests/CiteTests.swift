import Citations
import Formats
import Foundation
import Testing

/// `basin cite` on studies, specs, stores, results and wrong input, and what reports list.
@Suite("basin cite") struct CiteTests {
  private static let spec = """
    {"name": "cited", "problem": {"kind": "network", "network": "mlp:64-8-10:relu", "loss": "crossEntropy",
       "data": {"kind": "digits", "samples": 64}},
     "init": "he",
     "optimizer": {"step": 0.05, "batch": 4, "order": "reshuffle", "steps": 20, "momentum": 0.9, "nesterov": true},
     "seeds": {"trials": 3}, "record": {"series": ["loss"], "final": ["loss", "featureSparsity"]}}
    """

  private func cite(_ arguments: [String], in directory: URL) throws -> String {
    let outcome = try BuiltProgram.run(["cite"] + arguments, in: directory)
    #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
    return outcome.output
  }

  private func keys(_ bibTeX: String) -> [String] {
    bibTeX.matches(of: /(?m)^@[a-z]+\{([^,]+),$/).map { String($0.1) }
  }

  private func text(_ path: String, in directory: URL) throws -> String {
    try String(contentsOf: directory.appending(path: path), encoding: .utf8)
  }

  @Test("says how to cite Basin, as CITATION.cff does") func basin() throws {
    let outcome = try BuiltProgram.run(["cite"])
    #expect(outcome.status == 0)
    #expect(outcome.errors.hasPrefix("basin: cite the publications of what you used, too: "))
    let file = try text("CITATION.cff", in: BuiltProgram.root)
    func value(_ key: String) throws -> String {
      let line = try #require(file.split(separator: "\n").first { $0.drop { " -".contains($0) }.hasPrefix("\(key): ") })
      return line.drop { $0 != ":" }.dropFirst(2).filter { $0 != "\"" }
    }
    #expect(
      outcome.output == Citation.basin(version: try value("version")).bibTeX)
    for (field, key) in [("author", "name"), ("title", "title"), ("abstract", "abstract"), ("license", "license")] {
      #expect(Citation.basin(version: "")[field]?.filter { !"{}".contains($0) } == (try value(key)), "\(field)")
    }
    let version = try BuiltProgram.run(["--version"]).output
    #expect(version == "basin \(try value("version"))\n")
  }

  @Test("a spec has exactly what it uses") func specs() throws {
    try BuiltProgram.withDirectory([
      "spec.json": Self.spec,
      "plain.json": Self.spec.replacing(", \"momentum\": 0.9, \"nesterov\": true", with: "")
        .replacing("\"featureSparsity\"", with: "\"accuracy\""),
      "none.json": """
      {"problem": {"kind": "formula", "loss": "theta[0]^2"}, "init": {"kind": "parameters", "values": [1]},
       "optimizer": {"step": 0.1, "order": "full", "steps": 3}}
      """,
      "near.json": """
      {"problem": {"kind": "landscape", "name": "wu-ma-e"},
       "init": {"kind": "near", "point": "varying", "radius": 0.001},
       "optimizer": {"step": 0.5, "batch": 1, "order": "subset", "steps": 3}}
      """,
      "minimum.json": """
      {"problem": {"kind": "leastSquares", "data": {"kind": "gaussian", "samples": 5, "dimension": 2}},
       "init": "zeros", "optimizer": {"step": 0.1, "order": "full", "steps": 3},
       "record": {"final": ["minimumDistance"]}}
      """,
    ]) { directory in
      #expect(
        keys(try cite(["spec.json"], in: directory)) == [
          "alpaydin1998digits", "andriushchenko2023sgd", "he2015delving", "lemire2019fast", "salmon2011parallel",
          "sutskever2013importance",
        ])
      #expect(
        keys(try cite(["plain.json"], in: directory)) == [
          "alpaydin1998digits", "he2015delving", "lemire2019fast", "salmon2011parallel",
        ])
      #expect(
        keys(try cite(["near.json"], in: directory)) == [
          "bentley1987sample", "lemire2019fast", "salmon2011parallel", "wu2018how",
        ])
      #expect(keys(try cite(["minimum.json"], in: directory)) == ["dembo1982inexact", "salmon2011parallel"])
      let none = try BuiltProgram.run(["cite", "none.json"], in: directory)
      #expect(none.status == 0 && none.output.isEmpty)
      #expect(none.errors == "basin: what this uses rests on no publication\n")
      // Several are joined, each publication once.
      let both = keys(try cite(["near.json", "minimum.json", "near.json"], in: directory))
      #expect(
        both == ["bentley1987sample", "dembo1982inexact", "lemire2019fast", "salmon2011parallel", "wu2018how"])
    }
  }

  @Test("a store has what it uses and what its report shows, which lists the same") func stores() throws {
    try BuiltProgram.withDirectory(["spec.json": Self.spec]) { directory in
      _ = try BuiltProgram.run(["run", "spec.json", "--store", "s.basin", "--quiet"], in: directory)
      let listed = try cite(["s.basin"], in: directory)
      let own = Set(keys(listed)).subtracting(keys(try cite(["spec.json"], in: directory)))
      #expect(
        own.sorted() == [
          "david2003order", "efron1979bootstrap", "hyndman1996sample", "okabe2008color", "wilson1927probable",
        ])
      #expect(try BuiltProgram.run(["report", "s.basin", "--out", "r"], in: directory).status == 0)
      #expect(try text("r/references.bib", in: directory) == listed)
      let page = try text("r/index.html", in: directory)
      for key in keys(listed) { #expect(page.contains("id=\"ref-\(key)\""), "\(key)") }
      // Of one trial there is no spread to resample.
      _ = try BuiltProgram.run(
        ["run", "spec.json", "--set", "seeds.trials=1", "--store", "one.basin", "--quiet"], in: directory)
      #expect(!keys(try cite(["one.basin"], in: directory)).contains("efron1979bootstrap"))
      // Before there is anything to show, it is the spec that counts.
      _ = try BuiltProgram.run(
        ["run", "spec.json", "--set", "seeds.trials=1", "--shard", "2/2", "--quiet"], in: directory)
      #expect(
        keys(try cite(["spec.2-of-2.basin"], in: directory)) == keys(try cite(["spec.json"], in: directory)))
    }
  }

  @Test("stability and diagnose list what they used, in the report and in the JSON") func analyses() throws {
    try BuiltProgram.withDirectory { directory in
      let stability = ["stability", "--problem", "wu-ma-e", "--order", "subset", "--step", "0.3,0.6", "--quiet"]
      #expect(try BuiltProgram.run(stability + ["--out", "st"], in: directory).status == 0)
      let listed = try cite(["st/map.json"], in: directory)
      #expect(try text("st/references.bib", in: directory) == listed)
      // In one direction everything is exact: nothing is drawn.
      #expect(
        keys(listed) == [
          "chemnitz2025characterizing", "mulayoff2024exact", "okabe2008color", "patel2017impact",
          "wu2018how",
        ])
      let confirmed = try BuiltProgram.run(
        stability + ["--confirm", "--trials", "10", "--steps", "10", "--json", "c.json"], in: directory)
      #expect(confirmed.status == 0)
      // Without a report there is no figure.
      #expect(
        Set(keys(try cite(["c.json"], in: directory))).symmetricDifference(keys(listed)).sorted() == [
          "bentley1987sample", "lemire2019fast", "okabe2008color", "salmon2011parallel", "wilson1927probable",
        ])
    }
    let example = BuiltProgram.root.appending(path: "Examples/pytorch")
    try BuiltProgram.withDirectory { directory in
      let arguments = [
        "diagnose", "--model", "mlp:64-32-10:relu", "--weights", "\(example.path)/weights.npz", "--data",
        "\(example.path)/data.npz", "--loss", "crossEntropy", "--split", "0:100", "--quiet",
      ]
      let run = try BuiltProgram.run(arguments + ["--measure", "trace,features,kinks", "--out", "di"], in: directory)
      #expect(run.status == 0, "\(run.errors)")
      let listed = try cite(["di/diagnosis.json"], in: directory)
      #expect(try text("di/references.bib", in: directory) == listed)
      #expect(
        keys(listed) == [
          "andriushchenko2023sgd", "hall1992removal", "hutchinson1990stochastic", "meyer2021hutch",
          "pearlmutter1994fast", "salmon2011parallel",
        ])
    }
  }

  @Test("studies, methods and JSON") func studies() throws {
    try BuiltProgram.withDirectory { directory in
      for study in ["autoencoder", "stability", "sparse-features", "support"] {
        let listed = keys(try cite([study], in: directory))
        #expect(listed.count > 8 && listed == Set(listed).sorted())
      }
      let all = keys(try cite(["autoencoder", "stability", "sparse-features", "support"], in: directory))
      #expect(all == Set(all).sorted() && all.contains("ghosh2025effect") && all.contains("patel2017impact"))
      // What a study measures has its publications, whether they are listed before or after.
      let measured = try BuiltProgram.run(
        ["reproduce", "autoencoder", "--claims", "13", "--out", "r", "--quiet"], in: directory)
      #expect(measured.status == 0)
      #expect(try text("r/references.bib", in: directory) == (try cite(["autoencoder"], in: directory)))
      #expect(try cite(["r/autoencoder/claims.json"], in: directory) == (try cite(["autoencoder"], in: directory)))
      #expect(keys(try cite(["--method", "hutchPlusPlus"], in: directory)).contains("meyer2021hutch"))
      #expect(
        keys(try cite(["--method", "jacobianRank"], in: directory)) == ["andriushchenko2023sgd", "roy2007effective"])
      #expect(
        keys(try cite(["--method", "mnist", "--method=cifar10"], in: directory)) == [
          "krizhevsky2009learning", "lecun1998gradient",
        ])
      let json = try JSON(parsing: try cite(["--method", "he", "--json", "-"], in: directory), location: "output")
      let list: [JSON] = if case .array(let items)? = json["citations"] { items } else { [] }
      try #require(list.map { $0["key"] } == ["he2015delving", "salmon2011parallel"])
      #expect(list[0]["fields"] != nil && list[0]["type"] == "inproceedings" && list[0]["shortName"] != nil)
      // What was written can be read again.
      _ = try cite(["--method", "he", "--json", "he.json"], in: directory)
      #expect(try cite(["he.json"], in: directory) == (try cite(["--method", "he"], in: directory)))
    }
  }

  @Test("wrong input is refused") func refusals() throws {
    let expected = "basin cite: expected a study, or a file that is a spec, a store or a result"
    try BuiltProgram.withDirectory([
      "spec.json": Self.spec.replacing("\"he\"", with: "\"hee\""), "bad.json": "{\"citations\": [1]}",
      "notes.txt": "hello",
    ]) { directory in
      for (arguments, error) in [
        (["autoencodr"], "\(expected), found \"autoencodr\". Did you mean \"autoencoder\"?"),
        (["thresholds"], "\(expected), found \"thresholds\". Did you mean \"--method thresholds\"?"),
        (
          ["--method", "tresholds"],
          "basin cite --method: expected a method that rests on publications, found \"tresholds\". Did you mean \"thresholds\"?"
        ),
        (["spec.json"], "spec.json, init: expected "),
        (["bad.json"], "bad.json, citations: expected publications as Basin writes them, found something else."),
        (["notes.txt"], "notes.txt: expected "),
        (["--method"], "basin cite: expected NAME after --method, found nothing."),
      ] {
        let outcome = try BuiltProgram.run(["cite"] + arguments, in: directory)
        #expect(outcome.status == 2 && outcome.output.isEmpty)
        #expect(outcome.errors.hasPrefix("basin: error: \(error)"), "\(outcome.errors)")
      }
    }
  }
}
