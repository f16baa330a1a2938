import Citations
import Numerics

/// What became of an experiment, a grid of configurations with many trials each: what its HTML report, figures and CSV files show.
public struct ExperimentReport: Sendable {
  /// What the user calls it.
  public var name: String
  /// What was asked and how much of it is there, in a paragraph or two of plain text separated by blank lines.
  public var summary: String
  /// How many trials ended in each way.
  public var states: [State]
  /// What is left to run, in plain text; nil if nothing is.
  public var notice: String?
  /// What was varied.
  public var axes: [Axis]
  /// What was kept fixed.
  public var settings: [Setting]
  /// The spec as JSON text, written beside the page as `spec.json`.
  public var specification: String
  /// Commands for the shell: what each is for, and the line.
  public var commands: [Command]
  /// The results, each part with its figures and tables.
  public var parts: [Part]
  /// Where the numbers come from.
  public var provenance: Provenance
  /// The publications of the methods used.
  public var citations: [Citation]

  /// Assembles a report.
  public init(
    name: String, summary: String, states: [State], notice: String?, axes: [Axis], settings: [Setting],
    specification: String, commands: [Command], parts: [Part], provenance: Provenance, citations: [Citation] = []
  ) {
    self.name = name
    self.summary = summary
    self.states = states
    self.notice = notice
    self.axes = axes
    self.settings = settings
    self.specification = specification
    self.commands = commands
    self.parts = parts
    self.provenance = provenance
    self.citations = citations
  }

  /// So many trials ended in one way.
  public struct State: Sendable {
    /// The word for it, such as `converged`.
    public var name: String
    /// How many trials.
    public var count: Int
    /// How good it is.
    public var tone: Tone

    /// Counts trials.
    public init(_ name: String, _ count: Int, _ tone: Tone) {
      self.name = name
      self.count = count
      self.tone = tone
    }

    /// How good a state is.
    public enum Tone: Sendable { case good, bad, open, neutral }
  }

  /// A setting that was varied.
  public struct Axis: Sendable {
    /// Its place in the spec, such as `optimizer.batch`.
    public var place: String
    /// Its values, in the order of the grid.
    public var values: [String]
    /// Whether trials that differ in it alone are in one group.
    public var isPooled: Bool

    /// Describes an axis.
    public init(place: String, values: [String], isPooled: Bool = false) {
      self.place = place
      self.values = values
      self.isPooled = isPooled
    }
  }

  /// A setting that was kept fixed.
  public struct Setting: Sendable {
    /// Its place in the spec.
    public var place: String
    /// Its value.
    public var value: String

    /// Describes a setting.
    public init(place: String, value: String) {
      self.place = place
      self.value = value
    }
  }

  /// A line for the shell.
  public struct Command: Sendable {
    /// What it does, in a few words.
    public var purpose: String
    /// The line.
    public var line: String

    /// Describes a command.
    public init(_ purpose: String, _ line: String) {
      self.purpose = purpose
      self.line = line
    }
  }

  /// Some of the results.
  public struct Part: Sendable {
    /// Names it in addresses, each once in a report.
    public var anchor: String
    /// The heading.
    public var heading: String
    /// What is to be said first, in plain text.
    public var text: String
    /// What is known, line by line: what, and its value, both in plain text.
    public var facts: [(what: String, value: String)]
    /// Pictures.
    public var figures: [Figure]
    /// Tables.
    public var tables: [Table]

    /// Describes a part.
    public init(
      anchor: String, heading: String, text: String = "", facts: [(what: String, value: String)] = [],
      figures: [Figure] = [], tables: [Table] = []
    ) {
      self.anchor = anchor
      self.heading = heading
      self.text = text
      self.facts = facts
      self.figures = figures
      self.tables = tables
    }
  }

  /// Where the numbers come from.
  public struct Provenance: Sendable {
    /// The command that makes this report again.
    public var command: String
    /// The version of the program that made the report.
    public var version: String
    /// The version of the program that ran the experiment last.
    public var runVersion: String
    /// SHA-256 of what was asked.
    public var specificationHash: String
    /// The path of the store.
    public var store: String

    /// Records where numbers come from.
    public init(command: String, version: String, runVersion: String, specificationHash: String, store: String) {
      self.command = command
      self.version = version
      self.runVersion = runVersion
      self.specificationHash = specificationHash
      self.store = store
    }
  }
}

extension ExperimentReport: Report {
  var origin: FigureOrigin { FigureOrigin(command: provenance.command, version: provenance.version) }
  /// The pictures of all parts.
  public var figures: [Figure] { parts.flatMap(\.figures) }
  /// The tables of all parts.
  public var tables: [Table] { parts.flatMap(\.tables) }

  var attachments: [StudyReport.Attachment] { [] }

  func documents() throws(InputError) -> [(name: String, text: String)] {
    [("spec.json", specification)] + citations.document
  }

  func content(_ gallery: FigureGallery) -> PageContent { ExperimentPage(report: self).content(gallery) }
}
