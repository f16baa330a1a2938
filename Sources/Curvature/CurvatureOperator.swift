import Dispatch
import Numerics
import Objectives
import Synchronization

/// A curvature matrix of a finite sum at one point, as a mean over samples: the Hessian, the Gauss–Newton matrix, Fisher
/// matrices, the covariance of the gradients.
///
/// The batch is cut into parts of equal size (but the last), each weighted by its size: ragged parts make no difference to
/// the mean. Their number depends on the batch alone, so that no bit of a product depends on the number of workers. What
/// all products share, such as a network's forward pass, is kept where it fits.
public struct CurvatureOperator<Objective: FiniteSumObjective>: SymmetricOperator
where Objective.Scalar: BLASScalar {
  /// That of the objective.
  public typealias Scalar = Objective.Scalar

  /// f.
  public let objective: Objective
  /// θ.
  public let parameters: [Scalar]
  /// What it is, loss scaling included.
  public let formula: String
  /// How many threads share a product.
  public let workers: Int
  /// The most bytes of passes that are kept for the next product.
  public let keptBytes: Int

  private let parts: [Batch]
  private let batchSize: Int
  private let partProduct: PartProduct
  /// vᵀAv of a part where there is a quicker way than by a product.
  private let partForm: PartForm?
  /// u of a part −uuᵀ, for covariances.
  private let mean: [Scalar]?

  typealias PartProduct =
    @Sendable (
      Objective, Span<Scalar>, Span<Scalar>, Batch, inout MutableSpan<Scalar>, inout Objective.Workspace
    ) -> Void

  typealias PartForm =
    @Sendable (
      Objective, Span<Scalar>, Span<Scalar>, Batch, inout Objective.Workspace
    ) -> Double

  /// The most bytes of kept passes unless something else is asked for.
  public static var defaultKeptBytes: Int { 1 << 29 }
  /// A part has this many samples or more, unless there is only one; there are at most as many parts as stated.
  private static var smallestPart: Int { 256 }
  private static var largestPartCount: Int { 8 }

  init(
    _ name: String, _ objective: Objective, at parameters: [Scalar], over batch: Batch?, workers: Int, keptBytes: Int,
    isCentred: Bool = false, form partForm: PartForm? = nil, _ partProduct: @escaping PartProduct
  ) throws(InputError) {
    try requirePoint(objective, parameters)
    let batch = batch ?? .full(objective.sampleCount)
    guard batch.size > 0, batch.indices.allSatisfy({ (0..<objective.sampleCount).contains($0) }) else {
      throw InputError(
        "batch", expected: "one or more samples from 0 to \(objective.sampleCount - 1)",
        found: batch.size == 0 ? "none" : "others")
    }
    self.objective = objective
    self.parameters = parameters
    self.workers = max(1, workers)
    self.keptBytes = keptBytes
    self.partProduct = partProduct
    self.partForm = partForm
    formula = "\(name), f = (1/\(batch.size)) Σ fᵢ, fᵢ = \(objective.lossFormula)"
    batchSize = batch.size
    let count = batch.indices.count
    var most = 1
    while most < Self.largestPartCount, count / (2 * most) >= Self.smallestPart { most *= 2 }
    parts = batch.parts(of: (count + most - 1) / most)
    mean = isCentred ? objective.gradient(at: parameters, over: batch) : nil
  }

  /// d.
  public var dimension: Int { objective.parameterCount }

  /// A workspace for each part, and its product.
  public struct Workspace {
    var parts: [Objective.Workspace]
    var products: [Scalar]
  }

  /// Room for the parts.
  public func makeWorkspace() -> Workspace {
    Workspace(
      parts: parts.map { _ in objective.makeWorkspace(keepingUpTo: keptBytes / parts.count) },
      products: [Scalar](repeating: 0, count: parts.count > 1 ? parts.count * dimension : 0))
  }

  /// The parts' passes and products, and the parameters.
  public var workspaceBytes: Int {
    let passes = parts.reduce(0) {
      $0 + objective.workspaceBytes(sampleCount: $1.indices.count, keepingUpTo: keptBytes / parts.count)
    }
    let vectors = (parts.count > 1 ? parts.count : 0) + parts.count
    return passes + vectors * dimension * MemoryLayout<Scalar>.stride
  }

  /// The mean over the batch.
  public func multiply(
    _ vector: Span<Scalar>, into product: inout MutableSpan<Scalar>, using workspace: inout Workspace
  ) {
    precondition(vector.count == dimension && product.count == dimension, "vectors like the parameters")
    if parts.count == 1 {
      parameters.withUnsafeBufferPointer {
        partProduct(objective, $0.span, vector, parts[0], &product, &workspace.parts[0])
      }
    } else {
      computeParts(vector, using: &workspace)
      addParts(workspace.products, into: &product)
    }
    guard let mean else { return }
    mean.withUnsafeBufferPointer { mean in
      let along = vector.withUnsafeBufferPointer { Vectors.dot(mean, $0) }
      product.withUnsafeMutableBufferPointer { Vectors.add(-along, mean, keeping: true, to: $0) }
    }
  }

  private func computeParts(_ vector: Span<Scalar>, using workspace: inout Workspace) {
    let d = dimension
    workspace.products.withUnsafeMutableBufferPointer { products in
      nonisolated(unsafe) let products = products
      forEachPart(vector, using: &workspace.parts) { number, parameters, vector, workspace in
        var row = UnsafeMutableBufferPointer(rebasing: products[number * d..<(number + 1) * d]).mutableSpan
        partProduct(objective, parameters, vector, parts[number], &row, &workspace)
      }
    }
  }

  /// vᵀAv as the mean over the batch, by the parts' own forms where they have them.
  public func quadraticForm(_ vector: Span<Scalar>, using workspace: inout Workspace) -> Double {
    precondition(vector.count == dimension, "a vector like the parameters")
    guard let partForm else { return formByProduct(vector, using: &workspace) }
    var forms = [Double](repeating: 0, count: parts.count)
    forms.withUnsafeMutableBufferPointer { forms in
      nonisolated(unsafe) let forms = forms
      forEachPart(vector, using: &workspace.parts) { number, parameters, vector, workspace in
        forms[number] = partForm(objective, parameters, vector, parts[number], &workspace)
      }
    }
    return zip(forms, parts).reduce(0) { $0 + Double($1.1.size) / Double(batchSize) * $1.0 }
  }

  /// Calls `body` for every part with its own workspace, by several threads: no two touch the same.
  private func forEachPart(
    _ vector: Span<Scalar>, using workspaces: inout [Objective.Workspace],
    _ body: @Sendable (Int, Span<Scalar>, Span<Scalar>, inout Objective.Workspace) -> Void
  ) {
    let next = Atomic(0)
    vector.withUnsafeBufferPointer { vector in
      parameters.withUnsafeBufferPointer { parameters in
        workspaces.withUnsafeMutableBufferPointer { workspaces in
          nonisolated(unsafe) let (vector, parameters, workspaces) = (vector, parameters, workspaces)
          DispatchQueue.concurrentPerform(iterations: min(workers, parts.count)) { _ in
            while true {
              let number = next.wrappingAdd(1, ordering: .relaxed).oldValue
              guard number < parts.count else { return }
              body(number, parameters.span, vector.span, &workspaces[number])
            }
          }
        }
      }
    }
  }

  /// The weighted sum of the parts' products, in their order.
  private func addParts(_ products: [Scalar], into product: inout MutableSpan<Scalar>) {
    let d = dimension
    product.withUnsafeMutableBufferPointer { target in
      products.withUnsafeBufferPointer { products in
        for (number, part) in parts.enumerated() {
          let row = UnsafeBufferPointer(rebasing: products[number * d..<(number + 1) * d])
          Vectors.add(Double(part.size) / Double(batchSize), row, keeping: number > 0, to: target)
        }
      }
    }
  }
}

