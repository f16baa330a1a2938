import Foundation

/// What the contest found; the JSON contract of `basin bench contest`. Errors are relative, coverage that of 95 % intervals.
struct ContestResult: Encodable {
  var workload = "contest"
  var version = Program.version
  var problems: [Problem] = []
  var traces: [Rule] = []
  var eigenvalues: [Eigenvalues] = []
  var densities: [Density] = []

  struct Problem: Encodable {
    var name: String
    var dimension: Int
    var trace: Double
    var largest: Double
    var smallest: Double
  }

  struct Spread: Encodable {
    var median: Double
    var p90: Double
    var worst: Double
  }

  struct Rule: Encodable {
    var problem: String
    var rule: String
    var repetitions: Int
    var error: Spread
    /// The mean over the repetitions.
    var products: Double
    var coverage: Double?
  }

  struct Eigenvalues: Encodable {
    var powerIteration: Rule
    var equalProducts: Rule
    var equalProductsBound: Rule
    var tolerance: Rule
    var toleranceBound: Rule
  }

  /// Wasserstein-1 distances to the dense spectrum, and medians of their bounds.
  struct Density: Encodable {
    var problem: String
    var steps: Int
    var probes: Int
    var repetitions: Int
    var distance: Spread
    var samplingBound: Double
    var quadratureBound: Double
    /// The largest |1 − mass|.
    var massDefect: Double
    var coverage: Double
  }

  var text: String {
    func percent(_ value: Double) -> String { String(format: "%.2f %%", 100 * value) }
    func line(_ rule: Rule) -> String {
      let coverage = rule.coverage.map { ", covered in \(percent($0))" } ?? ""
      return """
          \(rule.rule): error \(percent(rule.error.median)) in the median, \(percent(rule.error.p90)) at the 90th \
        percentile, \(percent(rule.error.worst)) at worst; \(String(format: "%.1f", rule.products)) products\(coverage)
        """
    }
    func number(_ value: Double) -> String { String(format: "%.3g", value) }
    func line(_ density: Density) -> String {
      """
        density from \(density.steps) steps, \(density.probes) probes: distance \(number(density.distance.median)) in the \
      median, \(number(density.distance.worst)) at worst; bounds \(number(density.samplingBound)) (probes) and \
      \(number(density.quadratureBound)) (quadrature), covered in \(percent(density.coverage))
      """
    }
    var lines: [String] = []
    for (place, problem) in problems.enumerated() {
      lines.append("\(problem.name): \(problem.dimension) parameters, trace \(number(problem.trace))")
      lines += traces.filter { $0.problem == problem.name }.map(line)
      let one = eigenvalues[place]
      lines += [one.powerIteration, one.equalProducts, one.equalProductsBound, one.tolerance, one.toleranceBound].map(
        line)
      lines += densities.filter { $0.problem == problem.name }.map(line)
    }
    let known = Set(problems.map(\.name))
    for density in densities where !known.contains(density.problem) { lines += [density.problem, line(density)] }
    return lines.joined(separator: "\n") + "\n"
  }
}
