import Numerics
import Objectives

/// What a loss makes of a table's targets.
struct TargetReading {
  let targets: NetworkTargets<Double>
  let classes: [Int]?
  let notes: [String]

  /// - Throws: `InputError` that names the place and the row of a target that does not belong to the loss.
  init(_ table: SampleTable, rows: Range<Int>, outputCount m: Int, loss: NetworkLoss) throws(InputError) {
    let q = table.targetCount
    let values = Array(table.targets[rows.lowerBound * q..<rows.upperBound * q])
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw InputError(
        table.targetPlace, expected: "finite targets", found: "\(values[place]) in row \(rows.lowerBound + place / q)")
    }
    switch loss {
    case .crossEntropy:
      guard m > 1 else {
        throw InputError(
          "loss", expected: "two outputs or more, for cross-entropy", found: "1",
          advice: "The loss of one output and two classes is logistic.")
      }
      let found = try Self.classes(values, table, rows: rows, outputCount: m, purpose: "for cross-entropy")
      (targets, classes, notes) = (.classes(found), found, [])
    case .logistic:
      let (labels, note) = try Self.signs(values, table, outputCount: m)
      (targets, classes, notes) = (.values(labels), nil, note.map { [$0] } ?? [])
    case .squared where q == 1 && m > 1:
      let found = try Self.classes(values, table, rows: rows, outputCount: m, purpose: "or \(m) numbers")
      guard found.count <= DiagnosisData.largestEntryCount / m else {
        throw InputError(
          table.targetPlace, expected: "at most \(DiagnosisData.largestEntryCount) targets, samples times outputs",
          found: "\(found.count) × \(m)", advice: "Take a part of the samples with --split.")
      }
      var indicators = [Double](repeating: 0, count: found.count * m)
      for (row, label) in found.enumerated() { indicators[row * m + label] = 1 }
      targets = .values(indicators)
      classes = found
      notes = ["Targets are classes: 1 at a sample's own output, 0 at the others."]
    case .squared:
      guard q == m else {
        throw InputError(
          table.targetPlace, expected: "\(m) target\(m == 1 ? "" : "s") a sample, one an output", found: "\(q)")
      }
      (targets, classes, notes) = (.values(values), nil, [])
    }
  }

  /// Whole numbers from 0 to m − 1.
  private static func classes(
    _ values: [Double], _ table: SampleTable, rows: Range<Int>, outputCount m: Int, purpose: String
  ) throws(InputError) -> [Int] {
    let expected = "a class from 0 to \(m - 1) a sample, \(purpose)"
    guard table.targetCount == 1 else {
      throw InputError(
        table.targetPlace, expected: expected, found: "\(table.targetCount) numbers a sample",
        advice: "In NumPy, of indicators: y.argmax(axis=1).")
    }
    if let row = values.firstIndex(where: { !($0 >= 0 && $0 < Double(m) && $0 == $0.rounded()) }) {
      let count = values.count { !($0 >= 0 && $0 < Double(m) && $0 == $0.rounded()) }
      let isClassFromOne = values.allSatisfy { $0 >= 1 && $0 <= Double(m) && $0 == $0.rounded() }
      throw InputError(
        table.targetPlace, expected: expected,
        found: "\(text(values[row])) in row \(rows.lowerBound + row)"
          + (count == 1 ? "" : ", and \(count - 1) more that are none"),
        advice: isClassFromOne ? "Classes count from 0: subtract 1." : "")
    }
    return values.map { Int($0) }
  }

  /// Labels −1 and 1, and how they were found.
  private static func signs(
    _ values: [Double], _ table: SampleTable, outputCount m: Int
  ) throws(InputError) -> ([Double], String?) {
    guard m == 1 else {
      throw InputError(
        "loss", expected: "one output, for the logistic loss", found: "\(m)",
        advice: "The loss of several outputs and classes is crossEntropy.")
    }
    guard table.targetCount == 1 else {
      throw InputError(
        table.targetPlace, expected: "one label a sample, for the logistic loss", found: "\(table.targetCount)")
    }
    // Of all samples, so that a part of them has the same signs.
    var labels = Set<Double>()
    for value in table.targets where value.isFinite {
      labels.insert(value)
      if labels.count > 2 { break }
    }
    if labels.isSubset(of: [-1, 1]) { return (values, nil) }
    if labels.isSubset(of: [0, 1]) { return (values.map { $0 == 0 ? -1 : 1 }, "The label 0 stands for y = −1.") }
    guard let smaller = labels.min(), let larger = labels.max(), labels.count == 2 else {
      throw InputError(
        table.targetPlace, expected: "two labels, for the logistic loss",
        found: labels.count > 2 ? "more" : "only \(labels.map(text).joined())",
        advice: labels.count > 2 ? "The loss of more classes is crossEntropy, that of numbers squared." : "")
    }
    return (
      values.map { $0 == smaller ? -1 : 1 },
      "The label \(text(smaller)) stands for y = −1, \(text(larger)) for y = 1."
    )
  }

  /// A number, without ".0" where it is whole.
  private static func text(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }
}
