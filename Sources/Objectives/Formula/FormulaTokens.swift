import Numerics

/// A piece of a formula's text.
struct FormulaToken {
  enum Kind: Equatable {
    case number(Double)
    case name(String)
    case symbol(Character)
    case end
  }

  var kind: Kind
  /// The number of its first character, from 1.
  var position: Int

  /// How an error message calls it.
  var words: String {
    switch kind {
    case .number(let value): "the number \(value)"
    case .name(let name): "the name \(name)"
    case .symbol(let symbol): "\"\(symbol)\""
    case .end: "the end"
    }
  }

  func isSymbol(_ symbol: Character) -> Bool { kind == .symbol(symbol) }

  /// An error about a formula at a position.
  static func error(_ position: Int, _ expected: String, _ found: String, _ advice: String = "") -> InputError {
    InputError("loss: character \(position)", expected: expected, found: found, advice: advice)
  }

  /// The longest text that is read.
  static let largestLength = 100_000

  /// Cuts a text into tokens, an end token last.
  ///
  /// - Throws: `InputError` for a character or a number that means nothing here.
  static func tokens(of text: String) throws(InputError) -> [FormulaToken] {
    let characters = Array(text)
    guard characters.count <= largestLength else {
      throw InputError("loss", expected: "at most \(largestLength) characters", found: "\(characters.count)")
    }
    var tokens: [FormulaToken] = []
    var place = 0
    while place < characters.count {
      let character = characters[place]
      let begin = place
      func take(_ isPart: (Character) -> Bool) {
        while place < characters.count, isPart(characters[place]) { place += 1 }
      }
      if character.isWhitespace {
        place += 1
      } else if isDigit(character)
        || (character == "." && begin + 1 < characters.count && isDigit(characters[begin + 1]))
      {
        take(isDigit)
        if place < characters.count, characters[place] == "." {
          place += 1
          take(isDigit)
        }
        var afterExponent = place
        if afterExponent < characters.count, "eE".contains(characters[afterExponent]) {
          afterExponent += 1
          if afterExponent < characters.count, "+-".contains(characters[afterExponent]) { afterExponent += 1 }
          if afterExponent < characters.count, isDigit(characters[afterExponent]) {
            place = afterExponent
            take(isDigit)
          }
        }
        let written = String(characters[begin..<place])
        guard let value = Double(written), value.isFinite else {
          throw error(begin + 1, "a finite number", written)
        }
        tokens.append(FormulaToken(kind: .number(value), position: begin + 1))
      } else if isNamePart(character) {
        take { isNamePart($0) || isDigit($0) }
        tokens.append(FormulaToken(kind: .name(String(characters[begin..<place])), position: begin + 1))
      } else if "+-*/^()[],".contains(character) {
        place += 1
        if character == "*", place < characters.count, characters[place] == "*" {
          throw error(begin + 1, "one operator", "\"**\"", "Powers are written with ^.")
        }
        tokens.append(FormulaToken(kind: .symbol(character), position: begin + 1))
      } else {
        throw error(begin + 1, "a number, a name, an operator or a bracket", "\"\(character)\"")
      }
    }
    tokens.append(FormulaToken(kind: .end, position: characters.count + 1))
    return tokens
  }

  private static func isDigit(_ character: Character) -> Bool {
    "0" <= character && character <= "9" && character.isASCII
  }

  private static func isNamePart(_ character: Character) -> Bool { character.isLetter || character == "_" }

  /// Whether a formula can refer to something by this name.
  static func isName(_ text: String) -> Bool {
    guard let first = text.first, isNamePart(first) else { return false }
    return text.allSatisfy { isNamePart($0) || isDigit($0) }
  }
}
