import Foundation
import Testing

/// A program that is killed loses at most what it had not committed: run again, everything is there, once, to the last bit.
@Suite("Kills", .serialized) struct KillTests {
  /// Kills runs at `delays`, some of them on a fresh store, then runs to the end.
  private func disturb(_ spec: String, trials: Int, delays: [Double], seed: UInt64) throws {
    let whole = try Experiment.undisturbed(spec)
    var random = FixedRandom(seed)
    try BuiltProgram.withDirectory(["spec.json": spec]) { directory in
      var kills = 0
      var wasKilled = true
      for delay in delays {
        // One in five begins from nothing, and so does what follows a run that came to its end; the others go on from
        // whatever a kill left behind.
        if random.next() < 0.2 || !wasKilled {
          for suffix in ["", "-wal", "-shm", "-journal"] {
            try? FileManager.default.removeItem(at: directory.appending(path: "spec.basin\(suffix)"))
          }
        }
        let running = try BuiltProgram.start(["run", "spec.json", "--checkpoint", "1", "--jobs", "2"], in: directory)
        usleep(useconds_t(delay * 1e6))
        running.send(SIGKILL)
        wasKilled = try running.wait().status == 128 + SIGKILL
        if wasKilled { kills += 1 }
      }
      #expect(kills > delays.count / 3)
      let end = try BuiltProgram.run(["run", "spec.json"], in: directory)
      #expect(end.status == 0, "\(end.errors)")
      #expect(try Experiment.tables("spec.basin", in: directory) == whole)
      try Experiment.expectSound("spec.basin", trials: trials, in: directory)
    }
  }

  @Test("of runs with long trials, which go on from checkpoints") func longTrials() throws {
    var random = FixedRandom(1)
    try disturb(
      Experiment.long(steps: 6_000_000), trials: 6, delays: (0..<8).map { _ in 0.1 + 1.9 * random.next() }, seed: 2)
  }

  @Test("of runs with thousands of short trials") func shortTrials() throws {
    var random = FixedRandom(3)
    try disturb(
      Experiment.grid(trials: 5_000, steps: 2_000), trials: 20_000,
      delays: (0..<20).map { _ in 0.01 + 0.3 * random.next() }, seed: 4)
  }

  @Test("of two shards at once") func shards() throws {
    let spec = Experiment.grid(trials: 4_000, steps: 2_000)
    let whole = try Experiment.undisturbed(spec)
    var random = FixedRandom(5)
    try BuiltProgram.withDirectory(["spec.json": spec]) { directory in
      for _ in 0..<6 {
        let running = try ["1/2", "2/2"].map {
          try BuiltProgram.start(
            ["run", "spec.json", "--shard", $0, "--jobs", "1", "--checkpoint", "1"], in: directory)
        }
        for program in running {
          usleep(useconds_t(200_000 * random.next()))
          program.send(SIGKILL)
        }
        for program in running { _ = try program.wait() }
      }
      for shard in ["1/2", "2/2"] {
        #expect(try BuiltProgram.run(["run", "spec.json", "--shard", shard], in: directory).status == 0)
      }
      let merge = try BuiltProgram.run(["merge", "m.basin", "spec.1-of-2.basin", "spec.2-of-2.basin"], in: directory)
      #expect(merge.status == 0, "\(merge.errors)")
      #expect(try Experiment.tables("m.basin", in: directory) == whole)
      try Experiment.expectSound("m.basin", trials: 16_000, in: directory)
    }
  }

  @Test("of merges; asked to stop, a merge says that it goes on") func merges() throws {
    let spec = Experiment.grid(trials: 12_500, steps: 8)
    let whole = try Experiment.undisturbed(spec)
    var random = FixedRandom(7)
    try BuiltProgram.withDirectory(["spec.json": spec]) { directory in
      for shard in ["1/2", "2/2"] {
        #expect(try BuiltProgram.run(["run", "spec.json", "--shard", shard], in: directory).status == 0)
      }
      let command = ["merge", "m.basin", "spec.1-of-2.basin", "spec.2-of-2.basin"]
      let stopped = try BuiltProgram.start(command, in: directory)
      let log = directory.appending(path: "m.basin-wal").path
      // It has begun to copy, and the first stop is at the next commit.
      try stopped.wait { (try? FileManager.default.attributesOfItem(atPath: log)[.size] as? Int ?? 0) ?? 0 > 400_000 }
      stopped.send(SIGTERM)
      let stop = try stopped.wait(atMost: 10)
      #expect(stop.status == 75)
      #expect(stop.errors == "basin: stopped; the same command goes on.\n")
      #expect(
        stop.output.wholeMatch(
          of: /m\.basin: [0-9]+ trials copied, 0 already there\n[0-9]+ of 50000 trials are missing\.\n/) != nil)
      for round in 0..<12 {
        if round == 5 {
          for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(at: directory.appending(path: "m.basin\(suffix)"))
          }
        }
        let merge = try BuiltProgram.start(command, in: directory)
        usleep(useconds_t(10_000 + 300_000 * random.next()))
        merge.send(SIGKILL)
        _ = try merge.wait()
      }
      let end = try BuiltProgram.run(command, in: directory)
      #expect(end.status == 0, "\(end.errors)")
      #expect(end.output.hasSuffix("All 50000 trials are there.\n"))
      #expect(try Experiment.tables("m.basin", in: directory) == whole)
      try Experiment.expectSound("m.basin", trials: 50_000, in: directory)
    }
  }
}
