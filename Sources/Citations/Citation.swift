/// A publication that a study or a method rests on, printable as BibTeX.
public struct Citation: Sendable, Hashable, Codable {
  /// The BibTeX key.
  public var key: String
  /// The BibTeX entry type, such as `article`.
  public var type: String
  /// The BibTeX fields in the order in which they print, values without braces.
  public var fields: [Field]
  /// The name used in running text, such as `Ghosh et al. 2025`.
  public var shortName: String

  /// One BibTeX field.
  public struct Field: Sendable, Hashable, Codable {
    /// The field's name.
    public var name: String
    /// The field's value.
    public var value: String
  }

  /// Describes a publication.
  public init(key: String, type: String, shortName: String, fields: KeyValuePairs<String, String>) {
    self.key = key
    self.type = type
    self.shortName = shortName
    self.fields = fields.map { Field(name: $0.key, value: $0.value) }
  }

  /// The value of a field.
  public subscript(name: String) -> String? { fields.first { $0.name == name }?.value }

  /// A field as running text: without braces, and with accents in place of TeX's commands for them.
  public func text(_ name: String) -> String? {
    guard var text = self[name] else { return nil }
    for (command, mark) in [("\\'", "\u{301}"), ("\\\"", "\u{308}"), ("\\~", "\u{303}"), ("\\`", "\u{300}")] {
      // {\'n} is an n with the mark behind it.
      let parts = text.split(separator: command, omittingEmptySubsequences: false).map(String.init)
      text = parts.dropFirst().reduce(parts[0]) { $0 + $1.prefix(1) + mark + $1.dropFirst() }
    }
    return text.filter { $0 != "{" && $0 != "}" }.replacing("--", with: "–")
  }

  /// The address under which the publication is found: its DOI, else its arXiv number, else its URL.
  public var address: String? {
    if let doi = self["doi"] { return "https://doi.org/\(doi)" }
    return self["eprint"].map { "https://arxiv.org/abs/\($0)" } ?? self["url"]
  }

  /// The BibTeX entry.
  public var bibTeX: String {
    let width = fields.map(\.name.count).max() ?? 0
    let lines = fields.map { field in
      "  \(field.name)\(String(repeating: " ", count: width - field.name.count)) = {\(field.value)}"
    }
    return "@\(type){\(key),\n\(lines.joined(separator: ",\n"))\n}\n"
  }
}
