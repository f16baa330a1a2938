import Formats
import Foundation
import Numerics
import Objectives
import Reporting
import Stability
import Synchronization

/// `basin stability`: can SGD with a step and a batch size stay at a minimum?
enum StabilityCommand {
  static let specification = CommandSpecification(
    name: "stability", abstract: "Say with which step and batch sizes SGD can stay at a minimum.", operands: "",
    options: [
      .init("--hessians", value: "H.npy", help: "The Hessian of every sample, n × d × d."),
      .init("--jacobians", value: "J.npy", help: "Factors instead, Hᵢ = JᵢᵀAᵢJᵢ: n × d, or n × m × d for m outputs."),
      .init("--weights", value: "A.npy", help: "Aᵢ of the factors, n × m × m, or n × m if diagonal (default: I)."),
      .init("--gradients", value: "G.npy", help: "The gradient of every sample, n × d, weight decay included."),
      .init("--problem", value: "NAME", help: "A reference problem instead of files; its names are below."),
      .init("--at", value: "POINT", help: "Which of its minima (default: the first), or parameters in a .npy file."),
      .init("--order", value: "NAME", help: "How batches are drawn: iid, subset, reshuffle or full (default: iid)."),
      .init("--batch", value: "LIST", help: "Batch sizes (default: 1,2,4,… and n)."),
      .init("--step", value: "LIST", help: "Step sizes (default: 24 around the thresholds)."),
      .init("--momentum", value: "B", help: "β of the heavy ball x ← x − η∇f + β(x − x₋₁) (default: 0)."),
      .init("--weight-decay", value: "W", help: "w of a penalty (w/2)‖x‖², not yet in the curvature (default: 0)."),
      .init("--rank", value: "R", help: "Keep only the top R eigenvectors of the mean Hessian (default: all)."),
      .init("--radius", value: "R", help: "The basin's radius: farther away is gone (default: 1000 start radii)."),
      .init("--start-radius", value: "R0", help: "How far from the minimum a run starts (default: 1/1000 radius)."),
      .init("--tolerance", value: "T", help: "Gradients count as 0 up to T·λ₁ (default: 1e-6)."),
      .init("--chains", value: "N", help: "Chains simulated for Λ (default: up to 200, fewer where that takes long)."),
      .init("--tails", help: "Give κ even where it takes long."),
      .init("--confirm", help: "Run SGD itself at the cells of --step, or at three for each batch size."),
      .init("--replicas", value: "N", help: "How many runs a cell has then (default: 400)."),
      .init("--steps", value: "T", help: "How many steps each (default: 1500)."),
      .init("--seed", value: "N", help: "The master seed (default: 1)."),
      .init("--jobs", value: "N", help: "Worker threads; results do not depend on them (default: one a core)."),
      .init("--out", value: "DIR", help: "Write a report: index.html, the map as figure, tables, map.json."),
      .init("--json", value: "FILE", help: "Write the result as JSON; \"-\" is standard output, instead of text."),
      .init("--quiet", help: "No progress on standard error."),
    ],
    discussion: """
      One of --hessians, --jacobians, --problem says which minimum. Problems and their minima:
      \(problems)

      VERDICTS
        S  stays      every batch contracts (η < η_all): safe for nonlinear runs too
        s  stays      the mean square is bounded (η < η_meanSquare); excursions have the power law κ > 2
        F  fragile    typical runs return, the mean square is unbounded: they get away with probability (r₀/R)^κ, κ < 2
        L  leaves     every run gets away (η > η_almostSure), in about ln(R/r₀)/Λ steps
        ?  undecided  within the error of the simulation, or inside a threshold's bracket

      Where the gradients say that the point is no minimum there is no verdict, but batch sharpness, gradient-noise
      interaction and noise scales. Keys of the JSON: Documentation/stability.md.

      EXIT STATUS
        0  the result is there, verdicts or not        2  the input is wrong
      """,
    examples: [
      "basin stability --problem styblinski-tang --at sharp --batch 1,2,4,8 --order subset --confirm",
      "basin stability --hessians H.npy --batch 1,2,4 --order subset",
      "basin stability --jacobians J.npy --gradients G.npy --step 0.1,0.2 --momentum 0.9 --out report",
    ])

