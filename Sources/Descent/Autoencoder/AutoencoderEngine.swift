import Numerics
import Objectives

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Stochastic gradient descent on the single-neuron autoencoder with orthonormal data in coefficient space: O(b) per
/// step, eight replicas side by side in vector registers.
///
/// With cᵢ = ⟨w, aᵢ⟩, multiplicities kᵢ, h = η/b, Φ_B = Σ kᵢφᵢ², A = 1 − hΦ_B and G = h(2 − s), a step of
/// `AutoencoderObjective` reads, with all right-hand sides taken before the step,
///
///     cᵢ′ = A cᵢ + G kᵢ φᵢ,      w_⊥′ = A w_⊥,      s′ = A² s + 2AGΦ_B + G² Σ kᵢ²φᵢ².
///
/// A step scales everything by A and changes only what is in the batch. So a replica holds a common scale α and cᵢ = α
/// uᵢ, w_⊥ = α v, s = α²(U + v²), U = Σ uᵢ², and a step is
///
///     uᵢ ← uᵢ (1 + G kᵢ / A) for active i ∈ B,      U ← U + Σ (uᵢ_new − uᵢ)(uᵢ_new + uᵢ),      α ← α A.
///
/// Neither m nor n enters the cost. While s < 2 and A > 0 the factors are at least 1, so U grows by positive terms and
/// nothing cancels; a step outside (s ≥ 2 or A < ¼, that is ‖w‖ large or η/b near 1) is made in the plain coefficients
/// instead. α is folded into u and U is summed afresh when α has fallen below 1e-60, looked at every 128 steps of a
/// replica, so that a replica's last bit depends on nothing else.
///
/// No fused multiply-adds are used: results are the same with and without vector instructions.
///
/// Source: derived here (the update: arXiv 2308.03215); held equal to `StochasticGradientDescent` on
/// `AutoencoderObjective` by test.
public struct AutoencoderEngine: DescentEngine, ~Copyable {
  @usableFromInline typealias Lanes = SIMD8<Double>

  /// m, the number of data vectors.
  public let count: Int
  /// φ.
  public let activation: AutoencoderObjective.Activation
  /// How the run is made.
  public let options: DescentOptions
  /// Whether log |cᵢ| is kept beyond the underflow of cᵢ; costs about a third more. A cᵢ that is not 0 then stops near ±1e-308 instead of at 0.
  public let keepsLogarithms: Bool

  /// uᵢ of lane l at `8 i + l`.
  let u: UnsafeMutablePointer<Double>
  var scale = Lanes(repeating: 1)
  var energy = Lanes.zero
  var perpendicular = Lanes.zero
  /// Factors of uᵢ that are not yet in `logarithms`, laid out as `u`; empty unless `keepsLogarithms`.
  let gains: UnsafeMutablePointer<Double>
  /// log |cᵢ| without `gains`, the scale and `logScale`, laid out as `u`.
  var logarithms: [Double]
  /// The logarithm of what has been folded out of the scale.
  var logScale = Lanes.zero

  var streams: [IndexStream]
  var steps = [Int](repeating: 0, count: 8)
  var isLoaded = [Bool](repeating: false, count: 8)
  var carefulRoom = CarefulRoom()

  /// The upcoming steps' batches: indices and multiplicities at (step · slots + slot) · 8 + lane, rates at step · 8 +
  /// lane.
  let indices: UnsafeMutablePointer<SIMD8<Int32>>
  let multiplicities: UnsafeMutablePointer<Lanes>
  let rates: UnsafeMutablePointer<Lanes>
  let slots: Int
  private let hasMultiplicities: Bool
  private let block: Int

  /// Between two looks at the scale a replica makes this many steps; A ≥ ¼ keeps α above 1e-138 meanwhile, so that U ≤
  /// s/α² stays finite.
  private static let foldingPeriod = 128
  private static let smallestScale = 1e-60

