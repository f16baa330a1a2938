import Formats

extension Table {
  /// The table as comma-separated values after RFC 4180, except that lines end in a line feed alone, as Unix tools expect.
  ///
  /// A header line, numbers in their shortest form that reads back exactly, and `nan`, `inf` and `-inf` as pandas reads them.
  public var csv: String {
    var text = CSV.line(columns.map(\.name))
    for row in rows { text += CSV.line(row.map(\.csv)) }
    return text
  }
}

extension Table.Cell {
  /// The cell as text for a CSV line.
  var csv: String {
    switch self {
    case .number(let value): NumberText.shortest(value)
    case .integer(let value): String(value)
    case .text(let value): value
    }
  }
}
