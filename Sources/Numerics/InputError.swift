/// An input that cannot be used, said for a person: where it is, what was expected, what was found, what to do next.
///
/// Every layer throws this one type for bad input, so that the command line prints all of them alike and ends with
/// status 2.
public struct InputError: Error, Equatable, Sendable, CustomStringConvertible {
  /// Where the input is: a file, an option, a key's path, a parameter's name.
  public var location: String
  /// What would have been accepted.
  public var expected: String
  /// What was there.
  public var found: String
  /// What to do next; empty if that is plain from the rest.
  public var advice: String

  /// Describes an unusable input.
  public init(_ location: String, expected: String, found: String, advice: String = "") {
    self.location = location
    self.expected = expected
    self.found = found
    self.advice = advice
  }

  /// One line: `location: expected …, found …. Advice.` Control characters, which would act on a terminal, are spelled
  /// out.
  public var description: String {
    let sentence = "\(location): expected \(expected), found \(found)."
    return Self.spellingOutControls(advice.isEmpty ? sentence : "\(sentence) \(advice)")
  }

  private static func spellingOutControls(_ text: String) -> String {
    guard text.unicodeScalars.contains(where: isControl) else { return text }
    return text.unicodeScalars.reduce(into: "") { result, scalar in
      if isControl(scalar) {
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      } else {
        result.unicodeScalars.append(scalar)
      }
    }
  }

  private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
    scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
  }
}

/// Finds the known name that a person most probably meant.
public enum Suggestion {
  /// The candidate at the smallest edit distance from `word`, if it is close enough to be a typing error
  /// (at most a third of the longer word's length, rounded up), the first one on a tie.
  public static func closest(to word: String, among candidates: [String]) -> String? {
    var best: (distance: Int, name: String)?
    for candidate in candidates {
      let distance = editDistance(Array(word.lowercased()), Array(candidate.lowercased()))
      if distance <= (max(word.count, candidate.count) + 2) / 3, distance < best?.distance ?? .max {
        best = (distance, candidate)
      }
    }
    return best?.name
  }

  /// ` Did you mean "name"?`, or the list of what there is when nothing is close.
  public static func sentence(for word: String, among candidates: [String]) -> String {
    if let name = closest(to: word, among: candidates) { return "Did you mean \"\(name)\"?" }
    return "Known: \(candidates.joined(separator: ", "))."
  }

  /// The optimal string alignment distance: insertions, deletions, substitutions and swaps of neighbours cost 1 each.
  static func editDistance(_ a: [Character], _ b: [Character]) -> Int {
    var beforePrevious = [Int](repeating: 0, count: b.count + 1)
    var previous = Array(0...b.count)
    var current = previous
    for (i, x) in a.enumerated() {
      current[0] = i + 1
      for (j, y) in b.enumerated() {
        current[j + 1] = min(previous[j + 1] + 1, current[j] + 1, previous[j] + (x == y ? 0 : 1))
        if i > 0, j > 0, x == b[j - 1], a[i - 1] == y {
          current[j + 1] = min(current[j + 1], beforePrevious[j - 1] + 1)
        }
      }
      (beforePrevious, previous, current) = (previous, current, beforePrevious)
    }
    return previous[b.count]
  }
}
