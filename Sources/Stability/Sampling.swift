import Numerics

/// How the batches of SGD are drawn.
public enum Sampling: String, Sendable, CaseIterable {
  /// Independent indices, with replacement (or from an infinite population).
  case iid
  /// A fresh uniform subset each step, without replacement inside the batch.
  case subset
  /// Epochs: a fresh permutation cut into batches, the last one shorter where b does not divide n.
  case reshuffle
  /// All samples each step.
  case full

  /// p(b), the factor by which a batch mean's covariance is smaller than the population's (divisor n): 1/b, (n −
  /// b)/(b(n − 1)), or 0. Nil for reshuffling, whose batches are not independent.
  public func noiseFactor(batchSize b: Int, sampleCount n: Int) -> Double? {
    switch self {
    case .iid: 1 / Double(b)
    case .subset: n > 1 ? Double(n - b) / (Double(b) * Double(n - 1)) : 0
    case .full: 0
    case .reshuffle: b == n ? 0 : nil
    }
  }
}

/// The algorithm whose stability is asked for, except its step size.
public struct Dynamics: Sendable, Equatable {
  /// b, the batch size.
  public let batchSize: Int
  /// How batches are drawn.
  public let sampling: Sampling
  /// β of the heavy ball x ← x − η∇f_B(x) + β(x − x₋₁); 0 is plain SGD.
  public let momentum: Double

  /// The largest batch size of independent sampling, which could ask for any, unless there are more samples: a million.
  public static let largestBatchSize = 1_000_000

  /// Plain SGD, or SGD with heavy-ball momentum, on a given number of samples.
  ///
  /// - Throws: ``InputError`` for a batch size below 1, above n where an index is drawn once at most, or above
  ///   ``largestBatchSize`` and n; for β outside of [0, 1).
  public init(
    batchSize: Int, sampling: Sampling, momentum: Double = 0, sampleCount: Int
  ) throws(InputError) {
    guard batchSize >= 1 else {
      throw InputError("batch size", expected: "an integer from 1", found: "\(batchSize)")
    }
    guard batchSize <= sampleCount || sampling == .iid || sampling == .full else {
      throw InputError(
        "batch size", expected: "at most the number of samples, \(sampleCount)", found: "\(batchSize)",
        advice: "Only independent sampling (iid) can draw a sample twice.")
    }
    let largest = max(sampleCount, Self.largestBatchSize)
    guard batchSize <= largest else {
      throw InputError("batch size", expected: "at most \(largest)", found: "\(batchSize)")
    }
    guard momentum >= 0, momentum < 1 else {
      throw InputError("momentum", expected: "a number from 0, below 1", found: "\(momentum)")
    }
    self.batchSize = sampling == .full ? sampleCount : batchSize
    self.sampling = sampling
    self.momentum = momentum
  }
}

/// A batch with its probability.
public struct WeightedBatch: Sendable, Equatable {
  /// The distinct samples and their shares kᵢ/b of the batch mean.
  public let terms: [Term]
  /// The probability of drawing it.
  public let probability: Double
  /// How many samples it has, one that is drawn k times counted k times.
  public let size: Int

  /// A sample and its share of a batch mean.
  public struct Term: Sendable, Equatable {
    /// The sample.
    public let index: Int
    /// Its share of the mean.
    public let weight: Double
  }

  /// The same batch with its probability times a factor.
  func scaled(by factor: Double) -> WeightedBatch {
    WeightedBatch(terms: terms, probability: factor * probability, size: size)
  }

  /// The batch as a list of indices, one that is drawn k times k times.
  var samples: [Int] {
    terms.flatMap { [Int](repeating: $0.index, count: Int(($0.weight * Double(size)).rounded())) }
  }

  var pairs: [(index: Int, weight: Double)] { terms.map { ($0.index, $0.weight) } }
}

extension Dynamics {
  /// How many different batches there are: C(n, b) subsets, C(n + b − 1, b) multisets, or 1. For reshuffling the short last
  /// batches count too, C(n, n mod b) more.
  public func batchCount(sampleCount n: Int) -> Double {
    switch sampling {
    case .full: 1
    case .subset: Self.binomial(n, batchSize)
    case .reshuffle: Self.binomial(n, batchSize) + (n % batchSize == 0 ? 0 : Self.binomial(n, n % batchSize))
    case .iid: Self.binomial(n + batchSize - 1, batchSize)
    }
  }

