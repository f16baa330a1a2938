extension Sequence<Citation> {
  /// Each publication once, in the order of keys.
  public var sortedByKey: [Citation] {
    var keys: Set<String> = []
    return filter { keys.insert($0.key).inserted }.sorted { $0.key < $1.key }
  }

  /// The text of a BibTeX file: each publication once, in the order of keys.
  public var bibTeX: String { sortedByKey.map(\.bibTeX).joined(separator: "\n") }
}
