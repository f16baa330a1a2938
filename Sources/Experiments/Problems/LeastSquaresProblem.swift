import Formats
import Numerics
import Objectives

/// `"kind": "leastSquares"`: linear regression, on the plain loop that serves every finite sum.
struct LeastSquaresProblem: SpecProblem {
  private let objective: LeastSquaresObjective

  static let settings = SpecObject(
    kind: "leastSquares",
    explanation: "Linear least squares, fᵢ(θ) = ½ (⟨xᵢ, θ⟩ − yᵢ)². \(PlainWorkload.explanation())",
    fields: [
      .init(
        "data",
        .variants([
          .init(
            kind: "gaussian",
            explanation:
              "Standard Gaussian xᵢ and y = ⟨xᵢ, θ*⟩ + noise, θ* uniform on the unit sphere, drawn with the data seed.",
            fields: [
              .init("samples", .integer(1...10_000_000), .required, "n."),
              .init("dimension", .integer(1...100_000), .required, "d."),
              .init("noise", .number(.notNegative), .defaultsTo(0), "The standard deviation of the noise."),
            ]),
          .init(
            kind: "file", explanation: "Data from .npy files.",
            fields: [
              .init("inputs", .file, .required, "A matrix n × d with a sample a row."),
              .init("targets", .file, .required, "n targets."),
            ]),
        ]), .required, "The samples.")
    ])

  static let measures = PlainWorkload.measures()

  static let defaultFinals = PlainWorkload.defaultFinals

  /// The largest number of entries of the inputs: 400 MB.
  private static let largestData = 50_000_000

  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    let data = settings.object("data")
    let inputs: Matrix
    let targets: [Double]
    if data.kind == "file" {
      let (file, place) = try files.array(data.file("inputs"), place: "data.inputs")
      inputs = try file.matrix(location: place)
      let (column, columnPlace) = try files.array(data.file("targets"), place: "data.targets")
      guard column.shape.count == 1 || (column.shape.count == 2 && column.shape[1] == 1) else {
        throw InputError(
          columnPlace, expected: "one target a row of inputs", found: "an array of shape \(column.shape)")
      }
      targets = column.values
    } else {
      let (n, d) = (data.integer("samples"), data.integer("dimension"))
      guard n * d <= Self.largestData else {
        throw InputError(
          "data.samples", expected: "at most \(Self.largestData) entries, samples times dimension", found: "\(n * d)")
      }
      var stream = RandomStream(seeds.key(.data))
      inputs = Matrix(rows: n, columns: d, storage: stream.gaussian(count: n * d))
      let teacher = stream.sphere(count: d, radius: 1)
      let noise = stream.gaussian(count: n)
      let scale = data.number("noise")
      targets = zip(inputs.multiplied(by: teacher), noise).map { $0 + scale * $1 }
    }
    guard inputs.columns > 0 else {
      throw InputError("data.inputs", expected: "rows with one number or more", found: "empty ones")
    }
    let rows = (0..<inputs.rows).map { row in
      Array(inputs.storage[(row * inputs.columns)..<((row + 1) * inputs.columns)])
    }
    do throws(InputError) {
      objective = try LeastSquaresObjective(inputs: rows, targets: targets)
    } catch {
      throw InputError("data.\(error.location)", expected: error.expected, found: error.found, advice: error.advice)
    }
  }

  var sampleCount: Int { objective.sampleCount }

  var finiteSum: SpecObjective { SpecObjective(objective) }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    PlainWorkload.make(objective, parts, problems: &problems)
  }
}
