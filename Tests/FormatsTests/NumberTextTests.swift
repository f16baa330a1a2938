import Formats
import Testing

@Suite("Numbers as text")
struct NumberTextTests {
  @Test(
    "The shortest form reads back exactly",
    arguments: [
      (0.1, "0.1"), (3, "3"), (-0.0, "-0"), (1e-14, "1e-14"), (123_456_789.125, "123456789.125"), (.nan, "nan"),
      (.infinity, "inf"), (-.infinity, "-inf"), (.leastNonzeroMagnitude, "5e-324"), (1e22, "1e+22"),
    ] as [(Double, String)])
  func shortest(value: Double, text: String) {
    #expect(NumberText.shortest(value) == text)
    if !value.isNaN { #expect(Double(text) == value) }
  }

  @Test(
    "Rounded for people",
    arguments: [
      (0, "0"), (-0.0, "0"), (3, "3"), (20_000_000, "20000000"), (0.49861234, "0.49861"), (31415.9265, "31416"),
      (3.14e-14, "3.14e-14"), (-0.00012345678, "-0.00012346"), (0.99999999, "1"), (9.999999e-5, "0.0001"),
      (12_345_678.9, "1.2346e7"), (0.000099, "9.9e-5"), (.nan, "nan"), (1e300, "1e300"), (2.5, "2.5"),
    ] as [(Double, String)])
  func readable(value: Double, text: String) { #expect(NumberText.readable(value) == text) }

  @Test(
    "A value stops at its error's second digit",
    arguments: [
      (0.49861234, 0.00123, "0.4986 ± 0.0012"), (0.5, 0, "0.5 ± 0"), (123.456, 17, "123 ± 17"),
      (3.1234e-14, 4.04e-15, "(3.12 ± 0.40)e-14"), (0, 0.02, "0.000 ± 0.020"), (-1.05, 0.996, "-1.1 ± 1.0"),
      (12345, 1234, "12300 ± 1200"), (0.2557940029753244, 2.1e-17, "0.25579 ± 2.1e-17"), (2, .nan, "2 ± nan"),
      (0.1, 0.0999, "0.10 ± 0.10"),
    ] as [(Double, Double, String)])
  func withError(value: Double, error: Double, text: String) {
    #expect(NumberText.readable(value, plusMinus: error) == text)
  }

  @Test(
    "A value with an interval stops at the second digit of half its length",
    arguments: [
      (0.49861, 0.4962, 0.5011, "0.4986 [0.4962, 0.5011]"), (4442.3, 4310.2, 4570.9, "4442 [4310, 4571]"),
      (0.99999938, 0.99999935, 0.99999942, "0.999999380 [0.999999350, 0.999999420]"), (3, 2, .infinity, "3.0 [2.0, ∞]"),
      (3, -.infinity, .infinity, "3"), (2, 2, 2, "2 [2, 2]"), (.nan, 1, 2, "nan"), (1, 0.94, 1, "1.000 [0.940, 1.000]"),
      (3.1e-14, 2.6e-14, 3.6e-14, "3.1e-14 [2.6e-14, 3.6e-14]"),
    ] as [(Double, Double, Double, String)])
  func interval(value: Double, low: Double, high: Double, text: String) {
    #expect(NumberText.readable(value, from: low, to: high) == text)
  }

  @Test("Two values that differ never look alike")
  func distinguishable() {
    #expect(NumberText.distinguishable(0.25, 0.2500000001) == ("0.25", "0.2500000001"))
    #expect(NumberText.distinguishable(0.25, 0.25) == ("0.25", "0.25"))
    #expect(NumberText.distinguishable(1, 1 + .ulpOfOne) == ("1", "1.0000000000000002"))
  }

  @Test("Rounding errs by at most half a unit of the last place", arguments: 1...7)
  func rounding(digits: Int) throws {
    var value = 1.234567891e-9
    while value < 1e12 {
      let rounded = try #require(Double(NumberText.readable(value, digits: digits)))
      #expect(abs(rounded / value - 1) <= 0.5 * tenTo(1 - digits) * (1 + 1e-9))
      value *= 7.3
    }
  }

  private func tenTo(_ exponent: Int) -> Double { (0..<abs(exponent)).reduce(1.0) { power, _ in power / 10 } }
}
