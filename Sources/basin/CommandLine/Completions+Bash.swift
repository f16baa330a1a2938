extension Completions {
  /// The script for bash; it needs nothing of the package bash-completion.
  var bash: String {
    """
    # Completion of command lines of basin in bash, made by "basin completions bash".

    _basin_words() { COMPREPLY+=($(compgen -W "$1" -- "$word")); }

    # Words with commas between: the last one is completed.
    _basin_list() {
      local head=
      [[ $word == *,* ]] && head=${word%,*},
      compopt -o nospace 2>/dev/null
      COMPREPLY+=($(compgen -P "$head" -W "$1" -- "${word##*,}"))
    }

    _basin_folders() {
      local IFS=$'\\n'
      compopt -o filenames 2>/dev/null
      COMPREPLY+=($(compgen -d -- "$word"))
    }

    # Files with one of the endings given, and folders on the way to them; any file without endings.
    _basin_files() {
      local IFS=$'\\n' ending
      compopt -o filenames 2>/dev/null
      (($#)) || COMPREPLY+=($(compgen -f -- "$word"))
      (($#)) && COMPREPLY+=($(compgen -d -- "$word"))
      for ending; do COMPREPLY+=($(compgen -f -X "!*.$ending" -- "$word")); done
    }

    _basin() {
      local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} command=${COMP_WORDS[1]}
      local options valued index place=1
      COMPREPLY=()
      if ((COMP_CWORD == 1)); then
        _basin_words '\(commands.map(\.name).joined(separator: " ")) --help --version'
        return
      fi
      # Bash takes --name=value apart.
      if [[ $word == = ]]; then word=; elif [[ $before == = ]]; then before=${COMP_WORDS[COMP_CWORD - 2]}; fi
      case $command in
    \(commands.map(bashOptions).joined(separator: "\n"))
        *) return ;;
      esac
      if [[ $word == -* ]]; then
        _basin_words "$options"
        return
      fi
      for ((index = 2; index < COMP_CWORD; index++)); do
        case ${COMP_WORDS[index]} in
          -*)
            if [[ ${COMP_WORDS[index + 1]} == = ]]; then
              ((index += 2))
            elif [[ $valued == *" ${COMP_WORDS[index]} "* ]]; then
              ((index++))
            fi
            ;;
          *) ((place++)) ;;
        esac
      done
      case $command:$place in
    \(commands.flatMap(bashOperands).joined(separator: "\n"))
      esac
    }

    complete -F _basin basin

    """
  }

  /// What is known of a command's options, and the completion of their values.
  private func bashOptions(_ command: CommandSpecification) -> String {
    let names = command.allOptions.map(\.name).joined(separator: " ")
    let valued = command.allOptions.filter { $0.value != nil }
    var lines = ["    \(command.name))", "      options='\(names)'"]
    if !valued.isEmpty {
      lines.append("      valued=' \(valued.map(\.name).joined(separator: " ")) '")
      lines.append("      case $before in")
      var free: [String] = []
      for option in valued {
        if let action = bashAction(option.kind) {
          lines.append("        \(option.name)) \(action); return ;;")
        } else {
          free.append(option.name)
        }
      }
      if !free.isEmpty { lines.append("        \(free.joined(separator: " | "))) return ;;") }
      lines.append("      esac")
    }
    return (lines + ["      ;;"]).joined(separator: "\n")
  }

  private func bashOperands(_ command: CommandSpecification) -> [String] {
    command.operandKinds.enumerated().compactMap { place, kind in
      let pattern = place == command.operandKinds.count - 1 ? "*" : "\(place + 1)"
      return bashAction(kind).map { "    \(command.name):\(pattern)) \($0) ;;" }
    }
  }

  /// The call that completes a value; nil where there is nothing to say.
  private func bashAction(_ kind: ValueKind) -> String? {
    func files(_ endings: [String]) -> String { (["_basin_files"] + endings).joined(separator: " ") }
    return switch kind {
    case .text: nil
    case .file(let endings): files(endings)
    case .folder: "_basin_folders"
    case .choices(let words): "_basin_words '\(words.joined(separator: " "))'"
    case .list(let words): "_basin_list '\(words.joined(separator: " "))'"
    case .choicesOrFile(let words, let endings): "_basin_words '\(words.joined(separator: " "))'; \(files(endings))"
    }
  }
}
