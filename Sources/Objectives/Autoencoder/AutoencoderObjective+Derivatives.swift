import Numerics

extension AutoencoderObjective {
  /// (1/b) Σ kᵢ ½ [‖aᵢ‖² − φᵢ² (2 − s)]. O(bn).
  public func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Void) -> Double {
    let s = squaredNorm(parameters)
    var sum = 0.0
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      let φ = activated(correlation(parameters, sample))
      var dataNorm = 0.0
      for j in 0..<data.dimension {
        let value = data.rows[sample * data.dimension + j]
        dataNorm += value * value
      }
      sum += Double(multiplicity) * 0.5 * (dataNorm - φ * φ * (2 - s))
    }
    return sum / Double(batch.size)
  }

  /// (1/b) Σ kᵢ [φᵢ² w − (2 − s) φᵢ aᵢ]. O(bn).
  public func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    let s = squaredNorm(parameters)
    for j in 0..<data.dimension { gradient[j] = 0 }
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      let weight = Double(multiplicity) / Double(batch.size)
      addSampleGradient(parameters, sample, s: s, weight: weight, to: &gradient, at: 0)
    }
  }

  /// Rows φᵢ² w − (2 − s) φᵢ aᵢ. O(bn).
  public func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    let s = squaredNorm(parameters)
    for j in 0..<(batch.indices.count * data.dimension) { gradients[j] = 0 }
    for (row, sample) in batch.indices.enumerated() {
      addSampleGradient(parameters, sample, s: s, weight: 1, to: &gradients, at: row * data.dimension)
    }
  }

  private func addSampleGradient(
    _ parameters: Span<Double>, _ sample: Int, s: Double, weight: Double, to target: inout MutableSpan<Double>,
    at offset: Int
  ) {
    let φ = activated(correlation(parameters, sample))
    for j in 0..<data.dimension {
      let a = data.rows[sample * data.dimension + j]
      target[offset + j] += weight * (φ * φ * parameters[j] - (2 - s) * φ * a)
    }
  }

  /// (1/b) Σ kᵢ [(s − 2) φ′ᵢ ⟨aᵢ,v⟩ aᵢ + 2 φᵢ (⟨w,v⟩ aᵢ + ⟨aᵢ,v⟩ w) + φᵢ² v]. O(bn).
  public func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Void
  ) {
    let s = squaredNorm(parameters)
    var alongParameters = 0.0
    for j in 0..<data.dimension {
      product[j] = 0
      alongParameters += parameters[j] * direction[j]
    }
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      let weight = Double(multiplicity) / Double(batch.size)
      let c = correlation(parameters, sample)
      let φ = activated(c)
      let alongData = correlation(direction, sample)
      let dataWeight = (s - 2) * slope(c) * alongData + 2 * φ * alongParameters
      for j in 0..<data.dimension {
        let a = data.rows[sample * data.dimension + j]
        product[j] += weight * (dataWeight * a + 2 * φ * alongData * parameters[j] + φ * φ * direction[j])
      }
    }
  }
}
