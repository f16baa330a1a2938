import Numerics
import Objectives

/// Keskar's sharpness: 100 (max f(θ + Ay) − f(θ)) / (1 + f(θ)) over the box |yᵢ| ≤ ε(|(A⁺θ)ᵢ| + 1).
///
/// Source: Keskar, Mudigere, Nocedal, Smelyanskiy, Tang 2017, arXiv 1609.04836, equations 3 and 4; they take ε = 1e-3 and
/// 5e-4, A the identity or 100 random columns.
public struct BoxSharpness<Scalar: BLASScalar>: Sendable {
  /// In per cent of 1 + f(θ): a lower bound, since the maximum is looked for by an ascent.
  public let percentAtLeast: Double
  /// ε.
  public let size: Double
  /// p, the number of columns of A; nil for the identity.
  public let subspaceDimension: Int?
  /// The maximum as it was found, its radius being ε, and its norm that of y / (|A⁺θ| + 1).
  public let maximum: WorstCaseSharpness<Scalar>
}

extension FiniteSumObjective where Scalar: BLASScalar {
  /// A lower bound of Keskar's sharpness, by projected gradient ascent (Keskar et al. let L-BFGS-B make 10 iterations).
  ///
  /// The columns of a random A are Gaussian of length 1. The publication does not fix their length, on which the box
  /// depends: compare values of one choice only. They take p·d numbers.
  ///
  /// Cost: as ``worstCaseSharpness(at:radius:norm:scale:over:startingAlong:options:)``.
  ///
  /// - Parameters:
  ///   - size: ε > 0.
  ///   - subspaceDimension: p, for a random subspace, drawn from the seeds of `options`.
  ///   - batch: the samples; all of them if none is given.
  /// - Throws: `InputError` for parameters that do not fit, a loss that is not finite or not above −1, p outside of 1 to d, or options
  ///   that make no sense.
  public func boxSharpness(
    at parameters: [Scalar], size: Double = 1e-3, subspaceDimension: Int? = nil, over batch: Batch? = nil,
    options: AscentOptions = AscentOptions()
  ) throws(InputError) -> BoxSharpness<Scalar> {
    try options.check()
    try requirePositive(size, "size of the box")
    var evaluation = LossEvaluation(self, over: batch)
    let loss = try evaluation.finiteLoss(at: parameters)
    guard loss > -1 else {
      throw InputError("loss", expected: "one above −1, by which the sharpness is divided", found: "\(loss)")
    }
    let set: PerturbationSet<Scalar>
    if let p = subspaceDimension {
      set = try boxSubspace(at: parameters, dimension: p, size: size, options)
    } else {
      let scale = try PerturbationScale.elementwise(offset: 1).values(at: parameters)
      set = PerturbationSet(origin: parameters, scale: scale, norm: .maximum, radius: size)
    }
    let summits = try SharpnessAscent.summits(self, over: batch, in: set, centreLoss: loss, given: [], options)
    let maximum = WorstCaseSharpness(summits, in: set, centreLoss: loss)
    return BoxSharpness(
      percentAtLeast: 100 * maximum.atLeast / (1 + loss), size: size, subspaceDimension: subspaceDimension,
      maximum: maximum)
  }

  private func boxSubspace(
    at parameters: [Scalar], dimension p: Int, size: Double, _ options: AscentOptions
  ) throws(InputError) -> PerturbationSet<Scalar> {
    guard p >= 1, p <= parameterCount else {
      throw InputError("dimension of the random subspace", expected: "from 1 to \(parameterCount)", found: "\(p)")
    }
    // The first steps are those of the starting points.
    let firstStep = 1 << 24
    let directions = (0..<p).map { column in
      var stream = RandomStream(
        options.seeds.key(.measurement, trial: options.trial), step: firstStep + column)
      return Vectors.rounded(stream.sphere(count: parameterCount), to: Scalar.self)
    }
    var gram = Matrix(rows: p, columns: p)
    for i in 0..<p {
      for j in 0...i {
        gram[i, j] = Vectors.dot(directions[i], directions[j])
        gram[j, i] = gram[i, j]
      }
    }
    let coordinates = try LinearAlgebra.solvePositiveDefinite(gram, directions.map { Vectors.dot($0, parameters) })
    return PerturbationSet(
      origin: parameters, scale: coordinates.map { abs($0) + 1 }, directions: directions, norm: .maximum, radius: size)
  }
}
