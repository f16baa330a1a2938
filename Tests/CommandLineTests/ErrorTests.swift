import Foundation
import Testing

/// Every wrong input ends with status 2, nothing on standard output, and one line that says what was expected and found.
@Suite("Wrong input") struct ErrorTests {
  static let lines: [(arguments: [String], error: String)] = [
    (["reprodce"], #"basin: expected a command, found "reprodce". Did you mean "reproduce"?"#),
    (["help", "rn"], #"basin: expected a command, found "rn". Did you mean "run"?"#),
    (
      ["reproduce", "autoencodr"],
      #"basin reproduce: expected the name of a study, found "autoencodr". Did you mean "autoencoder"?"#
    ),
    (["reproduce", "--sed", "1"], #"basin reproduce: expected a known option, found "--sed". Did you mean "--seed"?"#),
    (
      ["reproduce", "--seed"],
      #"basin reproduce: expected N after --seed, found nothing. See "basin reproduce --help"."#
    ),
    (
      ["reproduce", "--seed="],
      #"basin reproduce: expected N after --seed, found nothing. See "basin reproduce --help"."#
    ),
    (
      ["reproduce", "--seed", "-1"],
      #"basin reproduce --seed: expected a whole number from 0 to 18446744073709551615, found "-1"."#
    ),
    (["reproduce", "--seed", "1", "--seed", "2"], "basin reproduce: expected --seed once, found it twice."),
    (["reproduce", "--jobs", "0"], #"basin reproduce --jobs: expected a whole number from 1 to 1024, found "0"."#),
    (["reproduce", "--jobs", "two"], #"basin reproduce --jobs: expected a whole number from 1 to 1024, found "two"."#),
    (["reproduce", "--full=yes"], #"basin reproduce: expected --full without a value, found "--full=yes"."#),
    (
      ["reproduce", "--claims", "b44"],
      #"basin reproduce --claims: expected ids of claims, found "b44". Did you mean "b4"?"#
    ),
    (["reproduce", "--out", "file/report"], "file: expected a folder, or a place where one can be made, found "),
    (["reproduce", "--out", "file"], "file: expected a folder, or a place where one can be made, found "),
    (
      ["reproduce", "--claims", "14", "--json", "missing/x.json"],
      #"missing/x.json: expected a place where a file can be written, found no folder "missing". Make the folder, or choose another path."#
    ),
    (
      ["reproduce", "--claims", "14", "--json", "."],
      ".: expected a place where a file can be written, found a folder. Name a file in it."
    ),
    (["run"], #"basin run: expected one spec file, found none. See "basin run --help"."#),
    (["run", "a", "b"], #"basin run: expected one spec file, found 2. See "basin run --help"."#),
    (
      ["run", "missing.json"],
      #"missing.json: expected a file that can be read, found "No such file or directory". Check the path for typing errors; a folder on the way must exist too."#
    ),
    (["run", "."], ".: expected a file that can be read, found a folder. Name a file in it."),
    (["run", "file"], "file: expected JSON, found text that is not ("),
    (["run", "list.json"], "list.json: expected a spec, which is a JSON object, found a list of 1."),
    (["data"], #"basin data: expected what to do, found nothing. Known: inspect."#),
    (["data", "inspct", "x"], #"basin data: expected what to do, found "inspct". Did you mean "inspect"?"#),
    (["data", "inspect"], "basin data inspect: expected one file, found 0."),
    (
      ["data", "inspect", "file"], "file: expected an .npy file, which begins with the bytes 93 4E 55 4D 50 59, found "
    ),
    (["bench"], "basin bench: expected one workload, found none. Known: w3, selection-law."),
    (["bench", "w4"], #"basin bench: expected one workload, found "w4". Did you mean "w3"?"#),
    (["bench", "w3", "--repeats", "0"], #"basin bench --repeats: expected a whole number from 1 to 1000, found "0"."#),
    (
      ["bench", "selection-law", "--export", "x"],
      #"basin bench --export: expected the workload w3, found "selection-law"."#
    ),
  ]

  @Test("is one clear line and status 2", arguments: lines.indices) func isRefused(_ place: Int) throws {
    let line = Self.lines[place]
    let outcome = try BuiltProgram.run(line.arguments, files: ["file": "plain text", "list.json": "[1]"])
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.hasPrefix("basin: error: \(line.error)"), "\(outcome.errors)")
    #expect(outcome.errors.count { $0 == "\n" } == 1)
    // Texts given whole are compared whole.
    if line.error.hasSuffix(".") || line.error.hasSuffix("?") {
      #expect(outcome.errors == "basin: error: \(line.error)\n")
    }
  }

  @Test("of a spec is said all at once, and nothing runs") func specProblems() throws {
    let spec = """
      {"nmae": "x", "problem": {"kind": "autoencoder", "dimension": 10, "features": 4},
       "init": {"kind": "coefficients", "values": [1, 2]},
       "optimizer": {"step": -1, "batch": 5, "order": "subst", "steps": 1.5},
       "seeds": {"master": -1, "trials": 0}, "record": {"final": ["maxCosin"]}}
      """
    let outcome = try BuiltProgram.run(["run", "spec.json"], files: ["spec.json": spec])
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    let expected = [
      #"nmae: expected a known key, found "nmae". Did you mean "name"?"#,
      "init.values: expected 4 numbers, one a data vector, found 2.",
      "optimizer.step: expected a positive step size, or an object that describes a schedule, found -1.",
      #"optimizer.order: expected "iid", "subset", "reshuffle", "cyclic", "blocks" or "full", found "subst". Did you mean "subset"?"#,
      "optimizer.batch: expected a whole number from 1 to 4, found 5.",
      "optimizer.steps: expected a whole number from 0 to 4294967295, found 1.5.",
      "seeds.master: expected a whole number from 0 to 18446744073709551615, found -1.",
      "seeds.trials: expected a whole number from 1 to 10000000, found 0.",
    ]
    for line in expected { #expect(outcome.errors.contains("basin: error: \(line)\n"), "\(line)\n\(outcome.errors)") }
    #expect(outcome.errors.contains(#"record.final[0]: expected "maxCosine""#))
    #expect(outcome.errors.hasSuffix("basin: 9 problems in spec.json; nothing was run.\n"))
  }

  static let specs: [(change: [String: String], error: String)] = [
    (
      ["\"order\": \"subset\"": "\"order\": {\"kind\": \"replay\", \"batches\": [[0], [4]]}", "\"batch\": 1,": ""],
      "optimizer.order.batches[1][0]: expected an index from 0 to 3, found 4. Indices count from 0."
    ),
    (
      ["\"order\": \"subset\"": "\"order\": {\"kind\": \"replay\", \"batches\": [[0], [1]]}", "\"batch\": 1,": ""],
      "optimizer.steps: expected at most 2, the number of replayed batches, found 100."
    ),
    (
      ["\"order\": \"subset\"": "\"order\": {\"kind\": \"replay\", \"batches\": [[0], 1]}", "\"batch\": 1,": ""],
      "optimizer.order.batches: expected a list of batches, each a list of indices, found a list of 2."
    ),
    (
      ["\"order\": \"subset\"": "\"order\": \"full\""],
      "optimizer.batch: expected no batch size for the order \"full\", found 1. The full batch has 4 samples."
    ),
    (
      ["\"features\": 4": "\"features\": 40"],
      "problem.features: expected a number of data vectors from 1 to the dimension, 10, found 40."
    ),
    (
      ["\"dimension\": 10, \"features\": 4": "\"data\": {\"kind\": \"file\", \"path\": \"none.npy\"}"],
      "problem.data.path: none.npy: expected a file that can be read, found \"No such file or directory\"."
    ),
    (
      ["\"steps\": 100}": "\"steps\": 100}, \"record\": {\"final\": [\"maxCosine\", \"maxCosine\"]}"],
      "record.final[1]: expected each name once, found \"maxCosine\" again."
    ),
    (
      ["\"dimension\": 10, \"features\": 4": "\"dimension\": 1000000, \"features\": 1000000"],
      "problem.dimension: expected at most 50000000 entries, features times dimension, found 1000000000000."
    ),
    (["\"norm\": 0.5": "\"norm\": 1e400"], "spec.json: expected JSON, found text that is not ("),
  ]

  @Test("of one key of a spec names the key", arguments: specs.indices) func specError(_ place: Int) throws {
    var spec = """
      {"problem": {"kind": "autoencoder", "dimension": 10, "features": 4}, "init": {"kind": "sphere", "norm": 0.5},
       "optimizer": {"step": 0.2, "batch": 1, "order": "subset", "steps": 100}}
      """
    for (old, new) in Self.specs[place].change { spec = spec.replacingOccurrences(of: old, with: new) }
    let outcome = try BuiltProgram.run(["run", "spec.json"], files: ["spec.json": spec])
    #expect(outcome.status == 2)
    #expect(outcome.output.isEmpty)
    #expect(outcome.errors.contains("basin: error: \(Self.specs[place].error)"), "\(outcome.errors)")
  }
}
