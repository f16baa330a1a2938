import Citations
import Descent
import Formats
import Numerics
import Objectives
import Synchronization

/// A kind of problem that specs can name: how its settings are read, what can be measured of it, and how it is run.
protocol SpecProblem: Sendable {
  /// The settings below `problem`.
  static var settings: SpecObject { get }
  /// What can be measured.
  static var measures: [SpecMeasure] { get }
  /// What is measured at the end if a spec does not say.
  static var defaultFinals: [String] { get }
  /// How its minimisers are found where somebody asks for them, with the publications; nil if they are known, or are not.
  static var minimiser: (name: String, citations: [Citation])? { get }

  /// Makes the problem of resolved settings.
  ///
  /// - Throws: `InputError` whose location is a key below `problem`.
  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError)

  /// n.
  var sampleCount: Int { get }
  /// Settings that were left out because the data decide them, and those that have several ways of writing, in one of them.
  var derivedSettings: [String: JSON] { get }
  /// What is minimised, and where its minima are known to be.
  var finiteSum: SpecObjective { get }

  /// All that runs a trial; nil after noting why the parts do not fit each other.
  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload?
}

extension SpecProblem {
  /// None.
  static var minimiser: (name: String, citations: [Citation])? { nil }

  /// None.
  var derivedSettings: [String: JSON] { [:] }
}

/// The objective of a spec, for those who ask other questions of it than how trials end.
public struct SpecObjective: Sendable {
  /// The objective, whatever its type is.
  public let objective: any FiniteSumObjective<Double>
  private let known: Minima?

  /// Minimisers that are found when they are first asked for, once for all who ask.
  private final class Minima: Sendable {
    let find: @Sendable () throws(InputError) -> [NamedPoint]
    let found = Mutex<Result<[NamedPoint], InputError>?>(nil)

    init(_ find: @escaping @Sendable () throws(InputError) -> [NamedPoint]) { self.find = find }
  }

  init(
    _ objective: any FiniteSumObjective<Double>, minima: (@Sendable () throws(InputError) -> [NamedPoint])? = nil
  ) {
    self.objective = objective
    known = minima.map(Minima.init)
  }

  /// Its minimisers, as far as they are known or can be computed; none for most problems. May take a while where they
  /// have to be found.
  ///
  /// - Throws: `InputError` where none is found.
  public func minima() throws(InputError) -> [NamedPoint] {
    guard let known else { return [] }
    let result = known.found.withLock { found in
      if let found { return found }
      let fresh = Result { () throws(InputError) in try known.find() }
      found = fresh
      return fresh
    }
    return try result.get()
  }

  /// An objective whose minimiser is found by Newton's method when it is asked for, under the name `minimum`.
  init(convex objective: any FiniteSumObjective<Double>) {
    self.init(objective) { () throws(InputError) in [try Self.minimum(of: objective)] }
  }

  private static func minimum(of objective: some FiniteSumObjective<Double>) throws(InputError) -> NamedPoint {
    let start = [Double](repeating: 0, count: objective.parameterCount)
    let slope = LinearAlgebra.norm(objective.gradient(at: start))
    let found = try NewtonMethod.minimise(objective, from: start)
    guard found.gradientNorm <= 1e-9 * max(1, slope),
      found.distance <= 1e-5 * (1 + LinearAlgebra.norm(found.parameters))
    else {
      throw InputError(
        "problem", expected: "a loss that has a minimiser",
        found: "a gradient of \(found.gradientNorm) where Newton's method ends, \(found.distance) from its next point",
        advice: "Classes that a plane separates have none: a positive weightDecay makes one.")
    }
    return NamedPoint("minimum", found.parameters)
  }

  /// Whether it has minima to tell.
  var hasMinima: Bool { known != nil }
}

/// A measure that specs can name.
struct SpecMeasure: Sendable, ExpressibleByStringLiteral {
  /// The name.
  var name: String
  /// The publications of how it is measured.
  var citations: [Citation] = []
  /// Whether it is several numbers, which only `record.final` can hold.
  var isVector = false

  init(_ name: String, _ citations: [Citation] = [], isVector: Bool = false) {
    self.name = name
    self.citations = citations
    self.isVector = isVector
  }

  /// A measure that needs no publication.
  init(stringLiteral name: String) { self.init(name) }
}

/// What ends a trial.
enum SpecGoal: Sendable {
  /// Convergence, to a tolerance that the problem explains.
  case converged(tolerance: Double)
  /// That it is so far from the minimiser near which it began.
  case left(radius: Double)
}

/// The parts of a configuration besides its problem.
struct SpecParts: Sendable {
  /// Where trials begin.
  var start: SpecStart
  /// How they descend.
  var options: DescentOptions
  /// What ends a trial before its budget, and how often one looks; nil runs the whole budget.
  var stop: (goal: SpecGoal, every: Int)?
  /// When stopping rules are asked. Without a goal they only find out what has died or diverged, which is in no hurry: asking
  /// costs as much as dozens of steps of a fast engine.
  var stopCadence: Cadence { .every(stop?.every ?? 1_024) }
  /// When the trial counts as converged; nil where that ends none.
  var tolerance: Double? { if case .converged(let tolerance)? = stop?.goal { tolerance } else { nil } }
  /// How far away the minimiser is left; nil where that ends none.
  var leavingRadius: Double? { if case .left(let radius)? = stop?.goal { radius } else { nil } }
  /// How often series are taken.
  var recordEvery: Int
  /// The measures along the way, by name.
  var series: [String]
  /// The measures at the end, by name.
  var finals: [String]

  /// The plan of a run.
  ///
  /// - Parameter measures: the numbers behind a name.
  func plan<State: Sendable>(
    stopping: StoppingRules<State>, measures: (String) -> [Measure<State>]
  ) -> RunPlan<State> {
    RunPlan(
      budget: options.budget, stopping: stopping,
      series: series.flatMap(measures).map { Probe($0.name, .every(recordEvery), $0.value) },
      finals: finals.flatMap(measures))
  }
}
