import Claims
import Numerics
import Testing

@testable import Studies

/// The study `sparse-features`: its list of claims, that they hold, and that nothing but the seed decides their numbers.
@Suite("The study sparse-features") struct SparseFeaturesStudyTests {
  @Test("tells the 13 rows and what goes beyond, each once, in chapters") func list() {
    let chapters = SparseFeaturesStudy.study.chapters.map {
      $0.entries.map { String($0.id.dropFirst("sparse-features.".count)) }
    }
    #expect(
      chapters == [
        ["a1", "a2", "a3"], ["a4", "a5"], ["a6", "a7", "a8"], ["a9", "a10"], ["a12", "a13"], ["a11", "b3"],
        ["b1", "b2"],
      ])
    let ids = SparseFeaturesStudy.study.entries.map(\.id)
    let rows = (1...13).map { "a\($0)" } + (1...3).map { "b\($0)" }
    #expect(ids.sorted() == rows.map { "sparse-features.\($0)" }.sorted())
    for correction in SparseFeaturesStudy.study.corrections {
      #expect(!correction.claims.isEmpty)
      for claim in correction.claims { #expect(ids.contains(claim)) }
    }
    let citations = SparseFeaturesStudy.study.citations
    #expect(Set(citations.map(\.key)).count == citations.count)
  }

  private func finding(_ name: String, seed: UInt64, workers: Int = 2) throws -> Study.Finding {
    let entry = try #require(SparseFeaturesStudy.study.entries.first { $0.id == "sparse-features.\(name)" })
    return try entry.measure(StudyContext(masterSeed: seed, workers: workers, effort: .standard))
  }

  static let names = SparseFeaturesStudy.study.entries.map { String($0.id.dropFirst("sparse-features.".count)) }

  @Test("Every claim holds with every field at the default seed", arguments: names) func holds(_ name: String) throws {
    let claim = try finding(name, seed: 1).claim
    #expect(claim.id == "sparse-features.\(name)")
    #expect(claim.verdict == .holds, "\(claim.checks.filter { !$0.passes }) \(claim.hypotheses)")
    #expect(!claim.hypotheses.isEmpty && !claim.checks.isEmpty)
    #expect(!claim.statement.isEmpty && !claim.convention.isEmpty && !claim.source.description.isEmpty)
    #expect(claim.title.count <= 90)
    #expect(Set(claim.checks.map(\.name)).count == claim.checks.count, "two checks of one name")
    if case .publication(let citation, _) = claim.source {
      #expect(SparseFeaturesStudy.study.citations.contains(citation))
    }
  }

  @Test("No measurement depends on the number of workers", arguments: ["a2", "a7", "a10", "a12"])
  func workers(_ name: String) throws {
    let found = try [1, 2].map { try finding(name, seed: 3, workers: $0).claim.checks.map(\.measurement) }
    #expect(found[0] == found[1])
  }
}
