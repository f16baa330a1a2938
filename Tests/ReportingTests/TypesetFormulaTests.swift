import Testing

@testable import Reporting

@Suite("Formulas and marked text")
struct TypesetFormulaTests {
  /// The elements of a formula without the frame that all have.
  private func body(_ source: String, isDisplayed: Bool = false) -> String {
    let text = TypesetFormula(source, isDisplayed: isDisplayed).mathML
    return text.replacing(/^<math[^>]*><mrow>/, with: "").replacing(/<\/mrow><\/math>$/, with: "")
  }

  @Test(
    "Letters are variables, words are names, and indices hang where they are written",
    arguments: [
      ("η", "<mi>η</mi>"),
      ("SGD", "<mi>SGD</mi>"),
      ("w₀", "<msub><mi>w</mi><mn>0</mn></msub>"),
      ("aᵢⱼ", "<msub><mi>a</mi><mrow><mi>i</mi><mi>j</mi></mrow></msub>"),
      ("λ_max", "<msub><mi>λ</mi><mi>max</mi></msub>"),
      ("w_{t+1}", "<msub><mi>w</mi><mrow><mi>t</mi><mo>+</mo><mn>1</mn></mrow></msub>"),
      ("x²", "<msup><mi>x</mi><mn>2</mn></msup>"),
      ("10⁻⁶", "<msup><mn>10</mn><mrow><mo>−</mo><mn>6</mn></mrow></msup>"),
      ("e^-t", "<msup><mi>e</mi><mrow><mo>−</mo><mi>t</mi></mrow></msup>"),
      ("x_i^2", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>"),
      (
        "φ′(0)",
        "<msup><mi>φ</mi><mo>′</mo></msup><mrow><mo form=\"prefix\" stretchy=\"false\">(</mo><mn>0</mn><mo form=\"postfix\" stretchy=\"false\">)</mo></mrow>"
      ),
      ("40,000", "<mn>40,000</mn>"),
      ("0.05, 0.1", "<mn>0.05</mn><mo>,</mo><mn>0.1</mn>"),
      ("a b", "<mi>a</mi><mi>b</mi>"),
      ("max x", "<mi>max</mi><mspace width=\"0.2em\"></mspace><mi>x</mi>"),
      ("a < b & c", "<mi>a</mi><mo>&lt;</mo><mi>b</mi><mo>&amp;</mo><mi>c</mi>"),
      (
        "b = 1 \"if\" x",
        "<mi>b</mi><mo>=</mo><mn>1</mn><mspace width=\"0.2em\"></mspace><mtext>if</mtext><mspace width=\"0.2em\"></mspace><mi>x</mi>"
      ),
    ])
  func atoms(source: String, expected: String) {
    #expect(body(source) == expected)
  }

  @Test("Fractions, roots, norms and sums") func structures() {
    #expect(body("(a + b)⁄c") == "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mi>c</mi></mfrac>")
    #expect(body("η²⁄b") == "<mfrac><msup><mi>η</mi><mn>2</mn></msup><mi>b</mi></mfrac>")
    #expect(body("√(m/n)") == "<msqrt><mrow><mi>m</mi><mo lspace=\"0\" rspace=\"0\">/</mo><mi>n</mi></mrow></msqrt>")
    #expect(
      body("‖w‖²")
        == "<msup><mrow><mo form=\"prefix\" stretchy=\"false\">‖</mo><mi>w</mi><mo form=\"postfix\" stretchy=\"false\">‖</mo></mrow><mn>2</mn></msup>"
    )
    #expect(body("(1 + a⁄b)", isDisplayed: true).hasPrefix("<mrow><mo form=\"prefix\">(</mo>"))
    #expect(body("P(A | B)").contains("<mi>A</mi><mo>|</mo><mi>B</mi>"))
    #expect(body("∑_{i=1}^{n} x_i", isDisplayed: true).hasPrefix("<munderover><mo>∑</mo>"))
    #expect(body("∑_{i=1}^{n} x_i").hasPrefix("<msubsup><mo>∑</mo>"))
    #expect(body("max_i x_i", isDisplayed: true).hasPrefix("<munder><mi>max</mi><mi>i</mi></munder>"))
  }

  @Test(
    "Nothing that is written makes a reader stumble",
    arguments: [
      "", "_", "^", "(", ")", "‖", "a_", "a^", "√", "⁄", "a⁄", "{", "\"", "((", "|x", "x_{", "₂", "²", "_^_^",
    ])
  func odd(source: String) throws {
    let text = TypesetFormula(source, isDisplayed: true).mathML
    for name in ["math", "mrow", "mi", "mo", "mn", "msub", "msup", "mfrac", "msqrt", "mtext"] {
      #expect(
        text.matches(of: try Regex("<\(name)[ >]")).count == text.matches(of: try Regex("</\(name)>")).count, "\(text)")
    }
  }

  @Test("Text says where formulas and code stand, and loses its marks where nothing is typeset") func marks() {
    #expect(
      MarkedText.pieces("For $b < n$ run `basin`.") == [
        .plain("For "), .formula("b < n"), .plain(" run "), .code("basin"), .plain("."),
      ])
    #expect(MarkedText.pieces("5 $ and 6 $ more") == [.plain("5 $ and 6 $ more")])
    #expect(MarkedText.pieces("$HOME is a folder") == [.plain("$HOME is a folder")])
    #expect(MarkedText.pieces("").isEmpty)
    #expect(PlainText.of("For $b < n$:\n\n$$x = ½$$\n\nand `y`") == "For b < n:\n\nx = ½\n\nand `y`")
    let page = HTML.paragraphs(marked: "Let $x$ < 1:\n\n$$x² ≤ 1$$")
    #expect(page.hasPrefix("<p>Let <math alttext=\"x\">") && page.contains("</math> &lt; 1:</p>"))
    #expect(page.contains("<div class=\"formula\" tabindex=\"0\"><math display=\"block\" alttext=\"x² ≤ 1\">"))
  }

  @Test("A claim's texts are plain in JSON and on a terminal") func claims() throws {
    var claim = Sample.holding
    claim.title = "SGD with $b < m$"
    claim.statement = "For $b < m$ the neuron converges to $±x_i$."
    claim.checks[0].name = "share at $b$"
    claim.hypotheses[0].statement = "$‖w₀‖ < 1$"
    #expect(!ClaimTable([claim]).text.contains("$"))
    var report = Sample.report
    report.chapters[0].findings[0].claim = claim
    let json = String(decoding: try ClaimDocument(report).json(), as: UTF8.self)
    #expect(!json.contains("$") && json.contains("For b < m the neuron converges to ±x_i."))
  }
}
