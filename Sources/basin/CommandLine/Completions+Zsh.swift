extension Completions {
  /// The script for zsh, to be found as `_basin` in a folder of `fpath`.
  var zsh: String {
    """
    #compdef basin
    # Completion of command lines of basin in zsh, made by "basin completions zsh".

    _basin_commands() {
      local -a commands=(
    \(commands.map { "    \(Self.quoted("\($0.name):\($0.abstract)"))" }.joined(separator: "\n"))
      )
      _describe -t commands command commands
    }

    _basin() {
      local context curcontext="$curcontext" state state_descr line
      typeset -A opt_args
      _arguments -C \\
        '(- *)--help[Show this help.]' \\
        '(- *)--version[Show the version.]' \\
        '1:command:_basin_commands' \\
        '*:::argument:->argument' && return
      [[ $state == argument ]] || return 1
      words=($line[1] "${words[@]}")
      ((CURRENT += 1))
      case $line[1] in
    \(commands.map(zshCommand).joined(separator: "\n"))
      esac
    }

    if [[ $funcstack[1] == _basin ]]; then _basin "$@"; else compdef _basin basin; fi

    """
  }

  private func zshCommand(_ command: CommandSpecification) -> String {
    var words = command.allOptions.map { option in
      let name = (option.repeats ? "*" : "") + option.name
      let value = option.value.map {
        "=" + "[\(Self.escaped(option.help))]:\(Self.escaped($0)):\(zshAction(option.kind))"
      }
      return name + (value ?? "[\(Self.escaped(option.help))]")
    }
    for (place, kind) in command.operandKinds.enumerated() {
      let which = place == command.operandKinds.count - 1 ? "*" : "\(place + 1)"
      words.append("\(which):\(Self.escaped(Self.title(command))):\(zshAction(kind))")
    }
    let lines = words.map { "        \(Self.quoted($0))" }
    return "    \(command.name))\n      _arguments \\\n\(lines.joined(separator: " \\\n"))\n      ;;"
  }

  private static func title(_ command: CommandSpecification) -> String { command.operands.lowercased() }

  private func zshAction(_ kind: ValueKind) -> String {
    func pattern(_ endings: [String]) -> String {
      endings.isEmpty
        ? "_files" : "_files -g \"*.\(endings.count == 1 ? endings[0] : "(\(endings.joined(separator: "|")))")(-.)\""
    }
    return switch kind {
    case .text: " "
    case .file(let endings): pattern(endings)
    case .folder: "_files -/"
    case .choices(let words): "(\(words.joined(separator: " ")))"
    case .list(let words): "_sequence compadd - \(words.joined(separator: " "))"
    case .choicesOrFile(let words, let endings):
      // The space keeps arguments of _arguments away from it.
      " _alternative \"words:word:(\(words.joined(separator: " ")))\" \(Self.quoted("files:file:" + pattern(endings)))"
    }
  }

  /// A text in which colons and brackets mean nothing.
  private static func escaped(_ text: String) -> String {
    var result = ""
    for character in text {
      if "\\:[]".contains(character) { result += "\\" }
      result.append(character)
    }
    return result
  }
}
