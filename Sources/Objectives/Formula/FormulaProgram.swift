import Numerics

/// A line of a program: a register becomes the operation of one or two others.
struct FormulaInstruction: Sendable {
  var operation: FormulaOperation
  var first: Int32
  var second: Int32
  var target: Int32
}

/// A formula as instructions on registers, in three parts: what depends on data alone is computed once and for all and becomes
/// a column; what depends on parameters alone is computed once a batch; the rest once a sample.
///
/// Registers lie in the order constants, parameters, data, results.
struct FormulaProgram: Sendable {
  /// The constants.
  private(set) var constants: [Double] = []
  /// Which parameters occur.
  private(set) var parameters: [Int] = []
  /// How many numbers a sample has.
  private(set) var dataCount = 0
  /// A row of them for each sample.
  private(set) var data: [Double] = []
  /// What is computed once a batch.
  private(set) var shared: [FormulaInstruction] = []
  /// What is computed once a sample.
  private(set) var own: [FormulaInstruction] = []
  /// Where the loss is in the end.
  private(set) var root = 0
  /// How many registers there are.
  private(set) var registerCount = 0

  var parameterBase: Int { constants.count }
  var dataBase: Int { constants.count + parameters.count }

  /// The program of a graph's node.
  ///
  /// - Throws: `InputError` if something that depends on data alone is not finite.
  init(_ graph: FormulaGraph, root node: Int, columns: [FormulaColumn], sampleCount: Int) throws(InputError) {
    let nodes = graph.nodes
    let isLive = Self.live(nodes, from: node)
    let dependence = Self.dependence(nodes)
    var isData = nodes.map { _ in false }
    for (place, node) in nodes.enumerated() where isLive[place] && dependence[place].contains(.parameters) {
      for operand in Self.operands(node) where dependence[operand] == .data { isData[operand] = true }
    }
    if dependence[node] == .data { isData[node] = true }

    var registers = [Int](repeating: 0, count: nodes.count)
    func assign(_ isMember: (Int) -> Bool) {
      for place in nodes.indices where isLive[place] && isMember(place) {
        registers[place] = registerCount
        registerCount += 1
      }
    }
    var used: (constants: [Double], parameters: [Int]) = ([], [])
    assign { nodes[$0].operation == .constant }
    assign { nodes[$0].operation == .parameter }
    for (place, node) in nodes.enumerated() where isLive[place] {
      if node.operation == .constant { used.constants.append(graph.constants[node.first]) }
      if node.operation == .parameter { used.parameters.append(node.first) }
    }
    (constants, parameters) = used
    assign { isData[$0] }
    dataCount = isData.count { $0 }
    for (place, node) in nodes.enumerated() where isLive[place] && node.operation.operandCount > 0 {
      guard dependence[place].contains(.parameters) else { continue }
      registers[place] = registerCount
      registerCount += 1
      var operation = node.operation
      if operation == .power, nodes[node.second].operation == .constant { operation = .fixedPower }
      let instruction = FormulaInstruction(
        operation: operation, first: Int32(registers[node.first]), second: Int32(registers[node.second]),
        target: Int32(registers[place]))
      if dependence[place].contains(.data) { own.append(instruction) } else { shared.append(instruction) }
    }
    root = registers[node]
    data = try Self.data(
      graph, isLive.indices.map { isLive[$0] && !dependence[$0].contains(.parameters) }, isData, columns, sampleCount)
  }

  private struct Dependence: OptionSet {
    var rawValue: Int
    static let parameters = Dependence(rawValue: 1)
    static let data = Dependence(rawValue: 2)
  }

  private static func operands(_ node: FormulaGraph.Node) -> [Int] {
    switch node.operation.operandCount {
    case 0: []
    case 1: [node.first]
    default: [node.first, node.second]
    }
  }

  /// Which nodes the root is made of.
  private static func live(_ nodes: [FormulaGraph.Node], from root: Int) -> [Bool] {
    var isLive = [Bool](repeating: false, count: nodes.count)
    isLive[root] = true
    for place in nodes.indices.reversed() where isLive[place] {
      for operand in operands(nodes[place]) { isLive[operand] = true }
    }
    return isLive
  }

  private static func dependence(_ nodes: [FormulaGraph.Node]) -> [Dependence] {
    var result: [Dependence] = []
    for node in nodes {
      switch node.operation {
      case .constant: result.append([])
      case .parameter: result.append(.parameters)
      case .column: result.append(.data)
      default: result.append(operands(node).reduce(into: []) { $0.formUnion(result[$1]) })
      }
    }
    return result
  }

  /// The rows of the nodes `isWanted`, made from those of `isNeeded`.
  private static func data(
    _ graph: FormulaGraph, _ isNeeded: [Bool], _ isWanted: [Bool], _ columns: [FormulaColumn], _ sampleCount: Int
  ) throws(InputError) -> [Double] {
    let needed = graph.nodes.indices.filter { isNeeded[$0] }
    let wanted = needed.filter { isWanted[$0] }
    guard !wanted.isEmpty else { return [] }
    var values = [Double](repeating: 0, count: graph.nodes.count)
    var rows: [Double] = []
    rows.reserveCapacity(sampleCount * wanted.count)
    for sample in 0..<sampleCount {
      for place in needed {
        let node = graph.nodes[place]
        switch node.operation {
        case .constant: values[place] = graph.constants[node.first]
        case .column: values[place] = columns[node.first].values[sample]
        default: values[place] = node.operation.value(values[node.first], values[node.second])
        }
      }
      for place in wanted {
        guard values[place].isFinite else {
          throw InputError(
            "loss", expected: "finite values of the parts that depend on data alone",
            found: "\(values[place]) in sample \(sample), counted from 0")
        }
        rows.append(values[place])
      }
    }
    return rows
  }
}
