extension JSON {
  /// Compact text with sorted keys: the same value is the same text. Numbers that JSON cannot write become `null`.
  public var text: String {
    var output = ""
    write(to: &output, forHTML: false, indentation: nil)
    return output
  }

  /// Compact text that can stand in an HTML script element: `<`, `>` and `&` are escaped, so that no `</script` and no `<!--` can arise.
  public var scriptText: String {
    var output = ""
    write(to: &output, forHTML: true, indentation: nil)
    return output
  }

  /// Text for people, one member a line, ending in a line feed. What fits on a line stays on it.
  public var readableText: String {
    var output = ""
    write(to: &output, forHTML: false, indentation: 0)
    return output + "\n"
  }

  /// Numbers for a picture: single precision is finer than any screen and half as long.
  public static func numbersForPicture(_ values: [Double]) -> JSON {
    .array(
      values.map { value in
        let single = Float(value)
        return .number(single.isNormal ? Double(single.description) ?? value : value)
      })
  }

  /// `text` in double quotes, escaped.
  public static func quoted(_ text: String) -> String {
    var output = ""
    write(text, to: &output, forHTML: false)
    return output
  }

  private static let lineWidth = 100

  private func write(to output: inout String, forHTML: Bool, indentation: Int?) {
    switch self {
    case .null: output += "null"
    case .bool(let value): output += value ? "true" : "false"
    case .integer(let value): output += "\(value)"
    case .unsigned(let value): output += "\(value)"
    case .number(let value): output += value.isFinite ? NumberText.shortest(value) : "null"
    case .string(let value): Self.write(value, to: &output, forHTML: forHTML)
    case .array(let values):
      let items = values.map { ("", $0) }
      writeItems(items, between: "[", "]", to: &output, forHTML: forHTML, indentation: indentation)
    case .object(let members):
      let items = members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
      writeItems(items, between: "{", "}", to: &output, forHTML: forHTML, indentation: indentation)
    }
  }

  private func writeItems(
    _ items: [(key: String, value: JSON)], between open: String, _ close: String, to output: inout String,
    forHTML: Bool,
    indentation: Int?
  ) {
    var inner = indentation.map { $0 + 2 }
    if let indentation, text.count + indentation <= Self.lineWidth { inner = nil }
    let isSpaced = indentation != nil
    output += open
    for (place, item) in items.enumerated() {
      if place > 0 { output += inner == nil && isSpaced ? ", " : "," }
      if let inner { output += "\n" + String(repeating: " ", count: inner) }
      if open == "{" {
        Self.write(item.key, to: &output, forHTML: forHTML)
        output += isSpaced ? ": " : ":"
      }
      item.value.write(to: &output, forHTML: forHTML, indentation: inner ?? indentation)
    }
    if inner != nil, let indentation, !items.isEmpty { output += "\n" + String(repeating: " ", count: indentation) }
    output += close
  }

  private static func write(_ string: String, to output: inout String, forHTML: Bool) {
    output += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": output += "\\\""
      case "\\": output += "\\\\"
      case "<", ">", "&", "\u{2028}", "\u{2029}":
        output += forHTML ? escape(scalar) : String(scalar)
      case "\0"..<" ": output += escape(scalar)
      default: output.unicodeScalars.append(scalar)
      }
    }
    output += "\""
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
