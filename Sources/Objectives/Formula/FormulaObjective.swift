import Numerics

/// A column of data that a formula can name: a number for each sample.
public struct FormulaColumn: Sendable, Equatable {
  /// What formulas call it.
  public var name: String
  /// One for each sample.
  public var values: [Double]

  /// Names a column.
  public init(_ name: String, _ values: [Double]) {
    self.name = name
    self.values = values
  }
}

/// A loss written as a formula: fᵢ(θ) = `0.25*(y - x*theta[0]^2)^2`, for models that nobody has derived by hand.
///
/// A formula has numbers, `+ - * / ^`, brackets, the functions of ``ElementaryFunction`` and `max min pow` of two arguments,
/// parameters `theta[0]`, `theta[1]` … (or `θ[0]`), columns and constants by name, `pi`, and sums that are written out,
/// `sum(k, 0, 9, theta[k]*x[k])`, where `x[k]` is the column x0, x1 … . `-x^2` is −(x²).
///
/// It is compiled to instructions on registers, equal parts once, parts without parameters beforehand, parts without data once
/// a batch. Gradients come from reverse mode, products with the Hessian from reverse mode over dual numbers: both exact, in a
/// small multiple of the time of the loss. At kinks one derivative is chosen: abs′(0) = relu′(0) = 0, and max and min are
/// their first argument where both are equal.
public struct FormulaObjective: FiniteSumObjective {
  /// n, the number of samples.
  public let sampleCount: Int
  /// d, the number of parameters.
  public let parameterCount: Int
  /// The formula as it was written.
  public let lossFormula: String
  private let program: FormulaProgram

  /// The largest number of parameters of a formula.
  public static let largestParameterCount = 100_000

  /// How many operations a sample's loss takes.
  public var operationCount: Int { program.own.count }

  /// The mean over samples of a formula.
  ///
  /// - Parameters:
  ///   - loss: the formula of a sample's loss.
  ///   - columns: the data. Without any there is one sample.
  ///   - constants: the numbers that names stand for.
  ///   - parameterCount: d; by default as many as the formula needs.
  /// - Throws: `InputError` at `loss: character …` for a formula that cannot be read, for names that clash or are none, and for
  ///   columns that are empty, of different lengths or not finite.
  public init(
    loss: String, columns: [FormulaColumn] = [], constants: [String: Double] = [:], parameterCount: Int? = nil
  ) throws(InputError) {
    let n = columns.first?.values.count ?? 1
    if let parameterCount, !(1...Self.largestParameterCount).contains(parameterCount) {
      throw InputError(
        "parameters", expected: "a number from 1 to \(Self.largestParameterCount)", found: "\(parameterCount)")
    }
    let names = try Self.names(columns, constants, parameterCount)
    var parser = try FormulaParser(loss, names: names)
    let root = try parser.parse()
    guard parser.parameterCount > 0 else {
      throw InputError("loss", expected: "a formula with parameters, such as theta[0]", found: "none in it")
    }
    program = try FormulaProgram(parser.graph, root: root, columns: columns, sampleCount: n)
    sampleCount = n
    self.parameterCount = parser.parameterCount
    lossFormula = loss
  }

  private static func names(
    _ columns: [FormulaColumn], _ constants: [String: Double], _ parameterCount: Int?
  ) throws(InputError) -> FormulaParser.Names {
    var places: [String: Int] = [:]
    for (place, column) in columns.enumerated() {
      guard places.updateValue(place, forKey: column.name) == nil else {
        throw InputError("columns", expected: "a name for each", found: "two of the name \(column.name)")
      }
      guard column.values.count == columns[0].values.count, !column.values.isEmpty else {
        throw InputError(
          "columns", expected: "one or more values, as many in all columns",
          found: "\(column.values.count) in \(column.name), \(columns[0].values.count) in \(columns[0].name)")
      }
      guard column.values.allSatisfy(\.isFinite) else {
        throw InputError("columns", expected: "finite values", found: "others in \(column.name)")
      }
    }
    for (name, value) in constants.sorted(by: { $0.key < $1.key }) {
      guard FormulaToken.isName(name) else {
        throw InputError("constants", expected: "names of letters, digits and _", found: "\"\(name)\"")
      }
      guard !FormulaParser.reserved.contains(name), places[name] == nil else {
        throw InputError(
          "constants", expected: "names that nothing else has", found: name,
          advice: places[name] == nil ? "It has a meaning in every formula." : "A column is called so.")
      }
      guard value.isFinite else {
        throw InputError("constants", expected: "finite numbers", found: "\(name) = \(value)")
      }
    }
    return FormulaParser.Names(columns: places, constants: constants, parameterCount: parameterCount)
  }

  /// The registers of one replica.
  public struct Workspace: Sendable {
    var memory: [Double]
  }

