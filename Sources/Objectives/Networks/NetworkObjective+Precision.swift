import Numerics

extension NetworkObjective where Scalar == Double {
  /// The same loss in single precision, inputs and targets rounded.
  ///
  /// - Throws: `InputError` for a number that is finite in double precision only.
  public func inSinglePrecision() throws(InputError) -> NetworkObjective<Float> {
    let targets: NetworkTargets<Float> =
      loss == .crossEntropy ? .classes(outputLoss.classes) : .values(outputLoss.values.map { Float($0) })
    return try NetworkObjective<Float>(network, inputs: inputs.map { Float($0) }, targets: targets, loss: loss)
  }
}
