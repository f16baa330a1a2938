import Foundation
import Testing

/// `basin show`, `basin export` and `basin merge` on sound stores.
@Suite("Stores, read") struct ExportTests {
  /// A directory with `grid.basin`, all of it run.
  private func withStore(_ body: (URL) throws -> Void) throws {
    try BuiltProgram.withDirectory(["grid.json": Experiment.small]) { directory in
      #expect(try BuiltProgram.run(["run", "grid.json"], in: directory).status == 0)
      try body(directory)
    }
  }

  @Test("tables agree with each other, in both formats, on standard output and in a file") func tables() throws {
    try withStore { directory in
      var csv: [String: [[String]]] = [:]
      for table in ["trials", "series", "groups", "states"] {
        let outcome = try BuiltProgram.run(["export", "grid.basin", "--table", table], in: directory)
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let rows = outcome.output.split(separator: "\n").map {
          $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        csv[table] = rows
        let file = try BuiltProgram.run(
          ["export", "grid.basin", "--table", table, "--out", "table.csv"], in: directory)
        #expect(file.status == 0 && file.output.isEmpty && file.errors.isEmpty)
        #expect(
          try String(contentsOf: directory.appending(path: "table.csv"), encoding: .utf8) == outcome.output)
        // Both formats have the same columns and the same numbers.
        let lines = try Experiment.rows("grid.basin", ["--table", table], in: directory)
        #expect(lines.count == rows.count - 1)
        for (line, row) in zip(lines, rows.dropFirst()) {
          #expect(Set(line.keys).isSubset(of: rows[0]))
          for (column, text) in zip(rows[0], row) {
            switch line[column] {
            case let number as Double: #expect(Double(text) == number)
            case let other as String: #expect(text == other)
            default: #expect(text.isEmpty || text == "inf" || text == "-inf" || text == "nan", "\(column) \(text)")
            }
          }
        }
      }
      #expect(
        csv["trials"]?[0] == [
          "configuration", "optimizer.batch", "optimizer.step", "trial", "state", "steps", "maxCosine", "selectedIndex",
          "message",
        ])
      #expect(csv["trials"]?.count == 601)
      #expect(
        csv["series"]?[0] == ["configuration", "optimizer.batch", "optimizer.step", "trial", "step", "maxCosine"])

