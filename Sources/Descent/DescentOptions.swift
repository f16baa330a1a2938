import Numerics
import Objectives

/// How stochastic gradient descent is run on a finite sum: w ← w − h Σ_{i∈B_t} kᵢ ∇fᵢ(w), h = η(t)/b for the mean, η(t)
/// for the sum. With momentum β the last change counts again (the heavy ball of Polyak, doi:10.1016/0041-5553(64)90137-5):
/// v ← βv − h Σ kᵢ ∇fᵢ(w), w ← w + v, from v = 0.
public struct DescentOptions: Sendable, Hashable {
  /// How batches are drawn.
  public var order: SamplingOrder
  /// b; nil for `full` (n) and `replay` (as written).
  public var batchSize: Int?
  /// η(t).
  public var schedule: StepSchedule
  /// Whether the batch gradient is a mean or a sum.
  public var reduction: Reduction
  /// β, the heavy ball's momentum, from 0 to below 1.
  public var momentum: Double
  /// T, the largest number of steps; fractions of the schedule refer to it.
  public var budget: Int
  /// The four seeds of the run.
  public var seeds: Seeds

  /// Whether the batch gradient is a mean (1/b) Σ or a sum Σ. A sum with step η equals a mean with step bη.
  public enum Reduction: String, Sendable, Codable, CaseIterable {
    /// (1/b) Σ.
    case mean
    /// Σ.
    case sum
  }

  /// Describes a run.
  public init(
    order: SamplingOrder, batchSize: Int? = nil, schedule: StepSchedule, reduction: Reduction = .mean,
    momentum: Double = 0, budget: Int, seeds: Seeds
  ) {
    self.order = order
    self.batchSize = batchSize
    self.schedule = schedule
    self.reduction = reduction
    self.momentum = momentum
    self.budget = budget
    self.seeds = seeds
  }

  /// The index stream of one trial; its order seed and trial number decide every batch.
  ///
  /// - Throws: `InputError` if b does not fit n, the schedule or the momentum makes no sense, the budget is negative, or a
  /// replay is shorter than the budget.
  public func indexStream(sampleCount: Int, trial: Int) throws(InputError) -> IndexStream {
    try schedule.validate()
    guard momentum >= 0, momentum < 1 else {
      throw InputError("momentum", expected: "a number from 0 to below 1", found: "\(momentum)")
    }
    guard budget >= 0 else {
      throw InputError("steps", expected: "a number of steps from 0", found: "\(budget)")
    }
    let stream = try IndexStream(
      order: order, sampleCount: sampleCount, batchSize: batchSize, key: seeds.key(.order, trial: trial))
    if let length = stream.length, budget > length {
      throw InputError(
        "steps", expected: "at most \(length), the number of replayed batches", found: "\(budget)",
        advice: "Lower the number of steps, or write more batches.")
    }
    return stream
  }

  /// Throws unless there is no momentum, which special engines do not have.
  func requirePlain() throws(InputError) {
    guard momentum == 0 else {
      throw InputError(
        "momentum", expected: "0: this problem's engine is plain SGD", found: "\(momentum)",
        advice: "Leave the momentum out.")
    }
  }

  /// h for a batch of `size` samples at `step`.
  @inlinable
  public func rate(at step: Int, batchSize size: Int) -> Double {
    let η = schedule.value(at: step, of: budget)
    return reduction == .mean ? η / Double(size) : η
  }
}
