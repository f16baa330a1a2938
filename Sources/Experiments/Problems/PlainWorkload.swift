import Descent
import Numerics
import Objectives

/// What specs can ask of every finite sum of real parameters, and what runs its trials: the plain loop, with rules and
/// measures that need no more than the objective.
enum PlainWorkload {
  /// When trials end, and what can be measured, for the explanation of a kind of problem.
  ///
  /// - Parameters:
  ///   - more: the problem's own measures, each with its meaning.
  ///   - minima: the names of its minimisers, if it knows them.
  static func explanation(and more: [String] = [], minima: String? = nil) -> String {
    let own =
      minima == nil
      ? more : more + ["nearestMinimum (counted from 0)", "minimumDistance", "exitStep (at which it was left)"]
    let names = ["loss (mean over all samples)", "gradientNorm", "squaredNorm", "steps"] + own + ["parameters"]
    let points = minima.map { " Minimisers: \($0)." } ?? ""
    return """
      Converged: the norm of the full gradient ≤ tolerance. Diverged: ‖θ‖² above 10¹², or the minimiser left. Measures: \
      \(names.joined(separator: ", ")).\(points)
      """
  }

  /// What can be measured of any of them, and the problem's own numbers.
  static func measures(and more: [SpecMeasure] = []) -> [SpecMeasure] {
    ["loss", "gradientNorm", "squaredNorm", "steps"] + more + [SpecMeasure("parameters", isVector: true)]
  }

  /// What is measured at the end if a spec does not say.
  static let defaultFinals = ["loss", "gradientNorm"]

  /// Whether parameters can learn no more.
  typealias Collapse = @Sendable ([Double]) -> Bool

  /// The most parameters that can be listed: each is a column of the results.
  static let largestListedCount = 100_000

  /// ‖θ‖² from which a trial counts as diverged.
  private static let largestSquaredNorm = 1e12

  /// What the parts come to with a problem, but for the engine.
  struct Prepared<State: Sendable>: Sendable {
    var plan: RunPlan<State>
    var estimatedCost: Double
    /// Where trials end when they leave it.
    var region: Region?
    /// The parameters at which a trial begins.
    var start: @Sendable (Int) -> [Double]
  }

  /// All that runs a trial on the plain loop; nil after noting why the parts do not fit the objective.
  ///
  /// Call it with a concrete objective where that is known: the loop is compiled for it then.
  ///
  /// - Parameters:
  ///   - minima: the problem's minimisers; asked for only if the start or a measure needs them.
  ///   - measures: the problem's own numbers, besides those of every finite sum.
  ///   - sampleCost: about how many multiplications a sample's gradient takes; by default the number of parameters.
  ///   - collapse: whether parameters can learn no more although their gradient need not be 0.
  static func make<Objective: FiniteSumObjective>(
    _ objective: Objective, _ parts: SpecParts, minima: SpecObjective? = nil, measures: [PlainMeasure] = [],
    layout: ParameterLayout = .plain, sampleCost: Double? = nil, collapse: Collapse? = nil,
    problems: inout SpecProblemList
  ) -> Workload? where Objective.Scalar == Double {
    typealias Engine = StochasticGradientDescent<Objective>
    let prepared: Prepared<Engine.State>? = prepare(
      objective, parts, minima: minima, measures: measures, layout: layout, sampleCost: sampleCost, collapse: collapse,
      problems: &problems
    ) { $0.doubles }
    guard let prepared else { return nil }
    let (options, region) = (parts.options, prepared.region)
    return Workload(
      plan: prepared.plan, estimatedCost: prepared.estimatedCost,
      makeEngine: { () throws(InputError) in try Engine(objective, options: options, region: region) },
      start: prepared.start)
  }

