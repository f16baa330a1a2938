extension DiagonalNetworkObjective {
  /// The loop of descent: batches of one distinct sample in one pass over u, v and two rows of the features, where the rule
  /// is plain; all else with a gradient.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func descend(
    _ memory: inout DescentMemory<Scalar, Void>, steps: Range<Int>, rule: UpdateRule, region: Region?,
    nextBatch: (Int, inout Batch) -> Double
  ) -> Int {
    guard rule == .plain, region == nil, !steps.isEmpty else {
      return plainDescent(&memory, steps: steps, rule: rule, region: region, nextBatch: nextBatch)
    }
    precondition(memory.parameters.count == parameterCount, "two vectors with an entry a feature")
    // Registers of u and v are read and written where they do not straddle cache lines.
    let vectors = (featureCount + 7) / 8
    let size = MemoryLayout<SIMD8<Scalar>>.stride
    withUnsafeTemporaryAllocation(byteCount: 2 * vectors * size, alignment: 64) { room in
      guard let start = room.baseAddress else { return }
      let u = start.initializeMemory(as: Scalar.self, repeating: 0, count: 16 * vectors)
      descend(&memory, steps: steps, DiagonalPair(u: u, v: u + 8 * vectors, count: featureCount), nextBatch)
    }
    return steps.count
  }

  /// Every step finds the prediction of its sample made by the step before.
  @inline(__always)
  private func descend(
    _ memory: inout DescentMemory<Scalar, Void>, steps: Range<Int>, _ pair: DiagonalPair<Scalar>,
    _ nextBatch: (Int, inout Batch) -> Double
  ) {
    let p = featureCount
    features.withUnsafeBufferPointer { features in
      targets.withUnsafeBufferPointer { targets in
        guard let rows = features.baseAddress else { return }
        pair.read(memory.parameters)
        var rate = nextBatch(steps.lowerBound, &memory.batch)
        var prediction: Scalar?
        for step in steps {
          let sample = memory.batch.indices[0]
          precondition(sample >= 0 && sample < targets.count, "a sample of the data set")
          let row = rows + sample &* p
          if memory.batch.indices.count == 1 {
            let found = prediction ?? pair.change(by: 0, row, thenPredict: row, form)
            let residual = found - targets[sample] - Scalar(memory.batch.labelShift(at: 0))
            let scale = -(Scalar(rate) * slope * residual)
            var nextRow = row
            if step &+ 1 < steps.upperBound {
              rate = nextBatch(step &+ 1, &memory.batch)
              let next = memory.batch.indices[0]
              precondition(next >= 0 && next < targets.count, "a sample of the data set")
              nextRow = rows + next &* p
            }
            prediction = pair.change(by: scale, row, thenPredict: nextRow, form)
          } else {
            pair.write(to: &memory.parameters)
            Self.fill(&memory.gradient, memory.parameters, memory.batch, &memory.workspace, self)
            UpdateRule.plain.apply(rate: Scalar(rate), to: &memory)
            pair.read(memory.parameters)
            prediction = nil
            if step &+ 1 < steps.upperBound { rate = nextBatch(step &+ 1, &memory.batch) }
          }
        }
        pair.write(to: &memory.parameters)
      }
    }
  }
}

/// u and v, aligned to registers.
private struct DiagonalPair<Scalar: NetworkScalar> {
  typealias Vector = SIMD8<Scalar>

  let u: UnsafeMutablePointer<Scalar>
  let v: UnsafeMutablePointer<Scalar>
  let count: Int

  @inline(__always)
  func read(_ parameters: [Scalar]) {
    for j in 0..<count { (u[j], v[j]) = (parameters[j], parameters[count &+ j]) }
  }

  @inline(__always)
  func write(to parameters: inout [Scalar]) {
    for j in 0..<count { (parameters[j], parameters[count &+ j]) = (u[j], v[j]) }
  }

  /// Adds `scale` · ∇⟨β, x⟩ to u and v and returns ⟨β, z⟩ at the new ones.
  ///
  /// Sums in four registers and in the same order whether anything changes or not, so that a run may be cut anywhere.
  @inline(__always)
  func change(
    by scale: Scalar, _ x: UnsafePointer<Scalar>, thenPredict z: UnsafePointer<Scalar>,
    _ form: DiagonalNetworkObjective<Scalar>.Form
  ) -> Scalar {
    form == .product
      ? change(by: scale, x, thenPredict: z, isProduct: true)
      : change(by: 2 * scale, x, thenPredict: z, isProduct: false)
  }

  @inline(__always)
  private func change(
    by scale: Scalar, _ x: UnsafePointer<Scalar>, thenPredict z: UnsafePointer<Scalar>, isProduct: Bool
  ) -> Scalar {
    var sums = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var j = 0
    while j &+ 32 <= count {
      sums.0 = change(at: j, by: scale, x, z, isProduct, adding: sums.0)
      sums.1 = change(at: j &+ 8, by: scale, x, z, isProduct, adding: sums.1)
      sums.2 = change(at: j &+ 16, by: scale, x, z, isProduct, adding: sums.2)
      sums.3 = change(at: j &+ 24, by: scale, x, z, isProduct, adding: sums.3)
      j &+= 32
    }
    while j &+ 8 <= count {
      sums.0 = change(at: j, by: scale, x, z, isProduct, adding: sums.0)
      j &+= 8
    }
    var sum = ((sums.0 + sums.1) + (sums.2 + sums.3)).sum()
    while j < count {
      let (first, second, t) = (u[j], v[j], scale * x[j])
      u[j] = first + t * (isProduct ? second : first)
      v[j] = isProduct ? second + t * first : second - t * second
      sum += z[j] * (isProduct ? u[j] * v[j] : u[j] * u[j] - v[j] * v[j])
      j &+= 1
    }
    return sum
  }

  @inline(__always)
  private func change(
    at j: Int, by scale: Scalar, _ x: UnsafePointer<Scalar>, _ z: UnsafePointer<Scalar>, _ isProduct: Bool,
    adding sum: Vector
  ) -> Vector {
    let uVector = UnsafeMutableRawPointer(u + j).assumingMemoryBound(to: Vector.self)
    let vVector = UnsafeMutableRawPointer(v + j).assumingMemoryBound(to: Vector.self)
    let (first, second) = (uVector.pointee, vVector.pointee)
    let t = scale * UnsafeRawPointer(x + j).loadUnaligned(as: Vector.self)
    let newFirst = first.addingProduct(t, isProduct ? second : first)
    let newSecond = second.addingProduct(t, isProduct ? first : -second)
    uVector.pointee = newFirst
    vVector.pointee = newSecond
    let row = UnsafeRawPointer(z + j).loadUnaligned(as: Vector.self)
    return isProduct
      ? sum.addingProduct(row, newFirst * newSecond)
      : sum.addingProduct(row, newFirst * newFirst - newSecond * newSecond)
  }
}
