import Claims
import Numerics
import Testing

@testable import Studies

/// The study `sparse-features`: its list of claims, that they hold, and that nothing but the seed decides their numbers.
@Suite("The study sparse-features") struct SparseFeaturesStudyTests {
  @Test("lists the 13 rows in order, then what goes beyond") func list() {
    let ids = SparseFeaturesStudy.study.entries.map(\.id)
    #expect(ids == (1...13).map { "sparse-features.a\($0)" } + (1...3).map { "sparse-features.b\($0)" })
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
