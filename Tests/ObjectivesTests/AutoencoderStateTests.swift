import Numerics
import Objectives
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What is measured of a state, against the plain objective at the parameters that the state stands for.
@Suite struct AutoencoderStateTests {
  typealias Activation = AutoencoderObjective.Activation

  static let states = [
    AutoencoderState(coefficients: [0.3, 0.2, -0.1, 0.4], perpendicular: 0.05),
    AutoencoderState(coefficients: [-0.9, 0.2, 0.1], perpendicular: 0.5),
    AutoencoderState(coefficients: [1.2, 0, 0.7], perpendicular: 0),
    AutoencoderState(coefficients: [0.6, 0.8]),
    AutoencoderState(coefficients: [0.4], perpendicular: 2),
    AutoencoderState(coefficients: [-0.1, -0.3, 0], perpendicular: 0.2),
  ]

  /// The parameters of a state on the standard basis with one more dimension.
  static func parameters(_ state: AutoencoderState) -> [Double] { state.coefficients + [state.perpendicular] }

  static func objective(_ state: AutoencoderState, _ activation: Activation) throws -> AutoencoderObjective {
    let m = state.coefficients.count
    return AutoencoderObjective(data: try .standardBasis(count: m, dimension: m + 1), activation: activation)
  }

  @Test(arguments: Activation.allCases) func agreesWithTheObjective(_ activation: Activation) throws {
    for state in Self.states {
      let objective = try Self.objective(state, activation)
      let w = Self.parameters(state)
      let gap = objective.loss(at: w) - objective.minimumLossForOrthonormalData
      #expect(abs(state.lossGap(activation) - gap) < 1e-15)
      let gradients = objective.sampleGradients(at: w)
      let meanSquare = gradients.reduce(0) { $0 + dot($1, $1) } / Double(gradients.count)
      #expect(abs(state.meanSquaredSampleGradient(activation) - meanSquare) < 1e-14)
      #expect(state.isDead(activation) == gradients.allSatisfy { $0.allSatisfy { $0 == 0 } })
      let φ = state.coefficients.map { activation == .linear ? $0 : max($0, 0) }
      #expect(abs(state.activeEnergy(activation) - dot(φ, φ)) < 1e-15)
      #expect(abs(state.squaredNorm - dot(w, w)) < 1e-15)
      let ordering = state.coefficients.map { activation == .linear ? abs($0) : $0 }
      #expect(state.leader(activation) == ordering.firstIndex(of: ordering.max() ?? .nan))
      let cosine = (ordering.max() ?? .nan) / dot(w, w).squareRoot()
      #expect(abs(state.maximumCosine(activation) - cosine) < 1e-15)
      #expect(abs(state.misalignment(activation) - (1 - cosine)) < 1e-15)
    }
  }

  @Test func lossGapKeepsItsDigits() {
    // Φ = s = (1 + δ)²: the gap is (1 − (1+δ)²)²/(2m), about 2δ²/m, which a difference of losses near ½ cannot hold.
    for δ in [1e-4, 1e-7, 1e-10] {
      let state = AutoencoderState(coefficients: [1 + δ, 0])
      #expect(abs(state.lossGap(.relu) / (δ * δ * (2 + δ) * (2 + δ) / 4) - 1) < 1e-5)
    }
    #expect(AutoencoderState(coefficients: [0, 1, 0]).lossGap(.relu) == 0)
    #expect(AutoencoderState(coefficients: [0, -1, 0]).lossGap(.linear) == 0)
    // A part outside the span and a negative coefficient both leave a gap of their own: Φ(s − Φ)/2m.
    #expect(abs(AutoencoderState(coefficients: [1, -1e-20], perpendicular: 0).lossGap(.relu)) < 1e-30)
    #expect(abs(AutoencoderState(coefficients: [1, 0], perpendicular: 1e-6).lossGap(.relu) / 2.5e-13 - 1) < 1e-3)
  }

  @Test func misalignmentResolvesFarBelowRounding() {
    // 1 − 1/√(1 + ε²) = ε²/2.
    for ε in [1e-3, 1e-8, 1e-20, 1e-100] {
      for state in [AutoencoderState(coefficients: [ε, 1]), AutoencoderState(coefficients: [0, 1], perpendicular: ε)] {
        #expect(abs(state.misalignment(.relu) / (ε * ε / 2) - 1) < 1e-5)
      }
    }
    #expect(abs(AutoencoderState(coefficients: [1e-20, -3]).misalignment(.linear) / (1e-40 / 18) - 1) < 1e-12)
    // Its negative is as far as can be for ReLU.
    #expect(AutoencoderState(coefficients: [-1]).misalignment(.relu) == 2)
    #expect(AutoencoderState(coefficients: [0], perpendicular: 3).misalignment(.relu) == 1)
  }

