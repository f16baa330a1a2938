import Descent
import Foundation
import Numerics
import Objectives
import Testing

// The lines between the marks stand in the README, word for word; the test holds the two together.
// BEGIN README
private func readmeExample() throws -> (converged: Int, medianSteps: Double) {
  let objective = try LeastSquaresObjective(inputs: [[1, 0], [1, 2], [0, 1]], targets: [1, 5, 2])
  let options = DescentOptions(
    order: .reshuffle, batchSize: 1, schedule: .constant(0.1), budget: 20_000, seeds: Seeds(master: 7))
  let plan = RunPlan<StochasticGradientDescent<LeastSquaresObjective>.State>(
    budget: options.budget,
    stopping: StoppingRules(converged: { objective.loss(at: $0.parameters) < 1e-20 }),
    series: [Probe("loss", .every(100)) { objective.loss(at: $0.parameters) }],
    finals: [Measure("first") { $0.parameters[0] }])
  let record = try Ensemble.run(
    trials: 0..<100, workers: 2, plan: plan, seeds: options.seeds,
    makeEngine: { () throws(InputError) in try StochasticGradientDescent(objective, options: options) },
    start: { trial in
      var stream = RandomStream(options.seeds.key(.initialization, trial: trial))
      return stream.gaussian(count: 2)
    })
  return (record.count(.converged), try Quantile.median(of: record.steps(where: .converged)))
}
// END README

@Suite("The example of the README") struct ReadmeExampleTests {
  @Test("It runs, and every trial converges") func runs() throws {
    let (converged, medianSteps) = try readmeExample()
    #expect(converged == 100)
    #expect(medianSteps > 0 && medianSteps < 20_000)
  }

  @Test("It is what the README shows") func isShown() throws {
    let here = URL(filePath: #filePath)
    let source = try String(contentsOf: here, encoding: .utf8)
    let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
    let lines = source.components(separatedBy: "// BEGIN README\n")[1].components(separatedBy: "// END README")[0]
    for line in lines.split(separator: "\n") {
      let words = line.trimmingCharacters(in: .whitespaces)
      // The README has the statements without the function around them.
      guard !words.isEmpty, !words.contains("readmeExample"), !words.hasPrefix("return ("), words != "}" else {
        continue
      }
      #expect(readme.contains(words), "the README lacks: \(words)")
    }
  }
}
