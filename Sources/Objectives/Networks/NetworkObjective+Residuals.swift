import Numerics

extension NetworkObjective: ResidualObjective {
  /// A squared loss has residuals √(2c) (F(xᵢ) − yᵢ), c its factor: half the sum of their squares is the loss.
  public var residualProblem: InputError? {
    if case .squared = loss { return nil }
    return InputError("loss", expected: "a squared loss, which has residuals", found: lossFormula)
  }

  /// √(2c) (F(xᵢ) − yᵢ), m numbers a sample.
  ///
  /// - Precondition: the loss is squared.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func residuals(at parameters: [Scalar]) -> [Scalar] {
    let scale = residualScale
    return zip(outputs(at: parameters), outputLoss.values).map { scale * ($0 - $1) }
  }

  /// √(2c) J, J the derivatives of the outputs. Cost: n·m backward passes.
  ///
  /// - Precondition: the loss is squared.
  public func residualJacobian(at parameters: [Scalar]) -> [Scalar] {
    let scale = residualScale
    return jacobian(at: parameters).map { scale * $0 }
  }

  /// √(2c) Jᵀw, J the derivatives of the outputs. Cost: a gradient.
  ///
  /// - Precondition: the loss is squared.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  public func residualPullback(at parameters: [Scalar], times weights: [Scalar]) -> [Scalar] {
    let scale = residualScale
    return vectorJacobianProduct(at: parameters, times: weights.map { scale * $0 })
  }

  /// √(2c).
  private var residualScale: Scalar {
    guard case .squared(let half, let mean) = loss else { preconditionFailure("only a squared loss has residuals") }
    return ((half ? 1 : 2) / (mean ? Scalar(outputCount) : 1)).squareRoot()
  }

  /// Whether some hidden activation layer is 0 on every sample: the network is then a constant, and nothing before that
  /// layer moves any more. It happens to ReLU where a step was too large.
  public func hasCollapsed(at parameters: [Scalar]) -> Bool {
    network.layers.indices.contains { layer in
      guard case .activation = network.layers[layer] else { return false }
      return activations(at: parameters, ofLayer: layer).allSatisfy { $0 == 0 }
    }
  }
}
