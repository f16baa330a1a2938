import Features
import Foundation
import Numerics
import Objectives
import Testing

@Suite("Measures of layers and neurons") struct LayerMeasureTests {
  private let weights = Matrix([[3, 0, 1, 0], [4, 1, 0, 0], [0, 2, 2, 0]])

  @Test("the first layer's norms, worked out by hand") func norms() throws {
    let layer = try FirstLayer(weights)
    #expect(layer.neuronCount == 3 && layer.inputCount == 4)
    #expect(layer.columnNorms == [5, 5.0.squareRoot(), 5.0.squareRoot(), 0])
    let squares: [Double] = [10, 17, 8]
    #expect(layer.rowNorms == squares.map { $0.squareRoot() })
    let norms = try layer.norms(relevant: [0])
    #expect(norms.relevant == 5 && abs(norms.irrelevant * norms.irrelevant - 10) < 1e-13)
    #expect(abs(norms.columnRatio - (10.0 / 3).squareRoot() / 5) < 1e-15)
    #expect(norms.relevantCount == 1 && norms.irrelevantCount == 3)
    let whole = LinearAlgebra.norm(weights.storage)
    for relevant in [[0, 1], [3], [2, 0, 1]] {
      let part = try layer.norms(relevant: relevant)
      #expect(abs(hypot(part.relevant, part.irrelevant) - whole) < 1e-14)
    }
    #expect(try layer.norms(relevant: []).columnRatio.isNaN)
    #expect(try layer.norms(relevant: [0, 1, 2, 3]).columnRatio.isNaN)
    #expect(try layer.rank().rank == 3)
  }

