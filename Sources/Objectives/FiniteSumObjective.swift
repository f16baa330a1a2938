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

  /// Whether the samples have one label each that a batch may shift; false by default.
  var acceptsLabelShifts: Bool { get }

  /// Scratch memory for one replica.
  func makeWorkspace() -> Workspace

  /// Scratch memory for many products at one point and over one batch: it may keep what all of them share, in up to
  /// `bytes`. Results are the same to the bit. By default it keeps nothing.
  func makeWorkspace(keepingUpTo bytes: Int) -> Workspace

  /// The bytes that such a workspace comes to hold, for batches of `count` samples; 0, the default, for next to nothing.
  func workspaceBytes(sampleCount count: Int, keepingUpTo bytes: Int) -> Int

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

  /// The batch mean of vᵀ∇²fᵢ v: by default from a Hessian-vector product, of which it is a part.
  func hessianForm(
    at parameters: Span<Scalar>, along direction: Span<Scalar>, over batch: Batch, using workspace: inout Workspace
  ) -> Double

  /// Writes the gradients ∇fᵢ of the batch's distinct samples as rows of `gradients` (count × d, row-major),
  /// multiplicities ignored.
  func sampleGradients(
    at parameters: Span<Scalar>, over batch: Batch, into gradients: inout MutableSpan<Scalar>,
    using workspace: inout Workspace)

  /// Writes the products ∇²fᵢ v of the batch's distinct samples with one direction as rows of `products` (count × d,
  /// row-major), multiplicities ignored. By default a Hessian-vector product a sample.
  func sampleHessianVectorProducts(
    at parameters: Span<Scalar>, times direction: Span<Scalar>, over batch: Batch,
    into products: inout MutableSpan<Scalar>, using workspace: inout Workspace)

  /// Writes Σ ∇²fᵢ vᵢ over the batch's distinct samples, a direction for each, multiplicities ignored: `directions` is
  /// count × d, row-major. By default a Hessian-vector product a sample.
  func sampleHessianVectorSum(
    at parameters: Span<Scalar>, times directions: Span<Scalar>, over batch: Batch,
    into product: inout MutableSpan<Scalar>, using workspace: inout Workspace)

  /// Writes the batch mean of ∇fᵢ ⟨∇fᵢ, v⟩: the second moment of the gradients times v. By default from the rows of
  /// ``sampleGradients(at:over:into:using:)``, some megabytes at a time.
  func gradientSecondMomentProduct(
    at parameters: Span<Scalar>, times direction: Span<Scalar>, over batch: Batch,
    into product: inout MutableSpan<Scalar>, using workspace: inout Workspace)

  /// Makes the updates of `steps` by `rule`, g the batch mean of the gradient, and returns how many were made: all of
  /// them, or up to and with the first that ends outside of `region`.
  ///
  /// There is no need to write it: the default does just that. It is a requirement so that the loop is compiled for
  /// the objective and not once for all, which is several times faster where a step takes a microsecond or less.
  ///
  /// - Parameter nextBatch: writes the batch of a step and returns its rate.
  func descend(
    _ memory: inout DescentMemory<Scalar, Workspace>, steps: Range<Int>, rule: UpdateRule, region: Region?,
    nextBatch: (Int, inout Batch) -> Double
  ) -> Int
}

extension FiniteSumObjective {
  /// Labels are fixed, or there are none.
  public var acceptsLabelShifts: Bool { false }

  /// Nothing is kept.
  public func makeWorkspace(keepingUpTo bytes: Int) -> Workspace { makeWorkspace() }

  /// Next to nothing.
  public func workspaceBytes(sampleCount count: Int, keepingUpTo bytes: Int) -> Int { 0 }

  /// ⟨v, Hv⟩.
  public func hessianForm(
    at parameters: Span<Scalar>, along direction: Span<Scalar>, over batch: Batch, using workspace: inout Workspace
  ) -> Double {
    var product = [Scalar](repeating: 0, count: parameterCount)
    product.withMutableSpan {
      hessianVectorProduct(at: parameters, times: direction, over: batch, into: &$0, using: &workspace)
    }
    var sum = 0.0
    for j in 0..<parameterCount { sum += Double(direction[j]) * Double(product[j]) }
    return sum
  }

  /// A Hessian-vector product over each sample by itself.
  public func sampleHessianVectorProducts(
    at parameters: Span<Scalar>, times direction: Span<Scalar>, over batch: Batch,
    into products: inout MutableSpan<Scalar>, using workspace: inout Workspace
  ) {
    products.withUnsafeMutableBufferPointer { rows in
      for row in batch.indices.indices {
        let range = row * parameterCount..<(row + 1) * parameterCount
        var product = UnsafeMutableBufferPointer(rebasing: rows[range]).mutableSpan
        hessianVectorProduct(
          at: parameters, times: direction, over: batch.sample(at: row), into: &product, using: &workspace)
      }
    }
  }

  /// A Hessian-vector product over each sample by itself.
  public func sampleHessianVectorSum(
    at parameters: Span<Scalar>, times directions: Span<Scalar>, over batch: Batch,
    into product: inout MutableSpan<Scalar>, using workspace: inout Workspace
  ) {
    precondition(directions.count == parameterCount * batch.indices.count, "a direction for each sample")
    for j in 0..<parameterCount { product[j] = 0 }
    var single = [Scalar](repeating: 0, count: parameterCount)
    directions.withUnsafeBufferPointer { directions in
      for row in batch.indices.indices {
        let direction = UnsafeBufferPointer(
          rebasing: directions[row * parameterCount..<(row + 1) * parameterCount])
        single.withMutableSpan {
          hessianVectorProduct(
            at: parameters, times: direction.span, over: batch.sample(at: row), into: &$0, using: &workspace)
        }
        for j in 0..<parameterCount { product[j] += single[j] }
      }
    }
  }

