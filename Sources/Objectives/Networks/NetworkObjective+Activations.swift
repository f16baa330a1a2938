extension NetworkObjective {
  /// The outputs of layer `layer`, count × width, for the batch's distinct samples; for all samples if no batch is given.
  ///
  /// - Parameter layer: a place in ``Network/layers``, where activations count too: of 2-20-1 with ReLU, 0 is what goes into
  ///   ReLU, 1 what comes out of it, 2 the network's output.
  /// - Precondition: there is such a layer.
  public func activations(at parameters: [Scalar], ofLayer layer: Int, over batch: Batch? = nil) -> [Scalar] {
    precondition(network.layers.indices.contains(layer), "a layer of this network")
    let batch = batch ?? .full(sampleCount)
    let stage = network.stages[layer]
    var workspace = makeWorkspace()
    var result: [Scalar] = []
    result.reserveCapacity(batch.indices.count * stage.outputCount)
    parameters.withSpan { parameters in
      forEachChunk(of: batch, at: parameters, tangents: false, using: &workspace) { pass, chunk in
        pass.forward()
        let start = pass.values + chunk.count &* stage.outputStart
        result.append(contentsOf: UnsafeBufferPointer(start: start, count: chunk.count &* stage.outputCount))
      }
    }
    return result
  }

  /// The outputs of all layers, as ``activations(at:ofLayer:over:)`` gives those of one, from one forward pass.
  public func activations(at parameters: [Scalar], over batch: Batch? = nil) -> [[Scalar]] {
    let batch = batch ?? .full(sampleCount)
    var workspace = makeWorkspace()
    var results = network.stages.map { stage in
      var result: [Scalar] = []
      result.reserveCapacity(batch.indices.count * stage.outputCount)
      return result
    }
    parameters.withSpan { parameters in
      forEachChunk(of: batch, at: parameters, tangents: false, using: &workspace) { pass, chunk in
        pass.forward()
        for (layer, stage) in network.stages.enumerated() {
          let start = pass.values + chunk.count &* stage.outputStart
          results[layer].append(contentsOf: UnsafeBufferPointer(start: start, count: chunk.count &* stage.outputCount))
        }
      }
    }
    return results
  }
}

extension Network {
  /// The number of outputs of layer `layer`, counted as in ``layers``.
  ///
  /// - Precondition: there is such a layer.
  public func outputCount(ofLayer layer: Int) -> Int {
    precondition(layers.indices.contains(layer), "a layer of this network")
    return stages[layer].outputCount
  }
}
