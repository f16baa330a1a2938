import Numerics

/// `basin completions`: the script with which a shell completes command lines of Basin.
enum CompletionsCommand {
  /// A shell that can be served.
  private enum Shell: String, CaseIterable { case bash, zsh, fish }

  static let specification = CommandSpecification(
    name: "completions", abstract: "Print the script that completes command lines in bash, zsh or fish.",
    operands: "bash | zsh | fish", options: [],
    discussion: """
      Commands, options, the values that options know, studies, methods, and files of the right kind are completed. "make install"
      puts the scripts where shells look for them:
        bash  PREFIX/share/bash-completion/completions/basin
        zsh   PREFIX/share/zsh/site-functions/_basin
        fish  PREFIX/share/fish/vendor_completions.d/basin.fish
      """,
    examples: [
      "source <(basin completions bash)", "basin completions zsh > ~/.zfunc/_basin",
      "basin completions fish > ~/.config/fish/completions/basin.fish",
    ], operandKinds: [.choices(Shell.self)])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    let name = try command.operand("shell")
    guard let shell = Shell(rawValue: name) else {
      let names = Shell.allCases.map(\.rawValue)
      throw InputError(
        "basin completions", expected: names.joined(separator: ", "), found: "\"\(name)\"",
        advice: Suggestion.closest(to: name, among: names).map { "Did you mean \"\($0)\"?" } ?? "")
    }
    let completions = Completions(Program.specifications)
    switch shell {
    case .bash: try Terminal.print(completions.bash)
    case .zsh: try Terminal.print(completions.zsh)
    case .fish: try Terminal.print(completions.fish)
    }
    return 0
  }
}

/// What shells can complete, as scripts for them.
struct Completions {
  let commands: [CommandSpecification]

  /// - Parameter commands: all but `help`, whose operand is one of them.
  init(_ commands: [CommandSpecification]) {
    let help = CommandSpecification(
      name: "help", abstract: "Show the help of a command.", operands: "[COMMAND]", options: [], discussion: "",
      examples: [], operandKinds: [.choices(commands.map(\.name))])
    self.commands = commands + [help]
  }

  /// A word between single quotes, as bash and zsh read it.
  static func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "'\\''"))'" }
}
