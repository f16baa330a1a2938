import Foundation

/// The `basin` that was built beside these tests, run as a user would run it.
enum BuiltProgram {
  /// The test executable and `basin` lie in one folder, whatever the configuration.
  static let path = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    .appending(path: "basin")

  /// The root of the package.
  static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// Runs `basin` in `directory` and waits for it.
  static func run(
    _ arguments: [String], in directory: URL, environment: [String: String] = [:]
  ) throws -> RunningProgram.Outcome {
    try start(arguments, in: directory, environment: environment).wait()
  }

  /// Runs `basin` with `arguments` in a new directory that holds `files`.
  static func run(_ arguments: [String], files: [String: String] = [:]) throws -> RunningProgram.Outcome {
    try withDirectory(files) { try run(arguments, in: $0) }
  }

  /// Starts `basin` in `directory`.
  static func start(
    _ arguments: [String], in directory: URL, environment: [String: String] = [:]
  ) throws -> RunningProgram {
    try RunningProgram(path.path, arguments, in: directory, environment: environment)
  }

  /// Runs a script in `directory`; `$BASIN` is the program.
  static func shell(
    _ script: String, in directory: URL, environment: [String: String] = [:], atMost seconds: Double = 120
  ) throws -> RunningProgram.Outcome {
    let environment = environment.merging(["BASIN": path.path]) { own, _ in own }
    return try RunningProgram("/bin/bash", ["-c", script], in: directory, environment: environment)
      .wait(atMost: seconds)
  }

  /// A new directory with `files` that is removed after `body`.
  static func withDirectory<Result>(_ files: [String: String] = [:], _ body: (URL) throws -> Result) throws -> Result {
    let directory = FileManager.default.temporaryDirectory.appending(path: "basin-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    for (name, text) in files { try Data(text.utf8).write(to: directory.appending(path: name)) }
    return try body(directory)
  }

  /// Where a command is on PATH.
  static func command(_ names: String...) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return names.lazy.flatMap { name in folders.lazy.map { "\($0)/\(name)" } }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Whether python3 is here and has a module.
  static func pythonHas(_ module: String) -> Bool { python(with: [module])?.isFirst == true }

  /// A python3 that has some modules, and whether it is the one that a shell would take: the system's own, for which Debian's packages
  /// are made, may stand behind another one on PATH, and one in an environment of its own is named by BASIN_TEST_PYTHON.
  static func python(with modules: [String]) -> (path: String, isFirst: Bool)? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map(String.init)
    let found = (folders + ["/usr/bin"]).map { "\($0)/python3" }.filter {
      FileManager.default.isExecutableFile(atPath: $0)
    }
    let named = [ProcessInfo.processInfo.environment["BASIN_TEST_PYTHON"]].compactMap(\.self)
    for path in found + named {
      let outcome = try? withDirectory {
        try shell("\(path) -c 'import \(modules.joined(separator: ", "))'", in: $0)
      }
      if outcome?.status == 0 { return (path, path == found.first) }
    }
    return nil
  }
}
