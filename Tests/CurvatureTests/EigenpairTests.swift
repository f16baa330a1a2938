import Curvature
import Numerics
import Objectives
import Testing

@Suite("Eigenvalues at the ends of a spectrum") struct EigenpairTests {
  @Test("agree with the dense spectrum of a network", arguments: FixtureCase.all)
  func networks(_ one: FixtureCase) throws {
    let hessian = try CurvatureOperator.hessian(of: one.objective(), at: one.parameters)
    let truth = try hessian.spectrum().values
    let scale = max(abs(truth[0]), abs(truth[truth.count - 1]))
    for (largest, smallest) in [(1, 0), (0, 1), (1, 1), (3, 3), (truth.count, 0)] {
      let found = try hessian.eigenpairs(largest: largest, smallest: smallest)
      #expect(found.isConverged && found.largest.count == largest && found.smallest.count == smallest)
      for (place, pair) in found.largest.enumerated() {
        #expect(abs(pair.value - truth[truth.count - 1 - place]) <= pair.residual + 1e-13 * scale)
      }
      for (place, pair) in found.smallest.enumerated() {
        #expect(abs(pair.value - truth[place]) <= pair.residual + 1e-13 * scale)
      }
    }
  }

  @Test("every stated interval holds an eigenvalue, and no eigenvalue lies beyond the bounds")
  func intervals() throws {
    let (objective, parameters) = try randomObjective("mlp:6-12-2:tanh", samples: 40)
    let hessian = try CurvatureOperator.hessian(of: objective, at: parameters)
    let truth = try hessian.spectrum().values
    var beyond = 0
    for trial in 0..<400 {
      let options = EigenvalueOptions(tolerance: 0.05, seeds: Seeds(master: 5), trial: trial)
      let found = try hessian.eigenpairs(largest: 1, smallest: 1, options: options)
      for pair in found.largest + found.smallest {
        #expect(truth.contains { pair.interval.contains($0) })
        #expect(abs(LinearAlgebra.norm(pair.vector) - 1) < 1e-12)
        let image = hessian.product(pair.vector)
        let rest = zip(image, pair.vector).map { $0 - pair.value * $1 }
        #expect(abs(LinearAlgebra.norm(rest) - pair.residual) < 1e-12)
      }
      if let upper = found.upperBound, upper < truth[truth.count - 1] { beyond += 1 }
      if let lower = found.lowerBound, lower > truth[0] { beyond += 1 }
    }
    // 5 % at the most; the bound is far from sharp.
    #expect(beyond <= 20 + 4 * 5)
  }

