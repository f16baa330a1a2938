import Numerics
import Objectives
import Testing

@testable import Curvature

struct WorstCaseSharpnessTests {
  @Test(arguments: [UInt64(1), 2, 3, 4, 5])
  func isHalfTheLargestEigenvalueAtAMinimum(seed: UInt64) throws {
    let problem = try KnownQuadratic(eigenvalues: [4, 2, 1, 0.5, 0, 0.25], seed: seed)
    for radius in [1e-3, 0.3, 2] {
      let result = try problem.objective.worstCaseSharpness(at: problem.centre, radius: radius)
      let exact = 0.5 * radius * radius * 4
      #expect(result.atLeast <= exact * (1 + 1e-9))
      #expect(result.atLeast >= exact * (1 - 1e-5))
      #expect(result.isStationary)
      let away = zip(result.point, problem.centre).map { $0 - $1 }
      #expect(abs(LinearAlgebra.norm(away) - radius) < 1e-9 * radius)
      #expect(problem.objective.loss(at: result.point) == result.atLeast + result.loss)
    }
  }

  @Test(arguments: [UInt64(1), 2, 3, 4, 5])
  func isThatOfTheScaledHessianIfAdaptive(seed: UInt64) throws {
    let problem = try KnownQuadratic(eigenvalues: [4, 2, 1, 0.5, 0.1, 0.25], seed: seed)
    let c = problem.centre.map { abs($0) }
    let values = try LinearAlgebra.symmetricEigenvalues(of: problem.scaled(by: c))
    let result = try problem.objective.worstCaseSharpness(
      at: problem.centre, radius: 0.2, scale: .elementwise(), options: AscentOptions(gradientsPerStart: 2_000))
    let exact = 0.5 * 0.04 * (values.max() ?? 0)
    #expect(result.atLeast <= exact * (1 + 1e-9))
    #expect(result.atLeast >= exact * (1 - 1e-4))
  }

  /// A convex function has its largest value over a box at a corner. Many corners are stationary; 400 starts leave none of 32 out.
  @Test(arguments: [UInt64(1), 2, 3, 4, 5])
  func findsTheBestCornerOfABox(seed: UInt64) throws {
    let problem = try KnownQuadratic(eigenvalues: [4, 3, 2, 1, 0.5], seed: seed)
    let start = problem.centre.map { $0 + 0.05 }
    let scale = PerturbationScale.elementwise(offset: 0.1)
    let c = try scale.values(at: start)
    let loss = problem.objective.loss(at: start)
    let best =
      (0..<32).map { corner in
        problem.objective.loss(at: start.indices.map { start[$0] + (corner >> $0 & 1 == 0 ? -0.3 : 0.3) * c[$0] })
          - loss
      }.max() ?? 0
    let result = try problem.objective.worstCaseSharpness(
      at: start, radius: 0.3, norm: .maximum, scale: scale, options: AscentOptions(starts: 400))
    #expect(abs(result.atLeast - best) < 1e-9 * best)
    #expect(result.gains.count == 400 && result.gains.allSatisfy { $0 <= result.atLeast })
  }

  /// Inside of the ball: −½‖θ − a‖² with ‖a‖ < ρ is largest at a itself, where only a cut step ends.
  @Test func endsInsideWhereTheLossIsConcave() throws {
    let d = 3
    let hessian = (0..<9).map { $0 % 4 == 0 ? -1.0 : 0 }
    let a = [0.1, -0.2, 0.15]
    let objective = try QuadraticSumObjective(hessians: hessian, sampleCount: 1, dimension: d, centre: a)
    for norm in PerturbationNorm.allCases {
      let result = try objective.worstCaseSharpness(at: [0, 0, 0], radius: 1, norm: norm)
      #expect(abs(result.atLeast - 0.5 * LinearAlgebra.dot(a, a)) < 1e-6)
      #expect(zip(result.point, a).allSatisfy { abs($0 - $1) < 1e-3 })
      #expect(result.atLeast + result.remainingSlope >= 0.5 * LinearAlgebra.dot(a, a))
    }
  }

