import Numerics

extension SafetensorsFile {
  /// Bytes an entry of the format's types. The types of less than a byte cannot be counted in bytes and are left out.
  private static let byteCounts: [String: Int] = [
    "BOOL": 1, "U8": 1, "I8": 1, "F8_E5M2": 1, "F8_E4M3": 1, "F8_E8M0": 1, "F8_E4M3FNUZ": 1, "F8_E5M2FNUZ": 1,
    "I16": 2, "U16": 2, "F16": 2, "BF16": 2, "I32": 4, "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8, "C64": 8,
  ]

  /// The format's own limit of a header.
  private static let formatHeaderLimit = 100_000_000

  init(_ source: Source, location: String) throws(InputError) {
    let header = try Self.header(source, location)
    let place = "\(location), header"
    guard case .object(var members) = try JSON(parsing: header, location: place) else {
      throw InputError(place, expected: "an object of tensors", found: "other JSON")
    }
    metadata = try Self.metadata(members.removeValue(forKey: "__metadata__"), place)
    var tensors: [Tensor] = []
    for (name, description) in members.sorted(by: { $0.key < $1.key }) {
      tensors.append(try Self.tensor(name, description, "\(location), tensor \(JSON.quoted(name))"))
    }
    tensors.sort {
      ($0.range.lowerBound, $0.range.upperBound, $0.name) < ($1.range.lowerBound, $1.range.upperBound, $1.name)
    }
    let dataStart = 8 + header.count
    try Self.check(tensors, size: source.count - dataStart, location)
    self.tensors = tensors
    self.source = source
    self.location = location
    self.dataStart = dataStart
  }

  /// The header's bytes.
  private static func header(_ source: Source, _ location: String) throws(InputError) -> [UInt8] {
    let expected = "a safetensors file, which begins with the length of its header in 8 bytes"
    guard source.count >= 8 else {
      throw InputError(
        location, expected: expected, found: source.count == 0 ? "an empty file" : "\(source.count) bytes")
    }
    var prefix: [UInt8] = []
    try source.forEachPiece(of: 0..<8) { prefix += $0 }
    let length = prefix.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    guard length <= formatHeaderLimit else {
      throw InputError(
        location, expected: "\(expected), at most \(formatHeaderLimit)", found: "\(length)",
        advice: "It may be a file of another kind.")
    }
    guard length <= largestHeaderSize else {
      throw InputError(
        location, expected: "a header of at most \(largestHeaderSize) bytes", found: "\(length)",
        advice: "Keep only the tensors of the network.")
    }
    guard length <= source.count - 8 else {
      throw InputError(
        location, expected: "a header of \(length) bytes", found: "a file that ends after \(source.count - 8) of them",
        advice: "The file is cut off: copy or write it again.")
    }
    var header: [UInt8] = []
    header.reserveCapacity(Int(length))
    try source.forEachPiece(of: 8..<8 + Int(length)) { header += $0 }
    guard header.first == UInt8(ascii: "{") else {
      throw InputError(
        "\(location), header", expected: "JSON that begins with \"{\"",
        found: header.isEmpty ? "nothing" : "other bytes",
        advice: "It may be a file of another kind.")
    }
    return header
  }

  private static func metadata(_ value: JSON?, _ place: String) throws(InputError) -> [String: String] {
    guard let value else { return [:] }
    let expected = "texts by key as \"__metadata__\""
    guard case .object(let members) = value else { throw InputError(place, expected: expected, found: value.summary) }
    var texts: [String: String] = [:]
    for (key, value) in members.sorted(by: { $0.key < $1.key }) {
      guard case .string(let text) = value else {
        throw InputError(place, expected: expected, found: "\(value.summary) as \(JSON.quoted(key))")
      }
      texts[key] = text
    }
    return texts
  }

  private static func tensor(_ name: String, _ description: JSON, _ place: String) throws(InputError) -> Tensor {
    let keys = ["dtype", "shape", "data_offsets"]
    guard case .object(let members) = description, Set(members.keys) == Set(keys) else {
      throw InputError(
        place, expected: "an object of dtype, shape and data_offsets", found: keysText(description, expected: keys))
    }
    guard case .string(let type)? = members["dtype"], let width = byteCounts[type] else {
      throw InputError(
        place, expected: "a type such as F32 or F64 as dtype", found: members["dtype"]?.summary ?? "nothing")
    }
    let shape = try wholeNumbers(members["shape"], "shape", place)
    guard shape.count <= NPYFile.maximumRank else {
      throw InputError(place, expected: "at most \(NPYFile.maximumRank) axes", found: "\(shape.count)")
    }
    guard let count = NPYFile.elementCount(shape),
      case let (size, overflow) = count.multipliedReportingOverflow(by: width), !overflow
    else {
      throw InputError(place, expected: "a shape whose size in bytes is below 2⁶³", found: text(shape))
    }
    let offsets = try wholeNumbers(members["data_offsets"], "data_offsets", place)
    guard offsets.count == 2, offsets[0] <= offsets[1] else {
      throw InputError(place, expected: "its first byte and its end as data_offsets", found: text(offsets))
    }
    guard offsets[1] - offsets[0] == size else {
      throw InputError(
        place, expected: "\(size) bytes, for the shape \(text(shape)) of \(type)",
        found: "\(offsets[1] - offsets[0]), data_offsets \(text(offsets))")
    }
    return Tensor(name: name, type: type, shape: shape, count: count, range: offsets[0]..<offsets[1])
  }

  private static func keysText(_ description: JSON, expected: [String]) -> String {
    guard case .object(let members) = description else { return description.summary }
    if let missing = expected.first(where: { members[$0] == nil }) { return "one without \(missing)" }
    return "one with more: \(members.keys.filter { !expected.contains($0) }.sorted().prefix(5).map(JSON.quoted))"
  }

  private static func wholeNumbers(_ value: JSON?, _ key: String, _ place: String) throws(InputError) -> [Int] {
    let expected = "a list of whole numbers from 0 as \(key)"
    guard case .array(let values)? = value else {
      throw InputError(place, expected: expected, found: value?.summary ?? "nothing")
    }
    var numbers: [Int] = []
    numbers.reserveCapacity(values.count)
    for value in values {
      guard case .integer(let number) = value, number >= 0 else {
        throw InputError(place, expected: expected, found: "\(value.summary) in it")
      }
      numbers.append(number)
    }
    return numbers
  }

  /// Whether tensors, in the order of their bytes, fill the data without holes.
  private static func check(_ tensors: [Tensor], size: Int, _ location: String) throws(InputError) {
    var end = 0
    for (index, tensor) in tensors.enumerated() {
      guard tensor.range.lowerBound == end else {
        let before = index == 0 ? "the header" : "tensor \(JSON.quoted(tensors[index - 1].name))"
        let isHole = tensor.range.lowerBound > end
        throw InputError(
          "\(location), tensor \(JSON.quoted(tensor.name))", expected: "bytes from \(end) on, where \(before) ends",
          found: "bytes from \(tensor.range.lowerBound) on, \(isHole ? "which leaves a hole" : "which overlaps")")
      }
      end = tensor.range.upperBound
    }
    guard end == size else {
      throw InputError(
        location, expected: "\(end) bytes of data, as its header says", found: "\(size)",
        advice: end > size ? "The file is cut off: copy or write it again." : "Something was added at its end.")
    }
  }

  /// A shape as JSON and PyTorch write it: `[512, 784]`.
  static func text(_ shape: [Int]) -> String { "[\(shape.map(String.init).joined(separator: ", "))]" }
}
