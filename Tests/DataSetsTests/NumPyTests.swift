import DataSets
import Foundation
import Numerics
import Testing

/// What NumPy drew, from Fixtures/draws.py.
private struct Fixture: Decodable {
  struct Draws: Decodable {
    var seed: UInt32
    var words: [UInt32]
    var uniform: [Double]
    var normal: [Double]
    var normal2000: Double
  }
  struct Sparse: Decodable {
    var n, d, r: Int
    var first, last, testLast, theta, targets: [Double]
    var sum, testSum, testTargetSum: Double
  }
  var draws: [Draws]
  var sparse: [Sparse]

  static func read() throws -> Fixture {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Fixtures/draws.json")
    return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: file))
  }
}

@Suite("NumPy's legacy generator") struct NumPyTests {
  private func isClose(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-14) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
  }

  @Test("Words, uniform and normal numbers are NumPy's, beyond the first state too") func draws() throws {
    for draws in try Fixture.read().draws {
      var generator = NumPyGenerator(seed: draws.seed)
      #expect((0..<5).map { _ in generator.nextWord() } == draws.words)
      generator = NumPyGenerator(seed: draws.seed)
      #expect((0..<5).map { _ in generator.uniform() } == draws.uniform)
      generator = NumPyGenerator(seed: draws.seed)
      let normals = generator.normals(2001)
      #expect(isClose(Array(normals.prefix(5)), draws.normal))
      #expect(isClose([normals[2000]], [draws.normal2000]))
    }
  }

  @Test("The published sparse linear data sets are NumPy's") func sparse() throws {
    let settings: [SparseLinearData] = [.main, .surface, .comparison]
    for (settings, expected) in zip(settings, try Fixture.read().sparse) {
      #expect(
        settings.sampleCount == expected.n && settings.inputCount == expected.d && settings.sparsity == expected.r)
      let data = settings.published()
      #expect(data.training.sampleCount == expected.n && data.test.sampleCount == 1000)
      #expect(isClose(Array(data.training.features.prefix(4)), expected.first))
      #expect(isClose(Array(data.training.features.suffix(4)), expected.last))
      #expect(isClose(Array(data.test.features.suffix(4)), expected.testLast))
      #expect(isClose([data.training.features.reduce(0, +)], [expected.sum], 1e-12))
      #expect(isClose([data.test.features.reduce(0, +)], [expected.testSum], 1e-11))
      #expect(isClose(Array(data.truth.prefix(expected.r)), expected.theta))
      #expect(data.truth.dropFirst(expected.r).allSatisfy { $0 == 0 })
      #expect(isClose(data.training.targets, expected.targets, 1e-13))
      #expect(isClose([data.test.targets.reduce(0, +)], [expected.testTargetSum], 1e-11))
    }
  }
}
