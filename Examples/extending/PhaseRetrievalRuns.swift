import Curvature
import Descent
import Numerics
import Objectives
import Stability

/// A random instance of phase retrieval, and what the library does with it.
struct PhaseRetrievalRuns {
  let objective: PhaseRetrieval
  /// A minimum at which every fᵢ is 0; its negative is the other.
  let signal: [Double]
  let seeds: Seeds

  /// Gaussian aᵢ and a signal of length 1.
  init(samples: Int, dimension: Int, seeds: Seeds) {
    var stream = RandomStream(seeds.key(.data))
    let rows = Matrix((0..<samples).map { _ in stream.gaussian(count: dimension) })
    signal = stream.sphere(count: dimension)
    let targets = rows.multiplied(by: signal).map { $0 * $0 }
    objective = PhaseRetrieval(features: FeatureRows(rows), targets: targets)
    self.seeds = seeds
  }

  /// SGD from random starts of length ½, one for each trial.
  func descend(
    step: Double, batch: Int, budget: Int, trials: Int, workers: Int = 1,
    series: [Probe<StochasticGradientDescent<PhaseRetrieval>.State>] = []
  ) throws(InputError) -> Record {
    let options = DescentOptions(
      order: .reshuffle, batchSize: batch, schedule: .constant(step), budget: budget, seeds: seeds)
    let plan = RunPlan<StochasticGradientDescent<PhaseRetrieval>.State>(
      budget: budget,
      stopping: StoppingRules(
        converged: { objective.loss(at: $0.parameters) < 1e-20 },
        diverged: { !(LinearAlgebra.norm($0.parameters) < 1e3) }),
      series: series,
      finals: [Measure("loss") { objective.loss(at: $0.parameters) }])
    return try Ensemble.run(
      trials: 0..<trials, workers: workers, plan: plan, seeds: seeds,
      makeEngine: { () throws(InputError) in try StochasticGradientDescent(objective, options: options) },
      start: { trial in
        var stream = RandomStream(seeds.key(.initialization, trial: trial))
        return stream.sphere(count: signal.count, radius: 0.5)
      })
  }

  /// λ_max at the signal, with its residual.
  func sharpness() throws(InputError) -> Eigenpair<Double> {
    try CurvatureOperator.hessian(of: objective, at: signal).eigenpairs(largest: 1).largest[0]
  }

  /// With which steps SGD with batches of `batch` stays at the signal.
  func thresholds(batch: Int) throws(InputError) -> StabilityOfBatch {
    let dynamics = try Dynamics(batchSize: batch, sampling: .subset, sampleCount: objective.sampleCount)
    return try MinimumGeometry(objective, at: signal).stability(of: dynamics)
  }
}
