import Citations
import Numerics

/// A small problem with known minima, by name: what stability theory is tried on.
public struct ReferenceProblem: Sendable {
  /// The name in specs and on the command line.
  public let name: String
  /// What it is, in a sentence.
  public let summary: String
  /// The objective.
  public let objective: Landscape
  /// Its minimisers.
  public let minima: [NamedPoint]
  /// The distance from a minimiser at which a run has left it, chosen inside of the basin's edge.
  public let escapeRadius: Double

  /// The objective of a reference problem, by its type, so that code which runs it is specialised.
  public enum Landscape: Sendable {
    /// A quadratic sum.
    case quadraticSum(QuadraticSumObjective)
    /// A sum of quartic double wells.
    case styblinskiTang(StyblinskiTangObjective)
    /// A minimum of bowls.
    case quadraticMinimum(QuadraticMinimumObjective)

    /// The objective as any finite sum.
    public var finiteSum: any FiniteSumObjective<Double> {
      switch self {
      case .quadraticSum(let objective): objective
      case .styblinskiTang(let objective): objective
      case .quadraticMinimum(let objective): objective
      }
    }
  }

  /// The minimiser of that name; nil if there is none.
  public func minimum(named name: String) -> [Double]? { minima.first { $0.name == name }?.parameters }
}

extension ReferenceProblem {
  /// The names of all reference problems.
  public static let names = [
    "styblinski-tang", "styblinski-tang-inhomogeneous", "quadratic-circle", "wu-ma-e", "four-curvatures",
    "three-gradients", "four-matrices", "unit-gradients",
  ]

  /// The publications that a problem of that name is after; none for a problem of this project's own.
  public static func citations(of name: String) -> [Citation] {
    switch name {
    case "styblinski-tang": [.styblinski, .patel]
    case "styblinski-tang-inhomogeneous": [.styblinski]
    case "quadratic-circle": [.patel]
    case "wu-ma-e": [.wu]
    default: []
    }
  }

  /// The problem of that name.
  ///
  /// - Throws: `InputError` for another name.
  public init(named name: String) throws(InputError) {
    switch name {
    case "styblinski-tang": self = try .styblinskiTang()
    case "styblinski-tang-inhomogeneous": self = try .inhomogeneousStyblinskiTang()
    case "quadratic-circle": self = try .quadraticCircle()
    case "wu-ma-e": self = try .wuMaE()
    case "four-curvatures": self = try .fourCurvatures()
    case "three-gradients": self = try .threeGradients()
    case "four-matrices": self = try .fourMatrices()
    case "unit-gradients": self = try .unitGradients()
    default:
      throw InputError(
        "problem", expected: "one of \(Self.names.joined(separator: ", "))", found: "\"\(name)\"")
    }
  }

  /// The signs (++), (+−), (−+), (−−), each twice, times 0.8: per-sample weights of mean 1 and variance 0.64.
  private static let signedWeights: [[Double]] = [
    [1.8, 1.8], [1.8, 0.2], [0.2, 1.8], [0.2, 0.2], [1.8, 1.8], [1.8, 0.2], [0.2, 1.8], [0.2, 0.2],
  ]

  /// Eight quartic double wells in two coordinates with shared critical points: four minimisers, sharp and flat in each
  /// coordinate (curvatures 34.58 and 29.27). A substitute for Patel's Styblinski–Tang sums, whose definition could not
  /// be read.
  public static func styblinskiTang() throws(InputError) -> ReferenceProblem {
    let objective = try StyblinskiTangObjective(weights: signedWeights)
    let (sharp, flat) = objective.wells(coordinate: 0) ?? (.nan, .nan)
    return ReferenceProblem(
      name: "styblinski-tang",
      summary: "Eight quartic double wells with shared critical points; the left well of each coordinate is sharper.",
      objective: .styblinskiTang(objective),
      minima: [
        NamedPoint("sharp", [sharp, sharp]), NamedPoint("flat", [flat, flat]),
        NamedPoint("sharp-flat", [sharp, flat]), NamedPoint("flat-sharp", [flat, sharp]),
      ], escapeRadius: 0.5)
  }

