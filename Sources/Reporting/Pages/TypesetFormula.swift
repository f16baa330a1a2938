/// A formula in the notation in which papers are quoted in plain text, such as `λ_max(∇²f) ≤ 2/η`, to be typeset as MathML.
///
/// | written | read as |
/// |---|---|
/// | `x`, `η` | a variable, in italics |
/// | `max`, `SGD` | two and more Latin letters: one name, upright; a product has spaces between |
/// | `x₀`, `x_i`, `λ_max`, `x_{i+1}` | an index |
/// | `x²`, `x^n`, `e^{−t}`, `φ′` | an exponent or a prime |
/// | `(a + b)⁄c` | a fraction, by the fraction slash U+2044; parentheses around its parts are dropped |
/// | `√x`, `√(x + 1)` | a square root |
/// | `∑_{i=1}^{n}` | a sum with bounds, above and below where there is room |
/// | `"if"` | words |
///
/// Everything else is an operator. There is no wrong notation: what is not understood is shown as it stands.
struct TypesetFormula {
  /// The formula as it is written.
  let source: String
  /// Whether it stands on a line of its own.
  let isDisplayed: Bool

  /// Reads a formula.
  init(_ source: String, isDisplayed: Bool = false) {
    self.source = source
    self.isDisplayed = isDisplayed
  }

  /// The formula for a page.
  var mathML: String {
    var reader = FormulaReader(source)
    let body = reader.row().map { $0.mathML(isDisplayed) }.joined()
    return
      "<math\(isDisplayed ? " display=\"block\"" : "") alttext=\"\(HTML.escaped(source))\"><mrow>\(body)</mrow></math>"
  }
}

/// A part of a formula.
indirect enum FormulaPart {
  case name(String)
  case number(String)
  case sign(String)
  case words(String)
  case gap
  case fenced(open: String, [FormulaPart], close: String)
  case group([FormulaPart])
  case scripted(FormulaPart, below: [FormulaPart], above: [FormulaPart])
  case fraction([FormulaPart], [FormulaPart])
  case root([FormulaPart])

  private static let sums: Set<String> = ["∑", "∏", "⋃", "⋂"]
  private static let limits: Set<String> = ["max", "min", "sup", "inf", "lim", "argmin", "argmax"]

  /// Whether bounds stand above and below it in a displayed formula.
  private var takesLimits: Bool {
    switch self {
    case .sign(let sign): Self.sums.contains(sign)
    case .name(let name): Self.limits.contains(name)
    default: false
    }
  }

  /// Whether two of these side by side need room between them.
  var isWord: Bool {
    switch self {
    case .name(let name): name.count > 1
    case .words: true
    case .scripted(let base, _, _): base.isWord
    default: false
    }
  }

  /// Whether it is higher than a line.
  var isHigh: Bool {
    switch self {
    case .fraction: true
    case .sign(let sign): Self.sums.contains(sign)
    case .root(let parts), .group(let parts), .fenced(_, let parts, _): parts.contains(where: \.isHigh)
    case .scripted(let base, _, _): base.isHigh
    case .name, .number, .words, .gap: false
    }
  }

  /// Whether it binds what follows or precedes it by itself.
  var isSign: Bool { if case .sign = self { true } else { false } }

  /// The part without parentheses around it.
  var unfenced: [FormulaPart] {
    switch self {
    case .fenced("(", let inside, ")"): inside
    case .group(let inside): inside
    default: [self]
    }
  }

  func mathML(_ isDisplayed: Bool) -> String {
    func row(_ parts: [FormulaPart]) -> String {
      let body = parts.map { $0.mathML(isDisplayed) }.joined()
      return parts.count == 1 ? body : "<mrow>\(body)</mrow>"
    }
    switch self {
    case .name(let name): return "<mi>\(HTML.escaped(name))</mi>"
    case .number(let number): return "<mn>\(number)</mn>"
    // A slash stands close to what it divides.
    case .sign("/"): return "<mo lspace=\"0\" rspace=\"0\">/</mo>"
    case .sign(let sign): return "<mo>\(HTML.escaped(sign))</mo>"
    case .words(let text): return "<mtext>\(HTML.escaped(text))</mtext>"
    case .gap: return "<mspace width=\"0.2em\"></mspace>"
    case .fenced(let open, let parts, let close):
      let body = parts.map { $0.mathML(isDisplayed) }.joined()
      // Around what is no higher than a letter brackets keep their size: without a font for formulas browsers overdo it.
      let size = parts.contains(where: \.isHigh) ? "" : " stretchy=\"false\""
      return
        "<mrow><mo form=\"prefix\"\(size)>\(open)</mo>\(body)<mo form=\"postfix\"\(size)>\(close)</mo></mrow>"
    case .group(let parts): return row(parts)
    case .fraction(let above, let below): return "<mfrac>\(row(above))\(row(below))</mfrac>"
    case .root(let parts): return "<msqrt>\(row(parts))</msqrt>"
    case .scripted(let base, let below, let above):
      let hasLimits = isDisplayed && base.takesLimits
      let inside = base.mathML(isDisplayed) + (below.isEmpty ? "" : row(below)) + (above.isEmpty ? "" : row(above))
      let element =
        switch (below.isEmpty, above.isEmpty) {
        case (false, true): hasLimits ? "munder" : "msub"
        case (true, false): hasLimits ? "mover" : "msup"
        default: hasLimits ? "munderover" : "msubsup"
        }
      return "<\(element)>\(inside)</\(element)>"
    }
  }
}

