import Descent
import Formats
import Numerics
import Objectives

extension Spec {
  /// Reads a spec file. Paths in it are relative to its folder.
  ///
  /// - Parameter overrides: put into the spec before it is read.
  /// - Throws: `SpecProblems` with everything that is wrong.
  public static func read(_ path: String, overrides: [SpecOverride] = []) throws(SpecProblems) -> Spec {
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    let source: JSON
    do throws(InputError) {
      source = try Self.source(path, overrides)
    } catch {
      throw SpecProblems(path: path, problems: [error])
    }
    var reading = SpecReading(folder: folder)
    let spec = reading.spec(source)
    guard let spec, reading.resolver.problems.found.isEmpty else {
      throw SpecProblems(path: path, problems: reading.resolver.problems.found)
    }
    return spec
  }

  private static func source(_ path: String, _ overrides: [SpecOverride]) throws(InputError) -> JSON {
    var source = try JSON.read(path)
    guard case .object = source else {
      throw InputError(path, expected: "a spec, which is a JSON object", found: source.summary)
    }
    for override in overrides { source = try override.applied(to: source) }
    return source
  }
}

/// Reads one spec: finds the grid, resolves each of its points, and builds what runs it. Problems are made once and shared
/// by the points that have the same.
private struct SpecReading {
  var resolver: SpecResolver
  private var known: [JSON: any SpecProblem] = [:]
  private var starts: [JSON: SpecStart] = [:]
  private var replays: [JSON: IndexReplay] = [:]
  private var identity = ConfigurationIdentity()

  /// After so many problems the rest is likely to be of the same kind.
  private static let enoughProblems = 50

  init(folder: String) {
    resolver = SpecResolver(problems: SpecProblemList(), files: SpecFiles(folder: folder))
  }

  mutating func spec(_ source: JSON) -> Spec? {
    // The grid is found before the rest is checked, so a malformed `zip` must not stop it; the resolver says what is wrong.
    var zipped: [[String?]] = []
    if case .array(let groups)? = source["zip"] {
      zipped = groups.map { group in
        guard case .array(let places) = group else { return [] }
        return places.map { if case .string(let place) = $0 { place } else { nil } }
      }
    }
    let grid = SpecGrid(source, schema: Spec.schema, zipped: zipped, problems: &resolver.problems)
    guard let grid else { return nil }
    var name = ""
    var configurations: [Configuration] = []
    var places: [String: [SpecGrid.Entry]] = [:]
    configurations.reserveCapacity(grid.count)
    for index in 0..<grid.count where resolver.problems.found.count < Self.enoughProblems {
      let point = grid.point(index)
      resolver.problems.entries = point.entries
      guard case .object(let written) = point.spec else { break }
      let settings = SpecSettings(resolver.resolve(spec: written, Spec.schema))
      if settings.has("name") { name = settings.text("name") }
      guard let configuration = configuration(settings) else { continue }
      if let earlier = places.updateValue(point.entries, forKey: configuration.hash) {
        noteRepetition(of: earlier)
      }
      configurations.append(configuration)
    }
    guard resolver.problems.found.isEmpty else { return nil }
    return Spec(name: name, source: source, configurations: configurations)
  }

  private mutating func noteRepetition(of earlier: [SpecGrid.Entry]) {
    let later = resolver.problems.entries
    func names(_ entries: [SpecGrid.Entry], without others: [SpecGrid.Entry]) -> String {
      let own = entries.filter { !others.contains($0) }.map(\.entry)
      // Of an entry and what was taken inside of it, the latter says more.
      return own.filter { entry in !own.contains { $0 != entry && $0.hasPrefix(entry) } }.joined(separator: ", ")
    }
    resolver.problems.note(
      "grid", expected: "configurations that differ",
      found: "the same one for \(names(earlier, without: later)) and \(names(later, without: earlier))",
      advice: "Take the value away that stands twice.")
  }

