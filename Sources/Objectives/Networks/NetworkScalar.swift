import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The numbers that networks are evaluated in: `Double` and `Float`, with the functions that layers and losses need.
public protocol NetworkScalar: BLASScalar {
  /// eˣ.
  static func exponential(_ x: Self) -> Self
  /// log(1 + x), also for tiny x.
  static func logarithm(onePlus x: Self) -> Self
  /// log x.
  static func logarithm(_ x: Self) -> Self
  /// tanh x.
  static func hyperbolicTangent(_ x: Self) -> Self
  /// erfc x = 1 − erf x, also where it is tiny.
  static func complementaryErrorFunction(_ x: Self) -> Self
}

extension Double: NetworkScalar {
  /// eˣ.
  public static func exponential(_ x: Double) -> Double { exp(x) }
  /// log(1 + x).
  public static func logarithm(onePlus x: Double) -> Double { log1p(x) }
  /// log x.
  public static func logarithm(_ x: Double) -> Double { log(x) }
  /// tanh x.
  public static func hyperbolicTangent(_ x: Double) -> Double { tanh(x) }
  /// erfc x.
  public static func complementaryErrorFunction(_ x: Double) -> Double { erfc(x) }
}

extension Float: NetworkScalar {
  /// eˣ.
  public static func exponential(_ x: Float) -> Float { expf(x) }
  /// log(1 + x).
  public static func logarithm(onePlus x: Float) -> Float { log1pf(x) }
  /// log x.
  public static func logarithm(_ x: Float) -> Float { logf(x) }
  /// tanh x.
  public static func hyperbolicTangent(_ x: Float) -> Float { tanhf(x) }
  /// erfc x.
  public static func complementaryErrorFunction(_ x: Float) -> Float { erfcf(x) }
}
