import Numerics
import Objectives
import Testing

/// What is special about landscapes: their minima, families and refusals. Their derivatives are tested with all others.
@Suite struct LandscapeTests {
  /// Every named point of every reference problem is stationary, and a minimum.
  @Test(arguments: ReferenceProblem.names) func namedPointsAreMinima(_ name: String) throws {
    let problem = try ReferenceProblem(named: name)
    #expect(problem.name == name && !problem.minima.isEmpty)
    func check(_ objective: some FiniteSumObjective<Double>) {
      for point in problem.minima {
        let gradient = objective.gradient(at: point.parameters)
        #expect(LinearAlgebra.norm(gradient) < 1e-12, "\(point.name)")
        for j in point.parameters.indices {
          let axis = point.parameters.indices.map { $0 == j ? 1.0 : 0.0 }
          #expect(objective.hessianVectorProduct(at: point.parameters, times: axis)[j] > 0, "\(point.name)")
        }
      }
    }
    check(problem.objective.finiteSum)
  }

  /// The critical points and curvatures of the publication's function to their printed digits.
  @Test func wellsOfTheShared() throws {
    let problem = try ReferenceProblem.styblinskiTang()
    let sharp = try #require(problem.minimum(named: "sharp"))
    let flat = try #require(problem.minimum(named: "flat"))
    #expect(abs(sharp[0] + 2.90353403) < 5e-9 && abs(flat[0] - 2.74680277) < 5e-9)
    let objective = problem.objective.finiteSum
    #expect(abs(objective.hessianVectorProduct(at: sharp, times: [1, 0])[0] - 34.5830591) < 5e-8)
    #expect(abs(objective.hessianVectorProduct(at: flat, times: [0, 1])[1] - 29.2695528) < 5e-8)
    // Interpolation: every sample is stationary at every one of the four.
    for point in problem.minima {
      for gradient in objective.sampleGradients(at: point.parameters) { #expect(LinearAlgebra.norm(gradient) < 1e-12) }
    }
  }

  @Test func oneWellHasNoTwo() throws {
    #expect(try StyblinskiTangObjective(quartic: [[1]], quadratic: [[-1]], linear: [[1]]).wells(coordinate: 0) == nil)
    // A linear part so large that one well is gone.
    #expect(try StyblinskiTangObjective(quartic: [[1]], quadratic: [[1]], linear: [[30]]).wells(coordinate: 0) == nil)
  }

  /// E Hᵢ = Λ for every family, within five standard errors, and what is said of each family's matrices.
  @Test(arguments: QuadraticFamily.allCases) func familiesHaveTheirMean(_ family: QuadraticFamily) throws {
    var stream = testStream(9)
    let (eigenvalues, n) = ([3.0, 1, 0.2], 20_000)
    let sum = try QuadraticSumObjective.sampled(
      family, samples: n, eigenvalues: eigenvalues, rank: 2, noise: 0.5, stream: &stream)
    for (j, eigenvalue) in eigenvalues.enumerated() {
      let axis = (0..<3).map { $0 == j ? 1.0 : 0.0 }
      let column = sum.hessianVectorProduct(at: [0, 0, 0], times: axis)
      #expect(abs(column[j] - eigenvalue) < 5 * 1.5 * eigenvalue / Double(n).squareRoot())
      for k in 0..<3 where k != j {
        let scale = (eigenvalue * eigenvalues[k]).squareRoot()
        #expect(abs(column[k]) < 5 * scale / Double(n).squareRoot())
        if family == .sharedEigenvectors { #expect(column[k] == 0) }
      }
    }
    #expect(LinearAlgebra.norm(sum.gradient(at: [0, 0, 0])) < 1e-13)
    let noise = sum.sampleGradients(at: [0, 0, 0]).reduce(0) { $0 + dot($1, $1) } / Double(3 * n)
    #expect(abs(noise - 0.25) < 0.01)
    if family == .rankOne {
      // Equal norms in the metric of Λ⁻¹.
      let vectors = try QuadraticSumObjective.sampled(
        family, samples: 50, eigenvalues: [2, 2], rank: 1, noise: 0, stream: &stream)
      for i in 0..<50 {
        let batch = Batch(samples: [i])
        let trace = [[1.0, 0], [0, 1]].reduce(0) {
          $0 + dot($1, vectors.hessianVectorProduct(at: [0, 0], times: $1, over: batch))
        }
        #expect(abs(trace - 4) < 1e-12)
      }
    }
  }

  @Test func quadraticSumsRefuse() {
    #expect(throws: InputError.self) {
      try QuadraticSumObjective(hessians: [1, 2, 3, 4], sampleCount: 1, dimension: 2)
    }
    #expect(throws: InputError.self) { try QuadraticSumObjective(hessians: [1, 0, 0], sampleCount: 1, dimension: 2) }
    #expect(throws: InputError.self) {
      try QuadraticSumObjective(hessians: [1], sampleCount: 1, dimension: 1, gradients: [1, 2])
    }
    #expect(throws: InputError.self) {
      try QuadraticSumObjective(jacobians: [.nan], sampleCount: 1, outputCount: 1, dimension: 1)
    }
    #expect(throws: InputError.self) { try QuadraticMinimumObjective(bowls: []) }
    #expect(throws: InputError.self) {
      try QuadraticMinimumObjective(bowls: [.init(centre: [0], curvatures: [[-1]])])
    }
    #expect(throws: InputError.self) { try StyblinskiTangObjective(weights: [[1, 2], [1]]) }
    #expect(throws: InputError.self) { try TanhNetworkObjective.sine(samples: 10, hiddenCount: 0) }
    #expect(throws: InputError.self) { try ReferenceProblem(named: "rastrigin") }
    var stream = testStream(1)
    #expect(throws: InputError.self) {
      try QuadraticSumObjective.sampled(
        .random, samples: .max / 2, eigenvalues: [1, 1, 1], rank: 3, noise: 0, stream: &stream)
    }
  }

  /// Residuals and Jacobian against the loss and the samples' gradients.
  @Test func residualsMakeTheLoss() throws {
    var stream = testStream(10)
    let objective = try TanhNetworkObjective.sine(samples: 6, hiddenCount: 3)
    let θ = objective.randomParameters(stream: &stream)
    let (residuals, jacobian, d) = (
      objective.residuals(at: θ), objective.residualJacobian(at: θ), objective.parameterCount
    )
    #expect(d == 10 && residuals.count == 6 && jacobian.count == 60)
    #expect(abs(dot(residuals, residuals) / 12 - objective.loss(at: θ)) < 1e-15)
    for (i, gradient) in objective.sampleGradients(at: θ).enumerated() {
      let row = jacobian[i * d..<(i + 1) * d].map { $0 * residuals[i] }
      #expect(largestDifference(gradient, row) < 1e-15)
    }
  }
}
