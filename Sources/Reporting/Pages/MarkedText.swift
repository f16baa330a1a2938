import Claims

/// Text in which formulas stand between dollar signs, and code between backquotes, as in Markdown.
///
/// `$b < n$` is a formula in the line; a paragraph that is nothing but `$$…$$` is one on a line of its own. A dollar sign that no
/// other one follows in its paragraph, or that has a space on its inner side, is a dollar sign. ``TypesetFormula`` says what a formula may be.
enum MarkedText {
  /// A stretch of text.
  enum Piece: Equatable {
    case plain(String)
    case formula(String)
    case code(String)
  }

  /// The stretches of one paragraph.
  static func pieces(_ text: String) -> [Piece] {
    var pieces: [Piece] = []
    var plain = ""
    var rest = text[...]
    while let mark = rest.firstIndex(where: { $0 == "$" || $0 == "`" }) {
      plain += rest[..<mark]
      let sign = rest[mark]
      let inside = rest[rest.index(after: mark)...]
      guard let end = inside.firstIndex(of: sign), end > inside.startIndex, sign == "`" || !inside[..<end].isPadded
      else {
        plain.append(sign)
        rest = inside
        continue
      }
      if !plain.isEmpty { pieces.append(.plain(plain)) }
      plain = ""
      pieces.append(sign == "$" ? .formula(String(inside[..<end])) : .code(String(inside[..<end])))
      rest = inside[inside.index(after: end)...]
    }
    plain += rest
    return plain.isEmpty ? pieces : pieces + [.plain(plain)]
  }
}

/// What is left of marked text where nothing can be typeset: in JSON, on a terminal, in a file's metadata.
public enum PlainText {
  /// The text without the dollar signs around formulas.
  public static func of(_ text: String) -> String {
    guard text.contains("$") else { return text }
    return MarkedText.pieces(text.replacing("$$", with: "$")).map { piece in
      switch piece {
      case .plain(let text), .formula(let text): text
      case .code(let code): "`\(code)`"
      }
    }.joined()
  }
}

extension Claim {
  /// The claim with plain texts, for where nothing can be typeset.
  var withoutMarks: Claim {
    var claim = self
    claim.title = PlainText.of(title)
    claim.statement = PlainText.of(statement)
    claim.convention = PlainText.of(convention)
    claim.correction = correction.map(PlainText.of)
    claim.remark = remark.map(PlainText.of)
    for place in claim.hypotheses.indices {
      claim.hypotheses[place].statement = PlainText.of(hypotheses[place].statement)
      claim.hypotheses[place].found = PlainText.of(hypotheses[place].found)
    }
    for place in claim.checks.indices { claim.checks[place].name = PlainText.of(checks[place].name) }
    switch source {
    case .publication(let citation, let place):
      claim.source = .publication(citation, place: place.map(PlainText.of))
    case .derivedHere(let basis): claim.source = .derivedHere(basis: PlainText.of(basis))
    case .program: break
    }
    return claim
  }
}

extension HTML {
  /// A line of marked text. Brackets and points stay with the formula that they touch.
  static func line(marked text: String) -> String {
    var output = ""
    // Signs before a formula, the formula, and signs after it.
    var tied = (before: "", formula: "", after: "")
    func close() {
      let text = tied.before + tied.formula + tied.after
      let isTied = !tied.formula.isEmpty && text.count > tied.formula.count
      output += isTied ? "<span class=\"tied\">\(text)</span>" : text
      tied = ("", "", "")
    }
    for piece in MarkedText.pieces(text) {
      switch piece {
      case .plain(let text):
        let after = tied.formula.isEmpty ? "" : text.prefix { !$0.isWhitespace }
        tied.after = escaped(String(after))
        close()
        let rest = text.dropFirst(after.count)
        let before = rest.suffix(while: { !$0.isWhitespace })
        // A long word may be parted from its formula.
        let isShort = before.count <= 3
        output += escaped(String(isShort ? rest.dropLast(before.count) : rest))
        tied.before = isShort ? escaped(String(before)) : ""
      case .formula(let formula):
        tied.formula += TypesetFormula(formula).mathML
      case .code(let code):
        close()
        output += "<code>\(escaped(code))</code>"
      }
    }
    close()
    return output
  }

  /// Paragraphs of marked text, separated by empty lines.
  static func paragraphs(marked text: String) -> String {
    blocks(text).map { block in
      let line = block.trimmed
      if line.hasPrefix("$$"), line.hasSuffix("$$"), line.count > 4 {
        let formula = line.dropFirst(2).dropLast(2)
        return
          "<div class=\"formula\" tabindex=\"0\">\(TypesetFormula(String(formula), isDisplayed: true).mathML)</div>"
      }
      return "<p>\(self.line(marked: block))</p>"
    }.joined(separator: "\n")
  }
}

extension Substring {
  /// The longest end of which all characters fit.
  fileprivate func suffix(while fits: (Character) -> Bool) -> Substring {
    var start = endIndex
    while start > startIndex, fits(self[index(before: start)]) { start = index(before: start) }
    return self[start...]
  }

  /// Whether a space stands at one of the ends.
  fileprivate var isPadded: Bool { first?.isWhitespace != false || last?.isWhitespace != false }
}

extension String {
  fileprivate var trimmed: Substring {
    var text = self[...]
    while text.first?.isWhitespace == true { text.removeFirst() }
    while text.last?.isWhitespace == true { text.removeLast() }
    return text
  }
}
