import Numerics
import Testing

@testable import Stability

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

@Suite("Almost sure stability") struct AlmostSureTests {
  @Test("G1: first crossings, both samplings") func g1() throws {
    let geometry = try Golden.scalars(Golden.g1)
    let table: [(Sampling, [Double])] = [
      (.subset, [1.072473561, 0.789045303, 0.706791137, 0.666666667]),
      (.iid, [1.072473561, 0.800651015, 0.783682275, 0.749880046]),
    ]
    for (sampling, row) in table {
      for (b, printed) in zip(1..., row) {
        let found = try geometry.almostSureThreshold(of: dynamics(4, b, sampling))
        #expect(agrees(found.value, printed) && found.standardError == 0, "\(sampling) b=\(b): \(found)")
      }
    }
    #expect(agrees(try geometry.almostSureThreshold(of: dynamics(4, 1, .reshuffle)).value, 1.072473561))
  }

  @Test("The stable set need not be an interval") func islands() throws {
    let geometry = try Golden.scalars([0.2, 3.8])
    let changes = try #require(geometry.scalarMultipliers(of: dynamics(2, 1, .subset))).signChanges
    #expect(changes.count == 3)
    #expect(agrees(changes[0], 0.559472, digits: 6) && abs(changes[0] - (4 - 9.92.squareRoot()) / 1.52) < 1e-14)
    #expect(agrees(changes[1], 4.7037, digits: 4) && agrees(changes[2], 5.2632, digits: 4))
    // In the island runs return: the verdict follows the exponent at the step size, not the first crossing.
    let stability = try geometry.stability(of: dynamics(2, 1, .subset))
    #expect(try geometry.verdict(step: 5, stability).verdict == .fragile)
    #expect(try geometry.verdict(step: 4, stability).verdict == .leave)
    #expect(try geometry.verdict(step: 5.3, stability).verdict == .leave)
  }

  @Test("κ of G1") func tails() throws {
    let geometry = try Golden.scalars(Golden.g1)
    let table: [(Int, Double, Double)] = [
      (1, 0.45, 2.461280448), (1, 0.48, 2), (1, 0.60, 1), (1, 0.80, 0.192790964), (2, 0.55, 3.143326065),
      (2, 0.65, 1.144607840), (2, 0.70, 0.711243270),
    ]
    for (b, step, printed) in table {
      let found = try geometry.tailExponent(step: step, of: dynamics(4, b, .subset)).value
      #expect(agrees(found, printed), "b=\(b) η=\(step): \(found)")
    }
    #expect(try geometry.tailExponent(step: 0.33, of: dynamics(4, 1, .subset)).value == .infinity)
    #expect(try geometry.tailExponent(step: 1.1, of: dynamics(4, 1, .subset)).value == 0)
    #expect(abs(try geometry.tailExponent(step: 0.6896, of: dynamics(4, 2, .subset)).value - 0.7985) < 1e-4)
  }

  @Test("Signs and values of Λ on G2 and G3, within their errors") func exponents() throws {
    let simulation = MonteCarlo(chains: 200, steps: 2000, seeds: Seeds(master: 5))
    let g2 = try Golden.rankOne(Golden.g2)
    let g3 = try Golden.matrices(Golden.g3)
    let table: [(MinimumGeometry, Int, Double, Double)] = [
      (g2, 1, 0.7, -0.0241), (g2, 1, 0.8, 0.0257), (g2, 2, 1.0, -0.1130), (g2, 2, 1.2, 0.0579), (g3, 1, 0.5, -0.3159),
      (g3, 1, 1.2, -0.1421), (g3, 1, 1.5, 0.2007), (g3, 2, 0.9, -0.3552), (g3, 2, 1.3, 0.2212),
    ]
    for (geometry, b, step, printed) in table {
      let found = try geometry.lyapunovExponent(step: step, of: dynamics(geometry.sampleCount, b, .subset), simulation)
      #expect(abs(found.value - printed) <= 0.003 + 4 * found.standardError, "\(found) against \(printed)")
      #expect(found.standardError > 0 && found.standardError < 0.004)
      #expect(found.isDecided() && (found.value > 0) == (printed > 0))
    }
    // Products of projections annihilate every direction.
    #expect(try g2.lyapunovExponent(step: 0.5, of: dynamics(3, 1, .subset), simulation).value == -.infinity)
  }

