import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// A sum of quartic double wells: fᵢ(θ) = Σⱼ ½ (aᵢⱼ θⱼ⁴ − 16 bᵢⱼ θⱼ² + 5 cᵢⱼ θⱼ), after the function of Styblinski and
/// Tang (doi:10.1016/0893-6080(90)90029-K).
///
/// With a = b = c every sample has the same critical points, so that SGD's noise vanishes at each of them; only the
/// curvature varies from sample to sample.
public struct StyblinskiTangObjective: FiniteSumObjective {
  /// n, the number of samples.
  public let sampleCount: Int
  /// d, the number of parameters.
  public let parameterCount: Int
  private let quartic: [Double]
  private let quadratic: [Double]
  private let linear: [Double]

  /// Σⱼ ½ (aᵢⱼθⱼ⁴ − 16bᵢⱼθⱼ² + 5cᵢⱼθⱼ).
  public var lossFormula: String { "Σⱼ ½ (aᵢⱼθⱼ⁴ − 16bᵢⱼθⱼ² + 5cᵢⱼθⱼ)" }

  /// The sum with the given coefficients, a row of d for each sample.
  ///
  /// - Throws: `InputError` for no row, rows of different lengths, or coefficients that are not finite.
  public init(quartic: [[Double]], quadratic: [[Double]], linear: [[Double]]) throws(InputError) {
    let d = quartic.first?.count ?? 0
    for (name, rows) in [("quartic", quartic), ("quadratic", quadratic), ("linear", linear)] {
      guard d > 0, rows.count == quartic.count, rows.allSatisfy({ $0.count == d && $0.allSatisfy(\.isFinite) }) else {
        throw InputError(
          "\(name) coefficients", expected: "\(max(quartic.count, 1)) rows of \(max(d, 1)) finite numbers",
          found: "\(rows.count) rows of \(Set(rows.map(\.count)).sorted()), or numbers that are not finite")
      }
    }
    sampleCount = quartic.count
    parameterCount = d
    self.quartic = quartic.flatMap { $0 }
    self.quadratic = quadratic.flatMap { $0 }
    self.linear = linear.flatMap { $0 }
  }

  /// The sum whose samples share their critical points: a = b = c = `weights`, a row of d for each sample.
  ///
  /// - Throws: as ``init(quartic:quadratic:linear:)``.
  public init(weights: [[Double]]) throws(InputError) {
    try self.init(quartic: weights, quadratic: weights, linear: weights)
  }

  /// The minimisers of the mean in one coordinate: the left one, deeper where the linear coefficient is positive, and
  /// the right one, by Newton's method; nil where it has no two wells.
  ///
  /// Of 2āx³ − 16b̄x + 2.5c̄ = 0. Accuracy: a few units in the last place.
  public func wells(coordinate j: Int) -> (left: Double, right: Double)? {
    func mean(_ values: [Double]) -> Double {
      (0..<sampleCount).reduce(0) { $0 + values[$1 * parameterCount + j] } / Double(sampleCount)
    }
    let (a, b, c) = (mean(quartic), mean(quadratic), mean(linear))
    guard a > 0, b > 0 else { return nil }
    func root(from start: Double) -> Double? {
      var x = start
      for _ in 0..<60 { x -= (2 * a * x * x * x - 16 * b * x + 2.5 * c) / (6 * a * x * x - 16 * b) }
      return x.isFinite && 6 * a * x * x > 16 * b && x * start > 0 ? x : nil
    }
    // Outside of the wells the derivative is convex or concave, so that Newton's iterates come down to them.
    let bound = 2 * (8 * b / a).squareRoot() + cbrt(2 * abs(c) / a)
    guard let left = root(from: -bound), let right = root(from: bound) else { return nil }
    return (left, right)
  }

  /// (1/b) Σ kᵢ fᵢ.
  public func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Void) -> Double {
    var sum = 0.0
    for j in 0..<parameterCount {
      let (a, b, c) = coefficients(j, batch)
      let x = parameters[j]
      sum += 0.5 * ((a * x * x - 16 * b) * x + 5 * c) * x
    }
    return sum
  }

  /// The batch means of aᵢⱼ, bᵢⱼ, cᵢⱼ: the loss is linear in them.
  @inline(__always)
  private func coefficients(_ j: Int, _ batch: Batch) -> (Double, Double, Double) {
    var (a, b, c) = (0.0, 0.0, 0.0)
    for place in batch.indices.indices {
      let index = batch.indices[place] * parameterCount + j
      let weight = Double(batch.multiplicities[place])
      a += weight * quartic[index]
      b += weight * quadratic[index]
      c += weight * linear[index]
    }
    let scale = 1 / Double(batch.size)
    return (a * scale, b * scale, c * scale)
  }

  /// Entries 2ax³ − 16bx + 2.5c.
  public func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    for j in 0..<parameterCount {
      let (a, b, c) = coefficients(j, batch)
      let x = parameters[j]
      gradient[j] = (2 * a * x * x - 16 * b) * x + 2.5 * c
    }
  }

  /// Entries (6ax² − 16b)vⱼ.
  public func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Void
  ) {
    for j in 0..<parameterCount {
      let (a, b, _) = coefficients(j, batch)
      product[j] = (6 * a * parameters[j] * parameters[j] - 16 * b) * direction[j]
    }
  }

  /// Rows of 2ax³ − 16bx + 2.5c.
  public func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    for (row, sample) in batch.indices.enumerated() {
      for j in 0..<parameterCount {
        let index = sample * parameterCount + j
        let x = parameters[j]
        gradients[row * parameterCount + j] =
          (2 * quartic[index] * x * x - 16 * quadratic[index]) * x + 2.5 * linear[index]
      }
    }
  }
}
