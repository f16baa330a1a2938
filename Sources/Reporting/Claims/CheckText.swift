import Claims
import Formats

/// The texts of a check that every report shows alike: terminal, HTML and the reasons in `claims.json`.
struct CheckText {
  /// The predicted value; a bound carries its sign, such as `≤ 0.05`.
  let predicted: String
  /// The measured value with its error, such as `0.4986 ± 0.0012` or `0.4986 [0.4962, 0.501]`.
  let measured: String
  /// The tolerance, such as `± 1e-8`, `1 %`, `4 s.e.`, `equal` or `bound`.
  let tolerance: String
  /// The number of runs or samples; empty if there is none.
  let count: String

  /// The texts of one check.
  init(_ check: Check) {
    let plain =
      check.passes
      ? (NumberText.readable(check.prediction), NumberText.readable(check.measurement))
      : NumberText.distinguishable(check.prediction, check.measurement)
    switch check.tolerance {
    case .atMost: predicted = "≤ " + plain.0
    case .atLeast: predicted = "≥ " + plain.0
    default: predicted = plain.0
    }
    switch check.error {
    case .exact: measured = plain.1
    case .standardError(let error): measured = NumberText.readable(check.measurement, plusMinus: error)
    case .interval(let low, let high, _):
      measured = "\(plain.1) [\(NumberText.readable(low)), \(NumberText.readable(high))]"
    }
    switch check.tolerance {
    case .absolute(let allowed): tolerance = "± \(NumberText.readable(allowed, digits: 3))"
    case .relative(let allowed) where allowed >= 1e-4:
      tolerance = "\(NumberText.readable(100 * allowed, digits: 3)) %"
    case .relative(let allowed): tolerance = "\(NumberText.readable(allowed, digits: 3)) rel."
    case .standardErrors(let allowed): tolerance = "\(NumberText.readable(allowed, digits: 3)) s.e."
    case .exact: tolerance = "equal"
    case .atMost, .atLeast: tolerance = "bound"
    }
    count = check.count.map(String.init) ?? ""
  }

  /// One sentence part: `Tr H: predicted 2, measured 2.31 ± 0.02, tolerance 4 s.e., n = 100`.
  static func sentence(_ check: Check) -> String {
    let text = CheckText(check)
    let number = text.count.isEmpty ? "" : ", n = \(text.count)"
    return "\(check.name): predicted \(text.predicted), measured \(text.measured), tolerance \(text.tolerance)\(number)"
  }
}

extension Claim {
  /// Why the claim does not hold or says nothing, each failing check in its own part; nil if it holds.
  public var reason: String? {
    switch verdict {
    case .holds: nil
    case .notApplicable(let because): "a hypothesis did not hold: \(because)"
    case .fails where checks.isEmpty: "nothing was checked"
    case .fails: checks.filter { !$0.passes }.map(CheckText.sentence).joined(separator: "; ")
    }
  }
}

/// How many claims hold, fail, or say nothing.
public struct VerdictCounts: Sendable, Equatable, Codable {
  /// Claims whose every check passed.
  public var holds = 0
  /// Claims with a failed check.
  public var fails = 0
  /// Claims whose hypotheses the run did not meet.
  public var notApplicable = 0

  /// Counts the verdicts of claims.
  public init(_ claims: [Claim]) {
    for claim in claims {
      switch claim.verdict {
      case .holds: holds += 1
      case .fails: fails += 1
      case .notApplicable: notApplicable += 1
      }
    }
  }

  /// `33 claims: 33 hold, 0 fail, 0 not applicable`.
  public var sentence: String {
    let total = holds + fails + notApplicable
    return "\(total) \(total == 1 ? "claim" : "claims"): \(holds) hold, \(fails) fail, \(notApplicable) not applicable"
  }
}
