import Formats
import Numerics

extension Results {
  /// The forms in which a table can be written as text.
  public enum TextFormat: String, Sendable, CaseIterable {
    /// A header and a line a row; `nan`, `inf` and `-inf` as pandas reads them, nothing where a column does not apply.
    case csv
    /// A JSON object a line; `null` for numbers that JSON cannot write and where a column does not apply.
    case jsonl
  }

  /// Writes a table as text, piece by piece: memory does not grow with the number of rows.
  ///
  /// - Parameters:
  ///   - table: which.
  ///   - format: how.
  ///   - by: for groups and states, the settings to group by; all that vary, if nil.
  ///   - withTimes: whether trials have columns that differ from run to run.
  ///   - sink: takes the pieces.
  public func write(
    _ table: ResultTable, as format: TextFormat, by: [String]? = nil, withTimes: Bool = false,
    to sink: (String) throws(InputError) -> Void
  ) throws(InputError) {
    var buffer = ""
    var keys: [String] = []
    try write(
      table, by: by, withTimes: withTimes,
      header: { names throws(InputError) in
        if format == .csv { buffer += CSV.line(names) }
        keys = names.map { JSON.quoted($0) + ":" }
      },
      row: { cells throws(InputError) in
        switch format {
        case .csv: buffer += CSV.line(cells.map(\.text))
        case .jsonl:
          buffer += "{" + zip(keys, cells).map { $0 + $1.json }.joined(separator: ",") + "}\n"
        }
        if buffer.utf8.count >= 1 << 16 {
          try sink(buffer)
          buffer.removeAll(keepingCapacity: true)
        }
      })
    try sink(buffer)
  }
}

extension ResultCell {
  /// The cell as text: nothing where the column does not apply.
  var text: String {
    switch self {
    case .empty: ""
    case .integer(let value): String(value)
    case .number(let value): NumberText.shortest(value)
    case .text(let value): value
    }
  }

  fileprivate var json: String {
    switch self {
    case .empty: "null"
    case .integer(let value): String(value)
    case .number(let value): value.isFinite ? NumberText.shortest(value) : "null"
    case .text(let value): JSON.quoted(value)
    }
  }
}
