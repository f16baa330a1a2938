extension JSON {
  /// Compact text with sorted keys: the same value is the same text. Numbers that JSON cannot write become `null`.
  public var text: String { String(decoding: utf8, as: UTF8.self) }

  /// The bytes of `text`, in UTF-8.
  public var utf8: [UInt8] {
    var writer = JSONWriter(forHTML: false)
    writer.write(self, indentation: nil)
    return writer.bytes
  }

  /// Compact text that can stand in an HTML script element: `<`, `>` and `&` are escaped, so that no `</script` and no `<!--` can arise.
  public var scriptText: String {
    var writer = JSONWriter(forHTML: true)
    writer.write(self, indentation: nil)
    return writer.text
  }

  /// Text for people, one member a line, ending in a line feed. What fits on a line stays on it.
  public var readableText: String {
    var writer = JSONWriter(forHTML: false)
    writer.write(self, indentation: 0)
    return writer.text + "\n"
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
    var writer = JSONWriter(forHTML: false)
    writer.write(text)
    return writer.text
  }
}

private struct JSONWriter {
  let forHTML: Bool
  private(set) var bytes: [UInt8] = []

  private static let lineWidth = 100

  init(forHTML: Bool) { self.forHTML = forHTML }

  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// - Parameter indentation: of the line on which the value begins; nil for everything on one line.
  mutating func write(_ value: JSON, indentation: Int?) {
    switch value {
    case .null: append("null")
    case .bool(let value): append(value ? "true" : "false")
    case .integer(let value): append(String(value))
    case .unsigned(let value): append(String(value))
    case .number(let value): append(value.isFinite ? NumberText.shortest(value) : "null")
    case .string(let value): write(value)
    case .array(let values):
      write(values, between: "[", "]", of: value, indentation: indentation) { writer, item, inner in
        writer.write(item, indentation: inner)
      }
    case .object(let members):
      let sorted = members.sorted { $0.key < $1.key }
      write(sorted, between: "{", "}", of: value, indentation: indentation) { writer, item, inner in
        writer.write(item.key)
        writer.append(indentation == nil ? ":" : ": ")
        writer.write(item.value, indentation: inner)
      }
    }
  }

  private mutating func write<Item>(
    _ items: [Item], between open: String, _ close: String, of value: JSON, indentation: Int?,
    _ writeItem: (inout JSONWriter, Item, Int?) -> Void
  ) {
    var inner = indentation.map { $0 + 2 }
    if let indentation, value.text.count + indentation <= Self.lineWidth { inner = nil }
    append(open)
    for (place, item) in items.enumerated() {
      if place > 0 { append(inner == nil && indentation != nil ? ", " : ",") }
      if let inner { breakLine(inner) }
      writeItem(&self, item, inner ?? indentation)
    }
    if inner != nil, let indentation, !items.isEmpty { breakLine(indentation) }
    append(close)
  }

  private mutating func breakLine(_ indentation: Int) {
    bytes.append(0x0A)
    bytes.append(contentsOf: repeatElement(0x20, count: indentation))
  }

  mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }

  mutating func write(_ text: String) {
    bytes.append(0x22)
    // Nearly all texts stand as they are, which is faster than a look at each of their characters.
    if text.utf8.contains(where: mayNeedEscape) {
      for scalar in text.unicodeScalars { write(scalar) }
    } else {
      append(text)
    }
    bytes.append(0x22)
  }

  /// Whether a character with this byte in it may have to be escaped.
  private func mayNeedEscape(_ byte: UInt8) -> Bool {
    switch byte {
    case 0..<0x20, UInt8(ascii: "\""), UInt8(ascii: "\\"): true
    // 0xE2 is the first byte of the line separator U+2028.
    case UInt8(ascii: "<"), UInt8(ascii: ">"), UInt8(ascii: "&"), 0xE2: forHTML
    default: false
    }
  }

  private mutating func write(_ scalar: Unicode.Scalar) {
    switch scalar {
    case "\"": append("\\\"")
    case "\\": append("\\\\")
    case "<", ">", "&", "\u{2028}", "\u{2029}":
      append(forHTML ? Self.escape(scalar) : String(scalar))
    case "\0"..<" ": append(Self.escape(scalar))
    default: append(String(scalar))
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String {
    let digits = String(scalar.value, radix: 16)
    return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}
