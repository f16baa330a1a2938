import Numerics

/// A quadratic sum: fᵢ(θ) = ½ (θ−c)ᵀHᵢ(θ−c) + ⟨gᵢ, θ−c⟩, what every smooth finite sum is near a minimum c.
///
/// *Homogeneous* when all gᵢ = 0 (interpolation: the noise vanishes at c), *inhomogeneous* when Σ gᵢ = 0 and some
/// gᵢ ≠ 0. The Hessians are matrices (n·d² numbers; a sample costs d²), or factors Hᵢ = JᵢᵀJᵢ of m rows a sample
/// (n·m·d numbers; m·d).
public struct QuadraticSumObjective: FiniteSumObjective {
  /// n, the number of samples.
  public let sampleCount: Int
  /// d, the number of parameters.
  public let parameterCount: Int
  /// c, around which the quadratics are written; the minimiser if Σ gᵢ = 0 and the mean Hessian is semidefinite.
  public let centre: [Double]
  /// Hessians (n·d·d) or factor rows (n·m·d).
  private let entries: [Double]
  /// m for factors; nil for matrices.
  private let rowsPerSample: Int?
  /// n·d numbers; empty for 0.
  private let gradients: [Double]

  /// ½ (θ−c)ᵀHᵢ(θ−c) + ⟨gᵢ, θ−c⟩.
  public var lossFormula: String { "½ (θ − c)ᵀHᵢ(θ − c) + ⟨gᵢ, θ − c⟩" }

  /// The sum with Hessians n × d × d, row by row. Only their symmetric parts matter, so they have to be symmetric.
  ///
  /// - Throws: `InputError` for counts that do not fit, numbers that are not finite, matrices that are not symmetric.
  public init(
    hessians: [Double], sampleCount: Int, dimension: Int, gradients: [Double]? = nil, centre: [Double]? = nil
  ) throws(InputError) {
    try self.init(
      entries: hessians, rowsPerSample: nil, width: dimension, sampleCount: sampleCount, dimension: dimension,
      gradients: gradients, centre: centre)
    for sample in 0..<sampleCount {
      for row in 0..<dimension {
        for column in 0..<row {
          let (lower, upper) = (
            hessians[(sample * dimension + row) * dimension + column],
            hessians[(sample * dimension + column) * dimension + row]
          )
          guard abs(lower - upper) <= 1e-12 * (abs(lower) + abs(upper)) else {
            throw InputError(
              "Hessian of sample \(sample)", expected: "a symmetric matrix",
              found: "\(lower) at row \(row), column \(column), and \(upper) opposite to it")
          }
        }
      }
    }
  }

  /// The sum with Hessians Hᵢ = JᵢᵀJᵢ, Jacobians n × m × d.
  ///
  /// - Throws: `InputError` for counts that do not fit and numbers that are not finite.
  public init(
    jacobians: [Double], sampleCount: Int, outputCount: Int, dimension: Int, gradients: [Double]? = nil,
    centre: [Double]? = nil
  ) throws(InputError) {
    try self.init(
      entries: jacobians, rowsPerSample: outputCount, width: outputCount, sampleCount: sampleCount,
      dimension: dimension, gradients: gradients, centre: centre)
  }

  /// About how many multiplications a sample's gradient takes: 2·m·d for factors, d² for matrices.
  public var sampleCost: Double { Double(parameterCount) * Double(rowsPerSample.map { 2 * $0 } ?? parameterCount) }

  private init(
    entries: [Double], rowsPerSample: Int?, width: Int, sampleCount: Int, dimension: Int, gradients: [Double]?,
    centre: [Double]?
  ) throws(InputError) {
    guard sampleCount > 0, dimension > 0, width > 0 else {
      throw InputError(
        "quadratic sum", expected: "at least one sample, one row and one parameter",
        found: "\(sampleCount) samples of \(width) × \(dimension)")
    }
    func check(_ values: [Double], _ count: Int, _ what: String) throws(InputError) {
      guard values.count == count, values.allSatisfy(\.isFinite) else {
        throw InputError(
          what, expected: "\(count) finite numbers",
          found: values.count == count ? "a number that is not finite" : "\(values.count)")
      }
    }
    try check(entries, sampleCount * width * dimension, "curvature of the quadratic sum")
    try check(gradients ?? [], gradients == nil ? 0 : sampleCount * dimension, "gradients of the quadratic sum")
    try check(centre ?? [], centre == nil ? 0 : dimension, "centre of the quadratic sum")
    self.entries = entries
    self.rowsPerSample = rowsPerSample
    self.gradients = gradients ?? []
    self.centre = centre ?? [Double](repeating: 0, count: dimension)
    self.sampleCount = sampleCount
    parameterCount = dimension
  }

