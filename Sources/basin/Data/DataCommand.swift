import Formats
import Foundation
import Numerics
import Objectives

/// `basin data`: says what is in a data file, and fetches published data sets.
enum DataCommand {
  static let specification = CommandSpecification(
    name: "data", abstract: "Inspect a data file, fetch a data set.", operands: "inspect FILE | fetch NAME",
    options: [
      .init("--out", value: "DIR", help: "The folder to fetch into; the data set's name if left out."),
      .init(
        "--from", value: "URL",
        help: "Fetch from this folder of a server (http, https, file) instead of the usual ones."),
      .init("--quiet", help: "No progress on standard error."),
      .init("--json", value: "FILE", help: "Write what was found as JSON; \"-\" is standard output, instead of text."),
    ],
    discussion: """
      INSPECT
      Of a .npy file: shape, type and range, how many values are not finite, and of a matrix what it means as data of an
      autoencoder: whether its rows are orthonormal, and the largest cosine between two of them.

      Of a .npz archive the same for each array; of an IDX file (MNIST's format, ….idx or …-ubyte, also .gz) shape and range.

      Of labelled samples in LIBSVM's text format (.libsvm, .svm, .txt) or as CSV (.csv, .tsv; the last column holds the
      labels), each also compressed with gzip (.gz): samples, features, stored entries, ranges, and how often each label
      occurs. What is wrong in such a file is said with line and column.

      FETCH
      \(dataSets)

      Files are held against their published SHA-256, those that are there already too. A transfer that was cut off goes on with the
      same command; what breaks it off is tried again, and the next place after that. The transfer is the program curl's, with
      its variables for proxies (https_proxy, no_proxy).

      EXIT STATUS
        0  all well        2  the input is wrong, or no place gave the file        75  stopped by a signal: the same command goes on
      """,
    examples: [
      "basin data inspect data.npy", "basin data inspect train.svm.gz", "basin data fetch mnist --out data/mnist",
    ], operandKinds: [.choices(["inspect", "fetch"]), .choicesOrFile(PublishedDataSet.all.map(\.name), [])])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    switch command.operands.first {
    case "inspect": return try inspect(command)
    case "fetch": return try fetch(command)
    case let word:
      throw InputError(
        "basin data", expected: "what to do", found: word.map { "\"\($0)\"" } ?? "nothing",
        advice: Suggestion.sentence(for: word ?? "", among: ["inspect", "fetch"]))
    }
  }

  private static func inspect(_ command: ParsedCommand) throws(InputError) -> Int32 {
    for option in ["--out", "--from", "--quiet"] where command.values[option] != nil {
      throw InputError("basin data inspect", expected: "options of inspect", found: "\(option), which is fetch's")
    }
    guard command.operands.count == 2 else {
      throw InputError("basin data inspect", expected: "one file", found: "\(command.operands.count - 1)")
    }
    let path = command.operands[1]
    let output = try Output(command)
    switch kind(of: path) {
    case "csv", "tsv":
      let inspection = SampleInspection(path: path, format: "CSV", samples: try .readCSV(path))
      try output.deliver(inspection, text: inspection.text)
    case "libsvm", "svm", "txt":
      let inspection = SampleInspection(path: path, format: "LIBSVM", samples: try .readLIBSVM(path))
      try output.deliver(inspection, text: inspection.text)
    case "npz":
      let inspection = ArchiveInspection(path: path, archive: try NPZFile.read(path))
      try output.deliver(inspection, text: inspection.text)
    case let kind where kind == "idx" || path.contains("-ubyte"):
      let file = try IDXFile.read(path)
      let inspection = DataInspection(path: path, shape: file.shape, type: "IDX", values: file.values)
      try output.deliver(inspection, text: inspection.text)
    default:
      let inspection = DataInspection(path: path, file: try NPYFile.read(path))
      try output.deliver(inspection, text: inspection.text)
    }
    return 0
  }

  /// The last extension of the name in small letters, that of the compression left aside.
  private static func kind(of path: String) -> String {
    let name = path.lowercased()
    return URL(filePath: name.hasSuffix(".gz") ? String(name.dropLast(3)) : name).pathExtension
  }
}

/// What `basin data inspect` finds in an archive; its JSON contract. Arrays that are no numbers, such as texts, say why.
private struct ArchiveInspection: Encodable {
  var path: String
  var arrays: [DataInspection] = []
  var unreadable: [String: String] = [:]

  init(path: String, archive: NPZFile) {
    self.path = path
    for name in archive.names {
      do throws(InputError) {
        arrays.append(DataInspection(path: name, file: try archive.array(name)))
      } catch {
        unreadable[name] = error.description
      }
    }
  }

  var text: String {
    let parts = arrays.map(\.text) + unreadable.sorted { $0.key < $1.key }.map { "\($0.key)\n  \($0.value)\n" }
    return "archive    \(path), \(parts.count) array\(parts.count == 1 ? "" : "s")\n\n" + parts.joined(separator: "\n")
  }
}

/// What `basin data inspect` finds in an array; its JSON contract.
private struct DataInspection: Encodable {
  var path: String
  var shape: [Int]
  var type: String
  var notFinite: Int
  var minimum: Double?
  var maximum: Double?
  /// For a matrix of m ≤ 2,000 rows: the largest |⟨aᵢ, aⱼ⟩ − δᵢⱼ|.
  var orthonormalityDefect: Double?
  /// For a matrix of m ≤ 2,000 rows without a zero row: the largest |cos| between two rows.
  var largestCosine: Double?

  init(path: String, file: NPYFile) {
    self.init(path: path, shape: file.shape, type: file.dtype, values: file.values)
  }

  init(path: String, shape: [Int], type: String, values: [Double]) {
    self.path = path
    self.shape = shape
    self.type = type
    let finite = values.filter(\.isFinite)
    notFinite = values.count - finite.count
    minimum = finite.min()
    maximum = finite.max()
    guard shape.count == 2, shape[0] <= 2_000, notFinite == 0,
      let data = try? AutoencoderData(count: shape[0], dimension: shape[1], values: values)
    else { return }
    orthonormalityDefect = data.orthonormalityDefect
    let gram = data.gram
    let m = data.count
    let norms = (0..<m).map { gram[$0 * m + $0].squareRoot() }
    guard norms.allSatisfy({ $0 > 0 }), m > 1 else { return }
    var largest = 0.0
    for i in 0..<m { for j in 0..<i { largest = max(largest, abs(gram[i * m + j]) / (norms[i] * norms[j])) } }
    largestCosine = largest
  }

  var text: String {
    func number(_ value: Double) -> String { String(format: "%.6g", value) }
    var lines = [
      "file       \(path)", "shape      \(shape.map(String.init).joined(separator: " × ")) of \(type)",
      "range      \(minimum.map(number) ?? "-") to \(maximum.map(number) ?? "-")", "not finite \(notFinite)",
    ]
    if let orthonormalityDefect {
      let verdict = orthonormalityDefect <= 1e-9 ? "the rows are orthonormal" : "the rows are not orthonormal"
      lines.append("rows       largest |⟨aᵢ, aⱼ⟩ − δᵢⱼ| = \(number(orthonormalityDefect)): \(verdict)")
    }
    if let largestCosine { lines.append("           largest |cos| between two rows = \(number(largestCosine))") }
    return lines.joined(separator: "\n") + "\n"
  }
}