  /// From the gradients of some samples at a time.
  public func gradientSecondMomentProduct(
    at parameters: Span<Scalar>, times direction: Span<Scalar>, over batch: Batch,
    into product: inout MutableSpan<Scalar>, using workspace: inout Workspace
  ) {
    for j in 0..<parameterCount { product[j] = 0 }
    let most = max(1, (1 << 19) / max(1, parameterCount))
    var rows: [Scalar] = []
    for part in batch.parts(of: most) {
      let count = part.indices.count
      if rows.count != count * parameterCount { rows = [Scalar](repeating: 0, count: count * parameterCount) }
      rows.withMutableSpan { sampleGradients(at: parameters, over: part, into: &$0, using: &workspace) }
      for row in 0..<count {
        var along: Scalar = 0
        for j in 0..<parameterCount { along += rows[row * parameterCount + j] * direction[j] }
        along *= Scalar(Double(part.multiplicities[row]) / Double(batch.size))
        for j in 0..<parameterCount { product[j] += along * rows[row * parameterCount + j] }
      }
    }
  }
}

extension FiniteSumObjective where Workspace == Void {
  /// Nothing is needed.
  public func makeWorkspace() {}
}

/// The same quantities on arrays, for code where an allocation does not matter.
extension FiniteSumObjective {
  /// The batch mean of the loss; over all samples if no batch is given.
  public func loss(at parameters: [Scalar], over batch: Batch? = nil) -> Double {
    var workspace = makeWorkspace()
    return parameters.withSpan { loss(at: $0, over: batch ?? .full(sampleCount), using: &workspace) }
  }

  /// The batch mean of the gradient; over all samples if no batch is given.
  public func gradient(at parameters: [Scalar], over batch: Batch? = nil) -> [Scalar] {
    var workspace = makeWorkspace()
    var result = [Scalar](repeating: 0, count: parameterCount)
    parameters.withSpan { parameters in
      result.withMutableSpan {
        gradient(at: parameters, over: batch ?? .full(sampleCount), into: &$0, using: &workspace)
      }
    }
    return result
  }

  /// The batch mean of the Hessian times `direction`; over all samples if no batch is given.
  public func hessianVectorProduct(
    at parameters: [Scalar], times direction: [Scalar], over batch: Batch? = nil
  ) -> [Scalar] {
    var workspace = makeWorkspace()
    var result = [Scalar](repeating: 0, count: parameterCount)
    parameters.withSpan { parameters in
      direction.withSpan { direction in
        result.withMutableSpan {
          hessianVectorProduct(
            at: parameters, times: direction, over: batch ?? .full(sampleCount), into: &$0, using: &workspace)
        }
      }
    }
    return result
  }

  /// The products ∇²fᵢ v of the batch's distinct samples with one direction, one array each; of all samples if no batch is
  /// given.
  public func sampleHessianVectorProducts(
    at parameters: [Scalar], times direction: [Scalar], over batch: Batch? = nil
  ) -> [[Scalar]] {
    var workspace = makeWorkspace()
    let batch = batch ?? .full(sampleCount)
    var rows = [Scalar](repeating: 0, count: batch.indices.count * parameterCount)
    parameters.withSpan { parameters in
      direction.withSpan { direction in
        rows.withMutableSpan {
          sampleHessianVectorProducts(
            at: parameters, times: direction, over: batch, into: &$0, using: &workspace)
        }
      }
    }
    return batch.indices.indices.map { Array(rows[($0 * parameterCount)..<(($0 + 1) * parameterCount)]) }
  }

  /// The gradients of the batch's distinct samples, one array each; of all samples if no batch is given.
  public func sampleGradients(at parameters: [Scalar], over batch: Batch? = nil) -> [[Scalar]] {
    var workspace = makeWorkspace()
    let batch = batch ?? .full(sampleCount)
    var rows = [Scalar](repeating: 0, count: batch.indices.count * parameterCount)
    parameters.withSpan { parameters in
      rows.withMutableSpan { sampleGradients(at: parameters, over: batch, into: &$0, using: &workspace) }
    }
    return batch.indices.indices.map { Array(rows[($0 * parameterCount)..<(($0 + 1) * parameterCount)]) }
  }
}

/// Spans of arrays that callers hand over.
///
/// Not `Array.span`: under optimisation Swift 6.3 lets a short array literal of the caller, as in `gradient(at: [x, 1])`,
/// end before a span of it is read in the callee, and the result is made of what lies there instead. A pointer taken for
/// the length of a closure has no such trouble; `SpanLifetimeTests` watches over it.
extension Array {
  /// Lends the elements.
  @inlinable
  func withSpan<Result>(_ body: (Span<Element>) -> Result) -> Result {
    withUnsafeBufferPointer { body($0.span) }
  }

  /// Lends the elements for writing.
  @inlinable
  mutating func withMutableSpan<Result>(_ body: (inout MutableSpan<Element>) -> Result) -> Result {
    withUnsafeMutableBufferPointer { buffer in
      var span = buffer.mutableSpan
      return body(&span)
    }
  }
}
