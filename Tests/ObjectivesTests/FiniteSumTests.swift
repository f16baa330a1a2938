import Curvature
import Numerics
import Objectives
import Testing

/// Checks that hold for every finite sum, on every tiny problem.
@Suite struct FiniteSumTests {
  /// The derivatives of this problem class are polynomials of moderate size: h² and ε/h together stay below 1e-9.
  static let width = 1e-5

  static func centralDifference<Value>(
    at point: [Double], along j: Int, _ value: ([Double]) -> Value, combine: (Value, Value) -> Value
  ) -> Value {
    var forward = point
    var backward = point
    forward[j] += width
    backward[j] -= width
    return combine(value(forward), value(backward))
  }

  @Test func lossIsTheMeanOfTheDefinition() throws {
    for problem in try TinyProblem.all() {
      for point in problem.points {
        let mean =
          (0..<problem.sampleCount).map { problem.sampleLoss($0, point) }.reduce(0, +) / Double(problem.sampleCount)
        #expect(abs(problem.loss(point, nil) - mean) < 1e-14 * max(1, mean), "\(problem)")
      }
    }
  }

  @Test func gradientIsTheDifferenceQuotientOfTheLoss() throws {
    for problem in try TinyProblem.all() {
      var moves = false
      for point in problem.points {
        let quotients = point.indices.map { j in
          Self.centralDifference(at: point, along: j, { problem.loss($0, nil) }) { ($0 - $1) / (2 * Self.width) }
        }
        let gradient = problem.gradient(point, nil)
        #expect(largestDifference(gradient, quotients) < 1e-8, "\(problem)")
        moves = moves || gradient.contains { abs($0) > 1e-3 }
      }
      #expect(moves, "\(problem): gradients of 0 alone would test nothing")
    }
  }

  @Test func hessianVectorProductIsTheDifferenceQuotientOfTheGradient() throws {
    for problem in try TinyProblem.all() {
      for point in problem.points {
        for j in point.indices {
          let column = Self.centralDifference(at: point, along: j, { problem.gradient($0, nil) }) { forward, backward in
            zip(forward, backward).map { ($0 - $1) / (2 * Self.width) }
          }
          let axis = point.indices.map { $0 == j ? 1.0 : 0.0 }
          let product = problem.hessianVectorProduct(point, axis, nil)
          #expect(largestDifference(product, column) < 1e-8, "\(problem)")
        }
      }
    }
  }

  /// Linear in the direction: what a Lanczos iteration relies on.
  @Test func hessianVectorProductIsLinear() throws {
    var stream = testStream(4)
    for problem in try TinyProblem.all() {
      for point in problem.points {
        let u = stream.gaussian(count: problem.parameterCount)
        let v = stream.gaussian(count: problem.parameterCount)
        let combined = problem.hessianVectorProduct(point, zip(u, v).map { 2 * $0 - 3 * $1 }, nil)
        let parts = zip(problem.hessianVectorProduct(point, u, nil), problem.hessianVectorProduct(point, v, nil))
        #expect(largestDifference(combined, parts.map { 2 * $0 - 3 * $1 }) < 1e-12, "\(problem)")
      }
    }
  }

  @Test func denseHessianIsSymmetricAndMadeOfProducts() throws {
    for problem in try TinyProblem.all() {
      let d = problem.parameterCount
      for point in problem.points {
        let hessian = problem.denseHessian(point, nil)
        var trace = 0.0
        for j in 0..<d {
          // The products themselves, which nothing has symmetrised, are the columns.
          let column = problem.hessianVectorProduct(point, (0..<d).map { $0 == j ? 1 : 0 }, nil)
          #expect(largestDifference(column, (0..<d).map { hessian[$0 * d + j] }) < 1e-14, "\(problem)")
          for i in 0..<d { #expect(hessian[i * d + j] == hessian[j * d + i], "\(problem)") }
          trace += hessian[j * d + j]
        }
        #expect(abs(problem.hessianTrace(point) - trace) < 1e-13, "\(problem)")
      }
    }
  }

  /// All multisets of up to n + 1 members for n ≤ 4, so with every pattern of multiplicities; all subsets for n ≤ 6.
  @Test func everyBatchIsTheMeanOfItsSamples() throws {
    for problem in try TinyProblem.all() {
      let n = problem.sampleCount
      let batches = n <= 4 ? (1...(n + 1)).flatMap { multisets(of: n, size: $0) } : subsets(of: n)
      let point = problem.points[0]
      let direction = problem.points[1]
      let gradients = problem.sampleGradients(point, nil)
      let curvatures = (0..<n).map { problem.hessianVectorProduct(point, direction, Batch(samples: [$0])) }
      func mean(_ samples: [Int], _ values: [[Double]]) -> [Double] {
        (0..<problem.parameterCount).map { j in samples.reduce(0) { $0 + values[$1][j] } / Double(samples.count) }
      }
      for samples in batches {
        // Descending, so that the order in the batch is not the order of the data.
        let batch = Batch(samples: samples.reversed())
        let loss = samples.reduce(0) { $0 + problem.sampleLoss($1, point) } / Double(samples.count)
        #expect(abs(problem.loss(point, batch) - loss) < 1e-13, "\(problem) \(samples)")
        #expect(
          largestDifference(problem.gradient(point, batch), mean(samples, gradients)) < 1e-13, "\(problem) \(samples)")
        let product = problem.hessianVectorProduct(point, direction, batch)
        #expect(largestDifference(product, mean(samples, curvatures)) < 1e-12, "\(problem) \(samples)")
      }
    }
  }

