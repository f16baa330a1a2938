import Formats
import Numerics
import Objectives
import TestSupport
import Testing

@testable import Diagnosis

/// Samples from files, checked against a network and a loss.
@Suite struct DiagnosisDataTests {
  private let scratch = ScratchFolder()

  private func archive(_ arrays: [(name: String, shape: [Int], values: [Double])]) throws -> String {
    let path = scratch.file("d.npz")
    var writer = try NPZWriter(path)
    for (name, shape, values) in arrays {
      try writer.begin(name, .float64, shape: shape)
      try writer.append(values)
      try writer.end()
    }
    try writer.finish()
    return path
  }

  private func read(
    _ text: String, _ model: String = "mlp:2-3", _ loss: String = "crossEntropy", split: String? = nil,
    normalization: String? = nil
  ) throws(InputError) -> DiagnosisData {
    try DiagnosisData.read(
      text, for: try Network(model: model), loss: try NetworkLoss(parsing: loss),
      split: split.map { s throws(InputError) in try DataSplit(parsing: s) } ?? DataSplit(),
      normalization: normalization.map { n throws(InputError) in try InputNormalization(parsing: n) })
  }

  private func error(
    _ text: String, _ model: String = "mlp:2-3", _ loss: String = "crossEntropy", split: String? = nil
  ) -> InputError? {
    refusal { () throws(InputError) in _ = try read(text, model, loss, split: split) }
  }

  private func classes(_ data: DiagnosisData) -> [Int]? { if case .classes(let c) = data.targets { c } else { nil } }
  private func values(_ data: DiagnosisData) -> [Double]? { if case .values(let v) = data.targets { v } else { nil } }

  private let x: [Double] = [1, 2, 3, 4, 5, 6, 7, 8]

  @Test func archives() throws {
    let path = try archive([("x", [4, 2], x), ("y", [4], [0, 2, 1, 0])])
    let data = try read(path)
    #expect(data.inputs == x && data.sampleCount == 4 && data.source == path && data.notes.isEmpty)
    #expect(classes(data) == [0, 2, 1, 0] && data.classes == [0, 2, 1, 0])
    #expect(try data.objective(Network(model: "mlp:2-3")).sampleCount == 4)
    let part = try read(path, split: "1:3")
    #expect(part.inputs == [3, 4, 5, 6] && classes(part) == [2, 1] && part.source == path + ", rows 1 to 2")
    #expect(try read(path, split: "2:").inputs == [5, 6, 7, 8])
    #expect(try read(path, split: ":1").inputs == [1, 2])
    #expect(try read(path, normalization: "1,2").inputs == x.map { ($0 - 1) / 2 })
    // Images, and the spec's names.
    let images = try archive([("inputs", [2, 2, 2], x), ("targets", [2, 1], [1, 0])])
    #expect(try read(images, "mlp:4-2").inputs == x)
    let parts = try archive([
      ("x_train", [3, 2], Array(x.prefix(6))), ("y_train", [3], [0, 1, 2]), ("x_test", [1, 2], [9, 9]),
      ("y_test", [1], [2]),
    ])
    #expect(try classes(read(parts, split: "test")) == [2])
    #expect(try read(parts, split: "train:1:2").inputs == [3, 4])
    #expect(error(parts)?.advice == "Choose a part with --split train or --split test.")
    #expect(error(parts, split: "valid")?.expected == "arrays x_valid and y_valid")
  }

