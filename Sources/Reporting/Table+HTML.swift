import Formats

extension Table {
  /// A column as people see it: one of the table's, or several that belong together.
  public struct ShownColumn: Sendable, Equatable {
    /// Its heading.
    public var heading: String
    /// What stands in it.
    public var form: Form

    /// Which columns of the table it shows, by name.
    public enum Form: Sendable, Equatable {
      /// One as it is.
      case plain(String)
      /// A value and its error, rounded to it: `0.4986 ± 0.0012`.
      case plusMinus(String, error: String)
      /// A value and its interval, rounded to it: `0.4986 [0.4962, 0.5010]`.
      case interval(String, low: String, high: String)
      /// An interval alone: `[0.4962, 0.5010]`.
      case range(low: String, high: String)
    }

    /// Describes a column.
    public init(_ heading: String, _ form: Form) {
      self.heading = heading
      self.form = form
    }
  }

  /// The table on a page: what it holds, its first rows, and the link to the whole.
  var html: String {
    let limit = shown.isEmpty ? Self.previewRows : Self.shownRows
    let rows = self.rows.prefix(limit)
    let extent =
      rows.count < self.rows.count
      ? "first \(rows.count) of \(self.rows.count) rows" : "\(rows.count) \(rows.count == 1 ? "row" : "rows")"
    let title = title.isEmpty ? name : title
    let (style, meanings) = shown.isEmpty ? ("preview", "\n\(meanings)") : ("shown", "")
    let body = shown.isEmpty ? preview(rows) : people(rows)
    return """
      <article class="table" id="table-\(HTML.anchor(name))">
      <h3>\(HTML.escaped(title))</h3>
      \(HTML.paragraphs(caption))
      <p class="downloads"><a href="data/\(HTML.address(name)).csv" download>CSV</a> · \(extent)</p>\(meanings)
      <div class="scroll" tabindex="0" role="region" aria-label="Rows of \(HTML.escaped(title))">
      <table class="\(style)">\(body)</table>
      </div>
      </article>
      """
  }

  /// Enough rows to see what a table holds.
  private static let previewRows = 6
  /// More rows than this nobody reads.
  static let shownRows = 200

  private var meanings: String {
    let entries = columns.map {
      "<dt><code>\(HTML.escaped($0.name))</code></dt><dd>\(HTML.escaped($0.meaning))</dd>"
    }
    return "<dl class=\"columns\">\(entries.joined(separator: "\n"))</dl>"
  }

  private func preview(_ rows: ArraySlice<[Cell]>) -> String {
    let header = columns.map { "<th scope=\"col\">\(HTML.escaped($0.name))</th>" }
    return Self.text(header: header, rows: rows.map { row in row.map { Self.cell($0.text, isNumber: $0.isNumber) } })
  }

  private func people(_ rows: ArraySlice<[Cell]>) -> String {
    let places = Dictionary(columns.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first }
    let columns = shown.map { column -> (heading: String, cell: ([Cell]) -> String, isNumber: Bool) in
      func cell(_ name: String, _ row: [Cell]) -> Cell { places[name].map { row[$0] } ?? .text("") }
      switch column.form {
      case .plain(let name):
        return (column.heading, { cell(name, $0).text }, rows.contains { cell(name, $0).isNumber })
      case .plusMinus(let name, let error):
        return (column.heading, { cell(name, $0).text(plusMinus: cell(error, $0)) }, true)
      case .interval(let name, let low, let high):
        return (column.heading, { cell(name, $0).text(from: cell(low, $0), to: cell(high, $0)) }, true)
      case .range(let low, let high):
        return (column.heading, { cell(low, $0).range(to: cell(high, $0)) }, true)
      }
    }
    let header = columns.map { column in
      "<th scope=\"col\"\(column.isNumber ? " class=\"number\"" : "")>\(HTML.escaped(column.heading))</th>"
    }
    return Self.text(
      header: header, rows: rows.map { row in columns.map { Self.cell($0.cell(row), isNumber: $0.isNumber) } })
  }

  private static func text(header: [String], rows: [[String]]) -> String {
    let lines = rows.map { "<tr>\($0.joined())</tr>" }
    return """
      <thead><tr>\(header.joined())</tr></thead>
      <tbody>
      \(lines.joined(separator: "\n"))
      </tbody>
      """
  }

  private static func cell(_ text: String, isNumber: Bool) -> String {
    "<td\(isNumber ? " class=\"number\"" : "")>\(HTML.escaped(text))</td>"
  }
}

extension Table.Cell {
  fileprivate var isNumber: Bool { if case .text = self { false } else { true } }

  /// Nothing where there is no number.
  fileprivate var number: Double? {
    switch self {
    case .number(let value): value
    case .integer(let value): Double(value)
    case .text: nil
    }
  }

  fileprivate var text: String {
    switch self {
    case .number(let value): NumberText.readable(value)
    case .integer(let value): String(value)
    case .text(let value): value
    }
  }

  fileprivate func text(plusMinus error: Table.Cell) -> String {
    guard let number, let error = error.number, error > 0 else { return text }
    return NumberText.readable(number, plusMinus: error)
  }

  fileprivate func range(to high: Table.Cell) -> String {
    guard let number, let high = high.number else { return "" }
    return String(NumberText.readable((number + high) / 2, from: number, to: high).drop { $0 != "[" })
  }

  fileprivate func text(from low: Table.Cell, to high: Table.Cell) -> String {
    guard let number, let low = low.number, let high = high.number else { return text }
    return NumberText.readable(number, from: low, to: high)
  }
}
