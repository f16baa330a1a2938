import Claims
import Foundation
import Numerics
import Reporting
import Stability

/// The second moment: its operator, its threshold and its rate (claims 1, 3, 4 and 7).
extension StabilityStudy {
  /// Claim 1: the operator against the enumeration of all batches.
  static func secondMomentOperator(_ context: StudyContext) throws(InputError) -> Study.Finding {
    var stream = RandomStream(context.seeds("stability.01").key(.measurement))
    var checks: [Check] = []
    var families = [try g2(), try g3()]
    func deviation(_ family: Family, _ b: Int, _ sampling: Sampling, _ step: Double) throws(InputError) -> Double {
      let order = family.geometry.rank
      let hessians = (0..<family.n).map { family.geometry.curvature.hessian($0) }
      let root = Matrix(rows: order, columns: order, storage: stream.gaussian(count: order * order))
      let s = root.gram()
      let batches = everyBatch(of: family.n, size: b, sampling)
      var mean = Matrix(rows: order, columns: order)
      for batch in batches {
        let factor = propagator(batchHessian(batch, hessians), step: step)
        let image = factor.multiplied(by: s).multiplied(by: factor)
        mean.withUnsafeMutableStorage { entries in
          for index in entries.indices { entries[index] += image.storage[index] / Double(batches.count) }
        }
      }
      let formula = try family.geometry.secondMoment(after: s, step: step, of: family.dynamics(b, sampling))
      return largestDifference(formula, mean) / max(1, mean.storage.map(abs).max() ?? 1)
    }
    for family in families {
      for sampling in [Sampling.subset, .iid] {
        var deviations: [Double] = []
        for b in 1...family.n {
          for step in [0.1, 0.5, 0.9, 1.3] { deviations.append(try deviation(family, b, sampling, step)) }
        }
        checks.append(
          .largest(
            "largest |formula − enumeration|, \(family.name), \(sampling.rawValue), all b", of: deviations,
            tolerance: .absolute(1e-12)))
      }
    }
    var deviations: [Double] = []
    for _ in 0..<context.samples(200) {
      let family = try randomFamily(&stream)
      let step = 1 / family.geometry.eigenvalues[0]
      for b in 1...family.n { deviations.append(try deviation(family, b, .subset, step)) }
      for b in 1...min(3, family.n) { deviations.append(try deviation(family, b, .iid, step)) }
      families.append(family)
    }
    checks.append(
      .largest(
        "largest |formula − enumeration| over random families, relative above 1", of: deviations,
        tolerance: .absolute(1e-12)))
    return Study.Finding(
      Claim(
        id: "stability.01", title: "The second moment's operator is exact",
        statement: """
          At an interpolating minimum Σ⁺ = (1−p)(I−ηH)Σ(I−ηH) + (p/n) Σᵢ (I−ηHᵢ)Σ(I−ηHᵢ). Sampling enters only through \
          p: 1/b with replacement, (n−b)/(b(n−1)) for subsets.
          """,
        source: .publication(.mulayoff, place: "Equation 10, subsets; sampling with replacement is derived here"),
        convention: "\(convention); sampling subset and iid",
        hypotheses: [interpolationHypothesis(families), try semidefiniteHypothesis(families)], checks: checks))
  }

