import Formats
import Numerics

/// A file of named tensors: safetensors, or an archive of NumPy's arrays.
enum WeightArchive {
  case safetensors(SafetensorsFile)
  case arrays(NPZFile)
  /// One array of all parameters.
  case vector(NPYFile)

  /// A tensor, without its entries.
  struct Tensor: Equatable {
    var name: String
    var shape: [Int]
    /// As the file calls it.
    var type: String
    /// Nil for types that are not of floating-point numbers.
    var floatType: FloatType?
  }

  /// More arrays than any network has: for each, a part of the archive is inflated.
  private static let largestArrayCount = 10_000

  /// Opens a file of a kind that its first bytes tell.
  init(_ path: String) throws(InputError) {
    // A pipe can be read only once.
    let start = try InputFile.beginning(of: path, count: 9)
    let bytes = start == nil ? try InputFile.read(path) : nil
    let first = start ?? bytes.map { Array($0.prefix(9)) } ?? []
    if first.starts(with: [0x93, 0x4E]) {
      let file = if let bytes { try NPYFile(parsing: bytes, location: path) } else { try NPYFile.read(path) }
      self = .vector(file)
    } else if first.starts(with: [0x50, 0x4B]) {
      let archive = if let bytes { try NPZFile(parsing: bytes, location: path) } else { try NPZFile.read(path) }
      if archive.names.contains(where: { $0 == "data.pkl" || $0.hasSuffix("/data.pkl") }) { throw Self.pickle(path) }
      guard archive.names.count <= Self.largestArrayCount else {
        throw InputError(
          path, expected: "at most \(Self.largestArrayCount) arrays", found: "\(archive.names.count)",
          advice: "Keep only the tensors of the network.")
      }
      self = .arrays(archive)
    } else if first.count == 9, first[0] == 0x80, (2...5).contains(first[1]), first[8] != UInt8(ascii: "{") {
      throw Self.pickle(path)
    } else {
      let file =
        if let bytes { try SafetensorsFile(parsing: bytes, location: path) } else { try SafetensorsFile.read(path) }
      self = .safetensors(file)
    }
  }

  /// The tensors, in the order of the file.
  func tensors() throws(InputError) -> [Tensor] {
    switch self {
    case .safetensors(let file):
      return file.tensors.map { Tensor(name: $0.name, shape: $0.shape, type: $0.type, floatType: $0.floatType) }
    case .arrays(let file):
      var tensors: [Tensor] = []
      for name in file.names {
        let (shape, type) = try file.description(of: name)
        tensors.append(Tensor(name: name, shape: shape, type: type, floatType: Self.floatType(type)))
      }
      return tensors
    case .vector(let file):
      return [
        Tensor(name: "parameters", shape: file.shape, type: file.dtype, floatType: Self.floatType(file.dtype))
      ]
    }
  }

  /// The entries of a tensor in C order.
  func values(_ name: String) throws(InputError) -> [Double] {
    switch self {
    case .safetensors(let file): try file.values(name)
    case .arrays(let file): try file.array(name).values
    case .vector(let file): file.values
    }
  }

  /// The type of an array by NumPy's name for it.
  private static func floatType(_ dtype: String) -> FloatType? {
    switch dtype.dropFirst() {
    case "f4": .float32
    case "f8": .float64
    default: nil
    }
  }

  private static func pickle(_ path: String) -> InputError {
    InputError(
      path, expected: "a .safetensors file, or an .npz archive", found: "a PyTorch checkpoint, which is a pickle",
      advice: "In Python: safetensors.torch.save_file(model.state_dict(), \"weights.safetensors\").")
  }
}
