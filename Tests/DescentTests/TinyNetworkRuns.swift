import Numerics
import Objectives
import TestSupport

@testable import Descent

/// A small network's loss, and how it descends: runs of the engine of small networks and of the plain loop alike.
struct TinyNetworkRun: Sendable, CustomStringConvertible {
  var objective: NetworkObjective<Double>
  var options: DescentOptions
  var name: String

  static let sampleCount = 9
  static let budget = 1_000

  var description: String {
    "\(name) \(options.order.name) b=\(options.batchSize ?? 0) \(options.reduction) \(options.rule)"
  }

  /// Gaussian data; the first sample is 0, so that units of a network without biases stand at the kink there.
  init(
    _ network: Network, _ loss: NetworkLoss = .squared(), order: SamplingOrder = .iid, batch: Int? = 1,
    step: Double = 0.02,
    rule: UpdateRule = .plain, noise: LabelNoise? = nil, reduction: DescentOptions.Reduction = .mean
  ) throws {
    let (n, m) = (Self.sampleCount, network.outputCount)
    var stream = testStream(12)
    let inputs =
      [Double](repeating: 0, count: network.inputCount) + stream.gaussian(count: (n - 1) * network.inputCount)
    let targets: NetworkTargets<Double> =
      switch loss {
      case .squared: .values(stream.gaussian(count: n * m))
      case .logistic: .values((0..<n).map { $0 % 3 == 0 ? -1 : 1 })
      case .crossEntropy: .classes((0..<n).map { $0 % m })
      }
    objective = try NetworkObjective(network, inputs: inputs, targets: targets, loss: loss)
    options = DescentOptions(
      order: order, batchSize: batch,
      schedule: StepSchedule(base: step, decays: [.init(at: 0.3, divideBy: 2), .init(at: 0.7, divideBy: 4)]),
      reduction: reduction, rule: rule, labelNoise: noise, budget: Self.budget, seeds: Seeds(master: 21))
    name = "\(network), \(objective.lossFormula)"
  }

  @Sendable func start(_ trial: Int) -> [Double] {
    var stream = testStream(300 + UInt64(trial))
    return stream.gaussian(count: objective.parameterCount).map { 0.4 * $0 }
  }

  /// Every activation and loss, biases or none, from one affine layer to four, activations in a row and at the end.
  static func networks() throws -> [(Network, NetworkLoss)] {
    [
      (try Network(parsing: "mlp:2-20-1:relu:bias=false"), .squared(half: false)),
      (try Network(parsing: "mlp:3-5-2:relu:kink=0.5:bias=false"), .squared()),
      (try Network(parsing: "mlp:3-4-4-1:tanh"), .squared()),
      (try Network(parsing: "mlp:2-6-3:sigmoid"), .squared(half: true, mean: true)),
      (try Network(parsing: "mlp:2-5-1:gelu"), .squared(half: false, mean: true)),
      (try Network(parsing: "mlp:3-2-2-2-1:identity:bias=false"), .squared()),
      (try Network(parsing: "mlp:4-3"), .squared(half: false, mean: true)),
      (try Network(parsing: "mlp:2-7-3:relu"), .crossEntropy),
      (try Network(parsing: "mlp:2-1:bias=false"), .logistic),
      (try Network(parsing: "mlp:3-9-1:tanh:bias=false"), .logistic),
      (
        try Network([
          .affine(inputs: 2, outputs: 3), .activation(.tanh), .activation(.sigmoid),
          .affine(inputs: 3, outputs: 2, bias: false), .activation(.gelu),
        ]), .squared(mean: true)
      ),
      (
        try Network([.affine(inputs: 2, outputs: 3), .activation(.relu), .activation(.relu), .activation(.identity)]),
        .squared()
      ),
    ]
  }

  static let rules: [UpdateRule] = [
    .plain, UpdateRule(momentum: 0.8), UpdateRule(momentum: 0.8, isNesterov: true), UpdateRule(weightDecay: 0.05),
    UpdateRule(weightDecay: 0.05, isDecayDecoupled: true), UpdateRule(momentum: 0.7, weightDecay: 0.05),
    UpdateRule(momentum: 0.7, weightDecay: 0.05, isDecayDecoupled: true), UpdateRule(largestGradientNorm: 0.3),
    UpdateRule(
      momentum: 0.5, isNesterov: true, weightDecay: 0.02, isDecayDecoupled: true, largestGradientNorm: 0.2),
  ]

  /// Samples in batches of 2 and 4 leave a short last one; replayed batches repeat samples and differ in size.
  static func orders() throws -> [(order: SamplingOrder, batch: Int?)] {
    var random = testStream(31)
    let batches = (0..<budget).map { _ in
      (0..<(1 + random.integer(below: 6))).map { _ in random.integer(below: sampleCount) }
    }
    let single = (0..<budget).map { [$0 * 5 % sampleCount] }
    return [
      (.iid, 1), (.iid, 3), (.iid, 8), (.subset, 1), (.subset, 5), (.reshuffle, 1), (.reshuffle, 2), (.reshuffle, 4),
      (.cyclic, 4), (.blocks, 2), (.full, nil),
      (.replay(try IndexReplay(batches: batches, sampleCount: sampleCount)), nil),
      (.replay(try IndexReplay(batches: single, sampleCount: sampleCount)), nil),
    ]
  }

  /// Each network in each order, the rules in turn; each rule with one sample a step and with several, with label noise and
  /// without, as mean and as sum.
  static func all() throws -> [TinyNetworkRun] {
    var runs: [TinyNetworkRun] = []
    let orders = try orders()
    for (network, loss) in try networks() {
      for (order, batch) in orders {
        runs.append(
          try TinyNetworkRun(network, loss, order: order, batch: batch, rule: rules[runs.count % rules.count]))
      }
    }
    let network = try Network(parsing: "mlp:3-6-1:relu")
    for rule in rules {
      for (order, batch) in orders {
        runs.append(
          try TinyNetworkRun(
            network, order: order, batch: batch, rule: rule, noise: LabelNoise(standardDeviation: 0.3, until: 0.6)))
      }
      runs.append(try TinyNetworkRun(network, batch: 4, step: 0.01, rule: rule, reduction: .sum))
      runs.append(try TinyNetworkRun(network, order: .reshuffle, batch: 4, step: 0.01, rule: rule, reduction: .sum))
    }
    return runs
  }
}
