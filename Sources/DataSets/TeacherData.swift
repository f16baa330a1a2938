import Numerics

/// Targets of a random ReLU network, the teacher, on inputs uniform on the unit sphere; no noise.
///
/// The two teachers of Andriushchenko, Varre, Pillaud-Vivien, Flammarion 2023 (arXiv 2210.05337), as in their code. Their own draws came from
/// another library's generator and are not repeated here: these are data sets of the same law.
public struct TeacherData: Sendable, Hashable {
  /// n.
  public var sampleCount: Int
  /// The widths of the teacher: inputs, hidden layers; its one output is left out.
  public var widths: [Int]
  /// How the teacher is drawn.
  public var teacher: Teacher
  /// The number of test points.
  public var testCount: Int

  /// How a teacher is drawn.
  public enum Teacher: Sendable, Hashable {
    /// Weights into a neuron uniform on the unit sphere, weights out of it ±1, no biases.
    case unitNeurons
    /// Weights standard normal, biases uniform on ±1/√p for p inputs of the layer (PyTorch's default for biases).
    case gaussian
  }

  /// Describes a data set.
  ///
  /// - Precondition: n > 0, one input or more, one hidden layer or more.
  public init(sampleCount: Int, widths: [Int], teacher: Teacher, testCount: Int = 1000) {
    precondition(sampleCount > 0 && testCount >= 0 && widths.count >= 2 && widths.allSatisfy { $0 > 0 }, "n > 0")
    self.sampleCount = sampleCount
    self.widths = widths
    self.teacher = teacher
    self.testCount = testCount
  }

  /// n = 15 on the unit circle, 3 neurons: the two-layer experiment (Figures 10 and 14).
  public static let twoLayer = TeacherData(sampleCount: 15, widths: [2, 3], teacher: .unitNeurons)
  /// n = 50 on the unit sphere in 5 dimensions, a 5-2-2-1 teacher: the three-layer experiment (Figure 5).
  public static let threeLayer = TeacherData(sampleCount: 50, widths: [5, 2, 2], teacher: .gaussian)

  /// A data set from the streams of `key`: step 0 gives the training inputs, step 1 the test inputs, step 2 the teacher. Its `truth` holds the
  /// teacher's layers in turn, each its weights (outputs × inputs), then its biases if there are any.
  public func drawn(_ key: RandomKey) -> RegressionData {
    let d = widths[0]
    func inputs(_ count: Int, step: Int) -> [Double] {
      var stream = RandomStream(key, step: step)
      return (0..<count).flatMap { _ in stream.sphere(count: d) }
    }
    let layers = drawnTeacher(RandomStream(key, step: 2))
    func samples(_ features: [Double]) -> RegressionSamples {
      let targets = stride(from: 0, to: features.count, by: d).map {
        Self.output(of: layers, at: Array(features[$0..<$0 + d]))
      }
      return RegressionSamples(inputCount: d, features: features, targets: targets)
    }
    return RegressionData(
      training: samples(inputs(sampleCount, step: 0)), test: samples(inputs(testCount, step: 1)),
      truth: layers.flatMap { $0.weights + $0.biases })
  }

  private struct Layer {
    var weights: [Double]
    /// Empty if there are none.
    var biases: [Double]
    var outputs: Int
  }

  private func drawnTeacher(_ stream: RandomStream) -> [Layer] {
    var stream = stream
    let outputs = widths.dropFirst() + [1]
    return zip(widths, outputs).enumerated().map { place, sides in
      let (p, q) = sides
      switch teacher {
      case .unitNeurons where place == outputs.count - 1:
        return Layer(weights: (0..<p).map { _ in stream.uniform() < 0.5 ? -1 : 1 }, biases: [], outputs: q)
      case .unitNeurons:
        return Layer(weights: (0..<q).flatMap { _ in stream.sphere(count: p) }, biases: [], outputs: q)
      case .gaussian:
        let weights = stream.gaussian(count: p * q)
        let bound = 1 / Double(p).squareRoot()
        return Layer(weights: weights, biases: (0..<q).map { _ in bound * (2 * stream.uniform() - 1) }, outputs: q)
      }
    }
  }

  private static func output(of layers: [Layer], at input: [Double]) -> Double {
    var values = input
    for (place, layer) in layers.enumerated() {
      values = (0..<layer.outputs).map { unit in
        let start = unit * values.count
        let sum = values.indices.reduce(layer.biases.isEmpty ? 0 : layer.biases[unit]) {
          $0 + layer.weights[start + $1] * values[$1]
        }
        return place == layers.count - 1 ? sum : max(sum, 0)
      }
    }
    return values[0]
  }
}

extension RegressionSamples {
  /// The twelve points in one dimension of Blanc, Gupta, Valiant, Valiant 2020 (arXiv 1904.09080), as Andriushchenko et al. 2023 use them:
  /// x = {−5.5, −4.5, …, 5.5}/4 + 0.07, y = 0.345 + {−2, 1.5, 0, 0, 2, 1, 0, −1, 0, 1, 2, −1}.
  public static let blanc = RegressionSamples(
    inputCount: 1, features: (0..<12).map { (Double($0) - 5.5) / 4 + 0.07 },
    targets: [-2, 1.5, 0, 0, 2, 1, 0, -1, 0, 1, 2, -1].map { 0.345 + $0 })
}
