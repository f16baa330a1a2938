import Formats
import Numerics
import Objectives

/// Which tensor of a file is which block of a network's parameters.
struct WeightMatching {
  /// The blocks in their order, each with its tensor.
  let pairs: [(block: Network.ParameterBlock, tensor: WeightArchive.Tensor)]
  /// What was done to names.
  let notes: [String]

  /// - Throws: `InputError` naming the file, with all that does not fit.
  init(_ archive: WeightArchive, _ network: Network, names: TensorNames, path: String) throws(InputError) {
    let tensors = try archive.tensors()
    let blocks = network.parameterBlocks
    var (found, notes) = try Self.named(tensors, by: names, path)
    let expected = Set(blocks.map(\.name))
    if Set(found.keys) != expected {
      let prefix = TensorNames.commonPrefixes(Array(found.keys)).first { prefix in
        Set(found.keys.map { String($0.dropFirst(prefix.count)) }) == expected
      }
      if let prefix {
        found = Dictionary(uniqueKeysWithValues: found.map { (String($0.key.dropFirst(prefix.count)), $0.value) })
        notes.append("All names in the file begin with \(JSON.quoted(prefix)), which was left out.")
      }
    }
    var (missing, unfit): ([String], [String]) = ([], [])
    var pairs: [(block: Network.ParameterBlock, tensor: WeightArchive.Tensor)] = []
    for block in blocks {
      guard let tensor = found.removeValue(forKey: block.name) else {
        missing.append("no \(block.name) \(Self.text(block.shape))")
        continue
      }
      if let words = Self.misfit(tensor, block) { unfit.append(words) }
      pairs.append((block, tensor))
    }
    let rest = Set(found.values.map(\.name))
    let surplus = tensors.filter { rest.contains($0.name) }.map {
      "\(Self.name($0)) \(Self.text($0.shape)), which the network does not have"
    }
    guard missing.isEmpty, unfit.isEmpty, surplus.isEmpty else {
      let wanted = blocks.map { (name: $0.name, shape: $0.shape) }
      let guess = missing.isEmpty && surplus.isEmpty ? nil : TensorNames.guess(tensors, expected: wanted)
      throw InputError(
        path, expected: "the tensors of \(network)", found: Self.list(missing + unfit + surplus),
        advice: guess.map { "By their shapes, --map \($0) would fit." } ?? "")
    }
    self.pairs = pairs
    self.notes = notes
  }

  /// The tensors by their new names.
  private static func named(
    _ tensors: [WeightArchive.Tensor], by names: TensorNames, _ path: String
  ) throws(InputError) -> ([String: WeightArchive.Tensor], [String]) {
    var (found, used): ([String: WeightArchive.Tensor], Set<String>) = ([:], [])
    for tensor in tensors {
      let (name, beginning) = names.renamed(tensor.name)
      if let beginning { used.insert(beginning) }
      if let other = found.updateValue(tensor, forKey: name) {
        throw InputError(
          path, expected: "different names of tensors", found: "\(Self.name(other)) and \(Self.name(tensor)) as \(name)"
        )
      }
    }
    let unused = names.replacements.keys.filter { !used.contains($0) }.sorted()
    if let first = unused.first {
      throw InputError(
        path, expected: "a tensor whose name begins with \(JSON.quoted(first)), as the names to replace say",
        found: "none",
        advice: tensors.isEmpty ? "" : "There are: \(tensors.prefix(20).map(Self.name).joined(separator: ", ")).")
    }
    let notes = names.replacements.sorted { $0.key < $1.key }.map { "Tensors of \($0.key) are those of \($0.value)." }
    return (found, notes)
  }

  /// What is wrong with a tensor's shape or type; nil if nothing is.
  private static func misfit(_ tensor: WeightArchive.Tensor, _ block: Network.ParameterBlock) -> String? {
    if tensor.shape != block.shape {
      let isTransposed = tensor.shape.count == 2 && tensor.shape == block.shape.reversed()
      return "\(name(tensor)) of shape \(text(tensor.shape)) instead of \(text(block.shape))"
        + (isTransposed ? ", which looks transposed" : "")
    }
    guard tensor.floatType != nil else {
      return "\(name(tensor)) of type \(tensor.type), which is no floating-point type"
    }
    return nil
  }

  /// A name, quoted if it could be mistaken for something else.
  private static func name(_ tensor: WeightArchive.Tensor) -> String {
    let isPlain = tensor.name.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "\"") }
    return isPlain && !tensor.name.isEmpty ? tensor.name : JSON.quoted(tensor.name)
  }

  private static func text(_ shape: [Int]) -> String { "[\(shape.map(String.init).joined(separator: ", "))]" }

  /// At most 20 of the texts, and how many more there are.
  static func list(_ texts: [String]) -> String {
    let rest = texts.count - 20
    return texts.prefix(20).joined(separator: "; ") + (rest > 0 ? "; and \(rest) more" : "")
  }
}
