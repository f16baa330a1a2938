import Numerics

extension SampleCurvature {
  /// The mean Hessian H = (1/n) Σ Hᵢ, d × d. Cost: n·d² for matrices, 2·n·m·d² for factors in one product.
  public func mean() -> Matrix {
    let (d, n) = (dimension, sampleCount)
    guard outputCount != nil else {
      return meanHessian(over: (0..<n).lazy.map { (index: $0, weight: 1 / Double(n)) })
    }
    var result = Matrix(rows: d, columns: d)
    let signed = signedEntries()
    result.withUnsafeMutableStorage { sum in
      entries.withUnsafeBufferPointer { rows in
        signed.withUnsafeBufferPointer { signed in
          guard let sum = sum.baseAddress, let rows = rows.baseAddress, let signed = signed.baseAddress else { return }
          Double.multiply(
            rows, signed, firstTransposed: true, rows: d, columns: d, inner: n * rowsPerSample, scale: 1 / Double(n),
            into: sum)
        }
      }
    }
    return result
  }

  /// The mean of the sandwiches, (1/n) Σ Hᵢ S Hᵢ, for a symmetric S: what the second moment gains from single samples.
  ///
  /// Cost: 4·n·d³ operations for matrices, 4·n·m·d² for factors, as products of tall matrices in chunks of bounded
  /// memory.
  public func sandwich(_ s: Matrix) -> Matrix {
    precondition(s.rows == dimension && s.columns == dimension, "a matrix of the samples' dimension")
    let (d, m) = (dimension, rowsPerSample)
    var result = Matrix(rows: d, columns: d)
    let chunk = max(1, 262_144 / (m * d))
    var product = [Double](repeating: 0, count: min(chunk, sampleCount) * m * d)
    var weighted = outputCount == nil ? [] : product
    var gram = [Double](repeating: 0, count: outputCount.map { $0 * $0 } ?? 0)
    result.withUnsafeMutableStorage { sum in
      s.withUnsafeStorage { s in
        guard let sum = sum.baseAddress, let s = s.baseAddress else { return }
        for start in stride(from: 0, to: sampleCount, by: chunk) {
          let samples = start..<min(start + chunk, sampleCount)
          addSandwich(
            of: samples, s, product: &product, weighted: &weighted, gram: &gram, into: sum)
        }
      }
      for index in 0..<d * d { sum[index] /= Double(sampleCount) }
      for row in 0..<d {
        for column in 0..<row {
          let value = (sum[row * d + column] + sum[column * d + row]) / 2
          sum[row * d + column] = value
          sum[column * d + row] = value
        }
      }
    }
    return result
  }

  private func addSandwich(
    of samples: Range<Int>, _ s: UnsafePointer<Double>, product: inout [Double], weighted: inout [Double],
    gram: inout [Double], into sum: UnsafeMutablePointer<Double>
  ) {
    let (d, m) = (dimension, rowsPerSample)
    let count = samples.count * m
    entries.withUnsafeBufferPointer { all in
      product.withUnsafeMutableBufferPointer { product in
        weighted.withUnsafeMutableBufferPointer { weighted in
          gram.withUnsafeMutableBufferPointer { gram in
            guard let all = all.baseAddress, let product = product.baseAddress, let weighted = weighted.baseAddress,
              let gram = gram.baseAddress
            else { return }
            let rows = all + samples.lowerBound * m * d
            Double.multiply(rows, s, rows: count, columns: d, inner: d, into: product)
            if outputCount == nil {
              for place in 0..<samples.count {
                let offset = place * d * d
                Double.multiply(product + offset, rows + offset, rows: d, columns: d, inner: d, keeping: 1, into: sum)
              }
              return
            }
            for place in 0..<samples.count {
              let offset = place * m * d
              weightRows(
                rows + offset, product + offset, firstRow: (samples.lowerBound + place) * m, gram: gram,
                into: weighted + offset)
            }
            Double.multiply(
              rows, weighted, firstTransposed: true, rows: d, columns: d, inner: count, keeping: 1, into: sum)
          }
        }
      }
    }
  }

  /// (s JSJᵀ s) J for one sample, from J and J·S.
  private func weightRows(
    _ rows: UnsafePointer<Double>, _ product: UnsafePointer<Double>, firstRow: Int,
    gram: UnsafeMutablePointer<Double>, into weighted: UnsafeMutablePointer<Double>
  ) {
    let (d, m) = (dimension, rowsPerSample)
    if m == 1 {
      let weight = BLAS.dot(d, rows, product)
      for column in 0..<d { weighted[column] = weight * rows[column] }
      return
    }
    Double.multiply(product, rows, secondTransposed: true, rows: m, columns: m, inner: d, into: gram)
    if let signs {
      for a in 0..<m {
        for c in 0..<m { gram[a * m + c] *= signs[firstRow + a] * signs[firstRow + c] }
      }
    }
    Double.multiply(gram, rows, rows: m, columns: d, inner: m, into: weighted)
  }