  /// The configuration; nil if a part has a problem, which is noted. Each part that is there is held against the others that are
  /// there, so that as much as possible is said at once.
  private mutating func configuration(_ settings: SpecSettings) -> Configuration? {
    let seedSettings = settings.has("seeds") ? settings.object("seeds") : nil
    let seeds = seedSettings.map(Self.seeds) ?? Seeds(master: 1)
    let trials = seedSettings?.integer("trials") ?? 1
    let problem = settings.has("problem") ? problem(settings, seeds: seeds) : nil
    let options =
      settings.has("optimizer")
      ? options(settings.object("optimizer"), sampleCount: problem?.sampleCount, seeds: seeds) : nil
    let start = settings.has("init") ? start(settings.object("init"), trials: trials) : nil
    guard let problem, settings.has("record") else { return nil }
    let record = settings.object("record")
    let finals = record.has("final") ? record.texts("final") : type(of: problem).defaultFinals
    let series = record.texts("series")
    guard measuresAreSound(type(of: problem).measures, series: series, finals: finals), let start, let options,
      seedSettings != nil
    else { return nil }
    let stopSettings = settings.object("optimizer")
    let stop = stopSettings.has("stop") ? stopSettings.object("stop") : nil
    let leaves = stop?.text("when") == "left"
    guard stop == nil || leaves == stop?.has("radius") else {
      resolver.problems.note(
        "optimizer.stop.radius",
        expected: leaves ? "the distance at which the minimiser is left" : "no radius without \"left\"",
        found: leaves ? "nothing" : "one")
      return nil
    }
    let parts = SpecParts(
      start: start, options: options,
      stop: stop.map {
        (
          leaves ? .left(radius: $0.number("radius")) : .converged(tolerance: $0.number("tolerance")),
          $0.integer("every")
        )
      },
      recordEvery: record.integer("every"), series: series, finals: finals)
    guard let workload = problem.workload(parts, problems: &resolver.problems) else { return nil }

    var resolved = settings.members
    for key in ["name", "zip"] { resolved[key] = nil }
    resolved["problem"] = resolved["problem"]?.replacing(problem.derivedSettings)
    // A switch that is off is no setting, as it was before there was the switch.
    if resolved["optimizer"]?["nesterov"] == false {
      resolved["optimizer"] = resolved["optimizer"]?.without("nesterov")
    }
    resolved["seeds"] = [
      "master": resolved["seeds"]?["master"] ?? 1, "data": .unsigned(seeds.data),
      "initialization": .unsigned(seeds.initialization), "order": .unsigned(seeds.order),
      "measurement": .unsigned(seeds.measurement),
    ]
    resolved["record"] = resolved["record"]?.replacing(["final": .array(finals.map(JSON.string))])
    let all = JSON.object(resolved)
    return Configuration(
      settings: all, hash: identity.hash(of: all), trials: trials, workload: workload, objective: problem.finiteSum)
  }

  private static func seeds(_ settings: SpecSettings) -> Seeds {
    var seeds = Seeds(master: settings.seed("master"))
    if settings.has("data") { seeds.data = settings.seed("data") }
    if settings.has("initialization") { seeds.initialization = settings.seed("initialization") }
    if settings.has("order") { seeds.order = settings.seed("order") }
    if settings.has("measurement") { seeds.measurement = settings.seed("measurement") }
    return seeds
  }

  private mutating func problem(_ settings: SpecSettings, seeds: Seeds) -> (any SpecProblem)? {
    let written = settings.object("problem")
    let key: JSON = ["problem": .object(written.members), "data": .unsigned(seeds.data)]
    if let problem = known[key] { return problem }
    guard let type = Spec.problems.first(where: { $0.settings.kind == written.kind }) else { return nil }
    do throws(InputError) {
      let problem = try type.init(written, seeds: seeds, files: resolver.files)
      known[key] = problem
      return problem
    } catch {
      resolver.problems.note(error.below("problem"))
      return nil
    }
  }

