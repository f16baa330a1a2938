import Curvature
import Formats
import Numerics
import Stability

extension JSON {
  /// A number, or null where there is none.
  static func number(orNull value: Double?) -> JSON { value.map { $0.isFinite ? .number($0) : .null } ?? .null }

  /// The members of an object; none of anything else.
  var members: [String: JSON] {
    if case .object(let members) = self { return members }
    return [:]
  }
}

/// An eigenvalue with the interval of its residual.
func json<Scalar>(_ pair: Eigenpair<Scalar>) -> JSON {
  [
    "value": .number(pair.value), "residual": .number(pair.residual), "low": .number(pair.interval.lowerBound),
    "high": .number(pair.interval.upperBound), "isConverged": .bool(pair.isConverged),
  ]
}

/// An eigenvalue as far as it is known.
func text<Scalar>(_ pair: Eigenpair<Scalar>) -> String {
  pair.residual > 1e-12 * abs(pair.value)
    ? NumberText.readable(pair.value, plusMinus: pair.residual) : NumberText.readable(pair.value, digits: 7)
}

/// A measured number with its interval.
func json(_ value: MeasuredValue) -> JSON {
  [
    "value": .number(value.value), "standardError": .number(orNull: value.standardError),
    "low": .number(orNull: value.interval.low), "high": .number(orNull: value.interval.high),
    "confidence": .number(value.interval.confidence), "batches": .integer(value.batches),
    "isExact": .bool(value.isExact),
  ]
}

/// A measured number, with its interval unless it is exact.
func text(_ value: MeasuredValue) -> String {
  value.isExact
    ? NumberText.readable(value.value)
    : NumberText.readable(value.value, from: value.interval.low, to: value.interval.high)
}

/// A trace with its interval.
func json(_ trace: TraceEstimate) -> JSON {
  [
    "value": .number(trace.value), "standardError": .number(trace.standardError),
    "low": .number(orNull: trace.interval.low), "high": .number(orNull: trace.interval.high),
    "confidence": .number(trace.interval.confidence), "products": .integer(trace.products),
    "method": .string(trace.method.rawValue), "isExact": .bool(trace.isExact), "isConverged": .bool(trace.isConverged),
  ]
}

/// A trace, with its interval unless it is exact.
func text(_ trace: TraceEstimate) -> String {
  trace.isExact
    ? NumberText.readable(trace.value, digits: 7)
    : NumberText.readable(trace.value, from: trace.interval.low, to: trace.interval.high)
}
