import Numerics
import Objectives

/// A convex quadratic with known eigenvalues, away from the origin, of several samples with gradients of their own.
struct KnownQuadratic {
  let objective: QuadraticSumObjective
  let hessian: Matrix
  let centre: [Double]

  /// Σ λₖ vₖvₖᵀ with random orthonormal vₖ around a random centre; the samples' Hessians differ, their mean is this.
  init(eigenvalues: [Double], centre: [Double]? = nil, seed: UInt64 = 3) throws {
    let d = eigenvalues.count
    var stream = RandomStream(RandomKey(seed: seed, purpose: .data))
    let basis = try LinearAlgebra.symmetricEigendecomposition(
      of: Self.symmetric(d, &stream)
    ).vectors
    var hessian = Matrix(rows: d, columns: d)
    for i in 0..<d {
      for j in 0..<d {
        hessian[i, j] = (0..<d).reduce(0) { $0 + eigenvalues[$1] * basis[$1, i] * basis[$1, j] }
      }
    }
    let centre = centre ?? stream.gaussian(count: d).map { $0 + ($0 < 0 ? -0.5 : 0.5) }
    let difference = Self.symmetric(d, &stream)
    var entries: [Double] = []
    for sign in [1.0, -1] {
      for i in 0..<d {
        for j in 0..<d { entries.append(0.5 * (hessian[i, j] + hessian[j, i]) + sign * difference[i, j]) }
      }
    }
    let pull = stream.gaussian(count: d)
    self.hessian = hessian
    self.centre = centre
    objective = try QuadraticSumObjective(
      hessians: entries, sampleCount: 2, dimension: d, gradients: pull + pull.map { -$0 }, centre: centre)
  }

  private static func symmetric(_ d: Int, _ stream: inout RandomStream) -> Matrix {
    var result = Matrix(rows: d, columns: d)
    for i in 0..<d {
      for j in 0...i {
        result[i, j] = stream.gaussian(count: 1)[0]
        result[j, i] = result[i, j]
      }
    }
    return result
  }

  /// C H C.
  func scaled(by c: [Double]) -> Matrix {
    var result = hessian
    for i in c.indices { for j in c.indices { result[i, j] *= c[i] * c[j] } }
    return result
  }
}

/// ½ ‖θ‖² where all |θⱼ| < 1, and beyond what is given.
struct Cliff: FiniteSumObjective {
  let sampleCount = 1
  let parameterCount: Int
  var beyond = Double.infinity
  let lossFormula = "½ ‖θ‖² within a box"

  func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Void) -> Double {
    var sum = 0.0
    for j in 0..<parameterCount {
      if abs(parameters[j]) >= 1 { return beyond }
      sum += 0.5 * parameters[j] * parameters[j]
    }
    return sum
  }

  func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    for j in 0..<parameterCount { gradient[j] = parameters[j] }
  }

  func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Void
  ) {
    for j in 0..<parameterCount { product[j] = direction[j] }
  }

  func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    gradient(at: parameters, over: batch, into: &gradients, using: &workspace)
  }
}

/// A small ReLU network on random data.
struct ReLUProblem<Scalar: NetworkScalar> {
  let objective: NetworkObjective<Scalar>
  let parameters: [Scalar]
  var network: Network { objective.network }

  init(_ widths: [Int], bias: Bool = true, samples: Int = 6, seed: UInt64 = 5) throws {
    var stream = RandomStream(RandomKey(seed: seed, purpose: .data))
    let network = try Network(widths: widths, activation: .relu, bias: bias)
    let inputs = stream.gaussian(count: samples * network.inputCount).map { Scalar($0) }
    let targets = stream.gaussian(count: samples * network.outputCount).map { Scalar($0) }
    objective = try NetworkObjective(network, inputs: inputs, targets: .values(targets), loss: .squared())
    parameters = network.randomParameters(.pyTorch, stream: &stream).map { Scalar($0) }
  }

  /// The parameters after the units of hidden layer `layer` (the place of its weights) are scaled by `factors`, and what reads them
  /// the other way round: the same function.
  func rescaled(layer: Int, by factors: [Double]) -> [Scalar] {
    var result = parameters
    let blocks = network.parameterBlocks
    for block in blocks where block.name.hasPrefix("\(layer).") {
      let row = block.range.count / factors.count
      for j in 0..<block.range.count { result[block.range.lowerBound + j] *= Scalar(factors[j / row]) }
    }
    for block in blocks where block.name == "\(layer + 2).weight" {
      for j in 0..<block.range.count { result[block.range.lowerBound + j] /= Scalar(factors[j % factors.count]) }
    }
    return result
  }
}
