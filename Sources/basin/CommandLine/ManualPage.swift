/// The manual page as troff reads it with the macros of man(7).
struct ManualPage {
  let commands: [CommandSpecification]

  init(_ commands: [CommandSpecification]) { self.commands = commands }

  /// The page. It is ASCII, so that it does not depend on how anybody encodes it.
  var text: String {
    let abstract = Program.abstract.drop { $0 != ":" }.dropFirst(2).dropLast()
    let lines = [
      ".TH BASIN 1 \"\" \"Basin \(Program.version)\" \"User Commands\"",
      ".SH NAME", "basin \\- \(Self.escaped(String(abstract)))",
      ".SH SYNOPSIS", ".B basin", ".I COMMAND", "[options]",
      ".SH DESCRIPTION",
      Self.filled(
        "Each command has --help. Results are on standard output or, with --json, JSON; progress is on standard error."),
      ".SH OPTIONS",
      ".TP", ".B \\-\\-help", "Show the help; behind a command, that of the command.",
      ".TP", ".B \\-\\-version", "Show the version.",
      ".SH COMMANDS",
    ]
    let end = [".SH \"EXIT STATUS\"", ".nf", Self.escaped(Program.exitStatus), ".fi"]
    return (lines + commands.flatMap(section) + end).joined(separator: "\n") + "\n"
  }

  private func section(_ command: CommandSpecification) -> [String] {
    var lines = [
      ".SS basin \(command.name)", Self.filled(command.abstract), ".PP", ".B \(Self.escaped(command.usage))",
    ]
    for option in command.allOptions {
      let value = option.value.map { " \\fI\(Self.escaped($0))\\fR" } ?? ""
      let more = option.repeats ? Self.escaped("…") : ""
      lines += [".TP", "\\fB\(Self.escaped(option.name))\\fR\(value)\(more)", Self.filled(option.help)]
    }
    if !command.discussion.isEmpty { lines += Self.verbatim(command.discussion) }
    return lines + [".PP", "Examples:"] + Self.verbatim(command.examples.map { "  \($0)" }.joined(separator: "\n"))
  }

  /// A text whose lines stay as they are.
  private static func verbatim(_ text: String) -> [String] {
    [".PP", ".nf"]
      + text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
        line.isEmpty ? ".sp" : escaped(String(line))
      } + [".fi"]
  }

  /// A text that troff breaks anew, here in lines of at most 80 bytes.
  private static func filled(_ text: String) -> String {
    var lines: [String] = []
    for word in text.split(separator: " ").map({ escaped(String($0)) }) {
      if let last = lines.last, last.utf8.count + 1 + word.utf8.count <= 80 {
        lines[lines.count - 1] = "\(last) \(word)"
      } else {
        lines.append(word)
      }
    }
    return lines.joined(separator: "\n")
  }

  /// A line as troff prints it: hyphens that can be copied, no requests, and code points in place of what is not ASCII.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\\": result += "\\e"
      case "-": result += "\\-"
      case "'": result += "\\(aq"
      case "`": result += "\\(ga"
      case "^": result += "\\(ha"
      case "~": result += "\\(ti"
      case "\"": result += "\\(dq"
      case _ where scalar.value < 128: result.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16, uppercase: true)
        result += "\\[u\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)]"
      }
    }
    return result.hasPrefix(".") ? "\\&" + result : result
  }
}
