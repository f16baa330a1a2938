import Numerics

/// The diagonal of a symmetric operator as far as it is known.
public struct DiagonalEstimate: Sendable {
  /// aⱼⱼ, unbiased.
  public let values: [Double]
  /// The standard deviation of each; 0 of an exact diagonal.
  public let standardErrors: [Double]
  /// How many products were made.
  public let products: Int
  /// Whether the errors are rounding alone.
  public let isExact: Bool
}

extension SymmetricOperator {
  /// The diagonal, with the error of each entry: the mean of vⱼ(Av)ⱼ over random signs v, whose spread is that of Σ_{k≠j} aⱼₖvⱼvₖ.
  /// With d probes or more than that, exact from the d axes.
  ///
  /// Source: Bekas, Kokiopoulou and Saad 2007, doi:10.1016/j.apnum.2007.01.003. Cost: a product a probe, 4d numbers of memory.
  ///
  /// - Parameters:
  ///   - probes: How many, 2 or more.
  ///   - seeds: Seeds of the probes; the measurement seed is used, under trial `trial`.
  ///   - trial: Which measurement it is.
  /// - Throws: `InputError` where a product is not finite, or for fewer than 2 probes of a larger operator.
  public func diagonal(
    probes: Int = 100, seeds: Seeds = Seeds(master: 0), trial: Int = 0
  ) throws(InputError) -> DiagonalEstimate {
    let d = dimension
    if probes >= d {
      return DiagonalEstimate(
        values: try exactDiagonal(), standardErrors: [Double](repeating: 0, count: d), products: d, isExact: true)
    }
    guard probes >= 2 else {
      throw InputError("probes of a diagonal", expected: "2 or more", found: "\(probes)")
    }
    let vectors = ProbeVectors(.sample, .rademacher, seeds: seeds, trial: trial)
    var workspace = makeWorkspace()
    var (vector, image) = ([Scalar](repeating: 0, count: d), [Scalar](repeating: 0, count: d))
    var (means, squares) = ([Double](repeating: 0, count: d), [Double](repeating: 0, count: d))
    for probe in 0..<probes {
      vectors.fill(&vector, probe)
      multiply(vector, into: &image, using: &workspace)
      try requireFiniteProduct(Vectors.norm(image))
      addProducts(vector, image, count: probe + 1, means: &means, squares: &squares)
    }
    let scale = 1 / (Double(probes) * Double(probes - 1))
    return DiagonalEstimate(
      values: means, standardErrors: squares.map { ($0 * scale).squareRoot() }, products: probes, isExact: false)
  }
}

/// Welford's recurrence for the products of two vectors' entries, the `count`-th of them.
@specialized(where Scalar == Double)
@specialized(where Scalar == Float)
private func addProducts<Scalar: BLASScalar>(
  _ vector: [Scalar], _ image: [Scalar], count: Int, means: inout [Double], squares: inout [Double]
) {
  let share = 1 / Double(count)
  means.withUnsafeMutableBufferPointer { means in
    squares.withUnsafeMutableBufferPointer { squares in
      for j in 0..<means.count {
        let value = Double(vector[j]) * Double(image[j])
        let change = value - means[j]
        means[j] += change * share
        squares[j] += change * (value - means[j])
      }
    }
  }
}
