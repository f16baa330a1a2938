import Numerics

/// A finite sum f(θ) = (1/n) Σᵢ fᵢ(θ) over n samples, with its exact derivatives on any batch.
///
/// Every quantity over a batch B of size b is the batch mean (1/b) Σ_{i∈B} kᵢ(·), kᵢ the multiplicity of i in B. One
/// conformance brings gradient descent of every kind, curvature, probes and ensembles.
///
/// An objective is an immutable value shared by all workers. What a computation needs to scribble on lives in a
/// `Workspace` that each replica owns, so that a step allocates nothing.
public protocol FiniteSumObjective<Scalar>: Sendable {
  /// The floating-point type of parameters and gradients.
  associatedtype Scalar: BinaryFloatingPoint & Sendable = Double
  /// Scratch memory of one replica.
  associatedtype Workspace = Void

  /// n, the number of samples.
  var sampleCount: Int { get }
  /// d, the number of parameters.
  var parameterCount: Int { get }
  /// The per-sample loss as a formula, with its factor ½ or without: what a report prints beside every number.
  var lossFormula: String { get }

  /// Scratch memory for one replica.
  func makeWorkspace() -> Workspace

  /// The batch mean of the loss.
  func loss(at parameters: Span<Scalar>, over batch: Batch, using workspace: inout Workspace) -> Double

  /// Writes the batch mean of the gradient (d entries).
  func gradient(
    at parameters: Span<Scalar>, over batch: Batch, into gradient: inout MutableSpan<Scalar>,
    using workspace: inout Workspace)

  /// Writes the batch mean of the Hessian times `direction` (d entries): exact, at about the cost of two gradients.
  func hessianVectorProduct(
    at parameters: Span<Scalar>, times direction: Span<Scalar>, over batch: Batch,
    into product: inout MutableSpan<Scalar>, using workspace: inout Workspace)

  /// Writes the gradients ∇fᵢ of the batch's distinct samples as rows of `gradients` (count × d, row-major),
  /// multiplicities ignored.
  func sampleGradients(
    at parameters: Span<Scalar>, over batch: Batch, into gradients: inout MutableSpan<Scalar>,
    using workspace: inout Workspace)
}

extension FiniteSumObjective where Workspace == Void {
  /// Nothing is needed.
  public func makeWorkspace() {}
}

/// The same quantities on arrays, for code where an allocation does not matter.
///
/// Spans are taken of buffers, not of the arrays: Swift 6.3 reads zeros through the `span` of a generic function's array
/// that its caller keeps on the stack, such as the literal `[log(2)]`.
extension FiniteSumObjective {
  /// The batch mean of the loss; over all samples if no batch is given.
  public func loss(at parameters: [Scalar], over batch: Batch? = nil) -> Double {
    var workspace = makeWorkspace()
    return parameters.withUnsafeBufferPointer {
      loss(at: $0.span, over: batch ?? .full(sampleCount), using: &workspace)
    }
  }

  /// The batch mean of the gradient; over all samples if no batch is given.
  public func gradient(at parameters: [Scalar], over batch: Batch? = nil) -> [Scalar] {
    var workspace = makeWorkspace()
    var result = [Scalar](repeating: 0, count: parameterCount)
    var span = result.mutableSpan
    parameters.withUnsafeBufferPointer {
      gradient(at: $0.span, over: batch ?? .full(sampleCount), into: &span, using: &workspace)
    }
    return result
  }

  /// The batch mean of the Hessian times `direction`; over all samples if no batch is given.
  public func hessianVectorProduct(
    at parameters: [Scalar], times direction: [Scalar], over batch: Batch? = nil
  ) -> [Scalar] {
    var workspace = makeWorkspace()
    var result = [Scalar](repeating: 0, count: parameterCount)
    var span = result.mutableSpan
    parameters.withUnsafeBufferPointer { parameters in
      direction.withUnsafeBufferPointer {
        hessianVectorProduct(
          at: parameters.span, times: $0.span, over: batch ?? .full(sampleCount), into: &span, using: &workspace)
      }
    }
    return result
  }

  /// The gradients of the batch's distinct samples, one array each; of all samples if no batch is given.
  public func sampleGradients(at parameters: [Scalar], over batch: Batch? = nil) -> [[Scalar]] {
    var workspace = makeWorkspace()
    let batch = batch ?? .full(sampleCount)
    var rows = [Scalar](repeating: 0, count: batch.indices.count * parameterCount)
    var span = rows.mutableSpan
    parameters.withUnsafeBufferPointer {
      sampleGradients(at: $0.span, over: batch, into: &span, using: &workspace)
    }
    return batch.indices.indices.map { Array(rows[($0 * parameterCount)..<(($0 + 1) * parameterCount)]) }
  }
}
