import Foundation
import Numerics
import Objectives

/// A network and a loss once more, unit by unit from the definitions.
struct NaiveNetwork: Sendable {
  var network: Network
  var loss: NetworkLoss

  static func apply(_ activation: NetworkActivation, _ z: Double) -> Double {
    switch activation {
    case .identity: z
    case .relu: max(0, z)
    case .tanh: Foundation.tanh(z)
    case .sigmoid: 1 / (1 + exp(-z))
    case .gelu: z * (1 + erf(z / 2.0.squareRoot())) / 2
    }
  }

  /// The outputs of every layer.
  func layers(_ θ: [Double], _ x: [Double]) -> [[Double]] {
    var results: [[Double]] = []
    var (values, place) = (x, 0)
    for layer in network.layers {
      switch layer {
      case .activation(let activation): values = values.map { Self.apply(activation, $0) }
      case .affine(let inputs, let outputs, let bias):
        let biases = place + inputs * outputs
        values = (0..<outputs).map { o in
          (0..<inputs).reduce(bias ? θ[biases + o] : 0) { $0 + θ[place + o * inputs + $1] * values[$1] }
        }
        place = biases + (bias ? outputs : 0)
      }
      results.append(values)
    }
    return results
  }

  /// ℓ of outputs z; `y` are m targets, one class or one label.
  func value(_ z: [Double], _ y: [Double]) -> Double {
    switch loss {
    case .squared(let half, let mean):
      let sum = zip(z, y).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
      return sum * (half ? 0.5 : 1) / (mean ? Double(z.count) : 1)
    case .crossEntropy: return -log(exp(z[Int(y[0])]) / z.reduce(0) { $0 + exp($1) })
    case .logistic: return log(1 + exp(-y[0] * z[0]))
    }
  }

  func loss(_ θ: [Double], _ x: [Double], _ y: [Double]) -> Double { value(layers(θ, x).last ?? [], y) }

  /// Whether every unit before a ReLU is at least 0.02 away from the kink.
  func isSmooth(_ θ: [Double], _ x: [Double]) -> Bool {
    let outputs = layers(θ, x)
    return network.layers.indices.allSatisfy { index in
      network.layers[index] != .activation(.relu) || outputs[index - 1].allSatisfy { abs($0) > 0.02 }
    }
  }
}

/// A network's objective on a few random samples, with its naive twin.
struct TinyNetwork: Sendable {
  var objective: NetworkObjective<Double>
  var naive: NaiveNetwork
  var rows: [[Double]]
  /// m targets, one class or one label a sample.
  var targets: [[Double]]

  init(_ network: Network, _ loss: NetworkLoss, sampleCount: Int = 4, seed: UInt64 = 8) throws {
    var stream = testStream(seed)
    rows = (0..<sampleCount).map { _ in stream.gaussian(count: network.inputCount) }
    naive = NaiveNetwork(network: network, loss: loss)
    let m = network.outputCount
    let given: NetworkTargets<Double>
    switch loss {
    case .squared:
      targets = (0..<sampleCount).map { _ in stream.gaussian(count: m) }
      given = .values(targets.flatMap { $0 })
    case .crossEntropy:
      let classes = (0..<sampleCount).map { $0 % m }
      targets = classes.map { [Double($0)] }
      given = .classes(classes)
    case .logistic:
      targets = (0..<sampleCount).map { [$0 % 3 == 0 ? -1 : 1] }
      given = .values(targets.flatMap { $0 })
    }
    objective = try NetworkObjective(network, inputs: rows.flatMap { $0 }, targets: given, loss: loss)
  }

  func points(_ count: Int) -> [[Double]] {
    var stream = testStream(9)
    var points: [[Double]] = []
    while points.count < count {
      let θ = stream.gaussian(count: objective.parameterCount).map { 0.5 * $0 }
      if rows.allSatisfy({ naive.isSmooth(θ, $0) }) { points.append(θ) }
    }
    return points
  }

  var problem: TinyProblem {
    TinyProblem("\(objective.lossFormula)", objective, points: points(3)) { [naive, rows, targets] sample, θ in
      naive.loss(θ, rows[sample], targets[sample])
    }
  }

  /// Each activation with each loss, and one, two and four affine layers, with biases and without.
  static func all() throws -> [TinyNetwork] {
    var networks: [TinyNetwork] = []
    for activation in NetworkActivation.allCases {
      for loss in losses {
        let outputs = loss == .logistic ? 1 : 3
        networks.append(try TinyNetwork(Network(widths: [2, 3, outputs], activation: activation), loss))
      }
    }
    networks += [
      try TinyNetwork(Network(parsing: "mlp:3-2"), .crossEntropy),
      try TinyNetwork(Network(parsing: "mlp:2-1:bias=false"), .logistic),
      try TinyNetwork(Network(parsing: "mlp:2-3-2-2-1:gelu"), .squared(half: false)),
      try TinyNetwork(Network(parsing: "mlp:2-3-3-2:tanh:bias=false"), .crossEntropy),
      // Activations in a row, and one at the end.
      try TinyNetwork(
        Network([
          .affine(inputs: 2, outputs: 2), .activation(.tanh), .activation(.sigmoid),
          .affine(inputs: 2, outputs: 2, bias: false), .activation(.gelu),
        ]), .squared(mean: true)),
    ]
    return networks
  }

  static let losses: [NetworkLoss] = [.squared(), .squared(half: false, mean: true), .crossEntropy, .logistic]
}