  private mutating func start(_ settings: SpecSettings, trials: Int) -> SpecStart? {
    let key: JSON = ["init": .object(settings.members), "trials": .integer(trials)]
    if let start = starts[key] { return start }
    let files = resolver.files
    do throws(InputError) {
      let start = try SpecStart(settings, trials: trials, files: files)
      starts[key] = start
      return start
    } catch {
      resolver.problems.note(error.below("init"))
      return nil
    }
  }

  private mutating func measuresAreSound(_ measures: [SpecMeasure], series: [String], finals: [String]) -> Bool {
    var isSound = true
    for (key, names) in [("series", series), ("final", finals)] {
      let known = measures.filter { key == "final" || !$0.isVector }.map(\.name)
      for (place, name) in names.enumerated() {
        let location = "record.\(key)[\(place)]"
        if !known.contains(name) {
          let isVector = measures.contains { $0.name == name }
          resolver.problems.note(
            location, expected: isVector ? "a measure that is one number" : "a measure of this problem",
            found: "\"\(name)\"", advice: "Known: \(known.joined(separator: ", ")).")
          isSound = false
        } else if names[..<place].contains(name) {
          resolver.problems.note(location, expected: "each name once", found: "\"\(name)\" again")
          isSound = false
        }
      }
    }
    return isSound
  }

  // MARK: - The optimiser

  /// `sampleCount` is nil if the problem could not be made; b is then not held against n.
  private mutating func options(_ settings: SpecSettings, sampleCount: Int?, seeds: Seeds) -> DescentOptions? {
    guard let order = order(settings.object("order"), sampleCount: sampleCount ?? Int(Int32.max)) else { return nil }
    var batch = settings.has("batch") ? settings.integer("batch") : nil
    switch order {
    case .full, .replay:
      // The full batch may be named by its size, so that it can be a point of an axis.
      if let given = batch, order != .full || (sampleCount ?? given) != given {
        resolver.problems.note(
          "optimizer.batch", expected: "no batch size for the order \"\(order.name)\"", found: "\(given)",
          advice: order == .full
            ? "The full batch has \(sampleCount ?? 0) samples." : "The replayed batches have their own sizes.")
        return nil
      }
      batch = nil
    default:
      let limit = sampleCount ?? Int(Int32.max)
      guard let given = batch, given <= limit else {
        resolver.problems.note(
          "optimizer.batch", expected: "a whole number from 1 to \(limit), the number of samples",
          found: batch.map(String.init) ?? "nothing")
        return nil
      }
    }
    guard let schedule = schedule(settings) else { return nil }
    let options = DescentOptions(
      order: order, batchSize: batch, schedule: schedule,
      reduction: .init(rawValue: settings.text("reduction")) ?? .mean,
      rule: Self.rule(settings), labelNoise: Self.labelNoise(settings), budget: settings.integer("steps"), seeds: seeds)
    guard let sampleCount else { return nil }
    do throws(InputError) {
      // What the parts cannot know of each other, such as a replay that is shorter than the run.
      _ = try options.indexStream(sampleCount: sampleCount, trial: 0)
      return options
    } catch {
      resolver.problems.note(error.below("optimizer"))
      return nil
    }
  }

  private static func rule(_ settings: SpecSettings) -> UpdateRule {
    var rule = UpdateRule(momentum: settings.number("momentum"))
    rule.isNesterov = settings.has("nesterov") && settings.flag("nesterov")
    if settings.has("weightDecay") {
      let decay = settings.object("weightDecay")
      rule.weightDecay = decay.number("weight")
      rule.isDecayDecoupled = decay.kind == "decoupled" && rule.weightDecay > 0
    }
    if settings.has("clip") { rule.largestGradientNorm = settings.number("clip") }
    return rule
  }

