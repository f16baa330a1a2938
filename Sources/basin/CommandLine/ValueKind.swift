/// What an option or an operand may be: what shells complete it with.
enum ValueKind {
  /// Anything that nobody can guess: a number, a list, a name of one's own.
  case text
  /// A file with one of these endings, or any file where there are none.
  case file([String])
  /// A folder.
  case folder
  /// One of some words.
  case choices([String])
  /// Some of some words, commas between.
  case list([String])
  /// One of some words, or a file.
  case choicesOrFile([String], [String])

  /// The raw values of an enumeration, as `ParsedCommand.choice` reads them.
  static func choices<Choice: RawRepresentable<String> & CaseIterable>(_ type: Choice.Type) -> ValueKind {
    .choices(type.allCases.map(\.rawValue))
  }

  /// What a placeholder says by itself.
  init(placeholder: String?) {
    switch placeholder {
    case "FILE": self = .file([])
    case "DIR": self = .folder
    default: self = .text
    }
  }
}
