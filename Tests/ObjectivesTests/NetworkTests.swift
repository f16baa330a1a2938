import Numerics
import Objectives
import Testing

/// Networks as such: layers, names, short forms, random parameters, what is refused.
@Suite struct NetworkTests {
  @Test func parametersAreThoseOfPyTorch() throws {
    let network = try Network(parsing: "mlp:784-512-512-10:relu")
    #expect(network.parameterCount == 669_706)
    #expect(network.parameterBlocks.map(\.name) == ["0.weight", "0.bias", "2.weight", "2.bias", "4.weight", "4.bias"])
    #expect(network.parameterBlocks.map(\.shape) == [[512, 784], [512], [512, 512], [512], [10, 512], [10]])
    var end = 0
    for block in network.parameterBlocks {
      #expect(block.range.lowerBound == end)
      #expect(block.range.count == block.shape.reduce(1, *))
      end = block.range.upperBound
    }
    #expect(end == network.parameterCount)
    #expect(network.description == "Linear(784, 512), ReLU, Linear(512, 512), ReLU, Linear(512, 10)")
  }

  @Test func shortFormsHaveOptions() throws {
    let network = try Network(parsing: "mlp:2-3-1:relu:kink=0.5:bias=false")
    #expect(network == (try Network(widths: [2, 3, 1], activation: .relu, bias: false, slopeAtKink: 0.5)))
    #expect(network.parameterBlocks.map(\.name) == ["0.weight", "2.weight"])
    let text = "Linear(2, 3, no bias), ReLU, Linear(3, 1, no bias), slope 0.5 at ReLU's kink"
    #expect(network.description == text)
    #expect(try Network(parsing: "mlp:2-1") == Network([.affine(inputs: 2, outputs: 1)]))
  }

  static let refused = [
    "", "mlp", "cnn:2-1", "mlp:", "mlp:2--1:relu", "mlp:2-0:relu", "mlp:2-3-1", "mlp:2-3-1:rely", "mlp:2", "mlp:2-1:",
    "mlp:2-3-1:relu:bias=no", "mlp:2-3-1:relu:bias=true:bias=true", "mlp:2-3-1:relu:kink=2", "mlp:2-3-1:relu:kink=nan",
    "mlp:2-3-1:bias=false",
  ]

  @Test(arguments: refused) func refusesWhatIsNoNetwork(_ text: String) {
    #expect(throws: InputError.self) { try Network(parsing: text) }
  }

  @Test func misspeltActivationsAreSuggested() {
    let error = #expect(throws: InputError.self) { try Network(parsing: "mlp:2-3-1:rely") }
    #expect(error?.description == "network: expected an activation, found \"rely\". Did you mean \"relu\"?")
  }

