import Claims
import Numerics
import Testing

@testable import Studies

/// The study `support`: its list of claims, that they hold, and that nothing but the seed decides their numbers.
@Suite("The study support") struct SupportStudyTests {
  @Test("lists the 16 rows, the controls and the images") func list() {
    let ids = SupportStudy.study.entries.map(\.id)
    let rows = (1...16).map { "b\($0)" } + (1...5).map { "n\($0)" } + (1...3).map { "r\($0)" }
    #expect(ids == rows.map { "support.\($0)" })
    for correction in SupportStudy.study.corrections {
      #expect(!correction.claims.isEmpty)
      for claim in correction.claims { #expect(ids.contains(claim)) }
    }
    #expect(Set(SupportStudy.study.citations.map(\.key)).count == SupportStudy.study.citations.count)
  }

  private func finding(_ name: String, seed: UInt64, workers: Int = 2) throws -> Study.Finding {
    let entry = try #require(SupportStudy.study.entries.first { $0.id == "support.\(name)" })
    return try entry.measure(StudyContext(masterSeed: seed, workers: workers, effort: .standard))
  }

  static let names = SupportStudy.study.entries.map { String($0.id.dropFirst("support.".count)) }.filter { $0 != "r3" }

  @Test("Every claim holds with every field at the default seed", arguments: names) func holds(_ name: String) throws {
    let claim = try finding(name, seed: 1).claim
    #expect(claim.id == "support.\(name)")
    #expect(claim.verdict == .holds, "\(claim.checks.filter { !$0.passes }) \(claim.hypotheses)")
    #expect(!claim.checks.isEmpty && !claim.statement.isEmpty && !claim.convention.isEmpty)
    #expect(Set(claim.checks.map(\.name)).count == claim.checks.count, "two checks of one name")
    if case .publication(let citation, _) = claim.source { #expect(SupportStudy.study.citations.contains(citation)) }
  }

  @Test(
    "Claims hold at a seed that nobody chose", arguments: ["b1", "b2", "b3", "b5", "b7", "b8", "b10", "b11", "b14"])
  func holdsElsewhere(_ name: String) throws {
    let claim = try finding(name, seed: 11).claim
    #expect(claim.verdict == .holds, "\(claim.checks.filter { !$0.passes }) \(claim.hypotheses)")
  }

  @Test("Without MNIST its claim says how to get it") func withoutMNIST() throws {
    guard case .notApplicable(let reason) = try finding("r3", seed: 1).claim.verdict else {
      Issue.record("MNIST is not at hand")
      return
    }
    #expect(reason.contains("basin data fetch mnist") && reason.contains("--mnist"))
  }

  @Test("No measurement depends on the number of workers", arguments: ["b3", "b7", "b8", "b16"])
  func workers(_ name: String) throws {
    let found = try [1, 2].map { try finding(name, seed: 3, workers: $0).claim.checks.map(\.measurement) }
    #expect(found[0] == found[1])
  }
}
