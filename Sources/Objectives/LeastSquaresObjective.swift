import Numerics

/// Linear least squares: fᵢ(θ) = ½ (⟨xᵢ, θ⟩ − yᵢ)², the simplest finite sum; its Hessian (1/n) Σ xᵢxᵢᵀ does not depend
/// on θ.
public struct LeastSquaresObjective: FiniteSumObjective {
  private let inputs: [Double]
  private let targets: [Double]
  /// d, the number of parameters.
  public let parameterCount: Int

  /// n, the number of samples.
  public var sampleCount: Int { targets.count }
  /// ½ (⟨xᵢ, θ⟩ − yᵢ)².
  public var lossFormula: String { "½ (⟨xᵢ, θ⟩ − yᵢ)²" }

  /// The problem with rows xᵢ of `inputs` and targets yᵢ.
  ///
  /// - Throws: `InputError` if there is no row, rows differ in length, counts do not match, or a value is not finite.
  public init(inputs: [[Double]], targets: [Double]) throws(InputError) {
    guard let dimension = inputs.first?.count, dimension > 0, inputs.allSatisfy({ $0.count == dimension }) else {
      throw InputError(
        "inputs", expected: "one or more rows of equal, positive length",
        found: inputs.isEmpty ? "no row" : "rows of lengths \(Set(inputs.map(\.count)).sorted())")
    }
    guard targets.count == inputs.count else {
      throw InputError("targets", expected: "\(inputs.count) values, one a row of inputs", found: "\(targets.count)")
    }
    guard targets.allSatisfy(\.isFinite), inputs.allSatisfy({ $0.allSatisfy(\.isFinite) }) else {
      throw InputError(
        "inputs and targets", expected: "finite values", found: "a value that is infinite or not a number")
    }
    self.inputs = inputs.flatMap { $0 }
    self.targets = targets
    parameterCount = dimension
  }

  private func product(_ sample: Int, _ vector: Span<Double>) -> Double {
    var sum = 0.0
    for j in 0..<parameterCount { sum += inputs[sample * parameterCount + j] * vector[j] }
    return sum
  }

  /// (1/b) Σ kᵢ ½ (⟨xᵢ, θ⟩ − yᵢ)².
  public func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Void) -> Double {
    var sum = 0.0
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      let residual = product(sample, parameters) - targets[sample]
      sum += Double(multiplicity) * residual * residual
    }
    return sum / Double(2 * batch.size)
  }

  /// (1/b) Σ kᵢ (⟨xᵢ, θ⟩ − yᵢ) xᵢ.
  public func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    accumulate(over: batch, into: &gradient) { product($0, parameters) - targets[$0] }
  }

  /// (1/b) Σ kᵢ ⟨xᵢ, v⟩ xᵢ.
  public func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Void
  ) {
    accumulate(over: batch, into: &product) { self.product($0, direction) }
  }

  /// Rows (⟨xᵢ, θ⟩ − yᵢ) xᵢ.
  public func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    for (row, sample) in batch.indices.enumerated() {
      let residual = product(sample, parameters) - targets[sample]
      for j in 0..<parameterCount {
        gradients[row * parameterCount + j] = residual * inputs[sample * parameterCount + j]
      }
    }
  }

  /// Writes (1/b) Σ kᵢ weight(i) xᵢ.
  private func accumulate(over batch: Batch, into result: inout MutableSpan<Double>, weight: (Int) -> Double) {
    for j in 0..<parameterCount { result[j] = 0 }
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      let scale = Double(multiplicity) * weight(sample) / Double(batch.size)
      for j in 0..<parameterCount { result[j] += scale * inputs[sample * parameterCount + j] }
    }
  }
}
