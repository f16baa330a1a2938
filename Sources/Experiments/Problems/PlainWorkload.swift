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
  static func measures(and more: [String] = []) -> [SpecMeasure] {
    (["loss", "gradientNorm", "squaredNorm", "steps"] + more).map { SpecMeasure(name: $0) }
      + [SpecMeasure(name: "parameters", isVector: true)]
  }

  /// What is measured at the end if a spec does not say.
  static let defaultFinals = ["loss", "gradientNorm"]

  /// ‖θ‖² from which a trial counts as diverged.
  private static let largestSquaredNorm = 1e12

  /// All that runs a trial; nil after noting why the start does not fit the objective.
  ///
  /// Call it with a concrete objective where that is known: the loop is compiled for it then.
  ///
  /// - Parameters:
  ///   - minima: the problem's minimisers; asked for only if the start or a measure needs them.
  ///   - measures: the problem's own numbers, besides those of every finite sum.
  ///   - sampleCost: about how many multiplications a sample's gradient takes; by default the number of parameters.
  static func make<Objective: FiniteSumObjective>(
    _ objective: Objective, _ parts: SpecParts, minima: SpecObjective? = nil, measures: [PlainMeasure] = [],
    sampleCost: Double? = nil, problems: inout SpecProblemList
  ) -> Workload? where Objective.Scalar == Double {
    let options = parts.options
    let d = objective.parameterCount
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
      start = try PlainStart(parts.start, parameterCount: d, minima: known)
    } catch {
      problems.note(error)
      return nil
    }
    let measures = measures + Self.minimumMeasures(known)
    typealias Engine = StochasticGradientDescent<Objective>
    if parts.leavingRadius != nil, start.centre.isEmpty {
      problems.note(
        "optimizer.stop.when", expected: "a start near a minimiser, if trials end where they leave it",
        found: "\"left\"",
        advice: "Use \"init\": {\"kind\": \"near\", \"point\": …, \"radius\": …}.")
      return nil
    }
    let region = parts.leavingRadius.map { Region(centre: start.centre, radius: $0) }
    let stopping = StoppingRules<Engine.State>(
      cadence: parts.stopCadence,
      converged: parts.tolerance.map { tolerance in
        { @Sendable in LinearAlgebra.norm(objective.gradient(at: $0.parameters)) <= tolerance }
      },
      diverged: { $0.hasLeft || !(LinearAlgebra.dot($0.parameters, $0.parameters) < largestSquaredNorm) })
    let plan = parts.plan(stopping: stopping) { numbers($0, of: objective, measures) }
    let batch = Double(options.batchSize ?? objective.sampleCount)
    let stepCost = sampleCost.map { batch * $0 + Double(d) } ?? batch * Double(d)
    return Workload(
      plan: plan, estimatedCost: Double(options.budget) * stepCost + 1,
      makeEngine: { () throws(InputError) in try Engine(objective, options: options, region: region) },
      start: { trial in start.parameters(key: options.seeds.key(.initialization, trial: trial), trial: trial) })
  }

  /// Whether the start or a measure refers to the problem's minimisers.
  private static func needsMinima(_ parts: SpecParts) -> Bool {
    if case .near = parts.start { return true }
    return minimumNames.contains { parts.series.contains($0) || parts.finals.contains($0) }
  }

  /// The measures of problems that know their minimisers.
  static let minimumNames = ["nearestMinimum", "minimumDistance", "exitStep"]

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
  private static func numbers<Objective: FiniteSumObjective>(
    _ name: String, of objective: Objective, _ more: [PlainMeasure]
  ) -> [Measure<StochasticGradientDescent<Objective>.State>] where Objective.Scalar == Double {
    switch name {
    case "loss": return [Measure(name) { objective.loss(at: $0.parameters) }]
    case "gradientNorm": return [Measure(name) { LinearAlgebra.norm(objective.gradient(at: $0.parameters)) }]
    case "squaredNorm": return [Measure(name) { LinearAlgebra.dot($0.parameters, $0.parameters) }]
    case "steps": return [Measure(name) { Double($0.step) }]
    case "exitStep": return [Measure(name) { $0.hasLeft ? Double($0.step) : .nan }]
    case "parameters":
      return (0..<objective.parameterCount).map { j in Measure("parameter\(j)") { $0.parameters[j] } }
    default: return more.filter { $0.name == name }.map { own in Measure(name) { own.value($0.parameters) } }
    }
  }
}

/// A number that a problem on the plain loop can be asked for, besides those of every finite sum.
struct PlainMeasure: Sendable {
  /// The name in specs and records.
  var name: String
  /// The number at given parameters.
  var value: @Sendable ([Double]) -> Double

  /// Names a number.
  init(_ name: String, _ value: @escaping @Sendable ([Double]) -> Double) {
    self.name = name
    self.value = value
  }
}
