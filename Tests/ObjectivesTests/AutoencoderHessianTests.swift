import Curvature
import Numerics
import Objectives
import Testing

/// The closed-form Hessian, at kinks too, and the sharpness table of the paper (arXiv 2308.03215).
@Suite struct AutoencoderHessianTests {
  /// (1/m) Σ [(s − 2) φ′ᵢ aᵢaᵢᵀ + 2φᵢ (aᵢwᵀ + waᵢᵀ) + φᵢ² I] entry by entry, φ′ given by `kink` where cᵢ is exactly 0.
  static func naiveHessian(
    _ data: AutoencoderData, _ activation: AutoencoderObjective.Activation, kink: Double, at w: [Double]
  ) -> [Double] {
    let n = data.dimension
    let s = dot(w, w)
    var hessian = [Double](repeating: 0, count: n * n)
    for i in 0..<data.count {
      let a = row(i, of: data)
      let c = dot(w, a)
      let φ = activation == .linear ? c : max(c, 0)
      let slope = activation == .linear || c > 0 ? 1 : (c < 0 ? 0 : kink)
      for p in 0..<n {
        for q in 0..<n {
          let identity = p == q ? 1.0 : 0.0
          let term = (s - 2) * slope * a[p] * a[q] + 2 * φ * (a[p] * w[q] + w[p] * a[q]) + φ * φ * identity
          hessian[p * n + q] += term / Double(data.count)
        }
      }
    }
    return hessian
  }

  /// On the standard basis a coefficient of 0 is exactly 0, so the convention decides.
  @Test(arguments: KinkConvention.allCases, AutoencoderObjective.Activation.allCases)
  func equalsTheNaiveClosedForm(_ kink: KinkConvention, _ activation: AutoencoderObjective.Activation) throws {
    let data = try AutoencoderData.standardBasis(count: 4, dimension: 6)
    let objective = AutoencoderObjective(data: data, activation: activation, kink: kink)
    for w in [
      [0.5, 0, -0.3, 0, 0.2, 0.1], [0, 0, 0, 0, 0.7, 0], [1, 0, 0, 0, 0, 0], [2, -0.0, 0, 1, 0, 0], [0, 0, 0, 0, 0, 0],
    ] {
      let naive = Self.naiveHessian(data, activation, kink: kink.slope, at: w)
      #expect(largestDifference(objective.denseHessian(at: w), naive) < 1e-15, "\(w)")
    }
    for (name, data) in try TinyProblem.dataSets() {
      let objective = AutoencoderObjective(data: data, activation: activation, kink: kink)
      for w in TinyProblem.pointsAwayFromKinks(data) {
        let naive = Self.naiveHessian(data, activation, kink: kink.slope, at: w)
        #expect(largestDifference(objective.denseHessian(at: w), naive) < 1e-13, "\(name)")
      }
    }
  }

  @Test func kinkWidthSaysWhatCountsAsZero() throws {
    let data = try AutoencoderData.standardBasis(count: 3, dimension: 3)
    // Σ φ′ is 1 for the winner and, for each loser, 1 beyond the width and ½ within.
    for (width, slopes) in [(0.0, 3.0), (1e-12, 2.5), (1e-6, 2.0)] {
      let objective = AutoencoderObjective(data: data, activation: .relu, kink: .half, kinkWidth: width)
      let trace = objective.hessianTrace(at: [1, 1e-12, 1e-9])
      #expect(abs(trace - AutoencoderTheory.trace(dimension: 3, count: 3, slopes: slopes)) < 1e-8)
    }
  }

  struct TableRow: Sendable {
    var dimension: Int
    var count: Int
    var active: Int
    var kink: KinkConvention
    var largest: Double
    var gradientDescent: Double
    var stochastic: Double
  }

  /// The table of the paper, (n, m, |S⁺|) with φ′(0) = ½, and the controls with φ′(0) = 0 and 1, which do not reproduce it.
  static let table = [
    TableRow(dimension: 30, count: 10, active: 4, kink: .zero, largest: 0.4, gradientDescent: 3.0, stochastic: 3.3),
    TableRow(dimension: 30, count: 10, active: 4, kink: .half, largest: 0.4, gradientDescent: 2.70, stochastic: 2.85),
    TableRow(dimension: 30, count: 10, active: 4, kink: .one, largest: 0.4, gradientDescent: 2.4, stochastic: 2.4),
    TableRow(dimension: 50, count: 20, active: 6, kink: .half, largest: 0.2, gradientDescent: 2.05, stochastic: 2.175),
    TableRow(
      dimension: 12, count: 12, active: 6, kink: .half, largest: 1.0 / 3, gradientDescent: 7.0 / 12,
      stochastic: 9.5 / 12),
  ]

  /// A minimum whose first k coefficients are 1 : 2 : … : k and all others exactly 0.
  static func minimum(active k: Int, dimension n: Int) -> [Double] {
    let norm = (1...k).reduce(0.0) { $0 + Double($1 * $1) }.squareRoot()
    return (0..<n).map { $0 < k ? Double($0 + 1) / norm : 0 }
  }

