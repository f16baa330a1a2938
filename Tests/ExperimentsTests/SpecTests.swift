import Descent
import Foundation
import Numerics
import Testing

@testable import Experiments

/// Reading specs: defaults, edge cases of numbers, and thousands of damaged texts.
@Suite("Specs") struct SpecTests {
  static let text = """
    {"name": "select", "problem": {"kind": "autoencoder", "activation": "relu", "dimension": 12, "features": 5},
     "init": {"kind": "gaussian", "norm": 0.5},
     "optimizer": {"kind": "sgd", "step": 0.2, "batch": 2, "order": "subset", "steps": 400,
                   "stop": {"when": "converged", "tolerance": 1e-6}},
     "seeds": {"master": 7, "trials": 3}, "record": {"every": 100, "series": ["maxCosine"], "final": ["selectedIndex"]}}
    """

  private func read(_ text: String) throws(SpecProblems) -> Spec {
    try Self.reading(Array(text.utf8))
  }

  private static func reading(_ bytes: [UInt8]) throws(SpecProblems) -> Spec {
    let path = FileManager.default.temporaryDirectory.appending(path: "spec-\(UUID().uuidString).json").path
    #expect(FileManager.default.createFile(atPath: path, contents: Data(bytes)))
    defer { try? FileManager.default.removeItem(atPath: path) }
    return try Spec.read(path)
  }

  private func problems(_ text: String) -> [String] {
    do throws(SpecProblems) {
      _ = try read(text)
      return []
    } catch {
      return error.problems.map { "\($0.location): \($0.expected)" }
    }
  }

  @Test("What is written is what is run") func isRead() throws {
    let spec = try read(Self.text)
    #expect(spec.name == "select")
    #expect(spec.objective.sampleCount == 5)
    #expect(spec.objective.parameterCount == 12)
    #expect(spec.isOrthonormal)
    #expect(spec.options.order == .subset)
    #expect(spec.options.batchSize == 2)
    #expect(spec.options.schedule == .constant(0.2))
    #expect(spec.options.budget == 400)
    #expect(spec.options.seeds == Seeds(master: 7))
    #expect(spec.tolerance == 1e-6)
    #expect(spec.trials == 3)
    #expect(spec.recordEvery == 100)
    let record = try spec.run(workers: 2)
    #expect(record.replicas.count == 3)
    #expect(record.finalNames == ["selectedIndex"])
    #expect(record.seriesNames == ["maxCosine"])
  }

  @Test("What is left out has its stated default") func defaults() throws {
    let spec = try read(
      """
      {"problem": {"kind": "autoencoder", "features": 3}, "init": {"kind": "sphere", "norm": 0.5},
       "optimizer": {"step": 0.1, "batch": 1, "order": "iid", "steps": 10}}
      """)
    #expect(spec.objective.activation == .relu)
    #expect(spec.objective.parameterCount == 3)
    #expect(spec.options.reduction == .mean)
    #expect(spec.options.seeds == Seeds(master: 1))
    #expect(spec.tolerance == nil)
    #expect(spec.trials == 1)
  }

  @Test("Seeds reach from 0 to 2⁶⁴ − 1, and each can be set on its own") func seeds() throws {
    let largest = try read(Self.text.replacingOccurrences(of: #""master": 7"#, with: "\"master\": \(UInt64.max)"))
    #expect(largest.options.seeds == Seeds(master: .max))
    let own = try read(Self.text.replacingOccurrences(of: #""master": 7"#, with: #""master": 7, "order": 11"#))
    var expected = Seeds(master: 7)
    expected.order = 11
    #expect(own.options.seeds == expected)
    for wrong in ["-1", "18446744073709551616", "1.5", "\"7\"", "null1"] {
      #expect(!problems(Self.text.replacingOccurrences(of: #""master": 7"#, with: "\"master\": \(wrong)")).isEmpty)
    }
  }

  static let wrong: [(old: String, new: String, problem: String)] = [
    (#""steps": 400"#, #""steps": 4e2"#, ""), (#""steps": 400"#, #""steps": -1"#, "optimizer.steps: a whole number"),
    (#""step": 0.2"#, #""step": 0"#, "optimizer.step: a positive step size"),
    (#""step": 0.2"#, #""step": true"#, "optimizer.step: a positive step size"),
    (#""norm": 0.5"#, #""norm": -0.0"#, "init.norm: a positive norm"),
    (#""kind": "gaussian""#, #""kind": "gausian""#, "init.kind:"),
    (#""tolerance": 1e-6"#, #""tolerance": -1"#, "optimizer.stop.tolerance:"),
    (#""series": ["maxCosine"]"#, #""series": "maxCosine""#, "record.series: a list of names"),
    (#""series": ["maxCosine"]"#, #""series": ["coefficients"]"#, "record.series[0]:"),
    (#""batch": 2"#, #""batch": [1, 2]"#, "optimizer.batch: a whole number"),
    (#""features": 5"#, #""features": 5, "data": {"kind": "equicorrelated", "correlation": -0.5}"#, "problem.features"),
    (#""features": 5"#, #""features": 5, "data": "gabor""#, "problem.data:"),
  ]

  @Test("Each mistake is named where it stands", arguments: wrong.indices) func mistakes(_ place: Int) {
    let (old, new, problem) = Self.wrong[place]
    let found = problems(Self.text.replacingOccurrences(of: old, with: new))
    if problem.isEmpty {
      #expect(found.isEmpty)
    } else {
      #expect(found.contains { $0.hasPrefix(problem) }, "\(found)")
    }
  }

  @Test("What is no object is said once, without complaints about its keys") func noObject() {
    let found = problems(
      #"{"problem": 3, "init": {"kind": "sphere", "norm": 0.5}, "optimizer": [], "seeds": {"trials": 2}}"#)
    #expect(found == ["problem: an object", "optimizer: an object"])
  }

  @Test("A damaged text is read or refused, never a crash") func damaged() throws {
    let original = Array(Self.text.utf8)
    var stream = RandomStream(RandomKey(seed: 5, purpose: .measurement))
    let pool = Array(#"{}[]",:0123456789eE+-.truefalsn"#.utf8)
    var refused = 0
    for _ in 0..<2_000 {
      var bytes = original
      for _ in 0...stream.integer(below: 4) {
        let place = stream.integer(below: bytes.count)
        switch stream.integer(below: 3) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(pool[stream.integer(below: pool.count)], at: place)
        default: bytes[place] = pool[stream.integer(below: pool.count)]
        }
      }
      do throws(SpecProblems) {
        _ = try Self.reading(bytes)
      } catch {
        #expect(!error.problems.isEmpty)
        refused += 1
      }
    }
    #expect(refused > 1_500 && refused < 2_000)
  }
}
