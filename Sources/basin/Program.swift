import Numerics

/// The program: which subcommands there are, and which one a command line means.
enum Program {
  static let version = "0.1.0"

  /// What the program is, in a line.
  static let abstract = "Basin: a laboratory for what SGD's batch size, step size and sampling order choose."

  /// The statuses that all commands share.
  static let exitStatus = "0  all well        1  a claim or a trial failed        2  the input is wrong"

  private struct Command {
    var specification: CommandSpecification
    var run: (ParsedCommand) throws(InputError) -> Int32
  }

  private static var commands: [Command] {
    [
      Command(specification: ReproduceCommand.specification, run: ReproduceCommand.run),
      Command(specification: RunCommand.specification, run: RunCommand.run),
      Command(specification: ShowCommand.specification, run: ShowCommand.run),
      Command(specification: ExportCommand.specification, run: ExportCommand.run),
      Command(specification: MergeCommand.specification, run: MergeCommand.run),
      Command(specification: ReportCommand.specification, run: ReportCommand.run),
      Command(specification: FigureCommand.specification, run: FigureCommand.run),
      Command(specification: StabilityCommand.specification, run: StabilityCommand.run),
      Command(specification: DiagnoseCommand.specification, run: DiagnoseCommand.run),
      Command(specification: CiteCommand.specification, run: CiteCommand.run),
      Command(specification: DataCommand.specification, run: DataCommand.run),
      Command(specification: BenchCommand.specification, run: BenchCommand.run),
      Command(specification: CompletionsCommand.specification, run: CompletionsCommand.run),
      Command(specification: ManualCommand.specification, run: ManualCommand.run),
    ]
  }

  /// What the subcommands accept, in the order of the help.
  static var specifications: [CommandSpecification] { commands.map(\.specification) }

  private static var help: String {
    let width = commands.map(\.specification.name.count).max() ?? 0
    let lines = commands.map { "  \($0.specification.name.padded(to: width))  \($0.specification.abstract)" }
    return """
      \(abstract)

      USAGE
        basin COMMAND [options]

      COMMANDS
      \(lines.joined(separator: "\n"))

      OPTIONS
        --help     Show this help; "basin COMMAND --help" shows that of a command.
        --version  Show the version.

      EXIT STATUS
        \(exitStatus)

      EXAMPLE
        basin reproduce autoencoder

      """
  }

  /// Runs a command line without the program's name and returns the exit status.
  static func run(_ words: [String]) throws(InputError) -> Int32 {
    guard let first = words.first else {
      try Terminal.print(help)
      return 2
    }
    switch first {
    case "--version":
      try Terminal.print("basin \(version)\n")
      return 0
    case "--help", "-h":
      try Terminal.print(help)
      return 0
    case "help":
      let name = words.dropFirst().first
      try Terminal.print(name.map { name throws(InputError) in try command(name).specification.help } ?? help)
      return 0
    default:
      let command = try command(first)
      // Help is given whatever else the line says.
      if words.contains("--help") || words.contains("-h") {
        try Terminal.print(command.specification.help)
        return 0
      }
      return try command.run(command.specification.parse(Array(words.dropFirst())))
    }
  }

  private static func command(_ name: String) throws(InputError) -> Command {
    guard let command = commands.first(where: { $0.specification.name == name }) else {
      let known = name.hasPrefix("-") ? ["--help", "--version"] : commands.map(\.specification.name)
      throw InputError(
        "basin", expected: "a command", found: "\"\(name)\"", advice: Suggestion.sentence(for: name, among: known))
    }
    return command
  }
}