  @Test func layersThatDoNotFitAreRefused() {
    let error = #expect(throws: InputError.self) {
      try Network([.affine(inputs: 2, outputs: 3), .affine(inputs: 2, outputs: 1)])
    }
    #expect(error?.description == "layer 1: expected 3 inputs, the outputs before it, found 2.")
    #expect(throws: InputError.self) { try Network([]) }
    #expect(throws: InputError.self) { try Network([.activation(.tanh)]) }
    #expect(throws: InputError.self) { try Network([.affine(inputs: 0, outputs: 1)]) }
    #expect(throws: InputError.self) {
      try Network([.affine(inputs: 1, outputs: 1 << 31 - 1), .affine(inputs: 1 << 31 - 1, outputs: 1 << 40)])
    }
  }

  @Test func dataThatDoNotFitAreRefused() throws {
    let network = try Network(parsing: "mlp:2-3")
    func refuses(_ inputs: [Double], _ targets: NetworkTargets<Double>, _ loss: NetworkLoss) -> Bool {
      do throws(InputError) {
        _ = try NetworkObjective(network, inputs: inputs, targets: targets, loss: loss)
        return false
      } catch { return true }
    }
    #expect(!refuses([1, 2], .classes([2]), .crossEntropy))
    #expect(!refuses([1, 2], .values([0, 0, 0]), .squared()))
    #expect(refuses([], .classes([]), .crossEntropy))
    #expect(refuses([1], .classes([2]), .crossEntropy))
    #expect(refuses([1, .nan], .classes([2]), .crossEntropy))
    #expect(refuses([1, 2], .classes([3]), .crossEntropy))
    #expect(refuses([1, 2], .classes([1, 1]), .crossEntropy))
    #expect(refuses([1, 2], .values([0, 0, 0]), .crossEntropy))
    #expect(refuses([1, 2], .classes([2]), .squared()))
    #expect(refuses([1, 2], .values([0, 0]), .squared()))
    #expect(refuses([1, 2], .values([0, 0, .infinity]), .squared()))
    #expect(refuses([1, 2], .values([1]), .logistic))
    let one = try Network(parsing: "mlp:2-1")
    #expect(throws: InputError.self) {
      try NetworkObjective(one, inputs: [1, 2], targets: .values([0.0]), loss: .logistic)
    }
  }

  @Test func formulasSayTheirFactors() throws {
    func formula(_ form: String, _ targets: NetworkTargets<Double>, _ loss: NetworkLoss) throws -> String {
      try NetworkObjective(Network(parsing: form), inputs: [1], targets: targets, loss: loss).lossFormula
    }
    #expect(try formula("mlp:1-2", .values([0, 0]), .squared()) == "½ Σₖ (Fₖ(xᵢ) − yᵢₖ)², F = Linear(1, 2)")
    let mean = try formula("mlp:1-2", .values([0, 0]), .squared(half: false, mean: true))
    #expect(mean == "(1/2) Σₖ (Fₖ(xᵢ) − yᵢₖ)², F = Linear(1, 2)")
    #expect(try formula("mlp:1-1", .values([0]), .squared(mean: true)) == "½ (F(xᵢ) − yᵢ)², F = Linear(1, 1)")
    #expect(try formula("mlp:1-1", .values([1]), .logistic) == "log(1 + exp(−yᵢ F(xᵢ))), F = Linear(1, 1)")
  }

  /// f = ½ w₁²·max(0, w₀)² with w₀ = 0 at the kink: ∂f/∂w₀ = slope · w₁ · residual.
  @Test func kinksHaveTheStatedSlope() throws {
    for slope in [0, 0.5, 1] {
      let network = try Network(widths: [1, 1, 1], activation: .relu, bias: false, slopeAtKink: slope)
      let objective = try NetworkObjective(network, inputs: [3.0], targets: .values([-5]), loss: .squared())
      #expect(objective.gradient(at: [0, 2]) == [slope * 2 * 5 * 3, 0])
      // Not a number comes through.
      #expect(objective.loss(at: [.nan, 2]).isNaN)
    }
  }

  @Test func losesNoDigitsAtExtremeOutputs() throws {
    let two = try Network(parsing: "mlp:1-2:bias=false")
    let cross = try NetworkObjective(two, inputs: [1.0], targets: .classes([0]), loss: .crossEntropy)
    #expect(cross.loss(at: [1000, -1000]) == 0)
    #expect(cross.loss(at: [-1000, 1000]) == 2000)
    let gradient = cross.gradient(at: [50, 0])
    #expect(abs(gradient[1] / 1.9287498479639178e-22 - 1) < 1e-14)
    #expect(gradient[0] == -gradient[1])
    let one = try Network(parsing: "mlp:1-1:bias=false")
    let logistic = try NetworkObjective(one, inputs: [1.0], targets: .values([1]), loss: .logistic)
    #expect(logistic.loss(at: [-1000]) == 1000)
    #expect(abs(logistic.loss(at: [50]) / 1.9287498479639178e-22 - 1) < 1e-14)
    #expect(logistic.gradient(at: [-1000]) == [-1])
  }

  @Test func accuracyCountsDistinctSamples() throws {
    let network = try Network(parsing: "mlp:1-2:bias=false")
    let cross = try NetworkObjective(
      network, inputs: [1.0, -1, 2, 0], targets: .classes([0, 1, 1, 0]), loss: .crossEntropy)
    #expect(cross.accuracy(at: [1, 0]) == 0.75)
    #expect(cross.accuracy(at: [1, 0], over: Batch(samples: [2, 2, 1])) == 0.5)
    let one = try Network(parsing: "mlp:1-1:bias=false")
    let logistic = try NetworkObjective(
      one, inputs: [1.0, -1, 2, 0], targets: .values([1, -1, -1, 1]), loss: .logistic)
    #expect(logistic.accuracy(at: [2]) == 0.5)
    let squared = try NetworkObjective(one, inputs: [1.0], targets: .values([1]), loss: .squared())
    #expect(squared.accuracy(at: [1]) == nil)
  }

  @Test func randomParametersHaveTheStatedSpread() throws {
    let network = try Network(widths: [100, 300, 50], activation: .relu)
    func draw(_ initialization: NetworkInitialization) -> [[Double]] {
      var stream = testStream(16)
      let parameters = network.randomParameters(initialization, stream: &stream)
      return network.parameterBlocks.map { Array(parameters[$0.range]) }
    }
    func deviation(_ values: [Double]) -> Double { (dot(values, values) / Double(values.count)).squareRoot() }
    // The second weight has 15,000 entries: a relative standard error below 0.6 %.
    let pyTorch = draw(.pyTorch)
    #expect(abs(deviation(pyTorch[2]) * 900.0.squareRoot() - 1) < 0.03)
    #expect(pyTorch[0].allSatisfy { abs($0) < 0.1 } && pyTorch[1].allSatisfy { abs($0) < 0.1 })
    #expect(pyTorch[1].contains { abs($0) > 0.09 })
    let he = draw(.he)
    #expect(abs(deviation(he[2]) * 150.0.squareRoot() - 1) < 0.03)
    #expect(he[2].contains { abs($0) > 3 * deviation(he[2]) })
    let xavier = draw(.xavier)
    #expect(abs(deviation(xavier[2]) * 175.0.squareRoot() - 1) < 0.03)
    #expect(xavier[2].allSatisfy { abs($0) < (6 / 350.0).squareRoot() })
    let gaussian = draw(.gaussian(standardDeviation: 0.25))
    #expect(abs(deviation(gaussian[2]) * 4 - 1) < 0.03)
    for blocks in [he, xavier, gaussian] { #expect((blocks[1] + blocks[3]).allSatisfy { $0 == 0 }) }
  }

  /// The batches of a run grow and shrink: a workspace that has seen others changes nothing.
  @Test func workspacesCanBeUsedAgain() throws {
    let tiny = try TinyNetwork(Network(widths: [2, 3, 2], activation: .gelu), .squared(), sampleCount: 9)
    let objective = tiny.objective
    let point = tiny.points(2)
    var workspace = objective.makeWorkspace()
    for samples in [[1], [0, 1, 2, 3, 4, 5, 6, 7, 8], [8, 3, 3], [2]] {
      let batch = Batch(samples: samples)
      point[0].withUnsafeBufferPointer { parameters in
        point[1].withUnsafeBufferPointer { direction in
          var product = [Double](repeating: .nan, count: point[0].count)
          product.withUnsafeMutableBufferPointer { buffer in
            var span = buffer.mutableSpan
            objective.hessianVectorProduct(
              at: parameters.span, times: direction.span, over: batch, into: &span, using: &workspace)
          }
          #expect(product == objective.hessianVectorProduct(at: point[0], times: point[1], over: batch))
          product.withUnsafeMutableBufferPointer { buffer in
            var span = buffer.mutableSpan
            objective.gradient(at: parameters.span, over: batch, into: &span, using: &workspace)
          }
          #expect(product == objective.gradient(at: point[0], over: batch))
        }
      }
    }
  }
}
