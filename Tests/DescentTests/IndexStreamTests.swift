import Numerics
import Objectives
import Testing

@testable import Descent

/// The orders' structure: what is in which batch, and that a batch depends on (order, n, b, seed, trial, step) alone.
@Suite struct IndexStreamTests {
  struct Setting: Sendable, CustomStringConvertible {
    var order: SamplingOrder
    var n: Int
    var b: Int
    var description: String { "\(order.name) n=\(n) b=\(b)" }

    func stream(seed: UInt64 = 3, trial: Int = 0) throws -> IndexStream {
      try IndexStream(order: order, sampleCount: n, batchSize: b, key: orderKey(seed, trial: trial))
    }

    var isRandom: Bool { [.iid, .subset, .reshuffle].contains(order) && n > 1 && !(order == .subset && b == n) }
  }

  /// Every order with every batch size for n ≤ 6, and some sizes at and around the window of random words.
  static var settings: [Setting] {
    var settings: [Setting] = []
    for n in 1...6 {
      for b in 1...n {
        for order in [SamplingOrder.iid, .subset, .reshuffle, .cyclic, .blocks] {
          settings.append(Setting(order: order, n: n, b: b))
        }
      }
      settings.append(Setting(order: .full, n: n, b: n))
    }
    for (n, b) in [(100, 7), (511, 511), (600, 512), (600, 513), (1_500, 1_300), (2_000, 1)] {
      for order in [SamplingOrder.iid, .subset, .reshuffle, .cyclic, .blocks] {
        settings.append(Setting(order: order, n: n, b: b))
      }
    }
    return settings
  }

  static func replay(_ batches: [[Int]], _ n: Int) throws -> IndexStream {
    let order = SamplingOrder.replay(try IndexReplay(batches: batches, sampleCount: n))
    return try IndexStream(order: order, sampleCount: n, batchSize: nil, key: orderKey())
  }

  // MARK: - What a batch holds

  @Test(arguments: settings) func batchesAreWellFormed(_ setting: Setting) throws {
    var stream = try setting.stream()
    for step in 0..<40 {
      let batch = stream.batch(step)
      #expect(batch.size == batch.multiplicities.reduce(0, +))
      #expect(Set(batch.indices).count == batch.indices.count)
      #expect(batch.indices.allSatisfy { (0..<setting.n).contains($0) })
      #expect(batch.multiplicities.allSatisfy { $0 >= 1 })
      if setting.order != .iid { #expect(batch.multiplicities.allSatisfy { $0 == 1 }) }
      let isLast = stream.stepsPerEpoch.map { step % $0 == $0 - 1 } ?? false
      let ragged = setting.n % setting.b
      let wanted = isLast && ragged != 0 ? ragged : setting.b
      #expect(batch.size == wanted, "step \(step)")
    }
  }

  @Test(arguments: settings.filter { $0.order == .reshuffle || $0.order == .blocks })
  func epochsVisitEachIndexOnce(_ setting: Setting) throws {
    var stream = try setting.stream()
    let perEpoch = try #require(stream.stepsPerEpoch)
    #expect(perEpoch == (setting.n + setting.b - 1) / setting.b)
    for epoch in 0..<6 {
      let visited = stream.batches((epoch * perEpoch)..<((epoch + 1) * perEpoch)).flatMap(\.multiset)
      #expect(visited.sorted() == Array(0..<setting.n))
    }
  }

  @Test func cyclicWrapsAround() throws {
    var stream = try Setting(order: .cyclic, n: 5, b: 3).stream()
    #expect(
      stream.batches(0..<6).map(\.indices) == [[0, 1, 2], [3, 4, 0], [1, 2, 3], [4, 0, 1], [2, 3, 4], [0, 1, 2]])
    #expect(stream.stepsPerEpoch == nil)
    // Step 10¹² + 1 begins at 3·(10¹² + 1) mod 5 = 3.
    #expect(stream.batch(1_000_000_000_001).indices == [3, 4, 0])
  }

  @Test func blocksAreFixed() throws {
    var stream = try Setting(order: .blocks, n: 5, b: 2).stream()
    #expect(stream.batches(0..<7).map(\.indices) == [[0, 1], [2, 3], [4], [0, 1], [2, 3], [4], [0, 1]])
    #expect(stream.stepsPerEpoch == 3)
  }

