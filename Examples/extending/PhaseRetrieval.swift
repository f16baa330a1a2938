import Numerics
import Objectives

/// ``PhaseRetrievalLoss`` with its derivatives by hand: fᵢ(w) = ¼ (⟨aᵢ, w⟩² − yᵢ)².
struct PhaseRetrieval: FiniteSumObjective {
  /// The aᵢ, a row each.
  let features: FeatureRows
  /// The yᵢ.
  let targets: [Double]

  var sampleCount: Int { targets.count }
  var parameterCount: Int { features.columnCount }
  var lossFormula: String { "¼ (⟨aᵢ, w⟩² − yᵢ)²" }

  func loss(at w: Span<Double>, over batch: Batch, using workspace: inout Void) -> Double {
    var sum = 0.0
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      let projection = features.dot(row: sample, w)
      let residual = projection * projection - targets[sample]
      sum += Double(multiplicity) * residual * residual / 4
    }
    return sum / Double(batch.size)
  }

  /// ∇fᵢ = (⟨aᵢ, w⟩² − yᵢ) ⟨aᵢ, w⟩ aᵢ.
  func gradient(
    at w: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>, using workspace: inout Void
  ) {
    for j in 0..<parameterCount { gradient[j] = 0 }
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      let weight = Double(multiplicity) / Double(batch.size) * slope(sample, w)
      features.addScaled(row: sample, by: weight, into: &gradient)
    }
  }

  /// ∇²fᵢ v = (3 ⟨aᵢ, w⟩² − yᵢ) ⟨aᵢ, v⟩ aᵢ.
  func hessianVectorProduct(
    at w: Span<Double>, times v: Span<Double>, over batch: Batch, into product: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    for j in 0..<parameterCount { product[j] = 0 }
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      let projection = features.dot(row: sample, w)
      let curvature = (3 * projection * projection - targets[sample]) * features.dot(row: sample, v)
      features.addScaled(row: sample, by: Double(multiplicity) / Double(batch.size) * curvature, into: &product)
    }
  }

  func sampleGradients(
    at w: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>, using workspace: inout Void
  ) {
    for place in 0..<batch.indices.count * parameterCount { gradients[place] = 0 }
    for (row, sample) in batch.indices.enumerated() {
      features.addScaled(row: sample, by: slope(sample, w), into: &gradients, from: row * parameterCount)
    }
  }

  private func slope(_ sample: Int, _ w: Span<Double>) -> Double {
    let projection = features.dot(row: sample, w)
    return (projection * projection - targets[sample]) * projection
  }
}
