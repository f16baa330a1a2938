import Formats
import Foundation
import Numerics
import TestSupport
import Testing

/// Reading and writing JSON: all of RFC 8259, every mistake at its place, and nothing that stops the program.
@Suite("JSON") struct JSONTests {
  private func parse(_ text: String) throws(InputError) -> JSON { try JSON(parsing: text, location: "spec") }

  private func problem(_ bytes: [UInt8]) -> InputError? {
    refusal { () throws(InputError) in _ = try JSON(parsing: bytes, location: "spec") }
  }

  // MARK: - What is read

  static let values: [(text: String, value: JSON)] = [
    ("null", .null), ("true", true), (" \t\r\n false \n", false), ("0", 0), ("-0", 0), ("42", 42), ("-17", -17),
    ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)),
    ("9223372036854775808", .unsigned(1 << 63)), ("18446744073709551615", .unsigned(.max)),
    ("18446744073709551616", .number(18_446_744_073_709_551_616)), ("0.5", 0.5), ("-0.5e-3", -0.0005),
    ("1e5", .number(100_000)), ("1E+5", .number(100_000)), ("1.0", .number(1)), ("0e0", .number(0)),
    ("5e-324", .number(.leastNonzeroMagnitude)), ("1e-400", .number(0)),
    ("1.7976931348623157e308", .number(.greatestFiniteMagnitude)),
    ("0.1000000000000000055511151231257827", 0.1), ("\"\"", ""), (#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{C}\n\r\t"),
    (#""\u0041\u00e9\u20AC""#, "Aé€"), (#""\ud834\udd1e""#, "𝄞"), (#""\uD83D\uDE00!""#, "😀!"), (#""\u0000""#, "\0"),
    ("\"η₀ ≤ ½\"", "η₀ ≤ ½"), ("\"\u{7F}\"", "\u{7F}"), ("[]", []), ("[ ]", []), ("{}", [:]), ("{ }", [:]),
    ("[1,[2,[]],{}]", [1, [2, []], [:]]), (#"{"a":{"b":[null]},"":1}"#, ["a": ["b": [.null]], "": 1]),
    ("\u{FEFF}{}", [:]),
  ]

  @Test("Every form of a value is read", arguments: values.indices) func forms(_ place: Int) throws {
    #expect(try parse(Self.values[place].text) == Self.values[place].value)
  }

  // MARK: - Mistakes

  static let mistakes: [(text: String, line: Int, column: Int, expected: String, found: String)] = [
    ("", 1, 1, "a value", "the end of the text"), ("  \n\n ", 3, 2, "a value", "the end of the text"),
    ("nul", 1, 1, "a value", "\"n\""), ("True", 1, 1, "a value", "\"T\""), ("NaN", 1, 1, "a value", "\"N\""),
    ("'a'", 1, 1, "a value", "\"'\""), ("1 2", 1, 3, "the end of the text", "\"2\""),
    ("[1,]", 1, 4, "a value", "\"]\""), ("[1 2]", 1, 4, "\",\" or \"]\"", "\"2\""),
    ("[1", 1, 3, "\",\" or \"]\"", "the end of the text"), ("{\"a\":1,}", 1, 8, "a key in double quotes", "\"}\""),
    ("{a:1}", 1, 2, "a key in double quotes", "\"a\""), ("{\"a\" 1}", 1, 6, "\":\" after the key \"a\"", "\"1\""),
    ("{\"a\":1 \"b\":2}", 1, 8, "\",\" or \"}\"", "\"\"\""),
    ("{\n \"a\": 1,\n \"a\": 2}", 3, 2, "each key once", "\"a\" again"),
    ("01", 1, 1, "a number without leading zeros", "\"0\""), ("-01", 1, 2, "a number without leading zeros", "\"0\""),
    ("-", 1, 2, "a digit", "the end of the text"), ("+1", 1, 1, "a value", "\"+\""), (".5", 1, 1, "a value", "\".\""),
    ("1.", 1, 3, "a digit behind the decimal point", "the end of the text"),
    ("1.e5", 1, 3, "a digit behind the decimal point", "\"e\""),
    ("1e", 1, 3, "a digit of the exponent", "the end of the text"),
    ("[1e+]", 1, 5, "a digit of the exponent", "\"]\""),
    ("[0, 1e400]", 1, 5, "a number that a double can hold", "1e400"),
    ("\"a", 1, 3, "\" at the end of a text", "the end of the text"),
    ("\"a\nb\"", 1, 3, "a control character written as an escape such as \\n", "the end of the line"),
    (#"["ok", "\x"]"#, 1, 10, "an escape such as \\n or \\u00e9", "\"x\""),
    (#""\u12g4""#, 1, 4, "four hexadecimal digits", "\"1\""), (#""\u12"#, 1, 4, "four hexadecimal digits", "\"1\""),
    (#""\ud834""#, 1, 8, "a character", "half of one"), (#""\ud834\u0041""#, 1, 14, "a character", "half of one"),
    (#""\udd1e""#, 1, 8, "a character", "half of one"), ("/* no */ 1", 1, 1, "a value", "\"/\""),
    ("[\"é€😀\", x]", 1, 9, "a value", "\"x\""), ("{\r\n  \"a\": é\r\n}", 2, 8, "a value", "\"é\""),
    ("\u{FEFF}[x]", 1, 2, "a value", "\"x\""), ("[\n\n\t\t\tx]", 3, 4, "a value", "\"x\""),
  ]

  @Test("Every mistake is named with its line and column", arguments: mistakes.indices) func mistake(_ place: Int)
    throws
  {
    let (text, line, column, expected, found) = Self.mistakes[place]
    let error = try #require(problem(Array(text.utf8)))
    #expect(error.location == "spec, line \(line), column \(column)")
    #expect(error.expected == "JSON, here \(expected)")
    #expect(error.found == found)
  }

  @Test("Bytes that are no UTF-8 are refused in texts and elsewhere") func notUTF8() throws {
    let inText = try #require(problem([0x5B, 0x22, 0x61, 0xC3, 0x28, 0x22, 0x5D]))
    #expect(inText.location == "spec, line 1, column 3")
    #expect(inText.found == "bytes that are not")
    for bytes: [UInt8] in [
      [0xFF], [0x5B, 0x80, 0x5D], [0xEF, 0xBB], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xC0, 0xAF, 0x22],
    ] {
      #expect(problem(bytes) != nil, "\(bytes)")
    }
  }

  @Test("Brackets inside each other are read to a depth of 256") func depth() throws {
    func nested(_ depth: Int, _ open: String, _ close: String) -> [UInt8] {
      Array((String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
    }
    for (open, close) in [("[", "]"), (#"{"a":"#, "}"), (#"[{"a":"#, "}]")] {
      let brackets = open.count { $0 == "[" || $0 == "{" }
      #expect(problem(nested(256 / brackets, open, close)) == nil)
      let error = try #require(problem(nested(256 / brackets + 1, open, close)))
      #expect(error.expected == "JSON, here at most 256 brackets inside each other")
      #expect(problem(nested(1_000_000, open, close)) != nil)
    }
  }

  // MARK: - Damage

  static let document = #"""
    {"name": "é😀\ud834\udd1e\n", "problem": {"kind": "autoencoder", "features": 20, "data": null},
     "list": [1, -2.5e-3, 18446744073709551615, true, false, {"a": [[], {}]}], "η": "\u00e9\\\""}
    """#

  @Test("Cut off anywhere it is refused, at its end") func cutOff() throws {
    let bytes = Array(Self.document.utf8)
    #expect(problem(bytes) == nil)
    for length in 0..<bytes.count {
      let error = try #require(problem(Array(bytes[..<length])), "\(length) bytes")
      #expect(error.location.hasPrefix("spec, line "))
    }
  }

  @Test("Altered bytes give an error or a value that can be written and read", arguments: 0..<4)
  func altered(_ seed: UInt64) throws {
    var stream = RandomStream(RandomKey(seed: seed, purpose: .measurement))
    let original = Array(Self.document.utf8)
    let pool = Array("{}[]\",:\\0123456789eE+-.truefalsnud8 \n".utf8)
    var read = 0
    for round in 0..<5_000 {
      var bytes = original
      for _ in 0...stream.integer(below: 3) {
        let place = stream.integer(below: bytes.count)
        switch stream.integer(below: 4) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(pool[stream.integer(below: pool.count)], at: place)
        case 2: bytes[place] = pool[stream.integer(below: pool.count)]
        default: bytes[place] = UInt8(stream.integer(below: 256))
        }
      }
      guard let value = try? JSON(parsing: bytes, location: "spec") else { continue }
      read += 1
      // A number such as 2.5e1 is written 25, and so read as a whole one.
      #expect(try parse(value.text).text == value.text, "round \(round)")
      #expect(try parse(value.readableText).text == value.text, "round \(round)")
    }
    #expect(read > 300 && read < 4_000)
  }

  // MARK: - Random documents

  /// A random value. Whole numbers in it are no doubles, as reading would have it.
  static func random(_ stream: inout RandomStream, depth: Int) -> JSON {
    switch stream.integer(below: depth > 4 ? 6 : 8) {
    case 0: return .null
    case 1: return .bool(stream.integer(below: 2) == 0)
    case 2: return .integer(Int(truncatingIfNeeded: stream.next() >> UInt64(stream.integer(below: 64))))
    case 3: return .unsigned(stream.next() | 1 << 63)
    case 4:
      let value = Double(bitPattern: stream.next())
      return value.isFinite && value != value.rounded() ? .number(value) : 0.5
    case 5: return .string(text(&stream))
    case 6: return .array((0..<stream.integer(below: 5)).map { _ in random(&stream, depth: depth + 1) })
    default:
      var members: [String: JSON] = [:]
      for _ in 0..<stream.integer(below: 5) { members[text(&stream)] = random(&stream, depth: depth + 1) }
      return .object(members)
    }
  }

  private static func text(_ stream: inout RandomStream) -> String {
    var text = ""
    for _ in 0..<stream.integer(below: 8) {
      let largest: UInt32 = [0x20, 0x80, 0x2100, 0x11_0000][stream.integer(below: 4)]
      if let scalar = Unicode.Scalar(UInt32(stream.integer(below: Int(largest)))) { text.unicodeScalars.append(scalar) }
    }
    return text
  }

  @Test("What is written is read again, in every way of writing") func roundTrip() throws {
    var stream = RandomStream(RandomKey(seed: 9, purpose: .measurement))
    for _ in 0..<2_000 {
      let value = Self.random(&stream, depth: 0)
      #expect(try parse(value.text) == value)
      #expect(try parse(value.scriptText) == value)
      #expect(try parse(value.readableText) == value)
      #expect(try parse(try parse(value.readableText).text).text == value.text)
    }
  }

  @Test("Foundation reads the same") func foundation() throws {
    var stream = RandomStream(RandomKey(seed: 10, purpose: .measurement))
    for _ in 0..<2_000 {
      let value = Self.random(&stream, depth: 0)
      let theirs = try JSONSerialization.jsonObject(with: Data(value.text.utf8), options: .fragmentsAllowed)
      #expect(Self.agree(value, theirs), "\(value.text)")
      let readable = try JSONSerialization.jsonObject(with: Data(value.readableText.utf8), options: .fragmentsAllowed)
      #expect(Self.agree(value, readable), "\(value.readableText)")
      let written = try JSONSerialization.data(withJSONObject: theirs, options: .fragmentsAllowed)
      #expect(Self.agree(try JSON(parsing: Array(written), location: ""), theirs))
    }
  }

  private static func agree(_ value: JSON, _ theirs: Any) -> Bool {
    switch value {
    case .null: theirs is NSNull
    case .bool(let flag): (theirs as? Bool) == flag
    case .integer(let number): (theirs as? NSNumber)?.int64Value == Int64(number)
    case .unsigned(let number): (theirs as? NSNumber)?.uint64Value == number
    // By its digits: Foundation keeps them, and rounds twice on the way to a double.
    case .number(let number): (theirs as? NSNumber).flatMap { Double($0.description) } == number
    case .string(let text): (theirs as? String).map { Array($0.utf8) } == Array(text.utf8)
    case .array(let entries):
      if let list = theirs as? [Any] {
        list.count == entries.count && zip(entries, list).allSatisfy(agree)
      } else {
        false
      }
    case .object(let members):
      if let object = theirs as? [String: Any] {
        object.count == members.count
          && members.allSatisfy { key, value in object[key].map { agree(value, $0) } ?? false }
      } else {
        false
      }
    }
  }

  // MARK: - Writing

  @Test("The same value is the same text: sorted keys, shortest numbers") func canonical() throws {
    #expect(
      try parse(#"{ "b": 1e5, "a": [0.10, -0.0, 1.0], "é": "\u00e9/" }"#).text
        == #"{"a":[0.1,-0,1],"b":100000,"é":"é/"}"#)
    #expect(try parse("1e5").text == "100000")
    #expect(try parse("100000").text == "100000")
    #expect(JSON.number(1e-7).text == "1e-07")
    #expect(JSON.array([.number(.nan), .number(.infinity)]).text == "[null,null]")
    #expect(JSON.string("\u{1}\u{1F}\u{7F}").text == "\"\\u0001\\u001f\u{7F}\"")
    #expect(JSON.string("</script><!--&\u{2028}").scriptText == #""\u003c/script\u003e\u003c!--\u0026\u2028""#)
  }

  @Test("A file's mistakes name the file") func file() throws {
    let scratch = ScratchFolder()
    let path = scratch.file("bad.json")
    try AtomicFile.write("{\n  \"a\": }", to: path)
    #expect(refusal { () throws(InputError) in _ = try JSON.read(path) }?.location == "\(path), line 2, column 8")
    let missing = try #require(refusal { () throws(InputError) in _ = try JSON.read(scratch.file("none.json")) })
    #expect(missing.location == scratch.file("none.json"))
    #expect(refusal { () throws(InputError) in _ = try JSON.read(scratch.path) }?.found == "a folder")
  }
}
