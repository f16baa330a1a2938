import Numerics
import Testing

/// |a − b| relative to |b|; 0 where both are equal, infinities included.
func relativeError(_ a: Double, _ b: Double) -> Double { a == b ? 0 : abs(a - b) / abs(b) }

/// A Gaussian matrix.
func gaussianMatrix(_ rows: Int, _ columns: Int, _ stream: inout RandomStream) -> Matrix {
  Matrix(rows: rows, columns: columns, storage: stream.gaussian(count: rows * columns))
}

/// The largest |aᵢⱼ − bᵢⱼ|, infinite for different shapes.
func largestDifference(_ a: Matrix, _ b: Matrix) -> Double {
  guard a.rows == b.rows, a.columns == b.columns else { return .infinity }
  return zip(a.storage, b.storage).reduce(0) { max($0, abs($1.0 - $1.1)) }
}

/// A chance of 1 in 100,000, beyond 4 standard errors: what a statistical test with a fixed seed must exceed.
let smallestProbability = 1e-5
