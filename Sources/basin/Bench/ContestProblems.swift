import Curvature
import Formats
import Numerics
import Objectives

/// A dense symmetric matrix with its spectrum, on which estimators are measured.
struct ContestProblem: Sendable {
  var name: String
  var matrix: MatrixOperator
  /// Ascending.
  var eigenvalues: [Double]

  init(_ name: String, _ matrix: MatrixOperator) throws(InputError) {
    self.name = name
    self.matrix = matrix
    eigenvalues = try LinearAlgebra.symmetricEigenvalues(of: matrix.matrix)
  }

  var trace: Double { (0..<matrix.dimension).reduce(0) { $0 + matrix.matrix[$1, $1] } }
  var largest: Double { eigenvalues[eigenvalues.count - 1] }
}

extension ContestProblem {
  /// The Hessians of four small networks on 128 Gaussian samples, at PyTorch's initialisation and after gradient descent.
  static func networks() throws(InputError) -> [ContestProblem] {
    [
      try network("h0", "mlp:20-32-1:tanh", steps: 0, step: 0.1, seed: 0),
      try network("h1", "mlp:20-32-1:tanh", steps: 500, step: 0.1, seed: 1),
      try network("h2", "mlp:10-16-16-4:relu", steps: 300, step: 0.1, seed: 2),
      try network("h3", "mlp:8-20-20-1:relu", steps: 500, step: 0.05, seed: 3),
    ]
  }

  private static func network(
    _ name: String, _ shape: String, steps: Int, step: Double, seed: UInt64
  ) throws(InputError) -> ContestProblem {
    let (network, seeds, count) = (try Network(parsing: shape), Seeds(master: seed), 128)
    var stream = RandomStream(seeds.key(.data))
    let (p, m) = (network.inputCount, network.outputCount)
    let inputs = stream.gaussian(count: count * p)
    let rows = (0..<count).map { Array(inputs[$0 * p..<($0 + 1) * p]) }
    let targets: NetworkTargets<Double>
    let loss: NetworkLoss
    if m == 1 {
      let values = rows.map { row -> Double in
        let signal = row[0] + row[1] * row[2]
        return signal / (1 + abs(signal)) + 0.1 * stream.gaussianPair().0
      }
      (targets, loss) = (.values(values), .squared())
    } else {
      let classes = rows.map { row -> Int in
        let scores = (0..<m).map { row[$0] + 0.5 * stream.gaussianPair().0 }
        return scores.indices.max { scores[$0] < scores[$1] } ?? 0
      }
      (targets, loss) = (.classes(classes), .crossEntropy)
    }
    let objective = try NetworkObjective(network, inputs: inputs, targets: targets, loss: loss)
    var start = RandomStream(seeds.key(.initialization))
    var parameters = objective.randomParameters(.pyTorch, stream: &start)
    for _ in 0..<steps {
      LinearAlgebra.axpy(-step, objective.gradient(at: parameters), into: &parameters)
    }
    let hessian = try CurvatureOperator.hessian(of: objective, at: parameters)
    let title =
      "\(name): \(shape), \(m == 1 ? "squared loss" : "cross-entropy"), after \(steps) steps of gradient descent"
    return try ContestProblem(title, MatrixOperator(hessian.dense(), formula: hessian.formula))
  }

  /// X + ZZᵀ/2000 of order 2,000, X = diag(5, 4, 3, 0, …), Z Gaussian: three eigenvalues beside a Marchenko–Pastur bulk (Papyan
  /// 2018, arXiv 1811.07062, figure 15a).
  static func verification() throws(InputError) -> ContestProblem {
    let order = 2_000
    var stream = RandomStream(Seeds(master: 15).key(.data))
    let noise = Matrix(rows: order, columns: order, storage: stream.gaussian(count: order * order)).gram()
    var entries = noise.storage.map { $0 / Double(order) }
    for (place, value) in [5.0, 4, 3].enumerated() { entries[place * (order + 1)] += value }
    return try ContestProblem(
      "X + ZZᵀ/2000", MatrixOperator(Matrix(rows: order, columns: order, storage: entries)))
  }

  /// Writes `contest.npz` with the networks' Hessians `h0` to `h3` and the `verification` matrix.
  static func export(to folder: String) throws(InputError) {
    var writer = try NPZWriter("\(folder)/contest.npz")
    for (place, problem) in try networks().enumerated() { try append(problem, as: "h\(place)", to: &writer) }
    try append(try verification(), as: "verification", to: &writer)
    try writer.finish()
  }

  private static func append(
    _ problem: ContestProblem, as name: String, to writer: inout NPZWriter
  ) throws(InputError) {
    let order = problem.matrix.dimension
    try writer.begin(name, .float64, shape: [order, order])
    try writer.append(problem.matrix.matrix.storage)
    try writer.end()
  }
}
