import Claims
import Reporting
import Testing

@Suite("Claims in a terminal")
struct ClaimTableTests {
  @Test("The whole text at 100 columns")
  func golden() {
    #expect(
      ClaimTable(Sample.report.claims).text == """
        id              claim                    predicted         measured  tolerance     n  verdict
        ────────────────────────────────────────────────────────────────────────────────────────────────────
        autoencoder.01  SGD with b < m lands on        0.5  0.4986 ± 0.0012     4 s.e.  1000  holds
                        one data point
        autoencoder.02  A claim whose title is           1              nan     ± 1e-8     3  FAILS
                        much longer than its
                        column & needs
                        <escaping>
        autoencoder.03  Escape above 2/η             ≥ 0.9             0.95      bound    10  not applicable
        ────────────────────────────────────────────────────────────────────────────────────────────────────

        autoencoder.02 FAILS
          trace: predicted 2, measured 2.310 ± 0.020, tolerance 4 s.e.
          not a number: predicted 1, measured nan, tolerance ± 1e-8, n = 3

        autoencoder.03 not applicable
          a hypothesis did not hold: λ > 2/η (λ = 3.2)

        3 claims: 1 hold, 1 fail, 1 not applicable

        """)
  }

  @Test("No line is longer than the terminal", arguments: [30, 40, 60, 80, 100, 140])
  func width(columns: Int) {
    let lines = ClaimTable(Sample.report.claims, width: columns).text.split(separator: "\n")
    #expect(lines.allSatisfy { $0.count <= columns })
    #expect(lines.contains { $0.contains("autoencoder.03") })
  }

  @Test("Colour only where it is wanted, and then on every verdict")
  func colour() {
    #expect(!ClaimTable(Sample.report.claims).text.contains("\u{1B}"))
    let coloured = ClaimTable(Sample.report.claims, usesColour: true).text
    #expect(coloured.contains("\u{1B}[32mholds\u{1B}[0m"))
    #expect(coloured.contains("\u{1B}[1;31mFAILS\u{1B}[0m"))
  }

  @Test("Without claims there is only the total")
  func empty() { #expect(ClaimTable([]).text == "0 claims: 0 hold, 0 fail, 0 not applicable\n") }
}