  /// Claim 3: three ways to the threshold.
  static func thresholdThreeWays(_ context: StudyContext) throws(InputError) -> Study.Finding {
    var checks: [Check] = []
    var stream = RandomStream(context.seeds("stability.03").key(.measurement))
    var families: [Family] = []
    let tables: [(Family, Sampling, [Double])] = [
      (try g2(), .subset, [0.576039492, 0.938164490, 1.131482908]),
      (try g2(), .iid, [0.576039492, 0.781507659, 0.881019972]),
      (try g3(), .subset, [0.669944621, 0.875934991, 0.958187264, 1]),
      (try g3(), .iid, [0.669944621, 0.817743772, 0.875934991, 0.906327736]),
      (try g4(), .subset, [2, 2.801172204, 3]),
    ]
    func ways(
      _ family: Family, _ dynamics: Dynamics
    ) throws(InputError) -> (power: Double, dense: Double, bisection: Double) {
      let power = try family.geometry.meanSquareThreshold(of: dynamics).value
      let bisection = try root(0.5 * power, 1.5 * power) { (step) throws(InputError) in
        try family.geometry.secondMomentGrowth(step: step, of: dynamics) - 1
      }
      return (power, try family.geometry.denseMeanSquareThreshold(of: dynamics), bisection)
    }
    var deviations: [Double] = []
    for (family, sampling, row) in tables {
      families.append(family)
      for (b, value) in zip(1..., row) {
        let found = try ways(family, try family.dynamics(b, sampling))
        checks.append(
          printed("η_meanSquare, \(family.name), \(sampling.rawValue), b = \(b)", value, digits: 9, found.power))
        deviations += [abs(found.power / found.dense - 1), abs(found.bisection / found.dense - 1)]
      }
    }
    checks.append(
      .largest(
        "largest relative distance of power iteration, dense 2/λ_max(C†D) and bisection of ρ(Q) = 1, G2, G3, G4",
        of: deviations, tolerance: .absolute(1e-8)))
    deviations = []
    for _ in 0..<context.samples(100) {
      let family = try randomFamily(&stream)
      families.append(family)
      for sampling in [Sampling.subset, .iid] {
        let found = try ways(family, try family.dynamics(1 + stream.integer(below: family.n), sampling))
        deviations += [abs(found.power / found.dense - 1), abs(found.bisection / found.dense - 1)]
      }
    }
    checks.append(.largest("the same over random families", of: deviations, tolerance: .absolute(1e-8)))
    return Study.Finding(
      Claim(
        id: "stability.03", title: "η_meanSquare = 2/λ_max(C†D)",
        statement: """
          E‖δ‖² stays bounded exactly for η ≤ 2/λ_max(C†D), with C = ½(H⊗I + I⊗H) and D = (1−p) H⊗H + (p/n) Σ Hᵢ⊗Hᵢ: \
          where ρ(I − 2ηC + η²D) = 1.
          """,
        source: .publication(.mulayoff, place: "Theorems 3 and 4"),
        convention: "\(convention); sampling subset and iid",
        hypotheses: [interpolationHypothesis(families), try semidefiniteHypothesis(families)], checks: checks,
        remark: "The second moment's equation goes back to Ma and Ying 2021, as Mulayoff and Michaeli restate it."))
  }

  /// Claim 4: the Collatz–Wielandt bracket.
  static func certifiedBracket(_ context: StudyContext) throws(InputError) -> Study.Finding {
    var stream = RandomStream(context.seeds("stability.04").key(.measurement))
    let g3 = try g3()
    let dynamics = try g3.dynamics(1)
    let threshold = try g3.geometry.meanSquareThreshold(of: dynamics)
    let exact = try g3.geometry.denseMeanSquareThreshold(of: dynamics)
    // The first entry of the history is the bracket of S = I, before any step.
    func bracket(_ iteration: Int) -> ClosedRange<Double> {
      iteration < threshold.history.count ? threshold.history[iteration] : 0...Double.infinity
    }
    func outside(_ history: [ClosedRange<Double>], _ value: Double) -> Int {
      // A bracket that has closed to rounding contains the value to rounding.
      history.count { $0.lowerBound > value * (1 + 1e-13) || $0.upperBound < value * (1 - 1e-13) }
    }
    var table = Table(
      name: "bracket", caption: "The bracket of η_meanSquare at each power step: G3, b = 1, subsets.",
      columns: [
        .init("iteration", "power steps made, from S = I"), .init("low", "2 over the largest generalized eigenvalue"),
        .init("high", "2 over the smallest one"), .init("width", "high − low"),
        .init("holds", "1 if the dense threshold lies inside"),
      ])
    for (iteration, bracket) in threshold.history.enumerated() {
      table.append([
        .integer(iteration), .number(bracket.lowerBound), .number(bracket.upperBound),
        .number(bracket.upperBound - bracket.lowerBound), .integer(1 - outside([bracket], exact)),
      ])
    }
    var checks = [
      none(
        "brackets of G3, b = 1, that miss the dense threshold", outside(threshold.history, exact),
        of: threshold.history.count),
      Check(
        "width of the bracket after 10 steps", prediction: 1e-3,
        measurement: bracket(10).upperBound - bracket(10).lowerBound, tolerance: .atMost),
      printed("lower end after 5 steps", 0.66792, digits: 5, bracket(5).lowerBound),
      printed("upper end after 5 steps", 0.68454, digits: 5, bracket(5).upperBound),
      printed("lower end after 10 steps", 0.669874, digits: 6, bracket(10).lowerBound),
      printed("upper end after 10 steps", 0.670397, digits: 6, bracket(10).upperBound),
      printed("lower end after 20 steps", 0.669945, digits: 6, bracket(20).lowerBound),
      printed("upper end after 20 steps", 0.669945, digits: 6, bracket(20).upperBound),
    ]
    var families = [g3]
    var (missed, brackets) = (0, 0)
    for _ in 0..<context.samples(100) {
      let family = try randomFamily(&stream)
      families.append(family)
      for sampling in [Sampling.subset, .iid] {
        let dynamics = try family.dynamics(1 + stream.integer(below: family.n), sampling)
        let found = try family.geometry.meanSquareThreshold(of: dynamics)
        let exact = try family.geometry.denseMeanSquareThreshold(of: dynamics)
        missed += outside(found.history, exact)
        brackets += found.history.count
      }
    }
    checks.append(none("brackets of random families that miss the dense threshold", missed, of: brackets))
    return Study.Finding(
      Claim(
        id: "stability.04", title: "Each iteration brackets the threshold with certainty",
        statement: """
          C†D maps semidefinite matrices to semidefinite ones, so the extreme generalized eigenvalues of (C†D[S], S) \
          bracket its spectral radius at every step of the power iteration from S = I.
          """,
        source: .derivedHere(basis: "Collatz–Wielandt for the positive map of Mulayoff and Michaeli, arXiv 2306.07850"),
        scope: .supporting,
        convention: "\(convention); sampling subset and iid; an end that has met the other counts to 1e-13",
        hypotheses: [interpolationHypothesis(families), try semidefiniteHypothesis(families)], checks: checks),
      figures: [bracketFigure(table, exact: exact)], tables: [table])
  }