  /// Sets up an engine for m = `count` orthonormal data vectors.
  ///
  /// - Throws: `InputError` if the options do not fit.
  public init(
    count: Int, activation: AutoencoderObjective.Activation, options: DescentOptions, keepsLogarithms: Bool = false
  ) throws(InputError) {
    try options.requirePlain()
    let stream = try options.indexStream(sampleCount: count, trial: 0)
    self.count = count
    self.activation = activation
    self.options = options
    self.keepsLogarithms = keepsLogarithms
    streams = [IndexStream](repeating: stream, count: 8)
    slots = stream.slotCount
    hasMultiplicities = stream.hasDuplicates || stream.isRagged
    block = max(8, min(Self.foldingPeriod, 512 / slots))
    logarithms = [Double](repeating: 0, count: keepsLogarithms ? 8 * count : 0)
    u = .allocate(capacity: 8 * count)
    u.initialize(repeating: 0, count: 8 * count)
    gains = .allocate(capacity: keepsLogarithms ? 8 * count : 0)
    gains.initialize(repeating: 1, count: keepsLogarithms ? 8 * count : 0)
    indices = .allocate(capacity: block * slots)
    indices.initialize(repeating: .zero, count: block * slots)
    multiplicities = .allocate(capacity: block * slots)
    multiplicities.initialize(repeating: .one, count: block * slots)
    rates = .allocate(capacity: block)
    rates.initialize(repeating: .zero, count: block)
  }

  deinit {
    u.deallocate()
    gains.deallocate()
    indices.deallocate()
    multiplicities.deallocate()
    rates.deallocate()
  }

  /// Eight.
  public var laneCount: Int { 8 }

  /// The number of replayed batches, if the order is a replay.
  public var longestRun: Int? { streams[0].length }

  /// A start has one coefficient for each data vector.
  public func problem(with start: AutoencoderState) -> InputError? { start.problem(count: count) }

  /// Begins at `start`, of which coefficients and perpendicular part count, with the index stream of `trial`.
  public mutating func load(_ start: AutoencoderState, trial: Int, lane: Int) {
    precondition(start.coefficients.count == count, "a start has one coefficient for each data vector")
    steps[lane] = 0
    isLoaded[lane] = true
    streams[lane].restart(trial: trial)
    set(lane, coefficients: start.coefficients, perpendicular: start.perpendicular)
    logScale[lane] = 0
    if keepsLogarithms {
      for i in 0..<count {
        gains[8 * i + lane] = 1
        logarithms[8 * i + lane] = log(abs(start.coefficients[i]))
      }
    }
  }

  /// Leaves 0 in the lane, which every step keeps.
  public mutating func clear(lane: Int) {
    isLoaded[lane] = false
    set(lane, coefficients: [Double](repeating: 0, count: count), perpendicular: 0)
  }

  /// A state with `count` coefficients.
  public func makeState() -> AutoencoderState {
    var state = AutoencoderState(coefficients: [Double](repeating: 0, count: count))
    if keepsLogarithms { state.logCoefficients = state.coefficients }
    return state
  }

  /// Writes cᵢ = α uᵢ, w_⊥ = α v, s = α²(U + v²) and, if kept, log |cᵢ|. O(m).
  public func read(lane: Int, into state: inout AutoencoderState) {
    let α = scale[lane]
    state.step = steps[lane]
    for i in 0..<count { state.coefficients[i] = α * u[8 * i + lane] }
    state.perpendicular = α * perpendicular[lane]
    state.squaredNorm = α * α * (energy[lane] + perpendicular[lane] * perpendicular[lane])
    guard keepsLogarithms else { return }
    let common = logScale[lane] + log(abs(α))
    for i in 0..<count { state.logCoefficients[i] = logarithms[8 * i + lane] + log(gains[8 * i + lane]) + common }
  }

