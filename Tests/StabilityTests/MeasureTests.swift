import Numerics
import Objectives
import Testing

@testable import Stability

@Suite("Measures of sharpness and noise") struct MeasureTests {
  /// G3 displaced by δ from an interpolating minimum: gᵢ = Hᵢδ.
  static func displaced(_ hessians: [Matrix], _ displacement: [Double]) throws -> SampledPoint {
    try SampledPoint(
      SampleCurvature(hessians: hessians),
      SampleGradients(
        hessians.flatMap { $0.multiplied(by: displacement) }, sampleCount: hessians.count,
        dimension: displacement.count))
  }

  @Test("G3 at δ = (0.3, −0.7), to the printed digits") func golden() throws {
    let point = try Self.displaced(Golden.g3, [0.3, -0.7])
    let one = try dynamics(4, 1, .subset)
    let sharpness = try point.batchSharpness(of: one)
    #expect(sharpness.meanOfRatios.isExact && agrees(sharpness.meanOfRatios.value, 1.853678066))
    #expect(agrees(sharpness.ratioOfMeans.value, 3.884161338))
    #expect(agrees(try point.gradientNoiseInteraction(of: one).value, 3.809152734))
    let noise = try point.gradientNoise()
    #expect(agrees(noise.simpleScale, 1.304335506) && agrees(noise.curvatureScale, 1.501570169))
    // Elsewhere printed as 0.656727139, with a wrong sixth digit: G = (0.6, −0.4375) gives 0.55140625/0.83962890625.
    #expect(agrees(noise.largestStep, 0.656726139) && abs(noise.largestStep - 0.55140625 / 0.83962890625) < 1e-15)
    for (b, sampling) in [(1, Sampling.subset), (2, .subset), (3, .iid), (4, .full)] {
      let dynamics = try dynamics(4, b, sampling)
      let p = try #require(sampling.noiseFactor(batchSize: b, sampleCount: 4))
      let measured = try point.gradientNoiseInteraction(of: dynamics).value
      #expect(abs(measured - noise.interaction(noiseFactor: p)) < 1e-13)
      #expect(abs(measured * noise.bestStep(noiseFactor: p) - 1) < 1e-13)
    }
  }

  @Test("G1: BS ≤ 2/η_meanSquare ≤ BS_r") func scalars() throws {
    let point = try Self.displaced(Golden.g1.map { Matrix([[$0]]) }, [0.4])
    let geometry = try Golden.scalars(Golden.g1)
    for (b, row) in [(1, [3, 4.166667, 5.04]), (2, [3, 3.388889, 3.688525])] {
      let dynamics = try dynamics(4, b, .subset)
      let sharpness = try point.batchSharpness(of: dynamics)
      #expect(agrees(sharpness.meanOfRatios.value, row[0], digits: 6))
      #expect(try agrees(2 / geometry.meanSquareThreshold(of: dynamics).value, row[1], digits: 6))
      #expect(agrees(sharpness.ratioOfMeans.value, row[2], digits: 6))
    }
  }

  @Test("The two-batch noise scale is exact after its finite-population correction") func noiseScale() throws {
    let point = try Self.displaced(Golden.g3, [0.3, -0.7])
    let exact = try point.gradientNoise().simpleScale
    for (small, large, sampling) in [(1, 2, Sampling.subset), (1, 4, .subset), (2, 3, .subset), (1, 3, .iid)] {
      let found = try point.gradientNoiseScale(small: small, large: large, sampling: sampling)
      #expect(found.isExact && abs(found.value / exact - 1) < 1e-13)
    }
  }

