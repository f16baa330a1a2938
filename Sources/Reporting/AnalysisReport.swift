import Citations
import Numerics

/// What a command found out about one thing: facts, figures, tables and remarks, as one page.
public struct AnalysisReport: Sendable {
  /// The heading.
  public var title: String
  /// What kind of analysis it is, in a word or two.
  public var kind: String
  /// The outcome at a glance.
  public var tallies: [ExperimentReport.State]
  /// What it is about and what came out, in plain text with empty lines between paragraphs.
  public var summary: String
  /// Why there is less than was asked for, in plain text; nil if there is not.
  public var notice: String?
  /// What is known about the thing: what, and its value, both in plain text.
  public var facts: [(what: String, value: String)]
  /// The results, each part with its figures and tables.
  public var parts: [ExperimentReport.Part]
  /// What has to be known to read the results rightly, each in plain text.
  public var caveats: [String]
  /// The result for programs: a file's name and its text.
  public var document: (name: String, text: String)
  /// The command that makes it again.
  public var command: String
  /// The program's version.
  public var version: String
  /// The publications of the methods used.
  public var citations: [Citation]

  /// Assembles a report.
  public init(
    title: String, kind: String, tallies: [ExperimentReport.State], summary: String, notice: String?,
    facts: [(what: String, value: String)], parts: [ExperimentReport.Part], caveats: [String],
    document: (name: String, text: String), command: String, version: String,
    citations: [Citation] = []
  ) {
    self.title = title
    self.kind = kind
    self.tallies = tallies
    self.summary = summary
    self.notice = notice
    self.facts = facts
    self.parts = parts
    self.caveats = caveats
    self.document = document
    self.command = command
    self.version = version
    self.citations = citations
  }
}

extension AnalysisReport: Report {
  var name: String { title }
  var origin: FigureOrigin { FigureOrigin(command: command, version: version) }
  var figures: [Figure] { parts.flatMap(\.figures) }
  var tables: [Table] { parts.flatMap(\.tables) }
  var attachments: [StudyReport.Attachment] { [] }

  func documents() throws(InputError) -> [(name: String, text: String)] { [document] + citations.document }

  func content(_ gallery: FigureGallery) -> PageContent {
    let version = HTML.escaped(self.version)
    let notice = self.notice.map { "<p class=\"reason notApplicable\">\(HTML.escaped($0))</p>" }
    let lead = [notice, HTML.paragraphs(summary), gallery.problem].compactMap(\.self).filter { !$0.isEmpty }
    let file = HTML.address(document.name)
    let remarks = caveats.map { "<li>\(HTML.escaped($0))</li>" }
    return PageContent(
      title: title, kicker: HTML.escaped(kind), version: self.version,
      tallies: tallies.map { .init($0.tone.ofPage, $0.count, $0.name) },
      talliesLabel: tallies.map { "\($0.count) \($0.name)" }.joined(separator: ", "),
      lead: lead.joined(separator: "\n"),
      sections: [
        .init("facts", "What it is", HTML.facts(facts.map { (HTML.escaped($0.what), HTML.escaped($0.value)) }))
      ]
        + parts.map { $0.section(gallery) } + [
          .init("caveats", "How to read it", remarks.isEmpty ? "" : "<ul>\(remarks.joined(separator: "\n"))</ul>"),
          .init("provenance", "How to repeat it", HTML.facts([("Command", "<code>\(HTML.escaped(command))</code>")])),
          citations.references,
        ],
      footer: """
        Made by Basin \(version). The same command and version give the same numbers. \
        For programs: <a href="\(file)">\(HTML.escaped(document.name))</a> and the CSV files of each table and figure.
        """,
      hasFigures: !figures.isEmpty)
  }
}
