import Foundation
import Testing

@testable import Descent

/// `first(from:)` against a search through a list of the cadence's steps.
@Suite struct CadenceTests {
  static let limit = 20_000

  static let cadences: [(cadence: Cadence, steps: [Int])] = {
    var cadences: [(Cadence, [Int])] = []
    for period in [1, 2, 7, 64, 19_999] {
      cadences.append((.every(period), Array(stride(from: 0, through: limit + period, by: period))))
    }
    for steps in [[], [0], [5], [0, 1, 2, 10, 11, 500, 19_999], [3, 3, 9]] { cadences.append((.at(steps), steps)) }
    for density in [1, 2, 3, 10, 50, 1_000] {
      // 0, and ⌊10^{k/d}⌉ for all k: by itself, without a starting point from a logarithm.
      let steps = [0] + (0...(5 * density)).map { Int(pow(10, Double($0) / Double(density)).rounded()) }
      cadences.append((.perDecade(density), steps))
    }
    return cadences
  }()

  @Test(arguments: cadences.indices) func firstIsTheFirst(_ which: Int) {
    let (cadence, steps) = Self.cadences[which]
    var wrong = 0
    var place = 0
    for from in 0...Self.limit {
      while place < steps.count, steps[place] < from { place += 1 }
      let wanted = place < steps.count ? steps[place] : nil
      if cadence.first(from: from) != wanted { wrong += 1 }
    }
    #expect(wrong == 0)
  }

  /// Going from event to event visits each step once, in order, and asking from a step itself gives that step.
  @Test(arguments: cadences.indices) func eventsFollowEachOther(_ which: Int) {
    let (cadence, steps) = Self.cadences[which]
    var visited: [Int] = []
    var next = cadence.first(from: 0)
    while let step = next, step <= Self.limit {
      #expect(cadence.first(from: step) == step)
      visited.append(step)
      next = cadence.first(from: step + 1)
    }
    let wanted = Set(steps.filter { $0 <= Self.limit }).sorted()
    #expect(visited == wanted)
  }

  @Test func perDecadeIsEvenOnALogarithmicAxis() {
    var steps: [Int] = []
    var next = Cadence.perDecade(4).first(from: 0)
    while let step = next, step <= 1_000 {
      steps.append(step)
      next = Cadence.perDecade(4).first(from: step + 1)
    }
    #expect(steps == [0, 1, 2, 3, 6, 10, 18, 32, 56, 100, 178, 316, 562, 1_000])
  }

  @Test func hugePeriodsAndStepsDoNotOverflow() {
    #expect(Cadence.every(.max).first(from: 0) == 0)
    #expect(Cadence.every(.max).first(from: 1) == .max)
    #expect(Cadence.every(1 << 62).first(from: (1 << 62) + 1) == nil)
    #expect(
      Cadence.every(1_000_003).first(from: 1_000_000_000_000) == 1_000_000_000_000 / 1_000_003 * 1_000_003 + 1_000_003)
    #expect(Cadence.perDecade(10).first(from: 1_000_000_000_000) == 1_000_000_000_000)
    #expect(Cadence.perDecade(10).first(from: 1_000_000_000_001) == 1_258_925_411_794)
  }
}
