import Numerics
import Objectives
import Testing

/// What is no formula is refused with its place; nothing that anybody types ends the program.
@Suite struct FormulaErrorTests {
  static let columns = [FormulaColumn("x0", [1, 2]), FormulaColumn("x1", [3, 4]), FormulaColumn("income", [0, 1])]

  static let mistakes: [(formula: String, message: String)] = [
    ("", "loss: character 1: expected a number, a name or \"(\", found the end."),
    ("theta[0", "loss: character 8: expected \"]\", found the end."),
    ("(theta[0]", "loss: character 10: expected an operator or \")\", found the end."),
    ("theta[0])", "loss: character 9: expected an operator or the end, found \")\"."),
    (
      "2theta[0]",
      "loss: character 2: expected an operator or the end, found the name theta. Products are written with *."
    ),
    ("theta[0]**2", "loss: character 9: expected one operator, found \"**\". Powers are written with ^."),
    ("theta[0] $ 2", "loss: character 10: expected a number, a name, an operator or a bracket, found \"$\"."),
    ("theta[0]*1e999", "loss: character 10: expected a finite number, found 1e999."),
    (
      "theta[0]*incme",
      "loss: character 10: expected a column of the data, a constant or pi, found the name incme. Did you mean \"income\"?"
    ),
    (
      "tanhh(theta[0])",
      "loss: character 1: expected a function before \"(\", found the name tanhh. Did you mean \"tanh\"?"
    ),
    (
      "income(theta[0])",
      "loss: character 1: expected a function before \"(\", found the name income. Products are written with *."
    ),
    (
      "theta*2",
      "loss: character 1: expected the number of a parameter behind theta, found \"*\". Parameters are written theta[0]."
    ),
    (
      "teta[0]",
      """
      loss: character 1: expected theta, or the name of numbered columns such as x0, x1, before "[", found the name teta. \
      Did you mean "theta"?
      """
    ),
    ("theta[-1]", "loss: character 7: expected the number of a parameter, from 0 to 99999, found -1."),
    ("theta[0.5]", "loss: character 7: expected a whole number, found 0.5."),
    (
      "theta[income]",
      "loss: character 7: expected a whole number made of numbers and constants, found what depends on parameters or data."
    ),
    (
      "theta[0]*x[2]",
      "loss: character 12: expected the number of a column, found 2. There is no column x2."
    ),
    ("exp theta[0]", "loss: character 1: expected \"(\" behind the function exp, found the name theta."),
    (
      "max(theta[0])",
      "loss: character 13: expected an operator or \",\" between the two arguments of max, found \")\"."
    ),
    (
      "exp(theta[0], 1)",
      "loss: character 13: expected an operator or \")\" behind the one argument of exp, found \",\"."
    ),
    ("theta[0] + 1/0", "loss: character 13: expected a finite value of this constant part, found inf."),
    ("theta[0]*log(-1)", "loss: character 10: expected a finite value of this constant part, found -nan."),
    ("income + 1", "loss: expected a formula with parameters, such as theta[0], found none in it."),
    (
      "theta[0]*log(income)",
      "loss: expected finite values of the parts that depend on data alone, found -inf in sample 0, counted from 0."
    ),
    (
      "sum(2, 0, 1, theta[0])",
      "loss: character 5: expected the name of the sum's index, as in sum(k, 0, 9, …), found the number 2.0."
    ),
    (
      "sum(pi, 0, 1, theta[0])",
      "loss: character 5: expected a name for the sum's index that nothing else has, found the name pi."
    ),
    ("sum(k, 1, 0, theta[k])", "loss: character 14: expected a sum's last index from its first, 1, found 0."),
    ("sum(k, 0, 1e7, theta[0])", "loss: character 16: expected a sum of at most 1000000 terms, found more."),
    (
      "sum(i, 0, 2e3, sum(j, 0, 2e3, theta[0]))",
      "loss: character 37: expected sums that write out to at most 1000000 terms, found more."
    ),
  ]

  @Test(arguments: mistakes.indices) func saysWhatIsWrong(_ which: Int) {
    let (formula, message) = Self.mistakes[which]
    let error = #expect(throws: InputError.self) { try FormulaObjective(loss: formula, columns: Self.columns) }
    #expect(error?.description.replacing("-nan", with: "nan") == message.replacing("-nan", with: "nan"))
  }

