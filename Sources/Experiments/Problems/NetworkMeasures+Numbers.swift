import Features
import Numerics
import Objectives

extension NetworkMeasures {
  /// All of them that there can be here.
  var all: [PlainMeasure] {
    var all: [PlainMeasure] = []
    let (objective, classes) = (objective, classes)
    if let test {
      let testClasses = testClasses
      all.append(PlainMeasure("testLoss") { test.loss(at: $0) })
      all.append(PlainMeasure("testAccuracy") { Self.accuracy(of: test, testClasses, at: $0) })
    }
    all.append(PlainMeasure("accuracy") { Self.accuracy(of: objective, classes, at: $0) })
    all += firstLayer + neurons + sparsities
    let network = objective.network
    all.append(PlainMeasure("weightImbalance") { Self.imbalance(of: network, at: $0) })
    if !isLarge { all += ranks }
    all += CurvatureMeasures.all(of: objective)
    return all
  }

  private static func accuracy(of objective: NetworkObjective<Double>, _ classes: [Int]?, at parameters: [Double])
    -> Double
  {
    if let accuracy = objective.accuracy(at: parameters) { return accuracy }
    guard let classes else { return .nan }
    let m = objective.outputCount
    let outputs = objective.outputs(at: parameters)
    let right = classes.indices.count { row in
      let scores = outputs[(row * m)..<((row + 1) * m)]
      return scores.max().flatMap(scores.firstIndex) == scores.startIndex + classes[row]
    }
    return Double(right) / Double(classes.count)
  }

  private var firstLayer: [PlainMeasure] {
    let network = objective.network
    var measures = [
      PlainMeasure("firstLayerRank") { parameters in
        (try? FirstLayer(of: network, at: parameters).rank().effectiveRank) ?? .nan
      }
    ]
    guard let relevant else { return measures }
    let numbers: [(String, @Sendable (InputNorms) -> Double)] = [
      ("relevantNorm", { $0.relevant }), ("irrelevantNorm", { $0.irrelevant }), ("columnRatio", { $0.columnRatio }),
    ]
    for (name, number) in numbers {
      measures.append(
        PlainMeasure(name) { parameters in
          (try? FirstLayer(of: network, at: parameters).norms(relevant: relevant)).map(number) ?? .nan
        })
    }
    return measures
  }

  private var neurons: [PlainMeasure] {
    let (network, dictionary) = (objective.network, dictionary)
    @Sendable func movement(_ start: [Double], _ now: [Double]) -> NeuronMovement? {
      guard let first = try? network.weights(ofLayer: 0, in: start),
        let last = try? network.weights(ofLayer: 0, in: now)
      else { return nil }
      return try? NeuronMovement(from: first, to: last)
    }
    @Sendable func alignment(_ parameters: [Double]) -> NeuronAlignment? {
      guard let dictionary, let weights = try? network.weights(ofLayer: 0, in: parameters) else { return nil }
      return try? NeuronAlignment(of: weights, with: dictionary)
    }
    @Sendable func mean(_ numbers: [Double]) -> Double { numbers.reduce(0, +) / Double(numbers.count) }
    return [
      PlainMeasure("neuronMovement", since: { movement($0, $1).map { mean($0.distances) } ?? .nan }),
      // A neuron that is 0 points nowhere and is left out; one that has diverged is not.
      PlainMeasure(
        "neuronRotation",
        since: { start, now in
          guard let movement = movement(start, now), movement.distances.allSatisfy(\.isFinite) else { return .nan }
          return mean(movement.angles.filter { !$0.isNaN })
        }),
      PlainMeasure("neuronAlignment") { alignment($0).map { mean($0.best) } ?? .nan },
      PlainMeasure("atomRecovery") { parameters in
        guard let found = alignment(parameters) else { return .nan }
        return Double(found.recoveredAtoms(threshold: Self.atomThreshold).count) / Double(found.cosines.columns)
      },
    ]
  }

  private var sparsities: [PlainMeasure] {
    let (objective, options) = (objective, sparsity)
    let count = min(objective.sampleCount, Self.largestSparsitySampleCount)
    let batch = Batch.full(count)
    let layers = hiddenLayers
    func measure(_ name: String, of group: String, layer: Int) -> PlainMeasure {
      PlainMeasure(name, of: group) { parameters in
        // What has diverged has no features.
        guard let activations = try? ActivationMatrix(of: objective, at: parameters, layer: layer, over: batch),
          let found = try? FeatureSparsity.coefficient(of: activations, options: options)
        else { return .nan }
        return found.coefficient
      }
    }
    return (layers.last.map { [measure("featureSparsity", of: "featureSparsity", layer: $0)] } ?? [])
      + layers.enumerated().map { place, layer in
        measure("featureSparsity\(place + 1)", of: "featureSparsities", layer: layer)
      }
  }

  private var ranks: [PlainMeasure] {
    let probe = test ?? objective
    let most = max(1, (objective.parameterCount + objective.outputCount - 1) / objective.outputCount)
    let batch = Batch.full(min(probe.sampleCount, most))
    let columns = objective.parameterCount
    let rows = batch.indices.count * objective.outputCount
    @Sendable func rank(_ parameters: [Double]) -> JacobianRank? {
      let entries = probe.jacobian(at: parameters, over: batch)
      guard entries.allSatisfy(\.isFinite) else { return nil }
      return try? JacobianRank(of: Matrix(rows: rows, columns: columns, storage: entries))
    }
    return [
      PlainMeasure("jacobianRank") { rank($0).map { Double($0.rank) } ?? .nan },
      PlainMeasure("effectiveRank") { rank($0)?.effectiveRank ?? .nan },
    ]
  }

  private static func imbalance(of network: Network, at parameters: [Double]) -> Double {
    let places = network.layers.indices.filter { if case .affine = network.layers[$0] { true } else { false } }
    var square = 0.0
    for (place, next) in zip(places, places.dropFirst()) {
      guard let first = try? network.weights(ofLayer: place, in: parameters),
        let second = try? network.weights(ofLayer: next, in: parameters),
        let norm = try? Balancedness.norm(first, second)
      else { return .nan }
      square += norm * norm
    }
    return square.squareRoot()
  }
}
