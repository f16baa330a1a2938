import Numerics
import Testing

@testable import Experiments

@Suite("Allotment") struct AllotmentTests {
  typealias Demand = Allotment.Demand

  /// The rule, word for word: one trial at a time, to whoever has the least.
  private static func shares(of demands: [Demand], shards: Int) -> [[Int]] {
    var work = [Double](repeating: 0, count: shards)
    var shares = demands.map { [Int](repeating: $0.trials / shards, count: shards) }
    let order = demands.indices.sorted { a, b in
      demands[a].cost == demands[b].cost ? a < b : demands[a].cost > demands[b].cost
    }
    for place in order {
      for _ in 0..<demands[place].trials % shards {
        var least = 0
        for shard in 1..<shards where work[shard] < work[least] { least = shard }
        work[least] += demands[place].cost
        shares[place][least] += 1
      }
    }
    return shares
  }

  /// A grid with costs that are whole numbers, so that sums of them are exact.
  private static func grid(_ stream: inout RandomStream) -> [Demand] {
    let largest = 1 + Int(stream.next() % 40)
    let costs = 1 + stream.next() % 1000
    return (0..<1 + Int(stream.next() % 12)).map { _ in
      Demand(trials: Int(stream.next() % UInt64(largest)), cost: Double(1 + stream.next() % costs))
    }
  }

  @Test("Thousands of random grids: a partition, by the rule, within the bound") func randomGrids() {
    var stream = RandomStream(RandomKey(seed: 5, purpose: .measurement, trial: 0))
    for _ in 0..<4000 {
      let demands = Self.grid(&stream)
      let shards = 1 + Int(stream.next() % 9)
      let all = (1...shards).map { Allotment(of: demands, to: Shard(number: $0, count: shards)) }
      let shares = shards == 1 ? demands.map { [$0.trials] } : Self.shares(of: demands, shards: shards)
      for place in demands.indices {
        let numbers = all.flatMap { Array($0.parts[place]) }
        #expect(numbers.sorted() == Array(0..<demands[place].trials))
        #expect(all.map { $0.parts[place].count } == shares[place])
      }
      let work = all.map { zip(demands, $0.parts).reduce(0) { $0 + $1.0.cost * Double($1.1.count) } }
      let costliest = demands.filter { $0.trials > 0 }.map(\.cost).max() ?? 0
      #expect((work.max() ?? 0) - (work.min() ?? 0) <= costliest)
      #expect(all.map(\.trialCount).reduce(0, +) == demands.map(\.trials).reduce(0, +))
    }
  }

  @Test("A few grids by hand") func byHand() {
    func numbers(_ demands: [Demand], _ number: Int, of count: Int) -> [[Int]] {
      Allotment(of: demands, to: Shard(number: number, count: count)).parts.map(Array.init)
    }
    let one = [Demand(trials: 10, cost: 1)]
    #expect(numbers(one, 1, of: 4) == [[0, 4, 8]])
    #expect(numbers(one, 2, of: 4) == [[1, 5, 9]])
    #expect(numbers(one, 4, of: 4) == [[3, 7]])
    // The costly trial goes first; the cheap ones fill up the other shards.
    let two = [Demand(trials: 2, cost: 1), Demand(trials: 1, cost: 10)]
    #expect(numbers(two, 1, of: 3) == [[], [0]])
    #expect(numbers(two, 2, of: 3) == [[0], []])
    #expect(numbers(two, 3, of: 3) == [[1], []])
    // More shards than trials, none at all, and one shard for everything.
    #expect(numbers([Demand(trials: 1, cost: 1)], 5, of: 5) == [[]])
    #expect(numbers([Demand(trials: 0, cost: 1)], 1, of: 5) == [[]])
    #expect(numbers([], 1, of: 5) == [])
    #expect(numbers(one, 1, of: 1) == [Array(0..<10)])
  }

  @Test("A shard may get several leftovers of one configuration") func severalLeftovers() {
    // 1 and 2 have a trial of 100; both of the cheap leftovers go to 3.
    let demands = [Demand(trials: 2, cost: 1), Demand(trials: 2, cost: 100)]
    let parts = (1...3).map { Allotment(of: demands, to: Shard(number: $0, count: 3)).parts.map(Array.init) }
    #expect(parts == [[[], [0]], [[], [1]], [[0, 1], []]])
  }

  @Test("A part is a collection and knows what it contains") func trials() {
    let demands = [Demand(trials: 23, cost: 3), Demand(trials: 6, cost: 2), Demand(trials: 3, cost: 1)]
    for number in 1...4 {
      for (part, demand) in zip(Allotment(of: demands, to: Shard(number: number, count: 4)).parts, demands) {
        let numbers = Array(part)
        #expect(numbers == numbers.sorted())
        #expect((-2...demand.trials + 5).filter(part.contains) == numbers)
        #expect(Array(part.reversed()) == numbers.reversed())
      }
    }
  }

  @Test("Ten million trials are a few numbers") func large() {
    let demands = [Demand(trials: 10_000_003, cost: 1)]
    let part = Allotment(of: demands, to: Shard(number: 3, count: 1000)).parts[0]
    #expect(part.count == 10_001)
    #expect(part.last == 10_000_002)
    #expect(part[9_999] == 9_999_002)
    #expect(part.contains(5_000_002) && !part.contains(5_000_001))
  }
}
