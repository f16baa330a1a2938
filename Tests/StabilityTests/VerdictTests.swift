import Numerics
import Objectives
import Testing

@testable import Stability

@Suite("Verdicts, indefinite samples, weight decay, and what is refused") struct VerdictTests {
  @Test("The regions of G1 at b = 1") func regions() throws {
    let geometry = try Golden.scalars(Golden.g1)
    let stability = try geometry.stability(of: dynamics(4, 1, .subset))
    for (step, verdict, contracts) in [
      (0.2, Verdict.stay, true), (0.4, .stay, false), (0.6, .fragile, false), (1.0, .fragile, false),
      (1.1, .leave, false),
    ] {
      let cell = try geometry.verdict(step: step, stability)
      #expect(cell.verdict == verdict && cell.everyBatchContracts == contracts, "η=\(step): \(cell)")
    }
    #expect(throws: InputError.self) { try geometry.verdict(step: -1, stability) }
    #expect(throws: InputError.self) { try geometry.verdict(step: .nan, stability) }
  }

  @Test("Undecided at the almost sure threshold, within the error of Λ") func undecided() throws {
    let geometry = try Golden.rankOne(Golden.g2)
    let simulation = MonteCarlo(chains: 50, steps: 200, seeds: Seeds(master: 3))
    let stability = try geometry.stability(of: dynamics(3, 1, .subset), simulation)
    let cell = try geometry.verdict(step: stability.almostSure.value, stability, simulation)
    #expect(cell.verdict == .undecided)
    #expect(try geometry.verdict(step: 1.2, stability, simulation).verdict == .leave)
    #expect(try geometry.verdict(step: 0.6, stability, simulation).verdict == .fragile)
  }

  @Test("A long reshuffled epoch: an estimated threshold, stay below it, fragile above, leave above η_almostSure")
  func reshuffle() throws {
    var stream = testStream(61)
    let geometry = try Golden.rankOne((0..<30).map { _ in stream.gaussian(count: 3) })
    let simulation = MonteCarlo(chains: 20, steps: 300)
    let stability = try geometry.stability(of: dynamics(30, 3, .reshuffle), simulation)
    let threshold = stability.meanSquare
    #expect(threshold.standardError > 0 && stability.bounds == nil)
    #expect(threshold.lower > threshold.value - 4 * threshold.standardError && threshold.upper > threshold.value)
    let all = try #require(stability.allBatches)
    #expect(try geometry.verdict(step: 0.9 * all.lower, stability, simulation).verdict == .stay)
    #expect(try geometry.verdict(step: 1.5 * stability.almostSure.value, stability, simulation).verdict == .leave)
    #expect(all.lower < threshold.lower && threshold.value < stability.almostSure.value)
    #expect(try geometry.verdict(step: 0.95 * threshold.lower, stability, simulation).verdict == .stay)
    #expect(try geometry.verdict(step: threshold.value, stability, simulation).verdict == .undecided)
  }