  @Test("First crossings of G2 and G3") func crossings() throws {
    let simulation = MonteCarlo(chains: 200, steps: 1000, seeds: Seeds(master: 6))
    let g2 = try Golden.rankOne(Golden.g2)
    let g3 = try Golden.matrices(Golden.g3)
    for (geometry, b, printed) in [(g2, 1, 0.743), (g2, 2, 1.121), (g3, 1, 1.337), (g3, 2, 1.161)] {
      let dynamics = try dynamics(geometry.sampleCount, b, .subset)
      let start = try geometry.meanSquareThreshold(of: dynamics).lower
      let found = try geometry.almostSureThreshold(of: dynamics, from: start, simulation)
      #expect(found.value > start)
      #expect(abs(found.value - printed) <= 0.01 + 4 * found.standardError, "\(found) against \(printed)")
      #expect(found.standardError > 0 && found.standardError < 0.02)
      #expect(try geometry.almostSureThreshold(of: dynamics, from: start, simulation) == found)
    }
  }

  @Test("Without noise: 2/λ₁, with momentum 2(1 + β)/λ₁, and Λ changes its sign there") func fullBatch() throws {
    let geometry = try Golden.matrices(Golden.g3)
    for beta in [0, 0.5, 0.9] {
      let dynamics = try dynamics(4, 4, .full, momentum: beta)
      let value = try geometry.almostSureThreshold(of: dynamics).value
      #expect(value == (1 + beta))
      #expect(try geometry.lyapunovExponent(step: 0.999 * value, of: dynamics).value < 0)
      #expect(try geometry.lyapunovExponent(step: 1.001 * value, of: dynamics).value > 0)
    }
  }

  @Test("Monte Carlo agrees with enumeration, with and without momentum, in one direction") func scalarWalk() throws {
    let line = try Golden.scalars(Golden.g1)
    let simulation = MonteCarlo(chains: 100, steps: 1000, seeds: Seeds(master: 7))
    for (b, sampling) in [(1, Sampling.subset), (2, .iid), (2, .subset), (2, .reshuffle)] {
      let dynamics = try dynamics(4, b, sampling)
      let exact = try line.lyapunovExponent(step: 0.9, of: dynamics)
      // The exponent itself would be enumerated, so the walks are made here.
      var walks = LinearizedWalks(line, dynamics, step: 0.9, seeds: simulation.seeds, trials: 0..<simulation.chains)
      var growth = [Double](repeating: 0, count: simulation.chains)
      var sums = growth
      for _ in 0..<simulation.steps {
        walks.advance(&growth)
        for chain in sums.indices { sums[chain] += growth[chain] }
      }
      let found = try Summary(sums.map { $0 / Double(simulation.steps) })
      let error = try #require(found.standardError)
      #expect(exact.standardError == 0 && error > 0)
      #expect(abs(found.mean - exact.value) < 4.5 * error, "\(found.mean) ± \(error), \(exact)")
    }
    let full = try line.lyapunovExponent(step: 0.5, of: dynamics(4, 4, .iid, momentum: 0.5), simulation)
    #expect(full.value < 0)
  }

  @Test("The gap between both thresholds closes with the dimension") func dimensions() throws {
    // Isotropic Gaussian rank-one samples, a large finite family of them; 1 direction has 10,000 different batches.
    var stream = testStream(43)
    let simulation = MonteCarlo(chains: 20, steps: 300, seeds: Seeds(master: 10))
    for (n, d, b, printed, tolerance) in [
      (10_000, 1, 1, 3.65, 0.15), (4_000, 10, 1, 1.08, 0.02), (4_000, 10, 4, 1.10, 0.02), (3_000, 40, 1, 1.006, 0.012),
    ] {
      let geometry = try MinimumGeometry(
        SampleCurvature(
          jacobians: stream.gaussian(count: n * d), sampleCount: n, outputCount: 1, dimension: d))
      let dynamics = try dynamics(n, b, .iid)
      let threshold = try geometry.meanSquareThreshold(of: dynamics)
      let found = try geometry.almostSureThreshold(of: dynamics, from: threshold.lower, simulation)
      let ratio = found.value / threshold.value
      #expect(abs(ratio - printed) < tolerance + 4 * found.standardError / threshold.value, "\(d): \(ratio) \(found)")
    }
  }

