/// Where a backward pass leaves the derivatives with respect to the parameters.
struct NetworkSink<Scalar: NetworkScalar> {
  /// d numbers; with `stride`, those of the first sample.
  var target: UnsafeMutablePointer<Scalar>
  /// From one sample to the next; 0 for the sum over all.
  var stride = 0
  /// Whether to add to what is there; of sums only.
  var keeping = false
}

extension NetworkStage {
  /// gW = gyᵀx and gc = Σ gy, into the sink.
  @inline(__always)
  func collect<Scalar: NetworkScalar>(
    _ yAdjoint: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>, count: Int, into sink: NetworkSink<Scalar>
  ) {
    guard case .affine(let bias) = kind else { return }
    let isSum = sink.stride == 0
    for s in 0..<(isSum ? 1 : count) {
      let target = sink.target + s &* sink.stride
      let (g, rows) = (yAdjoint + s &* outputCount, isSum ? count : 1)
      NetworkProducts.outer(
        g, x + s &* inputCount, count: rows, inputs: inputCount, outputs: outputCount, keeping: sink.keeping,
        into: target + parameterStart)
      if bias {
        NetworkProducts.sum(g, count: rows, outputs: outputCount, keeping: sink.keeping, into: target + biasStart)
      }
    }
  }

  /// Adds gyᵀẋ, the part of gW's tangent that the bias has not, to what is in the sink.
  @inline(__always)
  func collectCurvature<Scalar: NetworkScalar>(
    _ yAdjoint: UnsafePointer<Scalar>, xTangent: UnsafePointer<Scalar>, count: Int, into sink: NetworkSink<Scalar>
  ) {
    guard case .affine = kind else { return }
    let isSum = sink.stride == 0
    for s in 0..<(isSum ? 1 : count) {
      NetworkProducts.outer(
        yAdjoint + s &* outputCount, xTangent + s &* inputCount, count: isSum ? count : 1, inputs: inputCount,
        outputs: outputCount, keeping: true, into: sink.target + s &* sink.stride + parameterStart)
    }
  }

  /// gx = gy W, or φ′(x) gy.
  @inline(__always)
  func backward<Scalar: NetworkScalar>(
    _ parameters: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>,
    yAdjoint: UnsafePointer<Scalar>, slopeAtKink: Scalar, count: Int, into xAdjoint: UnsafeMutablePointer<Scalar>
  ) {
    switch kind {
    case .activation(let activation):
      activation.scale(yAdjoint, z: x, y: y, slopeAtKink: slopeAtKink, count: count &* outputCount, into: xAdjoint)
    case .affine:
      NetworkProducts.backward(
        yAdjoint, parameters + parameterStart, count: count, inputs: inputCount, outputs: outputCount, keeping: false,
        into: xAdjoint)
    }
  }

  /// ġx = ġy W + gy Ẇ, or φ′(x) ġy + φ″(x) ẋ gy.
  @inline(__always)
  func backwardTangent<Scalar: NetworkScalar>(
    _ parameters: UnsafePointer<Scalar>, direction: NetworkDirection<Scalar>, _ x: UnsafePointer<Scalar>,
    _ y: UnsafePointer<Scalar>, xTangent: UnsafePointer<Scalar>, yAdjoint: UnsafePointer<Scalar>,
    yAdjointTangent: UnsafePointer<Scalar>, slopeAtKink: Scalar, count: Int,
    into xAdjointTangent: UnsafeMutablePointer<Scalar>
  ) {
    backward(
      parameters, x, y, yAdjoint: yAdjointTangent, slopeAtKink: slopeAtKink, count: count, into: xAdjointTangent)
    switch kind {
    case .activation(let activation):
      activation.addCurvature(
        tangent: xTangent, adjoint: yAdjoint, z: x, y: y, count: count &* outputCount, into: xAdjointTangent)
    case .affine:
      for group in direction.groups(of: count) {
        NetworkProducts.backward(
          yAdjoint + group.first &* outputCount, group.start + parameterStart, count: group.count, inputs: inputCount,
          outputs: outputCount, keeping: true, into: xAdjointTangent + group.first &* inputCount)
      }
    }
  }
}
