import Foundation
import Testing

/// `basin run` with a store: what is run, what is said of it, and where.
@Suite("basin run, grids") struct GridTests {
  /// The text of a run without the time it took.
  private func withoutTime(_ text: String) -> String {
    text.replacingOccurrences(of: #" in [0-9.e-]+ s\n"#, with: "\n", options: .regularExpression)
  }

  @Test("again runs nothing, says the same and leaves the store alone") func again() throws {
    try BuiltProgram.withDirectory(["grid.json": Experiment.small]) { directory in
      let first = try BuiltProgram.run(["run", "grid.json", "--json", "first.json"], in: directory)
      #expect(first.status == 0)
      #expect(first.output.isEmpty && first.errors.isEmpty, "\(first.errors)")
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
          == ["first.json", "grid.basin", "grid.json"])
      let tables = try Experiment.tables("grid.basin", in: directory)
      let times = try Experiment.rows("grid.basin", ["--times"], in: directory)

      let second = try BuiltProgram.run(["run", "grid.json"], in: directory)
      let third = try BuiltProgram.run(["run", "grid.json"], in: directory)
      #expect(second.status == 0 && second.errors.isEmpty)
      #expect(withoutTime(second.output) == withoutTime(third.output))
      #expect(second.output.hasPrefix("grid: 600 trials ("))
      let summary = try Experiment.object(
        try BuiltProgram.run(["run", "grid.json", "--json", "-"], in: directory).output)
      #expect(summary["ran"] as? Int == 0)
      let before = try Experiment.object(
        String(contentsOf: directory.appending(path: "first.json"), encoding: .utf8))
      #expect(before["ran"] as? Int == 600)
      for key in ["groups", "states", "trials", "spec", "shard", "store", "name"] {
        #expect(before[key] as? NSObject == summary[key] as? NSObject, "\(key)")
      }
      #expect(try Experiment.tables("grid.basin", in: directory) == tables)
      // Not even the times of the trials are others.
      #expect(try Experiment.rows("grid.basin", ["--times"], in: directory) as NSArray == times as NSArray)
      try Experiment.expectSound("grid.basin", trials: 600, in: directory)
    }
  }

  @Test("gives the same bytes for any number of workers, and in memory the same summary") func jobs() throws {
    try BuiltProgram.withDirectory(["grid.json": Experiment.small]) { directory in
      var tables: [[String]] = []
      var texts: [String] = []
      for jobs in ["1", "2", "3"] {
        let outcome = try BuiltProgram.run(
          ["run", "grid.json", "--jobs", jobs, "--store", "\(jobs).basin"], in: directory)
        tables.append(try Experiment.tables("\(jobs).basin", in: directory))
        texts.append(withoutTime(outcome.output))
      }
      let memory = try BuiltProgram.run(["run", "grid.json", "--store", ":memory:"], in: directory)
      #expect(memory.status == 0)
      #expect(Set(tables).count == 1)
      #expect(Set(texts + [withoutTime(memory.output)]).count == 1)
      #expect(tables[0][0].count { $0 == "\n" } == 601)
      #expect(!FileManager.default.fileExists(atPath: directory.appending(path: ":memory:").path))
    }
  }

