import Claims
import Numerics
import Testing

@testable import Studies

/// The study `autoencoder`: its list of claims, and those that cost little at seeds that nobody chose.
@Suite("The study autoencoder") struct AutoencoderStudyTests {
  @Test("tells each of the 25 rows and of the 11 claims beyond them once, in chapters") func list() {
    let ids = AutoencoderStudy.study.entries.map(\.id)
    let rows = (1...25).map { "autoencoder.\($0 < 10 ? "0" : "")\($0)" }
    #expect(ids.sorted() == (rows + (1...11).map { "autoencoder.b\($0)" }).sorted())
    #expect(AutoencoderStudy.study.isToldWhole)
    #expect(AutoencoderStudy.study.corrections.count == 9)
    for correction in AutoencoderStudy.study.corrections {
      for claim in correction.claims { #expect(ids.contains(claim)) }
    }
    #expect(Set(AutoencoderStudy.study.citations.map(\.key)).count == AutoencoderStudy.study.citations.count)
  }

  static let quick = [
    "01", "02", "03", "08", "09", "10", "11", "12", "13", "14", "15", "17", "19", "22", "23", "24", "25", "b3", "b4",
    "b9", "b10",
  ]

  @Test("Quick claims hold with every field, at several seeds", arguments: quick, [11, 12] as [UInt64])
  func holds(_ name: String, seed: UInt64) throws {
    let context = StudyContext(masterSeed: seed, workers: 2, effort: .standard)
    let entry = try #require(AutoencoderStudy.study.entries.first { $0.id == "autoencoder.\(name)" })
    let claim = try entry.measure(context).claim
    #expect(claim.id == entry.id)
    #expect(claim.verdict == .holds, "\(claim.checks.filter { !$0.passes }) \(claim.hypotheses)")
    #expect(!claim.hypotheses.isEmpty)
    #expect(!claim.checks.isEmpty)
    #expect(!claim.statement.isEmpty && !claim.convention.isEmpty && !claim.source.description.isEmpty)
    #expect(claim.title.count <= 70)
    #expect(claim.unpairedMarks == [])
  }

  @Test("No measurement depends on the number of workers", arguments: ["05", "07", "15", "22", "b3", "b7"])
  func workers(_ name: String) throws {
    let entry = try #require(AutoencoderStudy.study.entries.first { $0.id == "autoencoder.\(name)" })
    let found = try [1, 2, 3].map { workers in
      try entry.measure(StudyContext(masterSeed: 3, workers: workers, effort: .standard)).claim.checks.map(
        \.measurement)
    }
    #expect(found[0] == found[1])
    #expect(found[0] == found[2])
  }

  @Test("A claim's numbers do not depend on which other claims are measured") func independence() throws {
    let context = StudyContext(masterSeed: 9, workers: 2, effort: .standard)
    let both = AutoencoderStudy.study.keeping { ["autoencoder.05", "autoencoder.22"].contains($0) }
    let alone = AutoencoderStudy.study.keeping { $0 == "autoencoder.22" }
    let first = try both.run(context, version: "", command: "") { _, _ in true }
    let second = try alone.run(context, version: "", command: "") { _, _ in true }
    let among = try #require(first.claims.first { $0.id == "autoencoder.22" })
    #expect(among.checks.map(\.measurement) == second.claims[0].checks.map(\.measurement))
  }

  @Test("An interrupted study reports what it measured, and says so") func interruption() throws {
    let context = StudyContext(masterSeed: 9, workers: 2, effort: .standard)
    let quick = AutoencoderStudy.study.keeping { ["autoencoder.13", "autoencoder.14", "autoencoder.19"].contains($0) }
    let report = try quick.run(context, version: "", command: "") { done, _ in done < 2 }
    #expect(report.claims.map(\.id) == ["autoencoder.13", "autoencoder.14"])
    #expect(report.provenance.effort == "default, interrupted after 2 of 3 claims")
  }
}
