import Citations
import Descent
import Experiments
import Formats
import Numerics
import Objectives
import Stability

/// What `basin stability` is asked about: the samples' curvature and gradients at one point.
struct StabilityInput {
  /// Where it comes from, in words.
  var source: String
  /// The geometry.
  var geometry: MinimumGeometry
  /// Gradients and Hessian-vector products, where gradients are known; with weight decay.
  var point: (any BatchCurvature)?
  /// The basin's radius, where the problem says it.
  var radius: Double?
  /// The publications of the problem and of how its minimum was found.
  var citations: [Citation] = []
  /// The objective with weight decay and the minimum's parameters, where a problem was named.
  var problem: (objective: any FiniteSumObjective<Double>, parameters: [Double])?

  /// The options that say where the curvature comes from; one of them must be given.
  static let sources = ["--hessians", "--jacobians", "--problem"]

  /// Reads what the command line names.
  init(_ command: ParsedCommand) throws(InputError) {
    let given = Self.sources.filter(command.has)
    guard given.count == 1 else {
      throw InputError(
        "basin stability", expected: "one of \(Self.sources.joined(separator: ", "))",
        found: given.isEmpty ? "none" : given.joined(separator: " and "),
        advice: given.isEmpty ? "See \"basin stability --help\"." : "")
    }
    try Self.require("--jacobians", for: ["--weights"], command)
    try Self.require("--problem", for: ["--at"], command)
    if given == ["--problem"], command.has("--gradients") {
      throw InputError(
        "basin stability --gradients", expected: "--hessians or --jacobians beside it", found: "--problem",
        advice: "A problem knows its gradients.")
    }
    let decay = try command.number("--weight-decay", "a number from 0", default: 0) { $0 >= 0 }
    let rank = command.has("--rank") ? try command.integer("--rank", in: 1...100_000, default: 1) : nil
    if let name = command.values["--problem"] {
      try self.init(problem: name, at: command.values["--at"], weightDecay: decay, rank: rank)
    } else {
      try self.init(files: command, weightDecay: decay, rank: rank)
    }
  }

  /// A named problem, or that of a spec, at one of its minima or at parameters from a file.
  private init(problem name: String, at place: String?, weightDecay: Double, rank: Int?) throws(InputError) {
    let known = try KnownProblem(name)
    let objective = known.objective
    let parameters: [Double]
    if let place, place.hasSuffix(".npy") {
      parameters = try NPYFile.read(place).values
      citations = known.citations(findsMinimiser: false)
      source = "\(name) at the parameters of \(place)"
    } else {
      let minima = try known.minima()
      let names = minima.map(\.name)
      guard let minimum = place ?? names.first else {
        throw InputError(
          "basin stability", expected: "--at FILE.npy with parameters, since \(name) knows no minimum", found: "none")
      }
      guard let found = minima.first(where: { $0.name == minimum }) else {
        throw InputError(
          "basin stability --at", expected: "a minimum of \(name), or a file that ends in .npy",
          found: "\"\(minimum)\"",
          advice: Suggestion.sentence(for: minimum, among: names))
      }
      parameters =
        weightDecay > 0
        ? try Self.minimum(of: Self.withDecay(objective, weightDecay), near: found.parameters) : found.parameters
      citations = known.citations(findsMinimiser: true) + (weightDecay > 0 ? [.dembo] : [])
      source = "\(name) at its minimum \"\(minimum)\"" + (weightDecay > 0 ? ", as the decay moves it" : "")
      radius = known.radius
    }
    geometry = try Self.geometry(objective, parameters, weightDecay, rank)
    let whole = weightDecay > 0 ? try Self.withDecay(objective, weightDecay) : objective
    point = try Self.point(whole, parameters)
    self.problem = (whole, parameters)
  }

  private static func geometry(
    _ objective: some FiniteSumObjective<Double>, _ parameters: [Double], _ weightDecay: Double, _ rank: Int?
  ) throws(InputError) -> MinimumGeometry {
    try MinimumGeometry(objective, at: parameters, weightDecay: weightDecay, rank: rank)
  }

  private static func point(
    _ objective: some FiniteSumObjective<Double>, _ parameters: [Double]
  ) throws(InputError) -> any BatchCurvature { try ObjectivePoint(objective, at: parameters) }

  private static func withDecay(
    _ objective: some FiniteSumObjective<Double>, _ weight: Double
  ) throws(InputError) -> any FiniteSumObjective<Double> { try WeightDecayed(objective, weight: weight) }

  private static func minimum(
    of objective: some FiniteSumObjective<Double>, near start: [Double]
  ) throws(InputError) -> [Double] { try NewtonMethod.minimise(objective, from: start).parameters }

  private static func require(_ source: String, for options: [String], _ command: ParsedCommand) throws(InputError) {
    for option in options where command.has(option) && !command.has(source) {
      throw InputError("basin stability \(option)", expected: "\(source) beside it", found: "none")
    }
  }

  /// Arrays in files.
  private init(files command: ParsedCommand, weightDecay: Double, rank: Int?) throws(InputError) {
    let curvature: SampleCurvature
    if let path = command.values["--hessians"] {
      curvature = try Self.hessians(path)
      source = "\(path), the Hessians of \(curvature.sampleCount) samples"
    } else {
      let path = command.values["--jacobians"] ?? ""
      curvature = try Self.jacobians(path, weights: command.values["--weights"])
      let weights = command.values["--weights"].map { " with the weights of \($0)" } ?? ""
      source = "\(path), the Jacobian factors of \(curvature.sampleCount) samples\(weights)"
    }
    let gradients = try command.values["--gradients"].map { path throws(InputError) in
      try Self.gradients(path, of: curvature)
    }
    geometry = try MinimumGeometry(curvature, gradients: gradients, weightDecay: weightDecay, rank: rank)
    if let gradients { point = DecayedPoint(try SampledPoint(curvature, gradients), weightDecay: weightDecay) }
  }

