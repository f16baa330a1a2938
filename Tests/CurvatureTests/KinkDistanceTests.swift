import Numerics
import Objectives
import Testing

@testable import Curvature

struct KinkDistanceTests {
  /// Everything from the definitions, sample by sample and unit by unit.
  @Test(arguments: [(UInt64(1), true), (2, false), (3, true)])
  func agreesWithTheDefinitions(seed: UInt64, bias: Bool) throws {
    let problem = try ReLUProblem<Double>([3, 6, 5, 2], bias: bias, samples: 40, seed: seed)
    let (objective, θ) = (problem.objective, problem.parameters)
    let result = try objective.kinkDistances(at: θ)
    #expect(result.layers.map(\.layer) == [1, 3] && result.unitCount == 11)
    var (least, nearest) = (Double.infinity, Double.infinity)
    for layer in result.layers {
      let z = objective.activations(at: θ, ofLayer: layer.layer - 1)
      let h = layer.layer == 1 ? objective.inputs : objective.activations(at: θ, ofLayer: layer.layer - 2)
      let (m, p) = (layer.distances.count, h.count / 40)
      for unit in 0..<m {
        let values = (0..<40).map { z[$0 * m + unit] }
        let distances = (0..<40).map { sample in
          let square = (0..<p).reduce(bias ? 1.0 : 0) { $0 + h[sample * p + $1] * h[sample * p + $1] }
          return values[sample] == 0 ? 0 : abs(values[sample]) / square.squareRoot()
        }
        let margin = values.map { abs($0) }.min() ?? 0
        #expect(layer.margins[unit] == margin)
        #expect(abs(layer.distances[unit] - (distances.min() ?? 0)) <= 1e-12)
        #expect(layer.deadUnits.contains(unit) == values.allSatisfy { $0 <= 0 })
        #expect(layer.alwaysOnUnits.contains(unit) == values.allSatisfy { $0 > 0 })
        (least, nearest) = (min(least, margin), min(nearest, distances.min() ?? 0))
      }
    }
    #expect(result.smallestPreactivation.distance == least)
    #expect(abs(result.nearest.distance - nearest) <= 1e-12)
    #expect(result.unitCount(within: result.nearest.distance) >= 1)
    #expect(result.unitCount(within: result.nearest.distance * 0.999) == 0)
    #expect(result.unitCount(within: .infinity) == 11)
  }

  /// The unit's own weights, moved by the distance the right way, bring z to 0; moved less, any way, they do not.
  @Test(arguments: [UInt64(1), 2, 3, 4])
  func isTheWayToTheKink(seed: UInt64) throws {
    let problem = try ReLUProblem<Double>([3, 5, 4, 1], samples: 12, seed: seed)
    let (objective, θ) = (problem.objective, problem.parameters)
    let place = try objective.kinkDistances(at: θ).nearest
    let layer = place.layer - 1
    let width = problem.network.outputCount(ofLayer: layer)
    let h =
      layer == 0
      ? Array(objective.inputs[place.sample * 3..<place.sample * 3 + 3])
      : Array(objective.activations(at: θ, ofLayer: layer - 1)[place.sample * 5..<place.sample * 5 + 5])
    let blocks = problem.network.parameterBlocks.filter { $0.name.hasPrefix("\(layer).") }
    let weights = blocks[0].range.lowerBound + place.unit * h.count
    let biasPlace = blocks[1].range.lowerBound + place.unit
    func z(_ step: [Double], _ scale: Double) -> Double {
      var moved = θ
      for (j, value) in step.dropLast().enumerated() { moved[weights + j] += scale * value }
      moved[biasPlace] += scale * step[step.count - 1]
      return objective.activations(at: moved, ofLayer: layer)[place.sample * width + place.unit]
    }
    let way = h + [1]
    let unit = way.map { $0 * (place.preactivation < 0 ? 1 : -1) / LinearAlgebra.norm(way) }
    #expect(abs(z(unit, place.distance)) < 1e-14)
    #expect(z(unit, 1.01 * place.distance).sign != place.preactivation.sign)
    var stream = RandomStream(RandomKey(seed: seed, purpose: .measurement))
    for _ in 0..<200 {
      let step = stream.sphere(count: way.count)
      #expect(z(step, 0.999 * place.distance).sign == place.preactivation.sign)
    }
  }

