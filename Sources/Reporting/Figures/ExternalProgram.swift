import Formats
import Glibc

/// A program that is started, given input, and waited for.
///
/// Input and output go through unnamed temporary files: unlike pipes they cannot fill up and block either side.
struct ExternalProgram {
  let path: String

  /// How a program ended.
  struct Outcome {
    /// The exit status, or 128 plus the number of the signal that ended it, as shells count.
    var status: Int
    var output: String
    var errors: String
  }

  /// Why a program could not be run.
  struct Failure: Error {
    var reason: String
  }

  init(_ path: String) { self.path = path }

  /// Runs the program with `environment` set beside what this process has.
  func run(arguments: [String], input: String, environment: [String: String]) throws(Failure) -> Outcome {
    var files: [UnsafeMutablePointer<FILE>] = []
    defer { for file in files { fclose(file) } }
    for _ in 0..<3 {
      guard let file = tmpfile() else { throw Failure(reason: "no temporary file: \(SystemError.text())") }
      files.append(file)
    }
    let bytes = Array(input.utf8)
    guard fwrite(bytes, 1, bytes.count, files[0]) == bytes.count, fflush(files[0]) == 0 else {
      throw Failure(reason: "its input could not be written to a temporary file: \(SystemError.text())")
    }
    rewind(files[0])

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, file) in files.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, fileno(file), Int32(target))
    }
    var process = pid_t()
    let code = Self.withCStrings([path] + arguments) { arguments in
      Self.withCStrings(Self.inherited(replacing: environment)) { variables in
        posix_spawn(&process, path, &actions, nil, arguments, variables)
      }
    }
    guard code == 0 else { throw Failure(reason: SystemError.text(code)) }
    var state: Int32 = 0
    while waitpid(process, &state, 0) < 0 {
      guard errno == EINTR else { throw Failure(reason: SystemError.text()) }
    }
    let signal = state & 0x7F
    let status = signal == 0 ? Int((state >> 8) & 0xFF) : 128 + Int(signal)
    return Outcome(status: status, output: Self.contents(files[1]), errors: Self.contents(files[2]))
  }

  private static func contents(_ file: UnsafeMutablePointer<FILE>) -> String {
    rewind(file)
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = fread(&buffer, 1, buffer.count, file)
      guard count > 0 else { break }
      bytes += buffer[..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// This process' environment as `NAME=value`, with some values replaced.
  private static func inherited(replacing changes: [String: String]) -> [String] {
    var entries: [String] = []
    var next = environ
    while let entry = next.pointee {
      let text = String(cString: entry)
      if !changes.keys.contains(where: { text.hasPrefix($0 + "=") }) { entries.append(text) }
      next += 1
    }
    return entries + changes.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
  }

  private static func withCStrings<Result>(
    _ strings: [String], _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> Result
  ) -> Result {
    var pointers = strings.map { strdup($0) } + [nil]
    defer { for pointer in pointers { free(pointer) } }
    return pointers.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { preconditionFailure("the array ends in nil, so it is not empty") }
      return body(base)
    }
  }
}
