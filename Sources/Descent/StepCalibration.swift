import Numerics
import Objectives

/// Finds the largest constant step size that runs survive, on a grid of multiples of a resolution.
///
/// A step survives if the runs of all K trials stay finite, with a loss of at most a bound, for a fraction of the budget,
/// and do not collapse. Every step is tried with the same K index streams (common random numbers). Large steps are where
/// SGD's loss stabilises and where it diverges, often within a few percent of each other and differently for each data
/// set, so that a published step size says little about other draws of the data: calibrate instead.
///
/// The search doubles or halves a first guess until one step survives and one does not, and then bisects between them. It
/// ends with a step that survives while the next one of the grid does not. That no smaller step fails and no larger one
/// survives is an assumption, which the list of all attempts lets one judge.
public struct StepCalibration: Sendable, Hashable {
  /// The spacing of the grid.
  public var resolution: Double
  /// The step to begin with; rounded to the grid.
  public var firstGuess: Double
  /// Where the search ends even if this step survives.
  public var largestStep: Double
  /// How much of the budget a run has to survive.
  public var fraction: Double
  /// K, the number of runs of each step.
  public var trialCount: Int
  /// The loss above which a run counts as diverged.
  public var largestLoss: Double
  /// The loss is looked at after so many steps each: where a run diverged is known to this resolution.
  public var checkEvery: Int

  /// Describes a search; what is left out is what worked in the reference experiments.
  public init(
    resolution: Double, firstGuess: Double, largestStep: Double = .infinity, fraction: Double = 0.5,
    trialCount: Int = 3, largestLoss: Double = 1e6, checkEvery: Int = 100
  ) {
    self.resolution = resolution
    self.firstGuess = firstGuess
    self.largestStep = largestStep
    self.fraction = fraction
    self.trialCount = trialCount
    self.largestLoss = largestLoss
    self.checkEvery = checkEvery
  }

  /// Calibrates the step of an objective, with the order, batches, rule, noise, budget and seeds of `options`, whose schedule
  /// is not used. Nothing in the result depends on `workers`.
  ///
  /// Cost: for each attempt K runs of `fraction` of the budget, or as far as they come; about 2 log₂ of the number of grid
  /// points between guess and answer, and 2 further attempts.
  ///
  /// - Parameters:
  ///   - hasCollapsed: whether a run has ended in a state that answers nothing any more.
  ///   - start: where the run of a trial begins.
  /// - Throws: `InputError` for settings that make no sense, or if no step of the grid survives.
  public func run<Objective: FiniteSumObjective>(
    _ objective: Objective, options: DescentOptions, workers: Int,
    hasCollapsed: (@Sendable ([Objective.Scalar]) -> Bool)? = nil,
    start: @Sendable (Int) throws(InputError) -> [Objective.Scalar]
  ) throws(InputError) -> CalibratedStep {
    typealias Engine = StochasticGradientDescent<Objective>
    let budget = survivedBudget(of: options)
    return try search(budget: budget) { (step) throws(InputError) in
      let options = constant(step, budget, options)
      return try Ensemble.run(
        trials: 0..<trialCount, workers: workers, plan: plan(for: objective, budget, hasCollapsed),
        seeds: options.seeds,
        makeEngine: { () throws(InputError) in try Engine(objective, options: options) }, start: start)
    }
  }

  /// The same for a network, by the engine that suits it (``Ensemble/run(_:options:trials:workers:plan:settings:start:)``).
  public func run(
    _ objective: NetworkObjective<Double>, options: DescentOptions, workers: Int,
    hasCollapsed: (@Sendable ([Double]) -> Bool)? = nil, start: @Sendable (Int) throws(InputError) -> [Double]
  ) throws(InputError) -> CalibratedStep {
    let budget = survivedBudget(of: options)
    return try search(budget: budget) { (step) throws(InputError) in
      try Ensemble.run(
        objective, options: constant(step, budget, options), trials: 0..<trialCount, workers: workers,
        plan: plan(for: objective, budget, hasCollapsed), start: start)
    }
  }

  /// How many updates a run has to survive.
  private func survivedBudget(of options: DescentOptions) -> Int {
    Int((fraction * Double(options.budget)).rounded(.down))
  }

  /// The options of an attempt.
  private func constant(_ step: Double, _ budget: Int, _ options: DescentOptions) -> DescentOptions {
    var options = options
    options.schedule = .constant(step)
    options.budget = budget
    return options
  }

  /// What ends a run of an attempt.
  private func plan<Objective: FiniteSumObjective>(
    for objective: Objective, _ budget: Int, _ hasCollapsed: (@Sendable ([Objective.Scalar]) -> Bool)?
  ) -> RunPlan<StochasticGradientDescent<Objective>.State> {
    typealias State = StochasticGradientDescent<Objective>.State
    let bound = largestLoss
    // Not "loss > bound": a loss that is not a number has diverged, too.
    var rules = StoppingRules<State>(
      cadence: .every(checkEvery), diverged: { !(objective.loss(at: $0.parameters) <= bound) })
    if let hasCollapsed { rules.dead = { hasCollapsed($0.parameters) } }
    return RunPlan(budget: budget, stopping: rules)
  }

