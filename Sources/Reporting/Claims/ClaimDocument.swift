import Citations
import Claims

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What `claims.json` holds: a public contract for programs that read a study's outcome.
///
/// Keys are camelCase and sorted. JSON has no infinities and no not-a-number, so such numbers are `null`; `reason` then says
/// in words what was found. `reason`, `correction`, `remark`, `count`, `decisiveCheck` and `citationKey` are left out where there is
/// nothing to say.
public struct ClaimDocument: Codable, Sendable, Equatable {
  /// The study's name.
  public var study: String
  /// The study's title.
  public var title: String
  /// How the run was made.
  public var provenance: Provenance
  /// How many claims hold, fail, or say nothing.
  public var summary: VerdictCounts
  /// The claims in the order of the report.
  public var claims: [ClaimRecord]
  /// Wordings in circulation that are wrong.
  public var corrections: [Correction]
  /// The report's publications, then those that only claims name; every `citationKey` is the key of one.
  public var citations: [Citation]

  /// The document of a report.
  public init(_ report: StudyReport) {
    study = report.name
    title = report.title
    provenance = Provenance(report.provenance)
    summary = VerdictCounts(report.claims)
    claims = report.claims.map { ClaimRecord($0, command: report.command(for: $0)) }
    corrections = report.corrections.map {
      Correction(said: PlainText.of($0.said), instead: PlainText.of($0.instead), claims: $0.claims)
    }
    citations = report.allCitations
  }

  /// The JSON text, the same bytes for the same document.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + [0x0A]
  }

  /// A number, or `null` where it is infinite or not a number.
  public struct Number: Codable, Sendable, Equatable {
    /// The value, if it is finite.
    public var value: Double?

    /// Keeps a finite value.
    public init(_ value: Double) { self.value = value.isFinite ? value : nil }

    /// Reads a number or `null`.
    public init(from decoder: any Decoder) throws {
      let container = try decoder.singleValueContainer()
      value = container.decodeNil() ? nil : try container.decode(Double.self)
    }

    /// Writes a number or `null`.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      if let value { try container.encode(value) } else { try container.encodeNil() }
    }
  }

  /// How the run was made.
  public struct Provenance: Codable, Sendable, Equatable {
    /// The program's version.
    public var version: String
    /// The command that makes the report again.
    public var command: String
    /// The master seed.
    public var masterSeed: UInt64
    /// `default` or `full`.
    public var effort: String
    /// Worker threads.
    public var workers: Int
    /// Wall-clock seconds of the measurements.
    public var seconds: Number

    init(_ provenance: StudyReport.Provenance) {
      version = provenance.version
      command = provenance.command
      masterSeed = provenance.masterSeed
      effort = provenance.effort
      workers = provenance.workers
      seconds = Number(provenance.seconds)
    }
  }

  /// A wording in circulation that is wrong, and what is true instead.
  public struct Correction: Codable, Sendable, Equatable {
    /// What is said.
    public var said: String
    /// What is true.
    public var instead: String
    /// The claims that measure it, by id.
    public var claims: [String]
  }
}