  /// The reference problems for the help, each with its minima.
  private static var problems: String {
    let width = ReferenceProblem.names.map(\.count).max() ?? 0
    return ReferenceProblem.names.map { name in
      let minima = (try? ReferenceProblem(named: name).minima.map(\.name)) ?? []
      return "  \(name.padded(to: width))  \(minima.joined(separator: ", "))"
    }.joined(separator: "\n")
  }

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    guard command.operands.isEmpty else {
      throw InputError(
        "basin stability", expected: "options only", found: "\"\(command.operands[0])\"",
        advice: "Files go behind an option, such as --hessians.")
    }
    // The command line is wrong or right whatever is in the files.
    let request = try StabilityRequest(command)
    let output = try Output(command)
    let directory = command.values["--out"]
    if let directory { try Folder.makeWritable(directory) }
    let input = try StabilityInput(command)
    var analysis = try StabilityAnalysis(input, request, isQuiet: command.has("--quiet"))
    if let confirmation = request.confirmation, analysis.map != nil {
      var progress = ProgressLine(unit: "cells", isQuiet: command.has("--quiet"))
      analysis.confirmation = try StabilityConfirmation(
        analysis, replicas: confirmation.replicas, steps: confirmation.steps
      ) { progress.show($0, of: $1) }
      progress.end()
    }
    let json = analysis.json
    if let directory {
      let written = try ReportWriter().write(analysis.report(json), to: directory)
      if let missing = written.missingFigures { Terminal.note("basin: \(missing)") }
      Terminal.note("basin: the report is \(written.page)")
    }
    try output.deliver(json: json, text: analysis.text)
    return 0
  }
}

/// What is asked, apart from the minimum itself.
struct StabilityRequest {
  var order: Sampling
  var isOrderGiven: Bool
  var batches: [Int]?
  var steps: [Double]?
  var momentum: Double
  var radius: Double?
  var startRadius: Double?
  var tolerance: Double
  var chains: Int?
  var wantsTails: Bool
  /// How many runs of how many steps hold the verdicts against SGD; nil for none.
  var confirmation: (replicas: Int, steps: Int)?
  var seed: UInt64
  var jobs: Int
  /// The command line, to be repeated.
  var line: String

  init(_ command: ParsedCommand) throws(InputError) {
    order = try command.choice("--order", default: .iid)
    isOrderGiven = command.has("--order")
    batches = try command.list("--batch", "whole numbers from 1") { Int($0).flatMap { $0 >= 1 ? $0 : nil } }
    steps = try command.list("--step", "positive numbers") { Double($0).flatMap { $0 > 0 && $0.isFinite ? $0 : nil } }
    momentum = try command.number("--momentum", "a number from 0, below 1", default: 0) { $0 >= 0 && $0 < 1 }
    func length(_ option: String) throws(InputError) -> Double? {
      command.has(option) ? try command.number(option, "a positive number", default: 1) { $0 > 0 } : nil
    }
    radius = try length("--radius")
    startRadius = try length("--start-radius")
    if let radius, let startRadius, startRadius >= radius {
      throw InputError(
        "basin stability --start-radius", expected: "less than the radius, \(NumberText.shortest(radius))",
        found: NumberText.shortest(startRadius))
    }
    tolerance = try command.number("--tolerance", "a positive number", default: 1e-6) { $0 > 0 }
    chains = command.has("--chains") ? try command.integer("--chains", in: 2...1_000_000, default: 200) : nil
    wantsTails = command.has("--tails")
    for option in ["--replicas", "--steps"] where command.has(option) && !command.has("--confirm") {
      throw InputError("basin stability \(option)", expected: "--confirm beside it", found: "none")
    }
    let replicas = try command.integer("--replicas", in: 1...1_000_000, default: 400)
    let steps = try command.integer("--steps", in: 1...1_000_000_000, default: 1_500)
    confirmation = command.has("--confirm") ? (replicas, steps) : nil
    seed = try command.seed("--seed", default: 1)
    jobs = try command.integer("--jobs", in: 1...1024, default: ProcessInfo.processInfo.activeProcessorCount)
    line = Self.line(command)
  }

  /// The command line without what changes no number.
  private static func line(_ command: ParsedCommand) -> String {
    let words = StabilityCommand.specification.options.flatMap { option -> [String] in
      guard let value = command.values[option.name], !["--jobs", "--out", "--json", "--quiet"].contains(option.name)
      else { return [] }
      return value.isEmpty ? [option.name] : [option.name, value]
    }
    return (["basin", "stability"] + words).joined(separator: " ")
  }

  /// The batch sizes with their sampling.
  func dynamics(sampleCount n: Int) throws(InputError) -> [Dynamics] {
    if order == .full, let batches, batches != [n] {
      throw InputError(
        "basin stability --batch", expected: "no batch size for the order full, or \(n), the number of samples",
        found: batches.map(String.init).joined(separator: ","))
    }
    var sizes = batches ?? (order == .full ? [n] : [])
    if sizes.isEmpty {
      var size = 1
      while size < n {
        sizes.append(size)
        size *= 2
      }
      sizes.append(n)
    }
    var result: [Dynamics] = []
    for size in sizes {
      result.append(
        try Dynamics(batchSize: size, sampling: order, momentum: momentum, sampleCount: n))
    }
    return result
  }
}

