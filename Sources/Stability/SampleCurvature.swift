import COpenBLAS
import Numerics

/// The Hessians Hᵢ of n samples at one point, as matrices or as factors Hᵢ = JᵢᵀAᵢJᵢ.
///
/// Factors are kept as m rows a sample with a sign each: Aᵢ is diagonalised and the roots of its eigenvalues multiply
/// the rows, so that Hᵢ = Σₐ sₐ jₐjₐᵀ with sₐ = ±1. Memory: n·d² numbers for matrices, n·m·d for factors.
public struct SampleCurvature: Sendable, Equatable {
  /// n, the number of samples.
  public let sampleCount: Int
  /// d, the number of parameters (or of basis vectors, after ``compressed(by:)``).
  public let dimension: Int
  /// m, the rows a sample has when the Hessians are held as factors; nil when they are held as matrices.
  public let outputCount: Int?
  /// The signs sₐ, n·m of them; nil when all are +1, so that every Hᵢ is positive semidefinite by construction.
  let signs: [Double]?
  /// Matrices (n·d·d) or factor rows (n·m·d), sample by sample.
  let entries: [Double]

  /// How far |hⱼₖ − hₖⱼ| may be from 0, as a multiple of the matrix's largest entry. Within it the symmetric part is
  /// taken.
  public static let asymmetryTolerance = 1e-8

  init(sampleCount: Int, dimension: Int, outputCount: Int?, signs: [Double]?, entries: [Double]) {
    self.sampleCount = sampleCount
    self.dimension = dimension
    self.outputCount = outputCount
    self.signs = signs
    self.entries = entries
  }

  /// Per-sample Hessians as matrices, n × d × d row by row.
  ///
  /// - Throws: ``InputError`` for no sample, no dimension, a count that does not fit, an entry that is not finite, or
  ///   a matrix that is further from symmetric than ``asymmetryTolerance``.
  public init(hessians: [Double], sampleCount: Int, dimension: Int) throws(InputError) {
    let location = "per-sample Hessians"
    try Self.requireShape(
      hessians, [("samples", sampleCount), ("rows", dimension), ("columns", dimension)], location)
    var entries = hessians
    try Self.symmetrise(&entries, order: dimension, location)
    self.init(sampleCount: sampleCount, dimension: dimension, outputCount: nil, signs: nil, entries: entries)
  }

  /// Per-sample Hessians as matrices.
  ///
  /// - Throws: ``InputError`` as ``init(hessians:sampleCount:dimension:)``, and for matrices of different shapes.
  public init(hessians: [Matrix]) throws(InputError) {
    let dimension = hessians.first?.rows ?? 0
    guard hessians.allSatisfy({ $0.rows == dimension && $0.columns == dimension }) else {
      throw InputError(
        "per-sample Hessians", expected: "square matrices of one order, \(dimension)",
        found: "\(Set(hessians.map { "\($0.rows) × \($0.columns)" }).sorted().joined(separator: ", "))")
    }
    try self.init(hessians: hessians.flatMap(\.storage), sampleCount: hessians.count, dimension: dimension)
  }

  /// Factors Hᵢ = JᵢᵀAᵢJᵢ: Jacobians n × m × d, and weights n × m × m (the loss's second derivatives in the outputs),
  /// the identity when nil.
  ///
  /// Squared loss ½‖r‖² has Aᵢ = I; softmax cross-entropy diag(π) − ππᵀ. Cost of the weights: an m × m
  /// eigendecomposition a sample.
  ///
  /// - Throws: ``InputError`` for counts that do not fit, entries that are not finite, weights that are not symmetric.
  public init(
    jacobians: [Double], sampleCount: Int, outputCount: Int, dimension: Int, weights: [Double]? = nil
  ) throws(InputError) {
    try Self.requireShape(
      jacobians, [("samples", sampleCount), ("outputs", outputCount), ("parameters", dimension)], "Jacobian factors")
    guard var weights else {
      self.init(
        sampleCount: sampleCount, dimension: dimension, outputCount: outputCount, signs: nil, entries: jacobians)
      return
    }
    let location = "weights of the Jacobian factors"
    try Self.requireShape(
      weights, [("samples", sampleCount), ("rows", outputCount), ("columns", outputCount)], location)
    try Self.symmetrise(&weights, order: outputCount, location)
    var entries = [Double](repeating: 0, count: jacobians.count)
    var signs = [Double](repeating: 1, count: sampleCount * outputCount)
    for sample in 0..<sampleCount {
      let square = outputCount * outputCount
      let weight = Matrix(
        rows: outputCount, columns: outputCount, storage: Array(weights[sample * square..<(sample + 1) * square]))
      let decomposition = try LinearAlgebra.symmetricEigendecomposition(of: weight)
      for (place, value) in decomposition.values.enumerated() {
        let row = sample * outputCount + place
        if value < 0 { signs[row] = -1 }
        let scale = abs(value).squareRoot()
        for output in 0..<outputCount {
          let factor = scale * decomposition.vectors[place, output]
          let source = (sample * outputCount + output) * dimension
          for column in 0..<dimension { entries[row * dimension + column] += factor * jacobians[source + column] }
        }
      }
    }
    self.init(
      sampleCount: sampleCount, dimension: dimension, outputCount: outputCount,
      signs: signs.contains(-1) ? signs : nil, entries: entries)
  }

