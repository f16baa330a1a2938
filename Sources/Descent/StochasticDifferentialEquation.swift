import Numerics
import Objectives

/// The stochastic differential equation that models SGD while its loss is stabilised, by Euler and Maruyama's method:
///
///     dθ = −∇f(θ) dt + √(η δ) φ(θ)ᵀ dB,      φ the Jacobian of the n·m residuals, B as many Brownian motions
///     θ ← θ − γ ∇f(θ) + √γ √(η_t δ_t) φ(θ)ᵀ Z,      γ = η_t/s, s substeps an update
///
/// η_t and δ_t = c·f(θ_t of SGD) are the step and the level of the noise of a companion run of SGD at the same time. With
/// c = 0 this is gradient flow (gradient descent with steps η/s), the control that has no noise.
///
/// c is not free: were the noise that sampling puts on the labels isotropic, matching its covariance would give
/// c = 2(n − 1)/n² (``isotropicFactor(sampleCount:)``); 1/n fits SGD on diagonal networks about as well. The equation is
/// the same for a loss with ½ and without: φ belongs to residuals whose half square is the loss.
///
/// An update of this engine is an interval η_t of time, as one of SGD; so plans, probes and stopping rules serve both.
/// Z at a substep is a function of the order seed, the trial and the substep alone. Cost of an update: s times a full
/// gradient and n·m normal numbers.
///
/// Source: Andriushchenko, Varre, Pillaud-Vivien, Flammarion, ICML 2023, arXiv 2210.05337, section 3 and appendix C.
public struct StochasticDifferentialEquation<Objective: ResidualObjective<Double>>: DescentEngine {
  /// What is descended on.
  public let objective: Objective
  /// The companion's options: η(t), the budget and the seeds count, batches do not.
  public let options: DescentOptions
  /// c.
  public let noiseFactor: Double
  /// s.
  public let substeps: Int

  private var parameters: [Double]
  /// f of the companion at each step; empty if c = 0.
  private var companionLoss: [Double]
  private var step = 0
  private var key: RandomKey

  /// The parameters after `step` updates, as of SGD.
  public typealias State = StochasticGradientDescent<Objective>.State

  /// Where a run begins, and the level of noise along it.
  public struct Start: Sendable {
    /// θ.
    public var parameters: [Double]
    /// The loss of the companion run: at any time the last value not after it counts. Begins at step 0; no values will do if c = 0.
    public var companionLoss: Record.Series

    /// Puts a start together.
    public init(_ parameters: [Double], companionLoss: Record.Series = .init()) {
      self.parameters = parameters
      self.companionLoss = companionLoss
    }
  }

  /// c = 2(n − 1)/n², from E‖ξ‖² = 2n(n − 1) f of the label noise ξ that batches of one sample amount to, taken as isotropic.
  public static func isotropicFactor(sampleCount n: Int) -> Double { 2 * Double(n - 1) / Double(n * n) }

  /// Sets up the equation.
  ///
  /// - Throws: `InputError` if the options do not fit the objective, c is negative, or there is no substep.
  public init(
    _ objective: Objective, options: DescentOptions, noiseFactor: Double, substeps: Int = 10
  ) throws(InputError) {
    if let problem = objective.residualProblem { throw problem }
    guard noiseFactor >= 0, noiseFactor.isFinite else {
      throw InputError("noise factor", expected: "a finite number from 0", found: "\(noiseFactor)")
    }
    guard substeps >= 1 else { throw InputError("substeps", expected: "1 or more", found: "\(substeps)") }
    _ = try options.indexStream(sampleCount: objective.sampleCount, trial: 0)
    let (total, overflow) = options.budget.multipliedReportingOverflow(by: substeps)
    guard !overflow, total >> 32 == 0 else {
      throw InputError("substeps", expected: "below 2³² in the whole run", found: "\(options.budget) × \(substeps)")
    }
    self.objective = objective
    self.options = options
    self.noiseFactor = noiseFactor
    self.substeps = substeps
    parameters = [Double](repeating: 0, count: objective.parameterCount)
    companionLoss = [Double](repeating: 0, count: noiseFactor > 0 ? options.budget : 0)
    key = options.seeds.key(.labelNoise)
  }

