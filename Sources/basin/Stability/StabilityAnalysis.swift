import Formats
import Numerics
import Stability
import Synchronization

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
  /// Whether samples differ in directions that the basis leaves out, so that it is a lower bound.
  var isNonUniformityPartial: Bool {
    input.geometry.isTruncated || input.geometry.nullSpaceCurvature > MinimumGeometry.leakTolerance
  }
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

  /// Whether anything could be measured: at an interpolating minimum nothing can.
  var hasMeasures: Bool {
    measures.map { $0.noise != nil || $0.batches.contains { $0.sharpness != nil } } ?? false
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
