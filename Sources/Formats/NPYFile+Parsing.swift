import Numerics

extension NPYFile {
  /// Reads the bytes of a file; `location` names it in errors.
  ///
  /// - Throws: ``InputError`` for anything that is not exactly one array of a known type: wrong magic bytes or version, a header that is cut
  ///   off or not as specified, a shape that overflows or does not match the bytes that follow, objects and structures, booleans
  ///   other than 0 and 1, and integers beyond ±2⁵³, which doubles do not hold.
  public init(parsing bytes: [UInt8], location: String) throws(InputError) {
    guard bytes.starts(with: Self.magic) else {
      throw InputError(
        location, expected: "an .npy file, which begins with the bytes 93 4E 55 4D 50 59",
        found: bytes.isEmpty ? "an empty file" : "other bytes",
        advice: bytes.starts(with: [0x50, 0x4B]) ? "It looks like a zip archive, such as an .npz file." : "")
    }
    let (headerBytes, data) = try Self.split(bytes, location)
    let header = try NPYHeader(headerBytes, location: location)
    let element = try NPYElement(header.descriptor, location: location)
    guard let count = Self.elementCount(header.shape),
      case let (size, overflow) = count.multipliedReportingOverflow(by: element.width), !overflow
    else {
      throw InputError(
        location, expected: "a shape whose size in bytes is below 2⁶³", found: Self.text(header.shape))
    }
    guard size == data.count else {
      throw InputError(
        location, expected: "\(size) bytes of data, for the shape \(Self.text(header.shape)) of \(header.descriptor)",
        found: "\(data.count)",
        advice: size > data.count ? "The file is cut off: copy or write it again." : "Something was added at its end.")
    }
    let values = try element.decode(data, count: count, location: location)
    self.init(
      shape: header.shape,
      values: header.isFortranOrder ? Self.reordered(values, shape: header.shape) : values,
      dtype: header.descriptor)
  }

  /// The header's text and the data behind it.
  private static func split(
    _ bytes: [UInt8], _ location: String
  ) throws(InputError) -> (header: ArraySlice<UInt8>, data: ArraySlice<UInt8>) {
    func cutOff() -> InputError {
      InputError(
        location, expected: "a whole .npy header", found: "a file of \(bytes.count) bytes that ends in it",
        advice: "The file is cut off: copy or write it again.")
    }
    guard bytes.count >= 8 else { throw cutOff() }
    let version = bytes[6]
    guard (1...3).contains(version), bytes[7] == 0 else {
      throw InputError(
        location, expected: ".npy format version 1.0, 2.0 or 3.0", found: "version \(version).\(bytes[7])")
    }
    let start = version == 1 ? 10 : 12
    guard bytes.count >= start else { throw cutOff() }
    let length = bytes[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard length <= bytes.count - start else { throw cutOff() }
    return (bytes[start..<start + length], bytes[(start + length)...])
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
