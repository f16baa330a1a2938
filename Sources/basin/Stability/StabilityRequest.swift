import Formats
import Foundation
import Numerics
import Stability

/// What is asked, apart from the minimum itself.
struct StabilityRequest {
  var order: Sampling
  var isOrderGiven: Bool
  var batches: [Int]?
  var steps: [Double]?
  var momentum: Double
  var radius: Double?
  var startRadius: Double?
  var tolerance: Double
  var chains: Int?
  var wantsTails: Bool
  /// How many runs of how many steps hold the verdicts against SGD; nil for none.
  var confirmation: (trials: Int, steps: Int)?
  var seed: UInt64
  var jobs: Int
  /// The command line, to be repeated.
  var line: String

  init(_ command: ParsedCommand) throws(InputError) {
    order = try command.choice("--order", default: .iid)
    isOrderGiven = command.has("--order")
    batches = try command.list("--batch", "whole numbers from 1") { Int($0).flatMap { $0 >= 1 ? $0 : nil } }
    steps = try command.list("--step", "positive numbers") { Double($0).flatMap { $0 > 0 && $0.isFinite ? $0 : nil } }
    momentum = try command.number("--momentum", "a number from 0, below 1", default: 0) { $0 >= 0 && $0 < 1 }
    func length(_ option: String) throws(InputError) -> Double? {
      command.has(option) ? try command.number(option, "a positive number", default: 1) { $0 > 0 } : nil
    }
    radius = try length("--radius")
    startRadius = try length("--start-radius")
    if let radius, let startRadius, startRadius >= radius {
      throw InputError(
        "basin stability --start-radius", expected: "less than the radius, \(NumberText.shortest(radius))",
        found: NumberText.shortest(startRadius))
    }
    tolerance = try command.number("--tolerance", "a positive number", default: 1e-6) { $0 > 0 }
    chains = command.has("--chains") ? try command.integer("--chains", in: 2...1_000_000, default: 200) : nil
    wantsTails = command.has("--tails")
    for option in ["--trials", "--steps"] where command.has(option) && !command.has("--confirm") {
      throw InputError("basin stability \(option)", expected: "--confirm beside it", found: "none")
    }
    let trials = try command.integer("--trials", in: 1...1_000_000, default: 400)
    let steps = try command.integer("--steps", in: 1...1_000_000_000, default: 1_500)
    confirmation = command.has("--confirm") ? (trials, steps) : nil
    seed = try command.seed("--seed", default: 1)
    jobs = try command.integer("--jobs", in: 1...1024, default: ProcessInfo.processInfo.activeProcessorCount)
    line = Self.line(command)
  }

  /// The command line without what changes no number.
  private static func line(_ command: ParsedCommand) -> String {
    let words = StabilityCommand.specification.options.flatMap { option -> [String] in
      guard let value = command.values[option.name], !["--jobs", "--out", "--json", "--quiet"].contains(option.name)
      else { return [] }
      return value.isEmpty ? [option.name] : [option.name, value]
    }
    return (["basin", "stability"] + words).joined(separator: " ")
  }

  /// The batch sizes with their sampling.
  func dynamics(sampleCount n: Int) throws(InputError) -> [Dynamics] {
    if order == .full, let batches, batches != [n] {
      throw InputError(
        "basin stability --batch", expected: "no batch size for the order full, or \(n), the number of samples",
        found: batches.map(String.init).joined(separator: ","))
    }
    var sizes = batches ?? (order == .full ? [n] : [])
    if sizes.isEmpty {
      var size = 1
      while size < n {
        sizes.append(size)
        size *= 2
      }
      sizes.append(n)
    }
    var result: [Dynamics] = []
    for size in sizes {
      result.append(
        try Dynamics(batchSize: size, sampling: order, momentum: momentum, sampleCount: n))
    }
    return result
  }
}
