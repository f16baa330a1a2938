import Objectives

/// What a pass through the network needs, as plain pointers.
struct LanePass {
  let stages: UnsafeBufferPointer<LaneStage>
  let parameters: UnsafeMutablePointer<Lanes>
  let inputs: UnsafeMutablePointer<Lanes>
  let values: UnsafeMutablePointer<Lanes>
  let adjoints: UnsafeMutablePointer<Lanes>
  /// Room for so many samples.
  let tile: Int
  let slopeAtKink: Double

  /// The inputs of a layer, and its outputs, for all samples of the tile.
  @inline(__always)
  func x(_ stage: LaneStage) -> UnsafeMutablePointer<Lanes> {
    stage.isFirst ? inputs : values + tile &* stage.inputStart
  }
  @inline(__always)
  func y(_ stage: LaneStage) -> UnsafeMutablePointer<Lanes> { values + tile &* stage.outputStart }
  @inline(__always)
  func yAdjoint(_ stage: LaneStage) -> UnsafeMutablePointer<Lanes> { adjoints + tile &* stage.outputAdjointStart }

  /// The outputs of the last layer, and their adjoints.
  @inline(__always)
  var outputs: UnsafeMutablePointer<Lanes> { y(stages[stages.count &- 1]) }
  @inline(__always)
  var outputAdjoints: UnsafeMutablePointer<Lanes> { yAdjoint(stages[stages.count &- 1]) }

  /// The outputs of all layers for `count` samples.
  func forward(_ count: Int) {
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
  func backward(_ count: Int, into gradient: UnsafeMutablePointer<Lanes>, keeping: Bool) {
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
  @inline(__always)
  func forwardSingle() {
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
  @inline(__always)
  func backwardSingle() {
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
}
