import Citations
import Curvature
import Diagnosis
import Experiments
import Formats
import Foundation
import Numerics
import Stability

/// `basin cite`: the publications of what was used, as BibTeX.
enum CiteCommand {
  static let specification = CommandSpecification(
    name: "cite", abstract: "Print BibTeX for exactly the methods that something uses, or for Basin itself.",
    operands: "[STUDY | SPEC.json | STORE | RESULT.json …]",
    options: [
      .init(
        "--method", value: "NAME", kind: .choices(methodNames), repeats: true,
        help: "A method, measure, problem, data set or start by the name that specs and commands have for it."),
      .init("--json", value: "FILE", help: "Write them as JSON; \"-\" is standard output, instead of BibTeX."),
    ],
    discussion: """
      STUDY        the study's publications and those of its methods: \(ReproduceCommand.studies.map(\.name).joined(separator: ", "))
      SPEC.json    what its configurations use: problems, data, starts, updates, orders, measures that are recorded
      STORE        the same of a store, and what "basin report STORE" shows: intervals, quantiles, colours of figures
      RESULT.json  the citations in a file that "basin reproduce", "diagnose" or "stability" wrote with --json or --out

      Without any of them: how to cite Basin. Each publication is printed once, in the order of keys. Methods:
      \(wrapped(methodNames))

      EXIT STATUS
        0  all well        2  the input is wrong
      """,
    examples: [
      "basin cite autoencoder > references.bib", "basin cite Examples/digits.json",
      "basin cite --method thresholds --method trace", "basin cite",
    ], operandKinds: [.choicesOrFile(ReproduceCommand.studies.map(\.name), ["json", "basin"])])

  static func run(_ command: ParsedCommand) throws(InputError) -> Int32 {
    let output = try Output(command)
    var citations: [Citation] = []
    for operand in command.operands { citations += try Self.citations(of: operand) }
    for name in command.lists["--method"] ?? [] { citations += try method(name) }
    if command.operands.isEmpty, !command.has("--method") {
      citations = [.basin(version: Program.version)]
      Terminal.note(
        "basin: cite the publications of what you used, too: \"basin cite STUDY\", or a spec, a store or a result in its place"
      )
    } else if citations.isEmpty {
      Terminal.note("basin: what this uses rests on no publication")
    }
    citations = citations.sortedByKey
    try output.deliver(json: ["citations": citations.json], text: citations.bibTeX)
    return 0
  }

  private static func citations(of operand: String) throws(InputError) -> [Citation] {
    let studies = ReproduceCommand.studies
    if let study = studies.first(where: { $0.name == operand }) { return study.citations }
    guard FileManager.default.fileExists(atPath: operand) else {
      let names = studies.map(\.name)
      let isMethod = methods.contains { $0.name == operand }
      throw InputError(
        "basin cite", expected: "a study, or a file that is a spec, a store or a result", found: "\"\(operand)\"",
        advice: isMethod ? "Did you mean \"--method \(operand)\"?" : Suggestion.sentence(for: operand, among: names))
    }
    guard operand.hasSuffix(".json") else { return try citations(ofStore: operand) }
    let json = try JSON.read(operand)
    if let citations = try citations(inResult: json, path: operand) { return citations }
    return try Spec.readOne(operand).citations
  }

  /// What the trials use, and what a report on them shows; before a trial is finished there is nothing to show.
  private static func citations(ofStore path: String) throws(InputError) -> [Citation] {
    let store = try Store.read(path)
    let results = try Results(store)
    guard try results.counts().contains(where: { $0.finished > 0 }) else {
      return Spec.citations(of: results.configurations.map(\.settings))
    }
    let builder = try ReportBuilder(
      store, by: nil, measures: nil, includesFormer: false, directory: "basin-report", command: "")
    return try builder.report().citations
  }

  /// The citations that a result lists, or several results in an array; nil if it is none.
  private static func citations(inResult json: JSON, path: String) throws(InputError) -> [Citation]? {
    if case .array(let results) = json {
      var citations: [Citation] = []
      for result in results { citations += try Self.citations(inResult: result, path: path) ?? [] }
      return citations
    }
    guard let list = json["citations"] else { return nil }
    do {
      return try JSONDecoder().decode([Citation].self, from: Data(list.text.utf8))
    } catch {
      throw InputError(
        "\(path), citations", expected: "publications as Basin writes them", found: "something else",
        advice: "Make the result again.")
    }
  }

  /// Everything that has a name on the command line or in specs and rests on publications.
  static var methods: [(name: String, citations: [Citation])] {
    let measures = DiagnosisMeasure.allCases.map { (name: $0.rawValue, citations: $0.citations) }
    let traces = TraceMethod.allCases.map { (name: $0.rawValue, citations: $0.citations) }
    let data = PublishedDataSet.all.map { (name: $0.name, citations: $0.citations) }
    let all =
      Spec.citedMethods + measures + traces + data + [
        (name: "gradientNoise", citations: PointMeasures.possibleCitations),
        (name: "confirmation", citations: TrialGroup.shareCitations),
        (name: "philox", citations: [.salmon]),
      ]
    // What only draws random numbers has no name of its own.
    return all.filter { !$0.citations.isEmpty && ($0.citations != [.salmon] || $0.name == "philox") }
  }

  private static var methodNames: [String] { Array(Set(methods.map(\.name))).sorted() }

  private static func method(_ name: String) throws(InputError) -> [Citation] {
    let known = methods
    let found = known.filter { $0.name == name }
    guard !found.isEmpty else {
      throw InputError(
        "basin cite --method", expected: "a method that rests on publications", found: "\"\(name)\"",
        advice: Suggestion.sentence(for: name, among: Array(Set(known.map(\.name))).sorted()))
    }
    return found.flatMap(\.citations)
  }

  /// Names in lines of a hundred characters.
  private static func wrapped(_ names: [String]) -> String {
    var lines = [""]
    for name in names {
      let line = lines[lines.count - 1]
      if line.isEmpty {
        lines[lines.count - 1] = "  \(name)"
      } else if line.count + name.count < 98 {
        lines[lines.count - 1] = "\(line), \(name)"
      } else {
        lines[lines.count - 1] = "\(line),"
        lines.append("  \(name)")
      }
    }
    return lines.joined(separator: "\n")
  }
}
