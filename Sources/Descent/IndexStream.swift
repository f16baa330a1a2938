import Numerics
import Objectives

/// The batches of one trial: for each step t = 0, 1, 2, … the multiset of sample indices that the update uses.
///
/// The batch of a step is a function of (order, n, b, order seed, trial, t) alone. Asking in ascending order is fast;
/// any other order gives the same batches.
///
/// Words of the trial's Philox stream are assigned by place: draw k of step t reads word t·b + k, draw k of epoch e's
/// permutation word e·n + k.
public struct IndexStream: Sendable {
  /// How batches are drawn.
  public let order: SamplingOrder
  /// n, the number of samples.
  public let sampleCount: Int
  /// b, the size of every batch but a short last one of an epoch (and of replayed ones, whose largest size this is).
  public let batchSize: Int
  var key: RandomKey

  /// A window of the trial's random words, from place `windowStart` on.
  var words = [UInt32](repeating: 0, count: IndexStream.windowSize)
  var windowStart = IndexStream.noWindow
  /// The order of the epoch `permutationEpoch`, for `reshuffle`.
  var permutation: [Int32]
  var permutationEpoch = -1
  /// For each index its place in the batch being drawn, or −1.
  var places: [Int32]
  /// The indices of the step being drawn.
  var samples: [Int32]

  static let windowSize = 512
  /// Farther than a window from every place that a step can have.
  static let noWindow: UInt64 = 1 << 63

  /// Sets up the stream of one trial.
  ///
  /// - Parameter batchSize: b; nil means n for `full` and the largest replayed batch for `replay`.
  /// - Throws: `InputError` unless 1 ≤ b ≤ n, b = n for `full`, and replayed indices are below n.
  public init(
    order: SamplingOrder, sampleCount: Int, batchSize: Int?, key: RandomKey
  ) throws(InputError) {
    guard sampleCount > 0, sampleCount <= Int(Int32.max) else {
      throw InputError("samples", expected: "a number from 1 to \(Int32.max)", found: "\(sampleCount)")
    }
    switch order {
    case .full:
      guard batchSize ?? sampleCount == sampleCount else {
        throw InputError(
          "batch", expected: "\(sampleCount), the number of samples, for the order \"full\"",
          found: "\(batchSize ?? 0)", advice: "Leave the batch size out, or choose another order.")
      }
      self.batchSize = sampleCount
    case .replay(let replay):
      guard replay.largestIndex < sampleCount else {
        throw InputError(
          "order.batches", expected: "indices from 0 to \(sampleCount - 1)", found: "\(replay.largestIndex)",
          advice: "The batches were written for more samples than there are.")
      }
      self.batchSize = replay.batches.map(\.count).max() ?? 1
    default:
      guard let batchSize, batchSize >= 1, batchSize <= sampleCount else {
        throw InputError(
          "batch", expected: "a batch size from 1 to \(sampleCount), the number of samples",
          found: batchSize.map(String.init) ?? "none")
      }
      self.batchSize = batchSize
    }
    self.order = order
    self.sampleCount = sampleCount
    self.key = key
    places = [Int32](repeating: -1, count: sampleCount)
    permutation = [Int32](repeating: 0, count: order == .reshuffle ? sampleCount : 0)
    samples = [Int32](repeating: 0, count: self.batchSize)
  }

  /// Turns to the stream of another trial with the same settings.
  public mutating func restart(trial: Int) {
    key.trial = UInt32(truncatingIfNeeded: trial)
    windowStart = Self.noWindow
    permutationEpoch = -1
  }

  /// The number of steps after which every index has been visited equally often, for orders that have epochs.
  public var stepsPerEpoch: Int? {
    switch order {
    case .reshuffle, .blocks: (sampleCount + batchSize - 1) / batchSize
    case .full: 1
    case .iid, .subset, .cyclic, .replay: nil
    }
  }

  /// The number of steps that the stream can serve; nil if it never ends.
  public var length: Int? {
    if case .replay(let replay) = order { replay.batches.count } else { nil }
  }

  /// The largest number of distinct indices in a batch.
  var slotCount: Int { min(batchSize, sampleCount) }

  /// Whether batches can differ in size, so that slots can be left over.
  var isRagged: Bool {
    switch order {
    case .reshuffle, .blocks: sampleCount % batchSize != 0
    case .replay: true
    default: false
    }
  }

  /// Whether an index can occur twice in a batch.
  public var hasDuplicates: Bool {
    switch order {
    case .iid: batchSize > 1
    case .replay: true
    default: false
    }
  }
}
