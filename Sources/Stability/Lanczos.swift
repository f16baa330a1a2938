import Numerics
import Objectives

/// The extreme eigenvalues of a symmetric operator that is known by its products only.
enum Lanczos {
  /// The `count` largest eigenvalues, descending, with eigenvectors as rows, and after them the smallest one found,
  /// with its vector.
  ///
  /// Lanczos's iteration from a fixed Gaussian vector with full reorthogonalisation, until the residuals ‖Av − λv‖
  /// are below 1e-9·λ₁ or the Krylov space is exhausted. Cost: a product, and 4·order·k operations, for each of k
  /// steps. An eigenvalue's multiplicity is not seen.
  ///
  /// - Throws: ``InputError`` where a product is not finite.
  static func extremes(
    order: Int, count: Int, product: ([Double]) -> [Double]
  ) throws(InputError) -> (values: [Double], vectors: Matrix) {
    var stream = RandomStream(RandomKey(seed: 2, purpose: .measurement))
    var vector = stream.sphere(count: order)
    var basis: [Double] = []
    var diagonal: [Double] = []
    var coupling: [Double] = []
    let limit = min(order, max(20 * count, 300))
    while true {
      basis += vector
      let steps = diagonal.count + 1
      let rows = Matrix(rows: steps, columns: order, storage: basis)
      var image = product(vector)
      guard image.allSatisfy(\.isFinite) else {
        throw InputError("Hessian-vector product", expected: "finite numbers", found: "one that is not")
      }
      diagonal.append(LinearAlgebra.dot(image, vector))
      for _ in 0..<2 {
        let inside = rows.transposedMultiplied(by: rows.multiplied(by: image))
        for index in image.indices { image[index] -= inside[index] }
      }
      let norm = LinearAlgebra.norm(image)
      let size = diagonal.reduce(0) { max($0, abs($1)) }
      let isExhausted = steps == limit || norm <= 1e-14 * size
      if isExhausted || (steps > count && steps % 10 == 0) {
        var projected = Matrix.diagonal(diagonal)
        for (index, value) in coupling.enumerated() {
          projected[index, index + 1] = value
          projected[index + 1, index] = value
        }
        let ritz = MinimumGeometry.descending(try LinearAlgebra.symmetricEigendecomposition(of: projected))
        let wanted = min(count, steps)
        let isConverged = (0..<wanted).allSatisfy {
          norm * abs(ritz.vectors[$0, steps - 1]) <= 1e-9 * max(abs(ritz.values[0]), .leastNormalMagnitude)
        }
        if isExhausted || isConverged {
          let places = Array(0..<wanted) + (wanted < steps ? [steps - 1] : [])
          let kept = Matrix(places.map { ritz.vectors.row($0) })
          return (places.map { ritz.values[$0] }, kept.multiplied(by: rows))
        }
      }
      coupling.append(norm)
      vector = image.map { $0 / norm }
    }
  }
}

extension FiniteSumObjective where Scalar == Double {
  /// The sharpness λ_max: the largest eigenvalue of the Hessian of the batch mean of the loss, over all samples if no
  /// batch is given; by Lanczos's iteration to a residual of 1e-9·λ_max. Cost: some tens of Hessian-vector products.
  ///
  /// - Throws: ``InputError`` where a product is not finite.
  public func sharpness(at parameters: [Double], over batch: Batch? = nil) throws(InputError) -> Double {
    let batch = batch ?? .full(sampleCount)
    return try Lanczos.extremes(order: parameterCount, count: 1) {
      hessianVectorProduct(at: parameters, times: $0, over: batch)
    }.values[0]
  }
}
