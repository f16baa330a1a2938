import Numerics

/// A linear classifier with two classes: fᵢ(θ) = ℓ(yᵢ ⟨xᵢ, θ⟩) with labels yᵢ = ±1 and a convex loss ℓ of the margin.
///
/// A batch gradient costs two multiplications a stored entry of its rows, and d assignments: sparse rows stay sparse.
/// Every Hessian is ℓ″(mᵢ) xᵢxᵢᵀ, of rank one.
public struct LinearModelObjective: FiniteSumObjective {
  /// ℓ.
  public let marginLoss: MarginLoss
  /// xᵢ; with an intercept the last feature is 1 in every sample.
  public let features: FeatureRows
  /// yᵢ, −1 or +1.
  public let labels: [Double]
  /// The two labels as they were given, which stand for −1 and +1.
  public let classes: (negative: Double, positive: Double)

  /// n, the number of samples.
  public var sampleCount: Int { labels.count }
  /// d, the number of parameters, that of the intercept included.
  public var parameterCount: Int { features.columnCount }
  /// ℓ with m = yᵢ⟨xᵢ, θ⟩.
  public var lossFormula: String { "\(marginLoss.formula), m = yᵢ⟨xᵢ, θ⟩" }

  /// The classifier of rows xᵢ of `features`.
  ///
  /// - Parameters:
  ///   - labels: two distinct values, of which the smaller stands for −1 and the larger for +1.
  ///   - intercept: whether a feature that is 1 in every sample is appended, the last. Weight decay then acts on its weight,
  ///     too, as in LIBLINEAR.
  /// - Throws: `InputError` if there is no row or no column, counts do not match, a value is not finite, or there are not
  ///   exactly two labels.
  public init(
    features: FeatureRows, labels: [Double], loss: MarginLoss, intercept: Bool = false
  ) throws(InputError) {
    self.features = try features.checked(count: labels.count, of: "labels", intercept: intercept)
    guard labels.allSatisfy(\.isFinite), features.storedValues.allSatisfy(\.isFinite) else {
      throw InputError(
        "inputs and labels", expected: "finite values", found: "a value that is infinite or not a number")
    }
    classes = try Self.classes(of: labels)
    let positive = classes.positive
    self.labels = labels.map { $0 == positive ? 1 : -1 }
    marginLoss = loss
  }

  /// The two distinct values.
  private static func classes(of labels: [Double]) throws(InputError) -> (negative: Double, positive: Double) {
    var distinct: [Double] = []
    for label in labels where !distinct.contains(label) {
      distinct.append(label)
      // Enough to show what is wrong; labels may be a regression's targets, all different.
      if distinct.count > 5 { break }
    }
    guard distinct.count == 2, let low = distinct.min(), let high = distinct.max() else {
      let shown = distinct.prefix(5).sorted().map { $0.description }.joined(separator: ", ")
      throw InputError(
        "labels", expected: "exactly two distinct labels, of which the smaller one stands for −1 and the larger for +1",
        found: distinct.count == 1 ? "\(shown) alone" : distinct.count > 5 ? "\(shown) and more" : shown,
        advice: distinct.count == 1 ? "" : "Choose two classes, or the column that holds them.")
    }
    return (low, high)
  }

  /// yᵢ⟨xᵢ, θ⟩.
  private func margin(_ sample: Int, _ parameters: Span<Double>) -> Double {
    labels[sample] * features.dot(row: sample, parameters)
  }

  /// The fraction of samples on the right side of the plane, yᵢ⟨xᵢ, θ⟩ > 0; those on the plane count as wrong.
  public func accuracy(at parameters: [Double]) -> Double {
    fraction(at: parameters) { $0 > 0 }
  }

  /// The fraction of samples with a margin yᵢ⟨xᵢ, θ⟩ of at most 1, on which the solution of a support vector machine
  /// depends.
  public func supportVectorFraction(at parameters: [Double]) -> Double {
    fraction(at: parameters) { $0 <= 1 }
  }

  private func fraction(at parameters: [Double], where counts: (Double) -> Bool) -> Double {
    let count = parameters.withSpan { parameters in (0..<sampleCount).count { counts(margin($0, parameters)) } }
    return Double(count) / Double(sampleCount)
  }

  /// (1/b) Σ kᵢ ℓ(yᵢ⟨xᵢ, θ⟩).
  public func loss(at parameters: Span<Double>, over batch: Batch, using workspace: inout Void) -> Double {
    var sum = 0.0
    for (sample, multiplicity) in zip(batch.indices, batch.multiplicities) {
      sum += Double(multiplicity) * marginLoss.value(margin(sample, parameters))
    }
    return sum / Double(batch.size)
  }

  /// (1/b) Σ kᵢ ℓ′(mᵢ) yᵢ xᵢ.
  public func gradient(
    at parameters: Span<Double>, over batch: Batch, into gradient: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    features.mean(over: batch, into: &gradient) { sample, _ in
      labels[sample] * marginLoss.derivative(margin(sample, parameters))
    }
  }

  /// (1/b) Σ kᵢ ℓ″(mᵢ) ⟨xᵢ, v⟩ xᵢ.
  public func hessianVectorProduct(
    at parameters: Span<Double>, times direction: Span<Double>, over batch: Batch,
    into product: inout MutableSpan<Double>, using workspace: inout Void
  ) {
    features.mean(over: batch, into: &product) { sample, _ in
      let curvature = marginLoss.secondDerivative(margin(sample, parameters))
      return curvature == 0 ? 0 : curvature * features.dot(row: sample, direction)
    }
  }

  /// Rows ℓ′(mᵢ) yᵢ xᵢ.
  public func sampleGradients(
    at parameters: Span<Double>, over batch: Batch, into gradients: inout MutableSpan<Double>,
    using workspace: inout Void
  ) {
    features.scaledRows(of: batch, into: &gradients) { sample, _ in
      labels[sample] * marginLoss.derivative(margin(sample, parameters))
    }
  }
}
