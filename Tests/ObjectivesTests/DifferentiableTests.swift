import Foundation
import Numerics
import Objectives
import Testing

/// The example of the documentation.
private struct Toy: DifferentiableLoss {
  var inputs = [0.97, 1, 1.03]
  var sampleCount: Int { inputs.count }
  var parameterCount: Int { 1 }
  var lossFormula: String { "¼ (x − xθ²)²" }

  func value<Scalar: DifferentiableScalar>(sample: Int, parameters: [Scalar]) -> Scalar {
    let x = Scalar(inputs[sample])
    let residual = x - x * parameters[0] * parameters[0]
    return 0.25 * residual * residual
  }
}

/// A network of one hidden layer, as `TanhNetworkObjective` has it.
private struct Network: DifferentiableLoss {
  let inputs: [[Double]]
  let targets: [Double]
  let width: Int
  var sampleCount: Int { targets.count }
  var parameterCount: Int { width * (inputs[0].count + 2) + 1 }
  var lossFormula: String { "½ (F(xᵢ) − yᵢ)²" }

  func value<Scalar: DifferentiableScalar>(sample: Int, parameters θ: [Scalar]) -> Scalar {
    let p = inputs[sample].count
    var output = θ[width * (p + 2)]
    for k in 0..<width {
      var sum = θ[width * p + k]
      for j in 0..<p { sum += θ[k * p + j] * Scalar(inputs[sample][j]) }
      output += θ[width * (p + 1) + k] * Scalar.tanh(sum)
    }
    let residual = output - Scalar(targets[sample])
    return 0.5 * residual * residual
  }
}

/// Every operation, a branch, and a parameter that does not occur.
private struct Everything: DifferentiableLoss {
  let inputs = [0.4, -0.7, 1.2]
  var sampleCount: Int { 3 }
  var parameterCount: Int { 3 }
  var lossFormula: String { "all of it" }

  func value<Scalar: DifferentiableScalar>(sample: Int, parameters θ: [Scalar]) -> Scalar {
    let x = Scalar(inputs[sample])
    let (a, b) = (θ[0], θ[1])
    let wave = Scalar.exp(x * a) * Scalar.sin(b)
    let quotient = Scalar.cos(a * b) / Scalar.sqrt(Scalar(1) + a * a)
    let smooth = wave + quotient - Scalar.log(b)
    let hinge = Scalar.abs(x * a) * Scalar.relu(b - x)
    let curve = Scalar.softplus(-a) * Scalar.sigmoid(x * b)
    let kinked = hinge + curve - Scalar(1) / b
    return x < 0.5 ? smooth + kinked * kinked : smooth * Scalar.tanh(kinked)
  }
}

extension TinyProblem {
  static func differentiable() -> [TinyProblem] {
    let (toy, everything) = (Toy(), Everything())
    return [
      TinyProblem("differentiable toy", DifferentiableObjective(toy), points: [[0.5], [1.2]]) { i, θ in
        let residual = toy.inputs[i] * (1 - θ[0] * θ[0])
        return residual * residual / 4
      },
      TinyProblem(
        "differentiable loss of everything", DifferentiableObjective(everything),
        points: [[0.6, 1.4, 0], [-0.5, 0.9, 1]]
      ) { i, θ in
        let x = everything.inputs[i]
        let (a, b) = (θ[0], θ[1])
        let quotient = cos(a * b) / sqrt(1 + a * a)
        let smooth = exp(x * a) * sin(b) + quotient - log(b)
        let hinge = abs(x * a) * max(b - x, 0)
        let curve = log(1 + exp(-a)) / (1 + exp(-x * b))
        let kinked = hinge + curve - 1 / b
        return x < 0.5 ? smooth + kinked * kinked : smooth * tanh(kinked)
      },
    ]
  }
}

@Suite struct DifferentiableTests {
  @Test func sameAsDerivedByHand() throws {
    var stream = testStream(40)
    let inputs = (0..<5).map { _ in stream.gaussian(count: 3) }
    let targets = stream.gaussian(count: 5)
    let hand = try TanhNetworkObjective(inputs: inputs, targets: targets, hiddenCount: 4)
    let own = DifferentiableObjective(Network(inputs: inputs, targets: targets, width: 4))
    #expect(own.parameterCount == hand.parameterCount)
    for batch in [nil, Batch(samples: [3, 0, 3])] {
      let (point, direction) = (stream.gaussian(count: 21), stream.gaussian(count: 21))
      #expect(abs(own.loss(at: point, over: batch) - hand.loss(at: point, over: batch)) < 1e-13)
      #expect(largestDifference(own.gradient(at: point, over: batch), hand.gradient(at: point, over: batch)) < 1e-13)
      #expect(
        largestDifference(
          own.hessianVectorProduct(at: point, times: direction, over: batch),
          hand.hessianVectorProduct(at: point, times: direction, over: batch)) < 1e-12)
    }
  }

  @Test func kinksHaveTheDerivativeZero() {
    struct Kinks: DifferentiableLoss {
      var sampleCount: Int { 1 }
      var parameterCount: Int { 2 }
      var lossFormula: String { "|a| + max(b, 0)" }
      func value<Scalar: DifferentiableScalar>(sample: Int, parameters θ: [Scalar]) -> Scalar {
        .abs(θ[0]) + .relu(θ[1])
      }
    }
    #expect(DifferentiableObjective(Kinks()).gradient(at: [0, 0]) == [0, 0])
    #expect(DifferentiableObjective(Kinks()).gradient(at: [-2, 3]) == [-1, 1])
  }

  @Test func aConstantHasNoSlope() {
    struct Constant: DifferentiableLoss {
      var sampleCount: Int { 2 }
      var parameterCount: Int { 2 }
      var lossFormula: String { "e" }
      func value<Scalar: DifferentiableScalar>(sample: Int, parameters: [Scalar]) -> Scalar { Scalar.exp(Scalar(1)) }
    }
    let objective = DifferentiableObjective(Constant())
    #expect(objective.gradient(at: [1, 2]) == [0, 0] && objective.sampleGradients(at: [1, 2]) == [[0, 0], [0, 0]])
    #expect(objective.hessianVectorProduct(at: [1, 2], times: [1, 1]) == [0, 0])
    #expect(abs(objective.loss(at: [1, 2]) - exp(1)) < 1e-15)
  }

  /// A dual number alone is the derivative along one direction.
  @Test func dualNumbersCarryDerivatives() {
    let toy = Toy()
    let slope = toy.value(sample: 2, parameters: [DualNumber(0.5, tangent: 2)])
    let gradient = DifferentiableObjective(toy).gradient(at: [0.5], over: Batch(samples: [2]))[0]
    #expect(abs(slope.tangent - 2 * gradient) < 1e-15)
    #expect(slope.value == toy.value(sample: 2, parameters: [0.5]))
  }
}