  @Test("an eigenvalue counts as often as it is there") func multiplicities() throws {
    let values: [Double] = [5, 5, 5, 4, 4, 1, 1, 1, 1, 0.5, 0, 0, -2, -2] + [Double](repeating: 0.25, count: 40)
    let diagonal = ClosureOperator(dimension: values.count) { (x: [Double]) in zip(x, values).map { $0 * $1 } }
    let sorted = values.sorted()
    for count in [2, 4, 6] {
      let found = try diagonal.eigenpairs(largest: count, smallest: 2)
      for (place, pair) in found.largest.enumerated() { #expect(abs(pair.value - sorted.reversed()[place]) < 1e-12) }
      for (place, pair) in found.smallest.enumerated() { #expect(abs(pair.value - sorted[place]) < 1e-12) }
      // Vectors of one eigenvalue are orthogonal all the same.
      for first in found.largest.indices {
        for second in 0..<first {
          #expect(abs(LinearAlgebra.dot(found.largest[first].vector, found.largest[second].vector)) < 1e-10)
        }
      }
    }
    var options = EigenvalueOptions()
    options.findsMultiples = false
    let once = try diagonal.eigenpairs(largest: 2, options: options)
    #expect(abs(once.largest[0].value - 5) < 1e-12 && abs(once.largest[1].value - 4) < 1e-12)
  }

  @Test("the identity, zero, and one dimension") func trivial() throws {
    let identity = ClosureOperator(dimension: 7) { (x: [Double]) in x }
    let ones = try identity.eigenpairs(largest: 3).largest
    #expect(ones.count == 3 && ones.allSatisfy { abs($0.value - 1) < 1e-15 && $0.residual < 1e-15 && $0.isConverged })
    let zero = ClosureOperator(dimension: 5) { (x: [Double]) in [Double](repeating: 0, count: x.count) }
    let pairs = try zero.eigenpairs(largest: 2, smallest: 2)
    #expect((pairs.largest + pairs.smallest).allSatisfy { $0.value == 0 && $0.residual == 0 && $0.isConverged })
    let line = ClosureOperator(dimension: 1) { (x: [Double]) in [-3 * x[0]] }
    let ends = try line.eigenpairs(largest: 1)
    #expect(ends.largest[0].value == -3 && ends.upperBound == -3)
  }

  @Test("a basis that is full is restarted, to the same eigenvalues") func restarts() throws {
    var values: [Double] = (0..<3000).map { 1 / Double(1 + $0) }
    values[7] -= 0.3
    let entries = values
    let diagonal = ClosureOperator(dimension: 3000) { (x: [Double]) in zip(x, entries).map { $0 * $1 } }
    let sorted = values.sorted(by: >)
    for vectors in [13, 20, 40, 400] {
      let options = EigenvalueOptions(tolerance: 1e-9, basisBytes: vectors * 3000 * 8)
      let found = try diagonal.eigenpairs(largest: 3, smallest: 1, options: options)
      #expect(found.isConverged)
      for (pair, value) in zip(found.largest, sorted) { #expect(abs(pair.value - value) < 1e-12) }
      #expect(abs(found.smallest[0].value - (1.0 / 8 - 0.3)) < 1e-12)
    }
  }

  @Test("workers change no bit") func workers() throws {
    let values: [Double] = (0..<50_000).map { 1 / Double(1 + $0 % 977) }
    let diagonal = ClosureOperator(dimension: values.count) { (x: [Double]) in zip(x, values).map { $0 * $1 } }
    let found = try [1, 2, 3].map { workers in
      try diagonal.eigenpairs(largest: 2, options: EigenvalueOptions(tolerance: 1e-3, workers: workers))
    }
    #expect(found.allSatisfy { $0.largest.map(\.value) == found[0].largest.map(\.value) })
    #expect(found.allSatisfy { $0.largest[0].vector == found[0].largest[0].vector })
  }

  @Test("a start nearby takes fewer products and finds the same") func warm() throws {
    let (objective, parameters) = try randomObjective("mlp:8-24-1:tanh", samples: 60)
    let moved = objective.gradient(at: parameters).enumerated().map { parameters[$0.offset] - 0.01 * $0.element }
    let before = try CurvatureOperator.hessian(of: objective, at: parameters)
    let after = try CurvatureOperator.hessian(of: objective, at: moved)
    let old = try before.eigenpairs(largest: 1)
    let (cold, warm) = (try after.eigenpairs(largest: 1), try after.eigenpairs(largest: 1, startingFrom: old))
    #expect(abs(cold.largest[0].value - warm.largest[0].value) < 1e-12)
    #expect(warm.isConverged && warm.products < cold.products)
    #expect(warm.upperBound == nil && cold.upperBound != nil)
  }

  @Test("what is not converged says so") func unconverged() throws {
    let values: [Double] = (0..<2000).map { Double($0) / 2000 }
    let diagonal = ClosureOperator(dimension: 2000) { (x: [Double]) in zip(x, values).map { $0 * $1 } }
    let found = try diagonal.eigenpairs(largest: 2, options: EigenvalueOptions(largestProductCount: 12))
    #expect(!found.isConverged && found.products <= 14)
    #expect(found.largest.allSatisfy { pair in values.contains { pair.interval.contains($0) } })
    #expect((found.upperBound ?? 2) >= 0.9995)
  }

  @Test("single precision, to its own accuracy") func single() throws {
    let (objective, parameters) = try randomObjective("mlp:6-20-3:relu", samples: 50, loss: .crossEntropy)
    let narrow = try objective.inSinglePrecision()
    let truth = try CurvatureOperator.hessian(of: objective, at: parameters).spectrum().values
    let found = try CurvatureOperator.hessian(of: narrow, at: parameters.map { Float($0) })
      .eigenpairs(largest: 3, smallest: 1, options: EigenvalueOptions(tolerance: 3e-6))
    #expect(found.isConverged)
    for (place, pair) in found.largest.enumerated() {
      #expect(abs(pair.value - truth[truth.count - 1 - place]) < 1e-5 * truth[truth.count - 1])
    }
    #expect(abs(found.smallest[0].value - truth[0]) < 1e-5 * truth[truth.count - 1])
  }

  @Test("products that are not finite, and counts that make no sense") func refusals() {
    let broken = ClosureOperator(dimension: 4) { (x: [Double]) in x.map { _ in Double.nan } }
    #expect(throws: InputError.self) { try broken.eigenpairs() }
    let identity = ClosureOperator(dimension: 4) { (x: [Double]) in x }
    #expect(throws: InputError.self) { try identity.eigenpairs(largest: 3, smallest: 2) }
    #expect(throws: InputError.self) { try identity.eigenpairs(largest: 0) }
    #expect(throws: InputError.self) { try identity.eigenpairs(options: EigenvalueOptions(tolerance: 0)) }
  }

  /// Random symmetric matrices of every small order, every number of eigenvalues of each end.
  @Test("every count of every end for orders up to six") func small() throws {
    for order in 1...6 {
      var stream = RandomStream(RandomKey(seed: UInt64(order), purpose: .data))
      let entries = stream.gaussian(count: order * order)
      let matrix = Matrix(
        (0..<order).map { i in (0..<order).map { entries[i * order + $0] + entries[$0 * order + i] } })
      let symmetric = try MatrixOperator(matrix)
      let truth = try LinearAlgebra.symmetricEigenvalues(of: matrix)
      for largest in 0...order {
        for smallest in 0...(order - largest) where largest + smallest > 0 {
          let found = try symmetric.eigenpairs(largest: largest, smallest: smallest)
          #expect(found.isConverged)
          for (place, pair) in found.largest.enumerated() {
            #expect(abs(pair.value - truth[order - 1 - place]) < 1e-12)
          }
          for (place, pair) in found.smallest.enumerated() { #expect(abs(pair.value - truth[place]) < 1e-12) }
        }
      }
    }
  }
}
