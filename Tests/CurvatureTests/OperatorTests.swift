import Curvature
import Numerics
import Objectives
import Testing

@Suite("Curvature operators") struct OperatorTests {
  @Test("every operator is PyTorch's dense matrix", arguments: FixtureCase.all)
  func agreesWithPyTorch(_ one: FixtureCase) throws {
    let objective = try one.objective()
    #expect(abs(objective.loss(at: one.parameters) - one.value) < 1e-13 * max(1, abs(one.value)))
    let pairs: [(any SymmetricOperator, [Double])] = [
      (try CurvatureOperator.hessian(of: objective, at: one.parameters), one.hessian),
      (try CurvatureOperator.gaussNewton(of: objective, at: one.parameters), one.gaussNewton),
      (try CurvatureOperator.exactFisher(of: objective, at: one.parameters), one.fisher),
      (try CurvatureOperator.empiricalFisher(of: objective, at: one.parameters), one.empiricalFisher),
      (try CurvatureOperator.gradientCovariance(of: objective, at: one.parameters), one.gradientCovariance),
      (try HessianVarianceOperator(of: objective, at: one.parameters), one.variance),
    ]
    for (found, truth) in pairs {
      #expect(found.dimension == one.parameters.count)
      #expect(distance(found.dense(), one.matrix(truth)) < 1e-12, "\(found.formula)")
    }
  }

  @Test("vᵀAv is that of the dense matrix, by the network's own way, too", arguments: FixtureCase.all)
  func forms(_ one: FixtureCase) throws {
    let objective = try one.objective()
    var stream = RandomStream(RandomKey(seed: 8, purpose: .data))
    for kept in [0, 1 << 20] {
      let hessian = try CurvatureOperator.hessian(of: objective, at: one.parameters, keptBytes: kept)
      var workspace = hessian.makeWorkspace()
      let matrix = one.matrix(one.hessian)
      for _ in 0..<3 {
        let vector = stream.gaussian(count: one.parameters.count)
        let truth = LinearAlgebra.dot(vector, matrix.multiplied(by: vector))
        let scale = LinearAlgebra.norm(matrix.storage) * LinearAlgebra.dot(vector, vector)
        // Products in between use the same kept passes.
        let product = hessian.product(vector, using: &workspace)
        let form = vector.withUnsafeBufferPointer { hessian.quadraticForm($0.span, using: &workspace) }
        #expect(abs(form - truth) <= 1e-14 * max(scale, 1))
        #expect(abs(LinearAlgebra.dot(vector, product) - truth) <= 1e-14 * max(scale, 1))
      }
    }
  }

  @Test("forms in parts: the same for every number of workers", arguments: [515, 1025]) func formsInParts(
    _ samples: Int
  ) throws {
    let (objective, parameters) = try randomObjective("mlp:3-5-4-2:gelu", samples: samples, loss: .crossEntropy)
    let vector = objective.gradient(at: parameters)
    let truth = LinearAlgebra.dot(vector, objective.hessianVectorProduct(at: parameters, times: vector))
    let found = try [1, 2, 5].map { workers in
      let hessian = try CurvatureOperator.hessian(of: objective, at: parameters, workers: workers)
      var workspace = hessian.makeWorkspace()
      return vector.withUnsafeBufferPointer { hessian.quadraticForm($0.span, using: &workspace) }
    }
    #expect(found.allSatisfy { $0 == found[0] } && abs(found[0] / truth - 1) < 1e-12)
  }

