import DataSets
import Descent
import Features
import Formats
import Numerics
import Objectives

/// `"kind": "network"`: a fully connected network, on the engine that carries eight small ones side by side or on the plain loop.
struct NetworkProblem: SpecProblem {
  private let objective: NetworkObjective<Double>
  private let measuring: NetworkMeasures
  private let isSingle: Bool

  static let settings = SpecObject(
    kind: "network",
    explanation: """
      A fully connected network F on the samples (xᵢ, yᵢ), fᵢ(θ) = ℓ(F(xᵢ; θ), yᵢ). Parameters in PyTorch's order: the weights of a \
      layer, outputs × inputs, then its biases. \(PlainWorkload.explanation(and: NetworkMeasures.explanations))
      """,
    fields: [
      .init(
        "network", .either(.text, orObject: shape), .required,
        "The layers, in short as \"mlp:15-15-15-1:relu\" with \":bias=false\" or \":kink=0.5\" behind it, or one by one."
      ),
      .init("loss", .variants(losses), .required, "ℓ."),
    ] + SpecDataSet.fields(hasImages: true) + [
      .init(
        "relevant", .list(.integer(0...100_000)), .optional,
        "The inputs on which the target depends, counted from 0, for measures of the first layer; known data know them."
      ),
      .init("sparsity", .object(NetworkMeasures.sparsity), .defaultsTo([:]), "How features are counted."),
      .init(
        "precision", .choice(["double", "single"]), .defaultsTo("double"),
        "The numbers of a run. Measures are taken in double precision."),
    ])

  private static let shape = SpecObject(
    explanation: "Affine layers between neighbouring widths, with an activation after each but the last.",
    fields: [
      .init("widths", .list(.integer(1...1_000_000)), .required, "From the inputs to the outputs."),
      .init(
        "activation", .choice(NetworkActivation.allCases.map(\.rawValue)), .defaultsTo("relu"), "That of all units."),
      .init("bias", .flag, .defaultsTo(true), "Whether the layers have biases."),
      .init("slopeAtKink", .number(.fraction), .defaultsTo(0), "The derivative of ReLU at 0."),
    ])

  private static let losses: [SpecObject] = [
    .init(
      kind: "squared",
      explanation:
        "c Σₖ (Fₖ − yₖ)² over the outputs. Classes count as 1 at their own output, 0 at the others, if there are several.",
      fields: [
        .init("half", .flag, .defaultsTo(true), "Whether c has a factor ½."),
        .init("mean", .flag, .defaultsTo(false), "Whether c has a factor 1/m, m outputs."),
      ]),
    .init(
      kind: "crossEntropy", explanation: "log Σₖ exp(Fₖ − F_y), targets being classes y from 0 to m − 1.", fields: []),
    .init(
      kind: "logistic",
      explanation: "log(1 + e^(−yF)) for one output; of two labels the smaller stands for y = −1, the larger for +1.",
      fields: []),
  ]

  static let measures = PlainWorkload.measures(and: NetworkMeasures.names) + NetworkMeasures.vectors

  static let defaultFinals = PlainWorkload.defaultFinals

