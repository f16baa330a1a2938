import Numerics
import Objectives

/// The batches of one trial: for each step t = 0, 1, 2, … the multiset of sample indices that the update uses.
///
/// The batch of a step is a function of (order, n, b, order seed, trial, t) alone. Asking in ascending order is fast; any other order gives
/// the same batches.
///
/// Words of the trial's Philox stream are assigned by place: draw k of step t reads word t·b + k, draw k of epoch e's permutation word e·n + k.
public struct IndexStream: Sendable {
  /// How batches are drawn.
  public let order: SamplingOrder
  /// n, the number of samples.
  public let sampleCount: Int
  /// b, the size of every batch but a short last one of an epoch (and of replayed ones, whose largest size this is).
  public let batchSize: Int
  private var key: RandomKey

  private var words = [UInt32](repeating: 0, count: IndexStream.windowSize)
  private var windowStart = UInt64.max
  private var permutation: [Int32] = []
  private var permutationEpoch = -1
  /// For each index its place in the batch being drawn, or −1.
  private var places: [Int32]
  /// The indices of the step being drawn.
  private var samples: [Int32]

  private static let windowSize = 512

  /// Sets up the stream of one trial.
  ///
  /// - Parameter batchSize: b; nil means n for `full` and the largest replayed batch for `replay`.
  /// - Throws: `InputError` unless 1 ≤ b ≤ n, and b = n for `full`.
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
    samples = [Int32](repeating: 0, count: self.batchSize)
  }

  /// The stream of another trial with the same settings.
  public func forTrial(_ trial: Int) -> IndexStream {
    var other = self
    other.key.trial = UInt32(truncatingIfNeeded: trial)
    other.windowStart = .max
    other.permutationEpoch = -1
    return other
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

  /// Writes the indices drawn for `step`, duplicates included, to the front of `samples` and returns how many there are.
  private mutating func drawSamples(_ step: Int) -> Int {
    let first = UInt64(step) &* UInt64(batchSize)
    switch order {
    case .iid:
      for draw in 0..<batchSize { samples[draw] = bounded(at: first &+ UInt64(draw), sampleCount) }
    case .subset:
      // Floyd's method: a candidate that is already in gives way to the newest possible index.
      for draw in 0..<batchSize {
        let last = sampleCount - batchSize + draw
        let candidate = bounded(at: first &+ UInt64(draw), last + 1)
        let chosen = places[Int(candidate)] < 0 ? candidate : Int32(last)
        places[Int(chosen)] = 0
        samples[draw] = chosen
      }
      for draw in 0..<batchSize { places[Int(samples[draw])] = -1 }
    case .reshuffle, .blocks:
      let perEpoch = (sampleCount + batchSize - 1) / batchSize
      let start = (step % perEpoch) * batchSize
      let end = min(start + batchSize, sampleCount)
      if order == .reshuffle { shuffle(epoch: step / perEpoch) }
      for place in start..<end { samples[place - start] = order == .reshuffle ? permutation[place] : Int32(place) }
      return end - start
    case .cyclic:
      let start = Int(first % UInt64(sampleCount))
      for draw in 0..<batchSize {
        let index = start + draw
        samples[draw] = Int32(index < sampleCount ? index : index - sampleCount)
      }
    case .full:
      for index in 0..<sampleCount { samples[index] = Int32(index) }
    case .replay(let replay):
      let batch = replay.batches[step]
      for (draw, index) in batch.enumerated() { samples[draw] = Int32(index) }
      return batch.count
    }
    return batchSize
  }

  /// The batch of `step`, written into `batch`.
  ///
  /// - Precondition: `step` is below `length`.
  public mutating func draw(_ step: Int, into batch: inout Batch) {
    batch.removeAll()
    let count = drawSamples(step)
    for draw in 0..<count {
      let index = Int(samples[draw])
      let place = hasDuplicates ? places[index] : -1
      if place >= 0 {
        batch.addAgain(at: Int(place))
      } else {
        places[index] = Int32(batch.indices.count)
        batch.append(index)
      }
    }
    for index in batch.indices { places[index] = -1 }
  }

  /// The batches of `count` steps from `first` on, for an engine that advances several replicas side by side.
  ///
  /// Step t's distinct indices go to `indices[(t·slots + k)·stride]` and their multiplicities, where `multiplicities` is given, to the same
  /// places; slots left over get index 0 with multiplicity 0. The batch's size b goes to `sizes[t·stride]`.
  mutating func fill(
    _ indices: UnsafeMutablePointer<Int32>, multiplicities: UnsafeMutablePointer<Double>?,
    sizes: UnsafeMutablePointer<Double>, slots: Int, stride: Int, from first: Int, count: Int
  ) {
    if order == .iid, batchSize == 1 {
      fillSingles(indices, sizes: sizes, stride: stride, from: first, count: count)
      return
    }
    for t in 0..<count {
      let drawn = drawSamples(first + t)
      sizes[t * stride] = Double(drawn)
      let base = t * slots * stride
      guard let multiplicities else {
        for slot in 0..<drawn { indices[base + slot * stride] = samples[slot] }
        continue
      }
      var used = 0
      for draw in 0..<drawn {
        let index = Int(samples[draw])
        let place = Int(places[index])
        if place >= 0 {
          multiplicities[base + place * stride] += 1
        } else {
          places[index] = Int32(used)
          indices[base + used * stride] = Int32(index)
          multiplicities[base + used * stride] = 1
          used += 1
        }
      }
      for slot in 0..<used { places[Int(indices[base + slot * stride])] = -1 }
      for slot in used..<slots {
        indices[base + slot * stride] = 0
        multiplicities[base + slot * stride] = 0
      }
    }
  }

  /// `fill` for one index a step with replacement: the case that most ensembles run, straight from the random words.
  private mutating func fillSingles(
    _ indices: UnsafeMutablePointer<Int32>, sizes: UnsafeMutablePointer<Double>, stride: Int, from first: Int,
    count: Int
  ) {
    var done = 0
    while done < count {
      let place = UInt64(first + done)
      if place &- windowStart >= UInt64(Self.windowSize) { fillWindow(around: place) }
      let offset = Int(place &- windowStart)
      let run = min(count - done, Self.windowSize - offset)
      let bound = UInt32(sampleCount)
      words.withUnsafeBufferPointer { words in
        for t in 0..<run {
          let index = key.bounded(words[offset + t], at: place &+ UInt64(t), bound: bound)
          indices[(done + t) * stride] = Int32(truncatingIfNeeded: index)
          sizes[(done + t) * stride] = 1
        }
      }
      done += run
    }
  }

  /// An integer in `0..<bound` from the word at `place` of the stream.
  @inline(__always)
  private mutating func bounded(at place: UInt64, _ bound: Int) -> Int32 {
    if place &- windowStart >= UInt64(Self.windowSize) { fillWindow(around: place) }
    let word = words[Int(place &- windowStart)]
    return Int32(truncatingIfNeeded: key.bounded(word, at: place, bound: UInt32(bound)))
  }

  private mutating func fillWindow(around place: UInt64) {
    windowStart = place & ~3
    words.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      Philox4x32.fill(
        base, blockCount: Self.windowSize / 4, position: windowStart >> 2, upper: key.upperCounter(),
        key: key.philoxKey)
    }
  }

  private mutating func shuffle(epoch: Int) {
    guard epoch != permutationEpoch else { return }
    permutationEpoch = epoch
    permutation = (0..<Int32(sampleCount)).map { $0 }
    let first = UInt64(epoch) &* UInt64(sampleCount)
    for last in stride(from: sampleCount - 1, to: 0, by: -1) {
      permutation.swapAt(last, Int(bounded(at: first &+ UInt64(last), last + 1)))
    }
  }
}
