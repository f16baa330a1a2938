import Numerics

extension JSON {
  /// Reads a file.
  ///
  /// - Throws: `InputError` naming the path, and the line and column for text that is not JSON.
  public static func read(_ path: String) throws(InputError) -> JSON {
    try JSON(parsing: try InputFile.read(path), location: path)
  }

  /// Parses UTF-8 text as RFC 8259 defines it, with one restriction that the standard recommends: no key twice in an object.
  ///
  /// Foundation's parser accepts repeated keys and does not say on which line a mistake is; specs are written by hand, so
  /// both matter here.
  ///
  /// - Throws: `InputError` at `location` with line and column, both from 1.
  public init(parsing bytes: [UInt8], location: String) throws(InputError) {
    var parser = JSONParser(bytes: bytes, location: location)
    self = try parser.document()
  }

  /// Parses text.
  public init(parsing text: String, location: String) throws(InputError) {
    try self.init(parsing: Array(text.utf8), location: location)
  }
}

private struct JSONParser {
  let bytes: [UInt8]
  let location: String
  /// Some editors begin a file with a byte-order mark, which is not shown.
  private let textStart: Int
  private var place = 0
  private var depth = 0

  /// Beyond this many brackets inside each other it is no spec, and the recursion might exhaust the stack.
  private static let deepest = 256

  init(bytes: [UInt8], location: String) {
    self.bytes = bytes
    textStart = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
    self.location = location
  }

  mutating func document() throws(InputError) -> JSON {
    place = textStart
    skipSpace()
    let value = try value()
    skipSpace()
    guard place == bytes.count else { throw problem("the end of the text") }
    return value
  }

  private mutating func value() throws(InputError) -> JSON {
    switch current {
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "-"): return try number()
    case .some(UInt8(ascii: "0")...UInt8(ascii: "9")): return try number()
    default: throw problem("a value")
    }
  }

  private mutating func object() throws(InputError) -> JSON {
    try enter()
    var members: [String: JSON] = [:]
    skipSpace()
    if current == UInt8(ascii: "}") { return leave(.object(members)) }
    while true {
      skipSpace()
      guard current == UInt8(ascii: "\"") else { throw problem("a key in double quotes") }
      let begin = place
      let key = try string()
      guard members[key] == nil else {
        place = begin
        throw problem("each key once", found: "\"\(key)\" again")
      }
      skipSpace()
      guard current == UInt8(ascii: ":") else { throw problem("\":\" after the key \"\(key)\"") }
      place += 1
      skipSpace()
      members[key] = try value()
      skipSpace()
      if current == UInt8(ascii: "}") { return leave(.object(members)) }
      guard current == UInt8(ascii: ",") else { throw problem("\",\" or \"}\"") }
      place += 1
    }
  }

  private mutating func array() throws(InputError) -> JSON {
    try enter()
    var values: [JSON] = []
    skipSpace()
    if current == UInt8(ascii: "]") { return leave(.array(values)) }
    while true {
      skipSpace()
      values.append(try value())
      skipSpace()
      if current == UInt8(ascii: "]") { return leave(.array(values)) }
      guard current == UInt8(ascii: ",") else { throw problem("\",\" or \"]\"") }
      place += 1
    }
  }

  private mutating func enter() throws(InputError) {
    guard depth < Self.deepest else { throw problem("at most \(Self.deepest) brackets inside each other") }
    depth += 1
    place += 1
  }

  private mutating func leave(_ value: JSON) -> JSON {
    depth -= 1
    place += 1
    return value
  }

  private mutating func string() throws(InputError) -> String {
    place += 1
    var text: [UInt8] = []
    let begin = place
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        place += 1
        guard let string = String(validating: text, as: UTF8.self) else {
          place = begin
          throw problem("text in UTF-8", found: "bytes that are not")
        }
        return string
      case UInt8(ascii: "\\"):
        place += 1
        text += Array(String(try escape()).utf8)
      case 0..<0x20: throw problem("a control character written as an escape such as \\n")
      default:
        text.append(byte)
        place += 1
      }
    }
    throw problem("\" at the end of a text")
  }

  private mutating func escape() throws(InputError) -> Unicode.Scalar {
    let byte = current
    place += 1
    switch byte {
    case UInt8(ascii: "\""): return "\""
    case UInt8(ascii: "\\"): return "\\"
    case UInt8(ascii: "/"): return "/"
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"):
      let unit = try codeUnit()
      if let scalar = Unicode.Scalar(unit) { return scalar }
      // Characters beyond 16 bits are written as two escapes.
      if unit < 0xDC00, current == UInt8(ascii: "\\"), place + 1 < bytes.count, bytes[place + 1] == UInt8(ascii: "u") {
        place += 2
        let second = UInt32(try codeUnit())
        if (0xDC00..<0xE000).contains(second),
          let scalar = Unicode.Scalar(0x10000 + (UInt32(unit) - 0xD800) << 10 + (second - 0xDC00))
        {
          return scalar
        }
      }
      throw problem("a character", found: "half of one")
    default:
      place -= 1
      throw problem("an escape such as \\n or \\u00e9")
    }
  }

  private mutating func codeUnit() throws(InputError) -> UInt16 {
    let digits = bytes[place..<min(place + 4, bytes.count)]
    guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
      let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
    else { throw problem("four hexadecimal digits") }
    place += 4
    return unit
  }

  private mutating func number() throws(InputError) -> JSON {
    let begin = place
    if current == UInt8(ascii: "-") { place += 1 }
    let leading = place
    skipDigits()
    guard place > leading else { throw problem("a digit") }
    guard bytes[leading] != UInt8(ascii: "0") || place == leading + 1 else {
      place = leading
      throw problem("a number without leading zeros")
    }
    var isWhole = true
    if current == UInt8(ascii: ".") {
      isWhole = false
      place += 1
      let fraction = place
      skipDigits()
      guard place > fraction else { throw problem("a digit behind the decimal point") }
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      isWhole = false
      place += 1
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { place += 1 }
      let exponent = place
      skipDigits()
      guard place > exponent else { throw problem("a digit of the exponent") }
    }
    let text = String(decoding: bytes[begin..<place], as: UTF8.self)
    if isWhole, let value = Int(text) { return .integer(value) }
    if isWhole, let value = UInt64(text) { return .unsigned(value) }
    guard let value = Double(text), value.isFinite else {
      place = begin
      throw problem("a number that a double can hold", found: text)
    }
    return .number(value)
  }

  private mutating func word(_ text: String, _ value: JSON) throws(InputError) -> JSON {
    guard bytes[place...].starts(with: text.utf8) else { throw problem("a value") }
    place += text.utf8.count
    return value
  }

  private var current: UInt8? { place < bytes.count ? bytes[place] : nil }

  private mutating func skipDigits() {
    while let byte = current, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { place += 1 }
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { place += 1 }
  }

  private func problem(_ expected: String, found: String? = nil) -> InputError {
    let before = bytes[textStart..<min(place, bytes.count)]
    let line = before.count { $0 == 0x0A } + 1
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? textStart
    let column = String(decoding: before[lineStart...], as: UTF8.self).count + 1
    return InputError(
      "\(location), line \(line), column \(column)", expected: "JSON, here \(expected)", found: found ?? what(at: place)
    )
  }

  private func what(at place: Int) -> String {
    guard place < bytes.count else { return "the end of the text" }
    let rest = String(decoding: bytes[place..<min(place + 8, bytes.count)], as: UTF8.self)
    guard let character = rest.first else { return "the end of the text" }
    return character.isNewline ? "the end of the line" : "\"\(character)\""
  }
}