  /// Nil where there is none, which a σ of 0 says too: so noise can be an axis.
  private static func labelNoise(_ settings: SpecSettings) -> LabelNoise? {
    guard settings.has("labelNoise") else { return nil }
    let noise = settings.object("labelNoise")
    let deviation = noise.number("standardDeviation")
    return deviation > 0 ? LabelNoise(standardDeviation: deviation, until: noise.number("until")) : nil
  }

  private mutating func order(_ settings: SpecSettings, sampleCount: Int) -> SamplingOrder? {
    if let order = SamplingOrder.named.first(where: { $0.name == settings.kind }) { return order }
    let key: JSON = ["order": .object(settings.members), "n": .integer(sampleCount)]
    if let replay = replays[key] { return .replay(replay) }
    let place = settings.has("file") ? "file" : "batches"
    guard settings.has("file") != settings.has("batches") else {
      resolver.problems.note(
        "optimizer.order", expected: "either batches or a file", found: settings.has("file") ? "both" : "neither")
      return nil
    }
    let files = resolver.files
    let replay = resolver.problems.noting("optimizer.order.\(place)") { () throws(InputError) in
      let path = settings.has("file") ? files.resolved(settings.file("file")) : ""
      let written = settings.has("file") ? try JSON.read(path) : .array(settings.list("batches"))
      guard let batches = Self.lists(written) else {
        throw InputError(path, expected: "a list of batches, each a list of indices", found: written.summary)
      }
      return try IndexReplay(batches: batches, sampleCount: sampleCount, location: "")
    }
    replays[key] = replay
    return replay.map(SamplingOrder.replay)
  }

  private static func lists(_ value: JSON) -> [[Int]]? {
    guard case .array(let items) = value else { return nil }
    var lists: [[Int]] = []
    lists.reserveCapacity(items.count)
    for item in items {
      guard case .array(let entries) = item else { return nil }
      var indices: [Int] = []
      for entry in entries {
        guard case .integer(let index) = entry else { return nil }
        indices.append(index)
      }
      lists.append(indices)
    }
    return lists
  }

  private mutating func schedule(_ settings: SpecSettings) -> StepSchedule? {
    guard case .object(let members)? = settings.members["step"] else { return .constant(settings.number("step")) }
    let part = SpecSettings(members)
    var warmUp: StepSchedule.WarmUp?
    if part.has("warmUp") {
      let rise = part.object("warmUp")
      let (factor, until) = (rise.number("factor"), rise.number("until"))
      switch rise.kind {
      case "linear": warmUp = .power(factor: factor, exponent: 1, until: until)
      case "squareRoot": warmUp = .power(factor: factor, exponent: 0.5, until: until)
      default: warmUp = .factorPerPercent(factor, until: until)
      }
    }
    let schedule = StepSchedule(
      base: part.number("base"), warmUp: warmUp,
      decays: part.list("decays").map(SpecSettings.init).map {
        .init(at: $0.number("at"), divideBy: $0.number("divideBy"))
      },
      pieces: part.list("pieces").map(SpecSettings.init).map {
        .init(from: $0.integer("from"), value: $0.number("value"))
      })
    do throws(InputError) {
      try schedule.validate()
      return schedule
    } catch {
      resolver.problems.note(error.below("optimizer"))
      return nil
    }
  }
}

extension JSON {
  /// An object with some members added or replaced.
  fileprivate func replacing(_ some: [String: JSON]) -> JSON {
    guard case .object(let members) = self else { return self }
    return .object(members.merging(some) { _, new in new })
  }

  /// An object without a member.
  fileprivate func without(_ key: String) -> JSON {
    guard case .object(var members) = self else { return self }
    members[key] = nil
    return .object(members)
  }
}

extension InputError {
  /// The same with its location below `place`.
  fileprivate func below(_ place: String) -> InputError {
    InputError("\(place).\(location)", expected: expected, found: found, advice: advice)
  }
}
