/// The trials of a grid that one shard computes.
///
/// Of T trials of a configuration, each of N shards gets ⌊T/N⌋: trial t of the first N·⌊T/N⌋ belongs to shard
/// t mod N + 1. The T mod N trials left over go, the costliest configuration first (on a tie the earlier one), one at a
/// time to the shard with the least estimated work so far (on a tie the lower number); within a configuration lower
/// shards have the lower ones of these trials.
///
/// Each trial belongs to exactly one shard, and every process that asks with the same demands gets the same answer.
///
/// **Bound.** The estimated work of two shards differs by at most the cost of one trial of the costliest configuration.
/// Proof: the even part is the same for all. Let the shard with the most work have got its last leftover, of cost c, when
/// it had work w. It had the least then, and work never shrinks, so every shard ends with at least w, and the most is
/// w + c. (A shard that got none has w = 0 beyond the even part, and then all have.)
///
/// **Cost.** O(C log C + L log N) time and O(C + N) memory for C configurations and L < C·N leftovers: with 100,000
/// configurations and 1,000 shards, so fifty million leftovers, three seconds. No trial numbers are stored.
public struct Allotment: Sendable, Hashable {
  /// What one configuration asks for.
  public struct Demand: Sendable, Hashable {
    /// How many trials.
    public var trials: Int
    /// The estimated cost of one of them, in any unit. It must follow from the configuration alone: shards that
    /// estimate by the clock would not agree on who does what.
    public var cost: Double

    /// `trials` (0 or more) of `cost` each (finite, above 0).
    public init(trials: Int, cost: Double) {
      precondition(trials >= 0, "there is no negative number of trials")
      precondition(cost > 0 && cost.isFinite, "costs are finite and above 0")
      self.trials = trials
      self.cost = cost
    }
  }

  /// Whose trials these are.
  public let shard: Shard
  /// The trials of each configuration, in the order of the demands.
  public let parts: [Trials]

  /// The trials of `demands` that fall to `shard`.
  public init(of demands: [Demand], to shard: Shard) {
    self.shard = shard
    var parts = demands.map { Trials(shard: shard, trials: $0.trials) }
    let order = demands.indices.filter { !demands[$0].trials.isMultiple(of: shard.count) }
      .sorted { (demands[$1].cost, $0) < (demands[$0].cost, $1) }
    var queue = WorkQueue(shards: shard.count)
    for place in order {
      let leftovers = demands[place].trials % shard.count
      let (own, lower) = queue.hand(out: leftovers, cost: demands[place].cost, to: shard.number)
      let start = demands[place].trials - leftovers + lower
      parts[place].leftovers = start..<start + own
    }
    self.parts = parts
  }

  /// How many trials this is in all.
  public var trialCount: Int { parts.reduce(0) { $0 + $1.count } }
}

/// Shards by their work so far, the least first: a binary heap whose top is replaced again and again.
private struct WorkQueue {
  private struct Entry {
    var work: Double
    var number: Int

    func comesBefore(_ other: Entry) -> Bool {
      work < other.work || (work == other.work && number < other.number)
    }
  }

  private var heap: [Entry]

  /// All shards without work, which is in order already.
  init(shards: Int) { heap = (1...shards).map { Entry(work: 0, number: $0) } }

  /// Gives `trials` of `cost`, one at a time, to whoever has the least. Returns how many `shard` got, and how many those
  /// with lower numbers.
  mutating func hand(out trials: Int, cost: Double, to shard: Int) -> (own: Int, lower: Int) {
    var own = 0
    var lower = 0
    heap.withUnsafeMutableBufferPointer { heap in
      for _ in 0..<trials {
        var entry = heap[0]
        if entry.number == shard { own += 1 } else if entry.number < shard { lower += 1 }
        entry.work += cost
        var hole = 0
        while true {
          var child = 2 * hole + 1
          if child >= heap.count { break }
          if child + 1 < heap.count, heap[child + 1].comesBefore(heap[child]) { child += 1 }
          if entry.comesBefore(heap[child]) { break }
          heap[hole] = heap[child]
          hole = child
        }
        heap[hole] = entry
      }
    }
    return (own, lower)
  }
}
