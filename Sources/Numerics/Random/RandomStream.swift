#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A sequential reader of one step's stream of a `RandomKey`, with the distributions that experiments need.
public struct RandomStream: RandomNumberGenerator, Sendable {
  private let key: RandomKey
  private var index: UInt64
  private var block = SIMD4<UInt32>()

  /// The stream of `key` at `step`, from its first word. A step's stream holds 2³² words.
  ///
  /// - Precondition: 0 ≤ step < 2³².
  public init(_ key: RandomKey, step: Int = 0) {
    precondition(step >= 0 && step >> 32 == 0, "a stream has steps from 0 to 2³² − 1")
    self.key = key
    index = UInt64(step) << 32
  }

  /// The next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    let lane = Int(index & 3)
    if lane == 0 {
      let position = index >> 2
      let upper = key.upperCounter()
      block = Philox4x32.block(
        counter: SIMD4(
          UInt32(truncatingIfNeeded: position), UInt32(truncatingIfNeeded: position >> 32), upper[0], upper[1]),
        key: key.philoxKey)
    }
    index &+= 1
    return block[lane]
  }

  /// The next 64 random bits, low word first.
  public mutating func next() -> UInt64 {
    let low = nextWord()
    return UInt64(nextWord()) << 32 | UInt64(low)
  }

  /// Uniform on the open interval (0, 1): the midpoints (k + ½) / 2⁵², each equally probable.
  public mutating func uniform() -> Double {
    (Double(next() >> 12) + 0.5) * 0x1p-52
  }

  /// Exactly uniform on `0..<bound`.
  ///
  /// - Precondition: 0 < bound < 2³².
  public mutating func integer(below bound: Int) -> Int {
    let place = index
    return Int(key.bounded(nextWord(), at: place, bound: UInt32(bound)))
  }

  /// Two independent standard normal numbers, by Box and Muller's transformation of two uniform ones.
  public mutating func gaussianPair() -> (Double, Double) {
    let radius = (-2 * log(uniform())).squareRoot()
    let angle = 2 * Double.pi * uniform()
    return (radius * cos(angle), radius * sin(angle))
  }

  /// `count` independent standard normal numbers.
  public mutating func gaussian(count: Int) -> [Double] {
    var values = [Double]()
    values.reserveCapacity(count + 1)
    while values.count < count {
      let (first, second) = gaussianPair()
      values.append(first)
      if values.count < count { values.append(second) }
    }
    return values
  }

  /// A point uniform on the sphere of radius `radius` in `count` dimensions: a Gaussian vector, scaled.
  public mutating func sphere(count: Int, radius: Double = 1) -> [Double] {
    let values = gaussian(count: count)
    let scale = radius / values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    return values.map { $0 * scale }
  }

  /// A uniformly random order of `0..<count` (Fisher and Yates).
  public mutating func permutation(count: Int) -> [Int] {
    var order = Array(0..<count)
    for last in stride(from: count - 1, to: 0, by: -1) { order.swapAt(last, integer(below: last + 1)) }
    return order
  }

  /// A uniformly random subset of `0..<count` with `size` members, ascending (Floyd's method,
  /// doi:10.1145/30401.315746).
  public mutating func subset(of count: Int, size: Int) -> [Int] {
    var chosen = Set<Int>()
    for last in (count - size)..<count {
      let candidate = integer(below: last + 1)
      chosen.insert(chosen.contains(candidate) ? last : candidate)
    }
    return chosen.sorted()
  }
}