  @Test("adds what a changed spec adds, and keeps the rest") func changedSpec() throws {
    try BuiltProgram.withDirectory(["grid.json": Experiment.small]) { directory in
      func run(_ settings: String...) throws -> [String: Any] {
        let arguments = settings.flatMap { ["--set", $0] }
        let outcome = try BuiltProgram.run(["run", "grid.json", "--json", "-"] + arguments, in: directory)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try Experiment.object(outcome.output)
      }
      #expect(try run("seeds.trials=20")["ran"] as? Int == 80)
      // More trials, then one value more on an axis, then fewer of both: 4 × 20 + 4 × 10, 2 × 30, nothing.
      #expect(try run("seeds.trials=30")["ran"] as? Int == 40)
      let wider = try run("seeds.trials=30", "optimizer.batch=1,2,3")
      #expect(wider["ran"] as? Int == 60)
      #expect((wider["states"] as? [String: Int])?["pending"] == 0)
      #expect(wider["trials"] as? Int == 180)
      let narrow = try run("seeds.trials=10", "optimizer.batch=2", "optimizer.step=0.1")
      #expect(narrow["ran"] as? Int == 0)
      #expect(narrow["trials"] as? Int == 10)
      // The current spec is what is exported; --all has what came before, too.
      #expect(try Experiment.rows("grid.basin", in: directory).count == 10)
      #expect(try Experiment.rows("grid.basin", ["--all"], in: directory).count == 10 + 5 * 30)
      let show = try BuiltProgram.run(["show", "grid.basin"], in: directory)
      #expect(
        show.output.hasSuffix(
          "5 configurations of earlier specs are there too: basin export --all shows them.\n"), "\(show.output)")

      // Grown bit by bit, the store says what one run says.
      _ = try run("seeds.trials=30", "optimizer.batch=1,2,3")
      let grown = try Experiment.tables("grid.basin", in: directory)
      let whole = try BuiltProgram.run(
        [
          "run", "grid.json", "--set", "seeds.trials=30", "--set", "optimizer.batch=1,2,3", "--store", "whole.basin",
        ], in: directory)
      #expect(whole.status == 0)
      #expect(try Experiment.tables("whole.basin", in: directory) == grown)
    }
  }

  @Test("--store and --shard say where trials go; shards together are the whole") func stores() throws {
    try BuiltProgram.withDirectory(["grid.json": Experiment.small]) { directory in
      try FileManager.default.createDirectory(
        at: directory.appending(path: "else where"), withIntermediateDirectories: true)
      for shard in 1...3 {
        let outcome = try BuiltProgram.run(
          ["run", "grid.json", "--store", "else where/ü.basin", "--shard", "\(shard)/3"], in: directory)
        #expect(outcome.status == 0)
        #expect(
          outcome.errors
            == "basin: shard \(shard) of 3 (as asked), store else where/ü.\(shard)-of-3.basin\n")
      }
      let quiet = try BuiltProgram.run(
        ["run", "grid.json", "--store", "else where/ü.basin", "--shard=2/3", "--quiet"], in: directory)
      #expect(quiet.status == 0 && quiet.errors.isEmpty)
      let merge = try BuiltProgram.shell("\"$BASIN\" merge ü.basin 'else where'/ü.*-of-3.basin", in: directory)
      #expect(merge.status == 0)
      #expect(merge.output == "ü.basin: 600 trials copied, 0 already there\nAll 600 trials are there.\n")
      #expect(try Experiment.tables("ü.basin", in: directory) == Experiment.undisturbed(Experiment.small))
    }
  }

  @Test("a shard is that of the launcher, unless one says otherwise") func launcher() throws {
    try BuiltProgram.withDirectory(["grid.json": Experiment.small]) { directory in
      let array = [
        "SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "2", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_MAX": "4",
        "SLURM_ARRAY_TASK_COUNT": "4",
      ]
      let second = try BuiltProgram.run(["run", "grid.json"], in: directory, environment: array)
      #expect(second.errors == "basin: shard 2 of 4 (Slurm array 7_2), store grid.2-of-4.basin\n")
      let third = try BuiltProgram.run(["run", "grid.json", "--shard", "3/4"], in: directory, environment: array)
      #expect(third.errors == "basin: shard 3 of 4 (as asked), store grid.3-of-4.basin\n")
      let whole = try BuiltProgram.run(["run", "grid.json", "--shard", "1/1"], in: directory, environment: array)
      #expect(whole.errors.isEmpty)
      let index = try BuiltProgram.run(
        ["run", "grid.json", "--shards", "4", "--json", "-"], in: directory, environment: ["JOB_COMPLETION_INDEX": "3"])
      #expect(index.errors == "basin: shard 4 of 4 (Kubernetes completion index 3), store grid.4-of-4.basin\n")
      #expect(try Experiment.object(index.output)["shard"] as? [String: Int] == ["number": 4, "count": 4])
      let merge = try BuiltProgram.shell("\"$BASIN\" merge m.basin grid.*-of-4.basin", in: directory)
      #expect(merge.status == 1)
      #expect(
        merge.output == """
          m.basin: 450 trials copied, 0 already there
          150 of 600 trials are missing.
          Not among the merged stores: shard 1 of 4.

          """)
    }
  }

  @Test("--only runs the trials in these states and no others") func only() throws {
    try BuiltProgram.withDirectory(["long.json": Experiment.long(steps: 2_000_000)]) { directory in
      func run(_ states: String) throws -> Int? {
        let outcome = try BuiltProgram.run(
          ["run", "long.json", "--only", states, "--json", "-", "--checkpoint", "1"], in: directory)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try Experiment.object(outcome.output)["ran"] as? Int
      }
      #expect(try run("failed") == 0)
      #expect(try run("interrupted") == 0)
      #expect(try Experiment.count("pending", of: "long.basin", in: directory) == 6)
      let stopped = try BuiltProgram.start(["run", "long.json", "--jobs", "2"], in: directory)
      usleep(300_000)
      stopped.send(SIGINT)
      _ = try stopped.wait(atMost: 20)
      let interrupted = try Experiment.count("interrupted", of: "long.basin", in: directory)
      let pending = try Experiment.count("pending", of: "long.basin", in: directory)
      try #require(pending > 0 && interrupted > 0, "\(pending) pending, \(interrupted) interrupted")
      #expect(try run("pending") == pending)
      #expect(try Experiment.count("interrupted", of: "long.basin", in: directory) == interrupted)
      #expect(try run("failed,interrupted") == interrupted)
      #expect(
        try Experiment.tables("long.basin", in: directory)
          == Experiment.undisturbed(Experiment.long(steps: 2_000_000)))
    }
  }

  @Test("--schema is JSON that knows the keys of the examples") func schema() throws {
    let outcome = try BuiltProgram.run(["run", "--schema"])
    #expect(outcome.status == 0 && outcome.errors.isEmpty)
    let schema = try Experiment.object(outcome.output)
    #expect(schema["$schema"] as? String == "https://json-schema.org/draft/2020-12/schema")
    let properties = try #require(schema["properties"] as? [String: Any])
    #expect(Set(properties.keys) == ["name", "problem", "init", "optimizer", "seeds", "record", "zip"])
    guard BuiltProgram.pythonHas("jsonschema") else { return }
    let script = """
      import json, jsonschema, sys
      schema = json.load(open("schema.json"))
      jsonschema.Draft202012Validator.check_schema(schema)
      validator = jsonschema.Draft202012Validator(schema)
      for path in sys.argv[1:]: print(len(list(validator.iter_errors(json.load(open(path))))))
      """
    let examples = ["autoencoder", "replay"].map { BuiltProgram.root.appending(path: "Examples/\($0).json").path }
    let files = [
      "schema.json": outcome.output, "check.py": script, "grid.json": Experiment.small,
      "long.json": Experiment.long(steps: 5), "wrong.json": #"{"problem": {"kind": "autoencodr"}}"#,
    ]
    try BuiltProgram.withDirectory(files) { directory in
      let check = try BuiltProgram.shell(
        "python3 check.py '\(examples.joined(separator: "' '"))' grid.json long.json wrong.json", in: directory)
      #expect(check.status == 0, "\(check.errors)")
      let counts = check.output.split(separator: "\n").compactMap { Int($0) }
      #expect(counts.count == 5 && counts.dropLast() == [0, 0, 0, 0] && counts.last != 0, "\(check.output)")
    }
  }
}
