extension NetworkObjective {
  /// The targets yᵢ, n × m, row by row, or the labels of the logistic loss; empty for cross-entropy, which has classes.
  public var targetValues: [Scalar] { outputLoss.values }

  /// The classes of cross-entropy, from 0 to m − 1; empty for other losses.
  public var targetClasses: [Int] { outputLoss.classes }

  /// Writes weight · ∇ℓ in the outputs of a sample.
  @specialized(where Scalar == Double)
  package func outputGradient(
    _ outputs: UnsafePointer<Scalar>, sample: Int, weight: Scalar, into gradient: UnsafeMutablePointer<Scalar>
  ) {
    outputLoss.gradient(outputs, sample, shift: 0, weight: weight, into: gradient)
  }
}

extension NetworkActivation {
  /// φ(z).
  public func value(at z: Double) -> Double {
    var (z, y) = (z, 0.0)
    apply(&z, count: 1, into: &y)
    return y
  }

  /// φ′(z).
  public func derivative(at z: Double, slopeAtKink: Double = 0) -> Double {
    var (z, y, one, result) = (z, value(at: z), 1.0, 0.0)
    scale(&one, z: &z, y: &y, slopeAtKink: slopeAtKink, count: 1, into: &result)
    return result
  }
}