  @Test("κ by populations is 2 at η_meanSquare, and that of one direction in a plane") func populations() throws {
    let simulation = MonteCarlo(chains: 200, steps: 150, seeds: Seeds(master: 8))
    let g3 = try Golden.matrices(Golden.g3)
    let subset = try dynamics(4, 2, .subset)
    let threshold = try g3.meanSquareThreshold(of: subset).value
    let found = try g3.tailExponent(step: threshold, of: subset, simulation)
    #expect(abs(found.value - 2) < 0.1 + 4 * found.standardError, "\(found)")
    let plane = try Golden.matrices(Golden.g1.map { Matrix.diagonal([$0, $0]) })
    let scalar = try plane.tailExponent(step: 0.6, of: dynamics(4, 1, .subset), simulation)
    #expect(abs(scalar.value - 1) < 0.1 + 4 * scalar.standardError, "\(scalar)")
    #expect(try g3.tailExponent(step: 0.1, of: subset, simulation).value == .infinity)
    #expect(try g3.tailExponent(step: 1.5, of: subset, simulation).value == 0)
  }

  @Test("Styblinski–Tang sums and the toy of two curvatures: thresholds of one coordinate") func sums() throws {
    let weights = [1.8, 1.8, 1.8, 1.8, 0.2, 0.2, 0.2, 0.2]
    let sharp = try Golden.scalars(weights.map { $0 * 34.5830591 })
    let flat = try Golden.scalars(weights.map { $0 * 29.2695528 })
    let table: [(Int, Double, Double, Double, Double)] = [
      (1, 0.035263, 0.037820, 0.041665, 0.044685), (2, 0.045384, 0.053897, 0.053623, 0.063681),
      (4, 0.052987, 0.063390, 0.062606, 0.074897), (8, 0.057832, 0.057832, 0.068330, 0.068330),
    ]
    for (b, sharpMeanSquare, sharpAlmostSure, flatMeanSquare, flatAlmostSure) in table {
      let dynamics = try dynamics(8, b, .subset)
      #expect(agrees(try sharp.meanSquareThreshold(of: dynamics).value, sharpMeanSquare, digits: 6))
      #expect(agrees(try sharp.almostSureThreshold(of: dynamics).value, sharpAlmostSure, digits: 6))
      #expect(agrees(try flat.meanSquareThreshold(of: dynamics).value, flatMeanSquare, digits: 6))
      #expect(agrees(try flat.almostSureThreshold(of: dynamics).value, flatAlmostSure, digits: 6))
    }
    let toy = try Golden.scalars([0.2, 3.8])
    #expect(agrees(try toy.meanSquareThreshold(of: dynamics(2, 1, .subset)).value, 0.5524862, digits: 7))
    let exponent = try toy.lyapunovExponent(step: 0.7, of: dynamics(2, 1, .subset))
    #expect(agrees(exponent.value, 0.1779974, digits: 7))
    #expect(agrees(Escape.time(exponent: exponent.value, from: 1e-3, to: 0.4), 33.66, digits: 2))
    #expect(Escape.time(exponent: -0.1, from: 1e-3, to: 0.4) == .infinity)
  }

