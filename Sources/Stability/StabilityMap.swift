import Numerics
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Where SGD can stay at a minimum: the thresholds of a list of batch sizes, and a verdict for each of them at each of
/// a list of step sizes.
public struct StabilityMap: Sendable {
  /// Whether the samples' gradients vanish, and the mean's.
  public let stationarity: Stationarity
  /// The step sizes, ascending.
  public let steps: [Double]
  /// One column a batch size, in the order given.
  public let columns: [Column]
  /// The smallest batch size whose η_meanSquare is at least 0.9 of the full batch's limit; see
  /// ``MinimumGeometry/leastBatchSize(reaching:like:)``.
  public let leastBatchSize: Int?
  /// What the map was made with.
  public let settings: Settings

  /// A batch size.
  public struct Column: Sendable {
    /// Its thresholds.
    public let stability: StabilityOfBatch
    /// One cell a step size, by ascending step size.
    public let cells: [Cell]
  }

  /// A pair of step and batch size.
  public struct Cell: Sendable {
    /// η.
    public let step: Double
    /// The verdict, and what it rests on.
    public let verdict: CellVerdict
    /// κ, where runs return and not every batch contracts; nil elsewhere, for reshuffling (whose steps depend on each
    /// other), and where none was asked for.
    public let tail: TailExponent?
    /// What the samples' gradients keep alive at a regular minimum, below η_meanSquare; nil elsewhere and for
    /// reshuffling.
    public let spread: StationarySpread?
  }

  /// How a map is made.
  public struct Settings: Sendable {
    /// How much is simulated for Λ.
    public var simulation = MonteCarlo()
    /// How much is simulated for κ in each of its two populations; nil leaves κ out.
    public var tailSimulation: MonteCarlo? = MonteCarlo(chains: 100, steps: 100)
    /// How far a displacement along the stiffest direction may be that explains the gradients; see
    /// ``MinimumGeometry/stationarity(tolerance:relativeTolerance:)``.
    public var tolerance = 1e-6
    /// How many standard errors from 0 decide the sign of Λ.
    public var width = 3.0

    /// The usual ones.
    public init() {}
  }

  /// How many step sizes are chosen where none are given.
  public static let defaultStepCount = 24

  /// Makes the map. Cost: the thresholds of each batch size, with one simulation of Λ for each of about 20 step sizes,
  /// one for each cell above η_meanSquare, and about 15 (smaller) ones for each κ.
  ///
  /// - Parameters:
  ///   - geometry: The minimum.
  ///   - dynamics: The batch sizes.
  ///   - steps: The step sizes; nil takes ``defaultStepCount`` from below the smallest threshold to above the largest,
  ///     at equal ratios.
  ///   - workers: How many threads; no number depends on them.
  ///   - progress: Called with the number of parts done, and of all.
  /// - Throws: ``InputError`` where ``MinimumGeometry/refusal(tolerance:relativeTolerance:)`` gives a reason, for
  ///   batch or step sizes that occur twice or are none, and where the thresholds do.
  public init(
    _ geometry: MinimumGeometry, dynamics: [Dynamics], steps: [Double]? = nil, settings: Settings = Settings(),
    workers: Int = 1, progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
  ) throws(InputError) {
    try Self.require(dynamics, steps)
    let stepCount = steps?.count ?? Self.defaultStepCount
    let tally = Tally(total: dynamics.count * (1 + stepCount), progress)
    let stabilities = try parallelMap(dynamics.count, workers: workers, finished: tally.count) {
      (place) throws(InputError) in
      // The largest batches take longest, so they come first.
      try geometry.stability(
        of: dynamics[dynamics.count - 1 - place], settings.simulation, tolerance: settings.tolerance)
    }
    let columns = Array(stabilities.reversed())
    let grid = steps?.sorted() ?? Self.grid(around: columns)
    let kind = geometry.stationarity(tolerance: settings.tolerance)
    let cells = try parallelMap(columns.count * grid.count, workers: workers, finished: tally.count) {
      (place) throws(InputError) in
      let number = columns.count * grid.count - 1 - place
      return try Self.cell(
        geometry, columns[number / grid.count], step: grid[number % grid.count], isRegular: kind == .regular, settings)
    }
    self.columns = columns.enumerated().map { number, stability in
      let last = cells.count - number * grid.count
      return Column(stability: stability, cells: cells[last - grid.count..<last].reversed())
    }
    self.steps = grid
    self.settings = settings
    stationarity = kind
    leastBatchSize = try geometry.leastBatchSize(like: dynamics[0])
  }

