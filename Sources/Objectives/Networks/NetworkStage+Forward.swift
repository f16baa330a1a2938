extension NetworkStage {
  /// y = Wx + c, or φ(x): from count × inputs to count × outputs.
  @inline(__always)
  func forward<Scalar: NetworkScalar>(
    _ parameters: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>, count: Int, into y: UnsafeMutablePointer<Scalar>
  ) {
    switch kind {
    case .activation(let activation): activation.apply(x, count: count &* outputCount, into: y)
    case .affine(let bias):
      if bias { spread(parameters, count: count, into: y) }
      NetworkProducts.forward(
        x, parameters + parameterStart, count: count, inputs: inputCount, outputs: outputCount, keeping: bias, into: y)
    }
  }

  /// ẏ = Ẇx + Wẋ + ċ, or φ′(x) ẋ. The data do not move: the first layer has no ẋ.
  @inline(__always)
  func tangent<Scalar: NetworkScalar>(
    _ parameters: UnsafePointer<Scalar>, direction: NetworkDirection<Scalar>, _ x: UnsafePointer<Scalar>,
    _ y: UnsafePointer<Scalar>, xTangent: UnsafePointer<Scalar>, slopeAtKink: Scalar, count: Int,
    into yTangent: UnsafeMutablePointer<Scalar>
  ) {
    switch kind {
    case .activation(let activation):
      activation.scale(xTangent, z: x, y: y, slopeAtKink: slopeAtKink, count: count &* outputCount, into: yTangent)
    case .affine(let bias):
      for group in direction.groups(of: count) {
        let target = yTangent + group.first &* outputCount
        if bias { spread(group.start, count: group.count, into: target) }
        NetworkProducts.forward(
          x + group.first &* inputCount, group.start + parameterStart, count: group.count, inputs: inputCount,
          outputs: outputCount, keeping: bias, into: target)
      }
      guard !isFirst else { return }
      NetworkProducts.forward(
        xTangent, parameters + parameterStart, count: count, inputs: inputCount, outputs: outputCount, keeping: true,
        into: yTangent)
    }
  }

  /// Writes the bias as every row.
  @inline(__always)
  private func spread<Scalar: NetworkScalar>(
    _ parameters: UnsafePointer<Scalar>, count: Int, into y: UnsafeMutablePointer<Scalar>
  ) {
    let bias = parameters + biasStart
    for s in 0..<count {
      let row = y + s &* outputCount
      for o in 0..<outputCount { row[o] = bias[o] }
    }
  }
}
