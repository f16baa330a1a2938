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
    let count = Double(trials)
    let failures = Double(trials - successes) / count
    // The upper end is one minus the failures' lower end: at n successes it is 1 exactly.
    return ConfidenceInterval(
      low: successes == 0 ? 0 : Self.smallerRoot(estimate, count, z),
      high: successes == trials ? 1 : 1 - Self.smallerRoot(failures, count, z),
      confidence: confidence)
  }

  /// The smaller root of (1 + z²/n) p² − (2 p̂ + z²/n) p + p̂² = 0, as the roots' product over the larger one: no digits cancel.
  private static func smallerRoot(_ estimate: Double, _ count: Double, _ z: Double) -> Double {
    let a = z * z / count
    return 2 * estimate * estimate / (2 * estimate + a + (a * (a + 4 * estimate * (1 - estimate))).squareRoot())
  }
}
