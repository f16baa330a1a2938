import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Regression by one hidden layer: fᵢ(θ) = ½ (F(xᵢ) − yᵢ)², F(x) = c + Σₖ vₖ tanh(⟨wₖ, x⟩ + βₖ), k = 1 … h.
///
/// Parameters in this order: w (h × p, row by row), β (h), v (h), c; d = h(p + 2) + 1. With p = 1 and h = 8 these are
/// the 25 parameters of the small networks on which exact stability thresholds are held against true runs.
public struct TanhNetworkObjective: ResidualObjective {
  /// n, the number of samples.
  public let sampleCount: Int
  /// p, the number of inputs.
  public let inputCount: Int
  /// h, the number of hidden units.
  public let hiddenCount: Int
  private let inputs: [Double]
  private let targets: [Double]

  /// d = h(p + 2) + 1.
  public var parameterCount: Int { hiddenCount * (inputCount + 2) + 1 }
  /// One.
  public var outputCount: Int { 1 }
  /// ½ (F(xᵢ) − yᵢ)².
  public var lossFormula: String { "½ (F(xᵢ) − yᵢ)², F(x) = c + Σₖ vₖ tanh(⟨wₖ, x⟩ + βₖ)" }

  /// The regression of `targets` on rows of `inputs`.
  ///
  /// - Throws: `InputError` for no row, rows of different lengths, counts that do not match, numbers that are not
  ///   finite, or no hidden unit.
  public init(inputs: [[Double]], targets: [Double], hiddenCount: Int) throws(InputError) {
    let p = inputs.first?.count ?? 0
    guard p > 0, inputs.allSatisfy({ $0.count == p && $0.allSatisfy(\.isFinite) }) else {
      throw InputError(
        "inputs", expected: "one or more rows of equal, positive length, of finite numbers",
        found: "rows of lengths \(Set(inputs.map(\.count)).sorted()), or numbers that are not finite")
    }
    guard targets.count == inputs.count, targets.allSatisfy(\.isFinite) else {
      throw InputError(
        "targets", expected: "\(inputs.count) finite numbers, one a row of inputs",
        found: targets.count == inputs.count ? "a number that is not finite" : "\(targets.count)")
    }
    guard hiddenCount > 0 else { throw InputError("hidden units", expected: "one or more", found: "\(hiddenCount)") }
    sampleCount = inputs.count
    inputCount = p
    self.hiddenCount = hiddenCount
    self.inputs = inputs.flatMap { $0 }
    self.targets = targets
  }

  /// n points of y = sin(3x), x evenly from −1 to 1.
  ///
  /// - Throws: `InputError` for fewer than two samples, or no hidden unit.
  public static func sine(samples: Int, hiddenCount: Int) throws(InputError) -> TanhNetworkObjective {
    guard samples > 1 else { throw InputError("samples", expected: "2 or more", found: "\(samples)") }
    let points = (0..<samples).map { -1 + 2 * Double($0) / Double(samples - 1) }
    return try TanhNetworkObjective(
      inputs: points.map { [$0] }, targets: points.map { sin(3 * $0) }, hiddenCount: hiddenCount)
  }

  /// Random parameters: w and β standard normal times 2/√p, v normal of variance 1/h, c = 0.
  public func randomParameters(stream: inout RandomStream) -> [Double] {
    let (p, h) = (inputCount, hiddenCount)
    let inner = stream.gaussian(count: h * (p + 1)).map { 2 * $0 / Double(p).squareRoot() }
    let outer = stream.gaussian(count: h).map { $0 / Double(h).squareRoot() }
    return inner + outer + [0]
  }

  /// tanh(zₖ) of a sample, and their rates of change.
  public struct Workspace: Sendable {
    var units: [Double]
    var rates: [Double]
  }

  /// Room for two vectors of h.
  public func makeWorkspace() -> Workspace {
    let zeros = [Double](repeating: 0, count: hiddenCount)
    return Workspace(units: zeros, rates: zeros)
  }

  /// F(xᵢ) − yᵢ; leaves tanh(zₖ) in `units`.
  @inline(__always)
  private func forward(_ sample: Int, _ parameters: Span<Double>, _ workspace: inout Workspace) -> Double {
    let (p, h) = (inputCount, hiddenCount)
    var output = parameters[parameterCount - 1]
    for k in 0..<h {
      var z = parameters[h * p + k]
      for j in 0..<p { z += parameters[k * p + j] * inputs[sample * p + j] }
      let unit = tanh(z)
      workspace.units[k] = unit
      output += parameters[h * (p + 1) + k] * unit
    }
    return output - targets[sample]
  }

