import Numerics
import Testing

@testable import Stability

/// The digest's golden tables, to their printed digits.
@Suite("Golden thresholds") struct GoldenThresholdTests {
  static let meanSquareTable: [(String, Sampling, [Double])] = [
    ("G1", .subset, [0.480000000, 0.590163934, 0.639053254, 0.666666667]),
    ("G1", .iid, [0.480000000, 0.558139535, 0.590163934, 0.607594937]),
    ("G2", .subset, [0.576039492, 0.938164490, 1.131482908]),
    ("G2", .iid, [0.576039492, 0.781507659, 0.881019972]),
    ("G3", .subset, [0.669944621, 0.875934991, 0.958187264, 1.000000000]),
    ("G3", .iid, [0.669944621, 0.817743772, 0.875934991, 0.906327736]),
    ("G4", .subset, [2.000000000, 2.801172204, 3.000000000]),
  ]

  static func family(_ name: String) throws -> MinimumGeometry {
    switch name {
    case "G1": try Golden.scalars(Golden.g1)
    case "G2": try Golden.rankOne(Golden.g2)
    case "G3": try Golden.matrices(Golden.g3)
    default: try Golden.rankOne(Golden.g4)
    }
  }

  @Test("η_meanSquare, matrix-free and dense", arguments: meanSquareTable)
  func meanSquare(_ name: String, _ sampling: Sampling, _ printed: [Double]) throws {
    let geometry = try Self.family(name)
    for (b, value) in zip(1..., printed) {
      let dynamics = try dynamics(geometry.sampleCount, b, sampling)
      let threshold = try geometry.meanSquareThreshold(of: dynamics)
      #expect(agrees(threshold.value, value), "\(name) \(sampling) b=\(b): \(threshold.value)")
      #expect(agrees(try geometry.denseMeanSquareThreshold(of: dynamics), value))
      #expect(threshold.lower <= threshold.value && threshold.value <= threshold.upper)
    }
  }

  @Test("G3 with large independent batches")
  func largeBatches() throws {
    let geometry = try Golden.matrices(Golden.g3)
    for (b, printed, sufficient) in [
      (4, 0.906328, 0.880709), (8, 0.952961, 0.936571), (16, 0.976497, 0.967247), (1000, 0.999625, 0.999458),
    ] {
      let dynamics = try dynamics(4, b, .iid)
      #expect(agrees(try geometry.meanSquareThreshold(of: dynamics).value, printed, digits: 6))
      #expect(agrees(try geometry.bounds(of: dynamics).sufficient, sufficient, digits: 6))
    }
  }

  @Test("η_all") func all() throws {
    let geometry = try Golden.scalars(Golden.g1)
    for (b, printed) in zip(1..., [0.333333333, 0.444444444, 0.545454545, 0.666666667]) {
      let found = try geometry.allBatchesThreshold(of: dynamics(4, b, .subset))
      #expect(found.isExact && agrees(found.lower, printed))
      let independent = try geometry.allBatchesThreshold(of: dynamics(4, b, .iid))
      #expect(agrees(independent.lower, 0.333333333))
    }
  }

