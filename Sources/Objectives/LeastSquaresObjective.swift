import Numerics

/// Linear least squares: fᵢ(θ) = ½ (⟨xᵢ, θ⟩ − yᵢ)², the simplest finite sum; its Hessian (1/n) Σ xᵢxᵢᵀ does not depend
/// on θ. A batch gradient costs two multiplications a stored entry of its rows, and d assignments.
public struct LeastSquaresObjective: FiniteSumObjective {
  /// xᵢ.
  public let features: FeatureRows
  /// yᵢ.
  public let targets: [Double]

  /// n, the number of samples.
  public var sampleCount: Int { targets.count }
  /// d, the number of parameters.
  public var parameterCount: Int { features.columnCount }
  /// Labels can be shifted.
  public var acceptsLabelShifts: Bool { true }
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
    try self.init(features: FeatureRows(Matrix(inputs)), targets: targets)
  }

  /// The problem with rows xᵢ of `features`, sparse ones stay sparse, and targets yᵢ.
  ///
  /// - Parameter intercept: whether a feature that is 1 in every sample is appended, the last.
  /// - Throws: `InputError` if there is no row or no column, counts do not match, or a value is not finite.
  public init(features: FeatureRows, targets: [Double], intercept: Bool = false) throws(InputError) {
    self.features = try features.checked(count: targets.count, of: "targets", intercept: intercept)
    guard targets.allSatisfy(\.isFinite), features.storedValues.allSatisfy(\.isFinite) else {
      throw InputError(
        "inputs and targets", expected: "finite values", found: "a value that is infinite or not a number")
    }
    self.targets = targets
  }

  private func residual(_ sample: Int, _ shift: Double, _ parameters: Span<Double>) -> Double {
    features.dot(row: sample, parameters) - targets[sample] - shift
  }

  /// (1/b) Σ kᵢ ½ (⟨xᵢ, θ⟩ − yᵢ)².
  public func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Void) -> Double {
    var sum = 0.0
    for (place, sample) in batch.indices.enumerated() {
      let residual = residual(sample, batch.labelShift(at: place), parameters)
      sum += Double(batch.multiplicities[place]) * residual * residual
    }
    return sum / Double(2 * batch.size)
  }

  /// (1/b) Σ kᵢ (⟨xᵢ, θ⟩ − yᵢ) xᵢ.
  public func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    features.mean(over: batch, into: &gradient) { residual($0, $1, parameters) }
  }

  /// (1/b) Σ kᵢ ⟨xᵢ, v⟩ xᵢ.
  public func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Void
  ) {
    features.mean(over: batch, into: &product) { sample, _ in features.dot(row: sample, direction) }
  }

  /// Rows (⟨xᵢ, θ⟩ − yᵢ) xᵢ.
  public func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    features.scaledRows(of: batch, into: &gradients) { residual($0, $1, parameters) }
  }
}
