import Numerics
import Objectives

@testable import Descent

/// A chance of 1 in 100,000, beyond 4 standard errors: what a statistical test with a fixed seed must exceed.
let smallestProbability = 1e-5

/// The key of an index stream.
func orderKey(_ seed: UInt64 = 3, trial: Int = 0) -> RandomKey {
  RandomKey(seed: seed, purpose: .order, trial: UInt32(trial))
}

/// max |aᵢ − bᵢ|, infinite where the lengths differ or something is not a number.
func largestDifference(_ a: [Double], _ b: [Double]) -> Double {
  guard a.count == b.count else { return .infinity }
  let differences = zip(a, b).map { abs($0 - $1) }
  return differences.contains { $0.isNaN } ? .infinity : differences.max() ?? 0
}

extension IndexStream {
  /// The batch of one step.
  mutating func batch(_ step: Int) -> Batch {
    var batch = Batch()
    draw(step, into: &batch)
    return batch
  }

  /// The batches of some steps, in the order asked for.
  mutating func batches(_ steps: some Sequence<Int>) -> [Batch] {
    steps.map { batch($0) }
  }
}

extension Batch {
  /// The samples with repetitions, ascending: what the batch is as a multiset.
  var multiset: [Int] {
    zip(indices, multiplicities).flatMap { [Int](repeating: $0, count: $1) }.sorted()
  }
}
