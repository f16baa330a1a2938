import Numerics
import Testing

@testable import Stability

/// Reshuffled epochs whose last batch is short: what is true of b samples need not be of the n mod b that are left.
@Suite struct ShortBatchTests {
  /// E Π(1 − ηq̄)² over all orders of an epoch, by going through them.
  private func growth(_ curvatures: [Double], _ b: Int, _ step: Double) -> Double {
    func orders(_ rest: [Double]) -> [[Double]] {
      rest.isEmpty
        ? [[]]
        : rest.indices.flatMap { place -> [[Double]] in
          var others = rest
          let first = others.remove(at: place)
          return orders(others).map { [first] + $0 }
        }
    }
    let all = orders(curvatures)
    let products = all.map { order in
      stride(from: 0, to: order.count, by: b).reduce(1.0) { product, start in
        let batch = order[start..<min(start + b, order.count)]
        let factor = 1 - step * batch.reduce(0, +) / Double(batch.count)
        return product * factor * factor
      }
    }
    return products.reduce(0, +) / Double(all.count)
  }

  @Test("Four soft samples and a sharp one: the batch of one decides", arguments: [2, 3, 4])
  func sharpLast(_ b: Int) throws {
    let curvatures = [0.1, 0.1, 0.1, 0.1, 10]
    let geometry = try Golden.scalars(curvatures)
    let dynamics = try dynamics(5, b, .reshuffle)
    let all = try geometry.allBatchesThreshold(of: dynamics)
    let short = 5 % b
    let sharpest = max((10 + 0.1 * Double(b - 1)) / Double(b), (10 + 0.1 * Double(short - 1)) / Double(short))
    #expect(abs(all.lower - 2 / sharpest) < 1e-12 && all.isExact)
    let threshold = try geometry.reshuffledThreshold(of: dynamics)
    // .3098, .4865 and .3293: from the mean over the 120 orders.
    #expect(growth(curvatures, b, threshold * (1 - 1e-9)) < 1 && growth(curvatures, b, threshold * (1 + 1e-9)) > 1)
    #expect(abs(threshold - [0.3098, 0.4865, 0.3293][b - 2]) < 1e-4)
    #expect(try geometry.reshuffledGrowth(step: 0.25, of: dynamics) - growth(curvatures, b, 0.25) < 1e-13)
    let stability = try geometry.stability(of: dynamics, MonteCarlo(chains: 20, steps: 200))
    #expect(stability.meanSquare.value <= stability.almostSure.value * 1.02)
    #expect(try geometry.verdict(step: 0.75, stability, MonteCarlo(chains: 20, steps: 200)).verdict != .stay)
  }

  @Test("In random families η_all and η_meanSquare never exceed η_almostSure") func ordering() throws {
    var stream = testStream(81)
    for _ in 0..<6 {
      let n = 3 + stream.integer(below: 3)
      let geometry = try Golden.rankOne((0..<n).map { _ in stream.gaussian(count: 2) })
      for b in 2..<n where n % b != 0 {
        let dynamics = try dynamics(n, b, .reshuffle)
        let (all, threshold) = (
          try geometry.allBatchesThreshold(of: dynamics).lower, try geometry.reshuffledThreshold(of: dynamics)
        )
        #expect(all <= threshold * (1 + 1e-12))
        let crossing = try geometry.almostSureThreshold(of: dynamics, MonteCarlo(chains: 60, steps: 400))
        #expect(threshold <= crossing.value + 5 * crossing.standardError + 0.01 * crossing.value)
      }
    }
  }

  @Test("Measures are means over the steps of an epoch") func measures() throws {
    let point = try SampledPoint(
      SampleCurvature(hessians: [1, 2, 3, 6, 4], sampleCount: 5, dimension: 1),
      SampleGradients([1, -2, 0.5, 3, 1], sampleCount: 5, dimension: 1))
    let dynamics = try dynamics(5, 4, .reshuffle)
    let interaction = try point.gradientNoiseInteraction(of: dynamics)
    let g = [1, -2, 0.5, 3, 1.0]
    let mean = g.reduce(0, +) / 5
    // Half of the steps have four samples, half have one.
    let whole = (0..<5).map { left in (g.reduce(0, +) - g[left]) / 4 }
    let wanted = 3.2 * (whole + g).reduce(0) { $0 + $1 * $1 } / 10 / (mean * mean)
    #expect(interaction.isExact && abs(interaction.value - wanted) < 1e-12)
    let batches = try #require(dynamics.allBatches(sampleCount: 5))
    #expect(batches.count == 10 && abs(batches.reduce(0) { $0 + $1.probability } - 1) < 1e-15)
    #expect(Double(batches.count) == dynamics.batchCount(sampleCount: 5))
  }

  @Test("κ of reshuffled epochs is not that of independent steps") func tails() throws {
    // With b = 1 an epoch's product is the same in every order: no excursions at all below η_almostSure.
    let geometry = try Golden.scalars([1, 2, 3, 6])
    let tail = try geometry.tailExponent(step: 0.8, of: dynamics(4, 1, .reshuffle), MonteCarlo(chains: 50, steps: 100))
    #expect(tail.value == 64)
    #expect(try geometry.tailExponent(step: 0.8, of: dynamics(4, 1, .subset)).value < 1)
  }

  @Test("Noise in null directions that decay holds costs loss too") func decayedNullSpace() throws {
    // One direction of curvature 1 without noise, one that only decay holds, with noise.
    let geometry = try MinimumGeometry(
      SampleCurvature(jacobians: [1, 0, 1, 0], sampleCount: 2, outputCount: 1, dimension: 2),
      gradients: SampleGradients([0, 1, 0, -1], sampleCount: 2, dimension: 2), weightDecay: 0.2)
    let state = try geometry.stationaryState(step: 0.5, of: Dynamics(batchSize: 1, sampling: .iid, sampleCount: 2))
    // x⁺ = (1 − ηw) x − ηg: E x² = η²/(1 − (1 − ηw)²).
    let square = 0.25 / (1 - 0.9 * 0.9)
    #expect(abs(state.nullMeanSquareDistance - square) < 1e-12)
    #expect(abs(state.excessLoss - 0.1 * square) < 1e-12 && abs(state.gradientSquare - 0.04 * square) < 1e-12)
  }

  @Test("Batches whose gradients cancel have no direction") func cancellation() throws {
    let values = [[0.1, 0.7], [0.2, -0.4], [-0.3, -0.3]]
    func sharpness(_ order: [Int]) throws -> Double {
      let hessians = [[1.0, 0.2, 0.2, 3], [2, 0, 0, 1], [0.5, 0.1, 0.1, 4]]
      let point = try SampledPoint(
        SampleCurvature(hessians: order.flatMap { hessians[$0] }, sampleCount: 3, dimension: 2),
        SampleGradients(order.flatMap { values[$0] }, sampleCount: 3, dimension: 2))
      return try point.batchSharpness(of: dynamics(3, 3, .iid)).meanOfRatios.value
    }
    let first = try sharpness([0, 1, 2])
    for order in [[0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
      #expect(try abs(sharpness(order) - first) < 1e-12)
    }
  }

  @Test("Batch sizes have a limit") func limit() {
    for size in [Int.max, 1 << 62, Dynamics.largestBatchSize + 1] {
      #expect(throws: InputError.self) { try Dynamics(batchSize: size, sampling: .iid, sampleCount: 4) }
    }
  }
}
