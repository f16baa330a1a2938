import Formats
import Foundation
import Numerics

/// Where a command's result goes: text for people on standard output, or JSON to a file or to standard output.
struct Output {
  /// The value of `--json`: nil for text, `-` for standard output.
  private let target: String?

  /// Finds out before the work whether the file can be written.
  init(_ command: ParsedCommand) throws(InputError) {
    target = command.values["--json"]
    if let target, target != "-" { try AtomicFile.check(target) }
  }

  /// Whether standard output is kept for JSON.
  var isJSONOnStandardOutput: Bool { target == "-" }

  /// Delivers a result in one of its two forms.
  func deliver(_ value: @autoclosure () -> some Encodable, text: @autoclosure () -> String) throws(InputError) {
    if target == nil { try Terminal.print(text()) } else { try deliverJSON(Self.json(value())) }
  }

  /// The same with JSON whose shape is decided at run time.
  func deliver(json: @autoclosure () -> JSON, text: @autoclosure () -> String) throws(InputError) {
    if target == nil { try Terminal.print(text()) } else { try deliverJSON(json().readableText) }
  }

  /// Delivers JSON text, if it was asked for.
  func deliverJSON(_ text: String) throws(InputError) {
    guard let target else { return }
    if target == "-" { try Terminal.print(text) } else { try AtomicFile.write(text, to: target) }
  }

  private static func json(_ value: some Encodable) throws(InputError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    } catch {
      throw InputError("--json", expected: "a result that JSON can express", found: "\(error)")
    }
  }
}
