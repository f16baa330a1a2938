/// The floating-point types that files hold, by their names in safetensors files. Each number of each type is a double,
/// too.
public enum FloatType: String, Sendable, Hashable, CaseIterable {
  /// IEEE half precision: 5 bits of exponent, 10 of fraction.
  case float16 = "F16"
  /// The upper half of a single: 8 bits of exponent, 7 of fraction.
  case bfloat16 = "BF16"
  /// IEEE single precision.
  case float32 = "F32"
  /// IEEE double precision.
  case float64 = "F64"

  /// Bytes a number.
  public var byteCount: Int {
    switch self {
    case .float16, .bfloat16: 2
    case .float32: 4
    case .float64: 8
    }
  }

  /// What it is called: "half precision (F16)".
  public var words: String {
    switch self {
    case .float16: "half precision (F16)"
    case .bfloat16: "half precision (BF16)"
    case .float32: "single precision (F32)"
    case .float64: "double precision (F64)"
    }
  }

  /// Appends the numbers of little-endian bytes, exactly.
  func decode(_ bytes: UnsafeRawBufferPointer, into values: inout [Double]) {
    for offset in stride(from: 0, to: bytes.count, by: byteCount) {
      switch self {
      case .float16:
        let half = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
        values.append(Self.widened(half))
      case .bfloat16:
        let half = UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt16.self))
        values.append(Double(Float(bitPattern: UInt32(half) << 16)))
      case .float32:
        let single = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self))
        values.append(Double(Float(bitPattern: single)))
      case .float64:
        let double = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
        values.append(Double(bitPattern: double))
      }
    }
  }

  /// A half as a double. `Float16` itself is not on every platform.
  static func widened(_ half: UInt16) -> Double {
    let (exponent, fraction) = (Int(half >> 10) & 31, Double(half & 1_023))
    let magnitude =
      switch exponent {
      case 0: fraction * 0x1p-24
      case 31: fraction == 0 ? Double.infinity : .nan
      default: Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1_024)
      }
    return half >> 15 == 0 ? magnitude : -magnitude
  }
}
