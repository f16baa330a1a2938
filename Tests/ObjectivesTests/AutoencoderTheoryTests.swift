import Numerics
import Objectives
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Each formula of `AutoencoderTheory` against a computation that does not use it. Traces and spectra: `AutoencoderHessianTests`.
@Suite struct AutoencoderTheoryTests {
  /// One step of the plain update on coefficients of orthonormal data.
  static func step(
    _ c: [Double], _ batch: [Int], h: Double, perpendicular: Double = 0,
    _ activation: AutoencoderObjective.Activation = .relu
  ) -> [Double] {
    let φ = c.map { activation == .relu ? max($0, 0) : $0 }
    let s = dot(c, c) + perpendicular * perpendicular
    let Φ = batch.reduce(0) { $0 + φ[$1] * φ[$1] }
    return c.indices.map { i in
      (1 - h * Φ) * c[i] + h * (2 - s) * Double(batch.count { $0 == i }) * φ[i]
    }
  }

  // MARK: - Gradient descent

  @Test(arguments: AutoencoderObjective.Activation.allCases)
  func gradientDescentGoesToItsLimit(_ activation: AutoencoderObjective.Activation) throws {
    var c = [0.3, -0.2, 0.1, 0.05]
    let limit = try #require(AutoencoderTheory.gradientDescentLimit(from: c, activation))
    for _ in 0..<4_000 { c = Self.step(c, [0, 1, 2, 3], h: 0.05, activation) }
    #expect(largestDifference(c, limit) < 1e-12)
    #expect(AutoencoderTheory.gradientDescentLimit(from: [-1, 0], .relu) == nil)
    #expect(AutoencoderTheory.gradientDescentLimit(from: [0, 0], .linear) == nil)
  }

  @Test func cosineOfLimitAndStart() throws {
    let start = AutoencoderState(coefficients: [0.3, -0.2, 0.1], perpendicular: 0.4)
    for activation in AutoencoderObjective.Activation.allCases {
      let limit = try #require(AutoencoderTheory.gradientDescentLimit(from: start.coefficients, activation))
      let cosine = dot(limit, start.coefficients) / start.squaredNorm.squareRoot()
      #expect(abs(AutoencoderTheory.cosineWithStart(from: start, activation) - cosine) < 1e-15)
    }
  }

  @Test(arguments: [0.0, 0.01, 0.4]) func meanDirectionIsTheCosineOfTheMean(correlation: Double) throws {
    let data = try AutoencoderData.equicorrelated(count: 6, dimension: 8, correlation: correlation)
    let sum = (0..<8).map { j in (0..<6).reduce(0) { $0 + data.rows[$1 * 8 + j] } }
    let cosine = dot(sum, row(0, of: data)) / dot(sum, sum).squareRoot()
    #expect(abs(AutoencoderTheory.meanDirectionCosine(count: 6, correlation: correlation) - cosine) < 1e-14)
  }

  // MARK: - Kinks

  /// h²κ(c/h) is the second difference of ½ max(·, 0)² at c.
  @Test func activeWeightIsASecondDifference() {
    func q(_ x: Double) -> Double { 0.5 * max(x, 0) * max(x, 0) }
    for k in -40...40 {
      let x = Double(k) / 16
      #expect(abs(AutoencoderTheory.activeWeight(x) - (q(x + 1) - 2 * q(x) + q(x - 1))) < 1e-15)
    }
    #expect(AutoencoderTheory.activeWeight(-.infinity) == 0)
    #expect(AutoencoderTheory.activeWeight(.infinity) == 1)
  }

  // MARK: - The walk

  @Test func gainIsTheRatioOfOneStep() {
    let c = [0.5, 0.3, 0.6, 0.2]
    for batch in subsets(of: 4) where batch.count < 4 {
      let h = 0.2 / Double(batch.count)
      let next = Self.step(c, batch, h: h, perpendicular: 0.3)
      let s = dot(c, c) + 0.09
      let Φ = batch.reduce(0) { $0 + c[$1] * c[$1] }
      let gain = AutoencoderTheory.gain(step: 0.2, batchSize: batch.count, squaredNorm: s, batchEnergy: Φ)
      for i in batch {
        for j in 0..<4 {
          let ratio = next[i] / next[j] / (c[i] / c[j])
          #expect(abs(ratio - (batch.contains(j) ? 1 : gain)) < 1e-14)
        }
      }
    }
  }

  @Test func separationIsCountedOverAllSubsets() {
    for m in 2...6 {
      for b in 1...m {
        let batches = subsets(of: m).filter { $0.count == b }
        let separating = batches.count { $0.contains(0) && !$0.contains(1) }
        let share = Double(separating) / Double(batches.count)
        #expect(abs(AutoencoderTheory.separationProbability(count: m, batchSize: b) - share) < 1e-15)
      }
    }
  }

