/// A loss of a sample that is written once, generically over the numbers that it is computed with.
public protocol DifferentiableLoss: Sendable {
  /// n, the number of samples.
  var sampleCount: Int { get }
  /// d, the number of parameters.
  var parameterCount: Int { get }
  /// fᵢ as a formula.
  var lossFormula: String { get }
  /// fᵢ(θ).
  func value<Scalar: DifferentiableScalar>(sample: Int, parameters: [Scalar]) -> Scalar
}

/// An objective of a loss that nobody has derived by hand: gradients by reverse mode, products with the Hessian by reverse mode
/// over dual numbers, both exact.
///
///     struct Toy: DifferentiableLoss {
///       var inputs = [0.97, 1, 1.03]
///       var sampleCount: Int { inputs.count }
///       var parameterCount: Int { 1 }
///       var lossFormula: String { "¼ (x − xθ²)²" }
///
///       func value<Scalar: DifferentiableScalar>(sample: Int, parameters: [Scalar]) -> Scalar {
///         let x = Scalar(inputs[sample])
///         let residual = x - x * parameters[0] * parameters[0]
///         return 0.25 * residual * residual
///       }
///     }
///     let objective = DifferentiableObjective(Toy())
///     let slope = objective.gradient(at: [0.5])
public struct DifferentiableObjective<Loss: DifferentiableLoss>: FiniteSumObjective {
  /// The loss.
  public let base: Loss
  /// n, the number of samples.
  @inlinable public var sampleCount: Int { base.sampleCount }
  /// d, the number of parameters.
  @inlinable public var parameterCount: Int { base.parameterCount }
  /// fᵢ as a formula.
  @inlinable public var lossFormula: String { base.lossFormula }

  /// The mean of `loss` over its samples.
  ///
  /// - Precondition: the loss has samples and parameters.
  @inlinable
  public init(_ loss: Loss) {
    precondition(loss.sampleCount > 0 && loss.parameterCount > 0, "a loss has samples and parameters")
    base = loss
  }

  /// A tape, and parameters as the loss wants them.
  public struct Workspace {
    @usableFromInline let tape: Tape
    @usableFromInline var plain: [Double]
    @usableFromInline var taped: [TapeScalar]

    @inlinable
    init(count: Int) {
      tape = Tape()
      plain = [Double](repeating: 0, count: count)
      taped = [TapeScalar](repeating: TapeScalar(0), count: count)
    }
  }

  /// An empty tape.
  @inlinable public func makeWorkspace() -> Workspace { Workspace(count: parameterCount) }

  /// (1/b) Σ kᵢ fᵢ.
  @inlinable
  public func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Workspace) -> Double {
    for j in 0..<parameterCount { workspace.plain[j] = parameters[j] }
    var sum = 0.0
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      sum += Double(multiplicity) * base.value(sample: sample, parameters: workspace.plain)
    }
    return sum / Double(batch.size)
  }

  /// Leaves the derivatives of a sample's loss by the parameters in the first d adjoints.
  ///
  /// - Returns: whether there are any: a loss may be a constant.
  @inlinable
  func differentiate(_ sample: Int, _ workspace: inout Workspace, parameter: (Int) -> DualNumber) -> Bool {
    let tape = workspace.tape
    tape.removeAll()
    for j in 0..<parameterCount {
      let place = tape.append(-1, DualNumber(0), -1, DualNumber(0))
      workspace.taped[j] = TapeScalar(parameter(j), place: place, tape: tape)
    }
    let result = base.value(sample: sample, parameters: workspace.taped)
    guard result.place >= 0 else { return false }
    tape.reverse(from: result.place)
    return true
  }

  /// (1/b) Σ kᵢ ∇fᵢ.
  @inlinable
  public func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Workspace
  ) {
    for j in 0..<parameterCount { gradient[j] = 0 }
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      guard differentiate(sample, &workspace, parameter: { DualNumber(parameters[$0]) }) else { continue }
      let scale = Double(multiplicity) / Double(batch.size)
      for j in 0..<parameterCount { gradient[j] += scale * workspace.tape.adjoints[j].value }
    }
  }

  /// (1/b) Σ kᵢ ∇²fᵢ·v.
  @inlinable
  public func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Workspace
  ) {
    for j in 0..<parameterCount { product[j] = 0 }
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      let hasDerivatives = differentiate(sample, &workspace) { DualNumber(parameters[$0], tangent: direction[$0]) }
      guard hasDerivatives else { continue }
      let scale = Double(multiplicity) / Double(batch.size)
      for j in 0..<parameterCount { product[j] += scale * workspace.tape.adjoints[j].tangent }
    }
  }

  /// Rows ∇fᵢ.
  @inlinable
  public func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Workspace
  ) {
    for (row, sample) in batch.indices.enumerated() {
      let hasDerivatives = differentiate(sample, &workspace) { DualNumber(parameters[$0]) }
      for j in 0..<parameterCount {
        gradients[row * parameterCount + j] = hasDerivatives ? workspace.tape.adjoints[j].value : 0
      }
    }
  }
}
