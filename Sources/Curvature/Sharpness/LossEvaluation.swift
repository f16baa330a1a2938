import Numerics
import Objectives

/// The loss and its gradient over one batch at many points, in memory that is used again, and counted.
struct LossEvaluation<Objective: FiniteSumObjective> where Objective.Scalar: BLASScalar {
  let objective: Objective
  let batch: Batch
  private var workspace: Objective.Workspace
  private(set) var losses = 0
  private(set) var gradients = 0

  init(_ objective: Objective, over batch: Batch?) {
    self.objective = objective
    self.batch = batch ?? .full(objective.sampleCount)
    workspace = objective.makeWorkspace()
  }

  mutating func loss(at point: [Objective.Scalar]) -> Double {
    losses += 1
    return point.withUnsafeBufferPointer { objective.loss(at: $0.span, over: batch, using: &workspace) }
  }

  mutating func gradient(at point: [Objective.Scalar]) -> [Objective.Scalar] {
    gradients += 1
    var result = [Objective.Scalar](repeating: 0, count: point.count)
    point.withUnsafeBufferPointer { point in
      result.withUnsafeMutableBufferPointer { buffer in
        var span = buffer.mutableSpan
        objective.gradient(at: point.span, over: batch, into: &span, using: &workspace)
      }
    }
    return result
  }

  /// Throws unless the loss at `point` is finite; returns it.
  mutating func finiteLoss(at point: [Objective.Scalar]) throws(InputError) -> Double {
    try requirePoint(objective, point)
    let value = loss(at: point)
    guard value.isFinite else {
      throw InputError(
        "loss", expected: "a finite one at the given parameters", found: "\(value)",
        advice: "Has the run that produced them diverged?")
    }
    return value
  }
}
