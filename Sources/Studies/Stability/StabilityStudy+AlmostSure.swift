import Claims
import Foundation
import Numerics
import Reporting
import Stability

/// Where single runs stop settling (claims 11 and 18).
extension StabilityStudy {
  /// Claim 11: the almost-sure threshold.
  static func almostSure(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("stability.11")
    let (g1, g2, g3) = (try g1(), try g2(), try g3())
    var checks: [Check] = []
    let table: [(Sampling, [Double])] = [
      (.subset, [1.072473561, 0.789045303, 0.706791137, 0.666666667]),
      (.iid, [1.072473561, 0.800651015, 0.783682275, 0.749880046]),
    ]
    for (sampling, row) in table {
      for (b, value) in zip(1..., row) {
        let found = try g1.geometry.almostSureThreshold(of: g1.dynamics(b, sampling)).value
        checks.append(printed("first η_almostSure, G1, \(sampling.rawValue), b = \(b)", value, digits: 9, found))
        let curvatures = batchCurvatures(g1Curvatures, b, sampling)
        checks.append(
          Check(
            "E log|1 − ηq̄| over all batches there, \(sampling.rawValue), b = \(b)", prediction: 0,
            measurement: mean(curvatures) { log(abs(1 - found * $0)) }, tolerance: .absolute(1e-6)))
      }
    }
    let exponents: [(Family, Int, Double, Double)] = [
      (g2, 1, 0.7, -0.0241), (g2, 1, 0.8, 0.0257), (g2, 2, 1.0, -0.1130), (g2, 2, 1.2, 0.0579), (g3, 1, 0.5, -0.3159),
      (g3, 1, 1.2, -0.1421), (g3, 1, 1.5, 0.2007), (g3, 2, 0.9, -0.3552), (g3, 2, 1.3, 0.2212),
    ]
    let chains = context.samples(400)
    let found = try parallelMap(exponents.count, workers: context.workers) { (index) throws(InputError) in
      let (family, b, step, _) = exponents[index]
      return try family.geometry.lyapunovExponent(
        step: step, of: family.dynamics(b), MonteCarlo(chains: chains, steps: 4_000, seeds: seeds))
    }
    for ((family, b, step, value), exponent) in zip(exponents, found) {
      let name = "Λ, \(family.name), b = \(b), η = \(step)"
      checks.append(
        Check(
          name, prediction: value, measurement: exponent.value, error: .standardError(exponent.standardError),
          tolerance: .absolute(0.003), count: chains))
      checks.append(
        Check(
          "sign of \(name), if |Λ| exceeds 4 standard errors", prediction: value < 0 ? -1 : 1,
          measurement: abs(exponent.value) > 4 * exponent.standardError ? (exponent.value < 0 ? -1 : 1) : 0,
          tolerance: .exact, count: chains))
    }
    let crossings: [(Family, Int, Double)] = [(g2, 1, 0.743), (g2, 2, 1.121), (g3, 1, 1.337), (g3, 2, 1.161)]
    let roots = try parallelMap(crossings.count, workers: context.workers) { (index) throws(InputError) in
      let (family, b, _) = crossings[index]
      let dynamics = try family.dynamics(b)
      return try family.geometry.almostSureThreshold(
        of: dynamics, from: family.geometry.meanSquareThreshold(of: dynamics).lower,
        MonteCarlo(chains: context.samples(200), steps: 1_000, seeds: seeds))
    }
    for ((family, b, value), root) in zip(crossings, roots) {
      checks.append(
        Check(
          "first η_almostSure, \(family.name), b = \(b)", prediction: value, measurement: root.value,
          error: .standardError(root.standardError), tolerance: .absolute(0.01), count: context.samples(200)))
    }
    // A batch that annihilates a direction: log 0 must not become a number.
    let annihilated = try g2.geometry.lyapunovExponent(step: 0.5, of: g2.dynamics(1))
    checks.append(
      Check(
        "exp Λ of G2, b = 1, η = 0.5, where one sample annihilates its direction", prediction: 0,
        measurement: exp(annihilated.value), tolerance: .exact))
    return Study.Finding(
      Claim(
        id: "stability.11", title: "Single runs settle as long as the Lyapunov exponent is negative",
        statement: """
          The sign of Λ = lim (1/t) log‖δ_t‖ decides whether SGD can accumulate at an interpolating minimum; it is \
          negative below η_meanSquare, and its first crossing η_almostSure lies above.
          """,
        source: .publication(.chemnitz, place: "abstract (the theorem); the numbers are derived here"),
        convention: "\(convention); G1 exact by enumeration, G2 and G3 by normalised products",
        hypotheses: [interpolationHypothesis([g1, g2, g3]), try semidefiniteHypothesis([g1, g2, g3])], checks: checks,
        correction: """
          A long run does not blow up at η_meanSquare but near η_almostSure; averages of ‖δ‖² over long runs miss the \
          rare paths that make the mean square, so that they cannot measure η_meanSquare.
          """,
        remark: """
          Reference values of Λ are themselves simulated, to ±0.003; those of crossings to ±0.01. Ziyin et al. 2023 \
          (abstract) define stability in probability by the same exponent.
          """))
  }

