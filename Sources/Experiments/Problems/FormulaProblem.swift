import Descent
import Formats
import Numerics
import Objectives

/// `"kind": "formula"`: a loss of one's own, written as a formula.
struct FormulaProblem: SpecProblem {
  private let objective: FormulaObjective

  static let settings = SpecObject(
    kind: "formula",
    explanation: """
      A loss of one's own, for models of a few parameters. A formula has numbers, + - * / ^, brackets, the functions \
      \(functions), max, min and pow of two arguments, the parameters theta[0], theta[1] …, columns of the data and constants \
      by their names, pi, and sums: sum(k, 0, 9, theta[k]*x[k]). -x^2 is −(x²). Derivatives are exact; at kinks those of abs \
      and relu are 0, and max and min are their first argument where both are equal. \(PlainWorkload.explanation())
      """,
    fields: [
      .init("loss", .text, .required, "The loss of a sample, such as 0.25*(y - x*theta[0]^2)^2."),
      data,
      .init(
        "parameters", .integer(1...FormulaObjective.largestParameterCount), .optional,
        "d; as many as the formula needs if left out."),
      .init("constants", .named(.number(.any)), .defaultsTo([:]), "Numbers by name: {\"c\": 2}."),
    ])

  private static var functions: String { ElementaryFunction.allCases.map(\.rawValue).joined(separator: ", ") }

  private static var data: SpecField {
    var field = SpecData.field(.targets, isRequired: false)
    field.explanation = """
      The samples; without any there is one. Features are the columns x0, x1 … (x is x0), the target is y; the names in a \
      file's header hold besides.
      """
    return field
  }

  static let measures = PlainWorkload.measures()

  static let defaultFinals = PlainWorkload.defaultFinals

  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    var columns: [FormulaColumn] = []
    if settings.has("data") {
      let samples = try SpecData.samples(settings.object("data"), .targets, seeds: seeds, files: files)
      let (entries, overflow) = samples.features.rowCount.multipliedReportingOverflow(by: samples.features.columnCount)
      guard !overflow, entries <= LabelledSamples.largestEntryCount else {
        throw InputError(
          "data", expected: "at most \(LabelledSamples.largestEntryCount) numbers, samples times features, 0s counted",
          found: "\(samples.features.rowCount) samples of \(samples.features.columnCount)")
      }
      columns = Self.columns(samples)
    }
    do throws(InputError) {
      objective = try FormulaObjective(
        loss: settings.text("loss"), columns: columns, constants: settings.namedNumbers("constants"),
        parameterCount: settings.has("parameters") ? settings.integer("parameters") : nil)
    } catch {
      guard error.location == "columns" else { throw error }
      throw InputError("data", expected: error.expected, found: error.found, advice: error.advice)
    }
  }

  /// Every column under the name that the file has for it and under its number; a file's own names come first.
  private static func columns(_ samples: LabelledSamples) -> [FormulaColumn] {
    let features = samples.features
    var values = [[Double]](
      repeating: [Double](repeating: 0, count: features.rowCount), count: features.columnCount)
    for row in 0..<features.rowCount {
      features.forEachEntry(ofRow: row) { column, value in values[column][row] = value }
    }
    var columns: [FormulaColumn] = []
    var taken: Set<String> = []
    func add(_ name: String, _ values: [Double]) {
      if taken.insert(name).inserted { columns.append(FormulaColumn(name, values)) }
    }
    for (name, values) in zip(samples.featureNames, values) { add(name, values) }
    if let name = samples.labelName { add(name, samples.labels) }
    for (place, values) in values.enumerated() { add("x\(place)", values) }
    if let first = values.first { add("x", first) }
    add("y", samples.labels)
    return columns
  }

  var sampleCount: Int { objective.sampleCount }

  var finiteSum: SpecObjective { SpecObjective(objective) }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    PlainWorkload.make(
      objective, parts, sampleCost: 10 * Double(objective.operationCount + 1), problems: &problems)
  }
}
