/// Products with the Jacobian J of the outputs, (count·m) × d over the distinct samples of a batch.
extension NetworkObjective: GaussNewtonObjective {
  /// Writes J v, count × m, for the batch's distinct samples. At about the cost of a gradient.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func jacobianVectorProduct(
    at parameters: Span<Scalar>, times direction: Span<Scalar>, over batch: Batch,
    into product: inout MutableSpan<Scalar>, using workspace: inout Workspace
  ) {
    precondition(direction.count == parameterCount, "a direction like the parameters")
    precondition(product.count == outputCount * batch.indices.count, "room for the outputs of each sample")
    product.withUnsafeMutableBufferPointer { buffer in
      direction.withUnsafeBufferPointer { direction in
        guard let target = buffer.baseAddress, let direction = direction.baseAddress else { return }
        forEachChunk(of: batch, at: parameters, tangents: true, using: &workspace) { pass, chunk in
          pass.forward()
          pass.forwardTangent(NetworkDirection(start: direction))
          (target + chunk.lowerBound &* outputCount).update(
            from: pass.tangents + pass.outputStart, count: chunk.count &* outputCount)
        }
      }
    }
  }

  /// Writes Jᵀ u, d numbers, for u of count × m: the sum over the batch's distinct samples, multiplicities ignored. At the
  /// cost of a gradient.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func vectorJacobianProduct(
    at parameters: Span<Scalar>, times cotangents: Span<Scalar>, over batch: Batch,
    into product: inout MutableSpan<Scalar>, using workspace: inout Workspace
  ) {
    precondition(cotangents.count == outputCount * batch.indices.count, "a number for each output of each sample")
    precondition(product.count == parameterCount, "room for a gradient")
    product.withUnsafeMutableBufferPointer { buffer in
      cotangents.withUnsafeBufferPointer { cotangents in
        guard let target = buffer.baseAddress, let cotangents = cotangents.baseAddress else { return }
        forEachChunk(of: batch, at: parameters, tangents: false, using: &workspace) { pass, chunk in
          pass.forward()
          (pass.adjoints + pass.outputStart).update(
            from: cotangents + chunk.lowerBound &* outputCount, count: chunk.count &* outputCount)
          pass.backward(into: NetworkSink(target: target, keeping: chunk.lowerBound > 0))
        }
      }
    }
  }

  /// Writes (1/b) Σ kᵢ J(xᵢ)ᵀ ∇²ℓ J(xᵢ) v: the Hessian without the curvature of the network itself, never indefinite, and
  /// the Hessian where ∇ℓ = 0 for every sample. At about two thirds of the cost of a Hessian-vector product.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func gaussNewtonProduct(
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
            outputLoss.hessianProduct(
              pass.values + start, pass.tangents + start, weight: weight(place, of: batch), into: pass.adjoints + start)
          }
          pass.backward(into: NetworkSink(target: target, keeping: chunk.lowerBound > 0))
        }
      }
    }
  }

  /// Writes J, row by row, (count·m) × d: m rows for each of the batch's distinct samples. A forward and m backward passes.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func jacobian(
    at parameters: Span<Scalar>, over batch: Batch, into rows: inout MutableSpan<Scalar>,
    using workspace: inout Workspace
  ) {
    precondition(rows.count == parameterCount * outputCount * batch.indices.count, "room for a row an output")
    rows.withUnsafeMutableBufferPointer { buffer in
      guard let target = buffer.baseAddress else { return }
      forEachChunk(of: batch, at: parameters, tangents: false, using: &workspace) { pass, chunk in
        pass.forward()
        let block = outputCount &* parameterCount
        for k in 0..<outputCount {
          let adjoint = pass.adjoints + pass.outputStart
          for place in 0..<(chunk.count &* outputCount) { adjoint[place] = place % outputCount == k ? 1 : 0 }
          pass.backward(
            into: NetworkSink(target: target + chunk.lowerBound &* block + k &* parameterCount, stride: block))
        }
      }
    }
  }
}

/// The same on arrays, for code where an allocation does not matter. Without a batch, over all samples.
extension NetworkObjective {
  /// ∇²ℓ in the outputs of each sample, count × m × m: 2c·I of a squared loss, diag(p) − ppᵀ of cross-entropy, p(1 − p) of the
  /// logistic loss.
  public func outputHessians(at parameters: [Scalar], over batch: Batch? = nil) -> [Scalar] {
    let outputs = outputs(at: parameters, over: batch)
    let m = outputCount
    var result = [Scalar](repeating: 0, count: outputs.count * m)
    var axis = [Scalar](repeating: 0, count: m)
    outputs.withUnsafeBufferPointer { outputs in
      result.withUnsafeMutableBufferPointer { result in
        guard let z = outputs.baseAddress, let target = result.baseAddress else { return }
        for k in 0..<m {
          axis[k] = 1
          for sample in 0..<outputs.count / m {
            // Symmetric: its columns are its rows.
            outputLoss.hessianProduct(z + sample * m, axis, weight: 1, into: target + (sample * m + k) * m)
          }
          axis[k] = 0
        }
      }
    }
    return result
  }

  /// J v, sample by sample.
  public func jacobianVectorProduct(
    at parameters: [Scalar], times direction: [Scalar], over batch: Batch? = nil
  ) -> [Scalar] {
    let batch = batch ?? .full(sampleCount)
    return filled(outputCount * batch.indices.count, parameters, direction) {
      parameters, direction, result, workspace in
      jacobianVectorProduct(at: parameters, times: direction, over: batch, into: &result, using: &workspace)
    }
  }

  /// Jᵀ u.
  public func vectorJacobianProduct(
    at parameters: [Scalar], times cotangents: [Scalar], over batch: Batch? = nil
  ) -> [Scalar] {
    filled(parameterCount, parameters, cotangents) { parameters, cotangents, result, workspace in
      vectorJacobianProduct(
        at: parameters, times: cotangents, over: batch ?? .full(sampleCount), into: &result, using: &workspace)
    }
  }

  /// The Gauss–Newton matrix times `direction`.
  public func gaussNewtonProduct(
    at parameters: [Scalar], times direction: [Scalar], over batch: Batch? = nil
  ) -> [Scalar] {
    filled(parameterCount, parameters, direction) { parameters, direction, result, workspace in
      gaussNewtonProduct(
        at: parameters, times: direction, over: batch ?? .full(sampleCount), into: &result, using: &workspace)
    }
  }

  /// J, row by row.
  public func jacobian(at parameters: [Scalar], over batch: Batch? = nil) -> [Scalar] {
    let batch = batch ?? .full(sampleCount)
    return filled(parameterCount * outputCount * batch.indices.count, parameters, []) {
      parameters, _, result, workspace in
      jacobian(at: parameters, over: batch, into: &result, using: &workspace)
    }
  }

  private func filled(
    _ count: Int, _ parameters: [Scalar], _ vector: [Scalar],
    _ body: (Span<Scalar>, Span<Scalar>, inout MutableSpan<Scalar>, inout Workspace) -> Void
  ) -> [Scalar] {
    var workspace = makeWorkspace()
    var result = [Scalar](repeating: 0, count: count)
    parameters.withSpan { parameters in
      vector.withSpan { vector in result.withMutableSpan { body(parameters, vector, &$0, &workspace) } }
    }
    return result
  }
}