extension CurvatureOperator {
  /// H = ∇²f, by exact Hessian-vector products.
  ///
  /// - Parameters:
  ///   - batch: the samples; all of them if none is given.
  ///   - workers: how many threads share a product; no bit depends on them.
  ///   - keptBytes: the most bytes of passes that are kept for the next product.
  /// - Throws: `InputError` for a wrong number of parameters or ones that are not finite, and for samples that are not there.
  public static func hessian(
    of objective: Objective, at parameters: [Scalar], over batch: Batch? = nil, workers: Int = 1,
    keptBytes: Int = defaultKeptBytes
  ) throws(InputError) -> CurvatureOperator {
    try CurvatureOperator(
      "∇²f", objective, at: parameters, over: batch, workers: workers, keptBytes: keptBytes,
      form: { objective, parameters, vector, batch, workspace in
        objective.hessianForm(at: parameters, along: vector, over: batch, using: &workspace)
      }
    ) { objective, parameters, vector, batch, product, workspace in
      objective.hessianVectorProduct(at: parameters, times: vector, over: batch, into: &product, using: &workspace)
    }
  }

  /// F̂ = (1/n) Σ ∇fᵢ ∇fᵢᵀ, the empirical Fisher matrix: the second moment of the gradients, with the labels of the data. It is not
  /// the Fisher information, and no approximation of the Hessian away from a good fit (Kunstner, Balles, Hennig 2019, arXiv
  /// 1905.12558).
  ///
  /// - Throws: `InputError` as ``hessian(of:at:over:workers:keptBytes:)``.
  public static func empiricalFisher(
    of objective: Objective, at parameters: [Scalar], over batch: Batch? = nil, workers: Int = 1,
    keptBytes: Int = defaultKeptBytes
  ) throws(InputError) -> CurvatureOperator {
    try CurvatureOperator(
      "(1/n) Σ ∇fᵢ ∇fᵢᵀ", objective, at: parameters, over: batch, workers: workers, keptBytes: keptBytes,
      secondMoment)
  }

