import Numerics

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// Targets that depend on the first r of d inputs: does a network find out which?
///
/// x is standard Gaussian; the columns of the irrelevant inputs are centred, so that they have mean 0 in the sample itself. Source:
/// Beneventano, Pinto, Poggio 2024 (arXiv 2406.11110) and their code, where n = 5000, d = 15, r = 5.
public struct SupportData: Sendable, Hashable {
  /// n, the number of distinct inputs.
  public var inputsDrawn: Int
  /// d.
  public var inputCount: Int
  /// r, the number of relevant inputs: the first ones.
  public var relevantCount: Int
  /// The rule.
  public var target: Target
  /// The noise on the training targets.
  public var noise: Noise
  /// The number of test points, without noise; their columns are not centred.
  public var testCount: Int

  /// The rule that makes targets of the relevant inputs x₀, …, x₍r₋₁₎.
  public enum Target: String, Sendable, CaseIterable, Codable {
    /// Σ xⱼ.
    case linear
    /// sin Σ xⱼ.
    case sine
    /// Σ xⱼ^(j+1), j from 0.
    case staircase
  }

  /// Noise that is made once, with the data.
  public enum Noise: Sendable, Hashable {
    /// None: n samples.
    case none
    /// y = f(x) + e, e normal of this standard deviation: n samples.
    case fixed(standardDeviation: Double)
    /// Each x twice, with y = f(x) + e and y = f(x) − e: 2n samples, x₁ … xₙ with plus, then with minus. The residual's mean at the rule itself
    /// is then 0 at every x, and so is its correlation with any function of x.
    case mirrored(standardDeviation: Double)
  }

  /// Describes a data set.
  ///
  /// - Precondition: 0 < r ≤ d, 0 < n.
  public init(
    inputsDrawn: Int, inputCount: Int = 15, relevantCount: Int = 5, target: Target = .linear, noise: Noise = .none,
    testCount: Int = 0
  ) {
    precondition(inputsDrawn > 0 && relevantCount > 0 && relevantCount <= inputCount && testCount >= 0, "0 < r ≤ d")
    self.inputsDrawn = inputsDrawn
    self.inputCount = inputCount
    self.relevantCount = relevantCount
    self.target = target
    self.noise = noise
    self.testCount = testCount
  }

  /// The publication's data set for a target: n = 5000, d = 15, r = 5, mirrored noise of 10⁻³, none for the staircase (whose inputs still come
  /// twice).
  public static func published(_ target: Target) -> SupportData {
    SupportData(
      inputsDrawn: 5000, target: target, noise: .mirrored(standardDeviation: target == .staircase ? 0 : 1e-3))
  }

  /// A data set from the streams of `key`: step 0 gives the inputs, step 1 the noise, step 2 the test inputs, so that data sets that
  /// differ in target or noise share their inputs. Its `truth` is empty but for the linear target: d coefficients, 1 or 0.
  public func drawn(_ key: RandomKey) -> RegressionData {
    func inputs(_ count: Int, step: Int) -> [Double] {
      var stream = RandomStream(key, step: step)
      return stream.gaussian(count: count * inputCount)
    }
    var features = inputs(inputsDrawn, step: 0)
    for column in relevantCount..<inputCount {
      let places = stride(from: column, to: features.count, by: inputCount)
      let mean = places.reduce(0) { $0 + features[$1] } / Double(inputsDrawn)
      for place in places { features[place] -= mean }
    }
    let clean = targets(of: features)
    func noises(_ deviation: Double) -> [Double] {
      var stream = RandomStream(key, step: 1)
      return stream.gaussian(count: inputsDrawn).map { deviation * $0 }
    }
    let training: RegressionSamples
    switch noise {
    case .none: training = RegressionSamples(inputCount: inputCount, features: features, targets: clean)
    case .fixed(let deviation):
      let targets = zip(clean, noises(deviation)).map { $0 + $1 }
      training = RegressionSamples(inputCount: inputCount, features: features, targets: targets)
    case .mirrored(let deviation):
      let noises = noises(deviation)
      let targets = zip(clean, noises).map { $0 + $1 } + zip(clean, noises).map { $0 - $1 }
      training = RegressionSamples(inputCount: inputCount, features: features + features, targets: targets)
    }
    let testFeatures = inputs(testCount, step: 2)
    let test = RegressionSamples(
      inputCount: inputCount, features: testFeatures, targets: targets(of: testFeatures))
    let truth = target == .linear ? (0..<inputCount).map { $0 < relevantCount ? 1.0 : 0 } : []
    return RegressionData(training: training, test: test, truth: truth)
  }

  /// The rule's value at each row of `features`.
  public func targets(of features: [Double]) -> [Double] {
    stride(from: 0, to: features.count, by: inputCount).map { start in
      let relevant = features[start..<start + relevantCount]
      switch target {
      case .linear: return relevant.reduce(0, +)
      case .sine: return sin(relevant.reduce(0, +))
      case .staircase: return relevant.enumerated().reduce(0) { $0 + pow($1.element, Double($1.offset + 1)) }
      }
    }
  }
}
