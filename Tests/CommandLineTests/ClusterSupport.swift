import Foundation

/// Commands of this machine, run as in a shell.
enum Shell {
  /// Whether there is an mpirun.
  static let hasMPI = BuiltProgram.command("mpirun") != nil

  /// What Open MPI wants to see before it runs for root.
  static let asRoot = ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]

  /// The option of mpirun for a machine that may have fewer cores than there are ranks; Open MPI asks for it.
  static let oversubscribe = "$(mpirun --version | grep -q 'Open MPI' && echo --oversubscribe)"

  /// Runs `script` in bash and waits for it, five minutes at most. Standard error goes with standard output.
  static func run(
    _ script: String, in directory: URL, environment: [String: String] = [:]
  ) throws -> RunningProgram.Outcome {
    try BuiltProgram.shell("exec 2>&1\n\(script)", in: directory, environment: environment, atMost: 300)
  }
}

/// The Slurm of `Tests/Support/one-node-slurm`.
enum OneNodeSlurm {
  private static let script = BuiltProgram.root.appending(path: "Tests/Support/one-node-slurm").path

  /// Whether it can be started on this machine: as root, with Slurm and munge installed. Found out by starting it.
  static let isPossible: Bool = {
    let outcome = try? BuiltProgram.withDirectory { try Shell.run("'\(script)' check", in: $0) }
    return outcome?.status == 0
  }()

  /// Starts it, and ends it after `body`, which gets a folder to work in and the environment to reach it with.
  static func run(_ body: (URL, [String: String]) throws -> Void) throws {
    try BuiltProgram.withDirectory { directory in
      let folder = directory.appending(path: "slurm")
      let start = try Shell.run("'\(script)' start '\(folder.path)'", in: directory)
      guard start.status == 0 else { throw CocoaError(.featureUnsupported, userInfo: ["output": start.output]) }
      defer { _ = try? Shell.run("'\(script)' stop '\(folder.path)'", in: directory) }
      try body(directory, ["SLURM_CONF": folder.appending(path: "slurm.conf").path])
    }
  }
}
