import Numerics
import Objectives
import Testing

@testable import Curvature

struct CurvatureProbeTests {
  /// Along a run each value agrees with the dense spectrum, warm or cold; warm ones are cheaper.
  @Test func agreesWithDenseSpectraAlongARun() throws {
    let problem = try TanhProblem()
    var warm = try CurvatureProbe(problem.objective, count: 2, traceProbes: 40)
    var cold = try CurvatureProbe(problem.objective, count: 2, traceProbes: 0, startsWarm: false)
    var θ = problem.parameters
    for step in 0..<12 {
      let reading = try warm.measure(at: θ, step: step)
      let other = try cold.measure(at: θ, step: step)
      let hessian = problem.objective.denseHessian(at: θ)
      let d = θ.count
      let values = try LinearAlgebra.symmetricEigenvalues(of: Matrix(rows: d, columns: d, storage: hessian))
      let scale = max(abs(values[0]), abs(values[d - 1]))
      for (place, pair) in reading.eigenvalues.largest.enumerated() {
        #expect(abs(pair.value - values[d - 1 - place]) <= 1e-6 * scale)
        #expect(abs(pair.value - other.eigenvalues.largest[place].value) <= 2e-6 * scale)
      }
      #expect(reading.sharpness == reading.eigenvalues.largest[0].value)
      let trace = values.reduce(0, +)
      let found = try #require(reading.trace)
      #expect(abs(found.value - trace) < 5 * found.standardError && found.standardError > 0)
      #expect(other.trace == nil)
      #expect(reading.loss == problem.objective.loss(at: θ) && reading.step == step)
      let gradient = problem.objective.gradient(at: θ)
      #expect(abs(reading.gradientNorm - LinearAlgebra.norm(gradient)) < 1e-12)
      for j in θ.indices { θ[j] -= 0.02 * gradient[j] }
      #expect(step > 0 || reading.products == other.products + 40)
    }
    #expect(warm.products - 12 * 40 < cold.products)
  }

  @Test func countsProductsAndRepeats() throws {
    let problem = try TanhProblem()
    var probe = try CurvatureProbe(problem.objective, traceProbes: 3)
    let copy = probe
    let first = try probe.measure(at: problem.parameters, step: 0)
    let second = try probe.measure(at: problem.parameters, step: 1)
    #expect(probe.products == first.products + second.products && second.products < first.products)
    #expect(first.trace?.value == second.trace?.value, "the same probes")
    var again = copy
    let repeated = try again.measure(at: problem.parameters, step: 0)
    #expect(repeated.sharpness == first.sharpness && repeated.products == first.products)
    #expect(throws: InputError.self) { try probe.measure(at: [1], step: 0) }
    #expect(throws: InputError.self) { try CurvatureProbe(problem.objective, count: 0) }
    #expect(throws: InputError.self) { try CurvatureProbe(problem.objective, traceProbes: -1) }
  }
}

/// A small smooth network on random data.
struct TanhProblem {
  let objective: NetworkObjective<Double>
  let parameters: [Double]

  init() throws {
    var stream = RandomStream(RandomKey(seed: 9, purpose: .data))
    let network = try Network(widths: [3, 10, 2], activation: .tanh)
    objective = try NetworkObjective(
      network, inputs: stream.gaussian(count: 60), targets: .values(stream.gaussian(count: 40)), loss: .squared())
    parameters = network.randomParameters(.pyTorch, stream: &stream)
  }
}