  @Test func startsAlongGivenDirections() throws {
    let problem = try KnownQuadratic(eigenvalues: [1.001, 1, 0.999, 0.998], seed: 4)
    let hessian = try CurvatureOperator.hessian(of: problem.objective, at: problem.centre)
    let top = try hessian.eigenpairs().largest[0].vector
    let options = AscentOptions(starts: 1, gradientsPerStart: 3)
    let blind = try problem.objective.worstCaseSharpness(at: problem.centre, radius: 0.1, options: options)
    let led = try problem.objective.worstCaseSharpness(
      at: problem.centre, radius: 0.1, startingAlong: [top], options: options)
    #expect(led.atLeast > 0.005 * 1.001 * (1 - 1e-9))
    #expect(blind.atLeast < led.atLeast)
    #expect(led.gains.count == 3)
  }

  @Test func countsWhatItCosts() throws {
    let problem = try ReLUProblem<Double>([3, 8, 2])
    let options = AscentOptions(starts: 3, gradientsPerStart: 7, tolerance: 0)
    let result = try problem.objective.worstCaseSharpness(at: problem.parameters, radius: 0.5, options: options)
    #expect(result.gradients <= 21 && result.gradients > 3)
    #expect(result.losses >= result.gradients - 3 && result.atLeast > 0)
    let more = try problem.objective.worstCaseSharpness(
      at: problem.parameters, radius: 0.5, options: AscentOptions(starts: 5, gradientsPerStart: 7, tolerance: 0))
    #expect(Array(more.gains.prefix(3)) == result.gains, "further starts change nothing of the first")
  }

  @Test func keepsToFiniteLosses() throws {
    let objective = Cliff(parameterCount: 2)
    let result = try objective.worstCaseSharpness(at: [0.5, 0], radius: 0.8)
    #expect(result.nonFiniteCount > 0)
    #expect(result.atLeast > 0.1 && result.atLeast < 1 && result.point.allSatisfy { abs($0) < 1 })
  }

  @Test func refusesWhatMakesNoSense() throws {
    let objective = Cliff(parameterCount: 2)
    #expect(throws: InputError.self) { try objective.worstCaseSharpness(at: [0, 0], radius: 0) }
    #expect(throws: InputError.self) { try objective.worstCaseSharpness(at: [0, 2], radius: 1) }
    #expect(throws: InputError.self) { try objective.worstCaseSharpness(at: [0], radius: 1) }
    #expect(throws: InputError.self) {
      try objective.worstCaseSharpness(at: [0, 0], radius: 1, scale: .elementwise(offset: -1))
    }
    #expect(throws: InputError.self) {
      try objective.worstCaseSharpness(at: [0, 0], radius: 1, options: AscentOptions(starts: 0))
    }
    #expect(throws: InputError.self) {
      try objective.worstCaseSharpness(at: [0, 0], radius: 1, startingAlong: [[1]])
    }
    #expect(throws: InputError.self) { try objective.averageSharpness(at: [0, 0], radius: 1, probes: 0) }
    #expect(throws: InputError.self) { try objective.averageSharpness(at: [0, 0], radius: -1) }
    #expect(throws: InputError.self) { try objective.boxSharpness(at: [0, 0], size: .nan) }
    #expect(throws: InputError.self) { try objective.boxSharpness(at: [0, 0], subspaceDimension: 3) }
  }
}

struct BoxSharpnessTests {
  /// f = ½ Σ hⱼ (θⱼ − cⱼ)² is largest at the corner away from c, coordinate by coordinate.
  @Test func isExactOfSeparableQuadratics() throws {
    let (h, c, size) = ([3.0, 0.5, 20], [2.0, -1, 0], 1e-2)
    let objective = try QuadraticSumObjective(
      hessians: (0..<9).map { $0 % 4 == 0 ? h[$0 / 4] : 0 }, sampleCount: 1, dimension: 3, centre: c)
    for shift in [0.0, 0.3, -0.7] {
      let start = c.map { $0 + shift }
      let loss = 0.5 * shift * shift * h.reduce(0, +)
      let largest = (0..<3).reduce(0.0) { sum, j in
        let reach = abs(shift) + size * (abs(start[j]) + 1)
        return sum + 0.5 * h[j] * reach * reach
      }
      let result = try objective.boxSharpness(at: start, size: size)
      #expect(abs(result.percentAtLeast - 100 * (largest - loss) / (1 + loss)) < 1e-9 * result.percentAtLeast)
      #expect(result.subspaceDimension == nil && result.maximum.radius == size)
    }
  }

