import Foundation
import Testing

/// `basin reproduce`: the JSON contract, the files of the report, and the page in a browser.
@Suite("basin reproduce") struct ReproduceTests {
  private func claims(_ text: String) throws -> [[String: Any]] {
    let document = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    return try #require(document["claims"] as? [[String: Any]])
  }

  @Test("prints nothing but the claims, with every field") func contract() throws {
    let outcome = try BuiltProgram.run(["reproduce", "autoencoder", "--claims", "14,4,b3", "--json", "-", "--quiet"])
    #expect(outcome.status == 0)
    let claims = try claims(outcome.output)
    #expect(claims.map { $0["id"] as? String } == ["autoencoder.04", "autoencoder.14", "autoencoder.b3"])
    for claim in claims {
      for key in [
        "id", "title", "statement", "scope", "source", "convention", "hypotheses", "prediction", "measurement", "error",
        "tolerance", "verdict", "checks", "decisiveCheck",
      ] { #expect(claim[key] != nil, "\(claim["id"] ?? "") lacks \(key)") }
      #expect(claim["verdict"] as? String == "holds")
      for check in try #require(claim["checks"] as? [[String: Any]]) {
        for key in ["name", "prediction", "measurement", "error", "tolerance", "passes"] {
          #expect(check[key] != nil, "\(check["name"] ?? "") lacks \(key)")
        }
      }
      for hypothesis in try #require(claim["hypotheses"] as? [[String: Any]]) {
        #expect(hypothesis["holds"] as? Bool == true)
        #expect((hypothesis["found"] as? String)?.isEmpty == false)
      }
    }
  }

  @Test("measures the same for any number of workers, and something else for another seed") func determinism() throws {
    var found: [Data] = []
    for (jobs, seed) in [("1", "5"), ("2", "5"), ("3", "5"), ("2", "6")] {
      let outcome = try BuiltProgram.run([
        "reproduce", "autoencoder", "--claims", "5,9,15,b7", "--json", "-", "--quiet", "--jobs", jobs, "--seed", seed,
      ])
      #expect(outcome.status == 0)
      found.append(try JSONSerialization.data(withJSONObject: try claims(outcome.output), options: .sortedKeys))
    }
    #expect(found[0] == found[1])
    #expect(found[0] == found[2])
    #expect(found[0] != found[3])
  }

  @Test("writes the whole report, and the same bytes again") func files() throws {
    try BuiltProgram.withDirectory { directory in
      for folder in ["first", "second"] {
        let outcome = try BuiltProgram.run(
          ["reproduce", "autoencoder", "--claims", "17,b5", "--out", folder, "--quiet"], in: directory)
        #expect(outcome.status == 0)
        #expect(outcome.output.hasSuffix("2 claims: 2 hold, 0 fail, 0 not applicable\n"))
        #expect(outcome.errors.hasSuffix("basin: the report is \(folder)/index.html\n"))
      }
      for file in [
        "references.bib", "autoencoder/data/log-ratio-walk.csv", "autoencoder/data/cyclic-search.csv",
        "autoencoder/figures/log-ratio-walk.csv", "autoencoder/data/cyclic-worst-miss-m5.json",
      ] {
        let first = try Data(contentsOf: directory.appending(path: "first/\(file)"))
        #expect(!first.isEmpty)
        #expect(first == (try Data(contentsOf: directory.appending(path: "second/\(file)"))), "\(file)")
      }
      let page = try String(contentsOf: directory.appending(path: "first/index.html"), encoding: .utf8)
      for text in ["autoencoder.17", "autoencoder.b5", "What differs from the publication", "log-ratio-walk"] {
        #expect(page.contains(text))
      }
      // The kept start repeats the miss that the claim reports.
      let replay = try BuiltProgram.run(["run", "first/autoencoder/data/cyclic-worst-miss-m5.json"], in: directory)
      #expect(replay.status == 0)
      let trial = try #require(try Experiment.rows("cyclic-worst-miss-m5.basin", in: directory).first)
      let selected = try #require(trial["selectedIndex"] as? Double)
      let spec = try #require(
        try JSONSerialization.jsonObject(
          with: Data(contentsOf: directory.appending(path: "first/autoencoder/data/cyclic-worst-miss-m5.json")))
          as? [String: Any])
      let start = try #require((spec["init"] as? [String: Any])?["values"] as? [Double])
      #expect(trial["state"] as? String == "converged")
      #expect(start[Int(selected)] < start.max() ?? 0)
    }
  }
}
