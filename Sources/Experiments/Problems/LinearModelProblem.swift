import Citations
import Formats
import Numerics
import Objectives

/// What the problems with two classes and a linear score have in common.
struct LinearModelProblem: Sendable {
  private let objective: WeightDecayed<LinearModelObjective>
  let finiteSum: SpecObjective

  /// The settings that all of them have.
  static let fields = [SpecData.field(.classes), SpecData.weightDecay, SpecData.intercept]

  init(
    _ settings: SpecSettings, loss: MarginLoss, seeds: Seeds, files: SpecFiles
  ) throws(InputError) {
    let data = settings.object("data")
    let samples = try SpecData.samples(data, .classes, seeds: seeds, files: files)
    do throws(InputError) {
      let base = try LinearModelObjective(
        features: samples.features, labels: samples.labels, loss: loss, intercept: settings.flag("intercept"))
      objective = try WeightDecayed(base, weight: settings.number("weightDecay"))
    } catch {
      throw SpecData.located(error, data)
    }
    guard loss == .hinge else {
      finiteSum = objective.finiteSum
      return
    }
    finiteSum = SpecObjective(objective) { () throws(InputError) in
      throw InputError(
        "problem.loss", expected: "a loss with a Hessian, for a minimiser to be found by Newton's method",
        found: "the hinge, whose minimisers lie at its kinks",
        advice: "Use \"squaredHinge\", or give the parameters themselves.")
    }
  }

  var sampleCount: Int { objective.sampleCount }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    let base = objective.base
    let measures = [
      PlainMeasure("accuracy") { base.accuracy(at: $0) },
      PlainMeasure("supportVectorFraction") { base.supportVectorFraction(at: $0) },
    ]
    let cost = base.features.meanStoredCount
    // Without a penalty there is nothing to add, not even zeros.
    return objective.weight == 0
      ? PlainWorkload.make(base, parts, minima: finiteSum, measures: measures, sampleCost: cost, problems: &problems)
      : PlainWorkload.make(
        objective, parts, minima: finiteSum, measures: measures, sampleCost: cost, problems: &problems)
  }
}

/// `"kind": "logistic"`: logistic regression of two classes.
struct LogisticProblem: SpecProblem {
  private let model: LinearModelProblem

  static let settings = SpecObject(
    kind: "logistic",
    explanation: """
      Logistic regression, fᵢ(θ) = log(1 + e^(−yᵢ⟨xᵢ, θ⟩)) + (w/2) ‖θ‖², yᵢ = ±1. \
      \(PlainWorkload.explanation(and: ["accuracy (the fraction of samples on their side of the plane)"], minima: "minimum"))
      """,
    fields: LinearModelProblem.fields)

  static let measures = PlainWorkload.measures(and: ["accuracy"] + PlainWorkload.minimumMeasures)

  static var minimiser: (name: String, citations: [Citation])? { ("newton", [.dembo]) }

  static let defaultFinals = PlainWorkload.defaultFinals + ["accuracy"]

  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    model = try LinearModelProblem(settings, loss: .logistic, seeds: seeds, files: files)
  }

  var sampleCount: Int { model.sampleCount }

  var finiteSum: SpecObjective { model.finiteSum }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    model.workload(parts, problems: &problems)
  }
}

/// `"kind": "supportVector"`: a linear support vector machine of two classes.
struct SupportVectorProblem: SpecProblem {
  private let model: LinearModelProblem

  static let settings = SpecObject(
    kind: "supportVector",
    explanation: """
      A linear support vector machine, fᵢ(θ) = ℓ(yᵢ⟨xᵢ, θ⟩) + (w/2) ‖θ‖², yᵢ = ±1, where ℓ(m) is max(0, 1 − m), \
      whose derivative at m = 1 counts as 0, or max(0, 1 − m)², without a factor ½. \
      \(PlainWorkload.explanation(and: [
        "accuracy (the fraction of samples on their side of the plane)", "supportVectorFraction (of samples with m ≤ 1)",
      ], minima: "minimum, of the squared hinge"))
      """,
    fields: [
      .init(
        "loss", .choice([MarginLoss.hinge, .squaredHinge].map(\.rawValue)), .defaultsTo("hinge"),
        "ℓ, with its square or without.")
    ] + LinearModelProblem.fields, citations: [.cortes])

  static let measures = PlainWorkload.measures(
    and: ["accuracy", "supportVectorFraction"] + PlainWorkload.minimumMeasures)

  static var minimiser: (name: String, citations: [Citation])? { ("newton", [.dembo]) }

  static let defaultFinals = PlainWorkload.defaultFinals + ["accuracy", "supportVectorFraction"]

  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    let loss = MarginLoss(rawValue: settings.text("loss")) ?? .hinge
    model = try LinearModelProblem(settings, loss: loss, seeds: seeds, files: files)
  }

  var sampleCount: Int { model.sampleCount }

  var finiteSum: SpecObjective { model.finiteSum }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    model.workload(parts, problems: &problems)
  }
}
