import Claims
import Numerics
import Objectives
import Reporting

/// Exact statements: the noise of SGD as noise on labels, and the toy that bounces (claims a1 to a3).
extension SparseFeaturesStudy {
  /// Claim a1: a step on one sample is a full-batch step with noisy labels.
  static func labelNoiseIdentity(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("sparse-features.a1")
    var stream = RandomStream(seeds.key(.data))
    var (steps, means, squares) = ([Double](), [Double](), [Double]())
    func compare<Objective: ResidualObjective<Double>>(_ objective: Objective, at parameters: [Double]) {
      let n = objective.sampleCount
      let residuals = objective.residuals(at: parameters)
      let gradients = objective.sampleGradients(at: parameters)
      var (mean, square) = ([Double](repeating: 0, count: n), 0.0)
      for drawn in 0..<n {
        var batch = Batch.full(n)
        for i in 0..<n {
          let noise = residuals[i] * (i == drawn ? 1 - Double(n) : 1)
          batch.setLabelShift(noise, at: i)
          mean[i] += noise / Double(n)
          square += noise * noise / Double(n)
        }
        let noisy = objective.gradient(at: parameters, over: batch)
        let difference = LinearAlgebra.norm(zip(noisy, gradients[drawn]).map { $0 - $1 })
        steps.append(difference / LinearAlgebra.norm(gradients[drawn]))
      }
      let level = 2 * objective.loss(at: parameters)
      means.append((mean.map(abs).max() ?? .nan) / (square / Double(n)).squareRoot())
      squares.append(square / Double(n * (n - 1)) / level)
    }
    for n in [2, 5, 12] {
      let (features, targets) = (stream.gaussian(count: 7 * n), stream.gaussian(count: n))
      for form in DiagonalNetworkObjective<Double>.Form.allCases {
        let objective = try DiagonalNetworkObjective(form, features: features, targets: targets)
        compare(objective, at: stream.gaussian(count: 14))
      }
      let network = try objective(
        Network(widths: [7, 5, 4, 1], activation: .relu), inputs: features, targets: targets, half: true)
      compare(network, at: network.randomParameters(.he, stream: &stream))
    }
    return Study.Finding(
      Claim(
        id: "sparse-features.a1", title: "A step on one sample is a full-batch step with noisy labels",
        statement: """
          The step of SGD on sample i_t equals that of gradient descent with labels yᵢ + ξᵢ, \
          ξᵢ = (h(xᵢ) − yᵢ)(1 − n[i = i_t]); E ξ = 0 and E‖ξ‖² = 2n(n − 1)L. So the noise lies in the span of the ∇h(xᵢ), \
          and does not vanish while the loss does not.
          """,
        source: .publication(.andriushchenko, place: "Proposition 2.1"),
        convention: "L = (1/2n) Σ (h(xᵢ) − yᵢ)², batch size 1, double precision; all i_t enumerated",
        hypotheses: [
          Hypothesis(
            "the loss is not 0", holds: squares.allSatisfy(\.isFinite), found: "at \(squares.count) random points")
        ],
        checks: [
          Check.largest(
            "relative difference of the two steps, diagonal and ReLU networks", of: steps,
            tolerance: .absolute(1e-12)),
          Check.largest("|E ξᵢ| over the root mean square of ξ", of: means, tolerance: .absolute(1e-12)),
          Check.largest(
            "|E‖ξ‖²/(n(n − 1)) / 2L − 1|", of: squares.map { abs($0 - 1) }, tolerance: .absolute(1e-12)),
        ]))
  }

  /// One update of the toy θ ← θ + ηθx(y − xθ²), y = x: θ* is 1.
  private static func toyStep(_ θ: Double, step: Double, x: Double) -> Double {
    θ + step * θ * x * (x - x * θ * θ)
  }