  @Test func sampleHessianProductsAreThoseOfSingleBatches() throws {
    for problem in try TinyProblem.all() {
      let (n, direction) = (problem.sampleCount, problem.points[1])
      for point in problem.points {
        let products = problem.sampleHessianVectorProducts(point, direction, nil)
        #expect(products.count == n)
        for i in 0..<n {
          let single = problem.hessianVectorProduct(point, direction, Batch(samples: [i]))
          #expect(largestDifference(products[i], single) < 1e-13, "\(problem)")
        }
        let last = n - 1
        let rows = problem.sampleHessianVectorProducts(point, direction, Batch(samples: [last, last, 0, last]))
        #expect(rows.count == min(n, 2) && largestDifference(rows[0], products[last]) < 1e-14, "\(problem)")
      }
    }
  }

  @Test func sampleGradientsAreThoseOfSingleBatches() throws {
    for problem in try TinyProblem.all() {
      let n = problem.sampleCount
      for point in problem.points {
        let gradients = problem.sampleGradients(point, nil)
        #expect(gradients.count == n)
        for i in 0..<n {
          #expect(largestDifference(gradients[i], problem.gradient(point, Batch(samples: [i]))) < 1e-14, "\(problem)")
        }
        let mean = (0..<problem.parameterCount).map { j in gradients.reduce(0) { $0 + $1[j] } / Double(n) }
        #expect(largestDifference(mean, problem.gradient(point, nil)) < 1e-14, "\(problem)")
        // Rows follow the batch's distinct indices, and multiplicities do not multiply them.
        let last = n - 1
        let rows = problem.sampleGradients(point, Batch(samples: [last, last, 0, last]))
        #expect(rows == (n > 1 ? [gradients[last], gradients[0]] : [gradients[0]]), "\(problem)")
      }
    }
  }

  @Test func withoutABatchAllSamplesCount() throws {
    for problem in try TinyProblem.all() {
      let full = Batch.full(problem.sampleCount)
      let (point, direction) = (problem.points[0], problem.points[1])
      #expect(problem.loss(point, nil) == problem.loss(point, full))
      #expect(problem.gradient(point, nil) == problem.gradient(point, full))
      #expect(
        problem.hessianVectorProduct(point, direction, nil) == problem.hessianVectorProduct(point, direction, full))
      #expect(problem.sampleGradients(point, nil) == problem.sampleGradients(point, full))
      #expect(problem.denseHessian(point, nil) == problem.denseHessian(point, full))
    }
  }
}

@Suite struct BatchTests {
  @Test func repeatedIndicesBecomeMultiplicitiesInOrderOfAppearance() {
    let batch = Batch(samples: [4, 1, 4, 0, 4, 1])
    #expect(batch.indices == [4, 1, 0])
    #expect(batch.multiplicities == [3, 2, 1])
    #expect(batch.size == 6)
  }

  @Test func fullHoldsEachOnce() {
    #expect(Batch.full(3) == Batch(samples: [0, 1, 2]))
    #expect(Batch.full(0) == Batch())
  }

  @Test func emptiedBatchesAreAsGoodAsNew() {
    var batch = Batch(samples: [2, 2, 5])
    batch.removeAll()
    #expect(batch == Batch())
    batch.append(7)
    batch.addAgain(at: 0)
    #expect(batch == Batch(samples: [7, 7]))
  }
}

@Suite struct LeastSquaresTests {
  @Test func hessianIsTheSecondMomentOfTheInputs() throws {
    let objective = try LeastSquaresObjective(inputs: [[1, 2], [0, 3], [-1, 1]], targets: [1, 0, 2])
    let third = 1.0 / 3
    #expect(largestDifference(objective.denseHessian(at: [5, -7]), [2 * third, third, third, 14 * third]) < 1e-15)
    let loss = objective.loss(at: [0, 0])
    #expect(abs(loss - 2.5 * third) < 1e-15)
    #expect(objective.lossFormula == "½ (⟨xᵢ, θ⟩ − yᵢ)²")
  }

  static let refused: [(inputs: [[Double]], targets: [Double], text: String)] = [
    ([], [], "inputs: expected one or more rows of equal, positive length, found no row."),
    ([[]], [1], "inputs: expected one or more rows of equal, positive length, found rows of lengths [0]."),
    (
      [[1, 2], [3]], [1, 2],
      "inputs: expected one or more rows of equal, positive length, found rows of lengths [1, 2]."
    ),
    ([[1], [2]], [1], "targets: expected 2 values, one a row of inputs, found 1."),
    (
      [[1], [.infinity]], [1, 2],
      "inputs and targets: expected finite values, found a value that is infinite or not a number."
    ),
    (
      [[1], [2]], [1, .nan],
      "inputs and targets: expected finite values, found a value that is infinite or not a number."
    ),
  ]

  @Test(arguments: refused.indices) func refusesWhatIsNoProblem(_ which: Int) {
    let (inputs, targets, text) = Self.refused[which]
    let error = #expect(throws: InputError.self) { try LeastSquaresObjective(inputs: inputs, targets: targets) }
    #expect(error?.description == text)
  }
}
