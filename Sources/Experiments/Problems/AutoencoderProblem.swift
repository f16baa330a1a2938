import Citations
import Descent
import Formats
import Numerics
import Objectives

/// `"kind": "autoencoder"`: one neuron with tied weights on m data vectors.
struct AutoencoderProblem: SpecProblem {
  private let objective: AutoencoderObjective
  /// Whether the data vectors are orthonormal, so that the O(b) engine serves.
  private let isOrthonormal: Bool
  /// The span of the data, which each start needs.
  private let span: AutoencoderSpan
  /// ‖aᵢ‖.
  private let norms: [Double]

  static let settings = SpecObject(
    kind: "autoencoder",
    explanation: """
      One neuron with tied weights, fᵢ(w) = ½ ‖aᵢ − φ(⟨w, aᵢ⟩) w‖². Converged: 1 − (largest cosine between w and a data \
      vector) ≤ tolerance. Dead: no active coefficient. Diverged: ‖w‖² above 10⁶. Measures: maxCosine, misalignment (1 − \
      maxCosine, without cancellation), selectedIndex, loss, lossGap (above the smallest; orthonormal data), squaredNorm, activeEnergy (Σ \
      of squared active coefficients), runnerUpRatio, logRatio (second to first coefficient, and its logarithm), steps, coefficients.
      """,
    fields: [
      .init(
        "activation", .choice(AutoencoderObjective.Activation.allCases.map(\.rawValue)), .defaultsTo("relu"), "φ."),
      .init("data", .variants(dataKinds), .defaultsTo("orthonormal"), "The data vectors a₁ … a_m."),
      .init("features", .integer(1...1_000_000), .optional, "m, the number of data vectors; a file decides it itself."),
      .init("dimension", .integer(1...1_000_000), .optional, "n, by default m; a file decides it itself."),
    ], citations: [.ghosh])

  private static let dataKinds: [SpecObject] = [
    .init(kind: "orthonormal", explanation: "The first m vectors of the standard basis.", fields: []),
    .init(
      kind: "equicorrelated", explanation: "Unit vectors with equal inner products.",
      fields: [.init("correlation", .number(.any), .required, "⟨aᵢ, aⱼ⟩ for i ≠ j: above −1/(m − 1), below 1.")]),
    .init(
      kind: "file", explanation: "The rows of a matrix.",
      fields: [.init("path", .file, .required, "A .npy file, m × n.")]),
  ]

  static let measures: [SpecMeasure] = [
    "maxCosine", "misalignment", "selectedIndex", "loss", "lossGap", "squaredNorm", "activeEnergy", "runnerUpRatio",
    "logRatio", "steps", SpecMeasure("coefficients", isVector: true),
  ]

  static let defaultFinals = ["maxCosine", "selectedIndex"]