  /// Room for four numbers a register.
  public func makeWorkspace() -> Workspace {
    var memory = [Double](repeating: 0, count: 4 * program.registerCount)
    for (place, value) in program.constants.enumerated() { memory[place] = value }
    return Workspace(memory: memory)
  }

  // MARK: - Evaluations

  /// Lends registers, the two parts of the program and the data.
  @inline(__always)
  private func withProgram(
    _ workspace: inout Workspace,
    _ body: (FormulaRegisters, _ shared: FormulaInstructions, _ own: FormulaInstructions, UnsafeBufferPointer<Double>)
      -> Void
  ) {
    workspace.memory.withUnsafeMutableBufferPointer { memory in
      guard let base = memory.baseAddress else { return }
      let registers = FormulaRegisters(base, count: program.registerCount)
      program.shared.withUnsafeBufferPointer { shared in
        program.own.withUnsafeBufferPointer { own in
          program.data.withUnsafeBufferPointer { data in body(registers, shared, own, data) }
        }
      }
    }
  }

  @inline(__always)
  private func load(_ parameters: Span<Double>, into values: UnsafeMutablePointer<Double>) {
    for (place, index) in program.parameters.enumerated() { values[program.parameterBase + place] = parameters[index] }
  }

  @inline(__always)
  private func load(_ sample: Int, _ data: UnsafeBufferPointer<Double>, into values: UnsafeMutablePointer<Double>) {
    let (count, base) = (program.dataCount, program.dataBase)
    for place in 0..<count { values[base + place] = data[sample * count + place] }
  }

  /// Clears what is summed up over samples: all but the results, which the program clears itself.
  @inline(__always)
  private func clear(_ adjoints: UnsafeMutablePointer<Double>) {
    for place in 0..<(program.dataBase + program.dataCount) { adjoints[place] = 0 }
  }

  /// (1/b) Σ kᵢ fᵢ.
  public func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Workspace) -> Double {
    var sum = 0.0
    withProgram(&workspace) { registers, shared, own, data in
      load(parameters, into: registers.values)
      FormulaInstruction.run(shared, registers)
      for place in batch.indices.indices {
        load(batch.indices[place], data, into: registers.values)
        FormulaInstruction.run(own, registers)
        sum += Double(batch.multiplicities[place]) * registers.values[program.root]
      }
    }
    return sum / Double(batch.size)
  }

  /// (1/b) Σ kᵢ ∇fᵢ.
  public func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Workspace
  ) {
    withProgram(&workspace) { registers, shared, own, data in
      load(parameters, into: registers.values)
      clear(registers.adjoints)
      FormulaInstruction.run(shared, registers)
      for place in batch.indices.indices {
        load(batch.indices[place], data, into: registers.values)
        FormulaInstruction.run(own, registers)
        registers.adjoints[program.root] += Double(batch.multiplicities[place]) / Double(batch.size)
        FormulaInstruction.reverse(own, registers)
      }
      FormulaInstruction.reverse(shared, registers)
    }
    collect(workspace.memory, part: 1, into: &gradient, from: 0)
  }

  /// (1/b) Σ kᵢ ∇²fᵢ·v.
  public func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Workspace
  ) {
    withProgram(&workspace) { registers, shared, own, data in
      load(parameters, into: registers.values)
      load(direction, into: registers.tangents)
      clear(registers.adjoints)
      clear(registers.adjointTangents)
      FormulaInstruction.runTangents(shared, registers)
      for place in batch.indices.indices {
        load(batch.indices[place], data, into: registers.values)
        FormulaInstruction.runTangents(own, registers)
        registers.adjoints[program.root] += Double(batch.multiplicities[place]) / Double(batch.size)
        FormulaInstruction.reverseTangents(own, registers)
      }
      FormulaInstruction.reverseTangents(shared, registers)
    }
    collect(workspace.memory, part: 3, into: &product, from: 0)
  }

  /// Rows ∇fᵢ.
  public func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Workspace
  ) {
    for (row, sample) in batch.indices.enumerated() {
      withProgram(&workspace) { registers, shared, own, data in
        load(parameters, into: registers.values)
        clear(registers.adjoints)
        FormulaInstruction.run(shared, registers)
        load(sample, data, into: registers.values)
        FormulaInstruction.run(own, registers)
        registers.adjoints[program.root] += 1
        FormulaInstruction.reverse(own, registers)
        FormulaInstruction.reverse(shared, registers)
      }
      collect(workspace.memory, part: 1, into: &gradients, from: row * parameterCount)
    }
  }

  /// Copies what has arrived at the parameters; those that do not occur have 0.
  @inline(__always)
  private func collect(_ memory: [Double], part: Int, into result: inout MutableSpan<Double>, from begin: Int) {
    for j in 0..<parameterCount { result[begin + j] = 0 }
    let base = part * program.registerCount + program.parameterBase
    for (place, index) in program.parameters.enumerated() { result[begin + index] = memory[base + place] }
  }
}
