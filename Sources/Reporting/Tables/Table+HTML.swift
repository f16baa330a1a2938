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
      /// A value, with its error if it has one, and its interval below: `0.4986 ± 0.0012`, `[0.4962, 0.5010]`.
      case estimate(String, error: String?, low: String, high: String)
    }

    /// Describes a column.
    public init(_ heading: String, _ form: Form) {
      self.heading = heading
      self.form = form
    }
  }

  /// What stands above it.
  var heading: String { title.isEmpty ? name : title }

  /// The table on a page: what it holds, its first rows, and the link to the whole, which is below `folder`.
  func html(in folder: String) -> String {
    let limit = shown.isEmpty ? Self.previewRows : Self.shownRows
    let rows = self.rows.prefix(limit)
    let extent =
      rows.count < self.rows.count
      ? "first \(rows.count) of \(self.rows.count) rows" : "\(rows.count) \(rows.count == 1 ? "row" : "rows")"
    let (style, meanings) = shown.isEmpty ? ("preview", "\n\(meanings)") : ("shown", "")
    let body = shown.isEmpty ? preview(rows) : people(rows)
    return """
      <article class="table" id="table-\(HTML.anchor(folder + name))">
      <h3>\(HTML.escaped(heading))</h3>
      \(HTML.paragraphs(marked: caption))
      <p class="downloads"><a href="\(folder)data/\(HTML.address(name)).csv" download>CSV</a> · \(extent)</p>\(meanings)
      <div class="scroll" tabindex="0" role="region" aria-label="Rows of \(HTML.escaped(heading))">
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
    return Self.text(
      header: header, rows: rows.map { row in row.map { Self.cell(HTML.escaped($0.text), isNumber: $0.isNumber) } })
  }

  private func people(_ rows: ArraySlice<[Cell]>) -> String {
    let places = Dictionary(columns.enumerated().map { ($0.element.name, $0.offset) }) { first, _ in first }
    let columns = shown.map { column -> (heading: String, cell: ([Cell]) -> String, isNumber: Bool) in
      func cell(_ name: String, _ row: [Cell]) -> Cell { places[name].map { row[$0] } ?? .text("") }
      switch column.form {
      case .plain(let name):
        return (column.heading, { HTML.escaped(cell(name, $0).text) }, rows.contains { cell(name, $0).isNumber })
      case .estimate(let name, let error, let low, let high):
        return (
          column.heading,
          { row in
            cell(name, row).estimate(error.map { cell($0, row) }, from: cell(low, row), to: cell(high, row))
          },
          true
        )
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
    "<td\(isNumber ? " class=\"number\"" : "")>\(text)</td>"
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

  /// HTML with the interval on a line of its own.
  fileprivate func estimate(_ error: Table.Cell?, from low: Table.Cell, to high: Table.Cell) -> String {
    guard let number else { return HTML.escaped(text) }
    guard let low = low.number, let high = high.number else { return NumberText.readable(number) }
    let texts = NumberText.readable(number, from: low, to: high)
    let value = error?.number.map { $0 > 0 ? NumberText.readable(number, plusMinus: $0) : NumberText.readable(number) }
    let interval = texts.drop { $0 != "[" }
    return (value ?? String(texts.prefix { $0 != " " })) + (interval.isEmpty ? "" : "<br><small>\(interval)</small>")
  }
}