  /// The search, over anything that runs K trials with a step for so many updates.
  private func search(
    budget: Int, _ runs: (_ step: Double) throws(InputError) -> Record
  ) throws(InputError) -> CalibratedStep {
    try validate()
    var attempts: [CalibratedStep.Attempt] = []
    func survives(_ multiple: Int) throws(InputError) -> Bool {
      let step = Double(multiple) * resolution
      let ends = try runs(step).replicas.map { CalibratedStep.End(outcome: $0.outcome, steps: $0.steps) }
      attempts.append(.init(multiple: multiple, step: step, ends: ends))
      return attempts[attempts.count - 1].survived
    }
    let last = Int(min((largestStep / resolution).rounded(.down), 0x1p40))
    var good = 0
    var bad: Int?
    var next = min(max(1, Int(min((firstGuess / resolution).rounded(), 0x1p40))), last)
    while bad == nil || good == 0 {
      if try survives(next) {
        good = next
        if bad != nil || next == last { break }
        next = min(2 * next, last)
      } else {
        bad = next
        guard next > 1 else {
          throw InputError(
            "step calibration", expected: "a step on the grid of spacing \(resolution) that survives",
            found: "none: \(attempts.map(\.description).joined(separator: "; "))",
            advice: "Choose a smaller resolution, or look at the start and the data.")
        }
        if good > 0 { break }
        next /= 2
      }
    }
    while let failed = bad, failed - good > 1 {
      let middle = good + (failed - good) / 2
      if try survives(middle) { good = middle } else { bad = middle }
    }
    return CalibratedStep(
      step: Double(good) * resolution, firstFailure: bad.map { Double($0) * resolution }, resolution: resolution,
      budget: budget, trialCount: trialCount, largestLoss: largestLoss, checkEvery: checkEvery, attempts: attempts)
  }

  private func validate() throws(InputError) {
    func require(_ isValid: Bool, _ name: String, _ expected: String, _ found: Any) throws(InputError) {
      guard isValid else { throw InputError("calibration.\(name)", expected: expected, found: "\(found)") }
    }
    try require(resolution > 0 && resolution.isFinite, "resolution", "a positive, finite step size", resolution)
    try require(firstGuess > 0 && firstGuess.isFinite, "firstGuess", "a positive, finite step size", firstGuess)
    try require(largestStep >= resolution, "largestStep", "at least the resolution \(resolution)", largestStep)
    try require(fraction > 0 && fraction <= 1, "fraction", "a fraction above 0 and up to 1", fraction)
    try require(trialCount >= 1, "trialCount", "1 or more", trialCount)
    try require(largestLoss > 0, "largestLoss", "a positive number", largestLoss)
    try require(checkEvery >= 1, "checkEvery", "a number of steps from 1", checkEvery)
  }
}

/// The largest step that survived, and how it was found.
public struct CalibratedStep: Sendable, Hashable, CustomStringConvertible {
  /// The largest step of the grid below the first failure that was met.
  public let step: Double
  /// The next step of the grid, which does not survive; nil if the search ended at its largest step.
  public let firstFailure: Double?
  /// The spacing of the grid.
  public let resolution: Double
  /// The number of updates that had to be survived.
  public let budget: Int
  /// K, the number of runs of each step.
  public let trialCount: Int
  /// The loss above which a run counted as diverged.
  public let largestLoss: Double
  /// How often the loss was looked at.
  public let checkEvery: Int
  /// Every step tried, in the order of the search.
  public let attempts: [Attempt]

  /// A step that was tried.
  public struct Attempt: Sendable, Hashable, CustomStringConvertible {
    /// The step as a multiple of the resolution.
    public let multiple: Int
    /// The step.
    public let step: Double
    /// How the runs of trials 0, 1, … ended.
    public let ends: [End]
    /// Whether all of them survived.
    public var survived: Bool { ends.allSatisfy { $0 == .survived } }

    /// Such as `0.21 fails (trial 1 diverged by step 300)`.
    public var description: String {
      if survived { return "\(CalibratedStep.text(step)) survives" }
      let failures = ends.enumerated().compactMap { trial, end -> String? in
        switch end {
        case .survived: nil
        case .diverged(let step): "trial \(trial) diverged by step \(step)"
        case .collapsed(let step): "trial \(trial) collapsed by step \(step)"
        }
      }
      return "\(CalibratedStep.text(step)) fails (\(failures.joined(separator: ", ")))"
    }
  }

  /// How a run ended.
  public enum End: Sendable, Hashable {
    /// It made all its steps.
    case survived
    /// Its loss exceeded the bound, or was not a number, when it was looked at after so many steps.
    case diverged(step: Int)
    /// Its features were all zero when they were looked at after so many steps.
    case collapsed(step: Int)

    init(outcome: Outcome, steps: Int) {
      switch outcome {
      case .diverged: self = .diverged(step: steps)
      case .dead: self = .collapsed(step: steps)
      case .converged, .exhausted: self = .survived
      }
    }
  }

  /// How the step was found, in words.
  public var description: String {
    let border = firstFailure.map { "the next, \(Self.text($0)), does not" } ?? "no larger one was tried"
    return """
      \(Self.text(step)) is the largest step of the grid of spacing \(Self.text(resolution)) below the first failure: \
      \(trialCount) runs of \(budget) steps stay finite with a loss up to \(Self.text(largestLoss)), and \(border). Tried in \
      this order: \(attempts.map(\.description).joined(separator: "; ")).
      """
  }

  /// In the digits of single precision: in those of double precision, multiples of a resolution show rounding.
  private static func text(_ value: Double) -> String { "\(Float(value))" }
}
