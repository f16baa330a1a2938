import Numerics

/// A fully connected network: a sequence of layers over one flat vector of parameters.
///
/// Layers count, and parameters are laid out and named, as in PyTorch's `nn.Sequential`: activations count too, and each
/// affine layer k has "k.weight" (outputs × inputs, row by row) and then "k.bias". So weights can be exchanged.
public struct Network: Sendable, Hashable, CustomStringConvertible {
  /// One layer.
  public enum Layer: Sendable, Hashable {
    /// y = Wx + c, or Wx without a bias.
    case affine(inputs: Int, outputs: Int, bias: Bool = true)
    /// y = φ(x), unit by unit.
    case activation(NetworkActivation)
  }

  /// A part of the parameters that has a name.
  public struct ParameterBlock: Sendable, Hashable {
    /// The name in PyTorch, such as "0.weight".
    public var name: String
    /// [outputs, inputs] of a weight, [outputs] of a bias.
    public var shape: [Int]
    /// Where it stands in the parameters.
    public var range: Range<Int>
    /// The inputs and outputs of its layer.
    public var fan: (inputs: Int, outputs: Int) { (inputCount, outputCount) }

    var inputCount: Int
    var outputCount: Int
  }

  /// The layers, from the input to the output.
  public let layers: [Layer]
  /// The derivative of ReLU at 0.
  public let slopeAtKink: Double
  /// p, the number of inputs.
  public let inputCount: Int
  /// m, the number of outputs.
  public let outputCount: Int
  /// d, the number of parameters.
  public let parameterCount: Int
  /// The units of all layers, without the inputs.
  let unitCount: Int
  let stages: [NetworkStage]

  /// A network of layers.
  ///
  /// - Parameter slopeAtKink: the derivative of ReLU at 0, from 0 to 1.
  /// - Throws: `InputError` if the first layer is not affine, a side is not positive, a layer does not fit the one before
  ///   it, or there is no such slope.
  public init(_ layers: [Layer], slopeAtKink: Double = 0) throws(InputError) {
    guard case .affine(let inputs, _, _) = layers.first else {
      throw InputError(
        "layers", expected: "an affine layer first, which says how many inputs there are",
        found: layers.isEmpty ? "no layer" : "an activation")
    }
    guard slopeAtKink >= 0, slopeAtKink <= 1 else {
      throw InputError("slope at the kink", expected: "a number from 0 to 1", found: "\(slopeAtKink)")
    }
    var stages: [NetworkStage] = []
    var (width, parameters, units) = (inputs, 0, 0)
    for (index, layer) in layers.enumerated() {
      var stage = NetworkStage(kind: .activation(.identity), inputCount: width, outputCount: width)
      stage.inputStart = units - width
      stage.outputStart = units
      stage.parameterStart = parameters
      stage.isFirst = index == 0
      switch layer {
      case .activation(let activation): stage.kind = .activation(activation)
      case .affine(let inputs, let outputs, let bias):
        guard inputs > 0, outputs > 0, inputs <= Int(Int32.max), outputs <= Int(Int32.max) else {
          throw InputError(
            "layer \(index)", expected: "one or more inputs and outputs", found: "\(inputs) and \(outputs)")
        }
        guard inputs == width else {
          throw InputError("layer \(index)", expected: "\(width) inputs, the outputs before it", found: "\(inputs)")
        }
        stage.kind = .affine(bias: bias)
        stage.outputCount = outputs
        let (weights, overflow) = outputs.multipliedReportingOverflow(by: inputs + 1)
        guard !overflow, parameters <= Int.max / 2 - weights else {
          throw InputError(
            "layer \(index)", expected: "parameters that can be counted", found: "\(inputs) × \(outputs)")
        }
        parameters += outputs * inputs + (bias ? outputs : 0)
        width = outputs
      }
      units += width
      stages.append(stage)
    }
    self.layers = layers
    self.slopeAtKink = slopeAtKink
    self.stages = stages
    inputCount = inputs
    outputCount = width
    parameterCount = parameters
    unitCount = units
  }

  /// A multi-layer perceptron: affine layers between neighbouring widths, with an activation after each but the last.
  ///
  /// - Throws: `InputError` for fewer than two widths or one that is not positive.
  public init(
    widths: [Int], activation: NetworkActivation, bias: Bool = true, slopeAtKink: Double = 0
  ) throws(InputError) {
    guard widths.count >= 2 else {
      throw InputError("widths", expected: "two or more, from the inputs to the outputs", found: "\(widths.count)")
    }
    var layers: [Layer] = []
    for (inputs, outputs) in zip(widths, widths.dropFirst()) {
      if !layers.isEmpty { layers.append(.activation(activation)) }
      layers.append(.affine(inputs: inputs, outputs: outputs, bias: bias))
    }
    try self.init(layers, slopeAtKink: slopeAtKink)
  }

  /// The parts of the parameters, in their order.
  public var parameterBlocks: [ParameterBlock] {
    var blocks: [ParameterBlock] = []
    for (index, stage) in stages.enumerated() {
      guard case .affine(let bias) = stage.kind else { continue }
      let (inputs, outputs) = (stage.inputCount, stage.outputCount)
      let end = stage.parameterStart + outputs * inputs
      blocks.append(
        ParameterBlock(
          name: "\(index).weight", shape: [outputs, inputs], range: stage.parameterStart..<end, inputCount: inputs,
          outputCount: outputs))
      if bias {
        blocks.append(
          ParameterBlock(
            name: "\(index).bias", shape: [outputs], range: end..<(end + outputs), inputCount: inputs,
            outputCount: outputs))
      }
    }
    return blocks
  }

  /// The layers by their names in PyTorch: `Linear(784, 512), ReLU, Linear(512, 10)`.
  public var description: String {
    let names = layers.map { layer in
      switch layer {
      case .affine(let inputs, let outputs, let bias): "Linear(\(inputs), \(outputs)\(bias ? "" : ", no bias"))"
      case .activation(let activation): activation.moduleName
      }
    }
    let slope = layers.contains(.activation(.relu)) && slopeAtKink != 0 ? ", slope \(slopeAtKink) at ReLU's kink" : ""
    return names.joined(separator: ", ") + slope
  }
}

/// A layer at its place: among the parameters, and among the units of a sample.
///
/// This is the contract of a layer: forward, tangent, adjoint, and the tangent of the adjoint, each for all samples of a
/// mini-batch at once. `NetworkStage+Forward` and `+Backward` hold them.
struct NetworkStage: Sendable, Hashable {
  enum Kind: Sendable, Hashable {
    case affine(bias: Bool)
    case activation(NetworkActivation)
  }

  var kind: Kind
  var inputCount: Int
  var outputCount: Int
  /// Where its weights begin; a bias follows them.
  var parameterStart = 0
  /// How many units of a sample stand before its inputs and outputs; the data are the inputs of the first.
  var inputStart = 0
  var outputStart = 0
  var isFirst = false

  init(kind: Kind, inputCount: Int, outputCount: Int) {
    self.kind = kind
    self.inputCount = inputCount
    self.outputCount = outputCount
  }

  var isAffine: Bool {
    if case .affine = kind { return true }
    return false
  }

  /// Where its bias begins.
  var biasStart: Int { parameterStart + inputCount * outputCount }
}
