import Numerics

/// How a network's parameters are drawn; p and q are the inputs and outputs of a layer.
public enum NetworkInitialization: Sendable, Hashable {
  /// PyTorch's default of `nn.Linear` (Kaiming's uniform distribution with a = √5): weights and biases uniform on
  /// ±1/√p.
  case pyTorch
  /// He: weights normal of variance 2/p, biases 0.
  case he
  /// Xavier (Glorot): weights uniform on ±√(6/(p + q)), biases 0.
  case xavier
  /// Weights normal of this standard deviation, biases 0.
  case gaussian(standardDeviation: Double)
}

extension Network {
  /// Random parameters, block by block in the order of ``parameterBlocks``. Blocks that are 0 draw nothing.
  ///
  /// The same numbers in every precision, apart from rounding.
  public func randomParameters(_ initialization: NetworkInitialization, stream: inout RandomStream) -> [Double] {
    var parameters = [Double](repeating: 0, count: parameterCount)
    for block in parameterBlocks {
      let (inputs, outputs) = (Double(block.fan.inputs), Double(block.fan.outputs))
      let isBias = block.shape.count == 1
      switch initialization {
      case .pyTorch:
        let bound = 1 / inputs.squareRoot()
        for j in block.range { parameters[j] = bound * (2 * stream.uniform() - 1) }
      case .xavier where !isBias:
        let bound = (6 / (inputs + outputs)).squareRoot()
        for j in block.range { parameters[j] = bound * (2 * stream.uniform() - 1) }
      case .he where !isBias:
        let deviation = (2 / inputs).squareRoot()
        parameters.replaceSubrange(block.range, with: stream.gaussian(count: block.range.count).map { deviation * $0 })
      case .gaussian(let deviation) where !isBias:
        parameters.replaceSubrange(block.range, with: stream.gaussian(count: block.range.count).map { deviation * $0 })
      case .he, .xavier, .gaussian: break
      }
    }
    return parameters
  }
}
