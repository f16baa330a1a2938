import Numerics

/// Reads a formula into a graph.
///
///     expression = term { ("+" | "-") term }
///     term       = signed { ("*" | "/") signed }
///     signed     = { "-" | "+" } power
///     power      = primary [ "^" signed ]
///     primary    = number | "(" expression ")" | name | name "[" index "]" | function "(" arguments ")"
///                | "sum" "(" name "," first "," last "," expression ")"
///
/// So −x^2 is −(x²), and 2^3^2 is 2^(3²). Sums are written out, their index a constant in every term.
struct FormulaParser {
  /// What names stand for.
  struct Names {
    var columns: [String: Int]
    var constants: [String: Double]
    /// d, if it was said.
    var parameterCount: Int?
  }

  /// Brackets, and powers of powers: far more than anybody writes, and far less than a thread's stack bears.
  static let deepestNesting = 200
  /// How many numbers and names are read, those in sums once a term.
  static let largestWork = 1_000_000

  static let functions = ElementaryFunction.allCases.map(\.rawValue) + ["max", "min", "pow", "sum"]
  static let parameterNames = ["theta", "θ"]
  static let reserved = functions + parameterNames + ["pi", "π"]

  private let tokens: [FormulaToken]
  private let names: Names
  private var place = 0
  private var depth = 0
  private var work = 0
  private var indices: [(name: String, value: Double)] = []
  private(set) var graph = FormulaGraph()
  /// The number of parameters: one more than the largest index, if it was not said.
  private(set) var parameterCount: Int

  init(_ text: String, names: Names) throws(InputError) {
    tokens = try FormulaToken.tokens(of: text)
    self.names = names
    parameterCount = names.parameterCount ?? 0
  }

  /// Reads all of the text; the node that the formula is.
  mutating func parse() throws(InputError) -> Int {
    let root = try expression()
    guard token.kind == .end else {
      let isFactor = if case .symbol(let symbol) = token.kind { symbol == "(" } else { true }
      throw unexpected("an operator or the end", isFactor ? "Products are written with *." : "")
    }
    return try made(root, at: tokens[0])
  }

  private var token: FormulaToken { tokens[place] }

  private func unexpected(_ expected: String, _ advice: String = "") -> InputError {
    FormulaToken.error(token.position, expected, token.words, advice)
  }

  private mutating func take(_ symbol: Character, _ expected: String? = nil) throws(InputError) {
    guard token.isSymbol(symbol) else { throw unexpected(expected ?? "\"\(symbol)\"") }
    place += 1
  }

  private mutating func nested<Value>(
    _ body: (inout FormulaParser) throws(InputError) -> Value
  ) throws(InputError) -> Value {
    guard depth < Self.deepestNesting else {
      throw FormulaToken.error(token.position, "at most \(Self.deepestNesting) levels of brackets and powers", "more")
    }
    depth += 1
    let value = try body(&self)
    depth -= 1
    return value
  }

  // MARK: - Operators

  private mutating func expression() throws(InputError) -> Int {
    var result = try term()
    while token.isSymbol("+") || token.isSymbol("-") {
      let sign = token
      place += 1
      let right = try term()
      result = try made(graph.apply(sign.isSymbol("+") ? .add : .subtract, result, right), at: sign)
    }
    return result
  }

  private mutating func term() throws(InputError) -> Int {
    var result = try signed()
    while token.isSymbol("*") || token.isSymbol("/") {
      let sign = token
      place += 1
      let right = try signed()
      result = try made(graph.apply(sign.isSymbol("*") ? .multiply : .divide, result, right), at: sign)
    }
    return result
  }

  private mutating func signed() throws(InputError) -> Int {
    var isNegative = false
    while token.isSymbol("+") || token.isSymbol("-") {
      if token.isSymbol("-") { isNegative.toggle() }
      place += 1
    }
    let result = try power()
    return isNegative ? graph.apply(.negate, result) : result
  }

  private mutating func power() throws(InputError) -> Int {
    let base = try primary()
    guard token.isSymbol("^") else { return base }
    let sign = token
    place += 1
    let exponent = try nested { (parser) throws(InputError) in try parser.signed() }
    return try made(graph.apply(.power, base, exponent), at: sign)
  }

  /// Refuses what is a number but not a finite one. Mutating, so that no copy of the graph is made before its node is there.
  private mutating func made(_ node: Int, at token: FormulaToken) throws(InputError) -> Int {
    if let value = graph.constantValue(node), !value.isFinite {
      throw FormulaToken.error(token.position, "a finite value of this constant part", "\(value)")
    }
    return node
  }

  // MARK: - Numbers, names, functions

  private mutating func primary() throws(InputError) -> Int {
    work += 1
    guard work <= Self.largestWork else {
      throw FormulaToken.error(token.position, "sums that write out to at most \(Self.largestWork) terms", "more")
    }
    let first = token
    switch first.kind {
    case .number(let value):
      place += 1
      return graph.constant(value)
    case .symbol("("):
      place += 1
      let inner = try nested { (parser) throws(InputError) in try parser.expression() }
      try take(")", "an operator or \")\"")
      return inner
    case .name(let name):
      place += 1
      if token.isSymbol("(") { return try call(name, at: first) }
      return token.isSymbol("[") ? try indexed(name, at: first) : try plain(name, at: first)
    default:
      throw unexpected("a number, a name or \"(\"")
    }
  }

