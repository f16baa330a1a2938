import Numerics
import Objectives

/// Where the trials of a problem on the plain loop begin: a spec's start, held against the problem.
struct PlainStart: Sendable {
  private let start: SpecStart
  private let parameterCount: Int
  /// The point of a start near a minimiser; empty for others.
  let centre: [Double]

  /// Holds a start against a problem.
  ///
  /// - Throws: `InputError` for coefficients, a wrong number of parameters, and a minimiser that the problem does not know.
  init(_ start: SpecStart, parameterCount: Int, minima: [NamedPoint]) throws(InputError) {
    self.start = start
    self.parameterCount = parameterCount
    switch start {
    case .coefficients:
      throw InputError(
        "init.kind", expected: "a start in terms of the parameters", found: "\"coefficients\"",
        advice: "To give the parameters themselves, use {\"kind\": \"parameters\", \"values\": […]}.")
    case .near(let name, _):
      guard let point = minima.first(where: { $0.name == name }) else {
        let names = minima.map(\.name)
        throw InputError(
          "init.point",
          expected: names.isEmpty ? "a problem that knows its minimisers" : "one of \(names.joined(separator: ", "))",
          found: "\"\(name)\"",
          advice: names.isEmpty
            ? "Give the parameters themselves, with {\"kind\": \"parameters\", \"values\": […]}." : "")
      }
      centre = point.parameters
    default:
      if let misfit = start.misfit(parameterCount: parameterCount) { throw misfit }
      centre = []
    }
  }

  /// w₀ of a trial.
  func parameters(key: RandomKey, trial: Int) -> [Double] {
    if case .near(_, let radius) = start {
      var stream = RandomStream(key)
      return zip(centre, stream.sphere(count: parameterCount, radius: radius)).map { $0 + $1 }
    }
    return start.parameters(count: parameterCount, key: key, trial: trial) ?? []
  }
}
