import Numerics

extension ParsedCommand {
  /// The command line that means this, for a shell: the operands, then the options in the order of the specification.
  func text(_ specification: CommandSpecification) -> String {
    var words: [String] = []
    for option in specification.options where has(option.name) {
      if option.value == nil {
        words.append(option.name)
      } else {
        for value in lists[option.name] ?? [values[option.name, default: ""]] { words += [option.name, value] }
      }
    }
    // What looks like an option is none after two dashes.
    words = operands.contains { $0.hasPrefix("-") && $0 != "-" } ? words + ["--"] + operands : operands + words
    return (["basin", command] + words.map(\.quotedForShell)).joined(separator: " ")
  }

  /// The items of a list with commas between, of every time that the option is given; nil if it is not.
  func items(_ option: String) -> [String]? {
    (lists[option] ?? values[option].map { [$0] })?.flatMap {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }
}

extension String {
  /// The word as a shell reads it.
  var quotedForShell: String {
    let isPlain = utf8.allSatisfy { byte in
      let scalar = Unicode.Scalar(byte)
      return scalar.properties.isAlphabetic || scalar.properties.numericType != nil || "-._/+:@%,=".utf8.contains(byte)
    }
    return isPlain && !isEmpty ? self : "'\(replacing("'", with: "'\\''"))'"
  }
}
