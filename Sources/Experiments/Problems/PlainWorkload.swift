import Descent
import Numerics
import Objectives

/// What specs can ask of every finite sum of real parameters, and what runs its trials: the plain loop, with rules and
/// measures that need no more than the objective.
enum PlainWorkload {
  /// When trials end, and what can be measured, for the explanation of a kind of problem.
  ///
  /// - Parameter more: the problem's own measures, each with its meaning.
  static func explanation(and more: [String] = []) -> String {
    let names = ["loss (mean over all samples)", "gradientNorm", "squaredNorm", "steps"] + more + ["parameters"]
    return """
      Converged: the norm of the full gradient ≤ tolerance. Diverged: ‖θ‖² above 10¹². Measures: \
      \(names.joined(separator: ", ")).
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
  ///   - measures: the problem's own numbers, besides those of every finite sum.
  ///   - sampleCost: about how many multiplications a sample's gradient takes; by default the number of parameters.
  static func make<Objective: FiniteSumObjective>(
    _ objective: Objective, _ parts: SpecParts, measures: [PlainMeasure] = [], sampleCost: Double? = nil,
    problems: inout SpecProblemList
  ) -> Workload? where Objective.Scalar == Double {
    let (options, start) = (parts.options, parts.start)
    let d = objective.parameterCount
    if let misfit = misfit(of: start, parameterCount: d) {
      problems.note(misfit)
      return nil
    }
    typealias Engine = StochasticGradientDescent<Objective>
    let stopping = StoppingRules<Engine.State>(
      cadence: parts.stopCadence,
      converged: parts.stop.map { stop in
        { @Sendable in LinearAlgebra.norm(objective.gradient(at: $0.parameters)) <= stop.tolerance }
      }, diverged: { !(LinearAlgebra.dot($0.parameters, $0.parameters) < largestSquaredNorm) })
    let plan = parts.plan(stopping: stopping) { numbers($0, of: objective, measures) }
    let batch = Double(options.batchSize ?? objective.sampleCount)
    let stepCost = sampleCost.map { batch * $0 + Double(d) } ?? batch * Double(d)
    return Workload(
      plan: plan, estimatedCost: Double(options.budget) * stepCost + 1,
      makeEngine: { () throws(InputError) in try Engine(objective, options: options) },
      start: { trial in
        start.parameters(count: d, key: options.seeds.key(.initialization, trial: trial), trial: trial) ?? []
      })
  }

  private static func misfit(of start: SpecStart, parameterCount: Int) -> InputError? {
    guard case .coefficients = start else { return start.misfit(parameterCount: parameterCount) }
    return InputError(
      "init.kind", expected: "a start in terms of the parameters", found: "\"coefficients\"",
      advice: "To give the parameters themselves, use {\"kind\": \"parameters\", \"values\": […]}.")
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