  private mutating func plain(_ name: String, at token: FormulaToken) throws(InputError) -> Int {
    if let index = indices.last(where: { $0.name == name }) { return graph.constant(index.value) }
    if let value = names.constants[name] { return graph.constant(value) }
    if let column = names.columns[name] { return graph.column(column) }
    if name == "pi" || name == "π" { return graph.constant(.pi) }
    if Self.parameterNames.contains(name) {
      throw FormulaToken.error(
        token.position, "the number of a parameter behind \(name)", self.token.words,
        "Parameters are written \(name)[0].")
    }
    if Self.functions.contains(name) {
      throw FormulaToken.error(token.position, "\"(\" behind the function \(name)", self.token.words)
    }
    let known = indices.map(\.name) + names.constants.keys.sorted() + names.columns.keys.sorted() + ["pi", "theta[0]"]
    throw FormulaToken.error(
      token.position, "a column of the data, a constant or pi", "the name \(name)",
      Suggestion.sentence(for: name, among: known))
  }

  /// θ[k], or the column of a name that ends in a number, such as x[3] for x3.
  private mutating func indexed(_ name: String, at token: FormulaToken) throws(InputError) -> Int {
    let isParameter = Self.parameterNames.contains(name)
    guard isParameter || names.columns.keys.contains(where: { Self.isNumbered($0, name) }) else {
      throw FormulaToken.error(
        token.position, "theta, or the name of numbered columns such as x0, x1, before \"[\"", "the name \(name)",
        Suggestion.closest(to: name, among: ["theta"]).map { "Did you mean \"\($0)\"?" } ?? "")
    }
    place += 1
    let number = self.token
    let node = try nested { (parser) throws(InputError) in try parser.expression() }
    let index = try whole(node, at: number)
    try take("]", "\"]\"")
    guard isParameter else {
      guard let column = names.columns["\(name)\(index)"] else {
        throw FormulaToken.error(
          number.position, "the number of a column", "\(index)", "There is no column \(name)\(index).")
      }
      return graph.column(column)
    }
    let count = names.parameterCount ?? FormulaObjective.largestParameterCount
    guard (0..<count).contains(index) else {
      throw FormulaToken.error(
        number.position, "the number of a parameter, from 0 to \(count - 1)", "\(index)",
        names.parameterCount == nil ? "" : "There are \(count) parameters.")
    }
    parameterCount = max(parameterCount, index + 1)
    return graph.parameter(index)
  }

  private static func isNumbered(_ column: String, _ name: String) -> Bool {
    column.hasPrefix(name) && column.count > name.count
      && column.dropFirst(name.count).allSatisfy { $0.isASCII && $0.isNumber }
  }

  /// The whole number that a node is.
  private func whole(_ node: Int, at token: FormulaToken) throws(InputError) -> Int {
    guard let value = graph.constantValue(node) else {
      throw FormulaToken.error(
        token.position, "a whole number made of numbers and constants", "what depends on parameters or data")
    }
    guard let index = Int(exactly: value) else {
      throw FormulaToken.error(token.position, "a whole number", "\(value)")
    }
    return index
  }

  private mutating func call(_ name: String, at token: FormulaToken) throws(InputError) -> Int {
    guard Self.functions.contains(name) else {
      let isKnown = names.columns[name] != nil || names.constants[name] != nil || indices.contains { $0.name == name }
      throw FormulaToken.error(
        token.position, "a function before \"(\"", "the name \(name)",
        isKnown ? "Products are written with *." : Suggestion.sentence(for: name, among: Self.functions))
    }
    place += 1
    if name == "sum" { return try nested { (parser) throws(InputError) in try parser.sum() } }
    let x = try nested { (parser) throws(InputError) in try parser.expression() }
    if let function = ElementaryFunction(rawValue: name) {
      try take(")", "an operator or \")\" behind the one argument of \(name)")
      return try made(graph.apply(.function(function), x), at: token)
    }
    try take(",", "an operator or \",\" between the two arguments of \(name)")
    let y = try nested { (parser) throws(InputError) in try parser.expression() }
    try take(")", "an operator or \")\" behind the two arguments of \(name)")
    let operation: FormulaOperation = name == "max" ? .maximum : name == "min" ? .minimum : .power
    return try made(graph.apply(operation, x, y), at: token)
  }

  /// Behind "sum(": reads the summand once for each value of the index.
  private mutating func sum() throws(InputError) -> Int {
    guard case .name(let name) = token.kind else {
      throw unexpected("the name of the sum's index, as in sum(k, 0, 9, …)")
    }
    let isTaken = names.constants[name] != nil || names.columns[name] != nil || indices.contains { $0.name == name }
    guard !isTaken, !Self.reserved.contains(name) else {
      throw FormulaToken.error(token.position, "a name for the sum's index that nothing else has", "the name \(name)")
    }
    place += 1
    try take(",")
    let bounds = (try bound(), try bound())
    let begin = place
    let (count, overflow) = bounds.1.subtractingReportingOverflow(bounds.0)
    guard !overflow, count < Self.largestWork else {
      throw FormulaToken.error(token.position, "a sum of at most \(Self.largestWork) terms", "more")
    }
    guard count >= 0 else {
      throw FormulaToken.error(token.position, "a sum's last index from its first, \(bounds.0)", "\(bounds.1)")
    }
    var total: Int?
    for index in bounds.0...bounds.1 {
      place = begin
      indices.append((name, Double(index)))
      let summand = try expression()
      indices.removeLast()
      total = total.map { graph.apply(.add, $0, summand) } ?? summand
    }
    try take(")", "an operator or \")\" behind the summand")
    return total ?? graph.constant(0)
  }

  private mutating func bound() throws(InputError) -> Int {
    let number = token
    let node = try expression()
    let value = try whole(node, at: number)
    try take(",", "\",\" as in sum(k, 0, 9, …)")
    return value
  }
}
