import Formats
import Numerics

/// `a.b=v` of the command line: puts a value into a spec before it is read.
public struct SpecOverride: Sendable, Equatable {
  /// The keys that lead to the value.
  public var keys: [String]
  /// The value. `null` takes the key away.
  public var value: JSON

  /// Reads `a.b=v`. v is JSON, or a word, or several of them separated by commas, which make a list.
  ///
  /// - Throws: `InputError` unless there is an equals sign with a place before and a value after it.
  public init(parsing text: String) throws(InputError) {
    guard let sign = text.firstIndex(of: "="), sign != text.startIndex else {
      throw InputError(
        "--set", expected: "a place and a value, such as optimizer.batch=1,2,5", found: "\"\(text)\"")
    }
    keys = text[..<sign].split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    let written = String(text[text.index(after: sign)...])
    guard keys.allSatisfy({ !$0.isEmpty }), keys.count <= Self.deepest else {
      throw InputError("--set", expected: "keys with a dot between two of them", found: "\"\(text[..<sign])\"")
    }
    guard !written.isEmpty else {
      throw InputError(
        "--set", expected: "a place and a value, such as optimizer.batch=1,2,5", found: "\"\(text)\"",
        advice: "To take a key away, set it to null.")
    }
    if let value = try? JSON(parsing: written, location: "") {
      self.value = value
    } else if written.contains(","), !written.contains(where: { "[]{}\"".contains($0) }) {
      value = .array(written.split(separator: ",", omittingEmptySubsequences: false).map { Self.word(String($0)) })
    } else if let first = written.first, "[{\"".contains(first) {
      // What begins like JSON was meant to be JSON: say where it is wrong.
      value = try JSON(parsing: written, location: "--set \(text[..<sign])")
    } else {
      value = .string(written)
    }
  }

  /// No key of a spec is as deep as this.
  private static let deepest = 32

  private static func word(_ text: String) -> JSON { (try? JSON(parsing: text, location: "")) ?? .string(text) }

  /// The spec with the value in its place; objects on the way are made where nothing stands.
  ///
  /// - Throws: `InputError` if something that is no object stands on the way.
  public func applied(to spec: JSON) throws(InputError) -> JSON {
    try Self.set(value, at: keys[...], in: spec, path: "")
  }

  private static func set(
    _ value: JSON, at keys: ArraySlice<String>, in spec: JSON, path: String
  ) throws(InputError) -> JSON {
    guard let key = keys.first else { return value }
    // There is nothing to take away, and no object to be made on the way to it.
    if value == .null, spec[key] == nil, case .object = spec { return spec }
    guard case .object(var members) = spec else {
      throw InputError(
        "--set \(path).\(keys.joined(separator: "."))", expected: "an object at \(path)", found: spec.summary,
        advice: "Set \(path) as a whole.")
    }
    let below = path.isEmpty ? key : "\(path).\(key)"
    members[key] = try set(value, at: keys.dropFirst(), in: members[key] ?? .object([:]), path: below)
    if case .null? = members[key] { members[key] = nil }
    return .object(members)
  }
}
