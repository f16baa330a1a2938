import Formats

/// An object of a resolved spec: the schema has made sure of types and ranges, so reading it cannot fail.
struct SpecSettings {
  let members: [String: JSON]

  init(_ members: [String: JSON]) { self.members = members }

  init(_ value: JSON) {
    guard case .object(let members) = value else { Self.mismatch("an object") }
    self.members = members
  }

  var kind: String { text("kind") }

  func has(_ key: String) -> Bool { members[key] != nil }

  func object(_ key: String) -> SpecSettings { SpecSettings(value(key)) }

  func integer(_ key: String) -> Int {
    guard case .integer(let number) = value(key) else { Self.mismatch(key) }
    return number
  }

  func number(_ key: String) -> Double {
    guard let number = value(key).double else { Self.mismatch(key) }
    return number
  }

  func seed(_ key: String) -> UInt64 {
    switch value(key) {
    case .integer(let number): return UInt64(number)
    case .unsigned(let number): return number
    default: Self.mismatch(key)
    }
  }

  func flag(_ key: String) -> Bool {
    guard case .bool(let value) = value(key) else { Self.mismatch(key) }
    return value
  }

  func text(_ key: String) -> String {
    guard case .string(let text) = value(key) else { Self.mismatch(key) }
    return text
  }

  /// The path of a file.
  func file(_ key: String) -> String {
    guard case .string(let path)? = value(key)["file"] else { Self.mismatch(key) }
    return path
  }

  func list(_ key: String) -> [JSON] {
    guard case .array(let entries) = value(key) else { Self.mismatch(key) }
    return entries
  }

  func numbers(_ key: String) -> [Double] { list(key).compactMap(\.double) }

  /// Lists of numbers in a list.
  func rows(_ key: String) -> [[Double]] {
    list(key).map { row in
      guard case .array(let entries) = row else { return [] }
      return entries.compactMap(\.double)
    }
  }

  /// The numbers of names.
  func namedNumbers(_ key: String) -> [String: Double] { object(key).members.compactMapValues(\.double) }

  func texts(_ key: String) -> [String] {
    list(key).compactMap { if case .string(let text) = $0 { text } else { nil } }
  }

  private func value(_ key: String) -> JSON {
    guard let value = members[key] else { Self.mismatch(key) }
    return value
  }

  private static func mismatch(_ what: String) -> Never {
    preconditionFailure("the schema of specs and the code that reads them disagree about \(what)")
  }
}
