import Descent
import Formats
import Numerics

extension Spec {
  typealias Optimiser = (options: DescentOptions, tolerance: Double?, checkEvery: Int, settings: [Record.Setting])

  /// Reads the optimiser; `sampleCount` is nil if the problem could not be read, and b is then not held against n.
  static func options(
    _ reader: SpecReader, sampleCount: Int?, folder: String, seeds: Seeds
  ) -> Optimiser? {
    let kind = reader.choice("kind", among: ["sgd"], default: "sgd")
    let schedule = schedule(reader)
    let order = order(reader, sampleCount: sampleCount ?? Int(Int32.max), folder: folder)
    // An order that could not be read may well have needed one.
    let isObject = if case .object? = reader.value("order", required: false, expected: "") { true } else { false }
    let needsBatch = order.map { $0 != .full && $0.name != "replay" } ?? !isObject
    var batch: Int?
    if needsBatch {
      batch = reader.integer("batch", in: 1...(sampleCount ?? Int(Int32.max)))
    } else if let value = reader.value("batch", required: false, expected: "a batch size"), let order {
      let agrees = order == .full && value == .integer(sampleCount ?? -1)
      if !agrees, sampleCount != nil {
        reader.note(
          "batch", expected: "no batch size for the order \"\(order.name)\"", found: value.summary,
          advice: order == .full
            ? "The full batch has \(sampleCount ?? 0) samples." : "The replayed batches have their own sizes.")
      }
    }
    let steps = reader.integer("steps", in: 0...Int(UInt32.max))
    let reduction = reader.choice(
      "reduction", among: DescentOptions.Reduction.allCases.map(\.rawValue), default: "mean")
    var tolerance: Double?
    var checkEvery: Int? = 64
    if let stop = reader.object("stop", required: false) {
      _ = stop.choice("when", among: ["converged"])
      tolerance = stop.number("tolerance", default: 1e-6, expected: "a tolerance from 0 to below 1") {
        (0..<1).contains($0)
      }
      checkEvery = stop.integer("every", in: 1...Int(Int32.max), default: 64)
      stop.finish()
    }
    reader.finish()
    guard kind != nil, let schedule, let order, !needsBatch || batch != nil, let steps, let checkEvery,
      let reduction = reduction.flatMap(DescentOptions.Reduction.init)
    else { return nil }
    let options = DescentOptions(
      order: order, batchSize: batch, schedule: schedule, reduction: reduction, budget: steps, seeds: seeds)
    if let sampleCount {
      // What the parts cannot know of each other, such as a replay that is shorter than the run.
      guard
        noting(
          reader, "steps",
          { () throws(InputError) in
            _ = try options.indexStream(sampleCount: sampleCount, trial: 0)
          }) != nil
      else { return nil }
    }
    return (
      options, tolerance, checkEvery,
      [
        .init("optimizer.kind", "sgd"), .init("optimizer.step", describe(schedule)),
        .init("optimizer.batch", batch.map(String.init) ?? order.name), .init("optimizer.order", order.name),
        .init("optimizer.steps", "\(steps)"), .init("optimizer.reduction", reduction.rawValue),
        .init("optimizer.stop.tolerance", tolerance.map { "\($0)" } ?? "none"),
      ]
    )
  }

  private static func order(_ reader: SpecReader, sampleCount: Int, folder: String) -> SamplingOrder? {
    let names = SamplingOrder.named.map(\.name)
    guard let value = reader.value("order", required: true, expected: "a sampling order") else { return nil }
    guard case .object = value, let part = reader.object("order", required: true) else {
      return reader.choice("order", among: names).flatMap { name in SamplingOrder.named.first { $0.name == name } }
    }
    _ = part.choice("kind", among: ["replay"])
    let batchesTree: JSONTree?
    let fileTree = part.value("file", required: false, expected: "a path")
    if case .string(let path)? = fileTree {
      batchesTree = noting(part, "file") { () throws(InputError) in
        let resolved = path.hasPrefix("/") ? path : folder + path
        return try JSONTree(parsing: try InputFile.read(resolved), location: resolved)
      }
    } else {
      batchesTree = part.value("batches", required: true, expected: "a list of batches, each a list of indices")
    }
    part.finish()
    guard let batchesTree else { return nil }
    guard let batches = lists(batchesTree) else {
      part.note(
        fileTree == nil ? "batches" : "file", expected: "a list of batches, each a list of indices",
        found: batchesTree.summary)
      return nil
    }
    return noting(part, "batches") { () throws(InputError) in
      .replay(try IndexReplay(batches: batches, sampleCount: sampleCount, location: "batches"))
    }
  }

