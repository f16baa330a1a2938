import Claims
import Descent
import Foundation
import Numerics
import Objectives
import Reporting

/// Full-batch gradient descent: where it goes, what it leaves alone, what it costs (claims 1, 2, 3 and 18).
extension AutoencoderStudy {
  /// Claim 1: the limit is the normalised projection of the start.
  static func gradientDescentLimit(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.01")
    var checks: [Check] = []
    var largestNorm = 0.0
    var deadStarts = 0
    for activation in AutoencoderObjective.Activation.allCases {
      for (n, m, steps) in [(50, 10, 2_000), (100, 20, 4_000), (300, 90, 18_000)] {
        let experiment = AutoencoderExperiment(
          dimension: n, count: m, activation: activation, start: .gaussian(norm: 0.5),
          options: options(.full, budget: steps, seeds: seeds))
        let record = try experiment.run(
          trials: 0..<16, workers: context.workers, stopping: experiment.stopping(every: steps),
          finals: Measure.coefficients(count: m) + [Measure("perpendicular") { $0.perpendicular }])
        var distances: [Double] = []
        for replica in record.replicas {
          let start = experiment.start(of: replica.trial)
          largestNorm = max(largestNorm, start.squaredNorm.squareRoot())
          guard let limit = AutoencoderTheory.gradientDescentLimit(from: start.coefficients, activation) else {
            deadStarts += 1
            continue
          }
          distances.append(distance(replica.finals, limit + [0]))
        }
        checks.append(
          .largest(
            "largest ‖w_T − Πw₀/‖Πw₀‖‖, \(activation.rawValue), n = \(n), m = \(m), T = \(steps)", of: distances,
            tolerance: .absolute(1e-10)))
      }
    }
    checks.append(try contractionCheck(context, seeds: seeds))
    checks.append(try invarianceCheck(context, seeds: seeds))
    return Study.Finding(
      Claim(
        id: "autoencoder.01", title: "Gradient descent goes to the normalised projection of its start",
        statement: """
          Full-batch gradient descent converges to Π w₀ / ‖Π w₀‖, where Π keeps every data direction for the linear \
          neuron and those with ⟨w₀, aᵢ⟩ > 0 for ReLU. What is left over decays by 1 − η/m a step. The linear limit \
          depends on the span of the data only.
          """,
        source: .publication(paper, place: nil), convention: "\(convention); full batch, η = 0.2",
        hypotheses: [
          normHypothesis(largestNorm), stepHypothesis(0.2), activityHypothesis(dead: deadStarts, of: 96),
        ],
        checks: checks,
        correction:
          "For ReLU the projection is onto the directions of S⁺ = {i : ⟨w₀, aᵢ⟩ > 0}, not onto the whole span."))
  }

  /// The decay per step of what gradient descent leaves over, from two times of one run.
  private static func contractionCheck(_ context: StudyContext, seeds: Seeds) throws(InputError) -> Check {
    let (n, m, η) = (50, 10, 0.2)
    let experiment = AutoencoderExperiment(
      dimension: n, count: m, start: .gaussian(norm: 0.5), options: options(.full, step: η, budget: 1_000, seeds: seeds)
    )
    let record = try experiment.run(
      trials: 0..<16, workers: context.workers, stopping: experiment.stopping(every: 1_000),
      series: [Probe("perpendicular", .at([500])) { $0.perpendicular }])
    let rates = record.alive.map { replica in
      let values = replica.series[0].values
      return log(abs(values[1] / values[0])) / 500
    }
    return try .mean(
      "log decay of ‖w_⊥‖ per step, n = 50, m = 10", prediction: log1p(-η / Double(m)), of: rates,
      tolerance: .relative(1e-3))
  }

  /// The linear limit for two bases of the same span, by the plain gradient in Rⁿ.
  private static func invarianceCheck(_ context: StudyContext, seeds: Seeds) throws(InputError) -> Check {
    let (n, m, budget) = (20, 5, 2_000)
    var stream = RandomStream(seeds.key(.data))
    let data = try AutoencoderData.randomOrthonormal(count: m, dimension: n, stream: &stream)
    let rotation = try LinearAlgebra.orthonormalRows(count: m, dimension: m, stream: &stream)
    let turned = rotation.multiplied(by: Matrix(rows: m, columns: n, storage: data.rows))
    let start = stream.sphere(count: n, radius: 0.5)
    var limits: [[Double]] = []
    for rows in [data.rows, turned.storage] {
      let objective = AutoencoderObjective(
        data: try AutoencoderData(count: m, dimension: n, values: rows), activation: .linear)
      var descent = try StochasticGradientDescent(objective, options: options(.full, budget: budget, seeds: seeds))
      descent.load(start, trial: 0, lane: 0)
      descent.advance(by: budget)
      var state = descent.makeState()
      descent.read(lane: 0, into: &state)
      limits.append(state.parameters)
    }
    return Check(
      "distance of the linear limits for two bases of the same span", prediction: 0,
      measurement: distance(limits[0], limits[1]), tolerance: .absolute(1e-10))
  }