  @Test("there are fourteen cases") func cases() { #expect(FixtureCase.all.count == 14) }

  /// The network's own routines against those that every objective has by default.
  @Test("an objective without routines of its own has the same operators", arguments: FixtureCase.all)
  func defaults(_ one: FixtureCase) throws {
    let objective = Plain(base: try one.objective())
    let second = try CurvatureOperator.empiricalFisher(of: objective, at: one.parameters)
    #expect(distance(second.dense(), one.matrix(one.empiricalFisher)) < 1e-12)
    let variance = try HessianVarianceOperator(of: objective, at: one.parameters)
    #expect(distance(variance.dense(), one.matrix(one.variance)) < 1e-12)
  }

  /// Parts of 256 samples and more; the last of 1,025 and of 515 is shorter than the others.
  @Test("parts and workers change nothing, ragged ones too", arguments: [300, 515, 1025], [true, false])
  func parts(_ samples: Int, _ isSquared: Bool) throws {
    let (objective, parameters) = try randomObjective(
      "mlp:3-5-2:tanh", samples: samples, loss: isSquared ? .squared() : .crossEntropy)
    var stream = RandomStream(RandomKey(seed: 3, purpose: .data))
    let vector = stream.gaussian(count: objective.parameterCount)
    let truth = objective.hessianVectorProduct(at: parameters, times: vector)
    var products: [[Double]] = []
    for workers in [1, 2, 5] {
      for kept in [0, 1 << 20] {
        let hessian = try CurvatureOperator.hessian(
          of: objective, at: parameters, workers: workers, keptBytes: kept)
        products.append(hessian.product(vector))
      }
    }
    for product in products {
      #expect(product == products[0])
      #expect(zip(product, truth).allSatisfy { abs($0 - $1) < 1e-13 })
    }
    let rows = Matrix(objective.sampleGradients(at: parameters))
    let fisher = try CurvatureOperator.empiricalFisher(of: objective, at: parameters, workers: 2).product(vector)
    let expected = rows.transposedMultiplied(by: rows.multiplied(by: vector)).map { $0 / Double(samples) }
    #expect(zip(fisher, expected).allSatisfy { abs($0 - $1) < 1e-12 })
  }

  @Test("a sample that stands twice in a batch counts twice") func multiplicities() throws {
    let (objective, parameters) = try randomObjective("mlp:2-3-1:tanh", samples: 4)
    let batch = Batch(samples: [0, 2, 2, 3, 2])
    let hessians = (0..<4).map { objective.denseHessian(at: parameters, over: Batch(samples: [$0])) }
    let weights = [0.2, 0, 0.6, 0.2]
    let d = objective.parameterCount
    let matrices = hessians.map { Matrix(rows: d, columns: d, storage: $0) }
    let mean = Matrix(
      rows: d, columns: d,
      storage: (0..<d * d).map { place in (0..<4).reduce(0) { $0 + weights[$1] * hessians[$1][place] } })
    let hessian = try CurvatureOperator.hessian(of: objective, at: parameters, over: batch)
    #expect(distance(hessian.dense(), mean) < 1e-14)
    var variance = mean.multiplied(by: mean).storage.map { -$0 }
    for (weight, matrix) in zip(weights, matrices) {
      for (place, entry) in matrix.multiplied(by: matrix).storage.enumerated() { variance[place] += weight * entry }
    }
    let found = try HessianVarianceOperator(of: objective, at: parameters, over: batch)
    #expect(distance(found.dense(), Matrix(rows: d, columns: d, storage: variance)) < 1e-13)
  }

  /// What a workspace keeps belongs to one point, one batch and one weighting: whatever comes between must not be mixed up.
  @Test("passes that are kept never serve another point or batch") func keeping() throws {
    let (objective, first) = try randomObjective("mlp:3-4-2:gelu", samples: 7, loss: .crossEntropy)
    let second = first.map { 0.5 * $0 + 0.1 }
    let vector = (0..<objective.parameterCount).map { Double($0 % 5) - 2 }
    let batches = [Batch.full(7), Batch(samples: [1, 4]), Batch(samples: [4, 1]), Batch(samples: [1, 4, 4])]
    var workspace = objective.makeWorkspace(keepingUpTo: 1 << 20)
    var result = [Double](repeating: 0, count: objective.parameterCount)
    func product(_ point: [Double], _ batch: Batch) -> [Double] {
      point.withUnsafeBufferPointer { point in
        vector.withUnsafeBufferPointer { vector in
          result.withUnsafeMutableBufferPointer {
            var span = $0.mutableSpan
            objective.hessianVectorProduct(
              at: point.span, times: vector.span, over: batch, into: &span, using: &workspace)
          }
        }
      }
      return result
    }
    func others(_ point: [Double], _ batch: Batch) {
      var rows = [Double](repeating: 0, count: batch.indices.count * objective.parameterCount)
      point.withUnsafeBufferPointer { point in
        vector.withUnsafeBufferPointer { vector in
          rows.withUnsafeMutableBufferPointer {
            var span = $0.mutableSpan
            objective.sampleHessianVectorProducts(
              at: point.span, times: vector.span, over: batch, into: &span, using: &workspace)
          }
          result.withUnsafeMutableBufferPointer {
            var span = $0.mutableSpan
            objective.gaussNewtonProduct(
              at: point.span, times: vector.span, over: batch, into: &span, using: &workspace)
            objective.gradient(at: point.span, over: batch, into: &span, using: &workspace)
          }
        }
      }
    }
    for round in 0..<24 {
      let (point, batch) = (round % 2 == 0 ? first : second, batches[(round / 3) % 4])
      if round % 5 == 4 { others(point, batch) }
      let expected = objective.hessianVectorProduct(at: point, times: vector, over: batch)
      #expect(product(point, batch) == expected)
      #expect(product(point, batch) == expected)
    }
  }

  @Test("a workspace is as large as it was said to be") func memory() throws {
    let (objective, parameters) = try randomObjective("mlp:6-50-40-3:relu", samples: 900, loss: .crossEntropy)
    for kept in [0, 100_000, 1 << 26] {
      let hessian = try CurvatureOperator.hessian(of: objective, at: parameters, keptBytes: kept)
      let d = objective.parameterCount
      // Two parts of 450 samples with 6 inputs and 183 units, each with its adjoint and the tangents of both.
      let whole = 450 * (6 + 183 * 4) * 8
      #expect(hessian.workspaceBytes == 2 * whole + 4 * d * 8)
    }
  }

  @Test("single precision agrees with double") func single() throws {
    let (objective, parameters) = try randomObjective("mlp:5-16-8-3:relu", samples: 600, loss: .crossEntropy)
    let narrow = try objective.inSinglePrecision()
    let exact = try CurvatureOperator.hessian(of: objective, at: parameters).dense()
    let found = try CurvatureOperator.hessian(of: narrow, at: parameters.map { Float($0) }).dense()
    #expect(distance(found, exact) < 1e-5)
    #expect(distance(found, exact) > 0)
  }

  @Test("blocks, preconditioners and shifts") func modified() throws {
    let (objective, parameters) = try randomObjective("mlp:2-3-2:tanh", samples: 9)
    let hessian = try CurvatureOperator.hessian(of: objective, at: parameters)
    let (truth, d) = (hessian.dense(), objective.parameterCount)
    let kept = [Int](2..<5) + [Int](9..<12)
    let block = try RestrictedOperator(hessian, to: [2..<5, 9..<12])
    #expect(block.dense() == Matrix(kept.map { row in kept.map { truth[row, $0] } }))
    let diagonal = (0..<d).map { 0.25 * Double($0 + 1) }
    let expected = Matrix(
      (0..<d).map { row in (0..<d).map { (diagonal[row] * diagonal[$0]).squareRoot() * truth[row, $0] } })
    #expect(distance(try PreconditionedOperator(hessian, diagonal: diagonal).dense(), expected) < 1e-14)
    var shifted = truth
    for j in 0..<d { shifted[j, j] += 0.75 }
    #expect(distance(ShiftedOperator(hessian, by: 0.75).dense(), shifted) < 1e-15)
    #expect(distance(try MatrixOperator(truth).dense(), truth) < 1e-15)
    #expect(ClosureOperator(dimension: d) { truth.multiplied(by: $0) }.dense() == truth)
  }

  @Test("what is not there is refused") func refusals() throws {
    let (objective, parameters) = try randomObjective("mlp:2-3-1:tanh", samples: 4)
    let hessian = try CurvatureOperator.hessian(of: objective, at: parameters)
    #expect(throws: InputError.self) { try CurvatureOperator.hessian(of: objective, at: [1, 2]) }
    #expect(throws: InputError.self) { try CurvatureOperator.hessian(of: objective, at: parameters, over: Batch()) }
    #expect(throws: InputError.self) {
      try CurvatureOperator.hessian(of: objective, at: parameters, over: Batch(samples: [4]))
    }
    var broken = parameters
    broken[3] = .nan
    #expect(
      throws: InputError(
        "parameters", expected: "finite numbers", found: "nan at index 3",
        advice: "Has the run that produced them diverged?")
    ) {
      try CurvatureOperator.hessian(of: objective, at: broken)
    }
    #expect(throws: InputError.self) { try RestrictedOperator(hessian, to: []) }
    #expect(throws: InputError.self) { try RestrictedOperator(hessian, to: [3..<5, 4..<6]) }
    #expect(throws: InputError.self) { try RestrictedOperator(hessian, to: [3..<500]) }
    #expect(throws: InputError.self) { try PreconditionedOperator(hessian, diagonal: [1]) }
    #expect(throws: InputError.self) { try MatrixOperator(Matrix([[1, 2], [3, 4]])) }
  }
}

/// A network without its own products: only what every objective must have.
private struct Plain: FiniteSumObjective {
  let base: NetworkObjective<Double>

  var sampleCount: Int { base.sampleCount }
  var parameterCount: Int { base.parameterCount }
  var lossFormula: String { base.lossFormula }
  func makeWorkspace() -> NetworkObjective<Double>.Workspace { base.makeWorkspace() }

  func loss(
    at parameters: Span<Double>, over batch: Batch, using workspace: inout NetworkObjective<Double>.Workspace
  ) -> Double { base.loss(at: parameters, over: batch, using: &workspace) }

  func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout NetworkObjective<Double>.Workspace
  ) { base.gradient(at: parameters, over: batch, into: &gradient, using: &workspace) }

  func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout NetworkObjective<Double>.Workspace
  ) {
    base.hessianVectorProduct(at: parameters, times: direction, over: batch, into: &product, using: &workspace)
  }

  func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout NetworkObjective<Double>.Workspace
  ) { base.sampleGradients(at: parameters, over: batch, into: &gradients, using: &workspace) }
}
