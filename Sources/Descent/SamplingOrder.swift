import Numerics

/// How the batches of a run are drawn. Results differ by it at leading order, so it is part of every record.
public enum SamplingOrder: Sendable, Hashable {
  /// b indices with replacement, fresh each step; an index drawn k times has multiplicity k.
  case iid
  /// A fresh uniform subset of b distinct indices each step.
  case subset
  /// A fresh permutation each epoch, cut into batches of b; the last one is short if b does not divide n, and is
  /// averaged over its own size.
  case reshuffle
  /// b consecutive indices, step t holding tb, …, tb+b−1 modulo n: wraps around, so that batches are never short.
  case cyclic
  /// Fixed blocks {0, …, b−1}, {b, …, 2b−1}, … visited in turn; the last one is short if b does not divide n, and is
  /// averaged over its own size.
  case blocks
  /// All n indices each step, b = n.
  case full
  /// The given batches in turn. A run asks for no more steps than there are batches.
  case replay(IndexReplay)

  /// The name in specs, records and tables.
  public var name: String {
    switch self {
    case .iid: "iid"
    case .subset: "subset"
    case .reshuffle: "reshuffle"
    case .cyclic: "cyclic"
    case .blocks: "blocks"
    case .full: "full"
    case .replay: "replay"
    }
  }

  /// The orders that need no data of their own, by name.
  public static let named: [SamplingOrder] = [.iid, .subset, .reshuffle, .cyclic, .blocks, .full]
}

/// Batches written down beforehand: an index stream from a file or a test.
public struct IndexReplay: Sendable, Hashable {
  /// The batches of steps 0, 1, 2, …; an index may occur more than once in a batch.
  public let batches: [[Int]]
  /// The largest index in them, so that a stream over fewer samples can refuse them.
  let largestIndex: Int

  /// Accepts batches of indices in `0..<sampleCount`.
  ///
  /// - Throws: `InputError` naming the step and place of the first index that is out of range, or an empty batch.
  public init(batches: [[Int]], sampleCount: Int, location: String = "order.batches") throws(InputError) {
    var largest = 0
    for (step, batch) in batches.enumerated() {
      guard !batch.isEmpty else {
        throw InputError("\(location)[\(step)]", expected: "at least one index", found: "an empty batch")
      }
      for (place, index) in batch.enumerated() where !(0..<sampleCount).contains(index) {
        throw InputError(
          "\(location)[\(step)][\(place)]", expected: "an index from 0 to \(sampleCount - 1)", found: "\(index)",
          advice: "Indices count from 0.")
      }
      largest = max(largest, batch.max() ?? 0)
    }
    guard !batches.isEmpty else {
      throw InputError(location, expected: "at least one batch", found: "none")
    }
    self.batches = batches
    largestIndex = largest
  }
}
