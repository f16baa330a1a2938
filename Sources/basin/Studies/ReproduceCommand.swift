import Claims
import Formats
import Foundation
import Numerics
import Reporting
import Studies

/// `basin reproduce`: measures the claims of the studies and writes the report.
enum ReproduceCommand {
  static let studies = [
    AutoencoderStudy.study, StabilityStudy.study, SparseFeaturesStudy.study, SupportStudy.study,
  ]

  static let specification = CommandSpecification(
    name: "reproduce", abstract: "Hold the claims of the studies against measurement, and write the report.",
    operands: "[STUDY…]",
    options: [
      .init("--full", help: "Up to ten times the samples, the published sizes: takes its time, narrows the intervals."),
      .init("--claims", value: "IDS", help: "Only these claims, separated by commas: 04,b5 or autoencoder.04."),
      .init("--out", value: "DIR", help: "Where the report goes (default: basin-report)."),
      .init("--json", value: "FILE", help: "Write the claims as JSON; \"-\" is standard output, instead of the table."),
      .init("--seed", value: "N", help: "The master seed, from which all others are derived (default: 1)."),
      .init("--mnist", value: "DIR", help: "A folder with MNIST, for the claim that needs it (default: $BASIN_MNIST)."),
      .init("--jobs", value: "N", help: "Worker threads (default: one a core). Results do not depend on it."),
      .init("--quiet", help: "No progress on standard error."),
    ],
    discussion: """
      STUDIES
      \(studies.map { "  \($0.name)  \($0.title), \($0.entries.count) claims" }.joined(separator: "\n"))

      Without a STUDY all of them run. The report is DIR/index.html, one page that opens offline. Beside it are
      references.bib and for each study a folder with claims.json, data/, figures/ (SVG, PDF, PNG, CSV) and
      specs/. Files of the same names are replaced, others are left alone.

      EXIT STATUS
        0  no claim fails        1  a claim fails        2  the input is wrong        130  interrupted

      SIGINT (Control-C) or SIGTERM ends the run after the claim under way and writes the report of what
      was measured; a second one ends it at once.
      """,
    examples: [
      "basin reproduce autoencoder", "basin reproduce autoencoder --full --out report --seed 7",
      "basin reproduce autoencoder --claims 14,20 --json -",
    ], operandKinds: [.choices(studies.map(\.name))])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    let selected = try selectStudies(command)
    let seed = try command.seed("--seed", default: 1)
    let cores = ProcessInfo.processInfo.activeProcessorCount
    let jobs = try command.integer("--jobs", in: 1...1024, default: cores)
    let mnist = command.values["--mnist"] ?? ProcessInfo.processInfo.environment["BASIN_MNIST"]
    let context = StudyContext(
      masterSeed: seed, workers: jobs, effort: command.has("--full") ? .full : .standard,
      mnistFolder: mnist.flatMap { $0.isEmpty ? nil : $0 })
    let directory = command.values["--out"] ?? "basin-report"
    // Whatever cannot be read or written is found before an hour of measurements, not after.
    for study in selected { try study.checkRequirements(context) }
    try Folder.makeWritable(directory)
    let output = try Output(command)

    Interruption.listen()
    var status: Int32 = 0
    var documents: [Data] = []
    var tables: [String] = []
    var unwritten: InputError?
    var folder = ReproductionFolder(directory, version: Program.version)
    var written: WrittenReport?
    for study in selected {
      var progress = ProgressLine(unit: "claims", isQuiet: command.has("--quiet"))
      let report = try study.run(context, version: Program.version, command: commandLine(command, study, seed)) {
        progress.show($0, of: study.entries.count, note: $1)
        return !Interruption.isRequested
      }
      progress.end()
      if report.claims.contains(where: { $0.verdict == .fails }) { status = 1 }
      documents.append(try document(report))
      tables.append(
        ClaimTable(report.claims, width: Terminal.width(fallback: 120), usesColour: Terminal.wantsColour).text)
      do throws(InputError) {
        written = try folder.add(report)
      } catch {
        unwritten = error
      }
      if report.claims.count < study.entries.count {
        Terminal.note(
          "basin: interrupted; the report holds the \(report.claims.count) claims measured so far. Run the command again for the rest."
        )
        status = Interruption.status
        break
      }
    }
    if let written {
      if let missing = written.missingFigures { Terminal.note("basin: \(missing)") }
      Terminal.note("basin: the report is \(written.page)")
    }
    // Each way out is tried, whatever became of the others: the report first, so that it is safe even if nobody reads standard
    // output any more, then the JSON and the tables, so that they come even if the disk is full.
    do throws(InputError) {
      try output.deliverJSON(joined(documents))
    } catch {
      unwritten = unwritten ?? error
    }
    if !output.isJSONOnStandardOutput { try Terminal.print(tables.joined()) }
    if let unwritten { throw unwritten }
    return status
  }

  private static func selectStudies(_ command: ParsedCommand) throws(InputError) -> [Study] {
    var selected: [Study] = []
    for name in command.operands {
      guard let study = studies.first(where: { $0.name == name }) else {
        throw InputError(
          "basin reproduce", expected: "the name of a study", found: "\"\(name)\"",
          advice: Suggestion.sentence(for: name, among: studies.map(\.name)))
      }
      if !selected.contains(where: { $0.name == name }) { selected.append(study) }
    }
    if selected.isEmpty { selected = studies }
    guard let list = command.values["--claims"] else { return selected }
    let wanted = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    let known = selected.flatMap { $0.entries.map(\.id) }
    for id in wanted where !known.contains(where: { matches($0, id) }) {
      // Whoever left the study's name out gets suggestions without it.
      let names = id.contains(".") ? known : known.map { String($0.split(separator: ".").last ?? "") }
      throw InputError(
        "basin reproduce --claims", expected: "ids of claims", found: "\"\(id)\"",
        advice: Suggestion.sentence(for: id, among: names))
    }
    return selected.map { $0.keeping { id in wanted.contains { matches(id, $0) } } }.filter { !$0.entries.isEmpty }
  }

  /// Whether `text` names the claim `id`: in full, without the study's name, or without leading zeros.
  private static func matches(_ id: String, _ text: String) -> Bool {
    id == text || id.hasSuffix(".\(text)") || id.hasSuffix(".0\(text)")
  }

  private static func commandLine(_ command: ParsedCommand, _ study: Study, _ seed: UInt64) -> String {
    var words = ["basin", "reproduce", study.name]
    if command.has("--full") { words.append("--full") }
    if let claims = command.values["--claims"] { words += ["--claims", claims] }
    return (words + ["--seed", "\(seed)"]).joined(separator: " ")
  }

  private static func document(_ report: StudyReport) throws(InputError) -> Data {
    do {
      return try ClaimDocument(report).json()
    } catch {
      throw InputError("--json", expected: "a report that JSON can express", found: "\(error)")
    }
  }

  /// One study is an object, several are an array of them.
  private static func joined(_ documents: [Data]) -> String {
    let texts = documents.map { String(decoding: $0, as: UTF8.self).trimmingCharacters(in: .newlines) }
    return (texts.count == 1 ? texts[0] : "[\n\(texts.joined(separator: ",\n"))\n]") + "\n"
  }
}
