import Numerics
import Objectives

/// The plain loop: stochastic gradient descent on any finite sum, one replica at a time. The reference for every
/// special engine.
///
/// w ← w − h Σ_{i∈B} kᵢ ∇fᵢ(w) with h and B as `DescentOptions` says, or by its `UpdateRule`; without momentum no velocity
/// is kept. A step costs one batch gradient and allocates nothing that the objective does not.
public struct StochasticGradientDescent<Objective: FiniteSumObjective>: DescentEngine {
  /// What is minimised.
  public let objective: Objective
  /// How.
  public let options: DescentOptions
  /// Where; a replica that leaves it stays where it first was outside. Everywhere if nil.
  public let region: Region?

  private var batches: BatchSource
  private var memory: DescentMemory<Objective.Scalar, Objective.Workspace>
  private var step = 0
  private var hasLeft = false
  private var trial = 0

  /// The parameters of a replica after `step` updates.
  public struct State: Sendable {
    /// The number of updates made.
    public var step: Int
    /// The parameters.
    public var parameters: [Objective.Scalar]
    /// Whether it has left the region; `step` is then when.
    public var hasLeft: Bool
    /// The replica's trial, which knows where it began.
    public var trial = 0
  }

  /// Sets up the loop.
  ///
  /// - Throws: `InputError` if the options or the region do not fit the objective.
  public init(_ objective: Objective, options: DescentOptions, region: Region? = nil) throws(InputError) {
    if let region, region.centre.count != objective.parameterCount || !(region.radius > 0) {
      throw InputError(
        "region", expected: "a positive radius around \(objective.parameterCount) parameters",
        found: "\(region.radius) around \(region.centre.count)")
    }
    self.objective = objective
    self.options = options
    self.region = region
    batches = BatchSource(
      stream: try options.indexStream(sampleCount: objective.sampleCount, trial: 0), options: options)
    guard options.labelNoise == nil || objective.acceptsLabelShifts else {
      throw InputError(
        "labelNoise", expected: "an objective with one real label a sample under a squared loss",
        found: objective.lossFormula, advice: "Leave the label noise out.")
    }
    memory = DescentMemory(
      count: objective.parameterCount, hasMomentum: options.rule.momentum != 0, workspace: objective.makeWorkspace())
  }

  /// One.
  public var laneCount: Int { 1 }

  /// The number of replayed batches, if the order is a replay.
  public var longestRun: Int? { batches.stream.length }

  /// A start has as many entries as the objective has parameters.
  public func problem(with start: [Objective.Scalar]) -> InputError? {
    guard start.count != objective.parameterCount else { return nil }
    return InputError("start", expected: "\(objective.parameterCount) parameters", found: "\(start.count)")
  }

  /// Begins at parameters `start` with the index stream of `trial`.
  public mutating func load(_ start: [Objective.Scalar], trial: Int, lane: Int) {
    precondition(start.count == objective.parameterCount, "a start has as many entries as there are parameters")
    memory.parameters = start
    for j in memory.velocity.indices { memory.velocity[j] = 0 }
    step = 0
    hasLeft = false
    self.trial = trial
    batches.restart(trial: trial)
  }

  /// Does nothing.
  public mutating func clear(lane: Int) {}

  /// Makes `steps` updates, or as many as it takes to leave the region.
  public mutating func advance(by steps: Int) {
    guard !hasLeft else { return }
    let (objective, region, rule, due) = (objective, region, options.rule, step..<step + steps)
    let made = batches.lend(&memory) { memory, next in
      objective.descend(&memory, steps: due, rule: rule, region: region, nextBatch: next)
    }
    step += made
    hasLeft = made < steps || isOutside
  }

  /// Whether the parameters are outside of the region: asked where the last update of an advance may have left it.
  private var isOutside: Bool { region.map { !$0.contains(memory.parameters) } ?? false }

  /// The parameters, all 0.
  public func makeState() -> State {
    State(step: 0, parameters: [Objective.Scalar](repeating: 0, count: objective.parameterCount), hasLeft: false)
  }

  /// Copies the parameters.
  public func read(lane: Int, into state: inout State) {
    state.step = step
    state.hasLeft = hasLeft
    state.trial = trial
    for j in memory.parameters.indices { state.parameters[j] = memory.parameters[j] }
  }

  /// d, the number of parameters; 2d with momentum.
  public var snapshotSize: Int { memory.parameters.count + memory.velocity.count }

  /// The parameters, and the velocity if there is momentum. A `Scalar` up to the width of `Double` is kept exactly.
  public func snapshot(lane: Int) -> LaneSnapshot {
    LaneSnapshot(step: step, values: (memory.parameters + memory.velocity).map { Double($0) })
  }

  /// Goes on from the parameters of `snapshot` with the index stream of `trial`.
  public mutating func restore(_ snapshot: LaneSnapshot, trial: Int, lane: Int) {
    precondition(snapshot.values.count == snapshotSize, "a snapshot has the parameters, and with momentum the velocity")
    let values = snapshot.values.map { Objective.Scalar($0) }
    memory.parameters = Array(values.prefix(objective.parameterCount))
    memory.velocity = Array(values.dropFirst(objective.parameterCount))
    step = snapshot.step
    hasLeft = isOutside
    self.trial = trial
    batches.restart(trial: trial)
  }
}

/// The batches and rates of a run. Knows no objective, so that asking for the next needs none of the costs of generic code.
private struct BatchSource {
  private(set) var stream: IndexStream
  private var noise: LabelNoiseStream?
  private let seeds: Seeds
  private let schedule: StepSchedule
  private let budget: Int
  private let isMean: Bool
  /// η, where it is the same at every step.
  private let constantStep: Double?

  init(stream: IndexStream, options: DescentOptions) {
    self.stream = stream
    seeds = options.seeds
    noise = options.labelNoise.map {
      LabelNoiseStream($0, budget: options.budget, key: options.seeds.key(.labelNoise))
    }
    schedule = options.schedule
    budget = options.budget
    isMean = options.reduction == .mean
    constantStep = schedule.isConstant ? schedule.base : nil
  }

  mutating func restart(trial: Int) {
    stream.restart(trial: trial)
    noise?.key = seeds.key(.labelNoise, trial: trial)
  }

  /// Lends `body` what writes the batch of a step and returns its rate: the objective gives the batch mean, so that the
  /// rate is η for a mean and η·b for a sum.
  mutating func lend<Memory, Result>(
    _ memory: inout Memory, _ body: (inout Memory, (Int, inout Batch) -> Double) -> Result
  ) -> Result {
    let (isMean, constantStep, noise) = (isMean, constantStep, noise)
    return body(&memory) { step, batch in
      stream.draw(step, into: &batch)
      if let noise { noise.shiftLabels(of: &batch, at: step) }
      let η = constantStep ?? schedule.value(at: step, of: budget)
      return isMean ? η : η * Double(batch.size)
    }
  }
}