  /// Claim 2: gradient descent leaves all ratios of active coefficients as they were.
  static func gradientDescentFreezesRatios(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.02")
    let m = 20
    let experiment = AutoencoderExperiment(
      dimension: 100, count: m, start: .gaussian(norm: 0.5), options: options(.full, budget: 5_000, seeds: seeds))
    let record = try experiment.run(
      trials: 0..<64, workers: context.workers, stopping: experiment.stopping(every: 5_000),
      series: [Probe("logRatio", .every(10)) { $0.logRatio(.relu) }], finals: Measure.coefficients(count: m))
    var walks: [Double] = []
    var pairs: [Double] = []
    var hasCompetitors = true
    for replica in record.alive {
      let values = replica.series[0].values
      walks.append(values.map { abs($0 - values[0]) }.max() ?? .nan)
      let start = experiment.start(of: replica.trial).coefficients
      let active = start.indices.filter { start[$0] > 0 }
      hasCompetitors = hasCompetitors && active.count > 1
      let logs = active.map { log(replica.finals[$0] / start[$0]) }
      pairs.append((logs.max() ?? .nan) - (logs.min() ?? .nan))
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.02", title: "Gradient descent freezes the ratios",
        statement:
          """
          In full-batch gradient descent all active coefficients grow by one common factor, so R_t and every ratio \
          stay constant.
          """,
        source: .publication(paper, place: nil),
        convention: "\(convention); full batch, η = 0.2, m = 20; R is the ℓ¹ log-ratio, a reconstruction",
        hypotheses: [
          Hypothesis(
            "at least two directions are active", holds: hasCompetitors,
            found: "in each of \(record.alive.count) starts")
        ],
        checks: [
          .largest("largest |R_t − R₀| over 5,000 steps", of: walks, tolerance: .absolute(1e-12)),
          .largest("largest change of log(cᵢ/cⱼ) over all active pairs", of: pairs, tolerance: .absolute(1e-12)),
        ]))
  }

  /// Claim 3: both algorithms reach the global minimum.
  static func lossGapVanishes(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.03")
    let m = 10
    var checks: [Check] = []
    var dead = 0
    for activation in AutoencoderObjective.Activation.allCases {
      for (order, batch, budget) in [(SamplingOrder.full, m, 3_000), (.subset, 1, 40_000)] {
        let experiment = AutoencoderExperiment(
          dimension: 50, count: m, activation: activation, start: .gaussian(norm: 0.5),
          options: options(order, batch: batch, budget: budget, seeds: seeds))
        let record = try experiment.run(
          trials: 0..<64, workers: context.workers, stopping: experiment.stopping(),
          finals: [Measure("lossGap") { $0.lossGap(activation) }])
        dead += record.count(.dead)
        checks.append(
          .largest(
            "largest L − (m−1)/(2m), \(activation.rawValue), b = \(batch), T = \(budget)",
            of: record.finals("lossGap", where: .exhausted), tolerance: .absolute(1e-10)))
      }
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.03", title: "Both reach the global minimum",
        statement:
          """
          The loss of gradient descent and of SGD tends to its minimum (m−1)/(2m), which is not 0: one neuron \
          reconstructs one dimension.
          """,
        source: .publication(paper, place: nil),
        convention: "\(convention); n = 50, m = 10, η = 0.2; dead starts apart",
        hypotheses: [activityHypothesis(dead: dead, of: 256)], checks: checks))
  }

  /// Claim 18: how far gradient descent and SGD end from their start.
  static func cosineWithStart(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.18")
    var checks: [Check] = []
    for activation in AutoencoderObjective.Activation.allCases {
      let experiment = AutoencoderExperiment(
        dimension: 50, count: 10, activation: activation, start: .gaussian(norm: 0.5),
        options: options(.full, budget: 3_000, seeds: seeds))
      let record = try experiment.run(
        trials: 0..<64, workers: context.workers, stopping: experiment.stopping(every: 3_000),
        finals: Measure.coefficients(count: 10) + [Measure("perpendicular") { $0.perpendicular }])
      let errors = record.alive.map { replica in
        let start = experiment.start(of: replica.trial)
        return abs(
          cosine(replica.finals, start.coefficients + [start.perpendicular])
            - AutoencoderTheory.cosineWithStart(from: start, activation))
      }
      checks.append(
        .largest("largest |cos(w_T, w₀) − ‖Πw₀‖/‖w₀‖|, \(activation.rawValue)", of: errors, tolerance: .absolute(1e-9)))
    }
    // The limits are known in closed form from the starts, so large n and m cost nothing.
    let sizes = [(n: 1_000, m: 500), (n: 2_000, m: 200)]
    for (n, m) in sizes {
      for activation in AutoencoderObjective.Activation.allCases {
        let starts = (0..<context.samples(300)).map {
          AutoencoderStart.gaussian(norm: 0.5).state(count: m, dimension: n, key: seeds.key(.initialization, trial: $0))
        }
        let active = activation == .linear ? Double(m) : Double(m) / 2
        checks.append(
          try .mean(
            "mean ‖Πw₀‖/‖w₀‖ against √(k/n), \(activation.rawValue), n = \(n), m = \(m)",
            prediction: (active / Double(n)).squareRoot(),
            of: starts.map { AutoencoderTheory.cosineWithStart(from: $0, activation) }, tolerance: .relative(0.03)))
        let largest = starts.map { start in
          let leader = start.coefficients[start.leader(activation)]
          return abs(leader) / start.activeEnergy(activation).squareRoot()
        }
        checks.append(
          try .mean(
            "mean max cos of the GD limit against √(2 ln m / k), \(activation.rawValue), n = \(n), m = \(m)",
            prediction: (2 * log(Double(m)) / active).squareRoot(), of: largest, tolerance: .relative(0.25)))
      }
    }
    checks.append(try selectedCosineCheck(context, seeds: seeds))
    return Study.Finding(
      Claim(
        id: "autoencoder.18", title: "Cosine between limit and start",
        statement: """
          cos(w_∞, w₀) = ‖Πw₀‖/‖w₀‖ for gradient descent, about √(m/n) (linear) or √(m/2n) (ReLU) from a Gaussian \
          start; its largest cosine with a data point is of order √(log m / m). SGD keeps at most max cᵢ(0)/‖w₀‖ of \
          its start.
          """,
        source: .publication(paper, place: "Corollary 3"), convention: "\(convention); Gaussian starts",
        hypotheses: [
          Hypothesis(
            "w₀ Gaussian, n ≥ 1,000 and m ≥ 200 for the asymptotic forms",
            holds: sizes.allSatisfy { $0.n >= 1_000 && $0.m >= 200 },
            found: sizes.map { "n = \($0.n), m = \($0.m)" }.joined(separator: "; "))
        ],
        checks: checks,
        correction:
          "Θ(m/n) is the order of the square of this cosine; the cosine itself is √(m/n), and √(m/2n) for ReLU.",
        remark:
          "The extreme-value form √(2 ln m / k) converges slowly: the realised means are 0.8–0.95 of it at these sizes."
      ))
  }

  /// Runs of SGD whose cosine with the start exceeds the largest entry of the start over its norm.
  private static func selectedCosineCheck(_ context: StudyContext, seeds: Seeds) throws(InputError) -> Check {
    let experiment = AutoencoderExperiment(
      dimension: 100, count: 20, start: .gaussian(norm: 0.5),
      options: options(.subset, batch: 1, budget: 40_000, seeds: seeds))
    let record = try experiment.run(
      trials: 0..<context.samples(100), workers: context.workers, stopping: experiment.stopping(misalignment: 1e-20),
      finals: Measure.coefficients(count: 20) + [Measure("perpendicular") { $0.perpendicular }])
    let excess = record.replicas.filter { $0.outcome == .converged }.map { replica in
      let start = experiment.start(of: replica.trial)
      let bound = start.coefficients[start.leader(.relu)] / start.squaredNorm.squareRoot()
      return cosine(replica.finals, start.coefficients + [start.perpendicular]) - bound
    }
    return .largest(
      "largest excess of cos(w_∞, w₀) over max cᵢ(0)/‖w₀‖, SGD", of: excess, prediction: 1e-9, tolerance: .atMost)
  }
}
