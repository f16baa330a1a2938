import Numerics
import TestSupport
import Testing

@Suite struct RandomKeyTests {
  @Test func streamReadsTheWordsOfItsStep() {
    let key = RandomKey(seed: 42, purpose: .order, trial: 3)
    for step in [0, 1, 77, 1 << 31] {
      var stream = RandomStream(key, step: step)
      for index in 0..<11 { #expect(stream.nextWord() == key.word(UInt64(step) << 32 + UInt64(index))) }
    }
  }

  @Test(arguments: [1, 2, 3, 10, 1000, 1 << 31, (1 << 31) + 1, 3 << 30, UInt32.max] as [UInt32])
  func streamAndKeyAgree(bound: UInt32) {
    let key = RandomKey(seed: 9, purpose: .order, trial: 1)
    var stream = RandomStream(key)
    for index in 0..<200 as Range<UInt64> {
      let value = key.bounded(key.word(index), at: index, bound: bound)
      #expect(value < bound)
      #expect(stream.integer(below: Int(bound)) == Int(value))
    }
  }

  /// Every value has the same number of accepted words: those whose low product half is at least 2³² mod bound. The words at the edges
  /// of acceptance must take the direct path or the next attempt's word exactly as this rule says.
  @Test(arguments: [1, 2, 3, 7, 1000, 65_537, (1 << 31) + 1, 3 << 30, UInt32.max] as [UInt32])
  func acceptsEquallyManyWordsForEachValue(bound: UInt32) {
    let key = RandomKey(seed: 5, purpose: .order)
    let wide = UInt64(bound)
    let threshold = (1 << 32) % wide
    let values = Set([0, 1, wide / 3, wide / 2, wide - 1].filter { $0 < wide })
    for value in values {
      let first = ((value << 32) + threshold + wide - 1) / wide
      let end = (((value + 1) << 32) + wide - 1) / wide
      #expect(end - first == (1 << 32) / wide, "accepted words of \(value)")
      let index = 17 + value
      #expect(key.bounded(UInt32(first), at: index, bound: bound) == UInt32(value))
      #expect(key.bounded(UInt32(end - 1), at: index, bound: bound) == UInt32(value))
      // The word before the first accepted one is drawn again, unless it belongs to the value below.
      if first > 0, (first - 1) * wide >> 32 == value {
        #expect(key.bounded(UInt32(first - 1), at: index, bound: bound) == naive(key, index, from: 1, bound: bound))
      }
    }
  }

  private func naive(_ key: RandomKey, _ index: UInt64, from attempt: UInt32, bound: UInt32) -> UInt32 {
    let product = UInt64(key.word(index, attempt: attempt)) * UInt64(bound)
    return product & 0xffff_ffff < (1 << 32) % UInt64(bound)
      ? naive(key, index, from: attempt + 1, bound: bound) : UInt32(product >> 32)
  }

  /// For 3·2³⁰ a quarter of the words is drawn again; taken as they are, they would make the remainder 0 twice as frequent.
  @Test(arguments: [(3 << 30, 3), ((1 << 31) + 1, 2), (6, 6), (7, 7), (1000, 20)])
  func boundedIntegersAreUniform(bound: Int, classes: Int) throws {
    var stream = testStream(11)
    var counts = [Int](repeating: 0, count: classes)
    for _ in 0..<20_000 { counts[stream.integer(below: bound) % classes] += 1 }
    // The classes' exact shares: 2³¹ + 1 is not a multiple of 2.
    let shares = (0..<classes).map { Double((bound - $0 + classes - 1) / classes) / Double(bound) }
    let test = try ChiSquareTest.goodnessOfFit(counts: counts, probabilities: shares)
    #expect(test.pValue > smallestProbability)
  }

  @Test func namesDoNotCollide() {
    var seen = Set<[UInt32]>()
    var names = 0
    for purpose in RandomPurpose.allCases {
      for trial in [0, 1, 2, 255, 256, UInt32.max] {
        for seed in [0, 1, 1 << 32, UInt64.max] {
          let key = RandomKey(seed: seed, purpose: purpose, trial: trial)
          for step in [0, 1, 2, 1 << 31] {
            var stream = RandomStream(key, step: step)
            seen.insert((0..<4).map { _ in stream.nextWord() })
            names += 1
          }
          seen.insert((0..<4).map { key.word(UInt64($0), attempt: 1) })
          names += 1
        }
      }
    }
    #expect(seen.count == names)
  }

  /// Stored results name their seeds, so the derivation may never change. The constants come from an independent Philox in Python.
  @Test func derivedSeedsStayWhatTheyAre() {
    let seeds = Seeds(master: 20_250_101)
    #expect(seeds.data == 1_687_517_369_610_645_687)
    #expect(seeds.initialization == 14_845_286_021_966_153_695)
    #expect(seeds.order == 7_620_806_987_006_531_209)
    #expect(seeds.measurement == 9_057_833_478_604_249_152)
    #expect(Set([seeds.data, seeds.initialization, seeds.order, seeds.measurement]).count == 4)
  }

  @Test func keysCarryTheirSeedPurposeAndTrial() {
    var seeds = Seeds(master: 1)
    seeds.order = 5
    #expect(seeds.key(.order, trial: 8) == RandomKey(seed: 5, purpose: .order, trial: 8))
    #expect(seeds.key(.data).seed == seeds.data)
    #expect(seeds.key(.initialization).seed == seeds.initialization)
    #expect(seeds.key(.measurement).seed == seeds.measurement)
  }
}
