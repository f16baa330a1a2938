import Numerics
import Objectives

extension Network {
  /// The weights of layer `layer`, outputs × inputs, without its bias.
  ///
  /// - Parameters:
  ///   - layer: a place in ``layers`` (activations count too).
  ///   - includingBias: whether the bias stands behind the weights as a further column, the weight of an input that is
  ///     always 1.
  /// - Throws: `InputError` if the layer has no weights, or no bias where one is wanted, or the parameters are not those
  ///   of this network.
  public func weights<Scalar: NetworkScalar>(
    ofLayer layer: Int, in parameters: [Scalar], includingBias: Bool = false
  ) throws(InputError) -> Matrix {
    guard parameters.count == parameterCount else {
      throw InputError(
        "parameters", expected: "\(parameterCount) numbers, those of \(self)", found: "\(parameters.count)")
    }
    let blocks = parameterBlocks
    guard let block = blocks.first(where: { $0.name == "\(layer).weight" }) else {
      throw InputError("layer", expected: "an affine layer of \(self)", found: "\(layer)")
    }
    let (rows, columns) = (block.shape[0], block.shape[1])
    let values = parameters[block.range].map { Double($0) }
    guard includingBias else { return Matrix(rows: rows, columns: columns, storage: values) }
    guard let bias = blocks.first(where: { $0.name == "\(layer).bias" }) else {
      throw InputError("layer", expected: "an affine layer with a bias of \(self)", found: "\(layer)")
    }
    var result = Matrix(rows: rows, columns: columns + 1)
    for row in 0..<rows {
      for column in 0..<columns { result[row, column] = values[row * columns + column] }
      result[row, columns] = Double(parameters[bias.range.lowerBound + row])
    }
    return result
  }
}
