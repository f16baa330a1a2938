import Citations
import Claims
import Numerics

/// Everything a study found: what the terminal, `claims.json`, the CSV files, the figures and the page show.
public struct StudyReport: Sendable {
  /// The study's name on the command line, such as `autoencoder`.
  public var name: String
  /// A title for people.
  public var title: String
  /// What is asked, and by whom, in a paragraph or two of marked text.
  public var question: String
  /// The model, the data, and the notation of what follows, in marked text.
  public var setup: String
  /// What was found, in the order in which it is told.
  public var chapters: [Chapter]
  /// Plain statements of what is often said and what is true instead.
  public var corrections: [Correction]
  /// Experiments with which a reader goes on.
  public var experiments: [Experiment]
  /// The study's publications first, then those of the methods it used.
  public var citations: [Citation]
  /// How the run was made: seeds, version, machine, time.
  public var provenance: Provenance

  /// Assembles a report.
  public init(
    name: String, title: String, question: String, setup: String, chapters: [Chapter], corrections: [Correction],
    experiments: [Experiment], citations: [Citation], provenance: Provenance
  ) {
    self.name = name
    self.title = title
    self.question = question
    self.setup = setup
    self.chapters = chapters
    self.corrections = corrections
    self.experiments = experiments
    self.citations = citations
    self.provenance = provenance
  }

  /// The claims in the order of the report.
  public var claims: [Claim] { chapters.flatMap { $0.findings.map(\.claim) } }
  /// Pictures.
  public var figures: [Figure] { chapters.flatMap { $0.findings.flatMap(\.figures) } }
  /// Tables, written as CSV files.
  public var tables: [Table] { chapters.flatMap { $0.findings.flatMap(\.tables) } }
  /// Small data files to be kept beside the report, such as a replayable start.
  public var attachments: [Attachment] { chapters.flatMap { $0.findings.flatMap(\.attachments) } }

  /// Some claims that belong together, with what they have to say as a whole.
  public struct Chapter: Sendable {
    /// The heading.
    public var heading: String
    /// What was found, in a paragraph or two of marked text.
    public var text: String
    /// The claims with their figures and tables.
    public var findings: [Finding]

    /// Describes a chapter.
    public init(heading: String, text: String, findings: [Finding]) {
      self.heading = heading
      self.text = text
      self.findings = findings
    }
  }

  /// What one measurement brings to the report.
  public struct Finding: Sendable {
    /// The claim with its verdict.
    public var claim: Claim
    /// Pictures of it.
    public var figures: [Figure]
    /// The data behind it.
    public var tables: [Table]
    /// Small files to keep.
    public var attachments: [Attachment]

    /// Collects the results of a measurement.
    public init(_ claim: Claim, figures: [Figure] = [], tables: [Table] = [], attachments: [Attachment] = []) {
      self.claim = claim
      self.figures = figures
      self.tables = tables
      self.attachments = attachments
    }
  }

  /// A spec for `basin run` that asks a study's question again, on a reader's own terms.
  public struct Experiment: Sendable {
    /// The file's name, such as `batch-size.json`.
    public var fileName: String
    /// What it asks, in a sentence of marked text.
    public var question: String
    /// The spec.
    public var text: String
    /// The options of `basin figure` that draw its answer.
    public var figure: String

    /// Describes an experiment.
    public init(fileName: String, question: String, text: String, figure: String) {
      self.fileName = fileName
      self.question = question
      self.text = text
      self.figure = figure
    }
  }

  /// A wording in circulation that is wrong, and what is true instead.
  public struct Correction: Sendable, Codable {
    /// What is said.
    public var said: String
    /// What is true.
    public var instead: String
    /// The claims that measure it, by id.
    public var claims: [String]

    /// Puts a wording right.
    public init(said: String, instead: String, claims: [String]) {
      self.said = said
      self.instead = instead
      self.claims = claims
    }
  }

  /// How a run was made.
  public struct Provenance: Sendable, Codable {
    /// The program's version.
    public var version: String
    /// The command that makes this report again.
    public var command: String
    /// The master seed.
    public var masterSeed: UInt64
    /// `default` or `full`.
    public var effort: String
    /// Worker threads; results do not depend on them.
    public var workers: Int
    /// Wall-clock seconds of the measurements.
    public var seconds: Double

    /// Records how a run was made.
    public init(version: String, command: String, masterSeed: UInt64, effort: String, workers: Int, seconds: Double) {
      self.version = version
      self.command = command
      self.masterSeed = masterSeed
      self.effort = effort
      self.workers = workers
      self.seconds = seconds
    }
  }

  /// A small data file kept beside the report.
  public struct Attachment: Sendable {
    /// The file's name.
    public var fileName: String
    /// What it is, in a sentence.
    public var explanation: String
    /// Its text.
    public var text: String

    /// Describes an attachment.
    public init(fileName: String, explanation: String, text: String) {
      self.fileName = fileName
      self.explanation = explanation
      self.text = text
    }
  }
}

extension StudyReport: ReportFiles {
  var origin: FigureOrigin { FigureOrigin(command: provenance.command, version: provenance.version) }

  func documents() throws(InputError) -> [(name: String, text: String)] {
    do {
      let claims = String(decoding: try ClaimDocument(self).json(), as: UTF8.self)
      return [("claims.json", claims)] + experiments.map { ("specs/\($0.fileName)", $0.text) }
    } catch {
      throw InputError("claims.json", expected: "a report that JSON can express", found: "\(error)")
    }
  }

  /// The report's publications, then those that only claims name, each once.
  var allCitations: [Citation] {
    let sources = claims.compactMap { claim -> Citation? in
      guard case .publication(let citation, _) = claim.source else { return nil }
      return citation
    }
    var keys: Set<String> = []
    return (citations + sources).filter { keys.insert($0.key).inserted }
  }
}
