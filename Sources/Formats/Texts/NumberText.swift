/// Numbers as text: rounded for people, or exact for machines. No locale enters, so the same number is the same text everywhere.
public enum NumberText {
  /// The shortest decimal that reads back as the same double: `0.1`, `3`, `1e-14`; `nan`, `inf` and `-inf` as pandas reads them.
  public static func shortest(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// The value rounded to a number of significant digits, without trailing zeros: `0.4986`, `31416`, `3.1e-14`.
  ///
  /// Whole numbers below 10⁹ keep all their digits. An exponent appears below 10⁻⁴ and from 10⁷ on.
  ///
  /// - Parameter digits: Significant digits, at least 1.
  public static func readable(_ value: Double, digits: Int = 5) -> String {
    guard value.isFinite else { return shortest(value) }
    if value == value.rounded(), abs(value) < 1e9 { return shortest(value == 0 ? 0 : value) }
    var decimal = DecimalDigits(value)
    decimal.round(toExponent: decimal.leadingExponent - max(digits, 1) + 1)
    decimal.dropTrailingZeros()
    return usesExponent(decimal.leadingExponent) ? decimal.scientific : decimal.plain
  }

  /// A value with its error, both to the place of the error's second digit: `0.4986 ± 0.0012`, `(3.12 ± 0.40)e-14`.
  ///
  /// Two digits of an error are all that it carries, and further digits of the value would be noise. An error near the rounding of
  /// doubles is written by itself, `0.255794 ± 2.1e-17`: a double has no digits at its place.
  public static func readable(_ value: Double, plusMinus error: Double) -> String {
    guard value.isFinite, error.isFinite, error > 0 else { return "\(readable(value)) ± \(readable(error))" }
    guard error > 1e-12 * abs(value) else { return "\(readable(value)) ± \(readable(error, digits: 2))" }
    var errorDigits = DecimalDigits(error)
    errorDigits.round(toExponent: errorDigits.leadingExponent - 1)
    // Rounding 0.0999 to 0.100 moves the leading digit, and with it the place.
    let place = errorDigits.leadingExponent - 1
    errorDigits.round(toExponent: place)
    var valueDigits = DecimalDigits(value)
    valueDigits.round(toExponent: place)
    let leading = max(valueDigits.leadingExponent, errorDigits.leadingExponent)
    guard usesExponent(leading) else { return "\(valueDigits.plain) ± \(errorDigits.plain)" }
    valueDigits.shift(by: -leading)
    errorDigits.shift(by: -leading)
    return "(\(valueDigits.plain) ± \(errorDigits.plain))e\(leading)"
  }

  /// A value with an interval, all to the place of the second digit of half the interval: `0.4986 [0.4962, 0.5010]`.
  ///
  /// An end that is infinite, as that of a small sample's interval, is shown as such: `3.1 [−∞, 4.2]`. Without an end the value stands alone.
  public static func readable(_ value: Double, from low: Double, to high: Double) -> String {
    guard value.isFinite, low.isFinite || high.isFinite, low <= high else { return readable(value) }
    let half = low.isFinite && high.isFinite ? (high - low) / 2 : low.isFinite ? abs(value - low) : abs(high - value)
    guard half > 0 else { return "\(readable(value)) [\(end(low)), \(end(high))]" }
    let place = DecimalDigits(half).leadingExponent - 1
    let largest = [value, low, high].filter(\.isFinite).map { DecimalDigits($0).leadingExponent }.max() ?? 0
    let texts = [value, low, high].map { number -> String in
      guard number.isFinite else { return end(number) }
      var digits = DecimalDigits(number)
      digits.round(toExponent: min(place, 0))
      if usesExponent(largest) { digits.round(toExponent: place) }
      return usesExponent(largest) ? digits.scientific : digits.plain
    }
    return "\(texts[0]) [\(texts[1]), \(texts[2])]"
  }

  private static func end(_ value: Double) -> String {
    value.isFinite ? readable(value) : value < 0 ? "−∞" : "∞"
  }

  /// Two values with as many digits as it takes to see that they differ, if they do: a failed check must not show two equal texts.
  public static func distinguishable(_ first: Double, _ second: Double, digits: Int = 5) -> (String, String) {
    for count in digits..<max(digits + 1, 17) {
      let texts = (readable(first, digits: count), readable(second, digits: count))
      if texts.0 != texts.1 || first == second { return texts }
    }
    return (shortest(first), shortest(second))
  }

  private static func usesExponent(_ leadingExponent: Int) -> Bool { leadingExponent < -4 || leadingExponent >= 7 }
}

/// A finite number as decimal digits, which can be rounded at any decimal place (half away from zero).
struct DecimalDigits {
  private var isNegative: Bool
  /// Most significant first; the last one counts units of 10^`exponent`.
  private var digits: [Int]
  private var exponent: Int

  /// The shortest decimal digits that identify `value`.
  init(_ value: Double) {
    isNegative = value < 0
    let parts = abs(value).description.split(separator: "e")
    let mantissa = (parts.first ?? "0").split(separator: ".", omittingEmptySubsequences: false)
    let fraction = mantissa.count > 1 ? mantissa[1] : ""
    digits = ((mantissa.first ?? "0") + fraction).compactMap(\.wholeNumberValue)
    exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) - fraction.count
    dropLeadingZeros()
  }

  /// The power of ten of the first digit that is not zero; 0 for zero.
  var leadingExponent: Int { isZero ? 0 : exponent + digits.count - 1 }

  private var isZero: Bool { digits.allSatisfy { $0 == 0 } }

  /// Rounds to whole units of 10^`place`, adding zeros where there were fewer digits.
  mutating func round(toExponent place: Int) {
    if place <= exponent {
      digits += [Int](repeating: 0, count: exponent - place)
      exponent = place
      return
    }
    let dropped = place - exponent
    let roundsUp = dropped <= digits.count && digits[digits.count - dropped] >= 5
    digits = dropped < digits.count ? Array(digits.dropLast(dropped)) : [0]
    exponent = place
    if roundsUp { addOneUnit() }
    dropLeadingZeros()
  }

  /// Multiplies by 10^`places`.
  mutating func shift(by places: Int) { exponent += places }

  /// Removes zeros behind the decimal point that carry no information.
  mutating func dropTrailingZeros() {
    while exponent < 0, digits.count > 1, digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
  }

  /// Positional notation: `-0.0012`.
  var plain: String {
    let places = max(-exponent, 0)
    var text = digits.map(String.init).joined() + String(repeating: "0", count: max(exponent, 0))
    text = String(repeating: "0", count: max(places + 1 - text.count, 0)) + text
    if places > 0 { text.insert(".", at: text.index(text.endIndex, offsetBy: -places)) }
    return (isNegative && !isZero ? "-" : "") + text
  }

  /// Scientific notation without trailing zeros: `3.1e-14`.
  var scientific: String {
    var significant = digits
    while significant.count > 1, significant.last == 0 { significant.removeLast() }
    let head = String(significant.first ?? 0)
    let tail = significant.dropFirst().map(String.init).joined()
    return (isNegative && !isZero ? "-" : "") + head + (tail.isEmpty ? "" : "." + tail) + "e\(leadingExponent)"
  }

  private mutating func addOneUnit() {
    for index in digits.indices.reversed() {
      if digits[index] < 9 {
        digits[index] += 1
        return
      }
      digits[index] = 0
    }
    digits.insert(1, at: 0)
  }

  private mutating func dropLeadingZeros() {
    let zeros = digits.prefix { $0 == 0 }.count
    digits.removeFirst(min(zeros, digits.count - 1))
  }
}
