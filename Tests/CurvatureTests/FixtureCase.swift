import Foundation
import Numerics
import Objectives
import Testing

/// A small network with dense curvature matrices from PyTorch in double precision.
struct FixtureCase: Decodable, Sendable, CustomTestStringConvertible {
  let name: String
  let network: String
  let loss: Loss
  let samples: Int
  let inputs: [Double]
  let targets: [Double]?
  let classes: [Int]?
  let parameters: [Double]
  let value: Double
  let gradient: [Double]
  let hessian: [Double]
  let gaussNewton: [Double]
  let empiricalFisher: [Double]
  let fisher: [Double]
  let gradientCovariance: [Double]
  let variance: [Double]

  /// A loss as in a spec: a name, or an object.
  enum Loss: Decodable, Sendable {
    case named(String)
    case squared(half: Bool, mean: Bool)

    private enum Key: CodingKey { case half, mean }

    init(from decoder: any Decoder) throws {
      if let name = try? decoder.singleValueContainer().decode(String.self) {
        self = .named(name)
      } else {
        let container = try decoder.container(keyedBy: Key.self)
        self = .squared(
          half: try container.decode(Bool.self, forKey: .half), mean: try container.decode(Bool.self, forKey: .mean))
      }
    }
  }

  var testDescription: String { "\(name): \(network)" }

  static let all: [FixtureCase] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/cases.json")
    guard let data = try? Data(contentsOf: file), let cases = try? JSONDecoder().decode([FixtureCase].self, from: data)
    else { return [] }
    return cases
  }()

  func objective() throws -> NetworkObjective<Double> {
    let kind: NetworkLoss =
      switch loss {
      case .squared(let half, let mean): .squared(half: half, mean: mean)
      case .named(let name): name == "crossEntropy" ? .crossEntropy : .logistic
      }
    return try NetworkObjective(
      Network(parsing: network), inputs: inputs, targets: classes.map { .classes($0) } ?? .values(targets ?? []),
      loss: kind)
  }

  /// A matrix from its upper triangle, row by row.
  func matrix(_ triangle: [Double]) -> Matrix {
    let d = parameters.count
    var (result, place) = (Matrix(rows: d, columns: d), 0)
    for i in 0..<d {
      for j in i..<d {
        result[i, j] = triangle[place]
        result[j, i] = triangle[place]
        place += 1
      }
    }
    return result
  }
}

/// The largest difference of two matrices, over the largest entry of the second, or absolutely where that is below 1.
func distance(_ a: Matrix, _ b: Matrix) -> Double {
  let scale = max(1, b.storage.reduce(0) { max($0, abs($1)) })
  return zip(a.storage, b.storage).reduce(0) { max($0, abs($1.0 - $1.1)) } / scale
}

/// A network with Gaussian data, for tests that need more than a few samples.
func randomObjective<Scalar: NetworkScalar>(
  _ network: String, samples: Int, loss: NetworkLoss = .squared(), seed: UInt64 = 1, as type: Scalar.Type = Double.self
) throws -> (objective: NetworkObjective<Scalar>, parameters: [Scalar]) {
  let network = try Network(parsing: network)
  var stream = RandomStream(RandomKey(seed: seed, purpose: .data))
  let inputs = stream.gaussian(count: samples * network.inputCount).map { Scalar($0) }
  let targets: NetworkTargets<Scalar> =
    loss == .crossEntropy
    ? .classes((0..<samples).map { $0 % network.outputCount })
    : .values(stream.gaussian(count: samples * network.outputCount).map { Scalar($0) })
  let objective = try NetworkObjective(network, inputs: inputs, targets: targets, loss: loss)
  return (objective, objective.randomParameters(.pyTorch, stream: &stream))
}