  /// Claim 18: epochs of reshuffled samples.
  static func reshuffledEpochs(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let table: [(family: Family, b: Int, value: Double)] = [
      (try g1(), 1, 1.072474), (try g1(), 2, 0.746791), (try g2(), 1, 0.741386), (try g3(), 1, 1.302703),
      (try g3(), 2, 1.126669),
    ]
    var checks: [Check] = []
    var rows = Table(
      name: "reshuffling", caption: "Mean-square thresholds of reshuffled epochs and of fresh subsets.",
      columns: [
        .init("family", "the golden family"), .init("batch", "batch size b"),
        .init("reshuffled", "first step size at which the epoch's second moment grows"),
        .init("subset", "η_meanSquare of fresh subsets"),
      ])
    for (family, b, value) in table {
      let found = try family.geometry.meanSquareThreshold(of: family.dynamics(b, .reshuffle)).value
      let subset = try family.geometry.meanSquareThreshold(of: family.dynamics(b)).value
      let name = "\(family.name), b = \(b)"
      checks.append(
        Check("reshuffled threshold, \(name)", prediction: value, measurement: found, tolerance: .absolute(0.5e-6)))
      checks.append(
        Check(
          "growth over an epoch there, all n! orders enumerated, \(name)", prediction: 1,
          measurement: epochGrowth(family, b, found), tolerance: .absolute(1e-5)))
      rows.append([.text(family.name), .integer(b), .number(found), .number(subset)])
    }
    let g1 = try g1()
    checks.append(
      Check(
        "reshuffled threshold of G1, b = 1, against η_almostSure",
        prediction: try g1.geometry.almostSureThreshold(of: g1.dynamics(1)).value,
        measurement: try g1.geometry.meanSquareThreshold(of: g1.dynamics(1, .reshuffle)).value,
        tolerance: .absolute(1e-5)))
    return Study.Finding(
      Claim(
        id: "stability.18", title: "Reshuffling moves the mean-square threshold a long way up",
        statement: """
          Over epochs of a fresh permutation the second moment is E[Π A_B ⊗ Π A_B] over orders. In one direction with \
          b = 1 the product does not depend on the order, so its threshold is η_almostSure.
          """,
        source: .derivedHere(basis: "enumeration of the orders of an epoch"), scope: .beyond,
        convention: "\(convention); an epoch's batches are consecutive blocks of a permutation",
        hypotheses: [
          interpolationHypothesis(table.map(\.family)), try semidefiniteHypothesis(table.map(\.family)),
          Hypothesis(
            "b divides n", holds: table.allSatisfy { $0.family.n % $0.b == 0 },
            found: table.map { "\($0.family.n)/\($0.b)" }.joined(separator: ", ")),
        ], checks: checks,
        correction: """
          Thresholds for fresh batches are often quoted for training that reshuffles. For G1 at b = 1 they are 0.48 and \
          1.07: say which sampling is meant.
          """), tables: [rows])
  }

  /// The factor by which the second moment grows over an epoch: power steps with the mean over all n! orders, from the
  /// identity.
  private static func epochGrowth(_ family: Family, _ b: Int, _ step: Double) -> Double {
    let n = family.n
    let hessians = (0..<n).map { family.geometry.curvature.hessian($0) }
    let products = permutations(n).map { order in
      stride(from: 0, to: n, by: b).reduce(Matrix.identity(family.geometry.rank)) { product, start in
        propagator(batchHessian(Array(order[start..<min(start + b, n)]), hessians), step: step).multiplied(by: product)
      }
    }
    var s = Matrix.identity(family.geometry.rank)
    var growth = 0.0
    for _ in 0..<2_000 {
      var next = Matrix(rows: s.rows, columns: s.rows)
      for product in products {
        let image = product.multiplied(by: s).multiplied(by: product.transposed())
        next.withUnsafeMutableStorage { entries in
          for index in entries.indices { entries[index] += image.storage[index] / Double(products.count) }
        }
      }
      let trace = (0..<next.rows).reduce(0) { $0 + next[$1, $1] }
      let before = growth
      growth = trace
      next.withUnsafeMutableStorage { entries in for index in entries.indices { entries[index] /= trace } }
      s = next
      if abs(growth - before) < 1e-14 { break }
    }
    return growth
  }

  static func permutations(_ count: Int) -> [[Int]] {
    if count == 0 { return [[]] }
    return permutations(count - 1).flatMap { order in
      (0...order.count).map { place in Array(order[..<place]) + [count - 1] + Array(order[place...]) }
    }
  }
}
