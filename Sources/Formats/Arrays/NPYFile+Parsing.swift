import Numerics

extension NPYFile {
  /// Reads the bytes of a file; `location` names it in errors.
  ///
  /// - Throws: ``InputError`` for anything that is not exactly one array of a known type: wrong magic bytes or version,
  ///   a header that is cut off or not as specified, a shape that overflows or does not match the bytes that follow,
  ///   objects and structures, booleans other than 0 and 1, and integers beyond ±2⁵³, which doubles do not hold.
  public init(parsing bytes: [UInt8], location: String) throws(InputError) {
    let layout = try NPYLayout(bytes, size: bytes.count, location: location)
    let values = try layout.element.decode(bytes[layout.dataStart...], count: layout.count, location: location)
    self.init(
      shape: layout.shape, values: layout.isFortranOrder ? Self.reordered(values, shape: layout.shape) : values,
      dtype: layout.dtype)
  }

  /// Entries in Fortran order (the first axis varies fastest), put in C order.
  private static func reordered(_ values: [Double], shape: [Int]) -> [Double] {
    guard shape.count > 1, !values.isEmpty else { return values }
    var strides = [Int]()
    var stride = 1
    for size in shape {
      strides.append(stride)
      stride *= size
    }
    var result = [Double]()
    result.reserveCapacity(values.count)
    var place = [Int](repeating: 0, count: shape.count)
    var source = 0
    while true {
      result.append(values[source])
      var axis = shape.count - 1
      while axis >= 0 {
        place[axis] += 1
        source += strides[axis]
        if place[axis] < shape[axis] { break }
        source -= strides[axis] * shape[axis]
        place[axis] = 0
        axis -= 1
      }
      if axis < 0 { return result }
    }
  }
}