  @Test func targetsOfEachLoss() throws {
    let labels = try archive([("x", [4, 2], x), ("y", [4], [0, 2, 1, 0])])
    let indicators = try read(labels, "mlp:2-3", "squared")
    #expect(values(indicators) == [1, 0, 0, 0, 0, 1, 0, 1, 0, 1, 0, 0] && indicators.classes == [0, 2, 1, 0])
    #expect(try values(read(labels, "mlp:2-1", "squared")) == [0, 2, 1, 0])
    #expect(error(labels, "mlp:2-1", "logistic")?.found == "more")
    let numbers = try archive([("x", [4, 2], x), ("y", [4, 3], (0..<12).map(Double.init))])
    #expect(try values(read(numbers, "mlp:2-3", "mse")) == (0..<12).map(Double.init))
    #expect(error(numbers, "mlp:2-2", "mse")?.found == "3")
    #expect(error(numbers)?.advice == "In NumPy, of indicators: y.argmax(axis=1).")
    for (y, signs, note) in [
      ([0, 1, 1, 0], [-1, 1, 1, -1], 1), ([-1, 1, 1, 1], [-1, 1, 1, 1], 0), ([3, 8, 3, 3], [-1, 1, -1, -1], 1),
      ([1, 1, 1, 1], [1, 1, 1, 1], 0), ([0, 0, 0, 0], [-1, -1, -1, -1], 1),
    ] as [([Double], [Double], Int)] {
      let path = try archive([("x", [4, 2], x), ("y", [4], y)])
      let data = try read(path, "mlp:2-1", "logistic")
      #expect(values(data) == signs && data.notes.count == note, "\(y)")
      // A part has the signs of all.
      #expect(try values(read(path, "mlp:2-1", "logistic", split: "0:1")) == [signs[0]])
    }
    let single = try archive([("x", [2, 2], [1, 2, 3, 4]), ("y", [2], [7, 7])])
    #expect(error(single, "mlp:2-1", "logistic")?.found == "only 7")
    #expect(error(labels, "mlp:2-3", "logistic")?.location == "loss")
    #expect(error(labels, "mlp:2-1", "crossEntropy")?.location == "loss")
  }

