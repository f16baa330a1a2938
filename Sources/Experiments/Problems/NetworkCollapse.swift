import Objectives

/// When a network has collapsed: a hidden layer of ReLU answers 0 to every sample, so that the network is a constant and
/// no gradient reaches what stands before that layer.
///
/// Too large a step often ends so. The loss is finite then, and the biases behind the layer may still be learning.
enum NetworkCollapse {
  /// How many samples are looked at first: of a living network they tell.
  private static let glance = 32
  /// How many are looked at together after that.
  private static let block = 1_024

  /// Tells collapsed parameters; nil for networks without ReLU, which do not collapse.
  ///
  /// Cost: a forward pass of a few samples; of all where those are 0.
  static func rule(of objective: NetworkObjective<Double>) -> PlainWorkload.Collapse? {
    let network = objective.network
    let places = network.layers.indices.filter { network.layers[$0] == .activation(.relu) }
    guard !places.isEmpty else { return nil }
    // Where ReLU has a slope at 0, a unit at 0 still learns.
    let canLearnAtZero = network.slopeAtKink > 0
    @Sendable func isSilent(_ place: Int, _ samples: Range<Int>, _ parameters: [Double]) -> Bool {
      var batch = Batch()
      for sample in samples { batch.append(sample) }
      return objective.activations(at: parameters, ofLayer: place - 1, over: batch)
        .allSatisfy { canLearnAtZero ? $0 < 0 : $0 <= 0 }
    }
    let n = objective.sampleCount
    return { parameters in
      places.contains { place in
        isSilent(place, 0..<min(glance, n), parameters)
          && stride(from: glance, to: n, by: block).allSatisfy { first in
            isSilent(place, first..<min(first + block, n), parameters)
          }
      }
    }
  }
}
