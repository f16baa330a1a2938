/// Batches of small networks in double precision: samples go through the network eight by eight, side by side in vector
/// registers, with the parameters spread over all lanes. Layers of any width fill the registers so, where BLAS does well
/// only with wide ones.
extension NetworkObjective {
  /// The number of parameters up to which lanes do better than BLAS, and the number of samples from which on they pay.
  static var largestLaneParameterCount: Int { 2048 }
  static var smallestLaneSampleCount: Int { 16 }

  /// The way through lanes, if that is the better one for these samples.
  @inline(__always)
  func lanePlan(for batch: Batch) -> LanePlan? {
    batch.indices.count >= Self.smallestLaneSampleCount ? lanePlan : nil
  }

  /// Calls `body` with a pass through the network, made forward, for each tile of the batch's distinct samples, the targets
  /// beside each other if the loss is squared, and the places in the batch. Where eight samples do not come out even, the
  /// last is there again.
  @inline(__always)
  private func forEachTile(
    of batch: Batch, at parameters: Span<Scalar>, _ plan: LanePlan, using workspace: inout Workspace,
    _ body: (LanePass, _ targets: UnsafeMutablePointer<Lanes>, Range<Int>) -> Void
  ) {
    precondition(parameters.count == parameterCount, "parameters of this network")
    let (p, m, total, tile) = (network.inputCount, outputCount, batch.indices.count, plan.tile)
    // What straddles two cache lines takes twice as long to read: the first whole one is where it begins.
    let needed = 2 * parameterCount + tile * plan.width + 1
    if workspace.lanes.count < needed { workspace.lanes = [Lanes](repeating: .zero, count: needed) }
    workspace.lanes.withUnsafeMutableBytes { bytes in
      plan.stages.withUnsafeBufferPointer { stages in
        guard let start = bytes.baseAddress else { return }
        let memory = start.alignedUp(toMultipleOf: 64).assumingMemoryBound(to: Lanes.self)
        for j in 0..<parameterCount { memory[j] = Lanes(repeating: Double(parameters[j])) }
        let inputs = memory + 2 &* parameterCount
        let targets = inputs + tile &* p
        let values = targets + tile &* m
        let pass = LanePass(
          stages: stages, parameters: memory, inputs: inputs, values: values,
          adjoints: values + tile &* plan.valueCount, tile: tile, slopeAtKink: Double(slopeAtKink))
        var first = 0
        while first < total {
          let places = first..<min(first &+ 8 &* tile, total)
          gather(places, of: batch, from: self.inputs, width: p, into: inputs)
          if !outputLoss.values.isEmpty { gather(places, of: batch, from: outputLoss.values, width: m, into: targets) }
          pass.forward((places.count &+ 7) / 8)
          body(pass, targets, places)
          first = places.upperBound
        }
      }
    }
  }

  /// Puts the samples of `places` eight by eight side by side.
  @inline(__always)
  private func gather(
    _ places: Range<Int>, of batch: Batch, from data: [Scalar], width: Int, into target: UnsafeMutablePointer<Lanes>
  ) {
    data.withUnsafeBufferPointer { data in
      let numbers = UnsafeMutableRawPointer(target).assumingMemoryBound(to: Double.self)
      guard let data = data.baseAddress else { return }
      for column in 0..<((places.count &+ 7) / 8) {
        for lane in 0..<8 {
          let sample = batch.indices[min(places.lowerBound &+ 8 &* column &+ lane, places.upperBound &- 1)]
          precondition(sample >= 0 && sample < sampleCount, "a sample of the data set")
          let (row, entries) = (data + sample &* width, numbers + (8 &* column &* width &+ lane))
          for i in 0..<width { entries[8 &* i] = Double(row[i]) }
        }
      }
    }
  }

  /// The sum of kᵢ ℓ(F(xᵢ), yᵢ).
  @inline(__always)
  func laneLoss(
    at parameters: Span<Scalar>, over batch: Batch, _ plan: LanePlan, using workspace: inout Workspace
  ) -> Double {
    var sum = 0.0
    forEachTile(of: batch, at: parameters, plan, using: &workspace) { pass, _, places in
      withUnsafeTemporaryAllocation(of: Scalar.self, capacity: outputCount) { room in
        guard let z = room.baseAddress else { return }
        for (row, place) in zip(0..., places) {
          pass.copyOutputs(outputCount, of: row, to: z)
          let value = outputLoss.value(z, batch.indices[place], shift: Scalar(batch.labelShift(at: place)))
          sum += Double(batch.multiplicities[place]) * Double(value)
        }
      }
    }
    return sum
  }

  /// Writes F(xᵢ), m numbers each.
  @inline(__always)
  func laneOutputs(
    at parameters: Span<Scalar>, over batch: Batch, _ plan: LanePlan, into target: UnsafeMutablePointer<Scalar>,
    using workspace: inout Workspace
  ) {
    forEachTile(of: batch, at: parameters, plan, using: &workspace) { pass, _, places in
      for (row, place) in zip(0..., places) {
        pass.copyOutputs(outputCount, of: row, to: target + place &* outputCount)
      }
    }
  }

  /// Writes the batch mean of the gradient.
  @inline(__always)
  func laneGradient(
    at parameters: Span<Scalar>, over batch: Batch, _ plan: LanePlan, into target: UnsafeMutablePointer<Scalar>,
    using workspace: inout Workspace
  ) {
    let (d, m) = (parameterCount, outputCount)
    forEachTile(of: batch, at: parameters, plan, using: &workspace) { pass, targets, places in
      let columns = (places.count &+ 7) / 8
      if case .squared = loss {
        let factor = 2 * Double(outputLoss.factor)
        for column in 0..<columns {
          var (weights, shifts) = (Lanes.zero, Lanes.zero)
          for lane in 0..<min(8, places.count &- 8 &* column) {
            let place = places.lowerBound &+ 8 &* column &+ lane
            weights[lane] = factor * Double(weight(place, of: batch))
            shifts[lane] = batch.labelShift(at: place)
          }
          for k in column &* m..<(column &+ 1) &* m {
            pass.outputAdjoints[k] = weights * (pass.outputs[k] - targets[k] - shifts)
          }
        }
      } else {
        for k in 0..<columns &* m { pass.outputAdjoints[k] = .zero }
        withUnsafeTemporaryAllocation(of: Scalar.self, capacity: 2 * m) { room in
          guard let z = room.baseAddress else { return }
          for (row, place) in zip(0..., places) {
            pass.copyOutputs(m, of: row, to: z)
            outputLoss.gradient(z, batch.indices[place], shift: 0, weight: weight(place, of: batch), into: z + m)
            for k in 0..<m { pass.outputAdjoints[row / 8 &* m &+ k][row % 8] = Double(z[m &+ k]) }
          }
        }
      }
      let gradient = pass.parameters + d
      pass.backward(columns, into: gradient, keeping: places.lowerBound > 0)
      guard places.upperBound == batch.indices.count else { return }
      for j in 0..<d {
        let halves = gradient[j].lowHalf + gradient[j].highHalf
        let quarters = halves.lowHalf + halves.highHalf
        target[j] = Scalar(quarters.x + quarters.y)
      }
    }
  }
}

extension LanePass {
  /// Copies the m outputs of sample `row` of the tile.
  @inline(__always)
  fileprivate func copyOutputs<Scalar: NetworkScalar>(_ m: Int, of row: Int, to z: UnsafeMutablePointer<Scalar>) {
    for k in 0..<m { z[k] = Scalar(outputs[row / 8 &* m &+ k][row % 8]) }
  }
}
