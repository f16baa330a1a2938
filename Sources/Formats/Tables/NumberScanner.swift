import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Walks through a text of numbers byte by byte, without making a string of any.
///
/// The text ends with a zero byte that does not belong to it, so that looking at the current byte is always possible.
struct NumberScanner {
  /// The text's bytes, and a zero byte behind them.
  let base: UnsafePointer<UInt8>
  /// The number of the text's bytes.
  let end: Int
  /// The file.
  let location: String
  /// The byte in question, at most `end`.
  var place: Int
  /// Some programs begin a file with a byte-order mark, which is not shown.
  private let textStart: Int

  /// Lends `body` a scanner of a text.
  static func scan<Result>(
    _ bytes: [UInt8], location: String, _ body: (inout NumberScanner) throws(InputError) -> Result
  ) throws(InputError) -> Result {
    var bytes = bytes
    let end = bytes.count
    bytes.append(0)
    return try bytes.withUnsafeBufferPointer { (buffer) throws(InputError) in
      guard let base = buffer.baseAddress else { throw InputError(location, expected: "a text", found: "nothing") }
      var scanner = NumberScanner(base: base, end: end, location: location)
      return try body(&scanner)
    }
  }

  private init(base: UnsafePointer<UInt8>, end: Int, location: String) {
    self.base = base
    self.end = end
    self.location = location
    textStart = end >= 3 && base[0] == 0xEF && base[1] == 0xBB && base[2] == 0xBF ? 3 : 0
    place = textStart
  }

  /// The byte at `place`; zero at the end.
  @inline(__always) var current: UInt8 { base[place] }

  @inline(__always) var isAtEnd: Bool { place == end }

  /// Whether a line ends here: before a line feed, before a carriage return and a line feed, or at the end.
  @inline(__always) var isAtLineEnd: Bool {
    switch current {
    case UInt8(ascii: "\n"): true
    case UInt8(ascii: "\r"): place + 1 == end || base[place + 1] == UInt8(ascii: "\n")
    default: place == end
    }
  }

  /// Goes behind the end of the line.
  ///
  /// - Precondition: `isAtLineEnd`.
  @inline(__always) mutating func skipLineEnd() {
    if current == UInt8(ascii: "\r") { place += 1 }
    if place < end { place += 1 }
  }

  /// Goes to the end of the line.
  mutating func skipRestOfLine() {
    while !isAtLineEnd { place += 1 }
  }

  /// Powers of ten that a double holds exactly.
  private static let powers: [Double] = [
    1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
  ]

  /// Reads a decimal number such as `-1`, `+.5` or `2.5e-3`, correctly rounded, and goes behind it; infinite if it is too large.
  /// Nil where no number begins; nan and inf are none. Where it ends is for the caller to judge.
  mutating func number() -> Double? {
    let begin = place
    var p = place
    let isNegative = base[p] == UInt8(ascii: "-")
    if isNegative || base[p] == UInt8(ascii: "+") { p += 1 }
    var mantissa: UInt64 = 0
    var exponent = 0
    // 19 digits fit into 64 bits; what does not fit into 53 goes the slow way.
    var room = 19
    let whole = p
    while base[p] &- 48 < 10 {
      if room > 0 {
        mantissa = mantissa &* 10 &+ UInt64(base[p] &- 48)
        if mantissa > 0 { room -= 1 }
      } else {
        exponent += 1
      }
      p += 1
    }
    var digits = p - whole
    if base[p] == UInt8(ascii: ".") {
      let fraction = p + 1
      p = fraction
      while base[p] &- 48 < 10 {
        if room > 0 {
          mantissa = mantissa &* 10 &+ UInt64(base[p] &- 48)
          if mantissa > 0 { room -= 1 }
          exponent -= 1
        }
        p += 1
      }
      digits += p - fraction
    }
    guard digits > 0 else { return nil }
    if base[p] | 0x20 == UInt8(ascii: "e") {
      var q = p + 1
      let falls = base[q] == UInt8(ascii: "-")
      if falls || base[q] == UInt8(ascii: "+") { q += 1 }
      if base[q] &- 48 < 10 {
        var power = 0
        while base[q] &- 48 < 10 {
          power = min(power * 10 + Int(base[q] &- 48), 1_000_000)
          q += 1
        }
        exponent += falls ? -power : power
        p = q
      }
    }
    // Both are exact then, so one operation rounds once.
    if room > 0, mantissa <= 1 << 53, exponent >= -22, exponent <= 22 {
      place = p
      let value = exponent < 0 ? Double(mantissa) / Self.powers[-exponent] : Double(mantissa) * Self.powers[exponent]
      return isNegative ? -value : value
    }
    // The text was seen to be a decimal number, and a byte that belongs to none follows it.
    var last: UnsafeMutablePointer<CChar>?
    let value = (base + begin).withMemoryRebound(to: CChar.self, capacity: p - begin + 1) { strtod($0, &last) }
    place = p
    return value
  }

  /// Reads digits as a whole number; nil where there is no digit, `Int.max` for what is too large.
  @inline(__always) mutating func wholeNumber() -> Int? {
    let begin = place
    var value = 0
    while current &- 48 < 10 {
      let (product, overflows) = value.multipliedReportingOverflow(by: 10)
      let (sum, overflowsToo) = product.addingReportingOverflow(Int(current &- 48))
      value = overflows || overflowsToo || value == .max ? .max : sum
      place += 1
    }
    return place > begin ? value : nil
  }

  /// The refusal of what stands at `place`, with line and column, both from 1.
  func problem(_ expected: String, at place: Int, found: String, advice: String = "") -> InputError {
    let before = UnsafeBufferPointer(start: base + textStart, count: max(place - textStart, 0))
    let line = before.count { $0 == 0x0A } + 1
    let lineStart = before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0
    let column = String(decoding: before[lineStart...], as: UTF8.self).count + 1
    return InputError("\(location), line \(line), column \(column)", expected: expected, found: found, advice: advice)
  }

  /// A piece of the text for an error message, in quotes, control characters spelled out; its beginning if it is long.
  func quoted(_ range: Range<Int>) -> String {
    let longest = 40
    let shown = String(
      decoding: UnsafeBufferPointer(start: base + range.lowerBound, count: min(range.count, 4 * longest)), as: UTF8.self
    )
    let isCut = shown.count > longest || range.count > 4 * longest
    return JSON.string(String(shown.prefix(longest)) + (isCut ? "…" : "")).text
  }
}
