import Citations
import Features
import Formats
import Numerics
import Objectives

/// What can be measured of a network in a spec, besides what can be of every finite sum.
struct NetworkMeasures: Sendable {
  let objective: NetworkObjective<Double>
  /// The loss on the test samples.
  let test: NetworkObjective<Double>?
  /// The samples' classes, where they have some.
  let classes: [Int]?
  let testClasses: [Int]?
  /// The inputs on which the target depends, where that is known.
  let relevant: [Int]?
  /// Directions among the inputs that neurons may find, a row for each, where they are known.
  let dictionary: Matrix?
  let sparsity: FeatureSparsity.Options

  /// How features are counted.
  static let sparsity = SpecObject(
    explanation:
      "How features are counted: units of a layer that say the same on the samples count once (arXiv 2210.05337).",
    fields: [
      .init("threshold", .number(.fraction), .defaultsTo(0.99), "Units are the same above this |correlation|."),
      .init(
        "rule", .choice(FeatureSparsity.Rule.allCases.map(\.rawValue)), .defaultsTo("greedy"),
        "The publication's walk in the order of units, or connected components, whatever their order."),
      .init("normalisesRows", .flag, .defaultsTo(true), "Whether each sample's activations are divided by their norm."),
    ])

  /// Reads resolved settings.
  static func options(_ settings: SpecSettings) -> FeatureSparsity.Options {
    FeatureSparsity.Options(
      threshold: settings.number("threshold"), rule: FeatureSparsity.Rule(rawValue: settings.text("rule")) ?? .greedy,
      normalisesRows: settings.flag("normalisesRows"))
  }

  /// The measures with their meaning.
  static let explanations = [
    "testLoss", "accuracy and testAccuracy (the fraction that is classified right)",
    "relevantNorm and irrelevantNorm (of the first layer's weights on inputs that the target depends on, and on others)",
    "columnRatio (root mean square norm of an irrelevant column over that of a relevant one)",
    "firstLayerRank (effective, of the first layer's weights)",
    "neuronMovement and neuronRotation (‖wᵢ − wᵢ⁰‖ and the angle between wᵢ and wᵢ⁰ in radians, mean over the first layer's neurons)",
    "neuronAlignment (the largest |cos| between wᵢ and a direction of the dictionary, mean over the first layer's neurons) "
      + "and atomRecovery (the fraction of those directions that some neuron has with |cos| ≥ \(atomThreshold))",
    "featureSparsity (of the last hidden layer, on at most the first \(largestSparsitySampleCount) samples; 0 is dead)",
    "jacobianRank (of the outputs' derivatives on test samples, on the samples themselves without any, at most as many as there are parameters; "
      + "σₖ > 10⁻⁴ σ₁) and effectiveRank (e^entropy of the same σ), up to \(largestJacobianParameterCount) parameters",
    "weightImbalance (√Σ ‖WₗWₗᵀ − Wₗ₊₁ᵀWₗ₊₁‖² over neighbouring layers)",
    CurvatureMeasures.explanation,
    "featureSparsities (of every hidden layer)",
  ]

  /// The measures that are one number.
  static let numbers: [SpecMeasure] =
    [
      "testLoss", "accuracy", "testAccuracy", SpecMeasure("relevantNorm", [.beneventano]),
      SpecMeasure("irrelevantNorm", [.beneventano]), SpecMeasure("columnRatio", [.beneventano]),
      SpecMeasure("firstLayerRank", [.roy]), "neuronMovement", "neuronRotation", "neuronAlignment", "atomRecovery",
      SpecMeasure("featureSparsity", [.andriushchenko]), jacobianRank, effectiveRank, weightImbalance,
    ] + CurvatureMeasures.measures

  static let jacobianRank = SpecMeasure("jacobianRank", [.andriushchenko])
  static let effectiveRank = SpecMeasure("effectiveRank", [.roy])
  static let weightImbalance = SpecMeasure("weightImbalance", [.arora])

  /// The measures that are several.
  static let vectors = [SpecMeasure("featureSparsities", [.andriushchenko], isVector: true)]

