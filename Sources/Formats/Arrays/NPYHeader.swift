import Numerics

/// The dictionary at the head of an `.npy` file, read as the small part of Python that the format allows.
struct NPYHeader {
  /// The type, such as `<f8`.
  let descriptor: String
  /// Whether the first axis varies fastest.
  let isFortranOrder: Bool
  /// The sizes of the axes.
  let shape: [Int]

  init(_ bytes: ArraySlice<UInt8>, location: String) throws(InputError) {
    var reader = NPYHeaderReader(bytes, location: location)
    var descriptor: String?
    var isFortranOrder: Bool?
    var shape: [Int]?
    try reader.require("{")
    while !reader.take("}") {
      let key = try reader.string()
      try reader.require(":")
      switch key {
      case "descr" where descriptor == nil: descriptor = try reader.descriptor()
      case "fortran_order" where isFortranOrder == nil: isFortranOrder = try reader.boolean()
      case "shape" where shape == nil: shape = try reader.tuple()
      default: throw reader.unexpected("each of the keys descr, fortran_order and shape once", found: "\"\(key)\"")
      }
      if reader.take(",") { continue }
      try reader.require("}")
      break
    }
    try reader.requireEnd()
    guard let descriptor, let isFortranOrder, let shape else {
      throw reader.unexpected("each of the keys descr, fortran_order and shape once", found: "fewer")
    }
    self.descriptor = descriptor
    self.isFortranOrder = isFortranOrder
    self.shape = shape
  }

  /// The first bytes of a version 1.0 file in C order, to the place, a multiple of 64, where the entries begin.
  static func encoded(descriptor: String, shape: [Int]) -> [UInt8] {
    var header = Array("{'descr': '\(descriptor)', 'fortran_order': False, 'shape': \(NPYFile.text(shape)), }".utf8)
    // 10 bytes come before the header and a line feed ends it. At most 64 sizes of 20 digits: far below version 1.0's 65,535.
    let padding = (64 - (header.count + 11) % 64) % 64
    header += [UInt8](repeating: UInt8(ascii: " "), count: padding) + [UInt8(ascii: "\n")]
    return NPYFile.magic + [1, 0, UInt8(header.count & 0xFF), UInt8(header.count >> 8)] + header
  }
}

/// Reads the tokens of an `.npy` header.
private struct NPYHeaderReader {
  private var rest: ArraySlice<UInt8>
  private let location: String

  init(_ bytes: ArraySlice<UInt8>, location: String) {
    rest = bytes
    self.location = location
  }

  func unexpected(_ expected: String, found: String) -> InputError {
    InputError(
      location, expected: "\(expected) in the .npy header", found: found,
      advice: "Write the file again with numpy.save.")
  }

  /// Takes a punctuation mark if it comes next.
  mutating func take(_ mark: Unicode.Scalar) -> Bool {
    skipSpace()
    guard rest.first == UInt8(ascii: mark) else { return false }
    rest.removeFirst()
    return true
  }

  mutating func require(_ mark: Unicode.Scalar) throws(InputError) {
    guard take(mark) else { throw unexpected("\"\(mark)\"", found: next) }
  }

  mutating func requireEnd() throws(InputError) {
    skipSpace()
    guard rest.isEmpty else { throw unexpected("nothing after the dictionary", found: next) }
  }

  /// A string in single or double quotes, without escapes: the format's own strings have none.
  mutating func string() throws(InputError) -> String {
    skipSpace()
    guard let quote = rest.first, quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
      throw unexpected("a string", found: next)
    }
    let body = rest.dropFirst()
    guard let end = body.firstIndex(of: quote) else { throw unexpected("a string that ends", found: next) }
    let text = body[..<end]
    guard text.count <= 64, text.allSatisfy({ (0x20..<0x7F).contains($0) && $0 != UInt8(ascii: "\\") }) else {
      throw unexpected("a short plain string", found: next)
    }
    rest = body[(end + 1)...]
    return String(decoding: text, as: UTF8.self)
  }

  /// The type's name; structures, which are lists here, get an error of their own.
  mutating func descriptor() throws(InputError) -> String {
    skipSpace()
    if rest.first == UInt8(ascii: "[") {
      throw InputError(
        location, expected: "an array of plain numbers", found: "a structured array",
        advice: "Save one of its fields: numpy.save(path, array[\"field\"]).")
    }
    return try string()
  }

  mutating func boolean() throws(InputError) -> Bool {
    skipSpace()
    for (word, value) in [("True", true), ("False", false)] where rest.starts(with: word.utf8) {
      rest.removeFirst(word.utf8.count)
      return value
    }
    throw unexpected("True or False", found: next)
  }

  /// A tuple of sizes, as Python writes it: (), (3,), (3, 4).
  mutating func tuple() throws(InputError) -> [Int] {
    var sizes = [Int]()
    try require("(")
    while !take(")") {
      guard sizes.count < NPYFile.maximumRank else {
        throw unexpected("at most \(NPYFile.maximumRank) axes", found: "more")
      }
      sizes.append(try size())
      if take(",") { continue }
      // A lone number in parentheses is a number in Python, not a tuple.
      guard sizes.count > 1, take(")") else { throw unexpected("a tuple of sizes", found: next) }
      break
    }
    return sizes
  }

  private mutating func size() throws(InputError) -> Int {
    skipSpace()
    let digits = rest.prefix { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    guard !digits.isEmpty, let size = Int(String(decoding: digits, as: UTF8.self)) else {
      throw unexpected("a size below 2⁶³", found: next)
    }
    rest = rest[digits.endIndex...]
    // Python 2 wrote long integers with an L.
    if rest.first == UInt8(ascii: "L") { rest.removeFirst() }
    return size
  }

  private mutating func skipSpace() {
    rest = rest.drop { $0 == 0x20 || (0x09...0x0D).contains($0) }
  }

  /// The text that comes next, for an error.
  private var next: String {
    if rest.isEmpty { return "its end" }
    let text = rest.prefix(24).map { (0x20..<0x7F).contains($0) ? Character(Unicode.Scalar($0)) : "?" }
    return "\"\(String(text))\""
  }
}
