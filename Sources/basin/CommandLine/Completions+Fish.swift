extension Completions {
  /// The script for fish.
  var fish: String {
    let top = [
      "complete -c basin -f",
      "complete -c basin -n __fish_use_subcommand -l help -d 'Show this help.'",
      "complete -c basin -n __fish_use_subcommand -l version -d 'Show the version.'",
    ]
    let names = commands.map {
      "complete -c basin -n __fish_use_subcommand -a \($0.name) -d \(Self.fishQuoted($0.abstract))"
    }
    let parts = [
      ["# Completion of command lines of basin in fish, made by \"basin completions fish\"."], top, names,
    ]
    return (parts + commands.map(fishCommand)).map { $0.joined(separator: "\n") }.joined(separator: "\n\n") + "\n"
  }

  private func fishCommand(_ command: CommandSpecification) -> [String] {
    let begin = "complete -c basin -n '__fish_seen_subcommand_from \(command.name)'"
    let options = command.allOptions.map { option in
      let value = option.value == nil ? "" : " -x\(fishArguments(option.kind).map { " -ka \($0)" } ?? "")"
      return "\(begin) -l \(option.name.dropFirst(2))\(value) -d \(Self.fishQuoted(option.help))"
    }
    // Fish completes operands wherever they stand: what the first may be and what the others may be.
    return options + command.operandKinds.compactMap { kind in fishArguments(kind).map { "\(begin) -ka \($0)" } }
  }

  /// What completes a value, as one word; nil where there is nothing to say.
  private func fishArguments(_ kind: ValueKind) -> String? {
    func files(_ endings: [String]) -> String {
      // Without an ending every file counts.
      endings.isEmpty
        ? "(__fish_complete_path)" : endings.map { "(__fish_complete_suffix .\($0))" }.joined(separator: " ")
    }
    return switch kind {
    case .text: nil
    case .file(let endings): Self.fishQuoted(files(endings))
    case .folder: Self.fishQuoted("(__fish_complete_directories)")
    case .choices(let words): Self.fishQuoted(words.joined(separator: " "))
    case .list(let words): Self.fishQuoted("(__fish_append , \(words.joined(separator: " ")))")
    case .choicesOrFile(let words, let endings): Self.fishQuoted(words.joined(separator: " ") + " " + files(endings))
    }
  }

  private static func fishQuoted(_ text: String) -> String {
    "'\(text.replacing("\\", with: "\\\\").replacing("'", with: "\\'"))'"
  }
}
