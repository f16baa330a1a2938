import Foundation
import Numerics
import Objectives
import Testing

/// What networks have beyond other finite sums, and large layers, which go through BLAS.
@Suite struct NetworkDerivativeTests {
  struct Fixture: Decodable {
    struct Case: Decodable {
      var activation, loss: String
      var names: [String]
      var point, direction, gradient, product: [Double]
      var value: Double
    }
    var inputs, targets, labels: [Double]
    var classes: [Int]
    var cases: [Case]
  }

  @Test func agreesWithPyTorch() throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/networks.json")
    let fixture = try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
    #expect(fixture.cases.count == 20)
    for item in fixture.cases {
      let activation = try #require(NetworkActivation(rawValue: item.activation))
      let (loss, targets): (NetworkLoss, NetworkTargets<Double>) =
        switch item.loss {
        case "squared": (.squared(), .values(fixture.targets))
        case "squaredMean": (.squared(half: false, mean: true), .values(fixture.targets))
        case "crossEntropy": (.crossEntropy, .classes(fixture.classes))
        default: (.logistic, .values(fixture.labels))
        }
      let network = try Network(widths: [2, 3, 2, loss == .logistic ? 1 : 2], activation: activation)
      #expect(network.parameterBlocks.map(\.name) == item.names)
      let objective = try NetworkObjective(network, inputs: fixture.inputs, targets: targets, loss: loss)
      let name = "\(item.activation), \(item.loss)"
      #expect(abs(objective.loss(at: item.point) - item.value) < 1e-14, "\(name)")
      #expect(largestDifference(objective.gradient(at: item.point), item.gradient) < 1e-13, "\(name)")
      let product = objective.hessianVectorProduct(at: item.point, times: item.direction)
      #expect(largestDifference(product, item.product) < 1e-12, "\(name)")
    }
  }

  @Test func outputsAreThoseOfTheDefinition() throws {
    for tiny in try TinyNetwork.all() {
      let point = tiny.points(1)[0]
      let outputs = tiny.rows.flatMap { tiny.naive.layers(point, $0).last ?? [] }
      #expect(largestDifference(tiny.objective.outputs(at: point), outputs) < 1e-14)
      // Out of order and with multiplicities, which do not repeat outputs.
      let m = tiny.objective.outputCount
      let some = tiny.objective.outputs(at: point, over: Batch(samples: [2, 0, 2]))
      let all = tiny.objective.outputs(at: point)
      #expect(some == Array(all[(2 * m)..<(3 * m)]) + Array(all[0..<m]))
    }
  }

  @Test func jacobianIsTheDifferenceQuotientOfTheOutputs() throws {
    for tiny in try TinyNetwork.all() {
      let objective = tiny.objective
      let (d, point) = (objective.parameterCount, tiny.points(1)[0])
      let jacobian = objective.jacobian(at: point)
      for j in 0..<d {
        let column = FiniteSumTests.centralDifference(at: point, along: j, { objective.outputs(at: $0) }) {
          zip($0, $1).map { ($0 - $1) / (2 * FiniteSumTests.width) }
        }
        let rows = stride(from: j, to: jacobian.count, by: d).map { jacobian[$0] }
        #expect(largestDifference(rows, column) < 1e-8, "\(objective.lossFormula)")
      }
    }
  }

  @Test func productsAreThoseOfTheJacobian() throws {
    var stream = testStream(10)
    for tiny in try TinyNetwork.all() {
      let objective = tiny.objective
      let (d, point) = (objective.parameterCount, tiny.points(1)[0])
      let batch = Batch(samples: [3, 1, 1])
      let jacobian = objective.jacobian(at: point, over: batch)
      let rows = stride(from: 0, to: jacobian.count, by: d).map { Array(jacobian[$0..<($0 + d)]) }
      #expect(rows.count == 2 * objective.outputCount)
      let (v, u) = (stream.gaussian(count: d), stream.gaussian(count: rows.count))
      let forward = objective.jacobianVectorProduct(at: point, times: v, over: batch)
      #expect(largestDifference(forward, rows.map { dot($0, v) }) < 1e-13)
      let backward = objective.vectorJacobianProduct(at: point, times: u, over: batch)
      #expect(largestDifference(backward, (0..<d).map { j in dot(rows.map { $0[j] }, u) }) < 1e-13)
    }
  }

  /// (1/b) Σ kᵢ Jᵢᵀ Aᵢ Jᵢ v, with Aᵢ from difference quotients of the loss in the outputs.
  @Test func gaussNewtonIsJacobiansAroundTheCurvatureOfTheLoss() throws {
    var stream = testStream(11)
    for tiny in try TinyNetwork.all() {
      let objective = tiny.objective
      let (d, m, point) = (objective.parameterCount, objective.outputCount, tiny.points(1)[0])
      let samples = [3, 1, 1]
      let v = stream.gaussian(count: d)
      var expected = [Double](repeating: 0, count: d)
      for sample in samples {
        let rate = objective.jacobianVectorProduct(at: point, times: v, over: Batch(samples: [sample]))
        let z = objective.outputs(at: point, over: Batch(samples: [sample]))
        // The second difference along e_k and the rate, by polarisation: steps of 1e-3 for a loss of order 1.
        let curved = (0..<m).map { k in
          func along(_ a: Double, _ b: Double) -> Double {
            let moved = (0..<m).map { z[$0] + a * rate[$0] + ($0 == k ? b : 0) }
            return tiny.naive.value(moved, tiny.targets[sample])
          }
          let h = 1e-3
          return (along(h, h) - along(h, -h) - along(-h, h) + along(-h, -h)) / (4 * h * h)
        }
        let back = objective.vectorJacobianProduct(at: point, times: curved, over: Batch(samples: [sample]))
        for j in 0..<d { expected[j] += back[j] / 3 }
      }
      let product = objective.gaussNewtonProduct(at: point, times: v, over: Batch(samples: samples))
      #expect(largestDifference(product, expected) < 1e-4, "\(objective.lossFormula)")
    }
  }

  @Test func gaussNewtonIsTheHessianWhereNothingIsLeftToLearn() throws {
    var stream = testStream(12)
    for activation in NetworkActivation.allCases {
      let network = try Network(widths: [2, 3, 2], activation: activation)
      let tiny = try TinyNetwork(network, .squared())
      let point = tiny.points(1)[0]
      let objective = try NetworkObjective(
        network, inputs: tiny.objective.inputs, targets: .values(tiny.objective.outputs(at: point)), loss: .squared())
      let v = stream.gaussian(count: objective.parameterCount)
      let hessian = objective.hessianVectorProduct(at: point, times: v)
      #expect(largestDifference(objective.gaussNewtonProduct(at: point, times: v), hessian) < 1e-14)
      // Elsewhere they differ, unless the network is affine in each of its layers only.
      let away = tiny.objective.hessianVectorProduct(at: point, times: v)
      #expect(largestDifference(tiny.objective.gaussNewtonProduct(at: point, times: v), away) > 1e-3)
    }
  }

  /// Widths and batches far above the smallest that go through BLAS; the single samples go partly through loops.
  @Test(arguments: NetworkActivation.allCases) func largeLayersAreMeansOfNaiveSamples(
    _ activation: NetworkActivation
  ) throws {
    let network = try Network(widths: [70, 80, 65, 5], activation: activation)
    let tiny = try TinyNetwork(network, .crossEntropy, sampleCount: 40)
    let objective = tiny.objective
    var stream = testStream(13)
    let point = network.randomParameters(.pyTorch, stream: &stream)
    let v = stream.gaussian(count: objective.parameterCount)
    let samples = (0..<60).map { $0 * 7 % 40 }
    let batch = Batch(samples: samples)
    let mean = samples.reduce(0) { $0 + tiny.naive.loss(point, tiny.rows[$1], tiny.targets[$1]) } / 60
    #expect(abs(objective.loss(at: point, over: batch) - mean) < 1e-13)
    let gradients = objective.sampleGradients(at: point)
    func average(_ values: [[Double]]) -> [Double] {
      (0..<v.count).map { j in samples.reduce(0) { $0 + values[$1][j] } / 60 }
    }
    let gradient = objective.gradient(at: point, over: batch)
    #expect(largestDifference(gradient, average(gradients)) < 1e-13)
    let h = 1e-5
    func moved(_ step: Double) -> [Double] { zip(point, v).map { $0 + step * $1 } }
    let slope = [1.0, -1].reduce(0) { sum, sign in
      let θ = moved(sign * h)
      return sum + sign * samples.reduce(0) { $0 + tiny.naive.loss(θ, tiny.rows[$1], tiny.targets[$1]) }
    }
    #expect(abs(slope / 60 / (2 * h) - dot(gradient, v)) < 1e-6)
    let product = objective.hessianVectorProduct(at: point, times: v, over: batch)
    let products = (0..<40).map {
      objective.hessianVectorProduct(at: point, times: v, over: Batch(samples: [$0]))
    }
    #expect(largestDifference(product, average(products)) < 1e-12)
    // The kinks of ReLU lie closer together than any step for so many units.
    if activation != .relu {
      let (ahead, behind) = (
        objective.gradient(at: moved(h), over: batch), objective.gradient(at: moved(-h), over: batch)
      )
      #expect(largestDifference(product, zip(ahead, behind).map { ($0 - $1) / (2 * h) }) < 1e-6)
    }
  }

  /// More samples than go through at once: the parts of a batch add up.
  @Test func chunksAddUp() throws {
    let network = try Network(widths: [1, 9000, 1], activation: .tanh)
    let tiny = try TinyNetwork(network, .squared(), sampleCount: 130)
    let objective = tiny.objective
    var stream = testStream(14)
    let point = network.randomParameters(.xavier, stream: &stream)
    let v = stream.gaussian(count: point.count)
    let parts = [0..<40, 40..<90, 90..<130].map { Batch(samples: Array($0)) }
    func sum(_ part: (Batch) -> [Double]) -> [Double] {
      let values = parts.map(part)
      return point.indices.map { j in zip(values, parts).reduce(0) { $0 + $1.0[j] * Double($1.1.size) } / 130 }
    }
    let loss = parts.reduce(0) { $0 + objective.loss(at: point, over: $1) * Double($1.size) } / 130
    #expect(abs(objective.loss(at: point) - loss) < 1e-13 * loss)
    #expect(largestDifference(objective.gradient(at: point), sum { objective.gradient(at: point, over: $0) }) < 1e-13)
    let product = sum { objective.hessianVectorProduct(at: point, times: v, over: $0) }
    #expect(largestDifference(objective.hessianVectorProduct(at: point, times: v), product) < 1e-11)
    let newton = sum { objective.gaussNewtonProduct(at: point, times: v, over: $0) }
    #expect(largestDifference(objective.gaussNewtonProduct(at: point, times: v), newton) < 1e-11)
    let rows = parts.flatMap { objective.jacobian(at: point, over: $0) }
    #expect(largestDifference(objective.jacobian(at: point), rows) < 1e-13)
    let u = stream.gaussian(count: 130)
    let back = (0..<point.count).map { j in (0..<130).reduce(0) { $0 + u[$1] * rows[$1 * point.count + j] } }
    #expect(largestDifference(objective.vectorJacobianProduct(at: point, times: u), back) < 1e-11)
  }

  @Test func floatsFollowDoubles() throws {
    let wide = try Network(widths: [70, 80, 65, 5], activation: .gelu)
    for tiny in try TinyNetwork.all() + [TinyNetwork(wide, .crossEntropy, sampleCount: 40)] {
      let objective = tiny.objective
      let isClass = tiny.naive.loss == .crossEntropy
      let single = try NetworkObjective<Float>(
        objective.network, inputs: objective.inputs.map { Float($0) },
        targets: isClass
          ? .classes(tiny.targets.map { Int($0[0]) }) : .values(tiny.targets.flatMap { $0.map { Float($0) } }),
        loss: tiny.naive.loss)
      var stream = testStream(15)
      let point = objective.randomParameters(.pyTorch, stream: &stream)
      let v = stream.gaussian(count: point.count).map { $0 / Double(point.count).squareRoot() }
      let (θ, direction) = (point.map { Float($0) }, v.map { Float($0) })
      func close(_ a: [Float], _ b: [Double]) -> Bool {
        // Relative to the largest entry.
        largestDifference(a.map { Double($0) }, b) < 1e-5 * max(1, b.map { abs($0) }.max() ?? 0)
      }
      #expect(abs(single.loss(at: θ) - objective.loss(at: point)) < 1e-5)
      #expect(close(single.gradient(at: θ), objective.gradient(at: point)))
      #expect(close(single.sampleGradients(at: θ).flatMap { $0 }, objective.sampleGradients(at: point).flatMap { $0 }))
      #expect(
        close(
          single.hessianVectorProduct(at: θ, times: direction), objective.hessianVectorProduct(at: point, times: v)))
      #expect(
        close(single.gaussNewtonProduct(at: θ, times: direction), objective.gaussNewtonProduct(at: point, times: v)))
      #expect(close(single.jacobian(at: θ), objective.jacobian(at: point)))
    }
  }
}