  private static func bracketFigure(_ table: Table, exact: Double) -> Figure {
    let iterations = table.column("iteration")
    return Figure(
      name: "bracket", title: "A bracket that closes at every step",
      caption: """
        G3, b = 1, subsets. Left: the two ends of the Collatz–Wielandt bracket of η_meanSquare, with the threshold from \
        the dense operator dashed. Right: its width.
        """,
      panels: [
        .init(
          title: "bracket", horizontal: .init("power steps", range: 0...12),
          vertical: .init("step size η", range: 0.5...0.9),
          layers: [
            .init("upper end", .points, .vermilion, x: iterations, y: table.column("high")),
            .init("lower end", .points, .blue, x: iterations, y: table.column("low")),
            .init("η_meanSquare", .dashed, .black, x: [0, 12], y: [exact, exact]),
          ]),
        .init(
          title: "width", horizontal: .init("power steps"), vertical: .init("high − low", logarithmic: true),
          layers: [.init("width", .points, .blue, x: iterations, y: table.column("width"))]),
      ])
  }

  /// Claim 7: the rate of growth or decay.
  static func exponentialRate(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let family = try g3()
    let table: [(step: Double, row: [Double])] = [
      (0.5, [0.613608288, 0.491821435, 0.477873644, 0.472656250]),
      (0.9, [2.131181554, 1.096349464, 0.782362672, 0.640000000]),
    ]
    func trace(_ matrix: Matrix) -> Double { (0..<matrix.rows).reduce(0) { $0 + matrix[$1, $1] } }
    var checks: [Check] = []
    for (step, row) in table {
      for (b, value) in zip(1..., row) {
        let dynamics = try family.dynamics(b)
        let growth = try family.geometry.secondMomentGrowth(step: step, of: dynamics)
        var s = Matrix.identity(family.geometry.rank)
        for _ in 0..<400 { s = try family.geometry.secondMoment(after: s, step: step, of: dynamics) }
        let next = try family.geometry.secondMoment(after: s, step: step, of: dynamics)
        checks.append(printed("ρ(Q), η = \(step), b = \(b)", value, digits: 9, growth))
        checks.append(
          Check(
            "E‖δ₄₀₁‖²/E‖δ₄₀₀‖², η = \(step), b = \(b)", prediction: growth, measurement: trace(next) / trace(s),
            tolerance: .absolute(1e-10)))
      }
    }
    return Study.Finding(
      Claim(
        id: "stability.07", title: "Divergence and convergence have a deterministic exponential rate",
        statement: "E‖δ_t‖² ~ ρ(Q)ᵗ with Q = E[(I−ηH_B)⊗(I−ηH_B)], from any start that is not special.",
        source: .derivedHere(
          basis: "reconstruction: the shape of Patel's rate (arXiv 1709.04718), whose theorems were not read"),
        convention: "\(convention); G3, sampling subset, start Σ₀ = I",
        hypotheses: [interpolationHypothesis([family]), try semidefiniteHypothesis([family])], checks: checks))
  }
}
