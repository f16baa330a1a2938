import Numerics
import Testing

@testable import Stability

/// The second moment after a step, as the public function gives it.
@Suite("Second moment after a step") struct SecondMomentTests {
  @Test("is the mean over all batches") func step() throws {
    let geometry = try Golden.matrices(Golden.g3)
    for sampling in [Sampling.subset, .iid] {
      for b in 1...4 {
        let dynamics = try dynamics(4, b, sampling)
        let s = Matrix([[2, 0.3], [0.3, 1]])
        let found = try geometry.secondMoment(after: s, step: 0.7, of: dynamics)
        #expect(largestDifference(found, try EnumerationTests.enumerated(geometry, dynamics, 0.7, s)) < 1e-13)
      }
    }
  }

  @Test("is not defined for reshuffling, momentum and other orders") func refusals() throws {
    let geometry = try Golden.matrices(Golden.g3)
    let s = Matrix.identity(2)
    #expect(throws: InputError.self) { try geometry.secondMoment(after: s, step: 0.1, of: dynamics(4, 1, .reshuffle)) }
    #expect(throws: InputError.self) {
      try geometry.secondMoment(after: s, step: 0.1, of: dynamics(4, 1, .subset, momentum: 0.5))
    }
    #expect(throws: InputError.self) {
      try geometry.secondMoment(after: .identity(3), step: 0.1, of: dynamics(4, 1, .subset))
    }
  }
}
