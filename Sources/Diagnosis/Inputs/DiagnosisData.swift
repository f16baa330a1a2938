import Formats
import Numerics
import Objectives

/// Samples on which a network is diagnosed, checked against the network and its loss.
public struct DiagnosisData: Sendable {
  /// n × p numbers, row by row.
  public let inputs: [Double]
  /// What the outputs should be, as ``loss`` wants it.
  public let targets: NetworkTargets<Double>
  /// The classes of the samples, where targets are classes: also of the squared loss, whose targets are then 1 and 0.
  public let classes: [Int]?
  /// n, the number of samples.
  public let sampleCount: Int
  /// The loss that the targets were checked for.
  public let loss: NetworkLoss
  /// Where the samples come from, in words.
  public let source: String
  /// What a reader of results should know: how labels and pixels became numbers.
  public let notes: [String]

  /// Reads data.
  ///
  /// `text` is one of
  ///
  /// * the path of an `.npz` archive with arrays `x` and `y` (or `inputs` and `targets`); with the split `train`,
  ///   `x_train` and `y_train`. x is n × p; further axes, as of images, are laid out row by row. Numbers stand as they
  ///   are.
  /// * two paths with a comma between them, `IMAGES,LABELS`: both IDX files, plain or with gzip, whose pixels are
  ///   divided by 255; or both `.npy` files, as x and y.
  /// * a folder in MNIST's layout; the split `train` (also if left out) or `test` chooses. Pixels are divided by 255.
  /// * the path of a CSV file (`.csv`, `.tsv`), the last column of which is the target, or one in LIBSVM's format
  ///   (`.libsvm`, `.svm`, `.txt`), plain or with gzip.
  ///
  /// Targets: of cross-entropy, classes from 0 to m − 1; of the logistic loss, two labels, the smaller of which stands
  /// for −1 (0 and 1, or −1 and 1, even if only one is there); of the squared loss, n × m numbers, or classes if m > 1,
  /// which count as 1 at their own output and 0 at the others.
  ///
  /// Memory: the files' bytes and 8 bytes a number, at most ``largestEntryCount`` of them.
  ///
  /// - Throws: `InputError` that names the file, and the row, from 0, where something in it is wrong.
  public static func read(
    _ text: String, for network: Network, loss: NetworkLoss, split: DataSplit = DataSplit(),
    normalization: InputNormalization? = nil
  ) throws(InputError) -> DiagnosisData {
    let table = try SampleTable.read(text, inputCount: network.inputCount, split: split)
    return try DiagnosisData(table, source: text, for: network, loss: loss, split: split, normalization: normalization)
  }

  /// The largest number of inputs, and of targets, of all samples together: 1.6 GB.
  public static let largestEntryCount = 200_000_000

  init(
    _ table: SampleTable, source: String, for network: Network, loss: NetworkLoss, split: DataSplit,
    normalization: InputNormalization?
  ) throws(InputError) {
    let p = network.inputCount
    guard table.inputCount == p else {
      throw InputError(
        table.inputPlace, expected: "\(p) numbers a sample, the inputs of \(network)", found: "\(table.inputCount)")
    }
    let rows = try split.rows(of: table.sampleCount, location: table.inputPlace)
    var inputs =
      rows.count == table.sampleCount ? table.inputs : Array(table.inputs[rows.lowerBound * p..<rows.upperBound * p])
    if let place = inputs.firstIndex(where: { !$0.isFinite }) {
      let count = inputs.count { !$0.isFinite }
      throw InputError(
        table.inputPlace, expected: "finite numbers",
        found: "\(inputs[place]) in row \(rows.lowerBound + place / p), column \(place % p)"
          + (count == 1 ? "" : ", and \(count - 1) more that are not"))
    }
    var notes = table.notes
    if let normalization {
      let (mean, deviation) = (normalization.mean, normalization.standardDeviation)
      for place in inputs.indices { inputs[place] = (inputs[place] - mean) / deviation }
      notes.append("Inputs are (x − \(mean)) / \(deviation).")
      guard inputs.allSatisfy(\.isFinite) else {
        throw InputError("normalization", expected: "one that leaves inputs finite", found: "inputs that are not")
      }
    }
    let reading = try TargetReading(table, rows: rows, outputCount: network.outputCount, loss: loss)
    self.inputs = inputs
    targets = reading.targets
    classes = reading.classes
    sampleCount = rows.count
    self.loss = loss
    self.notes = notes + reading.notes
    let range = rows.count == table.sampleCount ? "" : ", rows \(rows.lowerBound) to \(rows.upperBound - 1)"
    self.source = source + (split.part.map { ", \($0)" } ?? "") + range
  }

  /// The network's loss on the samples. ``NetworkObjective/inSinglePrecision()`` rounds it.
  ///
  /// - Throws: `InputError` for another network than the data were read for.
  public func objective(_ network: Network) throws(InputError) -> NetworkObjective<Double> {
    try NetworkObjective(network, inputs: inputs, targets: targets, loss: loss)
  }
}
