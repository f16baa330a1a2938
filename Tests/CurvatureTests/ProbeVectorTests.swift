import Numerics
import Testing

@testable import Curvature

@Suite("Probe vectors") struct ProbeVectorTests {
  @Test(
    "signs are the bits of the stream, in every length and precision",
    arguments: [1, 31, 32, 33, 127, 128, 129, 2048, 2049, 5000])
  func signs(dimension: Int) {
    let seeds = Seeds(master: 3)
    let probes = ProbeVectors(.sketch, .rademacher, seeds: seeds, trial: 7)
    var vector = [Double](repeating: 0, count: dimension)
    var single = [Float](repeating: 0, count: dimension)
    for number in [0, 1, 12_345] {
      probes.fill(&vector, number)
      probes.fill(&single, number)
      let key = seeds.key(.measurement, trial: 7)
      var stream = RandomStream(key, step: 2 << 24 + number)
      var word: UInt32 = 0
      for j in 0..<dimension {
        if j % 32 == 0 { word = stream.nextWord() }
        #expect(vector[j] == (word >> UInt32(j % 32) & 1 == 0 ? 1 : -1))
        #expect(Double(single[j]) == vector[j])
      }
    }
  }

  @Test("Gaussian vectors are the stream's") func gaussian() {
    let seeds = Seeds(master: 4)
    for dimension in [1, 2, 7, 100] {
      var vector = [Double](repeating: 0, count: dimension)
      ProbeVectors(.density, .gaussian, seeds: seeds, trial: 1).fill(&vector, 9)
      var stream = RandomStream(seeds.key(.measurement, trial: 1), step: 3 << 24 + 9)
      #expect(vector == stream.gaussian(count: dimension))
    }
  }

  @Test("vectors of different numbers, purposes and trials are uncorrelated") func independence() {
    let dimension = 40_000
    func vector(_ purpose: ProbeVectors.Purpose, _ trial: Int, _ number: Int) -> [Double] {
      var result = [Double](repeating: 0, count: dimension)
      ProbeVectors(purpose, .rademacher, seeds: Seeds(master: 1), trial: trial).fill(&result, number)
      return result
    }
    let all = [
      vector(.sample, 0, 0), vector(.sample, 0, 1), vector(.sample, 1, 0), vector(.sketch, 0, 0),
      vector(.density, 0, 0), vector(.sketch, 1, 1),
    ]
    for first in all.indices {
      #expect(abs(all[first].reduce(0, +)) < 5 * Double(dimension).squareRoot())
      for second in 0..<first {
        #expect(abs(LinearAlgebra.dot(all[first], all[second])) < 5 * Double(dimension).squareRoot())
      }
    }
  }
}
