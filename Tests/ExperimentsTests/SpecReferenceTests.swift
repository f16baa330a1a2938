import Foundation
import Testing

@testable import Experiments
@testable import Formats

/// `Documentation/spec.md` has a part that is made from the schema, so that it cannot say something else than the program does.
@Suite("The reference of specs") struct SpecReferenceTests {
  private static let page = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Documentation/spec.md")
  private static let mark = "<!-- From here on made from the schema: BASIN_RENEW_SNAPSHOTS=1 make test -->\n"

  @Test("says what the schema says") func isCurrent() throws {
    let page = try String(contentsOf: Self.page, encoding: .utf8)
    let parts = page.components(separatedBy: Self.mark)
    try #require(parts.count == 2)
    let expected = Self.reference
    if ProcessInfo.processInfo.environment["BASIN_RENEW_SNAPSHOTS"] != nil, parts[1] != expected {
      try (parts[0] + Self.mark + expected).write(to: Self.page, atomically: true, encoding: .utf8)
      return
    }
    #expect(parts[1] == expected)
  }

  private static var reference: String { section(Spec.schema, title: "The spec", place: "", of: "") }

  /// A table of the members, a list of the kinds that members can have, and the sections of the objects below.
  ///
  /// - Parameter owner: the kind whose member this is; empty for a member of what has no kinds.
  private static func section(_ object: SpecObject, title: String, place: String, of owner: String) -> String {
    let level = String(repeating: "#", count: 2 + place.count { $0 == "." })
    let suffix = owner.isEmpty ? "" : " of kind `\(owner)`"
    var text = "\n\(level) \(title)\(suffix)\n\n\(object.explanation)\n"
    if !object.fields.isEmpty { text += "\n| key | value | if left out | |\n|---|---|---|---|\n" }
    for field in object.fields {
      text += "| `\(field.name)` | \(value(of: field)) | \(fallback(field)) | \(field.explanation) |\n"
    }
    for field in object.fields {
      let below = place.isEmpty ? field.name : "\(place).\(field.name)"
      if case .variants(let kinds) = field.schema, kinds.contains(where: \.fields.isEmpty) {
        text += "\nKinds of `\(below)` without further keys:\n\n"
        for kind in kinds where kind.fields.isEmpty { text += "* `\(kind.kind)`: \(kind.explanation)\n" }
      }
      for part in objects(in: field.schema) where !part.fields.isEmpty {
        let title = "`\(below)`" + (part.kind.isEmpty ? "" : ", kind `\(part.kind)`")
        text += section(part, title: title, place: below, of: object.kind)
      }
    }
    return text
  }

  private static func objects(in schema: SpecSchema) -> [SpecObject] {
    switch schema {
    case .object(let object), .either(_, orObject: let object): [object]
    case .variants(let objects): objects
    case .list(let element): objects(in: element)
    default: []
    }
  }

  private static func value(of field: SpecField) -> String {
    let text =
      switch field.schema {
      case .variants(let objects): "kind: " + objects.map { "`\($0.kind)`" }.joined(separator: ", ")
      case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
      case .list(.choice): "a list of names of measures"
      case .list(.object): "a list of objects"
      default: field.schema.expectation
      }
    return text.replacing("|", with: "\\|")
  }

  private static func fallback(_ field: SpecField) -> String {
    switch field.presence {
    case .required: "required"
    case .optional: ""
    case .defaultsTo(let value): "`\(value.text)`"
    }
  }
}
