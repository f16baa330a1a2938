import Foundation
import Numerics
import Objectives
import Testing

/// Formulas beside objectives that were derived by hand: the same numbers, with sums in another order.
@Suite struct FormulaObjectiveTests {
  private func expectSame<Other: FiniteSumObjective>(
    _ formula: FormulaObjective, _ other: Other, at points: [[Double]], _ tolerance: Double = 1e-13
  ) where Other.Scalar == Double {
    #expect(formula.sampleCount == other.sampleCount)
    #expect(formula.parameterCount == other.parameterCount)
    let batch = Batch(samples: [other.sampleCount - 1, 0, other.sampleCount - 1])
    for point in points {
      let direction = point.indices.map { 1 - 0.3 * Double($0) }
      for batch in [nil, batch] {
        #expect(abs(formula.loss(at: point, over: batch) - other.loss(at: point, over: batch)) < tolerance)
        #expect(
          largestDifference(formula.gradient(at: point, over: batch), other.gradient(at: point, over: batch))
            < tolerance)
        #expect(
          largestDifference(
            formula.hessianVectorProduct(at: point, times: direction, over: batch),
            other.hessianVectorProduct(at: point, times: direction, over: batch)) < tolerance)
        let rows = zip(
          formula.sampleGradients(at: point, over: batch), other.sampleGradients(at: point, over: batch))
        #expect(rows.allSatisfy { largestDifference($0, $1) < tolerance })
      }
    }
  }

  @Test func leastSquares() throws {
    var stream = testStream(30)
    let inputs = (0..<7).map { _ in stream.gaussian(count: 10) }
    let targets = stream.gaussian(count: 7)
    var columns = (0..<10).map { j in FormulaColumn("x\(j)", inputs.map { $0[j] }) }
    columns.append(FormulaColumn("y", targets))
    expectSame(
      try FormulaObjective(loss: "(sum(k, 0, d - 1, theta[k]*x[k]) - y)^2/2", columns: columns, constants: ["d": 10]),
      try LeastSquaresObjective(inputs: inputs, targets: targets), at: (0..<3).map { _ in stream.gaussian(count: 10) })
  }

  @Test func quarticDoubleWell() throws {
    let (a, b, c) = ([[1.2, 0.3], [0.8, 1.1]], [[0.5, 1], [1, 0.2]], [[1, -1], [0.2, 2.0]])
    func columns(_ name: String, _ rows: [[Double]]) -> [FormulaColumn] {
      (0..<2).map { j in FormulaColumn("\(name)\(j)", rows.map { $0[j] }) }
    }
    let formula = try FormulaObjective(
      loss: "sum(j, 0, 1, 0.5*a[j]*theta[j]^4 - 8*b[j]*theta[j]^2 + 2.5*c[j]*theta[j])",
      columns: columns("a", a) + columns("b", b) + columns("c", c))
    expectSame(
      formula, try StyblinskiTangObjective(quartic: a, quadratic: b, linear: c),
      at: [[0.3, -0.5], [1.1, 0.2], [0, 2]])
  }

  /// Two bowls of Wu, Ma and E's kind; where they tie, both ways count the first.
  @Test func minimumOfBowls() throws {
    let (flat, sharp) = ([[1.0], [1.2]], [[0.5], [3.0]])
    let bowls: [QuadraticMinimumObjective.Bowl] = [
      .init(centre: [0], curvatures: flat), .init(centre: [1], curvatures: sharp),
    ]
    let formula = try FormulaObjective(
      loss: "min(flat*theta[0]^2, sharp*(theta[0] - 1)^2)/2",
      columns: [FormulaColumn("flat", flat.map { $0[0] }), FormulaColumn("sharp", sharp.map { $0[0] })])
    expectSame(formula, try QuadraticMinimumObjective(bowls: bowls), at: [[-0.4], [0.3], [0.7], [1.2]])
    let tie = try FormulaObjective(loss: "min(theta[0], -theta[0]) + 3*max(theta[0], 2*theta[0])")
    #expect(tie.gradient(at: [0]) == [1 + 3])
  }

  /// Proposition 2.2 of Andriushchenko et al.: θ ← θ + ηθx(y − xθ²) alternates around θ* for ever.
  @Test func lossStabilisation() throws {
    let x = [0.98, 1.0, 1.02]
    let toy = try FormulaObjective(
      loss: "0.25*(y - x*theta[0]^2)^2", columns: [FormulaColumn("x", x), FormulaColumn("y", x)])
    var stream = testStream(31)
    var θ = 0.5
    for step in 0..<2_000 {
      let sample = draw(&stream, below: 3)
      let next = θ - 1.1 * toy.gradient(at: [θ], over: Batch(samples: [sample]))[0]
      #expect(abs(next - (θ + 1.1 * θ * x[sample] * (x[sample] - x[sample] * θ * θ))) < 1e-14)
      if step >= 500 { #expect((next - 1) * (θ - 1) < 0) }
      θ = next
    }
  }

  /// The scalar examples of Beneventano et al., f = abx: oscillating labels shrink a, oscillating inputs do not.
  @Test func oscillations() throws {
    func descend(x: [Double], y: [Double], steps: Int) throws -> [Double] {
      let loss = try FormulaObjective(
        loss: "(theta[0]*theta[1]*x - y)^2", columns: [FormulaColumn("x", x), FormulaColumn("y", y)])
      var θ = [4.0, 1.0]
      for step in 0..<steps {
        let gradient = loss.gradient(at: θ, over: Batch(samples: [step % 2]))
        θ = zip(θ, gradient).map { $0 - 0.008 * $1 }
      }
      return θ
    }
    let few = try descend(x: [1, 1], y: [-1, 1], steps: 500)[0]
    let many = try descend(x: [1, 1], y: [-1, 1], steps: 5_000)[0]
    // As published simulations print them.
    #expect(abs(few - 3.555) < 5e-4)
    #expect(abs(many - 1.861) < 5e-4)
    let inputs = try [500, 5_000].map { try descend(x: [1.0 / 3, 3], y: [0, 0], steps: $0)[0] }
    #expect(abs(inputs[0] - 2.4) < 5e-4 && abs(inputs[0] - inputs[1]) < 1e-12)
  }

  @Test func kinks() throws {
    for formula in ["abs(theta[0])", "relu(theta[0])"] {
      let objective = try FormulaObjective(loss: formula)
      #expect(objective.gradient(at: [0]) == [0])
      #expect(objective.gradient(at: [2]) == [1])
      #expect(objective.hessianVectorProduct(at: [0], times: [1]) == [0])
    }
    // A branch without a part in the result has none in the derivatives, though its own are infinite.
    let branches = try FormulaObjective(loss: "max(sqrt(theta[0]), 1 + theta[0]) + theta[0]^2")
    #expect(branches.gradient(at: [0]) == [1])
    #expect(branches.hessianVectorProduct(at: [0], times: [1]) == [2])
  }

  @Test func functionsFarFromZero() throws {
    let columns = [FormulaColumn("x", [-800, -40, 0, 40, 800])]
    let logistic = try FormulaObjective(loss: "softplus(-x*theta[0])", columns: columns)
    let gradients = logistic.sampleGradients(at: [1]).map { $0[0] }
    #expect(gradients[0] == 800 && gradients[1] == 40 && gradients[2] == 0 && gradients[4] == 0)
    #expect(abs(gradients[3] / (-40 * exp(-40)) - 1) < 1e-14)
    let sigmoid = try FormulaObjective(loss: "sigmoid(x*theta[0])", columns: columns)
    let slopes = sigmoid.sampleGradients(at: [1]).map { $0[0] }
    #expect(abs(slopes[3] / (40 * exp(-40)) - 1) < 1e-14 && abs(slopes[1] / (-40 * exp(-40)) - 1) < 1e-14)
    #expect(slopes[0] == 0 && slopes[4] == 0)
  }

  /// Equal parts are computed once, what is constant never, what depends on data alone beforehand.
  @Test func nothingIsComputedTwice() throws {
    let columns = [FormulaColumn("x", [1, 2]), FormulaColumn("y", [3, 4])]
    func count(_ formula: String) throws -> Int { try FormulaObjective(loss: formula, columns: columns).operationCount }
    #expect(try count("x*theta[0]") == 1)
    #expect(try count("x*theta[0] + theta[0]*x") == 2)
    #expect(try count("exp(x*y)^2*log(1 + x^2)*theta[0]") == 1)
    #expect(try count("2*3^2*theta[0] + sin(pi/7)") == 0)
    #expect(try count("0.25*(y - x*theta[0]^2)^2") == 4)
  }
}
