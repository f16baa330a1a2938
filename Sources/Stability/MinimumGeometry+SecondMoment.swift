import Numerics

extension MinimumGeometry {
  /// The second moment after a step of plain SGD linearised at the minimum, from the second moment S = E[δδᵀ] before
  /// it: (I − ηH)S(I − ηH) + η²p((1/n) Σ HᵢSHᵢ − HSH), in the basis of range(H). Cost: one sandwich.
  ///
  /// - Throws: ``InputError`` for reshuffling, whose steps are not independent, for momentum, whose state is a pair of
  ///   iterates, and for a matrix that is not r × r.
  public func secondMoment(after s: Matrix, step: Double, of dynamics: Dynamics) throws(InputError) -> Matrix {
    guard dynamics.momentum == 0,
      let p = dynamics.sampling.noiseFactor(batchSize: dynamics.batchSize, sampleCount: sampleCount)
    else {
      throw InputError(
        "second moment after a step", expected: "independent batches without momentum",
        found: dynamics.momentum == 0 ? "reshuffling" : "a momentum of \(dynamics.momentum)")
    }
    guard s.rows == rank, s.columns == rank else {
      throw InputError(
        "second moment", expected: "a matrix of order \(rank), the rank of the mean Hessian",
        found: "\(s.rows) × \(s.columns)")
    }
    return SecondMomentOperator(self, noiseFactor: p, momentum: 0).stepped(s, step)
  }
}