  /// The most samples for feature sparsity, whose cost is n·M².
  static let largestSparsitySampleCount = 10_000
  /// The most parameters for the Jacobian's singular values, whose cost is d³.
  static let largestJacobianParameterCount = 2_000
  /// The widest layer for measures of all pairs of its units.
  static let largestPairedWidth = 4_096
  /// From which |cos| on a neuron has found a direction.
  static let atomThreshold = 0.8

  /// Whether the singular values of a matrix take seconds at most.
  static func isFeasible(rows: Int, columns: Int) -> Bool {
    Double(rows) * Double(columns) * Double(min(rows, columns)) <= 2e10
  }

  /// Whether everything that is asked for can be measured; otherwise it is noted why not.
  func are(known parts: SpecParts, problems: inout SpecProblemList) -> Bool {
    var isSound = true
    for (key, names) in [("series", parts.series), ("final", parts.finals)] {
      for (place, name) in names.enumerated() {
        guard let (expected, advice) = obstacle(to: name) else { continue }
        problems.note("record.\(key)[\(place)]", expected: expected, found: "\"\(name)\"", advice: advice)
        isSound = false
      }
    }
    return isSound
  }

  /// What a measure would need that is not there.
  private func obstacle(to name: String) -> (expected: String, advice: String)? {
    switch name {
    case "testLoss" where test == nil:
      ("a measure that needs no test samples, since there are none", "Give some as the problem's \"test\".")
    case "accuracy" where !hasClasses:
      (
        "a measure that needs no classes, since the targets are numbers",
        "The losses \"crossEntropy\" and \"logistic\" are those of classes."
      )
    case "testAccuracy" where test == nil || !hasClasses:
      (
        "a measure that needs no test samples with classes, since there are none",
        "Give some as the problem's \"test\"; the losses \"crossEntropy\" and \"logistic\" are those of classes."
      )
    case "relevantNorm" where relevant == nil, "irrelevantNorm" where relevant == nil,
      "columnRatio" where relevant == nil:
      (
        "a measure that needs no relevant inputs, since these data do not name any",
        "Name them as the problem's \"relevant\"."
      )
    case "neuronAlignment" where dictionary == nil, "atomRecovery" where dictionary == nil:
      (
        "a measure that needs no directions to find, since these data have none",
        "Give some as the problem's \"dictionary\"; data of kind \"teacher\" have their own."
      )
    case "featureSparsity" where hiddenLayers.isEmpty, "featureSparsities" where hiddenLayers.isEmpty:
      ("a measure that needs no hidden layers, since the network has none", "Leave this measure out.")
    case "jacobianRank" where isLarge, "effectiveRank" where isLarge:
      (
        "a network of at most \(Self.largestJacobianParameterCount) parameters for the Jacobian's rank",
        "It has \(objective.parameterCount): leave this measure out."
      )
    case "firstLayerRank" where !isFirstLayerFeasible:
      ("a smaller first layer, for the rank of its weights", "Leave this measure out.")
    case "featureSparsity" where widest > Self.largestPairedWidth,
      "featureSparsities" where widest > Self.largestPairedWidth,
      "weightImbalance" where widest > Self.largestPairedWidth:
      (
        "hidden layers of at most \(Self.largestPairedWidth) units, for a measure of all pairs of them",
        "One has \(widest): leave this measure out."
      )
    default: CurvatureMeasures.obstacle(to: name, parameterCount: objective.parameterCount)
    }
  }

  /// The width of the widest hidden layer.
  private var widest: Int { hiddenLayers.map { objective.network.outputCount(ofLayer: $0) }.max() ?? 0 }

  private var isFirstLayerFeasible: Bool {
    Self.isFeasible(rows: objective.network.outputCount(ofLayer: 0), columns: objective.network.inputCount)
  }

  var isLarge: Bool { objective.parameterCount > Self.largestJacobianParameterCount }

  private var hasClasses: Bool {
    if case .squared = objective.loss { return classes != nil && objective.outputCount > 1 }
    return true
  }

  /// The places of the hidden layers' activations.
  var hiddenLayers: [Int] {
    objective.network.layers.indices.filter {
      if case .activation = objective.network.layers[$0] { true } else { false }
    }
  }
}
