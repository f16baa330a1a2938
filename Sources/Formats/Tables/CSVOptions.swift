/// How a CSV file of numbers is read. What is left open is found out from the first line.
public struct CSVOptions: Sendable, Hashable {
  /// What stands between cells; nil looks at the first line: a tab if it has one, otherwise a semicolon if it has one,
  /// otherwise a comma.
  public var separator: Separator?
  /// Whether the first line holds names; nil takes it for names if no cell of it is a number.
  public var hasHeader: Bool?
  /// Which column holds the labels.
  public var target: Target

  /// What stands between cells.
  public enum Separator: String, Sendable, Hashable, CaseIterable {
    /// `,`
    case comma
    /// `;`
    case semicolon
    /// A tab.
    case tab

    var byte: UInt8 {
      switch self {
      case .comma: UInt8(ascii: ",")
      case .semicolon: UInt8(ascii: ";")
      case .tab: UInt8(ascii: "\t")
      }
    }
  }

  /// A column.
  public enum Target: Sendable, Hashable {
    /// The last one.
    case last
    /// That of a name in the header.
    case named(String)
    /// That of a number, from 1.
    case column(Int)
  }

  /// Describes how a file is read.
  public init(separator: Separator? = nil, hasHeader: Bool? = nil, target: Target = .last) {
    self.separator = separator
    self.hasHeader = hasHeader
    self.target = target
  }
}
