import Numerics
import Objectives

/// Stochastic gradient descent on a small fully connected network, eight replicas side by side in vector registers.
///
/// Every number of a replica, from parameters to adjoints, stands in its lane of a vector, with those of seven others
/// beside it; each lane has batches of its own. So layers of any width fill the registers, and nothing is called in a
/// step. Sums are fused and in an order of their own: a run equals that of `StochasticGradientDescent` up to rounding.
///
/// It pays for networks that fit the caches eight at a time (`largestParameterCount`); wider ones are better off with
/// BLAS.
///
/// Source: held equal to `StochasticGradientDescent` on `NetworkObjective` by test.
public struct NetworkEnsembleEngine: DescentEngine, ~Copyable {
  /// The parameters of a replica, as the plain loop shows them.
  public typealias State = StochasticGradientDescent<NetworkObjective<Double>>.State

  /// The number of parameters up to which it pays.
  public static let largestParameterCount = 8192
  /// The batch size up to which it pays.
  public static let largestBatchSize = 1024

  /// What is minimised.
  public let objective: NetworkObjective<Double>
  /// How.
  public let options: DescentOptions

  let stages: [LaneStage]
  /// Parameter j of lane l is number l of vector j; so are the velocities, if there are any, and the gradient.
  let parameters: UnsafeMutablePointer<Lanes>
  let velocities: UnsafeMutablePointer<Lanes>
  let gradient: UnsafeMutablePointer<Lanes>
  /// The inputs of `tile` samples, row by row, and the outputs of the layers and their adjoints.
  let inputs: UnsafeMutablePointer<Lanes>
  let values: UnsafeMutablePointer<Lanes>
  let adjoints: UnsafeMutablePointer<Lanes>
  /// The targets of `tile` samples.
  let targets: UnsafeMutablePointer<Lanes>
  /// Samples that go through the network at once.
  let tile: Int

  var streams: [IndexStream]
  let noise: LabelNoiseStream?
  var steps = [Int](repeating: 0, count: 8)
  var trials = [Int](repeating: 0, count: 8)
  var isLoaded = [Bool](repeating: false, count: 8)

  /// The batches of `block` upcoming steps: indices, weights k/b and shifts of labels at step · slots + slot, rates at step.
  let indices: UnsafeMutablePointer<SIMD8<Int32>>
  let weights: UnsafeMutablePointer<Lanes>
  let shifts: UnsafeMutablePointer<Lanes>
  let rates: UnsafeMutablePointer<Lanes>
  let slots: Int
  let hasMultiplicities: Bool
  let block: Int

  /// Whether this engine does better than the plain loop. All options and losses will do.
  ///
  /// The plain loop puts the samples of a batch side by side. From about a thousand samples on that is as fast, and no lane is
  /// empty where there are fewer than eight replicas.
  public static func pays(for objective: NetworkObjective<Double>, options: DescentOptions) -> Bool {
    objective.parameterCount <= largestParameterCount
      && min(options.batchSize ?? objective.sampleCount, objective.sampleCount) <= largestBatchSize
  }

  /// Sets up an engine.
  ///
  /// - Throws: `InputError` if the options do not fit the objective.
  public init(_ objective: NetworkObjective<Double>, options: DescentOptions) throws(InputError) {
    // The plain loop knows what fits.
    _ = try StochasticGradientDescent(objective, options: options)
    let stream = try options.indexStream(sampleCount: objective.sampleCount, trial: 0)
    self.objective = objective
    self.options = options
    streams = [IndexStream](repeating: stream, count: 8)
    noise = options.labelNoise.map {
      LabelNoiseStream($0, budget: options.budget, key: options.seeds.key(.labelNoise))
    }
    slots = stream.slotCount
    hasMultiplicities = stream.hasDuplicates || stream.isRagged
    let plan = LanePlan(objective.network)
    stages = plan.stages
    let (p, m, d) = (objective.network.inputCount, objective.outputCount, objective.parameterCount)
    block = slots == 1 ? max(4, min(64, 256 / (p + m))) : max(1, 256 / slots)
    tile = slots == 1 ? 1 : plan.tile
    let rows = slots == 1 ? block : tile
    // Vectors that straddle two cache lines would take twice as long to read.
    func zeros(_ count: Int) -> UnsafeMutablePointer<Lanes> {
      UnsafeMutableRawPointer.allocate(byteCount: max(1, count) * MemoryLayout<Lanes>.stride, alignment: 64)
        .initializeMemory(as: Lanes.self, repeating: .zero, count: max(1, count))
    }
    parameters = zeros(d)
    velocities = zeros(options.rule.momentum != 0 ? d : 0)
    gradient = zeros(slots == 1 ? 0 : d)
    inputs = zeros(rows * p)
    targets = zeros(rows * m)
    values = zeros(tile * plan.valueCount)
    adjoints = zeros(tile * plan.adjointCount)
    indices = .allocate(capacity: block * slots)
    indices.initialize(repeating: .zero, count: block * slots)
    weights = zeros(block * slots)
    weights.update(repeating: Lanes(repeating: 1 / Double(slots)), count: block * slots)
    shifts = zeros(noise == nil ? 0 : block * slots)
    rates = zeros(block)
  }

