extension NetworkObjective {
  /// The loop of descent. By the plain rule a layer's weights are changed by the same product that would have been its
  /// gradient: of a wide layer, reading and writing weights and gradient once more would take as long as the product.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func descend(
    _ memory: inout DescentMemory<Scalar, Workspace>, steps: Range<Int>, rule: UpdateRule, region: Region?,
    nextBatch: (Int, inout Batch) -> Double
  ) -> Int {
    guard rule == .plain else {
      return plainDescent(&memory, steps: steps, rule: rule, region: region, nextBatch: nextBatch)
    }
    for step in steps {
      let rate = Scalar(nextBatch(step, &memory.batch))
      if memory.batch.indices.count <= largestChunk, lanePlan(for: memory.batch) == nil {
        move(&memory.parameters, by: -rate, along: memory.batch, using: &memory.workspace)
      } else {
        Self.fill(&memory.gradient, memory.parameters, memory.batch, &memory.workspace, self)
        rule.apply(rate: rate, to: &memory)
      }
      if let region, !region.contains(memory.parameters) { return step + 1 - steps.lowerBound }
    }
    return steps.count
  }

  /// Adds scale · (batch mean of the gradient) to the parameters, of a batch that is one chunk.
  @inline(__always)
  private func move(
    _ parameters: inout [Scalar], by scale: Scalar, along batch: Batch, using workspace: inout Workspace
  ) {
    parameters.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      forEachChunk(of: batch, at: buffer.span, tangents: false, using: &workspace) { pass, chunk in
        pass.forward()
        for (row, place) in zip(0..., chunk) {
          let start = pass.outputStart &+ row &* outputCount
          outputLoss.gradient(
            pass.values + start, batch.indices[place], shift: Scalar(batch.labelShift(at: place)),
            weight: scale * weight(place, of: batch), into: pass.adjoints + start)
        }
        pass.backward(changing: target)
      }
    }
  }
}
