import Numerics

/// A finite sum with an L2 penalty in every sample: fᵢ(θ) + (w/2) ‖θ‖².
///
/// Each gradient gets wθ more and each Hessian w times the identity, whatever the batch. Costs what the base costs, and d
/// multiplications; of the sample gradients, d a row.
public struct WeightDecayed<Base: FiniteSumObjective>: FiniteSumObjective where Base.Scalar == Double {
  /// The scratch memory of the base.
  public typealias Workspace = Base.Workspace

  /// What is penalised.
  public let base: Base
  /// w ≥ 0.
  public let weight: Double

  /// The base's samples, each with the penalty.
  ///
  /// - Throws: `InputError` if w is negative or not finite.
  public init(_ base: Base, weight: Double) throws(InputError) {
    guard weight >= 0, weight.isFinite else {
      throw InputError("weightDecay", expected: "a finite number from 0", found: "\(weight)")
    }
    self.base = base
    self.weight = weight
  }

  /// n of the base.
  public var sampleCount: Int { base.sampleCount }
  /// d of the base.
  public var parameterCount: Int { base.parameterCount }
  /// The base's, and (w/2) ‖θ‖².
  public var lossFormula: String { "\(base.lossFormula); + (w/2) ‖θ‖², w = \(weight)" }

  /// What the base needs.
  public func makeWorkspace() -> Base.Workspace { base.makeWorkspace() }

  /// The base's loss, and (w/2) ‖θ‖².
  public func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Base.Workspace) -> Double {
    base.loss(at: parameters, over: batch, using: &workspace) + 0.5 * weight * LinearAlgebra.dot(parameters, parameters)
  }

  /// The base's gradient, and wθ.
  public func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Base.Workspace
  ) {
    base.gradient(at: parameters, over: batch, into: &gradient, using: &workspace)
    add(parameters, to: &gradient, from: 0)
  }

  /// The base's product, and w times the direction.
  public func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Base.Workspace
  ) {
    base.hessianVectorProduct(at: parameters, times: direction, over: batch, into: &product, using: &workspace)
    add(direction, to: &product, from: 0)
  }

  /// The base's rows, each with wθ.
  public func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Base.Workspace
  ) {
    base.sampleGradients(at: parameters, over: batch, into: &gradients, using: &workspace)
    for row in batch.indices.indices { add(parameters, to: &gradients, from: row * parameterCount) }
  }

  /// target ← target + w · vector, in the entries from `offset` on.
  private func add(_ vector: Span<Double>, to target: inout MutableSpan<Double>, from offset: Int) {
    for j in 0..<vector.count { target[offset + j] += weight * vector[j] }
  }
}
