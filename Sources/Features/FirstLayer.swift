import Numerics
import Objectives

/// The first layer's weights W, m × d: a row for each neuron, a column for each input, and what they say about which
/// inputs a network looks at.
///
/// Source: Beneventano, Pinto, Poggio, "How neural networks learn the support is an implicit regularization effect of
/// SGD", arXiv 2406.11110.
public struct FirstLayer: Sendable, Equatable {
  /// W, m × d.
  public let weights: Matrix

  /// m, the number of neurons.
  public var neuronCount: Int { weights.rows }
  /// d, the number of inputs.
  public var inputCount: Int { weights.columns }

  /// Takes the weights, a row for each neuron.
  ///
  /// - Throws: `InputError` if a side is 0 or an entry is not finite.
  public init(_ weights: Matrix) throws(InputError) {
    guard weights.rows > 0, weights.columns > 0 else {
      throw InputError(
        "first layer", expected: "one or more neurons and inputs", found: "\(weights.rows) × \(weights.columns)")
    }
    try requireFinite(weights, "first layer")
    self.weights = weights
  }

  /// Takes the weights of a network's first layer.
  ///
  /// - Throws: `InputError` if the parameters are not those of the network, or a weight is not finite.
  public init<Scalar: NetworkScalar>(of network: Network, at parameters: [Scalar]) throws(InputError) {
    try self.init(try network.weights(ofLayer: 0, in: parameters))
  }

  /// The focus map: ‖W_{·j}‖ for each input j, in the order of the inputs (of pixels, an image).
  public var columnNorms: [Double] { (0..<inputCount).map { LinearAlgebra.norm(weights.column($0)) } }

  /// ‖W_{i·}‖ for each neuron i.
  public var rowNorms: [Double] { (0..<neuronCount).map { row in weights.withRow(row) { LinearAlgebra.norm($0) } } }

  /// WᵀW, d × d: what the neurons know about pairs of inputs, whatever their order and orientation.
  public var gram: Matrix { weights.transposed().gram() }

  /// The rank and the effective rank of W.
  public func rank(tolerance: Double = 1e-4) throws(InputError) -> JacobianRank {
    try JacobianRank(of: weights, tolerance: tolerance)
  }

  /// The weights on relevant inputs and on the others.
  ///
  /// - Throws: `InputError` if an input does not exist or is named twice.
  public func norms(relevant: [Int]) throws(InputError) -> InputNorms {
    var isRelevant = [Bool](repeating: false, count: inputCount)
    for input in relevant {
      guard (0..<inputCount).contains(input), !isRelevant[input] else {
        throw InputError(
          "relevant inputs", expected: "different numbers from 0 to \(inputCount - 1)",
          found: "\(input)"
            + ((0..<inputCount).contains(input) ? ", twice" : ""))
      }
      isRelevant[input] = true
    }
    let norms = columnNorms
    return InputNorms(
      relevant: LinearAlgebra.norm(norms.indices.filter { isRelevant[$0] }.map { norms[$0] }),
      irrelevant: LinearAlgebra.norm(norms.indices.filter { !isRelevant[$0] }.map { norms[$0] }),
      relevantCount: relevant.count, irrelevantCount: inputCount - relevant.count)
  }
}

/// How large the first layer's weights are on the inputs that the target depends on, and on the others.
public struct InputNorms: Sendable, Hashable {
  /// The Frobenius norm of the columns of relevant inputs.
  public let relevant: Double
  /// The Frobenius norm of the columns of the other inputs.
  public let irrelevant: Double
  /// r, the number of relevant inputs.
  public let relevantCount: Int
  /// d − r.
  public let irrelevantCount: Int

  /// (irrelevant/√(d − r)) / (relevant/√r): the root mean square norm of an irrelevant column in units of a relevant one; 1 for
  /// random weights, 0 where the support is found. Not a number if inputs of one kind are missing.
  public var columnRatio: Double {
    guard relevantCount > 0, irrelevantCount > 0 else { return .nan }
    return (irrelevant / Double(irrelevantCount).squareRoot()) / (relevant / Double(relevantCount).squareRoot())
  }
}
