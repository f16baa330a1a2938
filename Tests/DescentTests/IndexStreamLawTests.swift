import Numerics
import Objectives
import Testing

@testable import Descent

/// The orders' laws: each possible batch with its exact probability, by χ² over all of them.
@Suite struct IndexStreamLawTests {
  static let draws = 20_000

  /// Every (n, b) with n ≤ 6 and b ≤ n that leaves something to chance.
  static let shapes: [(n: Int, b: Int)] = (2...6).flatMap { n in (1...n).map { (n, $0) } }

  static func counts<Outcome: Hashable>(_ outcomes: [Outcome], of possible: [Outcome]) -> [Int] {
    var places: [Outcome: Int] = [:]
    for (place, outcome) in possible.enumerated() { places[outcome] = place }
    var counts = [Int](repeating: 0, count: possible.count)
    // An impossible outcome traps in no test: it is counted nowhere, and the total below shows it.
    for outcome in outcomes { if let place = places[outcome] { counts[place] += 1 } }
    return counts
  }

  static func multisets(of n: Int, size: Int, from first: Int = 0) -> [[Int]] {
    if size == 0 { return [[]] }
    return (first..<n).flatMap { member in multisets(of: n, size: size - 1, from: member).map { [member] + $0 } }
  }

  static func permutations(of members: [Int]) -> [[Int]] {
    if members.isEmpty { return [[]] }
    return members.flatMap { first in permutations(of: members.filter { $0 != first }).map { [first] + $0 } }
  }

  /// b! / Π kᵢ! of the nᵇ ordered draws make a multiset.
  static func probability(of multiset: [Int], n: Int) -> Double {
    var probability = 1.0
    var run = 0
    for (place, member) in multiset.enumerated() {
      run = place > 0 && multiset[place - 1] == member ? run + 1 : 1
      probability *= Double(place + 1) / Double(run) / Double(n)
    }
    return probability
  }

  @Test(arguments: shapes) func subsetsAreUniform(n: Int, b: Int) throws {
    let possible = Self.multisets(of: n, size: b).filter { Set($0).count == b }
    var stream = try IndexStream(order: .subset, sampleCount: n, batchSize: b, key: orderKey(21))
    let counts = Self.counts(stream.batches(0..<Self.draws).map(\.multiset), of: possible)
    #expect(counts.reduce(0, +) == Self.draws)
    guard possible.count > 1 else { return }
    #expect(try ChiSquareTest.uniformity(counts: counts).pValue > smallestProbability)
  }

  @Test(arguments: shapes) func drawsWithReplacementAreMultinomial(n: Int, b: Int) throws {
    let all = Self.multisets(of: n, size: b)
    // Rare multisets together, so that every expected count carries the χ² limit.
    let frequent = all.filter { Self.probability(of: $0, n: n) * Double(Self.draws) >= 8 }
    let probabilities = frequent.map { Self.probability(of: $0, n: n) }
    let rest = max(0, 1 - probabilities.reduce(0, +))
    var stream = try IndexStream(order: .iid, sampleCount: n, batchSize: b, key: orderKey(22))
    let outcomes = stream.batches(0..<Self.draws).map(\.multiset)
    #expect(outcomes.allSatisfy { all.contains($0) })
    let counts = Self.counts(outcomes, of: frequent)
    let others = Self.draws - counts.reduce(0, +)
    let test =
      frequent.count == all.count
      ? try ChiSquareTest.goodnessOfFit(counts: counts, probabilities: probabilities)
      : try ChiSquareTest.goodnessOfFit(counts: counts + [others], probabilities: probabilities + [rest])
    #expect(test.pValue > smallestProbability)
    if frequent.count == all.count { #expect(others == 0) }
  }

  /// All 24 permutations of four, for every batch size, which must not matter for the epoch's order.
  @Test(arguments: 1...4) func permutationsAreUniform(b: Int) throws {
    var stream = try IndexStream(order: .reshuffle, sampleCount: 4, batchSize: b, key: orderKey(23))
    let perEpoch = try #require(stream.stepsPerEpoch)
    let orders = (0..<Self.draws).map { epoch in
      stream.batches((epoch * perEpoch)..<((epoch + 1) * perEpoch)).flatMap(\.indices)
    }
    let counts = Self.counts(orders, of: Self.permutations(of: [0, 1, 2, 3]))
    #expect(counts.reduce(0, +) == Self.draws)
    #expect(try ChiSquareTest.uniformity(counts: counts).pValue > smallestProbability)
  }

  /// Steps must not know of each other: pairs of successive single draws, all n² of them.
  @Test(arguments: [SamplingOrder.iid, .subset]) func successiveDrawsAreIndependent(_ order: SamplingOrder) throws {
    let n = 6
    var stream = try IndexStream(order: order, sampleCount: n, batchSize: 1, key: orderKey(24))
    let draws = stream.batches(0..<(2 * Self.draws)).map { $0.indices[0] }
    for lag in [1, 2, 4, 512] {
      var counts = [Int](repeating: 0, count: n * n)
      for start in stride(from: 0, to: draws.count - lag, by: 2 * lag) {
        for offset in 0..<min(lag, draws.count - lag - start) {
          counts[draws[start + offset] * n + draws[start + offset + lag]] += 1
        }
      }
      #expect(try ChiSquareTest.uniformity(counts: counts).pValue > smallestProbability, "lag \(lag)")
    }
  }

  /// Nor trials: the draws of step t in trials 2k and 2k + 1.
  @Test func trialsAreIndependent() throws {
    let n = 5
    var stream = try IndexStream(order: .iid, sampleCount: n, batchSize: 1, key: orderKey(25))
    var counts = [Int](repeating: 0, count: n * n)
    for pair in 0..<4_000 {
      stream.restart(trial: 2 * pair)
      let first = stream.batches(0..<4).map { $0.indices[0] }
      stream.restart(trial: 2 * pair + 1)
      let second = stream.batches(0..<4).map { $0.indices[0] }
      for (a, b) in zip(first, second) { counts[a * n + b] += 1 }
    }
    #expect(try ChiSquareTest.uniformity(counts: counts).pValue > smallestProbability)
  }

  /// A batch wider than the window of words, and one that nearly is everything: each index is left out equally often.
  @Test(arguments: [(600, 599), (1_100, 1_000)]) func wideSubsetsLeaveOutUniformly(n: Int, b: Int) throws {
    var stream = try IndexStream(order: .subset, sampleCount: n, batchSize: b, key: orderKey(26))
    var left = [Int](repeating: 0, count: 10)
    var total = 0
    for step in 0..<400 {
      let batch = Set(stream.batch(step).indices)
      for index in 0..<n where !batch.contains(index) {
        left[index * 10 / n] += 1
        total += 1
      }
    }
    #expect(total == 400 * (n - b))
    #expect(try ChiSquareTest.uniformity(counts: left).pValue > smallestProbability)
  }
}