  deinit {
    for memory in [parameters, velocities, gradient, inputs, values, adjoints, targets, weights, shifts, rates] {
      memory.deallocate()
    }
    indices.deallocate()
  }

  /// Eight.
  public var laneCount: Int { 8 }

  /// The number of replayed batches, if the order is a replay.
  public var longestRun: Int? { streams[0].length }

  /// A start has as many entries as the objective has parameters.
  public func problem(with start: [Double]) -> InputError? {
    guard start.count != objective.parameterCount else { return nil }
    return InputError("start", expected: "\(objective.parameterCount) parameters", found: "\(start.count)")
  }

  /// Begins at parameters `start` with the index stream of `trial`.
  public mutating func load(_ start: [Double], trial: Int, lane: Int) {
    precondition(start.count == objective.parameterCount, "a start has as many entries as there are parameters")
    put(start, velocity: nil, step: 0, trial: trial, lane: lane)
  }

  /// Leaves parameters that are 0 and stay so.
  public mutating func clear(lane: Int) {
    put([], velocity: nil, step: 0, trial: 0, lane: lane)
    isLoaded[lane] = false
    for place in 0..<(block * slots) { indices[place][lane] = 0 }
    for t in 0..<block { rates[t][lane] = 0 }
  }

  /// Puts a replica into a lane; entries that are not given are 0.
  private mutating func put(_ start: [Double], velocity: ArraySlice<Double>?, step: Int, trial: Int, lane: Int) {
    steps[lane] = step
    trials[lane] = trial
    isLoaded[lane] = true
    streams[lane].restart(trial: trial)
    for j in 0..<objective.parameterCount { parameters[j][lane] = j < start.count ? start[j] : 0 }
    guard hasVelocity else { return }
    for j in 0..<objective.parameterCount { velocities[j][lane] = velocity.map { $0[$0.startIndex + j] } ?? 0 }
  }

  private var hasVelocity: Bool { options.rule.momentum != 0 }

  /// The parameters, all 0.
  public func makeState() -> State {
    State(step: 0, parameters: [Double](repeating: 0, count: objective.parameterCount), hasLeft: false)
  }

  /// Copies the parameters.
  public func read(lane: Int, into state: inout State) {
    state.step = steps[lane]
    state.hasLeft = false
    state.trial = trials[lane]
    for j in 0..<objective.parameterCount { state.parameters[j] = parameters[j][lane] }
  }

  /// d, the number of parameters; 2d with momentum.
  public var snapshotSize: Int { objective.parameterCount * (hasVelocity ? 2 : 1) }

  /// The parameters, and the velocity if there is momentum.
  public func snapshot(lane: Int) -> LaneSnapshot {
    var values: [Double] = []
    values.reserveCapacity(snapshotSize)
    for j in 0..<objective.parameterCount { values.append(parameters[j][lane]) }
    if hasVelocity { for j in 0..<objective.parameterCount { values.append(velocities[j][lane]) } }
    return LaneSnapshot(step: steps[lane], values: values)
  }

  /// Goes on from the parameters of `snapshot` with the index stream of `trial`.
  public mutating func restore(_ snapshot: LaneSnapshot, trial: Int, lane: Int) {
    precondition(snapshot.values.count == snapshotSize, "a snapshot has the parameters, and with momentum the velocity")
    let d = objective.parameterCount
    put(
      Array(snapshot.values[..<d]), velocity: hasVelocity ? snapshot.values[d...] : nil, step: snapshot.step,
      trial: trial, lane: lane)
  }

  /// Makes `steps` updates in every lane.
  public mutating func advance(by steps: Int) {
    var remaining = steps
    while remaining > 0 {
      let length = min(remaining, block)
      for lane in 0..<8 where isLoaded[lane] { drawBatches(lane, count: length) }
      run(length)
      for lane in 0..<8 where isLoaded[lane] { self.steps[lane] += length }
      remaining -= length
    }
  }
}
