import Foundation
import Testing

/// Whole runs in shards, started by real launchers: what comes out has to be what one process gets.
@Suite("Clusters") struct ClusterTests {
  /// A few seconds for one core, far from convergence, so that every number of every trial is its own.
  private static let spec = """
    {"problem": {"kind": "autoencoder", "activation": "relu", "dimension": 12, "features": 5},
     "init": {"kind": "gaussian", "norm": 0.5},
     "optimizer": {"kind": "sgd", "step": 1e-6, "batch": [1, 2], "order": "subset", "steps": 1500000},
     "seeds": {"master": 7, "trials": 51},
     "record": {"every": 100000, "series": ["maxCosine"], "final": ["maxCosine", "squaredNorm"]}}
    """

  /// A store as text: every trial and series to the last digit.
  private func contents(_ store: String, in directory: URL) throws -> String {
    try ["trials", "series"].map { table in
      let outcome = try BuiltProgram.run(["export", store, "--format", "csv", "--table", table], in: directory)
      #expect(outcome.status == 0, "\(outcome.errors)")
      return outcome.output
    }.joined()
  }

  /// A folder with the spec and, in `whole.basin`, what one process gets.
  private func withRun(_ body: (URL) throws -> Void) throws {
    try BuiltProgram.withDirectory { directory in
      try Data(Self.spec.utf8).write(to: directory.appending(path: "grid.json"))
      let outcome = try BuiltProgram.run(["run", "grid.json", "--store", "whole.basin", "--quiet"], in: directory)
      #expect(outcome.status == 0, "\(outcome.errors)")
      try body(directory)
    }
  }

  /// The example `name`, quoted for a shell.
  private func example(_ name: String) -> String {
    "'\(BuiltProgram.root.appending(path: "Examples").appending(path: name).path)'"
  }

  @Test("mpirun: three ranks and a merge", .enabled(if: Shell.hasMPI, "there is no mpirun"))
  func mpirun() throws {
    try withRun { directory in
      let environment = Shell.asRoot.merging(["BASIN": BuiltProgram.path.path, "SPEC": "grid.json", "RANKS": "3"]) {
        own, _ in own
      }
      let outcome = try Shell.run(
        "\(example("mpi/sweep")) \(Shell.oversubscribe)", in: directory, environment: environment)
      #expect(outcome.status == 0, "\(outcome.output)")
      #expect(outcome.output.contains("shard 3 of 3 ("))
      for number in 1...3 {
        #expect(FileManager.default.fileExists(atPath: directory.appending(path: "grid.\(number)-of-3.basin").path))
      }
      #expect(try contents("grid.basin", in: directory) == contents("whole.basin", in: directory))
    }
  }

  @Test(
    "Slurm: an array of which one task is stopped, queued again and goes on, then the merge",
    .enabled(if: OneNodeSlurm.isPossible, "Slurm cannot be started here"))
  func slurm() throws {
    try withRun { directory in
      try OneNodeSlurm.run { slurm, environment in
        let environment = environment.merging(["BASIN": BuiltProgram.path.path, "SPEC": "grid.json"]) { own, _ in own }
        // The signal is that of --signal=B:TERM@60. Slurm waits two minutes before it starts a task again, because a node
        // refuses it as long as it could be the one that was just ended (within a second). Three seconds will do.
        let script = """
          set -eu
          array=$(sbatch --parsable --array=1-2 --cpus-per-task=1 \(example("slurm/sweep.sbatch")) --checkpoint 1)
          sbatch --dependency=afterok:$array \(example("slurm/merge.sbatch"))
          until grep -qs 'shard 1 of 2' basin-${array}_1.log; do sleep 0.1; done
          sleep 0.5
          scancel --batch --signal=TERM ${array}_1
          until grep -qs 'queueing task' basin-${array}_1.log; do sleep 0.1; done
          sleep 3
          scontrol update jobid=${array}_1 StartTime=now
          while [ -n "$(squeue --noheader)" ]; do sleep 0.1; done
          cat basin-${array}_1.log
          """
        let outcome = try Shell.run(script, in: directory, environment: environment)
        #expect(outcome.status == 0, "\(outcome.output)")
        // Once before it was stopped and once after.
        #expect(outcome.output.components(separatedBy: "shard 1 of 2").count == 3, "\(outcome.output)")
        #expect(try contents("grid.basin", in: directory) == contents("whole.basin", in: directory))
      }
    }
  }

  @Test(
    "Slurm: a task that is cancelled stays cancelled",
    .enabled(if: OneNodeSlurm.isPossible, "Slurm cannot be started here"))
  func cancelled() throws {
    try BuiltProgram.withDirectory { directory in
      try Data(Self.spec.utf8).write(to: directory.appending(path: "grid.json"))
      try OneNodeSlurm.run { slurm, environment in
        let environment = environment.merging(["BASIN": BuiltProgram.path.path, "SPEC": "grid.json"]) { own, _ in own }
        let script = """
          set -eu
          array=$(sbatch --parsable --array=1-1 \(example("slurm/sweep.sbatch")) --set optimizer.steps=1000000000)
          until [ -e grid.basin ]; do sleep 0.1; done
          sleep 0.5
          scancel ${array}_1
          while [ -n "$(squeue --noheader)" ]; do sleep 0.1; done
          scontrol show job ${array}_1 | grep -o 'JobState=[A-Z]*'
          """
        let outcome = try Shell.run(script, in: directory, environment: environment)
        #expect(outcome.output == "JobState=CANCELLED\n")
      }
    }
  }
}
