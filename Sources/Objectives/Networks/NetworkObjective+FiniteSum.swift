// Each requirement is compiled for both precisions: from outside, where the precision is a parameter of generic code,
// there would be a lookup for every number otherwise.
extension NetworkObjective {
  /// (1/b) Σ kᵢ ℓ(F(xᵢ), yᵢ), summed in double precision.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func loss(at parameters: Span<Scalar>, over batch: Batch, using workspace: inout Workspace) -> Double {
    if let plan = lanePlan(for: batch) {
      return laneLoss(at: parameters, over: batch, plan, using: &workspace) / Double(batch.size)
    }
    var sum = 0.0
    forEachChunk(of: batch, at: parameters, tangents: false, using: &workspace) { pass, chunk in
      pass.forward()
      var output = pass.values + pass.outputStart
      for place in chunk {
        let value = outputLoss.value(output, batch.indices[place], shift: Scalar(batch.labelShift(at: place)))
        sum += Double(batch.multiplicities[place]) * Double(value)
        output += outputCount
      }
    }
    return sum / Double(batch.size)
  }

  /// (1/b) Σ kᵢ J(xᵢ)ᵀ ∇ℓ.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func gradient(
    at parameters: Span<Scalar>, over batch: Batch, into gradient: inout MutableSpan<Scalar>,
    using workspace: inout Workspace
  ) {
    precondition(gradient.count == parameterCount, "room for a gradient")
    gradient.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      if let plan = lanePlan(for: batch) {
        return laneGradient(at: parameters, over: batch, plan, into: target, using: &workspace)
      }
      forEachChunk(of: batch, at: parameters, tangents: false, using: &workspace) { pass, chunk in
        pass.forward()
        for (row, place) in zip(0..., chunk) {
          let start = pass.outputStart &+ row &* outputCount
          outputLoss.gradient(
            pass.values + start, batch.indices[place], shift: Scalar(batch.labelShift(at: place)),
            weight: weight(place, of: batch), into: pass.adjoints + start)
        }
        pass.backward(into: NetworkSink(target: target, keeping: chunk.lowerBound > 0))
      }
    }
  }

  /// (1/b) Σ kᵢ ∇²fᵢ v, forward over reverse.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func hessianVectorProduct(
    at parameters: Span<Scalar>, times direction: Span<Scalar>, over batch: Batch,
    into product: inout MutableSpan<Scalar>, using workspace: inout Workspace
  ) {
    precondition(product.count == parameterCount, "room for a product")
    product.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      secondPass(at: parameters, times: direction, stride: 0, over: batch, .mean, using: &workspace) { first in
        NetworkSink(target: target, keeping: first > 0)
      }
    }
  }

  /// (1/b) Σ kᵢ vᵀ∇²fᵢ v = (1/b) Σ kᵢ (żᵀ∇²ℓ ż + ∇ℓ ᵀ z̈): the second derivative along a line, from the tangents and the adjoints of the
  /// layers, without going back with tangents. Where adjoints are kept, at half of the cost of a Hessian-vector product.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func hessianForm(
    at parameters: Span<Scalar>, along direction: Span<Scalar>, over batch: Batch, using workspace: inout Workspace
  ) -> Double {
    precondition(direction.count == parameterCount, "a direction like the parameters")
    var sum = 0.0
    direction.withUnsafeBufferPointer { direction in
      guard let direction = direction.baseAddress else { return }
      forEachChunk(of: batch, at: parameters, tangents: true, adjoints: .mean, using: &workspace) { pass, chunk in
        let direction = NetworkDirection(start: direction)
        pass.forward()
        pass.forwardTangent(direction)
        for (row, place) in zip(0..., chunk) {
          let start = pass.outputStart &+ row &* outputCount
          let share = weight(place, of: batch)
          outputLoss.gradient(
            pass.values + start, batch.indices[place], shift: Scalar(batch.labelShift(at: place)), weight: share,
            into: pass.adjoints + start)
          let (tangent, image) = (pass.tangents + start, pass.adjointTangents + start)
          outputLoss.hessianProduct(pass.values + start, tangent, weight: share, into: image)
          sum += Double(NetworkProducts.dot(outputCount, tangent, image))
        }
        if !pass.hasAdjoints { pass.backwardAdjoints() }
        sum += pass.curvatureForm(direction)
      }
    }
    return sum
  }

  /// Rows ∇²fᵢ v, forward over reverse.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func sampleHessianVectorProducts(
    at parameters: Span<Scalar>, times direction: Span<Scalar>, over batch: Batch,
    into products: inout MutableSpan<Scalar>, using workspace: inout Workspace
  ) {
    precondition(products.count == parameterCount * batch.indices.count, "room for a product a sample")
    products.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      secondPass(at: parameters, times: direction, stride: 0, over: batch, .each, using: &workspace) { first in
        NetworkSink(target: target + first &* parameterCount, stride: parameterCount)
      }
    }
  }

  /// Σ ∇²fᵢ vᵢ, forward over reverse: only the products Ẇx and gyẆ are made sample by sample.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func sampleHessianVectorSum(
    at parameters: Span<Scalar>, times directions: Span<Scalar>, over batch: Batch,
    into product: inout MutableSpan<Scalar>, using workspace: inout Workspace
  ) {
    precondition(product.count == parameterCount, "room for a product")
    product.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      secondPass(
        at: parameters, times: directions, stride: parameterCount, over: batch, .each, using: &workspace
      ) { first in
        NetworkSink(target: target, keeping: first > 0)
      }
    }
  }

  /// The Hessian times a direction, or that of each sample times its own, into the sink for the chunk that begins at a place
  /// of the batch.
  @inline(__always)
  private func secondPass(
    at parameters: Span<Scalar>, times direction: Span<Scalar>, stride: Int, over batch: Batch,
    _ weights: AdjointWeights, using workspace: inout Workspace, into sink: (_ first: Int) -> NetworkSink<Scalar>
  ) {
    precondition(
      direction.count == (stride == 0 ? 1 : batch.indices.count) * parameterCount, "directions like the parameters")
    direction.withUnsafeBufferPointer { direction in
      guard let direction = direction.baseAddress else { return }
      forEachChunk(of: batch, at: parameters, tangents: true, adjoints: weights, using: &workspace) { pass, chunk in
        let direction = NetworkDirection(start: direction + chunk.lowerBound &* stride, stride: stride)
        pass.forward()
        pass.forwardTangent(direction)
        for (row, place) in zip(0..., chunk) {
          let start = pass.outputStart &+ row &* outputCount
          let (z, share) = (pass.values + start, weights == .mean ? weight(place, of: batch) : 1)
          outputLoss.gradient(
            z, batch.indices[place], shift: Scalar(batch.labelShift(at: place)), weight: share,
            into: pass.adjoints + start)
          outputLoss.hessianProduct(z, pass.tangents + start, weight: share, into: pass.adjointTangents + start)
        }
        pass.backwardTangent(direction, into: sink(chunk.lowerBound))
      }
    }
  }

  /// (1/b) Σ kᵢ gᵢ ⟨gᵢ, v⟩, gᵢ = Jᵢᵀ∇ℓ: forward with a tangent, which gives ⟨gᵢ, v⟩ = ⟨∇ℓ, Jᵢv⟩, and back once. No gradient
  /// of a sample is formed.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func gradientSecondMomentProduct(
    at parameters: Span<Scalar>, times direction: Span<Scalar>, over batch: Batch,
    into product: inout MutableSpan<Scalar>, using workspace: inout Workspace
  ) {
    precondition(direction.count == parameterCount && product.count == parameterCount, "vectors like the parameters")
    product.withUnsafeMutableBufferPointer { buffer in
      direction.withUnsafeBufferPointer { direction in
        guard let target = buffer.baseAddress, let direction = direction.baseAddress else { return }
        forEachChunk(of: batch, at: parameters, tangents: true, using: &workspace) { pass, chunk in
          let pass = pass.withAdjointsApart
          pass.forward()
          pass.forwardTangent(NetworkDirection(start: direction))
          for (row, place) in zip(0..., chunk) {
            let start = pass.outputStart &+ row &* outputCount
            let (tangent, adjoint) = (pass.tangents + start, pass.adjoints + start)
            outputLoss.gradient(
              pass.values + start, batch.indices[place], shift: Scalar(batch.labelShift(at: place)), weight: 1,
              into: adjoint)
            var along: Scalar = 0
            for k in 0..<outputCount { along += adjoint[k] * tangent[k] }
            along *= weight(place, of: batch)
            for k in 0..<outputCount { adjoint[k] *= along }
          }
          pass.backward(into: NetworkSink(target: target, keeping: chunk.lowerBound > 0))
        }
      }
    }
  }

  /// Rows ∇fᵢ.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func sampleGradients(
    at parameters: Span<Scalar>, over batch: Batch, into gradients: inout MutableSpan<Scalar>,
    using workspace: inout Workspace
  ) {
    precondition(gradients.count == parameterCount * batch.indices.count, "room for a gradient a sample")
    gradients.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      forEachChunk(of: batch, at: parameters, tangents: false, using: &workspace) { pass, chunk in
        pass.forward()
        for (row, place) in zip(0..., chunk) {
          let start = pass.outputStart &+ row &* outputCount
          outputLoss.gradient(
            pass.values + start, batch.indices[place], shift: Scalar(batch.labelShift(at: place)), weight: 1,
            into: pass.adjoints + start)
        }
        pass.backward(
          into: NetworkSink(target: target + chunk.lowerBound &* parameterCount, stride: parameterCount))
      }
    }
  }

  /// kᵢ/b.
  @inline(__always)
  func weight(_ place: Int, of batch: Batch) -> Scalar {
    Scalar(Double(batch.multiplicities[place]) / Double(batch.size))
  }
}
