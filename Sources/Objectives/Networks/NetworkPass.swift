/// The passes of one mini-batch through all layers, on memory that is lent for their time.
///
/// A layer's outputs, for all samples, stand together: count × outputs, row by row.
struct NetworkPass<Scalar: NetworkScalar> {
  let stages: [NetworkStage]
  let slopeAtKink: Scalar
  let count: Int
  let parameters: UnsafePointer<Scalar>
  /// The data, count × inputs.
  let inputs: UnsafePointer<Scalar>
  /// The outputs of all layers, their adjoints, and the tangents of both.
  let values: UnsafeMutablePointer<Scalar>
  var adjoints: UnsafeMutablePointer<Scalar>
  let tangents: UnsafeMutablePointer<Scalar>
  let adjointTangents: UnsafeMutablePointer<Scalar>
  /// Whether the values, and the adjoints of all layers, are there already.
  let hasValues: Bool
  let hasAdjoints: Bool

  @inline(__always)
  private func x(_ stage: NetworkStage) -> UnsafePointer<Scalar> {
    stage.isFirst ? inputs : UnsafePointer(values + count &* stage.inputStart)
  }

  /// Where a vector over the last layer begins, among those over all layers.
  @inline(__always)
  var outputStart: Int { count &* stages[stages.count - 1].outputStart }

  @inline(__always)
  func forward() {
    if hasValues { return }
    for stage in stages {
      stage.forward(parameters, x(stage), count: count, into: values + count &* stage.outputStart)
    }
  }

  /// After `forward`.
  @inline(__always)
  func forwardTangent(_ direction: NetworkDirection<Scalar>) {
    for stage in stages {
      let (start, end) = (stage.isFirst ? 0 : count &* stage.inputStart, count &* stage.outputStart)
      stage.tangent(
        parameters, direction: direction, x(stage), values + end, xTangent: tangents + start, slopeAtKink: slopeAtKink,
        count: count, into: tangents + end)
    }
  }

  /// After `forward`, and with the adjoints of the last layer in place.
  @inline(__always)
  func backward(into sink: NetworkSink<Scalar>) {
    for index in stride(from: stages.count - 1, through: 0, by: -1) {
      let stage = stages[index]
      let end = count &* stage.outputStart
      stage.collect(adjoints + end, x(stage), count: count, into: sink)
      guard !stage.isFirst else { return }
      stage.backward(
        parameters, x(stage), values + end, yAdjoint: adjoints + end, slopeAtKink: slopeAtKink, count: count,
        into: adjoints + count &* stage.inputStart)
    }
  }

  /// The adjoints of all layers, after `forward` and with those of the last in place.
  @inline(__always)
  func backwardAdjoints() {
    for index in stride(from: stages.count - 1, to: 0, by: -1) {
      let stage = stages[index]
      let end = count &* stage.outputStart
      stage.backward(
        parameters, x(stage), values + end, yAdjoint: adjoints + end, slopeAtKink: slopeAtKink, count: count,
        into: adjoints + count &* stage.inputStart)
    }
  }

  /// Σ gyᵀ(2Ẇẋ) over the affine layers and Σ φ″(x) ẋ² gy over the activations: what the network itself curves along a
  /// direction, in the loss's mean. After `forwardTangent` and `backwardAdjoints`; overwrites the tangents of adjoints.
  @inline(__always)
  func curvatureForm(_ direction: NetworkDirection<Scalar>) -> Double {
    var sum = 0.0
    for stage in stages where !stage.isFirst {
      let (start, end) = (count &* stage.inputStart, count &* stage.outputStart)
      let (scratch, width) = (adjointTangents + end, stage.outputCount)
      switch stage.kind {
      case .affine:
        NetworkProducts.forward(
          tangents + start, direction.start + stage.parameterStart, count: count, inputs: stage.inputCount,
          outputs: width, keeping: false, into: scratch)
        for row in 0..<count {
          sum += 2 * Double(NetworkProducts.dot(width, scratch + row &* width, adjoints + end + row &* width))
        }
      case .activation(let activation):
        guard activation.isCurved else { continue }
        scratch.update(repeating: 0, count: count &* width)
        activation.addCurvature(
          tangent: tangents + start, adjoint: adjoints + end, z: UnsafePointer(values + start),
          y: UnsafePointer(values + end), count: count &* width, into: scratch)
        for row in 0..<count {
          sum += Double(NetworkProducts.dot(width, scratch + row &* width, tangents + start + row &* width))
        }
      }
    }
    return sum
  }

  /// The same pass with its adjoints where the tangents of adjoints would stand, so that adjoints which are kept stay.
  var withAdjointsApart: NetworkPass {
    var pass = self
    pass.adjoints = adjointTangents
    return pass
  }

  /// Adds the gradient to the parameters themselves, a layer's as soon as its weights are needed no more. After `forward`,
  /// and with the adjoints of the last layer in place.
  @inline(__always)
  func backward(changing parameters: UnsafeMutablePointer<Scalar>) {
    for index in stride(from: stages.count - 1, through: 0, by: -1) {
      let stage = stages[index]
      let end = count &* stage.outputStart
      if !stage.isFirst {
        stage.backward(
          UnsafePointer(parameters), x(stage), values + end, yAdjoint: adjoints + end, slopeAtKink: slopeAtKink,
          count: count, into: adjoints + count &* stage.inputStart)
      }
      stage.collect(adjoints + end, x(stage), count: count, into: NetworkSink(target: parameters, keeping: true))
    }
  }

  /// The tangent of `backward`, after `forwardTangent`, and with the adjoints of the last layer and their tangents in
  /// place: into the sink goes the tangent of the gradient, ġyᵀx + gyᵀẋ.
  @inline(__always)
  func backwardTangent(_ direction: NetworkDirection<Scalar>, into sink: NetworkSink<Scalar>) {
    for index in stride(from: stages.count - 1, through: 0, by: -1) {
      let stage = stages[index]
      let end = count &* stage.outputStart
      stage.collect(adjointTangents + end, x(stage), count: count, into: sink)
      guard !stage.isFirst else { return }
      let start = count &* stage.inputStart
      stage.collectCurvature(adjoints + end, xTangent: tangents + start, count: count, into: sink)
      stage.backwardTangent(
        parameters, direction: direction, x(stage), values + end, xTangent: tangents + start, yAdjoint: adjoints + end,
        yAdjointTangent: adjointTangents + end, slopeAtKink: slopeAtKink, count: count, into: adjointTangents + start)
      if hasAdjoints { continue }
      stage.backward(
        parameters, x(stage), values + end, yAdjoint: adjoints + end, slopeAtKink: slopeAtKink, count: count,
        into: adjoints + start)
    }
  }
}

/// A direction in which the parameters move: the same for all samples, or one for each.
struct NetworkDirection<Scalar: NetworkScalar> {
  /// d numbers; with `stride`, those of the first sample.
  var start: UnsafePointer<Scalar>
  /// From one sample to the next; 0 if they all share one.
  var stride = 0

  /// Samples that share a direction.
  struct Group {
    var first: Int
    var count: Int
    var start: UnsafePointer<Scalar>
  }

  /// The groups of `count` samples: all of them, or each by itself.
  @inline(__always)
  func groups(of count: Int) -> some Sequence<Group> {
    (0..<(stride == 0 ? 1 : count)).lazy.map { s in
      Group(first: s, count: stride == 0 ? count : 1, start: start + s &* stride)
    }
  }
}