  /// The same for runs on an objective of another precision, which are measured on this one.
  ///
  /// - Parameter state: the parameters of a state, in double precision.
  static func prepare<Objective: FiniteSumObjective, Run: FiniteSumObjective>(
    _ objective: Objective, _ parts: SpecParts, minima: SpecObjective? = nil, measures: [PlainMeasure] = [],
    layout: ParameterLayout = .plain, sampleCost: Double? = nil, collapse: Collapse? = nil,
    problems: inout SpecProblemList,
    state doubles: @escaping @Sendable (StochasticGradientDescent<Run>.State) -> [Double]
  ) -> Prepared<StochasticGradientDescent<Run>.State>? where Objective.Scalar == Double {
    let options = parts.options
    let d = objective.parameterCount
    if let place = parts.finals.firstIndex(of: "parameters"), d > largestListedCount {
      problems.note(
        "record.final[\(place)]", expected: "a problem of at most \(largestListedCount) parameters, to list them all",
        found: "\"parameters\" of \(d)", advice: "Leave this measure out.")
      return nil
    }
    guard options.labelNoise == nil || objective.acceptsLabelShifts else {
      problems.note(
        "optimizer.labelNoise", expected: "a problem with one real label a sample under a squared loss",
        found: objective.lossFormula, advice: "Leave the label noise out.")
      return nil
    }
    var known: [NamedPoint] = []
    if let minima, minima.hasMinima, needsMinima(parts) {
      do throws(InputError) {
        known = try minima.minima()
      } catch {
        problems.note("problem", expected: error.expected, found: error.found, advice: error.advice)
        return nil
      }
    }
    let start: PlainStart
    do throws(InputError) {
      start = try PlainStart(parts.start, parameterCount: d, layout: layout, minima: known)
    } catch {
      problems.note(error)
      return nil
    }
    let measures = measures + Self.minimumMeasures(known)
    if parts.leavingRadius != nil, start.centre.isEmpty {
      problems.note(
        "optimizer.stop.when", expected: "a start near a minimiser, if trials end where they leave it",
        found: "\"left\"",
        advice: "Use \"init\": {\"kind\": \"near\", \"point\": …, \"radius\": …}.")
      return nil
    }
    let region = parts.leavingRadius.map { Region(centre: start.centre, radius: $0) }
    // What stands still may be moved on by a velocity or by decay: then it is only over at the end.
    let canRevive = options.rule.momentum > 0 || options.rule.weightDecay > 0
    let budget = options.budget
    let stopping = StoppingRules<StochasticGradientDescent<Run>.State>(
      cadence: parts.stopCadence,
      converged: parts.tolerance.map { tolerance in
        { @Sendable in LinearAlgebra.norm(objective.gradient(at: doubles($0))) <= tolerance }
      },
      diverged: { state in
        if state.hasLeft { return true }
        let parameters = doubles(state)
        return !(LinearAlgebra.dot(parameters, parameters) < largestSquaredNorm)
      },
      dead: collapse.map { collapse in
        { @Sendable in (!canRevive || $0.step >= budget) && collapse(doubles($0)) }
      })
    let begin: @Sendable (Int) -> [Double] = { trial in
      start.parameters(key: options.seeds.key(.initialization, trial: trial), trial: trial)
    }
    let plan = parts.plan(stopping: stopping) {
      numbers($0, of: objective, measures, start: begin, parameters: doubles)
    }
    let batch = Double(options.batchSize ?? objective.sampleCount)
    let stepCost = sampleCost.map { batch * $0 + Double(d) } ?? batch * Double(d)
    return Prepared(
      plan: plan, estimatedCost: Double(options.budget) * stepCost + 1, region: region,
      start: begin)
  }

  /// Whether the start or a measure refers to the problem's minimisers.
  private static func needsMinima(_ parts: SpecParts) -> Bool {
    if case .near = parts.start { return true }
    return minimumNames.contains { parts.series.contains($0) || parts.finals.contains($0) }
  }

  /// The measures of problems that know their minimisers.
  static let minimumNames = ["nearestMinimum", "minimumDistance", "exitStep"]
  static var minimumMeasures: [SpecMeasure] { minimumNames.map { SpecMeasure($0) } }

  private static func minimumMeasures(_ minima: [NamedPoint]) -> [PlainMeasure] {
    guard !minima.isEmpty else { return [] }
    @Sendable func nearest(_ parameters: [Double]) -> (place: Int, distance: Double) {
      var best = (place: 0, distance: Double.infinity)
      for (place, minimum) in minima.enumerated() {
        let distance = LinearAlgebra.norm(zip(parameters, minimum.parameters).map { $0 - $1 })
        if distance < best.distance { best = (place, distance) }
      }
      return best
    }
    return [
      PlainMeasure(minimumNames[0]) { Double(nearest($0).place) },
      PlainMeasure(minimumNames[1]) { nearest($0).distance },
    ]
  }

  /// The numbers behind a name.
  private static func numbers<Objective: FiniteSumObjective, Run: FiniteSumObjective>(
    _ name: String, of objective: Objective, _ more: [PlainMeasure], start: @escaping @Sendable (Int) -> [Double],
    parameters: @escaping @Sendable (StochasticGradientDescent<Run>.State) -> [Double]
  ) -> [Measure<StochasticGradientDescent<Run>.State>] where Objective.Scalar == Double {
    switch name {
    case "loss": return [Measure(name) { objective.loss(at: parameters($0)) }]
    case "gradientNorm": return [Measure(name) { LinearAlgebra.norm(objective.gradient(at: parameters($0))) }]
    case "squaredNorm":
      return [
        Measure(name) { state in
          let parameters = parameters(state)
          return LinearAlgebra.dot(parameters, parameters)
        }
      ]
    case "steps": return [Measure(name) { Double($0.step) }]
    case "exitStep": return [Measure(name) { $0.hasLeft ? Double($0.step) : .nan }]
    case "parameters":
      return (0..<objective.parameterCount).map { j in Measure("parameter\(j)") { Double($0.parameters[j]) } }
    default:
      return more.filter { $0.measure == name }.map { own in
        Measure(own.name) { state in own.value(parameters(state)) { start(state.trial) } }
      }
    }
  }
}

extension StochasticGradientDescent.State where Objective.Scalar == Double {
  /// The parameters, as they are.
  var doubles: [Double] { parameters }
}

/// A number that a problem on the plain loop can be asked for, besides those of every finite sum.
struct PlainMeasure: Sendable {
  /// The measure in specs.
  var measure: String
  /// The name in records: another one where the measure is several numbers.
  var name: String
  /// The number at given parameters; the other argument gives those at which the trial began.
  var value: @Sendable ([Double], () -> [Double]) -> Double

  /// Names a number.
  init(_ name: String, _ value: @escaping @Sendable ([Double]) -> Double) {
    self.init(name, of: name, value)
  }

  /// Names one of the numbers of a measure.
  init(_ name: String, of measure: String, _ value: @escaping @Sendable ([Double]) -> Double) {
    self.measure = measure
    self.name = name
    self.value = { now, _ in value(now) }
  }

  /// Names a number that depends on where the trial began.
  init(_ name: String, since value: @escaping @Sendable (_ start: [Double], _ now: [Double]) -> Double) {
    measure = name
    self.name = name
    self.value = { now, start in value(start(), now) }
  }
}