  private static func hessians(_ path: String) throws(InputError) -> SampleCurvature {
    let file = try NPYFile.read(path)
    let expected = "Hessians of samples, shape (samples, parameters, parameters)"
    if file.shape.count == 2, file.shape[0] == file.shape[1] {
      throw InputError(
        path, expected: expected, found: "one matrix, shape \(file.shapeText)",
        advice: "What batches do depends on how the samples differ: give every sample's Hessian, or --jacobians.")
    }
    guard file.shape.count == 3, file.shape[1] == file.shape[2] else {
      throw InputError(path, expected: expected, found: "shape \(file.shapeText)")
    }
    return try named(path) { () throws(InputError) in
      try SampleCurvature(hessians: file.values, sampleCount: file.shape[0], dimension: file.shape[1])
    }
  }

  private static func jacobians(_ path: String, weights: String?) throws(InputError) -> SampleCurvature {
    let file = try NPYFile.read(path)
    guard file.shape.count == 2 || file.shape.count == 3, let d = file.shape.last else {
      throw InputError(
        path, expected: "Jacobian factors, shape (samples, parameters) or (samples, outputs, parameters)",
        found: "shape \(file.shapeText)")
    }
    let (n, m) = (file.shape[0], file.shape.count == 3 ? file.shape[1] : 1)
    let matrices = try weights.map { path throws(InputError) in try Self.weights(path, samples: n, outputs: m) }
    return try named(weights ?? path) { () throws(InputError) in
      // A mistake of the factors themselves is theirs, whatever the weights are.
      if weights != nil {
        _ = try named(path) { () throws(InputError) in
          try SampleCurvature(jacobians: file.values, sampleCount: n, outputCount: m, dimension: d)
        }
      }
      return try SampleCurvature(
        jacobians: file.values, sampleCount: n, outputCount: m, dimension: d, weights: matrices)
    }
  }

  /// Weights as matrices, n × m × m; n × m are diagonals.
  private static func weights(_ path: String, samples n: Int, outputs m: Int) throws(InputError) -> [Double] {
    let file = try NPYFile.read(path)
    if file.shape == [n, m, m] { return file.values }
    guard file.shape == [n, m] || (m == 1 && file.shape == [n]) else {
      throw InputError(
        path,
        expected: "weights of shape (\(n), \(m), \(m)), or (\(n), \(m)) for diagonal ones, as the Jacobians ask for",
        found: "shape \(file.shapeText)")
    }
    var result = [Double](repeating: 0, count: n * m * m)
    for sample in 0..<n {
      for output in 0..<m { result[(sample * m + output) * m + output] = file.values[sample * m + output] }
    }
    return result
  }

  private static func gradients(_ path: String, of curvature: SampleCurvature) throws(InputError) -> SampleGradients {
    let file = try NPYFile.read(path)
    let shape = [curvature.sampleCount, curvature.dimension]
    guard file.shape == shape else {
      throw InputError(
        path, expected: "gradients of shape (\(shape[0]), \(shape[1])), as the curvature asks for",
        found: "shape \(file.shapeText)")
    }
    return try named(path) { () throws(InputError) in
      try SampleGradients(file.values, sampleCount: shape[0], dimension: shape[1])
    }
  }

  /// Puts the file's name before what is said about its numbers.
  private static func named<Value>(
    _ path: String, _ body: () throws(InputError) -> Value
  ) throws(InputError) -> Value {
    do throws(InputError) {
      return try body()
    } catch {
      var error = error
      error.location = "\(path), \(error.location)"
      throw error
    }
  }
}

/// An objective that the program can make by itself: a reference problem by name, or the problem of a spec.
private struct KnownProblem {
  let objective: any FiniteSumObjective<Double>
  /// How far from a minimum a run has left it, where the problem says so.
  let radius: Double?
  let minima: () throws(InputError) -> [NamedPoint]
  private let publications: (Bool) -> [Citation]

  /// Its publications, also those of how a minimum is found.
  func citations(findsMinimiser: Bool) -> [Citation] { publications(findsMinimiser) }

  init(_ name: String) throws(InputError) {
    if name.hasSuffix(".json") {
      let (problem, settings) = try Self.problem(ofSpec: name)
      objective = problem.objective
      radius = nil
      minima = { () throws(InputError) in try problem.minima() }
      publications = { Spec.problemCitations(of: settings, findsMinimiser: $0) }
      return
    }
    guard ReferenceProblem.names.contains(name) else {
      throw InputError(
        "basin stability --problem", expected: "the name of a problem, or a spec that ends in .json",
        found: "\"\(name)\"", advice: Suggestion.sentence(for: name, among: ReferenceProblem.names))
    }
    let problem = try ReferenceProblem(named: name)
    objective = problem.objective.finiteSum
    radius = problem.escapeRadius
    minima = { problem.minima }
    publications = { _ in ReferenceProblem.citations(of: name) }
  }

  private static func problem(ofSpec path: String) throws(InputError) -> (SpecObjective, settings: JSON) {
    let spec = try Spec.readOne(path)
    // The seed of the data belongs to the problem.
    let problems = Set(spec.configurations.map { [$0.settings["problem"], $0.settings["seeds"]?["data"]] })
    guard problems.count == 1, let objective = spec.configurations[0].objective else {
      throw InputError(
        path, expected: "a spec with one problem", found: "\(problems.count) of them",
        advice: "Take a single value where the problem has an axis.")
    }
    return (objective, spec.configurations[0].settings)
  }
}
