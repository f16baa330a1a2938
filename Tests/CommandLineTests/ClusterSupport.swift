import Foundation

/// Commands of this machine, run as in a shell.
enum Shell {
  /// Whether there is an mpirun.
  static let hasMPI = (try? BuiltProgram.withDirectory { try run("command -v mpirun", in: $0) })?.status == 0

  /// What Open MPI wants to see before it runs for root.
  static let asRoot = ["OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1"]

  /// The option of mpirun for a machine that may have fewer cores than there are ranks; Open MPI asks for it.
  static let oversubscribe = "$(mpirun --version | grep -q 'Open MPI' && echo --oversubscribe)"

  /// What a command left behind.
  struct Outcome {
    var status: Int32
    var output: String
  }

  /// Runs `script` in bash and waits for it, five minutes at most (status 124). Standard error goes with standard output.
  ///
  /// Of the tests' own environment it sees PATH and HOME: these may themselves run in a job.
  static func run(
    _ script: String, in directory: URL, environment: [String: String] = [:]
  ) throws -> Outcome {
    // A file cannot fill up and block; and a daemon that keeps it open keeps nobody waiting.
    let log = directory.appending(path: ".log-\(UUID().uuidString)")
    try Data().write(to: log)
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["timeout", "300", "bash", "-c", script]
    process.currentDirectoryURL = directory
    let own = ProcessInfo.processInfo.environment.filter { ["PATH", "HOME"].contains($0.key) }
    process.environment = own.merging(environment) { _, new in new }
    process.standardInput = FileHandle.nullDevice
    let handle = try FileHandle(forWritingTo: log)
    process.standardOutput = handle
    process.standardError = handle
    try process.run()
    process.waitUntilExit()
    return Outcome(status: process.terminationStatus, output: try String(contentsOf: log, encoding: .utf8))
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