  /// The quadratic forms vᵀHᵢv, one a sample. Cost: 2·n·d² for matrices, 2·n·m·d for factors.
  public func quadraticForms(_ v: [Double]) -> [Double] {
    let (d, m) = (dimension, rowsPerSample)
    let product = Matrix(rows: sampleCount * m, columns: d, storage: entries).multiplied(by: v)
    return (0..<sampleCount).map { sample in
      var sum = 0.0
      for row in 0..<m {
        let value = product[sample * m + row]
        sum += outputCount == nil ? v[row] * value : (signs?[sample * m + row] ?? 1) * value * value
      }
      return sum
    }
  }

  /// The weighted sum Σ wᵢHᵢv. Cost: 2·n·d² for matrices, 4·n·m·d for factors.
  public func weightedProduct(_ weights: [Double], _ v: [Double]) -> [Double] {
    precondition(weights.count == sampleCount && v.count == dimension, "a weight a sample, an entry a dimension")
    let (d, m) = (dimension, rowsPerSample)
    let rows = Matrix(rows: sampleCount * m, columns: d, storage: entries)
    var product = rows.multiplied(by: v)
    if outputCount == nil {
      var result = [Double](repeating: 0, count: d)
      for sample in 0..<sampleCount {
        for row in 0..<d { result[row] += weights[sample] * product[sample * d + row] }
      }
      return result
    }
    for index in product.indices { product[index] *= weights[index / m] * (signs?[index] ?? 1) }
    return rows.transposedMultiplied(by: product)
  }

  /// y ← y + scale · Hᵢx for one sample, without an allocation.
  func addProduct(
    sample: Int, scale: Double, _ x: UnsafePointer<Double>, into y: UnsafeMutablePointer<Double>
  ) {
    let (d, m) = (dimension, rowsPerSample)
    entries.withUnsafeBufferPointer { all in
      guard let all = all.baseAddress else { return }
      for row in 0..<m {
        let place = all + (sample * m + row) * d
        let value = scale * BLAS.dot(d, place, x)
        if outputCount == nil {
          y[row] += value
        } else {
          BLAS.axpy(d, value * (signs?[sample * m + row] ?? 1), place, into: y)
        }
      }
    }
  }

  /// The Hessians UHᵢUᵀ in the coordinates of k orthonormal rows U. Cost: 2·n·m·d·k for factors, 2·n·d·k·(d + k) for
  /// matrices.
  public func compressed(by basis: Matrix) -> SampleCurvature {
    precondition(basis.columns == dimension, "basis vectors of the samples' dimension")
    let (d, k, m) = (dimension, basis.rows, rowsPerSample)
    let half = Matrix(rows: sampleCount * m, columns: d, storage: entries).multiplied(by: basis.transposed())
    guard outputCount == nil else {
      return SampleCurvature(
        sampleCount: sampleCount, dimension: k, outputCount: outputCount, signs: signs, entries: half.storage)
    }
    var result = [Double](repeating: 0, count: sampleCount * k * k)
    result.withUnsafeMutableBufferPointer { result in
      half.withUnsafeStorage { half in
        basis.withUnsafeStorage { basis in
          guard let result = result.baseAddress, let half = half.baseAddress, let basis = basis.baseAddress else {
            return
          }
          for sample in 0..<sampleCount {
            let block = result + sample * k * k
            Double.multiply(basis, half + sample * d * k, rows: k, columns: k, inner: d, into: block)
            for row in 0..<k {
              for column in 0..<row {
                let value = (block[row * k + column] + block[column * k + row]) / 2
                block[row * k + column] = value
                block[column * k + row] = value
              }
            }
          }
        }
      }
    }
    return SampleCurvature(
      sampleCount: sampleCount, dimension: k, outputCount: nil, signs: nil, entries: result)
  }

  /// The factor rows, each times its sign.
  func signedEntries() -> [Double] {
    guard let signs else { return entries }
    var result = entries
    for (row, sign) in signs.enumerated() where sign < 0 {
      for index in row * dimension..<(row + 1) * dimension { result[index] = -result[index] }
    }
    return result
  }
}
