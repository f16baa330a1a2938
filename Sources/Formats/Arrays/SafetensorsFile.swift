import Numerics

/// Named tensors in the safetensors format, which PyTorch's users exchange weights in.
///
/// Eight bytes with the length of the header, little-endian; the header, a JSON object of each tensor's type, shape and
/// place; then the tensors' bytes, little-endian in C order, without holes. Source:
/// https://huggingface.co/docs/safetensors/index#format
///
/// The header is read at once and checked against the file's size; numbers are read when they are asked for.
/// Not-a-number and infinities are numbers like others here; what uses them decides.
public struct SafetensorsFile: Sendable {
  /// A tensor, as the header describes it.
  public struct Tensor: Sendable, Hashable {
    /// Its name, such as `0.weight`.
    public let name: String
    /// Its type in the file, such as `F32`.
    public let type: String
    /// The sizes of the axes; empty for a single number.
    public let shape: [Int]
    /// The number of its entries.
    public let count: Int
    /// Its bytes, counted from the end of the header.
    let range: Range<Int>

    /// Its type, if it is one of floating-point numbers.
    public var floatType: FloatType? { FloatType(rawValue: type) }
  }

  /// The tensors, in the order of their bytes.
  public let tensors: [Tensor]
  /// What the file says of itself: texts by key.
  public let metadata: [String: String]
  let location: String
  let source: Source
  let dataStart: Int

  /// The longest header: 10 MB, about 100,000 tensors.
  public static let largestHeaderSize = 10_000_000
  /// The largest number of entries of a tensor: 2 GiB as doubles.
  public static let largestCount = 1 << 28

  /// Where the bytes are.
  enum Source: Sendable {
    case memory([UInt8])
    case file(OpenedFile)

    var count: Int {
      switch self {
      case .memory(let bytes): bytes.count
      case .file(let file): file.size
      }
    }

    /// Calls `body` with bytes of the file, piece by piece, each a multiple of 8 bytes long but the last.
    func forEachPiece(of range: Range<Int>, _ body: (UnsafeRawBufferPointer) -> Void) throws(InputError) {
      switch self {
      case .memory(let bytes):
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[range])) }
      case .file(let file):
        var chunk = [UInt8](repeating: 0, count: min(range.count, 1 << 18))
        var start = range.lowerBound
        while start < range.upperBound {
          let count = min(chunk.count, range.upperBound - start)
          try chunk.withUnsafeMutableBufferPointer { (chunk) throws(InputError) in
            let piece = UnsafeMutableRawBufferPointer(UnsafeMutableBufferPointer(rebasing: chunk[..<count]))
            try file.read(at: start, into: piece)
            body(UnsafeRawBufferPointer(piece))
          }
          start += count
        }
      }
    }
  }

  /// Opens a file and reads its header. Memory: some times the header's size, whatever the header claims. A pipe is
  /// read to its end.
  ///
  /// - Throws: ``InputError`` naming the path, for a file that cannot be read or is not as ``init(parsing:location:)``
  ///   wants it.
  public static func read(_ path: String) throws(InputError) -> SafetensorsFile {
    let file = try OpenedFile(path)
    guard file.isPlain else { return try SafetensorsFile(parsing: try InputFile.read(path), location: path) }
    return try SafetensorsFile(.file(file), location: path)
  }

  /// Reads the header at the beginning of a file's bytes; `location` names the file in errors.
  ///
  /// - Throws: ``InputError`` for bytes that end too early, a header that is too long or not as specified, unknown
  ///   types, shapes that overflow, and places that overlap, leave holes, are not in the file, or do not have room for
  ///   exactly the shape.
  public init(parsing bytes: [UInt8], location: String) throws(InputError) {
    try self.init(.memory(bytes), location: location)
  }

  /// The entries of a tensor in C order, widened exactly. Memory: 8 bytes an entry.
  ///
  /// - Throws: ``InputError`` for an unknown name, a type other than ``FloatType``, more than ``largestCount`` entries,
  ///   or a file that became shorter.
  public func values(_ name: String) throws(InputError) -> [Double] {
    guard let tensor = tensors.first(where: { $0.name == name }) else {
      throw InputError(
        location, expected: "a tensor named \(JSON.quoted(name))", found: tensors.isEmpty ? "no tensor" : "none",
        advice: tensors.isEmpty ? "" : Suggestion.sentence(for: name, among: tensors.prefix(20).map(\.name)))
    }
    let place = "\(location), tensor \(JSON.quoted(name))"
    guard let type = tensor.floatType else {
      throw InputError(
        place, expected: "numbers of type \(FloatType.allCases.map(\.rawValue).joined(separator: ", "))",
        found: tensor.type, advice: "In PyTorch: tensor.float().")
    }
    guard tensor.count <= Self.largestCount else {
      throw InputError(place, expected: "at most \(Self.largestCount) entries", found: "\(tensor.count)")
    }
    var values: [Double] = []
    values.reserveCapacity(tensor.count)
    let (first, last) = (dataStart + tensor.range.lowerBound, dataStart + tensor.range.upperBound)
    try source.forEachPiece(of: first..<last) { type.decode($0, into: &values) }
    return values
  }
}
