import Numerics
import Objectives

/// Stochastic gradient descent on the single-neuron autoencoder with any data, through the Gram matrix Γ = (⟨aᵢ, aⱼ⟩):
/// O(bm) per step, the dimension n does not enter.
///
/// With h, Φ_B, A and G as in `AutoencoderEngine`, all right-hand sides before the step,
///
///     c′ = A c + G Σ_{i∈B} kᵢ φᵢ Γ[:, i],      s′ = A² s + 2AGΦ_B + G² Σ_{i,j∈B} kᵢ kⱼ φᵢ φⱼ Γᵢⱼ,      w_⊥′ = A w_⊥,
///
/// w_⊥ being the part of w outside the span of the data. s is carried by its own recursion, which contracts towards the
/// manifold of minima.
///
/// Source: derived here; held equal to `StochasticGradientDescent` on `AutoencoderObjective` by test.
public struct CorrelatedAutoencoderEngine: DescentEngine {
  /// Γ, m × m, row-major.
  public let gram: [Double]
  /// φ.
  public let activation: AutoencoderObjective.Activation
  /// How the run is made.
  public let options: DescentOptions

  private var stream: IndexStream
  private var batch = Batch()
  private var coefficients: [Double]
  private var weights: [Double]
  private var perpendicular = 0.0
  private var squaredNorm = 0.0
  private var step = 0

  /// Sets up the engine for `data`.
  ///
  /// - Throws: `InputError` if the options do not fit.
  public init(
    data: AutoencoderData, activation: AutoencoderObjective.Activation, options: DescentOptions
  ) throws(InputError) {
    try options.requirePlain()
    stream = try options.indexStream(sampleCount: data.count, trial: 0)
    gram = data.gram
    self.activation = activation
    self.options = options
    coefficients = [Double](repeating: 0, count: data.count)
    weights = coefficients
  }

  /// One.
  public var laneCount: Int { 1 }

  /// The number of replayed batches, if the order is a replay.
  public var longestRun: Int? { stream.length }

  /// A start has one coefficient for each data vector.
  public func problem(with start: AutoencoderState) -> InputError? { start.problem(count: coefficients.count) }

  /// Begins at `start` with the index stream of `trial`.
  public mutating func load(_ start: AutoencoderState, trial: Int, lane: Int) {
    precondition(start.coefficients.count == coefficients.count, "a start has one coefficient for each data vector")
    coefficients = start.coefficients
    perpendicular = start.perpendicular
    squaredNorm = start.squaredNorm
    step = 0
    stream.restart(trial: trial)
  }

  /// Does nothing.
  public mutating func clear(lane: Int) {}

  /// Makes `steps` updates.
  public mutating func advance(by steps: Int) {
    let count = coefficients.count
    for _ in 0..<steps {
      stream.draw(step, into: &batch)
      let h = options.rate(at: step, batchSize: batch.size)
      var Φ = 0.0
      for place in batch.indices.indices {
        let c = coefficients[batch.indices[place]]
        let φ = activation == .relu ? max(c, 0) : c
        weights[place] = Double(batch.multiplicities[place]) * φ
        Φ += weights[place] * φ
      }
      var spread = 0.0
      for place in batch.indices.indices {
        let row = batch.indices[place] * count
        for other in batch.indices.indices {
          spread += weights[place] * weights[other] * gram[row + batch.indices[other]]
        }
      }
      let A = 1 - h * Φ
      let G = h * (2 - squaredNorm)
      for j in 0..<count { coefficients[j] *= A }
      for place in batch.indices.indices where weights[place] != 0 {
        let row = batch.indices[place] * count
        let scale = G * weights[place]
        for j in 0..<count { coefficients[j] += scale * gram[row + j] }
      }
      squaredNorm = A * A * squaredNorm + 2 * A * G * Φ + G * G * spread
      perpendicular *= A
      step += 1
    }
  }

  /// A state with as many coefficients as there are data vectors.
  public func makeState() -> AutoencoderState {
    AutoencoderState(coefficients: coefficients, perpendicular: perpendicular, squaredNorm: squaredNorm)
  }

  /// Copies the state.
  public func read(lane: Int, into state: inout AutoencoderState) {
    state.step = step
    for j in coefficients.indices { state.coefficients[j] = coefficients[j] }
    state.perpendicular = perpendicular
    state.squaredNorm = squaredNorm
  }

  /// m + 2.
  public var snapshotSize: Int { coefficients.count + 2 }

  /// c₀, …, cₘ₋₁, w_⊥, s.
  public func snapshot(lane: Int) -> LaneSnapshot {
    LaneSnapshot(step: step, values: coefficients + [perpendicular, squaredNorm])
  }

  /// Goes on from `snapshot` with the index stream of `trial`.
  public mutating func restore(_ snapshot: LaneSnapshot, trial: Int, lane: Int) {
    precondition(snapshot.values.count == snapshotSize, "a snapshot has m + 2 values")
    let count = coefficients.count
    coefficients = Array(snapshot.values[..<count])
    perpendicular = snapshot.values[count]
    squaredNorm = snapshot.values[count + 1]
    step = snapshot.step
    stream.restart(trial: trial)
  }
}
