import Formats
import Numerics
import Objectives

/// A network's parameters from a file, often one of PyTorch's.
public struct NetworkWeights: Sendable, Equatable {
  /// d numbers, in the order of ``Network/parameterBlocks``, widened exactly.
  public let parameters: [Double]
  /// The type of the numbers in the file; the widest one, if there are several.
  public let floatType: FloatType
  /// What a reader of results should know: names that were changed, types that differ.
  public let notes: [String]

  /// The largest number of parameters: 2 GiB as doubles.
  public static let largestParameterCount = 1 << 28

  /// Reads weights.
  ///
  /// The file is a safetensors file, or an .npz archive, with PyTorch's names and layouts: "k.weight" [outputs, inputs]
  /// and "k.bias" [outputs] of layer k, activations counted; or an .npy file of all parameters in this order. Types are
  /// F16, BF16, F32 and F64. A beginning that all names share, such as `model.`, is left out where that makes all of
  /// them fit, and a note says so.
  ///
  /// Memory: 8 bytes a parameter, twice that of the largest layer, and an archive's bytes.
  ///
  /// - Parameter names: how names in the file become the network's.
  /// - Throws: `InputError` naming the file, with all tensors that are missing, not the network's, of the wrong shape
  ///   or of another type; with the places of numbers that are not finite; or as ``SafetensorsFile``, ``NPZFile`` and
  ///   ``NPYFile`` do.
  public static func read(
    _ path: String, for network: Network, names: TensorNames = TensorNames()
  ) throws(InputError) -> NetworkWeights {
    guard network.parameterCount <= largestParameterCount else {
      throw InputError(
        "network", expected: "at most \(largestParameterCount) parameters", found: "\(network.parameterCount)")
    }
    let archive = try WeightArchive(path)
    if case .vector(let file) = archive { return try vector(file, for: network, path) }
    let reading = try WeightMatching(archive, network, names: names, path: path)
    var parameters: [Double] = []
    parameters.reserveCapacity(network.parameterCount)
    var unsound: [String] = []
    for (block, tensor) in reading.pairs {
      let values = try archive.values(tensor.name)
      if let words = notFinite(values, name: tensor.name, shape: block.shape) { unsound.append(words) }
      parameters += values
    }
    try require(unsound, path)
    let types = Set(reading.pairs.compactMap(\.tensor.floatType))
    var notes = reading.notes
    if types.count > 1 {
      let names = FloatType.allCases.filter(types.contains).map(\.rawValue)
      notes.append("The file has numbers of several types: \(names.joined(separator: ", ")).")
    }
    return NetworkWeights(
      parameters: parameters, floatType: types.max { $0.byteCount < $1.byteCount } ?? .float64, notes: notes)
  }

  /// All parameters in one array.
  private static func vector(_ file: NPYFile, for network: Network, _ path: String) throws(InputError) -> NetworkWeights
  {
    guard file.shape == [network.parameterCount] else {
      throw InputError(
        path, expected: "the \(network.parameterCount) parameters of \(network) in one axis",
        found: "the shape \(file.shapeText)")
    }
    guard let type: FloatType = ["f4": .float32, "f8": .float64][String(file.dtype.dropFirst())] else {
      throw InputError(path, expected: "floats of 4 or 8 bytes", found: "type \(file.dtype)")
    }
    try require(notFinite(file.values, name: "entry", shape: file.shape).map { [$0] } ?? [], path)
    return NetworkWeights(parameters: file.values, floatType: type, notes: [])
  }

  private static func require(_ unsound: [String], _ path: String) throws(InputError) {
    guard !unsound.isEmpty else { return }
    throw InputError(
      path, expected: "finite weights", found: WeightMatching.list(unsound),
      advice: "The training diverged, or the file is damaged.")
  }

  /// The first number that is not finite, and how many are not; nil if all are.
  private static func notFinite(_ values: [Double], name: String, shape: [Int]) -> String? {
    guard let first = values.firstIndex(where: { !$0.isFinite }) else { return nil }
    let count = values.count { !$0.isFinite }
    var (place, rest): ([Int], Int) = ([], first)
    for size in shape.reversed() {
      place.insert(rest % size, at: 0)
      rest /= size
    }
    let others = count == 1 ? "" : " and \(count - 1) more of its \(values.count) numbers"
    return "\(values[first]) at \(name)[\(place.map(String.init).joined(separator: ", "))]\(others)"
  }
}