  /// Makes `steps` updates in every lane.
  public mutating func advance(by steps: Int) {
    var remaining = steps
    while remaining > 0 {
      var length = min(remaining, block)
      for lane in 0..<8 where isLoaded[lane] {
        length = min(length, Self.foldingPeriod - self.steps[lane] % Self.foldingPeriod)
      }
      for lane in 0..<8 where isLoaded[lane] { drawBatches(lane, count: length) }
      run(length)
      for lane in 0..<8 where isLoaded[lane] {
        self.steps[lane] += length
        if self.steps[lane] % Self.foldingPeriod == 0, abs(scale[lane]) < Self.smallestScale { fold(lane) }
      }
      remaining -= length
    }
  }

  private mutating func drawBatches(_ lane: Int, count length: Int) {
    let scalarIndices = UnsafeMutableRawPointer(indices).assumingMemoryBound(to: Int32.self) + lane
    let scalarMultiplicities = UnsafeMutableRawPointer(multiplicities).assumingMemoryBound(to: Double.self) + lane
    let scalarRates = UnsafeMutableRawPointer(rates).assumingMemoryBound(to: Double.self) + lane
    let first = steps[lane]
    streams[lane].fill(
      scalarIndices, multiplicities: hasMultiplicities ? scalarMultiplicities : nil, sizes: scalarRates,
      slots: slots, stride: 8, from: first, count: length)
    if options.schedule.isConstant, options.reduction == .mean {
      for t in 0..<length { scalarRates[8 * t] = options.schedule.base / scalarRates[8 * t] }
    } else {
      for t in 0..<length { scalarRates[8 * t] = options.rate(at: first + t, batchSize: Int(scalarRates[8 * t])) }
    }
  }

  private mutating func run(_ length: Int) {
    var done = 0
    while done < length {
      let made =
        switch (activation, slots == 1 && !hasMultiplicities, keepsLogarithms) {
        case (.relu, true, false): runSingle(from: done, to: length, isReLU: true, keeps: false)
        case (.linear, true, false): runSingle(from: done, to: length, isReLU: false, keeps: false)
        case (.relu, true, true): runSingle(from: done, to: length, isReLU: true, keeps: true)
        case (.linear, true, true): runSingle(from: done, to: length, isReLU: false, keeps: true)
        case (.relu, false, false): runBatches(from: done, to: length, isReLU: true, keeps: false)
        case (.linear, false, false): runBatches(from: done, to: length, isReLU: false, keeps: false)
        case (.relu, false, true): runBatches(from: done, to: length, isReLU: true, keeps: true)
        case (.linear, false, true): runBatches(from: done, to: length, isReLU: false, keeps: true)
        }
      done += made
      if done < length {
        stepCarefully(at: done)
        done += 1
      }
    }
  }

  // MARK: - The kernels

  /// Steps with one index each, until `end` or before the first step that some lane must make carefully. Returns the
  /// number made.
  @inline(__always)
  private mutating func runSingle(from begin: Int, to end: Int, isReLU: Bool, keeps: Bool) -> Int {
    var α = scale
    var U = energy
    let V = perpendicular * perpendicular
    var t = begin
    while t < end {
      let index = indices[t]
      let h = rates[t]
      var uᵢ = Lanes.zero
      for lane in 0..<8 { uᵢ[lane] = u[Int(index[lane]) &* 8 &+ lane] }
      let c = α * uᵢ
      // α > 0, so u has the sign of c, and keeps it where c underflows.
      let isIdle = uᵢ .<= 0
      let φ = isReLU ? c.replacing(with: 0, where: isIdle) : c
      let s = α * α * (U + V)
      let A = 1 - h * (φ * φ)
      if needsCare(A, s) { break }
      let factor = 1 + h * (2 - s) / A
      let ρ = isReLU ? factor.replacing(with: 1, where: isIdle) : factor
      let uᵢNew = uᵢ * ρ
      U += (uᵢNew - uᵢ) * (uᵢNew + uᵢ)
      α *= A
      for lane in 0..<8 { u[Int(index[lane]) &* 8 &+ lane] = uᵢNew[lane] }
      if keeps { for lane in 0..<8 { gains[Int(index[lane]) &* 8 &+ lane] *= ρ[lane] } }
      t += 1
    }
    scale = α
    energy = U
    return t - begin
  }

