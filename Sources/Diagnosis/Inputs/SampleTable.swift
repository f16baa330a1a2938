import DataSets
import Formats
import Foundation
import Numerics

/// Samples as a file has them: rows of inputs, and one target or several for each.
struct SampleTable {
  /// n × p numbers, row by row.
  var inputs: [Double]
  /// p.
  var inputCount: Int
  /// n × q numbers.
  var targets: [Double]
  /// q.
  var targetCount: Int
  /// n.
  var sampleCount: Int
  /// Names the inputs in errors.
  var inputPlace: String
  /// Names the targets in errors.
  var targetPlace: String
  /// What was done to numbers.
  var notes: [String] = []

  private static let pixelNote = "Pixels from 0 to 255 are divided by 255."

  /// Reads what ``DiagnosisData/read(_:for:loss:split:normalization:)`` describes.
  ///
  /// - Parameter inputCount: p of the network, known before numbers are read.
  static func read(_ text: String, inputCount: Int, split: DataSplit) throws(InputError) -> SampleTable {
    if Folder.exists(text) { return try folder(text, part: split.part) }
    let pair = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    if pair.count == 2, !Folder.holds(text) {
      try refuse(part: split.part, of: text)
      return try files(inputs: pair[0], targets: pair[1], inputCount: inputCount)
    }
    switch kind(of: text) {
    case "csv", "tsv", "libsvm", "svm", "txt":
      try refuse(part: split.part, of: text)
      return try samples(text, inputCount: inputCount)
    default:
      let start = try InputFile.beginning(of: text, count: 4) ?? []
      if start.starts(with: [0x93, 0x4E]) || start.starts(with: [0, 0]) || start.starts(with: [0x1F, 0x8B]) {
        throw InputError(
          text, expected: "inputs and targets", found: "one file",
          advice: "Name the file with the targets, too: INPUTS,TARGETS.")
      }
      return try archive(text, inputCount: inputCount, part: split.part)
    }
  }

  /// The last extension of the name in small letters, that of the compression left aside.
  private static func kind(of path: String) -> String {
    let name = path.lowercased()
    return URL(filePath: name.hasSuffix(".gz") ? String(name.dropLast(3)) : name).pathExtension
  }

  private static func refuse(part: String?, of text: String) throws(InputError) {
    guard let part else { return }
    throw InputError(
      "split", expected: "a range of rows, since \(text) has no parts", found: "\"\(part)\"",
      advice: "Parts are those of an .npz archive (x_train, y_train) or of a folder in MNIST's layout.")
  }

  /// A folder in MNIST's layout.
  private static func folder(_ path: String, part: String?) throws(InputError) -> SampleTable {
    let parts: [String: ImageSamples.Part] = ["train": .training, "test": .test]
    guard let chosen = parts[part ?? "train"] else {
      throw InputError("split", expected: "train or test, the parts of \(path)", found: "\"\(part ?? "")\"")
    }
    return images(try ImageSamples.readIDX(folder: path, chosen), path, path)
  }

  private static func images(_ images: ImageSamples, _ inputPlace: String, _ targetPlace: String) -> SampleTable {
    SampleTable(
      inputs: images.pixels, inputCount: images.pixelCount, targets: images.classes.map(Double.init), targetCount: 1,
      sampleCount: images.sampleCount, inputPlace: inputPlace, targetPlace: targetPlace, notes: [pixelNote])
  }

  /// Two IDX files, or two .npy files.
  private static func files(inputs: String, targets: String, inputCount: Int) throws(InputError) -> SampleTable {
    let kinds = try [inputs, targets].map { path throws(InputError) in
      let start = try InputFile.beginning(of: path, count: 2) ?? []
      return start.first == 0x93 ? "an .npy file" : "an IDX file"
    }
    guard kinds[0] == kinds[1] else {
      throw InputError(
        targets, expected: "\(kinds[0]) of targets, since the inputs are in one", found: "\(kinds[1])")
    }
    guard kinds[0] == "an .npy file" else {
      return images(
        try ImageSamples(
          images: try .read(inputs), labels: try .read(targets), location: inputs, labelLocation: targets), inputs,
        targets)
    }
    let x = try NPYFile.read(inputs)
    try check(x.shape, inputCount: inputCount, inputs)
    return try arrays(x, try .read(targets), inputs, targets)
  }

