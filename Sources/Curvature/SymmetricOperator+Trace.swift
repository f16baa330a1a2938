import Foundation
import Numerics

extension SymmetricOperator {
  /// tr A = Σ aⱼⱼ, with its error.
  ///
  /// The value is unbiased for every method. Where a fixed budget allows d products it is exact, since they suffice for all of
  /// the diagonal; one by relative error that allows them turns to the diagonal when d/2 were not enough. Intervals are for
  /// the mean of skewed samples (``ConfidenceInterval/ofMean(_:confidence:)``), XTrace's for its unbiased variance; measured on Hessians of networks they cover in 93 to 97 of 100 repetitions at 95 %.
  ///
  /// A budget by relative error makes 30 products, predicts from their spread how many it takes, makes them and looks again
  /// until the interval is as narrow as asked. It looks two or three times and not after every product: who stops
  /// as soon as the error seems small stops where it is small by chance.
  ///
  /// Hutchinson's probes without blocks are quadratic forms, which cost less than products where the operator knows how.
  ///
  /// Cost: the products, and for HutchPlusPlus and XTrace about 4dk operations for each of the k vectors they keep.
  ///
  /// - Throws: `InputError` where a product is not finite, or for options that make no sense.
  public func trace(_ options: TraceOptions = TraceOptions()) throws(InputError) -> TraceEstimate {
    try options.requireSense(dimension: dimension)
    if case .relativeError(let error, let most) = options.budget, most >= dimension, options.method != .exact {
      let half = dimension / 2
      if half >= TraceOptions.pilotProducts {
        var shorter = options
        shorter.budget = .relativeError(error, atMost: half)
        let estimate = try self.estimate(shorter)
        if estimate.isConverged { return estimate }
        return TraceEstimate(diagonal: try exactDiagonal(), products: estimate.products + dimension, options)
      }
    }
    if options.method == .exact || dimension <= options.mostProducts {
      return TraceEstimate(diagonal: try exactDiagonal(), products: dimension, options)
    }
    return try estimate(options)
  }

  private func estimate(_ options: TraceOptions) throws(InputError) -> TraceEstimate {
    switch options.method {
    case .hutchinson: return try hutchinsonTrace(options)
    case .hutchPlusPlus:
      var estimator = HutchPlusPlus(self, options)
      return try estimator.run()
    case .exact, .xTrace:
      var estimator = XTrace(self, options)
      return try estimator.run()
    }
  }

  /// The diagonal from d products with the axes.
  func exactDiagonal() throws(InputError) -> [Double] {
    var workspace = makeWorkspace()
    var (axis, image) = ([Scalar](repeating: 0, count: dimension), [Scalar](repeating: 0, count: dimension))
    var diagonal = [Double](repeating: 0, count: dimension)
    for j in 0..<dimension {
      axis[j] = 1
      multiply(axis, into: &image, using: &workspace)
      axis[j] = 0
      diagonal[j] = Double(image[j])
      try requireFiniteProduct(diagonal[j])
    }
    return diagonal
  }

  private func hutchinsonTrace(_ options: TraceOptions) throws(InputError) -> TraceEstimate {
    let probes = ProbeVectors(.sample, options.probes, seeds: options.seeds, trial: options.trial)
    var workspace = makeWorkspace()
    var (vector, image) = ([Scalar](repeating: 0, count: dimension), [Scalar](repeating: 0, count: dimension))
    var samples = TraceSamples(blockCount: options.blocks.count)
    let most = options.mostProducts
    var next = most
    if case .relativeError = options.budget { next = min(most, TraceOptions.pilotProducts) }
    while true {
      while samples.count < next {
        probes.fill(&vector, samples.count)
        if options.blocks.isEmpty {
          samples.add(vector.withUnsafeBufferPointer { quadraticForm($0.span, using: &workspace) })
        } else {
          multiply(vector, into: &image, using: &workspace)
          samples.add(vector, image, blocks: options.blocks)
        }
        try requireFiniteProduct(samples.values[0][samples.count - 1])
      }
      let (value, error, interval) = try samples.estimate(0, options.confidence)
      if next >= most || options.isEnough(value, interval) {
        return try samples.trace(products: samples.count, options)
      }
      next = TraceOptions.nextCount(
        after: next, excess: options.excess(value, error), power: 0.5, atMost: most)
    }
  }
}

/// Throws unless a number that came of a product is finite.
func requireFiniteProduct(_ value: Double) throws(InputError) {
  guard value.isFinite else {
    throw InputError(
      "Hessian-vector product", expected: "finite numbers", found: "one that is not",
      advice: "Is the loss finite at these parameters?")
  }
}
