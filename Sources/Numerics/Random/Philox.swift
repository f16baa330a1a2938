/// The counter-based generator Philox 4×32 with 10 rounds.
///
/// A block of four 32-bit words is a pure function of a 128-bit counter and a 64-bit key, so any place of any stream
/// can be computed without what came before it: this is what makes results independent of workers, ensemble width and
/// resumption.
///
/// Source: Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011,
/// doi:10.1145/2063384.2063405. Checked against the known answers published with the authors' Random123.
public enum Philox4x32 {
  @usableFromInline static let multiplier0: UInt64 = 0xD251_1F53
  @usableFromInline static let multiplier1: UInt64 = 0xCD9E_8D57
  @usableFromInline static let keyIncrement0: UInt32 = 0x9E37_79B9
  @usableFromInline static let keyIncrement1: UInt32 = 0xBB67_AE85

  /// One block: the readable form, and the one that `fill` is tested against. About 15 ns.
  @inlinable
  public static func block(counter: SIMD4<UInt32>, key: SIMD2<UInt32>) -> SIMD4<UInt32> {
    var x = counter
    var k = key
    for _ in 0..<10 {
      let product0 = UInt64(x[0]) &* multiplier0
      let product1 = UInt64(x[2]) &* multiplier1
      x = SIMD4(
        UInt32(truncatingIfNeeded: product1 >> 32) ^ x[1] ^ k[0],
        UInt32(truncatingIfNeeded: product1),
        UInt32(truncatingIfNeeded: product0 >> 32) ^ x[3] ^ k[1],
        UInt32(truncatingIfNeeded: product0))
      k = SIMD2(k[0] &+ keyIncrement0, k[1] &+ keyIncrement1)
    }
    return x
  }

  /// Writes `blockCount` consecutive blocks, four words each, starting at the 64-bit block position `position` (counter
  /// words 0 and 1); `upper` are counter words 2 and 3. Sixteen blocks at a time in vector registers, below 1 ns a
  /// word.
  @inlinable
  public static func fill(
    _ words: UnsafeMutablePointer<UInt32>, blockCount: Int, position: UInt64, upper: SIMD2<UInt32>, key: SIMD2<UInt32>
  ) {
    var done = 0
    while done + 16 <= blockCount {
      // Two groups of eight, because one alone would wait for its own multiplications.
      var first = EightBlocks(position &+ UInt64(done), upper)
      var second = EightBlocks(position &+ UInt64(done) &+ 8, upper)
      var k = key
      for _ in 0..<10 {
        first.round(k)
        second.round(k)
        k = SIMD2(k[0] &+ keyIncrement0, k[1] &+ keyIncrement1)
      }
      first.store(words + 4 * done)
      second.store(words + 4 * done + 32)
      done += 16
    }
    while done < blockCount {
      let place = position &+ UInt64(done)
      let counter = SIMD4(
        UInt32(truncatingIfNeeded: place), UInt32(truncatingIfNeeded: place >> 32), upper[0], upper[1])
      let result = block(counter: counter, key: key)
      for word in 0..<4 { words[4 * done + word] = result[word] }
      done += 1
    }
  }

  /// Eight blocks side by side, each 32-bit word in a 64-bit lane of its own.
  @usableFromInline
  struct EightBlocks {
    @usableFromInline var x0: SIMD8<UInt64>
    @usableFromInline var x1: SIMD8<UInt64>
    @usableFromInline var x2: SIMD8<UInt64>
    @usableFromInline var x3: SIMD8<UInt64>

    @inlinable @inline(__always)
    init(_ position: UInt64, _ upper: SIMD2<UInt32>) {
      let place = SIMD8<UInt64>(repeating: position) &+ SIMD8(0, 1, 2, 3, 4, 5, 6, 7)
      x0 = place & 0xFFFF_FFFF
      x1 = place &>> 32
      x2 = SIMD8(repeating: UInt64(upper[0]))
      x3 = SIMD8(repeating: UInt64(upper[1]))
    }

    @inlinable @inline(__always)
    mutating func round(_ k: SIMD2<UInt32>) {
      // Both factors are below 2^32, which lets the compiler use the 32×32→64 vector multiply.
      let product0 = (x0 & 0xFFFF_FFFF) &* multiplier0
      let product1 = (x2 & 0xFFFF_FFFF) &* multiplier1
      x0 = (product1 &>> 32) ^ x1 ^ SIMD8(repeating: UInt64(k[0]))
      x1 = product1 & 0xFFFF_FFFF
      x2 = (product0 &>> 32) ^ x3 ^ SIMD8(repeating: UInt64(k[1]))
      x3 = product0 & 0xFFFF_FFFF
    }

    @inlinable @inline(__always)
    func store(_ words: UnsafeMutablePointer<UInt32>) {
      let even: SIMD8<UInt64> = x0 | (x1 &<< 32)
      let odd: SIMD8<UInt64> = x2 | (x3 &<< 32)
      var pairs = SIMD16<UInt64>()
      pairs.evenHalf = even
      pairs.oddHalf = odd
      UnsafeMutableRawPointer(words).storeBytes(of: pairs, as: SIMD16<UInt64>.self)
    }
  }
}
