import Claims
import Foundation
import Numerics
import Reporting
import Stability

/// How likely and how fast a run gets out (claims 14 and b1).
extension StabilityStudy {
  /// Claim 14: the probability of escape is a power of the start's distance.
  static func ruinProbability(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("stability.14")
    let family = try g1()
    let dynamics = try family.dynamics(2)
    let step = 0.6896
    let κ = try family.geometry.tailExponent(step: step, of: dynamics).value
    let starts = [0.1, 0.01, 0.001]
    // Themselves simulated with 200,000 walks, printed to half a unit.
    let reference = [(0.1263, 0.5e-4), (0.0205, 0.5e-4), (0.00329, 0.5e-5)]
    let (below, above) = (
      try family.geometry.meanSquareThreshold(of: dynamics).value,
      try family.geometry.almostSureThreshold(of: dynamics).value
    )
    let slopes = [0.789, 0.795]
    // Escapes from 0.001 R are so rare that the slope needs more walks for an error of a quarter of its tolerance.
    let counts = [200_000, 200_000, 800_000].map(context.samples)
    let multipliers = batchCurvatures(g1Curvatures, 2, .subset).map { abs(1 - step * $0) }
    var checks = [
      Check(
        "E|1 − ηq̄|^κ over all batches, κ = \(String(format: "%.5f", κ))", prediction: 1,
        measurement: mean(batchCurvatures(g1Curvatures, 2, .subset)) { pow(abs(1 - step * $0), κ) },
        tolerance: .absolute(1e-8))
    ]
    var undecided = 0
    var found: [(plain: Proportion, tilted: Double, error: Double)] = []
    for (place, start) in starts.enumerated() {
      // Each start has its own numbers, so that slopes are differences of independent estimates.
      let walk = RuinWalk(
        multipliers: multipliers, seeds: Seeds(master: seeds.measurement, part: "start \(place)"))
      let plain = try context.walk(walk, count: counts[place], from: start)
      let tilted = try context.walk(
        RuinWalk(multipliers: multipliers, seeds: Seeds(master: seeds.measurement, part: "tilted \(place)")),
        count: context.samples(20_000), from: start, floor: 0, tilt: κ)
      undecided += plain.undecided + tilted.undecided
      let proportion = try Proportion(successes: plain.escaped, trials: plain.walks)
      found.append((proportion, tilted.weights.mean, tilted.weights.standardError ?? .nan))
      let error = proportion.standardError
      let (value, rounding) = reference[place]
      let referenceError = (value * (1 - value) / 200_000).squareRoot()
      checks.append(
        Check(
          "P(escape) from r₀ = \(start)R, within 4 standard errors of both", prediction: value,
          measurement: proportion.estimate, error: .standardError(error),
          tolerance: .absolute(4 * hypot(error, referenceError) + rounding), count: plain.walks))
      checks.append(
        Check(
          "P(escape) from r₀ = \(start)R against the tilted walk", prediction: tilted.weights.mean,
          measurement: proportion.estimate,
          error: .standardError(error), tolerance: .standardErrors(4), count: plain.walks))
    }
    for place in 0..<2 {
      let (far, near) = (found[place], found[place + 1])
      let scale = log(starts[place] / starts[place + 1])
      let slope = log(far.plain.estimate / near.plain.estimate) / scale
      let error =
        hypot(
          far.plain.standardError / far.plain.estimate, near.plain.standardError / near.plain.estimate) / scale
      let name = "from r₀ = \(starts[place + 1])R to \(starts[place])R"
      checks.append(
        Check(
          "slope of log P(escape) \(name)", prediction: κ, measurement: slope, error: .standardError(error),
          tolerance: .absolute(0.05), count: counts[place + 1]))
      checks.append(
        Check(
          "slope \(name) against the reference's", prediction: slopes[place], measurement: slope,
          error: .standardError(error), tolerance: .absolute(0.05), count: counts[place + 1]))
      checks.append(
        Check(
          "slope of the tilted walk \(name)", prediction: κ, measurement: log(far.tilted / near.tilted) / scale,
          error: .standardError(hypot(far.error / far.tilted, near.error / near.tilted) / scale),
          tolerance: .absolute(0.05), count: context.samples(20_000)))
    }
    let (figure, table) = try ruinCurves(context, family, dynamics, seeds)
    return Study.Finding(
      Claim(
        id: "stability.14", title: "Between the thresholds escape has probability (r₀/R)^κ",
        statement: """
          For η_meanSquare < η < η_almostSure a run started at distance r₀ leaves a basin of radius R with a probability \
          proportional to (r₀/R)^κ, κ < 2: the ruin of a gambler.
          """,
        source: .derivedHere(
          basis: "Cramér's change of measure; a power tail is estimated in Ziyin et al., arXiv 2102.05375"),
        scope: .beyond,
        convention: "\(convention); G1, b = 2, subsets, η = 0.6896; lost below 1e-8 r₀",
        hypotheses: [
          interpolationHypothesis([family]),
          Hypothesis(
            "η_meanSquare < η < η_almostSure",
            holds: below < step && step < above, found: "\(number(below)) < \(step) < \(number(above))"),
          Hypothesis("every walk is decided", holds: undecided == 0, found: "\(undecided) are not"),
        ], checks: checks,
        correction: """
          An empirical “probability of divergence” is not a property of (η, b) and the minimum alone: it depends on r₀/R \
          and on how long one looks.
          """,
        remark: """
          The tilted walk draws batches with probabilities ∝ |1 − ηq̄|^κ, always escapes, and reweights by (r₀/|δ|)^κ: \
          an independent estimate with a far smaller error. From 0.001 R it gives P = \
          \(number((found.last?.tilted ?? .nan) / pow(starts[2], κ))) (r₀/R)^κ; the factor is the mean overshoot. The \
          reference gives κ = 0.7985 for a step size printed as 0.6896, where κ = \(String(format: "%.5f", κ)).
          """), figures: [figure], tables: [table])
  }

