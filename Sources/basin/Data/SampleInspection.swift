import Formats
import Numerics

/// What `basin data inspect` finds in a file of labelled samples; its JSON contract.
struct SampleInspection: Encodable {
  var path: String
  var format: String
  var samples: Int
  var features: Int
  var storedEntries: Int
  /// Of the stored entries.
  var minimum: Double?
  var maximum: Double?
  /// Samples without a stored entry other than 0.
  var emptySamples: Int
  /// The label's name, if the file has names.
  var labelName: String?
  var smallestLabel: Double
  var largestLabel: Double
  /// How many distinct labels there are, and how often each occurs, ascending, if there are at most `mostCounted`.
  var distinctLabels: Int
  var labelCounts: [LabelCount]?

  struct LabelCount: Encodable {
    var label: Double
    var count: Int
  }

  /// More labels than this are a regression's targets rather than classes.
  private static let mostCounted = 20

  init(path: String, format: String, samples: LabelledSamples) {
    let rows = samples.features
    self.path = path
    self.format = format
    self.samples = rows.rowCount
    features = rows.columnCount
    storedEntries = rows.storedCount
    minimum = rows.storedValues.min()
    maximum = rows.storedValues.max()
    emptySamples = (0..<rows.rowCount).count { rows.isEmpty(row: $0) }
    labelName = samples.labelName
    var counts: [Double: Int] = [:]
    for label in samples.labels { counts[label, default: 0] += 1 }
    distinctLabels = counts.count
    smallestLabel = counts.keys.min() ?? .nan
    largestLabel = counts.keys.max() ?? .nan
    if counts.count <= Self.mostCounted {
      labelCounts = counts.sorted { $0.key < $1.key }.map { LabelCount(label: $0.key, count: $0.value) }
    }
  }

  var text: String {
    func number(_ value: Double) -> String { NumberText.readable(value, digits: 6) }
    let cells = Double(samples) * Double(features)
    let share = NumberText.readable(100 * Double(storedEntries) / cells, digits: 3)
    var lines = [
      "file     \(path), \(format)", "samples  \(samples)", "features \(features)",
      "entries  \(storedEntries) stored, \(share) % of all",
      "range    \(minimum.map(number) ?? "-") to \(maximum.map(number) ?? "-")",
      "labels   \(distinctLabels) distinct, \(number(smallestLabel)) to \(number(largestLabel))"
        + (labelName.map { ", in the column \(JSON.string($0).text)" } ?? ""),
    ]
    for (place, entry) in (labelCounts ?? []).enumerated() {
      let sign = distinctLabels == 2 ? (place == 0 ? ", the class −1" : ", the class +1") : ""
      lines.append("         \(number(entry.label)): \(entry.count) times\(sign)")
    }
    if emptySamples > 0 { lines.append("empty    \(emptySamples) samples have zeros alone") }
    return lines.joined(separator: "\n") + "\n"
  }
}

extension FeatureRows {
  /// Whether a row has zeros alone.
  fileprivate func isEmpty(row: Int) -> Bool {
    var isEmpty = true
    forEachEntry(ofRow: row) { if $1 != 0 { isEmpty = false } }
    return isEmpty
  }
}
