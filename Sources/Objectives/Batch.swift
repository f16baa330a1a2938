/// A mini-batch: a multiset of sample indices, held as distinct indices with multiplicities.
///
/// Sampling with replacement can draw an index twice; the batch mean then counts it twice. Indices stand in the order
/// of their first appearance, which fixes the order of summation and so every last bit of a result.
public struct Batch: Sendable, Equatable {
  /// The distinct sample indices.
  @inlinable public var indices: [Int] { storedIndices }
  /// How often each of `indices` occurs, at least once.
  @inlinable public var multiplicities: [Int] { storedMultiplicities }
  /// The batch size b = Σ multiplicities, by which a mean divides.
  @inlinable public var size: Int { storedSize }
  /// What is added to the labels of `indices` in this batch, place by place; empty if nothing is. Only for objectives that
  /// accept it.
  @inlinable public var labelShifts: [Double] { storedShifts }

  @usableFromInline var storedIndices: [Int] = []
  @usableFromInline var storedMultiplicities: [Int] = []
  @usableFromInline var storedSize = 0
  @usableFromInline var storedShifts: [Double] = []

  /// An empty batch.
  public init() {}

  /// The batch of `samples`, where an index may occur more than once. O(b²): for batches written by hand and for tests.
  public init(samples: [Int]) {
    for sample in samples {
      if let place = indices.firstIndex(of: sample) { addAgain(at: place) } else { append(sample) }
    }
  }

  /// All of `0..<sampleCount`, each once.
  public static func full(_ sampleCount: Int) -> Batch {
    var batch = Batch()
    for index in 0..<sampleCount { batch.append(index) }
    return batch
  }

  /// Empties the batch and keeps its memory.
  @inlinable
  public mutating func removeAll() {
    storedIndices.removeAll(keepingCapacity: true)
    storedMultiplicities.removeAll(keepingCapacity: true)
    storedShifts.removeAll(keepingCapacity: true)
    storedSize = 0
  }

  /// Becomes the batch of one index: quicker than emptying and adding.
  @inlinable
  public mutating func replaceAll(with index: Int) {
    if storedIndices.count == 1, storedShifts.isEmpty {
      storedIndices[0] = index
      if storedSize != 1 { storedMultiplicities[0] = 1 }
      storedSize = 1
    } else {
      removeAll()
      append(index)
    }
  }

  /// Adds an index that is not in the batch yet.
  @inlinable
  public mutating func append(_ index: Int) {
    storedIndices.append(index)
    storedMultiplicities.append(1)
    storedSize += 1
  }

  /// Counts the index at `place` once more.
  @inlinable
  public mutating func addAgain(at place: Int) {
    storedMultiplicities[place] += 1
    storedSize += 1
  }

  /// What is added to the label of the index at `place`.
  @inlinable
  public func labelShift(at place: Int) -> Double { storedShifts.isEmpty ? 0 : storedShifts[place] }

  /// Adds `shift` to the label of the index at `place`, for this batch.
  @inlinable
  public mutating func setLabelShift(_ shift: Double, at place: Int) {
    while storedShifts.count < storedIndices.count { storedShifts.append(0) }
    storedShifts[place] = shift
  }

  /// The sample at `place` by itself, with its label's shift.
  func sample(at place: Int) -> Batch {
    var result = Batch()
    result.append(indices[place])
    if !labelShifts.isEmpty { result.setLabelShift(labelShift(at: place), at: 0) }
    return result
  }

  /// The batch cut into parts of `count` distinct indices, in order; the last may have fewer. The mean over the batch is that
  /// over its parts, each weighted by its ``size``.
  ///
  /// - Precondition: `count ≥ 1`.
  public func parts(of count: Int) -> [Batch] {
    stride(from: 0, to: indices.count, by: count).map { start in
      var part = Batch()
      for place in start..<Swift.min(start + count, indices.count) {
        part.storedIndices.append(indices[place])
        part.storedMultiplicities.append(multiplicities[place])
        part.storedSize += multiplicities[place]
        if !labelShifts.isEmpty { part.storedShifts.append(labelShift(at: place)) }
      }
      return part
    }
  }
}