  private static func ruinCurves(
    _ context: StudyContext, _ family: Family, _ dynamics: Dynamics, _ seeds: Seeds
  ) throws(InputError) -> (Figure, Table) {
    var table = Table(
      name: "ruin", caption: "Probability of leaving a basin of radius R from distance r₀: G1, b = 2, subsets.",
      columns: [
        .init("step", "step size η"), .init("tailExponent", "κ"), .init("start", "r₀/R"),
        .init("escaped", "fraction of walks that left"), .init("low", "95 % interval, lower end"),
        .init("high", "95 % interval, upper end"), .init("walks", "how many walks"),
      ])
    var layers: [Figure.Layer] = []
    let starts = [0.5, 0.2, 0.1, 0.05, 0.02, 0.01, 0.005, 0.002, 0.001]
    for (step, colour) in [(0.63, Figure.Colour.green), (0.6896, .blue), (0.75, .vermilion)] {
      let κ = try family.geometry.tailExponent(step: step, of: dynamics).value
      let walk = RuinWalk(
        multipliers: batchCurvatures(g1Curvatures, 2, .subset).map { abs(1 - step * $0) },
        seeds: Seeds(master: seeds.measurement, part: "figure η = \(step)"))
      var (points, low, high) = ([Double](), [Double](), [Double]())
      for start in starts {
        let found = try context.walk(walk, count: context.samples(20_000), from: start)
        let proportion = try Proportion(successes: found.escaped, trials: found.walks)
        let interval = try proportion.interval(confidence: 0.95)
        table.append([
          .number(step), .number(κ), .number(start), .number(proportion.estimate), .number(interval.low),
          .number(interval.high), .integer(found.walks),
        ])
        points.append(proportion.estimate > 0 ? proportion.estimate : .nan)
        low.append(proportion.estimate > 0 ? interval.low : .nan)
        high.append(proportion.estimate > 0 ? interval.high : .nan)
      }
      // The line of slope κ through the point at 0.02, where walks are many and the overshoot has settled.
      let anchor = points[4] / pow(starts[4], κ)
      layers.append(
        .init(
          "η = \(step), κ = \(number(κ))", .points, colour, x: starts, y: points, low: low, high: high))
      layers.append(.init("", .dashed, colour, x: starts, y: starts.map { anchor * pow($0, κ) }))
    }
    return (
      Figure(
        name: "ruin", title: "Escape is a power of the distance",
        caption: """
          G1, b = 2, subsets, η between η_meanSquare = 0.590 and η_almostSure = 0.789: the fraction of walks from \
          distance r₀ that leave a basin of radius R, with 95 % intervals. Dashed: lines of slope κ(η), through the \
          points at r₀/R = 0.02.
          """,
        panels: [
          .init(
            horizontal: .init("r₀/R", logarithmic: true), vertical: .init("P(escape)", logarithmic: true),
            layers: layers)
        ]), table
    )
  }

  /// Claim b1: above η_almostSure escape is certain, in ln(R/r₀)/Λ steps.
  static func escapeTime(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("stability.b1")
    var checks: [Check] = []
    var undecided = 0
    var slowest = Double.infinity
    for (name, values, b, step) in [
      ("q = 0.2, 3.8", [0.2, 3.8], 1, 0.7), ("G1", g1Curvatures, 1, 1.3), ("G1", g1Curvatures, 2, 0.9),
      ("G1", g1Curvatures, 3, 0.8),
    ] {
      let family = try scalars(name, values)
      let dynamics = try family.dynamics(b)
      let exponent = try family.geometry.lyapunovExponent(step: step, of: dynamics).value
      slowest = min(slowest, exponent)
      let walk = RuinWalk(
        multipliers: batchCurvatures(values, b, .subset).map { abs(1 - step * $0) },
        seeds: Seeds(master: seeds.measurement, part: "\(name), \(b)"))
      // A walk from 1e-8 and one from 1e-16 overshoot alike: the difference of their times has no end effect.
      let count = context.samples(20_000)
      let near = try context.walk(walk, count: count, from: 1e-8, floor: 0)
      let far = try context.walk(
        RuinWalk(multipliers: walk.multipliers, seeds: Seeds(master: seeds.measurement, part: "far \(name), \(b)")),
        count: count, from: 1e-16, floor: 0)
      undecided += near.walks - near.escaped + far.walks - far.escaped
      let prediction = Escape.time(exponent: exponent, from: 1e-16, to: 1e-8)
      checks.append(
        Check(
          "steps from 1e-16 R to 1e-8 R, \(name), b = \(b), η = \(step)", prediction: prediction,
          measurement: far.steps.mean - near.steps.mean,
          error: .standardError(hypot(far.steps.standardError ?? .nan, near.steps.standardError ?? .nan)),
          tolerance: .relative(0.03), count: count))
    }
    return Study.Finding(
      Claim(
        id: "stability.b1", title: "Above η_almostSure escape is certain, in ln(R/r₀)/Λ steps",
        statement: "For Λ > 0 every run leaves, and the mean time grows by 1/Λ for each factor e in R/r₀.",
        source: .derivedHere(basis: "renewal theorem for log‖δ‖, whose drift is Λ"), scope: .beyond,
        convention: "\(convention); the difference of two starts, so that overshoot at R cancels",
        hypotheses: [
          Hypothesis("Λ > 0", holds: slowest > 0, found: "smallest Λ = \(number(slowest))"),
          Hypothesis("every walk leaves", holds: undecided == 0, found: "\(undecided) do not"),
        ], checks: checks))
  }
}
