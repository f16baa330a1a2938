import Numerics

/// The gradients gᵢ of n samples at one point.
public struct SampleGradients: Sendable, Equatable {
  /// The gradients as rows, n × d.
  public let rows: Matrix

  /// Per-sample gradients, n × d row by row.
  ///
  /// - Throws: ``InputError`` for counts that do not fit or entries that are not finite.
  public init(_ values: [Double], sampleCount: Int, dimension: Int) throws(InputError) {
    try SampleCurvature.requireShape(
      values, [("samples", sampleCount), ("parameters", dimension)], "per-sample gradients")
    rows = Matrix(rows: sampleCount, columns: dimension, storage: values)
  }

  /// The mean gradient G = (1/n) Σ gᵢ.
  public var mean: [Double] {
    rows.transposedMultiplied(by: [Double](repeating: 1 / Double(rows.rows), count: rows.rows))
  }

  /// (1/n) Σ ‖gᵢ‖².
  public var meanSquare: Double {
    let norm = LinearAlgebra.norm(rows.storage)
    return norm * norm / Double(rows.rows)
  }

  /// max ‖gᵢ‖.
  public var largestNorm: Double {
    (0..<rows.rows).reduce(0) { largest, row in max(largest, rows.withRow(row) { LinearAlgebra.norm($0) }) }
  }
}

/// What kind of point the gradients say it is.
public enum Stationarity: Sendable, Equatable {
  /// No gradients were given: the point is taken for an interpolating minimum.
  case assumed
  /// Every sample's gradient vanishes: SGD's noise does too.
  case interpolating
  /// The mean gradient vanishes and the samples' do not: noise remains at the minimum.
  case regular
  /// The mean gradient does not vanish. Its norm, and the root mean square of the samples'.
  case notStationary(gradientNorm: Double, sampleNorm: Double)
}
