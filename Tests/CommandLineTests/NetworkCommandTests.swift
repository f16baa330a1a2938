import Formats
import Foundation
import Testing

/// Networks, diagonal networks and the toys of the publications, as a user runs them.
@Suite("Networks on the command line") struct NetworkCommandTests {
  private func example(_ name: String) -> String { BuiltProgram.root.appending(path: "Examples/\(name).json").path }

  /// The trials of an example, in their order.
  private func rows(_ name: String, set: [String] = []) throws -> [[String: Any]] {
    try BuiltProgram.withDirectory { directory in
      let outcome = try BuiltProgram.run(["run", example(name)] + set.flatMap { ["--set", $0] }, in: directory)
      #expect(outcome.status == 0, "\(outcome.errors)")
      #expect(outcome.output.hasPrefix("\(name): "))
      return try Experiment.rows("\(name).basin", in: directory)
    }
  }

  private func numbers(_ rows: [[String: Any]], _ name: String) -> [Double] {
    rows.map { $0[name] as? Double ?? .nan }
  }

  /// The values that a simulation apart from this program gave, and the law a ~ 3.855 exp(−2η²t).
  @Test("labels that oscillate shrink the first factor, inputs that do leave it, and the full batch does neither")
  func labelOscillation() throws {
    let rows = try rows("label-oscillation")
    let wanted = [3.5551, 1.8612, 0.0057015, 3.8553, 2.4002, 2.4002, 2.4002, 3.7010]
    let ends = numbers(rows, "parameter0")
    #expect(ends.count == wanted.count)
    for (end, value) in zip(ends, wanted) { #expect(abs(end - value) < 1e-4 * max(value, 0.1)) }
  }

  @Test("the valley's ends: the full batch far from balance, small batches nearer, weight decay balanced")
  func valley() throws {
    let rows = try rows("valley")
    let (a, b) = (numbers(rows, "parameter0"), numbers(rows, "parameter1"))
    #expect(a.count == 60)
    for trial in 0..<20 {
      #expect(abs(a[trial] - 3.430) < 1e-3 && abs(b[trial] - 0.292) < 1e-3)
      #expect(a[20 + trial] < 3)
      #expect(abs(a[40 + trial] - 0.708) < 2e-3 && abs(b[40 + trial] - 0.707) < 2e-3)
    }
    // The product stays, and so the other factor grows; by chance not in every trial.
    #expect(b[20..<40].reduce(0, +) / 20 > 0.35)
  }

  @Test("a large step keeps the toy's loss between its bounds for ever, a small one lets it vanish")
  func stabilisation() throws {
    let rows = try rows("stabilisation")
    let (losses, ends) = (numbers(rows, "loss"), numbers(rows, "parameter0"))
    #expect(losses.count == 200)
    #expect(losses[..<50].allSatisfy { $0 < 1e-20 })
    // After an even number of steps θ is above 1 in every trial, and the loss is below 0.17.
    #expect(losses[50..<150].allSatisfy { $0 > 1e-5 && $0 < 0.17 })
    #expect(ends[50..<150].allSatisfy { ($0 > 1.0 && $0 < 1.162) })
  }

  @Test("label noise makes a diagonal network sparse") func diagonalNetwork() throws {
    let rows = try rows("diagonal-network", set: ["seeds.trials=4"])
    let (zeros, test) = (numbers(rows, "l0"), numbers(rows, "testLoss"))
    #expect(zeros.count == 8 && zeros[..<4].allSatisfy { $0 == 100 } && zeros[4...].allSatisfy { $0 <= 20 })
    #expect(test[..<4].allSatisfy { $0 > 1e-3 } && test[4...].allSatisfy { $0 < 1e-4 })
  }

  @Test("small batches find the support in the first layer, the full batch keeps the start") func support() throws {
    let optimizers = """
      optimizer=[{"step":0.01,"batch":[1,512],"order":"reshuffle","steps":5000},{"step":0.01,"order":"full","steps":2000}]
      """
    let rows = try rows("support", set: [optimizers, "seeds.trials=3"])
    let norms = numbers(rows, "irrelevantNorm")
    #expect(norms.count == 9)
    for trial in 0..<3 { #expect(norms[trial] < 0.8 * norms[3 + trial] && norms[3 + trial] < norms[6 + trial] + 0.05) }
    #expect(numbers(rows, "loss").allSatisfy { $0 < 0.5 })
  }

  @Test("inputs drop out at the largest steps, where the loss stays up until the step is lowered") func largeStep()
    throws
  {
    let rows = try rows("large-step", set: ["optimizer.step.base=0.1,0.24", "seeds.trials=2"])
    let (zeros, losses) = (numbers(rows, "l0"), numbers(rows, "loss"))
    #expect(zeros.count == 4 && zeros[..<2].allSatisfy { $0 == 200 } && zeros[2...].allSatisfy { $0 < 150 })
    #expect(losses[..<2].allSatisfy { $0 < 1e-12 } && losses[2...].allSatisfy { $0 > 1e-8 })
  }

  @Test("irrelevant weights shrink by the noise of the labels, and stay without") func residualNoise() throws {
    let rows = try rows("residual-noise", set: ["optimizer.batch=2", "seeds.trials=2"])
    let norms = numbers(rows, "irrelevantNorm")
    #expect(norms.count == 6)
    for trial in 0..<2 { #expect(norms[trial] > norms[2 + trial] && norms[2 + trial] > 1.3 * norms[4 + trial]) }
  }

  @Test("the other examples run", arguments: [("teacher-student", 6), ("digits", 2)])
  func others(_ name: String, _ count: Int) throws {
    let rows = try rows(name, set: ["seeds.trials=\(count / (name == "digits" ? 2 : 3))"])
    #expect(rows.count == count)
    if name == "digits" {
      #expect(numbers(rows, "testAccuracy").allSatisfy { $0 > 0.8 })
      #expect(numbers(rows, "featureSparsity2").allSatisfy { $0 > 0 && $0 < 1 })
    }
  }

  @Test("stability knows networks of specs: the same thresholds as of the network that was derived by hand")
  func stability() throws {
    try BuiltProgram.withDirectory { directory in
      let inputs = (0..<5).map { -1 + 0.5 * Double($0) }
      let rows = inputs.map { "[\($0)]" }.joined(separator: ",")
      let targets = inputs.map { "\(sin(3 * $0))" }.joined(separator: ",")
      let problems = [
        #"{"kind": "tanhNetwork", "hidden": 2, "data": {"kind": "sine", "samples": 5}}"#,
        """
        {"kind": "network", "network": "mlp:1-2-1:tanh", "loss": "squared",
         "data": {"kind": "values", "inputs": [\(rows)], "targets": [\(targets)]}}
        """,
      ]
      try NPYFile(shape: [7], values: [1, -0.5, 0.2, 0.3, 0.7, -1.1, 0.05]).write(
        to: directory.appending(path: "theta.npy").path)
      let found = try problems.map { problem in
        let spec = """
          {"problem": \(problem), "init": "zeros", "optimizer": {"step": 0.1, "order": "full", "steps": 1}}
          """
        try Data(spec.utf8).write(to: directory.appending(path: "spec.json"))
        let outcome = try BuiltProgram.run(
          ["stability", "--problem", "spec.json", "--at", "theta.npy", "--json", "-"], in: directory)
        #expect(outcome.status == 0, "\(outcome.errors)")
        return Self.numbers(try JSON(parsing: outcome.output, location: "output"))
      }
      #expect(found[0].count == found[1].count && found[0].count > 20)
      for (one, other) in zip(found[0], found[1]) { #expect(abs(one - other) <= 1e-9 * max(1, abs(one))) }
    }
  }

  /// All numbers in a value, in the order of keys.
  private static func numbers(_ value: JSON) -> [Double] {
    switch value {
    case .array(let entries): entries.flatMap(numbers)
    case .object(let members): members.sorted { $0.key < $1.key }.flatMap { numbers($0.value) }
    default: value.double.map { [$0] } ?? []
    }
  }
}