  /// On a line through θ along a, of length 1, the box is ε(|⟨a, θ⟩| + 1) long on both sides.
  @Test(arguments: [UInt64(1), 2, 3])
  func hasTheRightEndsOnALine(seed: UInt64) throws {
    let problem = try KnownQuadratic(eigenvalues: [4, 2, 1, 0.5], seed: seed)
    let start = problem.centre.map { $0 + 0.01 }
    let result = try problem.objective.boxSharpness(
      at: start, size: 0.1, subspaceDimension: 1, options: AscentOptions(seeds: Seeds(master: seed)))
    let step = zip(result.maximum.point, start).map { $0 - $1 }
    let length = LinearAlgebra.norm(step)
    #expect(abs(length - 0.1 * (abs(LinearAlgebra.dot(step, start)) / length + 1)) < 1e-9)
    let loss = problem.objective.loss(at: start)
    let ends = [1.0, -1].map { sign in
      problem.objective.loss(at: zip(start, step).map { $0 + sign * $1 }) - loss
    }
    #expect(abs(result.percentAtLeast - 100 * max(ends[0], ends[1]) / (1 + loss)) < 1e-9 * result.percentAtLeast)
  }

  /// In d of d random directions every step within is Ay with |yᵢ| ≤ ε(|(A⁺θ)ᵢ| + 1), A⁺θ = A⁻¹θ.
  @Test func staysWithinTheBoxOfASubspace() throws {
    let problem = try KnownQuadratic(eigenvalues: [4, 2, 1], seed: 8)
    let whole = try problem.objective.boxSharpness(at: problem.centre, size: 0.1, subspaceDimension: 3)
    let two = try problem.objective.boxSharpness(at: problem.centre, size: 0.1, subspaceDimension: 2)
    let one = try problem.objective.boxSharpness(at: problem.centre, size: 0.1, subspaceDimension: 1)
    #expect(whole.percentAtLeast > 0 && two.percentAtLeast > 0 && one.percentAtLeast > 0)
    let options = AscentOptions()
    let a = (0..<3).map { column in
      var stream = RandomStream(options.seeds.key(.measurement, trial: 0), step: 1 << 24 + column)
      return stream.sphere(count: 3)
    }
    let columns = Matrix(a)
    let inverse = try LinearAlgebra.solve(transposed(columns), problem.centre)
    let step = zip(whole.maximum.point, problem.centre).map { $0 - $1 }
    let y = try LinearAlgebra.solve(transposed(columns), step)
    for (move, coordinate) in zip(y, inverse) {
      #expect(abs(abs(move) - 0.1 * (abs(coordinate) + 1)) < 1e-9, "a corner")
    }
  }

  private func transposed(_ matrix: Matrix) -> Matrix {
    Matrix((0..<matrix.columns).map { column in (0..<matrix.rows).map { matrix[$0, column] } })
  }
}

struct AdaptiveSharpnessTests {
  @Test(arguments: [UInt64(1), 2, 3])
  func staysWhenUnitsAreRescaled(seed: UInt64) throws {
    let problem = try ReLUProblem<Double>([3, 6, 2], seed: seed)
    let other = problem.rescaled(layer: 0, by: [0.1, 10, 3, 1, 0.5, 7])
    let objective = problem.objective
    #expect(abs(objective.loss(at: other) - objective.loss(at: problem.parameters)) < 1e-12)
    for norm in PerturbationNorm.allCases {
      let before = try objective.worstCaseSharpness(
        at: problem.parameters, radius: 0.1, norm: norm, scale: .elementwise())
      let after = try objective.worstCaseSharpness(at: other, radius: 0.1, norm: norm, scale: .elementwise())
      #expect(before.atLeast > 0 && abs(after.atLeast - before.atLeast) < 1e-6 * before.atLeast)
      let plain = try objective.worstCaseSharpness(at: problem.parameters, radius: 0.1, norm: norm)
      let moved = try objective.worstCaseSharpness(at: other, radius: 0.1, norm: norm)
      #expect(abs(moved.atLeast - plain.atLeast) > 0.1 * plain.atLeast, "the plain one is another")
    }
    for law in [PerturbationLaw.gaussian, .sphere] {
      let before = try objective.averageSharpness(
        at: problem.parameters, radius: 0.1, law: law, scale: .elementwise())
      let after = try objective.averageSharpness(at: other, radius: 0.1, law: law, scale: .elementwise())
      #expect(abs(after.value - before.value) < 1e-9 * abs(before.value))
    }
  }
}

