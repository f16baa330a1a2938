/// The products of an affine layer with one sample, W being `outputs` × `inputs`, row by row: four rows or columns at a
/// time, so that no sum waits for itself.
extension LaneProducts {
  /// y ← W x, or c + W x with a bias c.
  @inline(__always)
  package static func forward(
    _ W: UnsafeMutablePointer<Lanes>, _ x: UnsafeMutablePointer<Lanes>, inputs: Int, outputs: Int,
    bias: UnsafeMutablePointer<Lanes>?, into y: UnsafeMutablePointer<Lanes>
  ) {
    var o = 0
    while o &+ 4 <= outputs {
      var sums = InlineArray<4, Lanes>(repeating: .zero)
      if let bias { for r in 0..<4 { sums[r] = bias[o &+ r] } }
      var w = W + o &* inputs
      for i in 0..<inputs {
        let value = x[i]
        for r in 0..<4 { sums[r].addFused(w[r &* inputs], value) }
        w += 1
      }
      for r in 0..<4 { y[o &+ r] = sums[r] }
      o &+= 4
    }
    while o < outputs {
      y[o] = dot(W + o &* inputs, x, count: inputs) + (bias.map { $0[o] } ?? .zero)
      o &+= 1
    }
  }

  /// h ← Wᵀ g.
  @inline(__always)
  package static func backward(
    _ W: UnsafeMutablePointer<Lanes>, _ g: UnsafeMutablePointer<Lanes>, inputs: Int, outputs: Int,
    into h: UnsafeMutablePointer<Lanes>
  ) {
    var i = 0
    while i &+ 4 <= inputs {
      var sums = InlineArray<4, Lanes>(repeating: .zero)
      var w = W + i
      for o in 0..<outputs {
        let value = g[o]
        for c in 0..<4 { sums[c].addFused(w[c], value) }
        w += inputs
      }
      for c in 0..<4 { h[i &+ c] = sums[c] }
      i &+= 4
    }
    while i < inputs {
      var sum = Lanes.zero
      for o in 0..<outputs { sum.addFused(W[o &* inputs &+ i], g[o]) }
      h[i] = sum
      i &+= 1
    }
  }

  /// W ← W + scale · g xᵀ.
  @inline(__always)
  package static func addOuter(
    _ g: UnsafeMutablePointer<Lanes>, _ x: UnsafeMutablePointer<Lanes>, scale: Lanes, inputs: Int, outputs: Int,
    to W: UnsafeMutablePointer<Lanes>
  ) {
    var o = 0
    while o &+ 4 <= outputs {
      var factors = InlineArray<4, Lanes>(repeating: .zero)
      for r in 0..<4 { factors[r] = scale * g[o &+ r] }
      var w = W + o &* inputs
      for i in 0..<inputs {
        let value = x[i]
        for r in 0..<4 { w[r &* inputs].addFused(factors[r], value) }
        w += 1
      }
      o &+= 4
    }
    while o < outputs {
      let (w, factor) = (W + o &* inputs, scale * g[o])
      for i in 0..<inputs { w[i].addFused(factor, x[i]) }
      o &+= 1
    }
  }

  /// y ← y + scale · x.
  package static func addScaled(
    _ x: UnsafeMutablePointer<Lanes>, _ scale: Lanes, count: Int, to y: UnsafeMutablePointer<Lanes>
  ) {
    for j in 0..<count { y[j].addFused(scale, x[j]) }
  }

  /// Σ xᵢyᵢ.
  @inline(__always)
  package static func dot(_ x: UnsafeMutablePointer<Lanes>, _ y: UnsafeMutablePointer<Lanes>, count: Int) -> Lanes {
    var sums = InlineArray<4, Lanes>(repeating: .zero)
    var i = 0
    while i &+ 4 <= count {
      for r in 0..<4 { sums[r].addFused(x[i &+ r], y[i &+ r]) }
      i &+= 4
    }
    while i < count {
      sums[0].addFused(x[i], y[i])
      i &+= 1
    }
    return (sums[0] + sums[1]) + (sums[2] + sums[3])
  }
}