  @Test("the column ratio is 1 for equal columns and does not depend on the scale") func ratio() throws {
    let equal = try FirstLayer(Matrix([[1, 1, 1, 1, 1], [-2, 2, -2, 2, 2]]))
    #expect(abs(try equal.norms(relevant: [1, 4]).columnRatio - 1) < 1e-15)
    let scaled = try FirstLayer(Matrix(rows: 3, columns: 4, storage: weights.storage.map { 8 * $0 }))
    #expect(
      try scaled.norms(relevant: [1, 2]).columnRatio == FirstLayer(weights).norms(relevant: [1, 2]).columnRatio)
  }

  @Test("the Gram matrix is WᵀW, whatever the order of the neurons") func gram() throws {
    let gram = try FirstLayer(weights).gram
    for i in 0..<4 {
      for j in 0..<4 {
        #expect(gram[i, j] == (0..<3).reduce(0) { $0 + weights[$1, i] * weights[$1, j] })
      }
    }
    #expect(try FirstLayer(Matrix([weights.row(2), weights.row(0), weights.row(1)])).gram == gram)
  }

  @Test("a network's layers are found among its parameters") func network() throws {
    let network = try Network(widths: [2, 3, 1], activation: .relu)
    let parameters = (0..<network.parameterCount).map(Double.init)
    #expect(try FirstLayer(of: network, at: parameters).weights == Matrix([[0, 1], [2, 3], [4, 5]]))
    #expect(
      try network.weights(ofLayer: 0, in: parameters, includingBias: true)
        == Matrix([[0, 1, 6], [2, 3, 7], [4, 5, 8]]))
    #expect(try network.weights(ofLayer: 2, in: parameters) == Matrix([[9, 10, 11]]))
    #expect(throws: InputError.self) { try network.weights(ofLayer: 1, in: parameters) }
    #expect(throws: InputError.self) { try network.weights(ofLayer: 0, in: [1.0]) }
    let plain = try Network(widths: [2, 1], activation: .relu, bias: false)
    #expect(throws: InputError.self) { try plain.weights(ofLayer: 0, in: [1.0, 2], includingBias: true) }
  }

  @Test("activations are those of the layer, in the order of the samples") func activations() throws {
    let network = try Network(widths: [2, 2, 1], activation: .relu)
    let inputs: [Double] = [1, 1, -1, 2, 0, -3]
    let objective = try NetworkObjective(
      network, inputs: inputs, targets: .values([0, 0, 0]), loss: .squared(half: true))
    // W = (1 2; −1 1), c = (0, 1); a = (2, −1), output bias 5.
    let parameters: [Double] = [1, 2, -1, 1, 0, 1, 2, -1, 5]
    #expect(objective.activations(at: parameters, ofLayer: 0) == [3, 1, 3, 4, -6, -2])
    #expect(objective.activations(at: parameters, ofLayer: 1) == [3, 1, 3, 4, 0, 0])
    #expect(objective.activations(at: parameters, ofLayer: 2) == [10, 7, 5])
    #expect(objective.activations(at: parameters, ofLayer: 2) == objective.outputs(at: parameters))
    #expect(
      objective.activations(at: parameters, ofLayer: 1, over: Batch(samples: [2, 0])) == [0, 0, 3, 1])
    let matrix = try ActivationMatrix(of: objective, at: parameters, layer: 1)
    #expect(matrix.matrix == Matrix([[3, 1], [3, 4], [0, 0]]))
    #expect(throws: InputError.self) { try ActivationMatrix(of: objective, at: parameters, layer: 3) }
    #expect(throws: InputError.self) { try ActivationMatrix(of: objective, at: parameters, layer: -1) }
    // More samples than go through the network at once.
    let wide = try Network(widths: [1, 70_000, 1], activation: .relu, bias: false)
    let many = try NetworkObjective<Float>(
      wide, inputs: (1...40).map { Float($0) }, targets: .values([Float](repeating: 0, count: 40)),
      loss: .squared(half: true))
    let values = many.activations(at: [Float](repeating: 1, count: 140_000), ofLayer: 1)
    for (row, expected) in (1...40).map(Float.init).enumerated() {
      #expect(values[row * 70_000] == expected)
      #expect(values[row * 70_000 + 69_999] == expected)
    }
  }

  @Test("balancedness: by hand, 0 for balanced layers, and kept by flow up to the square of the step") func balanced()
    throws
  {
    let (first, second) = (Matrix([[1, 2], [0, 1]]), Matrix([[2, 1]]))
    // W₁W₁ᵀ = (5 2; 2 1), W₂ᵀW₂ = (4 2; 2 1).
    #expect(try Balancedness.norm(first, second) == 1)
    #expect(try Balancedness.neurons(first, second) == [1, 0])
    #expect(try Balancedness.norm(Matrix([[3, 4]]), Matrix([[5]])) == 0)
    #expect(try Balancedness.diagonal([3, 1], [2, -1]) == [5, 0])
    #expect(throws: InputError.self) { try Balancedness.norm(first, Matrix([[1, 2, 3]])) }
    #expect(throws: InputError.self) { try Balancedness.neurons(first, Matrix([[1]])) }
    #expect(throws: InputError.self) { try Balancedness.diagonal([1], []) }

    let network = try Network(widths: [2, 3, 1], activation: .relu, bias: false)
    let objective = try NetworkObjective(
      network, inputs: [1, 0.5, -0.3, 1, 0.7, -0.2], targets: .values([1, -1, 0.5]), loss: .squared(half: true))
    let start: [Double] = [0.5, 0.1, -0.3, 0.7, 0.2, -0.6, 0.4, -0.5, 0.9]
    func change(_ step: Double) throws -> Double {
      let end = zip(start, objective.gradient(at: start)).map { $0 - step * $1 }
      func neurons(_ θ: [Double]) throws -> [Double] {
        try Balancedness.neurons(network.weights(ofLayer: 0, in: θ), network.weights(ofLayer: 2, in: θ))
      }
      return LinearAlgebra.norm(zip(try neurons(end), try neurons(start)).map { $0 - $1 })
    }
    let (coarse, fine) = (try change(1e-2), try change(5e-3))
    #expect(coarse > 0 && abs(coarse / fine - 4) < 1e-6)
  }

  @Test("alignment with a dictionary") func alignment() throws {
    let neurons = Matrix([[2, 0], [-1, 1], [0, 0], [0, -3]])
    let found = try NeuronAlignment(of: neurons, with: Matrix([[1, 0], [0, 5]]))
    #expect(zip(found.best, [1, 0.5.squareRoot(), 0, 1]).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect(found.nearestAtoms == [0, 0, 0, 1])
    #expect(found.recoveredAtoms() == [0, 1])
    let one = try NeuronAlignment(of: Matrix([[3, 4]]), with: Matrix([[1, 0], [0, 1], [3, 4]]))
    #expect(zip(one.cosines.storage, [0.6, 0.8, 1]).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect(one.nearestAtoms == [2] && one.recoveredAtoms(threshold: 0.9) == [2])
    #expect(throws: InputError.self) { try NeuronAlignment(of: neurons, with: Matrix([[1, 0, 0]])) }
    #expect(throws: InputError.self) { try NeuronAlignment(of: neurons, with: Matrix([[.nan, 0]])) }
    #expect(throws: InputError.self) { try NeuronAlignment(of: neurons, with: Matrix(rows: 0, columns: 2)) }
  }

  @Test("movement: distances and angles, small ones and right ones alike") func movement() throws {
    let start = Matrix([[1, 0], [1, 0], [1, 0], [1, 0], [0, 0], [1, 1]])
    let end = Matrix([[3, 0], [0, 2], [-1, 0], [1, 1e-9], [1, 0], [1, 1]])
    let found = try NeuronMovement(from: start, to: end)
    #expect(zip(found.distances, [2, 5.0.squareRoot(), 2, 1e-9, 1, 0]).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect(zip(found.angles.prefix(3), [0, .pi / 2, .pi]).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect(abs(found.angles[3] / 1e-9 - 1) < 1e-12)
    #expect(found.angles[4].isNaN && found.angles[5] == 0)
    #expect(throws: InputError.self) { try NeuronMovement(from: start, to: Matrix([[1, 2]])) }
  }

  @Test("a first layer has weights, inputs that exist, and numbers") func errors() throws {
    let layer = try FirstLayer(weights)
    let twice = #expect(throws: InputError.self) { try layer.norms(relevant: [1, 1]) }
    #expect(twice?.found == "1, twice")
    let stranger = #expect(throws: InputError.self) { try layer.norms(relevant: [4]) }
    #expect(stranger?.found == "4")
    #expect(throws: InputError.self) { try FirstLayer(Matrix(rows: 0, columns: 3)) }
    #expect(throws: InputError.self) { try FirstLayer(Matrix([[1, .infinity]])) }
  }
}