  /// The displacement θ − c, and what a product with a row leaves behind.
  public struct Workspace: Sendable {
    var displacement: [Double]
    var image: [Double]
  }

  /// Room for two vectors of d.
  public func makeWorkspace() -> Workspace {
    let zeros = [Double](repeating: 0, count: parameterCount)
    return Workspace(displacement: zeros, image: zeros)
  }

  private func displace(_ parameters: Span<Double>, _ workspace: inout Workspace) {
    for j in 0..<parameterCount { workspace.displacement[j] = parameters[j] - centre[j] }
  }

  /// Adds scale · Hᵢ·vector to `result`.
  @inline(__always)
  private func addHessian(_ sample: Int, _ scale: Double, _ vector: Span<Double>, _ result: inout MutableSpan<Double>) {
    let d = parameterCount
    let entries = entries.span
    if let m = rowsPerSample {
      for row in sample * m..<(sample + 1) * m {
        var product = 0.0
        for k in 0..<d { product += entries[row * d + k] * vector[k] }
        for k in 0..<d { result[k] += scale * product * entries[row * d + k] }
      }
    } else {
      for j in 0..<d {
        var product = 0.0
        for k in 0..<d { product += entries[(sample * d + j) * d + k] * vector[k] }
        result[j] += scale * product
      }
    }
  }

  /// Adds scale · gᵢ to `result`.
  @inline(__always)
  private func addGradient(_ sample: Int, _ scale: Double, _ result: inout MutableSpan<Double>) {
    guard !gradients.isEmpty else { return }
    for j in 0..<parameterCount { result[j] += scale * gradients[sample * parameterCount + j] }
  }

  /// (1/b) Σ kᵢ fᵢ.
  public func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Workspace) -> Double {
    displace(parameters, &workspace)
    let displacement = workspace.displacement
    var sum = 0.0
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      for j in 0..<parameterCount { workspace.image[j] = 0 }
      var image = workspace.image.mutableSpan
      addHessian(sample, 0.5, displacement.span, &image)
      addGradient(sample, 1, &image)
      for j in 0..<parameterCount { sum += Double(multiplicity) * image[j] * displacement[j] }
    }
    return sum / Double(batch.size)
  }

  /// (1/b) Σ kᵢ [Hᵢ(θ−c) + gᵢ].
  public func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Workspace
  ) {
    displace(parameters, &workspace)
    for j in 0..<parameterCount { gradient[j] = 0 }
    for place in batch.indices.indices {
      let scale = Double(batch.multiplicities[place]) / Double(batch.size)
      addHessian(batch.indices[place], scale, workspace.displacement.span, &gradient)
      addGradient(batch.indices[place], scale, &gradient)
    }
  }

  /// (1/b) Σ kᵢ Hᵢv.
  public func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Workspace
  ) {
    for j in 0..<parameterCount { product[j] = 0 }
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      addHessian(sample, Double(multiplicity) / Double(batch.size), direction, &product)
    }
  }

  /// Rows Hᵢ(θ−c) + gᵢ.
  public func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Workspace
  ) {
    displace(parameters, &workspace)
    let displacement = workspace.displacement
    let d = parameterCount
    for (row, sample) in batch.indices.enumerated() {
      for j in 0..<d { workspace.image[j] = 0 }
      var image = workspace.image.mutableSpan
      addHessian(sample, 1, displacement.span, &image)
      addGradient(sample, 1, &image)
      for j in 0..<d { gradients[row * d + j] = image[j] }
    }
  }
}
