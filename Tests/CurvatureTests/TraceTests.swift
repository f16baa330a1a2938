import Numerics
import Testing

@testable import Curvature

@Suite("Traces") struct TraceTests {
  private static let estimators = TraceMethod.allCases.filter { $0 != .exact }

  @Test("are exact where d products are allowed, whatever the method", arguments: TraceMethod.allCases)
  func exact(method: TraceMethod) throws {
    let symmetric = try rotated(networkLikeSpectrum(30))
    let truth = networkLikeSpectrum(30).reduce(0, +)
    let found = try symmetric.trace(TraceOptions(method: method, budget: .products(30)))
    #expect(found.isExact && found.isConverged && found.products == 30 && found.method == .exact)
    #expect(found.standardError == 0 && found.interval.low == found.value && found.interval.high == found.value)
    #expect(abs(found.value - truth) < 1e-12)
    let forced = try symmetric.trace(TraceOptions(method: .exact, budget: .products(1)))
    #expect(forced.isExact && abs(forced.value - truth) < 1e-12)
  }

  @Test("are unbiased, their standard errors are the spread, and their intervals cover", arguments: estimators)
  func lawOverRepetitions(method: TraceMethod) throws {
    let spectrum = networkLikeSpectrum(60)
    let (symmetric, truth) = (try rotated(spectrum), spectrum.reduce(0, +))
    let repetitions = 2_000
    for probes in ProbeDistribution.allCases {
      var (errors, squares, covered) = (RunningMoments(), RunningMoments(), 0)
      for trial in 0..<repetitions {
        let options = TraceOptions(
          method: method, budget: .products(30), probes: probes, seeds: Seeds(master: 8), trial: trial)
        let found = try symmetric.trace(options)
        #expect(found.products == 30 && !found.isExact && found.isConverged)
        errors.add(found.value - truth)
        let error = found.value - truth
        squares.add(found.standardError * found.standardError - error * error)
        if found.interval.contains(truth) { covered += 1 }
      }
      let (errorOfMean, errorOfSquare) = (try #require(errors.standardError), try #require(squares.standardError))
      #expect(abs(errors.mean) < 4 * errorOfMean, "biased by \(errors.mean) ± \(errorOfMean)")
      #expect(abs(squares.mean) < 4.5 * errorOfSquare, "variance off by \(squares.mean) ± \(errorOfSquare)")
      let coverage = try Proportion(successes: covered, trials: repetitions)
      let margin = 4 * coverage.standardError
      #expect(
        coverage.estimate > 0.93 - margin && coverage.estimate < 0.97 + margin,
        "\(method), \(probes): \(coverage.estimate)")
    }
  }

  @Test("stop where the error is small enough, and say when it is not", arguments: estimators)
  func stopping(method: TraceMethod) throws {
    let spectrum = networkLikeSpectrum(400)
    let (symmetric, truth) = (try rotated(spectrum), spectrum.reduce(0, +))
    var (covered, within, products) = (0, 0, [Int]())
    let repetitions = 400
    for trial in 0..<repetitions {
      let options = TraceOptions(
        method: method, budget: .relativeError(0.15, atMost: 399), seeds: Seeds(master: 2), trial: trial)
      let found = try symmetric.trace(options)
      products.append(found.products)
      #expect(found.products >= 30 && found.products <= 399)
      if found.isConverged {
        #expect((found.interval.high - found.interval.low) / 2 <= 0.15 * abs(found.value))
      } else {
        #expect(found.products >= 398)
      }
      if found.interval.contains(truth) { covered += 1 }
      if abs(found.value - truth) <= 0.15 * abs(truth) { within += 1 }
    }
    let coverage = try Proportion(successes: covered, trials: repetitions)
    #expect(coverage.estimate > 0.93 - 4 * coverage.standardError, "\(method): \(coverage.estimate)")
    #expect(Double(within) / Double(repetitions) > 0.95 - 4 * coverage.standardError)
    let short = try symmetric.trace(TraceOptions(method: method, budget: .relativeError(1e-6, atMost: 60)))
    #expect(!short.isConverged && short.products >= 58 && short.products <= 60)
    // Where more than d products are allowed, the diagonal is the last resort, and the first one of a small operator.
    let whole = try symmetric.trace(TraceOptions(method: method, budget: .relativeError(1e-6, atMost: 9_999)))
    #expect(whole.isExact && whole.products > 590 && whole.products <= 600 && abs(whole.value - truth) < 1e-11)
    let early = try symmetric.trace(TraceOptions(method: method, budget: .relativeError(0.5, atMost: 9_999)))
    #expect(!early.isExact && early.isConverged && early.products < 200)
    let small = try rotated(networkLikeSpectrum(40))
    let direct = try small.trace(TraceOptions(method: method, budget: .relativeError(0.5, atMost: 9_999)))
    #expect(direct.isExact && direct.products == 40)
    let easy = try symmetric.trace(TraceOptions(method: method, budget: .relativeError(10, atMost: 300)))
    #expect(easy.isConverged && easy.products == 30)
  }