  static func binomial(_ n: Int, _ k: Int) -> Double {
    var result = 1.0
    for index in 0..<min(k, n - k) { result = (result * Double(n - index) / Double(index + 1)).rounded() }
    return result
  }

  /// Every batch with its probability; nil when there are more than `limit`. For reshuffling those of a step that is picked at
  /// random from an epoch: uniform subsets, of b samples and, where b does not divide n, of n mod b at the epoch's end.
  public func allBatches(sampleCount n: Int, limit: Double = 100_000) -> [WeightedBatch]? {
    guard batchCount(sampleCount: n) <= limit else { return nil }
    if sampling == .reshuffle, n % batchSize != 0 {
      let steps = Double(epochLength(sampleCount: n))
      let (whole, short) = (Self.subsets(of: n, size: batchSize), Self.subsets(of: n, size: n % batchSize))
      return whole.map { $0.scaled(by: (steps - 1) / steps) } + short.map { $0.scaled(by: 1 / steps) }
    }
    if sampling == .subset || sampling == .reshuffle, batchSize < n { return Self.subsets(of: n, size: batchSize) }
    if sampling == .full || (batchSize == n && sampling != .iid) {
      let share = 1 / Double(n)
      return [WeightedBatch(terms: (0..<n).map { .init(index: $0, weight: share) }, probability: 1, size: n)]
    }
    return Self.batches(of: n, size: batchSize, repeats: true)
  }

  /// All subsets of `size` samples, equally probable.
  private static func subsets(of n: Int, size: Int) -> [WeightedBatch] { batches(of: n, size: size, repeats: false) }

  private static func batches(of n: Int, size b: Int, repeats: Bool) -> [WeightedBatch] {
    let uniform = repeats ? 0 : 1 / binomial(n, b)
    var result: [WeightedBatch] = []
    var counts: [(index: Int, count: Int)] = []
    // The multinomial probability b!/(Π kᵢ!) n⁻ᵇ grows factor by factor as samples join.
    func extend(from first: Int, remaining: Int, probability: Double) {
      if remaining == 0 {
        let terms = counts.map { WeightedBatch.Term(index: $0.index, weight: Double($0.count) / Double(b)) }
        result.append(WeightedBatch(terms: terms, probability: repeats ? probability : uniform, size: b))
        return
      }
      guard first < n else { return }
      for index in first..<n {
        var share = probability
        for count in 1...(repeats ? remaining : 1) {
          share *= Double(remaining - count + 1) / (Double(count) * Double(n))
          counts.append((index, count))
          extend(from: index + 1, remaining: remaining - count, probability: share)
          counts.removeLast()
        }
      }
    }
    extend(from: 0, remaining: b, probability: 1)
    return result
  }
}

/// Draws the batches of one chain or measurement, step after step, from its own stream.
struct BatchSampler {
  private let dynamics: Dynamics
  private var order: [Int]
  private var stream: RandomStream
  private var position: Int
  /// The samples of the current batch; an index drawn twice stands twice.
  private(set) var current: [Int] = []

  init(_ dynamics: Dynamics, sampleCount: Int, stream: RandomStream) {
    self.dynamics = dynamics
    self.stream = stream
    order = Array(0..<sampleCount)
    position = sampleCount
    current.reserveCapacity(dynamics.batchSize)
  }

  /// Draws the next batch into `current`.
  mutating func advance() {
    let (n, b) = (order.count, dynamics.batchSize)
    current.removeAll(keepingCapacity: true)
    switch dynamics.sampling {
    case .full: current.append(contentsOf: order)
    case .iid: for _ in 0..<b { current.append(stream.integer(below: n)) }
    case .subset:
      // The first b places of Fisher and Yates; whatever order stands there before, the subset is uniform.
      for place in 0..<b {
        order.swapAt(place, place + stream.integer(below: n - place))
        current.append(order[place])
      }
    case .reshuffle:
      if position >= n {
        for place in 0..<n { order.swapAt(place, place + stream.integer(below: n - place)) }
        position = 0
      }
      let end = min(position + b, n)
      current.append(contentsOf: order[position..<end])
      position = end
    }
  }
}
