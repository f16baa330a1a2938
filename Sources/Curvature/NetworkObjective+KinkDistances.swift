import Numerics
import Objectives

extension NetworkObjective {
  /// The distances to the kinks of all ReLU layers that stand directly after an affine layer, over the batch's distinct samples; over
  /// all samples if no batch is given.
  ///
  /// Cost: one forward pass. With `allParameters` also a backward pass for each unit, up to its layer, and room for some
  /// millions of derivatives: for small networks.
  ///
  /// - Parameter allParameters: whether to compute the first-order distance with all parameters moving.
  /// - Throws: `InputError` for parameters that do not fit, an empty batch or one of other samples, a network without such a layer,
  ///   and where a z is not finite.
  public func kinkDistances(
    at parameters: [Scalar], over batch: Batch? = nil, allParameters: Bool = false
  ) throws(InputError) -> KinkDistances {
    try requirePoint(self, parameters)
    let batch = batch ?? .full(sampleCount)
    guard batch.size > 0, batch.indices.allSatisfy({ (0..<sampleCount).contains($0) }) else {
      throw InputError("batch", expected: "one or more samples from 0 to \(sampleCount - 1)", found: "others, or none")
    }
    var searches = network.layers.indices.dropFirst().compactMap { layer -> KinkSearch? in
      guard network.layers[layer] == .activation(.relu),
        case .affine(_, let outputs, let bias) = network.layers[layer - 1]
      else { return nil }
      return KinkSearch(layer: layer, unitCount: outputs, hasBias: bias)
    }
    guard !searches.isEmpty else {
      throw InputError("network", expected: "a ReLU after an affine layer", found: "\(network)")
    }
    for part in batch.parts(of: 1_024) {
      let outputs = activations(at: parameters, over: part)
      for place in searches.indices {
        let layer = searches[place].layer
        let inputs = layer >= 2 ? outputs[layer - 2] : rows(of: part)
        searches[place].add(outputs[layer - 1], inputs: inputs, samples: part.indices)
      }
    }
    if let search = searches.first(where: { !$0.isFinite }) {
      throw InputError(
        "layer \(search.layer - 1)", expected: "finite outputs", found: "one that is not",
        advice: "Has the run that produced the parameters diverged?")
    }
    let firstOrder = allParameters ? try firstOrderPlace(at: parameters, over: batch, searches.map(\.layer)) : nil
    return try KinkDistances(searches, firstOrder: firstOrder)
  }

  private func rows(of batch: Batch) -> [Scalar] {
    let p = network.inputCount
    return batch.indices.flatMap { inputs[$0 * p..<($0 + 1) * p] }
  }

  /// Of |z|/‖∇z‖ over all units the smallest. A unit is an output of the network that ends before its ReLU.
  private func firstOrderPlace(
    at parameters: [Scalar], over batch: Batch, _ layers: [Int]
  ) throws(InputError) -> KinkDistances.Place? {
    var best: KinkDistances.Place?
    for layer in layers {
      let front = try Network(Array(network.layers[..<layer]), slopeAtKink: network.slopeAtKink)
      let zeros = [Scalar](repeating: 0, count: sampleCount * front.outputCount)
      let objective = try NetworkObjective(front, inputs: inputs, targets: .values(zeros), loss: .squared())
      let (d, m) = (front.parameterCount, front.outputCount)
      let own = Array(parameters[..<d])
      for part in batch.parts(of: max(1, (1 << 22) / (d * m))) {
        let jacobian = objective.jacobian(at: own, over: part)
        let z = objective.activations(at: own, ofLayer: layer - 1, over: part)
        for (row, value) in z.enumerated() {
          let norm = jacobian.withUnsafeBufferPointer { entries in
            let gradient = UnsafeBufferPointer(rebasing: entries[row * d..<(row + 1) * d])
            return Vectors.dot(gradient, gradient).squareRoot()
          }
          let distance = KinkSearch.distance(abs(Double(value)), norm)
          if distance < best?.distance ?? .infinity {
            best = KinkDistances.Place(
              sample: part.indices[row / m], layer: layer, unit: row % m, preactivation: Double(value),
              distance: distance)
          }
        }
      }
    }
    return best
  }
}

/// What is known of a layer's units while samples go by.
private struct KinkSearch {
  let layer: Int
  let hasBias: Bool
  private(set) var margins: [Double]
  private(set) var distances: [Double]
  private(set) var isOn: [Bool]
  private(set) var isOff: [Bool]
  private(set) var hasZero: [Bool]
  private(set) var pairsAtKink = 0
  private(set) var isFinite = true
  private(set) var smallest: KinkDistances.Place?
  private(set) var nearest: KinkDistances.Place?

  init(layer: Int, unitCount: Int, hasBias: Bool) {
    self.layer = layer
    self.hasBias = hasBias
    margins = [Double](repeating: .infinity, count: unitCount)
    distances = margins
    isOn = [Bool](repeating: true, count: unitCount)
    isOff = isOn
    hasZero = [Bool](repeating: false, count: unitCount)
  }

  /// |z|/norm; a unit at its kink has no way to go, even if nothing moves it.
  static func distance(_ z: Double, _ norm: Double) -> Double { z == 0 ? 0 : z / norm }

  /// - Parameters:
  ///   - z: what goes into the units, sample by sample.
  ///   - inputs: what comes into the affine layer, sample by sample.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  mutating func add<Scalar: NetworkScalar>(_ z: [Scalar], inputs: [Scalar], samples: [Int]) {
    let (m, p) = (margins.count, inputs.count / samples.count)
    for (row, sample) in samples.enumerated() {
      var square = hasBias ? 1.0 : 0.0
      for k in row * p..<(row + 1) * p { square += Double(inputs[k]) * Double(inputs[k]) }
      let norm = square.squareRoot()
      for unit in 0..<m {
        let value = Double(z[row * m + unit])
        isFinite = isFinite && value.isFinite
        let margin = abs(value)
        let distance = Self.distance(margin, norm)
        margins[unit] = min(margins[unit], margin)
        distances[unit] = min(distances[unit], distance)
        if value > 0 { isOff[unit] = false } else { isOn[unit] = false }
        if value == 0 {
          hasZero[unit] = true
          pairsAtKink += 1
        }
        if margin < smallest?.distance ?? .infinity {
          smallest = .init(sample: sample, layer: layer, unit: unit, preactivation: value, distance: margin)
        }
        if distance < nearest?.distance ?? .infinity {
          nearest = .init(sample: sample, layer: layer, unit: unit, preactivation: value, distance: distance)
        }
      }
    }
  }

  var result: KinkDistances.Layer {
    func places(_ flags: [Bool]) -> [Int] { flags.indices.filter { flags[$0] } }
    return KinkDistances.Layer(
      layer: layer, margins: margins, distances: distances, deadUnits: places(isOff), alwaysOnUnits: places(isOn),
      unitsAtKink: places(hasZero), pairsAtKink: pairsAtKink)
  }
}

extension KinkDistances {
  /// - Precondition: the searches have seen finite numbers.
  fileprivate init(_ searches: [KinkSearch], firstOrder: Place?) throws(InputError) {
    func least(_ places: [Place?]) -> Place? { places.compactMap { $0 }.min { $0.distance < $1.distance } }
    guard let smallest = least(searches.map(\.smallest)), let nearest = least(searches.map(\.nearest)) else {
      throw InputError("network", expected: "finite numbers before ReLU", found: "none")
    }
    self.init(
      layers: searches.map(\.result), smallestPreactivation: smallest, nearest: nearest, nearestToFirstOrder: firstOrder
    )
  }
}