  /// Claim a2: the toy bounces for ever.
  static func bouncing(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("sparse-features.a2")
    let (low, high) = (0.97, 1.03)
    let meanSquare = (high * high * high - low * low * low) / (3 * (high - low))
    let runs = context.samples(200)
    var checks: [Check] = []
    var table = Table(
      name: "toy-bouncing", caption: "The loss of the toy after 500 steps, over all runs.",
      columns: [
        .init("step", "η"), .init("runs", "runs"), .init("repeats", "steps that did not change the side of θ*"),
        .init("smallest", "smallest loss F"), .init("largest", "largest loss F"),
      ])
    for step in [1.10, 1.15] {
      let results = try parallelMap(runs, workers: context.workers) { (run) throws(InputError) in
        var start = RandomStream(seeds.key(.initialization, trial: run))
        var stream = RandomStream(seeds.key(.order, trial: run))
        var θ = start.uniform()
        var (repeats, smallest, largest) = (0, Double.infinity, 0.0)
        for t in 1...3000 {
          let next = toyStep(θ, step: step, x: low + (high - low) * stream.uniform())
          if t > 500 {
            repeats += (next > 1) == (θ > 1) ? 1 : 0
            let loss = meanSquare * (1 - next * next) * (1 - next * next) / 4
            (smallest, largest) = (min(smallest, loss), max(largest, loss))
          }
          θ = next
        }
        return (repeats, smallest, largest)
      }
      let bound = min((step * low * low - 1) / 3, 0.02)
      let repeats = results.reduce(0) { $0 + $1.0 }
      let (smallest, largest) = (results.map(\.1).min() ?? .nan, results.map(\.2).max() ?? .nan)
      table.append([.number(step), .integer(runs), .integer(repeats), .number(smallest), .number(largest)])
      checks += [
        Check(
          "steps that stay on a side of θ*, η = \(step)", prediction: 0, measurement: Double(repeats),
          tolerance: .exact, count: runs),
        Check(
          "smallest F against ε₀², η = \(step)", prediction: bound * bound, measurement: smallest, tolerance: .atLeast,
          count: runs),
        Check(
          "largest F against 0.17, η = \(step)", prediction: 0.17, measurement: largest, tolerance: .atMost, count: runs
        ),
      ]
    }
    return Study.Finding(
      Claim(
        id: "sparse-features.a2", title: "On the quadratic toy the loss stabilises: the iterate bounces for ever",
        statement: """
          For (θ* x_min)⁻² < η < 1.25 (θ* x_max)⁻² and θ₀ in (0, θ*), SGD on F(θ) = ¼ E(y − xθ²)², y = xθ*², ends up \
          changing sides of θ* at every step, with F between ε₀²θ*² and 0.17 θ*², \
          ε₀ = min{(η(θ* x_min)² − 1)/3, 0.02}.
          """,
        source: .publication(.andriushchenko, place: "Propositions 2.2 and B.1"),
        convention: "x uniform on [0.97, 1.03], θ* = 1, θ₀ uniform on (0, 1); 3,000 steps, the first 500 left out",
        hypotheses: [
          Hypothesis(
            "η is in the window", holds: 1.10 > 1 / (low * low) && 1.15 < 1.25 / (high * high),
            found: "1.10 and 1.15 in \(number(1 / (low * low))) to \(number(1.25 / (high * high)))")
        ], checks: checks), tables: [table])
  }