  private static func lists(_ tree: JSONTree) -> [[Int]]? {
    guard case .array(let items) = tree else { return nil }
    var lists: [[Int]] = []
    for item in items {
      guard case .array(let entries) = item else { return nil }
      let indices = entries.compactMap { if case .integer(let index) = $0 { index } else { nil as Int? } }
      guard indices.count == entries.count else { return nil }
      lists.append(indices)
    }
    return lists
  }

  private static func schedule(_ reader: SpecReader) -> StepSchedule? {
    let expected = "a positive step size, or an object that describes a schedule"
    guard let value = reader.value("step", required: true, expected: expected) else { return nil }
    guard case .object = value, let part = reader.object("step", required: true) else {
      return reader.number("step", expected: expected) { $0 > 0 }.map(StepSchedule.constant)
    }
    let positive = { (value: Double) in value > 0 }
    let isFraction = { (value: Double) in (0...1).contains(value) }
    let base = part.number("base", expected: "a positive step size", where: positive)
    var warmUp: StepSchedule.WarmUp?
    if let rise = part.object("warmUp", required: false) {
      let kind = rise.choice("kind", among: ["linear", "squareRoot", "factorPerPercent"])
      let factor = rise.number("factor", expected: "a positive factor", where: positive)
      let until = rise.number("until", expected: "a fraction from 0 to 1", where: isFraction)
      rise.finish()
      if let kind, let factor, let until {
        warmUp =
          kind == "factorPerPercent"
          ? .factorPerPercent(factor, until: until)
          : .power(factor: factor, exponent: kind == "linear" ? 1 : 0.5, until: until)
      }
    }
    let decays = part.objects("decays").compactMap { item -> StepSchedule.Decay? in
      let fraction = item.number("at", expected: "a fraction from 0 to 1", where: isFraction)
      let divisor = item.number("divideBy", expected: "a positive divisor", where: positive)
      item.finish()
      guard let fraction, let divisor else { return nil }
      return .init(at: fraction, divideBy: divisor)
    }
    let pieces = part.objects("pieces").compactMap { item -> StepSchedule.Piece? in
      let step = item.integer("from", in: 0...Int(UInt32.max))
      let value = item.number("value", expected: "a positive step size", where: positive)
      item.finish()
      guard let step, let value else { return nil }
      return .init(from: step, value: value)
    }
    part.finish()
    guard let base else { return nil }
    let schedule = StepSchedule(base: base, warmUp: warmUp, decays: decays, pieces: pieces)
    return noting(reader, "step") { () throws(InputError) in
      try schedule.validate()
      return schedule
    }
  }

  private static func describe(_ schedule: StepSchedule) -> String {
    guard !schedule.isConstant else { return "\(schedule.base)" }
    var parts = ["\(schedule.base)"]
    switch schedule.warmUp {
    case .power(let factor, let exponent, let until)?:
      parts.append("warm-up to factor \(factor), exponent \(exponent), until \(until)")
    case .factorPerPercent(let factor, let until)?: parts.append("warm-up \(factor) per percent until \(until)")
    case nil: break
    }
    parts += schedule.decays.map { "divided by \($0.divisor) at \($0.fraction)" }
    parts += schedule.pieces.map { "\($0.value) from step \($0.step)" }
    return parts.joined(separator: ", ")
  }
}