  @Test func runnerUpIsTheSecondLargestActive() {
    #expect(AutoencoderState(coefficients: [0.5, -0.9, 0.25, 0.1]).runnerUpRatio(.relu) == 0.5)
    #expect(AutoencoderState(coefficients: [0.45, -0.9, 0.25, 0.1]).runnerUpRatio(.linear) == 0.5)
    #expect(AutoencoderState(coefficients: [0.1, 0.2, 0.4]).runnerUpRatio(.relu) == 0.5)
    #expect(AutoencoderState(coefficients: [0.4, 0.1, 0.4]).runnerUpRatio(.relu) == 1)
    #expect(AutoencoderState(coefficients: [0.4, -0.1]).runnerUpRatio(.relu) == 0)
    #expect(AutoencoderState(coefficients: [-0.4, -0.1]).runnerUpRatio(.relu) == 0)
    #expect(AutoencoderState(coefficients: [0.7]).runnerUpRatio(.linear) == 0)
  }

  @Test func logRatiosCompareTheLeaderWithTheRest() {
    let state = AutoencoderState(coefficients: [0.3, -2, 0.8, 0.4])
    #expect(abs(state.logRatio(.relu) - log(0.8 / 0.7)) < 1e-15)
    #expect(abs(state.logRatio(.linear) - log(2 / 1.5)) < 1e-15)
    #expect(abs(state.logRatioEuclidean(.relu) - log(0.8 / 0.5)) < 1e-15)
    let competitors = 0.89.squareRoot()
    #expect(abs(state.logRatioEuclidean(.linear) - log(2 / competitors)) < 1e-15)
    #expect(AutoencoderState(coefficients: [0.8, -1]).logRatio(.relu) == .infinity)
    #expect(AutoencoderState(coefficients: [0.8, -1]).logRatioEuclidean(.relu) == .infinity)
  }

  @Test func divergenceIsANormBeyondAMillionOrNoNumber() {
    func state(_ s: Double) -> AutoencoderState {
      AutoencoderState(coefficients: [0], perpendicular: 0, squaredNorm: s)
    }
    #expect(!state(999_999).hasDiverged)
    #expect(state(1e6).hasDiverged)
    #expect(state(.infinity).hasDiverged)
    #expect(state(.nan).hasDiverged)
  }

  // MARK: - From parameters

  @Test(arguments: [-0.15, 0, 0.3, 0.9]) func perpendicularPartForAnyGramMatrix(correlation: Double) throws {
    let data = try AutoencoderData.equicorrelated(count: 4, dimension: 7, correlation: correlation)
    let objective = AutoencoderObjective(data: data, activation: .relu)
    // Inside the span by construction, and 0.3, −0.4, 0 along axes that no data vector touches.
    let weights = [0.1, 0.2, 0.3, 0.4]
    let inside: [Double] = (0..<7).map { j in dot(weights, (0..<4).map { data.rows[$0 * 7 + j] }) }
    let outside: [Double] = [0, 0, 0, 0, 0.3, -0.4, 0]
    let w: [Double] = zip(inside, outside).map { $0 + $1 }
    let state = AutoencoderState(of: objective, at: w)
    #expect(abs(state.perpendicular - 0.5) < 1e-13)
    #expect(abs(state.squaredNorm - dot(w, w)) < 1e-15)
    #expect(largestDifference(state.coefficients, (0..<4).map { dot(w, row($0, of: data)) }) < 1e-15)
    #expect(state.logCoefficients.isEmpty)
    #expect(state.step == 0)
    // Nothing outside: 0 but for the rounding of a square root.
    #expect(AutoencoderState(of: objective, at: inside).perpendicular < 1e-7)
  }

  /// Γ is singular then, whatever rounding makes of it: repeated vectors, more vectors than dimensions, a zero vector, an exact sum.
  @Test func noPerpendicularPartForDependentVectors() throws {
    var stream = testStream(9)
    var cases = [
      try AutoencoderData(count: 2, dimension: 3, values: [1, 2, 3, 1, 2, 3]),
      try AutoencoderData(count: 2, dimension: 2, values: [1, 0, 0, 0]),
      try AutoencoderData(count: 3, dimension: 3, values: [1, 0, 0, 0, 1, 0, 1, 1, 0]),
    ]
    for count in [3, 3, 3, 3, 3, 4, 5, 6] {
      cases.append(try AutoencoderData(count: count, dimension: 2, values: stream.gaussian(count: 2 * count)))
      // The last vector is a combination of the others, to rounding.
      let free = (0..<(count - 1)).map { _ in stream.gaussian(count: 8) }
      let weights = stream.gaussian(count: count - 1)
      let last = (0..<8).map { j in zip(free, weights).reduce(0) { $0 + $1.0[j] * $1.1 } }
      cases.append(try AutoencoderData(count: count, dimension: 8, values: (free + [last]).flatMap { $0 }))
    }
    for (which, data) in cases.enumerated() {
      let objective = AutoencoderObjective(data: data, activation: .relu)
      for _ in 0..<5 {
        let state = AutoencoderState(of: objective, at: stream.gaussian(count: data.dimension))
        #expect(state.perpendicular.isNaN, "case \(which)")
        #expect(state.squaredNorm.isFinite)
      }
    }
  }
}
