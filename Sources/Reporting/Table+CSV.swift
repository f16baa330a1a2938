extension Table {
  /// The table as comma-separated values after RFC 4180, except that lines end in a line feed alone, as Unix tools expect.
  ///
  /// A header line, numbers in their shortest form that reads back exactly, and `nan`, `inf` and `-inf` as pandas reads them.
  public var csv: String {
    var text = columns.map { Self.quoted($0.name) }.joined(separator: ",") + "\n"
    for row in rows { text += row.map(\.csv).joined(separator: ",") + "\n" }
    return text
  }

  /// A field, in double quotes if it holds a comma, a quote, a line break or outer spaces.
  fileprivate static func quoted(_ field: String) -> String {
    let isPlain =
      field.unicodeScalars.allSatisfy { $0 != "," && $0 != "\"" && $0 != "\n" && $0 != "\r" }
      && field.first != " " && field.last != " "
    if isPlain { return field }
    var text = "\""
    for scalar in field.unicodeScalars {
      text.unicodeScalars.append(scalar)
      if scalar == "\"" { text.unicodeScalars.append(scalar) }
    }
    return text + "\""
  }
}

extension Table.Cell {
  /// The cell as a field of a CSV line.
  var csv: String {
    switch self {
    case .number(let value): NumberText.shortest(value)
    case .integer(let value): String(value)
    case .text(let value): Table.quoted(value)
    }
  }
}
