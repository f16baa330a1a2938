import Foundation
import Numerics

/// Another program, to which a test can speak.
final class OtherProgram {
  private let process = Process()
  private let input = Pipe()
  private let output = Pipe()

  init(_ arguments: [String]) throws {
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = arguments
    process.standardInput = input
    process.standardOutput = output
    try process.run()
  }

  /// Whether a program can be run and ends well.
  static func succeeds(_ arguments: [String]) -> Bool {
    guard let program = try? OtherProgram(arguments) else { return false }
    _ = program.rest()
    return program.status() == 0
  }

  /// The next line that it prints, without the line feed; shorter at the end of its output.
  func line() -> String {
    var bytes = Data()
    while let byte = try? output.fileHandleForReading.read(upToCount: 1), !byte.isEmpty, byte.first != 10 {
      bytes += byte
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// All that it still prints, after which it has to end: its input is closed.
  func rest() -> String {
    try? input.fileHandleForWriting.close()
    return String(decoding: (try? output.fileHandleForReading.readToEnd()) ?? Data(), as: UTF8.self)
  }

  /// Ends it as a crash would, without a chance to tidy up.
  func kill() {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  /// Its exit status, once it has ended.
  func status() -> Int32 {
    process.waitUntilExit()
    return process.terminationStatus
  }
}

/// Says on standard error what was found instead of what should have been. For a test's own process, where an expectation would
/// say only that it failed: the test expects standard error to stay empty.
func demand(_ isAsExpected: Bool, _ found: @autoclosure () -> Any?) {
  if !isAsExpected { FileHandle.standardError.write(Data("found \(String(describing: found()))\n".utf8)) }
}
