import Numerics

/// The places of the entries with |βⱼ| > threshold, ascending: their number is ‖β‖₀ at that threshold.
///
/// A threshold belongs to every l0 "norm" of trained parameters. The code of Andriushchenko et al. (arXiv 2210.05337)
/// takes 1e-50 for u∘v, which counts numbers that are still on their way to 0; 1e-6 tells what matters.
///
/// - Throws: `InputError` for a threshold that is negative, or entries that are not finite.
public func numericalSupport(of beta: [Double], threshold: Double) throws(InputError) -> [Int] {
  guard threshold >= 0, threshold.isFinite else {
    throw InputError("threshold", expected: "a number from 0", found: "\(threshold)")
  }
  if let place = beta.firstIndex(where: { !$0.isFinite }) {
    throw InputError(
      "coefficients", expected: "finite numbers", found: "\(beta[place]) at index \(place)",
      advice: "Has the run that produced them diverged?")
  }
  return beta.indices.filter { abs(beta[$0]) > threshold }
}

/// How well a support that was found agrees with the true one.
public struct SupportRecovery: Sendable, Hashable {
  /// How many of the found are true.
  public let truePositives: Int
  /// How many of the found are not.
  public let falsePositives: Int
  /// How many of the true were not found.
  public let falseNegatives: Int

  /// Compares two supports; repetitions do not count.
  public init(found: some Sequence<Int>, true truth: some Sequence<Int>) {
    let (found, truth) = (Set(found), Set(truth))
    truePositives = found.intersection(truth).count
    falsePositives = found.count - truePositives
    falseNegatives = truth.count - truePositives
  }

  /// The fraction of the found that is true; 1 if nothing was found.
  public var precision: Double { Self.ratio(truePositives, truePositives + falsePositives) }
  /// The fraction of the true that was found; 1 if there is nothing to find.
  public var recall: Double { Self.ratio(truePositives, truePositives + falseNegatives) }
  /// F₁, the harmonic mean of the two: 2 TP/(2 TP + FP + FN); 1 if both supports are empty.
  public var f1: Double { Self.ratio(2 * truePositives, 2 * truePositives + falsePositives + falseNegatives) }
  /// Whether the supports are equal.
  public var isExact: Bool { falsePositives == 0 && falseNegatives == 0 }

  private static func ratio(_ part: Int, _ whole: Int) -> Double { whole == 0 ? 1 : Double(part) / Double(whole) }
}
