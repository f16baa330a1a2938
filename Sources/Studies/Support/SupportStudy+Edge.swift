import Claims
import DataSets
import Descent
import Foundation
import Numerics
import Objectives
import Reporting
import Stability

/// Where the published networks work: at the edge of stability (claim b16).
extension SupportStudy {
  /// Claim b16: the smaller the batch, the further below 2/η the sharpness.
  static func edgeOrder(_ context: StudyContext) throws(InputError) -> Study.Finding {
    let seeds = context.seeds("support.b16")
    let images = ImageSamples.digits.shuffled(seeds.key(.data)).taking(0..<128)
    let network = try Network(widths: [64, 32, 32, 10], activation: .tanh)
    let objective = try NetworkObjective(
      network, inputs: images.pixels, targets: .values(images.samples.indicators),
      loss: .squared(half: true, mean: false))
    let (η, batches): (Double, [Int?]) = (0.1, [4, 8, 16, 32, nil])
    let steps = 4_000
    let trials = context.effort == .full ? 8 : 3
    let places = [0.7, 0.8, 0.9, 1].map { Int($0 * Double(steps)) }
    struct Run: Sendable {
      var sharpness = Double.nan
      var batchSharpness = Double.nan
      var loss = Double.nan
    }
    let runs = try parallelMap(batches.count * trials, workers: context.workers) { (place) throws(InputError) in
      // The full batches are the most expensive ones: first.
      let (batch, trial) = (batches[batches.count - 1 - place / trials], place % trials)
      var engine = try StochasticGradientDescent(
        objective,
        options: DescentOptions(
          order: batch == nil ? .full : .reshuffle, batchSize: batch, schedule: .constant(η), budget: steps,
          seeds: seeds))
      var stream = RandomStream(seeds.key(.initialization, trial: trial))
      engine.load(objective.randomParameters(.he, stream: &stream).map { 0.3 * $0 }, trial: trial, lane: 0)
      var state = engine.makeState()
      var sharpness: [Double] = []
      for step in places {
        engine.advance(by: step - state.step)
        engine.read(lane: 0, into: &state)
        sharpness.append(try largestEigenvalue(objective, at: state.parameters, seeds: seeds))
      }
      var run = Run(sharpness: mean(sharpness), loss: objective.loss(at: state.parameters))
      if let batch {
        let point = try ObjectivePoint(objective, at: state.parameters)
        run.batchSharpness = try point.batchSharpness(
          of: Dynamics(batchSize: batch, sampling: .subset, sampleCount: 128)
        ).meanOfRatios.value
      }
      return run
    }
    func group(_ place: Int) -> ArraySlice<Run> {
      let first = (batches.count - 1 - place) * trials
      return runs[first..<first + trials]
    }
    let products = batches.indices.map { mean(group($0).map(\.sharpness)) * η / 2 }
    let batchProducts = batches.indices.map { mean(group($0).map(\.batchSharpness)) * η / 2 }
    var table = Table(
      name: "edge-order", caption: "Sharpness at the end of training, in units of 2/η.",
      columns: [
        .init("batch", "batch size b"), .init("seed", "which start and index stream"),
        .init("sharpness", "λ_max η/2 of the full loss, mean over four times"),
        .init("batchSharpness", "E[gᵀH_B g/‖g‖²] η/2 at the end"), .init("loss", "training loss"),
      ])
    for place in batches.indices {
      for (trial, run) in group(place).enumerated() {
        table.append([
          .text(name(batches[place])), .integer(trial), .number(run.sharpness * η / 2),
          .number(run.batchSharpness * η / 2), .number(run.loss),
        ])
      }
    }
    var disorder = 0
    for place in batches.indices.dropLast() {
      disorder += zip(group(place), group(place + 1)).count { $0.sharpness >= $1.sharpness }
    }
    return Study.Finding(
      Claim(
        id: "support.b16", title: "The smaller the batch, the further below 2/η the sharpness",
        statement: """
          On 128 digits gradient descent settles at λ_max = 2/η; SGD stays below, strictly in the order of the batch size: the edge at \
          which the published networks work moves with b.
          """,
        source: .publication(.andreyev, place: "abstract and code"), scope: .supporting,
        convention: """
          64-32-32-10 tanh with biases, ½ Σₖ (Fₖ − yₖ)² over ten outputs, 128 of the 8 × 8 digits, η = 0.1, 0.3 times He's \
          start, \(steps) steps; the full Hessian's λ_max
          """,
        checks: between("full batch: λ_max η/2", 1...1.07, products.last ?? .nan, count: trials)
          + [
            none("neighbouring batch sizes out of order", disorder, of: (batches.count - 1) * trials),
            Check("b = 4: λ_max η/2", prediction: 0.7, measurement: products[0], tolerance: .atMost, count: trials),
          ],
        remark: """
          λ_max η/2 = \(list(products)) for b = \(batches.map(name).joined(separator: ", ")); the batch sharpness is \
          \(list(batchProducts.dropLast())) of 2/η, which is no 1 at this size.
          """), tables: [table])
  }

  /// λ_max of the full Hessian by power iteration on H + cI, to 10⁻⁴ of itself in the residual.
  private static func largestEigenvalue(
    _ objective: NetworkObjective<Double>, at parameters: [Double], seeds: Seeds
  ) throws(InputError) -> Double {
    let point = try ObjectivePoint(objective, at: parameters)
    let all = Array(0..<objective.sampleCount)
    var stream = RandomStream(seeds.key(.measurement))
    var vector = stream.sphere(count: parameters.count)
    var value = 0.0
    for _ in 0..<1000 {
      let image = point.hessianProduct(vector, over: all)
      value = LinearAlgebra.dot(vector, image)
      let residual = LinearAlgebra.norm(zip(image, vector).map { $0 - value * $1 })
      if residual <= 1e-3 * abs(value) { break }
      let norm = LinearAlgebra.norm(image)
      vector = image.map { $0 / norm }
    }
    return value
  }
}
