extension NetworkObjective {
  /// Writes F(xᵢ), m numbers each, for the batch's distinct samples.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func outputs(
    at parameters: Span<Scalar>, over batch: Batch, into outputs: inout MutableSpan<Scalar>,
    using workspace: inout Workspace
  ) {
    precondition(outputs.count == outputCount * batch.indices.count, "room for the outputs of each sample")
    outputs.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      if let plan = lanePlan(for: batch) {
        return laneOutputs(at: parameters, over: batch, plan, into: target, using: &workspace)
      }
      forEachChunk(of: batch, at: parameters, tangents: false, using: &workspace) { pass, chunk in
        pass.forward()
        (target + chunk.lowerBound &* outputCount).update(
          from: pass.values + pass.outputStart, count: chunk.count &* outputCount)
      }
    }
  }

  /// F(xᵢ), sample by sample; of all samples if no batch is given.
  public func outputs(at parameters: [Scalar], over batch: Batch? = nil) -> [Scalar] {
    let batch = batch ?? .full(sampleCount)
    var workspace = makeWorkspace()
    var result = [Scalar](repeating: 0, count: outputCount * batch.indices.count)
    parameters.withSpan { parameters in
      result.withMutableSpan { outputs(at: parameters, over: batch, into: &$0, using: &workspace) }
    }
    return result
  }

  /// The fraction of a batch's distinct samples, of all if none is given, that are classified right: by the largest output,
  /// the first of equal ones, or for the logistic loss by the sign, where 0 counts as wrong. Nil for a squared loss, which
  /// has no classes.
  public func accuracy(at parameters: [Scalar], over batch: Batch? = nil) -> Double? {
    if case .squared = loss { return nil }
    let batch = batch ?? .full(sampleCount)
    let outputs = outputs(at: parameters, over: batch)
    var right = 0
    for (row, sample) in batch.indices.enumerated() {
      if loss == .logistic {
        right += outputs[row] * outputLoss.values[sample] > 0 ? 1 : 0
      } else {
        let scores = outputs[(row * outputCount)..<((row + 1) * outputCount)]
        let best = scores.indices.reduce(scores.startIndex) { scores[$1] > scores[$0] ? $1 : $0 }
        right += best - scores.startIndex == outputLoss.classes[sample] ? 1 : 0
      }
    }
    return Double(right) / Double(batch.indices.count)
  }
}
