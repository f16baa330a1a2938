import Claims
import Descent
import Numerics
import Stability
import Studies

/// A study of one claim: single samples leave the signal where the linearised dynamics say so.
enum PhaseRetrievalStudy {
  static let study = Study(
    name: "phase-retrieval", title: "SGD at the minimum of phase retrieval",
    question: "Does SGD with batches of one sample stay at a signal that fits every sample?",
    setup: "Samples $¼ (⟨aᵢ, w⟩² − yᵢ)²$ with Gaussian $aᵢ$ and $yᵢ = ⟨aᵢ, w⋆⟩²$.", citations: [], corrections: [],
    chapters: [.init("Thresholds", "", entries: [.init("phase-retrieval.1", leaving)])])

  static func leaving(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let runs = PhaseRetrievalRuns(samples: 60, dimension: 5, seeds: context.seeds("phase-retrieval.1"))
    let thresholds = try runs.thresholds(batch: 1)
    let fits = runs.objective.loss(at: runs.signal)

    func escapes(_ step: Double) throws(InputError) -> Proportion {
      let options = DescentOptions(
        order: .subset, batchSize: 1, schedule: .constant(step), budget: 2_000, seeds: runs.seeds)
      return try EscapeExperiment(
        runs.objective, around: runs.signal, startRadius: 1e-6, escapeRadius: 0.1, options: options
      ).run(trials: context.samples(400), workers: context.workers).escapeFraction()
    }
    func check(_ name: String, _ bound: Double, _ tolerance: Tolerance, step: Double) throws(InputError) -> Check {
      let found = try escapes(step)
      let interval = try found.interval(confidence: 0.95)
      return Check(
        name, prediction: bound, measurement: found.estimate,
        error: .interval(low: interval.low, high: interval.high, confidence: 0.95), tolerance: tolerance,
        count: found.trials)
    }
    return Study.Finding(
      Claim(
        id: "phase-retrieval.1", title: "Thresholds of one sample",
        statement:
          "From 10⁻⁶ beside the signal, SGD with b = 1 stays at half of η_meanSquare and leaves at 1.5 η_almostSure.",
        source: .derivedHere(basis: "the thresholds of the module Stability"), scope: .beyond,
        convention: "\(runs.objective.lossFormula), mean over the batch, fresh subsets",
        hypotheses: [
          Hypothesis("the signal fits every sample: f < 10⁻²⁸", holds: fits < 1e-28, found: "f = \(fits)")
        ],
        checks: [
          try check("escapes at ½ η_meanSquare", 0.01, .atMost, step: thresholds.meanSquare.value / 2),
          try check("escapes at 1.5 η_almostSure", 0.99, .atLeast, step: 1.5 * thresholds.almostSure.value),
        ]))
  }
}