/// Reads a formula from left to right.
private struct FormulaReader {
  private var rest: ArraySlice<Character>

  init(_ text: String) { rest = Array(text)[...] }

  private static let closers: [Character: Character] = ["(": ")", "[": "]", "{": "}", "⟨": "⟩", "⌊": "⌋", "⌈": "⌉"]
  private static let raised = table("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀᵐᵏᵗ", "0123456789+−=()niTmkt")
  private static let lowered = table("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ", "0123456789+−=()aehijklmnoprstuvx")

  private static func table(_ keys: String, _ values: String) -> [Character: Character] {
    Dictionary(uniqueKeysWithValues: zip(keys, values))
  }

  /// Parts up to `closer`, which is taken, or to the end.
  mutating func row(until closer: Character? = nil) -> [FormulaPart] {
    var parts: [FormulaPart] = []
    var hadSpace = false
    while let next = rest.first {
      if next == closer {
        rest.removeFirst()
        return parts
      }
      if next.isWhitespace {
        rest.removeFirst()
        hadSpace = true
        continue
      }
      var part = scripted()
      if rest.first == "⁄" {
        rest.removeFirst()
        part = .fraction(part.unfenced, scripted().unfenced)
      }
      if let last = parts.last, hadSpace || last.isWord, !last.isSign, !part.isSign, last.isWord || part.isWord {
        // A function stands close to its parentheses.
        if case .fenced = part, !hadSpace {} else { parts.append(.gap) }
      }
      parts.append(part)
      hadSpace = false
    }
    return parts
  }

  /// A part with its indices and exponents.
  private mutating func scripted() -> FormulaPart {
    let base = atom()
    var (below, above): ([FormulaPart], [FormulaPart]) = ([], [])
    while let next = rest.first {
      if Self.lowered[next] != nil, below.isEmpty {
        below = run(Self.lowered)
      } else if Self.raised[next] != nil, above.isEmpty {
        above = run(Self.raised)
      } else if next == "_", below.isEmpty {
        rest.removeFirst()
        below = argument()
      } else if next == "^", above.isEmpty {
        rest.removeFirst()
        above = argument()
      } else if next == "′" || next == "″" {
        rest.removeFirst()
        above.append(.sign(String(next)))
      } else {
        break
      }
    }
    return below.isEmpty && above.isEmpty ? base : .scripted(base, below: below, above: above)
  }

