import Citations
import Descent
import Formats
import Numerics
import Objectives

/// `"kind": "tanhNetwork"`: regression by one hidden layer, small enough for exact stability thresholds.
struct TanhNetworkProblem: SpecProblem {
  private let objective: TanhNetworkObjective
  let finiteSum: SpecObjective

  static let settings = SpecObject(
    kind: "tanhNetwork",
    explanation: """
      Regression by one hidden layer, fᵢ(θ) = ½ (F(xᵢ) − yᵢ)², F(x) = c + Σₖ vₖ tanh(⟨wₖ, x⟩ + βₖ); parameters in the order w, \
      β, v, c. \(PlainWorkload.explanation(minima: "fitted, by Levenberg and Marquardt's method from a random start of the data seed"))
      """,
    fields: [
      .init("hidden", .integer(1...10_000), .required, "How many hidden units."),
      .init(
        "data",
        .variants([
          .init(
            kind: "sine", explanation: "y = sin(3x), x evenly from −1 to 1.",
            fields: [.init("samples", .integer(2...1_000_000), .required, "n.")])
        ]), .required, "The samples."),
    ])

  static let measures = PlainWorkload.measures(and: PlainWorkload.minimumMeasures)

  static var minimiser: (name: String, citations: [Citation])? {
    ("levenbergMarquardt", [.levenberg, .marquardt, .salmon])
  }

  static let defaultFinals = PlainWorkload.defaultFinals

  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    let entries = settings.integer("hidden") * settings.object("data").integer("samples")
    guard entries <= 50_000_000 else {
      throw InputError("hidden", expected: "at most 50000000 hidden units times samples", found: "\(entries)")
    }
    objective = try .sine(samples: settings.object("data").integer("samples"), hiddenCount: settings.integer("hidden"))
    let (objective, key) = (objective, seeds.key(.data))
    finiteSum = SpecObjective(objective) { () throws(InputError) in
      var stream = RandomStream(key)
      let fit = try LevenbergMarquardt.fit(objective, from: objective.randomParameters(stream: &stream))
      return [NamedPoint("fitted", fit.parameters)]
    }
  }

  var sampleCount: Int { objective.sampleCount }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    PlainWorkload.make(objective, parts, minima: finiteSum, problems: &problems)
  }
}
