import Claims
import Reporting

@testable import Studies

extension Claim {
  /// The texts in which a dollar sign is left when the marks of formulas are removed.
  var unpairedMarks: [String] {
    ([title, statement, convention, correction ?? "", remark ?? "", source.description]
      + hypotheses.flatMap { [$0.statement, $0.found] } + checks.map(\.name)).filter(\.hasUnpairedMark)
  }
}

extension Study {
  /// Whether question, set-up and chapters are written, in headings that are plain and texts whose marks are paired.
  var isToldWhole: Bool {
    let texts =
      [question, setup] + chapters.map(\.text) + corrections.flatMap { [$0.said, $0.instead] }
      + experiments.map(\.question)
    return (4...7).contains(chapters.count) && texts.allSatisfy { !$0.isEmpty && !$0.hasUnpairedMark }
      && chapters.allSatisfy { !$0.heading.contains("$") && !$0.entries.isEmpty }
  }
}

extension String {
  fileprivate var hasUnpairedMark: Bool { PlainText.of(self).contains("$") }
}
