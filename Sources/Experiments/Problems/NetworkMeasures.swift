import Descent
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
    "featureSparsity (of the last hidden layer, on at most the first \(largestSparsitySampleCount) samples; 0 is dead)",
    "jacobianRank (of the outputs' derivatives on test samples, on the samples themselves without any, at most as many as there are parameters; "
      + "σₖ > 10⁻⁴ σ₁) and effectiveRank (e^entropy of the same σ), up to \(largestJacobianParameterCount) parameters",
    "weightImbalance (√Σ ‖WₗWₗᵀ − Wₗ₊₁ᵀWₗ₊₁‖² over neighbouring layers)",
    "featureSparsities (of every hidden layer)",
  ]

  /// The measures that are one number.
  static let names = [
    "testLoss", "accuracy", "testAccuracy", "relevantNorm", "irrelevantNorm", "columnRatio", "firstLayerRank",
    "featureSparsity", "jacobianRank", "effectiveRank", "weightImbalance",
  ]

  /// The measures that are several.
  static let vectors = [SpecMeasure(name: "featureSparsities", isVector: true)]

  /// The most samples for feature sparsity, whose cost is n·M².
  static let largestSparsitySampleCount = 10_000
  /// The most parameters for the Jacobian's singular values, whose cost is d³.
  static let largestJacobianParameterCount = 2_000

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
      ("a measure without test samples, since there are none", "Give some as the problem's \"test\".")
    case "accuracy" where !hasClasses:
      ("a measure without classes, since the targets are numbers", "")
    case "testAccuracy" where test == nil || !hasClasses:
      ("a measure without test samples of known classes, since there are none", "")
    case "relevantNorm" where relevant == nil, "irrelevantNorm" where relevant == nil,
      "columnRatio" where relevant == nil:
      (
        "a measure that need not know the relevant inputs, which these data do not say",
        "Name them as the problem's \"relevant\"."
      )
    case "featureSparsity" where hiddenLayers.isEmpty, "featureSparsities" where hiddenLayers.isEmpty:
      ("a measure without hidden layers, since the network has none", "")
    case "jacobianRank" where isLarge, "effectiveRank" where isLarge:
      ("a network of at most \(Self.largestJacobianParameterCount) parameters for the Jacobian's rank", "")
    default: nil
    }
  }

  private var isLarge: Bool { objective.parameterCount > Self.largestJacobianParameterCount }

  private var hasClasses: Bool {
    if case .squared = objective.loss { return classes != nil && objective.outputCount > 1 }
    return true
  }

  /// The places of the hidden layers' activations.
  private var hiddenLayers: [Int] {
    objective.network.layers.indices.filter {
      if case .activation = objective.network.layers[$0] { true } else { false }
    }
  }

  /// All of them that there can be here.
  var all: [PlainMeasure] {
    var all: [PlainMeasure] = []
    let (objective, classes) = (objective, classes)
    if let test {
      let testClasses = testClasses
      all.append(PlainMeasure("testLoss") { test.loss(at: $0) })
      all.append(PlainMeasure("testAccuracy") { Self.accuracy(of: test, testClasses, at: $0) })
    }
    all.append(PlainMeasure("accuracy") { Self.accuracy(of: objective, classes, at: $0) })
    all += firstLayer + sparsities
    let network = objective.network
    all.append(PlainMeasure("weightImbalance") { Self.imbalance(of: network, at: $0) })
    if !isLarge { all += ranks }
    return all
  }

  private static func accuracy(of objective: NetworkObjective<Double>, _ classes: [Int]?, at parameters: [Double])
    -> Double
  {
    if let accuracy = objective.accuracy(at: parameters) { return accuracy }
    guard let classes else { return .nan }
    let m = objective.outputCount
    let outputs = objective.outputs(at: parameters)
    let right = classes.indices.count { row in
      let scores = outputs[(row * m)..<((row + 1) * m)]
      return scores.max().flatMap(scores.firstIndex) == scores.startIndex + classes[row]
    }
    return Double(right) / Double(classes.count)
  }

  private var firstLayer: [PlainMeasure] {
    let network = objective.network
    var measures = [
      PlainMeasure("firstLayerRank") { parameters in
        (try? FirstLayer(of: network, at: parameters).rank().effectiveRank) ?? .nan
      }
    ]
    guard let relevant else { return measures }
    let numbers: [(String, @Sendable (InputNorms) -> Double)] = [
      ("relevantNorm", { $0.relevant }), ("irrelevantNorm", { $0.irrelevant }), ("columnRatio", { $0.columnRatio }),
    ]
    for (name, number) in numbers {
      measures.append(
        PlainMeasure(name) { parameters in
          (try? FirstLayer(of: network, at: parameters).norms(relevant: relevant)).map(number) ?? .nan
        })
    }
    return measures
  }

  private var sparsities: [PlainMeasure] {
    let (objective, options) = (objective, sparsity)
    let count = min(objective.sampleCount, Self.largestSparsitySampleCount)
    let batch = Batch.full(count)
    let layers = hiddenLayers
    func measure(_ name: String, of group: String, layer: Int) -> PlainMeasure {
      PlainMeasure(name, of: group) { parameters in
        // What has diverged has no features.
        guard let activations = try? ActivationMatrix(of: objective, at: parameters, layer: layer, over: batch),
          let found = try? FeatureSparsity.coefficient(of: activations, options: options)
        else { return .nan }
        return found.coefficient
      }
    }
    return (layers.last.map { [measure("featureSparsity", of: "featureSparsity", layer: $0)] } ?? [])
      + layers.enumerated().map { place, layer in
        measure("featureSparsity\(place + 1)", of: "featureSparsities", layer: layer)
      }
  }

  private var ranks: [PlainMeasure] {
    let probe = test ?? objective
    let most = max(1, (objective.parameterCount + objective.outputCount - 1) / objective.outputCount)
    let batch = Batch.full(min(probe.sampleCount, most))
    let columns = objective.parameterCount
    let rows = batch.indices.count * objective.outputCount
    @Sendable func rank(_ parameters: [Double]) -> JacobianRank? {
      let entries = probe.jacobian(at: parameters, over: batch)
      guard entries.allSatisfy(\.isFinite) else { return nil }
      return try? JacobianRank(of: Matrix(rows: rows, columns: columns, storage: entries))
    }
    return [
      PlainMeasure("jacobianRank") { rank($0).map { Double($0.rank) } ?? .nan },
      PlainMeasure("effectiveRank") { rank($0)?.effectiveRank ?? .nan },
    ]
  }

  private static func imbalance(of network: Network, at parameters: [Double]) -> Double {
    let places = network.layers.indices.filter { if case .affine = network.layers[$0] { true } else { false } }
    var square = 0.0
    for (place, next) in zip(places, places.dropFirst()) {
      guard let first = try? network.weights(ofLayer: place, in: parameters),
        let second = try? network.weights(ofLayer: next, in: parameters),
        let norm = try? Balancedness.norm(first, second)
      else { return .nan }
      square += norm * norm
    }
    return square.squareRoot()
  }
}
