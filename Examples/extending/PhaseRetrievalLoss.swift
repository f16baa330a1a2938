import Objectives

/// Phase retrieval: a signal is known by the sizes of its projections alone, fᵢ(w) = ¼ (⟨aᵢ, w⟩² − yᵢ)².
struct PhaseRetrievalLoss: DifferentiableLoss {
  /// The aᵢ.
  let inputs: [[Double]]
  /// The yᵢ.
  let targets: [Double]

  var sampleCount: Int { targets.count }
  var parameterCount: Int { inputs[0].count }
  var lossFormula: String { "¼ (⟨aᵢ, w⟩² − yᵢ)²" }

  func value<Scalar: DifferentiableScalar>(sample: Int, parameters w: [Scalar]) -> Scalar {
    let projection = zip(inputs[sample], w).reduce(Scalar.zero) { $0 + Scalar($1.0) * $1.1 }
    let residual = projection * projection - Scalar(targets[sample])
    return 0.25 * residual * residual
  }
}