  /// Σ_G = (1/n) Σ ∇fᵢ ∇fᵢᵀ − ∇f ∇fᵀ, the covariance of the gradients with divisor n: that of the noise of SGD with b = 1.
  ///
  /// - Throws: `InputError` as ``hessian(of:at:over:workers:keptBytes:)``.
  public static func gradientCovariance(
    of objective: Objective, at parameters: [Scalar], over batch: Batch? = nil, workers: Int = 1,
    keptBytes: Int = defaultKeptBytes
  ) throws(InputError) -> CurvatureOperator {
    try CurvatureOperator(
      "(1/n) Σ ∇fᵢ ∇fᵢᵀ − ∇f ∇fᵀ", objective, at: parameters, over: batch, workers: workers, keptBytes: keptBytes,
      isCentred: true, secondMoment)
  }

  private static var secondMoment: PartProduct {
    { objective, parameters, vector, batch, product, workspace in
      objective.gradientSecondMomentProduct(
        at: parameters, times: vector, over: batch, into: &product, using: &workspace)
    }
  }
}

extension CurvatureOperator where Objective: GaussNewtonObjective {
  /// G = (1/n) Σ Jᵢᵀ ∇²ℓᵢ Jᵢ, the Gauss–Newton matrix.
  ///
  /// - Throws: `InputError` as ``hessian(of:at:over:workers:keptBytes:)``.
  public static func gaussNewton(
    of objective: Objective, at parameters: [Scalar], over batch: Batch? = nil, workers: Int = 1,
    keptBytes: Int = defaultKeptBytes
  ) throws(InputError) -> CurvatureOperator {
    try CurvatureOperator(
      "(1/n) Σ Jᵢᵀ ∇²ℓᵢ Jᵢ", objective, at: parameters, over: batch, workers: workers, keptBytes: keptBytes,
      gaussNewtonProduct)
  }

  /// F = (1/n) Σ E_y[∇log p(y|xᵢ) ∇log p(y|xᵢ)ᵀ], y drawn by the model itself: the exact Fisher information. For the losses of
  /// ``GaussNewtonObjective`` it is the Gauss–Newton matrix, and computed so: nothing is sampled.
  ///
  /// - Throws: `InputError` as ``hessian(of:at:over:workers:keptBytes:)``.
  public static func exactFisher(
    of objective: Objective, at parameters: [Scalar], over batch: Batch? = nil, workers: Int = 1,
    keptBytes: Int = defaultKeptBytes
  ) throws(InputError) -> CurvatureOperator {
    try CurvatureOperator(
      "(1/n) Σ E_y[∇log p(y|xᵢ) ∇log p(y|xᵢ)ᵀ]", objective, at: parameters, over: batch, workers: workers,
      keptBytes: keptBytes, gaussNewtonProduct)
  }

  private static var gaussNewtonProduct: PartProduct {
    { objective, parameters, vector, batch, product, workspace in
      objective.gaussNewtonProduct(at: parameters, times: vector, over: batch, into: &product, using: &workspace)
    }
  }
}

/// Throws unless there are d finite parameters.
package func requirePoint<Objective: FiniteSumObjective>(
  _ objective: Objective, _ parameters: [Objective.Scalar]
) throws(InputError) where Objective.Scalar: BLASScalar {
  guard parameters.count == objective.parameterCount else {
    throw InputError(
      "parameters", expected: "\(objective.parameterCount) numbers, as the objective has", found: "\(parameters.count)")
  }
  if let place = Vectors.firstNonFinite(parameters) {
    throw InputError(
      "parameters", expected: "finite numbers", found: "\(parameters[place]) at index \(place)",
      advice: "Has the run that produced them diverged?")
  }
}
