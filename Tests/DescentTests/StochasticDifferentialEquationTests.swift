import Descent
import Numerics
import Objectives
import Testing

@Suite("The stochastic differential equation of SGD") struct StochasticDifferentialEquationTests {
  private func diagonal(
    _ form: DiagonalNetworkObjective<Double>.Form = .product, half: Bool = true
  ) throws -> DiagonalNetworkObjective<Double> {
    var stream = RandomStream(RandomKey(seed: 31, purpose: .data))
    return try DiagonalNetworkObjective(
      form, features: stream.gaussian(count: 15), targets: stream.gaussian(count: 5), half: half)
  }

  private let start: [Double] = [0.4, -0.3, 0.8, 0.2, 0.5, -0.6]

  private func options(_ budget: Int, _ schedule: StepSchedule = .constant(0.05)) -> DescentOptions {
    DescentOptions(order: .iid, batchSize: 1, schedule: schedule, budget: budget, seeds: Seeds(master: 9))
  }

  private func end<Objective>(
    _ engine: StochasticDifferentialEquation<Objective>, _ start: StochasticDifferentialEquation<Objective>.Start,
    trial: Int = 0, steps: Int
  ) -> [Double] {
    var engine = engine
    engine.load(start, trial: trial, lane: 0)
    engine.advance(by: steps)
    var state = engine.makeState()
    engine.read(lane: 0, into: &state)
    #expect(state.step == steps)
    return state.parameters
  }

