import Citations
import Diagnosis
import Formats
import Numerics
import Reporting

/// A diagnosis as text, JSON and report.
struct DiagnosisPage {
  private let diagnosis: Diagnosis
  private let command: String
  private let model: String
  private let files: [String]

  /// - Parameter files: those of the weights and of the data, as they were given.
  init(_ diagnosis: Diagnosis, command: String, model: String, files: [String]) {
    self.diagnosis = diagnosis
    self.command = command
    self.model = model
    self.files = files
  }

  /// The publications of what was used, also of the figures' colours where they are drawn.
  private func citations(hasFigures: Bool) -> [Citation] {
    let sections = diagnosis.sections
    return (sections.flatMap(\.citations) + (hasFigures ? sections.flatMap(\.figures).flatMap(\.citations) : []))
      .sortedByKey
  }

  /// The result for programs; the keys are in Documentation/diagnose.md.
  ///
  /// - Parameter hasFigures: whether figures are drawn of it.
  func json(hasFigures: Bool) -> JSON {
    var result: [String: JSON] = [
      "version": .string(Program.version), "command": .string(command),
      "model": [
        "network": .string("\(diagnosis.network)"), "parameters": .integer(diagnosis.network.parameterCount),
        "layers": diagnosis.network.layerList, "weights": .string(files[0]),
        "floatType": .string(diagnosis.weights.floatType.rawValue),
      ],
      "data": [
        "source": .string(diagnosis.data.source), "samples": .integer(diagnosis.data.sampleCount),
        "inputs": .integer(diagnosis.network.inputCount), "outputs": .integer(diagnosis.network.outputCount),
      ],
      "lossFormula": .string("(1/n) Σ fᵢ, fᵢ = \(diagnosis.lossFormula)"),
      "precision": .string(diagnosis.isSingle ? "single" : "double"), "seed": .unsigned(diagnosis.options.seed),
      "memoryBytes": .integer(diagnosis.memory), "summary": .array(statements.map(JSON.string)),
      "notes": .array(caveats.map(JSON.string)), "citations": citations(hasFigures: hasFigures).json,
    ]
    for section in diagnosis.sections { result[section.measure.rawValue] = section.json }
    return .object(result)
  }

  /// What came out, in sentences.
  private var statements: [String] {
    diagnosis.sections.flatMap(\.statements)
  }

  private var caveats: [String] {
    diagnosis.weights.notes + diagnosis.data.notes + diagnosis.sections.flatMap(\.caveats)
  }

  private var facts: [(what: String, value: String)] {
    [
      ("network", "\(diagnosis.network)"),
      ("parameters", "\(diagnosis.network.parameterCount), \(diagnosis.weights.floatType.rawValue) in \(files[0])"),
      ("data", "\(diagnosis.data.sampleCount) samples of \(diagnosis.data.source)"),
      ("loss", "mean of \(diagnosis.lossFormula)"),
      (
        "products",
        "in \(diagnosis.isSingle ? "single" : "double") precision, with up to \(Self.megabytes(diagnosis.memory)) of memory"
      ),
    ]
  }

  private static func megabytes(_ bytes: Int) -> String {
    let value = Double(bytes) / 1e6
    return value < 1 ? "1 MB" : "\(NumberText.readable(value.rounded(), digits: 3)) MB"
  }

  /// The result for people.
  var text: String {
    let width = facts.map(\.what.count).max() ?? 0
    var parts = [facts.map { "\($0.what.padded(to: width))  \($0.value)" }.joined(separator: "\n")]
    for section in diagnosis.sections {
      if let refusal = section.refusal {
        parts.append("\(section.measure.title)\n  not measured: \(refusal)")
        continue
      }
      let width = section.lines.map(\.what.count).max() ?? 0
      let lines = section.lines.map { "  \($0.what.padded(to: width))  \($0.value)" }
      parts.append(([section.measure.title] + lines).joined(separator: "\n"))
    }
    parts.append((["In words"] + statements.map { "  \($0)" }).joined(separator: "\n"))
    if !caveats.isEmpty { parts.append(caveats.map { "* \($0)" }.joined(separator: "\n")) }
    return parts.joined(separator: "\n\n") + "\n"
  }

  /// The result as a page.
  func report(_ json: JSON) -> AnalysisReport {
    AnalysisReport(
      title: "Diagnosis of \(model)", kind: "diagnosis", tallies: [], summary: statements.joined(separator: "\n\n"),
      notice: nil,
      facts: facts,
      parts: diagnosis.sections.map { section in
        .init(
          anchor: section.measure.rawValue, heading: section.measure.title,
          text: section.refusal.map { "Not measured: \($0)." } ?? "", facts: section.lines, figures: section.figures,
          tables: section.tables)
      }, caveats: caveats, document: ("diagnosis.json", json.readableText), command: command, version: Program.version,
      citations: citations(hasFigures: true))
  }
}
