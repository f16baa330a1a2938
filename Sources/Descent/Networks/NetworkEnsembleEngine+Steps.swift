import Objectives

extension NetworkEnsembleEngine {
  /// Makes the next `length` steps, whose batches have been drawn.
  mutating func run(_ length: Int) {
    stages.withUnsafeBufferPointer { stages in
      objective.inputs.withUnsafeBufferPointer { data in
        objective.targetValues.withUnsafeBufferPointer { labels in
          guard let data = data.baseAddress else { return }
          let labels = isSquared ? labels.baseAddress : nil
          let pass = LanePass(
            stages: stages, parameters: parameters, inputs: inputs, values: values, adjoints: adjoints, tile: tile,
            slopeAtKink: objective.network.slopeAtKink)
          let update = LaneUpdate(parameters: parameters, velocities: velocities, rule: options.rule)
          if slots == 1 {
            runSingle(length, pass, update, data, labels)
          } else {
            runBatches(length, pass, update, data, labels)
          }
        }
      }
    }
  }

  private var isSquared: Bool {
    if case .squared = objective.loss { true } else { false }
  }

  /// Steps with one sample each: the gradient of a layer is an outer product, which is never written down.
  private func runSingle(
    _ length: Int, _ pass: LanePass, _ update: LaneUpdate, _ data: UnsafePointer<Double>,
    _ labels: UnsafePointer<Double>?
  ) {
    gather(from: 0, count: length, data, labels)
    let isPlain = options.rule.momentum == 0 && options.rule.weightDecay == 0
    for t in 0..<length {
      let pass = pass.reading(inputs + t &* objective.network.inputCount)
      pass.forwardSingle()
      setOutputAdjoints(pass, firstTarget: t, from: t, count: 1)
      pass.backwardSingle()
      let clipping = update.clipping(pass.squareOfOuterProducts)
      for stage in pass.stages {
        guard case .affine(let inputs, let outputs, let bias) = stage.layer else { continue }
        let (x, g) = (pass.x(stage), pass.yAdjoint(stage))
        if isPlain {
          let scale = -(rates[t] * clipping)
          LaneProducts.addOuter(
            g, x, scale: scale, inputs: inputs, outputs: outputs, to: parameters + stage.parameterStart)
          if bias { LaneProducts.addScaled(g, scale, count: outputs, to: parameters + stage.biasStart) }
          continue
        }
        for o in 0..<outputs {
          let δ = g[o]
          update.apply(
            rate: rates[t], clipping: clipping, from: stage.parameterStart &+ o &* inputs, count: inputs
          ) { δ * x[$0] }
        }
        if bias {
          update.apply(rate: rates[t], clipping: clipping, from: stage.biasStart, count: outputs) { g[$0] }
        }
      }
    }
  }

  private func runBatches(
    _ length: Int, _ pass: LanePass, _ update: LaneUpdate, _ data: UnsafePointer<Double>,
    _ labels: UnsafePointer<Double>?
  ) {
    let d = objective.parameterCount
    for t in 0..<length {
      var start = 0
      while start < slots {
        let count = min(tile, slots &- start)
        gather(from: t &* slots &+ start, count: count, data, labels)
        pass.forward(count)
        setOutputAdjoints(pass, firstTarget: 0, from: t &* slots &+ start, count: count)
        pass.backward(count, into: gradient, keeping: start > 0)
        start &+= count
      }
      let clipping = update.clipping(LaneProducts.dot(gradient, gradient, count: d))
      update.apply(rate: rates[t], clipping: clipping, from: 0, count: d) { gradient[$0] }
    }
  }

  /// The loss's derivatives in the outputs, times the weights of the samples from `first` on.
  @inline(__always)
  private func setOutputAdjoints(_ pass: LanePass, firstTarget: Int, from first: Int, count: Int) {
    let m = objective.outputCount
    let (z, g) = (pass.outputs, pass.outputAdjoints)
    guard case .squared(let half, let mean) = objective.loss else {
      return setOutputAdjointsByLane(pass, from: first, count: count)
    }
    let factor = (half ? 1.0 : 2.0) / (mean ? Double(m) : 1)
    let y = targets + firstTarget &* m
    for s in 0..<count {
      let weight = factor * weights[first &+ s]
      for k in s &* m..<(s &+ 1) &* m { g[k] = weight * (z[k] - y[k]) }
    }
  }

  /// The same by the objective's own code, replica by replica.
  @inline(never)
  private func setOutputAdjointsByLane(_ pass: LanePass, from first: Int, count: Int) {
    let m = objective.outputCount
    withUnsafeTemporaryAllocation(of: Double.self, capacity: 2 * m) { room in
      guard let z = room.baseAddress else { return }
      let g = z + m
      for s in 0..<count {
        for lane in 0..<8 {
          for k in 0..<m { z[k] = pass.outputs[s * m + k][lane] }
          objective.outputGradient(
            z, sample: Int(indices[first + s][lane]), weight: weights[first + s][lane], into: g)
          for k in 0..<m { pass.outputAdjoints[s * m + k][lane] = g[k] }
        }
      }
    }
  }
}