  private func isNear(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-12) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) <= tolerance * max(1, abs($1)) }
  }

  @Test("residuals and their products are those of the Jacobian and of the gradient") func pullback() throws {
    func check<Objective: ResidualObjective<Double>>(_ objective: Objective, _ θ: [Double], _ rows: [Double]) throws {
      let r = objective.residuals(at: θ)
      let n = Double(objective.sampleCount)
      #expect(r.count == objective.sampleCount * objective.outputCount)
      #expect(abs(r.reduce(0) { $0 + $1 * $1 } / (2 * n) - objective.loss(at: θ)) < 1e-14)
      #expect(isNear(objective.residualPullback(at: θ, times: r.map { $0 / n }), objective.gradient(at: θ)))
      var stream = RandomStream(RandomKey(seed: 32, purpose: .measurement))
      let w = stream.gaussian(count: r.count)
      let d = objective.parameterCount
      let expected = (0..<d).map { j in w.indices.reduce(0) { $0 + w[$1] * rows[$1 * d + j] } }
      #expect(isNear(objective.residualPullback(at: θ, times: w), expected))
    }
    for form in DiagonalNetworkObjective<Double>.Form.allCases {
      for half in [true, false] {
        let objective = try diagonal(form, half: half)
        try check(objective, start, objective.residualJacobian(at: start))
      }
    }
    let tanh = try TanhNetworkObjective(inputs: [[0.3], [-0.5], [1]], targets: [1, 0, -1], hiddenCount: 2)
    let θ = (0..<tanh.parameterCount).map { 0.3 - 0.1 * Double($0) }
    try check(tanh, θ, tanh.residualJacobian(at: θ))
    for loss in [NetworkLoss.squared(half: true), .squared(half: false), .squared(half: false, mean: true)] {
      let network = try NetworkObjective<Double>(
        Network(widths: [2, 3, 2], activation: .tanh), inputs: [1, 0.5, -0.3, 1], targets: .values([1, -1, 0.5, 0]),
        loss: loss)
      #expect(network.residualProblem == nil)
      let point = (0..<network.parameterCount).map { 0.5 - 0.07 * Double($0) }
      try check(network, point, network.residualJacobian(at: point))
    }
  }

  @Test("without noise it is gradient descent with a tenth of the step, decays included") func control() throws {
    let objective = try diagonal()
    let schedule = StepSchedule(base: 0.05, decays: [.init(at: 0.5, divideBy: 4)])
    let flow = try StochasticDifferentialEquation(objective, options: options(40, schedule), noiseFactor: 0)
    var descent = try StochasticGradientDescent(
      objective,
      options: DescentOptions(
        order: .full, schedule: StepSchedule(base: 0.005, decays: [.init(at: 0.5, divideBy: 4)]), budget: 400,
        seeds: Seeds(master: 1)))
    descent.load(start, trial: 0, lane: 0)
    var state = descent.makeState()
    for steps in [1, 20, 21, 40] {
      descent.advance(by: 10 * steps - state.step)
      descent.read(lane: 0, into: &state)
      #expect(isNear(end(flow, .init(start), steps: steps), state.parameters))
    }
  }

  @Test("a substep's mean and covariance are θ − γ∇f and γηδ φᵀφ") func moments() throws {
    let objective = try diagonal()
    let level = 0.3
    let engine = try StochasticDifferentialEquation(
      objective, options: options(1), noiseFactor: 0.5, substeps: 1)
    let count = 20_000
    let ends = (0..<count).map {
      end(engine, .init(start, companionLoss: .init(steps: [0], values: [level])), trial: $0, steps: 1)
    }
    let (gradient, φ) = (objective.gradient(at: start), objective.residualJacobian(at: start))
    let mean = zip(start, gradient).map { $0 - 0.05 * $1 }
    for j in 0..<6 {
      for k in 0...j {
        let expected = 0.05 * 0.05 * 0.5 * level * (0..<5).reduce(0) { $0 + φ[$1 * 6 + j] * φ[$1 * 6 + k] }
        let products = try Summary(ends.map { ($0[j] - mean[j]) * ($0[k] - mean[k]) })
        #expect(abs(products.mean - expected) < 4.5 * (products.standardError ?? 0))
      }
      let summary = try Summary(ends.map { $0[j] })
      #expect(abs(summary.mean - mean[j]) < 4.5 * (summary.standardError ?? 0))
    }
  }

  @Test("on a line it has the stationary variance of its discretisation, ηδa²/(2a² − γa⁴)") func stationary() throws {
    let a = 2.0
    let line = try NetworkObjective<Double>(
      Network(widths: [1, 1], activation: .identity, bias: false), inputs: [a], targets: .values([0]),
      loss: .squared(half: true))
    let engine = try StochasticDifferentialEquation(line, options: options(60), noiseFactor: 1)
    let ends = try Summary(
      (0..<8_000).map { trial in
        let end = end(engine, .init([0], companionLoss: .init(steps: [0], values: [0.7])), trial: trial, steps: 60)[0]
        return end * end
      })
    let expected = 0.05 * 0.7 * a * a / (2 * a * a - 0.005 * a * a * a * a)
    #expect(abs(ends.mean - expected) < 4.5 * (ends.standardError ?? 0))
  }

  @Test("is the same for a loss with ½ and for one without and half the step") func convention() throws {
    let loss = Record.Series(steps: [0, 3, 8], values: [1, 0.5, 0.1])
    let doubled = Record.Series(steps: loss.steps, values: loss.values.map { 2 * $0 })
    let half = try StochasticDifferentialEquation(try diagonal(half: true), options: options(20), noiseFactor: 0.4)
    let whole = try StochasticDifferentialEquation(
      try diagonal(half: false), options: options(20, .constant(0.025)), noiseFactor: 0.4)
    let ends = (
      end(half, .init(start, companionLoss: loss), steps: 20),
      end(whole, .init(start, companionLoss: doubled), steps: 20)
    )
    #expect(isNear(ends.0, ends.1, 1e-10))
    #expect(!isNear(ends.0, end(half, .init(start, companionLoss: loss), trial: 1, steps: 20), 1e-3))
  }

  @Test("the companion's last loss counts, and steps are the companion's") func companion() throws {
    let engine = try StochasticDifferentialEquation(try diagonal(), options: options(9), noiseFactor: 1)
    let sparse = Record.Series(steps: [0, 4, 5], values: [1, 0, 2])
    let dense = Record.Series(steps: Array(0..<9), values: [1, 1, 1, 1, 0, 2, 2, 2, 2])
    let (a, b) = (
      end(engine, .init(start, companionLoss: sparse), steps: 9),
      end(engine, .init(start, companionLoss: dense), steps: 9)
    )
    #expect(a == b)
    #expect(a != end(engine, .init(start, companionLoss: .init(steps: [0], values: [1])), steps: 9))
  }

  @Test("a run goes on bit for bit from a snapshot, however it is cut") func snapshots() throws {
    let loss = Record.Series(steps: [0, 4, 5], values: [1, 0.2, 2])
    let begin = StochasticDifferentialEquation<DiagonalNetworkObjective<Double>>.Start(start, companionLoss: loss)
    var engine = try StochasticDifferentialEquation(try diagonal(), options: options(12), noiseFactor: 1)
    let whole = end(engine, begin, trial: 3, steps: 12)
    engine.load(begin, trial: 3, lane: 0)
    engine.advance(by: 2)
    engine.advance(by: 3)
    let snapshot = engine.snapshot(lane: 0)
    #expect(snapshot.step == 5 && snapshot.values.count == engine.snapshotSize)
    var other = try StochasticDifferentialEquation(try diagonal(), options: options(12), noiseFactor: 1)
    other.restore(snapshot, trial: 3, lane: 0)
    other.advance(by: 7)
    var state = other.makeState()
    other.read(lane: 0, into: &state)
    #expect(state.parameters == whole && state.step == 12)
    #expect(engine.longestRun == 12)
  }

  @Test("runs in ensembles like any engine") func ensemble() throws {
    let objective = try diagonal()
    let options = options(6)
    let plan = RunPlan<StochasticDifferentialEquation<DiagonalNetworkObjective<Double>>.State>(
      budget: 6, series: [Probe("loss", .every(2)) { objective.loss(at: $0.parameters) }])
    let record = try Ensemble.run(
      trials: 0..<3, workers: 2, plan: plan, seeds: options.seeds,
      makeEngine: { () throws(InputError) in
        try StochasticDifferentialEquation(objective, options: options, noiseFactor: 0.2)
      },
      start: { _ in .init(start, companionLoss: .init(steps: [0], values: [1])) })
    #expect(record.replicas.count == 3)
    #expect(record.series("loss", of: 2).steps == [0, 2, 4, 6])
    #expect(record.series("loss", of: 0) != record.series("loss", of: 1))
  }

  @Test("what does not fit is refused") func errors() throws {
    let objective = try diagonal()
    let classes = try NetworkObjective<Double>(
      Network(widths: [2, 2], activation: .relu), inputs: [1, 2], targets: .classes([1]), loss: .crossEntropy)
    let error = #expect(throws: InputError.self) {
      try StochasticDifferentialEquation(classes, options: options(5), noiseFactor: 0)
    }
    #expect(error?.expected == "a squared loss, which has residuals")
    for factor in [-1, .nan, .infinity] {
      #expect(throws: InputError.self) {
        try StochasticDifferentialEquation(objective, options: options(5), noiseFactor: factor)
      }
    }
    for substeps in [0, 1 << 40] {
      #expect(throws: InputError.self) {
        try StochasticDifferentialEquation(objective, options: options(5), noiseFactor: 0, substeps: substeps)
      }
    }
    let engine = try StochasticDifferentialEquation(objective, options: options(5), noiseFactor: 1)
    #expect(engine.problem(with: .init([1], companionLoss: .init(steps: [0], values: [1])))?.location == "start")
    for loss in [
      Record.Series(), .init(steps: [1], values: [1]), .init(steps: [0], values: []), .init(steps: [0], values: [-1]),
      .init(steps: [0, 1], values: [1, .nan]), .init(steps: [0], values: [.infinity]),
    ] {
      #expect(engine.problem(with: .init(start, companionLoss: loss))?.location == "companion loss")
    }
    #expect(engine.problem(with: .init(start, companionLoss: .init(steps: [0], values: [0]))) == nil)
    let flow = try StochasticDifferentialEquation(objective, options: options(5), noiseFactor: 0)
    #expect(flow.problem(with: .init(start)) == nil)
  }

  @Test("the isotropic factor is 2(n − 1)/n²") func factor() {
    typealias Equation = StochasticDifferentialEquation<DiagonalNetworkObjective<Double>>
    #expect(Equation.isotropicFactor(sampleCount: 1) == 0)
    #expect(Equation.isotropicFactor(sampleCount: 2) == 0.5)
    #expect(Equation.isotropicFactor(sampleCount: 80) == 158.0 / 6400)
  }
}
