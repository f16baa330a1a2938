import Citations

/// What a study says about one statement: its hypotheses, what was predicted, what was measured, and what follows.
///
/// The verdict is computed from the hypotheses and the checks; nobody can set it.
public struct Claim: Sendable {
  /// A stable name, unique in its study, such as `autoencoder.04`.
  public var id: String
  /// A few words.
  public var title: String
  /// The statement that is tested, as it is true (not as it may have been printed elsewhere).
  public var statement: String
  /// Where the statement comes from.
  public var source: Source
  /// Whether the statement is the paper's own, or goes beyond the paper.
  public var scope: Scope
  /// The conventions under which it is measured: loss scaling, reduction, sampling, derivative at a kink, precision.
  public var convention: String
  /// Conditions of the statement, each tested in the run that measured it.
  public var hypotheses: [Hypothesis]
  /// Comparisons of prediction and measurement. The claim holds if every one of them passes.
  public var checks: [Check]
  /// Where the wording in circulation is wrong: what it says and what is true instead.
  public var correction: String?
  /// Further remarks: limits of the measurement, the meaning of a number.
  public var remark: String?

  /// States a claim.
  public init(
    id: String, title: String, statement: String, source: Source, scope: Scope = .paper, convention: String,
    hypotheses: [Hypothesis] = [], checks: [Check], correction: String? = nil, remark: String? = nil
  ) {
    self.id = id
    self.title = title
    self.statement = statement
    self.source = source
    self.scope = scope
    self.convention = convention
    self.hypotheses = hypotheses
    self.checks = checks
    self.correction = correction
    self.remark = remark
  }

  /// Whose statement it is.
  public enum Scope: String, Sendable, Codable {
    /// The paper states it.
    case paper
    /// It explains or sharpens a statement of the paper.
    case supporting
    /// It answers a question that the paper leaves open or does not ask.
    case beyond
  }

  /// Not applicable if a hypothesis did not hold in the run, else whether every check passed.
  public var verdict: Verdict {
    let failed = hypotheses.filter { !$0.holds }
    if !failed.isEmpty {
      return .notApplicable(because: failed.map { "\($0.statement) (\($0.found))" }.joined(separator: "; "))
    }
    return !checks.isEmpty && checks.allSatisfy(\.passes) ? .holds : .fails
  }

  /// The check that is nearest to failing (or fails by most): the one a summary shows.
  public var decisiveCheck: Check? { checks.max { $0.strain < $1.strain } }
}

/// What follows from a claim's run.
public enum Verdict: Equatable, Sendable {
  /// Every hypothesis held and every check passed.
  case holds
  /// Every hypothesis held and some check did not pass.
  case fails
  /// A hypothesis did not hold in the run, so it says nothing.
  case notApplicable(because: String)

  /// `holds`, `fails` or `notApplicable`: the word in JSON and tables.
  public var name: String {
    switch self {
    case .holds: "holds"
    case .fails: "fails"
    case .notApplicable: "notApplicable"
    }
  }
}

/// A condition of a statement and whether the run met it.
public struct Hypothesis: Sendable, Codable {
  /// The condition, such as `‖w₀‖ < 1 for every start`.
  public var statement: String
  /// Whether it held.
  public var holds: Bool
  /// What was found, such as `largest ‖w₀‖ = 0.5`.
  public var found: String

  /// Records a tested condition.
  public init(_ statement: String, holds: Bool, found: String) {
    self.statement = statement
    self.holds = holds
    self.found = found
  }
}

/// Where a statement comes from.
public enum Source: Sendable, Equatable {
  /// A publication, and the place in it; no place is named that could not be read.
  case publication(Citation, place: String?)
  /// Derived by this project; `basis` says from what and where the derivation stands.
  case derivedHere(basis: String)
  /// A public program whose output is reproduced.
  case program(name: String, place: String)

  /// One line for tables.
  public var description: String {
    switch self {
    case .publication(let citation, let place): place.map { "\(citation.shortName), \($0)" } ?? citation.shortName
    case .derivedHere(let basis): basis.isEmpty ? "derived here" : "derived here: \(basis)"
    case .program(let name, let place): "\(name), \(place)"
    }
  }
}
