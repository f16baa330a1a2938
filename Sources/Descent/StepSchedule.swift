import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The step size η as a function of the step t of a run of T steps.
///
///     η(t) = base · warmUp(t) / divisor(t)      or, if pieces are given, the value of the last piece begun
///
/// `warmUp` rises until its end and keeps the value reached there. `divisor` is that of the last decay passed, 1 before
/// the first; divisors do not accumulate. All fractions are of T, the run's budget.
public struct StepSchedule: Sendable, Hashable {
  /// η before warm-up and decay.
  public var base: Double
  /// How η rises at first.
  public var warmUp: WarmUp?
  /// Where η falls, ascending.
  public var decays: [Decay]
  /// Values from given steps on, ascending, which replace `base`; empty for none.
  public var pieces: [Piece]

  /// How η rises at first.
  public enum WarmUp: Sendable, Hashable {
    /// 1 + (factor − 1) (t/T)^exponent up to t = ⌊until · T⌋: exponent 1 is linear, ½ the square root. `factor` is what
    /// T steps would reach.
    case power(factor: Double, exponent: Double, until: Double)
    /// factor^(100 t/T) up to t = ⌊until · T⌋, such as 1.05 per percent of training.
    case factorPerPercent(Double, until: Double)

    /// Where the rise ends, as a fraction of T.
    public var until: Double {
      switch self {
      case .power(_, _, let until), .factorPerPercent(_, let until): until
      }
    }

    fileprivate func multiple(at fraction: Double) -> Double {
      switch self {
      case .power(let factor, let exponent, _): 1 + (factor - 1) * pow(fraction, exponent)
      case .factorPerPercent(let factor, _): pow(factor, 100 * fraction)
      }
    }
  }

  /// From the step ⌊fraction · T⌋ on, η is divided by `divisor`.
  public struct Decay: Sendable, Hashable {
    /// Where, as a fraction of T.
    public var fraction: Double
    /// By what.
    public var divisor: Double
    /// Describes a decay.
    public init(at fraction: Double, divideBy divisor: Double) {
      self.fraction = fraction
      self.divisor = divisor
    }
  }

  /// From the step `step` on, η is `value`.
  public struct Piece: Sendable, Hashable {
    /// The first step of the piece.
    public var step: Int
    /// η from there on.
    public var value: Double
    /// Describes a piece.
    public init(from step: Int, value: Double) {
      self.step = step
      self.value = value
    }
  }

  /// The same η at every step.
  public static func constant(_ step: Double) -> StepSchedule { StepSchedule(base: step) }

  /// Describes a schedule; `validate` says whether it makes sense.
  public init(base: Double, warmUp: WarmUp? = nil, decays: [Decay] = [], pieces: [Piece] = []) {
    self.base = base
    self.warmUp = warmUp
    self.decays = decays
    self.pieces = pieces
  }

  /// Refuses steps that are not positive and finite, fractions outside [0, 1], and places that do not ascend.
  public func validate(location: String = "step") throws(InputError) {
    func check(_ value: Double, _ name: String, _ isValid: Bool, _ expected: String) throws(InputError) {
      guard isValid else { throw InputError("\(location)\(name)", expected: expected, found: "\(value)") }
    }
    try check(base, "", base > 0 && base.isFinite, "a positive, finite step size")
    if let warmUp {
      try check(warmUp.until, ".warmUp.until", (0...1).contains(warmUp.until), "a fraction from 0 to 1")
      switch warmUp {
      case .power(let factor, let exponent, _):
        try check(factor, ".warmUp.factor", factor > 0 && factor.isFinite, "a positive, finite factor")
        try check(exponent, ".warmUp.exponent", exponent > 0 && exponent.isFinite, "a positive, finite exponent")
      case .factorPerPercent(let factor, _):
        try check(factor, ".warmUp.factor", factor > 0 && factor.isFinite, "a positive, finite factor")
      }
    }
    var lastFraction = -1.0
    for (place, decay) in decays.enumerated() {
      let isAscending = (0...1).contains(decay.fraction) && decay.fraction > lastFraction
      try check(decay.fraction, ".decays[\(place)].at", isAscending, "an ascending fraction from 0 to 1")
      let isPositive = decay.divisor > 0 && decay.divisor.isFinite
      try check(decay.divisor, ".decays[\(place)].divideBy", isPositive, "a positive, finite divisor")
      lastFraction = decay.fraction
    }
    var lastStep = -1
    for (place, piece) in pieces.enumerated() {
      guard piece.step > lastStep else {
        throw InputError(
          "\(location).pieces[\(place)].from", expected: "an ascending step from 0", found: "\(piece.step)")
      }
      try check(
        piece.value, ".pieces[\(place)].value", piece.value > 0 && piece.value.isFinite,
        "a positive, finite step size")
      lastStep = piece.step
    }
  }

  /// Whether η is the same at every step.
  public var isConstant: Bool { warmUp == nil && decays.isEmpty && pieces.isEmpty }

  /// η at step `step` of a run of `total` steps.
  public func value(at step: Int, of total: Int) -> Double {
    if isConstant { return base }
    let base = pieces.last { $0.step <= step }?.value ?? self.base
    var value = base
    if let warmUp {
      let end = (warmUp.until * Double(total)).rounded(.down)
      value *= warmUp.multiple(at: min(Double(step), end) / Double(max(total, 1)))
    }
    if let decay = decays.last(where: { ($0.fraction * Double(total)).rounded(.down) <= Double(step) }) {
      value /= decay.divisor
    }
    return value
  }
}
