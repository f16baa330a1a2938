import Numerics
import Objectives
import Testing

@testable import Stability

@Suite("The map over step and batch sizes") struct StabilityMapTests {
  private func map(
    _ geometry: MinimumGeometry, _ batches: [Int], _ sampling: Sampling = .subset, steps: [Double]? = nil,
    workers: Int = 2, settings: StabilityMap.Settings = StabilityMap.Settings()
  ) throws -> StabilityMap {
    let dynamics = try batches.map {
      try Dynamics(batchSize: $0, sampling: sampling, sampleCount: geometry.sampleCount)
    }
    return try StabilityMap(geometry, dynamics: dynamics, steps: steps, settings: settings, workers: workers)
  }

  private func letters(_ column: StabilityMap.Column) -> [Verdict] { column.cells.map(\.verdict.verdict) }

  @Test("G1: golden thresholds, verdicts on both sides of each, and κ at golden steps") func goldenOne() throws {
    let steps = [0.33, 0.34, 0.479, 0.481, 0.6, 0.8, 1.072, 1.073]
    let map = try map(Golden.scalars(Golden.g1), [1, 2, 3, 4], steps: steps.reversed())
    #expect(map.steps == steps)
    let first = map.columns[0]
    #expect(letters(first) == [.stay, .stay, .stay, .fragile, .fragile, .fragile, .fragile, .leave])
    #expect(first.cells.map(\.verdict.everyBatchContracts) == [true] + [Bool](repeating: false, count: 7))
    #expect(agrees(first.stability.meanSquare.value, 0.48))
    #expect(agrees(first.stability.almostSure.value, 1.072473561))
    #expect(first.cells[0].tail == nil && first.cells[7].tail == nil)
    #expect(agrees(try #require(first.cells[4].tail).value, 1))
    #expect(agrees(try #require(first.cells[5].tail).value, 0.192790964))
    #expect(letters(map.columns[3]) == [Verdict](repeating: .stay, count: 5) + [.leave, .leave, .leave])
    // b₉₀: η_meanSquare .480, .590, .639, .667 of the limit 2/3.
    #expect(map.leastBatchSize == 3)
    #expect(map.stationarity == .assumed)
  }