  @Test func namesRows() throws {
    let path = try archive([("x", [4, 2], x), ("y", [4], [1, 2, 3, 1])])
    let found = error(path, split: "1:4")
    #expect(found?.location == "\(path), y" && found?.found == "3 in row 2")
    #expect(found?.advice == "Classes count from 0: subtract 1.")
    #expect(
      error(try archive([("x", [4, 2], x), ("y", [4], [0, -1, 0.5, 7])]))?.found
        == "-1 in row 1, and 2 more that are none")
    var damaged = x
    damaged[5] = .nan
    let nan = try archive([("x", [4, 2], damaged), ("y", [4], [0, 0, 0, 0])])
    #expect(error(nan)?.found == "nan in row 2, column 1")
    #expect(try read(nan, split: "0:2").sampleCount == 2)
    damaged[0] = .infinity
    #expect(
      error(try archive([("x", [4, 2], damaged), ("y", [4], [0, 0, 0, 0])]))?.found
        == "inf in row 0, column 0, and 1 more that are not")
    #expect(error(try archive([("x", [4, 2], x), ("y", [4], [0, 0, .nan, 0])]))?.found == "nan in row 2")
  }

  @Test func shapes() throws {
    for (arrays, model) in [
      ([("x", [4, 2], x), ("y", [3], [0, 0, 0])], "mlp:2-3"),
      ([("x", [4, 2], x), ("y", [4], [0, 0, 0, 0])], "mlp:3-3"),
      ([("x", [0, 2], []), ("y", [0], [])], "mlp:2-3"), ([("x", [], [1]), ("y", [1], [0])], "mlp:1-3"),
      ([("x", [2, 2, 2], x), ("y", [2], [0, 0])], "mlp:2-3"),
      ([("x", [4, 2], x), ("y", [4, 1, 1], [0, 0, 0, 0])], "mlp:2-3"),
      ([("x", [4, 2], x), ("y", [4, 0], [])], "mlp:2-3"), ([("x", [4, 2], x)], "mlp:2-3"), ([], "mlp:2-3"),
    ] as [([(name: String, shape: [Int], values: [Double])], String)] {
      let path = try archive(arrays)
      #expect(error(path, model)?.location.hasPrefix(path) == true)
    }
    let path = try archive([("x", [4, 2], x), ("y", [4], [0, 0, 0, 0])])
    #expect(error(path, split: "0:5")?.found == "0:5")
    #expect(error(path, split: "4:")?.found == "4:4")
    #expect(error(path, split: "train:0:1")?.expected == "arrays x_train and y_train")
  }

  @Test func splits() throws {
    for text in ["", ":", "1:2:3", "1", "train:1", "a:b", "-1:2", "train:", "train:a:b", "train:1:2:3", "1:-2", ":1:2"]
    {
      let isAll = text == ":"
      #expect((refusal { () throws(InputError) in _ = try DataSplit(parsing: text) } == nil) == isAll, "\(text)")
    }
    #expect(
      refusal { () throws(InputError) in _ = try DataSplit(parsing: "3:3") }?.expected == "a range with one row or more"
    )
    for text in ["", "1", "1,0", "1,-1", "nan,1", "1,inf", "1,2,3", "a,b"] {
      #expect(refusal { () throws(InputError) in _ = try InputNormalization(parsing: text) } != nil, "\(text)")
    }
  }

  @Test func textFiles() throws {
    let csv = scratch.file("d.csv")
    try AtomicFile.write("a,b,class\n1,2,0\n3,4,2\n", to: csv)
    #expect(try classes(read(csv)) == [0, 2])
    #expect(try read(csv).inputs == [1, 2, 3, 4])
    #expect(error(csv, "mlp:3-3")?.advice == "The last column holds the targets.")
    #expect(error(csv, split: "train")?.location == "split")
    try AtomicFile.write("1,2,0\n3,nan,2\n", to: csv)
    #expect(error(csv)?.location == "\(csv), line 2, column 3")
    let sparse = scratch.file("d.libsvm")
    try AtomicFile.write("1 2:0.5\n0 1:3\n", to: sparse)
    #expect(try read(sparse, "mlp:4-2").inputs == [0, 0.5, 0, 0, 3, 0, 0, 0])
    #expect(error(sparse, "mlp:1-2")?.found == "2 samples of 2")
    try AtomicFile.write("1 50000000:1\n", to: sparse)
    #expect(error(sparse, "mlp:2-2") != nil)
  }

  @Test func pairs() throws {
    func idx(_ name: String, _ shape: [Int], _ bytes: [UInt8]) throws -> String {
      let sizes: [UInt8] = shape.flatMap { [0, 0, 0, UInt8($0)] }
      try AtomicFile.write([0, 0, 8, UInt8(shape.count)] + sizes + bytes, to: scratch.file(name))
      return scratch.file(name)
    }
    let images = try idx("train-images-idx3-ubyte", [2, 1, 2], [0, 255, 51, 102])
    let labels = try idx("train-labels-idx1-ubyte", [2], [1, 0])
    let data = try read("\(images),\(labels)", "mlp:2-2")
    #expect(data.inputs == [0, 1, 0.2, 0.4] && classes(data) == [1, 0])
    #expect(data.notes == ["Pixels from 0 to 255 are divided by 255."])
    #expect(try read(scratch.path, "mlp:2-2").inputs == data.inputs)
    #expect(try read(scratch.path, "mlp:2-2", split: "train:1:2").inputs == [0.2, 0.4])
    #expect(error(scratch.path, "mlp:2-2", split: "test")?.expected.hasPrefix("t10k-images") == true)
    #expect(error(scratch.path, "mlp:2-2", split: "valid")?.location == "split")
    #expect(error("\(images),\(labels)", "mlp:3-2")?.location == images)
    #expect(error("\(images),\(labels)", "mlp:2-1", "squared:half=") != nil)
    #expect(error(images, "mlp:2-2")?.found == "one file")
    try NPYFile(shape: [2, 2], values: [1, 2, 3, 4]).write(to: scratch.file("x.npy"))
    try NPYFile(shape: [2], values: [1, 0]).write(to: scratch.file("y.npy"))
    #expect(try read("\(scratch.file("x.npy")),\(scratch.file("y.npy"))", "mlp:2-2").inputs == [1, 2, 3, 4])
    #expect(error("\(scratch.file("x.npy")),\(labels)", "mlp:2-2")?.location == labels)
    #expect(error("\(scratch.file("x.npy")),\(scratch.file("none"))", "mlp:2-2")?.location == scratch.file("none"))
  }
}
