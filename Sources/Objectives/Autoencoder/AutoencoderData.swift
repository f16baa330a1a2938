import Numerics

/// The data a₁ … a_m of an autoencoder as rows of an m × n matrix.
public struct AutoencoderData: Sendable, Equatable {
  /// m, the number of data vectors.
  public let count: Int
  /// n, the dimension in which they live.
  public let dimension: Int
  /// The rows, one after the other (m × n).
  public let rows: [Double]

  /// The first `count` vectors of the standard basis of `dimension` dimensions: the orthonormal data of the theory.
  ///
  /// - Throws: `InputError` unless 1 ≤ count ≤ dimension.
  public static func standardBasis(count: Int, dimension: Int) throws(InputError) -> AutoencoderData {
    try checkShape(count: count, dimension: dimension)
    var rows = [Double](repeating: 0, count: count * dimension)
    for i in 0..<count { rows[i * dimension + i] = 1 }
    return AutoencoderData(count: count, dimension: dimension, rows: rows)
  }

  /// `count` orthonormal vectors in general position, uniform over all orthonormal systems.
  ///
  /// - Throws: `InputError` unless 1 ≤ count ≤ dimension.
  public static func randomOrthonormal(
    count: Int, dimension: Int, stream: inout RandomStream
  ) throws(InputError) -> AutoencoderData {
    try checkShape(count: count, dimension: dimension)
    let matrix = try LinearAlgebra.orthonormalRows(count: count, dimension: dimension, stream: &stream)
    return AutoencoderData(count: count, dimension: dimension, rows: matrix.storage)
  }

  /// Unit vectors with ⟨aᵢ, aⱼ⟩ = ρ for all i ≠ j: aᵢ = √(1−ρ) eᵢ + β (e₁ + … + e_m), β = (√(1−ρ+mρ) − √(1−ρ)) / m.
  ///
  /// - Throws: `InputError` unless 1 ≤ count ≤ dimension and −1/(m−1) < ρ < 1.
  public static func equicorrelated(
    count: Int, dimension: Int, correlation: Double
  ) throws(InputError) -> AutoencoderData {
    try checkShape(count: count, dimension: dimension)
    let least = count > 1 ? -1 / Double(count - 1) : -1
    guard correlation > least, correlation < 1 else {
      throw InputError(
        "correlation", expected: "a value above \(least) and below 1 for \(count) vectors", found: "\(correlation)")
    }
    let own = (1 - correlation).squareRoot()
    let shared = ((1 - correlation + Double(count) * correlation).squareRoot() - own) / Double(count)
    var rows = [Double](repeating: 0, count: count * dimension)
    for i in 0..<count {
      for j in 0..<count { rows[i * dimension + j] = shared + (i == j ? own : 0) }
    }
    return AutoencoderData(count: count, dimension: dimension, rows: rows)
  }

  /// Any data: the rows of an m × n matrix.
  ///
  /// - Throws: `InputError` if the matrix is empty, its size does not fit, or a value is not finite.
  public init(count: Int, dimension: Int, values: [Double]) throws(InputError) {
    guard count > 0, dimension > 0, values.count == count * dimension else {
      throw InputError(
        "data", expected: "a matrix with at least one row and one column",
        found: "\(values.count) values for \(count) rows of \(dimension)")
    }
    if let place = values.firstIndex(where: { !$0.isFinite }) {
      throw InputError(
        "data, row \(place / dimension), column \(place % dimension)", expected: "a finite value",
        found: "\(values[place])")
    }
    self.init(count: count, dimension: dimension, rows: values)
  }

  private init(count: Int, dimension: Int, rows: [Double]) {
    self.count = count
    self.dimension = dimension
    self.rows = rows
  }

  /// ‖a₁‖ … ‖a_m‖. O(mn).
  public var norms: [Double] {
    (0..<count).map { i in
      var sum = 0.0
      for j in (i * dimension)..<((i + 1) * dimension) { sum += rows[j] * rows[j] }
      return sum.squareRoot()
    }
  }

  /// The Gram matrix ⟨aᵢ, aⱼ⟩, m × m, row-major. O(m²n).
  public var gram: [Double] {
    var result = [Double](repeating: 0, count: count * count)
    for i in 0..<count {
      for j in 0...i {
        var sum = 0.0
        for k in 0..<dimension { sum += rows[i * dimension + k] * rows[j * dimension + k] }
        result[i * count + j] = sum
        result[j * count + i] = sum
      }
    }
    return result
  }

  /// The largest |⟨aᵢ, aⱼ⟩ − δᵢⱼ|: 0 for orthonormal data, about 1e-16 for data that is orthonormal to rounding.
  public var orthonormalityDefect: Double {
    var defect = 0.0
    for (place, value) in gram.enumerated() {
      defect = max(defect, abs(value - (place % (count + 1) == 0 ? 1 : 0)))
    }
    return defect
  }

  private static func checkShape(count: Int, dimension: Int) throws(InputError) {
    guard count >= 1, count <= dimension else {
      throw InputError(
        "features", expected: "a number of data vectors from 1 to the dimension, \(dimension)", found: "\(count)",
        advice: "Linearly independent vectors need at least as many dimensions.")
    }
  }
}
