import Numerics

/// A fully connected network's loss on a data set: fᵢ(θ) = ℓ(F(xᵢ; θ), yᵢ), F a ``Network``, ℓ a ``NetworkLoss``.
///
/// A gradient costs about 6d operations a sample, a Hessian-vector product about 18d. Large layers go through BLAS, whose
/// last bits can depend on the size of the batch; small ones through loops. A step allocates nothing once the workspace
/// has seen its batch size.
public struct NetworkObjective<Scalar: NetworkScalar>: FiniteSumObjective {
  /// F.
  public let network: Network
  /// ℓ.
  public var loss: NetworkLoss { outputLoss.kind }
  /// n, the number of samples.
  public let sampleCount: Int
  /// xᵢ, n × p, row by row.
  public let inputs: [Scalar]
  let outputLoss: NetworkOutputLoss<Scalar>
  let slopeAtKink: Scalar
  /// The way of many samples through lanes, where it pays.
  let lanePlan: LanePlan?

  /// The network's loss on n samples.
  ///
  /// - Parameters:
  ///   - inputs: n × p numbers, row by row.
  ///   - targets: numbers for the squared and the logistic loss, classes for cross-entropy.
  /// - Throws: `InputError` if there is no sample, counts do not match, a number is not finite, or targets do not belong
  ///   to the loss.
  public init(
    _ network: Network, inputs: [Scalar], targets: NetworkTargets<Scalar>, loss: NetworkLoss
  ) throws(InputError) {
    let p = network.inputCount
    guard !inputs.isEmpty, inputs.count % p == 0 else {
      throw InputError("inputs", expected: "one or more rows of \(p) numbers", found: "\(inputs.count) numbers")
    }
    guard inputs.allSatisfy(\.isFinite) else {
      throw InputError("inputs", expected: "finite numbers", found: "one that is not")
    }
    self.network = network
    self.inputs = inputs
    sampleCount = inputs.count / p
    slopeAtKink = Scalar(network.slopeAtKink)
    let usesLanes = Scalar.self == Double.self && network.parameterCount <= Self.largestLaneParameterCount
    lanePlan = usesLanes ? LanePlan(network) : nil
    outputLoss = try NetworkOutputLoss(
      loss, targets, outputCount: network.outputCount, sampleCount: inputs.count / p)
  }

  /// d, the number of parameters.
  public var parameterCount: Int { network.parameterCount }
  /// m, the number of outputs.
  public var outputCount: Int { network.outputCount }
  /// Whether there is one output and the loss is squared.
  public var acceptsLabelShifts: Bool {
    if case .squared = loss { return outputCount == 1 }
    return false
  }
  /// ℓ, and the layers of F.
  public var lossFormula: String {
    "\(loss.formula(outputCount: outputCount)), F = \(network)"
  }

  /// Random parameters in the objective's precision; see ``Network/randomParameters(_:stream:)``.
  public func randomParameters(_ initialization: NetworkInitialization, stream: inout RandomStream) -> [Scalar] {
    network.randomParameters(initialization, stream: &stream).map { Scalar($0) }
  }

  /// Samples that go through the network at once: enough to keep BLAS busy, few enough to need some megabytes only.
  var largestChunk: Int { max(16, (1 << 20) / (network.inputCount + network.unitCount)) }

  /// The same for passes with tangents. Where layers are small, so few that BLAS takes its kernels for small matrices, which
  /// pack nothing: up to a million multiplications, a sixth less time.
  var largestTangentChunk: Int {
    let widest = network.stages.reduce(1) { max($0, $1.inputCount * $1.outputCount * ($1.isAffine ? 1 : 0)) }
    let small = 1_000_000 / widest & ~7
    return small >= 64 ? min(small, largestChunk) : largestChunk
  }

  /// The chunk's inputs: where they stand if they stand together, and a copy otherwise.
  @inline(__always)
  func rows(
    of batch: Batch, _ chunk: Range<Int>, _ data: UnsafePointer<Scalar>, gatheredIn copy: UnsafeMutablePointer<Scalar>
  ) -> UnsafePointer<Scalar> {
    let p = network.inputCount
    let first = batch.indices[chunk.lowerBound]
    var isTogether = true
    for place in chunk {
      let sample = batch.indices[place]
      precondition(sample >= 0 && sample < sampleCount, "a sample of the data set")
      isTogether = isTogether && sample == first &+ (place &- chunk.lowerBound)
    }
    if isTogether { return data + first &* p }
    for place in chunk {
      (copy + (place &- chunk.lowerBound) &* p).update(from: data + batch.indices[place] &* p, count: p)
    }
    return UnsafePointer(copy)
  }
}
