import Claims
import Descent
import Numerics
import Objectives
import Reporting

/// What the measurements of this study share.
extension SparseFeaturesStudy {
  /// SGD as in the publication: one sample a step, drawn with replacement.
  static func singleSamples(_ schedule: StepSchedule, steps: Int, seeds: Seeds) -> DescentOptions {
    DescentOptions(order: .iid, batchSize: 1, schedule: schedule, budget: steps, seeds: seeds)
  }

  /// A large step that is divided after a fraction of the run.
  static func decayed(_ step: Double, at fraction: Double, by divisor: Double) -> StepSchedule {
    StepSchedule(base: step, decays: [.init(at: fraction, divideBy: divisor)])
  }

  /// The parameters of one run after the given numbers of updates, ascending.
  static func parameters<Objective: FiniteSumObjective<Double>>(
    of objective: Objective, _ options: DescentOptions, from start: [Double], trial: Int = 0, at steps: [Int]
  ) throws(InputError) -> [[Double]] {
    var engine = try StochasticGradientDescent(objective, options: options)
    engine.load(start, trial: trial, lane: 0)
    return states(of: &engine, at: steps).map(\.parameters)
  }

  /// The states of a loaded engine after the given numbers of updates, ascending.
  static func states<Engine: DescentEngine>(of engine: inout Engine, at steps: [Int]) -> [Engine.State] {
    var made = 0
    return steps.map { step in
      engine.advance(by: step - made)
      made = step
      var state = engine.makeState()
      engine.read(lane: 0, into: &state)
      return state
    }
  }

  /// The parameters at the end of one run.
  static func end<Objective: FiniteSumObjective<Double>>(
    of objective: Objective, _ options: DescentOptions, from start: [Double], trial: Int = 0
  ) throws(InputError) -> [Double] {
    try parameters(of: objective, options, from: start, trial: trial, at: [options.budget])[0]
  }

  /// Whether a run has diverged: any number that is not one, or a loss above 10⁶.
  static func hasDiverged<Objective: FiniteSumObjective<Double>>(_ objective: Objective, at parameters: [Double])
    -> Bool
  {
    !parameters.allSatisfy(\.isFinite) || !(objective.loss(at: parameters) <= 1e6)
  }

  /// A network's squared loss on samples.
  static func objective(
    _ network: Network, inputs: [Double], targets: [Double], half: Bool = false
  ) throws(InputError) -> NetworkObjective<Double> {
    try NetworkObjective(network, inputs: inputs, targets: .values(targets), loss: .squared(half: half))
  }

  /// A network on inputs without targets, for the rank of its Jacobian there.
  static func probe(_ network: Network, inputs: [Double]) throws(InputError) -> NetworkObjective<Double> {
    let count = inputs.count / network.inputCount * network.outputCount
    return try objective(network, inputs: inputs, targets: [Double](repeating: 0, count: count))
  }

  /// A median, with its distribution-free 95 % interval.
  static func median(
    _ name: String, prediction: Double, of sample: [Double], tolerance: Tolerance
  ) throws(InputError) -> Check {
    let interval = try Quantile.interval(0.5, of: sample)
    return Check(
      name, prediction: prediction, measurement: try Quantile.median(of: sample),
      error: .interval(low: interval.low, high: interval.high, confidence: 0.95), tolerance: tolerance,
      count: sample.count)
  }

  /// How often something happened, against a bound; the error is the 95 % Wilson interval.
  static func fraction(
    _ name: String, prediction: Double, of outcomes: [Bool], tolerance: Tolerance
  ) throws(InputError) -> Check {
    try Check.frequency(
      name, prediction: prediction, successes: outcomes.count { $0 }, of: outcomes.count, tolerance: tolerance)
  }

  /// What has diverged is left out of every number; a claim is about the others if these are nearly all.
  static func noDivergence(_ diverged: Int, of count: Int) -> Hypothesis {
    Hypothesis(
      "at most one run in twenty diverges, which is left out", holds: 20 * diverged <= count,
      found: "\(diverged) of \(count) did")
  }

  /// The colours of schedules: the small step, then decays ever later.
  static let colours: [Figure.Colour] = [.grey, .skyBlue, .green, .vermilion]

  /// Dashed lines where steps were lowered, over the range of what is drawn.
  static func decayLines(_ places: [(step: Double, colour: Figure.Colour)], over values: [Double]) -> [Figure.Layer] {
    let shown = values.filter { $0.isFinite && $0 > 0 }
    guard let low = shown.min(), let high = shown.max() else { return [] }
    return places.map { .init("", .dashed, $0.colour, x: [$0.step, $0.step], y: [low, high]) }
  }

  /// How a measure changes from setting to setting, problem by problem: a thin line for each problem, and the median over them.
  ///
  /// - Parameter values: for each problem one value a setting.
  static func ladder(
    _ label: String, over horizontal: String, _ names: [String], _ values: [[Double]], each name: String,
    logarithmic: Bool = false
  ) throws(InputError) -> Figure.Panel {
    let places = names.indices.map { Double($0 + 1) }
    let medians = try names.indices.map { (place) throws(InputError) in
      try Quantile.median(of: values.map { $0[place] })
    }
    return .init(
      horizontal: .init(horizontal, categories: names), vertical: .init(label, logarithmic: logarithmic),
      layers: [
        .init(name, .thinLine, .grey, x: values.flatMap { _ in places + [.nan] }, y: values.flatMap { $0 + [.nan] }),
        .init("median", .line, .vermilion, x: places, y: medians),
        .init("", .points, .vermilion, x: places, y: medians),
      ])
  }

  /// The names of schedules on an axis of percents.
  static func parts(_ names: [String]) -> [String] { names.map { $0.replacing(" %", with: "") } }

  /// The smallest and the largest in running text.
  static func span(_ values: [Double]) -> String {
    "\(number(values.min() ?? .nan)) to \(number(values.max() ?? .nan))"
  }

  /// Equally spaced steps from 0 to the last, at most so many, with more at the beginning where things change fast.
  static func timeline(_ steps: Int, points: Int) -> [Int] {
    let even = (0...points).map { $0 * steps / points }
    let early = [1, 3, 10, 30, 100, 300].filter { $0 < steps / points }
    return Array(Set(even + early)).sorted()
  }
}