  @Test func deepNestingIsRefused() throws {
    let words = "at most 200 levels of brackets and powers"
    func nested(_ count: Int) -> [String] {
      func times(_ text: String) -> String { String(repeating: text, count: count) }
      return [
        times("(") + "theta[0]" + times(")"), times("sin(") + "theta[0]" + times(")"),
        times("theta[") + "0" + times("]"),
        times("1^") + "theta[0]", times("max(1,") + "theta[0]" + times(")"), times("("),
      ]
    }
    for formula in nested(10_000) {
      let error = #expect(throws: InputError.self) { try FormulaObjective(loss: formula) }
      #expect(error?.expected == words)
    }
    #expect(try FormulaObjective(loss: nested(150)[0]).gradient(at: [3]) == [1])
    // Signs and long sums are no nesting.
    #expect(try FormulaObjective(loss: String(repeating: "-", count: 10_001) + "theta[0]").gradient(at: [3]) == [-1])
    let long = "theta[0]" + String(repeating: " + theta[0]", count: 5_000)
    #expect(try FormulaObjective(loss: long).gradient(at: [3]) == [5_001])
    #expect(throws: InputError.self) { try FormulaObjective(loss: String(repeating: " ", count: 200_000)) }
  }

  /// Characters left out, doubled, changed and swapped: an error with a place, or a loss whose derivatives can be computed.
  @Test func mutationsAreErrorsOrValues() throws {
    let formulas = [
      "0.25*(income - x[0]*theta[0]^2)^2", "sum(k, 0, 1, max(theta[k], -x[k]))/sqrt(1e-3 + theta[1]^2.5)",
      "softplus(-income*tanh(theta[0] + pi))^-3 - pow(abs(theta[1]), theta[0])",
    ]
    let alphabet = Array("()[],+-*/^.0123456789eθkxpi $\n½")
    var stream = testStream(32)
    var (refused, accepted) = (0, 0)
    for round in 0..<6_000 {
      var text = Array(formulas[round % formulas.count])
      for _ in 0...draw(&stream, below: 2) where text.count > 1 {
        let place = draw(&stream, below: text.count)
        switch draw(&stream, below: 4) {
        case 0: text.remove(at: place)
        case 1: text.insert(text[place], at: place)
        case 2: text[place] = alphabet[draw(&stream, below: alphabet.count)]
        default: text.swapAt(place, draw(&stream, below: text.count))
        }
      }
      do throws(InputError) {
        let objective = try FormulaObjective(loss: String(text), columns: Self.columns)
        let point = [Double](repeating: 0.7, count: objective.parameterCount)
        #expect(objective.gradient(at: point).count == objective.parameterCount)
        #expect(objective.hessianVectorProduct(at: point, times: point).count == objective.parameterCount)
        accepted += 1
      } catch {
        #expect(error.location.hasPrefix("loss"))
        refused += 1
      }
    }
    #expect(refused > 1_000 && accepted > 100)
  }

  @Test func namesAndColumnsAreChecked() {
    typealias Parts = (columns: [FormulaColumn], constants: [String: Double], parameters: Int?, message: String)
    let refused: [Parts] = [
      ([.init("a", [1]), .init("a", [1])], [:], nil, "columns: expected a name for each, found two of the name a."),
      (
        [.init("a", [1]), .init("b", [1, 2])], [:], nil,
        "columns: expected one or more values, as many in all columns, found 2 in b, 1 in a."
      ),
      (
        [.init("a", [])], [:], nil,
        "columns: expected one or more values, as many in all columns, found 0 in a, 0 in a."
      ),
      ([.init("a", [.nan])], [:], nil, "columns: expected finite values, found others in a."),
      ([], ["2c": 1], nil, "constants: expected names of letters, digits and _, found \"2c\"."),
      (
        [], ["exp": 1], nil,
        "constants: expected names that nothing else has, found exp. It has a meaning in every formula."
      ),
      (
        [.init("a", [1])], ["a": 1], nil,
        "constants: expected names that nothing else has, found a. A column is called so."
      ),
      ([], ["c": .infinity], nil, "constants: expected finite numbers, found c = inf."),
      ([], [:], 0, "parameters: expected a number from 1 to 100000, found 0."),
      (
        [], [:], 1,
        "loss: character 7: expected the number of a parameter, from 0 to 0, found 1. There are 1 parameters."
      ),
    ]
    for (columns, constants, parameters, message) in refused {
      let error = #expect(throws: InputError.self) {
        try FormulaObjective(loss: "theta[1]", columns: columns, constants: constants, parameterCount: parameters)
      }
      #expect(error?.description == message)
    }
  }
}
