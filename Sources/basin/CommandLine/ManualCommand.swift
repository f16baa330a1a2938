import Numerics

/// `basin manual`: the manual page.
enum ManualCommand {
  static let specification = CommandSpecification(
    name: "manual", abstract: "Print the manual page basin(1), in the language of man.", operands: "", options: [],
    discussion: """
      One page for all commands, made of the same definitions as their help. "make install" puts it into PREFIX/share/man/man1.
      """,
    examples: ["basin manual | man -l -", "basin manual > basin.1"])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    guard command.operands.isEmpty else {
      throw InputError(
        "basin manual", expected: "nothing behind it", found: "\"\(command.operands[0])\"",
        advice: "The page has all commands; \"basin help \(command.operands[0])\" has one.")
    }
    try Terminal.print(ManualPage(Program.specifications).text)
    return 0
  }
}
