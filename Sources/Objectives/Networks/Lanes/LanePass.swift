/// What a pass through the network needs, as plain pointers.
package struct LanePass {
  package let stages: UnsafeBufferPointer<LaneStage>
  package let parameters: UnsafeMutablePointer<Lanes>
  package let inputs: UnsafeMutablePointer<Lanes>
  package let values: UnsafeMutablePointer<Lanes>
  package let adjoints: UnsafeMutablePointer<Lanes>
  /// Room for so many samples.
  package let tile: Int
  package let slopeAtKink: Double

  package init(
    stages: UnsafeBufferPointer<LaneStage>, parameters: UnsafeMutablePointer<Lanes>,
    inputs: UnsafeMutablePointer<Lanes>, values: UnsafeMutablePointer<Lanes>, adjoints: UnsafeMutablePointer<Lanes>,
    tile: Int, slopeAtKink: Double
  ) {
    self.stages = stages
    self.parameters = parameters
    self.inputs = inputs
    self.values = values
    self.adjoints = adjoints
    self.tile = tile
    self.slopeAtKink = slopeAtKink
  }

  /// The inputs of a layer, and its outputs, for all samples of the tile.
  @inline(__always)
  package func x(_ stage: LaneStage) -> UnsafeMutablePointer<Lanes> {
    stage.isFirst ? inputs : values + tile &* stage.inputStart
  }
  @inline(__always)
  package func y(_ stage: LaneStage) -> UnsafeMutablePointer<Lanes> { values + tile &* stage.outputStart }
  @inline(__always)
  package func yAdjoint(_ stage: LaneStage) -> UnsafeMutablePointer<Lanes> {
    adjoints + tile &* stage.outputAdjointStart
  }

  /// The outputs of the last layer, and their adjoints.
  @inline(__always)
  package var outputs: UnsafeMutablePointer<Lanes> { y(stages[stages.count &- 1]) }
  @inline(__always)
  package var outputAdjoints: UnsafeMutablePointer<Lanes> { yAdjoint(stages[stages.count &- 1]) }

  /// The outputs of all layers for `count` samples.
  package func forward(_ count: Int) {
    for stage in stages {
      switch stage.layer {
      case .activation(let activation): activation.apply(x(stage), count: count &* stage.outputCount, into: y(stage))
      case .affine(let inputs, let outputs, let bias):
        LaneProducts.add(
          LaneMatrix(rows: parameters + stage.parameterStart, width: inputs), LaneMatrix(rows: x(stage), width: inputs),
          rows: outputs, columns: count, inner: inputs,
          to: bias ? LaneMatrix(start: parameters + stage.biasStart, row: 1, column: 0) : nil,
          into: LaneMatrix(rows: y(stage), width: outputs).transposed)
      }
    }
  }

  /// The gradient of `count` samples, from the adjoints of the last layer: added to `gradient`, or written if not `keeping`.
  package func backward(_ count: Int, into gradient: UnsafeMutablePointer<Lanes>, keeping: Bool) {
    for index in stride(from: stages.count &- 1, through: 0, by: -1) {
      let stage = stages[index]
      let g = yAdjoint(stage)
      switch stage.layer {
      case .activation(let activation):
        activation.scale(
          g, z: x(stage), y: y(stage), slopeAtKink: slopeAtKink, count: count &* stage.outputCount)
      case .affine(let inputs, let outputs, let bias):
        let rows = LaneMatrix(rows: g, width: outputs)
        let target = LaneMatrix(rows: gradient + stage.parameterStart, width: inputs)
        LaneProducts.add(
          rows.transposed, LaneMatrix(rows: x(stage), width: inputs).transposed, rows: outputs, columns: inputs,
          inner: count, to: keeping ? target : nil, into: target)
        if bias {
          for o in 0..<outputs {
            var sum = keeping ? gradient[stage.biasStart &+ o] : .zero
            for s in 0..<count { sum += g[s &* outputs &+ o] }
            gradient[stage.biasStart &+ o] = sum
          }
        }
        guard !stage.isFirst else { return }
        LaneProducts.add(
          LaneMatrix(rows: parameters + stage.parameterStart, width: inputs).transposed, rows, rows: inputs,
          columns: count, inner: outputs, to: nil,
          into: LaneMatrix(rows: adjoints + tile &* stage.inputAdjointStart, width: inputs).transposed)
      }
    }
  }
  /// `forward` for one sample.
  package func forwardSingle() {
    for stage in stages {
      switch stage.layer {
      case .activation(let activation): activation.apply(x(stage), count: stage.outputCount, into: y(stage))
      case .affine(let inputs, let outputs, let bias):
        LaneProducts.forward(
          parameters + stage.parameterStart, x(stage), inputs: inputs, outputs: outputs,
          bias: bias ? parameters + stage.biasStart : nil, into: y(stage))
      }
    }
  }

  /// The adjoints of the outputs of all affine layers for one sample, from those of the last layer.
  package func backwardSingle() {
    for index in stride(from: stages.count &- 1, through: 1, by: -1) {
      let stage = stages[index]
      switch stage.layer {
      case .activation(let activation):
        activation.scale(
          yAdjoint(stage), z: x(stage), y: y(stage), slopeAtKink: slopeAtKink, count: stage.outputCount)
      case .affine(let inputs, let outputs, _):
        LaneProducts.backward(
          parameters + stage.parameterStart, yAdjoint(stage), inputs: inputs, outputs: outputs,
          into: adjoints + tile &* stage.inputAdjointStart)
      }
    }
  }

  /// The same pass over other inputs.
  package func reading(_ inputs: UnsafeMutablePointer<Lanes>) -> LanePass {
    LanePass(
      stages: stages, parameters: parameters, inputs: inputs, values: values, adjoints: adjoints, tile: tile,
      slopeAtKink: slopeAtKink)
  }

  /// ‖g‖² of one sample: that of a layer's outer product is the product of two norms.
  package var squareOfOuterProducts: Lanes {
    var sum = Lanes.zero
    for stage in stages {
      guard case .affine(let inputs, let outputs, let bias) = stage.layer else { continue }
      let (x, g) = (x(stage), yAdjoint(stage))
      sum.addFused(
        LaneProducts.dot(x, x, count: inputs) + (bias ? 1 : 0), LaneProducts.dot(g, g, count: outputs))
    }
    return sum
  }
}
