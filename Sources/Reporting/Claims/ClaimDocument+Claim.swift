import Claims

extension ClaimDocument {
  /// One claim. `prediction`, `measurement`, `error` and `tolerance` are those of the check nearest to failing, `decisiveCheck`.
  public struct ClaimRecord: Codable, Sendable, Equatable {
    /// The stable name.
    public var id: String
    /// A few words.
    public var title: String
    /// The statement as tested.
    public var statement: String
    /// `paper`, `supporting` or `beyond`.
    public var scope: Claim.Scope
    /// Where the statement comes from, in one line.
    public var source: String
    /// The BibTeX key of the source, if it is a publication.
    public var citationKey: String?
    /// Loss scaling, reduction, sampling and the like.
    public var convention: String
    /// Conditions and whether the run met them.
    public var hypotheses: [HypothesisRecord]
    /// The predicted value of the decisive check; `null` without a check.
    public var prediction: Number
    /// The measured value of the decisive check; `null` without a check.
    public var measurement: Number
    /// The error of the decisive check's measurement.
    public var error: ErrorRecord?
    /// The tolerance of the decisive check.
    public var tolerance: ToleranceRecord?
    /// The name of the decisive check.
    public var decisiveCheck: String?
    /// `holds`, `fails` or `notApplicable`.
    public var verdict: String
    /// Why the claim does not hold or says nothing.
    public var reason: String?
    /// Every comparison.
    public var checks: [CheckRecord]
    /// What is wrong in the wording in circulation, and what is true instead.
    public var correction: String?
    /// Further remarks.
    public var remark: String?
    /// The command that measures it again, to the same numbers.
    public var command: String

    init(_ marked: Claim, command: String) {
      let claim = marked.withoutMarks
      let decisive = claim.decisiveCheck
      id = claim.id
      title = claim.title
      statement = claim.statement
      scope = claim.scope
      source = claim.source.description
      if case .publication(let citation, _) = claim.source { citationKey = citation.key }
      convention = claim.convention
      hypotheses = claim.hypotheses.map {
        HypothesisRecord(statement: $0.statement, holds: $0.holds, found: $0.found)
      }
      prediction = Number(decisive?.prediction ?? .nan)
      measurement = Number(decisive?.measurement ?? .nan)
      error = decisive.map { ErrorRecord($0.error) }
      tolerance = decisive.map { ToleranceRecord($0.tolerance) }
      decisiveCheck = decisive?.name
      verdict = claim.verdict.name
      reason = claim.reason
      checks = claim.checks.map(CheckRecord.init)
      correction = claim.correction
      remark = claim.remark
      self.command = command
    }
  }

  /// A condition and whether the run met it.
  public struct HypothesisRecord: Codable, Sendable, Equatable {
    /// The condition.
    public var statement: String
    /// Whether it held.
    public var holds: Bool
    /// What was found.
    public var found: String
  }

  /// One comparison of a prediction with a measurement.
  public struct CheckRecord: Codable, Sendable, Equatable {
    /// What is compared.
    public var name: String
    /// The predicted value, or the bound.
    public var prediction: Number
    /// The measured value.
    public var measurement: Number
    /// How far the measurement is to be trusted.
    public var error: ErrorRecord
    /// When the comparison passes.
    public var tolerance: ToleranceRecord
    /// The number of runs, starts or samples.
    public var count: Int?
    /// Whether it passed.
    public var passes: Bool

    init(_ check: Check) {
      name = check.name
      prediction = Number(check.prediction)
      measurement = Number(check.measurement)
      error = ErrorRecord(check.error)
      tolerance = ToleranceRecord(check.tolerance)
      count = check.count
      passes = check.passes
    }
  }

  /// An error: `exact`; `standardError` with `value`; `interval` with `low`, `high` and `confidence`.
  public struct ErrorRecord: Codable, Sendable, Equatable {
    /// `exact`, `standardError` or `interval`.
    public var kind: String
    /// The standard error.
    public var value: Number?
    /// The interval's lower end.
    public var low: Number?
    /// The interval's upper end.
    public var high: Number?
    /// The interval's confidence level.
    public var confidence: Number?

    init(_ error: MeasurementError) {
      switch error {
      case .exact: kind = "exact"
      case .standardError(let standardError):
        kind = "standardError"
        value = Number(standardError)
      case .interval(let low, let high, let confidence):
        kind = "interval"
        self.low = Number(low)
        self.high = Number(high)
        self.confidence = Number(confidence)
      }
    }
  }

  /// A tolerance: `absolute`, `relative` and `standardErrors` with `value`; `exact`, `atMost` and `atLeast` without.
  public struct ToleranceRecord: Codable, Sendable, Equatable {
    /// The kind.
    public var kind: String
    /// What is allowed.
    public var value: Number?

    init(_ tolerance: Tolerance) {
      switch tolerance {
      case .absolute(let allowed): (kind, value) = ("absolute", Number(allowed))
      case .relative(let allowed): (kind, value) = ("relative", Number(allowed))
      case .standardErrors(let allowed): (kind, value) = ("standardErrors", Number(allowed))
      case .exact: kind = "exact"
      case .atMost: kind = "atMost"
      case .atLeast: kind = "atLeast"
      }
    }
  }
}
