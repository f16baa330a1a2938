import Numerics
import Objectives

extension SymmetricOperator {
  /// The largest dimension for which the whole spectrum is computed where nothing else is asked for: some seconds.
  public static var largestDenseDimension: Int { 2_000 }

  /// All eigenvalues, ascending, with eigenvectors as rows, of the dense matrix: exact but for rounding. Cost: d products and
  /// about 9d³ operations.
  ///
  /// - Throws: `InputError` where a product is not finite.
  public func spectrum() throws(InputError) -> SymmetricEigendecomposition {
    try LinearAlgebra.symmetricEigendecomposition(of: dense())
  }
}

extension Eigenpairs {
  /// The ends of a dense spectrum.
  ///
  /// - Precondition: the counts are at most the order, which is at least 1.
  public init(_ spectrum: SymmetricEigendecomposition, largest: Int = 1, smallest: Int = 0) {
    let order = spectrum.values.count
    precondition(order >= 1 && max(largest, smallest) <= order, "no more eigenvalues than there are")
    func pair(_ place: Int) -> Eigenpair<Scalar> {
      Eigenpair(
        value: spectrum.values[place], residual: 0, isConverged: true,
        vector: spectrum.vectors.row(place).map { Scalar($0) })
    }
    let (low, high) = (spectrum.values[0], spectrum.values[order - 1])
    self.init(
      largest: (0..<largest).map { pair(order - 1 - $0) }, smallest: (0..<smallest).map(pair), products: order,
      range: low...high, upperBound: largest > 0 ? high : nil, lowerBound: smallest > 0 ? low : nil)
  }
}

extension FiniteSumObjective where Scalar: BLASScalar {
  /// The sharpness λ_max: the largest eigenvalue of the Hessian of the batch mean of the loss, over all samples if no
  /// batch is given; by Lanczos's process to a residual of 1e-9·λ_max. Cost: some tens of Hessian-vector products.
  ///
  /// - Throws: `InputError` where a product is not finite.
  public func sharpness(at parameters: [Scalar], over batch: Batch? = nil) throws(InputError) -> Double {
    let hessian = try CurvatureOperator.hessian(of: self, at: parameters, over: batch)
    return try hessian.eigenpairs(options: EigenvalueOptions(tolerance: 1e-9)).largest[0].value
  }
}
