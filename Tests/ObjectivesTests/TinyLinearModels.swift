import Numerics
import Objectives

/// Linear models, dense and sparse, with and without intercept and weight decay.
extension TinyProblem {
  /// Six samples of four features, about half of them 0, one row empty; labels of both classes.
  static let tinyRows: [[Double]] = [
    [0.5, 0, -1.25, 0], [0, 0, 0, 2], [-0.75, 1.5, 0, 0.25], [0, 0, 0, 0], [1, -1, 0.5, -0.5], [0, 0.8, 0, 0],
  ]
  static let tinyLabels: [Double] = [1, -1, 1, -1, -1, 1]

  /// The same numbers as sparse rows, zeros left out.
  static func sparse(_ rows: [[Double]]) -> FeatureRows {
    var (starts, columns, values) = ([0], [Int32](), [Double]())
    for row in rows {
      for (column, value) in row.enumerated() where value != 0 {
        columns.append(Int32(column))
        values.append(value)
      }
      starts.append(values.count)
    }
    return FeatureRows(columnCount: rows[0].count, starts: starts, columns: columns, values: values)
  }

  /// ℓ(m) as in a textbook, good enough for moderate margins.
  static func textbook(_ loss: MarginLoss, _ margin: Double) -> Double {
    switch loss {
    case .logistic: -naturalLogarithm(ofLogistic: margin)
    case .hinge: max(0, 1 - margin)
    case .squaredHinge: max(0, 1 - margin) * max(0, 1 - margin)
    }
  }

  static func linearModel(_ loss: MarginLoss, isSparse: Bool, intercept: Bool) throws -> TinyProblem {
    let (rows, labels) = (tinyRows, tinyLabels)
    // Labels 3 and 7 stand for −1 and +1.
    let objective = try LinearModelObjective(
      features: isSparse ? sparse(rows) : FeatureRows(Matrix(rows)), labels: labels.map { $0 > 0 ? 7 : 3 }, loss: loss,
      intercept: intercept)
    let full = rows.map { $0 + (intercept ? [1] : []) }
    let points = pointsAwayFromMargins(full, labels)
    return TinyProblem(
      "\(loss), \(isSparse ? "sparse" : "dense")\(intercept ? ", intercept" : "")", objective, points: points
    ) { sample, θ in textbook(loss, labels[sample] * dot(full[sample], θ)) }
  }

  static func sparseLeastSquares() throws -> TinyProblem {
    let rows = tinyRows
    let targets = [0.3, -1, 2, 0.5, 0, -0.2]
    var stream = testStream(5)
    let points = (0..<3).map { _ in stream.gaussian(count: 5) }
    let objective = try LeastSquaresObjective(features: sparse(rows), targets: targets, intercept: true)
    return TinyProblem("least squares, sparse, intercept", objective, points: points) { sample, θ in
      let residual = dot(rows[sample] + [1], θ) - targets[sample]
      return residual * residual / 2
    }
  }

  /// Around bases with and without a workspace of their own.
  static func weightDecayed() throws -> [TinyProblem] {
    let hinge = try LinearModelObjective(
      features: sparse(tinyRows), labels: tinyLabels, loss: .squaredHinge, intercept: false)
    let autoencoder = AutoencoderObjective(
      data: try .equicorrelated(count: 4, dimension: 4, correlation: 0.3), activation: .relu)
    let vectors = autoencoder.data
    return [
      TinyProblem(
        "squared hinge with weight decay", try WeightDecayed(hinge, weight: 0.3),
        points: pointsAwayFromMargins(tinyRows, tinyLabels)
      ) { sample, θ in
        textbook(.squaredHinge, tinyLabels[sample] * dot(tinyRows[sample], θ)) + 0.15 * dot(θ, θ)
      },
      TinyProblem(
        "autoencoder with weight decay", try WeightDecayed(autoencoder, weight: 0.7),
        points: pointsAwayFromKinks(vectors)
      ) { sample, w in
        let a = row(sample, of: vectors)
        let φ = max(dot(w, a), 0)
        return zip(a, w).map { ($0 - $1 * φ) * ($0 - $1 * φ) }.reduce(0, +) / 2 + 0.35 * dot(w, w)
      },
    ]
  }

  /// Points of moderate size at which every margin is at least 0.02 away from 1, and margins lie on both sides.
  private static func pointsAwayFromMargins(_ rows: [[Double]], _ labels: [Double]) -> [[Double]] {
    var stream = testStream(6)
    var points: [[Double]] = []
    while points.count < 3 {
      let θ = stream.gaussian(count: rows[0].count).map { 2 * $0 }
      let margins = zip(rows, labels).map { $1 * dot($0, θ) }
      if margins.allSatisfy({ abs($0 - 1) > 0.02 }), margins.contains(where: { $0 > 1 }) { points.append(θ) }
    }
    return points
  }
}
