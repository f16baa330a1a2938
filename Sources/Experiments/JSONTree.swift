import Foundation
import Numerics

/// JSON as it was written, before anything is made of it.
enum JSONTree: Decodable, Equatable {
  case null
  case bool(Bool)
  case integer(Int)
  /// A whole number beyond `Int`, such as a large seed.
  case unsigned(UInt64)
  case number(Double)
  case string(String)
  case array([JSONTree])
  case object([String: JSONTree])

  /// Parses UTF-8 text.
  ///
  /// - Throws: `InputError` at `location` with the parser's words.
  init(parsing bytes: [UInt8], location: String) throws(InputError) {
    do {
      self = try JSONDecoder().decode(JSONTree.self, from: Data(bytes))
    } catch {
      throw InputError(location, expected: "JSON", found: "text that is not (\(Self.complaint(about: bytes)))")
    }
  }

  /// What is wrong with the text; `JSONDecoder` does not say, `JSONSerialization` does.
  private static func complaint(about bytes: [UInt8]) -> String {
    do {
      _ = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      return "it uses something that this program does not read"
    } catch {
      let words = (error as NSError).userInfo["NSDebugDescription"] as? String ?? error.localizedDescription
      return words.hasSuffix(".") ? String(words.dropLast()) : words
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int.self) {
      self = .integer(value)
    } else if let value = try? container.decode(UInt64.self) {
      self = .unsigned(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONTree].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONTree].self))
    }
  }

  /// What it is, for an error message.
  var summary: String {
    switch self {
    case .null: "null"
    case .bool(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .unsigned(let value): "\(value)"
    case .number(let value): "\(value)"
    case .string(let value): "\"\(value)\""
    case .array(let values): "a list of \(values.count)"
    case .object: "an object"
    }
  }
}
