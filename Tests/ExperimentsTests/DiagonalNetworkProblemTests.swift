import Curvature
import DataSets
import Features
import Numerics
import Objectives
import Testing

@testable import Experiments
@testable import Formats

/// Diagonal linear networks from specs.
@Suite("Diagonal networks from specs") struct DiagonalNetworkProblemTests {
  private let bench = SpecBench()
  private let seeds = Seeds(master: 7)

  private func finals(_ set: [String]) throws -> [Double] {
    let store = try Store.inMemory()
    _ = try Runner.forTest(jobs: 1).run(bench.read(set: set), in: store)
    var found: [Double] = []
    for configuration in try store.plan().configurations {
      try store.forEachTrial(of: configuration) { found += $0.finals }
    }
    return found
  }

  private static func problem(_ more: String = "") -> String {
    "problem={\"kind\":\"diagonalNetwork\",\"data\":{\"kind\":\"sparseLinear\",\"samples\":6,\"dimension\":8,\"sparsity\":2,\"testSamples\":9\(more)}}"
  }

  private static let descent = [
    #"init={"kind":"constants","u":0.5,"v":0.25}"#, "optimizer={\"step\":0.05,\"order\":\"full\",\"steps\":3}",
    "seeds.trials=1",
  ]

  @Test("Steps and measures are those of the library", arguments: [true, false]) func run(_ isPublished: Bool) throws {
    let names = [
      "loss", "testLoss", "l0", "l1", "supportPrecision", "supportRecall", "supportF1", "jacobianRank", "effectiveRank",
      "weightImbalance", "sharpness", "hessianTrace", "coefficients", "parameters",
    ]
    let found = try finals(
      [Self.problem(isPublished ? #","numpySeed":3"# : "")] + Self.descent + [
        #"problem.supportThreshold=0.2"#, "record={\"final\":\(JSON.array(names.map(JSON.string)).text)}",
      ])
    let description = SparseLinearData(sampleCount: 6, inputCount: 8, sparsity: 2, testCount: 9)
    let data = isPublished ? description.published(seed: 3) : description.drawn(seeds.key(.data))
    let objective = try DiagonalNetworkObjective(
      .product, features: data.training.features, targets: data.training.targets)
    let test = try DiagonalNetworkObjective(.product, features: data.test.features, targets: data.test.targets)
    var parameters = objective.constantParameters(0.5, 0.25)
    for _ in 0..<3 { parameters = zip(parameters, objective.gradient(at: parameters)).map { $0 - 0.05 * $1 } }
    let ends = Array(found.suffix(16))
    for (one, other) in zip(ends, parameters) { #expect(abs(one - other) < 1e-14) }
    let beta = objective.coefficients(at: ends)
    let support = beta.indices.filter { abs(beta[$0]) > 0.2 }
    let recovery = SupportRecovery(found: support, true: [0, 1])
    let rank = try JacobianRank(of: Matrix(rows: 9, columns: 16, storage: test.residualJacobian(at: ends)))
    #expect(
      found.dropLast(16) == [
        objective.loss(at: ends), test.loss(at: ends), Double(support.count), beta.reduce(0) { $0 + abs($1) },
        recovery.precision, recovery.recall, recovery.f1, Double(rank.rank), rank.effectiveRank,
        LinearAlgebra.norm(try Balancedness.diagonal(Array(ends[..<8]), Array(ends[8...]))),
        try CurvatureOperator.hessian(of: objective, at: ends).eigenpairs().largest[0].value,
        objective.hessianTrace(at: ends),
      ] + beta)
    let values = try LinearAlgebra.symmetricEigenvalues(
      of: Matrix(rows: 16, columns: 16, storage: objective.denseHessian(at: ends)))
    let (sharpness, trace) = (found[10], found[11])
    #expect(abs(sharpness - values[15]) < 1e-7 * values[15] && abs(trace - values.reduce(0, +)) < 1e-10)
  }

  @Test("What has diverged has no support") func divergence() throws {
    let found = try finals(
      [Self.problem()] + Self.descent + [
        "optimizer.step=1e6", "optimizer.steps=200",
        #"record={"final":["l0","l1","supportPrecision","jacobianRank","sharpness","hessianTrace"]}"#,
      ])
    #expect(found.count == 6 && found.allSatisfy(\.isNaN))
  }

  @Test("Forms and the factor ½ are the objective's") func forms() throws {
    let data = #""data":{"kind":"values","inputs":[[1,2],[3,1]],"targets":[1,2]}"#
    for (form, half) in [("product", true), ("squares", false)] {
      let found = try finals(
        ["problem={\"kind\":\"diagonalNetwork\",\"form\":\"\(form)\",\"half\":\(half),\(data)}"] + Self.descent + [
          "optimizer.steps=0", #"record={"final":["loss"]}"#,
        ])
      let objective = try DiagonalNetworkObjective<Double>(
        form == "product" ? .product : .squares, features: [1, 2, 3, 1], targets: [1, 2], half: half)
      #expect(found == [objective.loss(at: [0.5, 0.5, 0.25, 0.25])])
    }
  }

  @Test("Mistakes are said where they are") func mistakes() throws {
    func said(_ set: [String]) throws -> [String] { try bench.problems(set: set).map(\.description) }
    let values = #"problem={"kind":"diagonalNetwork","data":{"kind":"values","inputs":[[1]],"targets":[1]}}"#
    #expect(
      try said([values] + Self.descent + [#"record={"series":["testLoss"],"final":["supportF1"]}"#]) == [
        "record.series[0]: expected a measure that needs no test samples, since there are none, found \"testLoss\". Give some as the problem's \"test\".",
        "record.final[0]: expected a measure that needs no true coefficients, since these data have none, found \"supportF1\". Data of kind \"sparseLinear\" know theirs.",
      ])
    #expect(
      try said(
        [
          #"problem={"kind":"diagonalNetwork","data":{"kind":"sparseLinear","samples":3000,"dimension":2000,"testSamples":0}}"#
        ] + Self.descent + [#"record={"final":["jacobianRank","hessianTrace"]}"#]) == [
          "record.final[0]: expected fewer inputs, for the rank of a Jacobian of 3000 × 4000, found \"jacobianRank\". Give fewer test samples, or count with l0.",
          "record.final[1]: expected a problem of at most 2000 parameters for the trace of its Hessian, found \"hessianTrace\". It has 4000: leave this measure out.",
        ])
    #expect(
      try said([values, "init=he", "record=null"])
        == [
          "init.kind: expected a start for any parameters, found one for layers. Only problems of kind \"network\" have them.",
          "optimizer.batch: expected a whole number from 1 to 1, the number of samples, found 2.",
        ].reversed().filter { $0.hasPrefix("optimizer") })
    #expect(
      try said([Self.problem().replacing("\"sparsity\":2", with: "\"sparsity\":9")] + Self.descent + ["record=null"])
        == ["problem.data.sparsity: expected at most d = 8, found 9."])
  }
}
