import Numerics

/// How the names of a file's tensors become those of a network: the beginnings that are replaced.
public struct TensorNames: Sendable, Hashable {
  /// Each beginning of a name, without the dot behind it, and what takes its place; nothing if that is empty.
  public private(set) var replacements: [String: String]

  /// Names that stand as they are.
  public init() { replacements = [:] }

  /// Reads `fc1=0,fc2=2`: `fc1.weight` is the network's `0.weight`. `model=` takes `model.` away.
  ///
  /// - Throws: `InputError` for a part that is no such pair, and a beginning that stands twice.
  public init(parsing text: String) throws(InputError) {
    replacements = [:]
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
      guard pair.count == 2, !pair[0].isEmpty else {
        throw InputError(
          "names of tensors", expected: "pairs OLD=NEW with commas between them, as in fc1=0,fc2=2",
          found: "\"\(part)\"")
      }
      guard replacements.updateValue(pair[1], forKey: pair[0]) == nil else {
        throw InputError("names of tensors", expected: "each old name once", found: "\"\(pair[0])\" again")
      }
    }
  }

  /// The name, with its longest known beginning replaced, and that beginning.
  func renamed(_ name: String) -> (name: String, beginning: String?) {
    var end = name.endIndex
    while true {
      let beginning = String(name[..<end])
      if let replacement = replacements[beginning] {
        let rest = name[end...]
        return (replacement.isEmpty ? String(rest.dropFirst()) : replacement + rest, beginning)
      }
      guard let dot = name[..<end].lastIndex(of: ".") else { return (name, nil) }
      end = dot
    }
  }

  /// What all names begin with, up to a dot and with it, the longest first: "a.b.", "a.".
  static func commonPrefixes(_ names: [String]) -> [String] {
    guard var common = names.first else { return [] }
    for name in names.dropFirst() { common = String(zip(common, name).prefix { $0 == $1 }.map(\.0)) }
    return common.indices.filter { common[$0] == "." }.reversed().map { String(common[...$0]) }
  }

  /// The replacements that make the tensors the network's, if their shapes fit layer after layer in the order of their
  /// names.
  static func guess(_ tensors: [WeightArchive.Tensor], expected: [(name: String, shape: [Int])]) -> String? {
    func groups(_ tensors: [(name: String, shape: [Int])]) -> [(key: String, parts: [String: [Int]])] {
      var parts: [String: [String: [Int]]] = [:]
      for (name, shape) in tensors {
        guard let dot = name.lastIndex(of: ".") else { continue }
        parts[String(name[..<dot]), default: [:]][String(name[dot...].dropFirst())] = shape
      }
      return parts.sorted { precedes($0.key, $1.key) }.map { ($0.key, $0.value) }
    }
    let (theirs, ours) = (groups(tensors.map { ($0.name, $0.shape) }), groups(expected))
    guard theirs.count == ours.count, zip(theirs, ours).allSatisfy({ $0.parts == $1.parts }) else { return nil }
    return zip(theirs, ours).map { "\($0.key)=\($1.key)" }.joined(separator: ",")
  }

  /// Whether one name comes before the other, numbers in them by their value: fc2 before fc10.
  private static func precedes(_ a: String, _ b: String) -> Bool {
    func pieces(_ text: String) -> [(number: Int, text: String)] {
      var pieces: [(number: Int, text: String)] = []
      var rest = Substring(text)
      while let first = rest.first {
        let isNumber = first.isASCII && first.isNumber
        let piece = rest.prefix { ($0.isASCII && $0.isNumber) == isNumber }
        pieces.append((isNumber ? Int(piece) ?? .max : -1, String(piece)))
        rest = rest.dropFirst(piece.count)
      }
      return pieces
    }
    return pieces(a).lexicographicallyPrecedes(pieces(b)) { ($0.number, $0.text) < ($1.number, $1.text) }
  }
}
