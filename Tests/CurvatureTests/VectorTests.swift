import Numerics
import Testing

@testable import Curvature

struct VectorTests {
  /// The sums of the vectors against a plain loop, for all short lengths and some long ones.
  @Test func sumsAgreeWithAPlainLoop() {
    check(Double.self, tolerance: 1e-14)
    check(Float.self, tolerance: 1e-6)
  }

  private func check<Scalar: BLASScalar>(_: Scalar.Type, tolerance: Double) {
    var stream = RandomStream(RandomKey(seed: 1, purpose: .data))
    for count in Array(0...70) + [1_000, 16_385] {
      let x = stream.gaussian(count: count).map { Scalar($0) }
      let y = stream.gaussian(count: count).map { Scalar($0) }
      let products = zip(x, y).map { Double($0) * Double($1) }
      let size = products.reduce(1) { $0 + abs($1) }
      #expect(abs(Vectors.dot(x, y) - products.reduce(0, +)) <= 1e-14 * size, "\(count)")
      #expect(abs(Vectors.norm(x) - x.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()) <= 1e-13 * size)
      var sum = y
      Vectors.add(-1.5, x, to: &sum)
      for j in 0..<count { #expect(abs(Double(sum[j] - (y[j] - 1.5 * x[j]))) <= tolerance * size) }
      Vectors.scale(&sum, by: 3)
      for j in 0..<count { #expect(abs(Double(sum[j] - 3 * (y[j] - 1.5 * x[j]))) <= 8 * tolerance * size) }
      let step = stream.gaussian(count: count)
      #expect(Vectors.displaced(x, by: step) == (0..<count).map { Scalar(Double(x[$0]) + step[$0]) })
      #expect(Vectors.scaled(x, by: step) == (0..<count).map { Double(x[$0]) * step[$0] })
      var accumulated = step
      Vectors.accumulate(0.5, x, into: &accumulated)
      #expect(zip(accumulated, (0..<count).map { step[$0] + 0.5 * Double(x[$0]) }).allSatisfy { abs($0 - $1) < 1e-14 })
    }
  }
}