  /// One.
  public var laneCount: Int { 1 }
  /// T: substeps beyond have no noise of their own.
  public var longestRun: Int? { options.budget }

  /// A start has the objective's parameters, and a companion whose loss is known from step 0 on.
  public func problem(with start: Start) -> InputError? {
    guard start.parameters.count == objective.parameterCount else {
      return InputError(
        "start", expected: "\(objective.parameterCount) parameters", found: "\(start.parameters.count)")
    }
    guard noiseFactor > 0 else { return nil }
    let loss = start.companionLoss
    guard loss.steps.first == 0, loss.steps.count == loss.values.count else {
      return InputError(
        "companion loss", expected: "values from step 0 on",
        found: loss.steps.first.map { "step \($0) first" } ?? "none", advice: "Record the loss of the SGD run.")
    }
    guard let wrong = loss.values.first(where: { !($0 >= 0 && $0.isFinite) }) else { return nil }
    return InputError(
      "companion loss", expected: "finite numbers from 0", found: "\(wrong)", advice: "Has the SGD run diverged?")
  }

  /// Begins at `start` with the noise of `trial`.
  public mutating func load(_ start: Start, trial: Int, lane: Int) {
    precondition(start.parameters.count == objective.parameterCount, "a start has as many entries as parameters")
    parameters = start.parameters
    var place = 0
    let loss = start.companionLoss
    for step in companionLoss.indices {
      while place + 1 < loss.steps.count, loss.steps[place + 1] <= step { place += 1 }
      companionLoss[step] = loss.values[place]
    }
    step = 0
    key.trial = UInt32(truncatingIfNeeded: trial)
  }

  /// Does nothing.
  public mutating func clear(lane: Int) {}

  /// Follows the equation for `steps` updates of the companion.
  public mutating func advance(by steps: Int) {
    let n = Double(objective.sampleCount)
    for _ in 0..<steps {
      let η = options.schedule.value(at: step, of: options.budget)
      let γ = η / Double(substeps)
      let δ = companionLoss.isEmpty ? 0 : noiseFactor * companionLoss[step]
      let amplitude = (γ * η * δ).squareRoot()
      for substep in 0..<substeps {
        // One product with φᵀ for both: −γ∇f is φᵀ(−γ r/n).
        var weights = objective.residuals(at: parameters)
        for place in weights.indices { weights[place] *= -γ / n }
        if amplitude > 0 { addNoise(amplitude, at: step * substeps + substep, to: &weights) }
        let change = objective.residualPullback(at: parameters, times: weights)
        for j in parameters.indices { parameters[j] += change[j] }
      }
      step += 1
    }
  }

  private func addNoise(_ amplitude: Double, at substep: Int, to weights: inout [Double]) {
    var stream = RandomStream(key, step: substep)
    var place = 0
    while place < weights.count {
      let (first, second) = stream.gaussianPair()
      weights[place] += amplitude * first
      if place + 1 < weights.count { weights[place + 1] += amplitude * second }
      place += 2
    }
  }

  /// The parameters, all 0.
  public func makeState() -> State {
    State(step: 0, parameters: [Double](repeating: 0, count: objective.parameterCount), hasLeft: false)
  }

  /// Copies the parameters.
  public func read(lane: Int, into state: inout State) {
    state.step = step
    state.hasLeft = false
    state.trial = Int(key.trial)
    for j in parameters.indices { state.parameters[j] = parameters[j] }
  }

  /// d, and T if there is noise: the parameters and the companion's loss.
  public var snapshotSize: Int { parameters.count + companionLoss.count }

  /// The parameters and the companion's loss at each step.
  public func snapshot(lane: Int) -> LaneSnapshot { LaneSnapshot(step: step, values: parameters + companionLoss) }

  /// Goes on from a snapshot with the noise of `trial`.
  public mutating func restore(_ snapshot: LaneSnapshot, trial: Int, lane: Int) {
    precondition(snapshot.values.count == snapshotSize, "a snapshot has the parameters and the companion's loss")
    parameters = Array(snapshot.values.prefix(objective.parameterCount))
    companionLoss = Array(snapshot.values.dropFirst(objective.parameterCount))
    step = snapshot.step
    key.trial = UInt32(truncatingIfNeeded: trial)
  }
}
