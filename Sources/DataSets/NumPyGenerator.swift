import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The numbers that NumPy's legacy generator draws after `numpy.random.seed`: for data sets that were published as a seed.
///
/// MT19937 (Matsumoto and Nishimura 1998, doi:10.1145/272991.272995) with its first seeding routine, uniform numbers of 53 bits from
/// two words, normal ones by Marsaglia's polar method, whose second number is given first. NumPy promises never to
/// change what this generator draws. New work draws from `RandomStream`.
public struct NumPyGenerator: RandomNumberGenerator, Sendable {
  private var state: [UInt32]
  private var place: Int
  private var spareNormal: Double?

  private static let length = 624
  private static let shift = 397

  /// The generator after `numpy.random.seed(seed)`.
  public init(seed: UInt32) {
    state = [seed]
    for i in 1..<Self.length {
      let last = state[i - 1]
      state.append(1_812_433_253 &* (last ^ (last >> 30)) &+ UInt32(i))
    }
    place = Self.length
  }

  private mutating func renew() {
    for i in 0..<Self.length {
      let joined = (state[i] & 0x8000_0000) | (state[(i + 1) % Self.length] & 0x7FFF_FFFF)
      state[i] = state[(i + Self.shift) % Self.length] ^ (joined >> 1) ^ (joined & 1 == 0 ? 0 : 0x9908_B0DF)
    }
    place = 0
  }

  /// The next 32 random bits.
  public mutating func nextWord() -> UInt32 {
    if place == Self.length { renew() }
    var word = state[place]
    place += 1
    word ^= word >> 11
    word ^= (word << 7) & 0x9D2C_5680
    word ^= (word << 15) & 0xEFC6_0000
    return word ^ (word >> 18)
  }

  /// The next 64 random bits, low word first.
  public mutating func next() -> UInt64 {
    let low = nextWord()
    return UInt64(nextWord()) << 32 | UInt64(low)
  }

  /// Uniform on [0, 1): `numpy.random.random()`.
  public mutating func uniform() -> Double {
    let (high, low) = (nextWord() >> 5, nextWord() >> 6)
    return (Double(high) * 67_108_864 + Double(low)) / 9_007_199_254_740_992
  }

  /// `numpy.random.standard_normal()`.
  public mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let (x, y) = (2 * uniform() - 1, 2 * uniform() - 1)
      let square = x * x + y * y
      guard square < 1, square != 0 else { continue }
      let factor = (-2 * log(square) / square).squareRoot()
      spareNormal = factor * x
      return factor * y
    }
  }

  /// `numpy.random.standard_normal(count)`; reshaped, `multivariate_normal` with the identity as covariance.
  public mutating func normals(_ count: Int) -> [Double] { (0..<count).map { _ in normal() } }
}
