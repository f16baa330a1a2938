import Descent
import Numerics
import Objectives

extension Spec {
  /// Runs all trials: on the O(b) engine if the data is orthonormal, through the Gram matrix otherwise.
  ///
  /// - Throws: `InputError` if the options do not fit, which reading has already excluded.
  public func run(workers: Int) throws(InputError) -> Record {
    let activation = objective.activation
    let tolerance = tolerance
    let isOrthonormal = isOrthonormal
    let norms = objective.data.norms
    let stopping = StoppingRules<AutoencoderState>(
      cadence: .every(checkEvery),
      converged: tolerance.map { tolerance in
        { @Sendable state in
          // 1 − max cos is computed without cancellation where that is possible, which takes orthonormal data.
          isOrthonormal
            ? state.misalignment(activation) <= tolerance
            : 1 - state.normalised(by: norms).maximumCosine(activation) <= tolerance
        }
      }, diverged: { $0.hasDiverged }, dead: { $0.isDead(activation) })
    let plan = RunPlan(
      budget: options.budget, stopping: stopping,
      series: series.flatMap { name in
        measures(name).map { Probe($0.name, .every(recordEvery), $0.value) }
      }, finals: finals.flatMap(measures))
    let (objective, options) = (objective, options)
    if isOrthonormal {
      return try Ensemble.run(
        trials: 0..<trials, workers: workers, plan: plan, settings: settings, seeds: options.seeds,
        makeEngine: { () throws(InputError) -> AutoencoderEngine in
          try AutoencoderEngine(count: objective.sampleCount, activation: activation, options: options)
        }, start: { startState($0) })
    }
    return try Ensemble.run(
      trials: 0..<trials, workers: workers, plan: plan, settings: settings, seeds: options.seeds,
      makeEngine: { () throws(InputError) -> CorrelatedAutoencoderEngine in
        try CorrelatedAutoencoderEngine(data: objective.data, activation: activation, options: options)
      }, start: { startState($0) })
  }

  /// Where a trial begins.
  func startState(_ trial: Int) -> AutoencoderState {
    var stream = RandomStream(options.seeds.key(.initialization, trial: trial))
    let n = objective.parameterCount
    switch start {
    case .coefficients(let values, let outside): return AutoencoderState(coefficients: values, perpendicular: outside)
    case .parameters(let values): return AutoencoderState(of: objective, at: values, isOrthonormal: isOrthonormal)
    case .sphere(let norm):
      return AutoencoderState(
        of: objective, at: stream.sphere(count: n, radius: norm), isOrthonormal: isOrthonormal)
    case .gaussian(let norm):
      let scale = norm / Double(n).squareRoot()
      return AutoencoderState(
        of: objective, at: stream.gaussian(count: n).map { $0 * scale }, isOrthonormal: isOrthonormal)
    }
  }

  /// The numbers behind a name of `Spec.measures`.
  private func measures(_ name: String) -> [Measure<AutoencoderState>] {
    let activation = objective.activation
    let isOrthonormal = isOrthonormal
    let norms = objective.data.norms
    let normalised = { @Sendable (state: AutoencoderState) in state.normalised(by: norms) }
    switch name {
    case "maxCosine":
      return [Measure(name) { isOrthonormal ? $0.maximumCosine(activation) : normalised($0).maximumCosine(activation) }]
    case "misalignment":
      return [
        Measure(name) { isOrthonormal ? $0.misalignment(activation) : 1 - normalised($0).maximumCosine(activation) }
      ]
    case "selectedIndex":
      return [Measure(name) { Double((isOrthonormal ? $0 : normalised($0)).leader(activation)) }]
    case "lossGap": return [Measure(name) { $0.lossGap(activation) }]
    case "squaredNorm": return [Measure(name) { $0.squaredNorm }]
    case "activeEnergy": return [Measure(name) { $0.activeEnergy(activation) }]
    case "runnerUpRatio": return [Measure(name) { $0.runnerUpRatio(activation) }]
    case "logRatio": return [Measure(name) { $0.logRatio(activation) }]
    case "coefficients": return Measure.coefficients(count: objective.sampleCount)
    default: return []
    }
  }
}