  @Test func fullIsEverything() throws {
    var stream = try IndexStream(order: .full, sampleCount: 4, batchSize: nil, key: orderKey())
    #expect(stream.batchSize == 4)
    #expect(stream.stepsPerEpoch == 1)
    for step in [0, 1, 1_000_000_000_000] { #expect(stream.batch(step) == Batch.full(4)) }
  }

  @Test func replayIsWhatWasWritten() throws {
    let written = [[2, 2, 0], [1], [0, 1, 2, 0, 1, 2, 0], [2]]
    var stream = try Self.replay(written, 3)
    #expect(stream.batchSize == 7)
    #expect(stream.length == 4)
    #expect(stream.batches(0..<4) == written.map { Batch(samples: $0) })
    #expect(stream.batches([3, 0]) == [Batch(samples: [2]), Batch(samples: [2, 2, 0])])
    #expect(stream.batch(2).multiplicities == [3, 2, 2])
  }

  // MARK: - What a batch depends on

  @Test(arguments: settings) func anyOrderOfAskingGivesTheSame(_ setting: Setting) throws {
    var ascending = try setting.stream()
    let wanted = ascending.batches(0..<60)
    let far = ascending.batch(1_000)
    var other = try setting.stream()
    #expect(other.batch(1_000) == far)
    #expect(other.batches(0..<60) == wanted)
    #expect(other.batches((0..<60).reversed()) == wanted.reversed())
    #expect(other.batches([7, 7]) == [wanted[7], wanted[7]])
    // A copy goes its own way.
    var copy = other
    #expect(copy.batch(30) == wanted[30])
    #expect(other.batch(8) == wanted[8])
  }

  @Test(arguments: settings) func restartIsAFreshStream(_ setting: Setting) throws {
    var stream = try setting.stream(trial: 4)
    let first = stream.batches(0..<20)
    var fresh = try setting.stream(trial: 9)
    let other = fresh.batches(0..<20)
    stream.restart(trial: 9)
    #expect(stream.batches(0..<20) == other)
    stream.restart(trial: 4)
    #expect(stream.batches(0..<20) == first)
  }

  @Test(arguments: settings.filter(\.isRandom)) func trialsAndSeedsDiffer(_ setting: Setting) throws {
    var runs: [[Batch]] = []
    for (seed, trial) in [(3, 0), (3, 1), (3, 2), (4, 0), (3 + 1 << 32, 0)] as [(UInt64, Int)] {
      var stream = try setting.stream(seed: seed, trial: trial)
      // Forty steps: two streams agree by chance with probability below 2⁻⁴⁰ if their laws are what they should be.
      runs.append(stream.batches(0..<40))
    }
    for first in runs.indices {
      for second in 0..<first { #expect(runs[first] != runs[second], "runs \(first), \(second)") }
    }
  }

  /// Two orders that are the same random experiment read the same words.
  @Test(arguments: 1...6) func aSubsetOfOneIsADraw(n: Int) throws {
    var subset = try Setting(order: .subset, n: n, b: 1).stream()
    var iid = try Setting(order: .iid, n: n, b: 1).stream()
    #expect(subset.batches(0..<600) == iid.batches(0..<600))
  }

  /// Once a stream began with a window of zeros, and the first 511 draws were all index 0.
  @Test(arguments: [SamplingOrder.iid, .subset, .reshuffle], [1, 4])
  func theFirstDrawsAreRandom(_ order: SamplingOrder, b: Int) throws {
    var stream = try Setting(order: order, n: 50, b: b).stream()
    #expect(Set(stream.batches(0..<12).map(\.indices)).count > 6)
    #expect(Set(stream.batches(0..<12).flatMap(\.indices)).count > 6)
    stream.restart(trial: 1)
    #expect(Set(stream.batches(0..<12).map(\.indices)).count > 6)
    // The words are those of the key, from place 0 on.
    if b == 1, order == .iid {
      stream.restart(trial: 0)
      let key = orderKey()
      for step in 0..<600 {
        let word = key.bounded(key.word(UInt64(step)), at: UInt64(step), bound: 50)
        #expect(stream.batch(step).indices == [Int(word)])
      }
    }
  }

  /// Every trial begins at random too: over trials, the first batch of a run is uniform.
  @Test func theFirstIndexIsUniformOverTrials() throws {
    var stream = try Setting(order: .iid, n: 5, b: 1).stream()
    var counts = [Int](repeating: 0, count: 5)
    for trial in 0..<20_000 {
      stream.restart(trial: trial)
      counts[stream.batch(0).indices[0]] += 1
    }
    #expect(try ChiSquareTest.uniformity(counts: counts).pValue > smallestProbability)
  }
}
