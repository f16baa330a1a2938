import Numerics
import Objectives

/// Runs that begin next to a point and are watched until they leave: what a verdict of stability is held against.
///
/// Every trial begins uniformly on the sphere of radius r₀ around the centre (initialization seed) and descends with
/// its own batches (order seed). It has escaped at the first step at which ‖θ − centre‖ > R, or is not a number.
public struct EscapeExperiment<Objective: FiniteSumObjective<Double>>: Sendable {
  /// What is descended on.
  public var objective: Objective
  /// The point, usually a minimiser.
  public var centre: [Double]
  /// r₀.
  public var startRadius: Double
  /// R.
  public var escapeRadius: Double
  /// How: the step, the batches, the momentum, and T, how long one waits.
  public var options: DescentOptions

  /// Describes the runs.
  ///
  /// - Throws: `InputError` for a centre of the wrong length, or radii that are not 0 < r₀ < R.
  public init(
    _ objective: Objective, around centre: [Double], startRadius: Double, escapeRadius: Double, options: DescentOptions
  ) throws(InputError) {
    guard centre.count == objective.parameterCount, centre.allSatisfy(\.isFinite) else {
      throw InputError(
        "centre", expected: "\(objective.parameterCount) finite numbers, the parameters", found: "\(centre.count)")
    }
    guard startRadius > 0, startRadius < escapeRadius, escapeRadius.isFinite else {
      throw InputError(
        "radii", expected: "a start radius above 0 and below the escape radius",
        found: "\(startRadius) and \(escapeRadius)")
    }
    self.objective = objective
    self.centre = centre
    self.startRadius = startRadius
    self.escapeRadius = escapeRadius
    self.options = options
  }

  /// Watches `trials` runs until they escape or T steps are made. Nothing in the result depends on `workers`.
  ///
  /// Cost: a batch gradient and a distance each step.
  ///
  /// - Throws: `InputError` if the options do not fit the objective.
  public func run(trials: Int, workers: Int) throws(InputError) -> EscapeResult {
    try result(
      trials: trials, workers: workers, region: Region(centre: centre, radius: escapeRadius),
      stopping: StoppingRules(cadence: .every(64), diverged: { $0.hasLeft }))
  }

  /// Lets `trials` runs make all T steps wherever they go, to see where they end. Only what is not finite then
  /// counts as escaped.
  ///
  /// - Throws: `InputError` if the options do not fit the objective.
  public func endpoints(trials: Int, workers: Int) throws(InputError) -> EscapeResult {
    try result(
      trials: trials, workers: workers, region: nil,
      stopping: StoppingRules(
        cadence: .every(64), diverged: { !LinearAlgebra.dot($0.parameters, $0.parameters).isFinite }))
  }

  private func result(
    trials: Int, workers: Int, region: Region?,
    stopping: StoppingRules<StochasticGradientDescent<Objective>.State>
  ) throws(InputError) -> EscapeResult {
    guard trials > 0 else { throw InputError("trials", expected: "1 or more", found: "\(trials)") }
    typealias State = StochasticGradientDescent<Objective>.State
    let finals =
      [Measure<State>("step") { Double($0.step) }]
      + centre.indices.map { j in Measure<State>("parameter\(j)") { $0.parameters[j] } }
    let plan = RunPlan(budget: options.budget, stopping: stopping, finals: finals)
    let record = try Ensemble.run(
      trials: 0..<trials, workers: workers, plan: plan, seeds: options.seeds,
      makeEngine: { () throws(InputError) in
        try StochasticGradientDescent(objective, options: options, region: region)
      },
      start: { trial in
        var stream = RandomStream(options.seeds.key(.initialization, trial: trial))
        return zip(centre, stream.sphere(count: centre.count, radius: startRadius)).map { $0 + $1 }
      })
    return EscapeResult(
      exitSteps: record.replicas.map { $0.outcome == .diverged ? Int($0.finals[0]) : nil },
      endpoints: record.replicas.map { Array($0.finals.dropFirst()) })
  }
}

/// What became of the runs of an escape experiment, trial by trial.
public struct EscapeResult: Sendable, Equatable {
  /// The step at which a trial had escaped; nil if it did not in the time given.
  public let exitSteps: [Int?]
  /// The parameters at the end: where it escaped, or after all steps.
  public let endpoints: [[Double]]

  /// The number of trials.
  public var trials: Int { exitSteps.count }
  /// How many escaped.
  public var escaped: Int { exitSteps.count { $0 != nil } }
  /// The fraction that escaped, which knows its error.
  ///
  /// - Throws: `InputError` if there is no trial.
  public func escapeFraction() throws(InputError) -> Proportion {
    try Proportion(successes: escaped, trials: trials)
  }
  /// The steps at which those that escaped did.
  public var escapeTimes: [Double] { exitSteps.compactMap { $0.map(Double.init) } }
}