  @Test("The probability of escape falls as (r₀/R)^κ") func ruin() throws {
    let geometry = try Golden.scalars(Golden.g1)
    let dynamics = try dynamics(4, 2, .subset)
    let kappa = try geometry.tailExponent(step: 0.6896, of: dynamics).value
    let batches = try #require(geometry.scalarMultipliers(of: dynamics))
    let logarithms = batches.curvatures.map { log(abs(1 - 0.6896 * $0)) }
    var stream = testStream(41)
    let walks = 40_000
    var escaped: [Double] = []
    for start in [0.1, 0.01] {
      var count = 0
      for _ in 0..<walks {
        var position = log(start)
        while position < 0, position > log(start) - 25 {
          var draw = stream.uniform()
          var place = 0
          while draw > batches.probabilities[place], place < logarithms.count - 1 {
            draw -= batches.probabilities[place]
            place += 1
          }
          position += logarithms[place]
        }
        if position >= 0 { count += 1 }
      }
      escaped.append(Double(count) / Double(walks))
    }
    #expect(abs(escaped[0] - 0.1263) < 0.008 && abs(escaped[1] - 0.0205) < 0.0035, "\(escaped)")
    let slope = log(escaped[0] / escaped[1]) / log(10)
    #expect(abs(slope - kappa) < 0.05 + 4 * (1 / (escaped[1] * Double(walks))).squareRoot() / log(10))
    #expect(Escape.probability(tailExponent: kappa, from: 0.01, to: 1) == pow(0.01, kappa))
  }

  @Test("Every batch is drawn as often as it should be") func sampling() throws {
    for (b, sampling) in [(2, Sampling.subset), (2, .iid), (2, .reshuffle), (3, .reshuffle)] {
      let dynamics = try dynamics(5, b, sampling)
      var sampler = BatchSampler(dynamics, sampleCount: 5, stream: testStream(42))
      var counts: [[Int]: Int] = [:]
      var seen = [Int](repeating: 0, count: 5)
      let steps = 30_000
      for step in 0..<steps {
        sampler.advance()
        for index in sampler.current { seen[index] += 1 }
        counts[sampler.current.sorted(), default: 0] += 1
        if sampling == .reshuffle, (step + 1) % ((5 + b - 1) / b) == 0 { #expect(Set(seen).count == 1) }
      }
      guard let batches = dynamics.allBatches(sampleCount: 5) else { continue }
      let drawn = Double(counts.values.reduce(0, +))
      for batch in batches {
        let share = Double(counts[batch.samples] ?? 0) / drawn
        let error = (batch.probability * (1 - batch.probability) / drawn).squareRoot()
        #expect(abs(share - batch.probability) < 4.5 * error)
      }
    }
  }
}

/// What populations of reshuffled epochs say, beside the enumeration of all orders.
@Suite struct ReshuffledPopulationTests {
  @Test("The estimated threshold agrees with the enumerated one", arguments: [(1, 11 as UInt64), (2, 12), (3, 13)])
  func threshold(_ batch: Int, _ seed: UInt64) throws {
    var stream = testStream(seed)
    let geometry = try Golden.rankOne((0..<6).map { _ in stream.gaussian(count: 2) })
    let dynamics = try dynamics(6, batch, .reshuffle)
    let exact = try geometry.reshuffledThreshold(of: dynamics)
    let almostSure = try geometry.almostSureThreshold(of: dynamics).value
    let estimate = try geometry.sampledReshuffledThreshold(
      of: dynamics, below: almostSure, MonteCarlo(chains: 1_000, steps: 300))
    #expect(estimate.standardError < 0.02 * exact)
    #expect(abs(estimate.value - exact) < 4 * estimate.standardError + 0.003 * exact, "\(estimate.value) for \(exact)")
    // κ = 2 there.
    let tail = try geometry.tailExponent(step: exact, of: dynamics, MonteCarlo(chains: 1_000, steps: 300))
    #expect(abs(tail.value - 2) < 4 * tail.standardError + 0.05, "\(tail)")
  }

  @Test("Momentum has no enumeration, and an estimate that meets the one without at 0") func momentum() throws {
    var stream = testStream(14)
    let geometry = try Golden.rankOne((0..<5).map { _ in stream.gaussian(count: 2) })
    func estimate(_ momentum: Double) throws -> MeanSquareThreshold {
      let dynamics = try Dynamics(batchSize: 1, sampling: .reshuffle, momentum: momentum, sampleCount: 5)
      return try geometry.sampledReshuffledThreshold(
        of: dynamics, below: geometry.almostSureThreshold(of: dynamics).value, MonteCarlo(chains: 400, steps: 200))
    }
    let (none, little) = (try estimate(0), try estimate(1e-6))
    #expect(abs(none.value - little.value) < 4 * (none.standardError + little.standardError))
    #expect(try estimate(0.9).value < none.value)
  }
}
