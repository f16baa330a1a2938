import Foundation
import Numerics
import Testing

@testable import Objectives

/// Batches that go through the lanes of small networks, against the definition and against single samples, which do not.
@Suite struct NetworkLaneTests {
  /// Every tiny network with enough samples for several tiles.
  static func networks() throws -> [TinyNetwork] {
    try TinyNetwork.all().map {
      try TinyNetwork($0.naive.network, $0.naive.loss, sampleCount: 500, seed: 3)
    }
  }

  /// Some of the samples, not in order, some of them several times.
  static func batch(_ count: Int, of samples: Int, stream: inout RandomStream) -> Batch {
    var batch = Batch()
    for place in 0..<count {
      batch.append((place * 7 + 3) % samples)
      for _ in 0..<stream.integer(below: 3) { batch.addAgain(at: place) }
    }
    return batch
  }

  @Test func batchesAreMeansOfSamples() throws {
    var stream = testStream(15)
    for tiny in try Self.networks() {
      let objective = tiny.objective
      let point = stream.gaussian(count: objective.parameterCount).map { 0.5 * $0 }
      var workspace = objective.makeWorkspace()
      for count in [16, 17, 23, 24, 65, 300, 16, 499, 500] {
        let batch = Self.batch(count, of: 500, stream: &stream)
        #expect(objective.lanePlan(for: batch) != nil)
        var (loss, gradient) = (0.0, [Double](repeating: 0, count: objective.parameterCount))
        for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
          let share = Double(multiplicity) / Double(batch.size)
          loss += share * tiny.naive.loss(point, tiny.rows[sample], tiny.targets[sample])
          let single = objective.gradient(at: point, over: Batch(samples: [sample]))
          for j in gradient.indices { gradient[j] += share * single[j] }
        }
        // One workspace for batches of all sizes.
        var found = [Double](repeating: .nan, count: objective.parameterCount)
        point.withSpan { point in
          found.withMutableSpan { objective.gradient(at: point, over: batch, into: &$0, using: &workspace) }
          #expect(abs(objective.loss(at: point, over: batch, using: &workspace) - loss) < 1e-12)
        }
        let largest = zip(found, gradient).map { abs($0 - $1) }.max() ?? .nan
        #expect(largest < 1e-12, "\(objective.lossFormula), \(count) samples")
        let outputs = objective.outputs(at: point, over: batch)
        for (row, sample) in batch.indices.enumerated() {
          let wanted = tiny.naive.layers(point, tiny.rows[sample]).last ?? []
          for k in wanted.indices { #expect(abs(outputs[row * wanted.count + k] - wanted[k]) < 1e-13) }
        }
      }
    }
  }

  @Test func labelsAreShifted() throws {
    var stream = testStream(16)
    let tiny = try TinyNetwork(Network(parsing: "mlp:2-3-1:tanh"), .squared(half: false), sampleCount: 40)
    let point = stream.gaussian(count: tiny.objective.parameterCount)
    var batch = Self.batch(21, of: 40, stream: &stream)
    for place in 0..<21 { batch.setLabelShift(stream.gaussian(count: 1)[0], at: place) }
    var (loss, gradient) = (0.0, [Double](repeating: 0, count: point.count))
    for (place, sample) in batch.indices.enumerated() {
      let share = Double(batch.multiplicities[place]) / Double(batch.size)
      var single = Batch(samples: [sample])
      single.setLabelShift(batch.labelShift(at: place), at: 0)
      loss += share * tiny.objective.loss(at: point, over: single)
      for (j, entry) in tiny.objective.gradient(at: point, over: single).enumerated() { gradient[j] += share * entry }
    }
    #expect(abs(tiny.objective.loss(at: point, over: batch) - loss) < 1e-13)
    let found = tiny.objective.gradient(at: point, over: batch)
    for j in gradient.indices { #expect(abs(found[j] - gradient[j]) < 1e-13) }
  }

  /// ReLU at its kink and with any slope there: inputs and parameters that are 0.
  @Test(arguments: [0, 0.25, 1]) func kinks(_ slope: Double) throws {
    let network = try Network(widths: [1, 2, 1], activation: .relu, slopeAtKink: slope)
    let objective = try NetworkObjective(
      network, inputs: [Double](repeating: 0, count: 20), targets: .values([Double](repeating: -1, count: 20)),
      loss: .squared())
    // Biases of 0 and −1 into the units, weights 3 and 2 out of them.
    let gradient = objective.gradient(at: [5, 5, 0, -1, 3, 2, 0])
    for (found, wanted) in zip(gradient, [0, 0, 3 * slope, 0, 0, 0, 1]) { #expect(abs(found - wanted) < 1e-14) }
  }

  /// Large networks and single precision keep to BLAS.
  @Test func whoGoesThroughLanes() throws {
    let batch = Batch.full(16)
    let inputs = [Double](repeating: 1, count: 32)
    let targets = NetworkTargets.values([Double](repeating: 1, count: 16))
    let small = try NetworkObjective(
      Network(parsing: "mlp:2-9-1:relu"), inputs: inputs, targets: targets, loss: .squared())
    #expect(small.lanePlan(for: batch) != nil)
    #expect(small.lanePlan(for: .full(15)) == nil)
    let large = try NetworkObjective(
      Network(parsing: "mlp:2-900-1:relu"), inputs: inputs, targets: targets, loss: .squared())
    #expect(large.lanePlan(for: batch) == nil)
    let single = try NetworkObjective<Float>(
      Network(parsing: "mlp:2-9-1:relu"), inputs: inputs.map { Float($0) },
      targets: .values([Float](repeating: 1, count: 16)), loss: .squared())
    #expect(single.lanePlan(for: batch) == nil)
  }
}
