import Numerics
import Objectives

/// The lengths of the samples' gradients, from gradients that are formed some megabytes at a time.
struct SampleGradientMoments: Sendable {
  /// ‖∇fᵢ‖².
  let squares: [Double]

  /// Cost: n single gradients.
  init(_ objective: NetworkObjective<Double>, at parameters: [Double], workers: Int) throws(InputError) {
    let d = objective.parameterCount
    let parts = Batch.full(objective.sampleCount).parts(of: max(1, (1 << 21) / d))
    squares = try parallelMap(parts.count, workers: workers) { place in
      objective.sampleGradients(at: parameters, over: parts[place]).map { LinearAlgebra.dot($0, $0) }
    }.flatMap { $0 }
  }

  /// (1/n) Σ ‖∇fᵢ‖².
  var meanSquare: Double { squares.reduce(0, +) / Double(squares.count) }
  /// max ‖∇fᵢ‖.
  var largestNorm: Double { (squares.max() ?? 0).squareRoot() }
}

extension DiagnosisRun {
  /// Computed once.
  mutating func gradientMoments() throws(InputError) -> SampleGradientMoments {
    if let moments { return moments }
    let found = try SampleGradientMoments(objective, at: parameters, workers: options.workers)
    moments = found
    return found
  }
}