  /// Gradients by all parameters against central differences; in the first layer both distances are the same.
  @Test func firstOrderDistanceAgreesWithDifferences() throws {
    for seed in [UInt64(1), 2, 3] {
      let problem = try ReLUProblem<Double>([2, 4, 3, 1], samples: 7, seed: seed)
      let (objective, θ) = (problem.objective, problem.parameters)
      let result = try objective.kinkDistances(at: θ, allParameters: true)
      let place = try #require(result.nearestToFirstOrder)
      #expect(place.distance <= result.nearest.distance * (1 + 1e-12), "more parameters, a shorter way")
      var least = Double.infinity
      for layer in [0, 2] {
        let z = objective.activations(at: θ, ofLayer: layer)
        var squares = [Double](repeating: 0, count: z.count)
        for j in θ.indices {
          let h = 1e-6
          var (forward, backward) = (θ, θ)
          forward[j] += h
          backward[j] -= h
          let up = objective.activations(at: forward, ofLayer: layer)
          let down = objective.activations(at: backward, ofLayer: layer)
          for k in z.indices { squares[k] += ((up[k] - down[k]) / (2 * h)) * ((up[k] - down[k]) / (2 * h)) }
        }
        for k in z.indices { least = min(least, abs(z[k]) / squares[k].squareRoot()) }
      }
      #expect(abs(place.distance - least) < 1e-6 * least)
    }
    let shallow = try ReLUProblem<Double>([2, 6, 1], samples: 9)
    let result = try shallow.objective.kinkDistances(at: shallow.parameters, allParameters: true)
    let first = try #require(result.nearestToFirstOrder)
    #expect(abs(first.distance - result.nearest.distance) < 1e-12)
    #expect(first.unit == result.nearest.unit && first.sample == result.nearest.sample)
  }

  @Test func countsDeadUnitsAndThoseAtTheKink() throws {
    let network = try Network(widths: [1, 4, 1], activation: .relu)
    let objective = try NetworkObjective<Double>(
      network, inputs: [1, 2, 3], targets: .values([0, 0, 0]), loss: .squared())
    // z = x, −x, x − 2, 0·x.
    let θ: [Double] = [1, -1, 1, 0] + [0, 0, -2, 0] + [1, 1, 1, 1] + [0]
    let result = try objective.kinkDistances(at: θ, allParameters: true)
    let layer = result.layers[0]
    #expect(layer.alwaysOnUnits == [0] && layer.deadUnits == [1, 3])
    #expect(layer.unitsAtKink == [2, 3] && layer.pairsAtKink == 4 && result.unitsAtKink == 2)
    #expect(layer.margins == [1, 1, 0, 0])
    #expect(
      zip(layer.distances, [1 / 2.0.squareRoot(), 1 / 2.0.squareRoot(), 0, 0]).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect(result.nearest == result.smallestPreactivation && result.nearest.distance == 0)
    #expect(result.nearest.sample == 0 && result.nearest.unit == 3, "the first of those at 0")
    #expect(result.nearestToFirstOrder?.distance == 0)
    #expect(result.unitCount(within: 0) == 2 && result.unitCount(within: 0.8) == 4)
    let one = try objective.kinkDistances(at: θ, over: Batch(samples: [2]))
    #expect(one.nearest.sample == 2 && one.nearest.unit == 3 && one.layers[0].alwaysOnUnits == [0, 2])
  }

  @Test func isTheSameInSinglePrecisionAndForManySamples() throws {
    let double = try ReLUProblem<Double>([3, 9, 4, 2], samples: 2_500)
    let single = try ReLUProblem<Float>([3, 9, 4, 2], samples: 2_500)
    let (a, b) = (
      try double.objective.kinkDistances(at: double.parameters),
      try single.objective.kinkDistances(at: single.parameters)
    )
    for (exact, rounded) in zip(a.layers, b.layers) {
      #expect(exact.deadUnits == rounded.deadUnits && exact.alwaysOnUnits == rounded.alwaysOnUnits)
      for (x, y) in zip(exact.distances, rounded.distances) { #expect(abs(x - y) < 1e-5) }
    }
    let halves = try [0..<1_250, 1_250..<2_500].map {
      try double.objective.kinkDistances(at: double.parameters, over: Batch(samples: Array($0)))
    }
    let better = halves[0].nearest.distance < halves[1].nearest.distance ? halves[0] : halves[1]
    #expect(a.nearest == better.nearest)
  }

  @Test func refusesWhatHasNoKinks() throws {
    let network = try Network(widths: [1, 4, 1], activation: .tanh)
    let objective = try NetworkObjective<Double>(network, inputs: [1], targets: .values([0]), loss: .squared())
    let θ = [Double](repeating: 0.1, count: 13)
    #expect(throws: InputError.self) { try objective.kinkDistances(at: θ) }
    let problem = try ReLUProblem<Double>([1, 2, 1])
    #expect(throws: InputError.self) { try problem.objective.kinkDistances(at: [1]) }
    #expect(throws: InputError.self) { try problem.objective.kinkDistances(at: problem.parameters, over: Batch()) }
    let huge = [Double](repeating: 1e200, count: problem.parameters.count)
    let deep = try ReLUProblem<Double>([1, 2, 2, 1])
    #expect(throws: InputError.self) {
      try deep.objective.kinkDistances(at: [Double](repeating: 1e200, count: deep.parameters.count))
    }
    #expect(try problem.objective.kinkDistances(at: huge).nearest.distance.isFinite)
  }
}