  /// The mean of Δ log(c_k / c_j) over all batches, at a state so near a_k that only the leader counts.
  @Test func pairDriftIsTheMeanOverAllSubsets() {
    for m in 2...6 {
      for b in 1...m {
        let c = [1.0] + [Double](repeating: 1e-9, count: m - 1)
        let batches = subsets(of: m).filter { $0.count == b }
        var sum = 0.0
        for batch in batches {
          let next = Self.step(c, batch, h: 0.2 / Double(b))
          sum += log(next[0] / next[1] / (c[0] / c[1]))
        }
        let drift = AutoencoderTheory.pairDrift(step: 0.2, batchSize: b, count: m)
        #expect(abs(drift - sum / Double(batches.count)) < 1e-14)
        let time = AutoencoderTheory.selectionTime(step: 0.2, batchSize: b, count: m)
        // T₁ is the drift's leading order turned over: π (η/b)² T₁ = 1.
        if b < m {
          let leading =
            AutoencoderTheory.separationProbability(count: m, batchSize: b) * (0.2 / Double(b)) * (0.2 / Double(b))
          #expect(abs(leading * time - 1) < 1e-14)
        }
      }
    }
  }

  @Test func clockIsTheRatioOfSelectionTimes() {
    for m in 2...7 {
      for b in 1..<m {
        let ratio =
          AutoencoderTheory.selectionTime(step: 0.1, batchSize: b, count: m)
          / AutoencoderTheory.selectionTime(step: 0.1, batchSize: 1, count: m)
        #expect(abs(AutoencoderTheory.clock(batchSize: b, count: m) / ratio - 1) < 1e-14)
        #expect(AutoencoderTheory.clock(batchSize: b, count: m, withReplacement: true) == Double(b))
      }
      #expect(AutoencoderTheory.clock(batchSize: 1, count: m) == 1)
      #expect(AutoencoderTheory.clock(batchSize: m, count: m) == .infinity)
    }
    // The measured ratios of the digest: m = 6, b = 1 … 5.
    #expect((1...5).map { AutoencoderTheory.clock(batchSize: $0, count: 6) } == [1, 2.5, 5, 10, 25])
    #expect(abs(AutoencoderTheory.selectionTime(step: 0.2, batchSize: 5, count: 10) - 2250) < 1e-9)
  }

