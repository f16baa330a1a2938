import Descent
import Dispatch
import Formats
import Numerics
import Objectives
import Stability

/// The workloads of the stability laboratory.
extension BenchCommand {
  static func timeEscape(repeats: Int, jobs: Int) throws(InputError) -> BenchmarkResult {
    let problem = try ReferenceProblem.styblinskiTang()
    guard case .styblinskiTang(let objective) = problem.objective else { preconditionFailure("it is a quartic sum") }
    var seconds: [Double] = []
    var (updates, members) = (0, 0)
    var outcome = ""
    for _ in 0..<repeats {
      (updates, members, outcome) = (0, 0, "")
      let begin = DispatchTime.now().uptimeNanoseconds
      for minimum in problem.minima.prefix(2) {
        for step in [0.036, 0.040, 0.044] {
          for batch in [1, 2, 4, 8] {
            let experiment = try EscapeExperiment(
              objective, around: minimum.parameters, startRadius: 1e-3, escapeRadius: problem.escapeRadius,
              options: DescentOptions(
                order: .subset, batchSize: batch, schedule: .constant(step), budget: 1_500, seeds: Seeds(master: 3)))
            let result = try experiment.run(trials: 400, workers: jobs)
            updates += result.exitSteps.reduce(0) { $0 + ($1 ?? 1_500) }
            members += result.trials
            if step == 0.040, batch == 1 {
              outcome += (outcome.isEmpty ? "" : ", ") + "\(result.escaped) of 400 leave the \(minimum.name) minimum"
            }
          }
        }
      }
      seconds.append(Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-9)
    }
    return BenchmarkResult(
      workload: "escape", variant: "plain loop", jobs: jobs, members: members, updates: updates, seconds: seconds,
      outcome: "\(outcome), both at step 0.04 with batch 1")
  }

  /// n Gaussian gradients in 1,000 dimensions with eigenvalues 1/j: Jacobian factors of one output.
  private static func gaussianFactors(samples: Int) -> [Double] {
    var stream = RandomStream(Seeds(master: 3).key(.data))
    let roots = (1...thresholdDimension).map { (1 / Double($0)).squareRoot() }
    return (0..<samples).flatMap { _ in zip(stream.gaussian(count: thresholdDimension), roots).map { $0 * $1 } }
  }

  private static let thresholdDimension = 1_000

  static func timeThresholds(
    samples: Int, rank: Int?
  ) -> (_ repeats: Int, _ jobs: Int) throws(InputError) -> BenchmarkResult {
    { (repeats, _) throws(InputError) in
      let factors = gaussianFactors(samples: samples)
      let dynamics = try Dynamics(batchSize: 1, sampling: .iid, sampleCount: samples)
      var seconds: [Double] = []
      var outcome = ""
      for _ in 0..<repeats {
        let begin = DispatchTime.now().uptimeNanoseconds
        let curvature = try SampleCurvature(
          jacobians: factors, sampleCount: samples, outputCount: 1, dimension: thresholdDimension)
        let geometry = try MinimumGeometry(curvature, rank: rank)
        let threshold = try geometry.meanSquareThreshold(of: dynamics)
        let bounds = try geometry.bounds(of: dynamics, from: threshold.direction)
        seconds.append(Double(DispatchTime.now().uptimeNanoseconds - begin) * 1e-9)
        outcome = """
          mean-square threshold \(threshold.value) in [\(threshold.lower), \(threshold.upper)], bounds \(bounds.lower) and \
          \(bounds.upper), rank \(geometry.rank)
          """
      }
      return BenchmarkResult(
        workload: samples == 500 ? "thresholds-500" : rank == nil ? "thresholds-10000-full" : "thresholds-10000",
        variant: "matrix-free", jobs: 1, seconds: seconds, outcome: outcome)
    }
  }

  /// The factors, and the thresholds with b = 1, 2, 4, 8, i.i.d., at rank 200.
  static func exportThresholds(to folder: String) throws(InputError) {
    let factors = gaussianFactors(samples: 500)
    try NPYFile(shape: [500, thresholdDimension], values: factors).write(to: "\(folder)/jacobians.npy")
    let geometry = try MinimumGeometry(
      SampleCurvature(jacobians: factors, sampleCount: 500, outputCount: 1, dimension: thresholdDimension), rank: 200)
    let thresholds = try [1, 2, 4, 8].map { batch throws(InputError) in
      try geometry.meanSquareThreshold(of: Dynamics(batchSize: batch, sampling: .iid, sampleCount: 500)).value
    }
    try NPYFile(shape: [4], values: thresholds).write(to: "\(folder)/thresholds.npy")
  }
}
