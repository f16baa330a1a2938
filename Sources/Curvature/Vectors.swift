import Numerics

/// Sums over vectors of any length, in double precision.
///
/// Each is compiled for both precisions: from generic code there would be a call for every number otherwise, a hundred times
/// slower than memory.
enum Vectors {
  /// ⟨x, y⟩, in 16 interleaved partial sums: the same to the bit everywhere.
  static func dot<Scalar: BLASScalar>(_ x: [Scalar], _ y: [Scalar]) -> Double {
    precondition(x.count == y.count, "vectors of one length")
    return x.withUnsafeBufferPointer { x in y.withUnsafeBufferPointer { y in dot(x, y) } }
  }

  /// ⟨x, y⟩ over a range of the entries.
  static func dot<Scalar: BLASScalar>(_ x: [Scalar], _ y: [Scalar], over range: Range<Int>) -> Double {
    precondition(x.count == y.count, "vectors of one length")
    return x.withUnsafeBufferPointer { x in
      y.withUnsafeBufferPointer { y in
        dot(UnsafeBufferPointer(rebasing: x[range]), UnsafeBufferPointer(rebasing: y[range]))
      }
    }
  }

  /// ⟨x, y⟩ of `x.count` numbers each.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  static func dot<Scalar: BLASScalar>(_ x: UnsafeBufferPointer<Scalar>, _ y: UnsafeBufferPointer<Scalar>) -> Double {
    var (first, second) = (SIMD8<Double>(), SIMD8<Double>())
    let whole = x.count & ~15
    let width = MemoryLayout<Scalar>.stride
    if whole > 0, let x = UnsafeRawPointer(x.baseAddress), let y = UnsafeRawPointer(y.baseAddress) {
      for place in stride(from: 0, to: whole, by: 16) {
        let (a, b) = (x + place &* width, y + place &* width)
        first +=
          SIMD8<Double>(a.loadUnaligned(as: SIMD8<Scalar>.self))
          * SIMD8<Double>(b.loadUnaligned(as: SIMD8<Scalar>.self))
        let (c, d) = (a + 8 &* width, b + 8 &* width)
        second +=
          SIMD8<Double>(c.loadUnaligned(as: SIMD8<Scalar>.self))
          * SIMD8<Double>(d.loadUnaligned(as: SIMD8<Scalar>.self))
      }
    }
    var tail = 0.0
    for place in whole..<x.count { tail += Double(x[place]) * Double(y[place]) }
    return (first + second).sum() + tail
  }

  /// ‖x‖.
  static func norm<Scalar: BLASScalar>(_ x: [Scalar]) -> Double { dot(x, x).squareRoot() }

  /// x ← scale · x.
  static func scale<Scalar: BLASScalar>(_ x: inout [Scalar], by scale: Double) {
    x.withUnsafeMutableBufferPointer { Vectors.scale($0, by: scale) }
  }

  /// x ← scale · x.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  static func scale<Scalar: BLASScalar>(_ x: UnsafeMutableBufferPointer<Scalar>, by scale: Double) {
    let scale = Scalar(scale)
    for j in 0..<x.count { x[j] *= scale }
  }

  /// y ← y + scale · x.
  static func add<Scalar: BLASScalar>(_ scale: Double, _ x: [Scalar], to y: inout [Scalar]) {
    precondition(x.count == y.count, "vectors of one length")
    x.withUnsafeBufferPointer { x in y.withUnsafeMutableBufferPointer { y in add(scale, x, keeping: true, to: y) } }
  }

  /// y ← scale · x, or y + scale · x.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  static func add<Scalar: BLASScalar>(
    _ scale: Double, _ x: UnsafeBufferPointer<Scalar>, keeping: Bool, to y: UnsafeMutableBufferPointer<Scalar>
  ) {
    let scale = Scalar(scale)
    if keeping {
      for j in 0..<x.count { y[j] += scale * x[j] }
    } else {
      for j in 0..<x.count { y[j] = scale * x[j] }
    }
  }

  /// target ← x ∘ y, entry by entry; target may be one of them.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  static func multiply<Scalar: BLASScalar>(
    _ x: UnsafeBufferPointer<Scalar>, _ y: UnsafeBufferPointer<Scalar>, into target: UnsafeMutableBufferPointer<Scalar>
  ) {
    for j in 0..<target.count { target[j] = x[j] * y[j] }
  }

  /// origin + step, each entry rounded once.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  static func displaced<Scalar: BLASScalar>(_ origin: [Scalar], by step: [Double]) -> [Scalar] {
    precondition(origin.count == step.count, "vectors of one length")
    return [Scalar](unsafeUninitializedCapacity: origin.count) { target, count in
      for j in 0..<origin.count { target[j] = Scalar(Double(origin[j]) + step[j]) }
      count = origin.count
    }
  }

  /// scale ∘ x, in double precision.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  static func scaled<Scalar: BLASScalar>(_ x: [Scalar], by scale: [Double]) -> [Double] {
    precondition(x.count == scale.count, "vectors of one length")
    return [Double](unsafeUninitializedCapacity: x.count) { target, count in
      for j in 0..<x.count { target[j] = Double(x[j]) * scale[j] }
      count = x.count
    }
  }

  /// y ← y + scale · x, in double precision.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  static func accumulate<Scalar: BLASScalar>(_ scale: Double, _ x: [Scalar], into y: inout [Double]) {
    precondition(x.count == y.count, "vectors of one length")
    y.withUnsafeMutableBufferPointer { y in
      for j in 0..<x.count { y[j] += scale * Double(x[j]) }
    }
  }

  /// The same numbers in another precision.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  static func rounded<Scalar: BLASScalar>(_ x: [Double], to: Scalar.Type = Scalar.self) -> [Scalar] {
    x.map { Scalar($0) }
  }

  /// The place of the first number that is not finite.
  @specialized(where Scalar == Double)
  @specialized(where Scalar == Float)
  static func firstNonFinite<Scalar: BLASScalar>(_ x: [Scalar]) -> Int? { x.firstIndex { !$0.isFinite } }

  /// Throws unless there are `count` numbers, all finite.
  static func require<Scalar: BLASScalar>(_ x: [Scalar], count: Int, _ what: String) throws(InputError) {
    guard x.count == count, firstNonFinite(x) == nil else {
      throw InputError(
        what, expected: "\(count) finite numbers", found: x.count == count ? "one that is not" : "\(x.count)")
    }
  }
}