/// The answer.
struct StabilityAnalysis {
  let input: StabilityInput
  let request: StabilityRequest
  let dynamics: [Dynamics]
  let kind: Stationarity
  /// Why there is no map; nil if there is one.
  let refusal: String?
  let map: StabilityMap?
  let measures: PointMeasures?
  let nonUniformity: Double
  /// What SGD itself did; nil where it was not run.
  var confirmation: StabilityConfirmation?
  /// How far runs start from the minimum, and how far away they are gone.
  let startRadius: Double
  let radius: Double
  /// Whether the radius is that of the basin, and not only 1000 start radii.
  let isRadiusKnown: Bool

  /// Computes it, with a line on standard error for whoever waits.
  init(_ input: StabilityInput, _ request: StabilityRequest, isQuiet: Bool) throws(InputError) {
    self.input = input
    self.request = request
    let geometry = input.geometry
    dynamics = try request.dynamics(sampleCount: geometry.sampleCount)
    isRadiusKnown = (request.radius ?? input.radius) != nil
    radius = request.radius ?? input.radius ?? 1000 * (request.startRadius ?? 0.001)
    startRadius = request.startRadius ?? radius / 1000
    guard startRadius < radius else {
      throw InputError(
        "basin stability --start-radius", expected: "less than the basin's radius, \(NumberText.shortest(radius))",
        found: NumberText.shortest(startRadius))
    }
    kind = geometry.stationarity(tolerance: request.tolerance)
    refusal = geometry.refusal(tolerance: request.tolerance)
    nonUniformity = try geometry.nonUniformity()
    let seeds = Seeds(master: request.seed)
    map = try refusal == nil ? Self.map(geometry, dynamics, request, seeds, isQuiet) : nil
    var plan = MeasurementPlan(seeds: seeds)
    // The simulation has the first trials' streams.
    plan.trial = 1 << 30
    if let point = input.point {
      measures = try PointMeasures(point, kind, dynamics: dynamics, plan: plan, workers: request.jobs)
    } else {
      measures = nil
    }
  }

  private static func map(
    _ geometry: MinimumGeometry, _ dynamics: [Dynamics], _ request: StabilityRequest, _ seeds: Seeds, _ isQuiet: Bool
  ) throws(InputError) -> StabilityMap {
    let count = request.steps?.count ?? StabilityMap.defaultStepCount
    var settings = StabilityMap.Settings(
      affordableFor: geometry, dynamics: dynamics, stepCount: count, chains: request.chains,
      hasTails: request.wantsTails)
    settings.tolerance = request.tolerance
    settings.simulation.seeds = seeds
    settings.tailSimulation?.seeds = seeds
    let operations = StabilityMap.estimatedOperations(geometry, dynamics: dynamics, stepCount: count, settings)
    let minutes = operations / 1.5e9 / Double(request.jobs) / 60
    if minutes >= 2, !isQuiet {
      Terminal.note(
        "basin: the simulation will take about \(Int(minutes.rounded())) minutes; fewer --chains, --step or --batch "
          + "take less")
    }
    let progress = Mutex(ProgressLine(unit: "parts", isQuiet: isQuiet))
    defer { progress.withLock { $0.end() } }
    return try StabilityMap(
      geometry, dynamics: dynamics, steps: request.steps, settings: settings, workers: request.jobs
    ) { finished, total in progress.withLock { $0.show(finished, of: total) } }
  }

  /// The probability (r₀/R)^κ that a run ever gets away where it usually returns; nil where κ is not known, and at a
  /// regular minimum, whose noise starts every run anew.
  func escapeProbability(_ cell: StabilityMap.Cell) -> Double? {
    if kind == .regular { return nil }
    if cell.verdict.everyBatchContracts { return 0 }
    return cell.tail.map { Escape.probability(tailExponent: $0.value, from: startRadius, to: radius) }
  }

  /// The expected steps ln(R/r₀)/Λ to get away where every run does; nil elsewhere.
  func exitTime(_ cell: StabilityMap.Cell) -> Double? {
    guard cell.verdict.verdict == .leave, let exponent = cell.verdict.exponent else { return nil }
    return Escape.time(exponent: exponent.value, from: startRadius, to: radius)
  }

  /// Whether noise carries runs to the rim of the basin; nil where that is not known.
  func isNoiseLimited(_ cell: StabilityMap.Cell) -> Bool? {
    isRadiusKnown ? cell.spread.map { $0.isComparable(to: radius) } : nil
  }
}
