#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A convex loss ℓ(m) of a classifier's margin m = y⟨x, θ⟩, with its derivatives; at kinks with the conventions stated.
public enum MarginLoss: String, Sendable, Hashable, CaseIterable {
  /// log(1 + e^(−m)), natural logarithm, to full precision for margins of either sign and any size.
  case logistic
  /// max(0, 1 − m). At the kink m = 1 the derivative counts as 0; the second derivative counts as 0 everywhere.
  case hinge
  /// max(0, 1 − m)², without a factor ½, as in LIBLINEAR. The second derivative, which jumps at m = 1, is the generalised
  /// one 2·1[m < 1].
  case squaredHinge

  /// The loss of margin m as text.
  public var formula: String {
    switch self {
    case .logistic: "log(1 + e^(−m))"
    case .hinge: "max(0, 1 − m)"
    case .squaredHinge: "max(0, 1 − m)²"
    }
  }

  /// ℓ(m).
  public func value(_ margin: Double) -> Double {
    switch self {
    case .logistic:
      // The argument of exp is never positive: nothing overflows, and a small loss keeps its digits.
      return margin > 0 ? log1p(exp(-margin)) : log1p(exp(margin)) - margin
    case .hinge: return margin >= 1 ? 0 : 1 - margin
    case .squaredHinge: return margin >= 1 ? 0 : (1 - margin) * (1 - margin)
    }
  }

  /// ℓ′(m), never positive.
  public func derivative(_ margin: Double) -> Double {
    switch self {
    case .logistic:
      if margin <= 0 { return -1 / (1 + exp(margin)) }
      let small = exp(-margin)
      return -small / (1 + small)
    case .hinge: return margin >= 1 ? 0 : margin.isNaN ? .nan : -1
    case .squaredHinge: return margin >= 1 ? 0 : -2 * (1 - margin)
    }
  }

  /// ℓ″(m), never negative.
  public func secondDerivative(_ margin: Double) -> Double {
    switch self {
    case .logistic:
      let small = exp(-abs(margin))
      return small / ((1 + small) * (1 + small))
    case .hinge: return 0
    case .squaredHinge: return margin >= 1 ? 0 : 2
    }
  }
}