      // The last point of a series is the measurement at the end.
      var last: [[String]: String] = [:]
      for row in csv["series"]?.dropFirst() ?? [] { last[[row[0], row[3]]] = row[5] }
      #expect(last.count == 600)
      for row in csv["trials"]?.dropFirst() ?? [] { #expect(last[[row[0], row[3]]] == row[6]) }

      // States and groups count the trials.
      let trials = csv["trials"]?.dropFirst() ?? []
      for row in csv["states"]?.dropFirst() ?? [] {
        let count = trials.count { $0[1] == row[0] && $0[2] == row[1] && $0[4] == row[2] }
        #expect(row[3] == "\(count)")
      }
      for row in csv["groups"]?.dropFirst() ?? [] where row[2] == "maxCosine" {
        let values = trials.filter { $0[1] == row[0] && $0[2] == row[1] && $0[4] == "exhausted" }
          .compactMap { Double($0[6]) }
        #expect(row[3] == "\(values.count)")
        let mean = values.reduce(0, +) / Double(values.count)
        #expect(abs((Double(row[5]) ?? .nan) - mean) < 1e-12)
      }
    }
  }

  @Test("--by groups, --columns and --times add columns") func options() throws {
    try withStore { directory in
      let groups = try Experiment.rows(
        "grid.basin", ["--table", "groups", "--by", "optimizer.batch"], in: directory)
      #expect(groups.map { $0["optimizer.batch"] as? Int } == [1, 1, 1, 2, 2, 2])
      #expect(groups.allSatisfy { $0["optimizer.step"] == nil })
      let states = try Experiment.rows(
        "grid.basin", ["--table", "states", "--by=optimizer.step,optimizer.batch"], in: directory)
      #expect(states.count == 4 * 7)
      #expect(states.reduce(0) { $0 + ($1["count"] as? Int ?? 0) } == 600)
      let all = try Experiment.rows("grid.basin", ["--columns", "all"], in: directory)
      #expect(all[0]["problem.dimension"] as? Int == 10)
      #expect(all[0]["seeds.master"] as? Int == 5)
      let plain = try Experiment.rows("grid.basin", in: directory)
      let times = try Experiment.rows("grid.basin", ["--times"], in: directory)
      #expect(
        Set(times[0].keys).subtracting(plain[0].keys) == ["wallSeconds", "processorSeconds", "version"])
      #expect(times.allSatisfy { ($0["wallSeconds"] as? Double ?? -1) >= 0 })
      #expect(times.reduce(0) { $0 + ($1["processorSeconds"] as? Double ?? 0) } > 0)
    }
  }

  @Test("a reader that has enough ends the export, and a result that gets lost is an error") func pipes() throws {
    try BuiltProgram.withDirectory(["grid.json": Experiment.grid(trials: 5_000, steps: 8)]) { directory in
      #expect(try BuiltProgram.run(["run", "grid.json"], in: directory).status == 0)
      // 20,000 trials are more than a pipe holds.
      let pipe = try BuiltProgram.shell(
        "set -o pipefail; \"$BASIN\" export grid.basin --table series | head -n 1; echo ${PIPESTATUS[0]}", in: directory
      )
      #expect(pipe.output == "configuration,optimizer.batch,optimizer.step,trial,step,maxCosine\n141\n")
      #expect(pipe.errors.isEmpty)
      // Nobody ends a program by a signal that is ignored: then it has to say so itself.
      let deaf = try BuiltProgram.shell(
        "trap '' PIPE; \"$BASIN\" export grid.basin --table series | true; echo ${PIPESTATUS[0]}", in: directory)
      #expect(deaf.output == "2\n")
      #expect(
        deaf.errors.hasPrefix(
          "basin: error: standard output: expected a place where the result can be written, found \"Broken pipe\"."),
        "\(deaf.errors)")
      for command in [["export", "grid.basin"], ["show", "grid.basin"], ["run", "grid.json"], ["run", "--schema"]] {
        let full = try BuiltProgram.shell("\"$BASIN\" \(command.joined(separator: " ")) > /dev/full", in: directory)
        #expect(full.status == 2)
        #expect(
          full.errors
            == #"basin: error: standard output: expected a place where the result can be written, found "No space left on device". Free some space, or choose another disk."#
            + "\n")
      }
    }
  }

  @Test("show says what is there and what is left, before and after") func show() throws {
    try BuiltProgram.withDirectory(["grid.json": Experiment.small]) { directory in
      let shard = try BuiltProgram.run(["run", "grid.json", "--shard", "1/3", "--quiet"], in: directory)
      #expect(shard.status == 0)
      let part = try BuiltProgram.run(["show", "grid.1-of-3.basin", "--jobs", "1"], in: directory)
      #expect(part.status == 0 && part.errors.isEmpty)
      let lines = part.output.split(separator: "\n")
      #expect(lines[0].hasPrefix("grid, spec "))
      #expect(lines[1].hasPrefix("600 trials ("))
      #expect(lines[1].hasSuffix(" 400 pending)"))
      #expect(lines.count == 8)
      #expect(lines[7].hasPrefix("left: 400 trials, about ") && lines[7].hasSuffix(" of work on 1 core"))
      #expect(try BuiltProgram.run(["run", "grid.json"], in: directory).status == 0)
      let whole = try BuiltProgram.run(["show", "grid.basin"], in: directory)
      #expect(!whole.output.contains("left: "))
      let json = try Experiment.object(
        try BuiltProgram.run(["show", "grid.basin", "--json", "-"], in: directory).output)
      #expect((json["states"] as? [String: Int])?["pending"] == 0)
      #expect((json["groups"] as? [Any])?.count == 4)
    }
  }

  @Test("a store can be shown and exported while it is written") func whileWritten() throws {
    try BuiltProgram.withDirectory(["grid.json": Experiment.grid(trials: 5_000, steps: 2_000)]) { directory in
      let running = try BuiltProgram.start(["run", "grid.json", "--jobs", "1"], in: directory)
      try running.wait { try Experiment.count("exhausted", of: "grid.basin", in: directory) > 0 }
      #expect(running.isRunning)
      var seen = 0
      while running.isRunning {
        let rows = try BuiltProgram.run(["export", "grid.basin"], in: directory)
        #expect(rows.status == 0, "\(rows.errors)")
        let count = rows.output.count { $0 == "\n" } - 1
        #expect(count >= seen)
        seen = count
        let groups = try BuiltProgram.run(["export", "grid.basin", "--table", "groups"], in: directory)
        #expect(groups.status == 0, "\(groups.errors)")
      }
      #expect(try running.wait().status == 0)
      #expect(try Experiment.rows("grid.basin", ["--table", "states"], in: directory).count == 4 * 7)
      #expect(try Experiment.count("pending", of: "grid.basin", in: directory) == 0)
    }
  }

  @Test("merging again adds nothing, a run fills in what is missing, and wrong shards are refused") func merge() throws
  {
    try BuiltProgram.withDirectory(["grid.json": Experiment.small]) { directory in
      for shard in ["1/2", "2/2"] {
        _ = try BuiltProgram.run(["run", "grid.json", "--shard", shard], in: directory)
      }
      let first = try BuiltProgram.run(["merge", "m.basin", "grid.1-of-2.basin"], in: directory)
      #expect(first.status == 1)
      let again = try BuiltProgram.run(
        ["merge", "m.basin", "m.basin", "grid.1-of-2.basin", "grid.2-of-2.basin"], in: directory)
      #expect(again.status == 0)
      #expect(again.output == "m.basin: 300 trials copied, 300 already there\nAll 600 trials are there.\n")
      let whole = try Experiment.undisturbed(Experiment.small)
      #expect(try Experiment.tables("m.basin", in: directory) == whole)

      _ = try BuiltProgram.run(["merge", "half.basin", "grid.2-of-2.basin"], in: directory)
      let filled = try BuiltProgram.run(["run", "grid.json", "--store", "half.basin", "--json", "-"], in: directory)
      #expect(try Experiment.object(filled.output)["ran"] as? Int == 300)
      #expect(try Experiment.tables("half.basin", in: directory) == whole)

      _ = try BuiltProgram.run(
        ["run", "grid.json", "--set", "seeds.trials=5", "--store", "other.basin"], in: directory)
      let other = try BuiltProgram.run(["merge", "m.basin", "other.basin"], in: directory)
      #expect(other.status == 2)
      let pattern =
        #"basin: error: other.basin: expected a store of the spec [0-9a-f]{12} \("grid"\), found one of the spec [0-9a-f]{12} \("grid"\). Only shards of one spec can be merged: run them all with the same spec and the same --set.\n"#
      #expect(other.errors.wholeMatch(of: try Regex(pattern)) != nil, "\(other.errors)")
      #expect(try Experiment.tables("m.basin", in: directory) == whole)
    }
  }

  @Test("two different results of one trial are refused", .enabled(if: BuiltProgram.pythonHas("sqlite3")))
  func disagreement() throws {
    try BuiltProgram.withDirectory(["grid.json": Experiment.small]) { directory in
      for name in ["a.basin", "b.basin"] {
        _ = try BuiltProgram.run(["run", "grid.json", "--store", name], in: directory)
      }
      let change = try BuiltProgram.shell(
        """
        python3 -c "
        import sqlite3
        c = sqlite3.connect('b.basin')
        c.execute('UPDATE trials SET finals = zeroblob(16) WHERE id = (SELECT id FROM trials LIMIT 1 OFFSET 7)')
        c.commit()"
        """, in: directory)
      #expect(change.status == 0, "\(change.errors)")
      let merge = try BuiltProgram.run(["merge", "a.basin", "b.basin"], in: directory)
      #expect(merge.status == 2 && merge.output.isEmpty)
      #expect(
        merge.errors
          == "basin: error: b.basin: expected the result of trial 7 that a.basin has, found another one. "
          + "The shards were run by different versions of the program, or on processors whose libraries round "
          + "differently.\n")
    }
  }
}
