import Foundation

/// What a node of a formula or a line of its program does.
enum FormulaOperation: Hashable, Sendable {
  /// A number of its own; a node's first operand is its place among the constants.
  case constant
  /// θₖ; a node's first operand is k.
  case parameter
  /// A column of the data; a node's first operand is its place.
  case column
  /// A function of one number.
  case function(ElementaryFunction)
  case negate
  case square
  case add
  case subtract
  case multiply
  case divide
  /// xʸ; `fixedPower` if y is a constant.
  case power
  case fixedPower
  case maximum
  case minimum

  /// Whether the operands are numbers that stand below the node, and how many.
  var operandCount: Int {
    switch self {
    case .constant, .parameter, .column: 0
    case .function, .negate, .square: 1
    default: 2
    }
  }

  /// The result. For a function of one operand the second does not matter.
  @inline(__always)
  func value(_ x: Double, _ y: Double) -> Double {
    switch self {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .negate: -x
    case .square: x * x
    case .power, .fixedPower: pow(x, y)
    // What is not a number wins.
    case .maximum: x >= y || x.isNaN ? x : y
    case .minimum: x <= y || x.isNaN ? x : y
    case .function(let function): function.value(at: x)
    case .constant, .parameter, .column: x
    }
  }
}

/// A formula as nodes, operands before what they are used in, the same expression never twice.
struct FormulaGraph {
  struct Node: Hashable {
    var operation: FormulaOperation
    var first = 0
    var second = 0
  }

  private(set) var nodes: [Node] = []
  private(set) var constants: [Double] = []
  private var places: [Node: Int] = [:]
  private var constantPlaces: [UInt64: Int] = [:]

  private mutating func place(_ node: Node) -> Int {
    if let known = places[node] { return known }
    nodes.append(node)
    places[node] = nodes.count - 1
    return nodes.count - 1
  }

  mutating func constant(_ value: Double) -> Int {
    let place = constantPlaces[value.bitPattern] ?? constants.count
    if place == constants.count {
      constants.append(value)
      constantPlaces[value.bitPattern] = place
    }
    return self.place(Node(operation: .constant, first: place))
  }

  mutating func parameter(_ index: Int) -> Int { place(Node(operation: .parameter, first: index)) }

  mutating func column(_ index: Int) -> Int { place(Node(operation: .column, first: index)) }

  /// The number that a node is, if it is one.
  func constantValue(_ node: Int) -> Double? {
    nodes[node].operation == .constant ? constants[nodes[node].first] : nil
  }

  mutating func apply(_ operation: FormulaOperation, _ x: Int) -> Int {
    if let value = constantValue(x) { return constant(operation.value(value, 0)) }
    if operation == .negate, nodes[x].operation == .negate { return nodes[x].first }
    return place(Node(operation: operation, first: x, second: x))
  }

  mutating func apply(_ operation: FormulaOperation, _ x: Int, _ y: Int) -> Int {
    let (a, b) = (constantValue(x), constantValue(y))
    if let a, let b { return constant(operation.value(a, b)) }
    switch operation {
    case .add:
      if a == 0 { return y }
      if b == 0 { return x }
    case .subtract:
      if a == 0 { return apply(.negate, y) }
      if b == 0 { return x }
    case .multiply:
      if a == 1 { return y }
      if b == 1 { return x }
      if x == y { return apply(.square, x) }
    case .divide:
      if b == 1 { return x }
    case .maximum, .minimum:
      if x == y { return x }
    case .power:
      if let b { return fixedPower(x, b, exponent: y) }
    default: break
    }
    // Sums and products are the same to the last bit in either order.
    let isSwapped = (operation == .add || operation == .multiply) && x > y
    return place(Node(operation: operation, first: isSwapped ? y : x, second: isSwapped ? x : y))
  }

  /// Whole exponents become products, which are faster than powers.
  private mutating func fixedPower(_ x: Int, _ value: Double, exponent: Int) -> Int {
    if value == 0.5 { return apply(.function(.sqrt), x) }
    guard let whole = Int(exactly: value), abs(whole) <= 64 else {
      return place(Node(operation: .fixedPower, first: x, second: exponent))
    }
    if whole == 0 { return constant(1) }
    var (rest, base) = (abs(whole), x)
    var product: Int?
    while true {
      if rest & 1 == 1 { product = product.map { apply(.multiply, $0, base) } ?? base }
      rest >>= 1
      if rest == 0 { break }
      base = apply(.square, base)
    }
    guard let product else { return constant(1) }
    return whole > 0 ? product : apply(.divide, constant(1), product)
  }
}
