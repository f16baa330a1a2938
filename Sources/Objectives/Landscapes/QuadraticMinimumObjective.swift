import Numerics

/// The minimum of quadratic bowls, sample by sample: fᵢ(θ) = min_k ½ Σⱼ hₖᵢⱼ (θⱼ − cₖⱼ)².
///
/// Two bowls with the same minimum value and different curvature ask which of them SGD can stay in. Where bowls tie,
/// the first one counts: the gradient jumps there.
public struct QuadraticMinimumObjective: FiniteSumObjective {
  /// n, the number of samples.
  public let sampleCount: Int
  /// d, the number of parameters.
  public let parameterCount: Int
  private let centres: [Double]
  private let curvatures: [Double]
  private let bowlCount: Int

  /// A bowl: its centre, the same for all samples, and each sample's curvatures along the axes.
  public struct Bowl: Sendable {
    /// cₖ.
    public var centre: [Double]
    /// hₖ, a row of d for each sample.
    public var curvatures: [[Double]]

    /// A bowl at `centre`.
    public init(centre: [Double], curvatures: [[Double]]) {
      self.centre = centre
      self.curvatures = curvatures
    }
  }

  /// min_k ½ Σⱼ hₖᵢⱼ (θⱼ − cₖⱼ)².
  public var lossFormula: String { "minₖ ½ Σⱼ hₖᵢⱼ (θⱼ − cₖⱼ)²" }

  /// The sum of samples with the given bowls.
  ///
  /// - Throws: `InputError` for no bowl, shapes that differ, or curvatures that are negative or not finite.
  public init(bowls: [Bowl]) throws(InputError) {
    guard let first = bowls.first, !first.centre.isEmpty, !first.curvatures.isEmpty else {
      throw InputError("bowls", expected: "one or more, with samples and parameters", found: "none")
    }
    let (n, d) = (first.curvatures.count, first.centre.count)
    for (place, bowl) in bowls.enumerated() {
      let isSound =
        bowl.centre.count == d && bowl.centre.allSatisfy(\.isFinite) && bowl.curvatures.count == n
        && bowl.curvatures.allSatisfy { $0.count == d && $0.allSatisfy { $0 >= 0 && $0.isFinite } }
      guard isSound else {
        throw InputError(
          "bowl \(place)",
          expected: "a centre of \(d) finite numbers and \(n) rows of \(d) curvatures from 0, as the first",
          found: "a centre of \(bowl.centre.count), \(bowl.curvatures.count) rows, or other numbers")
      }
    }
    sampleCount = n
    parameterCount = d
    bowlCount = bowls.count
    centres = bowls.flatMap(\.centre)
    curvatures = bowls.flatMap { $0.curvatures.flatMap { $0 } }
  }

  /// The bowl that counts for a sample, and its value.
  @inline(__always)
  private func lowest(_ sample: Int, _ parameters: Span<Double>) -> (bowl: Int, value: Double) {
    var best = (bowl: 0, value: Double.infinity)
    for bowl in 0..<bowlCount {
      var sum = 0.0
      for j in 0..<parameterCount {
        let distance = parameters[j] - centres[bowl * parameterCount + j]
        sum += curvature(bowl, sample, j) * distance * distance
      }
      if 0.5 * sum < best.value { best = (bowl, 0.5 * sum) }
    }
    return best
  }

  @inline(__always)
  private func curvature(_ bowl: Int, _ sample: Int, _ j: Int) -> Double {
    curvatures[(bowl * sampleCount + sample) * parameterCount + j]
  }

  /// (1/b) Σ kᵢ fᵢ.
  public func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Void) -> Double {
    var sum = 0.0
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      sum += Double(multiplicity) * lowest(sample, parameters).value
    }
    return sum / Double(batch.size)
  }

  /// (1/b) Σ kᵢ h(θ − c) of each sample's lowest bowl.
  public func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    for j in 0..<parameterCount { gradient[j] = 0 }
    for place in batch.indices.indices {
      let sample = batch.indices[place]
      let scale = Double(batch.multiplicities[place]) / Double(batch.size)
      let bowl = lowest(sample, parameters).bowl
      for j in 0..<parameterCount {
        gradient[j] +=
          scale * curvature(bowl, sample, j) * (parameters[j] - centres[bowl * parameterCount + j])
      }
    }
  }

  /// (1/b) Σ kᵢ h∘v of each sample's lowest bowl.
  public func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Void
  ) {
    for j in 0..<parameterCount { product[j] = 0 }
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      let bowl = lowest(sample, parameters).bowl
      let scale = Double(multiplicity) / Double(batch.size)
      for j in 0..<parameterCount { product[j] += scale * curvature(bowl, sample, j) * direction[j] }
    }
  }

  /// Rows h(θ − c) of each sample's lowest bowl.
  public func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    for (row, sample) in batch.indices.enumerated() {
      let bowl = lowest(sample, parameters).bowl
      for j in 0..<parameterCount {
        gradients[row * parameterCount + j] =
          curvature(bowl, sample, j) * (parameters[j] - centres[bowl * parameterCount + j])
      }
    }
  }
}
