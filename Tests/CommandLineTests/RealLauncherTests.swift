import Experiments
import Foundation
import Numerics
import Testing

/// The launchers themselves: each process writes down its environment, and the shards found in these have to be a run's.
@Suite("Real launchers", .serialized) struct RealLauncherTests {
  /// Writes the environment to a file of its own beside those that begin alike.
  private static let probe = """
    #!/bin/bash
    exec env -0 >"$1.$$.$RANDOM"
    """

  /// The launchers found in the files that `name` probes wrote, sorted by shard.
  private func launchers(_ name: String, in directory: URL) throws -> [Launcher?] {
    let files = try FileManager.default.contentsOfDirectory(atPath: directory.path).filter { $0.hasPrefix(name + ".") }
    return try files.map { file in
      let text = try String(contentsOf: directory.appending(path: file), encoding: .utf8)
      var environment: [String: String] = [:]
      for line in text.split(separator: "\0") {
        guard let sign = line.firstIndex(of: "=") else { continue }
        environment[String(line[..<sign])] = String(line[line.index(after: sign)...])
      }
      return try Launcher.detect(environment: environment, shards: nil)
    }.sorted { ($0?.shard.number ?? 0) < ($1?.shard.number ?? 0) }
  }

  private func shards(_ name: String, in directory: URL) throws -> [String] {
    try launchers(name, in: directory).map { $0?.shard.description ?? "none" }
  }

  /// A script for bash to read, not a program to execute: a process that another test forks while this file is open for writing
  /// would make it "busy" to `execve` for as long as that holds on to it.
  private func writeProbe(_ directory: URL) throws {
    let file = directory.appending(path: "probe")
    try Data(Self.probe.utf8).write(to: file)
  }

  @Test("mpirun", .enabled(if: Shell.hasMPI, "there is no mpirun")) func mpirun() throws {
    try BuiltProgram.withDirectory { directory in
      try writeProbe(directory)
      let outcome = try Shell.run(
        "mpirun \(Shell.oversubscribe) -n 3 bash probe three && mpirun -n 1 bash probe one", in: directory,
        environment: Shell.asRoot)
      #expect(outcome.status == 0, "\(outcome.output)")
      #expect(try shards("three", in: directory) == ["1 of 3", "2 of 3", "3 of 3"])
      #expect(try shards("one", in: directory) == ["none"])
    }
  }

  @Test("Slurm", .enabled(if: OneNodeSlurm.isPossible, "Slurm cannot be started here"))
  func slurm() throws {
    try OneNodeSlurm.run { directory, environment in
      try writeProbe(directory)
      func submit(_ script: String) throws {
        let environment = environment.merging(Shell.asRoot) { own, _ in own }
        let outcome = try Shell.run(script, in: directory, environment: environment)
        #expect(outcome.status == 0, "\(script): \(outcome.output)")
      }
      try submit("sbatch --ntasks=3 --output=log --wrap 'bash probe script; srun -n 3 bash probe step'")
      try submit("sbatch --array=2-8:3 --output=log --wrap 'bash probe array'")
      try submit("sbatch --array=0-1 --ntasks=2 --output=log --wrap 'bash probe outer; srun -n 2 bash probe both'")
      try submit("sbatch --array=1,2,9 --output=log --wrap 'bash probe gaps'")
      try submit("sbatch --ntasks=2 --output=log --wrap 'srun -n 2 sbatch --output=log --wrap \"bash probe inner\"'")
      if Shell.hasMPI {
        try submit("sbatch --array=1-2 --ntasks=2 --output=log --wrap 'mpirun -n 2 bash probe ranks'")
      }
      // `sbatch --wait` would look every ten seconds only.
      try submit("while [ -n \"$(squeue --noheader)\" ]; do sleep 0.1; done")

      #expect(try shards("script", in: directory) == ["none"])
      #expect(try shards("step", in: directory) == ["1 of 3", "2 of 3", "3 of 3"])
      #expect(try shards("array", in: directory) == ["1 of 3", "2 of 3", "3 of 3"])
      #expect(try shards("outer", in: directory) == ["1 of 2", "2 of 2"])
      #expect(try shards("both", in: directory) == ["1 of 4", "2 of 4", "3 of 4", "4 of 4"])
      #expect(try launchers("both", in: directory).last??.name.hasSuffix("_1, step task 1") == true)
      #expect(throws: InputError.self) { try launchers("gaps", in: directory) }
      #expect(try shards("inner", in: directory) == ["none", "none"])
      if Shell.hasMPI {
        #expect(try shards("ranks", in: directory) == ["1 of 4", "2 of 4", "3 of 4", "4 of 4"])
      }
    }
  }
}