  @Test("G3: thresholds as in the table, and Λ decides between fragile and leave") func goldenThree() throws {
    let map = try map(Golden.matrices(Golden.g3), [4, 2, 1], steps: [0.5, 0.9, 1.2, 1.5])
    let values = map.columns.map { $0.stability.meanSquare.value }
    for (value, printed) in zip(values, [1, 0.875934991, 0.669944621]) { #expect(agrees(value, printed)) }
    #expect(letters(map.columns[2]) == [.stay, .fragile, .fragile, .leave])
    #expect(letters(map.columns[1]) == [.stay, .fragile, .leave, .leave])
    #expect(letters(map.columns[0]) == [.stay, .stay, .leave, .leave])
    let crossings = map.columns.map(\.stability.almostSure.value)
    #expect(abs(crossings[2] - 1.337) < 0.01 && abs(crossings[1] - 1.161) < 0.01)
  }

  @Test("Along the step size verdicts only get worse, and small batches leave mean-square stability first")
  func monotone() throws {
    var stream = testStream(71)
    let order: [Verdict: Int] = [.stay: 0, .undecided: 1, .fragile: 1, .leave: 2]
    for _ in 0..<12 {
      let geometry = try MinimumGeometry(randomFamily(&stream))
      var settings = StabilityMap.Settings()
      settings.simulation = MonteCarlo(chains: 20, steps: 100)
      settings.tailSimulation = nil
      let map = try map(geometry, Array(1...geometry.sampleCount), settings: settings)
      #expect(map.steps.count == StabilityMap.defaultStepCount)
      for column in map.columns {
        // An almost surely stable window may open again far above the first crossing.
        let below = column.cells.filter { $0.step < 1.05 * column.stability.almostSure.value }
        let ranks = below.map { order[$0.verdict.verdict] ?? -1 }
        #expect(ranks == ranks.sorted())
      }
      for (small, large) in zip(map.columns, map.columns.dropFirst()) {
        for (a, b) in zip(small.cells, large.cells) where a.verdict.verdict == .stay {
          #expect(b.verdict.verdict == .stay)
        }
      }
    }
  }

  @Test("Chosen steps reach from where all batches stay to where all leave") func chosenSteps() throws {
    let map = try map(Golden.matrices(Golden.g3), [1, 2, 4])
    #expect(map.steps == map.steps.sorted() && map.steps.count == StabilityMap.defaultStepCount)
    for column in map.columns {
      #expect(column.cells.first?.verdict.everyBatchContracts == true)
      #expect(column.cells.last?.verdict.verdict == .leave)
    }
    #expect(map.steps.allSatisfy { ($0 * 1e6).rounded() / 1e6 == $0 })
  }

  @Test("One worker or two, the same numbers; progress ends at the total") func workers() throws {
    let geometry = try Golden.matrices(Golden.g3, gradients: [[1, 0], [-1, 1], [0, -2], [0, 1]])
    let maps = try [1, 2].map { try map(geometry, [1, 2, 3], .iid, workers: $0) }
    for (one, two) in zip(maps[0].columns, maps[1].columns) {
      #expect(one.stability.almostSure == two.stability.almostSure)
      #expect(one.stability.meanSquare.value == two.stability.meanSquare.value)
      for (a, b) in zip(one.cells, two.cells) {
        #expect(a.verdict.verdict == b.verdict.verdict && a.verdict.exponent == b.verdict.exponent)
        #expect(a.tail == b.tail && a.spread == b.spread)
      }
    }
  }

  @Test("b₉₀ is what trying every batch size finds") func leastBatchSize() throws {
    var stream = testStream(72)
    var found: Set<Int> = []
    for _ in 0..<25 {
      let n = 3 + stream.integer(below: 20)
      let geometry = try MinimumGeometry(
        SampleCurvature(
          jacobians: stream.gaussian(count: n * 3), sampleCount: n, outputCount: 1, dimension: 3))
      for sampling in [Sampling.subset, .iid] {
        let one = try Dynamics(batchSize: 1, sampling: sampling, sampleCount: n)
        let brute = try (1...n).first { b in
          let dynamics = try Dynamics(batchSize: b, sampling: sampling, sampleCount: n)
          return try geometry.meanSquareThreshold(of: dynamics).value >= 0.9 * geometry.fullBatchLimit()
        }
        #expect(try geometry.leastBatchSize(like: one) == brute)
        if let brute { found.insert(brute) }
      }
    }
    #expect(found.count > 4)
    let geometry = try Golden.scalars(Golden.g1)
    #expect(try geometry.leastBatchSize(like: dynamics(4, 2, .reshuffle)) == nil)
    #expect(throws: InputError.self) { try geometry.leastBatchSize(reaching: 0, like: dynamics(4, 1, .subset)) }
  }

  @Test("At a regular minimum cells below η_meanSquare know their spread") func spread() throws {
    let gradients: [[Double]] = [[1, 0], [-1, 1], [0, -2], [0, 1]]
    let geometry = try Golden.matrices(Golden.g3, gradients: gradients)
    let map = try map(geometry, [2], steps: [0.7, 0.9])
    #expect(map.stationarity == .regular)
    let spread = try #require(map.columns[0].cells[0].spread)
    // The sum of two printed numbers.
    #expect(abs(spread.distance * spread.distance - (0.206731 + 0.399504)) < 1.001e-6)
    #expect(agrees(spread.excessLoss, 0.331575, digits: 6))
    #expect(spread.nullDiffusion == 0)
    #expect(spread.isComparable(to: 1) && !spread.isComparable(to: 10))
    #expect(map.columns[0].cells[1].spread == nil)
  }

  @Test("Reshuffling: the threshold of enumerated epochs, and κ from populations cloned epoch by epoch")
  func reshuffle() throws {
    let map = try map(Golden.matrices(Golden.g3), [1], .reshuffle, steps: [0.6, 1.2, 1.4])
    let column = map.columns[0]
    #expect(agrees(column.stability.meanSquare.value, 1.302703, digits: 6))
    #expect(letters(column) == [.stay, .stay, .leave])
    let tails = try column.cells.prefix(2).map { try #require($0.tail) }
    // Below the threshold more than 2, and less the nearer it is.
    #expect(tails[0].value > tails[1].value && tails[1].value > 2)
    #expect(map.leastBatchSize == nil)
  }

  @Test("Wrong requests are refused") func refusals() throws {
    let geometry = try Golden.scalars(Golden.g1)
    for steps in [[], [0], [-1], [0.1, 0.1], [.nan]] as [[Double]] {
      #expect(throws: InputError.self) { try map(geometry, [1], steps: steps) }
    }
    #expect(throws: InputError.self) { try map(geometry, []) }
    #expect(throws: InputError.self) { try map(geometry, [1, 2, 1]) }
    let moving = try Golden.matrices(Golden.g3, gradients: [[1, 0], [1, 1], [0, -2], [0, 1]])
    #expect(throws: InputError.self) { try map(moving, [1]) }
    // The same gradients count as none when the tolerance is a displacement of 2.
    var settings = StabilityMap.Settings()
    settings.tolerance = 2
    #expect(try map(moving, [1], steps: [0.1], settings: settings).stationarity == .interpolating)
  }

  @Test("Simulation is cut where it would take long, and never below 16 chains or what was asked for")
  func affordable() throws {
    let small = try Golden.matrices(Golden.g3)
    let plain = StabilityMap.Settings(affordableFor: small, dynamics: [try dynamics(4, 1, .iid)], stepCount: 24)
    #expect(plain.simulation.chains == 200 && plain.tailSimulation != nil)
    var stream = testStream(73)
    let (n, d) = (300, 120)
    let large = try MinimumGeometry(
      SampleCurvature(jacobians: stream.gaussian(count: n * d), sampleCount: n, outputCount: 1, dimension: d))
    let many = try [1, 4, 16, 64, 256, 300].map { try dynamics(n, $0, .iid) }
    let cut = StabilityMap.Settings(affordableFor: large, dynamics: many, stepCount: 24)
    #expect(cut.simulation.chains < 200 && cut.simulation.chains >= 16 && cut.tailSimulation == nil)
    let asked = StabilityMap.Settings(
      affordableFor: large, dynamics: many, stepCount: 24, chains: 200, hasTails: true)
    #expect(asked.simulation.chains == 200 && asked.tailSimulation != nil)
    #expect(
      StabilityMap.estimatedOperations(large, dynamics: many, stepCount: 24, asked)
        > 2 * StabilityMap.estimatedOperations(large, dynamics: many, stepCount: 24, cut))
  }

  @Test("Walks multiplied together are those multiplied one by one") func togetherOrApart() throws {
    var stream = testStream(74)
    let (n, d) = (24, 9)
    let factors = try SampleCurvature(
      jacobians: stream.gaussian(count: n * 2 * d), sampleCount: n, outputCount: 2, dimension: d,
      weights: (0..<n).flatMap { _ in [1, 0.2, 0.2, 0.5] })
    let dense = try SampleCurvature(hessians: (0..<n).map { factors.hessian($0) })
    for curvature in [factors, dense] {
      let geometry = try MinimumGeometry(curvature, weightDecay: 0.1)
      for (sampling, momentum) in [(Sampling.subset, 0.0), (.iid, 0.5), (.reshuffle, 0)] {
        let dynamics = try Dynamics(batchSize: 7, sampling: sampling, momentum: momentum, sampleCount: n)
        let (step, seeds) = (0.3 * geometry.fullBatchLimit(), Seeds(master: 5))
        // With few walks there is nothing to multiply together.
        var together = LinearizedWalks(geometry, dynamics, step: step, seeds: seeds, trials: 0..<20)
        var apart = (0..<20).map {
          LinearizedWalks(geometry, dynamics, step: step, seeds: seeds, trials: $0..<$0 + 1)
        }
        var growth = [Double](repeating: 0, count: 20)
        var one = [0.0]
        for time in 0..<12 {
          together.advance(&growth)
          for walk in apart.indices {
            apart[walk].advance(&one)
            #expect(abs(one[0] - growth[walk]) < 1e-11, "step \(time), walk \(walk)")
          }
        }
      }
    }
  }

  @Test("Samples that share their eigenvectors are exact: the largest Λ, the smallest κ and crossing of all directions")
  func sharedEigenvectors() throws {
    let (first, second) = ([1.0, 2, 3, 6], [0.5, 0.5, 4, 1.0])
    let rotation = Matrix([[0.8, 0.6], [-0.6, 0.8]])
    let hessians = zip(first, second).map { a, b in
      rotation.transposed().multiplied(by: Matrix.diagonal([a, b])).multiplied(by: rotation)
    }
    let geometry = try Golden.matrices(hessians)
    let parts = try [first, second].map { try Golden.scalars($0) }
    for b in 1...3 {
      let dynamics = try dynamics(4, b, .subset)
      let crossing = try geometry.almostSureThreshold(of: dynamics)
      let crossings = try parts.map { try $0.almostSureThreshold(of: dynamics).value }
      #expect(crossing.standardError == 0 && abs(crossing.value - (crossings.min() ?? 0)) < 1e-12)
      for step in [0.3, 0.55, 0.9] {
        let exponent = try geometry.lyapunovExponent(step: step, of: dynamics)
        let exponents = try parts.map { try $0.lyapunovExponent(step: step, of: dynamics).value }
        #expect(exponent.standardError == 0 && abs(exponent.value - (exponents.max() ?? 0)) < 1e-12)
        let tail = try geometry.tailExponent(step: step, of: dynamics).value
        let tails = try parts.map { try $0.tailExponent(step: step, of: dynamics).value }
        #expect(abs(tail - (tails.min() ?? 0)) < 1e-9 || tail == tails.min())
      }
    }
    // Momentum mixes nothing, but is no product of scalars.
    #expect(geometry.commutingMultipliers(of: try dynamics(4, 1, .subset, momentum: 0.5)) == nil)
    #expect(try Golden.matrices(Golden.g3).commutingMultipliers(of: dynamics(4, 1, .subset)) == nil)
  }

  @Test("The quadratic sum of a geometry has its Hessians and gradients") func quadraticSum() throws {
    let gradients: [[Double]] = [[1, 0], [-1, 1], [0, -2], [0, 1]]
    for decay in [0, 0.3] {
      let geometry = try Golden.matrices(Golden.g3, gradients: gradients, weightDecay: decay)
      let sum = try geometry.quadraticSum()
      #expect(sum.sampleCount == 4 && sum.parameterCount == 2)
      let x = [0.3, -0.7]
      let inside = geometry.basis.multiplied(by: x)
      for sample in 0..<4 {
        let found = sum.gradient(at: inside, over: Batch(samples: [sample]))
        let h = Golden.g3[sample].multiplied(by: x)
        let expected = (0..<2).map { h[$0] + decay * x[$0] + gradients[sample][$0] }
        #expect(zip(found, geometry.basis.multiplied(by: expected)).allSatisfy { abs($0 - $1) < 1e-14 })
      }
    }
    let factors = try Golden.rankOne(Golden.g2).quadraticSum()
    let mean = factors.hessianVectorProduct(at: [0, 0], times: [1, 0])
    #expect(abs(mean[0] - (try Golden.rankOne(Golden.g2)).eigenvalues[0]) < 1e-14 && abs(mean[1]) < 1e-14)
  }

  @Test("Measures at a point: G3 at δ = (.3, −.7), and none that divide by a gradient of zero") func measures() throws {
    let delta = [0.3, -0.7]
    let gradients = Golden.g3.flatMap { $0.multiplied(by: delta) }
    let point = try SampledPoint(
      SampleCurvature(hessians: Golden.g3), SampleGradients(gradients, sampleCount: 4, dimension: 2))
    let sizes = try [1, 2, 4].map { try dynamics(4, $0, .subset) }
    let moving = try PointMeasures(point, .notStationary(gradientNorm: 1, sampleNorm: 1), dynamics: sizes, workers: 2)
    #expect(agrees(try #require(moving.batches[0].interaction).value, 3.809152734))
    #expect(agrees(try #require(moving.batches[0].sharpness).meanOfRatios.value, 1.853678066))
    #expect(agrees(try #require(moving.batches[0].sharpness).ratioOfMeans.value, 3.884161338))
    #expect(agrees(try #require(moving.noise).simpleScale, 1.304335506))
    #expect(agrees(try #require(moving.batches[2].bestStep), 0.656726139))
    let still = try PointMeasures(point, .regular, dynamics: sizes)
    #expect(still.noise == nil && still.batches[0].interaction == nil && still.batches[0].sharpness != nil)
    let none = try PointMeasures(point, .interpolating, dynamics: sizes)
    #expect(none.batches.allSatisfy { $0.sharpness == nil && $0.interaction == nil && $0.bestStep == nil })
    // Weight decay joins every Hessian.
    let decayed = DecayedPoint(point, weightDecay: 0.5)
    #expect(zip(decayed.hessianProduct([1, 2], over: [0]), [4.5, 4]).allSatisfy { abs($0 - $1) < 1e-15 })
    #expect(decayed.gradient(over: [0]) == point.gradient(over: [0]))
  }
}
