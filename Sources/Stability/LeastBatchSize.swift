import Numerics

extension MinimumGeometry {
  /// The smallest batch size whose η_meanSquare is at least a share of the full batch's limit: b₉₀ for 0.9.
  ///
  /// η_meanSquare grows with b, so that bisection over 1…n finds it: about log₂ n thresholds, each only as precise as
  /// the comparison needs.
  ///
  /// - Parameters:
  ///   - share: Above 0, up to 1.
  ///   - dynamics: The sampling and momentum; its batch size does not matter.
  /// - Returns: nil where no batch size up to n reaches the share (iid samples are noisy even for b = n), and for
  ///   reshuffled and full batches.
  /// - Throws: ``InputError`` for a share outside of (0, 1], and at a saddle.
  public func leastBatchSize(
    reaching share: Double = 0.9, like dynamics: Dynamics
  ) throws(InputError) -> Int? {
    guard share > 0, share <= 1 else {
      throw InputError("share of the full batch's limit", expected: "above 0, up to 1", found: "\(share)")
    }
    guard dynamics.sampling == .iid || dynamics.sampling == .subset else { return nil }
    let goal = share * fullBatchLimit(momentum: dynamics.momentum)
    func reaches(_ batchSize: Int) throws(InputError) -> Bool {
      let candidate = try Dynamics(
        batchSize: batchSize, sampling: dynamics.sampling, momentum: dynamics.momentum, sampleCount: sampleCount)
      for tolerance in [1e-2, 1e-4] {
        let bracket = try meanSquareThreshold(of: candidate, tolerance: tolerance)
        if bracket.lower >= goal { return true }
        if bracket.upper < goal { return false }
      }
      return try meanSquareThreshold(of: candidate).value >= goal
    }
    guard try reaches(sampleCount) else { return nil }
    var (low, high) = (0, sampleCount)
    while high - low > 1 {
      let middle = (low + high) / 2
      if try reaches(middle) { high = middle } else { low = middle }
    }
    return high
  }
}