  @Test("Drawn batches: intervals cover the exact value, and repeat from their seed") func intervals() throws {
    var stream = testStream(51)
    let rows = (0..<30).map { _ in stream.gaussian(count: 4) }
    let objective = try LeastSquaresObjective(inputs: rows, targets: stream.gaussian(count: 30))
    let parameters = stream.gaussian(count: 4).map { 2 + $0 }
    let point = try ObjectivePoint(objective, at: parameters)
    let dynamics = try dynamics(30, 3, .subset)
    let exact = try point.batchSharpness(of: dynamics, MeasurementPlan(enumerationLimit: 1e6))
    let noise = try point.gradientNoise()
    let p = try #require(dynamics.sampling.noiseFactor(batchSize: 3, sampleCount: 30))
    var covered = [0, 0, 0, 0]
    let repeats = 60
    for trial in 0..<repeats {
      let plan = MeasurementPlan(
        largestCount: 300, relativeError: 0, enumerationLimit: 10, confidence: 0.95, seeds: Seeds(master: 9),
        trial: trial)
      let found = try point.batchSharpness(of: dynamics, plan)
      #expect(!found.meanOfRatios.isExact && found.meanOfRatios.batches == 300)
      if found.meanOfRatios.interval.contains(exact.meanOfRatios.value) { covered[0] += 1 }
      if found.ratioOfMeans.interval.contains(exact.ratioOfMeans.value) { covered[1] += 1 }
      let interaction = try point.gradientNoiseInteraction(of: dynamics, plan)
      if interaction.interval.contains(noise.interaction(noiseFactor: p)) { covered[2] += 1 }
      let scale = try point.gradientNoiseScale(small: 2, large: 20, sampling: .subset, plan)
      if scale.interval.contains(noise.simpleScale) { covered[3] += 1 }
      if trial == 0 { #expect(try point.batchSharpness(of: dynamics, plan) == found) }
    }
    // 95 % of 60, less 4.5 standard errors.
    #expect(covered.allSatisfy { $0 >= 49 }, "\(covered)")
    let early = try point.batchSharpness(
      of: dynamics, MeasurementPlan(largestCount: 5_000, relativeError: 0.05, enumerationLimit: 10))
    #expect(early.ratioOfMeans.batches < 5_000)
    #expect(early.ratioOfMeans.standardError < 0.05 * early.ratioOfMeans.value)
  }

  @Test("Given Hessians and gradients measure as the objective they come from") func sources() throws {
    var stream = testStream(52)
    let rows = (0..<6).map { _ in stream.gaussian(count: 3) }
    let objective = try LeastSquaresObjective(inputs: rows, targets: stream.gaussian(count: 6))
    let parameters = stream.gaussian(count: 3)
    let first = try ObjectivePoint(objective, at: parameters)
    let second = try SampledPoint(
      SampleCurvature(jacobians: rows.flatMap { $0 }, sampleCount: 6, outputCount: 1, dimension: 3),
      SampleGradients(objective.sampleGradients(at: parameters).flatMap { $0 }, sampleCount: 6, dimension: 3))
    for (b, sampling) in [(1, Sampling.subset), (2, .iid), (6, .full)] {
      let dynamics = try dynamics(6, b, sampling)
      let (x, y) = (try first.batchSharpness(of: dynamics), try second.batchSharpness(of: dynamics))
      #expect(abs(x.meanOfRatios.value - y.meanOfRatios.value) < 1e-12)
      #expect(abs(x.ratioOfMeans.value - y.ratioOfMeans.value) < 1e-12)
    }
    let geometry = try MinimumGeometry(objective, at: parameters)
    let exact = try geometry.nonUniformity()
    #expect(try abs(first.nonUniformity() / exact - 1) < 1e-9 && abs(second.nonUniformity() / exact - 1) < 1e-9)
  }

  @Test("Wu's non-uniformity of G3 is √t_Q") func nonUniformity() throws {
    let value = try Golden.matrices(Golden.g3).nonUniformity()
    #expect(agrees(value * value, 2.16718897, digits: 8))
  }

  @Test("Student's quantiles") func student() {
    for (nu, printed) in [(9, 2.2621572), (29, 2.0452296), (499, 1.9647294)] {
      #expect(abs(MeasuredValue.studentQuantile(0.95, degreesOfFreedom: nu) - printed) < 1e-4)
    }
  }

  @Test("No direction where all gradients vanish; impossible plans") func refusals() throws {
    let point = try Self.displaced(Golden.g3, [0, 0])
    let dynamics = try dynamics(4, 1, .subset)
    #expect(throws: InputError.self) { try point.batchSharpness(of: dynamics) }
    #expect(throws: InputError.self) { try point.gradientNoise() }
    #expect(throws: InputError.self) { try point.gradientNoiseInteraction(of: dynamics) }
    let moved = try Self.displaced(Golden.g3, [1, 0])
    #expect(throws: InputError.self) { try moved.gradientNoiseScale(small: 2, large: 2, sampling: .subset) }
    #expect(throws: InputError.self) { try moved.gradientNoiseScale(small: 1, large: 2, sampling: .reshuffle) }
    #expect(throws: InputError.self) { try moved.batchSharpness(of: dynamics, MeasurementPlan(smallestCount: 1)) }
    #expect(throws: InputError.self) { try moved.batchSharpness(of: dynamics, MeasurementPlan(confidence: 1)) }
  }
}
