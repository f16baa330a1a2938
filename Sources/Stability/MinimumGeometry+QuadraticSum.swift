import Numerics
import Objectives

extension MinimumGeometry {
  /// The quadratic sum with these Hessians and gradients in the basis of range(H), with its minimum at 0: what SGD's
  /// linear theory is about, to be run.
  ///
  /// Memory: n·r² numbers, or n·m·r where the samples are held as semidefinite factors.
  ///
  /// - Throws: ``InputError`` where that would be more than 10⁸ numbers.
  public func quadraticSum() throws(InputError) -> QuadraticSumObjective {
    let isFactored = curvature.outputCount != nil && curvature.signs == nil && weightDecay == 0
    let rows = isFactored ? curvature.rowsPerSample : rank
    guard Double(sampleCount) * Double(rows) * Double(rank) <= 1e8 else {
      throw InputError(
        "quadratic sum", expected: "at most 10⁸ numbers", found: "\(sampleCount) samples of \(rows) × \(rank)",
        advice: "A smaller rank has fewer.")
    }
    let inside = gradients.map { $0.rows.multiplied(by: basis.transposed()).storage }
    if isFactored {
      return try QuadraticSumObjective(
        jacobians: curvature.entries, sampleCount: sampleCount, outputCount: rows, dimension: rank, gradients: inside)
    }
    var hessians: [Double] = []
    hessians.reserveCapacity(sampleCount * rank * rank)
    for sample in 0..<sampleCount {
      let matrix = curvature.hessian(sample)
      for j in 0..<rank {
        // Symmetric to the last bit, which the projection is not.
        for k in 0..<rank { hessians.append((matrix[j, k] + matrix[k, j]) / 2 + (j == k ? weightDecay : 0)) }
      }
    }
    return try QuadraticSumObjective(
      hessians: hessians, sampleCount: sampleCount, dimension: rank, gradients: inside)
  }
}
