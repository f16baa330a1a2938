import Numerics

/// What a subcommand accepts, from which its help and its parser are made.
struct CommandSpecification {
  /// The word on the command line.
  var name: String
  /// One line for the list of commands.
  var abstract: String
  /// What stands after the name in the usage line, besides the options.
  var operands: String
  /// The options.
  var options: [OptionSpecification]
  /// Paragraphs below the options.
  var discussion: String
  /// Lines that work as they stand.
  var examples: [String]
  /// What the operands may be, in order; the last one holds for all further ones.
  var operandKinds: [ValueKind] = []

  /// Options that every command has.
  static let common = [OptionSpecification("--help", help: "Show this help.")]

  /// The options, also those that every command has.
  var allOptions: [OptionSpecification] { options + Self.common }

  /// How it is called.
  var usage: String {
    (["basin", name] + (operands.isEmpty ? [] : [operands]) + ["[options]"]).joined(separator: " ")
  }

  /// The help text.
  var help: String {
    let all = allOptions
    let width = all.map(\.signature.count).max() ?? 0
    let lines = all.map { "  \($0.signature.padded(to: width))  \($0.help)" }
    let parts = [
      "\(abstract)\n\nUSAGE\n  \(usage)", "OPTIONS\n\(lines.joined(separator: "\n"))", discussion,
      "EXAMPLES\n\(examples.map { "  \($0)" }.joined(separator: "\n"))",
    ]
    return parts.filter { !$0.isEmpty }.joined(separator: "\n\n") + "\n"
  }

  /// Reads the words after the command's name. Options may stand anywhere; `--name=value` is the same as `--name
  /// value`; `--` ends the options.
  func parse(_ words: [String]) throws(InputError) -> ParsedCommand {
    var parsed = ParsedCommand(command: name)
    var rest = words[...]
    while let word = rest.popFirst() {
      if word == "--" {
        parsed.operands += rest
        break
      }
      guard word.hasPrefix("-"), word != "-" else {
        parsed.operands.append(word)
        continue
      }
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let optionName = parts[0] == "-h" ? "--help" : parts[0]
      guard let option = allOptions.first(where: { $0.name == optionName }) else {
        let known = allOptions.map(\.name)
        throw InputError(
          "basin \(name)", expected: "a known option", found: "\"\(parts[0])\"",
          advice: Suggestion.sentence(for: parts[0], among: known))
      }
      guard parsed.values[option.name] == nil || option.repeats else {
        throw InputError("basin \(name)", expected: "\(option.name) once", found: "it twice")
      }
      guard let placeholder = option.value else {
        guard parts.count == 1 else {
          throw InputError("basin \(name)", expected: "\(option.name) without a value", found: "\"\(word)\"")
        }
        parsed.values[option.name] = ""
        continue
      }
      guard let value = parts.count == 2 ? parts[1] : rest.popFirst(), !value.isEmpty else {
        throw InputError(
          "basin \(name)", expected: "\(placeholder) after \(option.name)", found: "nothing",
          advice: "See \"basin \(name) --help\".")
      }
      parsed.values[option.name] = value
      if option.repeats { parsed.lists[option.name, default: []].append(value) }
    }
    return parsed
  }
}

/// An option of a subcommand.
struct OptionSpecification {
  /// The name with its dashes.
  var name: String
  /// What stands for the value in the help; nil for a switch.
  var value: String?
  /// What the value may be.
  var kind: ValueKind
  /// What it does, in a line.
  var help: String
  /// Whether it may be given more than once.
  var repeats: Bool

  /// - Parameter kind: what the value may be; nil for what its placeholder says.
  init(_ name: String, value: String? = nil, kind: ValueKind? = nil, repeats: Bool = false, help: String) {
    self.name = name
    self.value = value
    self.kind = kind ?? ValueKind(placeholder: value)
    self.repeats = repeats
    self.help = help
  }

  var signature: String { (value.map { "\(name) \($0)" } ?? name) + (repeats ? "…" : "") }
}

/// The words of a command line, sorted.
struct ParsedCommand {
  var command: String
  var operands: [String] = []
  /// Values by option name; switches have the empty value.
  var values: [String: String] = [:]
  /// All values of the options that may be given more than once.
  var lists: [String: [String]] = [:]

  init(command: String) { self.command = command }

  func has(_ option: String) -> Bool { values[option] != nil }

  /// A whole number in `range`, or `fallback` if the option is not given.
  func integer(_ option: String, in range: ClosedRange<Int>, default fallback: Int) throws(InputError) -> Int {
    guard let text = values[option] else { return fallback }
    guard let number = Int(text), range.contains(number) else {
      throw InputError(
        "basin \(command) \(option)", expected: "a whole number from \(range.lowerBound) to \(range.upperBound)",
        found: "\"\(text)\"")
    }
    return number
  }

  /// A number that fits, or `fallback` if the option is not given.
  ///
  /// - Parameter expected: what fits, in words.
  func number(
    _ option: String, _ expected: String, default fallback: Double, where fits: (Double) -> Bool
  ) throws(InputError) -> Double {
    guard let text = values[option] else { return fallback }
    guard let number = Double(text), number.isFinite, fits(number) else {
      throw InputError("basin \(command) \(option)", expected: expected, found: "\"\(text)\"")
    }
    return number
  }

  /// A list with commas between, each item read by `read`; nil if the option is not given.
  ///
  /// - Parameter expected: what the items are, in words.
  func list<Item: Hashable>(
    _ option: String, _ expected: String, read: (String) -> Item?
  ) throws(InputError) -> [Item]? {
    guard let text = values[option] else { return nil }
    var items: [Item] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false).map(String.init) {
      guard let item = read(part) else {
        throw InputError(
          "basin \(command) \(option)", expected: "\(expected), commas between", found: "\"\(part)\"")
      }
      guard !items.contains(item) else {
        throw InputError("basin \(command) \(option)", expected: "each value once", found: "\(part) twice")
      }
      items.append(item)
    }
    return items
  }

  /// One of the names of `Choice`, or `fallback` if the option is not given.
  func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ option: String, default fallback: Choice
  ) throws(InputError) -> Choice {
    guard let text = values[option] else { return fallback }
    guard let choice = Choice(rawValue: text) else {
      let names = Choice.allCases.map(\.rawValue)
      throw InputError(
        "basin \(command) \(option)", expected: names.joined(separator: ", "), found: "\"\(text)\"",
        advice: Suggestion.closest(to: text, among: names).map { "Did you mean \"\($0)\"?" } ?? "")
    }
    return choice
  }

  /// The one operand of a command that takes one.
  func operand(_ what: String) throws(InputError) -> String {
    guard operands.count == 1 else {
      throw InputError(
        "basin \(command)", expected: "one \(what)", found: operands.isEmpty ? "none" : "\(operands.count)",
        advice: "See \"basin \(command) --help\".")
    }
    return operands[0]
  }

  /// A seed: any whole number from 0 to 2⁶⁴ − 1.
  func seed(_ option: String, default fallback: UInt64) throws(InputError) -> UInt64 {
    guard let text = values[option] else { return fallback }
    guard let number = UInt64(text) else {
      throw InputError(
        "basin \(command) \(option)", expected: "a whole number from 0 to \(UInt64.max)", found: "\"\(text)\"")
    }
    return number
  }
}

extension String {
  func padded(to width: Int) -> String { self + String(repeating: " ", count: max(0, width - count)) }
}
