import Numerics
import Testing

@testable import Experiments
@testable import Formats

/// Losses that specs write down themselves.
@Suite("A formula from a spec") struct FormulaProblemTests {
  private let bench = SpecBench()
  private let descent = [
    "init=zeros", "optimizer.order=full", "optimizer.batch=null", "optimizer.step=0.1", "optimizer.steps=50",
    "optimizer.stop=null", #"record={"every":10,"series":["loss"],"final":["parameters","loss"]}"#,
  ]

  private func finals(_ spec: Spec) throws -> [[Double]] {
    let store = try Store.inMemory()
    _ = try Runner.forTest(jobs: 2).run(spec, in: store)
    return try store.plan().configurations.map { configuration in
      var first: [Double] = []
      try store.forEachTrial(of: configuration) { if first.isEmpty { first = $0.finals } }
      return first
    }
  }

  private func problem(_ loss: String, _ more: String) -> String {
    "problem={\"kind\":\"formula\",\"loss\":\"\(loss)\"\(more)}"
  }

  @Test("It descends as the problem that was derived by hand does") func leastSquares() throws {
    let data = #","data":{"kind":"gaussian","samples":12,"dimension":3,"noise":0.5}"#
    let formula = try finals(
      bench.read(set: [problem("(y - sum(k, 0, 2, theta[k]*x[k]))^2/2", data)] + descent))
    let hand = try finals(bench.read(set: ["problem={\"kind\":\"leastSquares\"\(data)}"] + descent))
    #expect(formula[0].count == 4 && hand[0].count == 4)
    for (one, other) in zip(formula[0], hand[0]) { #expect(abs(one - other) < 1e-13) }
  }

  @Test("Columns have the names of their file, and x0, x1, y") func columns() throws {
    try AtomicFile.write("income,age,rent\n1,2,3\n4,5,6\n", to: bench.scratch.file("data.csv"))
    try NPYFile(shape: [2, 2], values: [1, 2, 4, 5]).write(to: bench.scratch.file("x.npy"))
    try NPYFile(shape: [2], values: [3, 6]).write(to: bench.scratch.file("y.npy"))
    let csv = #","data":{"kind":"csv","path":"data.csv"}"#
    let npy = #","data":{"kind":"file","inputs":"x.npy","targets":"y.npy"}"#
    let named = try finals(bench.read(set: [problem("(rent - age*theta[0] - income)^2/100", csv)] + descent))
    for other in [
      problem("(y - x1*theta[0] - x)^2/100", csv), problem("(y - x[1]*theta[0] - x0)^2/100", npy),
    ] {
      #expect(try finals(bench.read(set: [other] + descent)) == named)
    }
  }

  @Test("Constants are axes") func constants() throws {
    let set = [problem("c*theta[0]^2 + theta[0]", #","constants":{"c":[0.5,1]},"parameters":2"#)] + descent
    let ends = try finals(bench.read(set: set))
    // θ ← θ − 0.1 (2cθ + 1) from 0; the second parameter does not move.
    for (end, c) in zip(ends, [0.5, 1]) {
      var θ = 0.0
      for _ in 0..<50 { θ -= 0.1 * (2 * c * θ + 1) }
      #expect(abs(end[0] - θ) < 1e-14 && end[1] == 0)
    }
    #expect(ends.count == 2)
  }

  @Test("Mistakes are said where they are") func mistakes() throws {
    try AtomicFile.write("income,age,rent\n1,2,3\n4,5,6\n", to: bench.scratch.file("data.csv"))
    func said(_ loss: String, _ more: String = "") throws -> [String] {
      try bench.problems(set: [problem(loss, more)] + descent).map(\.description)
    }
    #expect(
      try said("rentt - theta[0]", #","data":{"kind":"csv","path":"data.csv"}"#) == [
        """
        problem.loss: character 1: expected a column of the data, a constant or pi, found the name rentt. \
        Did you mean "rent"?
        """
      ])
    #expect(
      try said("theta[0]^", #","constants":{"c":true}"#) == [
        "problem.constants.c: expected a finite number, found true."
      ])
    #expect(
      try said("theta[0]", #","constants":{"exp":1}"#) == [
        "problem.constants: expected names that nothing else has, found exp. It has a meaning in every formula."
      ])
    #expect(
      try said("theta[2]", #","parameters":2"#) == [
        """
        problem.loss: character 7: expected the number of a parameter, from 0 to 1, found 2. There are 2 parameters.
        """
      ])
    #expect(
      try said("theta[0]", #","constants":{"c":[1,"a"]}"#) == [
        "problem.constants.c[1]: expected a finite number, found \"a\"."
      ])
  }
}
