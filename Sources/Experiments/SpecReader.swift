import Numerics

/// Reads a JSON object key by key and collects everything that is wrong with it, so that a person sees all mistakes at
/// once.
///
/// A reading function returns nil where the value is missing or wrong; what is wrong has then been noted. `finish`
/// notes keys that nobody asked for.
final class SpecReader {
  private let values: [String: JSONTree]
  private let path: String
  private let problems: ProblemList
  private var known: [String] = []
  /// Whether what stands here is no object: that is said once, and nothing about the keys that it cannot have.
  private let isBroken: Bool

  /// The problems of a whole document.
  final class ProblemList {
    fileprivate(set) var found: [InputError] = []
  }

  /// Reads `tree`, which stands at `path`.
  init(_ tree: JSONTree, path: String, problems: ProblemList) {
    self.path = path
    self.problems = problems
    if case .object(let values) = tree {
      self.values = values
      isBroken = false
    } else {
      values = [:]
      isBroken = true
      problems.found.append(InputError(path, expected: "an object", found: tree.summary))
    }
  }

  private func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// Notes a problem at `key`.
  func note(_ key: String, expected: String, found: String, advice: String = "") {
    guard !isBroken else { return }
    problems.found.append(InputError(place(key), expected: expected, found: found, advice: advice))
  }

  /// Notes a problem that was thrown while the value at `key` was used. A location that begins with the key is a place in
  /// that value; any other, such as a file, is said after the key.
  func note(_ key: String, _ error: InputError) {
    let location = error.location.hasPrefix(key) ? place(error.location) : "\(place(key)): \(error.location)"
    problems.found.append(
      InputError(location, expected: error.expected, found: error.found, advice: error.advice))
  }

  /// The raw value at `key`; a missing one is noted if it is `required`.
  func value(_ key: String, required: Bool, expected: String) -> JSONTree? {
    if !known.contains(key) { known.append(key) }
    if let value = values[key], value != .null { return value }
    if required { note(key, expected: expected, found: "nothing") }
    return nil
  }

  /// A nested object.
  func object(_ key: String, required: Bool) -> SpecReader? {
    value(key, required: required, expected: "an object").map { SpecReader($0, path: place(key), problems: problems) }
  }

  /// A number that satisfies `isValid`.
  func number(
    _ key: String, default fallback: Double? = nil, expected: String, where isValid: (Double) -> Bool
  ) -> Double? {
    guard let value = value(key, required: fallback == nil, expected: expected) else { return fallback }
    if let number = Self.number(value), number.isFinite, isValid(number) { return number }
    note(key, expected: expected, found: value.summary)
    return nil
  }

  /// A whole number in `range`.
  func integer(_ key: String, in range: ClosedRange<Int>, default fallback: Int? = nil) -> Int? {
    let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
    guard let value = value(key, required: fallback == nil, expected: expected) else { return fallback }
    if case .integer(let number) = value, range.contains(number) { return number }
    note(key, expected: expected, found: value.summary)
    return nil
  }

  /// A seed.
  func seed(_ key: String) -> UInt64? {
    let expected = "a whole number from 0 to \(UInt64.max)"
    switch value(key, required: false, expected: expected) {
    case nil: return nil
    case .integer(let number)? where number >= 0: return UInt64(number)
    case .unsigned(let number)?: return number
    case .some(let other):
      note(key, expected: expected, found: other.summary)
      return nil
    }
  }

  /// Any text.
  func text(_ key: String, default fallback: String? = nil) -> String? {
    guard let value = value(key, required: fallback == nil, expected: "a text") else { return fallback }
    if case .string(let text) = value { return text }
    note(key, expected: "a text", found: value.summary)
    return nil
  }

  /// One of `choices`.
  func choice(_ key: String, among choices: [String], default fallback: String? = nil) -> String? {
    guard let value = value(key, required: fallback == nil, expected: Self.list(choices)) else { return fallback }
    return choice(key, value, among: choices)
  }

  /// Some of `choices`, each once.
  func choices(_ key: String, among choices: [String], default fallback: [String]) -> [String] {
    guard let value = value(key, required: false, expected: "a list") else { return fallback }
    guard case .array(let items) = value else {
      note(key, expected: "a list of names", found: value.summary)
      return []
    }
    var chosen: [String] = []
    for (place, item) in items.enumerated() {
      guard let name = choice("\(key)[\(place)]", item, among: choices) else { continue }
      if chosen.contains(name) { note("\(key)[\(place)]", expected: "each name once", found: "\"\(name)\" again") }
      chosen.append(name)
    }
    return chosen
  }

  private func choice(_ key: String, _ value: JSONTree, among choices: [String]) -> String? {
    if case .string(let text) = value {
      if choices.contains(text) { return text }
      note(
        key, expected: Self.list(choices), found: value.summary,
        advice: Suggestion.closest(to: text, among: choices).map { "Did you mean \"\($0)\"?" } ?? "")
      return nil
    }
    note(key, expected: Self.list(choices), found: value.summary)
    return nil
  }

  /// A list of finite numbers.
  func numbers(_ key: String) -> [Double]? {
    let expected = "a list of finite numbers"
    guard let value = value(key, required: true, expected: expected) else { return nil }
    guard case .array(let items) = value else {
      note(key, expected: expected, found: value.summary)
      return nil
    }
    let numbers = items.compactMap { Self.number($0).flatMap { $0.isFinite ? $0 : nil } }
    if numbers.count == items.count { return numbers }
    let place = items.firstIndex { Self.number($0)?.isFinite != true } ?? 0
    note("\(key)[\(place)]", expected: "a finite number", found: items[place].summary)
    return nil
  }

  /// A list of objects.
  func objects(_ key: String) -> [SpecReader] {
    guard let value = value(key, required: false, expected: "a list of objects") else { return [] }
    guard case .array(let items) = value else {
      note(key, expected: "a list of objects", found: value.summary)
      return []
    }
    return items.enumerated().map { SpecReader($0.element, path: "\(place(key))[\($0.offset)]", problems: problems) }
  }

  /// Notes every key that was not asked for.
  func finish() {
    for key in values.keys.sorted() where !known.contains(key) {
      note(key, expected: "a known key", found: "\"\(key)\"", advice: Suggestion.sentence(for: key, among: known))
    }
  }

  static func number(_ value: JSONTree) -> Double? {
    switch value {
    case .integer(let number): Double(number)
    case .unsigned(let number): Double(number)
    case .number(let number): number
    default: nil
    }
  }

  private static func list(_ choices: [String]) -> String {
    let quoted = choices.map { "\"\($0)\"" }
    guard let last = quoted.last, quoted.count > 1 else { return quoted.first ?? "nothing" }
    return "\(quoted.dropLast().joined(separator: ", ")) or \(last)"
  }
}