  /// Eight quartic double wells in one coordinate with quartic, quadratic and linear parts of their own: noise remains
  /// at the minimisers.
  public static func inhomogeneousStyblinskiTang() throws(InputError) -> ReferenceProblem {
    func row(_ signs: String, _ size: Double) -> [[Double]] { signs.map { [1 + ($0 == "+" ? size : -size)] } }
    let objective = try StyblinskiTangObjective(
      quartic: row("++++----", 0.3), quadratic: row("++--++--", 0.2), linear: row("+-+-+-+-", 0.5))
    let (sharp, flat) = objective.wells(coordinate: 0) ?? (.nan, .nan)
    return ReferenceProblem(
      name: "styblinski-tang-inhomogeneous",
      summary: "Eight quartic double wells in one coordinate whose gradients differ at the minimisers of their mean.",
      objective: .styblinskiTang(objective), minima: [NamedPoint("sharp", [sharp]), NamedPoint("flat", [flat])],
      escapeRadius: 1.5)
  }

  /// Eight samples, each the lower of an ellipse (mean curvatures 20 and 4, varying) at 0 and a circle of curvature 2 at
  /// (3, 0). A substitute for Patel's quadratic-circle sums, whose definition could not be read.
  public static func quadraticCircle() throws(InputError) -> ReferenceProblem {
    let objective = try QuadraticMinimumObjective(bowls: [
      .init(centre: [0, 0], curvatures: signedWeights.map { [$0[0] * 20, $0[1] * 4] }),
      .init(centre: [3, 0], curvatures: signedWeights.map { _ in [2, 2] }),
    ])
    return ReferenceProblem(
      name: "quadratic-circle",
      summary: "Eight samples, each the lower of a sharp ellipse at the origin and a flat circle at (3, 0).",
      objective: .quadraticMinimum(objective), minima: [NamedPoint("sharp", [0, 0]), NamedPoint("circle", [3, 0])],
      escapeRadius: 0.5)
  }

  /// Two samples in one coordinate, min{x², 0.1(x−1)²} and min{x², 1.9(x−1)²}: the minima 0 and 1 are equally sharp on
  /// average and differ in how the samples' curvatures vary. The toy of Wu, Ma and E (NeurIPS 2018, poster).
  public static func wuMaE() throws(InputError) -> ReferenceProblem {
    let objective = try QuadraticMinimumObjective(bowls: [
      .init(centre: [0], curvatures: [[2], [2]]), .init(centre: [1], curvatures: [[0.2], [3.8]]),
    ])
    return ReferenceProblem(
      name: "wu-ma-e", summary: "Two samples and two minima of equal mean curvature 2, uniform at 0 and varying at 1.",
      objective: .quadraticMinimum(objective), minima: [NamedPoint("varying", [1]), NamedPoint("uniform", [0])],
      escapeRadius: 0.4)
  }

  /// Curvatures 1, 2, 3, 6 in one coordinate.
  public static func fourCurvatures() throws(InputError) -> ReferenceProblem {
    try homogeneous(
      "four-curvatures", "Four samples in one coordinate with the curvatures 1, 2, 3, 6.",
      QuadraticSumObjective(
        jacobians: [1, 2, 3, 6].map { $0.squareRoot() }, sampleCount: 4, outputCount: 1, dimension: 1))
  }

  /// Hᵢ = gᵢgᵢᵀ, g = (2, 0), (1, 1), (0, 1).
  public static func threeGradients() throws(InputError) -> ReferenceProblem {
    try homogeneous(
      "three-gradients", "Three samples of rank one in the plane, of different length.",
      QuadraticSumObjective(jacobians: [2, 0, 1, 1, 0, 1], sampleCount: 3, outputCount: 1, dimension: 2))
  }

  /// Four 2 × 2 matrices with mean diag(2, 0.625).
  public static func fourMatrices() throws(InputError) -> ReferenceProblem {
    try homogeneous(
      "four-matrices", "Four samples in the plane with the mean Hessian diag(2, 0.625).",
      QuadraticSumObjective(
        hessians: [2, 1, 1, 1, 1, 0, 0, 0.5, 4, -1, -1, 1, 1, 0, 0, 0], sampleCount: 4, dimension: 2))
  }

  /// Hᵢ = gᵢgᵢᵀ, g = (1, 0), (0, 1), (0.6, 0.8).
  public static func unitGradients() throws(InputError) -> ReferenceProblem {
    try homogeneous(
      "unit-gradients", "Three samples of rank one and unit length in the plane.",
      QuadraticSumObjective(jacobians: [1, 0, 0, 1, 0.6, 0.8], sampleCount: 3, outputCount: 1, dimension: 2))
  }

  private static func homogeneous(
    _ name: String, _ summary: String, _ objective: QuadraticSumObjective
  ) -> ReferenceProblem {
    ReferenceProblem(
      name: name, summary: summary, objective: .quadraticSum(objective),
      minima: [NamedPoint("minimum", objective.centre)], escapeRadius: 1)
  }
}
