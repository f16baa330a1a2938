import Objectives

/// A layer of a network at its place among the lanes of an engine.
struct LaneStage {
  var layer: Network.Layer
  var inputCount: Int
  var outputCount: Int
  /// Where its weights begin, and behind them its bias.
  var parameterStart: Int
  /// How many numbers of a sample stand before its inputs and outputs, and before their adjoints; the first layer's inputs
  /// are the data.
  var inputStart: Int
  var outputStart: Int
  var inputAdjointStart: Int
  var outputAdjointStart: Int
  var isFirst: Bool

  var biasStart: Int { parameterStart + inputCount * outputCount }

  /// The stages of a network with the numbers that a sample needs for outputs and for adjoints.
  ///
  /// An activation writes its output over its input where it can find its slope from the output alone and the input is
  /// an affine layer's, which needs it no more; adjoints it always scales in place.
  static func stages(of network: Network) -> (stages: [LaneStage], valueCount: Int, adjointCount: Int) {
    var stages: [LaneStage] = []
    var (parameters, values, adjoints) = (0, 0, 0)
    for layer in network.layers {
      let before = stages.last
      var stage = LaneStage(
        layer: layer, inputCount: before?.outputCount ?? network.inputCount, outputCount: 0, parameterStart: parameters,
        inputStart: before?.outputStart ?? 0, outputStart: values, inputAdjointStart: before?.outputAdjointStart ?? 0,
        outputAdjointStart: adjoints, isFirst: before == nil)
      switch layer {
      case .affine(let inputs, let outputs, let bias):
        stage.outputCount = outputs
        parameters += inputs * outputs + (bias ? outputs : 0)
        values += outputs
        adjoints += outputs
      case .activation(let activation):
        stage.outputCount = stage.inputCount
        stage.outputAdjointStart = stage.inputAdjointStart
        if case .affine? = before?.layer, activation.isKnownFromItsValue(slopeAtKink: network.slopeAtKink) {
          stage.outputStart = stage.inputStart
        } else {
          values += stage.outputCount
        }
      }
      stages.append(stage)
    }
    return (stages, values, adjoints)
  }
}
