import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// What a run measures, when, and what ends it.
public struct RunPlan<State: Sendable>: Sendable {
  /// T, the largest number of updates.
  public var budget: Int
  /// What ends a run before that.
  public var stopping: StoppingRules<State>
  /// What is recorded along the way.
  public var series: [Probe<State>]
  /// What is measured when the run has ended.
  public var finals: [Measure<State>]

  /// Describes a run.
  public init(
    budget: Int, stopping: StoppingRules<State> = StoppingRules(), series: [Probe<State>] = [],
    finals: [Measure<State>] = []
  ) {
    self.budget = budget
    self.stopping = stopping
    self.series = series
    self.finals = finals
  }

  /// Refuses a budget below 0 or above `longestRun`, what an engine can do at most, and cadences that make no sense.
  public func validate(longestRun: Int? = nil) throws(InputError) {
    guard budget >= 0 else { throw InputError("budget", expected: "a number of steps from 0", found: "\(budget)") }
    if let longestRun, budget > longestRun {
      throw InputError(
        "budget", expected: "at most \(longestRun), the number of replayed batches", found: "\(budget)",
        advice: "Lower the number of steps, or write more batches.")
    }
    try stopping.cadence.validate(location: "stopping.cadence")
    for probe in series { try probe.cadence.validate(location: "series.\(probe.measure.name).cadence") }
  }
}

/// A named number read off a state, with its standard error if it has one.
public struct Measure<State: Sendable>: Sendable {
  /// The column's name in records: camelCase.
  public var name: String
  /// The number.
  public var value: @Sendable (State) -> Double
  /// The number and its standard error, if it has one: what records of a run's end are made from.
  public var estimate: (@Sendable (State) -> Estimate)?

  /// Names a number that is exact.
  public init(_ name: String, _ value: @escaping @Sendable (State) -> Double) {
    self.name = name
    self.value = value
  }

  /// Names a number that is estimated, such as a trace from random probe vectors.
  public static func estimated(_ name: String, _ estimate: @escaping @Sendable (State) -> Estimate) -> Measure {
    var measure = Measure(name) { estimate($0).value }
    measure.estimate = estimate
    return measure
  }
}

/// A number that is known up to chance.
public struct Estimate: Sendable, Hashable {
  /// The number.
  public var value: Double
  /// Its standard error, in its own units; not a number if it is not known.
  public var standardError: Double

  /// Puts a number and its standard error together.
  public init(_ value: Double, standardError: Double) {
    self.value = value
    self.standardError = standardError
  }
}

/// A measure taken again and again. The state at the end is always taken too.
public struct Probe<State: Sendable>: Sendable {
  /// What is measured.
  public var measure: Measure<State>
  /// When.
  public var cadence: Cadence

  /// Measures `value` at `cadence` under `name`.
  public init(_ name: String, _ cadence: Cadence, _ value: @escaping @Sendable (State) -> Double) {
    measure = Measure(name, value)
    self.cadence = cadence
  }
}

/// The steps at which something happens; step t is the state after t updates. Periods and densities are at least 1, and
/// given steps ascend from 0; `validate` says so before `first` relies on it.
public enum Cadence: Sendable, Hashable {
  /// 0, k, 2k, …, k ≥ 1.
  case every(Int)
  /// The given steps, ascending.
  case at([Int])
  /// 0, 1, and then about so many steps a decade, evenly on a logarithmic axis; at least one a decade.
  case perDecade(Int)

  /// Refuses periods and densities below 1, and given steps that do not ascend from 0.
  public func validate(location: String = "cadence") throws(InputError) {
    switch self {
    case .every(let period):
      guard period >= 1 else {
        throw InputError("\(location).every", expected: "a number of steps from 1", found: "\(period)")
      }
    case .at(let steps):
      var last = 0
      for (place, step) in steps.enumerated() {
        guard step >= last else {
          throw InputError("\(location).at[\(place)]", expected: "ascending steps from 0", found: "\(step)")
        }
        last = step
      }
    case .perDecade(let density):
      guard (1...Self.largestDensity).contains(density) else {
        throw InputError(
          "\(location).perDecade", expected: "a number of steps from 1 to \(Self.largestDensity)",
          found: "\(density)")
      }
    }
  }

  /// A density beyond which every step is one up to far above a million.
  private static let largestDensity = 1_000_000

  /// The first step of the cadence that is at least `step`; nil if there is none.
  public func first(from step: Int) -> Int? {
    switch self {
    case .every(let period):
      let past = step % period
      if past == 0 { return step }
      let (next, overflows) = step.addingReportingOverflow(period - past)
      return overflows ? nil : next
    case .at(let steps):
      return steps.first { $0 >= step }
    case .perDecade(let density):
      guard step > 1 else { return step }
      var place = Int((log10(Double(step)) * Double(density)).rounded(.down))
      while Self.logarithmicStep(place, density) < Double(step) { place += 1 }
      return Int(exactly: Self.logarithmicStep(place, density))
    }
  }

  private static func logarithmicStep(_ place: Int, _ density: Int) -> Double {
    pow(10, Double(place) / Double(density)).rounded()
  }
}

/// What ends a run before its budget.
public struct StoppingRules<State: Sendable>: Sendable {
  /// When the rules are asked. Times of convergence are known to this resolution.
  public var cadence: Cadence
  /// Whether the goal is reached.
  public var converged: (@Sendable (State) -> Bool)?
  /// Whether the run has left every region of interest.
  public var diverged: (@Sendable (State) -> Bool)?
  /// Whether nothing can ever change any more although the goal is not reached.
  public var dead: (@Sendable (State) -> Bool)?

  /// Describes the rules; what is left out never ends a run.
  public init(
    cadence: Cadence = .every(64), converged: (@Sendable (State) -> Bool)? = nil,
    diverged: (@Sendable (State) -> Bool)? = nil, dead: (@Sendable (State) -> Bool)? = nil
  ) {
    self.cadence = cadence
    self.converged = converged
    self.diverged = diverged
    self.dead = dead
  }

  func outcome(_ state: State) -> Outcome? {
    if let diverged, diverged(state) { return .diverged }
    if let dead, dead(state) { return .dead }
    if let converged, converged(state) { return .converged }
    return nil
  }
}

/// How a run ended. Only runs of the same outcome are comparable; none is averaged in silently.
public enum Outcome: String, Sendable, Codable, CaseIterable {
  /// The goal was reached.
  case converged
  /// It left every region of interest, or a value stopped being a number.
  case diverged
  /// Every gradient is 0 for ever and the goal is not reached.
  case dead
  /// It made all the steps that it was given.
  case exhausted
}
