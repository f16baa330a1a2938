import Experiments
import Formats
import Numerics
import Reporting

extension StateCounts {
  /// `3 converged, 1 dead`.
  var words: String {
    TrialState.allCases.filter { self[$0] > 0 }.map { "\(self[$0]) \($0.name)" }.joined(separator: ", ")
  }

  /// What is not in the statistics, in a sentence; nil if nothing.
  var leftOut: String? {
    let states: [TrialState] = [.dead, .diverged, .failed]
    let parts = states.filter { self[$0] > 0 }.map { "\(self[$0]) \($0.name)" }
    guard !parts.isEmpty else { return nil }
    let number = states.reduce(0) { $0 + self[$1] }
    return "Left out: \(parts.joined(separator: ", ")) \(number == 1 ? "trial" : "trials")."
  }

  /// Throws unless there is something to show.
  func requireFinished(in store: String) throws(InputError) {
    guard finished == 0 else { return }
    throw InputError(
      store, expected: "a store with finished trials", found: "none (\(words))",
      advice: self[.failed] > 0
        ? "Why trials failed is in: basin export \(store)" : "Run it first: basin run SPEC.json --store \(store)")
  }
}

extension ResultGrid.Setting {
  /// A setting of a store.
  init(_ value: JSON?) {
    switch value {
    case nil, .null?: self = .none
    case .integer(let number)? where abs(number) < 1 << 53: self = .number(Double(number))
    case .number(let number)?: self = .number(number)
    case .string(let text)?: self = .text(text)
    case .some(let other): self = .text(other.text)
    }
  }
}

extension Table.Cell {
  /// A setting of a store; empty where it does not apply.
  init(_ setting: JSON?) {
    switch setting {
    case .integer(let number)?: self = .integer(number)
    case .number(let number)?: self = .number(number)
    default: self = .text(ResultGrid.Setting(setting).text)
    }
  }

  /// A number that may be missing.
  init(_ value: Double?) { self = value.map { .number($0) } ?? .text("") }
}
