import Foundation

/// A program under way, with all that it starts in a process group of its own. None of it outlives this value.
final class RunningProgram {
  /// What a program left behind.
  struct Outcome {
    /// The exit status; 128 + the signal's number for one that a signal ended, as shells count.
    var status: Int32
    var output: String
    var errors: String
  }

  /// The program did not end by itself.
  struct Hangs: Error {
    var arguments: [String]
    var errors: String
  }

  private let arguments: [String]
  private let streams: URL
  /// Its number, which is also that of its group.
  let processIdentifier: pid_t
  private var status: Int32?

  /// Output goes through files, which cannot fill up and block.
  ///
  /// Foundation's `Process` hands down the signals that the calling thread blocks, and takes a program for running as
  /// long as a daemon lives that it started. Neither will do here.
  init(_ executable: String, _ arguments: [String], in directory: URL, environment: [String: String]) throws {
    self.arguments = arguments
    streams = FileManager.default.temporaryDirectory.appending(path: "basin-streams-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: streams, withIntermediateDirectories: true)
    var files = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&files)
    defer { posix_spawn_file_actions_destroy(&files) }
    posix_spawn_file_actions_addopen(&files, 0, "/dev/null", O_RDONLY, 0)
    for (descriptor, name) in [(Int32(1), "output"), (2, "errors")] {
      let path = streams.appending(path: name).path
      posix_spawn_file_actions_addopen(&files, descriptor, path, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
    }
    var attributes = posix_spawnattr_t()
    posix_spawnattr_init(&attributes)
    defer { posix_spawnattr_destroy(&attributes) }
    var (none, all) = (sigset_t(), sigset_t())
    sigemptyset(&none)
    sigfillset(&all)
    posix_spawnattr_setsigmask(&attributes, &none)
    posix_spawnattr_setsigdefault(&attributes, &all)
    posix_spawnattr_setpgroup(&attributes, 0)
    posix_spawnattr_setflags(
      &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

    // `env` changes the directory and becomes the program.
    let words = ["env", "-C", directory.path, executable] + arguments
    let settings = Self.environment.merging(environment) { _, own in own }.map { "\($0)=\($1)" }
    var argv = words.map { strdup($0) } + [nil]
    var envp = settings.map { strdup($0) } + [nil]
    defer { for text in argv + envp { free(text) } }
    var number = pid_t()
    let code = posix_spawn(&number, "/usr/bin/env", &files, &attributes, &argv, &envp)
    processIdentifier = number
    guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
  }

  deinit {
    if isRunning {
      kill(-processIdentifier, SIGKILL)
      waitpid(processIdentifier, nil, 0)
    }
    try? FileManager.default.removeItem(at: streams)
  }

  /// That of the tests, without what a launcher may have put there: the tests are no shard.
  private static let environment = ProcessInfo.processInfo.environment.filter { name, _ in
    !["SLURM", "OMPI_", "PMI", "MV2_", "PBS_", "JOB_COMPLETION_INDEX"].contains { name.hasPrefix($0) }
  }

  var isRunning: Bool {
    if status != nil { return false }
    var word: Int32 = 0
    guard waitpid(processIdentifier, &word, WNOHANG) == processIdentifier else { return true }
    let signal = word & 0x7f
    status = signal == 0 ? (word >> 8) & 0xff : 128 + signal
    return false
  }

  func send(_ signal: Int32) { if isRunning { kill(processIdentifier, signal) } }

  /// Waits for the end.
  ///
  /// - Parameter seconds: a bound against hanging, no measurement: everything is killed then.
  func wait(atMost seconds: Double = 120) throws -> Outcome {
    let end = Date(timeIntervalSinceNow: seconds)
    while isRunning, end.timeIntervalSinceNow > 0 { usleep(2_000) }
    guard let status else {
      kill(-processIdentifier, SIGKILL)
      throw Hangs(arguments: arguments, errors: try text("errors"))
    }
    return Outcome(status: status, output: try text("output"), errors: try text("errors"))
  }

  /// Waits until `condition` holds, or the program has ended.
  func wait(until condition: () throws -> Bool) throws {
    let end = Date(timeIntervalSinceNow: 60)
    while isRunning, try !condition() {
      guard end.timeIntervalSinceNow > 0 else { throw Hangs(arguments: arguments, errors: try text("errors")) }
      usleep(5_000)
    }
  }

  private func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: streams.appending(path: name)), as: UTF8.self)
  }
}