  @Test("Not a minimum: refused with the reason") func refusal() throws {
    let dynamics = try dynamics(4, 1, .subset)
    let moving = try Golden.matrices(Golden.g3, gradients: [[1, 0], [1, 1], [0, -2], [0, 1]])
    guard case .notStationary(let norm, _) = moving.stationarity() else {
      Issue.record("stationary")
      return
    }
    #expect(abs(norm - 0.5) < 1e-15)
    #expect(try #require(moving.refusal()).contains("gradient"))
    #expect(throws: InputError.self) { try moving.stability(of: dynamics) }
    let saddle = try Golden.matrices([Matrix.diagonal([2, -0.5]), Matrix.diagonal([1, -0.1])])
    #expect(try #require(saddle.refusal()).contains("-0.3"))
    #expect(throws: InputError.self) {
      try saddle.meanSquareThreshold(of: Dynamics(batchSize: 1, sampling: .subset, sampleCount: 2))
    }
    // Enough weight decay makes a minimum of it.
    let held = try Golden.matrices([Matrix.diagonal([2, -0.5]), Matrix.diagonal([1, -0.1])], weightDecay: 0.6)
    #expect(held.refusal() == nil && held.rank == 2)
    #expect(try Golden.matrices(Golden.g3).stationarity() == .assumed)
    let zeros = [[Double]](repeating: [0, 0], count: 4)
    #expect(try Golden.matrices(Golden.g3, gradients: zeros).stationarity() == .interpolating)
  }

  @Test("Indefinite samples: the spectral radius decides, and crosses 1 at the threshold") func indefinite() throws {
    let hessians = [Matrix([[2, 1], [1, -0.5]]), Matrix([[1, -1], [-1, 0.5]]), Matrix([[1.5, 0], [0, 3]])]
    let geometry = try Golden.matrices(hessians)
    #expect(geometry.indefiniteSamples == [0, 1])
    for sampling in [Sampling.subset, .iid] {
      for b in 1...2 {
        let dynamics = try dynamics(3, b, sampling)
        let threshold = try geometry.meanSquareThreshold(of: dynamics)
        let growth = try geometry.secondMomentGrowth(step: threshold.value, of: dynamics)
        #expect(abs(growth - 1) < 1e-10)
        #expect(try abs(threshold.value / geometry.denseMeanSquareThreshold(of: dynamics) - 1) < 1e-9)
        #expect(try geometry.secondMomentGrowth(step: 0.9 * threshold.value, of: dynamics) < 1)
      }
    }
    #expect(try geometry.allBatchesThreshold(of: dynamics(3, 1, .subset)).lower == 0)
    let stability = try geometry.stability(of: dynamics(3, 1, .subset), MonteCarlo(chains: 20, steps: 100))
    #expect(try geometry.verdict(step: 0.01, stability).verdict == .stay)
    #expect(try !geometry.verdict(step: 0.01, stability).everyBatchContracts)
  }

  @Test("A flat direction in which samples curve up and down is unstable at every step size") func leak() throws {
    let geometry = try Golden.matrices([Matrix.diagonal([1, 1]), Matrix.diagonal([1, -1])])
    #expect(geometry.rank == 1 && geometry.indefiniteSamples == [1] && geometry.isUnstableInNullSpace)
    #expect(try geometry.meanSquareThreshold(of: dynamics(2, 1, .subset)).value == 0)
    #expect(try geometry.meanSquareThreshold(of: dynamics(2, 2, .subset)).value == 2)
    let stability = try geometry.stability(of: dynamics(2, 1, .subset))
    #expect(try geometry.verdict(step: 0.1, stability).verdict == .undecided)
    #expect(try geometry.verdict(step: 2.1, stability).verdict == .leave)
    let objective = QuadraticSum([Matrix.diagonal([1, 1]), Matrix.diagonal([1, -1])])
    for decay in [0, 0.5] {
      let found = try MinimumGeometry(objective, at: [0, 0], weightDecay: decay)
      #expect(found.indefiniteSamples == [1] && found.isUnstableInNullSpace == (decay == 0))
      #expect(found.rank == (decay == 0 ? 1 : 2) && found.stationarity() == .interpolating)
      let value = try found.meanSquareThreshold(of: dynamics(2, 1, .subset)).value
      #expect(abs(value - (decay == 0 ? 0 : 1 / 1.25)) < 1e-12)
    }
    let held = try Golden.matrices([Matrix.diagonal([1, 1]), Matrix.diagonal([1, -1])], weightDecay: 0.5)
    // In the flat direction 2w/(w² + p), p = 1.
    #expect(abs(try held.meanSquareThreshold(of: dynamics(2, 1, .subset)).value - 1 / 1.25) < 1e-12)
  }

  @Test("Weight decay is the same as adding it to every Hessian") func weightDecay() throws {
    var stream = testStream(62)
    for _ in 0..<40 {
      let curvature = try randomFamily(&stream)
      let (n, d, decay) = (curvature.sampleCount, curvature.dimension, 0.4)
      let added = try Golden.matrices(
        (0..<n).map { sample in
          var hessian = curvature.hessian(sample)
          for j in 0..<d { hessian[j, j] += decay }
          return hessian
        })
      let decayed = try MinimumGeometry(curvature, weightDecay: decay)
      for b in 1...n {
        let dynamics = try dynamics(n, b, .subset)
        let (x, y) = (try decayed.bounds(of: dynamics), try added.bounds(of: dynamics))
        let pairs = [
          (try decayed.meanSquareThreshold(of: dynamics).value, try added.meanSquareThreshold(of: dynamics).value),
          (try decayed.allBatchesThreshold(of: dynamics).lower, try added.allBatchesThreshold(of: dynamics).lower),
          (x.lower, y.lower), (x.topEigenvector, y.topEigenvector), (x.trace, y.trace), (x.sufficient, y.sufficient),
          (x.divergence, y.divergence), (decayed.fullBatchLimit(), added.fullBatchLimit()),
        ]
        for (place, (a, b)) in pairs.enumerated() { #expect(abs(a / b - 1) < 1e-7, "\(place)") }
      }
    }
  }

  @Test("Malformed input") func malformed() throws {
    func message(_ body: () throws -> Void) -> String {
      do { try body() } catch { return "\(error)" }
      return ""
    }
    #expect(
      message { _ = try SampleCurvature(hessians: [1, 2, 3], sampleCount: 1, dimension: 2) }.contains("3 numbers"))
    #expect(message { _ = try SampleCurvature(hessians: [], sampleCount: 0, dimension: 2) }.contains("0 samples"))
    #expect(message { _ = try SampleCurvature(hessians: [Matrix]()) }.contains("0 samples"))
    #expect(
      message { _ = try SampleCurvature(hessians: [.identity(2), .identity(3)]) }.contains("3 × 3"))
    #expect(
      message { _ = try SampleCurvature(hessians: [1, 0, 0, 1, 1, 2, 3, 1], sampleCount: 2, dimension: 2) }
        .contains("sample 1"))
    #expect(
      message { _ = try SampleCurvature(hessians: [1, 0, 0, .nan], sampleCount: 1, dimension: 2) }
        .contains("nan at sample 0, row 1, column 1"))
    #expect(
      message {
        _ = try SampleCurvature(jacobians: [1, .infinity], sampleCount: 2, outputCount: 1, dimension: 1)
      }.contains("inf at sample 1"))
    #expect(
      message {
        _ = try SampleCurvature(
          jacobians: [1, 2, 3, 4], sampleCount: 1, outputCount: 2, dimension: 2, weights: [1, 2, 3, 4])
      }.contains("symmetric"))
    #expect(
      message {
        _ = try SampleCurvature(jacobians: [1, 2], sampleCount: 1, outputCount: 2, dimension: 1, weights: [1])
      }.contains("weights"))
    #expect(message { _ = try Golden.scalars([0, 0]) }.contains("positive eigenvalue"))
    #expect(message { _ = try Golden.scalars([1, 2], weightDecay: -1) }.contains("weight decay"))
    #expect(
      message { _ = try MinimumGeometry(SampleCurvature(hessians: Golden.g3), rank: 0) }.contains("rank"))
    #expect(message { _ = try Golden.matrices(Golden.g3, gradients: [[1, 2]]) }.contains("1 × 2"))
    #expect(message { _ = try dynamics(4, 0, .subset) }.contains("batch size"))
    #expect(message { _ = try dynamics(4, 5, .subset) }.contains("iid"))
    #expect(message { _ = try dynamics(4, 5, .iid) } == "")
    #expect(message { _ = try dynamics(4, 1, .subset, momentum: 1) }.contains("momentum"))
    let g1 = try Golden.scalars(Golden.g1)
    let one = try dynamics(4, 1, .subset)
    #expect(message { _ = try g1.lyapunovExponent(step: 0, of: one) }.contains("step size"))
    #expect(message { _ = try g1.lyapunovExponent(step: 1, of: one, MonteCarlo(chains: 1)) }.contains("chains"))
    #expect(message { _ = try g1.bounds(of: dynamics(4, 1, .subset, momentum: 0.5)) }.contains("momentum"))
    #expect(message { _ = try g1.allBatchesThreshold(of: dynamics(4, 1, .iid, momentum: 0.5)) }.contains("momentum"))
    #expect(message { _ = try g1.denseMeanSquareThreshold(of: dynamics(4, 2, .reshuffle)) }.contains("reshuffle"))
    let objective = try LeastSquaresObjective(inputs: [[1, 2]], targets: [1])
    #expect(message { _ = try MinimumGeometry(objective, at: [1]) }.contains("parameters"))
    #expect(message { _ = try MinimumGeometry(objective, at: [1, .nan]) }.contains("nan"))
    #expect(
      message { _ = try GaussianRankOne.meanSquareThreshold(eigenvalues: [], batchSize: 1) }.contains("Gaussian"))
  }
}

