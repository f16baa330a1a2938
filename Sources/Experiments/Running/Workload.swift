import Descent
import Numerics

/// All that runs the trials of one configuration, whatever its problem, engine and state are.
public struct Workload: Sendable {
  /// The names of the measurements at the end.
  public let finalNames: [String]
  /// The names of the measurements along the way.
  public let seriesNames: [String]
  /// About how much work a trial is, in any unit that is the same for all configurations; only ratios count.
  public let estimatedCost: Double
  /// Works as one of several workers: takes trials from the desk until there are none or it says stop.
  public let work: @Sendable (any TrialDesk) throws(InputError) -> Void

  /// Runs `plan` on engines that `makeEngine` makes, one a worker.
  ///
  /// - Parameters:
  ///   - start: where a trial begins; what it throws fails that trial alone.
  public init<Engine: DescentEngine & ~Copyable>(
    plan: RunPlan<Engine.State>, estimatedCost: Double,
    makeEngine: @escaping @Sendable () throws(InputError) -> Engine,
    start: @escaping @Sendable (Int) throws(InputError) -> Engine.Start
  ) {
    finalNames = plan.finals.map(\.name)
    seriesNames = plan.series.map(\.measure.name)
    self.estimatedCost = estimatedCost
    work = { desk throws(InputError) in
      var engine = try makeEngine()
      try Ensemble.work(on: &engine, plan: plan, desk: desk, start: start, advance: { $0.advance(by: $1) })
    }
  }
}
