import Numerics
import Testing

@Suite struct InputErrorTests {
  @Test func controlCharactersAreSpelledOut() {
    let error = InputError("a\u{1B}[2Jb", expected: "é", found: "x\n\u{7F}\u{9B}", advice: "\0")
    #expect(error.description == #"a\u001b[2Jb: expected é, found x\u000a\u007f\u009b. \u0000"#)
    #expect(InputError("a", expected: "b", found: "c").description == "a: expected b, found c.")
  }
}
