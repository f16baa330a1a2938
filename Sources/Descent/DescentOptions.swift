import Numerics
import Objectives

/// How stochastic gradient descent is run on a finite sum: w ← w − h Σ_{i∈B_t} kᵢ ∇fᵢ(w), h = η(t)/b for the mean, η(t)
/// for the sum; with momentum, decay, clipping and label noise if wanted. A sum is a mean with rate bη in everything: what
/// is clipped is the norm of the mean.
public struct DescentOptions: Sendable, Hashable {
  /// How batches are drawn.
  public var order: SamplingOrder
  /// b; nil for `full` (n) and `replay` (as written).
  public var batchSize: Int?
  /// η(t).
  public var schedule: StepSchedule
  /// Whether the batch gradient is a mean or a sum.
  public var reduction: Reduction
  /// Momentum, weight decay and clipping.
  public var rule: UpdateRule
  /// Fresh noise on the labels; nil for none.
  public var labelNoise: LabelNoise?
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
    rule: UpdateRule = .plain, labelNoise: LabelNoise? = nil, budget: Int, seeds: Seeds
  ) {
    self.order = order
    self.batchSize = batchSize
    self.schedule = schedule
    self.reduction = reduction
    self.rule = rule
    self.labelNoise = labelNoise
    self.budget = budget
    self.seeds = seeds
  }

  /// The index stream of one trial; its order seed and trial number decide every batch.
  ///
  /// - Throws: `InputError` if b does not fit n, the schedule, the rule or the noise makes no sense, the budget is negative, or a
  /// replay is shorter than the budget.
  public func indexStream(sampleCount: Int, trial: Int) throws(InputError) -> IndexStream {
    try schedule.validate()
    try rule.validate()
    try labelNoise?.validate()
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

  /// Throws unless these are the options of plain SGD, which some special engines know nothing beyond.
  func requirePlain() throws(InputError) {
    guard rule == .plain, labelNoise == nil else {
      throw InputError(
        "momentum, weight decay, clipping and label noise",
        expected: "none of them: this problem's engine is plain SGD", found: "one", advice: "Leave them out.")
    }
  }

  /// h for a batch of `size` samples at `step`.
  @inlinable
  public func rate(at step: Int, batchSize size: Int) -> Double {
    let η = schedule.value(at: step, of: budget)
    return reduction == .mean ? η / Double(size) : η
  }
}

extension UpdateRule {
  /// Refuses a momentum outside [0, 1), Nesterov's form without momentum, a negative decay, and a norm that is not positive.
  public func validate() throws(InputError) {
    guard momentum >= 0, momentum < 1 else {
      throw InputError("momentum", expected: "a number from 0 to below 1", found: "\(momentum)")
    }
    guard !isNesterov || momentum > 0 else {
      throw InputError("momentum", expected: "a positive number with Nesterov's form", found: "\(momentum)")
    }
    guard weightDecay >= 0, weightDecay.isFinite else {
      throw InputError("weightDecay", expected: "a finite number from 0", found: "\(weightDecay)")
    }
    guard !isDecayDecoupled || weightDecay > 0 else {
      throw InputError("weightDecay", expected: "a positive number if the decay is decoupled", found: "\(weightDecay)")
    }
    if let largestGradientNorm, !(largestGradientNorm > 0) || !largestGradientNorm.isFinite {
      throw InputError("clip", expected: "a positive, finite norm", found: "\(largestGradientNorm)")
    }
  }
}
