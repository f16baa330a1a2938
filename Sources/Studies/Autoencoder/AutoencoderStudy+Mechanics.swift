import Claims
import Descent
import Foundation
import Numerics
import Objectives
import Reporting

/// The exact one-step laws, and that the fast engine obeys them (claims 12, 13, 14, 19 and 23).
extension AutoencoderStudy {
  /// Claim 12: the O(b) engine equals the plain gradient in Rⁿ.
  static func lazyEqualsDense(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.12")
    let (n, m, steps) = (25, 10, 3_000)
    var stream = RandomStream(seeds.key(.data))
    let data = try AutoencoderData.randomOrthonormal(count: m, dimension: n, stream: &stream)
    var checks: [Check] = []
    for activation in AutoencoderObjective.Activation.allCases {
      let objective = AutoencoderObjective(data: data, activation: activation)
      for order in [SamplingOrder.subset, .iid] {
        var errors: [Double] = []
        for batch in [1, 3, 7, 10] {
          let options = options(order, batch: batch, budget: steps, seeds: seeds)
          var startStream = RandomStream(seeds.key(.initialization, trial: batch))
          let start = startStream.sphere(count: n, radius: 0.5)
          var plain = try StochasticGradientDescent(objective, options: options)
          var fast = try AutoencoderEngine(count: m, activation: activation, options: options)
          plain.load(start, trial: batch, lane: 0)
          fast.load(AutoencoderState(of: objective, at: start), trial: batch, lane: 0)
          var plainState = plain.makeState()
          var state = fast.makeState()
          for _ in 0..<30 {
            plain.advance(by: steps / 30)
            fast.advance(by: steps / 30)
            plain.read(lane: 0, into: &plainState)
            fast.read(lane: 0, into: &state)
            let truth = AutoencoderState(of: objective, at: plainState.parameters)
            errors.append(contentsOf: zip(state.coefficients, truth.coefficients).map { abs($0 - $1) })
            errors.append(abs(state.squaredNorm - truth.squaredNorm))
          }
        }
        checks.append(
          .largest(
            "largest difference in c and s over 3,000 steps, \(activation.rawValue), \(order.name), b = 1, 3, 7, 10",
            of: errors, tolerance: .absolute(1e-11)))
      }
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.12", title: "The O(b) engine equals the plain gradient",
        statement:
          """
          Steps in the lazily scaled coefficients are those of the n-dimensional gradient, for both activations, with \
          and without replacement.
          """,
        source: .derivedHere(basis: "update in coefficient space"), scope: .supporting,
        convention: "\(convention); n = 25, m = 10, η = 0.2, orthonormal data in general position",
        hypotheses: [orthonormalHypothesis(data)], checks: checks))
  }

  /// Claim 13: the factor between what is in the batch and what is not.
  static func gainIdentity(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.13")
    let (m, η) = (8, 0.2)
    let data = try AutoencoderData.standardBasis(count: m, dimension: m + 2)
    var errors: [Double] = []
    var insideErrors: [Double] = []
    var largestNorm = 0.0
    for activation in AutoencoderObjective.Activation.allCases {
      let objective = AutoencoderObjective(data: data, activation: activation)
      for trial in 0..<200 {
        var stream = RandomStream(seeds.key(.initialization, trial: trial))
        let parameters = stream.sphere(count: m + 2, radius: 0.2 + 0.8 * stream.uniform())
        let b = 1 + stream.integer(below: m)
        let batch = Batch(samples: stream.subset(of: m, size: b))
        let gradient = objective.gradient(at: parameters, over: batch)
        let s = parameters.reduce(0) { $0 + $1 * $1 }
        largestNorm = max(largestNorm, s.squareRoot())
        let isActive = { (i: Int) in activation == .linear || parameters[i] > 0 }
        let inside = batch.indices.filter(isActive)
        let outside = (0..<m).filter { !batch.indices.contains($0) && isActive($0) }
        let energy = inside.reduce(0) { $0 + parameters[$1] * parameters[$1] }
        let gain = AutoencoderTheory.gain(step: η, batchSize: b, squaredNorm: s, batchEnergy: energy)
        let growth = { (i: Int) in (parameters[i] - η * gradient[i]) / parameters[i] }
        for i in inside {
          for j in outside { errors.append(abs(growth(i) / growth(j) / gain - 1)) }
          for j in inside { insideErrors.append(abs(growth(i) / growth(j) - 1)) }
        }
      }
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.13", title: "The gain identity",
        statement:
          """
          One step multiplies cᵢ/cⱼ by ρ = 1 + (η/b)(2−s)/(1−(η/b)Φ_B) if i is in the batch and j is not, and by 1 if \
          both are.
          """,
        source: .derivedHere(basis: "update in coefficient space"), scope: .supporting,
        convention:
          "\(convention); m = 8, η = 0.2, random batches of all sizes, both activations, plain gradient in Rⁿ",
        hypotheses: [
          orthonormalHypothesis(data),
          Hypothesis(
            "s < 2 and (η/b) Φ_B < 1", holds: largestNorm <= 1 && η < 1,
            found: "largest ‖w‖ = \(number(largestNorm)), η = \(η)"),
        ],
        checks: [
          .largest("largest relative error of the gain", of: errors, tolerance: .absolute(1e-13)),
          .largest("largest change of a ratio inside the batch", of: insideErrors, tolerance: .absolute(1e-13)),
        ]))
  }

  /// Claim 14: printed outputs of the first author's notebooks.
  static func authorsOutput(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.14")
    func run(m: Int, step: Double, budget: Int, start: [Double]) throws(InputError) -> Record {
      let experiment = AutoencoderExperiment(
        dimension: m, count: m, start: .coefficients(start, perpendicular: 0),
        options: options(.cyclic, batch: 1, step: step, budget: budget, seeds: seeds))
      return try experiment.run(
        trials: 0..<1, workers: 1, stopping: experiment.stopping(every: budget),
        series: [Probe("squaredNorm", .every(1)) { $0.squaredNorm }], finals: Measure.coefficients(count: m))
    }
    let equal = [Double](repeating: 0.1 / 20.0.squareRoot(), count: 20)
    let twenty = try run(m: 20, step: 0.2, budget: 20_000, start: equal).replicas[0].finals
    let printed: [(Int, Double, Double)] = [
      (0, 1, 5e-9), (1, 8.61971656e-10, 5e-19), (2, 6.36717912e-10, 5e-19), (3, 5.33286489e-10, 5e-19),
      (4, 4.70526210e-10, 5e-19), (19, 2.44591632e-10, 5e-19),
    ]
    var checks = printed.map { place, value, half in
      Check(
        "w[\(place)] of n = m = 20, η = 0.2, T = 20,000", prediction: value, measurement: twenty[place],
        tolerance: .absolute(half * 1.001))
    }
    let plane = try run(m: 2, step: 0.25, budget: 300, start: [0.2, 0.01])
    let norms = plane.replicas[0].series[0].values
    let means = zip(norms.dropFirst(), norms.dropFirst(2)).map { 0.5 * ($0 + $1) }
    checks.append(
      Check(
        "w[1] of n = m = 2, η = 0.25, T = 300", prediction: 3.29004986e-06, measurement: plane.replicas[0].finals[1],
        tolerance: .absolute(0.5005e-14)))
    checks.append(
      Check(
        "largest two-step mean of ‖w‖², n = m = 2", prediction: 1.00008962905554, measurement: means.max() ?? .nan,
        tolerance: .absolute(1e-14)))
    return Study.Finding(
      Claim(
        id: "autoencoder.14", title: "The authors' printed outputs",
        statement: "Two runs of the first author's notebooks come out to all printed digits.",
        source: .program(
          name: "nikhil-ghosh-berkeley/gabor", place: "notebooks one-neuron-sgd and one-neuron-sgd2, commit 02c7c96"),
        scope: .supporting,
        convention: "\(convention); order cyclic, b = 1, equal and given starts; half a unit of the last printed digit",
        hypotheses: [
          Hypothesis(
            "the starts are the notebooks', with every coefficient active", holds: equal.allSatisfy { $0 > 0 },
            found: "0.1/√20 each; (0.2, 0.01)")
        ],
        checks: checks))
  }

  /// Claim 19: where the noise vanishes.
  static func noiseVanishesAtSparsePoints(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.19")
    let (n, m) = (14, 9)
    var dataStream = RandomStream(seeds.key(.data))
    let data = try AutoencoderData.randomOrthonormal(count: m, dimension: n, stream: &dataStream)
    var errors: [Double] = []
    var sparse: [Double] = []
    var mixed: [Double] = []
    for activation in AutoencoderObjective.Activation.allCases {
      let objective = AutoencoderObjective(data: data, activation: activation)
      func noise(_ coefficients: [Double]) -> Double {
        var parameters = [Double](repeating: 0, count: n)
        for i in 0..<m { for j in 0..<n { parameters[j] += coefficients[i] * data.rows[i * n + j] } }
        let rows = objective.sampleGradients(at: parameters)
        return rows.reduce(0) { $0 + $1.reduce(0) { $0 + $1 * $1 } } / Double(m)
      }
      for trial in 0..<500 {
        var stream = RandomStream(seeds.key(.initialization, trial: trial))
        let point = stream.sphere(count: m).map { activation == .relu ? abs($0) : $0 }
        let measured = noise(point)
        let fourths = point.reduce(0) { $0 + $1 * $1 * $1 * $1 }
        errors.append(abs(measured - (1 - fourths) / Double(m)))
        mixed.append(measured)
      }
      for k in 0..<m { sparse.append(noise((0..<m).map { $0 == k ? 1 : 0 })) }
    }
    return Study.Finding(
      Claim(
        id: "autoencoder.19", title: "The noise vanishes at data points only",
        statement:
          """
          At a global minimum (1/m) Σ‖∇ℓᵢ‖² = (1 − Σφᵢ⁴)/m, which is 0 exactly at 1-sparse points: there SGD with a \
          constant step can rest.
          """,
        source: .derivedHere(basis: "closed-form gradient"), scope: .supporting,
        convention: "\(convention); n = 14, m = 9, 1,000 random points of the manifold of minima",
        hypotheses: [orthonormalHypothesis(data)],
        checks: [
          .largest("largest error of the formula", of: errors, tolerance: .absolute(1e-12)),
          .largest("largest noise at a data point", of: sparse, tolerance: .absolute(1e-12)),
          Check(
            "smallest noise at a mixed point", prediction: 1e-3, measurement: mixed.min() ?? .nan, tolerance: .atLeast,
            count: mixed.count),
        ]))
  }

  /// Claim 23: what cannot move does not move, bit for bit.
  static func deadStart(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("autoencoder.23")
    let (n, m) = (12, 6)
    let data = try AutoencoderData.standardBasis(count: m, dimension: n)
    let relu = AutoencoderObjective(data: data, activation: .relu)
    let linear = AutoencoderObjective(data: data, activation: .linear)
    var moved = 0
    var losses: [Double] = []
    var unfrozen = 0
    var alive = 0
    let runs = 50
    for trial in 0..<runs {
      var stream = RandomStream(seeds.key(.initialization, trial: trial))
      let vector = stream.sphere(count: n, radius: 0.7)
      let inactive = vector.enumerated().map { $0.offset < m ? -abs($0.element) : $0.element }
      let outside = vector.enumerated().map { $0.offset < m ? 0 : $0.element }
      let partly = vector.enumerated().map { $0.offset == 0 ? 0 : abs($0.element) }
      let options = options(.iid, batch: 2, budget: 1_000, seeds: seeds)
      for (objective, start) in [(relu, inactive), (linear, outside)] {
        var plain = try StochasticGradientDescent(objective, options: options)
        var fast = try AutoencoderEngine(count: m, activation: objective.activation, options: options)
        plain.load(start, trial: trial, lane: 0)
        let startState = AutoencoderState(of: objective, at: start)
        fast.load(startState, trial: trial, lane: 0)
        if !startState.isDead(objective.activation) { alive += 1 }
        plain.advance(by: 1_000)
        fast.advance(by: 1_000)
        var end = plain.makeState()
        plain.read(lane: 0, into: &end)
        var fastEnd = fast.makeState()
        fast.read(lane: 0, into: &fastEnd)
        if end.parameters != start || fastEnd.coefficients != startState.coefficients { moved += 1 }
        losses.append(abs(objective.loss(at: end.parameters) - 0.5))
      }
      for objective in [relu, linear] {
        var plain = try StochasticGradientDescent(objective, options: options)
        plain.load(partly, trial: trial, lane: 0)
        plain.advance(by: 1_000)
        var end = plain.makeState()
        plain.read(lane: 0, into: &end)
        if end.parameters[0] != 0 { unfrozen += 1 }
      }
    }
    let experiment = AutoencoderExperiment(
      dimension: 6, count: 3, start: .sphere(norm: 0.5), options: options(.iid, batch: 1, budget: 100, seeds: seeds))
    let record = try experiment.run(
      trials: 0..<context.samples(4_000), workers: context.workers, stopping: experiment.stopping())
    return Study.Finding(
      Claim(
        id: "autoencoder.23", title: "Dead starts stay where they are",
        statement: """
          Without an active direction every gradient is 0 and w_t = w₀ for ever with L = ½: for ReLU if S⁺ is empty \
          (probability 2⁻ᵐ for Gaussian starts), for the linear neuron if w₀ is orthogonal to the data. A coefficient \
          that is exactly 0 stays 0.
          """,
        source: .derivedHere(basis: "closed-form gradient"), scope: .supporting,
        convention: "\(convention); n = 12, m = 6, order iid, b = 2, 1,000 steps, plain loop and fast engine",
        hypotheses: [
          Hypothesis(
            "no direction is active at the start", holds: alive == 0,
            found: "\(2 * runs - alive) of \(2 * runs) starts are dead")
        ],
        checks: [
          Check("runs that moved a bit", prediction: 0, measurement: Double(moved), tolerance: .exact, count: 2 * runs),
          .largest("largest |L − ½|", of: losses, tolerance: .exact),
          Check(
            "zero coefficients that did not stay 0", prediction: 0, measurement: Double(unfrozen), tolerance: .exact,
            count: 2 * runs),
          Check(
            "fraction of dead starts at m = 3", prediction: 0.125,
            measurement: Double(record.count(.dead)) / Double(record.replicas.count),
            error: .standardError((0.125 * 0.875 / Double(record.replicas.count)).squareRoot()),
            tolerance: .standardErrors(4), count: record.replicas.count),
        ],
        correction: "That SGD reaches a global minimum presumes S⁺ ≠ ∅ for ReLU."))
  }
}
