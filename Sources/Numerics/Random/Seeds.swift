/// What a random stream is used for. Streams of different purposes never share a number.
public enum RandomPurpose: UInt8, Sendable, CaseIterable {
  /// Derives the four seeds from the master seed.
  case derivation = 0
  /// Generates data sets and dictionaries.
  case data = 1
  /// Draws the starting point of a trial.
  case initialization = 2
  /// Draws the index stream of a trial.
  case order = 3
  /// Draws probes, bootstrap resamples and everything else that measures and must not disturb what is measured.
  case measurement = 4
  /// Draws the noise on labels of a trial, from the order seed.
  case labelNoise = 5
}

/// The four seeds of a trial, each changeable on its own, all derived from one master seed unless given.
public struct Seeds: Hashable, Sendable, Codable {
  /// Seeds data sets and dictionaries.
  public var data: UInt64
  /// Seeds starting points.
  public var initialization: UInt64
  /// Seeds index streams.
  public var order: UInt64
  /// Seeds measurements.
  public var measurement: UInt64

  /// Derives the four seeds from `master` by one Philox block a seed, keyed by `master`.
  public init(master: UInt64) {
    func derive(_ purpose: RandomPurpose) -> UInt64 {
      let key = RandomKey(seed: master, purpose: .derivation, trial: UInt32(purpose.rawValue))
      var stream = RandomStream(key)
      return stream.next()
    }
    data = derive(.data)
    initialization = derive(.initialization)
    order = derive(.order)
    measurement = derive(.measurement)
  }

  /// Derives the four seeds of one part of a larger work, so that parts neither share numbers nor depend on which
  /// others are run.
  ///
  /// The master seed of the part is the first word pair of the stream keyed by `master` whose trial is the 32-bit
  /// FNV-1a hash of `part`.
  public init(master: UInt64, part: String) {
    var hash: UInt32 = 2_166_136_261
    for byte in part.utf8 { hash = (hash ^ UInt32(byte)) &* 16_777_619 }
    var stream = RandomStream(RandomKey(seed: master, purpose: .derivation, trial: hash))
    self.init(master: stream.next())
  }

  /// The key of the streams of one purpose in one trial.
  public func key(_ purpose: RandomPurpose, trial: Int = 0) -> RandomKey {
    let seed =
      switch purpose {
      case .derivation, .data: data
      case .initialization: initialization
      case .order, .labelNoise: order
      case .measurement: measurement
      }
    return RandomKey(seed: seed, purpose: purpose, trial: UInt32(truncatingIfNeeded: trial))
  }
}

/// Names the streams of one (seed, purpose, trial): 2⁶⁴ blocks of four 32-bit words, each addressable by its position.
///
/// Philox's key is the seed; its counter is (position low, position high, trial, purpose + 256 · attempt). A step's own
/// stream begins at word step · 2³². `attempt` is 0 except where a bounded integer is drawn again to stay unbiased.
public struct RandomKey: Hashable, Sendable {
  /// The Philox key.
  public var seed: UInt64
  /// What the numbers are for.
  public var purpose: RandomPurpose
  /// The trial, from 0 to 2³² − 1.
  public var trial: UInt32

  /// Names a family of streams.
  @inlinable
  public init(seed: UInt64, purpose: RandomPurpose, trial: UInt32 = 0) {
    self.seed = seed
    self.purpose = purpose
    self.trial = trial
  }

  /// The Philox key: the seed's low and high words.
  @inlinable
  public var philoxKey: SIMD2<UInt32> {
    SIMD2(UInt32(truncatingIfNeeded: seed), UInt32(truncatingIfNeeded: seed >> 32))
  }

  /// Counter words 2 and 3.
  @inlinable
  public func upperCounter(attempt: UInt32 = 0) -> SIMD2<UInt32> {
    SIMD2(trial, UInt32(purpose.rawValue) | (attempt &<< 8))
  }

  /// Word `index` of the stream, in attempt `attempt`: random access, one Philox block.
  @inlinable
  public func word(_ index: UInt64, attempt: UInt32 = 0) -> UInt32 {
    let position = index >> 2
    let upper = upperCounter(attempt: attempt)
    let counter = SIMD4(
      UInt32(truncatingIfNeeded: position), UInt32(truncatingIfNeeded: position >> 32), upper[0], upper[1])
    return Philox4x32.block(counter: counter, key: philoxKey)[Int(index & 3)]
  }

  /// The integer in `0..<bound` at place `index` of the stream, given the stream's word there. Exactly uniform.
  ///
  /// Lemire's multiply-and-reject (arXiv 1805.10941): the high half of word · bound, drawn again from the stream of the
  /// next attempt while the low half falls into the biased remainder. So the value depends on the key and on `index`
  /// alone, never on earlier draws.
  @inlinable
  public func bounded(_ word: UInt32, at index: UInt64, bound: UInt32) -> UInt32 {
    let product = UInt64(word) &* UInt64(bound)
    if _fastPath(UInt32(truncatingIfNeeded: product) >= bound) { return UInt32(truncatingIfNeeded: product >> 32) }
    return boundedAgain(product, at: index, bound: bound)
  }

  @usableFromInline @inline(never)
  func boundedAgain(_ first: UInt64, at index: UInt64, bound: UInt32) -> UInt32 {
    let threshold = (0 &- bound) % bound
    var product = first
    var attempt: UInt32 = 0
    while UInt32(truncatingIfNeeded: product) < threshold {
      attempt += 1
      product = UInt64(word(index, attempt: attempt)) &* UInt64(bound)
    }
    return UInt32(truncatingIfNeeded: product >> 32)
  }
}
