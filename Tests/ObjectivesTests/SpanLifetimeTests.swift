import Numerics
import Objectives
import Testing

/// Array literals handed to functions that look at them through spans: under optimisation a span of an array that ended too
/// early reads what lies there. Only literals of values that change in a loop show it.
@Suite struct SpanLifetimeTests {
  @Test func literalsLiveLongEnough() throws {
    let sum = try QuadraticSumObjective(jacobians: [1, 2], sampleCount: 1, outputCount: 1, dimension: 2)
    let regression = try LeastSquaresObjective(inputs: [[1, 2]], targets: [0])
    let bowl = try QuadraticMinimumObjective(bowls: [.init(centre: [0, 0], curvatures: [[1, 2]])])
    let network = try TanhNetworkObjective(inputs: [[1]], targets: [0], hiddenCount: 1)
    let affine = try NetworkObjective(
      Network(parsing: "mlp:1-1"), inputs: [2], targets: .values([0]), loss: .squared())
    let autoencoder = AutoencoderObjective(data: try .standardBasis(count: 1, dimension: 2), activation: .linear)
    var x = 1.5
    for _ in 0..<3 {
      let z = x + 2
      #expect(sum.gradient(at: [x, 1]) == [z, 2 * z])
      #expect(sum.loss(at: [x, 1]) == z * z / 2)
      #expect(sum.hessianVectorProduct(at: [x, 1], times: [1, x]) == [1 + 2 * x, 2 + 4 * x])
      #expect(sum.sampleGradients(at: [x, 1]) == [[z, 2 * z]])
      #expect(regression.gradient(at: [x, 1]) == [z, 2 * z])
      #expect(bowl.gradient(at: [x, 1]) == [x, 2])
      #expect(network.residuals(at: [x, 0, 0, x]) == [x])
      #expect(network.residualJacobian(at: [x, 0, 0, 0])[3] == 1)
      #expect(affine.gradient(at: [x, 1]) == [4 * x + 2, 2 * x + 1])
      #expect(affine.gaussNewtonProduct(at: [x, 1], times: [x, 1]) == [4 * x + 2, 2 * x + 1])
      #expect(affine.outputs(at: [x, 1]) == [2 * x + 1])
      #expect(AutoencoderState(of: autoencoder, at: [x, 1]).coefficients == [x])
      #expect(LinearAlgebra.norm([x, 0]) == x)
      #expect(LinearAlgebra.dot([x, 1], [2, x]) == 3 * x)
      var target = [1.0, x]
      LinearAlgebra.axpy(2, [x, 1], into: &target)
      #expect(target == [1 + 2 * x, x + 2])
      x += 1
    }
  }
}