  /// Adds scale · ∇F(xᵢ) to `result` from place `start` on, given tanh(zₖ).
  @inline(__always)
  private func addOutputGradient(
    _ sample: Int, _ scale: Double, _ parameters: Span<Double>, _ workspace: Workspace,
    _ result: inout MutableSpan<Double>, from start: Int = 0
  ) {
    let (p, h) = (inputCount, hiddenCount)
    for k in 0..<h {
      let unit = workspace.units[k]
      let slope = scale * parameters[h * (p + 1) + k] * (1 - unit * unit)
      for j in 0..<p { result[start + k * p + j] += slope * inputs[sample * p + j] }
      result[start + h * p + k] += slope
      result[start + h * (p + 1) + k] += scale * unit
    }
    result[start + parameterCount - 1] += scale
  }

  /// (1/b) Σ kᵢ ½ (F(xᵢ) − yᵢ)².
  public func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Workspace) -> Double {
    var sum = 0.0
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      let residual = forward(sample, parameters, &workspace)
      sum += Double(multiplicity) * residual * residual
    }
    return sum / Double(2 * batch.size)
  }

  /// (1/b) Σ kᵢ (F(xᵢ) − yᵢ) ∇F(xᵢ).
  public func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Workspace
  ) {
    for j in 0..<parameterCount { gradient[j] = 0 }
    for place in batch.indices.indices {
      let sample = batch.indices[place]
      let residual = forward(sample, parameters, &workspace)
      let scale = residual * Double(batch.multiplicities[place]) / Double(batch.size)
      addOutputGradient(sample, scale, parameters, workspace, &gradient)
    }
  }

  /// (1/b) Σ kᵢ [⟨∇F(xᵢ), v⟩ ∇F(xᵢ) + (F(xᵢ) − yᵢ) ∇²F(xᵢ) v].
  public func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Workspace
  ) {
    let (p, h) = (inputCount, hiddenCount)
    for j in 0..<parameterCount { product[j] = 0 }
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      let residual = forward(sample, parameters, &workspace)
      let share = Double(multiplicity) / Double(batch.size)
      // The rate of F along v, and that of each zₖ.
      var rate = direction[parameterCount - 1]
      for k in 0..<h {
        var z = direction[h * p + k]
        for j in 0..<p { z += direction[k * p + j] * inputs[sample * p + j] }
        let unit = workspace.units[k]
        workspace.rates[k] = z
        rate += direction[h * (p + 1) + k] * unit + parameters[h * (p + 1) + k] * (1 - unit * unit) * z
      }
      addOutputGradient(sample, share * rate, parameters, workspace, &product)
      // The rates of ∂F/∂vₖ = tₖ and ∂F/∂zₖ = vₖ sₖ, with t = tanh z, s = 1 − t², ṡ = −2ts ż.
      for k in 0..<h {
        let unit = workspace.units[k]
        let slope = 1 - unit * unit
        let rateOfUnit = slope * workspace.rates[k]
        let outer = parameters[h * (p + 1) + k]
        let inner = direction[h * (p + 1) + k] * slope - 2 * outer * unit * rateOfUnit
        let scale = share * residual
        for j in 0..<p { product[k * p + j] += scale * inner * inputs[sample * p + j] }
        product[h * p + k] += scale * inner
        product[h * (p + 1) + k] += scale * rateOfUnit
      }
    }
  }

  /// Rows (F(xᵢ) − yᵢ) ∇F(xᵢ).
  public func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Workspace
  ) {
    for (row, sample) in batch.indices.enumerated() {
      let start = row * parameterCount
      for j in 0..<parameterCount { gradients[start + j] = 0 }
      let residual = forward(sample, parameters, &workspace)
      addOutputGradient(sample, residual, parameters, workspace, &gradients, from: start)
    }
  }

  /// F(xᵢ) − yᵢ.
  public func residuals(at parameters: [Double]) -> [Double] {
    var workspace = makeWorkspace()
    return parameters.withSpan { parameters in (0..<sampleCount).map { forward($0, parameters, &workspace) } }
  }

  /// Rows ∇F(xᵢ).
  public func residualJacobian(at parameters: [Double]) -> [Double] {
    var workspace = makeWorkspace()
    var rows = [Double](repeating: 0, count: sampleCount * parameterCount)
    parameters.withSpan { parameters in
      rows.withMutableSpan { rows in
        for sample in 0..<sampleCount {
          _ = forward(sample, parameters, &workspace)
          addOutputGradient(sample, 1, parameters, workspace, &rows, from: sample * parameterCount)
        }
      }
    }
    return rows
  }
}
