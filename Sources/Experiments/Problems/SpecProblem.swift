import Descent
import Formats
import Numerics
import Objectives

/// A kind of problem that specs can name: how its settings are read, what can be measured of it, and how it is run.
protocol SpecProblem: Sendable {
  /// The settings below `problem`.
  static var settings: SpecObject { get }
  /// What can be measured.
  static var measures: [SpecMeasure] { get }
  /// What is measured at the end if a spec does not say.
  static var defaultFinals: [String] { get }

  /// Makes the problem of resolved settings.
  ///
  /// - Throws: `InputError` whose location is a key below `problem`.
  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError)

  /// n.
  var sampleCount: Int { get }
  /// Settings that were left out because the data decide them.
  var derivedSettings: [String: JSON] { get }
  /// What is minimised, and where its minima are known to be.
  var finiteSum: SpecObjective { get }

  /// All that runs a trial; nil after noting why the parts do not fit each other.
  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload?
}

extension SpecProblem {
  /// None.
  var derivedSettings: [String: JSON] { [:] }
}

/// The objective of a spec, for those who ask other questions of it than how trials end.
public struct SpecObjective: Sendable {
  /// The objective, whatever its type is.
  public let objective: any FiniteSumObjective<Double>
  private let findMinima: (@Sendable () throws(InputError) -> [NamedPoint])?

  init(
    _ objective: any FiniteSumObjective<Double>, minima: (@Sendable () throws(InputError) -> [NamedPoint])? = nil
  ) {
    self.objective = objective
    findMinima = minima
  }

  /// Its minimisers, as far as they are known or can be computed; none for most problems. May take a while where they
  /// have to be found.
  ///
  /// - Throws: `InputError` where none is found.
  public func minima() throws(InputError) -> [NamedPoint] { try findMinima?() ?? [] }

  /// Whether it has minima to tell.
  var hasMinima: Bool { findMinima != nil }
}

/// A measure that specs can name.
struct SpecMeasure: Sendable {
  /// The name.
  var name: String
  /// Whether it is several numbers, which only `record.final` can hold.
  var isVector = false
}

/// The parts of a configuration besides its problem.
struct SpecParts: Sendable {
  /// Where trials begin.
  var start: SpecStart
  /// How they descend.
  var options: DescentOptions
  /// When the goal counts as reached, and how often that is asked; nil runs the whole budget.
  var stop: (tolerance: Double, every: Int)?
  /// The distance from the minimiser at which it begins that ends a trial, and how often one looks; nil for none.
  var leaving: (radius: Double, every: Int)?
  /// When stopping rules are asked. Without a goal they only find out what has died or diverged, which is in no hurry: asking
  /// costs as much as dozens of steps of a fast engine.
  var stopCadence: Cadence { .every(stop?.every ?? leaving?.every ?? 1_024) }
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