  /// How many rows of `entries` a sample has: m for factors, d for matrices.
  var rowsPerSample: Int { outputCount ?? dimension }

  /// The Hessian of one sample, d × d.
  public func hessian(_ sample: Int) -> Matrix {
    precondition(sample >= 0 && sample < sampleCount, "no such sample")
    return meanHessian(over: CollectionOfOne((index: sample, weight: 1)))
  }

  /// The weighted sum Σ wᵢHᵢ over the given samples. Cost: d² a sample for matrices, m·d² for factors.
  func meanHessian(over terms: some Sequence<(index: Int, weight: Double)>) -> Matrix {
    let (d, m) = (dimension, rowsPerSample)
    var result = Matrix(rows: d, columns: d)
    result.withUnsafeMutableStorage { sum in
      entries.withUnsafeBufferPointer { source in
        guard let sum = sum.baseAddress, let source = source.baseAddress else { return }
        for (index, weight) in terms {
          if outputCount == nil {
            BLAS.axpy(d * d, weight, source + index * d * d, into: sum)
          } else {
            for row in index * m..<(index + 1) * m {
              let scale = weight * (signs?[row] ?? 1)
              for j in 0..<d { BLAS.axpy(d, scale * source[row * d + j], source + row * d, into: sum + j * d) }
            }
          }
        }
      }
    }
    return result
  }

  static func requireShape(
    _ values: [Double], _ sides: [(name: String, count: Int)], _ location: String
  ) throws(InputError) {
    let shape = sides.map { "\($0.count) \($0.name)" }.joined(separator: " × ")
    guard sides.allSatisfy({ $0.count > 0 }) else {
      throw InputError(location, expected: "at least one of everything", found: shape)
    }
    let product = sides.reduce((count: 1, overflow: false)) { sofar, side in
      let (count, overflow) = sofar.count.multipliedReportingOverflow(by: side.count)
      return (count, sofar.overflow || overflow)
    }
    guard !product.overflow, values.count == product.count else {
      throw InputError(location, expected: "the numbers of \(shape)", found: "\(values.count) numbers")
    }
    if let index = values.firstIndex(where: { !$0.isFinite }) {
      var rest = index
      var places: [String] = []
      for side in sides.reversed() {
        places.append("\(side.name.dropLast()) \(rest % side.count)")
        rest /= side.count
      }
      throw InputError(
        location, expected: "finite numbers",
        found: "\(values[index]) at \(places.reversed().joined(separator: ", "))",
        advice: "Has the run that produced them diverged?")
    }
  }

  /// Replaces each matrix by its symmetric part, or throws where that is further away than rounding explains.
  static func symmetrise(_ values: inout [Double], order: Int, _ location: String) throws(InputError) {
    for sample in 0..<values.count / (order * order) {
      let start = sample * order * order
      let largest = values[start..<start + order * order].reduce(0) { max($0, abs($1)) }
      for row in 0..<order {
        for column in 0..<row {
          let (lower, upper) = (values[start + row * order + column], values[start + column * order + row])
          guard abs(lower - upper) <= asymmetryTolerance * largest else {
            throw InputError(
              location,
              expected: "symmetric matrices, within \(asymmetryTolerance) of the largest entry",
              found: "\(lower) at row \(row), column \(column) of sample \(sample), and \(upper) opposite to it",
              advice: "If they come from finite differences, average each with its transpose.")
          }
          values[start + row * order + column] = (lower + upper) / 2
          values[start + column * order + row] = (lower + upper) / 2
        }
      }
    }
  }
}
