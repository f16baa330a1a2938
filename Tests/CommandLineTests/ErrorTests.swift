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
    (
      ["reproduce", "support", "--mnist", "nowhere"],
      "nowhere: expected train-images-idx3-ubyte or train-images-idx3-ubyte.gz, found neither. The folder should hold the four files of MNIST, or of a data set in the same layout."
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
    (["run", "file"], #"file, line 1, column 1: expected JSON, here a value, found "p"."#),
    (["run", "list.json"], "list.json: expected a spec, which is a JSON object, found a list of 1."),
    (
      ["run", "list.json", "--sett", "x=1"],
      #"basin run: expected a known option, found "--sett". Did you mean "--set"?"#
    ),
    (["run", "list.json", "--jobs", "0"], #"basin run --jobs: expected a whole number from 1 to 1024, found "0"."#),
    (
      ["run", "list.json", "--checkpoint", "0"],
      #"basin run --checkpoint: expected a whole number from 1 to 86400, found "0"."#
    ),
    (
      ["run", "list.json", "--shard", "0/3"],
      #"basin run --shard: expected K/N with K from 1 to N, such as 2/4, found "0/3". Shards are counted from 1: the first is 1/3, the last 3/3."#
    ),
    (
      ["run", "list.json", "--shard", "4/3"],
      #"basin run --shard: expected K/N with K from 1 to N, such as 2/4, found "4/3"."#
    ),
    (
      ["run", "list.json", "--shard", "3"],
      #"basin run --shard: expected K/N with K from 1 to N, such as 2/4, found "3"."#
    ),
    (
      ["run", "list.json", "--shard", "1/3", "--shards", "3"],
      "basin run: expected either --shard or --shards, found both."
    ),
    (
      ["run", "list.json", "--shards", "3"],
      "--shards: expected a launcher that numbers the processes, found none in the environment. Say with --shard K/3 which shard this process is."
    ),
    (
      ["run", "list.json", "--only", "done"],
      #"basin run --only: expected failed, interrupted or pending, with commas between, found "done". Trials that finished would give the same again."#
    ),
    (
      ["run", "list.json", "--set", "x"],
      #"--set: expected a place and a value, such as optimizer.batch=1,2,5, found "x"."#
    ),
    (
      ["run", "list.json", "--json", "missing/x.json"],
      #"missing/x.json: expected a place where a file can be written, found no folder "missing". Make the folder, or choose another path."#
    ),
    (["show"], #"basin show: expected one store, found none. See "basin show --help"."#),
    (["export"], #"basin export: expected one store, found none. See "basin export --help"."#),
    (
      ["export", "file", "--table", "group"],
      #"basin export --table: expected trials, series, groups, states, found "group". Did you mean "groups"?"#
    ),
    (
      ["export", "file", "--format", "cvs"],
      #"basin export --format: expected csv, jsonl, npz, tensorboard, found "cvs". Did you mean "csv"?"#
    ),
    (["export", "file", "--columns", "some"], #"basin export --columns: expected varying, all, found "some"."#),
    (
      ["export", "file", "--by", "optimizer.batch"],
      #"basin export --by: expected a table of groups or states, found "trials"."#
    ),
    (
      ["merge", "out.basin"],
      #"basin merge: expected OUT and at least one store to merge into it, found only "out.basin". See "basin merge --help"."#
    ),
    (["merge", "a.basin", "a.basin"], #"basin merge: expected a store besides OUT, found only "a.basin"."#),
    (["data"], #"basin data: expected what to do, found nothing. Known: inspect, fetch."#),
    (["data", "inspct", "x"], #"basin data: expected what to do, found "inspct". Did you mean "inspect"?"#),
    (["data", "inspect"], "basin data inspect: expected one file, found 0."),
    (
      ["data", "inspect", "file"], "file: expected an .npy file, which begins with the bytes 93 4E 55 4D 50 59, found "
    ),
    (
      ["bench"],
      "basin bench: expected one workload, found none. Known: w1, w2, w3, w4-1, w4-32, w4-512, w4-full, mnist, curvature-b1, curvature-b2, curvature-b3, curvature-b4, selection-law, escape, thresholds-500, thresholds-10000, thresholds-10000-full, contest."
    ),
    (["bench", "w4"], #"basin bench: expected one workload, found "w4". Did you mean "w1"?"#),
    (["bench", "w3", "--repeats", "0"], #"basin bench --repeats: expected a whole number from 1 to 1000, found "0"."#),
    (
      ["bench", "selection-law", "--export", "x"],
      #"basin bench --export: expected one of the workloads w1, w2, w3, w4-1, w4-32, w4-512, w4-full, mnist, curvature-b1, curvature-b2, curvature-b3, curvature-b4, thresholds-500, found "selection-law"."#
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
    #expect(
      outcome.errors == """
        basin: error: optimizer.step: expected a positive number, found -1.
        basin: error: optimizer.order: expected "iid", "subset", "reshuffle", "cyclic", "blocks", "full" or "replay", \
        found "subst". Did you mean "subset"?
        basin: error: optimizer.steps: expected a whole number from 0 to 4294967295, found 1.5.
        basin: error: seeds.master: expected a whole number from 0 to 18446744073709551615, found -1.
        basin: error: seeds.trials: expected a whole number from 1 to 100000000, found 0.
        basin: error: record.final[0]: expected "maxCosine", "misalignment", "selectedIndex", "loss", "lossGap", \
        "squaredNorm", "activeEnergy", "runnerUpRatio", "logRatio", "steps", "coefficients", "gradientNorm", \
        "nearestMinimum", "minimumDistance", "exitStep", "parameters", "accuracy", "supportVectorFraction", "testLoss", \
        "testAccuracy", "relevantNorm", "irrelevantNorm", "columnRatio", "firstLayerRank", "neuronMovement", \
        "neuronRotation", "neuronAlignment", "atomRecovery", "featureSparsity", "jacobianRank", "effectiveRank", \
        "weightImbalance", "sharpness", "hessianTrace", "featureSparsities", "l0", "l1", "supportPrecision", "supportRecall" or "supportF1", found \
        "maxCosin". \
        Did you mean "maxCosine"?
        basin: error: nmae: expected a known key, found "nmae". Did you mean "name"?
        basin: 7 problems in spec.json; nothing was run.

        """)
  }

  @Test("that does not fit together is said all at once, at the entries of axes, and no store is made")
  func misfits() throws {
    let spec = """
      {"problem": {"kind": "autoencoder", "dimension": 10, "features": [4, 6]},
       "init": {"kind": "coefficients", "values": [1, 2, 3, 4]},
       "optimizer": {"step": [0.1, -0.2], "batch": [1, 5], "order": "iid", "steps": 10},
       "zip": [["optimizer.batch", "optimizer.stp"]]}
      """
    try BuiltProgram.withDirectory(["spec.json": spec]) { directory in
      let outcome = try BuiltProgram.run(["run", "spec.json"], in: directory)
      #expect(outcome.status == 2 && outcome.output.isEmpty)
      #expect(
        outcome.errors == """
          basin: error: zip[0][1]: expected the place of an axis, found "optimizer.stp". Did you mean "optimizer.step"?
          basin: error: optimizer.batch[1]: expected a whole number from 1 to 4, the number of samples, found 5.
          basin: error: optimizer.step[1]: expected a positive number, found -0.2.
          basin: error: init.values: expected 6 numbers, one a data vector, found 4.
          basin: 4 problems in spec.json; nothing was run.

          """)
      #expect(try FileManager.default.contentsOfDirectory(atPath: directory.path) == ["spec.json"])
    }
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
      "optimizer.order.batches[1]: expected a list, each entry a whole number from 0 to 2147483647, found 1."
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
    (
      ["\"norm\": 0.5": "\"norm\": 1e400"],
      "spec.json, line 1, column 105: expected JSON, here a number that a double can hold, found 1e400."
    ),
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