  /// With replacement the leading order of the drift is that of b independent draws: the clock's b, counted over all ordered batches.
  @Test func clockWithReplacementIsCountedOverAllDraws() {
    let (m, η) = (3, 1e-3)
    func drift(_ b: Int) -> Double {
      let draws = (0..<Int(pow(Double(m), Double(b)))).map { code in
        (0..<b).map { place in code / Int(pow(Double(m), Double(place))) % m }
      }
      let c = [1, 1e-9, 1e-9]
      let sum = draws.reduce(0.0) { sum, batch in
        let next = Self.step(c, batch, h: η / Double(b))
        return sum + log(next[0] / next[1] / (c[0] / c[1]))
      }
      return sum / Double(draws.count)
    }
    for b in [2, 3, 5] {
      #expect(
        abs(drift(1) / drift(b) / AutoencoderTheory.clock(batchSize: b, count: m, withReplacement: true) - 1) < 1e-2)
    }
  }

  /// The mean change of R over the m single-sample batches near a_k, for several splits of the competitors' sum.
  @Test func logRatioDriftIsTheMeanOverAllSamples() {
    for shares in [[1.0], [0.5, 0.5], [0.7, 0.2, 0.1], [1, 0, 0, 0], [0.2, 0.2, 0.2, 0.2, 0.2]] {
      let m = shares.count + 1
      for η in [0.01, 0.2, 0.7] {
        let state = AutoencoderState(coefficients: [1] + shares.map { 1e-9 * $0 })
        let sum = (0..<m).reduce(0.0) { sum, sample in
          let next = AutoencoderState(coefficients: Self.step(state.coefficients, [sample], h: η))
          return sum + next.logRatio(.relu) - state.logRatio(.relu)
        }
        let drift = AutoencoderTheory.logRatioDrift(step: η, count: m, shares: shares)
        #expect(abs(drift - sum / Double(m)) < 1e-13)
        #expect(drift > AutoencoderTheory.leastLogRatioDrift(step: η, count: m))
      }
    }
    // The bound is the limit of many equal competitors.
    let m = 100_000
    let many = [Double](repeating: 1 / Double(m - 1), count: m - 1)
    let drift = AutoencoderTheory.logRatioDrift(step: 0.2, count: m, shares: many)
    #expect(abs(drift / AutoencoderTheory.leastLogRatioDrift(step: 0.2, count: m) - 1) < 1e-4)
  }

  @Test func momentsAndExponentOverAllSamples() {
    for (m, η) in [(2, 0.3), (10, 0.2), (10, 0.05)] {
      let c = [1] + [Double](repeating: 1e-9, count: m - 1)
      let factors = (0..<m).map { Self.step(c, [$0], h: η)[1] / c[1] }
      let square = factors.reduce(0) { $0 + $1 * $1 } / Double(m)
      let logarithm = factors.reduce(0) { $0 + log($1) } / Double(m)
      #expect(abs(AutoencoderTheory.meanSquareGrowth(step: η, count: m) - square) < 1e-14)
      #expect(abs(AutoencoderTheory.lyapunovExponent(step: η, count: m) - logarithm) < 1e-14)
    }
  }

  // MARK: - The norm

  @Test(arguments: [0.05, 0.1, 0.2, 0.4, 1.5], [1, 2, 7]) func normBoundIsTheSmallerRoot(η: Double, b: Int) {
    let h = η / Double(b)
    let x = AutoencoderTheory.squaredNormBound(step: η, batchSize: b) - 1
    #expect(abs(h * (1 - x) * (1 - x) - 4 * x) < 1e-14)
    #expect(x > 0)
    #expect(x < 1)
  }

  /// Where it is, no single sample at any coefficient leads above it (η ≤ 1/5); a little below, some does.
  @Test func normBoundIsInvariantAndTight() {
    for η in [0.05, 0.2] {
      let bound = AutoencoderTheory.squaredNormBound(step: η, batchSize: 1)
      func largestNext(from s: Double) -> Double {
        var largest = 0.0
        for k in 0...1_000 {
          let c = s.squareRoot() * Double(k) / 1_000
          let next = Self.step([c], [0], h: η, perpendicular: max(s - c * c, 0).squareRoot())[0]
          let outside = (1 - η * c * c) * (1 - η * c * c) * (s - c * c)
          largest = max(largest, next * next + outside)
        }
        return largest
      }
      #expect(largestNext(from: bound) <= bound + 1e-14)
      #expect(largestNext(from: bound - 1e-4) > bound - 1e-4)
    }
    #expect(AutoencoderTheory.normEdge(batchSize: 3) == 1.5)
  }

  /// The norm's own multiplier at aligned minima crosses −1 at the edge: 1 − 4η/b for the sampled leader.
  @Test(arguments: [1, 2, 5]) func normEdgeIsWhereTheMultiplierLeavesTheCircle(b: Int) {
    for (scale, isStable) in [(0.99, true), (1.01, false)] {
      let h = AutoencoderTheory.normEdge(batchSize: b) * scale / Double(b)
      let ε = 1e-6
      let multiplier = (Self.step([1 + ε], [0], h: h)[0] - 1) / ε
      #expect((abs(multiplier) < 1) == isStable)
    }
  }

  // MARK: - Which minimum

  @Test func selectionIsTheAngleFraction() {
    for degrees in [10.0, 45, 60, 80] {
      let θ = degrees * .pi / 180
      #expect(abs(AutoencoderTheory.selectionProbability(sin(θ), against: cos(θ)) - degrees / 90) < 1e-15)
    }
  }

  /// The integral over the log-ratio's noise against a midpoint rule a hundred times finer on a longer interval.
  @Test(arguments: [(0.3, 0.1, 0.1, 0.1), (0.2, 0.7, 0.05, 0.5), (1, 1, 0.2, 0.01), (5, 0.1, 0.2, 1e-6)])
  func selectionFromASmallStart(c1: Double, c2: Double, η: Double, norm: Double) {
    let σ = (4 * η * log(1 / norm)).squareRoot()
    let width = 20.0 / 40_000
    var sum = 0.0
    for k in 0..<40_000 {
      let z = -10 + (Double(k) + 0.5) * width
      sum += exp(-z * z / 2) * atan(c1 / c2 * exp(σ * z))
    }
    let mean = sum * width / (2 * Double.pi).squareRoot() * 2 / .pi
    let value = AutoencoderTheory.selectionProbability(c1, against: c2, step: η, norm: norm)
    #expect(abs(value - mean) < 1e-10)
    // Both outcomes together are certain.
    let other = AutoencoderTheory.selectionProbability(c2, against: c1, step: η, norm: norm)
    #expect(abs(value + other - 1) < 1e-12)
  }

  @Test func selectionOnTheManifoldNeedsNoCorrection() {
    let plain = AutoencoderTheory.selectionProbability(0.6, against: 0.3)
    #expect(abs(AutoencoderTheory.selectionProbability(0.6, against: 0.3, step: 0.1, norm: 1) - plain) < 1e-13)
  }
}
