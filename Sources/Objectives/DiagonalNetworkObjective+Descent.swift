import CVectors

extension DiagonalNetworkObjective {
  /// The loop of descent: in double precision and by the plain rule, batches of one distinct sample in one pass over u, v
  /// and two rows of the features; all else with a gradient.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func descend(
    _ memory: inout DescentMemory<Scalar, Void>, steps: Range<Int>, rule: UpdateRule, region: Region?,
    nextBatch: (Int, inout Batch) -> Double
  ) -> Int {
    guard Scalar.self == Double.self, rule == .plain, region == nil, !steps.isEmpty else {
      return plainDescent(&memory, steps: steps, rule: rule, region: region, nextBatch: nextBatch)
    }
    precondition(memory.parameters.count == parameterCount, "two vectors with an entry a feature")
    let vectors = (featureCount + 7) / 8
    // Vectors that straddle two cache lines would take twice as long to read.
    withUnsafeTemporaryAllocation(byteCount: 2 * 64 * vectors, alignment: 64) { room in
      features.withUnsafeBytes { features in
        guard let start = room.baseAddress, let rows = features.baseAddress else { return }
        let u = start.initializeMemory(as: Double.self, repeating: 0, count: 16 * vectors)
        let pair = DiagonalPair(
          u: u, v: u + 8 * vectors, count: featureCount, rows: rows.assumingMemoryBound(to: Double.self))
        descend(&memory, steps: steps, pair, nextBatch)
      }
    }
    return steps.count
  }

  /// Every step finds the prediction of its sample made by the step before.
  @inline(__always)
  private func descend(
    _ memory: inout DescentMemory<Scalar, Void>, steps: Range<Int>, _ pair: DiagonalPair,
    _ nextBatch: (Int, inout Batch) -> Double
  ) {
    func sample(_ batch: Batch) -> Int {
      let sample = batch.indices[0]
      precondition(sample >= 0 && sample < targets.count, "a sample of the data set")
      return sample
    }
    read(memory.parameters, into: pair)
    var rate = nextBatch(steps.lowerBound, &memory.batch)
    var prediction: Double?
    for step in steps {
      let isLast = step &+ 1 == steps.upperBound
      if memory.batch.indices.count == 1 {
        let current = sample(memory.batch)
        let found = prediction ?? pair.predict(current, isProduct: form == .product)
        let scale = -rate * Double(slope) * (found - Double(targets[current]) - memory.batch.labelShift(at: 0))
        if !isLast { rate = nextBatch(step &+ 1, &memory.batch) }
        let next = isLast ? current : sample(memory.batch)
        prediction = pair.change(by: scale, times: current, thenPredict: next, isProduct: form == .product)
      } else {
        write(pair, to: &memory.parameters)
        Self.fill(&memory.gradient, memory.parameters, memory.batch, &memory.workspace, self)
        UpdateRule.plain.apply(rate: Scalar(rate), to: &memory)
        read(memory.parameters, into: pair)
        prediction = nil
        if !isLast { rate = nextBatch(step &+ 1, &memory.batch) }
      }
    }
    write(pair, to: &memory.parameters)
  }

  private func read(_ parameters: [Scalar], into pair: DiagonalPair) {
    for j in 0..<featureCount {
      (pair.u[j], pair.v[j]) = (Double(parameters[j]), Double(parameters[featureCount + j]))
    }
  }

  private func write(_ pair: DiagonalPair, to parameters: inout [Scalar]) {
    for j in 0..<featureCount {
      (parameters[j], parameters[featureCount + j]) = (Scalar(pair.u[j]), Scalar(pair.v[j]))
    }
  }
}

/// u and v on cache lines of their own, and the rows of the features.
private struct DiagonalPair {
  typealias Vector = SIMD8<Double>

  let u: UnsafeMutablePointer<Double>
  let v: UnsafeMutablePointer<Double>
  let count: Int
  let rows: UnsafePointer<Double>

  /// ⟨β, z⟩, z the row of `sample`: summed as by `change`, so that a run may be cut anywhere.
  @inline(never)
  func predict(_ sample: Int, isProduct: Bool) -> Double {
    predict(rows + sample &* count, isProduct) {
      (vector(u, $0), vector(v, $0))
    } rest: { _ in
    }
  }

  /// Adds `scale` · ∇⟨β, x⟩ to u and v, x being the row of `sample`, and returns ⟨β, z⟩ at the new ones, z the row of
  /// `next`.
  @inline(never)
  func change(by scale: Double, times sample: Int, thenPredict next: Int, isProduct: Bool) -> Double {
    let (x, z) = (rows + sample &* count, rows + next &* count)
    return predict(z, isProduct) { j in
      var (first, second, t) = (vector(u, j), vector(v, j), scale * vector(x, j))
      if isProduct {
        let before = first
        first = basin_fused(t, second, first)
        second = basin_fused(t, before, second)
      } else {
        t += t
        first = basin_fused(t, first, first)
        second = basin_fused(-t, second, second)
      }
      UnsafeMutableRawPointer(u + j).storeBytes(of: first, as: Vector.self)
      UnsafeMutableRawPointer(v + j).storeBytes(of: second, as: Vector.self)
      return (first, second)
    } rest: { j in
      let (first, second, t) = (u[j], v[j], scale * x[j])
      u[j] = isProduct ? first + t * second : first + 2 * t * first
      v[j] = isProduct ? second + t * first : second - 2 * t * second
    }
  }

  /// ⟨β, z⟩ in four sums, given u and v eight entries at a time; `rest` is called for each entry that is left.
  @inline(__always)
  private func predict(
    _ z: UnsafePointer<Double>, _ isProduct: Bool, _ entries: (Int) -> (Vector, Vector), rest: (Int) -> Void
  ) -> Double {
    func add(_ j: Int, to sum: inout Vector) {
      let (first, second) = entries(j)
      if isProduct {
        sum = basin_fused(vector(z, j), first * second, sum)
      } else {
        sum = basin_fused(vector(z, j), first * first - second * second, sum)
      }
    }
    var sums = (Vector.zero, Vector.zero, Vector.zero, Vector.zero)
    var j = 0
    while j &+ 32 <= count {
      add(j, to: &sums.0)
      add(j &+ 8, to: &sums.1)
      add(j &+ 16, to: &sums.2)
      add(j &+ 24, to: &sums.3)
      j &+= 32
    }
    while j &+ 8 <= count {
      add(j, to: &sums.0)
      j &+= 8
    }
    var sum = ((sums.0 + sums.1) + (sums.2 + sums.3)).sum()
    while j < count {
      rest(j)
      sum += z[j] * (isProduct ? u[j] * v[j] : u[j] * u[j] - v[j] * v[j])
      j &+= 1
    }
    return sum
  }

  @inline(__always)
  private func vector(_ start: UnsafePointer<Double>, _ j: Int) -> Vector {
    UnsafeRawPointer(start + j).loadUnaligned(as: Vector.self)
  }
}
