import Citations
import Descent
import Formats
import Numerics
import Objectives

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// `"kind": "quadraticSum"`: quadratic sums, random or from files.
struct QuadraticSumProblem: SpecProblem {
  private let objective: QuadraticSumObjective

  static let settings = SpecObject(
    kind: "quadraticSum",
    explanation: """
      A quadratic sum, fᵢ(θ) = ½ θᵀHᵢθ + ⟨gᵢ, θ⟩; homogeneous if all gᵢ = 0. Random families have E Hᵢ = diag(λ), \
      λⱼ = sharpness · j^(−decay). \(PlainWorkload.explanation(minima: "minimum, the origin"))
      """,
    fields: [.init("data", .variants(families + [file]), .required, "The Hessians and gradients of the samples.")])

  private static let families: [SpecObject] = QuadraticFamily.allCases.map { family in
    SpecObject(
      kind: family.rawValue, explanation: explanation(of: family),
      fields: [
        .init("samples", .integer(1...10_000_000), .required, "n."),
        .init("dimension", .integer(1...100_000), .required, "d."),
        .init("sharpness", .number(.positive), .defaultsTo(1), "λ₁, the largest eigenvalue of E Hᵢ."),
        .init("decay", .number(.notNegative), .defaultsTo(0), "How fast λⱼ falls, a power of j."),
      ] + (family == .random || family == .sharedEigenvectors ? [rank] : []) + [noise],
      citations: [.salmon])
  }

  private static let rank = SpecField(
    "rank", .integer(1...100_000), .defaultsTo(1),
    "How many squares each Hessian is the mean of: the more, the less it varies.")

  private static let noise = SpecField(
    "noise", .number(.notNegative), .defaultsTo(0),
    "σ of the gradients at the minimum: independent Gaussian entries, less their mean.")

  private static func explanation(of family: QuadraticFamily) -> String {
    switch family {
    case .random: "Hᵢ = Λ^½WᵢΛ^½, Wᵢ the mean of rank matrices zzᵀ with standard Gaussian z, drawn with the data seed."
    case .sharedEigenvectors:
      "Hᵢ = diag(λⱼχᵢⱼ), χᵢⱼ the mean of rank squared standard Gaussians, drawn with the data seed."
    case .rankOne: "Hᵢ = xᵢxᵢᵀ, xᵢ = Λ^½√d u with u uniform on the unit sphere, drawn with the data seed."
    case .gaussian: "Hᵢ = xᵢxᵢᵀ, xᵢ ~ N(0, Λ), drawn with the data seed."
    }
  }

  private static let file = SpecObject(
    kind: "file", explanation: "From .npy files: either Hessians or Jacobian factors, and gradients if there are any.",
    fields: [
      .init("hessians", .file, .optional, "n × d × d, symmetric."),
      .init("jacobians", .file, .optional, "n × m × d, or n × d for one row a sample: Hᵢ = JᵢᵀJᵢ."),
      .init("gradients", .file, .optional, "n × d."),
    ])

  static let measures = PlainWorkload.measures(and: PlainWorkload.minimumMeasures)

  static let defaultFinals = PlainWorkload.defaultFinals

  init(_ settings: SpecSettings, seeds: Seeds, files: SpecFiles) throws(InputError) {
    let data = settings.object("data")
    guard data.kind != "file" else {
      objective = try Self.read(data, files)
      return
    }
    let (d, sharpness, decay) = (data.integer("dimension"), data.number("sharpness"), data.number("decay"))
    var stream = RandomStream(seeds.key(.data))
    do throws(InputError) {
      objective = try .sampled(
        QuadraticFamily(rawValue: data.kind) ?? .random, samples: data.integer("samples"),
        eigenvalues: (1...d).map { sharpness * pow(Double($0), -decay) },
        rank: data.has("rank") ? data.integer("rank") : 1, noise: data.number("noise"), stream: &stream)
    } catch {
      throw InputError("data", expected: error.expected, found: error.found, advice: error.advice)
    }
  }

  private static func read(_ data: SpecSettings, _ files: SpecFiles) throws(InputError) -> QuadraticSumObjective {
    let key = data.has("hessians") ? "hessians" : "jacobians"
    guard data.has("hessians") != data.has("jacobians") else {
      throw InputError(
        "data", expected: "either hessians or jacobians", found: data.has("hessians") ? "both" : "neither")
    }
    let (curvature, place) = try files.array(data.file(key), place: "data.\(key)")
    let shape = curvature.shape
    let isSound = key == "hessians" ? shape.count == 3 && shape[1] == shape[2] : (2...3).contains(shape.count)
    guard isSound, !shape.contains(0) else {
      throw InputError(
        place, expected: key == "hessians" ? "an array n × d × d" : "an array n × m × d or n × d",
        found: "one of shape \(shape)")
    }
    let (n, d) = (shape[0], shape[shape.count - 1])
    var gradients: [Double]?
    if data.has("gradients") {
      let (file, place) = try files.array(data.file("gradients"), place: "data.gradients")
      guard file.shape == [n, d] else {
        throw InputError(place, expected: "an array \(n) × \(d), as the \(key)", found: "one of shape \(file.shape)")
      }
      gradients = file.values
    }
    do throws(InputError) {
      return key == "hessians"
        ? try QuadraticSumObjective(hessians: curvature.values, sampleCount: n, dimension: d, gradients: gradients)
        : try QuadraticSumObjective(
          jacobians: curvature.values, sampleCount: n, outputCount: shape.count == 3 ? shape[1] : 1, dimension: d,
          gradients: gradients)
    } catch {
      throw InputError(place, expected: error.expected, found: "\(error.location): \(error.found)")
    }
  }

  var sampleCount: Int { objective.sampleCount }

  var finiteSum: SpecObjective {
    let centre = objective.centre
    return SpecObjective(objective) { [NamedPoint("minimum", centre)] }
  }

  func workload(_ parts: SpecParts, problems: inout SpecProblemList) -> Workload? {
    PlainWorkload.make(
      objective, parts, minima: finiteSum, sampleCost: objective.sampleCost, problems: &problems)
  }
}
