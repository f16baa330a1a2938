import Citations
import Formats
import Reporting

/// What one measure found: for programs, for people, and in a report.
public struct DiagnosisSection: Sendable {
  /// The measure.
  public let measure: DiagnosisMeasure
  /// The numbers, each with its error.
  public var json: JSON = .object([:])
  /// The same in words, a finding a line: what, and how much.
  public var lines: [(what: String, value: String)] = []
  /// Sentences for the summary, none of which says more than was measured.
  public var statements: [String] = []
  /// What has to be known to read the numbers rightly.
  public var caveats: [String] = []
  /// The numbers as tables.
  public var tables: [Table] = []
  /// The numbers as pictures.
  public var figures: [Figure] = []
  /// The publications of what was used.
  public var citations: [Citation] = []
  /// Why nothing was measured; nil if something was.
  public var refusal: String?

  init(_ measure: DiagnosisMeasure) { self.measure = measure }

  /// A measure that does not apply, or would cost too much.
  static func refused(_ measure: DiagnosisMeasure, _ reason: String) -> DiagnosisSection {
    var section = DiagnosisSection(measure)
    section.refusal = reason
    section.json = ["isMeasured": false, "reason": .string(reason)]
    return section
  }
}
