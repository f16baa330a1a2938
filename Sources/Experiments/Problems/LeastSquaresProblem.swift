import Citations
import Formats
import Numerics
import Objectives

/// `"kind": "leastSquares"`: linear regression, on the plain loop that serves every finite sum.
struct LeastSquaresProblem: SpecProblem {
  private let objective: WeightDecayed<LeastSquaresObjective>
  let finiteSum: SpecObjective

  static let settings = SpecObject(
    kind: "leastSquares",
    explanation: """
      Linear least squares, fᵢ(θ) = ½ (⟨xᵢ, θ⟩ − yᵢ)² + (w/2) ‖θ‖². \(PlainWorkload.explanation(minima: "minimum"))
      """,
    fields: [SpecData.field(.targets), SpecData.weightDecay, SpecData.intercept])

  static let measures = PlainWorkload.measures(and: PlainWorkload.minimumMeasures)

  static var minimiser: (name: String, citations: [Citation])? { ("newton", [.dembo]) }

  static let defaultFinals = PlainWorkload.defaultFinals

  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    let data = settings.object("data")
    let samples = try SpecData.samples(data, .targets, seeds: seeds, files: files)
    do throws(InputError) {
      let base = try LeastSquaresObjective(
        features: samples.features, targets: samples.labels, intercept: settings.flag("intercept"))
      objective = try WeightDecayed(base, weight: settings.number("weightDecay"))
    } catch {
      throw SpecData.located(error, data)
    }
    finiteSum = objective.finiteSum
  }

  var sampleCount: Int { objective.sampleCount }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    let cost = objective.base.features.meanStoredCount
    // Without a penalty there is nothing to add, not even zeros.
    return objective.weight == 0
      ? PlainWorkload.make(objective.base, parts, minima: finiteSum, sampleCost: cost, problems: &problems)
      : PlainWorkload.make(objective, parts, minima: finiteSum, sampleCost: cost, problems: &problems)
  }
}

extension FeatureRows {
  /// The mean number of stored entries of a row.
  var meanStoredCount: Double { Double(storedCount) / Double(rowCount) }
}

extension WeightDecayed {
  /// What a spec minimises: without a penalty the base itself.
  var finiteSum: SpecObjective { weight == 0 ? SpecObjective(convex: base) : SpecObjective(convex: self) }
}
