import Formats
import Foundation
import Numerics
import Objectives
import TestSupport
import Testing

@testable import Diagnosis

/// Weights from files, above all PyTorch's.
@Suite struct NetworkWeightsTests {
  private let scratch = ScratchFolder()
  private let network: Network

  init() throws { network = try Network(parsing: "mlp:3-4-2:relu") }

  private func path(_ base64: String, _ name: String = "w") throws -> String {
    try #require(Data(base64Encoded: base64)).write(to: URL(filePath: scratch.file(name)))
    return scratch.file(name)
  }

  private func path(_ tensors: [SafetensorsFile.NewTensor]) throws -> String {
    try SafetensorsFile.write(tensors, to: scratch.file("w"))
    return scratch.file("w")
  }

  private func error(_ path: String, names: String? = nil) -> InputError? {
    refusal { () throws(InputError) in
      _ = try NetworkWeights.read(
        path, for: network, names: names.map { n throws(InputError) in try .init(parsing: n) } ?? .init())
    }
  }

  /// Four tensors that fit, with a beginning before their names.
  private func fitting(_ prefix: String = "") -> [SafetensorsFile.NewTensor] {
    network.parameterBlocks.map {
      .init(prefix + $0.name, shape: $0.shape, values: $0.range.map(Double.init))
    }
  }

  /// The outputs and losses of PyTorch itself, to rounding.
  @Test func whatPyTorchFinds() throws {
    let weights = try NetworkWeights.read(path(TorchFiles.sequential), for: network)
    #expect(weights.floatType == .float32 && weights.notes.isEmpty && weights.parameters.count == 26)
    let classes = try NetworkObjective(
      network, inputs: TorchFiles.inputs, targets: .classes([1, 0, 1]), loss: .crossEntropy)
    #expect(abs(classes.loss(at: weights.parameters) - TorchFiles.crossEntropy) < 1e-14)
    let numbers = try NetworkObjective(
      network, inputs: TorchFiles.inputs, targets: .values([0.5, 1, -1, 0, 2, -0.25]),
      loss: NetworkLoss(parsing: "mse"))
    #expect(abs(numbers.loss(at: weights.parameters) - TorchFiles.meanSquaredError) < 1e-14)
    let exact = try NetworkObjective(
      network, inputs: TorchFiles.inputs, targets: .values(TorchFiles.outputs), loss: .squared())
    #expect(exact.loss(at: weights.parameters) < 1e-30)
  }

  /// The example in the repository: what its README says PyTorch printed.
  @Test func theExample() throws {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder = root.appending(path: "Examples/pytorch").path
    let network = try Network(model: "mlp:64-32-10:relu")
    let weights = try NetworkWeights.read("\(folder)/weights.safetensors", for: network)
    #expect(try NetworkWeights.read("\(folder)/weights.npz", for: network) == weights)
    #expect(weights.floatType == .float32)
    let data = try DiagnosisData.read("\(folder)/data.npz", for: network, loss: .crossEntropy)
    #expect(data.sampleCount == 1_000 && data.notes.isEmpty)
    let loss = try data.objective(network).loss(at: weights.parameters)
    #expect(abs(loss - 0.0392209233) < 1e-10)
  }

  @Test func theSameFromEveryFile() throws {
    let weights = try NetworkWeights.read(path(TorchFiles.sequential), for: network)
    let archive = try NetworkWeights.read(path(TorchFiles.archive, "a"), for: network)
    #expect(archive == weights)
    let named = try NetworkWeights.read(path(TorchFiles.named), for: network, names: .init(parsing: "fc1=0,fc2=2"))
    #expect(named.parameters == weights.parameters)
    #expect(named.notes == ["Tensors of fc1 are those of 0.", "Tensors of fc2 are those of 2."])
    try NPYFile(shape: [26], values: weights.parameters).write(to: scratch.file("v.npy"))
    let vector = try NetworkWeights.read(scratch.file("v.npy"), for: network)
    #expect(vector.parameters == weights.parameters && vector.floatType == .float64)
  }

