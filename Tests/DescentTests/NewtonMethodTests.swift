import Descent
import Numerics
import Objectives
import TestSupport
import Testing

/// Minimisers of convex sums, to rounding.
@Suite struct NewtonMethodTests {
  /// Quadratics take one step or a few; rank-deficient ones end at the solution nearest to the start.
  @Test(arguments: [3, 8, 20]) func leastSquares(_ samples: Int) throws {
    var stream = testStream(71)
    let inputs = (0..<samples).map { _ in stream.gaussian(count: 8) }
    let targets = stream.gaussian(count: samples)
    let objective = try LeastSquaresObjective(inputs: inputs, targets: targets)
    let found = try NewtonMethod.minimise(objective, from: [Double](repeating: 0, count: 8))
    #expect(found.gradientNorm < 1e-12, "\(found.gradientNorm)")
    let matrix = Matrix(inputs)
    let gram = samples < 8 ? matrix.gram() : matrix.transposed().gram()
    let right = samples < 8 ? targets : matrix.transposedMultiplied(by: targets)
    let solved = try LinearAlgebra.solvePositiveDefinite(gram, right)
    let wanted = samples < 8 ? matrix.transposedMultiplied(by: solved) : solved
    #expect(largestDifference(found.parameters, wanted) < 1e-9)
  }

  @Test(arguments: [MarginLoss.logistic, .squaredHinge]) func linearModels(_ loss: MarginLoss) throws {
    var stream = testStream(72)
    let rows = (0..<40).map { _ in stream.gaussian(count: 5) }
    let labels = rows.map { $0[0] - 0.5 * $0[1] + 0.8 * stream.gaussianPair().0 > 0 ? 1.0 : -1 }
    let base = try LinearModelObjective(features: FeatureRows(Matrix(rows)), labels: labels, loss: loss)
    let objective = try WeightDecayed(base, weight: 0.05)
    let found = try NewtonMethod.minimise(objective, from: [Double](repeating: 0, count: 5))
    #expect(found.gradientNorm < 1e-11 && found.distance < 1e-8 && found.iterations < 30, "\(found)")
    // Strictly convex: every displacement costs.
    for _ in 0..<20 {
      let step = stream.sphere(count: 5, radius: 1e-3)
      #expect(objective.loss(at: zip(found.parameters, step).map { $0 + $1 }) > found.loss)
    }
  }

  @Test func saysWhereThereIsNone() throws {
    let separated = try LinearModelObjective(
      features: FeatureRows(Matrix([[1], [-1]])), labels: [1, -1], loss: .logistic)
    let far = try NewtonMethod.minimise(separated, from: [0])
    #expect(far.gradientNorm < 1e-11 && far.parameters[0] > 20 && far.distance > 0.9)
    #expect(throws: InputError.self) { try NewtonMethod.minimise(separated, from: [0, 0]) }
  }
}