  /// The same with `slots` distinct indices a step and their multiplicities.
  @inline(__always)
  mutating func runBatches(from begin: Int, to end: Int, isReLU: Bool, keeps: Bool) -> Int {
    var α = scale
    var U = energy
    let V = perpendicular * perpendicular
    var t = begin
    while t < end {
      let h = rates[t]
      var Φ = Lanes.zero
      for slot in (t * slots)..<((t + 1) * slots) {
        let index = indices[slot]
        var uᵢ = Lanes.zero
        for lane in 0..<8 { uᵢ[lane] = u[Int(index[lane]) &* 8 &+ lane] }
        let c = α * uᵢ
        let φ = isReLU ? c.replacing(with: 0, where: uᵢ .<= 0) : c
        Φ += multiplicities[slot] * (φ * φ)
      }
      let s = α * α * (U + V)
      let A = 1 - h * Φ
      if needsCare(A, s) { break }
      let G = h * (2 - s) / A
      for slot in (t * slots)..<((t + 1) * slots) {
        let index = indices[slot]
        var uᵢ = Lanes.zero
        for lane in 0..<8 { uᵢ[lane] = u[Int(index[lane]) &* 8 &+ lane] }
        let factor = 1 + G * multiplicities[slot]
        let ρ = isReLU ? factor.replacing(with: 1, where: uᵢ .<= 0) : factor
        let uᵢNew = uᵢ * ρ
        U += (uᵢNew - uᵢ) * (uᵢNew + uᵢ)
        for lane in 0..<8 { u[Int(index[lane]) &* 8 &+ lane] = uᵢNew[lane] }
        if keeps { for lane in 0..<8 { gains[Int(index[lane]) &* 8 &+ lane] *= ρ[lane] } }
      }
      α *= A
      t += 1
    }
    scale = α
    energy = U
    return t - begin
  }

  /// Whether some lane's step is outside the region where the lazy form is exact to rounding; not-a-number is outside.
  @inline(__always)
  private func needsCare(_ A: Lanes, _ s: Lanes) -> Bool { !all((A .>= 0.25) .& (s .< 2)) }

  mutating func set(_ lane: Int, coefficients: [Double], perpendicular v: Double) {
    var sum = 0.0
    for i in 0..<count {
      u[8 * i + lane] = coefficients[i]
      sum += coefficients[i] * coefficients[i]
    }
    scale[lane] = 1
    energy[lane] = sum
    perpendicular[lane] = v
  }

  /// Folds the scale of `lane` into its entries and sums U afresh.
  private mutating func fold(_ lane: Int) {
    let α = scale[lane]
    if keepsLogarithms {
      logScale[lane] += log(abs(α))
      for i in 0..<count {
        logarithms[8 * i + lane] += log(gains[8 * i + lane])
        gains[8 * i + lane] = 1
      }
    }
    var sum = 0.0
    for i in 0..<count {
      let entry = nonzero(α * u[8 * i + lane], signOf: u[8 * i + lane])
      u[8 * i + lane] = entry
      sum += entry * entry
    }
    scale[lane] = 1
    energy[lane] = sum
    perpendicular[lane] *= α
  }

  /// `value`, but where logarithms are kept no nearer to 0 than the smallest normal number: a coefficient of ReLU that
  /// underflowed to 0 would count as idle, and its logarithm would miss the gains that are still its due.
  func nonzero(_ value: Double, signOf sign: Double) -> Double {
    guard keepsLogarithms, sign != 0, abs(value) < .leastNormalMagnitude else { return value }
    return sign < 0 ? -.leastNormalMagnitude : .leastNormalMagnitude
  }
}
