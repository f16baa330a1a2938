import Curvature
import Foundation
import Numerics
import Objectives

/// A finite sum small enough to check by hand, with its per-sample loss written a second time, naively, from the definition.
///
/// Every objective of the library belongs in `all`; every check of `FiniteSumTests` then runs on it.
struct TinyProblem: Sendable, CustomStringConvertible {
  var description: String
  var sampleCount: Int
  var parameterCount: Int
  /// Parameters at least 0.02 away from every kink, so that finite differences see one smooth piece.
  var points: [[Double]]
  /// fᵢ from its definition.
  var sampleLoss: @Sendable (_ sample: Int, _ parameters: [Double]) -> Double

  var loss: @Sendable ([Double], Batch?) -> Double
  var gradient: @Sendable ([Double], Batch?) -> [Double]
  var hessianVectorProduct: @Sendable ([Double], [Double], Batch?) -> [Double]
  var sampleGradients: @Sendable ([Double], Batch?) -> [[Double]]
  var sampleHessianVectorProducts: @Sendable ([Double], [Double], Batch?) -> [[Double]]
  var denseHessian: @Sendable ([Double], Batch?) -> [Double]
  var hessianTrace: @Sendable ([Double]) -> Double

  init<Objective: FiniteSumObjective>(
    _ description: String, _ objective: Objective, points: [[Double]],
    sampleLoss: @escaping @Sendable (Int, [Double]) -> Double
  ) where Objective.Scalar == Double {
    self.description = description
    sampleCount = objective.sampleCount
    parameterCount = objective.parameterCount
    self.points = points
    self.sampleLoss = sampleLoss
    loss = { objective.loss(at: $0, over: $1) }
    gradient = { objective.gradient(at: $0, over: $1) }
    hessianVectorProduct = { objective.hessianVectorProduct(at: $0, times: $1, over: $2) }
    sampleGradients = { objective.sampleGradients(at: $0, over: $1) }
    sampleHessianVectorProducts = { objective.sampleHessianVectorProducts(at: $0, times: $1, over: $2) }
    denseHessian = { objective.denseHessian(at: $0, over: $1) }
    hessianTrace = { objective.hessianTrace(at: $0) }
  }

  /// All of them; an input that the library refuses is a failure of every test that asks.
  static func all() throws -> [TinyProblem] {
    var problems: [TinyProblem] = []
    for (n, d) in [(1, 1), (4, 3), (6, 4)] { problems.append(try leastSquares(n, d)) }
    problems += try quadraticSums() + [styblinskiTang(), quadraticMinimum(), tanhNetwork(1, 3), tanhNetwork(2, 4)]
    for loss in MarginLoss.allCases {
      for isSparse in [false, true] {
        for intercept in [false, true] {
          problems.append(try linearModel(loss, isSparse: isSparse, intercept: intercept))
        }
      }
    }
    problems.append(try sparseLeastSquares())
    problems += try diagonalNetworks()
    problems += try weightDecayed()
    problems += try TinyNetwork.all().map(\.problem)
    problems += try weightDecayed() + formulas() + differentiable()
    for activation in AutoencoderObjective.Activation.allCases {
      for (name, data) in try dataSets() { problems.append(autoencoder(name, data, activation)) }
    }
    return problems
  }

  static func dataSets() throws -> [(name: String, data: AutoencoderData)] {
    var stream = testStream(1)
    return [
      ("one vector", try .standardBasis(count: 1, dimension: 2)),
      ("standard basis", try .standardBasis(count: 4, dimension: 5)),
      ("standard basis of the whole space", try .standardBasis(count: 6, dimension: 6)),
      ("random orthonormal", try .randomOrthonormal(count: 4, dimension: 7, stream: &stream)),
      ("positively correlated", try .equicorrelated(count: 4, dimension: 4, correlation: 0.3)),
      ("negatively correlated", try .equicorrelated(count: 6, dimension: 7, correlation: -0.15)),
      ("any length", try AutoencoderData(count: 3, dimension: 3, values: [1, 2, -0.5, 0.3, 0, 0.7, -1.5, 0.2, 0.9])),
      (
        "more vectors than dimensions",
        try AutoencoderData(count: 4, dimension: 2, values: [1, 0, 0, 2, -1, 1, 0.5, 0.5])
      ),
    ]
  }

