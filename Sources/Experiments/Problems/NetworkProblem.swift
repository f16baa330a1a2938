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
      layer, outputs × inputs, then its biases. Dead: a hidden layer of ReLU is 0 on every sample; with momentum or weight decay, \
      which may wake it, only at the end. \(PlainWorkload.explanation(and: NetworkMeasures.explanations))
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
      .init(
        "dictionary", .list(.list(.number(.any))), .optional,
        "Directions among the inputs, a row for each, that neurons of the first layer may find; a teacher's are its own neurons'."
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

  static let measures = PlainWorkload.measures(and: NetworkMeasures.numbers) + NetworkMeasures.vectors

  static let defaultFinals = PlainWorkload.defaultFinals

  /// The largest number of parameters: a run holds some copies of them, each of 160 MB.
  private static let largestParameterCount = 20_000_000
  /// The largest number of units, of which 16 samples are held at once: 256 MB with derivatives.
  private static let largestUnitCount = 1_000_000
  /// The most layers: some measures go through all of them for each.
  private static let largestLayerCount = 1_000

  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    let network = try Self.network(settings)
    guard network.parameterCount <= Self.largestParameterCount else {
      throw InputError(
        "network", expected: "at most \(Self.largestParameterCount) parameters", found: "\(network.parameterCount)")
    }
    let widths = network.widths
    guard widths.reduce(0, +) <= Self.largestUnitCount, widths.count <= Self.largestLayerCount + 1 else {
      throw InputError(
        "network", expected: "at most \(Self.largestUnitCount) units in at most \(Self.largestLayerCount) layers",
        found: "\(widths.reduce(0, +)) in \(widths.count - 1)")
    }
    let data = try SpecDataSet(settings, seeds: seeds, files: files)
    let loss = Self.loss(settings.object("loss"))
    let test: NetworkObjective<Double>?
    do throws(InputError) {
      objective = try Self.objective(network, loss, data.training, key: "data")
      test = try data.test.map { test throws(InputError) in try Self.objective(network, loss, test, key: "test") }
    } catch {
      guard error.location == "network", case .object? = settings.members["network"] else { throw error }
      throw InputError("network.widths", expected: error.expected, found: error.found, advice: error.advice)
    }
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
    let dictionary = settings.has("dictionary") ? try Self.dictionary(settings, network) : data.dictionary
    measuring = NetworkMeasures(
      objective: objective, test: test, classes: Self.classes(data.training),
      testClasses: data.test.flatMap(Self.classes),
      relevant: relevant, dictionary: dictionary, sparsity: NetworkMeasures.options(settings.object("sparsity")))
    isSingle = settings.text("precision") == "single"
  }

  private static func network(_ settings: SpecSettings) throws(InputError) -> Network {
    if case .string(let text)? = settings.members["network"] {
      do throws(InputError) {
        return try Network(parsing: text)
      } catch {
        // The text has no members to point at.
        let part = error.location == "network" ? "" : "\(error.location) of "
        throw InputError(
          "network", expected: error.expected, found: part.isEmpty ? error.found : "\(error.found), \(part)\"\(text)\"",
          advice: error.advice)
      }
    }
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

  private static func dictionary(_ settings: SpecSettings, _ network: Network) throws(InputError) -> Matrix {
    let rows = settings.rows("dictionary")
    guard !rows.isEmpty else {
      throw InputError("dictionary", expected: "one direction or more", found: "none", advice: "Leave it out.")
    }
    for (place, row) in rows.enumerated() {
      guard row.count == network.inputCount else {
        throw InputError(
          "dictionary[\(place)]", expected: "\(network.inputCount) numbers, one for each input", found: "\(row.count)")
      }
      guard row.contains(where: { $0 != 0 }) else {
        throw InputError("dictionary[\(place)]", expected: "a direction", found: "zeros only")
      }
    }
    return Matrix(rows: rows.count, columns: network.inputCount, storage: rows.flatMap { $0 })
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
        "network", expected: "\(count(samples.inputCount, "input")), as the samples of \(key) have",
        found: "\(network.inputCount)", advice: "The first width counts the inputs.")
    }
    let m = network.outputCount
    guard m <= LabelledSamples.largestEntryCount / max(1, samples.sampleCount) else {
      throw InputError(
        "network", expected: "at most \(LabelledSamples.largestEntryCount) outputs on all samples of \(key) together",
        found: "\(m) on each of \(samples.sampleCount)", advice: "The last width counts the outputs.")
    }
    if let classes = samples.classCount, m > 1 || loss == .crossEntropy, classes > m {
      throw InputError(
        "network", expected: "\(count(classes, "output")), one a class of \(key)", found: "\(m)",
        advice: "The last width counts the outputs.")
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
            "network", expected: "\(count(samples.targetCount, "output")), one a target of \(key)", found: "\(m)",
            advice: "The last width counts the outputs.")
        }
        targets = .values(samples.targets)
      }
    case .crossEntropy:
      let expected = "a class from 0 to \(m - 1) a sample, for cross-entropy"
      guard samples.targetCount == 1 else {
        throw InputError(
          key, expected: expected, found: "\(samples.targetCount) targets a sample",
          advice: "The loss \"squared\" is one of several targets.")
      }
      if let wrong = samples.targets.firstIndex(where: { !($0 >= 0 && $0 < Double(m) && $0 == $0.rounded()) }) {
        let target = samples.targets[wrong]
        throw InputError(
          key, expected: expected, found: "\(JSON.number(target).text) as the target of sample \(wrong)",
          advice: target >= Double(m) && target == target.rounded()
            ? "The last width counts the classes." : "The loss \"squared\" is one of numbers.")
      }
      targets = .classes(samples.targets.map { Int($0) })
    case .logistic:
      let labels = Set(samples.targets).sorted()
      guard samples.targetCount == 1, labels.count == 2 else {
        throw InputError(
          key, expected: "two labels, for the logistic loss",
          found: samples.targetCount == 1 ? "\(labels.count)" : "\(samples.targetCount) targets a sample",
          advice: "The loss \"crossEntropy\" is one of more classes, \"squared\" one of numbers.")
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

  private static func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  var sampleCount: Int { objective.sampleCount }

  var finiteSum: SpecObjective { SpecObjective(objective) }

  /// The layers one by one, however they were written.
  var derivedSettings: [String: JSON] {
    let network = objective.network
    var (activation, hasBias) = (NetworkActivation.identity, true)
    for layer in network.layers {
      switch layer {
      case .affine(_, _, let bias): hasBias = bias
      case .activation(let function): activation = function
      }
    }
    return [
      "network": [
        "widths": .array(network.widths.map(JSON.integer)), "activation": .string(activation.rawValue),
        "bias": .bool(hasBias),
        "slopeAtKink": .number(network.slopeAtKink),
      ]
    ]
  }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    guard measuring.are(known: parts, problems: &problems) else { return nil }
    let layout = ParameterLayout.layers(objective.network)
    let collapse = NetworkCollapse.rule(of: objective)
    let (objective, options) = (objective, parts.options)
    if isSingle {
      let single: NetworkObjective<Float>
      do throws(InputError) {
        single = try objective.inSinglePrecision()
      } catch {
        problems.note(
          "problem.precision", expected: "inputs and targets that single precision can express",
          found: "some that are too large for it", advice: "Take \"double\", or scale the data.")
        return nil
      }
      typealias Engine = StochasticGradientDescent<NetworkObjective<Float>>
      let prepared: PlainWorkload.Prepared<Engine.State>? = PlainWorkload.prepare(
        objective, parts, measures: measuring.all, layout: layout, collapse: collapse, problems: &problems
      ) { $0.parameters.map { Double($0) } }
      guard let prepared else { return nil }
      let (region, start) = (prepared.region, prepared.start)
      return Workload(
        plan: prepared.plan, estimatedCost: prepared.estimatedCost / 2,
        makeEngine: { () throws(InputError) in try Engine(single, options: options, region: region) },
        start: { trial in start(trial).map { Float($0) } })
    }
    guard NetworkEnsembleEngine.pays(for: objective, options: options), parts.leavingRadius == nil else {
      return PlainWorkload.make(
        objective, parts, measures: measuring.all, layout: layout, collapse: collapse, problems: &problems)
    }
    let prepared: PlainWorkload.Prepared<NetworkEnsembleEngine.State>? = PlainWorkload.prepare(
      objective, parts, measures: measuring.all, layout: layout, collapse: collapse, problems: &problems
    ) { $0.doubles }
    guard let prepared else { return nil }
    return Workload(
      plan: prepared.plan, estimatedCost: prepared.estimatedCost,
      makeEngine: { () throws(InputError) in try NetworkEnsembleEngine(objective, options: options) },
      start: prepared.start)
  }
}

extension Network {
  /// From the inputs to the outputs.
  fileprivate var widths: [Int] {
    [inputCount] + layers.compactMap { if case .affine(_, let outputs, _) = $0 { outputs } else { nil } }
  }
}