  /// The largest number of entries of a data matrix: 400 MB.
  private static let largestData = 50_000_000

  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    let activation = AutoencoderObjective.Activation(rawValue: settings.text("activation")) ?? .relu
    let data = settings.object("data")
    let vectors: AutoencoderData
    if data.kind == "file" {
      let (file, place) = try files.array(data.file("path"), place: "data.path")
      guard file.shape.count == 2 else {
        throw InputError(
          place, expected: "a matrix with one data vector a row", found: "an array with \(file.shape.count) axes")
      }
      vectors = try AutoencoderData(count: file.shape[0], dimension: file.shape[1], values: file.values)
      try Self.check(settings, "features", vectors.count, "rows")
      try Self.check(settings, "dimension", vectors.dimension, "columns")
    } else {
      guard settings.has("features") else {
        throw InputError("features", expected: "m, a whole number from 1 to 1000000", found: "nothing")
      }
      let count = settings.integer("features")
      let dimension = settings.has("dimension") ? settings.integer("dimension") : count
      guard count * dimension <= Self.largestData else {
        throw InputError(
          "dimension", expected: "at most \(Self.largestData) entries, features times dimension",
          found: "\(count * dimension)",
          advice: "For orthonormal data only the norm of w outside of their span matters: a smaller dimension will do.")
      }
      do throws(InputError) {
        vectors =
          data.kind == "equicorrelated"
          ? try .equicorrelated(count: count, dimension: dimension, correlation: data.number("correlation"))
          : try .standardBasis(count: count, dimension: dimension)
      } catch {
        var error = error
        if error.location == "correlation" { error.location = "data.correlation" }
        throw error
      }
    }
    objective = AutoencoderObjective(data: vectors, activation: activation)
    norms = vectors.norms
    isOrthonormal = data.kind == "orthonormal" || vectors.orthonormalityDefect <= 1e-12
    span = isOrthonormal ? .orthonormal : AutoencoderSpan(of: vectors)
  }

  /// A size that the data decides may be given, and then has to agree.
  private static func check(
    _ settings: SpecSettings, _ key: String, _ size: Int, _ what: String
  ) throws(InputError) {
    guard settings.has(key), settings.integer(key) != size else { return }
    throw InputError(key, expected: "\(size), the number of \(what) of the data", found: "\(settings.integer(key))")
  }

  var sampleCount: Int { objective.sampleCount }

  var finiteSum: SpecObjective { SpecObjective(objective) }

  var derivedSettings: [String: JSON] {
    ["features": .integer(objective.sampleCount), "dimension": .integer(objective.parameterCount)]
  }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    var isSound = true
    if !isOrthonormal {
      for (key, names) in [("series", parts.series), ("final", parts.finals)] where names.contains("lossGap") {
        problems.note(
          "record.\(key)", expected: "measures that exist for this data", found: "\"lossGap\"",
          advice: "The smallest loss is known for orthonormal data only.")
        isSound = false
      }
    }
    if let misfit = misfit(of: parts.start) {
      problems.note(misfit)
      isSound = false
    }
    if parts.options.rule.momentum != 0 {
      problems.note(
        "optimizer.momentum", expected: "0, since the autoencoder's engine is plain SGD",
        found: NumberText.shortest(parts.options.rule.momentum))
      isSound = false
    }
    let extras = [
      ("weightDecay", parts.options.rule.weightDecay != 0), ("clip", parts.options.rule.largestGradientNorm != nil),
      ("labelNoise", parts.options.labelNoise != nil),
    ]
    for (key, isThere) in extras where isThere {
      problems.note(
        "optimizer.\(key)", expected: "nothing, since the autoencoder's engine is plain SGD", found: "some",
        advice: "Leave it out.")
      isSound = false
    }
    if parts.leavingRadius != nil {
      problems.note(
        "optimizer.stop.when", expected: "\"converged\": the autoencoder's minima are no points", found: "\"left\"")
      isSound = false
    }
    guard isSound else { return nil }
    let plan = plan(parts)
    let (options, starting) = (parts.options, start(parts))
    let (objective, activation) = (objective, objective.activation)
    let steps = Double(options.budget)
    let batch = Double(options.batchSize ?? sampleCount)
    if isOrthonormal {
      return Workload(
        plan: plan, estimatedCost: steps * (batch + 1) + Double(objective.parameterCount),
        makeEngine: { () throws(InputError) in
          try AutoencoderEngine(count: objective.sampleCount, activation: activation, options: options)
        }, start: starting)
    }
    return Workload(
      plan: plan, estimatedCost: 8 * (steps * batch * Double(sampleCount) + Double(objective.parameterCount)),
      makeEngine: { () throws(InputError) in
        try CorrelatedAutoencoderEngine(data: objective.data, activation: activation, options: options)
      }, start: starting)
  }

  private func misfit(of start: SpecStart) -> InputError? {
    guard case .coefficients(let values, let outside) = start else {
      return start.misfit(parameterCount: objective.parameterCount)
    }
    if !isOrthonormal {
      return InputError(
        "init.kind", expected: "a start that needs no orthonormal data", found: "\"coefficients\"",
        advice: "Coefficients say where w is only if the data vectors are orthonormal.")
    }
    if values.count != objective.sampleCount {
      return InputError(
        "init.values", expected: "\(objective.sampleCount) numbers, one a data vector", found: "\(values.count)")
    }
    if outside > 0, objective.parameterCount == objective.sampleCount {
      return InputError(
        "init.orthogonalNorm", expected: "0, because the data span all \(objective.parameterCount) dimensions",
        found: NumberText.shortest(outside))
    }
    return nil
  }

  private func start(_ parts: SpecParts) -> @Sendable (Int) -> AutoencoderState {
    let (objective, span) = (objective, span)
    let (start, seeds) = (parts.start, parts.options.seeds)
    return { trial in
      let key = seeds.key(.initialization, trial: trial)
      if let w = start.parameters(count: objective.parameterCount, key: key, trial: trial) {
        return AutoencoderState(of: objective, at: w, span: span)
      }
      guard case .coefficients(let values, let outside) = start else { preconditionFailure("no other start has no w") }
      return AutoencoderState(coefficients: values, perpendicular: outside)
    }
  }

  private func plan(_ parts: SpecParts) -> RunPlan<AutoencoderState> {
    let activation = objective.activation
    let isOrthonormal = isOrthonormal
    let norms = norms
    let stopping = StoppingRules<AutoencoderState>(
      cadence: parts.stopCadence,
      converged: parts.tolerance.map { tolerance in
        { @Sendable state in
          // 1 − max cos is computed without cancellation where that is possible, which takes orthonormal data.
          isOrthonormal
            ? state.misalignment(activation) <= tolerance
            : 1 - state.normalised(by: norms).maximumCosine(activation) <= tolerance
        }
      }, diverged: { $0.hasDiverged }, dead: { $0.isDead(activation) })
    return parts.plan(stopping: stopping, measures: measures)
  }

  /// The numbers behind a name.
  private func measures(_ name: String) -> [Measure<AutoencoderState>] {
    let activation = objective.activation
    let isOrthonormal = isOrthonormal
    let norms = norms
    let normalised = { @Sendable (state: AutoencoderState) in isOrthonormal ? state : state.normalised(by: norms) }
    switch name {
    case "maxCosine": return [Measure(name) { normalised($0).maximumCosine(activation) }]
    case "misalignment":
      return [
        Measure(name) { isOrthonormal ? $0.misalignment(activation) : 1 - normalised($0).maximumCosine(activation) }
      ]
    case "selectedIndex": return [Measure(name) { Double(normalised($0).leader(activation)) }]
    case "loss":
      let squares = norms.reduce(0) { $0 + $1 * $1 } / Double(norms.count)
      // ½ [mean ‖aᵢ‖² − (2 − s) Φ/m], Φ = Σ φ(cᵢ)²: the whole loss, for any data.
      return [
        Measure(name) { 0.5 * (squares - (2 - $0.squaredNorm) * $0.activeEnergy(activation) / Double(norms.count)) }
      ]
    case "lossGap": return [Measure(name) { $0.lossGap(activation) }]
    case "squaredNorm": return [Measure(name) { $0.squaredNorm }]
    case "activeEnergy": return [Measure(name) { $0.activeEnergy(activation) }]
    case "runnerUpRatio": return [Measure(name) { $0.runnerUpRatio(activation) }]
    case "logRatio": return [Measure(name) { $0.logRatio(activation) }]
    case "steps": return [Measure(name) { Double($0.step) }]
    case "coefficients": return Measure.coefficients(count: objective.sampleCount)
    default: return []
    }
  }
}