  @Test(arguments: table.indices) func goldenTable(_ which: Int) throws {
    let line = Self.table[which]
    let (n, m) = (line.dimension, line.count)
    let objective = AutoencoderObjective(
      data: try .standardBasis(count: m, dimension: n), activation: .relu, kink: line.kink)
    for (k, wanted) in [(line.active, line.gradientDescent), (1, line.stochastic)] {
      let w = Self.minimum(active: k, dimension: n)
      let hessian = objective.denseHessian(at: w)
      let eigenvalues = try LinearAlgebra.symmetricEigenvalues(of: Matrix(rows: n, columns: n, storage: hessian))
      #expect(abs((eigenvalues.last ?? .nan) - line.largest) < 1e-9)
      #expect(abs(objective.hessianTrace(at: w) - wanted) < 1e-9)
      #expect(abs(AutoencoderTheory.largestEigenvalue(count: m) - line.largest) < 1e-15)
      let slopes = Double(k) + line.kink.slope * Double(m - k)
      #expect(abs(AutoencoderTheory.trace(dimension: n, count: m, slopes: slopes) - wanted) < 1e-9)
      let predicted = AutoencoderTheory.spectrum(dimension: n, count: m, active: k, kink: line.kink.slope)
      #expect(largestDifference(eigenvalues, predicted) < 1e-14)
      if line.kink == .half {
        #expect(abs(AutoencoderTheory.kinkAveragedTrace(dimension: n, count: m, active: k) - wanted) < 1e-9)
      }
      // H w = (4/m) w.
      let image = objective.hessianVectorProduct(at: w, times: w)
      #expect(largestDifference(image, w.map { 4 / Double(m) * $0 }) < 1e-15)
    }
  }

  /// No convention: the second difference of the loss at scale 1e-3, along the axes and along any other orthonormal basis.
  @Test(arguments: [(30, 10, 4), (50, 20, 6), (12, 12, 6)])
  func secondDifferenceSeesTheMeanOfBothSides(n: Int, m: Int, active: Int) throws {
    let objective = AutoencoderObjective(data: try .standardBasis(count: m, dimension: n), activation: .relu)
    var stream = testStream(7)
    let rotation = try LinearAlgebra.orthonormalRows(count: n, dimension: n, stream: &stream)
    let basis = (0..<n).map { rotation.row($0) }
    for k in [active, 1] {
      let w = Self.minimum(active: k, dimension: n)
      let wanted = AutoencoderTheory.kinkAveragedTrace(dimension: n, count: m, active: k)
      #expect(abs(objective.secondDifferenceTrace(at: w, scale: 1e-3) - wanted) < 6e-6)
      #expect(abs(objective.secondDifferenceTrace(at: w, scale: 1e-3, basis: basis) - wanted) < 2e-5)
    }
  }

  /// The linear activation has one trace at every minimum: the paper's difference in sharpness is ReLU's alone.
  @Test func linearMinimaAreAllEquallySharp() throws {
    let objective = AutoencoderObjective(data: try .standardBasis(count: 6, dimension: 9), activation: .linear)
    for k in 1...6 {
      let w = Self.minimum(active: k, dimension: 9)
      #expect(abs(objective.hessianTrace(at: w) - (9 - 6 + 4) / 6.0) < 1e-14)
      #expect(abs(objective.secondDifferenceTrace(at: w, scale: 1e-3) - (9 - 6 + 4) / 6.0) < 6e-6)
    }
  }

  /// (m−1)/(2m) is reached on the unit sphere of the span and never undercut.
  @Test(arguments: AutoencoderObjective.Activation.allCases, [1, 2, 5])
  func smallestLoss(_ activation: AutoencoderObjective.Activation, m: Int) throws {
    var stream = testStream(8)
    let data = try AutoencoderData.randomOrthonormal(count: m, dimension: m + 2, stream: &stream)
    let objective = AutoencoderObjective(data: data, activation: activation)
    let smallest = objective.minimumLossForOrthonormalData
    #expect(smallest == Double(m - 1) / Double(2 * m))
    for _ in 0..<50 {
      let mixture = stream.sphere(count: m).map { activation == .relu ? abs($0) : $0 }
      let w = (0..<(m + 2)).map { j in (0..<m).reduce(0) { $0 + mixture[$1] * data.rows[$1 * (m + 2) + j] } }
      #expect(abs(objective.loss(at: w) - smallest) < 1e-14)
      #expect(largestDifference(objective.gradient(at: w), w.map { _ in 0 }) < 1e-14)
      let elsewhere = stream.gaussian(count: m + 2)
      #expect(objective.loss(at: elsewhere) > smallest - 1e-14)
    }
  }

  /// The trace at scale h near a minimum with losing coefficients of every size relative to h.
  @Test func secondDifferenceFollowsTheActiveWeights() throws {
    let h = 1e-3
    let losers = [-2.0, -1, -0.7, -0.2, 0, 0.3, 0.9, 1, 3].map { $0 * h }
    let rest = 1 - losers.reduce(0) { $0 + $1 * $1 }
    let w = [rest.squareRoot()] + losers + [0, 0]
    let m = losers.count + 1
    let objective = AutoencoderObjective(data: try .standardBasis(count: m, dimension: m + 2), activation: .relu)
    let predicted = AutoencoderTheory.trace(atScale: h, coefficients: Array(w[..<m]), dimension: m + 2)
    #expect(abs(objective.secondDifferenceTrace(at: w, scale: h) - predicted) < 2e-5)
    // Σ κ is not a whole number here, so neither the plain Hessian nor the table's formula would do.
    #expect(abs(objective.hessianTrace(at: w) - predicted) > 1e-2)
  }
}
