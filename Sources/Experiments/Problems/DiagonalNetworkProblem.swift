import Citations
import Descent
import Features
import Formats
import Numerics
import Objectives

/// `"kind": "diagonalNetwork"`: regression by a diagonal linear network.
struct DiagonalNetworkProblem: SpecProblem {
  private let objective: DiagonalNetworkObjective<Double>
  private let test: DiagonalNetworkObjective<Double>?
  /// The coefficients behind the targets, where they are known.
  private let truth: [Double]?
  private let threshold: Double

  static let settings = SpecObject(
    kind: "diagonalNetwork",
    explanation: """
      A diagonal linear network, fᵢ(θ) = c (⟨β, xᵢ⟩ − yᵢ)², with β = u∘v or u∘u − v∘v entry by entry; parameters u, then v. \
      \(PlainWorkload.explanation(and: explanations))
      """,
    fields: [
      .init(
        "form", .choice(DiagonalNetworkObjective<Double>.Form.allCases.map(\.rawValue)), .defaultsTo("product"),
        "β = u∘v, or β = u∘u − v∘v."),
      .init("half", .flag, .defaultsTo(true), "Whether c = ½; otherwise c = 1."),
    ] + SpecDataSet.fields(hasImages: false) + [
      .init("supportThreshold", .number(.notNegative), .defaultsTo(1e-6), "What |βⱼ| has to exceed to count as not 0.")
    ], citations: [.woodworth])

  private static let explanations = [
    "testLoss", "l0 (how many βⱼ are not 0)", "l1 (Σ |βⱼ|)",
    "supportPrecision, supportRecall and supportF1 (of the βⱼ that are not 0, where the true ones are known)",
    "jacobianRank (of the predictions' derivatives on test samples, on the samples themselves without any, at most as many as there are parameters; "
      + "σₖ > 10⁻⁴ σ₁) and effectiveRank (e^entropy of the same σ)", "weightImbalance (norm of u∘u − v∘v)",
    CurvatureMeasures.explanation,
    "coefficients (β)",
  ]

  static let measures =
    PlainWorkload.measures(
      and: [
        "testLoss", "l0", "l1", "supportPrecision", "supportRecall", "supportF1", NetworkMeasures.jacobianRank,
        NetworkMeasures.effectiveRank, NetworkMeasures.weightImbalance,
      ] + CurvatureMeasures.measures) + [SpecMeasure("coefficients", isVector: true)]

  static let defaultFinals = PlainWorkload.defaultFinals + ["l0"]

  /// The measures that need the true coefficients.
  private static let supportNames = ["supportPrecision", "supportRecall", "supportF1"]

  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    let data = try SpecDataSet(settings, seeds: seeds, files: files)
    let form = DiagonalNetworkObjective<Double>.Form(rawValue: settings.text("form")) ?? .product
    let half = settings.flag("half")
    func made(_ samples: SpecSamples, _ key: String) throws(InputError) -> DiagonalNetworkObjective<Double> {
      guard samples.targetCount == 1 else {
        throw InputError(key, expected: "one target a sample", found: "\(samples.targetCount)")
      }
      do throws(InputError) {
        return try DiagonalNetworkObjective(form, features: samples.inputs, targets: samples.targets, half: half)
      } catch {
        throw InputError(key, expected: error.expected, found: error.found, advice: error.advice)
      }
    }
    objective = try made(data.training, "data")
    test = try data.test.map { samples throws(InputError) in try made(samples, "test") }
    truth = data.coefficients
    threshold = settings.number("supportThreshold")
  }

  var sampleCount: Int { objective.sampleCount }

  var finiteSum: SpecObjective { SpecObjective(objective) }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    var isSound = true
    for (key, names) in [("series", parts.series), ("final", parts.finals)] {
      for (place, name) in names.enumerated() {
        guard let (expected, advice) = obstacle(to: name) else { continue }
        problems.note("record.\(key)[\(place)]", expected: expected, found: "\"\(name)\"", advice: advice)
        isSound = false
      }
    }
    guard isSound else { return nil }
    return PlainWorkload.make(
      objective, parts, measures: ownMeasures, layout: .diagonal, sampleCost: 5 * Double(objective.featureCount),
      problems: &problems)
  }

  /// What a measure would need that is not there.
  private func obstacle(to name: String) -> (expected: String, advice: String)? {
    switch name {
    case "testLoss" where test == nil:
      ("a measure that needs no test samples, since there are none", "Give some as the problem's \"test\".")
    case let name where Self.supportNames.contains(name) && truth == nil:
      (
        "a measure that needs no true coefficients, since these data have none",
        "Data of kind \"sparseLinear\" know theirs."
      )
    case "jacobianRank", "effectiveRank":
      NetworkMeasures.isFeasible(rows: jacobianRows, columns: objective.parameterCount)
        ? nil
        : (
          "fewer inputs, for the rank of a Jacobian of \(jacobianRows) × \(objective.parameterCount)",
          "Give fewer test samples, or count with l0."
        )
    default: CurvatureMeasures.obstacle(to: name, parameterCount: objective.parameterCount)
    }
  }

  /// The samples whose derivatives are ranked.
  private var jacobianRows: Int { min((test ?? objective).sampleCount, objective.parameterCount) }

  private var ownMeasures: [PlainMeasure] {
    let (objective, threshold) = (objective, threshold)
    let p = objective.featureCount
    /// Nil for what has diverged.
    @Sendable func support(_ parameters: [Double]) -> [Int]? {
      let coefficients = objective.coefficients(at: parameters)
      guard coefficients.allSatisfy({ !$0.isNaN }) else { return nil }
      return coefficients.indices.filter { abs(coefficients[$0]) > threshold }
    }
    var measures = [
      PlainMeasure("l0") { support($0).map { Double($0.count) } ?? .nan },
      PlainMeasure("l1") { objective.coefficients(at: $0).reduce(0) { $0 + abs($1) } },
      PlainMeasure("weightImbalance") { parameters in
        let differences = try? Balancedness.diagonal(Array(parameters[..<p]), Array(parameters[p...]))
        return differences.map { LinearAlgebra.norm($0) } ?? .nan
      },
    ]
    if let test { measures.append(PlainMeasure("testLoss") { test.loss(at: $0) }) }
    if let truth {
      let wanted = truth.indices.filter { truth[$0] != 0 }
      let numbers: [@Sendable (SupportRecovery) -> Double] = [{ $0.precision }, { $0.recall }, { $0.f1 }]
      for (name, number) in zip(Self.supportNames, numbers) {
        measures.append(
          PlainMeasure(name) { parameters in
            support(parameters).map { number(SupportRecovery(found: $0, true: wanted)) } ?? .nan
          })
      }
    }
    let probe = test ?? objective
    let rows = jacobianRows
    @Sendable func rank(_ parameters: [Double]) -> JacobianRank? {
      let entries = Array(probe.residualJacobian(at: parameters).prefix(rows * 2 * p))
      guard entries.allSatisfy(\.isFinite) else { return nil }
      return try? JacobianRank(of: Matrix(rows: rows, columns: 2 * p, storage: entries))
    }
    measures.append(PlainMeasure("jacobianRank") { rank($0).map { Double($0.rank) } ?? .nan })
    measures.append(PlainMeasure("effectiveRank") { rank($0)?.effectiveRank ?? .nan })
    return measures + CurvatureMeasures.all(of: objective)
      + (0..<p).map { j in
        PlainMeasure("coefficient\(j)", of: "coefficients") { objective.coefficient(j, at: $0) }
      }
  }
}
