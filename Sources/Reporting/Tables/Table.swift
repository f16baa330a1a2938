/// A table of numbers and words with documented columns, written as one tidy CSV file.
public struct Table: Sendable {
  /// A file name without extension, unique in its report.
  public var name: String
  /// The heading for people; the name, if empty.
  public var title = ""
  /// What the table holds, in a sentence.
  public var caption: String
  /// The columns.
  public var columns: [Column]
  /// The columns as people see them, for a table that a page shows as a result. Empty: a page shows the columns as they are, what they
  /// mean, and a few rows.
  public var shown: [ShownColumn] = []
  /// The rows, each as long as `columns`.
  public private(set) var rows: [[Cell]] = []

  /// A column: a camelCase name that stays stable, and its meaning.
  public struct Column: Sendable {
    /// The name in the header line.
    public var name: String
    /// What it holds, with the unit.
    public var meaning: String

    /// Describes a column.
    public init(_ name: String, _ meaning: String) {
      self.name = name
      self.meaning = meaning
    }
  }

  /// A value in a table.
  public enum Cell: Sendable, Equatable, ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByStringLiteral
  {
    case number(Double)
    case integer(Int)
    case text(String)

    /// A number.
    public init(floatLiteral value: Double) { self = .number(value) }
    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }
    /// A word.
    public init(stringLiteral value: String) { self = .text(value) }
  }

  /// An empty table.
  public init(name: String, caption: String, columns: [Column]) {
    self.name = name
    self.caption = caption
    self.columns = columns
  }

  /// Adds a row.
  ///
  /// - Precondition: `row` has one cell a column.
  public mutating func append(_ row: [Cell]) {
    precondition(row.count == columns.count, "table \(name) has \(columns.count) columns, the row \(row.count)")
    rows.append(row)
  }
}

extension Table {
  /// The numbers of a column, for figures and summaries; text is not a number.
  ///
  /// - Precondition: the table has a column of this name.
  public func column(_ name: String) -> [Double] {
    guard let place = columns.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("table \(self.name) has no column \(name)")
    }
    return rows.map { row in
      switch row[place] {
      case .number(let value): value
      case .integer(let value): Double(value)
      case .text: .nan
      }
    }
  }
}
