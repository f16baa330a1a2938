import Numerics
import TestSupport
import Testing

@Suite struct RandomStreamTests {
  @Test func uniformIsUniformAndOpen() throws {
    var stream = testStream(1)
    let values = (0..<5000).map { _ in stream.uniform() }
    #expect(values.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(try KolmogorovSmirnovTest.oneSample(values) { $0 }.pValue > smallestProbability)
  }

  @Test(arguments: [0, 1, 2, 7, 5000])
  func gaussianIsNormal(count: Int) throws {
    var stream = testStream(2)
    let values = stream.gaussian(count: count)
    #expect(values.count == count)
    if count > 1000 {
      #expect(try KolmogorovSmirnovTest.oneSample(values, against: Normal.cumulative).pValue > smallestProbability)
    }
  }

  @Test func gaussianPairsAreIndependent() {
    var stream = testStream(3)
    var products = RunningMoments()
    var squares = RunningMoments()
    for _ in 0..<5000 {
      let (x, y) = stream.gaussianPair()
      products.add(x * y)
      squares.add((x * x - 1) * (y * y - 1))
    }
    #expect(abs(products.mean) < 4 * (products.standardError ?? 0))
    #expect(abs(squares.mean) < 4 * (squares.standardError ?? 0))
  }

  @Test func sphereHasItsRadiusAndNoDirection() throws {
    var stream = testStream(4)
    var first = [Double]()
    for _ in 0..<2000 {
      let point = stream.sphere(count: 3, radius: 2.5)
      #expect(relativeError(LinearAlgebra.norm(point), 2.5) < 1e-15)
      first.append(point[0])
    }
    // Archimedes: each coordinate of a point on a sphere in three dimensions is uniform.
    #expect(try KolmogorovSmirnovTest.oneSample(first) { ($0 + 2.5) / 5 }.pValue > smallestProbability)
  }

  @Test func permutationsAreUniform() throws {
    var stream = testStream(5)
    var counts = [[Int]: Int]()
    for _ in 0..<6000 {
      let order = stream.permutation(count: 4)
      #expect(order.sorted() == [0, 1, 2, 3])
      counts[order, default: 0] += 1
    }
    #expect(counts.count == 24)
    #expect(try ChiSquareTest.uniformity(counts: Array(counts.values)).pValue > smallestProbability)
  }

  @Test(arguments: [(0, 1), (1, 5), (2, 10), (3, 10), (4, 5), (5, 1)])
  func subsetsAreUniform(size: Int, number: Int) throws {
    var stream = testStream(6)
    var counts = [[Int]: Int]()
    for _ in 0..<2000 {
      let subset = stream.subset(of: 5, size: size)
      #expect(subset.count == size && subset == Set(subset).sorted() && subset.allSatisfy { (0..<5).contains($0) })
      counts[subset, default: 0] += 1
    }
    #expect(counts.count == number)
    if number > 1 {
      #expect(try ChiSquareTest.uniformity(counts: Array(counts.values)).pValue > smallestProbability)
    }
  }

  @Test func stepsOfOneTrialAreIndependent() {
    let key = RandomKey(seed: 8, purpose: .order)
    var products = RunningMoments()
    for step in 0..<3000 {
      var (now, later) = (RandomStream(key, step: step), RandomStream(key, step: step + 1))
      products.add((now.uniform() - 0.5) * (later.uniform() - 0.5))
    }
    #expect(abs(products.mean) < 4 * (products.standardError ?? 0))
  }
}
