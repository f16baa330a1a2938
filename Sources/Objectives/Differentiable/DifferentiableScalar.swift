import Foundation

/// A number through which a loss can be differentiated: `Double` itself, ``DualNumber`` or ``TapeScalar``.
///
/// Write a loss once, generically over it; numbers of the data enter by `init(_:)`, literals as they are. Comparisons look at
/// values alone, so that a branch is differentiated as the branch that was taken.
public protocol DifferentiableScalar: AdditiveArithmetic, Comparable, ExpressibleByFloatLiteral {
  /// A number that does not depend on parameters.
  init(_ constant: Double)
  /// The product.
  static func * (left: Self, right: Self) -> Self
  /// The quotient.
  static func / (left: Self, right: Self) -> Self
  /// A function of one number.
  func applying(_ function: ElementaryFunction) -> Self
}

extension DifferentiableScalar {
  /// A literal.
  @inlinable public init(floatLiteral value: Double) { self.init(value) }
  /// 0.
  @inlinable public static var zero: Self { Self(0.0) }
  /// −x.
  @inlinable public static prefix func - (x: Self) -> Self { zero - x }
  /// eˣ.
  @inlinable public static func exp(_ x: Self) -> Self { x.applying(.exp) }
  /// The natural logarithm.
  @inlinable public static func log(_ x: Self) -> Self { x.applying(.log) }
  /// √x.
  @inlinable public static func sqrt(_ x: Self) -> Self { x.applying(.sqrt) }
  /// sin x.
  @inlinable public static func sin(_ x: Self) -> Self { x.applying(.sin) }
  /// cos x.
  @inlinable public static func cos(_ x: Self) -> Self { x.applying(.cos) }
  /// tanh x.
  @inlinable public static func tanh(_ x: Self) -> Self { x.applying(.tanh) }
  /// |x|, with the derivative 0 at 0.
  @inlinable public static func abs(_ x: Self) -> Self { x.applying(.abs) }
  /// max(x, 0), with the derivative 0 at 0.
  @inlinable public static func relu(_ x: Self) -> Self { x.applying(.relu) }
  /// 1 / (1 + e⁻ˣ).
  @inlinable public static func sigmoid(_ x: Self) -> Self { x.applying(.sigmoid) }
  /// log(1 + eˣ).
  @inlinable public static func softplus(_ x: Self) -> Self { x.applying(.softplus) }
}

extension Double: DifferentiableScalar {
  /// f(x).
  @inlinable public func applying(_ function: ElementaryFunction) -> Double { function.value(at: self) }
}

/// A number with its derivative along a direction: x + x′ε, ε² = 0.
@frozen
public struct DualNumber: DifferentiableScalar {
  /// x.
  public var value: Double
  /// x′.
  public var tangent: Double

  /// x + x′ε.
  @inlinable
  public init(_ value: Double, tangent: Double) {
    self.value = value
    self.tangent = tangent
  }

  /// x + 0ε.
  @inlinable public init(_ constant: Double) { self.init(constant, tangent: 0) }

  /// The sum.
  @inlinable
  public static func + (x: DualNumber, y: DualNumber) -> DualNumber {
    DualNumber(x.value + y.value, tangent: x.tangent + y.tangent)
  }

  /// The difference.
  @inlinable
  public static func - (x: DualNumber, y: DualNumber) -> DualNumber {
    DualNumber(x.value - y.value, tangent: x.tangent - y.tangent)
  }

  /// The product.
  @inlinable
  public static func * (x: DualNumber, y: DualNumber) -> DualNumber {
    DualNumber(x.value * y.value, tangent: x.tangent * y.value + x.value * y.tangent)
  }

  /// The quotient.
  @inlinable
  public static func / (x: DualNumber, y: DualNumber) -> DualNumber {
    let quotient = x.value / y.value
    return DualNumber(quotient, tangent: (x.tangent - quotient * y.tangent) / y.value)
  }

  /// f(x) + f′(x) x′ε.
  @inlinable
  public func applying(_ function: ElementaryFunction) -> DualNumber {
    let result = function.value(at: value)
    return DualNumber(result, tangent: tangent == 0 ? 0 : tangent * function.derivative(at: value, value: result))
  }

  /// f′ of a value: f′(x) + f″(x) x′ε, where y = f(x) is known.
  @inlinable
  func derivative(_ function: ElementaryFunction, _ result: Double) -> DualNumber {
    DualNumber(
      function.derivative(at: value, value: result),
      tangent: tangent == 0 ? 0 : tangent * function.secondDerivative(at: value, value: result))
  }

  /// Compares values.
  @inlinable public static func < (x: DualNumber, y: DualNumber) -> Bool { x.value < y.value }
  /// Compares values.
  @inlinable public static func == (x: DualNumber, y: DualNumber) -> Bool { x.value == y.value }
}
