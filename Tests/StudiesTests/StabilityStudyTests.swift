import Claims
import Numerics
import Testing

@testable import Studies

/// The study `stability`: its list of claims, that they hold, and that nothing but the seed decides their numbers.
@Suite("The study stability") struct StabilityStudyTests {
  @Test("lists the 23 rows in order, then what goes beyond") func list() {
    let ids = StabilityStudy.study.entries.map(\.id)
    let rows = (1...23).map { "stability.\($0 < 10 ? "0" : "")\($0)" }
    #expect(ids == rows + (1...4).map { "stability.b\($0)" })
    for correction in StabilityStudy.study.corrections {
      #expect(!correction.claims.isEmpty)
      for claim in correction.claims { #expect(ids.contains(claim)) }
    }
    #expect(Set(StabilityStudy.study.citations.map(\.key)).count == StabilityStudy.study.citations.count)
  }

  private func finding(_ name: String, seed: UInt64, workers: Int = 2) throws -> Study.Finding {
    let entry = try #require(StabilityStudy.study.entries.first { $0.id == "stability.\(name)" })
    return try entry.measure(StudyContext(masterSeed: seed, workers: workers, effort: .standard))
  }

  static let names = StabilityStudy.study.entries.map { String($0.id.dropFirst("stability.".count)) }

  @Test("Every claim holds with every field at the default seed", arguments: names) func holds(_ name: String) throws {
    let finding = try finding(name, seed: 1)
    let claim = finding.claim
    #expect(claim.id == "stability.\(name)")
    #expect(claim.verdict == .holds, "\(claim.checks.filter { !$0.passes }) \(claim.hypotheses)")
    #expect(!claim.hypotheses.isEmpty && !claim.checks.isEmpty)
    #expect(!claim.statement.isEmpty && !claim.convention.isEmpty && !claim.source.description.isEmpty)
    #expect(claim.title.count <= 90)
    #expect(Set(claim.checks.map(\.name)).count == claim.checks.count, "two checks of one name")
    if case .publication(let citation, _) = claim.source { #expect(StabilityStudy.study.citations.contains(citation)) }
  }

  static let statistical = [
    "01", "03", "04", "05", "06", "08", "09", "10", "11", "14", "15", "16", "17", "19", "21", "b1", "b3", "b4",
  ]

  @Test("Claims that draw numbers hold at seeds that nobody chose", arguments: statistical, [11, 12] as [UInt64])
  func holds(_ name: String, seed: UInt64) throws {
    let claim = try finding(name, seed: seed).claim
    #expect(claim.verdict == .holds, "\(claim.checks.filter { !$0.passes }) \(claim.hypotheses)")
  }

  @Test("No measurement depends on the number of workers", arguments: ["10", "14", "15", "16", "17", "b1", "b3"])
  func workers(_ name: String) throws {
    let found = try [1, 2].map { try finding(name, seed: 3, workers: $0).claim.checks.map(\.measurement) }
    #expect(found[0] == found[1])
  }

  @Test("What was not read is called a reconstruction, what replaces it a substitute", arguments: ["07", "08", "09"])
  func honesty(_ name: String) throws {
    let entry = try finding(name, seed: 1).claim
    guard case .derivedHere(let basis) = entry.source else {
      Issue.record("\(entry.id) has the source \(entry.source)")
      return
    }
    #expect(basis.contains("reconstruction") || basis.contains("substitute"))
    #expect(basis.contains("not read"))
  }

  @Test("A gambler who wins one bet in three is ruined as the textbook says") func ruin() throws {
    // Multipliers 2, ½, ½: from 2⁻ᵏ the distance exceeds 1 with probability 2⁻⁽ᵏ⁺¹⁾, and κ = 1.
    let walk = RuinWalk(multipliers: [2, 0.5, 0.5], seeds: Seeds(master: 4))
    let context = StudyContext(masterSeed: 1, workers: 2, effort: .standard)
    for k in 1...4 {
      let start = 1 / Double(1 << k)
      let count = try context.walk(walk, count: 40_000, from: start)
      let found = try Proportion(successes: count.escaped, trials: count.walks)
      let p = start / 2
      #expect(abs(found.estimate - p) < 4.5 * (p * (1 - p) / 40_000).squareRoot())
      #expect(count.undecided == 0)
      // Under the tilted law every walk escapes, and all have the same weight.
      let tilted = try context.walk(walk, count: 500, from: start, floor: 0, tilt: 1)
      #expect(tilted.escaped == 500 && abs(tilted.weights.mean - p) < 1e-12)
    }
    let alone = walk.run(0..<100, from: 0.1)
    let (first, second) = (walk.run(0..<37, from: 0.1), walk.run(37..<100, from: 0.1))
    #expect(alone.escaped == first.escaped + second.escaped)
  }

  @Test("Isotropic Gaussian samples in one direction: the root of E log|1 − ηz²|") func isotropic() throws {
    let line = IsotropicGaussian(dimension: 1, batchSize: 1)
    #expect(abs(try line.almostSureThreshold() - 2.4212495) < 2e-4)
    #expect(line.meanSquareThreshold == 2.0 / 3)
    let space = IsotropicGaussian(dimension: 3, batchSize: 2)
    // Small steps: Λ = −η + O(η²).
    #expect(abs(space.lyapunovExponent(step: 1e-4) / -1e-4 - 1) < 1e-3)
    var stream = RandomStream(RandomKey(seed: 5, purpose: .measurement))
    let step = 0.9
    let drawn = try Summary((0..<40_000).map { _ in space.logarithm(step: step, &stream) })
    #expect(abs(drawn.mean - space.lyapunovExponent(step: step)) < 4.5 * (drawn.standardError ?? 0))
  }
}
