import Testing

@testable import Fuzzing

/// Damaged files for every reader, a few of the many that `make fuzz` tries.
@Suite struct FuzzTests {
  @Test(arguments: FuzzReader.all.map(\.name))
  func damageIsReadOrRefused(_ name: String) throws {
    let reader = try #require(FuzzReader.named(name))
    var (accepted, refused) = (0, 0)
    for number in 0..<3_000 {
      switch reader.run(number) {
      case .accepted: accepted += 1
      case .refused: refused += 1
      case .wrong(let problem): Issue.record("\(name), case \(number): \(problem)")
      }
    }
    // Both paths are taken: what is always refused never gets past the first byte.
    #expect(accepted > 30 && refused > 300, "\(accepted) accepted, \(refused) refused")
  }

  @Test func seedsAreSoundAndCasesAreRepeatable() {
    #expect(Set(FuzzReader.all.map(\.name)).count == FuzzReader.all.count)
    for reader in FuzzReader.all {
      for (place, seed) in reader.seeds.enumerated() {
        let file = reader.wrap(seed, 0)
        #expect(
          reader.outcome(file) == .accepted || reader.outcome(reader.wrap(seed, 1)) == .accepted,
          "\(reader.name), seed \(place)")
      }
      #expect(reader.file(17) == reader.file(17) && (0..<20).contains { reader.file($0) != reader.file($0 + 1) })
    }
  }
}
