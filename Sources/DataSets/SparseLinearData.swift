import Numerics

/// Linear targets with few coefficients, on which diagonal linear networks are trained: y = ⟨x, β⟩ without noise, x standard Gaussian,
/// β the absolute values of r standard normal numbers, divided by their norm, then d − r zeros.
///
/// Source: Andriushchenko, Varre, Pillaud-Vivien, Flammarion 2023 (arXiv 2210.05337) and their code.
public struct SparseLinearData: Sendable, Hashable {
  /// n.
  public var sampleCount: Int
  /// d.
  public var inputCount: Int
  /// r, the number of coefficients that are not 0: the first ones.
  public var sparsity: Int
  /// The number of test points.
  public var testCount: Int

  /// Describes a data set.
  ///
  /// - Precondition: 0 < r ≤ d, 0 < n.
  public init(sampleCount: Int, inputCount: Int, sparsity: Int, testCount: Int = 1000) {
    precondition(sampleCount > 0 && sparsity > 0 && sparsity <= inputCount && testCount >= 0, "0 < r ≤ d and 0 < n")
    self.sampleCount = sampleCount
    self.inputCount = inputCount
    self.sparsity = sparsity
    self.testCount = testCount
  }

  /// n = 80, d = 200, r = 20: the publication's main experiment (its Figure 2).
  public static let main = SparseLinearData(sampleCount: 80, inputCount: 200, sparsity: 20)
  /// n = 20, d = 30, r = 3: its surface in two dimensions (Figure 3).
  public static let surface = SparseLinearData(sampleCount: 20, inputCount: 30, sparsity: 3)
  /// n = 40, d = 100, r = 20: gradient descent beside SGD (Figure 11).
  public static let comparison = SparseLinearData(sampleCount: 40, inputCount: 100, sparsity: 20)

  /// A data set of one's own, from the stream of `key`; its `truth` is β.
  public func drawn(_ key: RandomKey) -> RegressionData {
    var stream = RandomStream(key)
    return made { stream.gaussian(count: $0) }
  }

  /// The data set as published: `numpy.random.seed(seed)`, then the training inputs, the test inputs and d numbers of which the first r
  /// make β. The authors' seed is 0.
  public func published(seed: UInt32 = 0) -> RegressionData {
    var generator = NumPyGenerator(seed: seed)
    return made { generator.normals($0) }
  }

  private func made(_ normals: (Int) -> [Double]) -> RegressionData {
    let inputs = normals(sampleCount * inputCount)
    let testInputs = normals(testCount * inputCount)
    var coefficients = normals(inputCount)
    for j in sparsity..<inputCount { coefficients[j] = 0 }
    let norm = coefficients.reduce(0) { $0 + $1 * $1 }.squareRoot()
    coefficients = coefficients.map { $0.magnitude / norm }
    func samples(_ features: [Double]) -> RegressionSamples {
      let targets = stride(from: 0, to: features.count, by: inputCount).map { start in
        (0..<sparsity).reduce(0) { $0 + features[start + $1] * coefficients[$1] }
      }
      return RegressionSamples(inputCount: inputCount, features: features, targets: targets)
    }
    return RegressionData(training: samples(inputs), test: samples(testInputs), truth: coefficients)
  }
}
