import Claims
import Testing

@Suite("Verdicts")
struct VerdictTests {
  @Test(
    "A check passes exactly within its tolerance",
    arguments: [
      (.absolute(0.25), .exact, 1.25, 1.0, true), (.absolute(0.1), .exact, 1.2, 1.0, false),
      (.relative(0.1), .exact, 22.0, 20.0, true), (.relative(0.1), .exact, 22.1, 20.0, false),
      (.relative(0.1), .exact, -21.0, -20.0, true), (.relative(0.1), .exact, 0.1, 0.0, false),
      (.standardErrors(4), .standardError(0.5), 2.9, 1.0, true),
      (.standardErrors(4), .standardError(0.5), 3.1, 1.0, false), (.standardErrors(4), .exact, 1.0, 1.0, false),
      (.standardErrors(4), .standardError(0), 1.0, 1.0, true), (.exact, .exact, 1.0, 1.0, true),
      (.exact, .exact, 1.0.nextUp, 1.0, false), (.atMost, .exact, 1.0, 1.0, true), (.atMost, .exact, 1.1, 1.0, false),
      (.atLeast, .exact, 1.0, 1.0, true), (.atLeast, .exact, 0.9, 1.0, false),
    ] as [(Tolerance, MeasurementError, Double, Double, Bool)])
  func tolerance(
    tolerance: Tolerance, error: MeasurementError, measurement: Double, prediction: Double, passes: Bool
  ) {
    let check = Check("c", prediction: prediction, measurement: measurement, error: error, tolerance: tolerance)
    #expect(check.passes == passes)
    #expect((check.strain <= 1) == passes)
  }

  @Test(
    "Not-a-number never passes",
    arguments: [
      .absolute(1), .relative(1), .standardErrors(4), .exact, .atMost, .atLeast, .absolute(.nan), .relative(.infinity),
    ] as [Tolerance])
  func notANumber(tolerance: Tolerance) {
    let error = MeasurementError.standardError(1)
    #expect(!Check("c", prediction: 1, measurement: .nan, error: error, tolerance: tolerance).passes)
    #expect(!Check("c", prediction: .nan, measurement: 1, error: error, tolerance: tolerance).passes)
    #expect(!Check("c", prediction: .nan, measurement: .nan, error: error, tolerance: tolerance).passes)
  }

  @Test("The strain grows with the distance in units of the tolerance")
  func strain() {
    #expect(Check("c", prediction: 1, measurement: 1.5, tolerance: .absolute(0.25)).strain == 2)
    #expect(Check("c", prediction: 4, measurement: 3, tolerance: .relative(0.5)).strain == 0.5)
    #expect(Check("c", prediction: 0, measurement: .nan, tolerance: .absolute(1)).strain == .infinity)
  }

  @Test("The verdict follows from hypotheses first, then from every check")
  func verdict() {
    #expect(Sample.holding.verdict == .holds)
    #expect(Sample.failing.verdict == .fails)
    #expect(Sample.inapplicable.verdict == .notApplicable(because: "λ > 2/η (λ = 3.2)"))
    var claim = Sample.failing
    claim.hypotheses = [Hypothesis("h", holds: false, found: "f")]
    #expect(claim.verdict == .notApplicable(because: "h (f)"))
    claim = Sample.holding
    claim.checks = []
    #expect(claim.verdict == .fails)
  }

  @Test("The decisive check is the one nearest to failing")
  func decisive() {
    #expect(Sample.holding.decisiveCheck?.name == "mean of c₁/c₂")
    #expect(Sample.failing.decisiveCheck?.name == "not a number")
  }

  @Test("BibTeX aligns its fields and keeps their order")
  func bibTeX() {
    #expect(
      Sample.method.bibTeX == """
        @article{welford1962,
          author = {Welford, B. P.},
          title  = {Note on a Method for <Sums> & Products},
          year   = {1962},
          doi    = {10.2307/1266577}
        }

        """)
    #expect(Sample.method.address == "https://doi.org/10.2307/1266577")
    #expect(Sample.paper.address == "https://arxiv.org/abs/2308.03215")
  }
}
