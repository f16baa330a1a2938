import Citations
import Claims
import Numerics

/// Everything a study found: what the terminal, `claims.json`, the CSV files, the figures and the HTML report show.
public struct StudyReport: Sendable {
  /// The study's name on the command line, such as `autoencoder`.
  public var name: String
  /// A title for people.
  public var title: String
  /// What the study is about, in a paragraph or two of plain text separated by blank lines.
  public var summary: String
  /// The claims in the order of the report.
  public var claims: [Claim]
  /// Pictures.
  public var figures: [Figure]
  /// Tables, written as CSV files.
  public var tables: [Table]
  /// Plain statements of what is often said and what is true instead.
  public var corrections: [Correction]
  /// The study's publications first, then those of the methods it used.
  public var citations: [Citation]
  /// How the run was made: seeds, version, machine, time.
  public var provenance: Provenance
  /// Small data files to be kept beside the report, such as a replayable start, by file name.
  public var attachments: [Attachment]

  /// Assembles a report.
  public init(
    name: String, title: String, summary: String, claims: [Claim], figures: [Figure], tables: [Table],
    corrections: [Correction], citations: [Citation], provenance: Provenance, attachments: [Attachment] = []
  ) {
    self.name = name
    self.title = title
    self.summary = summary
    self.claims = claims
    self.figures = figures
    self.tables = tables
    self.corrections = corrections
    self.citations = citations
    self.provenance = provenance
    self.attachments = attachments
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

extension StudyReport: Report {
  var origin: FigureOrigin { FigureOrigin(command: provenance.command, version: provenance.version) }

  func documents() throws(InputError) -> [(name: String, text: String)] {
    do {
      let claims = String(decoding: try ClaimDocument(self).json(), as: UTF8.self)
      return allCitations.document + [("claims.json", claims)]
    } catch {
      throw InputError("claims.json", expected: "a report that JSON can express", found: "\(error)")
    }
  }

  func content(_ gallery: FigureGallery) -> PageContent { StudyPage(report: self).content(gallery) }

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