  private static func leastSquares(_ n: Int, _ d: Int) throws -> TinyProblem {
    var stream = testStream(2)
    let inputs = (0..<n).map { _ in stream.gaussian(count: d) }
    let targets = stream.gaussian(count: n)
    let points = (0..<3).map { _ in stream.gaussian(count: d) }
    let objective = try LeastSquaresObjective(inputs: inputs, targets: targets)
    return TinyProblem("least squares, \(n) samples of \(d)", objective, points: points) { sample, θ in
      let residual = zip(inputs[sample], θ).map { $0 * $1 }.reduce(0, +) - targets[sample]
      return residual * residual / 2
    }
  }

  /// Matrices and factors, with gradients and a centre and without.
  private static func quadraticSums() throws -> [TinyProblem] {
    var stream = testStream(5)
    let (n, m, d) = (4, 2, 3)
    let jacobians = stream.gaussian(count: n * m * d)
    let (gradients, centre) = (stream.gaussian(count: n * d), stream.gaussian(count: d))
    let hessians = (0..<n).map { i in
      (0..<d).map { j in
        (0..<d).map { k in
          (0..<m).reduce(0.0) { $0 + jacobians[(i * m + $1) * d + j] * jacobians[(i * m + $1) * d + k] }
        }
      }
    }
    let points = (0..<3).map { _ in stream.gaussian(count: d) }
    func loss(_ isPlain: Bool) -> @Sendable (Int, [Double]) -> Double {
      { i, θ in
        let x = isPlain ? θ : zip(θ, centre).map { $0 - $1 }
        let quadratic = (0..<d).reduce(0.0) { $0 + x[$1] * dot(hessians[i][$1], x) } / 2
        return isPlain ? quadratic : quadratic + dot(Array(gradients[i * d..<(i + 1) * d]), x)
      }
    }
    let matrices = hessians.flatMap { $0.flatMap { $0 } }
    return [
      TinyProblem(
        "quadratic sum of matrices", try QuadraticSumObjective(hessians: matrices, sampleCount: n, dimension: d),
        points: points, sampleLoss: loss(true)),
      TinyProblem(
        "inhomogeneous quadratic sum of factors",
        try QuadraticSumObjective(
          jacobians: jacobians, sampleCount: n, outputCount: m, dimension: d, gradients: gradients, centre: centre),
        points: points, sampleLoss: loss(false)),
    ]
  }

  private static func styblinskiTang() throws -> TinyProblem {
    let (a, b, c) = (
      [[1.2, 0.3], [0.8, 1.1], [1, 0.5]], [[0.5, 1], [1, 0.2], [0.3, 0.7]], [[1, -1], [0.2, 2], [0, 0.4]]
    )
    let objective = try StyblinskiTangObjective(quartic: a, quadratic: b, linear: c)
    let points = [[0.3, -0.5], [1.1, 0.2], [-0.7, 0.9]]
    return TinyProblem("quartic double wells", objective, points: points) { i, θ in
      var sum = 0.0
      for (j, x) in θ.enumerated() {
        let square = x * x
        sum += a[i][j] * square * square / 2
        sum += 2.5 * c[i][j] * x - 8 * b[i][j] * square
      }
      return sum
    }
  }

  /// Points where each bowl is the lowest for some sample.
  private static func quadraticMinimum() throws -> TinyProblem {
    let centres = [[0.0, 0], [2, 1], [-1, 1]]
    let curvatures = [[[3.0, 1], [0.5, 2]], [[1, 1], [1, 0.2]], [[2, 0.5], [0.1, 4]]]
    let objective = try QuadraticMinimumObjective(
      bowls: zip(centres, curvatures).map { .init(centre: $0, curvatures: $1) })
    let points = [[0.2, 0.1], [1.7, 0.9], [-0.8, 1.3]]
    return TinyProblem("minimum of bowls", objective, points: points) { i, θ in
      var lowest = Double.infinity
      for (centre, bowl) in zip(centres, curvatures) {
        let x = zip(θ, centre).map { $0 - $1 }
        lowest = min(lowest, dot(bowl[i], zip(x, x).map { $0 * $1 }) / 2)
      }
      return lowest
    }
  }