  @Test("η_lower, η_upper, (15), (16), η_sufficient, η_divergence") func bounds() throws {
    let g2 = try Golden.rankOne(Golden.g2)
    for (b, lower, upper) in [(1, 0.535525, 0.584318), (2, 0.909006, 0.943149), (3, 1.131483, 1.131483)] {
      let found = try g2.bounds(of: dynamics(3, b, .subset))
      #expect(agrees(found.lower, lower, digits: 6) && agrees(found.upper, upper, digits: 6), "\(found)")
    }
    let g3 = try Golden.matrices(Golden.g3)
    let table: [[Double]] = [
      [0.637148, 0.680389, 0.727273, 0.743363, 0.488699, 1.396163],
      [0.851209, 0.880407, 0.888889, 0.994083, 0.847028, 2.236721],
      [0.946559, 0.958936, 0.960000, 1.120000, 0.943219, 2.798291],
      [1, 1, 1, 1.195730, 1, 3.2],
    ]
    for (b, row) in zip(1..., table) {
      let found = try g3.bounds(of: dynamics(4, b, .subset))
      let values = [
        found.lower, found.upper, found.topEigenvector, found.trace, found.sufficient, found.divergence,
      ]
      for (value, printed) in zip(values, row) { #expect(agrees(value, printed, digits: 6), "b=\(b): \(values)") }
      // Elsewhere printed as 2.16718899, 2e-8 too much: M = [[2, −½], [−½, 0.671875]] has (2.671875 +
      // √2.763916015625)/2.
      #expect(agrees(found.largestVariance, 2.16718897, digits: 8))
      #expect(agrees(found.smallestVariance, 0.50468603, digits: 8))
    }
    #expect(agrees(2.16718897 / (g3.eigenvalues[0] * g3.eigenvalues[1]), 1.73375117, digits: 7))
  }

  @Test("ρ of the second-moment operator of G3") func growth() throws {
    let geometry = try Golden.matrices(Golden.g3)
    let table: [(Double, [Double])] = [
      (0.5, [0.613608288, 0.491821435, 0.477873644, 0.472656250]),
      (0.9, [2.131181554, 1.096349464, 0.782362672, 0.640000000]),
    ]
    for (step, row) in table {
      for (b, printed) in zip(1..., row) {
        let growth = try geometry.secondMomentGrowth(step: step, of: dynamics(4, b, .subset))
        #expect(agrees(growth, printed), "η=\(step) b=\(b): \(growth)")
      }
    }
  }

  @Test("The Collatz–Wielandt bracket of G3 at b = 1, step by step") func bracket() throws {
    let threshold = try Golden.matrices(Golden.g3).meanSquareThreshold(of: dynamics(4, 1, .subset))
    #expect(threshold.history.allSatisfy { $0.contains(threshold.value) })
    #expect(
      threshold.history.contains {
        agrees($0.lowerBound, 0.66792, digits: 5) && agrees($0.upperBound, 0.68454, digits: 5)
      })
    #expect(
      threshold.history.contains {
        agrees($0.lowerBound, 0.669874, digits: 6) && agrees($0.upperBound, 0.670397, digits: 6)
      }, "\(threshold.history)")
    #expect(threshold.history.prefix(11).contains { $0.upperBound - $0.lowerBound < 1e-3 })
  }

  @Test("Heavy ball on G1: closed form, golden numbers, and ρ(E[A⊗A]) = 1 there") func heavyBall() throws {
    let geometry = try Golden.scalars(Golden.g1)
    let (mean, variance) = (3.0, 3.5)
    let table: [(Double, [Double])] = [
      (0.5, [0.461538462, 0.720000000, 0.885246, 1.0]), (0.9, [0.150993377, 0.365775401, 0.695593, 1.266667]),
    ]
    for (beta, row) in table {
      for (b, printed) in zip(1..., row) {
        let dynamics = try dynamics(4, b, .subset, momentum: beta)
        let value = try geometry.meanSquareThreshold(of: dynamics).value
        let p = Double(4 - b) / Double(3 * b)
        let closed = 2 * mean * (1 - beta) / (p * variance + mean * mean * (1 - beta) / (1 + beta))
        #expect(agrees(value, printed, digits: b < 3 ? 9 : 6) && abs(value - closed) <= 1e-12)
        #expect(abs(try geometry.secondMomentGrowth(step: value, of: dynamics) - 1) < 1e-6)
      }
    }
  }

  @Test("Reshuffled epochs, enumerated") func reshuffled() throws {
    let table: [(MinimumGeometry, Int, Double)] = [
      (try Golden.scalars(Golden.g1), 1, 1.072474), (try Golden.scalars(Golden.g1), 2, 0.746791),
      (try Golden.rankOne(Golden.g2), 1, 0.741386), (try Golden.matrices(Golden.g3), 1, 1.302703),
      (try Golden.matrices(Golden.g3), 2, 1.126669),
    ]
    for (geometry, b, printed) in table {
      let value = try geometry.meanSquareThreshold(of: dynamics(geometry.sampleCount, b, .reshuffle)).value
      #expect(agrees(value, printed, digits: 6), "\(value)")
    }
  }
}
