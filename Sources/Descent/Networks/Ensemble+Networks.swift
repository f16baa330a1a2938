import Numerics
import Objectives

/// Ensembles of networks, by the engine that suits them: eight replicas side by side where network and batch are small,
/// the plain loop elsewhere. Which one depends on the objective and the options alone, and with it the last bits of a replica.
extension Ensemble {
  /// Runs the replicas of `trials` on a network's loss and returns them by ascending trial.
  ///
  /// - Parameters:
  ///   - workers: the number of threads, at least 1.
  ///   - start: the parameters at which the replica of a trial begins.
  /// - Throws: `InputError` if the options or the plan do not fit, or the error of the first trial whose start throws or
  ///   does not fit.
  public static func run(
    _ objective: NetworkObjective<Double>, options: DescentOptions, trials: Range<Int>, workers: Int,
    plan: RunPlan<NetworkEnsembleEngine.State>, settings: [Record.Setting] = [],
    start: @Sendable (Int) throws(InputError) -> [Double]
  ) throws(InputError) -> Record {
    if NetworkEnsembleEngine.pays(for: objective, options: options) {
      return try run(
        trials: trials, workers: workers, plan: plan, settings: settings, seeds: options.seeds,
        makeEngine: { () throws(InputError) in try NetworkEnsembleEngine(objective, options: options) }, start: start)
    }
    return try run(
      trials: trials, workers: workers, plan: plan, settings: settings, seeds: options.seeds,
      makeEngine: { () throws(InputError) in try StochasticGradientDescent(objective, options: options) }, start: start)
  }

  /// Works through the trials that `desk` hands out; see ``work(on:plan:desk:start:)``.
  ///
  /// - Throws: `InputError` if the options or the plan do not fit, before any trial is asked for.
  public static func work(
    on objective: NetworkObjective<Double>, options: DescentOptions, plan: RunPlan<NetworkEnsembleEngine.State>,
    desk: some TrialDesk, start: (Int) throws(InputError) -> [Double]
  ) throws(InputError) {
    if NetworkEnsembleEngine.pays(for: objective, options: options) {
      var engine = try NetworkEnsembleEngine(objective, options: options)
      try work(on: &engine, plan: plan, desk: desk, start: start)
    } else {
      var engine = try StochasticGradientDescent(objective, options: options)
      try work(on: &engine, plan: plan, desk: desk, start: start)
    }
  }
}