  private static func tanhNetwork(_ p: Int, _ h: Int) throws -> TinyProblem {
    var stream = testStream(6)
    let inputs = (0..<4).map { _ in stream.gaussian(count: p) }
    let targets = stream.gaussian(count: 4)
    let objective = try TanhNetworkObjective(inputs: inputs, targets: targets, hiddenCount: h)
    let points = (0..<3).map { _ in stream.gaussian(count: objective.parameterCount).map { 0.5 * $0 } }
    return TinyProblem("tanh network of \(p) inputs", objective, points: points) { i, θ in
      var output = θ[h * (p + 2)]
      for k in 0..<h {
        output += θ[h * (p + 1) + k] * tanh(dot(Array(θ[k * p..<(k + 1) * p]), inputs[i]) + θ[h * p + k])
      }
      return (output - targets[i]) * (output - targets[i]) / 2
    }
  }

  private static func diagonalNetworks() throws -> [TinyProblem] {
    var stream = testStream(7)
    let (n, p) = (4, 3)
    let (rows, targets) = ((0..<n).map { _ in stream.gaussian(count: p) }, stream.gaussian(count: n))
    let points = (0..<3).map { _ in stream.gaussian(count: 2 * p) }
    return try DiagonalNetworkObjective<Double>.Form.allCases.flatMap { form in
      try [true, false].map { half in
        let objective = try DiagonalNetworkObjective(form, features: rows.flatMap { $0 }, targets: targets, half: half)
        return TinyProblem("diagonal network, \(form), \(half)", objective, points: points) { i, θ in
          var residual = -targets[i]
          for j in 0..<p {
            residual += rows[i][j] * (form == .product ? θ[j] * θ[p + j] : θ[j] * θ[j] - θ[p + j] * θ[p + j])
          }
          return (half ? 0.5 : 1) * residual * residual
        }
      }
    }
  }

  private static func autoencoder(
    _ name: String, _ data: AutoencoderData, _ activation: AutoencoderObjective.Activation
  ) -> TinyProblem {
    let objective = AutoencoderObjective(data: data, activation: activation)
    return TinyProblem(
      "\(activation) autoencoder, \(name)", objective, points: pointsAwayFromKinks(data)
    ) { sample, w in
      let a = row(sample, of: data)
      let c = dot(w, a)
      let φ = activation == .relu ? max(c, 0) : c
      // ½ ‖a − w φ‖², entry by entry.
      return zip(a, w).map { ($0 - $1 * φ) * ($0 - $1 * φ) }.reduce(0, +) / 2
    }
  }

  /// Norms below 1, between 1 and √2, and above, each with every |cᵢ| > 0.02.
  static func pointsAwayFromKinks(_ data: AutoencoderData) -> [[Double]] {
    var stream = testStream(3)
    var points: [[Double]] = []
    while points.count < 3 {
      let w = stream.sphere(count: data.dimension, radius: [0.6, 1.2, 2][points.count])
      if (0..<data.count).allSatisfy({ abs(dot(w, row($0, of: data))) > 0.02 }) { points.append(w) }
    }
    return points
  }
}

// MARK: - Small helpers of these tests

/// A stream for a test: fixed, and different for each seed.
func testStream(_ seed: UInt64) -> RandomStream { RandomStream(RandomKey(seed: seed, purpose: .measurement)) }

/// A number of 0..<count.
func draw(_ stream: inout RandomStream, below count: Int) -> Int {
  min(count - 1, Int(stream.uniform() * Double(count)))
}

func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

func row(_ i: Int, of data: AutoencoderData) -> [Double] {
  Array(data.rows[(i * data.dimension)..<((i + 1) * data.dimension)])
}

/// max |aᵢ − bᵢ|, infinite where the lengths differ or something is not a number.
func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  let differences = zip(a, b).map { abs($0 - $1) }
  return differences.contains { $0.isNaN } ? .infinity : differences.max() ?? 0
}

/// Every multiset of `size` members of 0..<n, as ascending lists.
func multisets(of n: Int, size: Int, from first: Int = 0) -> [[Int]] {
  if size == 0 { return [[]] }
  return (first..<n).flatMap { member in multisets(of: n, size: size - 1, from: member).map { [member] + $0 } }
}

/// Every non-empty subset of 0..<n, as ascending lists.
func subsets(of n: Int) -> [[Int]] {
  (1..<(1 << n)).map { mask in (0..<n).filter { mask >> $0 & 1 == 1 } }
}
