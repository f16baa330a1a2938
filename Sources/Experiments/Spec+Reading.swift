import Descent
import Formats
import Numerics
import Objectives

extension Spec {
  /// Reads a whole spec; nil if so much is wrong that no spec comes out. Every problem is noted with the reader.
  init?(_ reader: SpecReader, folder: String) {
    let name = reader.text("name", default: "experiment")
    let seeds = Self.seeds(reader)
    let problem = reader.object("problem", required: true).flatMap {
      Self.objective($0, folder: folder, seeds: seeds.seeds)
    }
    let initReader = reader.object("init", required: true)
    let optimizer = reader.object("optimizer", required: true)
    let record = reader.object("record", required: false)
    let recordEvery = record?.integer("every", in: 1...Int(Int32.max), default: 1_000) ?? 1_000
    let series = record?.choices("series", among: Spec.seriesMeasures, default: []) ?? []
    let finals = record?.choices("final", among: Spec.measures, default: Self.defaultFinals) ?? Self.defaultFinals
    record?.finish()
    reader.finish()
    guard let problem else {
      // The rest is read all the same, so that its mistakes are said too, with no number of samples to hold them
      // against.
      _ = optimizer.flatMap { Self.options($0, sampleCount: nil, folder: folder, seeds: seeds.seeds) }
      return nil
    }
    if !problem.isOrthonormal {
      for (key, names) in [("series", series), ("final", finals)] where names.contains("lossGap") {
        record?.note(
          key, expected: "measures that exist for this data", found: "\"lossGap\"",
          advice: "The smallest loss is known for orthonormal data only.")
      }
    }
    let start = initReader.flatMap { Self.start($0, problem: problem, folder: folder) }
    let optimiser = optimizer.flatMap {
      Self.options($0, sampleCount: problem.objective.sampleCount, folder: folder, seeds: seeds.seeds)
    }
    guard let name, let start, let optimiser, let trials = seeds.trials else { return nil }
    self.init(
      name: name, objective: problem.objective, isOrthonormal: problem.isOrthonormal, start: start.start,
      options: optimiser.options, tolerance: optimiser.tolerance, checkEvery: optimiser.checkEvery, trials: trials,
      recordEvery: recordEvery, series: series, finals: finals,
      settings: problem.settings + start.settings + optimiser.settings)
  }

  private static let defaultFinals = ["maxCosine", "selectedIndex"]

  // MARK: - Parts

  private static func seeds(_ reader: SpecReader) -> (seeds: Seeds, trials: Int?) {
    guard let part = reader.object("seeds", required: false) else { return (Seeds(master: 1), 1) }
    var seeds = Seeds(master: part.seed("master") ?? 1)
    if let seed = part.seed("data") { seeds.data = seed }
    if let seed = part.seed("initialization") { seeds.initialization = seed }
    if let seed = part.seed("order") { seeds.order = seed }
    if let seed = part.seed("measurement") { seeds.measurement = seed }
    let trials = part.integer("trials", in: 1...largestTrials, default: 1)
    part.finish()
    return (seeds, trials)
  }

  private typealias Problem = (objective: AutoencoderObjective, isOrthonormal: Bool, settings: [Record.Setting])

  private static func objective(_ reader: SpecReader, folder: String, seeds: Seeds) -> Problem? {
    let kind = reader.choice("kind", among: ["autoencoder"])
    let activation = reader.choice(
      "activation", among: AutoencoderObjective.Activation.allCases.map(\.rawValue), default: "relu")
    let limit = 1...1_000_000
    var data: AutoencoderData?
    var description = "orthonormal"
    var isStandardBasis = false
    let dataTree = reader.value("data", required: false, expected: "a data set")
    if case .object? = dataTree, let part = reader.object("data", required: true) {
      let dataKind = part.choice("kind", among: ["orthonormal", "equicorrelated", "file"])
      description = dataKind ?? description
      if dataKind == "file" {
        if let path = part.text("path") { data = read(path, folder: folder, part) }
        if let data {
          description = "\(part.text("path") ?? "file")"
          check("features", data.count, "rows", reader)
          check("dimension", data.dimension, "columns", reader)
        }
      } else {
        let count = reader.integer("features", in: limit)
        let dimension = reader.integer("dimension", in: limit, default: count ?? 1)
        let correlation =
          dataKind == "equicorrelated"
          ? part.number("correlation", expected: "a correlation below 1") { $0 < 1 } : 0
        if let count, let dimension, let correlation, fits(count, dimension, reader) {
          description = dataKind == "equicorrelated" ? "equicorrelated \(correlation)" : description
          data = noting(reader, "features") { () throws(InputError) in
            try .equicorrelated(count: count, dimension: dimension, correlation: correlation)
          }
        }
      }
      part.finish()
    } else {
      if let dataTree, dataTree != .string("orthonormal") {
        reader.note(
          "data", expected: "\"orthonormal\" or an object", found: dataTree.summary,
          advice: "Such as {\"kind\": \"file\", \"path\": \"data.npy\"}.")
      }
      let count = reader.integer("features", in: limit)
      let dimension = reader.integer("dimension", in: limit, default: count ?? 1)
      if let count, let dimension, fits(count, dimension, reader) {
        data = noting(reader, "features") { () throws(InputError) in
          try .standardBasis(count: count, dimension: dimension)
        }
        isStandardBasis = true
      }
    }
    reader.finish()
    guard kind != nil, let data, let activation = activation.flatMap(AutoencoderObjective.Activation.init) else {
      return nil
    }
    let isOrthonormal = isStandardBasis || data.orthonormalityDefect <= 1e-12
    let settings: [Record.Setting] = [
      .init("problem.kind", "autoencoder"), .init("problem.activation", activation.rawValue),
      .init("problem.data", description), .init("problem.dimension", "\(data.dimension)"),
      .init("problem.features", "\(data.count)"),
    ]
    return (AutoencoderObjective(data: data, activation: activation), isOrthonormal, settings)
  }

