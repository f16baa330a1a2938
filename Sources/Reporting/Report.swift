import Numerics

/// What every report is: figures, tables and documents, and a page that shows them. `ReportWriter` writes any of them.
protocol Report: Sendable {
  /// What it is about, for error messages.
  var name: String { get }
  /// The command and the version that made it.
  var origin: FigureOrigin { get }
  /// Pictures.
  var figures: [Figure] { get }
  /// Tables, written as CSV files.
  var tables: [Table] { get }
  /// Data files kept beside the tables.
  var attachments: [StudyReport.Attachment] { get }

  /// Text files beside the page.
  func documents() throws(InputError) -> [(name: String, text: String)]

  /// What the page says, with the figures as far as they could be drawn.
  func content(_ gallery: FigureGallery) -> PageContent
}

/// What a page says: a header and sections. Texts named so are plain; the others are HTML.
struct PageContent {
  /// The heading, in plain text.
  var title: String
  /// The words above the heading.
  var kicker: String
  /// The program's version, in plain text.
  var version: String
  /// The outcome at a glance.
  var tallies: [Tally]
  /// The outcome as a sentence, for those who cannot see it; in plain text.
  var talliesLabel: String
  /// The paragraphs below.
  var lead: String
  /// What follows; those without a body are left out.
  var sections: [Section]
  /// The last line.
  var footer: String

  /// So many of a kind.
  struct Tally {
    var tone: Tone
    var count: Int
    var word: String

    init(_ tone: Tone, _ count: Int, _ word: String) {
      self.tone = tone
      self.count = count
      self.word = word
    }
  }

  /// How good it is, with the name that the style sheet has for it.
  enum Tone: String {
    case good = "holds"
    case bad = "fails"
    case open = "notApplicable"
    case neutral
  }

  /// A part with a heading that the contents name.
  struct Section {
    var anchor: String
    /// In plain text.
    var heading: String
    var body: String

    init(_ anchor: String, _ heading: String, _ body: String) {
      self.anchor = anchor
      self.heading = heading
      self.body = body
    }
  }

  /// The tallies side by side.
  var strip: String {
    let items = tallies.map { tally in
      "<li class=\"\(tally.count == 0 ? "none" : tally.tone.rawValue)\"><b>\(tally.count)</b> "
        + "\(HTML.escaped(tally.word))</li>"
    }
    return "<ul class=\"counts\" aria-label=\"\(HTML.escaped(talliesLabel))\">\(items.joined())</ul>"
  }
}