  /// Arrays of an archive.
  private static func archive(_ path: String, inputCount: Int, part: String?) throws(InputError) -> SampleTable {
    let file = try NPZFile.read(path)
    let candidates = part.map { [("x_\($0)", "y_\($0)")] } ?? [("x", "y"), ("inputs", "targets")]
    guard let (x, y) = candidates.first(where: { file.names.contains($0.0) && file.names.contains($0.1) }) else {
      let parts = file.names.filter { $0.hasPrefix("x_") && file.names.contains("y_" + $0.dropFirst(2)) }
      let names = parts.map { String($0.dropFirst(2)) }
      throw InputError(
        path, expected: "arrays \(candidates.map { "\($0.0) and \($0.1)" }.joined(separator: ", or "))",
        found: file.names.isEmpty ? "an empty archive" : "only \(file.names.prefix(20).joined(separator: ", "))",
        advice: names.isEmpty ? "" : "Choose a part with --split \(names.prefix(5).joined(separator: " or --split ")).")
    }
    let place = "\(path), \(x)"
    let (shape, type) = try file.description(of: x)
    try check(shape, inputCount: inputCount, place)
    var table = try arrays(try file.array(x), try file.array(y), place, "\(path), \(y)")
    if type.hasSuffix("u1"), table.inputs.contains(where: { $0 > 1 }) {
      table.notes.append(
        "\(x) holds bytes up to \(Int(table.inputs.max() ?? 0)), taken as they are, not divided by 255.")
    }
    return table
  }

  /// Whether a shape is n × p, before so many numbers are read.
  private static func check(_ shape: [Int], inputCount: Int, _ place: String) throws(InputError) {
    guard let n = shape.first else {
      throw InputError(place, expected: "n × p numbers, a row for each sample", found: "a single number")
    }
    var width = 1
    for size in shape.dropFirst() {
      let (product, overflow) = width.multipliedReportingOverflow(by: size)
      width = overflow ? .max : product
    }
    guard n > 0 else {
      throw InputError(place, expected: "one sample or more", found: "the shape \(NPYFile.text(shape))")
    }
    guard width == inputCount else {
      throw InputError(
        place, expected: "\(inputCount) numbers a sample, the network's inputs",
        found: "\(width), the shape \(NPYFile.text(shape))")
    }
    guard n <= DiagnosisData.largestEntryCount / inputCount else {
      throw InputError(
        place, expected: "at most \(DiagnosisData.largestEntryCount) numbers",
        found: "the shape \(NPYFile.text(shape))", advice: "Take a part of the samples.")
    }
  }

  /// Inputs whose shape is checked, and targets.
  private static func arrays(
    _ x: NPYFile, _ y: NPYFile, _ inputPlace: String, _ targetPlace: String
  ) throws(InputError) -> SampleTable {
    let n = x.shape[0]
    guard y.shape.count == 1 || y.shape.count == 2, y.shape[0] == n, y.shape.last != 0 else {
      throw InputError(
        targetPlace, expected: "\(n) targets, a row of inputs each: shape (\(n),) or (\(n), outputs)",
        found: "the shape \(y.shapeText)")
    }
    return SampleTable(
      inputs: x.values, inputCount: x.values.count / n, targets: y.values, targetCount: y.values.count / n,
      sampleCount: n, inputPlace: inputPlace, targetPlace: targetPlace)
  }

  /// A text file of labelled samples. Of LIBSVM's format the last features may be 0 in all samples, and so be missing.
  private static func samples(_ path: String, inputCount: Int) throws(InputError) -> SampleTable {
    let isDense = ["csv", "tsv"].contains(kind(of: path))
    let samples = isDense ? try LabelledSamples.readCSV(path) : try LabelledSamples.readLIBSVM(path)
    let rows = samples.features
    let isWide = isDense ? rows.columnCount != inputCount : rows.columnCount > inputCount
    guard !isWide, rows.rowCount <= DiagnosisData.largestEntryCount / inputCount else {
      throw InputError(
        path,
        expected: "\(inputCount) numbers a sample, the network's inputs, and at most "
          + "\(DiagnosisData.largestEntryCount) in all",
        found: "\(rows.rowCount) samples of \(rows.columnCount)",
        advice: isDense && rows.columnCount + 1 == inputCount ? "The last column holds the targets." : "")
    }
    var inputs = [Double](repeating: 0, count: rows.rowCount * inputCount)
    for row in 0..<rows.rowCount {
      rows.forEachEntry(ofRow: row) { inputs[row * inputCount + $0] = $1 }
    }
    return SampleTable(
      inputs: inputs, inputCount: inputCount, targets: samples.labels, targetCount: 1, sampleCount: rows.rowCount,
      inputPlace: path, targetPlace: path)
  }
}