  private static func require(_ dynamics: [Dynamics], _ steps: [Double]?) throws(InputError) {
    guard !dynamics.isEmpty else {
      throw InputError("batch sizes", expected: "at least one", found: "none")
    }
    for (place, one) in dynamics.enumerated() where dynamics[..<place].contains(one) {
      throw InputError("batch sizes", expected: "each once", found: "\(one.batchSize) twice")
    }
    guard let steps else { return }
    guard !steps.isEmpty else { throw InputError("step sizes", expected: "at least one", found: "none") }
    for (place, step) in steps.enumerated() {
      guard step > 0, step.isFinite else {
        throw InputError("step sizes", expected: "finite positive numbers", found: "\(step)")
      }
      guard !steps[..<place].contains(step) else {
        throw InputError("step sizes", expected: "each once", found: "\(step) twice")
      }
    }
  }

  /// Step sizes at equal ratios, from a little below the smallest threshold that says "stay" to a little above the
  /// largest that says "leave"; over three decades at most.
  static func grid(around columns: [StabilityOfBatch]) -> [Double] {
    let safe = columns.flatMap { [$0.allBatches?.lower, $0.bounds?.lower, $0.meanSquare.value] }
    let fatal = columns.flatMap { [$0.fullBatch, $0.almostSure.value] }.filter { $0 > 0 && $0.isFinite }
    let high = 1.2 * (fatal.max() ?? 1)
    let low = max(0.8 * (safe.compactMap { $0 }.filter { $0 > 0 }.min() ?? high / 10), high / 1_000)
    let ratio = log(high / low) / Double(defaultStepCount - 1)
    return (0..<defaultStepCount).map { rounded(low * exp(ratio * Double($0))) }
  }

  /// To four digits: steps that nobody asked for should be easy to repeat.
  private static func rounded(_ value: Double) -> Double {
    let exponent = 3 - log10(value).rounded(.down)
    let unit = pow(10, abs(exponent))
    return exponent > 0 ? (value * unit).rounded() / unit : (value / unit).rounded() * unit
  }

  private static func cell(
    _ geometry: MinimumGeometry, _ stability: StabilityOfBatch, step: Double, isRegular: Bool, _ settings: Settings
  ) throws(InputError) -> Cell {
    let verdict = try geometry.verdict(step: step, stability, settings.simulation, width: settings.width)
    let dynamics = stability.dynamics
    let noise = dynamics.sampling.noiseFactor(batchSize: dynamics.batchSize, sampleCount: geometry.sampleCount)
    var tail: TailExponent?
    let returns = verdict.verdict == .fragile || (verdict.verdict == .stay && !verdict.everyBatchContracts)
    if returns, noise != 0, let simulation = settings.tailSimulation {
      tail = try geometry.tailExponent(step: step, of: dynamics, simulation, populations: 2)
    }
    var spread: StationarySpread?
    if isRegular, let noise, let gradients = geometry.gradients, step < stability.meanSquare.lower {
      spread = geometry.stationaryState(step: step, of: dynamics, noiseFactor: noise, gradients).map(
        StationarySpread.init)
    }
    return Cell(step: step, verdict: verdict, tail: tail, spread: spread)
  }
}

/// How far the samples' gradients keep SGD from a regular minimum: a ``StationaryState`` without its covariance.
public struct StationarySpread: Sendable, Equatable {
  /// √E‖δ‖²: √tr Σ∞ in range(H), with what weight decay holds in null(H).
  public let distance: Double
  /// ½ tr(HΣ∞).
  public let excessLoss: Double
  /// The growth of E‖δ‖² a step in null(H).
  public let nullDiffusion: Double

  init(_ state: StationaryState) {
    distance = (state.meanSquareDistance + state.nullMeanSquareDistance).squareRoot()
    excessLoss = state.excessLoss
    nullDiffusion = state.nullDiffusion
  }

  /// Whether the spread is comparable with a basin's radius, at least 0.3 of it: then noise carries runs to the rim,
  /// and what the Hessians at the minimum say about stability is not what decides.
  public func isComparable(to radius: Double) -> Bool { distance >= 0.3 * radius }
}

/// Counts finished parts for whoever waits.
private final class Tally: Sendable {
  private let total: Int
  private let finished = Mutex(0)
  private let progress: @Sendable (Int, Int) -> Void

  init(total: Int, _ progress: @escaping @Sendable (Int, Int) -> Void) {
    self.total = total
    self.progress = progress
  }

  @Sendable func count() {
    finished.withLock {
      $0 += 1
      progress($0, total)
    }
  }
}