/// fᵢ(θ) = ½ θᵀHᵢθ.
struct QuadraticSum: FiniteSumObjective {
  let hessians: [Matrix]
  init(_ hessians: [Matrix]) { self.hessians = hessians }
  var sampleCount: Int { hessians.count }
  var parameterCount: Int { hessians[0].rows }
  var lossFormula: String { "½ θᵀHᵢθ" }

  func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Void) -> Double {
    let image = product(parameters, batch)
    return parameters.indices.reduce(0) { $0 + 0.5 * parameters[$1] * image[$1] }
  }

  func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    let image = product(parameters, batch)
    for index in image.indices { gradient[index] = image[index] }
  }

  func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Void
  ) {
    let image = self.product(direction, batch)
    for index in image.indices { product[index] = image[index] }
  }

  func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    for (row, sample) in batch.indices.enumerated() {
      let image = product(parameters, Batch(samples: [sample]))
      for index in image.indices { gradients[row * parameterCount + index] = image[index] }
    }
  }

  private func product(_ vector: Span<Double>, _ batch: Batch) -> [Double] {
    let values = (0..<vector.count).map { vector[$0] }
    var result = [Double](repeating: 0, count: values.count)
    for (sample, count) in zip(batch.indices, batch.multiplicities) {
      LinearAlgebra.axpy(Double(count) / Double(batch.size), hessians[sample].multiplied(by: values), into: &result)
    }
    return result
  }
}
