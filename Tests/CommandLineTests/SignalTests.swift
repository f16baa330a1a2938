import Foundation
import Testing

/// A run that is asked to stop keeps what it has, says how to go on, and goes on as if it had never been stopped.
@Suite("Signals", .serialized) struct SignalTests {
  /// The longest that a program may take to stop: a bound against hanging, many times what it takes.
  private static let patience = 10.0

  private func expectStopped(_ outcome: RunningProgram.Outcome, store: String, trials: Int) throws {
    #expect(outcome.status == 75)
    let pattern = """
      basin: stopped; [0-9]+ of \(trials) trials are finished. What was under way is saved in \(store): the same command \
      goes on.

      """
    #expect(outcome.errors.wholeMatch(of: try Regex(pattern)) != nil, "\(outcome.errors)")
    #expect(outcome.output.contains(": \(trials) trials ("))
  }

  @Test("stop trials in the middle, on every engine, and the same command goes on to the same bytes")
  func longTrials() throws {
    let spec = Experiment.long(steps: 4_000_000)
    let whole = try Experiment.undisturbed(spec)
    try BuiltProgram.withDirectory(["spec.json": spec]) { directory in
      // Both signals, again and again: each run is stopped within its first second.
      var interrupted = 0
      for (round, signal) in [SIGINT, SIGTERM, SIGTERM, SIGINT].enumerated() {
        let running = try BuiltProgram.start(["run", "spec.json", "--jobs", "\(1 + round % 3)"], in: directory)
        usleep(600_000)
        guard running.isRunning else { break }
        running.send(signal)
        let outcome = try running.wait(atMost: Self.patience)
        if outcome.status == 0 { break }
        try expectStopped(outcome, store: "spec.basin", trials: 6)
        interrupted += try Experiment.count("interrupted", of: "spec.basin", in: directory)
        let show = try BuiltProgram.run(["show", "spec.basin"], in: directory)
        #expect(show.output.contains(" interrupted"))
        #expect(show.output.contains("\nleft: "))
      }
      #expect(interrupted > 0)
      let end = try BuiltProgram.run(["run", "spec.json"], in: directory)
      #expect(end.status == 0)
      #expect(end.errors.isEmpty)
      #expect(try Experiment.tables("spec.basin", in: directory) == whole)
      try Experiment.expectSound("spec.basin", trials: 6, in: directory)
    }
  }

  @Test("stop among thousands of short trials, and the same command goes on to the same bytes")
  func shortTrials() throws {
    let spec = Experiment.grid(trials: 5_000, steps: 2_000)
    let whole = try Experiment.undisturbed(spec)
    try BuiltProgram.withDirectory(["spec.json": spec]) { directory in
      var stops = 0
      while stops < 4 {
        let running = try BuiltProgram.start(["run", "spec.json", "--jobs", "1"], in: directory)
        usleep(150_000)
        running.send(stops % 2 == 0 ? SIGTERM : SIGINT)
        let outcome = try running.wait(atMost: Self.patience)
        // 143 and 130: the signal came before the program had begun to listen.
        if outcome.status == 0 { break }
        if outcome.status == 75 { try expectStopped(outcome, store: "spec.basin", trials: 20_000) }
        #expect([75, 130, 143].contains(outcome.status))
        stops += 1
      }
      #expect(stops > 0)
      #expect(try BuiltProgram.run(["run", "spec.json"], in: directory).status == 0)
      #expect(try Experiment.tables("spec.basin", in: directory) == whole)
      try Experiment.expectSound("spec.basin", trials: 20_000, in: directory)
    }
  }

  @Test("a second signal ends it at once, and what was committed is there", arguments: [SIGINT, SIGTERM])
  func secondSignal(_ second: Int32) throws {
    try BuiltProgram.withDirectory(["spec.json": Experiment.grid(trials: 20_000, steps: 2_000)]) { directory in
      // Nobody reads the result, so the run hangs between the first signal and its end.
      let running = try RunningProgram(
        "/bin/bash",
        [
          "-c",
          "mkfifo pipe; exec 3<>pipe; head -c 65536 /dev/zero >&3; exec '\(BuiltProgram.path.path)' run spec.json >&3",
        ], in: directory, environment: [:])
      try running.wait { try Experiment.count("exhausted", of: "spec.basin", in: directory) > 0 }
      running.send(SIGINT)
      usleep(500_000)
      #expect(running.isRunning)
      let finished = try Experiment.count("exhausted", of: "spec.basin", in: directory)
      running.send(second)
      #expect(try running.wait(atMost: Self.patience).status == 128 + second)
      #expect(finished > 0)
      #expect(try Experiment.count("exhausted", of: "spec.basin", in: directory) >= finished)
    }
  }

  @Test(
    "a trial that cannot go on says why, the others do, and --only failed begins it anew",
    .enabled(if: BuiltProgram.pythonHas("sqlite3"), "python3 damages a checkpoint"))
  func damagedCheckpoint() throws {
    let spec = Experiment.long(steps: 2_000_000)
    try BuiltProgram.withDirectory(["spec.json": spec]) { directory in
      let running = try BuiltProgram.start(["run", "spec.json", "--jobs", "1"], in: directory)
      try running.wait { try Experiment.count("pending", of: "spec.basin", in: directory) > 0 }
      usleep(100_000)
      running.send(SIGINT)
      #expect(try running.wait(atMost: Self.patience).status == 75)
      let damage = try BuiltProgram.shell(
        """
        python3 -c "
        import sqlite3
        c = sqlite3.connect('spec.basin')
        print(c.execute('SELECT count(*) FROM checkpoints').fetchone()[0])
        c.execute('UPDATE checkpoints SET snapshot = zeroblob(8)')
        c.commit()"
        """, in: directory)
      // On this engine one trial is under way at a time.
      #expect(damage.output == "1\n", "\(damage.errors)")
      let finished = try Experiment.rows("spec.basin", in: directory).count
      for ran in [6 - finished, 0] {
        let outcome = try BuiltProgram.run(["run", "spec.json", "--json", "run.json"], in: directory)
        #expect(outcome.status == 1)
        #expect(
          outcome.errors
            == "basin: 1 trial failed; \"basin export spec.basin\" says why, --only failed tries again.\n")
        let json = try String(contentsOf: directory.appending(path: "run.json"), encoding: .utf8)
        #expect(try Experiment.object(json)["ran"] as? Int == ran)
      }
      let rows = try Experiment.rows("spec.basin", in: directory)
      let failed = rows.filter { $0["state"] as? String == "failed" }
      #expect(failed.count == 1 && rows.count == 6)
      let message = failed.first?["message"] as? String ?? ""
      #expect(message.wholeMatch(of: /checkpoint: expected [0-9]+ values, found 1\./) != nil, "\(message)")
      let retry = try BuiltProgram.run(["run", "spec.json", "--only", "failed"], in: directory)
      #expect(retry.status == 0, "\(retry.errors)")
      #expect(try Experiment.tables("spec.basin", in: directory) == Experiment.undisturbed(spec))
    }
  }
}
