import Numerics

/// What a report leaves behind besides its page.
protocol ReportFiles: Sendable {
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

  /// Text files beside the page, by their paths in the report's folder.
  func documents() throws(InputError) -> [(name: String, text: String)]
}

/// A report with a page of its own.
protocol Report: ReportFiles {
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
  /// Whether there are figures.
  var hasFigures = false

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
    /// Sections inside of it, after the body.
    var parts: [Section]

    init(_ anchor: String, _ heading: String, _ body: String, parts: [Section] = []) {
      self.anchor = anchor
      self.heading = heading
      self.body = body
      self.parts = parts.filter { !$0.isEmpty }
    }

    /// Whether there is nothing to show.
    var isEmpty: Bool { body.isEmpty && parts.isEmpty }
  }
}

extension [PageContent.Tally] {
  /// The tallies side by side; `label` says the same as a sentence, for those who cannot see it.
  func strip(_ label: String) -> String {
    let items = map { tally in
      "<li class=\"\(tally.count == 0 ? "none" : tally.tone.rawValue)\"><b>\(tally.count)</b> "
        + "\(HTML.escaped(tally.word))</li>"
    }
    return "<ul class=\"counts\" aria-label=\"\(HTML.escaped(label))\">\(items.joined())</ul>"
  }
}