  /// Claim a3: the deterministic toy has a two-cycle with a closed form.
  static func twoCycle(_ context: StudyContext) throws(InputError) -> Study.Finding {
    /// θ after many steps, and the seven after it.
    func orbit(_ g: Double) -> [Double] {
      var θ = 0.5
      for _ in 0..<200_000 { θ = toyStep(θ, step: g, x: 1) }
      return (0..<8).map { _ in
        θ = toyStep(θ, step: g, x: 1)
        return θ
      }
    }
    func period(_ orbit: [Double]) -> Int {
      (1...4).first { p in (0..<(8 - p)).allSatisfy { abs(orbit[$0 + p] - orbit[$0]) < 1e-9 } } ?? 0
    }
    var checks: [Check] = []
    for g in [1.01, 1.1, 1.2, 1.23] {
      let orbit = orbit(g)
      let (sum, product) = ((1 + g) / g, 1 / (g * g))
      let root = (sum * sum - 4 * product).squareRoot()
      let squares = [orbit[0] * orbit[0], orbit[1] * orbit[1]].sorted()
      checks.append(
        Check("period at g = \(g)", prediction: 2, measurement: Double(period(orbit)), tolerance: .exact))
      for (name, predicted, found) in [
        ("lower", (sum - root) / 2, squares[0]), ("upper", (sum + root) / 2, squares[1]),
      ] {
        checks.append(
          Check(
            "\(name) θ² of the cycle at g = \(g)", prediction: predicted, measurement: found, tolerance: .absolute(1e-6)
          ))
      }
    }
    checks.append(
      Check("period at g = 0.99", prediction: 1, measurement: Double(period(orbit(0.99))), tolerance: .exact))
    checks.append(
      Check("period at g = 1.24", prediction: 4, measurement: Double(period(orbit(1.24))), tolerance: .exact))
    return Study.Finding(
      Claim(
        id: "sparse-features.a3", title: "Without noise the toy has a two-cycle for 1 < g < √5 − 1",
        statement: """
          The map θ ← θ + gθ(1 − θ²) loses the fixed point 1 at g = 1. For 1 < g < √5 − 1 = 1.236 it has an attracting \
          cycle of two values whose squares are the roots of z² − ((1 + g)/g) z + 1/g² = 0; at g = 1.24 the period is 4.
          """,
        source: .derivedHere(
          basis: "the toy of Proposition 2.2 of arXiv 2210.05337 with x = 1: the multiplier of its cycle"),
        scope: .supporting, convention: "g = ηθ*²x², from θ = 0.5, after 200,000 steps",
        hypotheses: [
          Hypothesis(
            "g < √5 − 1 for the cycles", holds: 1.23 < 5.0.squareRoot() - 1, found: "g up to 1.23, and 1.24 beyond")
        ],
        checks: checks,
        remark:
          "The paper's 1.25 bounds where the iterate alternates between two intervals, which a cycle of four does, too."
      ), figures: [cycleFigure { orbit($0) }])
  }

  /// Where the deterministic toy settles for each g, with the closed form.
  private static func cycleFigure(_ orbit: (Double) -> [Double]) -> Figure {
    var settled: (x: [Double], y: [Double]) = ([], [])
    for g in (0...100).map({ 0.9 + 0.4 * Double($0) / 100 }) {
      // Where the convergence is slow, near 1, the eight values of an orbit are one.
      for θ in Set(orbit(g).map { ($0 * 1e4).rounded() / 1e4 }).sorted() {
        settled.x.append(g)
        settled.y.append(θ * θ)
      }
    }
    let window = (0...120).map { 1 + (5.0.squareRoot() - 2) * Double($0) / 120 }
    func branch(_ sign: Double) -> [Double] {
      window.map { g in
        let (sum, product) = ((1 + g) / g, 1 / (g * g))
        return (sum + sign * (sum * sum - 4 * product).squareRoot()) / 2
      }
    }
    return Figure(
      name: "toy-cycle", title: "The toy loses its fixed point at g = 1 and bounces between two values",
      caption: """
        θ² after 200,000 steps of θ ← θ + gθ(1 − θ²), eight values for each g, and the roots of z² − ((1 + g)/g) z + 1/g² = 0 \
        (dashed) for 1 < g < √5 − 1, beyond which the cycle doubles its period.
        """,
      panels: [
        .init(
          horizontal: .init("g"), vertical: .init("θ²"),
          layers: [
            .init("measured", .points, .blue, x: settled.x, y: settled.y),
            .init("two-cycle, closed form", .dashed, .vermilion, x: window, y: branch(-1)),
            .init("", .dashed, .vermilion, x: window, y: branch(1)),
          ])
      ])
  }
}
