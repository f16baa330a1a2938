import Foundation

/// The functions of one number that formulas and differentiable losses know, each with its first two derivatives.
///
/// At kinks one derivative is chosen for all uses: abs′(0) = 0, relu′(0) = 0. Second derivatives of both are 0 everywhere.
@frozen
public enum ElementaryFunction: String, CaseIterable, Sendable {
  /// eˣ.
  case exp
  /// The natural logarithm.
  case log
  /// √x.
  case sqrt
  /// sin x.
  case sin
  /// cos x.
  case cos
  /// tanh x.
  case tanh
  /// |x|.
  case abs
  /// max(x, 0).
  case relu
  /// 1 / (1 + e⁻ˣ).
  case sigmoid
  /// log(1 + eˣ).
  case softplus

  /// f(x).
  @inlinable
  public func value(at x: Double) -> Double {
    switch self {
    case .exp: Foundation.exp(x)
    case .log: Foundation.log(x)
    case .sqrt: x.squareRoot()
    case .sin: Foundation.sin(x)
    case .cos: Foundation.cos(x)
    case .tanh: Foundation.tanh(x)
    case .abs: Swift.abs(x)
    // Written so that what is not a number stays so.
    case .relu: x <= 0 ? 0 : x
    case .sigmoid: 1 / (1 + Foundation.exp(-x))
    case .softplus: (x <= 0 ? 0 : x) + Foundation.log1p(Foundation.exp(-Swift.abs(x)))
    }
  }

  /// f′(x), where y = f(x) is known.
  @inlinable
  public func derivative(at x: Double, value y: Double) -> Double {
    switch self {
    case .exp: return y
    case .log: return 1 / x
    case .sqrt: return 0.5 / y
    case .sin: return Foundation.cos(x)
    case .cos: return -Foundation.sin(x)
    case .tanh: return 1 - y * y
    case .abs: return x > 0 ? 1 : x < 0 ? -1 : 0
    case .relu: return x > 0 ? 1 : 0
    case .sigmoid:
      // Not y(1 − y), which has no digits left where y is nearly 1.
      let e = Foundation.exp(-Swift.abs(x))
      return e / ((1 + e) * (1 + e))
    case .softplus: return 1 / (1 + Foundation.exp(-x))
    }
  }

  /// f″(x), where y = f(x) is known.
  @inlinable
  public func secondDerivative(at x: Double, value y: Double) -> Double {
    switch self {
    case .exp: return y
    case .log: return -1 / (x * x)
    case .sqrt: return -0.25 / (x * y)
    case .sin, .cos: return -y
    case .tanh: return -2 * y * (1 - y * y)
    case .abs, .relu: return 0
    case .sigmoid:
      return -Foundation.tanh(x / 2) * derivative(at: x, value: y)
    case .softplus: return Self.sigmoid.derivative(at: x, value: 0)
    }
  }
}

/// The derivatives of xʸ.
///
/// At x = 0 the derivative along y is 0, its limit for y > 0.
enum PowerFunction {
  /// ∂xʸ/∂x.
  static func alongBase(_ x: Double, _ y: Double) -> Double { y * pow(x, y - 1) }

  /// ∂xʸ/∂y.
  static func alongExponent(_ x: Double, _ power: Double) -> Double { power == 0 ? 0 : power * log(x) }

  /// ∂²xʸ/∂x².
  static func twiceAlongBase(_ x: Double, _ y: Double) -> Double { y * (y - 1) * pow(x, y - 2) }

  /// ∂²xʸ/∂x∂y.
  static func alongBoth(_ x: Double, _ y: Double) -> Double {
    let power = pow(x, y - 1)
    return power == 0 ? 0 : power * (1 + y * log(x))
  }

  /// ∂²xʸ/∂y².
  static func twiceAlongExponent(_ x: Double, _ power: Double) -> Double { power == 0 ? 0 : power * log(x) * log(x) }
}
