import Curvature
import Numerics

/// The contest.
struct Contest {
  var repetitions: Int
  var jobs: Int
  private let seeds = Seeds(master: 54)

  init(repetitions: Int, jobs: Int) {
    self.repetitions = repetitions
    self.jobs = jobs
  }

  func run() throws(InputError) -> ContestResult {
    let networks = try ContestProblem.networks()
    var result = ContestResult()
    for problem in networks {
      result.problems.append(
        .init(
          name: problem.name, dimension: problem.matrix.dimension, trace: problem.trace, largest: problem.largest,
          smallest: problem.eigenvalues[0]))
      result.traces += try traces(problem)
      result.eigenvalues.append(try eigenvalues(problem))
      for (steps, probes) in [(30, 1), (100, 1), (30, 10), (100, 10)] {
        result.densities.append(
          try density(problem, steps: steps, probes: probes, repetitions: max(10, repetitions / 10)))
      }
    }
    let verification = try ContestProblem.verification()
    result.densities.append(try density(verification, steps: 128, probes: 10, repetitions: 10))
    return result
  }

  /// Every method with 30 and 100 products, and to relative errors of 10 and 20 %.
  private func traces(_ problem: ContestProblem) throws(InputError) -> [ContestResult.Rule] {
    let (truth, most) = (problem.trace, problem.matrix.dimension / 2)
    let budgets: [(String, TraceBudget)] = [
      ("30 products", .products(30)), ("100 products", .products(100)),
      ("to 20 %", .relativeError(0.2, atMost: most)), ("to 10 %", .relativeError(0.1, atMost: most)),
    ]
    var rules: [ContestResult.Rule] = []
    for method in TraceMethod.allCases where method != .exact {
      for (name, budget) in budgets {
        let found = try parallelMap(repetitions, workers: jobs) { (trial) throws(InputError) in
          let estimate = try problem.matrix.trace(
            TraceOptions(method: method, budget: budget, seeds: seeds, trial: trial))
          return Outcome(
            error: abs(estimate.value - truth) / abs(truth), isCovered: estimate.interval.contains(truth),
            products: estimate.products)
        }
        rules.append(try rule(problem, "trace by \(method.rawValue), \(name)", found))
      }
    }
    return rules
  }

  /// Power iteration as PyHessian stops it, and Lanczos's process with as many products in each repetition.
  private func eigenvalues(_ problem: ContestProblem) throws(InputError) -> ContestResult.Eigenvalues {
    let truth = problem.largest
    let found = try parallelMap(repetitions, workers: jobs) { (trial) throws(InputError) -> [Outcome] in
      let power = powerIteration(problem.matrix, trial: trial)
      // One product more is for the residual.
      let equal = try problem.matrix.eigenpairs(
        options: EigenvalueOptions(
          tolerance: 1e-12, largestProductCount: power.products - 1, seeds: seeds, trial: trial))
      let default3 = try problem.matrix.eigenpairs(
        options: EigenvalueOptions(tolerance: 1e-3, seeds: seeds, trial: trial))
      func outcome(_ found: Eigenpairs<Double>, bound: Bool) -> Outcome {
        let pair = found.largest[0]
        let isCovered = bound ? (found.upperBound ?? .infinity) >= truth : pair.interval.contains(truth)
        return Outcome(error: abs(pair.value - truth) / truth, isCovered: isCovered, products: found.products)
      }
      return [
        Outcome(error: abs(power.value - truth) / truth, isCovered: nil, products: power.products),
        outcome(equal, bound: false), outcome(equal, bound: true), outcome(default3, bound: false),
        outcome(default3, bound: true),
      ]
    }
    func rule(_ place: Int, _ name: String) throws(InputError) -> ContestResult.Rule {
      try self.rule(problem, name, found.map { $0[place] })
    }
    return ContestResult.Eigenvalues(
      powerIteration: try rule(0, "largest eigenvalue by power iteration to 1e-3"),
      equalProducts: try rule(1, "by Lanczos's process at equal products, interval"),
      equalProductsBound: try rule(2, "the same, upper bound"),
      tolerance: try rule(3, "by Lanczos's process to 1e-3, interval"),
      toleranceBound: try rule(4, "the same, upper bound"))
  }

  /// At most 100 products, until the quotient changes by less than 1e-3.
  private func powerIteration(_ matrix: MatrixOperator, trial: Int) -> (value: Double, products: Int) {
    var stream = RandomStream(seeds.key(.measurement, trial: trial))
    var vector = stream.sphere(count: matrix.dimension)
    var (value, products) = (0.0, 0)
    while products < 100 {
      let image = matrix.product(vector)
      products += 1
      let quotient = LinearAlgebra.dot(vector, image)
      let change = abs(quotient - value) / (abs(value) + 1e-6)
      value = quotient
      if products > 1, change < 1e-3 { break }
      let length = LinearAlgebra.norm(image)
      vector = image.map { $0 / length }
    }
    return (value, products)
  }

  private func density(
    _ problem: ContestProblem, steps: Int, probes: Int, repetitions: Int
  ) throws(InputError) -> ContestResult.Density {
    let truth = try SpectralDensity(eigenvalues: problem.eigenvalues)
    let found = try parallelMap(repetitions, workers: jobs) { (trial) throws(InputError) -> [Double] in
      let density = try problem.matrix.spectralDensity(steps: steps, probes: probes, seeds: seeds, trial: trial)
      let distance = density.wasserstein1(to: truth)
      return [distance, density.samplingBound, density.quadratureBound, density.massDefect]
    }
    func quantile(_ place: Int, _ probability: Double) throws(InputError) -> Double {
      try Quantile.estimate(probability, of: found.map { $0[place] })
    }
    return ContestResult.Density(
      problem: problem.name, steps: steps, probes: probes, repetitions: repetitions,
      distance: .init(median: try quantile(0, 0.5), p90: try quantile(0, 0.9), worst: try quantile(0, 1)),
      samplingBound: try quantile(1, 0.5), quadratureBound: try quantile(2, 0.5), massDefect: try quantile(3, 1),
      coverage: Double(found.count { $0[0] <= $0[1] + $0[2] }) / Double(repetitions))
  }

  private struct Outcome: Sendable {
    var error: Double
    /// nil where nothing is stated.
    var isCovered: Bool?
    var products: Int
  }

  private func rule(
    _ problem: ContestProblem, _ name: String, _ outcomes: [Outcome]
  ) throws(InputError) -> ContestResult.Rule {
    let errors = outcomes.map(\.error)
    let stated = outcomes.compactMap(\.isCovered)
    return ContestResult.Rule(
      problem: problem.name, rule: name, repetitions: outcomes.count,
      error: .init(
        median: try Quantile.estimate(0.5, of: errors), p90: try Quantile.estimate(0.9, of: errors),
        worst: try Quantile.estimate(1, of: errors)),
      products: Double(outcomes.reduce(0) { $0 + $1.products }) / Double(outcomes.count),
      coverage: stated.isEmpty ? nil : Double(stated.count { $0 }) / Double(stated.count))
  }
}