  @Test func beginningsThatAllNamesShare() throws {
    for prefix in ["model.", "module.net.", "0."] {
      let weights = try NetworkWeights.read(path(fitting(prefix)), for: network)
      #expect(weights.parameters == (0..<26).map(Double.init))
      #expect(weights.notes == ["All names in the file begin with \"\(prefix)\", which was left out."])
    }
    #expect(
      try NetworkWeights.read(path(fitting("net.")), for: network, names: .init(parsing: "net=")).notes.count == 1)
    // Not all of them.
    var tensors = fitting("model.")
    tensors[0].name = "0.weight"
    #expect(
      error(try path(tensors))?.found.hasPrefix("no 0.bias [4]; no 2.weight [2, 4]; no 2.bias [2]; model.0.bias")
        == true)
  }

  @Test func namesWhatDoesNotFit() throws {
    var tensors = fitting()
    tensors[0].shape = [3, 4]
    tensors[1].name = "0.biass"
    tensors[2].shape = [8]
    let found = error(try path(tensors))
    #expect(
      found?.found
        == "no 0.bias [4]; 0.weight of shape [3, 4] instead of [4, 3], which looks transposed; "
        + "2.weight of shape [8] instead of [2, 4]; 0.biass [4], which the network does not have")
    #expect(found?.expected == "the tensors of Linear(3, 4), ReLU, Linear(4, 2)")
    #expect(error(try path([]))?.found == "no 0.weight [4, 3]; no 0.bias [4]; no 2.weight [2, 4]; no 2.bias [2]")
    #expect(error(try path(TorchFiles.named))?.advice == "By their shapes, --map fc1=0,fc2=2 would fit.")
    #expect(error(try path(fitting()), names: "fc1=0")?.advice == "There are: 0.weight, 0.bias, 2.weight, 2.bias.")
    #expect(error(try path(fitting()), names: "0=2")?.found.hasSuffix("as 2.weight") == true)
    for names in ["", "a", "a=b=c", "=0", "a=0,a=2", "a=0,"] {
      #expect(refusal { () throws(InputError) in _ = try TensorNames(parsing: names) } != nil, "\(names)")
    }
  }

  @Test func namesNumbersThatAreNotFinite() throws {
    var tensors = fitting()
    tensors[0].values[7] = .nan
    tensors[0].values[9] = .infinity
    tensors[3].values[1] = -.infinity
    #expect(
      error(try path(tensors))?.found
        == "nan at 0.weight[2, 1] and 1 more of its 12 numbers; -inf at 2.bias[1]")
  }

  @Test func otherFiles() throws {
    #expect(error(scratch.file("none"))?.found == "\"No such file or directory\"")
    #expect(error(scratch.path)?.found == "a folder")
    try AtomicFile.write([0x80, 2, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20], to: scratch.file("old.pt"))
    #expect(error(scratch.file("old.pt"))?.found == "a PyTorch checkpoint, which is a pickle")
    try AtomicFile.write("not weights at all", to: scratch.file("text"))
    #expect(error(scratch.file("text"))?.advice == "It may be a file of another kind.")
    try NPYFile(shape: [2, 13], values: [Double](repeating: 0, count: 26)).write(to: scratch.file("m.npy"))
    #expect(error(scratch.file("m.npy"))?.found == "the shape (2, 13)")
    var writer = try NPZWriter(scratch.file("i.npz"))
    for block in network.parameterBlocks {
      try writer.begin(block.name, .int64, shape: block.shape)
      try writer.append(block.range.map { $0 })
      try writer.end()
    }
    try writer.finish()
    #expect(
      error(scratch.file("i.npz"))?.found.hasPrefix("0.weight of type <i8, which is no floating-point type") == true)
    let wide = try Network(parsing: "mlp:100000-100000")
    #expect(
      refusal { () throws(InputError) in _ = try NetworkWeights.read("none", for: wide) }?.expected
        == "at most 268435456 parameters")
  }

  /// Numbers of a name, in the order of their values.
  @Test func guessesCountAsPeopleDo() throws {
    let network = try Network(widths: [Int](repeating: 2, count: 12), activation: .tanh, bias: false)
    let tensors = (1...11).map { SafetensorsFile.NewTensor("fc\($0).weight", shape: [2, 2], values: [1, 2, 3, 4]) }
    let path = try path(tensors)
    let advice = refusal { () throws(InputError) in _ = try NetworkWeights.read(path, for: network) }?.advice
    #expect(
      advice?.hasPrefix("By their shapes, --map fc1=0,fc2=2,fc3=4") == true && advice?.contains("fc11=20") == true)
  }
}
