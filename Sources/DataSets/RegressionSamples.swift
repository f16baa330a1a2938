/// Samples with real targets.
public struct RegressionSamples: Sendable, Equatable {
  /// d, the number of inputs.
  public let inputCount: Int
  /// n × d numbers, row by row: a row is a sample.
  public let features: [Double]
  /// n numbers.
  public let targets: [Double]

  /// Puts inputs and targets together.
  ///
  /// - Precondition: `inputCount` > 0 numbers a target.
  public init(inputCount: Int, features: [Double], targets: [Double]) {
    precondition(inputCount > 0 && features.count == inputCount * targets.count, "d numbers a sample")
    self.inputCount = inputCount
    self.features = features
    self.targets = targets
  }

  /// n, the number of samples.
  public var sampleCount: Int { targets.count }

  /// The inputs of one sample.
  public func row(_ sample: Int) -> ArraySlice<Double> {
    features[sample * inputCount..<(sample + 1) * inputCount]
  }
}

/// A regression problem whose targets come from a known rule.
public struct RegressionData: Sendable, Equatable {
  /// What is learnt from.
  public let training: RegressionSamples
  /// What tests it, drawn from the same law, its targets without noise; no samples where there are none.
  public let test: RegressionSamples
  /// The rule's parameters, as the data set's type says: the coefficients of a linear rule, the teacher's weights. Empty for rules without.
  public let truth: [Double]

  /// Puts a problem together.
  public init(training: RegressionSamples, test: RegressionSamples? = nil, truth: [Double] = []) {
    self.training = training
    self.test = test ?? RegressionSamples(inputCount: training.inputCount, features: [], targets: [])
    self.truth = truth
  }
}

/// Samples of classes 0, 1, …
public struct ClassificationSamples: Sendable, Equatable {
  /// d, the number of inputs.
  public let inputCount: Int
  /// m, the number of classes.
  public let classCount: Int
  /// n × d numbers, row by row: a row is a sample.
  public let features: [Double]
  /// n classes from 0 to m − 1.
  public let classes: [Int]

  /// Puts inputs and classes together.
  ///
  /// - Precondition: `inputCount` > 0 numbers a class, and classes from 0 to m − 1.
  public init(inputCount: Int, classCount: Int, features: [Double], classes: [Int]) {
    precondition(inputCount > 0 && features.count == inputCount * classes.count, "d numbers a sample")
    precondition(classes.allSatisfy { $0 >= 0 && $0 < classCount }, "classes from 0 to m − 1")
    self.inputCount = inputCount
    self.classCount = classCount
    self.features = features
    self.classes = classes
  }

  /// n, the number of samples.
  public var sampleCount: Int { classes.count }

  /// n × m numbers, row by row: 1 at the sample's class, 0 elsewhere. What the squared loss compares outputs with.
  public var indicators: [Double] {
    var values = [Double](repeating: 0, count: sampleCount * classCount)
    for (sample, label) in classes.enumerated() { values[sample * classCount + label] = 1 }
    return values
  }
}
