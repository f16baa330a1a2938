extension LinearAlgebra {
  /// The inner product Σ xᵢ yᵢ. Cost: n multiplications and additions, in vector registers.
  ///
  /// Summed in 16 interleaved partial sums that do not depend on machine or thread count, without fused operations: the result is the
  /// same to the bit everywhere, and within (n/16 + 16) · 1.1e-16 · Σ|xᵢ yᵢ| of the exact one.
  ///
  /// - Precondition: equally long vectors.
  public static func dot(_ x: Span<Double>, _ y: Span<Double>) -> Double {
    precondition(x.count == y.count, "an inner product of vectors of one length")
    return x.withUnsafeBufferPointer { x in y.withUnsafeBufferPointer { y in dot(x, y) } }
  }

  /// The inner product Σ xᵢ yᵢ of two arrays, as ``dot(_:_:)`` of spans.
  ///
  /// - Precondition: equally long vectors.
  public static func dot(_ x: [Double], _ y: [Double]) -> Double { dot(x.span, y.span) }

  /// The Euclidean norm √(Σ xᵢ²), also where the squares overflow or underflow. Cost: one inner product, two where they do.
  public static func norm(_ x: Span<Double>) -> Double {
    let square = dot(x, x)
    // Outside of this range squares have lost digits or overflowed; dividing by the largest entry first brings them back.
    if square >= 1e-290 && square <= 1e290 { return square.squareRoot() }
    var largest = 0.0
    for index in 0..<x.count {
      if x[index].isNaN { return .nan }
      largest = max(largest, abs(x[index]))
    }
    guard largest > 0, largest.isFinite else { return largest }
    var sum = 0.0
    for index in 0..<x.count {
      let scaled = x[index] / largest
      sum += scaled * scaled
    }
    return largest * sum.squareRoot()
  }

  /// The Euclidean norm √(Σ xᵢ²) of an array, as ``norm(_:)`` of a span.
  public static func norm(_ x: [Double]) -> Double { norm(x.span) }

  /// Adds a multiple in place: y ← y + scale · x. The multiplication is rounded, then the addition: the same to the bit everywhere.
  ///
  /// - Precondition: equally long vectors.
  public static func axpy(_ scale: Double, _ x: Span<Double>, into y: inout [Double]) {
    precondition(x.count == y.count, "a sum of vectors of one length")
    y.withUnsafeMutableBufferPointer { y in
      x.withUnsafeBufferPointer { x in
        for index in 0..<x.count { y[index] += scale * x[index] }
      }
    }
  }

  /// Adds a multiple in place: y ← y + scale · x, for an array x.
  ///
  /// - Precondition: equally long vectors.
  public static func axpy(_ scale: Double, _ x: [Double], into y: inout [Double]) { axpy(scale, x.span, into: &y) }

  private static func dot(_ x: UnsafeBufferPointer<Double>, _ y: UnsafeBufferPointer<Double>) -> Double {
    var first = SIMD8<Double>()
    var second = SIMD8<Double>()
    let whole = x.count & ~15
    if whole > 0, let xBytes = UnsafeRawPointer(x.baseAddress), let yBytes = UnsafeRawPointer(y.baseAddress) {
      for offset in stride(from: 0, to: whole * 8, by: 128) {
        first +=
          xBytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
          * yBytes.loadUnaligned(fromByteOffset: offset, as: SIMD8<Double>.self)
        second +=
          xBytes.loadUnaligned(fromByteOffset: offset + 64, as: SIMD8<Double>.self)
          * yBytes.loadUnaligned(fromByteOffset: offset + 64, as: SIMD8<Double>.self)
      }
    }
    var tail = 0.0
    for index in whole..<x.count { tail += x[index] * y[index] }
    return (first + second).sum() + tail
  }
}