struct AverageSharpnessTests {
  /// Gaussian: ½ρ² tr(CHC), with a variance of ½ρ⁴ ‖CHC‖²_F a pair.
  @Test func agreesWithTheTraceWithinItsErrors() throws {
    let problem = try KnownQuadratic(eigenvalues: [4, 2, 1, -0.5, 0.25, -1], seed: 2)
    for scale in [PerturbationScale.uniform, .elementwise(), .elementwise(offset: 0.3)] {
      let scaled = try problem.scaled(by: scale.values(at: problem.centre))
      let trace = (0..<6).reduce(0) { $0 + scaled[$1, $1] }
      let square = (0..<36).reduce(0) { $0 + scaled[$1 / 6, $1 % 6] * scaled[$1 / 6, $1 % 6] }
      let (exact, error) = (0.5 * 0.04 * trace, (0.5 * 0.0016 * square / 400).squareRoot())
      var covered = 0
      for trial in 0..<100 {
        // Far from the minimum too: the gradient cancels in pairs.
        let point = problem.centre
        let result = try problem.objective.averageSharpness(
          at: point, radius: 0.2, scale: scale, probes: 400, seeds: Seeds(master: 11), trial: trial)
        let standardError = try #require(result.standardError)
        #expect(abs(result.value - exact) < 5 * error)
        #expect(standardError > 0.6 * error && standardError < 1.6 * error)
        #expect(result.losses == 801 && result.probes == 400)
        if try #require(result.interval).contains(exact) { covered += 1 }
      }
      // 0.95 ± 4.5 standard errors of 100 trials.
      #expect(covered >= 85)
    }
  }

  @Test func hasNoVarianceOnASphereOfAnIsotropicBowl() throws {
    let objective = Cliff(parameterCount: 5)
    let result = try objective.averageSharpness(
      at: [0.1, -0.1, 0, 0.2, 0.1], radius: 0.4, law: .sphere, probes: 10)
    #expect(abs(result.value - 0.08) < 1e-12)
    #expect(try #require(result.standardError) < 1e-12)
  }

  @Test func leavesOutPairsThatAreNotFiniteAndCountsThem() throws {
    let objective = Cliff(parameterCount: 1)
    let result = try objective.averageSharpness(at: [0], radius: 1, probes: 400)
    // P(|N| < 1) = 0.683; of those the mean of ½δ² is 0.1456.
    #expect(abs(result.probes - 273) < 38 && result.probes + result.nonFiniteCount == 400)
    #expect(abs(result.value - 0.1456) < 0.04)
    #expect(throws: InputError.self) { try objective.averageSharpness(at: [0.999], radius: 1e6, probes: 5) }
  }

  @Test func doesNotDependOnWorkersAndAgreesInSinglePrecision() throws {
    let double = try ReLUProblem<Double>([4, 8, 8, 2])
    let single = try ReLUProblem<Float>([4, 8, 8, 2])
    func values<Scalar>(_ problem: ReLUProblem<Scalar>, _ workers: Int) throws -> [Double] {
      let options = AscentOptions(workers: workers)
      let (objective, θ) = (problem.objective, problem.parameters)
      return [
        try objective.averageSharpness(at: θ, radius: 0.05, workers: workers).value,
        try objective.worstCaseSharpness(at: θ, radius: 0.1, options: options).atLeast,
        try objective.boxSharpness(at: θ, size: 0.01, options: options).percentAtLeast,
        try objective.boxSharpness(at: θ, size: 0.01, subspaceDimension: 9, options: options).percentAtLeast,
      ]
    }
    let (one, three) = (try values(double, 1), try values(double, 3))
    #expect(one == three)
    let (oneFloat, threeFloat) = (try values(single, 1), try values(single, 3))
    #expect(oneFloat == threeFloat)
    for (exact, rounded) in zip(one, oneFloat) { #expect(abs(exact - rounded) < 1e-3 * exact) }
  }
}