  @Test("blocks sum to the whole and cover their shares", arguments: [TraceMethod.hutchinson, .hutchPlusPlus])
  func blocks(method: TraceMethod) throws {
    let symmetric = try rotated(networkLikeSpectrum(60))
    let blocks = [0..<7, 7..<40, 40..<60]
    let truths = blocks.map { $0.reduce(0.0) { $0 + symmetric.matrix[$1, $1] } }
    var covered = [0, 0, 0]
    let repetitions = 1_000
    for trial in 0..<repetitions {
      let options = TraceOptions(method: method, budget: .products(45), blocks: blocks, trial: trial)
      let found = try symmetric.trace(options)
      let sum = found.blocks.reduce(0) { $0 + $1.value }
      #expect(abs(sum - found.value) < 1e-12 * max(1, abs(found.value)))
      for (place, block) in found.blocks.enumerated() {
        #expect(block.range == blocks[place])
        if block.interval.contains(truths[place]) { covered[place] += 1 }
      }
    }
    for count in covered { #expect(Double(count) / Double(repetitions) > 0.93 - 4 * 0.0081) }
    // Without an error they are the diagonal's sums.
    let exact = try symmetric.trace(TraceOptions(method: .exact, blocks: blocks))
    for (place, block) in exact.blocks.enumerated() { #expect(abs(block.value - truths[place]) < 1e-13) }
  }

  @Test("a low rank is found whole", arguments: [TraceMethod.hutchPlusPlus, .xTrace])
  func lowRank(method: TraceMethod) throws {
    let symmetric = try rotated([3, -2, 1] + [Double](repeating: 0, count: 77))
    let found = try symmetric.trace(TraceOptions(method: method, budget: .products(24)))
    #expect(abs(found.value - 2) < 1e-12 && found.standardError < 1e-10)
    let nothing = ClosureOperator(dimension: 50) { (x: [Double]) in x.map { _ in 0 } }
    #expect(try nothing.trace(TraceOptions(method: method, budget: .products(12))).value == 0)
  }

  @Test("Hutchinson's signs are exact for a diagonal matrix") func diagonalMatrix() throws {
    let values = (0..<200).map { Double($0 % 17) - 3 }
    let diagonal = ClosureOperator(dimension: 200) { (x: [Double]) in zip(x, values).map { $0 * $1 } }
    let found = try diagonal.trace(TraceOptions(method: .hutchinson, budget: .products(3)))
    #expect(found.value == values.reduce(0, +) && found.standardError == 0)
    let entries = try diagonal.diagonal(probes: 5)
    #expect(entries.values == values && entries.standardErrors.allSatisfy { $0 == 0 } && entries.products == 5)
  }

  @Test("no bit depends on workers or on later probes") func reproducible() throws {
    let symmetric = try rotated(networkLikeSpectrum(150))
    for method in Self.estimators {
      let options = TraceOptions(method: method, budget: .products(60), trial: 3)
      var shared = options
      shared.workers = 3
      let (one, other) = (try symmetric.trace(options), try symmetric.trace(shared))
      #expect(one.value == other.value && one.standardError == other.standardError)
    }
    var short = TraceOptions(method: .hutchinson, budget: .products(10))
    let first = try symmetric.trace(short).value
    short.budget = .products(20)
    let probes = ProbeVectors(.sample, .rademacher, seeds: short.seeds, trial: 0)
    var vector = [Double](repeating: 0, count: 150)
    let samples = (0..<20).map { number in
      probes.fill(&vector, number)
      return LinearAlgebra.dot(vector, symmetric.product(vector))
    }
    let means = (samples[..<10].reduce(0, +) / 10, samples.reduce(0, +) / 20)
    let second = try symmetric.trace(short).value
    #expect(abs(first - means.0) < 1e-12 && abs(second - means.1) < 1e-12)
  }

  @Test("single precision has the same traces but for rounding", arguments: estimators)
  func singlePrecision(method: TraceMethod) throws {
    let double = try rotated(networkLikeSpectrum(120))
    let single = ClosureOperator(dimension: 120) { (x: [Float]) in double.product(x.map(Double.init)).map { Float($0) }
    }
    let options = TraceOptions(method: method, budget: .products(60))
    let (one, other) = (try double.trace(options), try single.trace(options))
    #expect(abs(one.value - other.value) < 1e-4 && abs(one.standardError - other.standardError) < 1e-4)
  }

  @Test("options that make no sense are refused") func mistakes() throws {
    let symmetric = try rotated(networkLikeSpectrum(50))
    let options = [
      TraceOptions(method: .hutchinson, budget: .products(1)), TraceOptions(method: .xTrace, budget: .products(3)),
      TraceOptions(method: .hutchPlusPlus, budget: .products(5)), TraceOptions(budget: .relativeError(0, atMost: 40)),
      TraceOptions(budget: .relativeError(.nan, atMost: 40)), TraceOptions(confidence: 1), TraceOptions(confidence: 0),
      TraceOptions(method: .hutchinson, blocks: [40..<51]), TraceOptions(method: .xTrace, blocks: [0..<50]),
    ]
    for one in options { #expect(throws: InputError.self) { try symmetric.trace(one) } }
    let broken = ClosureOperator(dimension: 50) { (x: [Double]) in x.map { _ in .nan } }
    for method in TraceMethod.allCases {
      #expect(throws: InputError.self) { try broken.trace(TraceOptions(method: method, budget: .products(30))) }
    }
    #expect(throws: InputError.self) { try broken.diagonal(probes: 4) }
    #expect(throws: InputError.self) { try symmetric.diagonal(probes: 1) }
  }

  @Test("the diagonal's entries are unbiased and their errors the spread") func diagonal() throws {
    let symmetric = try rotated(networkLikeSpectrum(40))
    var (scores, count) = (RunningMoments(), 0)
    for trial in 0..<300 {
      let found = try symmetric.diagonal(probes: 30, trial: trial)
      for j in 0..<40 {
        let error = found.values[j] - symmetric.matrix[j, j]
        scores.add(error * error / (found.standardErrors[j] * found.standardErrors[j]))
        if abs(error) <= StudentT.twoSidedQuantile(0.95, degreesOfFreedom: 29) * found.standardErrors[j] { count += 1 }
      }
    }
    // Entries of one repetition hang together: 300 independent ones at least.
    #expect(abs(Double(count) / 12_000 - 0.95) < 4 * 0.0126)
    // E t² of 29 degrees of freedom is 29/27.
    #expect(abs(scores.mean - 29 / 27) < 0.2)
    let exact = try symmetric.diagonal(probes: 40)
    #expect(exact.isExact && exact.products == 40)
    for j in 0..<40 { #expect(exact.values[j] == symmetric.matrix[j, j]) }
  }
}
