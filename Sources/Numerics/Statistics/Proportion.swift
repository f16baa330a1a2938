/// So many successes in so many independent trials.
public struct Proportion: Equatable, Sendable {
  /// How many trials succeeded.
  public let successes: Int
  /// How many trials there were, at least 1.
  public let trials: Int

  /// Counts of independent trials with one probability of success.
  ///
  /// - Throws: ``InputError`` unless 1 ≤ trials and 0 ≤ successes ≤ trials.
  public init(successes: Int, trials: Int) throws(InputError) {
    guard trials >= 1 else {
      throw InputError("proportion", expected: "at least one trial", found: "\(trials)")
    }
    guard successes >= 0, successes <= trials else {
      throw InputError("proportion", expected: "from 0 to \(trials) successes", found: "\(successes)")
    }
    self.successes = successes
    self.trials = trials
  }

  /// The estimate p̂ = successes / trials.
  public var estimate: Double { Double(successes) / Double(trials) }

  /// The estimate's standard error √(p̂ (1 − p̂) / trials). Zero where all trials or none succeeded: prefer ``interval(confidence:)`` there.
  public var standardError: Double { (estimate * (1 - estimate) / Double(trials)).squareRoot() }

  /// Wilson's score interval: all p for which |p̂ − p| ≤ z √(p (1 − p) / n), z the two-sided normal quantile.
  ///
  /// Its coverage is near `confidence` on average over p for any n, and it is right at 0 and n successes too. Source: Wilson 1927,
  /// doi:10.1080/01621459.1927.10502953; compared with others in Brown, Cai, DasGupta 2001, doi:10.1214/ss/1009213286.
  ///
  /// - Throws: ``InputError`` unless 0 < confidence < 1.
  public func interval(confidence: Double = 0.95) throws(InputError) -> ConfidenceInterval {
    try ConfidenceInterval.requireConfidence(confidence)
    let z = Normal.twoSidedQuantile(confidence)
    // The roots p of (1 + a) p² − (2 p̂ + a) p + p̂² = 0; the smaller one as their product over the larger, so that no digits cancel.
    let a = z * z / Double(trials)
    let sum = 2 * estimate + a + (a * (a + 4 * estimate * (1 - estimate))).squareRoot()
    return ConfidenceInterval(
      low: successes == 0 ? 0 : 2 * estimate * estimate / sum,
      high: successes == trials ? 1 : min(1, sum / (2 * (1 + a))), confidence: confidence)
  }
}