  private static func fits(_ count: Int, _ dimension: Int, _ reader: SpecReader) -> Bool {
    if count * dimension <= largestData { return true }
    reader.note(
      "dimension", expected: "at most \(largestData) entries, features times dimension", found: "\(count * dimension)",
      advice: "For orthonormal data only the norm of w outside of their span matters, so a smaller dimension will do.")
    return false
  }

  private static func read(_ path: String, folder: String, _ reader: SpecReader) -> AutoencoderData? {
    noting(reader, "path") { () throws(InputError) in
      let resolved = path.hasPrefix("/") ? path : folder + path
      let file = try NPYFile.read(resolved)
      guard file.shape.count == 2 else {
        throw InputError(
          resolved, expected: "a matrix with one data vector a row", found: "an array with \(file.shape.count) axes")
      }
      return try AutoencoderData(count: file.shape[0], dimension: file.shape[1], values: file.values)
    }
  }

  /// A size that the data decides may be given, and then has to agree.
  private static func check(_ key: String, _ size: Int, _ what: String, _ reader: SpecReader) {
    if let stated = reader.integer(key, in: 1...1_000_000, default: size), stated != size {
      reader.note(key, expected: "\(size), the number of \(what) of the data", found: "\(stated)")
    }
  }

  private static func start(
    _ reader: SpecReader, problem: Problem, folder: String
  ) -> (start: Start, settings: [Record.Setting])? {
    let objective = problem.objective
    let kind = reader.choice("kind", among: ["sphere", "gaussian", "coefficients", "file"])
    var start: Start?
    switch kind {
    case "sphere":
      start = reader.number("norm", expected: "a positive norm") { $0 > 0 }.map { .sphere(norm: $0) }
    case "gaussian":
      start = reader.number("norm", expected: "a positive norm") { $0 > 0 }.map { .gaussian(norm: $0) }
    case "coefficients":
      let values = reader.numbers("values")
      let outside = reader.number("orthogonalNorm", default: 0, expected: "a norm from 0") { $0 >= 0 }
      if !problem.isOrthonormal {
        reader.note(
          "kind", expected: "\"sphere\", \"gaussian\" or \"file\" for data that is not orthonormal",
          found: "\"coefficients\"", advice: "Coefficients say where w is only if the data vectors are orthonormal.")
      } else if let values, values.count != objective.sampleCount {
        reader.note(
          "values", expected: "\(objective.sampleCount) numbers, one a data vector", found: "\(values.count)")
      } else if let outside, outside > 0, objective.parameterCount == objective.sampleCount {
        reader.note(
          "orthogonalNorm", expected: "0, because the data span all \(objective.parameterCount) dimensions",
          found: "\(outside)")
      } else if let values, let outside {
        start = .coefficients(values, perpendicular: outside)
      }
    case "file":
      if let path = reader.text("path") {
        start = noting(reader, "path") { () throws(InputError) in
          let resolved = path.hasPrefix("/") ? path : folder + path
          let file = try NPYFile.read(resolved)
          guard file.values.count == objective.parameterCount, file.values.allSatisfy(\.isFinite) else {
            throw InputError(
              resolved, expected: "\(objective.parameterCount) finite numbers, the entries of w",
              found:
                "\(file.values.count) values\(file.values.allSatisfy(\.isFinite) ? "" : ", not all of them finite")")
          }
          return Start.parameters(file.values)
        }
      }
    default: break
    }
    reader.finish()
    return start.map { ($0, [.init("init", describe($0))]) }
  }

  private static func describe(_ start: Start) -> String {
    switch start {
    case .sphere(let norm): "sphere of norm \(norm)"
    case .gaussian(let norm): "Gaussian of norm \(norm)"
    case .coefficients(let values, let outside): "coefficients \(values), orthogonal norm \(outside)"
    case .parameters(let values): "parameters \(values)"
    }
  }

  /// What `body` makes, or nil after noting what it threw.
  static func noting<Value>(
    _ reader: SpecReader, _ key: String, _ body: () throws(InputError) -> Value
  ) -> Value? {
    do throws(InputError) {
      return try body()
    } catch {
      reader.note(key, error)
      return nil
    }
  }
}
