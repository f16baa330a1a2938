import Citations
import Descent
import Formats
import Numerics
import Objectives

/// `"kind": "landscape"`: a small reference problem with known minima, by name.
struct LandscapeProblem: SpecProblem {
  private let problem: ReferenceProblem

  static let settings = SpecObject(
    kind: "landscape",
    explanation: "A small problem with known minima. \(PlainWorkload.explanation(minima: minimaText))",
    fields: [.init("name", .choice(ReferenceProblem.names), .required, "Which: \(namesText)")],
    methods: ReferenceProblem.names.map { name in
      SpecMethod(name, ReferenceProblem.citations(of: name)) { $0["name"] == .string(name) }
    })

  private static var minimaText: String {
    known.map { "\($0.minima.map(\.name).joined(separator: ", ")) of \($0.name)" }.joined(separator: "; ")
  }

  private static var namesText: String { known.map { "\($0.name), \($0.summary)" }.joined(separator: " ") }

  private static var known: [ReferenceProblem] {
    ReferenceProblem.names.compactMap { try? ReferenceProblem(named: $0) }
  }

  static let measures = PlainWorkload.measures(and: PlainWorkload.minimumMeasures)

  static let defaultFinals = PlainWorkload.minimumNames

  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    problem = try ReferenceProblem(named: settings.text("name"))
  }

  var sampleCount: Int { problem.objective.finiteSum.sampleCount }

  var finiteSum: SpecObjective {
    let minima = problem.minima
    return SpecObjective(problem.objective.finiteSum) { minima }
  }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    switch problem.objective {
    case .quadraticSum(let objective):
      return PlainWorkload.make(objective, parts, minima: finiteSum, problems: &problems)
    case .styblinskiTang(let objective):
      return PlainWorkload.make(objective, parts, minima: finiteSum, problems: &problems)
    case .quadraticMinimum(let objective):
      return PlainWorkload.make(objective, parts, minima: finiteSum, problems: &problems)
    }
  }
}
