import Numerics

/// The three matrix products of an affine layer, over all samples of a mini-batch: by BLAS where it pays, and by loops
/// below. Matrices are stored row by row: x is count × inputs, y and g count × outputs, W outputs × inputs.
enum NetworkProducts {
  /// Whether a call of BLAS is quicker than a loop: from about a thousand multiplications on, and four thousand for one sample.
  @inline(__always)
  private static func isLarge(_ count: Int, _ inputs: Int, _ outputs: Int) -> Bool {
    count &* inputs &* outputs >= (count == 1 ? 4096 : 1024)
  }

  /// y ← x Wᵀ, or y + x Wᵀ.
  @inline(__always)
  static func forward<Scalar: NetworkScalar>(
    _ x: UnsafePointer<Scalar>, _ weights: UnsafePointer<Scalar>, count: Int, inputs: Int, outputs: Int, keeping: Bool,
    into y: UnsafeMutablePointer<Scalar>
  ) {
    if !isLarge(count, inputs, outputs) {
      for s in 0..<count {
        let (row, target) = (x + s &* inputs, y + s &* outputs)
        for o in 0..<outputs {
          let sum = dot(inputs, row, weights + o &* inputs)
          target[o] = keeping ? target[o] + sum : sum
        }
      }
    } else if count == 1 {
      Scalar.multiply(
        weights, vector: x, transposed: false, rows: outputs, columns: inputs, keeping: keeping ? 1 : 0, into: y)
    } else {
      Scalar.multiply(
        x, weights, firstTransposed: false, secondTransposed: true, rows: count, columns: outputs, inner: inputs,
        scale: 1, keeping: keeping ? 1 : 0, into: y)
    }
  }

  /// h ← g W, or h + g W.
  @inline(__always)
  static func backward<Scalar: NetworkScalar>(
    _ g: UnsafePointer<Scalar>, _ weights: UnsafePointer<Scalar>, count: Int, inputs: Int, outputs: Int, keeping: Bool,
    into h: UnsafeMutablePointer<Scalar>
  ) {
    if !isLarge(count, inputs, outputs) {
      for s in 0..<count {
        let (row, target) = (g + s &* outputs, h + s &* inputs)
        for o in 0..<outputs {
          addScaled(inputs, weights + o &* inputs, row[o], keeping: keeping || o > 0, into: target)
        }
      }
    } else if count == 1 {
      Scalar.multiply(
        weights, vector: g, transposed: true, rows: outputs, columns: inputs, keeping: keeping ? 1 : 0, into: h)
    } else {
      Scalar.multiply(
        g, weights, firstTransposed: false, secondTransposed: false, rows: count, columns: inputs, inner: outputs,
        scale: 1, keeping: keeping ? 1 : 0, into: h)
    }
  }

  /// V ← gᵀ x, or V + gᵀ x, for a V like W.
  @inline(__always)
  static func outer<Scalar: NetworkScalar>(
    _ g: UnsafePointer<Scalar>, _ x: UnsafePointer<Scalar>, count: Int, inputs: Int, outputs: Int, keeping: Bool,
    into weights: UnsafeMutablePointer<Scalar>
  ) {
    // An outer product of two vectors is bound by memory, however it is formed.
    if count == 1 || !isLarge(count, inputs, outputs) {
      for s in 0..<count {
        let (row, values) = (g + s &* outputs, x + s &* inputs)
        for o in 0..<outputs {
          addScaled(inputs, values, row[o], keeping: keeping || s > 0, into: weights + o &* inputs)
        }
      }
    } else {
      Scalar.multiply(
        g, x, firstTransposed: true, secondTransposed: false, rows: outputs, columns: inputs, inner: count, scale: 1,
        keeping: keeping ? 1 : 0, into: weights)
    }
  }

  /// c ← Σ g, or c + Σ g, over the samples.
  @inline(__always)
  static func sum<Scalar: NetworkScalar>(
    _ g: UnsafePointer<Scalar>, count: Int, outputs: Int, keeping: Bool, into bias: UnsafeMutablePointer<Scalar>
  ) {
    for s in 0..<count { addScaled(outputs, g + s &* outputs, 1, keeping: keeping || s > 0, into: bias) }
  }

  /// ⟨x, y⟩, in eight partial sums where there are eight entries or more.
  @inline(__always)
  static func dot<Scalar: NetworkScalar>(
    _ count: Int, _ x: UnsafePointer<Scalar>, _ y: UnsafePointer<Scalar>
  ) -> Scalar {
    var (sum, place): (Scalar, Int) = (0, 0)
    if count >= 8 {
      var partial = SIMD8<Scalar>()
      while place &+ 8 <= count {
        partial +=
          UnsafeRawPointer(x + place).loadUnaligned(as: SIMD8<Scalar>.self)
          * UnsafeRawPointer(y + place).loadUnaligned(as: SIMD8<Scalar>.self)
        place &+= 8
      }
      sum = partial.sum()
    }
    while place < count {
      sum += x[place] * y[place]
      place &+= 1
    }
    return sum
  }

  /// y ← scale · x, or y + scale · x.
  @inline(__always)
  private static func addScaled<Scalar: NetworkScalar>(
    _ count: Int, _ x: UnsafePointer<Scalar>, _ scale: Scalar, keeping: Bool, into y: UnsafeMutablePointer<Scalar>
  ) {
    if keeping {
      for j in 0..<count { y[j] += scale * x[j] }
    } else {
      for j in 0..<count { y[j] = scale * x[j] }
    }
  }
}
