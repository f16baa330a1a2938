/// Comma-separated values after RFC 4180, except that lines end in a line feed alone, as Unix tools expect.
public enum CSV {
  /// A field, in double quotes if it holds a comma, a quote, a line break or outer spaces.
  public static func field(_ text: String) -> String {
    let isPlain =
      text.utf8.allSatisfy { $0 != 0x2C && $0 != 0x22 && $0 != 0x0A && $0 != 0x0D } && text.utf8.first != 0x20
      && text.utf8.last != 0x20
    if isPlain { return text }
    return "\"" + text.replacing("\"", with: "\"\"") + "\""
  }

  /// A line of fields.
  public static func line(_ fields: [String]) -> String { fields.map(field).joined(separator: ",") + "\n" }
}