  /// Consecutive small characters, read as a formula of their own.
  private mutating func run(_ table: [Character: Character]) -> [FormulaPart] {
    var text = ""
    while let next = rest.first, let plain = table[next] {
      text.append(plain)
      rest.removeFirst()
    }
    var reader = FormulaReader(text)
    // Letters side by side are indices side by side, no name.
    return text.allSatisfy(\.isLetter) && text.count > 1 ? text.map { .name(String($0)) } : reader.row()
  }

  /// What `_` and `^` take: braces, or one part, perhaps with a sign.
  private mutating func argument() -> [FormulaPart] {
    if rest.first == "{" {
      rest.removeFirst()
      return row(until: "}")
    }
    if let next = rest.first, next == "-" || next == "−" || next == "+" {
      return [sign(), atom()]
    }
    return rest.isEmpty ? [] : [atom()]
  }

  private mutating func sign() -> FormulaPart {
    let sign = rest.removeFirst()
    return .sign(sign == "-" ? "−" : String(sign))
  }

  private mutating func atom() -> FormulaPart {
    guard let next = rest.first else { return .group([]) }
    if next == "√" {
      rest.removeFirst()
      return .root(scriptedRoot())
    }
    if let closer = Self.closers[next] { return fenced(next, closer) }
    if next == "‖" || next == "|" { return bars(next) }
    if next == "\"" { return words() }
    if Self.isDigit(next) { return number() }
    if next.isLetter, Self.lowered[next] == nil, Self.raised[next] == nil { return name() }
    if "½⅓¼⅔¾∞∅".contains(next) {
      rest.removeFirst()
      return .number(String(next))
    }
    return sign()
  }

  /// What stands under a root: its exponents belong to it, its indices too.
  private mutating func scriptedRoot() -> [FormulaPart] {
    if rest.first == "(" { return atom().unfenced }
    return scripted().unfenced
  }

  private mutating func fenced(_ open: Character, _ close: Character) -> FormulaPart {
    guard closes(close, nestedIn: open) else { return sign() }
    rest.removeFirst()
    return .fenced(open: String(open), row(until: close), close: String(close))
  }

  /// Whether what opens here is closed further on.
  private func closes(_ close: Character, nestedIn open: Character) -> Bool {
    var depth = 0
    for character in rest {
      if character == open { depth += 1 }
      if character == close { depth -= 1 }
      if depth == 0 { return true }
    }
    return false
  }

  /// A norm or an absolute value; a bar with a space after it is a condition.
  private mutating func bars(_ bar: Character) -> FormulaPart {
    let inside = rest.dropFirst()
    guard let first = inside.first, !first.isWhitespace, inside.contains(bar) else { return sign() }
    rest.removeFirst()
    return .fenced(open: String(bar), row(until: bar), close: String(bar))
  }

  private mutating func words() -> FormulaPart {
    rest.removeFirst()
    let text = rest.prefix { $0 != "\"" }
    rest = rest.dropFirst(text.count + 1)
    return .words(String(text))
  }

  private mutating func number() -> FormulaPart {
    var text = ""
    while let next = rest.first {
      let after = Array(rest.dropFirst().prefix(4))
      let isPoint = next == "." && after.first.map(Self.isDigit) == true
      let isSeparator =
        next == "," && after.prefix(3).count { Self.isDigit($0) } == 3 && !(after.count == 4 && Self.isDigit(after[3]))
      guard Self.isDigit(next) || isPoint || isSeparator else { break }
      text.append(next)
      rest.removeFirst()
    }
    return .number(text)
  }

  private mutating func name() -> FormulaPart {
    let first = rest.removeFirst()
    guard first.isASCII else { return .name(String(first)) }
    var text = String(first)
    while let next = rest.first, next.isASCII, next.isLetter {
      text.append(next)
      rest.removeFirst()
    }
    return .name(text)
  }

  private static func isDigit(_ character: Character) -> Bool { character.isASCII && character.isNumber }
}
