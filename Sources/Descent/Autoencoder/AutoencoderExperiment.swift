import Numerics
import Objectives

/// An ensemble of autoencoder runs on m orthonormal vectors in n dimensions: all that determines its numbers, in one
/// value.
public struct AutoencoderExperiment: Sendable, Hashable {
  /// n.
  public var dimension: Int
  /// m.
  public var count: Int
  /// φ.
  public var activation: AutoencoderObjective.Activation
  /// Where replicas begin.
  public var start: AutoencoderStart
  /// How they descend.
  public var options: DescentOptions

  /// Describes an ensemble.
  public init(
    dimension: Int, count: Int, activation: AutoencoderObjective.Activation = .relu, start: AutoencoderStart,
    options: DescentOptions
  ) {
    self.dimension = dimension
    self.count = count
    self.activation = activation
    self.start = start
    self.options = options
  }

  /// The start of one trial.
  public func start(of trial: Int) -> AutoencoderState {
    start.state(count: count, dimension: dimension, key: options.seeds.key(.initialization, trial: trial))
  }

  /// The rules that fit this problem: asked every `period` steps, a run has converged once 1 − max cos ≤ `misalignment`
  /// (never, if nil), is dead without an active coefficient, and diverged above ‖w‖² = 10⁶.
  public func stopping(
    misalignment tolerance: Double? = nil, every period: Int = 64
  ) -> StoppingRules<AutoencoderState> {
    let activation = activation
    return StoppingRules(
      cadence: .every(period),
      converged: tolerance.map { tolerance in { @Sendable in $0.misalignment(activation) <= tolerance } },
      diverged: { $0.hasDiverged }, dead: { $0.isDead(activation) })
  }

  /// Runs `trials` replicas on the fast engine.
  ///
  /// - Throws: `InputError` if the options do not fit m.
  public func run(
    trials: Range<Int>, workers: Int, stopping: StoppingRules<AutoencoderState>,
    series: [Probe<AutoencoderState>] = [], finals: [Measure<AutoencoderState>] = [], keepsLogarithms: Bool = false
  ) throws(InputError) -> Record {
    let plan = RunPlan(budget: options.budget, stopping: stopping, series: series, finals: finals)
    return try Ensemble.run(
      trials: trials, workers: workers, plan: plan, settings: settings, seeds: options.seeds,
      makeEngine: { () throws(InputError) -> AutoencoderEngine in
        try AutoencoderEngine(
          count: count, activation: activation, options: options, keepsLogarithms: keepsLogarithms)
      }, start: { start(of: $0) })
  }

  /// The settings as names and values, for records.
  public var settings: [Record.Setting] {
    let batch = options.batchSize.map(String.init) ?? options.order.name
    let startText =
      switch start {
      case .sphere(let norm): "sphere of radius \(norm)"
      case .gaussian(let norm): "Gaussian of norm \(norm)"
      case .coefficients(let values, let perpendicular): "coefficients \(values), perpendicular \(perpendicular)"
      }
    return [
      .init("problem.kind", "autoencoder"), .init("problem.activation", activation.rawValue),
      .init("problem.dimension", "\(dimension)"), .init("problem.features", "\(count)"), .init("init", startText),
      .init("optimizer.step", "\(options.schedule.base)"), .init("optimizer.batch", batch),
      .init("optimizer.order", options.order.name), .init("optimizer.reduction", options.reduction.rawValue),
      .init("optimizer.steps", "\(options.budget)"),
    ]
  }
}

extension Measure where State == AutoencoderState {
  /// Each cᵢ, named `coefficient0`, `coefficient1`, …
  public static func coefficients(count: Int) -> [Measure] {
    (0..<count).map { i in Measure("coefficient\(i)") { $0.coefficients[i] } }
  }
}
