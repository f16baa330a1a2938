import Numerics

extension SafetensorsFile {
  /// A tensor to write.
  public struct NewTensor: Sendable, Equatable {
    /// Its name, such as `0.weight`.
    public var name: String
    /// The sizes of the axes; empty for a single number.
    public var shape: [Int]
    /// Its entries in C order.
    public var values: [Double]

    /// A tensor of that name and shape.
    public init(_ name: String, shape: [Int], values: [Double]) {
      self.name = name
      self.shape = shape
      self.values = values
    }
  }

  /// The precision of numbers that are written.
  public enum Precision: Sendable, Hashable {
    /// F32: numbers are rounded.
    case single
    /// F64.
    case double

    fileprivate var type: FloatType { self == .single ? .float32 : .float64 }
  }

  /// Writes tensors, in their order, by ``AtomicFile``: a reader never sees a part of the file.
  ///
  /// - Throws: ``InputError`` naming the path, with the system's words, and as
  ///   ``encoded(_:precision:metadata:location:)``.
  public static func write(
    _ tensors: [NewTensor], precision: Precision = .double, metadata: [String: String] = [:], to path: String
  ) throws(InputError) {
    try AtomicFile.write(try encoded(tensors, precision: precision, metadata: metadata, location: path), to: path)
  }

  /// The bytes of a file with these tensors; the data begin at a multiple of 8.
  ///
  /// - Throws: ``InputError`` for a name that stands twice or is `__metadata__`, a shape that does not match its
  ///   values, and numbers that are finite in double precision only, if they should be single.
  public static func encoded(
    _ tensors: [NewTensor], precision: Precision = .double, metadata: [String: String] = [:],
    location: String = "tensors to write"
  ) throws(InputError) -> [UInt8] {
    var (members, data): ([String: JSON], [UInt8]) = ([:], [])
    if !metadata.isEmpty { members["__metadata__"] = .object(metadata.mapValues(JSON.string)) }
    for tensor in tensors {
      let place = "\(location), tensor \(JSON.quoted(tensor.name))"
      guard tensor.name != "__metadata__", members[tensor.name] == nil else {
        throw InputError(
          place, expected: "different names other than \"__metadata__\"", found: JSON.quoted(tensor.name))
      }
      guard try NPYFile.checkedCount(tensor.shape, location: place) == tensor.values.count else {
        throw InputError(
          place, expected: "as many values as the shape \(text(tensor.shape)) has places",
          found: "\(tensor.values.count)")
      }
      let start = data.count
      for (index, value) in tensor.values.enumerated() {
        switch precision {
        case .double: withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        case .single:
          let single = Float(value)
          guard single.isFinite || !value.isFinite else {
            throw InputError(
              place, expected: "numbers that single precision can hold", found: "\(value) as entry \(index)",
              advice: "Write them in double precision.")
          }
          withUnsafeBytes(of: single.bitPattern.littleEndian) { data.append(contentsOf: $0) }
        }
      }
      members[tensor.name] = [
        "dtype": .string(precision.type.rawValue), "shape": .array(tensor.shape.map(JSON.integer)),
        "data_offsets": .array([.integer(start), .integer(data.count)]),
      ]
    }
    var header = JSON.object(members).utf8
    header += [UInt8](repeating: UInt8(ascii: " "), count: (8 - header.count % 8) % 8)
    let length = withUnsafeBytes(of: UInt64(header.count).littleEndian) { Array($0) }
    return length + header + data
  }
}