  /// The largest number of parameters: 1.6 GB with gradients.
  private static let largestParameterCount = 100_000_000

  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    let network = try Self.network(settings)
    guard network.parameterCount <= Self.largestParameterCount else {
      throw InputError(
        "network", expected: "at most \(Self.largestParameterCount) parameters", found: "\(network.parameterCount)")
    }
    let data = try SpecDataSet(settings, seeds: seeds, files: files)
    let loss = Self.loss(settings.object("loss"))
    objective = try Self.objective(network, loss, data.training, key: "data")
    let test = try data.test.map { test throws(InputError) in try Self.objective(network, loss, test, key: "test") }
    var relevant = data.relevantInputs
    if settings.has("relevant") {
      let inputs = settings.list("relevant").compactMap(\.double).map { Int($0) }
      for (place, input) in inputs.enumerated() {
        guard input < network.inputCount, !inputs[..<place].contains(input) else {
          throw InputError(
            "relevant[\(place)]", expected: "different numbers from 0 to \(network.inputCount - 1)", found: "\(input)")
        }
      }
      relevant = inputs
    }
    measuring = NetworkMeasures(
      objective: objective, test: test, classes: Self.classes(data.training),
      testClasses: data.test.flatMap(Self.classes),
      relevant: relevant, sparsity: NetworkMeasures.options(settings.object("sparsity")))
    isSingle = settings.text("precision") == "single"
  }

  private static func network(_ settings: SpecSettings) throws(InputError) -> Network {
    if case .string(let text)? = settings.members["network"] { return try Network(parsing: text) }
    let shape = settings.object("network")
    do throws(InputError) {
      return try Network(
        widths: shape.list("widths").compactMap(\.double).map { Int($0) },
        activation: NetworkActivation(rawValue: shape.text("activation")) ?? .relu, bias: shape.flag("bias"),
        slopeAtKink: shape.number("slopeAtKink"))
    } catch {
      throw error.prefixed("network.")
    }
  }

  private static func loss(_ settings: SpecSettings) -> NetworkLoss {
    switch settings.kind {
    case "crossEntropy": .crossEntropy
    case "logistic": .logistic
    default: .squared(half: settings.flag("half"), mean: settings.flag("mean"))
    }
  }

  /// The classes of samples that have some.
  private static func classes(_ samples: SpecSamples) -> [Int]? {
    samples.classCount == nil ? nil : samples.targets.map { Int($0) }
  }

  /// - Parameter key: the member that the samples come from.
  private static func objective(
    _ network: Network, _ loss: NetworkLoss, _ samples: SpecSamples, key: String
  ) throws(InputError) -> NetworkObjective<Double> {
    guard samples.inputCount == network.inputCount else {
      throw InputError(
        "network", expected: "\(samples.inputCount) inputs, as the samples of \(key) have",
        found: "\(network.inputCount)")
    }
    let m = network.outputCount
    if let classes = samples.classCount, m > 1 || loss == .crossEntropy, classes > m {
      throw InputError("network", expected: "\(classes) outputs, one a class of \(key)", found: "\(m)")
    }
    let targets: NetworkTargets<Double>
    switch loss {
    case .squared:
      if let classes = classes(samples), m > 1 {
        var indicators = [Double](repeating: 0, count: classes.count * m)
        for (row, label) in classes.enumerated() { indicators[row * m + label] = 1 }
        targets = .values(indicators)
      } else {
        guard samples.targetCount == m else {
          throw InputError(
            "network", expected: "\(samples.targetCount) outputs, one a target of \(key)", found: "\(m)")
        }
        targets = .values(samples.targets)
      }
    case .crossEntropy:
      guard samples.targetCount == 1, samples.targets.allSatisfy({ $0 >= 0 && $0 < Double(m) && $0 == $0.rounded() })
      else {
        throw InputError(
          key, expected: "a class from 0 to \(m - 1) a sample, for cross-entropy",
          found: samples.targetCount == 1 ? "other numbers" : "\(samples.targetCount) targets a sample")
      }
      targets = .classes(samples.targets.map { Int($0) })
    case .logistic:
      let labels = Set(samples.targets).sorted()
      guard samples.targetCount == 1, labels.count == 2 else {
        throw InputError(
          key, expected: "two labels, for the logistic loss",
          found: samples.targetCount == 1 ? "\(labels.count)" : "\(samples.targetCount) targets a sample")
      }
      targets = .values(samples.targets.map { $0 == labels[0] ? -1 : 1 })
    }
    do throws(InputError) {
      return try NetworkObjective(network, inputs: samples.inputs, targets: targets, loss: loss)
    } catch {
      guard error.location != "network" else { throw error }
      throw InputError(key, expected: error.expected, found: error.found, advice: error.advice)
    }
  }

  var sampleCount: Int { objective.sampleCount }

  var finiteSum: SpecObjective { SpecObjective(objective) }

  /// The layers one by one, however they were written.
  var derivedSettings: [String: JSON] {
    let network = objective.network
    var widths: [JSON] = [.integer(network.inputCount)]
    var (activation, hasBias) = (NetworkActivation.identity, true)
    for layer in network.layers {
      switch layer {
      case .affine(_, let outputs, let bias):
        widths.append(.integer(outputs))
        hasBias = bias
      case .activation(let function): activation = function
      }
    }
    return [
      "network": [
        "widths": .array(widths), "activation": .string(activation.rawValue), "bias": .bool(hasBias),
        "slopeAtKink": .number(network.slopeAtKink),
      ]
    ]
  }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    guard measuring.are(known: parts, problems: &problems) else { return nil }
    let layout = ParameterLayout.layers(objective.network)
    let (objective, options) = (objective, parts.options)
    if isSingle {
      let single: NetworkObjective<Float>
      do throws(InputError) {
        single = try objective.inSinglePrecision()
      } catch {
        problems.note(
          "problem.precision", expected: "inputs and targets that single precision can express", found: error.found)
        return nil
      }
      typealias Engine = StochasticGradientDescent<NetworkObjective<Float>>
      let prepared: PlainWorkload.Prepared<Engine.State>? = PlainWorkload.prepare(
        objective, parts, measures: measuring.all, layout: layout, problems: &problems
      ) { $0.parameters.map { Double($0) } }
      guard let prepared else { return nil }
      let (region, start) = (prepared.region, prepared.start)
      return Workload(
        plan: prepared.plan, estimatedCost: prepared.estimatedCost / 2,
        makeEngine: { () throws(InputError) in try Engine(single, options: options, region: region) },
        start: { trial in start(trial).map { Float($0) } })
    }
    guard NetworkEnsembleEngine.pays(for: objective), parts.leavingRadius == nil else {
      return PlainWorkload.make(objective, parts, measures: measuring.all, layout: layout, problems: &problems)
    }
    let prepared: PlainWorkload.Prepared<NetworkEnsembleEngine.State>? = PlainWorkload.prepare(
      objective, parts, measures: measuring.all, layout: layout, problems: &problems
    ) { $0.doubles }
    guard let prepared else { return nil }
    return Workload(
      plan: prepared.plan, estimatedCost: prepared.estimatedCost,
      makeEngine: { () throws(InputError) in try NetworkEnsembleEngine(objective, options: options) },
      start: prepared.start)
  }
}
