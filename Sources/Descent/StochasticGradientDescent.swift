import Numerics
import Objectives

/// The plain loop: stochastic gradient descent on any finite sum, one replica at a time. The reference for every
/// special engine.
///
/// w ← w − h Σ_{i∈B} kᵢ ∇fᵢ(w) with h and B as `DescentOptions` says. A step costs one batch gradient and allocates
/// nothing that the objective does not.
public struct StochasticGradientDescent<Objective: FiniteSumObjective>: DescentEngine {
  /// What is minimised.
  public let objective: Objective
  /// How.
  public let options: DescentOptions

  @usableFromInline var stream: IndexStream
  @usableFromInline var parameters: [Objective.Scalar]
  @usableFromInline var gradient: [Objective.Scalar]
  @usableFromInline var batch = Batch()
  @usableFromInline var workspace: Objective.Workspace
  @usableFromInline var step = 0

  /// The parameters of a replica after `step` updates.
  public struct State: Sendable {
    /// The number of updates made.
    public var step: Int
    /// The parameters.
    public var parameters: [Objective.Scalar]
  }

  /// Sets up the loop.
  ///
  /// - Throws: `InputError` if the options do not fit the objective.
  public init(_ objective: Objective, options: DescentOptions) throws(InputError) {
    self.objective = objective
    self.options = options
    stream = try options.indexStream(sampleCount: objective.sampleCount, trial: 0)
    parameters = [Objective.Scalar](repeating: 0, count: objective.parameterCount)
    gradient = parameters
    workspace = objective.makeWorkspace()
  }

  /// One.
  public var laneCount: Int { 1 }

  /// The number of replayed batches, if the order is a replay.
  public var longestRun: Int? { stream.length }

  /// A start has as many entries as the objective has parameters.
  public func problem(with start: [Objective.Scalar]) -> InputError? {
    guard start.count != parameters.count else { return nil }
    return InputError("start", expected: "\(parameters.count) parameters", found: "\(start.count)")
  }

  /// Begins at parameters `start` with the index stream of `trial`.
  public mutating func load(_ start: [Objective.Scalar], trial: Int, lane: Int) {
    precondition(start.count == parameters.count, "a start has as many entries as the objective has parameters")
    parameters = start
    step = 0
    stream.restart(trial: trial)
  }

  /// Does nothing.
  public mutating func clear(lane: Int) {}

  /// Makes `steps` updates.
  @inlinable
  public mutating func advance(by steps: Int) {
    for _ in 0..<steps {
      stream.draw(step, into: &batch)
      // The objective gives the batch mean, so this is η for a mean and η·b for a sum.
      let rate = options.rate(at: step, batchSize: batch.size) * Double(batch.size)
      Self.update(&parameters, rate: Objective.Scalar(rate), objective, batch, &gradient, &workspace)
      step += 1
    }
  }

  /// w ← w − rate · (batch mean of the gradient).
  @inlinable
  static func update(
    _ parameters: inout [Objective.Scalar], rate: Objective.Scalar, _ objective: Objective, _ batch: Batch,
    _ gradient: inout [Objective.Scalar], _ workspace: inout Objective.Workspace
  ) {
    var target = gradient.mutableSpan
    objective.gradient(at: parameters.span, over: batch, into: &target, using: &workspace)
    for j in parameters.indices { parameters[j] -= rate * target[j] }
  }

  /// The parameters, all 0.
  public func makeState() -> State {
    State(step: 0, parameters: [Objective.Scalar](repeating: 0, count: objective.parameterCount))
  }

  /// Copies the parameters.
  public func read(lane: Int, into state: inout State) {
    state.step = step
    for j in parameters.indices { state.parameters[j] = parameters[j] }
  }

  /// d, the number of parameters.
  public var snapshotSize: Int { parameters.count }

  /// The parameters. A `Scalar` up to the width of `Double` is kept exactly.
  public func snapshot(lane: Int) -> LaneSnapshot { LaneSnapshot(step: step, values: parameters.map { Double($0) }) }

  /// Goes on from the parameters of `snapshot` with the index stream of `trial`.
  public mutating func restore(_ snapshot: LaneSnapshot, trial: Int, lane: Int) {
    precondition(snapshot.values.count == snapshotSize, "a snapshot has as many values as there are parameters")
    parameters = snapshot.values.map { Objective.Scalar($0) }
    step = snapshot.step
    stream.restart(trial: trial)
  }
}
