/// A layer of a network at its place among lanes.
package struct LaneStage: Sendable {
  package var layer: Network.Layer
  package var inputCount: Int
  package var outputCount: Int
  /// Where its weights begin, and behind them its bias.
  package var parameterStart: Int
  /// How many numbers of a sample stand before its inputs and outputs, and before their adjoints; the first layer's inputs
  /// are the data.
  package var inputStart: Int
  package var outputStart: Int
  package var inputAdjointStart: Int
  package var outputAdjointStart: Int
  package var isFirst: Bool

  package var biasStart: Int { parameterStart + inputCount * outputCount }
}

/// A network's way through lanes, and the room that it needs.
package struct LanePlan: Sendable {
  package let stages: [LaneStage]
  /// The numbers of a sample: outputs of layers, adjoints of affine ones, and with inputs and targets all of them.
  package let valueCount: Int
  package let adjointCount: Int
  let width: Int

  /// The stages of a network.
  ///
  /// An activation writes its output over its input where it can find its slope from the output alone and the input is
  /// an affine layer's, which needs it no more; adjoints it always scales in place.
  package init(_ network: Network) {
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
    self.stages = stages
    valueCount = values
    adjointCount = adjoints
    width = network.inputCount + network.outputCount + values + adjoints
  }

  /// How many columns of samples go through the network at once: 32 KiB of numbers, so that they and a layer's weights stay
  /// in the nearest cache; a multiple of four.
  package var tile: Int { min(max(4, 512 / width / 4 * 4), 32) }
}
